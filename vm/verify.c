// SPDX-License-Identifier: GPL-2.0
/*
 * Judges an image before mruby sees a byte of it: header, section and record bounds.
 *
 *	header	"RITE" "0300" size "MATZ" "0000"
 *	IREP	ident size "0300", a record per irep, its children right behind it:
 *		size nlocals nregs children | code, catch handlers | pool | symbols
 *	DBG	ident size, file names, a record per irep: size files | lines per file
 *	LVAR	ident size, names, nlocals - 1 of their numbers per irep
 *	END	ident size
 *
 * DBG is there when it was compiled with -g, LVAR unless it was compiled with --remove-lv.
 *
 * RITE0300 is what mruby 3.1 to 3.4 write, all as compiler "MATZ" "0000": which of them made an
 * image cannot be told. Their opcodes have the same numbers and operands (what 3.1 calls ARYDUP
 * is ARYSPLAT since 3.2), so all are welcome; but 3.1 writes big integers with a final zero, and
 * an image that has one is refused for its bounds.
 */
#include "judge.h"

#define IREP_SECTION_HEADER_SIZE	(KMVM_SECTION_HEADER_SIZE + 4)
#define FIRST_IREP	(KMVM_IMAGE_HEADER_SIZE + IREP_SECTION_HEADER_SIZE)
#define IREP_SIZE_MIN	21	/* one byte of code, no pool, no symbols */
#define IMAGE_SIZE_MIN	(FIRST_IREP + IREP_SIZE_MIN + KMVM_SECTION_HEADER_SIZE)

#define NLOCALS_MAX	255	/* an environment keeps their number in a byte */
#define NREGS_MAX	65534	/* the loader adds one, in 16 bits (vm/patches/0173) */
#define LOCALS_MAX	0xffff	/* their numbers have 16 bits, and the last one means none */

#define LINES_PACKED	2	/* the only kind of line table that 3.x writes, or can look up */

int kmvm_refuse(const struct judge *judge, size_t offset, const char *format, ...)
{
	struct kmvm_verdict *verdict = judge->verdict;
	va_list args;

	if (verdict) {
		verdict->offset = offset;
		va_start(args, format);
		vsnprintf(verdict->text, sizeof(verdict->text), format, args);
		va_end(args);
	}
	return -ENOEXEC;
}

struct word {
	char text[5];
};

/* Four bytes of the image, fit for a sentence. */
static struct word word_at(const u8 *bytes)
{
	struct word word = { "" };
	int i;

	for (i = 0; i < 4; i++)
		word.text[i] = bytes[i] > ' ' && bytes[i] < 0x7f ? bytes[i] : '.';
	return word;
}

/* Judges as much of the header as there is: 0 when it is whole, -EAGAIN when it is not yet. */
static int check_header(const struct judge *judge, size_t have)
{
	const u8 *head = judge->image;
	static const char rite[4] = "RITE";
	size_t i;

	for (i = 0; i < sizeof(rite) && i < have; i++)
		if (head[i] != rite[i])
			return kmvm_refuse(judge, i, "not an image, use kmctl compile");
	if (have >= 8 && memcmp(head + 4, KMVM_RITE_VERSION, 4))
		return kmvm_refuse(judge, 4, "made for RITE %s, this VM runs " KMVM_RITE_VERSION,
			      word_at(head + 4).text);
	if (have >= 12 && kmvm_u32(head + 8) < IMAGE_SIZE_MIN)
		return kmvm_refuse(judge, 8, "header says %u bytes, the smallest image has %u",
			      kmvm_u32(head + 8), IMAGE_SIZE_MIN);
	if (have >= 16 && memcmp(head + 12, "MATZ", 4))
		return kmvm_refuse(judge, 12, "made by compiler %s, only mrbc's images (MATZ) are known",
			      word_at(head + 12).text);
	if (have >= 20 && memcmp(head + 16, "0000", 4))
		return kmvm_refuse(judge, 16, "made by compiler MATZ %s, only MATZ 0000 is known",
			      word_at(head + 16).text);
	if (have < KMVM_IMAGE_HEADER_SIZE)
		return -EAGAIN;
	return 0;
}

int kmvm_image_size(const void *head, size_t have, size_t *size)
{
	const struct judge judge = { .image = head };
	int ret = check_header(&judge, have);

	if (!ret)
		*size = kmvm_u32(judge.image + 8);
	return ret;
}

static struct kmvm_cursor cursor_at(const struct judge *judge, size_t at, size_t end)
{
	return (struct kmvm_cursor){ .image = judge->image, .at = at, .end = end };
}

static bool section_follows(const struct kmvm_cursor *whole, const char *ident)
{
	return kmvm_left(whole) >= 4 && !memcmp(whole->image + whole->at, ident, 4);
}

/* Steps over a section and leaves a cursor on what is in it. */
static int open_section(struct judge *judge, struct kmvm_cursor *whole, const char *ident,
			struct kmvm_cursor *section)
{
	size_t at = whole->at;
	size_t left = kmvm_left(whole);
	u32 size;

	if (left < KMVM_SECTION_HEADER_SIZE)
		return kmvm_refuse(judge, at, "section %s is missing: %zu bytes are left",
			      ident, left);
	if (memcmp(whole->image + at, ident, 4))
		return kmvm_refuse(judge, at, "section %s is missing, there is %s in its place",
			      ident, word_at(whole->image + at).text);
	size = kmvm_u32(whole->image + at + 4);
	if (size < KMVM_SECTION_HEADER_SIZE || size > left)
		return kmvm_refuse(judge, at + 4, "section %s says %u bytes, %zu are left",
			      ident, size, left);

	*section = *whole;
	section->at = at + KMVM_SECTION_HEADER_SIZE;
	section->end = at + size;
	whole->at = section->end;
	return 0;
}

static int check_code(struct judge *judge, struct kmvm_cursor *cursor,
		      const struct kmvm_irep *irep)
{
	u32 i;

	if (!irep->ilen)
		return refuse_irep(judge, irep->at + 12, "it has no code");
	if (!kmvm_take(cursor, irep->ilen))
		return refuse_irep(judge, irep->at + 12, "its code is longer than its record");

	for (i = 0; i < irep->clen; i++) {
		size_t at = cursor->at;
		const u8 *catch = kmvm_take(cursor, KMVM_CATCH_SIZE);
		u32 begin, end, target;

		if (!catch)
			return refuse_irep(judge, at,
					   "its catch handlers go past the end of its record");
		begin = kmvm_u32(catch + 1);
		end = kmvm_u32(catch + 5);
		target = kmvm_u32(catch + 9);
		if (catch[0] > 1)
			return refuse_irep(judge, at, "catch handler %u is of unknown kind %u",
					   i, catch[0]);
		if (begin > end || end > irep->ilen || target >= irep->ilen)
			return refuse_irep(judge, at, "catch handler %u lies outside the code", i);
	}
	return 0;
}

static int digit_value(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return -1;
}

/*
 * Judges the digits of a big integer; a negative one has a negative base. mruby would skip a
 * minus without counting it; it meets a plus last and stops there. It counts on big integers
 * being too big for ordinary ones, and knows zero by its sign alone; mrbc makes one exception,
 * -2 ** 63.
 */
static bool big_integer_ok(const u8 *digits, u8 count, u8 base)
{
	u32 high = 0, low = 0;	/* the value, as long as it fits */
	bool big = false;
	int i;

	if (base > 0x7f)
		base = 0x100 - base;
	if (base < 2 || base > 36)
		return false;
	for (i = count && digits[0] == '+'; i < count; i++) {
		int value = digit_value(digits[i]);
		u64 sum;

		if (value < 0 || value >= base)
			return false;
		sum = (u64)low * base + value;
		low = sum;
		sum = (u64)high * base + (sum >> 32);
		high = sum;
		if (sum >> 32)
			big = true;
	}
	return big || high >> 31;
}

static int check_pool(struct judge *judge, struct kmvm_cursor *cursor)
{
	u16 count = kmvm_take_u16(cursor);
	const u8 *bytes;
	u16 length;
	u8 base;
	u32 i;

	if (count > judge->most)
		judge->most = count;
	for (i = 0; i < count && !cursor->cut; i++) {
		size_t at = cursor->at;
		u8 kind = kmvm_take_u8(cursor);

		if (cursor->cut)
			break;
		switch (kind) {
		case KMVM_POOL_STRING:
			length = kmvm_take_u16(cursor);
			bytes = kmvm_take(cursor, length + 1);
			if (bytes && bytes[length])
				return refuse_irep(judge, at,
						   "pool entry %u, a string, has no final zero", i);
			break;
		case KMVM_POOL_INT32:
			kmvm_take(cursor, 4);
			break;
		case KMVM_POOL_INT64:
			kmvm_take(cursor, 8);
			break;
		case KMVM_POOL_BIGINT:
			length = kmvm_take_u8(cursor);
			base = kmvm_take_u8(cursor);
			bytes = kmvm_take(cursor, length);
			if (bytes && !big_integer_ok(bytes, length, base))
				return refuse_irep(judge, at,
						   "pool entry %u is no big integer, or too small for one",
						   i);
			break;
		case KMVM_POOL_FLOAT:
			return refuse_irep(judge, at,
					   "pool entry %u is a float; this VM has no floats", i);
		default:
			return refuse_irep(judge, at, "pool entry %u is of unknown kind %u",
					   i, kind);
		}
	}
	if (cursor->cut)
		return refuse_irep(judge, cursor->at, "its pool goes past the end of its record");
	return 0;
}

static int count_names(struct judge *judge, const struct kmvm_cursor *cursor, u32 count)
{
	judge->names += count;
	if (judge->names > KMVM_IMAGE_NAMES_MAX)
		return kmvm_refuse(judge, cursor->at, "%u names so far, an image may have %u",
			      judge->names, KMVM_IMAGE_NAMES_MAX);
	return 0;
}

static int check_symbols(struct judge *judge, struct kmvm_cursor *cursor)
{
	u16 count = kmvm_take_u16(cursor);
	const u8 *name;
	u16 length;
	u32 i;

	for (i = 0; i < count && !cursor->cut; i++) {
		size_t at = cursor->at;

		length = kmvm_take_u16(cursor);
		/* The VM would look up what a null symbol is called; mrbc writes none. */
		if (length == KMVM_NO_NAME)
			return refuse_irep(judge, at, "symbol %u has no name", i);
		name = kmvm_take(cursor, length + 1);
		if (name && name[length])
			return refuse_irep(judge, at, "symbol %u has no final zero", i);
	}
	if (cursor->cut)
		return refuse_irep(judge, cursor->at, "its symbols go past the end of its record");

	return count_names(judge, cursor, count);
}

/* Judges one record and steps over it. */
static int check_irep(struct judge *judge, struct kmvm_cursor *section, struct kmvm_irep *irep)
{
	struct kmvm_cursor cursor = *section;
	size_t left = kmvm_left(section);
	int ret;

	if (left < IREP_SIZE_MIN)
		return refuse_irep(judge, section->at,
				   "it is missing, %zu bytes are left of section IREP", left);
	kmvm_take_irep_head(&cursor, irep);
	if (irep->size < IREP_SIZE_MIN || irep->size > left)
		return refuse_irep(judge, irep->at,
				   "its record says %u bytes, %zu are left of section IREP",
				   irep->size, left);
	if (irep->nlocals < 1 || irep->nlocals > NLOCALS_MAX)
		return refuse_irep(judge, irep->at + 4, "%u locals, there can be 1 to %u",
				   irep->nlocals, NLOCALS_MAX);
	if (irep->nregs > NREGS_MAX)
		return refuse_irep(judge, irep->at + 6, "%u registers, there can be %u", irep->nregs,
				   NREGS_MAX);
	if (irep->nregs < irep->nlocals)
		return refuse_irep(judge, irep->at + 6, "%u registers cannot hold %u locals",
				   irep->nregs, irep->nlocals);

	cursor.end = irep->at + irep->size;
	ret = check_code(judge, &cursor, irep);
	if (!ret)
		ret = check_pool(judge, &cursor);
	if (!ret)
		ret = check_symbols(judge, &cursor);
	if (ret)
		return ret;
	if (kmvm_left(&cursor))
		return refuse_irep(judge, cursor.at, "%zu bytes too many in its record",
				   kmvm_left(&cursor));
	section->at = cursor.end;
	return 0;
}

/* How much room it takes to judge the code of all. */
static void note_irep(struct judge *judge, const struct kmvm_irep *irep)
{
	if (irep->ilen > judge->longest)
		judge->longest = irep->ilen;
	if (irep->rlen > judge->most)
		judge->most = irep->rlen;
}

static int check_ireps(struct judge *judge, struct kmvm_cursor *section)
{
	u16 missing[KMVM_IREP_DEPTH_MAX];	/* at each level, children yet to come */
	const u8 *version = kmvm_take(section, 4);
	struct kmvm_irep irep = { };
	int depth = 0;
	int ret;

	if (!version || memcmp(version, KMVM_RITE_VERSION, 4))
		return kmvm_refuse(judge, section->at,
			      "section IREP is not made for RITE " KMVM_RITE_VERSION);

	missing[0] = 1;
	while (depth >= 0) {
		if (!missing[depth]) {
			depth--;
			continue;
		}
		missing[depth]--;
		cond_resched();
		ret = check_irep(judge, section, &irep);
		if (ret)
			return ret;
		if (irep.rlen) {
			if (++depth == KMVM_IREP_DEPTH_MAX)
				return refuse_irep(judge, irep.at + 8,
						   "blocks, methods and classes are nested over %u deep",
						   KMVM_IREP_DEPTH_MAX);
			missing[depth] = irep.rlen;
		}
		judge->irep++;
		note_irep(judge, &irep);
	}
	judge->ireps = judge->irep;
	if (kmvm_left(section))
		return kmvm_refuse(judge, section->at, "%zu bytes in section IREP after its last irep",
			      kmvm_left(section));
	return 0;
}

/* Steps over names: what mruby makes symbols of, so none may be longer than a symbol. */
static int check_names(struct judge *judge, struct kmvm_cursor *section, const char *ident,
		       u32 count)
{
	u32 i;

	for (i = 0; i < count && !section->cut; i++) {
		size_t at = section->at;
		u16 length = kmvm_take_u16(section);

		cond_resched();
		if (length == KMVM_NO_NAME)
			return kmvm_refuse(judge, at, "section %s: name %u is too long", ident, i);
		kmvm_take(section, length);
	}
	if (section->cut)
		return kmvm_refuse(judge, section->at, "section %s: its names go past its end", ident);
	return count_names(judge, section, count);
}

/* Steps over a number of a packed line table. mruby reads on when the table ends inside one. */
static bool skip_packed(struct kmvm_cursor *lines)
{
	int i;

	for (i = 0; i < 5; i++)
		if (kmvm_take_u8(lines) < 0x80)
			return !lines->cut;
	return false;
}

/* Judges the lines of one file: where in the code it begins, then pairs of distance and line. */
static int check_lines(struct judge *judge, struct kmvm_cursor *section,
		       const struct kmvm_irep *irep, u32 names, u32 *next)
{
	size_t at = section->at;
	u32 begin = kmvm_take_u32(section);
	u16 name = kmvm_take_u16(section);
	u32 length = kmvm_take_u32(section);
	u8 kind = kmvm_take_u8(section);
	struct kmvm_cursor lines = *section;

	if (!kmvm_take(section, length))
		return refuse_irep(judge, at, "its lines go past the end of section DBG");
	/* mruby takes it for granted that some file begins at or before each instruction. */
	if (*next ? begin < *next : begin)
		return refuse_irep(judge, at, "the files of its lines do not begin in order");
	if (begin >= irep->ilen)
		return refuse_irep(judge, at, "a file of its lines begins past its code");
	if (name >= names)
		return refuse_irep(judge, at + 4, "its lines are of file %u, section DBG names %u",
				   name, names);
	if (kind != LINES_PACKED)
		return refuse_irep(judge, at + 10, "its lines are of kind %u, mrbc writes %u",
				   kind, LINES_PACKED);

	lines.end = section->at;
	while (kmvm_left(&lines)) {
		cond_resched();
		if (!skip_packed(&lines) || !skip_packed(&lines))
			return refuse_irep(judge, lines.at, "its lines are damaged");
	}
	*next = begin + 1;
	return 0;
}

static int check_debug_record(struct judge *judge, struct kmvm_cursor *section,
			      const struct kmvm_irep *irep, u32 names)
{
	size_t at = section->at;
	u32 size = kmvm_take_u32(section);
	u16 files = kmvm_take_u16(section);
	u32 next = 0;
	int ret;

	if (section->cut)
		return refuse_irep(judge, at, "section DBG ends before its lines");
	if (!files)
		return refuse_irep(judge, at + 4, "its lines are of no file");
	for (; files; files--) {
		ret = check_lines(judge, section, irep, names, &next);
		if (ret)
			return ret;
	}
	if (section->at - at != size)
		return refuse_irep(judge, at, "the record of its lines says %u bytes, it has %zu",
				   size, section->at - at);
	return 0;
}

static int check_debug(struct judge *judge, struct kmvm_cursor *section)
{
	struct kmvm_cursor ireps = cursor_at(judge, FIRST_IREP, section->end);
	u16 names = kmvm_take_u16(section);
	struct kmvm_irep irep;
	int ret;

	ret = check_names(judge, section, "DBG", names);
	for (judge->irep = 0; !ret && judge->irep < judge->ireps; judge->irep++) {
		cond_resched();
		kmvm_next_irep(&ireps, &irep);
		ret = check_debug_record(judge, section, &irep, names);
	}
	if (!ret && kmvm_left(section))
		ret = kmvm_refuse(judge, section->at, "section DBG has %zu bytes too many",
			     kmvm_left(section));
	return ret;
}

static int check_local_names(struct judge *judge, struct kmvm_cursor *section, u16 nlocals,
			     u32 names)
{
	u32 i;

	for (i = 1; i < nlocals; i++) {
		size_t at = section->at;
		u16 name = kmvm_take_u16(section);

		if (section->cut)
			return refuse_irep(judge, at, "section LVAR ends before its locals");
		if (name != KMVM_NO_NAME && name >= names)
			return refuse_irep(judge, at, "local %u has name %u, section LVAR holds %u",
					   i, name, names);
	}
	return 0;
}

static int check_locals(struct judge *judge, struct kmvm_cursor *section)
{
	struct kmvm_cursor ireps = cursor_at(judge, FIRST_IREP, section->end);
	u32 names = kmvm_take_u32(section);
	struct kmvm_irep irep;
	int ret;

	if (names > LOCALS_MAX)
		return kmvm_refuse(judge, section->at, "section LVAR: %u names, there can be %u",
			      names, LOCALS_MAX);
	ret = check_names(judge, section, "LVAR", names);
	for (judge->irep = 0; !ret && judge->irep < judge->ireps; judge->irep++) {
		cond_resched();
		kmvm_next_irep(&ireps, &irep);
		ret = check_local_names(judge, section, irep.nlocals, names);
	}
	if (!ret && kmvm_left(section))
		ret = kmvm_refuse(judge, section->at, "section LVAR has %zu bytes too many",
			     kmvm_left(section));
	return ret;
}

static int check_sections(struct judge *judge, size_t size)
{
	struct kmvm_cursor whole = cursor_at(judge, KMVM_IMAGE_HEADER_SIZE, size);
	struct kmvm_cursor section;
	int ret;

	ret = open_section(judge, &whole, "IREP", &section);
	if (!ret)
		ret = check_ireps(judge, &section);
	if (!ret && section_follows(&whole, "DBG")) {
		ret = open_section(judge, &whole, "DBG", &section);
		if (!ret)
			ret = check_debug(judge, &section);
	}
	if (!ret && section_follows(&whole, "LVAR")) {
		ret = open_section(judge, &whole, "LVAR", &section);
		if (!ret)
			ret = check_locals(judge, &section);
	}
	if (!ret)
		ret = open_section(judge, &whole, "END", &section);
	if (ret)
		return ret;
	if (kmvm_left(&section) || kmvm_left(&whole))
		return kmvm_refuse(judge, section.at, "%zu bytes after the end of the image",
			      kmvm_left(&section) + kmvm_left(&whole));
	return kmvm_judge_code(judge, FIRST_IREP);
}

int kmvm_verify(const void *image, size_t size, struct kmvm_verdict *verdict)
{
	struct judge judge = { .image = image, .size = size, .verdict = verdict };
	u32 told;
	int ret;

	if (verdict) {
		verdict->offset = 0;
		verdict->text[0] = '\0';
		verdict->effort = 0;
		verdict->effort_max = 0;
	}
	ret = check_header(&judge, size);
	if (ret == -EAGAIN)
		return kmvm_refuse(&judge, size, "cut short: the header alone has %u bytes, %zu arrived",
			      KMVM_IMAGE_HEADER_SIZE, size);
	if (ret)
		return ret;

	told = kmvm_u32(judge.image + 8);
	if (size != told)
		return kmvm_refuse(&judge, size < told ? size : told,
			      "%s: header says %u bytes, %zu arrived",
			      size < told ? "cut short" : "too long", told, size);
	return check_sections(&judge, size);
}
