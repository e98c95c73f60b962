// SPDX-License-Identifier: GPL-2.0
/*
 * What can be said of code without running it, said once more and in another way: each
 * operand in its range, each jump to an instruction, each window within the registers. The
 * sanitizers do not see a register beyond its frame, so this does.
 */
#include <stdio.h>
#include <string.h>

#include "operands.h"
#include "opinion.h"
#include "program.h"

static char text[160];

static const char *object(const struct insn *insn, const char *what, u32 value, u32 limit)
{
	snprintf(text, sizeof(text), "OP_%s: %s %u of %u", kmvm_opcode_name(insn->code.op), what, value, limit);
	return text;
}

static u32 call_window(u32 counts)
{
	u32 positional = counts & 15, pairs = counts >> 4;

	return 1 + (positional == 15 ? 1 : positional) + (pairs == 15 ? 1 : 2 * pairs) + 1;
}

/* The first register and how many, whatever stands in b and c. */
static void window(const struct kmvm_insn *code, u32 *first, u32 *count)
{
	*first = code->a;
	*count = roles_of[code->op].window;
	switch (code->op) {
	case OP_SEND: case OP_SENDB: case OP_SSEND: case OP_SSENDB:
		*count = call_window(code->c);
		break;
	case OP_SUPER:
		*count = call_window(code->b);
		break;
	case OP_ARRAY:
		*count = code->b ? code->b : 1;
		break;
	case OP_ARYPUSH:
		*count = 1 + code->b;
		break;
	case OP_HASH:
		*count = code->b ? 2 * code->b : 1;
		break;
	case OP_HASHADD:
		*count = 1 + 2 * code->b;
		break;
	case OP_APOST:
		*count = 1 + code->c;
		break;
	case OP_ARGARY:
		*count = 2 + (code->b >> 4 & 1);
		break;
	case OP_ARRAY2:
		*first = code->b;
		*count = code->c;
		break;
	}
}

/* mruby 3.1 counts none for a method, the loader does. */
static u32 registers(const struct irep *irep, const struct insn *insn)
{
	return irep->nregs + (insn->code.op == OP_METHOD || insn->code.op == OP_DEF);
}

static const char *operand(const struct irep *irep, const struct insn *insn, u8 role, u32 value)
{
	switch (role) {
	case REG:
		return value < registers(irep, insn) ? NULL : object(insn, "register", value, irep->nregs);
	case POOL:
		return value < irep->pool.count ? NULL : object(insn, "pool entry", value, irep->pool.count);
	case SYMBOL:
		return value < irep->symbols.count ? NULL : object(insn, "symbol", value, irep->symbols.count);
	case CHILD:
		return value < irep->children.count ? NULL :
			object(insn, "child", value, irep->children.count);
	case JUMP:
		return !insn->target.raw && insn->target.at < irep->insns.count ? NULL :
			object(insn, "jump to", insn->target.at, irep->insns.count);
	}
	return NULL;
}

static const char *judge_insn(const struct irep *irep, const struct insn *insn)
{
	const struct kmvm_insn *code = &insn->code;
	const struct roles *roles;
	const char *complaint;
	u32 first, count;

	if (insn->raw)
		return "what is no instruction";
	roles = &roles_of[code->op];
	complaint = operand(irep, insn, roles->a, code->a);
	if (!complaint)
		complaint = operand(irep, insn, roles->b,
				    code->op == OP_ARRAY2 && !code->c ? 0 : code->b);
	if (!complaint)
		complaint = operand(irep, insn, roles->c, code->c);
	if (complaint)
		return complaint;
	window(code, &first, &count);
	if (count && first + count > registers(irep, insn))
		return object(insn, "registers up to", first + count, irep->nregs);
	switch (code->op) {
	case OP_STRING: case OP_SYMBOL: case OP_ERR:
		if (irep->pool.at[code->op == OP_ERR ? code->a : code->b].kind != KMVM_POOL_STRING)
			return object(insn, "a pool entry that is no string", code->b, irep->pool.count);
		break;
	case OP_LOADL:
		if (irep->pool.at[code->b].kind == KMVM_POOL_STRING)
			return object(insn, "a pool entry that is a string", code->b, irep->pool.count);
		break;
	}
	return NULL;
}

/* Does the code go on behind it? */
static bool goes_on(const struct insn *insn)
{
	switch (insn->code.op) {
	case OP_JMP: case OP_JMPUW: case OP_RETURN: case OP_RETURN_BLK: case OP_BREAK: case OP_STOP: case OP_ERR:
	case OP_RAISEIF:	/* mrbc ends ensure blocks so, and the code goes on behind it */
		return insn->code.op == OP_RAISEIF;
	}
	return true;
}

/* With optional arguments it jumps into the jumps that follow it. */
static const char *judge_enter(const struct irep *irep, u32 at)
{
	u32 optional = irep->insns.at[at].code.a >> 13 & 31, i;

	if (at)
		return "an OP_ENTER that is not the first";
	for (i = 1; optional && i <= optional + 1; i++)
		if (i >= irep->insns.count || irep->insns.at[i].code.op != OP_JMP)
			return "an OP_ENTER without jumps for its optional arguments";
	return NULL;
}

static const char *judge_irep(const struct irep *irep)
{
	const char *complaint = NULL;
	u32 i;

	if (irep->nlocals > irep->nregs)
		return "more locals than registers";
	for (i = 0; i < irep->insns.count && !complaint; i++)
		complaint = judge_insn(irep, &irep->insns.at[i]);
	if (!complaint && goes_on(&irep->insns.at[irep->insns.count - 1]))
		complaint = "code that goes on behind its end";
	for (i = 0; i < irep->handlers.count && !complaint; i++) {
		const struct handler *handler = &irep->handlers.at[i];

		if (handler->begin.raw || handler->end.raw || handler->target.raw ||
		    handler->begin.at > handler->end.at || handler->target.at >= irep->insns.count)
			complaint = "a catch handler that is not on instructions";
		else if (handler->target.at < handler->end.at)
			complaint = "a catch handler that goes back";
		else if (irep->insns.at[handler->target.at].code.op != OP_EXCEPT)
			complaint = "a catch handler that leaves its exception where it is";
	}
	for (i = 0; i < irep->insns.count && !complaint; i++)
		if (irep->insns.at[i].code.op == OP_ENTER)
			complaint = judge_enter(irep, i);
	for (i = 0; i < irep->children.count && !complaint; i++)
		complaint = judge_irep(irep->children.at[i]);
	return complaint;
}

const char *second_opinion(const void *image, size_t size)
{
	struct program program;

	if (!read_program(&program, image, size))
		return size > IMAGE_MAX / 2 ? NULL : "an image that cannot be read";
	return judge_irep(program.top);
}
