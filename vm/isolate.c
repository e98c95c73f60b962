// SPDX-License-Identifier: GPL-2.0
/*
 * A block and the blocks within it are walked in the order in which they lie in an image, each
 * once and without recursion: the judge bounds how deep they nest.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/irep.h>
#include <mruby/opcode.h>
#include <mruby/proc.h>

#include "bytes.h"
#include "isolate.h"
#include "opcode.h"
#include "stack.h"
#include "verify.h"

/* How an irep makes use of one within it. */
#define AS_BLOCK	1	/* it shares self and locals */
#define AS_LAMBDA	2	/* likewise, and return and break end it alone */

struct level {
	const mrb_irep *irep;
	u16 next;		/* of those within it */
	bool lambda;		/* it or one around it is what return ends */
	size_t uses;		/* where those of the ireps within it begin */
};

struct walk {
	const struct RProc *proc;
	mrb_sym lambda;			/* the name */
	unsigned int depth;
	struct level path[KMVM_IREP_DEPTH_MAX];
	struct kmvm_bytes uses;		/* AS_*, of each irep within one on the path */
	const char *breach;		/* what the block may not do; with a %n for the name */
	bool vague;			/* there may be better words: super takes the method's block */
	mrb_sym name;			/* what it is done to, if that has one */
};

static void found(struct walk *walk, const char *breach, mrb_sym name)
{
	walk->vague = false;
	walk->breach = breach;
	walk->name = name;
}

/* The name of a local that lies @up blocks above the block itself, or 0. */
static mrb_sym name_outside(const struct walk *walk, unsigned int up, u16 local)
{
	const struct RProc *proc = walk->proc->upper;
	const mrb_irep *irep;

	while (proc && up--)
		proc = proc->upper;
	if (!proc || MRB_PROC_CFUNC_P(proc))
		return 0;
	irep = proc->body.irep;
	return irep->lv && local && local < irep->nlocals ? irep->lv[local - 1] : 0;
}

static void look_at_local(struct walk *walk, const struct kmvm_insn *insn)
{
	mrb_sym name;

	if (insn->c < walk->depth)
		return;
	name = name_outside(walk, insn->c - walk->depth, insn->b);
	if (name)
		found(walk, "the block uses the local variable %n from outside: hand it over as an argument",
		      name);
	else
		found(walk, "the block uses a local variable from outside: hand it over as an argument",
		      0);
	walk->vague = !name;
}

/* Is a block that was just made handed to lambda? */
static bool makes_lambda(const struct walk *walk, const mrb_irep *irep, size_t next)
{
	struct kmvm_insn insn;

	return next < irep->ilen &&
		kmvm_decode(irep->iseq + next, irep->ilen - next, &insn) == KMVM_DECODED &&
		insn.op == OP_SSENDB && insn.b < irep->slen && irep->syms[insn.b] == walk->lambda;
}

static void use(struct walk *walk, u16 child, u8 how)
{
	walk->uses.at[walk->path[walk->depth].uses + child] |= how;
}

static void look_at(struct walk *walk, const struct kmvm_insn *insn, size_t next)
{
	const struct level *level = &walk->path[walk->depth];
	const mrb_irep *irep = level->irep;

	switch (insn->op) {
	case OP_GETUPVAR:
	case OP_SETUPVAR:
		look_at_local(walk, insn);
		break;
	case OP_GETIV:
	case OP_SETIV:
	case OP_GETCV:
	case OP_SETCV:
		found(walk, "the block uses %n: a thread has a self of its own",
		      irep->syms[insn->b]);
		break;
	case OP_SUPER:
	case OP_ARGARY:
		found(walk, "the block calls super of the method around it", 0);
		break;
	case OP_BLKPUSH:
		if ((insn->b & 0xf) > walk->depth)
			found(walk, "the block yields to the block of the method around it", 0);
		break;
	case OP_RETURN_BLK:
		if (!level->lambda)
			found(walk, "the block returns from the method around it: next ends a block", 0);
		break;
	case OP_BREAK:
		if (!walk->depth && !level->lambda)
			found(walk, "the block breaks out of what it is handed to: next ends a block",
			      0);
		break;
	case OP_LAMBDA:
		use(walk, insn->b, AS_LAMBDA);
		break;
	case OP_BLOCK:
		use(walk, insn->b, makes_lambda(walk, irep, next) ? AS_LAMBDA : AS_BLOCK);
		break;
	}
}

static void look(struct walk *walk)
{
	const mrb_irep *irep = walk->path[walk->depth].irep;
	struct kmvm_insn insn;
	unsigned int count = 0;
	size_t at = 0;

	while (at < irep->ilen && (!walk->breach || walk->vague)) {
		if (kmvm_decode(irep->iseq + at, irep->ilen - at, &insn) != KMVM_DECODED)
			break;
		at += insn.size;
		look_at(walk, &insn, at);
		if (!(++count % 1024))
			cond_resched();
	}
}

static void enter(struct walk *walk, const mrb_irep *irep, bool lambda)
{
	void *uses;

	walk->path[walk->depth] = (struct level) {
		.irep = irep, .lambda = lambda, .uses = walk->uses.fill,
	};
	uses = kmvm_bytes_extend(&walk->uses, irep->rlen);
	if (walk->uses.failed)
		return;
	if (irep->rlen)
		memset(uses, 0, irep->rlen);
	look(walk);
}

/* The next irep that shares self or locals with the block. */
static bool step(struct walk *walk)
{
	struct level *level = &walk->path[walk->depth];
	u16 child;
	u8 uses;

	while (level->next < level->irep->rlen) {
		child = level->next++;
		uses = walk->uses.at[level->uses + child];
		if (!uses)
			continue;
		if (++walk->depth == ARRAY_SIZE(walk->path)) {
			found(walk, "the block nests too deep", 0);
			return false;
		}
		enter(walk, level->irep->reps[child], level->lambda || !(uses & AS_BLOCK));
		return true;
	}
	walk->uses.fill = level->uses;
	return walk->depth--;
}

/* Calls no Ruby and does not raise, so it may hold memory. *name: that of lambda at first. */
static int look_through(const struct RProc *proc, const char **breach, mrb_sym *name)
{
	struct walk *walk = kzalloc(sizeof(*walk), kmvm_gfp());
	int ret = 0;

	if (!walk)
		return -ENOMEM;
	walk->proc = proc;
	walk->lambda = *name;
	enter(walk, proc->body.irep, MRB_PROC_STRICT_P(proc));
	while (!walk->breach && !walk->uses.failed && step(walk))
		cond_resched();
	*breach = walk->breach;
	*name = walk->name;
	if (walk->uses.failed)
		ret = -ENOMEM;
	kmvm_bytes_free(&walk->uses);
	kfree(walk);
	return ret;
}

void kmvm_isolate_check(mrb_state *mrb, mrb_value block)
{
	const struct RProc *proc = mrb_proc_ptr(block);
	mrb_sym name = mrb_intern_lit(mrb, "lambda");
	const char *breach = NULL;

	/* Those that mruby itself makes, as of &:name, stand on their self. */
	if (MRB_PROC_CFUNC_P(proc) || MRB_PROC_ALIAS_P(proc) ||
	    proc->body.irep->flags & MRB_ISEQ_NO_FREE)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "the block is not one that the program has written");
	if (look_through(proc, &breach, &name))
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	if (!breach)
		return;
	if (name)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, breach, name);
	mrb_raise(mrb, E_ARGUMENT_ERROR, breach);
}
