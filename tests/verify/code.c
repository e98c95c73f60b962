// SPDX-License-Identifier: GPL-2.0
/*
 * What code may not do, rule by rule, and what it may although it looks odd. Each case is an
 * image with one irep, or with one that has a child or two.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mruby/opcode.h>

#include "code.h"
#include "ktap.h"
#include "loader.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define REFUSED(sentence, ...) { sentence, NULL, __VA_ARGS__ }
#define ACCEPTED(what, ...) { NULL, what, __VA_ARGS__ }
#define PROGRAM(...) .program = { __VA_ARGS__ }
#define CHILD(...) .child = { __VA_ARGS__ }
#define SECOND(...) .second = { __VA_ARGS__ }

#define RETURN_NIL	OP_LOADNIL, 1, OP_RETURN, 1
#define ENTER(a, b, c)	OP_ENTER, a, b, c
/* A block in R1, and then the end. */
#define WITH_BLOCK	PROGRAM(CODE(OP_BLOCK, 1, 0, OP_RETURN, 1))
#define WITH_METHOD	PROGRAM(CODE(OP_METHOD, 1, 0, OP_RETURN, 1))
#define WITH_BODY	PROGRAM(CODE(OP_OCLASS, 1, OP_EXEC, 1, 0, OP_RETURN, 1))

static const struct code_case cases[] = {
	/* Decode. */
	REFUSED("irep 0, pc 0x0: no opcode has number 106", PROGRAM(CODE(106, OP_STOP))),
	REFUSED("irep 0, pc 0x0: no opcode has number 255", PROGRAM(CODE(OP_EXT1, 255, OP_STOP))),
	REFUSED("irep 0, pc 0x0: the code ends within an instruction", PROGRAM(CODE(OP_LOADI))),
	REFUSED("irep 0, pc 0x2: the code ends within an instruction",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXT3))),
	REFUSED("irep 0, pc 0x0: one EXT follows another",
		PROGRAM(CODE(OP_EXT1, OP_EXT2, OP_LOADNIL, 0, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_LOADNIL: the code goes on past its end",
		PROGRAM(CODE(OP_LOADNIL, 1))),
	REFUSED("irep 0, pc 0x2 OP_JMPIF: the code goes on past its end",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_JMPIF, 1, 0xff, 0xfa))),
	REFUSED("irep 0, pc 0x0 OP_CALL: mrbc writes none", PROGRAM(CODE(OP_CALL, RETURN_NIL))),
	REFUSED("irep 0, pc 0x0 OP_DEBUG: mrbc writes none",
		PROGRAM(CODE(OP_DEBUG, 1, 2, 3, RETURN_NIL))),
	ACCEPTED("an EXT where none is needed",
		 PROGRAM(CODE(OP_EXT1, OP_LOADNIL, 0, 1, OP_EXT3, OP_MOVE, 0, 2, 0, 1, OP_RETURN, 2))),
	ACCEPTED("OP_NOP, and code that nobody reaches",
		 PROGRAM(CODE(OP_NOP, RETURN_NIL, OP_RETURN, 5))),

	/* Registers. */
	REFUSED("irep 0, pc 0x0 OP_LOADNIL: window R6..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_LOADNIL, 6, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_LOADI: window R256..R256 exceeds 6 registers",
		PROGRAM(CODE(OP_EXT1, OP_LOADI, 1, 0, 3, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_MOVE: window R6..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_MOVE, 1, 6, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_LOADNIL: writes R0, which is self",
		PROGRAM(CODE(OP_LOADNIL, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ARRAY: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_ARRAY, 4, 3, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ARRAY2: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_ARRAY2, 1, 4, 3, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_HASH: window R3..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_HASH, 3, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_HASHADD: window R3..R7 exceeds 6 registers",
		PROGRAM(CODE(OP_HASHADD, 3, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ARYPUSH: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_ARYPUSH, 4, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_APOST: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_APOST, 4, 0, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SEND: argument window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_SEND, 4, 0, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SEND: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_SEND, 4, 0, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SENDB: argument window R3..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_SENDB, 3, 0, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SSEND: argument window R4..R7 exceeds 6 registers",
		PROGRAM(CODE(OP_SSEND, 3, 0, 0x20, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SUPER: argument window R5..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_SUPER, 4, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SUPER: arguments 0x100",
		PROGRAM(CODE(OP_EXT2, OP_SUPER, 1, 1, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ADD: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_ADD, 4, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_GETIDX: window R4..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_GETIDX, 4, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SETIDX: window R3..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_SETIDX, 3, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SEND: calls in R1, which is a local",
		PROGRAM(.nlocals = 2, CODE(OP_SEND, 1, 0, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ADD: calls in R1, which is a local",
		PROGRAM(.nlocals = 2, CODE(OP_ADD, 1, OP_STOP))),
	ACCEPTED("local += 1", PROGRAM(.nlocals = 2, CODE(OP_ADDI, 1, 1, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x0 OP_RAISEIF: window R6..R6 exceeds 6 registers",
		PROGRAM(CODE(OP_RAISEIF, 6, OP_STOP))),
	REFUSED("irep 0: no register for what the program is worth",
		PROGRAM(.nlocals = 2, .nregs = 2, CODE(OP_RETURN, 1))),

	/* Symbols, pool, children, locals further out. */
	REFUSED("irep 0, pc 0x0 OP_LOADSYM: symbol 2 of 2", PROGRAM(CODE(OP_LOADSYM, 1, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_GETGV: symbol 2 of 2", PROGRAM(CODE(OP_GETGV, 1, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SEND: symbol 2 of 2", PROGRAM(CODE(OP_SEND, 1, 2, 0, OP_STOP))),
	/* mruby 3.1 does not count it, and the loader does. */
	ACCEPTED("a method in a register more than there are",
		 PROGRAM(.nregs = 2, CODE(OP_TCLASS, 1, OP_METHOD, 2, 0, OP_DEF, 1, 0, OP_RETURN, 1)),
		 CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0, pc 0x2 OP_METHOD: window R3..R3 exceeds 2 registers",
		PROGRAM(.nregs = 2, CODE(OP_TCLASS, 1, OP_METHOD, 3, 0, OP_DEF, 1, 0, OP_RETURN, 1)),
		CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0, pc 0x5 OP_DEF: window R2..R3 exceeds 2 registers",
		PROGRAM(.nregs = 2, CODE(OP_TCLASS, 1, OP_METHOD, 2, 0, OP_DEF, 2, 0, OP_RETURN, 1)),
		CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0, pc 0x5 OP_MOVE: window R2..R2 exceeds 2 registers",
		PROGRAM(.nregs = 2, CODE(OP_TCLASS, 1, OP_METHOD, 2, 0, OP_MOVE, 1, 2, OP_RETURN, 1)),
		CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0, pc 0x0 OP_DEF: symbol 2 of 2", PROGRAM(CODE(OP_DEF, 1, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ALIAS: symbol 2 of 2", PROGRAM(CODE(OP_ALIAS, 2, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ALIAS: symbol 3 of 2", PROGRAM(CODE(OP_ALIAS, 0, 3, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_UNDEF: symbol 2 of 2", PROGRAM(CODE(OP_UNDEF, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_KARG: symbol 9 of 2", PROGRAM(CODE(OP_KARG, 1, 9, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_LOADL: pool entry 2 of 2", PROGRAM(CODE(OP_LOADL, 1, 2, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_LOADL: pool entry 0 is a string",
		PROGRAM(CODE(OP_LOADL, 1, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_STRING: pool entry 1 is no string",
		PROGRAM(CODE(OP_STRING, 1, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_SYMBOL: pool entry 1 is no string",
		PROGRAM(CODE(OP_SYMBOL, 1, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_ERR: pool entry 1 is no string", PROGRAM(CODE(OP_ERR, 1, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_BLOCK: child 0 of 0", PROGRAM(CODE(OP_BLOCK, 1, 0, OP_STOP))),
	REFUSED("irep 0, pc 0x0 OP_METHOD: child 1 of 1",
		PROGRAM(CODE(OP_METHOD, 1, 1, OP_STOP)), CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0, pc 0x3 OP_METHOD: child 0 is used in two ways",
		PROGRAM(CODE(OP_BLOCK, 1, 0, OP_METHOD, 1, 0, OP_STOP)),
		CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 1, pc 0x4 OP_GETUPVAR: local 1 of 1, 1 levels up",
		WITH_BLOCK, CHILD(CODE(ENTER(0, 0, 0), OP_GETUPVAR, 1, 1, 0, OP_RETURN, 1))),
	ACCEPTED("the last local of the program",
		 PROGRAM(.nlocals = 3, CODE(OP_BLOCK, 3, 0, OP_RETURN, 3)),
		 CHILD(CODE(ENTER(0, 0, 0), OP_GETUPVAR, 1, 2, 0, OP_SETUPVAR, 1, 2, 0, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x4 OP_GETUPVAR: 1 levels up, there are 0",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_GETUPVAR, 1, 0, 0, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x4 OP_SETUPVAR: writes R0, which is self",
		WITH_BLOCK, CHILD(CODE(ENTER(0, 0, 0), OP_SETUPVAR, 1, 0, 0, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x2 OP_SETUPVAR: 1 levels up, there are 0",
		WITH_BODY, CHILD(CODE(OP_LOADNIL, 1, OP_SETUPVAR, 1, 0, 0, OP_RETURN, 1))),
	ACCEPTED("up beyond the program, as mrbc's super does",
		 WITH_BLOCK, CHILD(CODE(ENTER(0, 0, 0), OP_GETUPVAR, 1, 1, 1, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x4 OP_BLKPUSH: 1 levels up, there are 0",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_BLKPUSH, 1, 0, 1, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x4 OP_ARGARY: 2 levels up, there are 0",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_ARGARY, 1, 0, 2, OP_RETURN, 1))),

	/* How ireps are entered. */
	REFUSED("irep 1: a method or block that does not begin with OP_ENTER",
		WITH_METHOD, CHILD(CODE(RETURN_NIL))),
	REFUSED("irep 1: a method or block that does not begin with OP_ENTER",
		WITH_BLOCK, CHILD(CODE(RETURN_NIL))),
	REFUSED("irep 1: OP_ENTER where nothing is called",
		WITH_BODY, CHILD(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 0: OP_ENTER where nothing is called",
		PROGRAM(CODE(ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 1, pc 0x4 OP_ENTER: not at the beginning",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 1, pc 0x0 OP_ENTER: has an EXT",
		WITH_METHOD, CHILD(CODE(OP_EXT1, ENTER(0, 0, 0), RETURN_NIL))),
	REFUSED("irep 1, pc 0x0 OP_ENTER: its arguments exceed 6 registers",
		WITH_METHOD, CHILD(CODE(ENTER(0x14, 0, 0), RETURN_NIL))),
	REFUSED("irep 1, pc 0x0 OP_ENTER: 1 optional arguments, but no jump for 1 of them",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0x20, 0), OP_JMP, 0, 0, RETURN_NIL))),
	ACCEPTED("an optional argument, with a jump for 0 and for 1",
		 WITH_METHOD, CHILD(.nlocals = 3, CODE(ENTER(0, 0x20, 0), OP_JMP, 0, 3, OP_JMP, 0, 0,
						       OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x4 OP_JMP: goes back to OP_ENTER",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_JMP, 0xff, 0xf9))),
	/* Each number of optional ones goes its own way. */
	REFUSED("irep 1, pc 0xc OP_RETURN: reads R5 before it is written",
		WITH_METHOD, CHILD(.nlocals = 3, CODE(ENTER(0, 0x20, 0), OP_JMP, 0, 5, OP_JMP, 0, 0,
						      OP_NOP, OP_NOP, OP_RETURN, 5, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0xa OP_RETURN: reads R5 before it is written",
		WITH_METHOD, CHILD(.nlocals = 3, CODE(ENTER(0, 0x20, 0), OP_JMP, 0, 5, OP_JMP, 0, 0,
						      OP_RETURN, 5, OP_RETURN, 1))),
	REFUSED("irep 1, pc 0x0 OP_ENTER: its arguments exceed 2 registers",
		WITH_METHOD, CHILD(.nregs = 2, CODE(ENTER(0, 0, 2), RETURN_NIL))),
	REFUSED("irep 1, pc 0x0 OP_ENTER: its arguments exceed 2 registers",
		WITH_METHOD, CHILD(.nregs = 2, CODE(ENTER(0, 0, 4), RETURN_NIL))),
	ACCEPTED("keywords and a block, and no register more",
		 WITH_METHOD, CHILD(.nregs = 3, CODE(ENTER(0, 0, 6), RETURN_NIL))),
	/* Arguments are nobody's but a method's. */
	REFUSED("irep 2, pc 0x0 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_METHOD, 1, 0, OP_OCLASS, 1, OP_EXEC, 1, 1, OP_RETURN, 1)),
		CHILD(CODE(ENTER(8, 0, 0), RETURN_NIL)), SECOND(CODE(OP_RETURN, 2))),
	REFUSED("irep 1, pc 0x4 OP_STOP: not in the program itself",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_STOP))),

	/* Jumps and handlers. */
	REFUSED("irep 0, pc 0x0 OP_JMP: there is no instruction at 0x4",
		PROGRAM(CODE(OP_JMP, 0, 1, RETURN_NIL))),
	REFUSED("irep 0, pc 0x0 OP_JMP: there is no instruction at 0xffffffff",
		PROGRAM(CODE(OP_JMP, 0xff, 0xfc, RETURN_NIL))),
	REFUSED("irep 0, pc 0x2 OP_JMPNIL: there is no instruction at 0xa",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_JMPNIL, 1, 0, 4, OP_RETURN, 1))),
	REFUSED("irep 0, catch handler 0: begins or ends within an instruction",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { RESCUE(1, 2, 2) })),
	REFUSED("irep 0, catch handler 0: begins or ends within an instruction",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { RESCUE(0, 1, 2) })),
	REFUSED("irep 0, catch handler 0: begins or ends within an instruction",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { RESCUE(0, 2, 3) })),
	REFUSED("irep 0, catch handler 0: its target 0x2 lies before its end 0x4",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { RESCUE(0, 4, 2) })),
	REFUSED("irep 0, catch handler 0: leads to OP_RETURN at 0x4, not to OP_EXCEPT",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { RESCUE(0, 4, 4) })),
	REFUSED("irep 0, catch handler 0: its OP_EXCEPT writes R1, which is a local",
		PROGRAM(.nlocals = 2, CODE(OP_LOADNIL, 1, OP_EXCEPT, 1, OP_RETURN, 1),
			.catches = { RESCUE(0, 2, 2) })),
	REFUSED("irep 1, catch handler 0: covers OP_ENTER",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_EXCEPT, 2, RETURN_NIL),
				   .catches = { RESCUE(0, 4, 4) })),
	REFUSED("irep 0, pc 0x2 OP_STOP: a catch handler covers it",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_STOP, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 3, 3) })),

	ACCEPTED("an end right before the range of a handler",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_STOP, OP_NOP, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			 .catches = { ENSURE(3, 4, 4) })),

	/* What is read must have been written. */
	REFUSED("irep 0, pc 0x0 OP_RETURN: reads R1 before it is written", PROGRAM(CODE(OP_RETURN, 1))),
	ACCEPTED("locals are nil", PROGRAM(.nlocals = 2, CODE(OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x0 OP_STOP: reads R1 before it is written", PROGRAM(CODE(OP_STOP))),
	REFUSED("irep 0, pc 0x2 OP_ARRAY: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_ARRAY, 1, 2, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x2 OP_SEND: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_SEND, 1, 0, 1, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x2 OP_SENDB: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_SENDB, 1, 0, 0, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x0 OP_RAISEIF: reads R2 before it is written",
		PROGRAM(CODE(OP_RAISEIF, 2, RETURN_NIL))),
	/* One way round it: JMPNOT R1 skips LOADNIL R2. */
	REFUSED("irep 0, pc 0x8 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADT, 1, OP_JMPNOT, 1, 0, 2, OP_LOADNIL, 2, OP_RETURN, 2))),
	ACCEPTED("written on both ways",
		 PROGRAM(CODE(OP_LOADT, 1, OP_JMPNOT, 1, 0, 5, OP_LOADNIL, 2, OP_JMP, 0, 2, OP_LOADT, 2,
			      OP_RETURN, 2))),
	/* What was above a call is nobody's. */
	REFUSED("irep 0, pc 0x8 OP_RETURN: reads R3 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 3, OP_SEND, 1, 0, 0, OP_RETURN, 3))),
	REFUSED("irep 0, pc 0x9 OP_RETURN: reads R3 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 3, OP_OCLASS, 2, OP_EXEC, 2, 0, OP_RETURN, 3)),
		CHILD(CODE(RETURN_NIL))),
	REFUSED("irep 0, pc 0x6 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_ADD, 1, OP_RETURN, 2))),
	REFUSED("irep 0, pc 0x7 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_ADDI, 1, 1, OP_RETURN, 2))),
	ACCEPTED("an addition to a local calls above all registers",
		 PROGRAM(.nlocals = 2, CODE(OP_LOADNIL, 2, OP_ADDI, 1, 1, OP_RETURN, 2))),
	/* In a loop: the call at its end unwrites what the beginning reads. */
	REFUSED("irep 0, pc 0x6 OP_MOVE: reads R3 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_LOADNIL, 3, OP_MOVE, 4, 3,
			     OP_SEND, 2, 0, 0, OP_JMPIF, 2, 0xff, 0xf5, OP_RETURN, 1))),
	/* An exception may come before the write. */
	REFUSED("irep 0, pc 0xb OP_RETURN: reads R1 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_SEND, 2, 0, 0, OP_MOVE, 1, 2, OP_EXCEPT, 3,
			     OP_RETURN, 1), .catches = { RESCUE(0, 9, 9) })),
	REFUSED("irep 1, pc 0x4 OP_BLKPUSH: reads R3 before it is written",
		WITH_METHOD, CHILD(CODE(ENTER(0, 0, 0), OP_BLKPUSH, 1, 0x10, 0, OP_RETURN, 1))),

	/* Lists of arguments. */
	REFUSED("irep 0, pc 0x4 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_ARYPUSH, 1, 1, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x4 OP_ARYCAT: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADT, 1, OP_LOADNIL, 2, OP_ARYCAT, 1, OP_RETURN, 1))),
	ACCEPTED("nil becomes a list",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_ARYCAT, 1, OP_LOADT, 2, OP_ARYPUSH, 1, 1,
			      OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x4 OP_SEND: R2 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_SEND, 1, 0, 15, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x4 OP_SUPER: R2 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADNIL, 3, OP_SUPER, 1, 15, OP_RETURN, 1))),
	/* A global knows it, too. */
	REFUSED("irep 0, pc 0x8 OP_SEND: R2 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_ARRAY, 2, 0, OP_SETGV, 2, 0, OP_SEND, 1, 0, 15,
			     OP_RETURN, 1))),
	/* A local: blocks know it. */
	REFUSED("irep 0, pc 0x8 OP_SEND: R3 is not known to be a list of its own",
		PROGRAM(.nlocals = 2, CODE(OP_LOADNIL, 2, OP_ARRAY, 3, 0, OP_MOVE, 1, 3,
					   OP_SEND, 2, 0, 15, OP_RETURN, 1))),
	/* A receiver or a block can hand itself on. */
	REFUSED("irep 0, pc 0x6 OP_SEND: R2 is another operand, too",
		PROGRAM(CODE(OP_ARRAY, 2, 0, OP_MOVE, 1, 2, OP_SEND, 1, 0, 15, OP_RETURN, 1))),
	REFUSED("irep 0, pc 0x8 OP_SENDB: R2 is another operand, too",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_ARRAY, 2, 0, OP_MOVE, 3, 2, OP_SENDB, 1, 0, 15,
			     OP_RETURN, 1))),
	/* It would hold itself, or its block. */
	REFUSED("irep 1, pc 0x4 OP_ARGARY: writes R2, which it reads",
		WITH_METHOD, CHILD(CODE(ENTER(8, 0x10, 0), OP_ARGARY, 2, 0x14, 0, OP_RETURN, 2))),
	REFUSED("irep 1, pc 0x4 OP_ARGARY: writes R5, which it reads",
		WITH_METHOD, CHILD(.nregs = 9, CODE(ENTER(8, 0x10, 2), OP_ARGARY, 5, 0x14, 0x10,
						    OP_RETURN, 5))),
	ACCEPTED("all arguments, in a list behind them",
		 WITH_METHOD, CHILD(.nregs = 7, CODE(ENTER(8, 0x10, 0), OP_ARGARY, 5, 0x14, 0,
						     OP_RETURN, 5))),
	/* Its twin was given away. */
	REFUSED("irep 0, pc 0xb OP_SEND: R3 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_SETGV, 1, 0,
			     OP_SEND, 2, 0, 15, OP_RETURN, 2))),
	ACCEPTED("twins that nobody else knows",
		 PROGRAM(CODE(OP_LOADNIL, 2, OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_SEND, 2, 0, 15,
			      OP_ARYPUSH, 1, 1, OP_RETURN, 1))),

	REFUSED("irep 0, pc 0x9 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_SETGV, 3, 0, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	/* What one of them is written over with is the other's no more. */
	ACCEPTED("a twin that is something else by now, and one that is another's",
		 PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_LOADNIL, 3, OP_SETGV, 3, 0,
			      OP_ARYPUSH, 1, 0, OP_ARRAY, 4, 0, OP_MOVE, 3, 1, OP_MOVE, 3, 4,
			      OP_SETGV, 3, 0, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	ACCEPTED("the same, the first one of the twins",
		 PROGRAM(CODE(OP_ARRAY, 3, 0, OP_MOVE, 1, 3, OP_LOADNIL, 3, OP_SETGV, 3, 0,
			      OP_ARYPUSH, 1, 0, OP_ARRAY, 3, 0, OP_MOVE, 1, 3, OP_ARRAY, 4, 0,
			      OP_MOVE, 3, 4, OP_SETGV, 3, 0, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0xb OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_LOADNIL, 4, OP_SETGV, 3, 0,
			     OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0xf OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_ARRAY, 4, 0, OP_MOVE, 5, 4,
			     OP_SETGV, 3, 0, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	/* A third one that holds it is one too many. */
	REFUSED("irep 0, pc 0x9 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_MOVE, 4, 1, OP_ARYPUSH, 1, 0,
			     RETURN_NIL))),
	REFUSED("irep 0, pc 0x9 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_MOVE, 4, 3, OP_ARYPUSH, 1, 0,
			     RETURN_NIL))),
	REFUSED("irep 0, pc 0x5 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_LOADNIL, 1, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	/* Nil is what LOADNIL left there, and nothing since. */
	REFUSED("irep 0, pc 0x6 OP_ARYCAT: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_LOADT, 1, OP_ARYCAT, 1, RETURN_NIL))),
	REFUSED("irep 0, pc 0x9 OP_ARYCAT: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_ARYCAT, 1, OP_SETGV, 1, 0, OP_ARYCAT, 1,
			     RETURN_NIL))),
	REFUSED("irep 0, pc 0xd OP_ARYCAT: R3 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 3, OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_SETGV, 1, 0, OP_LOADNIL, 4,
			     OP_ARYCAT, 3, RETURN_NIL))),
	/* Twins of somebody else, or no operands. */
	ACCEPTED("a list besides the one of the arguments",
		 PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 4, 1, OP_ARRAY, 2, 0, OP_SEND, 1, 0, 15,
			      RETURN_NIL))),
	ACCEPTED("a twin behind the operands",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_ARRAY, 2, 0, OP_MOVE, 3, 2, OP_SEND, 1, 0, 15,
			      RETURN_NIL))),
	ACCEPTED("twins that a call parts, and twins again",
		 PROGRAM(CODE(OP_LOADNIL, 2, OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_SEND, 2, 0, 15,
			      OP_MOVE, 3, 1, OP_SEND, 2, 0, 15, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0xf OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 2, 1, OP_LOADNIL, 4, OP_SEND, 4, 0, 0,
			     OP_SETGV, 2, 0, OP_ARYPUSH, 1, 0, RETURN_NIL), .nregs = 7)),
	/* On two ways: the same twins, other twins, and none. */
	ACCEPTED("twins on both ways",
		 PROGRAM(CODE(OP_LOADT, 4, OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_JMPIF, 4, 0, 1, OP_NOP,
			      OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0x14 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADNIL, 3, OP_ARRAY, 1, 0, OP_JMPIF, 2, 0, 6,
			     OP_MOVE, 2, 1, OP_JMP, 0, 3, OP_MOVE, 3, 1, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0x18 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADNIL, 3, OP_JMPIF, 2, 0, 9, OP_ARRAY, 2, 0,
			     OP_MOVE, 1, 2, OP_JMP, 0, 6, OP_ARRAY, 3, 0, OP_MOVE, 1, 3, OP_NOP,
			     OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0xe OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADT, 4, OP_ARRAY, 1, 0, OP_JMPIF, 4, 0, 3, OP_MOVE, 2, 1,
			     OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0x12 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADT, 4, OP_ARRAY, 1, 0, OP_JMPIF, 4, 0, 6, OP_MOVE, 2, 1,
			     OP_JMP, 0, 1, OP_NOP, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	REFUSED("irep 0, pc 0x13 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADT, 2, OP_JMPIF, 2, 0, 6, OP_ARRAY, 1, 0, OP_JMP, 0, 6, OP_ARRAY, 2, 0,
			     OP_MOVE, 1, 2, OP_NOP, OP_ARYPUSH, 1, 0, RETURN_NIL))),
	/* Round a loop: twins that were not, or are no more. */
	REFUSED("irep 0, pc 0x7 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADT, 2, OP_LOADT, 4, OP_ARRAY, 1, 0, OP_ARYPUSH, 1, 0, OP_MOVE, 2, 1,
			     OP_JMPIF, 4, 0xff, 0xf6, RETURN_NIL))),
	REFUSED("irep 0, pc 0x8 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADT, 4, OP_ARRAY, 1, 0, OP_MOVE, 2, 1, OP_ARYPUSH, 1, 0, OP_ARRAY, 2, 0,
			     OP_JMPIF, 4, 0xff, 0xf6, RETURN_NIL))),
	/* The exception of a packed call may know its list; and what was given away before it. */
	REFUSED("irep 0, pc 0xf OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 3, OP_ARRAY, 1, 0, OP_MOVE, 4, 1, OP_SEND, 3, 0, 15,
			     OP_NOP, OP_EXCEPT, 2, OP_ARYPUSH, 1, 0, RETURN_NIL),
			.catches = { RESCUE(8, 12, 13) })),
	REFUSED("irep 0, pc 0xd OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_SETGV, 1, 0, OP_INTERN, 1, OP_ARRAY, 1, 0, OP_EXCEPT, 2,
			     OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { RESCUE(3, 8, 11) })),

	/* Ensure. */
	ACCEPTED("an ensure clause",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			 .catches = { ENSURE(0, 2, 2) })),
	REFUSED("irep 0, pc 0x2: an ensure clause without OP_RAISEIF R2",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 2, 2) })),
	REFUSED("irep 0, pc 0x4 OP_SETGV: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_SETGV, 2, 0, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 2, 2) })),
	REFUSED("irep 0, pc 0x6 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 2),
			.catches = { ENSURE(0, 2, 2) })),
	ACCEPTED("the exception of a rescue clause is a value",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_SETGV, 2, 0, OP_RAISEIF, 2,
			      OP_RETURN, 2), .catches = { RESCUE(0, 2, 2) })),
	REFUSED("irep 0, pc 0x6 OP_LOADNIL: writes R2 within its ensure clause",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 3, OP_EXCEPT, 2, OP_LOADNIL, 2, OP_RAISEIF, 2,
			     OP_RETURN, 1), .catches = { ENSURE(0, 4, 4) })),
	REFUSED("irep 0, pc 0x4 OP_SEND: calls in R1 within the ensure clause of R2",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_SEND, 1, 0, 0, OP_RAISEIF, 2,
			     OP_RETURN, 1), .catches = { ENSURE(0, 2, 2) })),
	REFUSED("irep 0: a jump from 0x2 or later goes into an ensure clause, to 0x7",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_JMP, 0, 2, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 2, 5) })),
	REFUSED("irep 0, pc 0x7 OP_EXCEPT: writes R2 within its ensure clause",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_LOADNIL, 3, OP_NOP, OP_EXCEPT, 2,
			     OP_RAISEIF, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 2, 2), ENSURE(4, 7, 7) })),
	REFUSED("irep 0, pc 0x7 OP_EXCEPT: clears R3 within its ensure clause",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 4, OP_EXCEPT, 3, OP_NOP, OP_EXCEPT, 2,
			     OP_RAISEIF, 2, OP_RAISEIF, 3, OP_RETURN, 1),
			.catches = { ENSURE(0, 4, 4), ENSURE(6, 7, 7) })),
	REFUSED("irep 0, pc 0x9 OP_LOADNIL: writes R2 within its ensure clause",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 4, OP_EXCEPT, 2, OP_NOP, OP_EXCEPT, 3,
			     OP_LOADNIL, 2, OP_RAISEIF, 3, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 4, 4), ENSURE(6, 7, 7) })),
	REFUSED("irep 0, pc 0x6 OP_EXCEPT: clears R3 within its ensure clause",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 3, OP_LOADNIL, 4, OP_EXCEPT, 2, OP_RAISEIF, 3,
			     OP_RETURN, 1), .catches = { ENSURE(0, 2, 2), RESCUE(4, 6, 6) })),
	/* Who begins there raises nothing, and goes on behind it. */
	REFUSED("irep 0, pc 0x4 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_EXCEPT, 1, OP_RAISEIF, 1, OP_RETURN, 2), .catches = { ENSURE(0, 0, 0) })),
	ACCEPTED("a clause at the very beginning",
		 PROGRAM(CODE(OP_EXCEPT, 1, OP_RAISEIF, 1, OP_LOADNIL, 2, OP_RETURN, 2),
			 .catches = { ENSURE(0, 0, 0) })),
	/* What lies above EXCEPT is nil when something was raised. */
	REFUSED("irep 0, pc 0xb OP_ARYPUSH: R4 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 4, 0, OP_LOADNIL, 2, OP_INTERN, 2, OP_EXCEPT, 2, OP_LOADNIL, 5,
			     OP_ARYPUSH, 4, 1, OP_RETURN, 4), .catches = { RESCUE(3, 7, 7) })),
	/* And when nothing was, its twin above is still there to be given away. */
	REFUSED("irep 0, pc 0xf OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 4, 1, OP_LOADNIL, 2, OP_NOP, OP_NOP, OP_EXCEPT, 2,
			     OP_SETGV, 4, 0, OP_ARYPUSH, 1, 0, OP_RETURN, 1),
			.catches = { RESCUE(6, 10, 10) })),
	/* As `break` with a value does. */
	ACCEPTED("a write below the clause's register",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_LOADT, 1, OP_RAISEIF, 2, OP_RETURN, 1),
			 .catches = { ENSURE(0, 2, 2) })),
	REFUSED("irep 0, pc 0x9 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_EXCEPT, 2, OP_LOADT, 1, OP_RAISEIF, 2, OP_ARYPUSH, 1, 0,
			     OP_RETURN, 1), .catches = { ENSURE(0, 3, 3) })),
	/* A clause that ends where nobody comes is not followed. */
	ACCEPTED("a clause that is left by a return",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_LOADNIL, 3, OP_RETURN, 3,
			      OP_ARYPUSH, 1, 1, OP_RAISEIF, 2, OP_RETURN, 1),
			 .catches = { ENSURE(0, 2, 2) })),
	/* What the clause's register held before is gone when a jump came by it. */
	REFUSED("irep 0, pc 0xb OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_JMPUW, 0, 4, OP_EXCEPT, 2, OP_RAISEIF, 2,
			     OP_RETURN, 2), .catches = { ENSURE(4, 7, 7) })),
	ACCEPTED("a jump by way of a clause, and what lay below it",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_JMPUW, 0, 4, OP_EXCEPT, 2, OP_RAISEIF, 2,
			      OP_RETURN, 1), .catches = { ENSURE(4, 7, 7) })),
	REFUSED("irep 0, pc 0x10 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 8, OP_EXCEPT, 2, OP_LOADT, 1, OP_RAISEIF, 2,
			     OP_RETURN, 1, OP_LOADNIL, 2, OP_ARYPUSH, 1, 1, OP_RETURN, 1),
			.catches = { ENSURE(3, 6, 6) })),
	REFUSED("irep 0, pc 0x12 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_JMPUW, 0, 9, OP_EXCEPT, 2, OP_SETGV, 3, 0,
			     OP_RAISEIF, 2, OP_RETURN, 1, OP_ARYPUSH, 1, 0, OP_RETURN, 1),
			.catches = { ENSURE(6, 9, 9) })),
	ACCEPTED("a jump by way of a clause that is always left before its end",
		 PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 9, OP_EXCEPT, 2, OP_SETGV, 1, 0, OP_RETURN, 1,
			      OP_RAISEIF, 2, OP_LOADNIL, 2, OP_ARYPUSH, 1, 1, OP_RETURN, 1),
			 .catches = { ENSURE(3, 6, 6) })),
	/* What such a piece of a clause writes would not be known behind it. */
	REFUSED("irep 0, pc 0x8: OP_JMPUW goes to 0xb, in an ensure clause, by way of one elsewhere",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 15, OP_EXCEPT, 2, OP_JMPUW, 0, 0, OP_RAISEIF, 2,
			     OP_EXCEPT, 3, OP_LOADT, 1, OP_RAISEIF, 3, OP_RETURN, 1,
			     OP_ARYPUSH, 1, 0, OP_RETURN, 1),
			.catches = { ENSURE(3, 6, 6), ENSURE(8, 11, 13) })),
	/* Two clauses, the second of which covers where the first one ends. */
	REFUSED("irep 0, pc 0xf OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_JMPUW, 0, 8, OP_EXCEPT, 3, OP_RAISEIF, 3,
			     OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 2),
			.catches = { ENSURE(4, 7, 7), ENSURE(9, 11, 11) })),
	ACCEPTED("a jump right before the range of a clause",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_JMPUW, 0, 5, OP_NOP, OP_EXCEPT, 2,
			      OP_RAISEIF, 2, OP_RETURN, 2), .catches = { ENSURE(7, 8, 8) })),
	ACCEPTED("a jump to the beginning of its range",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_LOADNIL, 2, OP_SETGV, 2, 0, OP_JMPUW, 0xff, 0xfa,
			      OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 1),
			 .catches = { ENSURE(4, 10, 10) })),
	/* Below its register a clause may write and give away, so no list is there behind a jump. */
	REFUSED("irep 0, pc 0xd OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 7, OP_EXCEPT, 3, OP_SETGV, 1, 0, OP_RAISEIF, 3,
			     OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { ENSURE(3, 6, 6) })),
	REFUSED("irep 0, pc 0xe OP_ARYCAT: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_LOADNIL, 2, OP_LOADNIL, 1, OP_NOP, OP_JMPUW, 0, 6, OP_EXCEPT, 3,
			     OP_LOADT, 1, OP_RAISEIF, 3, OP_ARYCAT, 1, RETURN_NIL),
			.catches = { ENSURE(4, 8, 8) })),
	REFUSED("irep 0, pc 0x11 OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 11, OP_EXCEPT, 3, OP_EXCEPT, 4, OP_SETGV, 1, 0,
			     OP_RAISEIF, 4, OP_RAISEIF, 3, OP_ARYPUSH, 1, 0, RETURN_NIL),
			.catches = { ENSURE(3, 6, 6), ENSURE(0, 0, 8) })),
	ACCEPTED("a list below what a clause writes",
		 PROGRAM(CODE(OP_ARRAY, 1, 0, OP_JMPUW, 0, 6, OP_EXCEPT, 3, OP_LOADT, 2, OP_RAISEIF, 3,
			      OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { ENSURE(3, 6, 6) })),
	/* Above its register a clause has calls. */
	REFUSED("irep 0, pc 0xe OP_RETURN: reads R4 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 3, OP_LOADNIL, 4, OP_EXCEPT, 2, OP_SSEND, 3, 0, 0,
			     OP_NOP, OP_NOP, OP_RAISEIF, 2, OP_RETURN, 4),
			.catches = { ENSURE(2, 4, 4) })),
	REFUSED("irep 0, pc 0x4 OP_SSEND: calls in R2 within the ensure clause of R2",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_EXCEPT, 2, OP_SSEND, 2, 0, 0, OP_RAISEIF, 2, OP_RETURN, 1),
			.catches = { ENSURE(0, 2, 2) })),
	ACCEPTED("a clause that nobody enters but by an exception",
		 PROGRAM(CODE(OP_LOADNIL, 1, OP_RETURN, 1, OP_EXCEPT, 2, OP_RAISEIF, 2, OP_RETURN, 3),
			 .catches = { ENSURE(0, 4, 4) })),
	/* Entered once more, with less. */
	REFUSED("irep 0, pc 0xa OP_SETGV: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_INTERN, 1, OP_LOADNIL, 2, OP_EXCEPT, 3, OP_RAISEIF, 3,
			     OP_SETGV, 2, 0, OP_LOADNIL, 1, OP_SEND, 1, 0, 0, OP_JMPIF, 1, 0xff, 0xef,
			     OP_RETURN, 1), .catches = { ENSURE(2, 4, 6) })),
	/* What a handler knows begins where its range does, and where itself does. */
	REFUSED("irep 0, pc 0xa OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_INTERN, 1, OP_LOADNIL, 2, OP_RETURN, 1, OP_EXCEPT, 3,
			     OP_RETURN, 2), .catches = { RESCUE(2, 6, 8) })),
	REFUSED("irep 0, pc 0x8 OP_RETURN: reads R2 before it is written",
		PROGRAM(CODE(OP_LOADNIL, 1, OP_INTERN, 1, OP_LOADNIL, 2, OP_EXCEPT, 3, OP_RETURN, 2),
			.catches = { RESCUE(2, 4, 6) })),
	/* Twins that end right above EXCEPT, in either order, and some that lie below. */
	REFUSED("irep 0, pc 0xa OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 3, 1, OP_NOP, OP_NOP, OP_EXCEPT, 2,
			     OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { RESCUE(6, 7, 8) })),
	REFUSED("irep 0, pc 0xa OP_ARYPUSH: R1 is not known to be a list of its own",
		PROGRAM(CODE(OP_ARRAY, 3, 0, OP_MOVE, 1, 3, OP_NOP, OP_NOP, OP_EXCEPT, 2,
			     OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { RESCUE(6, 7, 8) })),
	ACCEPTED("twins below an OP_EXCEPT",
		 PROGRAM(CODE(OP_ARRAY, 1, 0, OP_MOVE, 2, 1, OP_NOP, OP_NOP, OP_EXCEPT, 3,
			      OP_ARYPUSH, 1, 0, RETURN_NIL), .catches = { RESCUE(6, 7, 8) })),
	ACCEPTED("a value before a clause, and a register far above it",
		 PROGRAM(.nregs = 80, CODE(OP_LOADNIL, 2, OP_MOVE, 1, 2, OP_EXCEPT, 70, OP_RAISEIF, 70,
					   OP_RETURN, 1), .catches = { ENSURE(0, 5, 5) })),
	/* Behind the clause is only who came by without an exception. */
	ACCEPTED("a value that is made before an ensure clause",
		 PROGRAM(CODE(OP_LOADNIL, 2, OP_MOVE, 1, 2, OP_EXCEPT, 3, OP_RAISEIF, 3, OP_RETURN, 1),
			 .catches = { ENSURE(0, 5, 5) })),
};

struct image {
	unsigned char bytes[2000];
	size_t size;
};

static void put_number(struct image *image, int width, uint32_t value)
{
	while (width--)
		image->bytes[image->size++] = value >> 8 * width;
}

static void put(struct image *image, const void *bytes, size_t size)
{
	memcpy(image->bytes + image->size, bytes, size);
	image->size += size;
}

static void set_size(struct image *image, size_t at, size_t from)
{
	size_t end = image->size;

	image->size = at;
	put_number(image, 4, end - from);
	image->size = end;
}

static int count_catches(const struct irep *irep)
{
	int count = 0;

	while (count < (int)ARRAY_SIZE(irep->catches) && irep->catches[count].kind)
		count++;
	return count;
}

static void put_irep(struct image *image, const struct irep *irep, int children)
{
	int catches = count_catches(irep);
	size_t start = image->size;
	int i;

	put_number(image, 4, 0);
	put_number(image, 2, irep->nlocals ? irep->nlocals : 1);
	put_number(image, 2, irep->nregs ? irep->nregs : 6);
	put_number(image, 2, children);
	put_number(image, 2, catches + irep->clauses);
	put_number(image, 4, irep->size);
	put(image, irep->code, irep->size);
	for (i = 0; i < catches; i++) {
		put_number(image, 1, irep->catches[i].kind - 2);
		put_number(image, 4, irep->catches[i].begin);
		put_number(image, 4, irep->catches[i].end);
		put_number(image, 4, irep->catches[i].target);
	}
	for (i = 0; i < irep->clauses; i++) {
		put(image, "\1\0\0\0\0\0\0\0\0", 9);
		put_number(image, 4, 2 * i);
	}
	put(image, "\0\2" "\0\0\1s" "\0" "\1\0\0\0\7", 12);
	put(image, "\0\2" "\0\1p" "\0" "\0\1q" "\0", 10);
	set_size(image, start, start);
}

static void make(struct image *image, const struct code_case *code_case)
{
	size_t section;

	image->size = 0;
	put(image, "RITE0300\0\0\0\0MATZ0000", 20);
	section = image->size;
	put(image, "IREP\0\0\0\0" "0300", 12);
	put_irep(image, &code_case->program, !!code_case->child.code + !!code_case->second.code);
	if (code_case->child.code)
		put_irep(image, &code_case->child, 0);
	if (code_case->second.code)
		put_irep(image, &code_case->second, 0);
	set_size(image, section + 4, section);
	put(image, "END\0\0\0\0\10", 8);
	set_size(image, 8, 0);
}

int judge_code(const struct code_case *code_case, struct kmvm_verdict *verdict,
	       const char **complaint)
{
	struct image image;
	unsigned char *copy;
	int ret;

	make(&image, code_case);
	copy = malloc(image.size);
	memcpy(copy, image.bytes, image.size);
	ret = kmvm_verify(copy, image.size, verdict);
	*complaint = ret ? NULL : load_image(copy, image.size, NULL, NULL);
	free(copy);
	if (ret && verdict->offset > image.size)
		*complaint = "the place lies outside of the image";
	return ret;
}

static void judge_case(const struct code_case *code_case)
{
	struct kmvm_verdict verdict;
	const char *complaint;
	bool passed;
	int ret = judge_code(code_case, &verdict, &complaint);

	if (code_case->sentence) {
		passed = ret == -ENOEXEC && !complaint && !strcmp(verdict.text, code_case->sentence);
		if (!passed)
			ktap_note("got %d at %zu: %s", ret, verdict.offset, verdict.text);
		ktap_result(passed, "refused: %s", code_case->sentence);
	} else {
		if (ret || complaint)
			ktap_note("%s", ret ? verdict.text : complaint);
		ktap_result(!ret && !complaint, "accepted: %s", code_case->what);
	}
}

/* One clause within the other, each with a register above those around it. */
static void judge_clauses(const char *sentence, const char *what, int clauses)
{
	struct code_case code_case = { .sentence = sentence, .what = what };
	unsigned char code[300], *end = code;
	int i;

	for (i = 0; i < clauses; i++) {
		*end++ = OP_EXCEPT;
		*end++ = 1 + i;
	}
	while (i--) {
		*end++ = OP_RAISEIF;
		*end++ = 1 + i;
	}
	memcpy(end, (unsigned char[]){ RETURN_NIL }, 4);
	code_case.program = (struct irep){
		.nregs = 1 + clauses, .code = code, .size = end + 4 - code, .clauses = clauses,
	};
	judge_case(&code_case);
}

/* Jumps from one to the next, with more registers than anybody needs. */
static void judge_blocks(const char *sentence, int blocks)
{
	struct code_case code_case = { .sentence = sentence };
	unsigned char code[600] = { };
	int i;

	for (i = 0; i < blocks - 1; i++)
		code[3 * i] = OP_JMP;
	memcpy(code + 3 * i, (unsigned char[]){ RETURN_NIL }, 4);
	code_case.program = (struct irep){ .nregs = 65534, .code = code, .size = 3 * i + 4 };
	judge_case(&code_case);
}

static int count(void)
{
	return ARRAY_SIZE(cases) + 3;
}

static void run(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		judge_case(&cases[i]);
	judge_clauses(NULL, "64 ensure clauses within each other", 64);
	judge_clauses("irep 0, pc 0x80 OP_EXCEPT: ensure clauses are nested over 64 deep", NULL, 65);
	judge_blocks("irep 0: too complex to be judged: 171 blocks, 65533 temporaries", 171);
}

const struct suite code_suite = { count, run };
