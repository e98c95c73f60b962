/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions, as mruby's own tables have them: include/mruby/ops.h and opcode.h of the
 * pinned release, whose FETCH_* and OP_EXT* kmvm_decode() does the same as.
 *
 * The same source serves the module, kmctl and the tests.
 */
#ifndef KMVM_OPCODE_H
#define KMVM_OPCODE_H

#include <mruby/opcode.h>

#include "image.h"

/* Which operands follow the opcode: bytes (B), two bytes (S), three (W), none (Z). */
enum kmvm_operands {
	KMVM_OPERANDS_Z,
	KMVM_OPERANDS_B,
	KMVM_OPERANDS_BB,
	KMVM_OPERANDS_BBB,
	KMVM_OPERANDS_BS,
	KMVM_OPERANDS_BSS,
	KMVM_OPERANDS_S,
	KMVM_OPERANDS_W,
};

enum {
#define OPCODE(name, operands) KMVM_COUNTED_##name,
#include <mruby/ops.h>
#undef OPCODE
	KMVM_OPCODES,
};

#define KMVM_INSN_SIZE_MAX	8	/* EXT1 and LOADI32: 1 + 1 + 2 + 2 + 2 */

/**
 * struct kmvm_insn - one instruction
 * @op:		which, an OP_* of mruby/opcode.h; never OP_EXT1, OP_EXT2 or OP_EXT3
 * @ext:	the OP_EXT* before it: 1 its first operand has 16 bits, 2 its second, 3 both; or 0
 * @size:	bytes, with the OP_EXT* before it
 * @a:		first operand; a jump's is relative to the end of the instruction, as an s16
 * @b:		second operand
 * @c:		third operand
 */
struct kmvm_insn {
	u8 op;
	u8 ext;
	u8 size;
	u32 a;
	u16 b;
	u16 c;
};

static inline enum kmvm_operands kmvm_operands(u8 op)
{
	static const u8 operands[KMVM_OPCODES] = {
#define OPCODE(name, operands) KMVM_OPERANDS_##operands,
#include <mruby/ops.h>
#undef OPCODE
	};

	return (enum kmvm_operands)operands[op];
}

/* Without OP_; op must be one of mruby's. */
static inline const char *kmvm_opcode_name(u8 op)
{
	static const char *const names[KMVM_OPCODES] = {
#define OPCODE(name, operands) #name,
#include <mruby/ops.h>
#undef OPCODE
	};

	return names[op];
}

/**
 * enum kmvm_decoded - what became of kmvm_decode()
 * @KMVM_DECODED:	there is an instruction
 * @KMVM_NO_OPCODE:	mruby has no such opcode; @op of the instruction is what was met
 * @KMVM_CUT_SHORT:	the code ends within the instruction
 * @KMVM_EXT_TWICE:	an OP_EXT* follows an OP_EXT*, which mrbc never writes
 */
enum kmvm_decoded {
	KMVM_DECODED,
	KMVM_NO_OPCODE,
	KMVM_CUT_SHORT,
	KMVM_EXT_TWICE,
};

/* Bytes of operands: behind no OP_EXT*, OP_EXT1, OP_EXT2, OP_EXT3. */
static inline u8 kmvm_operands_size(enum kmvm_operands operands, u8 ext)
{
	static const u8 sizes[][4] = {
		[KMVM_OPERANDS_Z]	= { 0, 0, 0, 0 },
		/* mruby's FETCH_B_3 is the short one. */
		[KMVM_OPERANDS_B]	= { 1, 2, 1, 1 },
		[KMVM_OPERANDS_BB]	= { 2, 3, 3, 4 },
		[KMVM_OPERANDS_BBB]	= { 3, 4, 4, 5 },
		[KMVM_OPERANDS_BS]	= { 3, 4, 3, 4 },
		[KMVM_OPERANDS_BSS]	= { 5, 6, 5, 6 },
		[KMVM_OPERANDS_S]	= { 2, 2, 2, 2 },
		[KMVM_OPERANDS_W]	= { 3, 3, 3, 3 },
	};

	return sizes[operands][ext];
}

static inline u16 kmvm_operand(const u8 **at, bool wide)
{
	u16 value = *(*at)++;

	return wide ? value << 8 | *(*at)++ : value;
}

/**
 * kmvm_decode() - read one instruction
 * @code:	its first byte
 * @left:	bytes of code from there on, at least 1
 * @insn:	filled in; complete when KMVM_DECODED is returned
 *
 * Return: KMVM_DECODED, or why there is no instruction.
 */
static inline enum kmvm_decoded kmvm_decode(const u8 *code, size_t left, struct kmvm_insn *insn)
{
	enum kmvm_operands operands;
	const u8 *at = code + 1;
	bool first, second;

	*insn = (struct kmvm_insn){ .op = code[0] };
	if (insn->op >= OP_EXT1 && insn->op <= OP_EXT3) {
		if (left < 2)
			return KMVM_CUT_SHORT;
		insn->ext = insn->op - OP_EXT1 + 1;
		insn->op = *at++;
		if (insn->op >= OP_EXT1 && insn->op <= OP_EXT3)
			return KMVM_EXT_TWICE;
	}
	if (insn->op >= KMVM_OPCODES)
		return KMVM_NO_OPCODE;
	operands = kmvm_operands(insn->op);
	insn->size = at - code + kmvm_operands_size(operands, insn->ext);
	if (left < insn->size)
		return KMVM_CUT_SHORT;

	first = insn->ext & 1;
	second = insn->ext & 2;
	switch (operands) {
	case KMVM_OPERANDS_Z:
		break;
	case KMVM_OPERANDS_B:
		insn->a = kmvm_operand(&at, first && !second);
		break;
	case KMVM_OPERANDS_BB:
		insn->a = kmvm_operand(&at, first);
		insn->b = kmvm_operand(&at, second);
		break;
	case KMVM_OPERANDS_BBB:
		insn->a = kmvm_operand(&at, first);
		insn->b = kmvm_operand(&at, second);
		insn->c = kmvm_operand(&at, false);
		break;
	case KMVM_OPERANDS_BS:
		insn->a = kmvm_operand(&at, first);
		insn->b = kmvm_operand(&at, true);
		break;
	case KMVM_OPERANDS_BSS:
		insn->a = kmvm_operand(&at, first);
		insn->b = kmvm_operand(&at, true);
		insn->c = kmvm_operand(&at, true);
		break;
	case KMVM_OPERANDS_S:
		insn->a = kmvm_operand(&at, true);
		break;
	case KMVM_OPERANDS_W:
		insn->a = (u32)kmvm_operand(&at, false) << 16;
		insn->a |= kmvm_operand(&at, true);
		break;
	}
	return KMVM_DECODED;
}

#endif /* KMVM_OPCODE_H */
