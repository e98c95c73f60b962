// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "../../vm/verify.h"
#include "program.h"

#define ARENA_SIZE	(24 << 20)

static _Alignas(16) u8 space[ARENA_SIZE];
static size_t used;

void *arena(size_t size)
{
	void *block = space + used;

	size = (size + 15) & ~(size_t)15;
	if (size > ARENA_SIZE - used)
		return NULL;
	used += size;
	memset(block, 0, size);
	return block;
}

enum jump jump_of(u8 op)
{
	switch (op) {
	case OP_JMP:
	case OP_JMPUW:
		return JUMP_A;
	case OP_JMPIF:
	case OP_JMPNOT:
	case OP_JMPNIL:
		return JUMP_B;
	}
	return NO_JUMP;
}

/* Reading. */

static struct place place_at(const u32 *starts, u32 count, u32 offset)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (starts[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < count && starts[low] == offset)
		return (struct place) { .at = low };
	return (struct place) { .at = offset, .raw = true };
}

/* Starts of instructions; the end of the code is one more. */
static u32 *read_code(struct irep *irep, const u8 *code, u32 ilen)
{
	u32 *starts = arena((ilen + 1) * sizeof(*starts));
	u32 at = 0, i;

	if (!starts)
		return NULL;
	while (at < ilen) {
		struct insn insn = { };

		starts[irep->insns.count] = at;
		if (kmvm_decode(code + at, ilen - at, &insn.code) != KMVM_DECODED)
			insn = (struct insn) { .raw = true, .code = { .op = code[at], .size = 1 } };
		at += insn.code.size;
		if (!add(&irep->insns, insn))
			return NULL;
	}
	starts[irep->insns.count] = ilen;
	for (i = 0; i < irep->insns.count; i++) {
		struct insn *insn = &irep->insns.at[i];
		enum jump jump = insn->raw ? NO_JUMP : jump_of(insn->code.op);
		int16_t distance = jump == JUMP_A ? insn->code.a : insn->code.b;

		if (jump == NO_JUMP)
			continue;
		insn->target = place_at(starts, irep->insns.count + 1, starts[i + 1] + distance);
		if (insn->target.raw)
			insn->target.at = (u16)distance;
	}
	return starts;
}

static struct bytes take_bytes(struct kmvm_cursor *cursor, u32 size)
{
	struct bytes bytes = { kmvm_take(cursor, size), size };

	if (!bytes.at)
		bytes.size = 0;
	return bytes;
}

/* Bytes behind their number. */
static struct bytes take_text(struct kmvm_cursor *cursor)
{
	return take_bytes(cursor, kmvm_take_u16(cursor));
}

static bool read_pool(struct irep *irep, struct kmvm_cursor *cursor)
{
	u32 count = kmvm_take_u16(cursor);

	while (count-- && !cursor->cut) {
		struct pool_entry entry = { .kind = kmvm_take_u8(cursor) };
		struct kmvm_cursor ahead = *cursor;
		u32 size;

		switch (entry.kind) {
		case KMVM_POOL_INT32:
			size = 4;
			break;
		case KMVM_POOL_INT64:
		case KMVM_POOL_FLOAT:
			size = 8;
			break;
		case KMVM_POOL_BIGINT:
			size = kmvm_take_u8(&ahead) + 2;
			break;
		case KMVM_POOL_STRING:
			size = kmvm_take_u16(&ahead) + 3;
			break;
		default:
			return false;
		}
		entry.bytes = take_bytes(cursor, size);
		if (!add(&irep->pool, entry))
			return false;
	}
	return !cursor->cut;
}

static struct irep *read_irep(struct kmvm_cursor *cursor, u32 *children)
{
	struct irep *irep = arena(sizeof(*irep));
	struct kmvm_irep head;
	const u32 *starts;
	const u8 *code;
	u32 i;

	if (!irep)
		return NULL;
	kmvm_take_irep_head(cursor, &head);
	code = kmvm_take(cursor, head.ilen);
	if (!code)
		return NULL;
	irep->nlocals = head.nlocals;
	irep->nregs = head.nregs;
	*children = head.rlen;
	starts = read_code(irep, code, head.ilen);
	if (!starts)
		return NULL;
	for (i = 0; i < head.clen; i++) {
		const u8 *bytes = kmvm_take(cursor, KMVM_CATCH_SIZE);
		u32 count = irep->insns.count + 1;
		struct handler handler;

		if (!bytes)
			return NULL;
		handler.kind = bytes[0];
		handler.begin = place_at(starts, count, kmvm_u32(bytes + 1));
		handler.end = place_at(starts, count, kmvm_u32(bytes + 5));
		handler.target = place_at(starts, count, kmvm_u32(bytes + 9));
		if (!add(&irep->handlers, handler))
			return NULL;
	}
	if (!read_pool(irep, cursor))
		return NULL;
	for (i = kmvm_take_u16(cursor); i && !cursor->cut; i--) {
		struct kmvm_cursor ahead = *cursor;
		u32 length = kmvm_take_u16(&ahead);
		struct bytes symbol = take_bytes(cursor, length == KMVM_NO_NAME ? 2 : length + 3);

		if (!add(&irep->symbols, symbol))
			return NULL;
	}
	return cursor->cut ? NULL : irep;
}

/* Every irep, in the order of the image. */
struct order {
	struct irep *ireps[IREPS_MAX];
	u32 count;
};

static bool read_ireps(struct program *program, struct kmvm_cursor *cursor, struct order *order)
{
	struct { struct irep *irep; u32 missing; } levels[KMVM_IREP_DEPTH_MAX + 2];
	int depth = 0;

	order->count = 0;
	levels[0].irep = NULL;
	levels[0].missing = 1;
	while (depth >= 0) {
		struct irep *irep;
		u32 children;

		if (!levels[depth].missing) {
			depth--;
			continue;
		}
		levels[depth].missing--;
		if (order->count == IREPS_MAX)
			return false;
		irep = read_irep(cursor, &children);
		if (!irep)
			return false;
		order->ireps[order->count++] = irep;
		if (!levels[depth].irep)
			program->top = irep;
		else if (!add(&levels[depth].irep->children, irep))
			return false;
		if (children && depth == KMVM_IREP_DEPTH_MAX)
			return false;
		depth++;
		levels[depth].irep = irep;
		levels[depth].missing = children;
	}
	return true;
}

static bool read_lines(struct program *program, struct kmvm_cursor *cursor, struct order *order)
{
	u32 i, count = kmvm_take_u16(cursor);

	while (count-- && !cursor->cut)
		if (!add(&program->files, take_text(cursor)))
			return false;
	for (i = 0; i < order->count && !cursor->cut; i++) {
		kmvm_take_u32(cursor);
		for (count = kmvm_take_u16(cursor); count && !cursor->cut; count--) {
			struct lines lines;
			u32 size;

			lines.begin = kmvm_take_u32(cursor);
			lines.file = kmvm_take_u16(cursor);
			size = kmvm_take_u32(cursor);
			lines.kind = kmvm_take_u8(cursor);
			lines.bytes = take_bytes(cursor, size);
			if (!add(&order->ireps[i]->lines, lines))
				return false;
		}
	}
	return program->has_lines = !cursor->cut;
}

static bool read_locals(struct program *program, struct kmvm_cursor *cursor, struct order *order)
{
	u32 i, k, count = kmvm_take_u32(cursor);

	while (count-- && !cursor->cut)
		if (!add(&program->names, take_text(cursor)))
			return false;
	for (i = 0; i < order->count && !cursor->cut; i++)
		for (k = 1; k < order->ireps[i]->nlocals; k++)
			if (!add(&order->ireps[i]->locals, kmvm_take_u16(cursor)))
				return false;
	return program->has_locals = !cursor->cut;
}

bool read_program(struct program *program, const u8 *bytes, size_t size)
{
	used = 0;
	return read_another(program, bytes, size);
}

bool read_another(struct program *program, const u8 *bytes, size_t size)
{
	static struct order order;
	struct kmvm_cursor cursor = { bytes, KMVM_IMAGE_HEADER_SIZE, size, false };

	*program = (struct program) { };
	if (size < KMVM_IMAGE_HEADER_SIZE || size > IMAGE_MAX)
		return false;
	while (kmvm_left(&cursor) >= KMVM_SECTION_HEADER_SIZE) {
		const u8 *ident = bytes + cursor.at;
		u32 length = kmvm_u32(ident + 4);
		struct kmvm_cursor section = cursor;

		if (length < KMVM_SECTION_HEADER_SIZE || length > kmvm_left(&cursor))
			return false;
		section.end = cursor.at + length;
		kmvm_take(&section, KMVM_SECTION_HEADER_SIZE);
		kmvm_take(&cursor, length);
		if (!memcmp(ident, "IREP", 4)) {
			kmvm_take(&section, 4);
			if (program->top || !read_ireps(program, &section, &order))
				return false;
		} else if (!program->top) {
			return false;
		} else if (!memcmp(ident, "DBG", 4)) {
			if (!read_lines(program, &section, &order))
				return false;
		} else if (!memcmp(ident, "LVAR", 4)) {
			if (!read_locals(program, &section, &order))
				return false;
		}
	}
	return program->top;
}

/* Writing. */

struct writer {
	u8 *bytes;
	size_t size, room;
	bool full;
};

static void put(struct writer *writer, const void *bytes, size_t size)
{
	if (writer->full || size > writer->room - writer->size) {
		writer->full = true;
		return;
	}
	if (size)
		memcpy(writer->bytes + writer->size, bytes, size);
	writer->size += size;
}

static void put_number(struct writer *writer, int width, u32 value)
{
	u8 bytes[4] = { value >> 24, value >> 16, value >> 8, value };

	put(writer, bytes + 4 - width, width);
}

static void set_number(struct writer *writer, size_t at, u32 value)
{
	struct writer there = { writer->bytes, at, writer->size, writer->full };

	put_number(&there, 4, value);
}

static void put_text(struct writer *writer, const struct bytes *text)
{
	put_number(writer, 2, text->size);
	put(writer, text->at, text->size);
}

/* With the prefix that its operands need. */
static u32 insn_size(const struct kmvm_insn *insn, u8 *ext)
{
	enum kmvm_operands operands = kmvm_operands(insn->op);
	bool wide_a = operands != KMVM_OPERANDS_Z && operands != KMVM_OPERANDS_S &&
		operands != KMVM_OPERANDS_W;
	bool wide_b = operands == KMVM_OPERANDS_BB || operands == KMVM_OPERANDS_BBB;
	static const u8 sizes[] = {
		[KMVM_OPERANDS_Z] = 1, [KMVM_OPERANDS_B] = 2, [KMVM_OPERANDS_BB] = 3,
		[KMVM_OPERANDS_BBB] = 4, [KMVM_OPERANDS_BS] = 4, [KMVM_OPERANDS_BSS] = 6,
		[KMVM_OPERANDS_S] = 3, [KMVM_OPERANDS_W] = 4,
	};

	*ext = insn->ext;
	if (operands == KMVM_OPERANDS_B) {
		if (insn->a > 0xff)
			*ext = 1;
		wide_a = *ext == 1;
	}
	if (wide_a && insn->a > 0xff)
		*ext |= 1;
	if (wide_b && insn->b > 0xff)
		*ext |= 2;
	return sizes[operands] + !!*ext + (wide_a && *ext & 1) + (wide_b && *ext & 2);
}

static void put_insn(struct writer *writer, const struct kmvm_insn *insn)
{
	int a = 1, b = 1;
	u8 ext;

	insn_size(insn, &ext);
	if (ext) {
		put_number(writer, 1, OP_EXT1 + ext - 1);
		a += ext & 1 && (ext == 1 || kmvm_operands(insn->op) != KMVM_OPERANDS_B);
		b += ext >> 1;
	}
	put_number(writer, 1, insn->op);
	switch (kmvm_operands(insn->op)) {
	case KMVM_OPERANDS_Z:
		break;
	case KMVM_OPERANDS_B:
		put_number(writer, a, insn->a);
		break;
	case KMVM_OPERANDS_BB:
		put_number(writer, a, insn->a);
		put_number(writer, b, insn->b);
		break;
	case KMVM_OPERANDS_BBB:
		put_number(writer, a, insn->a);
		put_number(writer, b, insn->b);
		put_number(writer, 1, insn->c);
		break;
	case KMVM_OPERANDS_BS:
		put_number(writer, a, insn->a);
		put_number(writer, 2, insn->b);
		break;
	case KMVM_OPERANDS_BSS:
		put_number(writer, a, insn->a);
		put_number(writer, 2, insn->b);
		put_number(writer, 2, insn->c);
		break;
	case KMVM_OPERANDS_S:
		put_number(writer, 2, insn->a);
		break;
	case KMVM_OPERANDS_W:
		put_number(writer, 3, insn->a);
		break;
	}
}

static u32 offset_of(struct place place, const u32 *starts, u32 count)
{
	if (place.raw)
		return place.at;
	return starts[place.at < count ? place.at : count];
}

static const u32 *put_code(struct writer *writer, const struct irep *irep)
{
	u32 count = irep->insns.count, at = 0, i;
	u32 *starts = arena((count + 1) * sizeof(*starts));
	u8 ext;

	if (!starts) {
		writer->full = true;
		return NULL;
	}
	for (i = 0; i < count; i++) {
		const struct insn *insn = &irep->insns.at[i];

		starts[i] = at;
		at += insn->raw ? 1 : insn_size(&insn->code, &ext);
	}
	starts[count] = at;
	for (i = 0; i < count; i++) {
		const struct insn *insn = &irep->insns.at[i];
		struct kmvm_insn code = insn->code;
		u16 distance = insn->target.raw ? insn->target.at :
			offset_of(insn->target, starts, count) - starts[i + 1];

		if (insn->raw) {
			put_number(writer, 1, code.op);
			continue;
		}
		switch (jump_of(code.op)) {
		case JUMP_A:
			code.a = distance;
			break;
		case JUMP_B:
			code.b = distance;
			break;
		case NO_JUMP:
			break;
		}
		put_insn(writer, &code);
	}
	return starts;
}

static void put_irep(struct writer *writer, const struct irep *irep)
{
	size_t at = writer->size, code;
	const u32 *starts;
	u32 i;

	put_number(writer, 4, 0);
	put_number(writer, 2, irep->nlocals);
	put_number(writer, 2, irep->nregs);
	put_number(writer, 2, irep->children.count);
	put_number(writer, 2, irep->handlers.count);
	put_number(writer, 4, 0);
	code = writer->size;
	starts = put_code(writer, irep);
	if (!starts)
		return;
	set_number(writer, code - 4, writer->size - code + irep->ilen_wrong);
	for (i = 0; i < irep->handlers.count; i++) {
		const struct handler *handler = &irep->handlers.at[i];

		put_number(writer, 1, handler->kind);
		put_number(writer, 4, offset_of(handler->begin, starts, irep->insns.count));
		put_number(writer, 4, offset_of(handler->end, starts, irep->insns.count));
		put_number(writer, 4, offset_of(handler->target, starts, irep->insns.count));
	}
	put_number(writer, 2, irep->pool.count);
	for (i = 0; i < irep->pool.count; i++) {
		put_number(writer, 1, irep->pool.at[i].kind);
		put(writer, irep->pool.at[i].bytes.at, irep->pool.at[i].bytes.size);
	}
	put_number(writer, 2, irep->symbols.count);
	for (i = 0; i < irep->symbols.count; i++)
		put(writer, irep->symbols.at[i].at, irep->symbols.at[i].size);
	set_number(writer, at, writer->size - at + irep->size_wrong);
}

static void walk(struct order *order, struct irep *irep, int depth)
{
	u32 i;

	if (order->count == IREPS_MAX || depth > KMVM_IREP_DEPTH_MAX + 8)
		return;
	order->ireps[order->count++] = irep;
	for (i = 0; i < irep->children.count; i++)
		walk(order, irep->children.at[i], depth + 1);
}

static size_t open_section(struct writer *writer, const char *ident)
{
	put(writer, ident, 4);
	put_number(writer, 4, 0);
	return writer->size - KMVM_SECTION_HEADER_SIZE;
}

static void close_section(struct writer *writer, size_t at)
{
	set_number(writer, at + 4, writer->size - at);
}

static void put_lines(struct writer *writer, const struct program *program,
		      const struct order *order)
{
	size_t section = open_section(writer, "DBG");
	u32 i, k;

	put_number(writer, 2, program->files.count);
	for (i = 0; i < program->files.count; i++)
		put_text(writer, &program->files.at[i]);
	for (i = 0; i < order->count; i++) {
		const struct irep *irep = order->ireps[i];
		size_t at = writer->size;

		put_number(writer, 4, 0);
		put_number(writer, 2, irep->lines.count);
		for (k = 0; k < irep->lines.count; k++) {
			const struct lines *lines = &irep->lines.at[k];

			put_number(writer, 4, lines->begin);
			put_number(writer, 2, lines->file);
			put_number(writer, 4, lines->bytes.size);
			put_number(writer, 1, lines->kind);
			put(writer, lines->bytes.at, lines->bytes.size);
		}
		set_number(writer, at, writer->size - at);
	}
	close_section(writer, section);
}

static void put_locals(struct writer *writer, const struct program *program,
		       const struct order *order)
{
	size_t section = open_section(writer, "LVAR");
	u32 i, k;

	put_number(writer, 4, program->names.count);
	for (i = 0; i < program->names.count; i++)
		put_text(writer, &program->names.at[i]);
	for (i = 0; i < order->count; i++) {
		const struct irep *irep = order->ireps[i];

		for (k = 0; k + 1 < irep->nlocals; k++)
			put_number(writer, 2, k < irep->locals.count ? irep->locals.at[k] :
				   KMVM_NO_NAME);
	}
	close_section(writer, section);
}

size_t write_program(const struct program *program, u8 *bytes, size_t room)
{
	static struct order order;
	struct writer writer = { bytes, 0, room, false };
	size_t section;
	u32 i;

	order.count = 0;
	walk(&order, program->top, 1);
	if (order.count == IREPS_MAX)
		return 0;
	put(&writer, "RITE" KMVM_RITE_VERSION "\0\0\0\0MATZ0000", KMVM_IMAGE_HEADER_SIZE);
	section = open_section(&writer, "IREP");
	put(&writer, KMVM_RITE_VERSION, 4);
	for (i = 0; i < order.count; i++)
		put_irep(&writer, order.ireps[i]);
	close_section(&writer, section);
	if (program->has_lines)
		put_lines(&writer, program, &order);
	if (program->has_locals)
		put_locals(&writer, program, &order);
	close_section(&writer, open_section(&writer, "END"));
	set_number(&writer, 8, writer.size);
	return writer.full ? 0 : writer.size;
}
