// SPDX-License-Identifier: GPL-2.0
/*
 * What is refused, and in which words. One lawful image is made by hand, with two ireps, lines
 * and local names; each case spoils one thing in it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../vm/verify.h"
#include "ktap.h"
#include "loader.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct maker {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

/* Places in the image made by hand, in the order in which they come. */
enum place {
	HEADER,
	IREP,
	IREP_0,
	CODE_0,
	CATCH_0,
	POOL_0,
	POOL_STRING,
	POOL_INT32,
	POOL_INT64,
	POOL_BIGINT,
	SYMBOLS_0,
	IREP_1,
	POOL_1,
	SYMBOLS_1,
	DBG,
	DBG_NAMES,
	DBG_0,
	DBG_0_FIRST,
	DBG_0_SECOND,
	DBG_1,
	LVAR,
	LVAR_NAMES,
	LVAR_0,
	END,
	PAST_END,
	PLACES,
};

static size_t places[PLACES];

static void put(struct maker *maker, const void *bytes, size_t size)
{
	if (maker->size + size > maker->room) {
		maker->room = 2 * (maker->size + size);
		maker->bytes = realloc(maker->bytes, maker->room);
	}
	memcpy(maker->bytes + maker->size, bytes, size);
	maker->size += size;
}

static void set(unsigned char *bytes, int width, uint32_t value)
{
	for (; width--; value >>= 8)
		bytes[width] = value;
}

static void put_number(struct maker *maker, int width, uint32_t value)
{
	unsigned char bytes[4];

	set(bytes, width, value);
	put(maker, bytes, width);
}

static void put_text(struct maker *maker, const char *text)
{
	put_number(maker, 2, strlen(text));
	put(maker, text, strlen(text));
}

/* Leaves room for a size and returns where it is; close_size() fills it in. */
static size_t open_size(struct maker *maker)
{
	put_number(maker, 4, 0);
	return maker->size - 4;
}

static void close_size(struct maker *maker, size_t at, size_t base)
{
	set(maker->bytes + at, 4, maker->size - base);
}

static size_t open_image(struct maker *maker)
{
	size_t size;

	maker->size = 0;
	put(maker, "RITE0300", 8);
	size = open_size(maker);
	put(maker, "MATZ0000", 8);
	return size;
}

static size_t open_ireps(struct maker *maker)
{
	size_t size;

	put(maker, "IREP", 4);
	size = open_size(maker);
	put(maker, "0300", 4);
	return size;
}

static void put_end(struct maker *maker)
{
	put(maker, "END\0\0\0\0\10", 8);
	close_size(maker, 8, 0);
}

static void put_irep_head(struct maker *maker, int nlocals, int nregs, int rlen, int clen)
{
	put_number(maker, 2, nlocals);
	put_number(maker, 2, nregs);
	put_number(maker, 2, rlen);
	put_number(maker, 2, clen);
}

static void put_first_irep(struct maker *maker)
{
	/* LOADNIL R2; EXCEPT R3; RAISEIF R3; RETURN R2; STOP */
	static const unsigned char code[] = { 17, 2, 42, 3, 44, 3, 56, 2, 105 };
	size_t size = open_size(maker);

	places[IREP_0] = size;
	put_irep_head(maker, 2, 4, 1, 1);
	put_number(maker, 4, sizeof(code));
	places[CODE_0] = maker->size;
	put(maker, code, sizeof(code));
	places[CATCH_0] = maker->size;
	put(maker, "\1\0\0\0\0\0\0\0\2\0\0\0\2", 13);
	places[POOL_0] = maker->size;
	put_number(maker, 2, 4);
	places[POOL_STRING] = maker->size;
	put(maker, "\0\0\2ab", 6);
	places[POOL_INT32] = maker->size;
	put(maker, "\1\0\0\0\7", 5);
	places[POOL_INT64] = maker->size;
	put(maker, "\3\0\0\0\1\0\0\0\0", 9);
	places[POOL_BIGINT] = maker->size;
	put(maker, "\7\24\12" "36893488147419103232", 23);
	places[SYMBOLS_0] = maker->size;
	put(maker, "\0\2\0\1p\0\0\3x:y", 12);
	close_size(maker, size, size);
}

static void put_second_irep(struct maker *maker)
{
	size_t size = open_size(maker);

	places[IREP_1] = size;
	put_irep_head(maker, 1, 2, 0, 0);
	put(maker, "\0\0\0\4\21\1\70\1", 8);	/* LOADNIL R1; RETURN R1 */
	places[POOL_1] = maker->size;
	put_number(maker, 2, 0);
	places[SYMBOLS_1] = maker->size;
	put_number(maker, 2, 0);
	close_size(maker, size, size);
}

static void put_lines(struct maker *maker, uint32_t begin, int name, const char *lines, size_t size)
{
	put_number(maker, 4, begin);
	put_number(maker, 2, name);
	put_number(maker, 4, size);
	put_number(maker, 1, 2);
	put(maker, lines, size);
}

static void put_debug(struct maker *maker)
{
	size_t section, record;

	places[DBG] = maker->size;
	put(maker, "DBG", 4);
	section = open_size(maker);
	places[DBG_NAMES] = maker->size;
	put_number(maker, 2, 2);
	put_text(maker, "a.rb");
	put_text(maker, "b.rb");

	record = open_size(maker);
	places[DBG_0] = record;
	put_number(maker, 2, 2);
	places[DBG_0_FIRST] = maker->size;
	put_lines(maker, 0, 0, "\0\1\2\3", 4);
	places[DBG_0_SECOND] = maker->size;
	/* One line back, as the number that C makes of -1. */
	put_lines(maker, 4, 1, "\4\5\2\377\377\377\377\17", 8);
	close_size(maker, record, record);

	record = open_size(maker);
	places[DBG_1] = record;
	put_number(maker, 2, 1);
	put_lines(maker, 0, 0, "\0\2", 2);
	close_size(maker, record, record);
	close_size(maker, section, places[DBG]);
}

static void put_locals(struct maker *maker)
{
	size_t section;

	places[LVAR] = maker->size;
	put(maker, "LVAR", 4);
	section = open_size(maker);
	places[LVAR_NAMES] = maker->size;
	put_number(maker, 4, 1);
	put_text(maker, "x");
	places[LVAR_0] = maker->size;
	put_number(maker, 2, 0);
	close_size(maker, section, places[LVAR]);
}

static void make_image(struct maker *maker)
{
	size_t section;

	open_image(maker);
	places[IREP] = maker->size;
	section = open_ireps(maker);
	put_first_irep(maker);
	put_second_irep(maker);
	close_size(maker, section, places[IREP]);
	put_debug(maker);
	put_locals(maker);
	places[END] = maker->size;
	put_end(maker);
	places[PAST_END] = maker->size;
}

static struct kmvm_verdict judge(const struct maker *maker, int *ret)
{
	struct kmvm_verdict verdict;
	/* A copy of the very size, so that the sanitizer sees one byte too far. */
	unsigned char *copy = malloc(maker->size);

	memcpy(copy, maker->bytes, maker->size);
	*ret = kmvm_verify(copy, maker->size, &verdict);
	free(copy);
	return verdict;
}

static void expect(const struct maker *maker, const char *sentence)
{
	int ret;
	struct kmvm_verdict verdict = judge(maker, &ret);
	bool passed = ret == -ENOEXEC && !strcmp(verdict.text, sentence) &&
		      verdict.offset <= maker->size;

	if (!passed)
		ktap_note("got %d at %zu: %s", ret, verdict.offset, verdict.text);
	ktap_result(passed, "refused: %s", sentence);
}

static void expect_accepted(const struct maker *maker, const char *what)
{
	int ret;
	struct kmvm_verdict verdict = judge(maker, &ret);
	bool passed = !ret && !verdict.offset && !verdict.text[0];
	const char *complaint = ret ? verdict.text : load_image(maker->bytes, maker->size, NULL, NULL);

	if (complaint)
		ktap_note("%s", complaint);
	ktap_result(passed && !complaint, "accepted and loaded: %s", what);
}

/* A number is overwritten. */
static const struct {
	enum place place;
	int offset;
	int width;
	uint32_t value;
	const char *sentence;
} overwritten[] = {
	{ HEADER, 0, 1, '#', "not an image, use kmctl compile" },
	{ HEADER, 3, 1, 'e', "not an image, use kmctl compile" },
	{ HEADER, 4, 4, 0x30323030, "made for RITE 0200, this VM runs 0300" },
	{ HEADER, 4, 4, 0x30343030, "made for RITE 0400, this VM runs 0300" },
	{ HEADER, 4, 4, 0x30333031, "made for RITE 0301, this VM runs 0300" },
	{ HEADER, 4, 4, 0x1b5b0a00, "made for RITE .[.., this VM runs 0300" },
	{ HEADER, 8, 4, 0, "header says 0 bytes, the smallest image has 61" },
	{ HEADER, 8, 4, 60, "header says 60 bytes, the smallest image has 61" },
	{ HEADER, 8, 4, 300, "cut short: header says 300 bytes, 257 arrived" },
	{ HEADER, 8, 4, 0xffffffff, "cut short: header says 4294967295 bytes, 257 arrived" },
	{ HEADER, 8, 4, 256, "too long: header says 256 bytes, 257 arrived" },
	{ HEADER, 12, 4, 0x4b4d564d, "made by compiler KMVM, only mrbc's images (MATZ) are known" },
	{ HEADER, 16, 4, 0x33343030, "made by compiler MATZ 3400, only MATZ 0000 is known" },

	{ IREP, 0, 4, 0x4c564152, "section IREP is missing, there is LVAR in its place" },
	{ IREP, 0, 4, 0x00ff0a00, "section IREP is missing, there is .... in its place" },
	{ IREP, 4, 4, 0, "section IREP says 0 bytes, 237 are left" },
	{ IREP, 4, 4, 7, "section IREP says 7 bytes, 237 are left" },
	{ IREP, 4, 4, 8, "section IREP is not made for RITE 0300" },
	{ IREP, 4, 4, 12, "irep 0: it is missing, 0 bytes are left of section IREP" },
	{ IREP, 4, 4, 238, "section IREP says 238 bytes, 237 are left" },
	{ IREP, 4, 4, 0xffffffff, "section IREP says 4294967295 bytes, 237 are left" },
	{ IREP, 8, 4, 0x30323030, "section IREP is not made for RITE 0300" },

	{ IREP_0, 0, 4, 0, "irep 0: its record says 0 bytes, 119 are left of section IREP" },
	{ IREP_0, 0, 4, 20, "irep 0: its record says 20 bytes, 119 are left of section IREP" },
	{ IREP_0, 0, 4, 120, "irep 0: its record says 120 bytes, 119 are left of section IREP" },
	{ IREP_0, 0, 4, 94, "irep 0: its symbols go past the end of its record" },
	{ IREP_0, 0, 4, 96, "irep 0: 1 bytes too many in its record" },
	{ IREP_0, 4, 2, 0, "irep 0: 0 locals, there can be 1 to 255" },
	{ IREP_0, 4, 2, 256, "irep 0: 256 locals, there can be 1 to 255" },
	{ IREP_0, 6, 2, 1, "irep 0: 1 registers cannot hold 2 locals" },
	{ IREP_0, 6, 2, 65535, "irep 0: 65535 registers, there can be 65534" },
	{ IREP_0, 8, 2, 0, "24 bytes in section IREP after its last irep" },
	{ IREP_0, 8, 2, 2, "irep 2: it is missing, 0 bytes are left of section IREP" },
	{ IREP_0, 8, 2, 0xffff, "irep 2: it is missing, 0 bytes are left of section IREP" },
	{ IREP_0, 10, 2, 0xffff, "irep 0: catch handler 1 lies outside the code" },
	{ IREP_0, 12, 4, 0, "irep 0: it has no code" },
	{ IREP_0, 12, 4, 80, "irep 0: its code is longer than its record" },
	{ IREP_0, 12, 4, 0xffffffff, "irep 0: its code is longer than its record" },
	{ IREP_0, 12, 4, 79, "irep 0: its catch handlers go past the end of its record" },
	{ CATCH_0, 0, 1, 2, "irep 0: catch handler 0 is of unknown kind 2" },
	{ CATCH_0, 1, 4, 3, "irep 0: catch handler 0 lies outside the code" },
	{ CATCH_0, 5, 4, 10, "irep 0: catch handler 0 lies outside the code" },
	{ CATCH_0, 9, 4, 9, "irep 0: catch handler 0 lies outside the code" },

	{ POOL_0, 0, 2, 5, "irep 0: its pool goes past the end of its record" },
	{ POOL_0, 0, 2, 0xffff, "irep 0: its pool goes past the end of its record" },
	{ POOL_STRING, 0, 1, 2, "irep 0: pool entry 0 is of unknown kind 2" },
	{ POOL_STRING, 0, 1, 255, "irep 0: pool entry 0 is of unknown kind 255" },
	{ POOL_STRING, 1, 2, 1, "irep 0: pool entry 0, a string, has no final zero" },
	{ POOL_STRING, 1, 2, 0xffff, "irep 0: its pool goes past the end of its record" },
	{ POOL_STRING, 5, 1, 1, "irep 0: pool entry 0, a string, has no final zero" },
	{ POOL_INT64, 0, 1, 5, "irep 0: pool entry 2 is a float; this VM has no floats" },
	{ POOL_BIGINT, 1, 1, 0, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 1, 1, 255, "irep 0: its pool goes past the end of its record" },
	{ POOL_BIGINT, 2, 1, 37, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 2, 1, 0x80, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 2, 1, 0, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 2, 1, 1, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 2, 1, 8, "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 3, 1, '-', "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 9, 1, 'a', "irep 0: pool entry 3 is no big integer, or too small for one" },
	{ POOL_BIGINT, 9, 1, 0, "irep 0: pool entry 3 is no big integer, or too small for one" },

	{ SYMBOLS_0, 0, 2, 3, "irep 0: its symbols go past the end of its record" },
	{ SYMBOLS_0, 0, 2, 1, "irep 0: 6 bytes too many in its record" },
	{ SYMBOLS_0, 2, 2, 0xffff, "irep 0: symbol 0 has no name" },
	{ SYMBOLS_0, 2, 2, 0xfffe, "irep 0: its symbols go past the end of its record" },
	{ SYMBOLS_0, 5, 1, 'q', "irep 0: symbol 0 has no final zero" },

	{ IREP_1, 0, 4, 25, "irep 1: its record says 25 bytes, 24 are left of section IREP" },
	{ IREP_1, 0, 4, 22, "irep 1: its symbols go past the end of its record" },
	{ IREP_1, 8, 2, 1, "irep 2: it is missing, 0 bytes are left of section IREP" },
	{ POOL_1, 0, 2, 1, "irep 1: its pool goes past the end of its record" },
	{ SYMBOLS_1, 0, 2, 1, "irep 1: its symbols go past the end of its record" },

	{ DBG, 0, 4, 0x49524550, "section END is missing, there is IREP in its place" },
	{ DBG, 0, 4, 0x454e4400, "98 bytes after the end of the image" },
	{ DBG, 4, 4, 4, "section DBG says 4 bytes, 106 are left" },
	{ DBG, 4, 4, 107, "section DBG says 107 bytes, 106 are left" },
	{ DBG, 4, 4, 9, "section DBG: its names go past its end" },
	{ DBG_NAMES, 0, 2, 1, "irep 0: the files of its lines do not begin in order" },
	{ DBG_NAMES, 0, 2, 0xffff, "section DBG: its names go past its end" },
	{ DBG_NAMES, 2, 2, 0xffff, "section DBG: name 0 is too long" },
	{ DBG_NAMES, 2, 2, 0xfffe, "section DBG: its names go past its end" },
	{ DBG_0, 0, 4, 39, "irep 0: the record of its lines says 39 bytes, it has 40" },
	{ DBG_0, 0, 4, 0, "irep 0: the record of its lines says 0 bytes, it has 40" },
	{ DBG_0, 4, 2, 0, "irep 0: its lines are of no file" },
	{ DBG_0, 4, 2, 1, "irep 0: the record of its lines says 40 bytes, it has 21" },
	{ DBG_0_FIRST, 0, 4, 1, "irep 0: the files of its lines do not begin in order" },
	{ DBG_0_FIRST, 4, 2, 2, "irep 0: its lines are of file 2, section DBG names 2" },
	{ DBG_0_FIRST, 6, 4, 0xffffffff, "irep 0: its lines go past the end of section DBG" },
	{ DBG_0_FIRST, 10, 1, 0, "irep 0: its lines are of kind 0, mrbc writes 2" },
	{ DBG_0_FIRST, 10, 1, 1, "irep 0: its lines are of kind 1, mrbc writes 2" },
	{ DBG_0_FIRST, 14, 1, 0x80, "irep 0: its lines are damaged" },
	{ DBG_0_FIRST, 13, 1, 0x80, "irep 0: its lines are damaged" },
	{ DBG_0_SECOND, 0, 4, 0, "irep 0: the files of its lines do not begin in order" },
	{ DBG_0_SECOND, 0, 4, 9, "irep 0: a file of its lines begins past its code" },
	{ DBG_0_SECOND, 18, 1, 0x80, "irep 0: its lines are damaged" },
	{ DBG_0_SECOND, 13, 1, 0xff, "irep 0: its lines are damaged" },
	{ DBG_1, 4, 2, 2, "irep 1: its lines go past the end of section DBG" },

	{ LVAR, 0, 4, 0x44424700, "section END is missing, there is DBG. in its place" },
	{ LVAR, 4, 4, 5, "section LVAR says 5 bytes, 25 are left" },
	{ LVAR, 4, 4, 26, "section LVAR says 26 bytes, 25 are left" },
	{ LVAR, 4, 4, 16, "irep 0: section LVAR ends before its locals" },
	{ LVAR_NAMES, 0, 4, 0, "irep 0: local 1 has name 1, section LVAR holds 0" },
	{ LVAR_NAMES, 0, 4, 4, "section LVAR: its names go past its end" },
	{ LVAR_NAMES, 0, 4, 0xffff, "section LVAR: its names go past its end" },
	{ LVAR_NAMES, 0, 4, 0x10000, "section LVAR: 65536 names, there can be 65535" },
	{ LVAR_NAMES, 0, 4, 0x40000000, "section LVAR: 1073741824 names, there can be 65535" },
	{ LVAR_NAMES, 4, 2, 0xffff, "section LVAR: name 0 is too long" },
	{ LVAR_NAMES, 4, 2, 4, "section LVAR: its names go past its end" },
	{ LVAR_0, 0, 2, 1, "irep 0: local 1 has name 1, section LVAR holds 1" },

	{ END, 0, 4, 0x4c564152, "section END is missing, there is LVAR in its place" },
	{ END, 4, 4, 0, "section END says 0 bytes, 8 are left" },
	{ END, 4, 4, 9, "section END says 9 bytes, 8 are left" },
};

/* Bytes are put in or cut out, and the sizes around them say so. */
#define SECTION_SIZE	(1 << 0)
#define RECORD_SIZE	(1 << 1)

static const struct {
	enum place place;
	int offset;
	int delta;
	int mended;
	enum place section;
	enum place record;
	const char *sentence;
} shifted[] = {
	{ HEADER, 20, 8, 0, 0, 0, "section IREP is missing, there is .... in its place" },
	{ CODE_0, 0, 1, SECTION_SIZE | RECORD_SIZE, IREP, IREP_0,
	  "irep 0: catch handler 0 is of unknown kind 105" },
	{ IREP_1, 0, 1, SECTION_SIZE | RECORD_SIZE, IREP, IREP_0,
	  "irep 0: 1 bytes too many in its record" },
	{ DBG, 0, 3, SECTION_SIZE, IREP, 0, "3 bytes in section IREP after its last irep" },
	{ DBG, 0, 3, 0, 0, 0, "section END is missing, there is ...D in its place" },
	{ DBG, 0, -24, SECTION_SIZE, IREP, 0, "irep 1: it is missing, 0 bytes are left of section IREP" },
	{ LVAR, 0, 1, SECTION_SIZE, DBG, 0, "section DBG has 1 bytes too many" },
	{ DBG_1, 0, -19, SECTION_SIZE, DBG, 0, "irep 1: section DBG ends before its lines" },
	{ END, 0, 2, SECTION_SIZE, LVAR, 0, "section LVAR has 2 bytes too many" },
	{ LVAR_0, 0, -2, SECTION_SIZE, LVAR, 0, "irep 0: section LVAR ends before its locals" },
	{ END, 0, 1, 0, 0, 0, "section END is missing, there is .END in its place" },
	{ PAST_END, 0, 5, 0, 0, 0, "5 bytes after the end of the image" },
	{ PAST_END, 0, 4, SECTION_SIZE, END, 0, "4 bytes after the end of the image" },
	{ PAST_END, -8, -8, 0, 0, 0, "section END is missing: 0 bytes are left" },
	{ PAST_END, -3, -3, 0, 0, 0, "section END is missing: 5 bytes are left" },
};

static void add(unsigned char *bytes, int delta)
{
	set(bytes, 4, (uint32_t)(bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]) + delta);
}

static void shift(struct maker *maker, size_t at, int delta)
{
	static const unsigned char zeros[16];
	size_t tail;

	if (delta > 0)
		put(maker, zeros, delta);
	tail = maker->size - at - abs(delta);
	if (delta > 0) {
		memmove(maker->bytes + at + delta, maker->bytes + at, tail);
		memset(maker->bytes + at, 0, delta);
	} else {
		memmove(maker->bytes + at, maker->bytes + at - delta, tail);
		maker->size += delta;
	}
	add(maker->bytes + 8, delta);
}

static void run_overwritten(struct maker *maker)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(overwritten); i++) {
		make_image(maker);
		set(maker->bytes + places[overwritten[i].place] + overwritten[i].offset,
		    overwritten[i].width, overwritten[i].value);
		expect(maker, overwritten[i].sentence);
	}
}

static void run_shifted(struct maker *maker)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shifted); i++) {
		make_image(maker);
		if (shifted[i].mended & SECTION_SIZE)
			add(maker->bytes + places[shifted[i].section] + 4, shifted[i].delta);
		if (shifted[i].mended & RECORD_SIZE)
			add(maker->bytes + places[shifted[i].record], shifted[i].delta);
		shift(maker, places[shifted[i].place] + shifted[i].offset, shifted[i].delta);
		expect(maker, shifted[i].sentence);
	}
}

/* One irep in another, depth levels in all. */
static void make_nested(struct maker *maker, unsigned int depth)
{
	size_t section;

	open_image(maker);
	section = open_ireps(maker);
	while (depth--) {
		put_number(maker, 4, 24);
		put_irep_head(maker, 1, 2, !!depth, 0);
		put(maker, "\0\0\0\4\21\1\70\1\0\0\0\0", 12);
	}
	close_size(maker, section, KMVM_IMAGE_HEADER_SIZE);
	put_end(maker);
}

static void put_many_symbols(struct maker *maker, int children, unsigned int symbols)
{
	size_t size = open_size(maker);

	put_irep_head(maker, 1, 2, children, 0);
	put(maker, "\0\0\0\4\21\1\70\1\0\0", 10);
	put_number(maker, 2, symbols);
	while (symbols--)
		put_number(maker, 3, 0);
	close_size(maker, size, size);
}

/* Names in two ireps, then those of files and of locals. */
static void make_names(struct maker *maker, int files, int locals)
{
	size_t section, at;
	int i;

	open_image(maker);
	section = open_ireps(maker);
	put_many_symbols(maker, 1, 0x7fff);
	put_many_symbols(maker, 0, 0x7fff);
	close_size(maker, section, KMVM_IMAGE_HEADER_SIZE);

	at = maker->size;
	put(maker, "DBG", 4);
	section = open_size(maker);
	put_number(maker, 2, files);
	for (i = 0; i < files; i++)
		put_text(maker, "a.rb");
	for (i = 0; i < 2; i++) {
		put(maker, "\0\0\0\23\0\1", 6);
		put_lines(maker, 0, 0, "\0\2", 2);
	}
	close_size(maker, section, at);

	at = maker->size;
	put(maker, "LVAR", 4);
	section = open_size(maker);
	put_number(maker, 4, locals);
	for (i = 0; i < locals; i++)
		put_text(maker, "x");
	close_size(maker, section, at);
	put_end(maker);
}

/* The digits are twenty. */
static void make_big(struct maker *maker, int base, const char *digits)
{
	make_image(maker);
	set(maker->bytes + places[POOL_BIGINT] + 2, 1, base);
	memcpy(maker->bytes + places[POOL_BIGINT] + 3, digits, 20);
}

static void make_text(struct maker *maker, const char *text)
{
	maker->size = 0;
	put(maker, text, strlen(text));
}

static const char deep[] =
	"irep 31: blocks, methods and classes are nested over 32 deep";
static const char small[] =
	"irep 0: pool entry 3 is no big integer, or too small for one";
static const char many[] =
	"65537 names so far, an image may have 65536";

static void run_made(struct maker *maker)
{
	make_nested(maker, KMVM_IREP_DEPTH_MAX + 1);
	expect(maker, deep);
	make_nested(maker, 200000);
	expect(maker, deep);
	make_names(maker, 1, 2);
	expect(maker, many);
	make_names(maker, 3, 0);
	expect(maker, many);
	make_big(maker, 10, "00000000000000000000");
	expect(maker, small);
	make_big(maker, 10, "00000000000000000005");
	expect(maker, small);
	make_big(maker, 10, "92233720368547758+08");
	expect(maker, small);
	make_big(maker, 16, "00007fffffffffffffff");
	expect(maker, small);
	make_big(maker, -16, "00007fffffffffffffff");
	expect(maker, small);
	make_text(maker, "puts 'hello'\n");
	expect(maker, "not an image, use kmctl compile");
	make_text(maker, "RIT");
	expect(maker, "cut short: the header alone has 20 bytes, 3 arrived");
	make_text(maker, "");
	expect(maker, "cut short: the header alone has 20 bytes, 0 arrived");
}

static void run_accepted(struct maker *maker)
{
	make_image(maker);
	expect_accepted(maker, "the image made by hand");
	shift(maker, places[LVAR], places[LVAR] - places[END]);
	expect_accepted(maker, "the same without local names");
	shift(maker, places[DBG], places[DBG] - places[LVAR]);
	expect_accepted(maker, "the same without lines");
	make_image(maker);
	set(maker->bytes + places[LVAR_0], 2, 0xffff);
	expect_accepted(maker, "a local without a name");
	make_big(maker, 16, "00008000000000000000");
	expect_accepted(maker, "the smallest big integer");
	make_big(maker, -16, "00008000000000000000");
	expect_accepted(maker, "the largest negative one");
	make_big(maker, 16, "00010000000000000000");
	expect_accepted(maker, "a big integer of 65 bits");
	make_big(maker, 10, "+9223372036854775808");
	expect_accepted(maker, "a big integer with a plus");
	make_big(maker, 36, "zzzzzzzzzzzzzzzzzzzz");
	expect_accepted(maker, "a big integer of base 36");
	make_nested(maker, KMVM_IREP_DEPTH_MAX);
	expect_accepted(maker, "as deep as allowed");
	make_names(maker, 1, 1);
	expect_accepted(maker, "as many names as allowed");
}

#define MADE		12
#define ACCEPTED	11

/* kmvm_image_size() answers as early as it can. */
static const struct {
	const char *head;
	size_t have;
	int ret;
} heads[] = {
	{ "", 0, -EAGAIN },
	{ "R", 1, -EAGAIN },
	{ "RI", 2, -EAGAIN },
	{ "p", 1, -ENOEXEC },
	{ "RIp", 3, -ENOEXEC },
	{ "RITE020", 7, -EAGAIN },
	{ "RITE0200", 8, -ENOEXEC },
	{ "RITE0300\0\0\0\0", 12, -ENOEXEC },
	{ "RITE0300\0\0\1", 11, -EAGAIN },
	{ "RITE0300\0\0\1\0", 12, -EAGAIN },
	{ "RITE0300\0\0\1\0MATY", 16, -ENOEXEC },
	{ "RITE0300\0\0\1\0MATZ0000", 20, 0 },
	{ "RITE0300\0\0\1\0MATZ0001", 20, -ENOEXEC },
	{ "RITE0300\0\0\1\0MATZ0000more", 24, 0 },
};

static void run_heads(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		unsigned char *copy = malloc(heads[i].have);
		size_t size = 1;
		int ret;

		memcpy(copy, heads[i].head, heads[i].have);
		ret = kmvm_image_size(copy, heads[i].have, &size);
		free(copy);
		ktap_result(ret == heads[i].ret && size == (ret ? 1 : 256),
			    "size from %zu bytes, \"%s\": %s", heads[i].have, heads[i].head,
			    heads[i].ret ? strerror(-heads[i].ret) : "told");
	}
	ktap_result(kmvm_verify("#!", 2, NULL) == -ENOEXEC, "no verdict is asked for");
}

static int count(void)
{
	return ACCEPTED + ARRAY_SIZE(overwritten) + ARRAY_SIZE(shifted) + MADE +
	       ARRAY_SIZE(heads) + 1;
}

static void run(void)
{
	struct maker maker = { 0 };

	run_accepted(&maker);
	run_overwritten(&maker);
	run_shifted(&maker);
	run_made(&maker);
	run_heads();
	free(maker.bytes);
}

const struct suite refused_suite = { count, run };
