// SPDX-License-Identifier: GPL-2.0
/*
 * Follows the code of an irep along every path: which temporaries are written, and which hold a
 * list that nobody else knows. States only lose, so each block is followed until it loses no more.
 */
#include "code.h"

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

/* Then for each clause the one at its end, */
static u64 *memory_at_end(const struct code *code, u32 clause)
{
	return memory_to_work_with(code, 2 + clause);
}

/* and what is written when it is entered and nothing was raised. */
static u64 *written_before_clause(const struct code *code, u32 clause)
{
	return memory_at_end(code, code->clause_count) + (size_t)clause * code->words;
}

/* And at last three bits for each block: is it to be followed again, */
static u64 *dirty_blocks(const struct code *code)
{
	return written_before_clause(code, code->clause_count);
}

/* can it be reached at all, */
static u64 *reached_blocks(const struct code *code)
{
	return dirty_blocks(code) + bit_words(code->block_count);
}

/* and does it end in a jump that goes by way of clauses? */
static u64 *waiting_blocks(const struct code *code)
{
	return reached_blocks(code) + bit_words(code->block_count);
}

static bool has_any_twins(const struct state *state)
{
	static const struct twins none[TWINS_MAX] = {
		[0 ... TWINS_MAX - 1] = { NO_TWINS, NO_TWINS }
	};

	return memcmp(state->twins, none, sizeof(none));
}

static bool twins_end(struct twins twins, u32 from)
{
	return twins.one >= from || twins.other >= from;
}

static void forget_list(const struct state *state, u32 i)
{
	u32 k;

	for (k = 0; k < TWINS_MAX && has_any_twins(state); k++) {
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
	if (!memcmp(state->twins, other->twins, TWINS_MAX * sizeof(struct twins)))
		return lost;
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

/* Clauses lie within each other, or apart. */
static bool within(const struct code *code, u32 clause, u32 outer)
{
	if (clause == outer || outer == NOWHERE)
		return true;
	return clause != NOWHERE && code->clauses[clause].begin > code->clauses[outer].begin &&
	       code->clauses[clause].end < code->clauses[outer].end;
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
	return kmvm_spend(code, 8 + PRICE_OF_WORDS(SETS * code->words));
}

/*
 * RAISEIF goes on only when nothing was raised. What lies below the clause's register is then
 * written if it was when the clause was entered: in the clause, none of that is lent to a call.
 * Lists are those that still are at its end, however it was entered.
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
}

/* Whoever jumps by way of a clause goes on with the lists that there are at its end. */
static void end_clause(struct code *code, u32 number, const struct state *state)
{
	struct state end = state_at(code, memory_at_end(code, number));
	struct clause *clause = &code->clauses[number];

	if (!clause->ended)
		memcpy(end.written, state->written, code->state_words * sizeof(u64));
	if (!clause->ended || meet(code, &end, state))
		code->ends_changed = true;
	clause->ended = true;
}

/*
 * By way of which ensure clauses does JMPUW jump? Finds them as mruby does: by the last handler
 * that covers the place, and then by that of the RAISEIF. Behind them nothing is known of what
 * lies above the lowest register in which it waits. What is known of a clause is known of its
 * code, so whoever stays in it comes by none elsewhere.
 */
static int find_clauses(struct code *code, u32 next, u32 target, u32 *cut, u32 *last)
{
	u32 outer = code->blocks[block_at(code, target)].clause, pc = next - JMP_SIZE, i;
	struct clause *clause;
	int ret;

	*cut = code->nregs;
	*last = NOWHERE;
	for (;;) {
		for (i = code->irep->clen; i; i--) {
			const u8 *catch = catch_at(code, i - 1);

			if (catch_is_ensure(catch) && next > catch_begin(catch) &&
			    next <= catch_end(catch))
				break;
		}
		ret = kmvm_spend(code, 3 + (code->irep->clen - i) / 2);
		if (ret || !i)
			return ret;
		cond_resched();
		if (target >= catch_begin(catch_at(code, i - 1)) &&
		    target < catch_end(catch_at(code, i - 1)))
			return 0;
		clause = clause_at(code, catch_target(catch_at(code, i - 1)));
		if (!within(code, clause - code->clauses, outer))
			return kmvm_refuse(code->judge, code->irep->code + pc,
					   "irep %u, pc 0x%x: OP_JMPUW goes to 0x%x, in an ensure clause, by way of one elsewhere",
					   code->judge->irep, pc, target);
		if (clause->reg < *cut)
			*cut = clause->reg;
		*last = clause - code->clauses;
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
			return kmvm_refuse_insn(code, pc, insn, "reads R%u before it is written", reg);
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

/* Is the twin of a list among other operands? */
static bool twin_within(const struct code *code, const struct state *state, u32 reg,
			struct window window)
{
	u32 i = reg - code->nlocals, k;

	for (k = 0; k < TWINS_MAX; k++) {
		struct twins twins = state->twins[k];
		u32 twin = code->nlocals + (twins.one == i ? twins.other : twins.one);

		if (twins.one != NO_TWINS && (twins.one == i || twins.other == i) &&
		    twin >= window.at && twin < window.at + window.count)
			return true;
	}
	return false;
}

static int check_lists(const struct code *code, u32 pc, const struct kmvm_insn *insn,
		       const struct effects *effects, const struct state *state)
{
	struct window windows[3];
	u32 reg = insn->a;
	int i;

	if (is_packed(insn))
		reg++;
	else if (insn->op != OP_ARYPUSH && insn->op != OP_ARYCAT)
		return 0;
	if (insn->op == OP_ARYCAT && holds_nil(code, state, reg))
		return 0;
	/* A receiver or a block may hand itself on before the call is through. */
	kmvm_given_away(insn, effects, windows);
	for (i = 0; i < 3 && is_packed(insn); i++)
		if (twin_within(code, state, reg, windows[i]))
			return kmvm_refuse_insn(code, pc, insn, "R%u is another operand, too", reg);
	if (!holds_list(code, state, reg))
		return kmvm_refuse_insn(code, pc, insn, "R%u is not known to be a list of its own", reg);
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
		for (k = 0; k < TWINS_MAX && has_any_twins(state); k++)
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
	if (effects->reads[0].count) {
		kmvm_given_away(insn, effects, windows);
		for (i = 0; i < 3; i++)
			give_away(code, state, windows[i]);
	}
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
		/* When something was raised, all above it is nil: vm/patches/0116. */
		forget_values(code, state, insn->a + 1);
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

	for (i = 0; i < 2 && effects->reads[i].count; i++) {
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
	return check_lists(code, pc, insn, effects, state);
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
	return kmvm_spend(code, PRICE_OF_HANDLERS(code->irep->clen));
}

static int flow_from_jump(struct code *code, u32 from, u32 next, const struct kmvm_insn *insn,
			  const struct state *state)
{
	u32 target = jump_target(insn, next), cut, last = NOWHERE;
	int ret;

	if (insn->op == OP_JMPUW) {
		ret = find_clauses(code, next, target, &cut, &last);
		if (ret)
			return ret;
	}
	if (last != NOWHERE) {
		bit_set(waiting_blocks(code), from);
		/* Whether it goes on is not known before the clause's end is. */
		if (!code->clauses[last].ended)
			return 0;
		memcpy(state->lists, state_at(code, memory_at_end(code, last)).lists,
		       (code->state_words - code->words) * sizeof(u64));
		cut_state(code, state, cut);
		ret = kmvm_spend(code, PRICE_OF_WORDS(2 * SETS * code->words));
		if (ret)
			return ret;
	}
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

static u32 effort_of(const struct code *code, const struct kmvm_insn *insn,
		     const struct effects *effects, const struct state *state)
{
	u32 effort = 5 + effects->write.count + effects->reads[0].count + effects->reads[1].count;

	if (effects->calls || insn->op == OP_EXCEPT)
		effort += 2 + PRICE_OF_WORDS(SETS * code->words);
	if (has_any_twins(state))
		effort *= 2;
	/* Whichever instruction raises, its handler meets the state. */
	if (code->irep->clen)
		effort += 3 + 2 * PRICE_OF_WORDS(SETS * code->words);
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
	ret = kmvm_spend(code, 4 + 2 * PRICE_OF_WORDS(SETS * code->words));
	if (ret)
		return ret;
	for (pc = block->pc; pc < end; pc = next) {
		next = decode(code, pc, &insn);
		kmvm_effects_of(&insn, code->nlocals, &effects);
		ret = check_insn(code, pc, &insn, &effects, &state, block->clause);
		if (!ret)
			ret = kmvm_spend(code, effort_of(code, &insn, &effects, &state));
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
			end_clause(code, block->clause, &state);
			leave_clause(code, block->clause, &state);
			ret = kmvm_spend(code, 1 + PRICE_OF_WORDS(2 * SETS * code->words));
			if (ret)
				return ret;
		}
		cond_resched();
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

u64 kmvm_states_size(struct code *code, u32 blocks, u32 clauses)
{
	u64 size;

	/* With room for one more, which OP_METHOD may write. */
	code->words = bit_words(code->nregs - code->nlocals);
	code->state_words = state_words(code->words);
	size = ((u64)blocks + 2 + clauses) * code->state_words + (u64)clauses * code->words +
	       3 * bit_words(blocks);
	return size * sizeof(u64);
}

int kmvm_follow(struct code *code)
{
	struct state first = state_of(code, 0);
	u64 *dirty = dirty_blocks(code);
	u32 words = bit_words(code->block_count);
	bool again = true;
	u32 i;
	int ret;

	memset(dirty, 0, 3 * words * sizeof(u64));
	memset(first.written, 0, SETS * code->words * sizeof(u64));
	for (i = 0; i < TWINS_MAX; i++)
		first.twins[i] = (struct twins){ NO_TWINS, NO_TWINS };
	for (i = code->nlocals; i < code->arguments; i++)
		bit_set(first.written, i - code->nlocals);
	bit_set(dirty, 0);
	bit_set(reached_blocks(code), 0);
	code->ends_changed = false;
	if (bit(code->clauses_at, 0))
		enter_clause(code, 0, &first);

	ret = kmvm_spend(code, PRICE_OF_WORDS(SETS * code->words));
	if (ret)
		return ret;
	while (again) {
		again = false;
		for (i = 0; i < words && code->ends_changed; i++)
			dirty[i] |= waiting_blocks(code)[i];
		code->ends_changed = false;
		for (i = next_bit(dirty, 0, code->block_count); i < code->block_count;
		     i = next_bit(dirty, i + 1, code->block_count)) {
			bit_clear(dirty, i);
			again = true;
			ret = follow_block(code, i);
			if (ret)
				return ret;
			cond_resched();
		}
		again |= code->ends_changed;
		ret = kmvm_spend(code, 1 + PRICE_OF_WORDS(2 * words));
		if (ret)
			return ret;
	}
	return 0;
}
