// SPDX-License-Identifier: GPL-2.0
/*
 * Images as text that can be read and kept:
 *
 *	text IMAGE	prints one
 *	text -a TEXT	writes the image of one to stdout
 *
 *	places				for names of locals, with none in them; or there are none
 *	irep locals=1 registers=4
 *	handler ensure 2 7 7		begins, ends, target: numbers of instructions, or @bytes
 *	pool 1 0000002a			kind, and the bytes behind it, in hex
 *	symbol puts
 *	0: STRING 2 0 0			all operands, needed or not
 *	1: JMPNOT 2 0 0 -> 3		a jump: where to
 *	2: BYTE 255			what is no instruction
 *	irep locals=2 registers=3	its child
 *	end
 *	end
 *
 * Lines and names of locals are left out; a comment begins with #.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static void print_place(struct place place)
{
	printf(place.raw ? " @%u" : " %u", place.at);
}

static void print_irep(const struct irep *irep)
{
	u32 i, k;

	printf("irep locals=%u registers=%u\n", irep->nlocals, irep->nregs);
	for (i = 0; i < irep->handlers.count; i++) {
		const struct handler *handler = &irep->handlers.at[i];

		printf("handler ");
		if (handler->kind > 1)
			printf("%u", handler->kind);
		else
			printf("%s", handler->kind ? "ensure" : "rescue");
		print_place(handler->begin);
		print_place(handler->end);
		print_place(handler->target);
		putchar('\n');
	}
	for (i = 0; i < irep->pool.count; i++) {
		printf("pool %u ", irep->pool.at[i].kind);
		for (k = 0; k < irep->pool.at[i].bytes.size; k++)
			printf("%02x", irep->pool.at[i].bytes.at[k]);
		putchar('\n');
	}
	for (i = 0; i < irep->symbols.count; i++)
		printf("symbol %s\n", irep->symbols.at[i].at + 2);
	for (i = 0; i < irep->insns.count; i++) {
		const struct insn *insn = &irep->insns.at[i];

		if (insn->raw) {
			printf("%u: BYTE %u\n", i, insn->code.op);
			continue;
		}
		printf("%u: %s %u %u %u", i, kmvm_opcode_name(insn->code.op), insn->code.a, insn->code.b, insn->code.c);
		if (insn->code.ext)
			printf(" ext%u", insn->code.ext);
		if (jump_of(insn->code.op) != NO_JUMP) {
			printf(" ->");
			print_place(insn->target);
		}
		putchar('\n');
	}
	for (i = 0; i < irep->children.count; i++)
		print_irep(irep->children.at[i]);
	printf("end\n");
}

static u32 line_number;

static _Noreturn void bad(const char *line)
{
	fprintf(stderr, "text: line %u: %s\n", line_number, line);
	exit(2);
}

static struct place read_place(char **text)
{
	struct place place = { };

	*text += strspn(*text, " ");
	place.raw = **text == '@';
	*text += place.raw;
	place.at = strtoul(*text, text, 10);
	return place;
}

static struct bytes keep(const void *bytes, u32 size)
{
	u8 *copy = arena(size + 1);

	memcpy(copy, bytes, size);
	return (struct bytes) { copy, size };
}

static void read_handler(struct irep *irep, char *text)
{
	struct handler handler = { };

	handler.kind = !strncmp(text, "ensure", 6) ? 1 : strtoul(text, NULL, 10);
	text += strcspn(text, " ");
	handler.begin = read_place(&text);
	handler.end = read_place(&text);
	handler.target = read_place(&text);
	add(&irep->handlers, handler);
}

static void read_pool_entry(struct irep *irep, char *text)
{
	static u8 bytes[IMAGE_MAX];
	struct pool_entry entry = { .kind = strtoul(text, &text, 10) };
	u32 size = 0;
	int more;

	text += strspn(text, " ");
	for (; sscanf(text, "%2hhx%n", &bytes[size], &more) == 1; text += more)
		size++;
	entry.bytes = keep(bytes, size);
	add(&irep->pool, entry);
}

static void read_symbol(struct irep *irep, const char *name)
{
	static u8 bytes[IMAGE_MAX];
	u32 length = strlen(name);

	bytes[0] = length >> 8;
	bytes[1] = length;
	memcpy(bytes + 2, name, length + 1);
	add(&irep->symbols, keep(bytes, length + 3));
}

static void read_insn(struct irep *irep, char *text)
{
	struct insn insn = { };
	char name[32], *arrow;
	u32 op, a = 0, b = 0, c = 0, ext = 0;

	strtoul(text, &text, 10);
	if (*text != ':' || sscanf(text + 1, "%31s %u %u %u ext%u", name, &a, &b, &c, &ext) < 2)
		bad(text);
	insn.code.a = a;
	insn.code.b = b;
	insn.code.c = c;
	insn.code.ext = ext;
	insn.raw = !strcmp(name, "BYTE");
	for (op = 0; !insn.raw && op < KMVM_OPCODES && strcmp(name, kmvm_opcode_name(op)); op++)
		;
	if (op == KMVM_OPCODES)
		bad(text);
	insn.code.op = insn.raw ? a : op;
	arrow = strstr(text, "-> ");
	if (arrow) {
		arrow += 3;
		insn.target = read_place(&arrow);
	}
	add(&irep->insns, insn);
}

static struct irep *read_text(FILE *file, bool *places)
{
	static char line[4 * IMAGE_MAX];
	struct irep *levels[64] = { NULL }, *irep;
	u32 depth = 0, nlocals, nregs;

	while (fgets(line, sizeof(line), file)) {
		line_number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		if (sscanf(line, "irep locals=%u registers=%u", &nlocals, &nregs) == 2) {
			irep = arena(sizeof(*irep));
			irep->nlocals = nlocals;
			irep->nregs = nregs;
			if (depth == 62 || (!depth && levels[0]))
				bad(line);
			if (depth)
				add(&levels[depth - 1]->children, irep);
			levels[depth++] = irep;
			continue;
		}
		if (!depth && !levels[0] && !strcmp(line, "places")) {
			*places = true;
			continue;
		}
		if (!depth)
			bad(line);
		irep = levels[depth - 1];
		if (!strcmp(line, "end"))
			depth--;
		else if (!strncmp(line, "handler ", 8))
			read_handler(irep, line + 8);
		else if (!strncmp(line, "pool ", 5))
			read_pool_entry(irep, line + 5);
		else if (!strncmp(line, "symbol ", 7))
			read_symbol(irep, line + 7);
		else
			read_insn(irep, line);
	}
	if (depth || !levels[0])
		bad("end is missing");
	return levels[0];
}

int main(int argc, char **argv)
{
	static u8 bytes[IMAGE_MAX];
	bool assemble = argc == 3 && !strcmp(argv[1], "-a");
	struct program program = { };
	FILE *file;
	size_t size;

	if (argc != 2 && !assemble) {
		fprintf(stderr, "usage: text IMAGE | text -a TEXT\n");
		return 2;
	}
	file = fopen(argv[argc - 1], "rb");
	if (!file) {
		perror(argv[argc - 1]);
		return 2;
	}
	if (assemble) {
		program.top = read_text(file, &program.has_locals);
		size = write_program(&program, bytes, sizeof(bytes));
		return !size || fwrite(bytes, 1, size, stdout) != size;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	if (!read_program(&program, bytes, size)) {
		fprintf(stderr, "text: %s cannot be read as an image\n", argv[1]);
		return 2;
	}
	print_irep(program.top);
	return 0;
}
