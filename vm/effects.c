// SPDX-License-Identifier: GPL-2.0
/*
 * What instructions do with registers, as vm.c of mruby 3.3.0 has it.
 */
#include "code.h"

static u32 arguments_of_call(u32 n, u32 nk)
{
	return (n == PACKED ? 1 : n) + (nk == PACKED ? 1 : 2 * nk);
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

void kmvm_effects_of(const struct kmvm_insn *insn, u32 nlocals, struct effects *effects)
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

void kmvm_given_away(const struct kmvm_insn *insn, const struct effects *effects,
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
