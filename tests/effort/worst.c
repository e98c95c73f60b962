// SPDX-License-Identifier: GPL-2.0
/*
 * What takes the judge long: code that is followed again and again, because each time a little
 * less is known where it begins; instructions, blocks, handlers, clauses and sets of registers
 * that cost more than others each time; and many of what is judged once.
 *
 * What may be spent grows with the image, so each is filled with strings up to its size.
 */
#include <stdbool.h>
#include <string.h>

#include <mruby/opcode.h>

#include "worst.h"

#define TAIL_SIZE	128	/* what end_image() adds at least */
#define MARGIN		64	/* more than an instruction and the end of its irep */
#define CATCH_SIZE	13
#define STRING_MAX	0xfff0
#define REGS_MAX	0xfffe
#define COUNT_MAX	0xffff	/* of children, of handlers, of symbols */
#define NAMES_MAX	65536	/* in an image: vm/verify.h */
#define STATES_MAX	(4U << 20)	/* bytes for one irep: vm/code.c */
#define WIDE_STATE	(3 * 1024 * 8 + 16)	/* of a block with as many temporaries as there can be */
#define CLAUSES_MAX	64	/* within each other */
#define DEPTH_MAX	31	/* of ireps, without the last one */

enum { RESCUE, ENSURE };

struct writer {
	uint8_t *bytes;
	size_t size;
	size_t at;
	size_t irep;	/* the one that is being written */
	size_t code;
	unsigned int handlers;
};

static void put_u8(struct writer *w, unsigned int value)
{
	w->bytes[w->at++] = value;
}

static void put_u16(struct writer *w, unsigned int value)
{
	put_u8(w, value >> 8);
	put_u8(w, value & 0xff);
}

static void put_u32(struct writer *w, size_t value)
{
	put_u16(w, value >> 16);
	put_u16(w, value & 0xffff);
}

static void put_text(struct writer *w, const char *text)
{
	while (*text)
		put_u8(w, *text++);
}

static void set_u16(struct writer *w, size_t at, unsigned int value)
{
	w->bytes[at] = value >> 8;
	w->bytes[at + 1] = value;
}

static void set_u32(struct writer *w, size_t at, size_t value)
{
	set_u16(w, at, value >> 16);
	set_u16(w, at + 2, value & 0xffff);
}

/* Is there room for so many bytes, and the end? */
static bool fits(const struct writer *w, size_t bytes)
{
	return w->at + bytes + MARGIN + TAIL_SIZE < w->size;
}

static struct writer begin_image(uint8_t *bytes, size_t size)
{
	struct writer w = { .bytes = bytes, .size = size };

	put_text(&w, "RITE0300????MATZ0000IREP????0300");
	return w;
}

static void begin_irep(struct writer *w, unsigned int nlocals, unsigned int nregs,
		       unsigned int children)
{
	w->irep = w->at;
	w->handlers = 0;
	put_u32(w, 0);
	put_u16(w, nlocals);
	put_u16(w, nregs);
	put_u16(w, children);
	put_u16(w, 0);
	put_u32(w, 0);
	w->code = w->at;
}

static size_t pc(const struct writer *w)
{
	return w->at - w->code;
}

static void end_code(struct writer *w)
{
	set_u32(w, w->irep + 12, pc(w));
}

static void handler(struct writer *w, int kind, size_t begin, size_t end, size_t target)
{
	put_u8(w, kind);
	put_u32(w, begin);
	put_u32(w, end);
	put_u32(w, target);
	set_u16(w, w->irep + 10, ++w->handlers);
}

/* With one symbol. */
static void end_irep(struct writer *w)
{
	put_u16(w, 0);
	put_u16(w, 1);
	put_u16(w, 1);
	put_text(w, "s");
	put_u8(w, 0);
	set_u32(w, w->irep, w->at - w->irep);
}

/* A last irep whose only instruction mrbc writes none of, and whose strings fill the image. */
static size_t end_image(struct writer *w)
{
	size_t count, length, strings = 0;

	begin_irep(w, 1, 2, 0);
	put_u8(w, OP_CALL);
	end_code(w);
	count = w->at;
	put_u16(w, 0);
	while (w->at + MARGIN < w->size) {
		length = w->size - w->at - 32;
		length = length < STRING_MAX ? length : STRING_MAX;
		put_u8(w, 0);
		put_u16(w, length);
		memset(w->bytes + w->at, 0, length + 1);
		w->at += length + 1;
		strings++;
	}
	set_u16(w, count, strings);
	put_u16(w, 0);
	set_u32(w, w->irep, w->at - w->irep);

	set_u32(w, 24, w->at - 20);
	put_text(w, "END");
	put_u8(w, 0);
	put_u32(w, 8);
	set_u32(w, 8, w->at);
	return w->at;
}

/* Instructions. */

static void op_a(struct writer *w, int op, unsigned int a)
{
	if (a > 0xff) {
		put_u8(w, OP_EXT1);
		put_u8(w, op);
		put_u16(w, a);
	} else {
		put_u8(w, op);
		put_u8(w, a);
	}
}

static void op_ab(struct writer *w, int op, unsigned int a, unsigned int b)
{
	put_u8(w, OP_EXT3);
	put_u8(w, op);
	put_u16(w, a);
	put_u16(w, b);
}

/* Without arguments. What lies above it is nobody's afterwards. */
static void call(struct writer *w, unsigned int a)
{
	op_a(w, OP_SSEND, a);
	put_u16(w, 0);
}

/* Returns where it ends, for land(). It goes to the next one. */
static size_t jump(struct writer *w, int op)
{
	if (op == OP_JMPNOT)
		op_a(w, op, 1);
	else
		put_u8(w, op);
	put_u16(w, 0);
	return w->at;
}

static void land(struct writer *w, size_t jump, size_t target)
{
	set_u16(w, jump - 2, (target - jump) & 0xffff);
}

/* What to do many times over. */
static void nop(struct writer *w)
{
	put_u8(w, OP_NOP);
}

static void stop(struct writer *w)
{
	put_u8(w, OP_STOP);
}

static void move(struct writer *w)
{
	put_u8(w, OP_MOVE);
	put_u8(w, 1);
	put_u8(w, 1);
}

static void jump_on(struct writer *w)
{
	jump(w, OP_JMP);
}

static void branch(struct writer *w)
{
	jump(w, OP_JMPNOT);
}

static void call_low(struct writer *w)
{
	call(w, 2);
}

/* Whose handler it is does not matter. */
static void except_low(struct writer *w)
{
	op_a(w, OP_EXCEPT, 2);
}

static void upvar(struct writer *w)
{
	put_u8(w, OP_GETUPVAR);
	put_u8(w, 1);
	put_u8(w, 1);
	put_u8(w, DEPTH_MAX - 2);
}

/* Writes 256 registers. */
static void apost(struct writer *w)
{
	put_u8(w, OP_APOST);
	put_u8(w, 1);
	put_u8(w, 0);
	put_u8(w, 255);
}

/* Reads 255, which apost() writes. */
static void array(struct writer *w)
{
	put_u8(w, OP_ARRAY2);
	put_u8(w, 1);
	put_u8(w, 2);
	put_u8(w, 250);
}

static void fill(struct writer *w, void (*what)(struct writer *w), size_t times, size_t leave)
{
	while (times-- && fits(w, leave))
		what(w);
}

/* Code that is followed again and again. */

#define TIMES	60
#define HOT	50000	/* instructions; so many times that all effort is spent */

/*
 * What follows is met once with `TIMES` temporaries written, from `first` on, and then, a turn of
 * the judge each, with one less: each comes from one block farther away, which jump backward from
 * one to the one before it. R1 is a local.
 */
static void again_and_again(struct writer *w, unsigned int first)
{
	size_t ways[TIMES], blocks[TIMES];
	unsigned int i;

	for (i = 0; i < TIMES; i++)
		op_a(w, OP_LOADNIL, first + i);
	for (i = 0; i < TIMES; i++) {
		call(w, first + TIMES - 1 - i);
		ways[i] = jump(w, OP_JMPNOT);
	}
	op_a(w, OP_RETURN, 1);
	for (i = 0; i < TIMES; i++) {
		land(w, ways[i], w->at);
		blocks[i] = jump(w, OP_JMP);
		if (i)
			land(w, blocks[i], blocks[i - 1] - 3);
	}
	land(w, blocks[0], w->at);
}

static struct writer begin_hot(uint8_t *bytes, size_t size, unsigned int nregs)
{
	struct writer w = begin_image(bytes, size);

	begin_irep(&w, 2, nregs, 1);
	again_and_again(&w, 2);
	return w;
}

static size_t end_hot(struct writer *w)
{
	op_a(w, OP_RETURN, 1);
	end_code(w);
	end_irep(w);
	return end_image(w);
}

/* With a handler for all of it. */
static size_t end_hot_handled(struct writer *w, size_t begin)
{
	size_t end = pc(w);

	op_a(w, OP_EXCEPT, 2);
	op_a(w, OP_RETURN, 1);
	end_code(w);
	handler(w, RESCUE, begin, end, end);
	end_irep(w);
	return end_image(w);
}

#define FEW	(3 + TIMES)	/* registers: temporaries fit into a word */

static size_t hot(uint8_t *bytes, size_t size, unsigned int nregs, void (*what)(struct writer *w))
{
	struct writer w = begin_hot(bytes, size, nregs);

	fill(&w, what, HOT, 0);
	return end_hot(&w);
}

static size_t hot_handled(uint8_t *bytes, size_t size, unsigned int nregs,
			  void (*what)(struct writer *w))
{
	struct writer w = begin_hot(bytes, size, nregs);
	size_t begin = pc(&w);

	fill(&w, what, HOT, 0);
	return end_hot_handled(&w, begin);
}

static size_t nops(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, FEW + 1, nop);
}

static size_t nops_handled(uint8_t *bytes, size_t size)
{
	return hot_handled(bytes, size, FEW + 1, nop);
}

static size_t moves(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, FEW + 1, move);
}

static size_t jumps(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, FEW + 1, jump_on);
}

static size_t branches(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, FEW + 1, branch);
}

static size_t branches_handled(uint8_t *bytes, size_t size)
{
	return hot_handled(bytes, size, FEW + 1, branch);
}

static size_t calls(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, FEW + 1, call_low);
}

static size_t calls_handled(uint8_t *bytes, size_t size)
{
	return hot_handled(bytes, size, FEW + 1, call_low);
}

static size_t calls_wide(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, REGS_MAX, call_low);
}

static size_t calls_wide_handled(uint8_t *bytes, size_t size)
{
	return hot_handled(bytes, size, REGS_MAX, call_low);
}

static size_t excepts_wide(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, REGS_MAX, except_low);
}

static size_t windows_written(uint8_t *bytes, size_t size)
{
	return hot(bytes, size, 300, apost);
}

static size_t windows_read(uint8_t *bytes, size_t size)
{
	struct writer w = begin_hot(bytes, size, 300);

	apost(&w);
	fill(&w, array, HOT, 0);
	return end_hot(&w);
}

/* Few blocks, whose states are as large as they can be. */
static size_t states_wide(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);
	size_t blocks = STATES_MAX / WIDE_STATE / 2, i;

	begin_irep(&w, 2, REGS_MAX, 1);
	for (i = 0; i < blocks; i++)
		branch(&w);
	/* Back to the beginning: each turn has less. */
	for (i = 0; i < blocks / 3; i++) {
		op_a(&w, OP_LOADNIL, 2 + i);
		land(&w, jump(&w, OP_JMPNOT), w.code);
	}
	return end_hot(&w);
}

/* Four lists that two registers hold each are compared with those of the handler. */
static size_t twins(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);
	size_t begin;
	int i;

	begin_irep(&w, 2, 12 + TIMES, 1);
	for (i = 0; i < 4; i++) {
		op_ab(&w, OP_ARRAY, 2 + 2 * i, 0);
		op_ab(&w, OP_MOVE, 3 + 2 * i, 2 + 2 * i);
	}
	again_and_again(&w, 10);
	begin = pc(&w);
	/* The handler has three of them from here on. */
	put_u8(&w, OP_MOVE);
	put_u8(&w, 1);
	put_u8(&w, 2);
	op_ab(&w, OP_ARRAY, 2, 0);
	op_ab(&w, OP_MOVE, 3, 2);
	fill(&w, move, HOT, 0);
	return end_hot_handled(&w, begin);
}

/* Each turn of the judge follows one block, and looks for it among all. */
static size_t backwards(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);
	size_t blocks = 90000, last, way, i;

	begin_irep(&w, 2, 3, 1);
	way = jump(&w, OP_JMP);
	last = w.at;
	op_a(&w, OP_RETURN, 1);
	land(&w, way, w.at);
	/* No jump reaches over all of them: it goes on in strides. */
	while (blocks && fits(&w, 30100)) {
		way = jump(&w, OP_JMP);
		for (i = 0; blocks && i < 10000; i++, blocks--) {
			size_t begin = w.at;

			land(&w, jump(&w, OP_JMP), last);
			last = begin;
		}
		land(&w, way, w.at);
	}
	land(&w, jump(&w, OP_JMP), last);
	end_code(&w);
	end_irep(&w);
	return end_image(&w);
}

/* Handlers that cover nothing, and are looked at all the same. */
static size_t handlers(uint8_t *bytes, size_t size, size_t many, void (*what)(struct writer *w))
{
	struct writer w = begin_hot(bytes, size, FEW + 1);
	size_t end;

	fill(&w, what, HOT, many * CATCH_SIZE);
	op_a(&w, OP_RETURN, 1);
	end = pc(&w);
	op_a(&w, OP_EXCEPT, 2);
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	while (w.handlers < many)
		handler(&w, RESCUE, 0, 0, end);
	end_irep(&w);
	return end_image(&w);
}

static size_t handlers_many(uint8_t *bytes, size_t size)
{
	return handlers(bytes, size, size / 20, jump_on);
}

static size_t handlers_few(uint8_t *bytes, size_t size)
{
	return handlers(bytes, size, 40, jump_on);
}

static size_t handlers_of_stops(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);
	size_t many = size / 25, end;

	begin_irep(&w, 2, 4, 1);
	fill(&w, stop, size, many * CATCH_SIZE);
	end = pc(&w);
	op_a(&w, OP_EXCEPT, 2);
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	while (w.handlers < many)
		handler(&w, RESCUE, 0, 0, end);
	end_irep(&w);
	return end_image(&w);
}

/* Handlers that all meet the state of each block. */
static size_t handlers_that_cover(uint8_t *bytes, size_t size)
{
	struct writer w = begin_hot(bytes, size, FEW + 1);
	size_t begin = pc(&w), many = size / 40, end;

	fill(&w, jump_on, HOT, many * CATCH_SIZE);
	end = pc(&w);
	op_a(&w, OP_EXCEPT, 2);
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	while (w.handlers < many)
		handler(&w, RESCUE, begin, end, end);
	end_irep(&w);
	return end_image(&w);
}

/* Blocks in a clause of ensure, which lies in another one, and so on. */
static size_t clauses_deep(uint8_t *bytes, size_t size)
{
	struct writer w = begin_hot(bytes, size, CLAUSES_MAX + 4 + TIMES);
	size_t at[CLAUSES_MAX], i;

	for (i = 0; i < CLAUSES_MAX; i++) {
		at[i] = pc(&w);
		op_a(&w, OP_EXCEPT, 2 + TIMES + i);
	}
	fill(&w, branch, HOT / 2, CLAUSES_MAX * 20);
	for (i = CLAUSES_MAX; i-- > 0;)
		op_a(&w, OP_RAISEIF, 2 + TIMES + i);
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	for (i = 0; i < CLAUSES_MAX; i++)
		handler(&w, ENSURE, 0, 0, at[i]);
	end_irep(&w);
	return end_image(&w);
}

/* One after the other, as many as there is room for. */
static size_t clauses_many(uint8_t *bytes, size_t size)
{
	struct writer w = begin_hot(bytes, size, 5 + TIMES);
	size_t many = size / 40, begin = pc(&w), i;

	many = many < 20000 ? many : 20000;
	for (i = 0; i < many; i++) {
		op_a(&w, OP_EXCEPT, 2 + TIMES);
		op_a(&w, OP_RAISEIF, 2 + TIMES);
	}
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	for (i = 0; i < many; i++)
		handler(&w, ENSURE, 0, 0, begin + 4 * i);
	end_irep(&w);
	return end_image(&w);
}

/* Jumps by way of clauses, one after the other: each handler is asked for each of them. */
static size_t unwinds(uint8_t *bytes, size_t size)
{
	struct writer w = begin_hot(bytes, size, 5 + TIMES);
	const size_t jumps = 2500, many = 400;
	size_t ways, first, last, start, i;

	start = pc(&w);
	for (i = 0; i < jumps; i++) {
		branch(&w);
		jump(&w, OP_JMPUW);
	}
	ways = w.at;
	first = pc(&w);
	for (i = 0; i < many; i++) {
		op_a(&w, OP_EXCEPT, 2 + TIMES);
		op_a(&w, OP_RAISEIF, 2 + TIMES);
	}
	last = w.at;
	op_a(&w, OP_RETURN, 1);
	/* A branch goes over the jump that follows it. */
	for (i = 0; i < jumps; i++) {
		land(&w, ways - 7 * i, last);
		land(&w, ways - 7 * i - 3, ways - 7 * i);
	}
	end_code(&w);
	for (i = many; i-- > 0;)
		handler(&w, ENSURE, i ? first + 4 * (i - 1) : start, first + 4 * i, first + 4 * i);
	end_irep(&w);
	return end_image(&w);
}

/* What is judged once. */

/* A program that has as many children as there is room for; each ends by end_child(). */
static struct writer begin_family(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);

	begin_irep(&w, 2, 3, 1);
	op_a(&w, OP_RETURN, 1);
	end_code(&w);
	end_irep(&w);
	return w;
}

/* Without symbols. The last one is that of end_image(). */
static void end_child(struct writer *w, unsigned int *children)
{
	end_code(w);
	put_u32(w, 0);
	set_u32(w, w->irep, w->at - w->irep);
	set_u16(w, sizeof("RITE0300????MATZ0000IREP????0300") - 1 + 8, ++*children);
}

static size_t ireps_of(uint8_t *bytes, size_t size, unsigned int nregs, int returns)
{
	struct writer w = begin_family(bytes, size);
	unsigned int children = 1;
	int i;

	while (children < COUNT_MAX && fits(&w, 2 * returns)) {
		begin_irep(&w, 2, nregs, 0);
		for (i = 0; i < returns; i++)
			op_a(&w, OP_RETURN, 1);
		end_child(&w, &children);
	}
	return end_image(&w);
}

static size_t ireps_small(uint8_t *bytes, size_t size)
{
	return ireps_of(bytes, size, 3, 1);
}

static size_t ireps_wide(uint8_t *bytes, size_t size)
{
	return ireps_of(bytes, size, REGS_MAX, 1);
}

/* States as large as they may be, for code that nobody reaches. */
static size_t ireps_unreached(uint8_t *bytes, size_t size)
{
	return ireps_of(bytes, size, REGS_MAX, STATES_MAX / WIDE_STATE - 4);
}

/* Blocks within blocks, and in the innermost nothing but locals of the outermost. */
static size_t levels(uint8_t *bytes, size_t size)
{
	struct writer w = begin_image(bytes, size);
	int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		bool innermost = depth == DEPTH_MAX - 1;

		begin_irep(&w, 2, 4, innermost ? 0 : depth ? 1 : 2);
		if (depth) {
			put_u8(&w, OP_ENTER);
			put_u8(&w, 0);
			put_u16(&w, 0);
		}
		if (innermost) {
			fill(&w, upvar, size, 0);
		} else {
			op_a(&w, OP_BLOCK, 2);
			put_u8(&w, 0);
		}
		op_a(&w, OP_RETURN, 1);
		end_code(&w);
		end_irep(&w);
	}
	return end_image(&w);
}

/* Pool and symbols, of entries as small as they can be. */
static size_t tables(uint8_t *bytes, size_t size)
{
	struct writer w = begin_family(bytes, size);
	unsigned int children = 1, count, names = 1;
	size_t at;

	while (fits(&w, 100)) {
		begin_irep(&w, 2, 3, 0);
		op_a(&w, OP_RETURN, 1);
		end_code(&w);
		at = w.at;
		put_u16(&w, 0);
		for (count = 0; count < COUNT_MAX && fits(&w, 40); count++) {
			/* A big integer, of base 36. */
			put_u8(&w, 7);
			put_u8(&w, 13);
			put_u8(&w, 36);
			put_text(&w, "zzzzzzzzzzzzz");
		}
		set_u16(&w, at, count);
		at = w.at;
		put_u16(&w, 0);
		for (count = 0; names < NAMES_MAX && count < COUNT_MAX && fits(&w, 8); count++, names++) {
			put_u16(&w, 0);
			put_u8(&w, 0);
		}
		set_u16(&w, at, count);
		set_u32(&w, w.irep, w.at - w.irep);
		set_u16(&w, sizeof("RITE0300????MATZ0000IREP????0300") - 1 + 8, ++children);
	}
	return end_image(&w);
}

#define WORST(name) { #name, name }

const struct worst worst[] = {
	WORST(nops),
	WORST(nops_handled),
	WORST(moves),
	WORST(jumps),
	WORST(branches),
	WORST(branches_handled),
	WORST(calls),
	WORST(calls_handled),
	WORST(calls_wide),
	WORST(calls_wide_handled),
	WORST(excepts_wide),
	WORST(windows_written),
	WORST(windows_read),
	WORST(states_wide),
	WORST(twins),
	WORST(backwards),
	WORST(handlers_many),
	WORST(handlers_few),
	WORST(handlers_of_stops),
	WORST(handlers_that_cover),
	WORST(clauses_deep),
	WORST(clauses_many),
	WORST(unwinds),
	WORST(ireps_small),
	WORST(ireps_wide),
	WORST(ireps_unreached),
	WORST(levels),
	WORST(tables),
};

const size_t worst_count = sizeof(worst) / sizeof(worst[0]);
