// SPDX-License-Identifier: GPL-2.0
/*
 * Damages lawful images in many ways, the same ones every time, and hands what the verifier
 * still accepts to mruby's loader: it must come out well there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sanitizer/common_interface_defs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../vm/image.h"
#include "../../vm/lines.h"
#include "../../userland/kmctl/disasm.h"
#include "../../vm/verify.h"
#include "corpus.h"
#include "ktap.h"
#include "loader.h"
#include "mutants.h"

#define SMALL		6000	/* bytes: larger images are mostly code, and slow */
#define TINY		600	/* bytes: each value of each byte of one image is tried */
#define FIELDS_MAX	4096
#define CULPRIT		"verify-culprit.mrb"

unsigned long mutants_wanted;

/* A number that tells something of the bytes around it. */
struct field {
	size_t at;
	int width;
};

/* One of those that counts the bytes of a range. */
struct range {
	struct field size;
	size_t base;
	size_t end;
};

struct layout {
	struct field fields[FIELDS_MAX];
	struct range ranges[FIELDS_MAX];
	size_t field_count;
	size_t range_count;
};

struct mutant {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

static struct mutant mutant;
static unsigned long tried, accepted, complaints;
static uint64_t state = 0x6b6d766d;

static uint32_t any(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? (state >> 16) % limit : 0;
}

static void add_field(struct layout *layout, size_t at, int width)
{
	if (layout->field_count < FIELDS_MAX)
		layout->fields[layout->field_count++] = (struct field){ at, width };
}

static void add_range(struct layout *layout, size_t at, int width, size_t base, size_t end)
{
	if (layout->range_count < FIELDS_MAX)
		layout->ranges[layout->range_count++] =
			(struct range){ { at, width }, base, end };
}

static uint32_t field16(struct layout *layout, struct kmvm_cursor *cursor)
{
	add_field(layout, cursor->at, 2);
	return kmvm_take_u16(cursor);
}

static uint32_t field32(struct layout *layout, struct kmvm_cursor *cursor)
{
	add_field(layout, cursor->at, 4);
	return kmvm_take_u32(cursor);
}

/* Steps over bytes that follow their number, and over as many more as are not counted. */
static void lay_out_bytes(struct layout *layout, struct kmvm_cursor *cursor, int extra)
{
	uint32_t length = field16(layout, cursor);

	add_range(layout, cursor->at - 2, 2, cursor->at, cursor->at + length + extra);
	if (extra)
		add_field(layout, cursor->at + length, 1);
	kmvm_take(cursor, length + extra);
}

static void lay_out_irep(struct layout *layout, struct kmvm_cursor *cursor, struct kmvm_irep *irep)
{
	struct kmvm_cursor head = *cursor;
	uint32_t catches, count, length, i;

	kmvm_take_irep_head(&head, irep);
	add_range(layout, irep->at, 4, irep->at, irep->at + irep->size);
	add_range(layout, irep->at + 12, 4, irep->code, irep->code + irep->ilen);
	field32(layout, cursor);
	field16(layout, cursor);
	field16(layout, cursor);
	field16(layout, cursor);
	catches = field16(layout, cursor);
	kmvm_take(cursor, field32(layout, cursor));
	for (i = 0; i < catches; i++) {
		add_field(layout, cursor->at, 1);
		kmvm_take_u8(cursor);
		field32(layout, cursor);
		field32(layout, cursor);
		field32(layout, cursor);
	}
	count = field16(layout, cursor);
	for (i = 0; i < count; i++) {
		add_field(layout, cursor->at, 1);
		switch (kmvm_take_u8(cursor)) {
		case KMVM_POOL_INT32:
			kmvm_take(cursor, 4);
			break;
		case KMVM_POOL_INT64:
			kmvm_take(cursor, 8);
			break;
		case KMVM_POOL_BIGINT:
			add_field(layout, cursor->at, 1);
			add_field(layout, cursor->at + 1, 1);
			length = kmvm_take_u8(cursor) + 1;
			add_range(layout, cursor->at - 1, 1, cursor->at + 1, cursor->at + length);
			kmvm_take(cursor, length);
			break;
		default:
			lay_out_bytes(layout, cursor, 1);
		}
	}
	count = field16(layout, cursor);
	for (i = 0; i < count; i++)
		lay_out_bytes(layout, cursor, 1);
}

static void lay_out_debug(struct layout *layout, struct kmvm_cursor *cursor, size_t end)
{
	uint32_t i, count = field16(layout, cursor);

	for (i = 0; i < count; i++)
		lay_out_bytes(layout, cursor, 0);
	while (cursor->at < end && !cursor->cut) {
		size_t at = cursor->at;
		uint32_t size = field32(layout, cursor);
		uint32_t length;

		add_range(layout, at, 4, at, at + size);
		count = field16(layout, cursor);
		for (i = 0; i < count; i++) {
			field32(layout, cursor);
			field16(layout, cursor);
			length = field32(layout, cursor);
			add_field(layout, cursor->at, 1);
			kmvm_take_u8(cursor);
			add_range(layout, cursor->at - 5, 4, cursor->at, cursor->at + length);
			if (length)
				add_field(layout, cursor->at + length - 1, 1);
			kmvm_take(cursor, length);
		}
	}
}

static void lay_out_locals(struct layout *layout, struct kmvm_cursor *cursor, size_t end)
{
	uint32_t i, count = field32(layout, cursor);

	for (i = 0; i < count; i++)
		lay_out_bytes(layout, cursor, 0);
	while (cursor->at < end && !cursor->cut)
		field16(layout, cursor);
}

/* Finds the fields of a lawful image. */
static void lay_out(struct layout *layout, const struct image *image)
{
	struct kmvm_cursor cursor = { image->bytes, KMVM_IMAGE_HEADER_SIZE, image->size, false };
	struct kmvm_irep irep;

	layout->field_count = 0;
	layout->range_count = 0;
	add_field(layout, 4, 4);
	add_field(layout, 8, 4);
	add_range(layout, 8, 4, 0, image->size);
	while (!cursor.cut && kmvm_left(&cursor)) {
		size_t at = cursor.at;
		const unsigned char *ident = image->bytes + at;
		size_t end = at + kmvm_u32(ident + 4);

		add_field(layout, at, 4);
		add_field(layout, at + 4, 4);
		add_range(layout, at + 4, 4, at, end);
		kmvm_take(&cursor, KMVM_SECTION_HEADER_SIZE);
		if (!memcmp(ident, "IREP", 4)) {
			field32(layout, &cursor);
			while (cursor.at < end && !cursor.cut)
				lay_out_irep(layout, &cursor, &irep);
		} else if (!memcmp(ident, "DBG", 4)) {
			lay_out_debug(layout, &cursor, end);
		} else if (!memcmp(ident, "LVAR", 4)) {
			lay_out_locals(layout, &cursor, end);
		}
	}
}

static uint32_t get_field(const struct field *field)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < field->width; i++)
		value = value << 8 | mutant.bytes[field->at + i];
	return value;
}

static void set_field(const struct field *field, uint32_t value)
{
	int i;

	for (i = field->width; i--; value >>= 8)
		mutant.bytes[field->at + i] = value;
}

static bool inside(const struct field *field)
{
	return field->at + field->width <= mutant.size;
}

static void damage_field(const struct layout *layout)
{
	static const uint32_t odd[] = {
		0, 1, 2, 3, 5, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000,
		0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
	};
	const struct field *field = &layout->fields[any(layout->field_count)];
	const struct field *other = &layout->fields[any(layout->field_count)];

	if (!inside(field) || !inside(other))
		return;
	switch (any(5)) {
	case 0:
		set_field(field, odd[any(sizeof(odd) / sizeof(odd[0]))]);
		break;
	case 1:
		set_field(field, get_field(field) + 1 + any(8));
		break;
	case 2:
		set_field(field, get_field(field) - 1 - any(8));
		break;
	case 3:
		set_field(field, get_field(other));
		break;
	case 4:
		set_field(field, any(2) ? any(64) : any(mutant.size * 2));
		break;
	}
}

/* Makes room or takes bytes away, and mends the sizes that count them: only the contents lie. */
static void shift_bytes(const struct layout *layout, size_t at, int delta)
{
	size_t i;

	if (delta > 0 && mutant.size + delta > mutant.room)
		return;
	if (delta < 0 && at - delta > mutant.size)
		return;
	for (i = 0; i < layout->range_count; i++) {
		const struct range *range = &layout->ranges[i];

		if (range->base <= at && at < range->end && inside(&range->size))
			set_field(&range->size, get_field(&range->size) + delta);
	}
	if (delta > 0) {
		memmove(mutant.bytes + at + delta, mutant.bytes + at, mutant.size - at);
		for (i = 0; i < (size_t)delta; i++)
			mutant.bytes[at + i] = any(3) ? any(4) : any(256);
	} else {
		memmove(mutant.bytes + at, mutant.bytes + at - delta, mutant.size - at + delta);
	}
	mutant.size += delta;
}

static void damage(const struct layout *layout)
{
	size_t at = any(mutant.size);

	switch (any(8)) {
	case 0:
		mutant.bytes[at] = any(256);
		break;
	case 1:
		mutant.bytes[at] ^= 1 << any(8);
		break;
	case 2:
		shift_bytes(layout, at, 1 + any(24));
		break;
	case 3:
		shift_bytes(layout, at, -1 - (int)any(24));
		break;
	default:
		damage_field(layout);
	}
}

static void keep_culprit(void)
{
	FILE *file = fopen(CULPRIT, "wb");

	if (!file)
		return;
	fwrite(mutant.bytes, 1, mutant.size, file);
	fclose(file);
	fprintf(stderr, "# the image is kept in " CULPRIT "\n");
}

/* Whatever the image is, it can be printed, and what is refused is marked there. */
static bool prints(const struct mutant *image, const struct kmvm_verdict *verdict)
{
	unsigned char *copy = malloc(image->size);
	struct kmctl_bytes bytes = { (char *)copy, image->size };
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);
	bool marked;
	int ret;

	memcpy(copy, image->bytes, image->size);
	ret = kmctl_disasm(out, &bytes, verdict);
	fclose(out);
	free(copy);
	marked = strstr(text, "\n>>> refused: ");
	free(text);
	return !ret && marked == !!verdict->text[0];
}

/* Every answer must be whole: a verdict with a sentence, or an image that loads. */
static void try_mutant(void)
{
	struct kmvm_verdict verdict;
	char place[KMVM_PLACE_SIZE];
	const char *complaint = NULL;
	unsigned char *copy = malloc(mutant.size);
	unsigned char *again = NULL;
	size_t again_size;
	int ret;

	tried++;
	memcpy(copy, mutant.bytes, mutant.size);
	ret = kmvm_verify(copy, mutant.size, &verdict);
	kmvm_find_place(copy, mutant.size, any(4), any(256), place);
	free(copy);
	if (ret) {
		if (ret != -ENOEXEC || !verdict.text[0] || verdict.offset > mutant.size)
			complaint = "refused without a proper verdict";
	} else {
		accepted++;
		complaint = load_image(mutant.bytes, mutant.size, &again, &again_size);
		if (!complaint && again && kmvm_verify(again, again_size, &verdict))
			complaint = "accepted, but not when it was loaded and written again";
		free(again);
	}
	if (tried % 32 == 0 && !complaint && !prints(&mutant, &verdict))
		complaint = "cannot be printed, or is printed without what is wrong with it";
	if (complaint && !complaints++) {
		ktap_note("%s", complaint);
		keep_culprit();
	}
}

static void start_from(const struct image *image)
{
	memcpy(mutant.bytes, image->bytes, image->size);
	mutant.size = image->size;
}

static void report(const char *what)
{
	ktap_note("%lu damaged images: %lu accepted and loaded, %lu refused", tried, accepted,
		  tried - accepted);
	ktap_result(tried && accepted && tried > accepted && !complaints, "%s", what);
	tried = 0;
	accepted = 0;
	complaints = 0;
}

static void try_each_byte(void)
{
	const struct image *image = NULL;
	size_t i, at;
	int value;

	for (i = 0; i < corpus_size; i++)
		if (corpus[i].size < TINY && (!image || corpus[i].size > image->size))
			image = &corpus[i];
	for (at = 0; image && at < image->size; at++) {
		start_from(image);
		for (value = 0; value < 256; value++) {
			mutant.bytes[at] = value;
			if (value != image->bytes[at])
				try_mutant();
		}
	}
	report("each other value of each byte of one image is refused or loads well");
}

static void try_at_random(void)
{
	static struct layout layout;
	unsigned long i = 0;
	unsigned int changes;

	while (i < mutants_wanted) {
		const struct image *image = &corpus[any(corpus_size)];
		unsigned int round;

		if (image->size > SMALL)
			continue;
		lay_out(&layout, image);
		for (round = 0; round < 64 && i < mutants_wanted; round++, i++) {
			start_from(image);
			for (changes = any(4) ? 1 : 2 + any(2); changes; changes--)
				damage(&layout);
			try_mutant();
		}
	}
	report("damaged images are refused or load well");
}

static int count(void)
{
	return 2;
}

static void run(void)
{
	mutant.room = 2 * SMALL;
	mutant.bytes = malloc(mutant.room);
	__sanitizer_set_death_callback(keep_culprit);
	try_each_byte();
	try_at_random();
	__sanitizer_set_death_callback(NULL);
	free(mutant.bytes);
}

const struct suite mutants_suite = { count, run };
