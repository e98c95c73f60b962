/* SPDX-License-Identifier: GPL-2.0 */
/* What the operands of each instruction mean, as far as they are to be changed with sense. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include "../../vm/opcode.h"

enum role {
	NONE,
	REG,		/* a register */
	POOL,
	SYMBOL,
	CHILD,
	COUNT,		/* of registers */
	CALL,		/* of arguments: positional, and pairs of keywords */
	LEVEL,		/* environments up */
	UPREG,		/* a register there */
	NUMBER,		/* any */
	JUMP,
	SPEC,		/* m5:r1:m5:d1:lv4 */
	PARAMETERS,	/* m5:o5:r1:m5:k5:d1:b1 */
};

struct roles {
	u8 a, b, c;
	u8 window;	/* registers from a on that are used, b or c of COUNT not counted */
};

static const struct roles roles_of[KMVM_OPCODES] = {
	[OP_MOVE] = { REG, REG, NONE, 1 },
	[OP_LOADL] = { REG, POOL, NONE, 1 },
	[OP_LOADI] = { REG, NUMBER, NONE, 1 },
	[OP_LOADINEG] = { REG, NUMBER, NONE, 1 },
	[OP_LOADI__1] = { REG, NONE, NONE, 1 },
	[OP_LOADI_0] = { REG, NONE, NONE, 1 },
	[OP_LOADI_1] = { REG, NONE, NONE, 1 },
	[OP_LOADI_2] = { REG, NONE, NONE, 1 },
	[OP_LOADI_3] = { REG, NONE, NONE, 1 },
	[OP_LOADI_4] = { REG, NONE, NONE, 1 },
	[OP_LOADI_5] = { REG, NONE, NONE, 1 },
	[OP_LOADI_6] = { REG, NONE, NONE, 1 },
	[OP_LOADI_7] = { REG, NONE, NONE, 1 },
	[OP_LOADI16] = { REG, NUMBER, NONE, 1 },
	[OP_LOADI32] = { REG, NUMBER, NUMBER, 1 },
	[OP_LOADSYM] = { REG, SYMBOL, NONE, 1 },
	[OP_LOADNIL] = { REG, NONE, NONE, 1 },
	[OP_LOADSELF] = { REG, NONE, NONE, 1 },
	[OP_LOADT] = { REG, NONE, NONE, 1 },
	[OP_LOADF] = { REG, NONE, NONE, 1 },
	[OP_GETGV] = { REG, SYMBOL, NONE, 1 },
	[OP_SETGV] = { REG, SYMBOL, NONE, 1 },
	[OP_GETSV] = { REG, SYMBOL, NONE, 1 },
	[OP_SETSV] = { REG, SYMBOL, NONE, 1 },
	[OP_GETIV] = { REG, SYMBOL, NONE, 1 },
	[OP_SETIV] = { REG, SYMBOL, NONE, 1 },
	[OP_GETCV] = { REG, SYMBOL, NONE, 1 },
	[OP_SETCV] = { REG, SYMBOL, NONE, 1 },
	[OP_GETCONST] = { REG, SYMBOL, NONE, 1 },
	[OP_SETCONST] = { REG, SYMBOL, NONE, 1 },
	[OP_GETMCNST] = { REG, SYMBOL, NONE, 1 },
	[OP_SETMCNST] = { REG, SYMBOL, NONE, 2 },
	[OP_GETUPVAR] = { REG, UPREG, LEVEL, 1 },
	[OP_SETUPVAR] = { REG, UPREG, LEVEL, 1 },
	[OP_GETIDX] = { REG, NONE, NONE, 2 },
	[OP_SETIDX] = { REG, NONE, NONE, 3 },
	[OP_JMP] = { JUMP, NONE, NONE, 0 },
	[OP_JMPIF] = { REG, JUMP, NONE, 1 },
	[OP_JMPNOT] = { REG, JUMP, NONE, 1 },
	[OP_JMPNIL] = { REG, JUMP, NONE, 1 },
	[OP_JMPUW] = { JUMP, NONE, NONE, 0 },
	[OP_EXCEPT] = { REG, NONE, NONE, 1 },
	[OP_RESCUE] = { REG, REG, NONE, 1 },
	[OP_RAISEIF] = { REG, NONE, NONE, 1 },
	[OP_SSEND] = { REG, SYMBOL, CALL, 1 },
	[OP_SSENDB] = { REG, SYMBOL, CALL, 1 },
	[OP_SEND] = { REG, SYMBOL, CALL, 1 },
	[OP_SENDB] = { REG, SYMBOL, CALL, 1 },
	[OP_CALL] = { NONE, NONE, NONE, 0 },
	[OP_SUPER] = { REG, CALL, NONE, 1 },
	[OP_ARGARY] = { REG, SPEC, NONE, 3 },
	[OP_ENTER] = { PARAMETERS, NONE, NONE, 0 },
	[OP_KEY_P] = { REG, SYMBOL, NONE, 1 },
	[OP_KARG] = { REG, SYMBOL, NONE, 1 },
	[OP_RETURN] = { REG, NONE, NONE, 1 },
	[OP_RETURN_BLK] = { REG, NONE, NONE, 1 },
	[OP_BREAK] = { REG, NONE, NONE, 1 },
	[OP_BLKPUSH] = { REG, SPEC, NONE, 1 },
	[OP_ADD] = { REG, NONE, NONE, 2 },
	[OP_ADDI] = { REG, NUMBER, NONE, 1 },
	[OP_SUB] = { REG, NONE, NONE, 2 },
	[OP_SUBI] = { REG, NUMBER, NONE, 1 },
	[OP_MUL] = { REG, NONE, NONE, 2 },
	[OP_DIV] = { REG, NONE, NONE, 2 },
	[OP_EQ] = { REG, NONE, NONE, 2 },
	[OP_LT] = { REG, NONE, NONE, 2 },
	[OP_LE] = { REG, NONE, NONE, 2 },
	[OP_GT] = { REG, NONE, NONE, 2 },
	[OP_GE] = { REG, NONE, NONE, 2 },
	[OP_ARRAY] = { REG, COUNT, NONE, 1 },
	[OP_ARRAY2] = { REG, REG, COUNT, 1 },
	[OP_ARYCAT] = { REG, NONE, NONE, 2 },
	[OP_ARYPUSH] = { REG, COUNT, NONE, 1 },
	[OP_ARYSPLAT] = { REG, NONE, NONE, 1 },
	[OP_AREF] = { REG, REG, NUMBER, 1 },
	[OP_ASET] = { REG, REG, NUMBER, 1 },
	[OP_APOST] = { REG, NUMBER, COUNT, 1 },
	[OP_INTERN] = { REG, NONE, NONE, 1 },
	[OP_SYMBOL] = { REG, POOL, NONE, 1 },
	[OP_STRING] = { REG, POOL, NONE, 1 },
	[OP_STRCAT] = { REG, NONE, NONE, 2 },
	[OP_HASH] = { REG, COUNT, NONE, 1 },
	[OP_HASHADD] = { REG, COUNT, NONE, 1 },
	[OP_HASHCAT] = { REG, NONE, NONE, 2 },
	[OP_LAMBDA] = { REG, CHILD, NONE, 1 },
	[OP_BLOCK] = { REG, CHILD, NONE, 1 },
	[OP_METHOD] = { REG, CHILD, NONE, 1 },
	[OP_RANGE_INC] = { REG, NONE, NONE, 2 },
	[OP_RANGE_EXC] = { REG, NONE, NONE, 2 },
	[OP_OCLASS] = { REG, NONE, NONE, 1 },
	[OP_CLASS] = { REG, SYMBOL, NONE, 2 },
	[OP_MODULE] = { REG, SYMBOL, NONE, 1 },
	[OP_EXEC] = { REG, CHILD, NONE, 1 },
	[OP_DEF] = { REG, SYMBOL, NONE, 2 },
	[OP_ALIAS] = { SYMBOL, SYMBOL, NONE, 0 },
	[OP_UNDEF] = { SYMBOL, NONE, NONE, 0 },
	[OP_SCLASS] = { REG, NONE, NONE, 1 },
	[OP_TCLASS] = { REG, NONE, NONE, 1 },
	[OP_DEBUG] = { NUMBER, NUMBER, NUMBER, 0 },
	[OP_ERR] = { POOL, NONE, NONE, 0 },
};

#endif /* OPERANDS_H */
