/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the judge of code keeps of an irep: vm/code.c decodes it and lays it out, vm/effects.c
 * tells what an instruction does with registers, vm/flow.c follows it. Nobody else includes this.
 */
#ifndef KMVM_CODE_H
#define KMVM_CODE_H

#ifdef __KERNEL__
#include "budget.h"
#else
#include <stdlib.h>
#endif

#include "judge.h"
#include "opcode.h"

#define ENTER_SIZE	4
#define JMP_SIZE	3
#define PACKED		15	/* as a number of arguments: they are in an array, or a hash */
#define SUPER_MAX	255	/* arguments of a call in one byte: how many, and keywords */
#define CLAUSES_MAX	64	/* ensure clauses within each other */
#define NOWHERE		0xffffffff

/*
 * Effort is counted in steps of some sixty instructions at most, so that it bounds the time
 * (docs/verifier.md). Steps for so many handlers looked at, so many words met or copied:
 */
#define PRICE_OF_HANDLERS(count)	(1 + (count) / 3)
#define PRICE_OF_WORDS(count)		((count) / 8)

static inline void *scratch(size_t size)
{
	if (!size)
		size = 1;
#ifdef __KERNEL__
	return kmvm_budget_alloc(size);
#else
	return malloc(size);
#endif
}

static inline void scratch_free(void *memory, size_t size __maybe_unused)
{
#ifdef __KERNEL__
	kmvm_budget_free(memory, size ?: 1);
#else
	free(memory);
#endif
}

static inline bool bit(const u64 *bits, u32 i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static inline void bit_set(u64 *bits, u32 i)
{
	bits[i / 64] |= 1ULL << i % 64;
}

static inline void bit_clear(u64 *bits, u32 i)
{
	bits[i / 64] &= ~(1ULL << i % 64);
}

/* The first bit from i on that is set, of so many; or their number. */
static inline u32 next_bit(const u64 *bits, u32 i, u32 count)
{
	u32 word = i / 64;
	u64 rest;

	if (i >= count)
		return count;
	rest = bits[word] & ~0ULL << i % 64;
	while (!rest) {
		if (++word * 64 >= count)
			return count;
		rest = bits[word];
	}
	i = word * 64 + __ffs64(rest);
	return i < count ? i : count;
}

/* Clears the bits from i on. */
static inline void bits_cut(u64 *bits, u32 words, u32 i)
{
	u32 word = i / 64;

	if (word >= words)
		return;
	bits[word] &= (1ULL << i % 64) - 1;
	memset(bits + word + 1, 0, (words - word - 1) * sizeof(*bits));
}

/* How many hold those from 0 to count. */
static inline u32 bit_words(u32 count)
{
	return count / 64 + 1;
}

struct window {
	u32 at;
	u32 count;
};

/* What an instruction does with registers. */
struct effects {
	struct window reads[2];
	struct window write;
	u32 room;	/* how many there must be, besides */
	bool calls;	/* runs Ruby on those above its first operand */
};

/* A clause of ensure: from the EXCEPT that begins it to the RAISEIF that ends it. */
struct clause {
	u32 begin;
	u32 end;
	u32 reg;	/* where the jump, or exception, waits */
	bool entered;	/* when nothing was raised */
	bool ended;	/* somebody comes to its end */
	u32 around;	/* index of the clause around it, or NOWHERE */
};

struct block {
	u32 pc;
	u32 clause;	/* index of the innermost one it is in, or NOWHERE */
};

struct code {
	struct judge *judge;
	const struct kmvm_irep *irep;
	const u8 *iseq;
	const u8 *catches;
	u32 ilen;
	u32 nlocals;
	u32 nregs;
	u32 slen;
	u32 plen;
	enum kmvm_entry entry;

	/* As long as the longest code, or as the longest pool. */
	u64 *starts;	/* an instruction begins here */
	u64 *turns;	/* and it jumps, ends a block, or is ENTER */
	u64 *leaders;	/* and a block */
	u64 *clauses_at;	/* and an ensure clause */
	u8 *pool;	/* kinds */
	u32 *children;	/* numbers */

	/* For this irep. */
	struct clause *clauses;
	u32 clause_count;
	struct block *blocks;
	u32 block_count;
	u32 arguments;	/* registers that are written when it begins */

	/* For clauses, blocks, and states. */
	u8 *room;
	size_t room_size;

	/* For kmvm_follow(). */
	u64 *states;	/* of blocks, each a struct state */
	u32 words;	/* of a set of temporaries */
	u32 state_words;
	bool ends_changed;	/* less is known at the end of a clause than when jumps looked */
};

static inline const u8 *catch_at(const struct code *code, u32 i)
{
	return code->catches + i * KMVM_CATCH_SIZE;
}

#define catch_is_ensure(catch)	((catch)[0] == 1)
#define catch_begin(catch)	kmvm_u32((catch) + 1)
#define catch_end(catch)	kmvm_u32((catch) + 5)
#define catch_target(catch)	kmvm_u32((catch) + 9)

/* Of an instruction that is whole. */
static inline u32 decode(const struct code *code, u32 pc, struct kmvm_insn *insn)
{
	kmvm_decode(code->iseq + pc, code->ilen - pc, insn);
	return pc + insn->size;
}

/* The layout of arguments that ARGARY and BLKPUSH are told: m5 or m6:r1:m5:d1:lv4. */
struct layout {
	u32 before_block;	/* self, and what comes before the block */
	bool keywords;
	u32 level;
};

static inline struct layout layout_of(u16 b)
{
	return (struct layout){
		.before_block = 1 + (b >> 11 & 0x3f) + (b >> 10 & 1) + (b >> 5 & 0x1f),
		.keywords = b >> 4 & 1,
		.level = b & 0xf,
	};
}

/* A call whose arguments are in an array. */
static inline bool is_packed(const struct kmvm_insn *insn)
{
	switch (insn->op) {
	case OP_SEND:
	case OP_SENDB:
	case OP_SSEND:
	case OP_SSENDB:
		return (insn->c & 0xf) == PACKED;
	case OP_SUPER:
		return (insn->b & 0xf) == PACKED;
	default:
		return false;
	}
}

static inline bool ends_block(u8 op)
{
	switch (op) {
	case OP_JMP:
	case OP_JMPUW:
	case OP_RETURN:
	case OP_RETURN_BLK:
	case OP_BREAK:
	case OP_ERR:
	case OP_STOP:
		return true;
	default:
		return false;
	}
}

static inline bool is_jump(u8 op)
{
	switch (op) {
	case OP_JMP:
	case OP_JMPIF:
	case OP_JMPNOT:
	case OP_JMPNIL:
	case OP_JMPUW:
		return true;
	default:
		return false;
	}
}

static inline u32 jump_target(const struct kmvm_insn *insn, u32 next)
{
	enum kmvm_operands operands = kmvm_operands(insn->op);

	return next + (s16)(operands == KMVM_OPERANDS_S ? insn->a : insn->b);
}

/* Refuses because of an instruction, and names it, and the line it comes from. */
__printf(4, 5)
int kmvm_refuse_insn(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		     const char *format, ...);

/* Refuses when more effort than that is left in an image of its size. */
int kmvm_spend(struct code *code, u64 effort);

/* Locals are told from temporaries: `local += 1` is another thing than with these. */
void kmvm_effects_of(const struct kmvm_insn *insn, u32 nlocals, struct effects *effects);

/*
 * Windows of what is read and may be known elsewhere afterwards. Not the list that ARYPUSH and
 * ARYCAT add to, nor that of a call's arguments: that is copied, but for NoMethodError#args.
 */
void kmvm_given_away(const struct kmvm_insn *insn, const struct effects *effects,
		     struct window windows[3]);

/* Bytes that kmvm_follow() needs at @states for so many. */
u64 kmvm_states_size(struct code *code, u32 blocks, u32 clauses);

/* Follows the code from its beginning along every path. Return: 0 or -ENOEXEC. */
int kmvm_follow(struct code *code);

#endif /* KMVM_CODE_H */
