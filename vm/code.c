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
 * What mruby takes for granted of a value is checked as it runs (vm/patches/0152), but for two
 * things, which are proven here:
 *
 * - A list of arguments, as ARYPUSH, ARYCAT and calls with 15 arguments take it, is an array
 *   that no other register, variable or object holds: C functions point into it.
 * - What EXCEPT takes at the beginning of an ensure clause may be a jump that waits, and no
 *   value at all. Nothing but RAISEIF at the end of the clause reads it.
 */
#include "code.h"
#include "lines.h"

/* Each opcode has its rules below: those of another release would have to be written first. */
_Static_assert(KMVM_OPCODES == 106 && (int)OP_STOP == 105, "the opcodes of mruby 3.3.0");

/* What judging the code may cost, in steps as code.h has them (docs/verifier.md). */
#define EFFORT_FREE	(1U << 20)
#define EFFORT_PER_BYTE	6

/* Bytes that the states of one irep may take. */
#define STATES_MAX	(4U << 20)

int kmvm_refuse_insn(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		     const char *format, ...)
{
	const struct judge *judge = code->judge;
	char place[KMVM_PLACE_SIZE], reason[100];
	va_list args;
	bool known;

	known = kmvm_find_place(judge->image, judge->size, judge->irep, pc, place);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	return kmvm_refuse(judge, code->irep->code + pc, "irep %u%s%s%s, pc 0x%x OP_%s: %s",
			   judge->irep, known ? " (" : "", place, known ? ")" : "", pc,
			   kmvm_opcode_name(insn->op), reason);
}

int kmvm_spend(struct code *code, u64 effort)
{
	struct judge *judge = code->judge;

	if (effort > judge->effort)
		return kmvm_refuse(judge, code->irep->at, "irep %u: too complex to be judged",
				   judge->irep);
	judge->effort -= effort;
	return 0;
}

/* Decode. */

/*
 * The method that `def` makes may lie in one register more than the irep says: mruby 3.1 and
 * before did not count it, and the loader does (vm/patches/0173).
 */
static u32 nregs_for(const struct code *code, const struct kmvm_insn *insn)
{
	return code->nregs + (insn->op == OP_METHOD || insn->op == OP_DEF);
}

static int check_window(const struct code *code, u32 pc, const struct kmvm_insn *insn,
			const char *what, struct window window)
{
	if (!window.count || window.at + window.count <= nregs_for(code, insn))
		return 0;
	return kmvm_refuse_insn(code, pc, insn, "%s R%u..R%u exceeds %u registers", what, window.at,
			   window.at + window.count - 1, code->nregs);
}

static int check_registers(const struct code *code, u32 pc, const struct kmvm_insn *insn)
{
	struct effects effects;
	int ret, i;

	kmvm_effects_of(insn, code->nlocals, &effects);
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
		return kmvm_refuse_insn(code, pc, insn, "writes R0, which is self");
	if (effects.calls && insn->a < code->nlocals)
		return kmvm_refuse_insn(code, pc, insn, "calls in R%u, which is a local", insn->a);
	return 0;
}

static int check_symbol(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 symbol)
{
	if (symbol < code->slen)
		return 0;
	return kmvm_refuse_insn(code, pc, insn, "symbol %u of %u", symbol, code->slen);
}

static int check_pool(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 entry,
		      bool string)
{
	if (entry >= code->plen)
		return kmvm_refuse_insn(code, pc, insn, "pool entry %u of %u", entry, code->plen);
	if ((code->pool[entry] == KMVM_POOL_STRING) != string)
		return kmvm_refuse_insn(code, pc, insn, "pool entry %u is %s string", entry,
				   string ? "no" : "a");
	return 0;
}

/* Tells a child how it is entered. */
static int check_child(struct code *code, u32 pc, const struct kmvm_insn *insn,
		       enum kmvm_entry entry)
{
	struct kmvm_seat *child;

	if (insn->b >= code->irep->rlen)
		return kmvm_refuse_insn(code, pc, insn, "child %u of %u", insn->b, code->irep->rlen);
	child = &code->judge->seats[code->children[insn->b]];
	if (child->entry != KMVM_ENTRY_NONE && child->entry != entry)
		return kmvm_refuse_insn(code, pc, insn, "child %u is used in two ways", insn->b);
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
			return kmvm_refuse_insn(code, pc, insn, "%u levels up, there are %u", level + 1, i);
		seat = &judge->seats[seat->parent];
	}
	cursor.at = seat->at;
	cursor.end = seat->at + 20;
	kmvm_take_irep_head(&cursor, &around);
	if (local >= around.nlocals)
		return kmvm_refuse_insn(code, pc, insn, "local %u of %u, %u levels up", local,
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
		return check_up(code, pc, insn, insn->c, insn->b);
	case OP_SETUPVAR:
		ret = check_up(code, pc, insn, insn->c, insn->b);
		if (!ret && !insn->b)
			return kmvm_refuse_insn(code, pc, insn, "writes R0, which is self");
		return ret;
	case OP_ARGARY:
		/* A list that holds itself is known to whoever gets what is in it. */
		layout = layout_of(insn->b);
		if (!layout.level && insn->a <= layout.before_block + layout.keywords)
			return kmvm_refuse_insn(code, pc, insn, "writes R%u, which it reads", insn->a);
		return layout.level ? check_up(code, pc, insn, layout.level - 1, 0) : 0;
	case OP_BLKPUSH:
		/* How many locals there are up there is asked as it runs. */
		layout = layout_of(insn->b);
		return layout.level ? check_up(code, pc, insn, layout.level - 1, 0) : 0;
	case OP_SUPER:
		if (insn->b > SUPER_MAX)
			return kmvm_refuse_insn(code, pc, insn, "arguments 0x%x", insn->b);
		return 0;
	case OP_CALL:
	case OP_DEBUG:
		return kmvm_refuse_insn(code, pc, insn, "mrbc writes none");
	case OP_STOP:
		if (code->entry != KMVM_ENTRY_PROGRAM)
			return kmvm_refuse_insn(code, pc, insn, "not in the program itself");
		return 0;
	default:
		return 0;
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
	u32 pc, next, count = 0;
	int ret;

	memset(code->starts, 0, bit_words(code->ilen) * sizeof(u64));
	memset(code->turns, 0, bit_words(code->ilen) * sizeof(u64));
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
		if (ends_block(insn.op) || is_jump(insn.op) || insn.op == OP_ENTER)
			bit_set(code->turns, pc);
		next = pc + insn.size;
		if (next == code->ilen && !ends_block(insn.op))
			return kmvm_refuse_insn(code, pc, &insn, "the code goes on past its end");
		count++;
		cond_resched();
	}
	return kmvm_spend(code, 3ULL * count);
}

/* Lay out. */

static bool begins_with_enter(const struct code *code)
{
	return code->iseq[0] == OP_ENTER;
}

static int check_target(const struct code *code, u32 pc, const struct kmvm_insn *insn, u32 target)
{
	if (target >= code->ilen || !bit(code->starts, target))
		return kmvm_refuse_insn(code, pc, insn, "there is no instruction at 0x%x", target);
	if (!target && begins_with_enter(code))
		return kmvm_refuse_insn(code, pc, insn, "goes back to OP_ENTER");
	return 0;
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
		return kmvm_refuse_insn(code, 0, insn, "has an EXT");
	if (code->arguments > code->nregs)
		return kmvm_refuse_insn(code, 0, insn, "its arguments exceed %u registers", code->nregs);
	for (i = 0; optional && i <= optional; i++) {
		at = ENTER_SIZE + i * JMP_SIZE;
		if (at >= code->ilen || code->iseq[at] != OP_JMP)
			return kmvm_refuse_insn(code, 0, insn,
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
		return kmvm_refuse_insn(code, pc, insn, "not at the beginning");
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
	u32 pc, i;
	bool callable;
	int ret;

	memset(code->leaders, 0, size);
	memset(code->clauses_at, 0, size);
	bit_set(code->leaders, 0);
	code->arguments = 1;
	for (pc = next_bit(code->turns, 0, code->ilen); pc < code->ilen;
	     pc = next_bit(code->turns, pc + 1, code->ilen)) {
		decode(code, pc, &insn);
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
	return kmvm_spend(code, code->irep->clen);
}

/* Ensure clauses and blocks. */

static int open_clause(struct code *code, u32 pc, const struct kmvm_insn *insn, u32 *inner)
{
	u32 depth = 1, i;

	for (i = *inner; i != NOWHERE; i = code->clauses[i].around)
		depth++;
	if (depth > CLAUSES_MAX)
		return kmvm_refuse_insn(code, pc, insn, "ensure clauses are nested over %u deep",
				   CLAUSES_MAX);
	code->clauses[code->clause_count] = (struct clause){
		.begin = pc, .end = NOWHERE, .reg = insn->a, .around = *inner,
	};
	*inner = code->clause_count++;
	return 0;
}

/*
 * What is on hold around an ensure clause may be written, `break` does, but not lent to calls; and
 * the jump that waits in it, and in those around it, stays as it is.
 */
static int check_in_clause(struct code *code, u32 pc, const struct kmvm_insn *insn, u32 inner)
{
	const struct clause *clause = &code->clauses[inner];
	struct effects effects;
	u32 around = 0;

	kmvm_effects_of(insn, code->nlocals, &effects);
	if (effects.calls && insn->a <= clause->reg)
		return kmvm_refuse_insn(code, pc, insn, "calls in R%u within the ensure clause of R%u",
				   insn->a, clause->reg);
	/* When something was raised. So clauses have higher registers than those around them. */
	if (insn->op == OP_EXCEPT && insn->a < clause->reg)
		return kmvm_refuse_insn(code, pc, insn, "clears R%u within its ensure clause", clause->reg);
	for (; effects.write.count && inner != NOWHERE; inner = clause->around, around++) {
		clause = &code->clauses[inner];
		if (clause->reg < effects.write.at)
			break;
		if (clause->reg < effects.write.at + effects.write.count)
			return kmvm_refuse_insn(code, pc, insn, "writes R%u within its ensure clause",
					   clause->reg);
	}
	return kmvm_spend(code, around / 4);
}

static void add_block(struct code *code, u32 pc, u32 clause)
{
	code->blocks[code->block_count++] = (struct block){ pc, clause };
}

/* Where there are no clauses. */
static void take_leaders(struct code *code)
{
	u32 pc;

	for (pc = 0; pc < code->ilen; pc = next_bit(code->leaders, pc + 1, code->ilen))
		add_block(code, pc, NOWHERE);
}

/* Finds where clauses begin and end, and which blocks lie in them. */
static int find_blocks(struct code *code)
{
	struct kmvm_insn insn;
	u32 inner = NOWHERE;
	u32 pc, next, depth = 0;
	u64 effort = 0;
	int ret;

	for (pc = 0; pc < code->ilen; pc = next) {
		next = decode(code, pc, &insn);
		if (bit(code->leaders, pc))
			add_block(code, pc, inner);
		if (inner != NOWHERE) {
			ret = check_in_clause(code, pc, &insn, inner);
			if (ret)
				return ret;
		}
		if (bit(code->clauses_at, pc)) {
			ret = open_clause(code, pc, &insn, &inner);
			if (ret)
				return ret;
			bit_set(code->leaders, next);
			depth++;
		} else if (inner != NOWHERE && insn.op == OP_RAISEIF &&
			   insn.a == code->clauses[inner].reg) {
			code->clauses[inner].end = pc;
			inner = code->clauses[inner].around;
			if (next < code->ilen)
				bit_set(code->leaders, next);
			depth--;
		}
		effort += 2 + depth / 4;
		cond_resched();
	}
	if (inner != NOWHERE)
		return kmvm_refuse(code->judge, code->irep->code + code->clauses[inner].begin,
				   "irep %u, pc 0x%x: an ensure clause without OP_RAISEIF R%u",
				   code->judge->irep, code->clauses[inner].begin,
				   code->clauses[inner].reg);
	return kmvm_spend(code, effort);
}

static u32 count_bits(const u64 *bits, u32 words)
{
	u32 i, count = 0;

	for (i = 0; i < words; i++)
		count += hweight64(bits[i]);
	return count;
}

/* Every handler of ensure that covers a STOP would end the program twice. */
static int check_stops(struct code *code)
{
	struct kmvm_insn insn;
	u32 pc, next, i;
	int ret;

	if (code->entry != KMVM_ENTRY_PROGRAM)
		return 0;
	if (code->nregs <= code->nlocals)
		return refuse_irep(code->judge, code->irep->at + 6,
				   "no register for what the program is worth");
	if (!code->irep->clen)
		return 0;
	for (pc = next_bit(code->turns, 0, code->ilen); pc < code->ilen;
	     pc = next_bit(code->turns, pc + 1, code->ilen)) {
		next = decode(code, pc, &insn);
		if (insn.op != OP_STOP)
			continue;
		ret = kmvm_spend(code, PRICE_OF_HANDLERS(code->irep->clen));
		if (ret)
			return ret;
		for (i = 0; i < code->irep->clen; i++)
			if (next > catch_begin(catch_at(code, i)) && next <= catch_end(catch_at(code, i)))
				return kmvm_refuse_insn(code, pc, &insn, "a catch handler covers it");
	}
	return 0;
}

/* Room is kept for the next irep, and grows by half at least: it is taken a few times only. */
static int make_room(struct code *code, size_t size)
{
	size_t grown = code->room_size + code->room_size / 2;

	if (size <= code->room_size)
		return 0;
	if (grown > STATES_MAX)
		grown = STATES_MAX;
	if (size < grown)
		size = grown;
	scratch_free(code->room, code->room_size);
	code->room_size = 0;
	code->room = scratch(size);
	if (!code->room)
		return -ENOMEM;
	code->room_size = size;
	return 0;
}

static int judge_blocks(struct code *code)
{
	u32 words = bit_words(code->ilen);
	u32 clauses = count_bits(code->clauses_at, words);
	/* None begins behind the code, though a jump may say so; each clause makes two more. */
	u32 blocks = count_bits(code->leaders, words) - bit(code->leaders, code->ilen) + 2 * clauses;
	u64 states = kmvm_states_size(code, blocks, clauses);
	int ret;

	if (states > STATES_MAX)
		return refuse_irep(code->judge, code->irep->at,
				   "too complex to be judged: %u blocks, %u temporaries",
				   blocks, code->nregs - code->nlocals);
	ret = make_room(code, states + clauses * sizeof(*code->clauses) +
			blocks * sizeof(*code->blocks));
	if (ret)
		return ret;
	code->states = (u64 *)code->room;
	code->clauses = (struct clause *)(code->room + states);
	code->blocks = (struct block *)(code->clauses + clauses);
	code->block_count = 0;
	code->clause_count = 0;
	if (clauses)
		ret = find_blocks(code);
	else
		take_leaders(code);
	return ret ? ret : kmvm_follow(code);
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

static u64 effort_max(const struct judge *judge)
{
	return EFFORT_FREE + (u64)EFFORT_PER_BYTE * judge->size;
}

static int judge_all(struct judge *judge, struct code *code, size_t first)
{
	struct kmvm_cursor ireps = { .image = judge->image, .at = first, .end = judge->size };
	struct kmvm_irep irep;
	int ret = 0;

	seat_ireps(judge, first);
	judge->effort = effort_max(judge);
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
	size_t room = seats + 4 * words * sizeof(u64) + judge->most * (sizeof(u32) + 1);
	u8 *memory = scratch(room);
	int ret;

	if (!memory)
		return -ENOMEM;
	/* Those that want it aligned come first. */
	code.starts = (u64 *)memory;
	code.turns = code.starts + words;
	code.leaders = code.turns + words;
	code.clauses_at = code.leaders + words;
	judge->seats = (struct kmvm_seat *)(code.clauses_at + words);
	code.children = (u32 *)(judge->seats + judge->ireps);
	code.pool = (u8 *)(code.children + judge->most);
	ret = judge_all(judge, &code, first);
	if (judge->verdict) {
		judge->verdict->effort_max = effort_max(judge);
		judge->verdict->effort = judge->verdict->effort_max - judge->effort;
	}
	scratch_free(code.room, code.room_size);
	scratch_free(memory, room);
	return ret;
}
