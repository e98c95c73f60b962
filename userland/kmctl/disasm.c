// SPDX-License-Identifier: GPL-2.0
/*
 * An image in words: its ireps in the order in which they lie there, what each of them is,
 * instructions with what their operands stand for, lines of the source, catch handlers, pool
 * and symbols.
 *
 * Nothing that the image says is trusted: it is for images that were refused, too. Two ways
 * through: the first finds where the ireps lie and which is whose child, the second prints.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../vm/lines.h"
#include "../../vm/opcode.h"
#include "../../vm/verify.h"
#include "disasm.h"
#include "say.h"

#define IREP_HEAD_SIZE	16
#define NO_IREP		0xffffffff
#define NO_FILE		0xffffffff
#define OPERAND_MAX	60	/* bytes of a string that are shown beside an instruction */

/* Bytes of the image: a name, a pool entry. */
struct text {
	const u8 *at;
	size_t size;
};

struct texts {
	struct text *rows;
	size_t count;
	size_t room;
};

struct irep {
	struct kmvm_irep head;
	size_t end;		/* of its record, as far as it lies in the image */
	size_t locals;		/* where section LVAR numbers its locals, or 0 */
	u32 parent;
	u32 index;		/* which of its parent's children */
	u32 children;		/* how many were met */
	u32 first_child;	/* in disasm.children */
	const char *kind;	/* what its parent makes of it */
	struct text name;
};

struct disasm {
	FILE *out;
	const u8 *image;
	size_t size;
	const struct kmvm_verdict *verdict;
	bool marked;
	bool no_memory;

	struct irep *ireps;
	u32 count;
	u32 room;
	u32 *children;		/* numbers of the ireps, those of one parent side by side */

	struct texts local_names;
	struct kmvm_lines lines;
	bool has_lines;

	/* Of the irep that is being printed. */
	struct texts pool;
	struct texts symbols;
	u32 method;		/* child that the last OP_METHOD took */
	const char *body_kind;	/* what the next OP_EXEC executes */
	struct text body_name;
	u32 line;

	u32 file;	/* that was named last */
};

/* What an operand stands for; in the order of the operands. */
static const char *operand_kinds(u8 op)
{
	/*
	 * R register, S symbol, P pool entry, C child, J where it jumps to, U register of the
	 * frame that L names, N arguments, # number, - negative, h 16 bits, w 32 bits, A and E
	 * layouts of arguments
	 */
	static const char *const kinds[KMVM_OPCODES] = {
		[OP_NOP] = "", [OP_MOVE] = "RR", [OP_LOADL] = "RP", [OP_LOADI] = "R#",
		[OP_LOADINEG] = "R-", [OP_LOADI__1] = "R", [OP_LOADI_0] = "R", [OP_LOADI_1] = "R",
		[OP_LOADI_2] = "R", [OP_LOADI_3] = "R", [OP_LOADI_4] = "R", [OP_LOADI_5] = "R",
		[OP_LOADI_6] = "R", [OP_LOADI_7] = "R", [OP_LOADI16] = "Rh", [OP_LOADI32] = "Rw",
		[OP_LOADSYM] = "RS", [OP_LOADNIL] = "R", [OP_LOADSELF] = "R", [OP_LOADT] = "R",
		[OP_LOADF] = "R", [OP_GETGV] = "RS", [OP_SETGV] = "RS", [OP_GETSV] = "RS",
		[OP_SETSV] = "RS", [OP_GETIV] = "RS", [OP_SETIV] = "RS", [OP_GETCV] = "RS",
		[OP_SETCV] = "RS", [OP_GETCONST] = "RS", [OP_SETCONST] = "RS",
		[OP_GETMCNST] = "RS", [OP_SETMCNST] = "RS", [OP_GETUPVAR] = "RUL",
		[OP_SETUPVAR] = "RUL", [OP_GETIDX] = "R", [OP_SETIDX] = "R", [OP_JMP] = "J",
		[OP_JMPIF] = "RJ", [OP_JMPNOT] = "RJ", [OP_JMPNIL] = "RJ", [OP_JMPUW] = "J",
		[OP_EXCEPT] = "R", [OP_RESCUE] = "RR", [OP_RAISEIF] = "R", [OP_SSEND] = "RSN",
		[OP_SSENDB] = "RSN", [OP_SEND] = "RSN", [OP_SENDB] = "RSN", [OP_CALL] = "",
		[OP_SUPER] = "RN", [OP_ARGARY] = "RA", [OP_ENTER] = "E", [OP_KEY_P] = "RS",
		[OP_KEYEND] = "", [OP_KARG] = "RS", [OP_RETURN] = "R", [OP_RETURN_BLK] = "R",
		[OP_BREAK] = "R", [OP_BLKPUSH] = "RA", [OP_ADD] = "R", [OP_ADDI] = "R#",
		[OP_SUB] = "R", [OP_SUBI] = "R#", [OP_MUL] = "R", [OP_DIV] = "R", [OP_EQ] = "R",
		[OP_LT] = "R", [OP_LE] = "R", [OP_GT] = "R", [OP_GE] = "R", [OP_ARRAY] = "R#",
		[OP_ARRAY2] = "RR#", [OP_ARYCAT] = "R", [OP_ARYPUSH] = "R#", [OP_ARYSPLAT] = "R",
		[OP_AREF] = "RR#", [OP_ASET] = "RR#", [OP_APOST] = "R##", [OP_INTERN] = "R",
		[OP_SYMBOL] = "RP", [OP_STRING] = "RP", [OP_STRCAT] = "R", [OP_HASH] = "R#",
		[OP_HASHADD] = "R#", [OP_HASHCAT] = "R", [OP_LAMBDA] = "RC", [OP_BLOCK] = "RC",
		[OP_METHOD] = "RC", [OP_RANGE_INC] = "R", [OP_RANGE_EXC] = "R", [OP_OCLASS] = "R",
		[OP_CLASS] = "RS", [OP_MODULE] = "RS", [OP_EXEC] = "RC", [OP_DEF] = "RS",
		[OP_ALIAS] = "SS", [OP_UNDEF] = "S", [OP_SCLASS] = "R", [OP_TCLASS] = "R",
		[OP_DEBUG] = "###", [OP_ERR] = "P", [OP_STOP] = "",
	};

	return kinds[op] ? kinds[op] : "###";
}

static bool add_text(struct disasm *disasm, struct texts *texts, const u8 *at, size_t size)
{
	if (texts->count == texts->room) {
		size_t room = texts->room ? texts->room * 2 : 64;
		struct text *rows = reallocarray(texts->rows, room, sizeof(*rows));

		if (!rows) {
			disasm->no_memory = true;
			return false;
		}
		texts->rows = rows;
		texts->room = room;
	}
	texts->rows[texts->count++] = (struct text){ at, size };
	return true;
}

/* "Quoted" as Ruby would, @max bytes of it. */
static void put_string(struct disasm *disasm, struct text text, size_t max)
{
	size_t i;

	putc('"', disasm->out);
	for (i = 0; i < text.size && i < max; i++) {
		u8 c = text.at[i];

		if (c == '\n')
			fputs("\\n", disasm->out);
		else if (c == '"' || c == '\\')
			fprintf(disasm->out, "\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			putc(c, disasm->out);
		else
			fprintf(disasm->out, "\\x%02x", c);
	}
	fputs(i < text.size ? "\"..." : "\"", disasm->out);
}

static void put_name(struct disasm *disasm, struct text name)
{
	bool plain = name.size && name.size <= OPERAND_MAX;
	size_t i;

	for (i = 0; i < name.size && plain; i++)
		plain = name.at[i] > ' ' && name.at[i] < 0x7f && name.at[i] != '"';
	if (plain)
		fwrite(name.at, 1, name.size, disasm->out);
	else
		put_string(disasm, name, OPERAND_MAX);
}

/* To be called with where an item ends, once it is printed. */
static void mark(struct disasm *disasm, size_t end)
{
	if (disasm->marked || !disasm->verdict->text[0] || disasm->verdict->offset >= end)
		return;
	fprintf(disasm->out, ">>> refused: %s (byte %zu)\n", disasm->verdict->text,
		disasm->verdict->offset);
	disasm->marked = true;
}

static struct kmvm_cursor cursor_at(const struct disasm *disasm, size_t at, size_t end)
{
	return (struct kmvm_cursor){ .image = disasm->image, .at = at, .end = end };
}

/* Steps over a section, or as much of it as there is. */
static bool next_section(struct kmvm_cursor *whole, struct kmvm_cursor *section, char ident[5])
{
	const u8 *head = kmvm_take(whole, KMVM_SECTION_HEADER_SIZE);
	size_t size;
	int i;

	if (!head)
		return false;
	for (i = 0; i < 4; i++)
		ident[i] = head[i] > ' ' && head[i] < 0x7f ? head[i] : !head[i] && i == 3 ? 0 : '.';
	ident[4] = '\0';
	size = kmvm_u32(head + 4);
	if (size < KMVM_SECTION_HEADER_SIZE)
		return false;
	size -= KMVM_SECTION_HEADER_SIZE;
	if (size > kmvm_left(whole))
		size = kmvm_left(whole);
	*section = *whole;
	section->end = section->at + size;
	whole->at = section->end;
	return true;
}

static bool add_irep(struct disasm *disasm, const struct irep *irep)
{
	if (disasm->count == disasm->room) {
		u32 room = disasm->room ? disasm->room * 2 : 64;
		struct irep *ireps = reallocarray(disasm->ireps, room, sizeof(*ireps));

		if (!ireps) {
			disasm->no_memory = true;
			return false;
		}
		disasm->ireps = ireps;
		disasm->room = room;
	}
	disasm->ireps[disasm->count++] = *irep;
	return true;
}

/* The first way: as many ireps as can be found, each with its parent. */
static void find_ireps(struct disasm *disasm, struct kmvm_cursor section)
{
	u32 parent = NO_IREP;

	do {
		struct irep irep = { .parent = parent, .kind = "unused" };
		struct kmvm_cursor cursor = section;

		kmvm_take_irep_head(&cursor, &irep.head);
		if (cursor.cut)
			return;
		irep.end = section.end;
		if (irep.head.size <= kmvm_left(&section))
			irep.end = section.at + irep.head.size;
		if (parent == NO_IREP)
			irep.kind = "program";
		else
			irep.index = disasm->ireps[parent].children++;
		if (!add_irep(disasm, &irep))
			return;
		/* Where a next one would begin is not known. */
		if (irep.head.size < IREP_HEAD_SIZE || irep.head.size > kmvm_left(&section))
			return;
		section.at = irep.end;

		parent = disasm->count - 1;
		while (parent != NO_IREP &&
		       disasm->ireps[parent].children == disasm->ireps[parent].head.rlen)
			parent = disasm->ireps[parent].parent;
	} while (parent != NO_IREP);
}

static void order_children(struct disasm *disasm)
{
	u32 next = 0;
	u32 i;

	if (!disasm->count)
		return;
	disasm->children = calloc(disasm->count, sizeof(*disasm->children));
	if (!disasm->children) {
		disasm->no_memory = true;
		return;
	}
	for (i = 0; i < disasm->count; i++) {
		disasm->ireps[i].first_child = next;
		next += disasm->ireps[i].children;
	}
	for (i = 1; i < disasm->count; i++) {
		const struct irep *irep = &disasm->ireps[i];

		disasm->children[disasm->ireps[irep->parent].first_child + irep->index] = i;
	}
}

static void find_locals(struct disasm *disasm, struct kmvm_cursor section)
{
	u32 names = kmvm_take_u32(&section);
	u32 i;

	for (i = 0; i < names && !section.cut; i++) {
		u16 size = kmvm_take_u16(&section);
		const u8 *name = kmvm_take(&section, size);

		if (name && !add_text(disasm, &disasm->local_names, name, size))
			return;
	}
	for (i = 0; i < disasm->count; i++) {
		struct irep *irep = &disasm->ireps[i];
		size_t at = section.at;

		if (irep->head.nlocals && kmvm_take(&section, (irep->head.nlocals - 1) * 2))
			irep->locals = at;
	}
}

/* The name of a local; an empty one if there is none. */
static struct text local_name(const struct disasm *disasm, const struct irep *irep, u32 reg)
{
	struct text none = { NULL, 0 };
	struct kmvm_cursor cursor;
	u16 number;

	if (!irep->locals || !reg || reg >= irep->head.nlocals)
		return none;
	cursor = cursor_at(disasm, irep->locals + (reg - 1) * 2, disasm->size);
	number = kmvm_take_u16(&cursor);
	return number < disasm->local_names.count ? disasm->local_names.rows[number] : none;
}

static u32 child_of(const struct disasm *disasm, const struct irep *irep, u32 index)
{
	if (index >= irep->children)
		return NO_IREP;
	return disasm->children[irep->first_child + index];
}

/* The irep whose frame an OP_GETUPVAR of that level looks into. */
static u32 frame_of(const struct disasm *disasm, const struct irep *irep, u32 level)
{
	u32 number = irep->parent;

	while (level-- && number != NO_IREP)
		number = disasm->ireps[number].parent;
	return number;
}

static void put_pool_entry(struct disasm *disasm, struct text entry, size_t max)
{
	struct kmvm_cursor cursor = { .image = entry.at, .end = entry.size };
	u8 kind = kmvm_take_u8(&cursor);
	u64 value;
	u8 base;

	switch (kind) {
	case KMVM_POOL_STRING:
		put_string(disasm, (struct text){ entry.at + 3, entry.size - 4 }, max);
		break;
	case KMVM_POOL_INT32:
		fprintf(disasm->out, "%d", (int)kmvm_take_u32(&cursor));
		break;
	case KMVM_POOL_INT64:
		value = (u64)kmvm_take_u32(&cursor) << 32;
		value |= kmvm_take_u32(&cursor);
		fprintf(disasm->out, "%lld", (long long)value);
		break;
	case KMVM_POOL_FLOAT:
		fputs("a float", disasm->out);
		break;
	case KMVM_POOL_BIGINT:
		kmvm_take_u8(&cursor);
		base = kmvm_take_u8(&cursor);
		fprintf(disasm->out, "%sbig integer, base %d: ", base > 0x7f ? "negative " : "",
			base > 0x7f ? 0x100 - base : base);
		put_string(disasm, (struct text){ entry.at + 3, entry.size - 3 }, max);
		break;
	}
}

/* Where pool entries and symbols lie. Leaves the cursor where it could read no further. */
static void find_pool(struct disasm *disasm, struct kmvm_cursor *cursor)
{
	u32 count = kmvm_take_u16(cursor);

	disasm->pool.count = 0;
	while (disasm->pool.count < count && !cursor->cut) {
		struct kmvm_cursor entry = *cursor;
		size_t length;

		switch (kmvm_take_u8(&entry)) {
		case KMVM_POOL_STRING:
			length = kmvm_take_u16(&entry);
			kmvm_take(&entry, length + 1);
			break;
		case KMVM_POOL_INT32:
			kmvm_take(&entry, 4);
			break;
		case KMVM_POOL_INT64:
		case KMVM_POOL_FLOAT:
			kmvm_take(&entry, 8);
			break;
		case KMVM_POOL_BIGINT:
			length = kmvm_take_u8(&entry);
			kmvm_take(&entry, length + 1);
			break;
		default:
			entry.cut = true;
		}
		if (entry.cut) {
			cursor->cut = true;
			return;
		}
		if (!add_text(disasm, &disasm->pool, disasm->image + cursor->at,
			      entry.at - cursor->at))
			return;
		*cursor = entry;
	}
}

static void find_symbols(struct disasm *disasm, struct kmvm_cursor *cursor)
{
	u32 count = kmvm_take_u16(cursor);

	disasm->symbols.count = 0;
	while (disasm->symbols.count < count && !cursor->cut) {
		struct kmvm_cursor symbol = *cursor;
		u16 size = kmvm_take_u16(&symbol);
		const u8 *name = symbol.image + symbol.at;

		if (size == KMVM_NO_NAME)
			size = 0;
		else
			kmvm_take(&symbol, size + 1);
		if (symbol.cut) {
			cursor->cut = true;
			return;
		}
		if (!add_text(disasm, &disasm->symbols, name, size))
			return;
		*cursor = symbol;
	}
}

static void put_symbol(struct disasm *disasm, u32 number)
{
	if (number >= disasm->symbols.count) {
		fprintf(disasm->out, "symbol %u, which is not there", number);
		return;
	}
	putc(':', disasm->out);
	put_name(disasm, disasm->symbols.rows[number]);
}

static void put_register(struct disasm *disasm, const struct irep *irep, u32 reg)
{
	struct text name = local_name(disasm, irep, reg);

	fprintf(disasm->out, "R%u", reg);
	if (name.at) {
		putc('(', disasm->out);
		put_name(disasm, name);
		putc(')', disasm->out);
	}
}

/* n and k of a call: how many arguments and pairs of keywords; 15: all in one object. */
static void put_arguments(struct disasm *disasm, u32 counts)
{
	u32 plain = counts & 15, pairs = counts >> 4;

	if (plain == 15)
		fputs("n=*", disasm->out);
	else
		fprintf(disasm->out, "n=%u", plain);
	if (pairs == 15)
		fputs(" k=**", disasm->out);
	else if (pairs)
		fprintf(disasm->out, " k=%u", pairs);
}

static void put_count(struct disasm *disasm, const char *what, u32 count)
{
	if (count)
		fprintf(disasm->out, " %s=%u", what, count);
}

/* What OP_ENTER takes: 5, 5, 1, 5, 5, 1, 1 bits. */
static void put_enter(struct disasm *disasm, u32 a)
{
	fprintf(disasm->out, "required=%u", a >> 18 & 31);
	put_count(disasm, "optional", a >> 13 & 31);
	put_count(disasm, "rest", a >> 12 & 1);
	put_count(disasm, "post", a >> 7 & 31);
	put_count(disasm, "keywords", a >> 2 & 31);
	put_count(disasm, "keyrest", a >> 1 & 1);
	put_count(disasm, "block", a & 1);
}

/* What OP_ARGARY and OP_BLKPUSH know of the method's arguments: 5, 1, 5, 1 bits; its level: 4. */
static void put_layout(struct disasm *disasm, u32 b)
{
	fprintf(disasm->out, "level=%u", b & 15);
	put_count(disasm, "before", b >> 11 & 31);
	put_count(disasm, "rest", b >> 10 & 1);
	put_count(disasm, "after", b >> 5 & 31);
	put_count(disasm, "keywords", b >> 4 & 1);
}

static void put_child(struct disasm *disasm, const struct irep *irep, u32 index)
{
	u32 number = child_of(disasm, irep, index);

	if (number == NO_IREP)
		fprintf(disasm->out, "child %u, which is not there", index);
	else
		fprintf(disasm->out, "irep %u", number);
}

static void put_operand(struct disasm *disasm, const struct irep *irep, char kind,
			const struct kmvm_insn *insn, u32 pc, u32 value)
{
	FILE *out = disasm->out;
	u32 frame;

	switch (kind) {
	case 'R':
		put_register(disasm, irep, value);
		break;
	case 'S':
		put_symbol(disasm, value);
		break;
	case 'P':
		if (value < disasm->pool.count)
			put_pool_entry(disasm, disasm->pool.rows[value], OPERAND_MAX);
		else
			fprintf(out, "pool entry %u, which is not there", value);
		break;
	case 'C':
		put_child(disasm, irep, value);
		break;
	case 'J':
		fprintf(out, "-> 0x%04x", pc + insn->size + (int16_t)value);
		break;
	case 'U':
		frame = frame_of(disasm, irep, insn->c);
		if (frame == NO_IREP)
			fprintf(out, "R%u", value);
		else
			put_register(disasm, &disasm->ireps[frame], value);
		break;
	case 'L':
		frame = frame_of(disasm, irep, value);
		if (frame == NO_IREP)
			fprintf(out, "of the frame at level %u, which is not there", value);
		else
			fprintf(out, "of irep %u", frame);
		break;
	case 'N':
		put_arguments(disasm, value);
		break;
	case 'A':
		put_layout(disasm, value);
		break;
	case 'E':
		put_enter(disasm, value);
		break;
	case '-':
		fprintf(out, "-%u", value);
		break;
	case 'h':
		fprintf(out, "%d", (int16_t)value);
		break;
	case 'w':
		fprintf(out, "%d", (int)((u32)insn->b << 16 | insn->c));
		break;
	default:
		fprintf(out, "%u", value);
	}
}

/* What an instruction says of the child it names, or of one that was named before. */
static void learn(struct disasm *disasm, const struct irep *irep, const struct kmvm_insn *insn)
{
	struct text name = { NULL, 0 };
	const char *kind = NULL;
	u32 child = NO_IREP;

	if (insn->b < disasm->symbols.count)
		name = disasm->symbols.rows[insn->b];
	switch (insn->op) {
	case OP_LAMBDA:
		kind = "lambda";
		break;
	case OP_BLOCK:
		kind = "block";
		break;
	case OP_METHOD:
		kind = "method";
		disasm->method = child_of(disasm, irep, insn->b);
		break;
	case OP_DEF:
		if (disasm->method != NO_IREP)
			disasm->ireps[disasm->method].name = name;
		disasm->method = NO_IREP;
		break;
	case OP_CLASS:
	case OP_MODULE:
		disasm->body_kind = insn->op == OP_CLASS ? "class" : "module";
		disasm->body_name = name;
		break;
	case OP_SCLASS:
		disasm->body_kind = "singleton class";
		disasm->body_name = (struct text){ NULL, 0 };
		break;
	case OP_EXEC:
		kind = disasm->body_kind;
		break;
	}
	if (kind)
		child = child_of(disasm, irep, insn->b);
	if (child == NO_IREP)
		return;
	disasm->ireps[child].kind = kind;
	if (insn->op == OP_EXEC)
		disasm->ireps[child].name = disasm->body_name;
}

/* The line of the source, where it is another one than that of the instruction before. */
static void put_line(struct disasm *disasm, u32 pc)
{
	struct kmvm_place place;
	char file[256];

	if (!disasm->has_lines || !kmvm_lines_at(&disasm->lines, pc, &place) ||
	    (place.file == disasm->file && place.line == disasm->line)) {
		fprintf(disasm->out, "%8s", "");
		return;
	}
	if (place.file != disasm->file) {
		kmvm_file_name(&disasm->lines, place.file, file, sizeof(file));
		fprintf(disasm->out, "  file %s\n", file);
	}
	fprintf(disasm->out, "%8u", place.line);
	disasm->file = place.file;
	disasm->line = place.line;
}

static void put_instruction(struct disasm *disasm, const struct irep *irep,
			    const struct kmvm_insn *insn, u32 pc)
{
	const char *kinds = operand_kinds(insn->op);
	const u32 values[] = { insn->a, insn->b, insn->c };
	int i;

	fprintf(disasm->out, kinds[0] ? "  0x%04x  OP_%-10s " : "  0x%04x  OP_%s", pc,
		kmvm_opcode_name(insn->op));
	for (i = 0; kinds[i] && i < 3; i++) {
		fputs(i ? ", " : "", disasm->out);
		put_operand(disasm, irep, kinds[i], insn, pc, values[i]);
	}
	putc('\n', disasm->out);
	learn(disasm, irep, insn);
}

static void put_code(struct disasm *disasm, const struct irep *irep, u32 size)
{
	const u8 *code = disasm->image + irep->head.code;
	u32 pc = 0;

	disasm->method = NO_IREP;
	disasm->body_kind = "body";
	disasm->body_name = (struct text){ NULL, 0 };
	disasm->line = 0;
	while (pc < size) {
		struct kmvm_insn insn;

		put_line(disasm, pc);
		switch (kmvm_decode(code + pc, size - pc, &insn)) {
		case KMVM_DECODED:
			put_instruction(disasm, irep, &insn, pc);
			pc += insn.size;
			break;
		case KMVM_CUT_SHORT:
			fprintf(disasm->out, "  0x%04x  the code ends within an instruction\n", pc);
			pc = size;
			break;
		case KMVM_NO_OPCODE:
		case KMVM_EXT_TWICE:
			fprintf(disasm->out, "  0x%04x  0x%02x is no instruction\n", pc, code[pc]);
			pc++;
			break;
		}
		mark(disasm, irep->head.code + pc);
	}
}

static void put_catch_handlers(struct disasm *disasm, const struct irep *irep,
			       struct kmvm_cursor *cursor)
{
	u32 i;

	for (i = 0; i < irep->head.clen; i++) {
		const u8 *catch = kmvm_take(cursor, KMVM_CATCH_SIZE);

		if (!catch)
			return;
		fprintf(disasm->out, "  catch %u: %s 0x%04x..0x%04x -> 0x%04x\n", i,
			catch[0] == 0 ? "rescue" : catch[0] == 1 ? "ensure" : "of unknown kind",
			kmvm_u32(catch + 1), kmvm_u32(catch + 5), kmvm_u32(catch + 9));
		mark(disasm, cursor->at);
	}
}

static void put_tables(struct disasm *disasm)
{
	size_t i;

	for (i = 0; i < disasm->pool.count; i++) {
		struct text *entry = &disasm->pool.rows[i];

		fprintf(disasm->out, "  pool %zu: ", i);
		put_pool_entry(disasm, *entry, entry->size);
		putc('\n', disasm->out);
		mark(disasm, entry->at - disasm->image + entry->size);
	}
	for (i = 0; i < disasm->symbols.count; i++) {
		struct text *name = &disasm->symbols.rows[i];

		fprintf(disasm->out, "  symbol %zu: ", i);
		put_name(disasm, *name);
		putc('\n', disasm->out);
		mark(disasm, name->at - disasm->image + name->size);
	}
}

static void put_head(struct disasm *disasm, const struct irep *irep)
{
	FILE *out = disasm->out;
	u32 i;

	fprintf(out, "\nirep %u: %s", (u32)(irep - disasm->ireps), irep->kind);
	if (irep->name.at) {
		putc(' ', out);
		put_name(disasm, irep->name);
	}
	if (irep->parent != NO_IREP)
		fprintf(out, " of irep %u", irep->parent);
	fprintf(out, ", nlocals %u, nregs %u\n", irep->head.nlocals, irep->head.nregs);

	if (irep->head.rlen)
		fprintf(out, "  children: %u", irep->head.rlen);
	for (i = 0; i < irep->children; i++)
		fprintf(out, ", irep %u", child_of(disasm, irep, i));
	if (irep->head.rlen)
		putc('\n', out);

	if (irep->locals && irep->head.nlocals > 1) {
		fputs("  locals:", out);
		for (i = 1; i < irep->head.nlocals; i++) {
			struct text name = local_name(disasm, irep, i);

			fprintf(out, "%s R%u ", i > 1 ? "," : "", i);
			if (name.at)
				put_name(disasm, name);
			else
				fputs("without a name", out);
		}
		putc('\n', out);
	}
	mark(disasm, irep->head.code);
}

static void put_irep(struct disasm *disasm, const struct irep *irep)
{
	struct kmvm_cursor tables = cursor_at(disasm, irep->head.code, irep->end);
	u32 size = irep->head.ilen;
	struct kmvm_cursor catches;

	put_head(disasm, irep);
	if (irep->end < irep->head.code) {
		fputs("  the record ends here\n", disasm->out);
		mark(disasm, irep->end);
		return;
	}
	if (size > kmvm_left(&tables))
		size = kmvm_left(&tables);

	kmvm_take(&tables, irep->head.ilen);
	catches = tables;
	kmvm_take(&tables, (size_t)irep->head.clen * KMVM_CATCH_SIZE);
	find_pool(disasm, &tables);
	find_symbols(disasm, &tables);

	disasm->has_lines = disasm->has_lines && kmvm_lines_next(&disasm->lines);
	put_code(disasm, irep, size);
	put_catch_handlers(disasm, irep, &catches);
	put_tables(disasm);
	if (tables.cut)
		fputs("  the rest of the record cannot be read\n", disasm->out);
	mark(disasm, irep->end);
}

static void put_sections(struct disasm *disasm, struct kmvm_cursor whole)
{
	struct kmvm_cursor section;
	char file[256];
	char ident[5];
	u32 i;

	putc('\n', disasm->out);
	while (next_section(&whole, &section, ident)) {
		fprintf(disasm->out, "section %s: %zu bytes", ident,
			kmvm_left(&section) + KMVM_SECTION_HEADER_SIZE);
		for (i = 0; !strcmp(ident, "DBG") && i < disasm->lines.name_count; i++) {
			kmvm_file_name(&disasm->lines, i, file, sizeof(file));
			fprintf(disasm->out, "%s%s", i ? ", " : ", lines of ", file);
			if (i == 8)
				break;
		}
		putc('\n', disasm->out);
		mark(disasm, section.end);
	}
}

/* What stands behind section IREP is needed to print what stands in it. */
static void find_names(struct disasm *disasm, struct kmvm_cursor whole)
{
	struct kmvm_cursor section;
	char ident[5];

	while (next_section(&whole, &section, ident))
		if (!strcmp(ident, "LVAR"))
			find_locals(disasm, section);
	disasm->has_lines = kmvm_lines_open(&disasm->lines, disasm->image, disasm->size);
}

static void put_image(struct disasm *disasm)
{
	struct kmvm_cursor whole = cursor_at(disasm, 0, disasm->size);
	struct kmvm_cursor section;
	char ident[5];
	u32 i;

	fprintf(disasm->out, "image of %zu bytes\n", disasm->size);
	if (kmvm_take(&whole, KMVM_IMAGE_HEADER_SIZE) && next_section(&whole, &section, ident) &&
	    !strcmp(ident, "IREP") && kmvm_take(&section, 4)) {
		mark(disasm, section.at);
		find_ireps(disasm, section);
		order_children(disasm);
		find_names(disasm, whole);
		for (i = 0; i < disasm->count && !disasm->no_memory; i++)
			put_irep(disasm, &disasm->ireps[i]);
		mark(disasm, section.end);
		put_sections(disasm, whole);
	}
	mark(disasm, SIZE_MAX);
}

int kmctl_disasm(FILE *out, const struct kmctl_bytes *image, const struct kmvm_verdict *verdict)
{
	struct disasm disasm = {
		.out = out,
		.image = (const u8 *)image->at,
		.size = image->size,
		.verdict = verdict,
		.file = NO_FILE,
	};

	put_image(&disasm);
	free(disasm.ireps);
	free(disasm.children);
	free(disasm.local_names.rows);
	free(disasm.pool.rows);
	free(disasm.symbols.rows);
	return disasm.no_memory ? KMCTL_SYSTEM : KMCTL_OK;
}
