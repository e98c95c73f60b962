// SPDX-License-Identifier: GPL-2.0
/*
 * Judges what the code of an image does, irep by irep.
 *
 *	decode		every instruction whole, its operands in range
 *	lay out		jumps and handlers meet instructions; blocks of code begin where they do
 *	follow		no temporary is read on any path before it is written
 *
 * A call lends the registers above its first operand to whoever is called, and what lies
 * there afterwards is nobody's: so a call unwrites them, and none may begin at a local, which
 * blocks can see.
 *
 * Registers below nlocals are always written: mruby clears them when an irep is entered.
 *
 * What mruby takes for granted of a value is checked as it runs (vm/patches/0150), but for two
 * things, which are proven here:
 *
 * - A list of arguments, as ARYPUSH, ARYCAT and calls with 15 arguments take it, is an array
 *   that no other register, variable or object holds: C functions point into it.
 * - What EXCEPT takes at the beginning of an ensure clause may be a jump that waits, and no
 *   value at all. Nothing but RAISEIF at the end of the clause reads it.
 */
#ifdef __KERNEL__
#include <linux/bitops.h>

#include "budget.h"
#else
#include <stdlib.h>
#endif

#include "judge.h"
#include "lines.h"
#include "opcode.h"

/* Each opcode has its rules below: those of another release would have to be written first. */
_Static_assert(KMVM_OPCODES == 106 && (int)OP_STOP == 105, "the opcodes of mruby 3.3.0");

#define ENTER_SIZE	4
#define JMP_SIZE	3
#define PACKED		15	/* as a number of arguments: they are in an array, or a hash */
#define SUPER_MAX	255	/* arguments of a call in one byte: how many, and keywords */
#define CLAUSES_MAX	64	/* ensure clauses within each other */
#define NOWHERE		0xffffffff

/*
 * What judging may cost, over ten times what any image of mruby's own tests takes: memory for
 * the states of one irep, and effort, in steps of some nanoseconds (docs/verifier.md).
 */
#define STATES_MAX	(4U << 20)
#define EFFORT_FREE	(1U << 18)
#define EFFORT_PER_BYTE	16

static void *scratch(size_t size)
{
	if (!size)
		size = 1;
#ifdef __KERNEL__
	return kmvm_budget_alloc(size);
#else
	return malloc(size);
#endif
}

static void scratch_free(void *memory, size_t size __maybe_unused)
{
#ifdef __KERNEL__
	kmvm_budget_free(memory, size ?: 1);
#else
	free(memory);
#endif
}

static bool bit(const u64 *bits, u32 i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static void bit_set(u64 *bits, u32 i)
{
	bits[i / 64] |= 1ULL << i % 64;
}

static void bit_clear(u64 *bits, u32 i)
{
	bits[i / 64] &= ~(1ULL << i % 64);
}

/* Clears the bits from i on. */
static void bits_cut(u64 *bits, u32 words, u32 i)
{
	u32 word = i / 64;

	if (word >= words)
		return;
	bits[word] &= (1ULL << i % 64) - 1;
	memset(bits + word + 1, 0, (words - word - 1) * sizeof(*bits));
}

static u32 bit_words(u32 count)
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
	u32 lowest;	/* temporary below that of which less is known behind the clause; or the same */
	bool entered;	/* when nothing was raised */
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
	u64 *leaders;	/* and a block */
	u64 *clauses_at;	/* and an ensure clause */
	u8 *pool;	/* kinds */
	u32 *children;	/* numbers */

	/* For this irep. */
	struct clause *clauses;
	u32 clause_count;
	struct block *blocks;
	u32 block_count;
	u64 *states;	/* of blocks, each a struct state */
	u32 words;	/* of a set of temporaries */
	u32 state_words;
	u32 arguments;	/* registers that are written when it begins */
};

#define TWINS_MAX	4
#define NO_TWINS	0xffff

/* Two temporaries that hold the same list. */
struct twins {
	u16 one;
	u16 other;
};

/* What is known at a place. Temporaries go by their number above nlocals. */
struct state {
	u64 *written;
	u64 *lists;	/* hold an array that only temporaries of this frame know */
	u64 *nils;	/* hold nil since LOADNIL: what ARYCAT makes such an array of */
	struct twins *twins;
};

#define SETS	3

static const u8 *catch_at(const struct code *code, u32 i)
{
	return code->catches + i * KMVM_CATCH_SIZE;
}

#define catch_is_ensure(catch)	((catch)[0] == 1)
#define catch_begin(catch)	kmvm_u32((catch) + 1)
#define catch_end(catch)	kmvm_u32((catch) + 5)
#define catch_target(catch)	kmvm_u32((catch) + 9)

/* Where in the source an instruction comes from, " (a.rb:3)", or nothing. */
static void name_place(const struct judge *judge, u32 pc, char *text, size_t room)
{
	struct kmvm_place place;
	struct kmvm_lines lines;
	char file[40];
	u32 i;

	*text = '\0';
	if (!kmvm_lines_open(&lines, judge->image, judge->size))
		return;
	for (i = 0; i <= judge->irep; i++)
		if (!kmvm_lines_next(&lines))
			return;
	if (!kmvm_lines_at(&lines, pc, &place))
		return;
	kmvm_file_name(&lines, place.file, file, sizeof(file));
	snprintf(text, room, " (%s:%u)", file, place.line);
}

static __printf(4, 5)
int refuse_insn(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		const char *format, ...)
{
	const struct judge *judge = code->judge;
	char place[60], reason[100];
	va_list args;

	name_place(judge, pc, place, sizeof(place));
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	return kmvm_refuse(judge, code->irep->code + pc, "irep %u%s, pc 0x%x OP_%s: %s",
			   judge->irep, place, pc, kmvm_opcode_name(insn->op), reason);
}

static int spend(struct code *code, u64 effort)
{
	struct judge *judge = code->judge;

	if (effort > judge->effort)
		return kmvm_refuse(judge, code->irep->at, "irep %u: too complex to be judged",
				   judge->irep);
	judge->effort -= effort;
	return 0;
}

/* Of an instruction that is whole. */
static u32 decode(const struct code *code, u32 pc, struct kmvm_insn *insn)
{
	kmvm_decode(code->iseq + pc, code->ilen - pc, insn);
	return pc + insn->size;
}

static u32 arguments_of_call(u32 n, u32 nk)
{
	return (n == PACKED ? 1 : n) + (nk == PACKED ? 1 : 2 * nk);
}

/* The layout of arguments that ARGARY and BLKPUSH are told: m5 or m6:r1:m5:d1:lv4. */
struct layout {
	u32 before_block;	/* self, and what comes before the block */
	bool keywords;
	u32 level;
};

static struct layout layout_of(u16 b)
{
	return (struct layout){
		.before_block = 1 + (b >> 11 & 0x3f) + (b >> 10 & 1) + (b >> 5 & 0x1f),
		.keywords = b >> 4 & 1,
		.level = b & 0xf,
	};
}

static void reads(struct effects *effects, u32 at, u32 count)
{
	effects->reads[effects->reads[0].count ? 1 : 0] = (struct window){ at, count };
}

static void writes(struct effects *effects, u32 at, u32 count)
{
	effects->write = (struct window){ at, count };
}

/* As a method with one argument, when the operands are not integers, or no array. */
static void may_call(struct effects *effects, u32 a, u32 arguments)
{
	effects->room = a + 1 + arguments + 1;
	effects->calls = true;
	writes(effects, a, 1);
}

static void effects_of_call(const struct kmvm_insn *insn, u32 args, struct effects *effects)
{
	u32 count = arguments_of_call(args & 0xf, args >> 4 & 0xf);
	bool with_self = insn->op == OP_SEND || insn->op == OP_SENDB;
	bool with_block = insn->op != OP_SEND && insn->op != OP_SSEND;

	if (with_self)
		reads(effects, insn->a, 1 + count + with_block);
	else
		reads(effects, insn->a + 1, count + with_block);
	may_call(effects, insn->a, count);
}

static void effects_of(const struct kmvm_insn *insn, u32 nlocals, struct effects *effects)
{
	u32 a = insn->a, b = insn->b, c = insn->c;
	struct layout layout;

	*effects = (struct effects){ };
	switch ((enum mrb_insn)insn->op) {
	case OP_NOP:
	case OP_JMP:
	case OP_JMPUW:
	case OP_CALL:
	case OP_ENTER:
	case OP_KEYEND:
	case OP_ALIAS:
	case OP_UNDEF:
	case OP_DEBUG:
	case OP_ERR:
	case OP_EXT1:
	case OP_EXT2:
	case OP_EXT3:
	case OP_STOP:
		break;
	case OP_LOADL:
	case OP_LOADI:
	case OP_LOADINEG:
	case OP_LOADI__1:
	case OP_LOADI_0:
	case OP_LOADI_1:
	case OP_LOADI_2:
	case OP_LOADI_3:
	case OP_LOADI_4:
	case OP_LOADI_5:
	case OP_LOADI_6:
	case OP_LOADI_7:
	case OP_LOADI16:
	case OP_LOADI32:
	case OP_LOADSYM:
	case OP_LOADNIL:
	case OP_LOADSELF:
	case OP_LOADT:
	case OP_LOADF:
	case OP_GETGV:
	case OP_GETSV:
	case OP_GETIV:
	case OP_GETCV:
	case OP_GETCONST:
	case OP_GETUPVAR:
	case OP_EXCEPT:
	case OP_KEY_P:
	case OP_KARG:
	case OP_SYMBOL:
	case OP_STRING:
	case OP_LAMBDA:
	case OP_BLOCK:
	case OP_METHOD:
	case OP_OCLASS:
	case OP_TCLASS:
		writes(effects, a, 1);
		break;
	case OP_SETGV:
	case OP_SETSV:
	case OP_SETIV:
	case OP_SETCV:
	case OP_SETCONST:
	case OP_SETUPVAR:
	case OP_JMPIF:
	case OP_JMPNOT:
	case OP_JMPNIL:
	case OP_RETURN:
	case OP_RETURN_BLK:
	case OP_BREAK:
		reads(effects, a, 1);
		break;
	case OP_RAISEIF:
		/* What it reads, follow() knows. */
		effects->room = a + 1;
		break;
	case OP_MOVE:
		reads(effects, b, 1);
		writes(effects, a, 1);
		break;
	case OP_GETMCNST:
	case OP_ARYSPLAT:
	case OP_INTERN:
	case OP_SCLASS:
	case OP_MODULE:
		reads(effects, a, 1);
		writes(effects, a, 1);
		break;
	case OP_SETMCNST:
		reads(effects, a, 2);
		break;
	case OP_GETIDX:
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_EQ:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		reads(effects, a, 2);
		may_call(effects, a, 1);
		break;
	case OP_ADDI:
	case OP_SUBI:
		reads(effects, a, 1);
		writes(effects, a, 1);
		/* In a local it calls above all registers: vm/patches/0151. */
		if (a >= nlocals)
			may_call(effects, a, 1);
		break;
	case OP_SETIDX:
		reads(effects, a, 3);
		may_call(effects, a, 2);
		break;
	case OP_RESCUE:
		reads(effects, a, 1);
		reads(effects, b, 1);
		writes(effects, b, 1);
		break;
	case OP_SSEND:
	case OP_SSENDB:
	case OP_SEND:
	case OP_SENDB:
		effects_of_call(insn, c, effects);
		break;
	case OP_SUPER:
		effects_of_call(insn, b, effects);
		break;
	case OP_ARGARY:
		layout = layout_of(b);
		if (!layout.level)
			reads(effects, 1, layout.before_block + layout.keywords);
		writes(effects, a, 2 + layout.keywords);
		break;
	case OP_BLKPUSH:
		layout = layout_of(b);
		if (!layout.level)
			reads(effects, layout.before_block + layout.keywords, 1);
		writes(effects, a, 1);
		break;
	case OP_ARRAY:
		reads(effects, a, b);
		writes(effects, a, 1);
		break;
	case OP_ARRAY2:
		reads(effects, b, c);
		writes(effects, a, 1);
		break;
	case OP_ARYCAT:
	case OP_STRCAT:
	case OP_HASHCAT:
		reads(effects, a, 2);
		break;
	case OP_ARYPUSH:
		reads(effects, a, 1 + b);
		break;
	case OP_AREF:
		reads(effects, b, 1);
		writes(effects, a, 1);
		break;
	case OP_ASET:
		reads(effects, a, 1);
		reads(effects, b, 1);
		break;
	case OP_APOST:
		reads(effects, a, 1);
		writes(effects, a, 1 + c);
		break;
	case OP_HASH:
		reads(effects, a, 2 * b);
		writes(effects, a, 1);
		break;
	case OP_HASHADD:
		reads(effects, a, 1 + 2 * b);
		break;
	case OP_RANGE_INC:
	case OP_RANGE_EXC:
	case OP_CLASS:
	case OP_DEF:
		reads(effects, a, 2);
		writes(effects, a, 1);
		break;
	case OP_EXEC:
		reads(effects, a, 1);
		writes(effects, a, 1);
		effects->calls = true;
		break;
	}
}

/* A call whose arguments are in an array. */
static bool is_packed(const struct kmvm_insn *insn)
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

/*
 * Windows of what is read and may be known elsewhere afterwards. Not the list that ARYPUSH and
 * ARYCAT add to, nor that of a call's arguments: that is copied, but for NoMethodError#args.
 */
static void given_away(const struct kmvm_insn *insn, const struct effects *effects,
		       struct window windows[3])
{
	windows[0] = effects->reads[0];
	windows[1] = effects->reads[1];
	windows[2] = (struct window){ 0, 0 };
	if (insn->op == OP_ARYPUSH || insn->op == OP_ARYCAT) {
		windows[0].at++;
		windows[0].count--;
	} else if (is_packed(insn)) {
		u32 past = insn->a + 2;

		windows[2] = (struct window){ past, windows[0].at + windows[0].count - past };
		windows[0].count = windows[0].at <= insn->a;
	}
}

/* Decode. */

static int check_window(const struct code *code, u32 pc, const struct kmvm_insn *insn,
			const char *what, struct window window)
{
	if (!window.count || window.at + window.count <= code->nregs)
		return 0;
	return refuse_insn(code, pc, insn, "%s R%u..R%u exceeds %u registers", what, window.at,
			   window.at + window.count - 1, code->nregs);
}

static int check_registers(const struct code *code, u32 pc, const struct kmvm_insn *insn)
{
	struct effects effects;
	int ret, i;

	effects_of(insn, code->nlocals, &effects);
	for (i = 0; i < 2; i++) {
		ret = check_window(code, pc, insn, effects.calls ? "argument window" : "window",
				   effects.reads[i]);
		if (ret)
			return ret;
	}
	ret = check_window(code, pc, insn, "window", effects.write);
	if (!ret)
		ret = check_window(code, pc, insn, "window",
				   (struct window){ insn->a, effects.room > insn->a ?
						    effects.room - insn->a : 0 });
	if (ret)
		return ret;
	if (effects.write.count && !effects.write.at)
		return refuse_insn(code, pc, insn, "writes R0, which is self");
	if (effects.calls && insn->a < code->nlocals)
		return refuse_insn(code, pc, insn, "calls in R%u, which is a local", insn->a);
	return 0;
}

static int check_symbol(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 symbol)
{
	if (symbol < code->slen)
		return 0;
	return refuse_insn(code, pc, insn, "symbol %u of %u", symbol, code->slen);
}

static int check_pool(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 entry,
		      bool string)
{
	if (entry >= code->plen)
		return refuse_insn(code, pc, insn, "pool entry %u of %u", entry, code->plen);
	if ((code->pool[entry] == KMVM_POOL_STRING) != string)
		return refuse_insn(code, pc, insn, "pool entry %u is %s string", entry,
				   string ? "no" : "a");
	return 0;
}

/* Tells a child how it is entered. */
static int check_child(struct code *code, u32 pc, const struct kmvm_insn *insn,
		       enum kmvm_entry entry)
{
	struct kmvm_seat *child;

	if (insn->b >= code->irep->rlen)
		return refuse_insn(code, pc, insn, "child %u of %u", insn->b, code->irep->rlen);
	child = &code->judge->seats[code->children[insn->b]];
	if (child->entry != KMVM_ENTRY_NONE && child->entry != entry)
		return refuse_insn(code, pc, insn, "child %u is used in two ways", insn->b);
	child->entry = entry;
	return 0;
}

/*
 * Is the local one of an irep around this one, as many levels up? Beyond the last of them mruby
 * finds nil: mrbc's `super` outside of methods goes there.
 */
static int check_up(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 level,
		    u32 local)
{
	const struct judge *judge = code->judge;
	const struct kmvm_seat *seat = &judge->seats[judge->irep];
	struct kmvm_cursor cursor = { .image = judge->image };
	struct kmvm_irep around;
	u32 i;

	for (i = 0; i <= level; i++) {
		if (seat->entry == KMVM_ENTRY_PROGRAM)
			return 0;
		if (seat->entry != KMVM_ENTRY_BLOCK)
			return refuse_insn(code, pc, insn, "%u levels up, there are %u", level + 1, i);
		seat = &judge->seats[seat->parent];
	}
	cursor.at = seat->at;
	cursor.end = seat->at + 20;
	kmvm_take_irep_head(&cursor, &around);
	if (local >= around.nlocals)
		return refuse_insn(code, pc, insn, "local %u of %u, %u levels up", local,
				   around.nlocals, level + 1);
	return 0;
}

/* The operands that are no registers, and opcodes that are not for images. */
static int check_operands(struct code *code, u32 pc, const struct kmvm_insn *insn)
{
	struct layout layout;
	int ret;

	switch ((enum mrb_insn)insn->op) {
	case OP_LOADL:
		return check_pool(code, pc, insn, insn->b, false);
	case OP_STRING:
	case OP_SYMBOL:
		return check_pool(code, pc, insn, insn->b, true);
	case OP_ERR:
		return check_pool(code, pc, insn, insn->a, true);
	case OP_LOADSYM:
	case OP_GETGV:
	case OP_SETGV:
	case OP_GETSV:
	case OP_SETSV:
	case OP_GETIV:
	case OP_SETIV:
	case OP_GETCV:
	case OP_SETCV:
	case OP_GETCONST:
	case OP_SETCONST:
	case OP_GETMCNST:
	case OP_SETMCNST:
	case OP_SSEND:
	case OP_SSENDB:
	case OP_SEND:
	case OP_SENDB:
	case OP_KEY_P:
	case OP_KARG:
	case OP_CLASS:
	case OP_MODULE:
	case OP_DEF:
		return check_symbol(code, pc, insn, insn->b);
	case OP_ALIAS:
		ret = check_symbol(code, pc, insn, insn->a);
		return ret ? ret : check_symbol(code, pc, insn, insn->b);
	case OP_UNDEF:
		return check_symbol(code, pc, insn, insn->a);
	case OP_LAMBDA:
	case OP_BLOCK:
		return check_child(code, pc, insn, KMVM_ENTRY_BLOCK);
	case OP_METHOD:
		return check_child(code, pc, insn, KMVM_ENTRY_METHOD);
	case OP_EXEC:
		return check_child(code, pc, insn, KMVM_ENTRY_BODY);
	case OP_GETUPVAR:
	case OP_SETUPVAR:
		return check_up(code, pc, insn, insn->c, insn->b);
	case OP_ARGARY:
	case OP_BLKPUSH:
		/* How many locals there are up there is asked as it runs. */
		layout = layout_of(insn->b);
		return layout.level ? check_up(code, pc, insn, layout.level - 1, 0) : 0;
	case OP_SUPER:
		if (insn->b > SUPER_MAX)
			return refuse_insn(code, pc, insn, "arguments 0x%x", insn->b);
		return 0;
	case OP_CALL:
	case OP_DEBUG:
		return refuse_insn(code, pc, insn, "mrbc writes none");
	case OP_STOP:
		if (code->entry != KMVM_ENTRY_PROGRAM)
			return refuse_insn(code, pc, insn, "not in the program itself");
		return 0;
	default:
		return 0;
	}
}

static bool ends_block(u8 op)
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

static bool is_jump(u8 op)
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

static int check_decoded(const struct code *code, u32 pc, const struct kmvm_insn *insn,
			 enum kmvm_decoded decoded)
{
	const struct judge *judge = code->judge;
	size_t at = code->irep->code + pc;

	switch (decoded) {
	case KMVM_DECODED:
		return 0;
	case KMVM_NO_OPCODE:
		return kmvm_refuse(judge, at, "irep %u, pc 0x%x: no opcode has number %u",
				   judge->irep, pc, insn->op);
	case KMVM_EXT_TWICE:
		return kmvm_refuse(judge, at, "irep %u, pc 0x%x: one EXT follows another",
				   judge->irep, pc);
	case KMVM_CUT_SHORT:
		break;
	}
	return kmvm_refuse(judge, at, "irep %u, pc 0x%x: the code ends within an instruction",
			   judge->irep, pc);
}

static int decode_all(struct code *code)
{
	struct kmvm_insn insn = { };
	u32 pc, next;
	int ret;

	memset(code->starts, 0, bit_words(code->ilen) * sizeof(u64));
	for (pc = 0; pc < code->ilen; pc = next) {
		ret = check_decoded(code, pc, &insn,
				    kmvm_decode(code->iseq + pc, code->ilen - pc, &insn));
		if (!ret)
			ret = check_operands(code, pc, &insn);
		if (!ret)
			ret = check_registers(code, pc, &insn);
		if (ret)
			return ret;
		bit_set(code->starts, pc);
		next = pc + insn.size;
		if (next == code->ilen && !ends_block(insn.op))
			return refuse_insn(code, pc, &insn, "the code goes on past its end");
		cond_resched();
	}
	return spend(code, code->ilen);
}

/* Lay out. */

static bool begins_with_enter(const struct code *code)
{
	return code->iseq[0] == OP_ENTER;
}

static int check_target(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 target)
{
	if (target >= code->ilen || !bit(code->starts, target))
		return refuse_insn(code, pc, insn, "there is no instruction at 0x%x", target);
	if (!target && begins_with_enter(code))
		return refuse_insn(code, pc, insn, "goes back to OP_ENTER");
	return 0;
}

static u32 jump_target(const struct kmvm_insn *insn, u32 next)
{
	enum kmvm_operands operands = kmvm_operands(insn->op);

	return next + (s16)(operands == KMVM_OPERANDS_S ? insn->a : insn->b);
}

/*
 * Arguments: self, required, optional, rest, required, keywords, block. One jump for each number
 * of optional ones given follows.
 */
static int lay_out_enter(struct code *code, const struct kmvm_insn *insn)
{
	u32 required = insn->a >> 18 & 0x1f, optional = insn->a >> 13 & 0x1f;
	u32 rest = insn->a >> 12 & 1, post = insn->a >> 7 & 0x1f;
	bool keywords = (insn->a >> 2 & 0x1f) || (insn->a >> 1 & 1);
	u32 i, at;

	code->arguments = 1 + required + optional + rest + post + keywords + 1;
	if (insn->ext)
		return refuse_insn(code, 0, insn, "has an EXT");
	if (code->arguments > code->nregs)
		return refuse_insn(code, 0, insn, "its arguments exceed %u registers", code->nregs);
	for (i = 0; optional && i <= optional; i++) {
		at = ENTER_SIZE + i * JMP_SIZE;
		if (at >= code->ilen || code->iseq[at] != OP_JMP)
			return refuse_insn(code, 0, insn,
					   "%u optional arguments, but no jump for %u of them",
					   optional, i);
		bit_set(code->leaders, at);
	}
	return 0;
}

static int lay_out_insn(struct code *code, u32 pc, const struct kmvm_insn *insn)
{
	u32 next = pc + insn->size;
	int ret;

	if (insn->op == OP_ENTER && pc)
		return refuse_insn(code, pc, insn, "not at the beginning");
	if (insn->op == OP_ENTER) {
		ret = lay_out_enter(code, insn);
		if (ret)
			return ret;
	}
	if (is_jump(insn->op)) {
		ret = check_target(code, pc, insn, jump_target(insn, next));
		if (ret)
			return ret;
		bit_set(code->leaders, jump_target(insn, next));
	}
	if (ends_block(insn->op) || is_jump(insn->op))
		bit_set(code->leaders, next);
	return 0;
}

#define refuse_catch(code, i, format, ...)						\
	kmvm_refuse((code)->judge,							\
		    (code)->irep->code + (code)->ilen + (size_t)(i) * KMVM_CATCH_SIZE,	\
		    "irep %u, catch handler %u: " format, (code)->judge->irep, i, ##__VA_ARGS__)

/*
 * That the target comes after the range makes each exception go forward: an exception that is
 * its own handler's would go round for ever where no call and no jump counts.
 */
static int lay_out_catch(struct code *code, u32 i)
{
	const u8 *catch = catch_at(code, i);
	u32 begin = catch_begin(catch), end = catch_end(catch), target = catch_target(catch);
	struct kmvm_insn insn;

	if (!bit(code->starts, begin) || (end < code->ilen && !bit(code->starts, end)) ||
	    !bit(code->starts, target))
		return refuse_catch(code, i, "begins or ends within an instruction");
	if (target < end)
		return refuse_catch(code, i, "its target 0x%x lies before its end 0x%x", target, end);
	if (!begin && begins_with_enter(code))
		return refuse_catch(code, i, "covers OP_ENTER");
	decode(code, target, &insn);
	if (insn.op != OP_EXCEPT)
		return refuse_catch(code, i, "leads to OP_%s at 0x%x, not to OP_EXCEPT",
				    kmvm_opcode_name(insn.op), target);
	if (insn.a < code->nlocals)
		return refuse_catch(code, i, "its OP_EXCEPT writes R%u, which is a local", insn.a);
	bit_set(code->leaders, begin);
	bit_set(code->leaders, end);
	bit_set(code->leaders, target);
	if (catch_is_ensure(catch))
		bit_set(code->clauses_at, target);
	return 0;
}

static int lay_out(struct code *code)
{
	size_t size = (bit_words(code->ilen)) * sizeof(u64);
	struct kmvm_insn insn = { };
	u32 pc, next, i;
	bool callable;
	int ret;

	memset(code->leaders, 0, size);
	memset(code->clauses_at, 0, size);
	bit_set(code->leaders, 0);
	code->arguments = 1;
	for (pc = 0; pc < code->ilen; pc = next) {
		next = decode(code, pc, &insn);
		ret = lay_out_insn(code, pc, &insn);
		if (ret)
			return ret;
		cond_resched();
	}
	callable = code->entry == KMVM_ENTRY_METHOD || code->entry == KMVM_ENTRY_BLOCK;
	if (callable && !begins_with_enter(code))
		return refuse_irep(code->judge, code->irep->code,
				   "a method or block that does not begin with OP_ENTER");
	if (!callable && code->entry != KMVM_ENTRY_NONE && begins_with_enter(code))
		return refuse_irep(code->judge, code->irep->code,
				   "OP_ENTER where nothing is called");
	for (i = 0; i < code->irep->clen; i++) {
		ret = lay_out_catch(code, i);
		if (ret)
			return ret;
	}
	return spend(code, code->ilen + 8ULL * code->irep->clen);
}

/* Ensure clauses and blocks. */

static int open_clause(struct code *code, u32 pc, const struct kmvm_insn *insn, u32 *inner)
{
	u32 depth = 1, i;

	for (i = *inner; i != NOWHERE; i = code->clauses[i].around)
		depth++;
	if (depth > CLAUSES_MAX)
		return refuse_insn(code, pc, insn, "ensure clauses are nested over %u deep",
				   CLAUSES_MAX);
	code->clauses[code->clause_count] = (struct clause){
		.begin = pc, .end = NOWHERE, .reg = insn->a, .lowest = insn->a,
		.around = *inner,
	};
	*inner = code->clause_count++;
	return 0;
}

/* Less is known of the temporaries of a window behind the clause. */
static void lower(const struct code *code, struct clause *clause, struct window window)
{
	u32 first = window.at > code->nlocals ? window.at : code->nlocals;

	if (first < window.at + window.count && first < clause->lowest)
		clause->lowest = first;
}

/*
 * What is on hold around an ensure clause may be written, `break` does, but not lent to calls; and
 * the jump that waits in it stays as it is.
 */
static int check_in_clause(const struct code *code, u32 pc, const struct kmvm_insn *insn,
			   struct clause *clause)
{
	struct window windows[3];
	struct effects effects;
	int i;

	effects_of(insn, code->nlocals, &effects);
	if (effects.calls && insn->a <= clause->reg)
		return refuse_insn(code, pc, insn, "calls in R%u within the ensure clause of R%u",
				   insn->a, clause->reg);
	if (effects.write.at <= clause->reg &&
	    clause->reg < effects.write.at + effects.write.count)
		return refuse_insn(code, pc, insn, "writes R%u within its ensure clause", clause->reg);
	given_away(insn, &effects, windows);
	for (i = 0; i < 3; i++)
		lower(code, clause, windows[i]);
	lower(code, clause, effects.write);
	return 0;
}

/* What is written in a clause is written in those around it. */
static void pass_lowest_on(struct code *code, u32 clause)
{
	u32 around = code->clauses[clause].around;

	if (around != NOWHERE && code->clauses[clause].lowest < code->clauses[around].lowest)
		code->clauses[around].lowest = code->clauses[clause].lowest;
}

/* Finds where clauses begin and end, and which blocks lie in them. */
static int find_blocks(struct code *code)
{
	struct kmvm_insn insn;
	u32 inner = NOWHERE;
	u32 pc, next;
	int ret;

	code->block_count = 0;
	code->clause_count = 0;
	for (pc = 0; pc < code->ilen; pc = next) {
		next = decode(code, pc, &insn);
		if (bit(code->leaders, pc))
			code->blocks[code->block_count++] = (struct block){ pc, inner };
		if (inner != NOWHERE) {
			ret = check_in_clause(code, pc, &insn, &code->clauses[inner]);
			if (ret)
				return ret;
		}
		if (bit(code->clauses_at, pc)) {
			ret = open_clause(code, pc, &insn, &inner);
			if (ret)
				return ret;
			bit_set(code->leaders, next);
		} else if (inner != NOWHERE && insn.op == OP_RAISEIF &&
			   insn.a == code->clauses[inner].reg) {
			code->clauses[inner].end = pc;
			pass_lowest_on(code, inner);
			inner = code->clauses[inner].around;
			if (next < code->ilen)
				bit_set(code->leaders, next);
		}
		cond_resched();
	}
	if (inner != NOWHERE)
		return kmvm_refuse(code->judge, code->irep->code + code->clauses[inner].begin,
				   "irep %u, pc 0x%x: an ensure clause without OP_RAISEIF R%u",
				   code->judge->irep, code->clauses[inner].begin,
				   code->clauses[inner].reg);
	return spend(code, code->ilen);
}

static u32 count_bits(const u64 *bits, u32 words)
{
	u32 i, count = 0;

	for (i = 0; i < words; i++)
		count += hweight64(bits[i]);
	return count;
}

static struct clause *clause_at(const struct code *code, u32 pc)
{
	u32 low = 0, high = code->clause_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (code->clauses[middle].begin == pc)
			return &code->clauses[middle];
		if (code->clauses[middle].begin < pc)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The number of the block that begins there. */
static u32 block_at(const struct code *code, u32 pc)
{
	u32 low = 0, high = code->block_count;

	while (low + 1 < high) {
		u32 middle = low + (high - low) / 2;

		if (code->blocks[middle].pc <= pc)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Follow. */

static u32 state_words(u32 words)
{
	return SETS * words + TWINS_MAX * sizeof(struct twins) / sizeof(u64);
}

static struct state state_at(const struct code *code, u64 *memory)
{
	return (struct state){
		.written = memory,
		.lists = memory + code->words,
		.nils = memory + 2 * code->words,
		.twins = (struct twins *)(memory + SETS * code->words),
	};
}

static u64 *memory_of(const struct code *code, u32 block)
{
	return code->states + (size_t)block * code->state_words;
}

static struct state state_of(const struct code *code, u32 block)
{
	return state_at(code, memory_of(code, block));
}

/* Behind those of blocks come two that are worked with. */
static u64 *memory_to_work_with(const struct code *code, int which)
{
	return memory_of(code, code->block_count + which);
}

/* Then for each clause what is written when it is entered and nothing was raised. */
static u64 *written_before_clause(const struct code *code, u32 clause)
{
	return memory_to_work_with(code, 2) + (size_t)clause * code->words;
}

/* And at last two bits for each block: is it to be followed again, can it be reached at all? */
static u64 *dirty_blocks(const struct code *code)
{
	return written_before_clause(code, code->clause_count);
}

static u64 *reached_blocks(const struct code *code)
{
	return dirty_blocks(code) + bit_words(code->block_count);
}

static bool twins_end(struct twins twins, u32 from)
{
	return twins.one >= from || twins.other >= from;
}

static void forget_list(const struct state *state, u32 i)
{
	u32 k;

	for (k = 0; k < TWINS_MAX; k++) {
		struct twins *twins = &state->twins[k];

		if (twins->one == NO_TWINS || (twins->one != i && twins->other != i))
			continue;
		bit_clear(state->lists, twins->one);
		bit_clear(state->lists, twins->other);
		*twins = (struct twins){ NO_TWINS, NO_TWINS };
	}
	bit_clear(state->lists, i);
}

/* Of what its temporaries hold from one on, nothing is known any more. */
static void forget_values(const struct code *code, const struct state *state, u32 reg)
{
	u32 from = reg > code->nlocals ? reg - code->nlocals : 0, k;

	bits_cut(state->lists, code->words, from);
	bits_cut(state->nils, code->words, from);
	for (k = 0; k < TWINS_MAX; k++) {
		struct twins twins = state->twins[k];

		if (twins.one == NO_TWINS || !twins_end(twins, from))
			continue;
		/* Whoever held the other still does, and may keep it. */
		forget_list(state, twins.one < from ? twins.one : twins.other);
	}
}

/* Those from one on are lent to somebody, or overwritten. */
static void cut_state(const struct code *code, const struct state *state, u32 reg)
{
	u32 from = reg > code->nlocals ? reg - code->nlocals : 0, k;

	bits_cut(state->written, code->words, from);
	bits_cut(state->lists, code->words, from);
	bits_cut(state->nils, code->words, from);
	for (k = 0; k < TWINS_MAX; k++)
		if (state->twins[k].one != NO_TWINS && twins_end(state->twins[k], from))
			state->twins[k] = (struct twins){ NO_TWINS, NO_TWINS };
}

static bool has_twins(const struct state *state, struct twins twins)
{
	u32 k;

	for (k = 0; k < TWINS_MAX; k++)
		if (state->twins[k].one == twins.one && state->twins[k].other == twins.other)
			return true;
	return false;
}

static bool is_list(const struct state *state, struct twins twins)
{
	return bit(state->lists, twins.one) || bit(state->lists, twins.other);
}

/* Leaves what is known in both, and says whether that is less. Twins of one are no lists then. */
static bool meet(const struct code *code, const struct state *state, const struct state *other)
{
	bool less = false;
	u64 lost = 0;
	u32 i, k;

	for (i = 0; i < SETS * code->words; i++) {
		lost |= state->written[i] & ~other->written[i];
		state->written[i] &= other->written[i];
	}
	for (k = 0; k < TWINS_MAX; k++) {
		struct twins mine = state->twins[k], theirs = other->twins[k];

		if (mine.one != NO_TWINS && !has_twins(other, mine)) {
			less = true;
			forget_list(state, mine.one);
		}
		if (theirs.one != NO_TWINS && !has_twins(state, theirs) && is_list(state, theirs)) {
			less = true;
			forget_list(state, theirs.one);
			forget_list(state, theirs.other);
		}
	}
	return lost || less;
}

static bool within(const struct code *code, u32 clause, u32 outer)
{
	while (clause != outer && clause != NOWHERE)
		clause = code->clauses[clause].around;
	return clause == outer;
}

/* How control comes to a block. */
enum way {
	WAY_NEXT,	/* from the one before, or from ENTER */
	WAY_JUMP,
	WAY_RAISED,	/* to a handler */
};

static void enter_clause(struct code *code, u32 number, const struct state *state)
{
	u64 *written = written_before_clause(code, number), lost = 0;
	struct clause *clause = &code->clauses[number];
	u32 end = block_at(code, clause->end), i;

	for (i = 0; i < code->words; i++) {
		u64 both = clause->entered ? written[i] & state->written[i] : state->written[i];

		lost |= written[i] ^ both;
		written[i] = both;
	}
	if ((lost || !clause->entered) && bit(reached_blocks(code), end))
		bit_set(dirty_blocks(code), end);
	clause->entered = true;
}

/* Control goes from a block to the one at `target`. */
static int flow(struct code *code, u32 from, u32 target, const struct state *state, enum way way)
{
	u32 to = block_at(code, target);
	struct state there = state_of(code, to);

	if (way != WAY_NEXT && !within(code, code->blocks[from].clause, code->blocks[to].clause))
		return kmvm_refuse(code->judge, code->irep->code + code->blocks[from].pc,
				   "irep %u: a jump from 0x%x or later goes into an ensure clause, to 0x%x",
				   code->judge->irep, code->blocks[from].pc, target);
	if (!bit(reached_blocks(code), to)) {
		memcpy(memory_of(code, to), state->written, code->state_words * sizeof(u64));
		bit_set(reached_blocks(code), to);
		bit_set(dirty_blocks(code), to);
	} else if (meet(code, &there, state)) {
		bit_set(dirty_blocks(code), to);
	}
	if (way != WAY_RAISED && bit(code->clauses_at, target))
		enter_clause(code, clause_at(code, target) - code->clauses, state);
	return spend(code, 8 + SETS * (code->words - 1));
}

/*
 * RAISEIF goes on only when nothing was raised. What lies below the clause's register is then
 * written if it was when the clause was entered: in the clause, none of that is lent to a call.
 */
static void leave_clause(const struct code *code, u32 number, const struct state *state)
{
	const u64 *entered = written_before_clause(code, number);
	const struct clause *clause = &code->clauses[number];
	u32 below = clause->reg - code->nlocals, i;
	u64 mask;

	for (i = 0; i <= below / 64; i++) {
		mask = i < below / 64 ? ~0ULL : (1ULL << below % 64) - 1;
		state->written[i] = (state->written[i] & ~mask) | (entered[i] & mask);
	}
	forget_values(code, state, clause->lowest);
}

/*
 * Where JMPUW jumps by way of ensure clauses, nothing is known of what lies above the lowest
 * register in which it waits. Finds the clauses as mruby does: by the last handler that covers
 * the place, and then by that of the RAISEIF.
 */
static int cut_by_clauses(struct code *code, u32 next, u32 target, u32 *cut, u32 *lowest)
{
	const struct clause *clause;
	u32 i;
	int ret;

	*cut = code->nregs;
	*lowest = code->nregs;
	for (;;) {
		for (i = code->irep->clen; i; i--) {
			const u8 *catch = catch_at(code, i - 1);

			if (catch_is_ensure(catch) && next > catch_begin(catch) &&
			    next <= catch_end(catch))
				break;
		}
		ret = spend(code, code->irep->clen - i + 1);
		if (ret || !i)
			return ret;
		if (target >= catch_begin(catch_at(code, i - 1)) &&
		    target < catch_end(catch_at(code, i - 1)))
			return 0;
		clause = clause_at(code, catch_target(catch_at(code, i - 1)));
		if (clause->reg < *cut)
			*cut = clause->reg;
		if (clause->lowest < *lowest)
			*lowest = clause->lowest;
		next = clause->end + 1;
		while (next < code->ilen && !bit(code->starts, next))
			next++;
	}
}

/* All of a window must be written; locals are. */
static int check_read(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		      const struct state *state, struct window window)
{
	u32 reg = window.at > code->nlocals ? window.at : code->nlocals;

	for (; reg < window.at + window.count; reg++)
		if (!bit(state->written, reg - code->nlocals))
			return refuse_insn(code, pc, insn, "reads R%u before it is written", reg);
	return 0;
}

static bool ends_clause(const struct code *code, u32 clause, u32 pc)
{
	return clause != NOWHERE && code->clauses[clause].end == pc;
}

static bool holds_list(const struct code *code, const struct state *state, u32 reg)
{
	return reg >= code->nlocals && bit(state->lists, reg - code->nlocals);
}

static bool holds_nil(const struct code *code, const struct state *state, u32 reg)
{
	return reg >= code->nlocals && bit(state->nils, reg - code->nlocals);
}

static int check_lists(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		       const struct state *state)
{
	u32 reg = insn->a;

	if (is_packed(insn))
		reg++;
	else if (insn->op != OP_ARYPUSH && insn->op != OP_ARYCAT)
		return 0;
	if (insn->op == OP_ARYCAT && holds_nil(code, state, reg))
		return 0;
	if (!holds_list(code, state, reg))
		return refuse_insn(code, pc, insn, "R%u is not known to be a list of its own", reg);
	return 0;
}

/* A list that is read may be known elsewhere afterwards. */
static void give_away(const struct code *code, const struct state *state, struct window window)
{
	u32 reg = window.at > code->nlocals ? window.at : code->nlocals;

	for (; reg < window.at + window.count; reg++)
		forget_list(state, reg - code->nlocals);
}

static bool has_twin(const struct state *state, u32 i)
{
	u32 k;

	for (k = 0; k < TWINS_MAX; k++)
		if (state->twins[k].one != NO_TWINS &&
		    (state->twins[k].one == i || state->twins[k].other == i))
			return true;
	return false;
}

/* MOVE from one temporary to another makes twins of a list. Returns false when it does not. */
static bool make_twins(const struct code *code, const struct kmvm_insn *insn,
		       const struct state *state)
{
	u32 from = insn->b - code->nlocals, to = insn->a - code->nlocals, k;

	if (insn->op != OP_MOVE || insn->a < code->nlocals || !holds_list(code, state, insn->b) ||
	    from == to || has_twin(state, from) || from >= NO_TWINS || to >= NO_TWINS)
		return false;
	/* Whatever was there is overwritten, and its twin is alone. */
	for (k = 0; k < TWINS_MAX; k++)
		if (state->twins[k].one == to || state->twins[k].other == to)
			state->twins[k] = (struct twins){ NO_TWINS, NO_TWINS };
	for (k = 0; k < TWINS_MAX; k++) {
		if (state->twins[k].one != NO_TWINS)
			continue;
		state->twins[k] = (struct twins){ from, to };
		bit_set(state->written, to);
		bit_set(state->lists, to);
		bit_clear(state->nils, to);
		return true;
	}
	return false;
}

static void write_registers(const struct code *code, struct window window, const struct state *state)
{
	u32 reg = window.at > code->nlocals ? window.at : code->nlocals, k;

	for (; reg < window.at + window.count; reg++) {
		u32 i = reg - code->nlocals;

		bit_set(state->written, i);
		bit_clear(state->lists, i);
		bit_clear(state->nils, i);
		for (k = 0; k < TWINS_MAX; k++)
			if (state->twins[k].one == i || state->twins[k].other == i)
				state->twins[k] = (struct twins){ NO_TWINS, NO_TWINS };
	}
}

static void apply(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		  const struct effects *effects, const struct state *state)
{
	struct window windows[3];
	u32 reg;
	int i;

	if (make_twins(code, insn, state))
		return;
	given_away(insn, effects, windows);
	for (i = 0; i < 3; i++)
		give_away(code, state, windows[i]);
	if (effects->calls)
		cut_state(code, state, insn->a);
	write_registers(code, effects->write, state);
	if (insn->a < code->nlocals)
		return;
	reg = insn->a - code->nlocals;
	switch (insn->op) {
	case OP_ARRAY:
	case OP_ARRAY2:
	case OP_ARYSPLAT:
	case OP_ARGARY:
		bit_set(state->lists, reg);
		break;
	case OP_ARYCAT:
		bit_set(state->lists, reg);
		bit_clear(state->nils, reg);
		break;
	case OP_LOADNIL:
		bit_set(state->nils, reg);
		break;
	case OP_EXCEPT:
		/* The jump that may wait here is not for anybody to read. */
		if (bit(code->clauses_at, pc))
			bit_clear(state->written, reg);
		break;
	}
}

/* What is less well known where an instruction raises, than before and after it. */
static void apply_raise(const struct code *code, const struct kmvm_insn *insn,
			const struct effects *effects, const struct state *least)
{
	if (is_packed(insn) && insn->a + 1 >= code->nlocals)
		forget_list(least, insn->a + 1 - code->nlocals);
	if (effects->calls)
		cut_state(code, least, insn->a);
}

static int check_insn(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		      const struct effects *effects, const struct state *state, u32 clause)
{
	int ret, i;

	for (i = 0; i < 2; i++) {
		ret = check_read(code, pc, insn, state, effects->reads[i]);
		if (ret)
			return ret;
	}
	switch (insn->op) {
	case OP_RAISEIF:
		if (ends_clause(code, clause, pc))
			return 0;
		return check_read(code, pc, insn, state, (struct window){ insn->a, 1 });
	case OP_STOP:
		/* What a program is worth lies there. */
		return check_read(code, pc, insn, state, (struct window){ code->nlocals, 1 });
	}
	return check_lists(code, pc, insn, state);
}

/* From a block to the handlers that cover it, whichever of its instructions raises. */
static int flow_to_handlers(struct code *code, u32 from, u32 end, const struct state *least)
{
	u32 begin = code->blocks[from].pc, i;
	const u8 *catch;
	int ret;

	for (i = 0; i < code->irep->clen; i++) {
		catch = catch_at(code, i);
		if (begin < catch_begin(catch) || end > catch_end(catch))
			continue;
		ret = flow(code, from, catch_target(catch), least, WAY_RAISED);
		if (ret)
			return ret;
	}
	/* A comparison or two each. */
	return spend(code, code->irep->clen / 8);
}

static int flow_from_jump(struct code *code, u32 from, u32 next, const struct kmvm_insn *insn,
			  const struct state *state)
{
	u32 target = jump_target(insn, next), cut, lowest;
	int ret;

	if (insn->op != OP_JMPUW)
		return flow(code, from, target, state, WAY_JUMP);
	ret = cut_by_clauses(code, next, target, &cut, &lowest);
	if (ret)
		return ret;
	cut_state(code, state, cut);
	forget_values(code, state, lowest);
	return flow(code, from, target, state, WAY_JUMP);
}

static int flow_from_enter(struct code *code, u32 from, const struct kmvm_insn *insn,
			   const struct state *state)
{
	u32 optional = insn->a >> 13 & 0x1f, i;
	int ret = 0;

	for (i = 0; !ret && optional && i <= optional; i++)
		ret = flow(code, from, ENTER_SIZE + i * JMP_SIZE, state, WAY_NEXT);
	return ret;
}

static u32 effort_of(const struct code *code, const struct effects *effects)
{
	u32 effort = 1 + effects->write.count + effects->reads[0].count;

	if (effects->calls)
		effort += code->words / 2;
	/* Whichever instruction raises, its handler meets the state. */
	if (code->irep->clen)
		effort += SETS * (code->words - 1);
	return effort;
}

static int follow_block(struct code *code, u32 number)
{
	struct state state = state_at(code, memory_to_work_with(code, 0));
	struct state least = state_at(code, memory_to_work_with(code, 1));
	const struct block *block = &code->blocks[number];
	u32 end = number + 1 < code->block_count ? block[1].pc : code->ilen;
	size_t size = code->state_words * sizeof(u64);
	struct kmvm_insn insn = { };
	struct effects effects;
	bool dead_end = false;
	u32 pc, next;
	int ret;

	memcpy(state.written, memory_of(code, number), size);
	memcpy(least.written, state.written, size);
	ret = spend(code, SETS * (code->words - 1));
	if (ret)
		return ret;
	for (pc = block->pc; pc < end; pc = next) {
		next = decode(code, pc, &insn);
		effects_of(&insn, code->nlocals, &effects);
		ret = check_insn(code, pc, &insn, &effects, &state, block->clause);
		if (!ret)
			ret = spend(code, effort_of(code, &effects));
		if (ret)
			return ret;
		if (code->irep->clen)
			apply_raise(code, &insn, &effects, &least);
		apply(code, pc, &insn, &effects, &state);
		if (code->irep->clen)
			meet(code, &least, &state);
		if (ends_clause(code, block->clause, pc)) {
			/* Whoever comes here raises, as long as nobody came in otherwise. */
			dead_end = !code->clauses[block->clause].entered;
			leave_clause(code, block->clause, &state);
		}
	}
	ret = code->irep->clen ? flow_to_handlers(code, number, end, &least) : 0;
	if (ret || dead_end)
		return ret;
	if (insn.op == OP_ENTER)
		ret = flow_from_enter(code, number, &insn, &state);
	if (!ret && !ends_block(insn.op))
		ret = flow(code, number, end, &state, WAY_NEXT);
	if (!ret && is_jump(insn.op))
		ret = flow_from_jump(code, number, pc, &insn, &state);
	return ret;
}

static int follow_all(struct code *code)
{
	struct state first = state_of(code, 0);
	u64 *dirty = dirty_blocks(code);
	u32 words = bit_words(code->block_count);
	bool again = true;
	u32 i;
	int ret;

	memset(dirty, 0, 2 * words * sizeof(u64));
	memset(first.written, 0, SETS * code->words * sizeof(u64));
	for (i = 0; i < TWINS_MAX; i++)
		first.twins[i] = (struct twins){ NO_TWINS, NO_TWINS };
	for (i = code->nlocals; i < code->arguments; i++)
		bit_set(first.written, i - code->nlocals);
	bit_set(dirty, 0);
	bit_set(reached_blocks(code), 0);

	while (again) {
		again = false;
		for (i = 0; i < code->block_count; i++) {
			if (!bit(dirty, i))
				continue;
			bit_clear(dirty, i);
			again = true;
			ret = follow_block(code, i);
			if (ret)
				return ret;
			cond_resched();
		}
		ret = spend(code, words);
		if (ret)
			return ret;
	}
	return 0;
}

/* Every handler of ensure that covers a STOP would end the program twice. */
static int check_stops(const struct code *code)
{
	struct kmvm_insn insn;
	u32 pc, next, i;

	if (code->entry != KMVM_ENTRY_PROGRAM)
		return 0;
	if (code->nregs <= code->nlocals)
		return refuse_irep(code->judge, code->irep->at + 6,
				   "no register for what the program is worth");
	if (!code->irep->clen)
		return 0;
	for (pc = 0; pc < code->ilen; pc = next) {
		next = decode(code, pc, &insn);
		if (insn.op != OP_STOP)
			continue;
		for (i = 0; i < code->irep->clen; i++)
			if (next > catch_begin(catch_at(code, i)) && next <= catch_end(catch_at(code, i)))
				return refuse_insn(code, pc, &insn, "a catch handler covers it");
	}
	return 0;
}

static int judge_blocks(struct code *code)
{
	u32 words = bit_words(code->ilen);
	u32 clauses = count_bits(code->clauses_at, words);
	/* Each clause makes two more. */
	u32 blocks = count_bits(code->leaders, words) + 2 * clauses;
	size_t clauses_size = clauses * sizeof(*code->clauses);
	size_t blocks_size = blocks * sizeof(*code->blocks);
	u64 states_size;
	int ret = -ENOMEM;

	code->words = bit_words(code->nregs - code->nlocals);
	code->state_words = state_words(code->words);
	states_size = (u64)(blocks + 2) * code->state_words + (u64)clauses * code->words +
		      2 * bit_words(blocks);
	states_size *= sizeof(u64);
	if (states_size > STATES_MAX)
		return refuse_irep(code->judge, code->irep->at,
				   "too complex to be judged: %u blocks, %u temporaries",
				   blocks, code->nregs - code->nlocals);

	code->clauses = scratch(clauses_size);
	code->blocks = scratch(blocks_size);
	code->states = scratch(states_size);
	if (code->clauses && code->blocks && code->states) {
		ret = find_blocks(code);
		if (!ret)
			ret = follow_all(code);
	}
	if (code->states)
		scratch_free(code->states, states_size);
	if (code->blocks)
		scratch_free(code->blocks, blocks_size);
	if (code->clauses)
		scratch_free(code->clauses, clauses_size);
	return ret;
}

/* Pool and symbols were judged: only how many there are, and of which kind. */
static void read_tables(struct code *code)
{
	struct kmvm_cursor cursor = {
		.image = code->judge->image,
		.at = code->irep->code + code->ilen + code->irep->clen * KMVM_CATCH_SIZE,
		.end = code->irep->at + code->irep->size,
	};
	u32 i;

	code->plen = kmvm_take_u16(&cursor);
	for (i = 0; i < code->plen; i++) {
		code->pool[i] = kmvm_take_u8(&cursor);
		switch (code->pool[i]) {
		case KMVM_POOL_STRING:
			kmvm_take(&cursor, kmvm_take_u16(&cursor) + 1);
			break;
		case KMVM_POOL_INT32:
			kmvm_take(&cursor, 4);
			break;
		case KMVM_POOL_INT64:
			kmvm_take(&cursor, 8);
			break;
		default:
			kmvm_take(&cursor, kmvm_take_u8(&cursor) + 1);
			break;
		}
	}
	code->slen = kmvm_take_u16(&cursor);
}

static void read_children(struct code *code)
{
	struct judge *judge = code->judge;
	u32 child = judge->irep + 1, i;

	for (i = 0; i < code->irep->rlen; i++) {
		code->children[i] = child;
		judge->seats[child].parent = judge->irep;
		child = judge->seats[child].after;
	}
}

static int judge_irep(struct code *code)
{
	int ret;

	read_tables(code);
	read_children(code);
	ret = decode_all(code);
	if (!ret)
		ret = lay_out(code);
	if (!ret)
		ret = check_stops(code);
	if (!ret)
		ret = judge_blocks(code);
	return ret;
}

/* Gives each irep its seat. They lie in the image parents first, children in order. */
static void seat_ireps(struct judge *judge, size_t first)
{
	struct kmvm_cursor ireps = { .image = judge->image, .at = first, .end = judge->size };
	u32 open[KMVM_IREP_DEPTH_MAX];	/* ireps whose children are being met */
	u16 missing[KMVM_IREP_DEPTH_MAX];
	struct kmvm_irep irep;
	int depth = 0;
	u32 i;

	for (i = 0; i < judge->ireps; i++) {
		kmvm_next_irep(&ireps, &irep);
		judge->seats[i] = (struct kmvm_seat){
			.at = irep.at,
			.entry = i ? KMVM_ENTRY_NONE : KMVM_ENTRY_PROGRAM,
		};
		if (depth)
			missing[depth - 1]--;
		missing[depth] = irep.rlen;
		open[depth++] = i;
		while (depth && !missing[depth - 1])
			judge->seats[open[--depth]].after = i + 1;
	}
}

static int judge_all(struct judge *judge, struct code *code, size_t first)
{
	struct kmvm_cursor ireps = { .image = judge->image, .at = first, .end = judge->size };
	struct kmvm_irep irep;
	int ret = 0;

	seat_ireps(judge, first);
	judge->effort = EFFORT_FREE + (u64)EFFORT_PER_BYTE * judge->size;
	for (judge->irep = 0; !ret && judge->irep < judge->ireps; judge->irep++) {
		kmvm_next_irep(&ireps, &irep);
		code->irep = &irep;
		code->iseq = judge->image + irep.code;
		code->catches = code->iseq + irep.ilen;
		code->ilen = irep.ilen;
		code->nlocals = irep.nlocals;
		code->nregs = irep.nregs;
		code->entry = (enum kmvm_entry)judge->seats[judge->irep].entry;
		ret = judge_irep(code);
		cond_resched();
	}
	return ret;
}

int kmvm_judge_code(struct judge *judge, size_t first)
{
	struct code code = { .judge = judge };
	size_t words = bit_words(judge->longest);
	size_t seats = judge->ireps * sizeof(*judge->seats);
	size_t room = seats + 3 * words * sizeof(u64) + judge->most * (sizeof(u32) + 1);
	u8 *memory = scratch(room);
	int ret;

	if (!memory)
		return -ENOMEM;
	/* Those that want it aligned come first. */
	code.starts = (u64 *)memory;
	code.leaders = code.starts + words;
	code.clauses_at = code.leaders + words;
	judge->seats = (struct kmvm_seat *)(code.clauses_at + words);
	code.children = (u32 *)(judge->seats + judge->ireps);
	code.pool = (u8 *)(code.children + judge->most);
	ret = judge_all(judge, &code, first);
	scratch_free(memory, room);
	return ret;
}
