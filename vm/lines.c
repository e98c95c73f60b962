// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the lines of an image, from its section DBG.
 *
 *	DBG	ident size, names, a record per irep: size files | lines per file
 *	names	their number, then each: length, bytes
 *	lines	begin in the code, number of the file's name, bytes, kind, pairs
 *	pair	how many bytes of code further, how many lines further; in groups of seven bits,
 *		lowest first
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>
#else
#include <stdio.h>
#include <string.h>

#define cond_resched() ((void)0)
#endif

#include "lines.h"
#include "verify.h"

#define RECORD_HEADER_SIZE	6	/* size, files */
#define LINES_MAX		0x7fffffff	/* mruby counts them as an int32_t */
#define LINES_PACKED		2	/* the only kind that 3.x writes */

static bool open_section(struct kmvm_cursor *whole, const char *ident,
			 struct kmvm_cursor *section)
{
	const u8 *head = kmvm_take(whole, KMVM_SECTION_HEADER_SIZE);
	u32 size = head ? kmvm_u32(head + 4) : 0;

	if (!head || memcmp(head, ident, 4) || size < KMVM_SECTION_HEADER_SIZE)
		return false;
	*section = *whole;
	if (!kmvm_take(whole, size - KMVM_SECTION_HEADER_SIZE))
		return false;
	section->end = whole->at;
	return true;
}

bool kmvm_lines_open(struct kmvm_lines *lines, const void *image, size_t size)
{
	struct kmvm_cursor whole = { .image = image, .end = size };
	struct kmvm_cursor section;
	u32 i;

	memset(lines, 0, sizeof(*lines));
	if (!kmvm_take(&whole, KMVM_IMAGE_HEADER_SIZE) ||
	    !open_section(&whole, "IREP", &section) || !open_section(&whole, "DBG", &section))
		return false;

	lines->name_count = kmvm_take_u16(&section);
	lines->names = section;
	for (i = 0; i < lines->name_count; i++)
		kmvm_take(&section, kmvm_take_u16(&section));
	lines->records = section;
	return !section.cut;
}

bool kmvm_lines_next(struct kmvm_lines *lines)
{
	struct kmvm_cursor record = lines->records;
	u32 size = kmvm_take_u32(&record);

	lines->files_left = kmvm_take_u16(&record);
	lines->table.known = false;
	if (size < RECORD_HEADER_SIZE || !kmvm_take(&lines->records, size)) {
		lines->records.cut = true;
		lines->files_left = 0;
		return false;
	}
	record.end = lines->records.at;
	lines->files = record;
	return true;
}

/* Turns to the next file of the irep, unless that one begins behind pc. */
static bool turn_to_file(struct kmvm_lines *lines, u32 pc)
{
	struct kmvm_cursor files = lines->files;
	struct kmvm_line_table table = { };
	u32 begin = kmvm_take_u32(&files);
	u32 size;
	u8 kind;

	if (!lines->files_left || (!files.cut && begin > pc))
		return false;
	lines->files_left--;
	table.file = kmvm_take_u16(&files);
	size = kmvm_take_u32(&files);
	kind = kmvm_take_u8(&files);
	table.cursor = files;
	table.known = kmvm_take(&files, size) && kind == LINES_PACKED;
	table.cursor.end = files.at;
	lines->table = table;
	lines->files = files;
	return true;
}

static u32 take_packed(struct kmvm_cursor *cursor)
{
	u32 number = 0;
	int shift;
	u8 byte;

	for (shift = 0; shift < 32; shift += 7) {
		byte = kmvm_take_u8(cursor);
		number |= (u32)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return number;
}

/* Reads the next pair, unless there is one already. */
static bool look_ahead(struct kmvm_line_table *table)
{
	if (table->ahead)
		return true;
	if (!kmvm_left(&table->cursor))
		return false;
	table->next_pc += take_packed(&table->cursor);
	table->step = take_packed(&table->cursor);
	table->ahead = !table->cursor.cut;
	return table->ahead;
}

bool kmvm_lines_at(struct kmvm_lines *lines, u32 pc, struct kmvm_place *place)
{
	struct kmvm_line_table *table = &lines->table;

	while (turn_to_file(lines, pc))
		cond_resched();
	if (!table->known)
		return false;
	while (look_ahead(table) && table->next_pc <= pc) {
		cond_resched();
		table->line += table->step;
		table->ahead = false;
	}
	place->line = table->line;
	place->file = table->file;
	return table->line && table->line <= LINES_MAX;
}

void kmvm_file_name(const struct kmvm_lines *lines, u16 file, char *text, size_t room)
{
	struct kmvm_cursor names = lines->names;
	size_t length = 0, i;
	const u8 *name = NULL;
	u32 number;

	for (number = 0; number <= file && number < lines->name_count; number++) {
		length = kmvm_take_u16(&names);
		name = kmvm_take(&names, length);
	}
	if (number != file + 1u || !name || !length) {
		name = (const u8 *)"?";
		length = 1;
	}
	if (length >= room) {
		name += length - (room - 1);
		length = room - 1;
	}
	for (i = 0; i < length; i++)
		text[i] = name[i] >= ' ' && name[i] < 0x7f ? name[i] : '?';
	text[i] = '\0';
}

bool kmvm_find_place(const void *image, size_t size, u32 irep, u32 pc,
		     char text[KMVM_PLACE_SIZE])
{
	char name[KMVM_PLACE_SIZE - sizeof(":4294967295") + 1];
	struct kmvm_place place;
	struct kmvm_lines lines;
	bool there;
	u32 i;

	text[0] = '\0';
	there = kmvm_lines_open(&lines, image, size) && kmvm_lines_next(&lines);
	for (i = 0; there && i < irep; i++) {
		cond_resched();
		there = kmvm_lines_next(&lines);
	}
	if (!there || !kmvm_lines_at(&lines, pc, &place))
		return false;
	kmvm_file_name(&lines, place.file, name, sizeof(name));
	snprintf(text, KMVM_PLACE_SIZE, "%s:%u", name, place.line);
	return true;
}
