// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at each instruction before it is done. Temporaries are made undefined when a frame
 * begins: that is a value which no program has, so one that is read was not written.
 */
#include <mruby.h>
#include <mruby/irep.h>
#include <mruby/proc.h>

#include "../../vm/opcode.h"
#include "machine.h"
#include "watch.h"

static void read_register(mrb_value *regs, u32 number, const struct kmvm_insn *insn)
{
	if (mrb_undef_p(regs[number]))
		wrong("OP_%s reads R%u, which was not written", kmvm_opcode_name(insn->op), number);
	if (mrb_break_p(regs[number]) && insn->op != OP_RAISEIF)
		wrong("OP_%s reads R%u, where a jump waits", kmvm_opcode_name(insn->op), number);
}

static void read_registers(mrb_value *regs, u32 first, u32 count, const struct kmvm_insn *insn)
{
	while (count--)
		read_register(regs, first++, insn);
}

/* Receiver excluded. */
static u32 call_size(u32 counts)
{
	u32 positional = counts & 15, pairs = counts >> 4;

	return (positional == 15 ? 1 : positional) + (pairs == 15 ? 1 : 2 * pairs);
}

static void check_reads(mrb_value *regs, const struct kmvm_insn *insn)
{
	u32 a = insn->a, b = insn->b, c = insn->c;

	switch (insn->op) {
	case OP_MOVE:
		read_register(regs, b, insn);
		break;
	case OP_SETGV: case OP_SETSV: case OP_SETIV: case OP_SETCV: case OP_SETCONST: case OP_SETUPVAR:
	case OP_GETMCNST: case OP_JMPIF: case OP_JMPNOT: case OP_JMPNIL: case OP_RAISEIF:
	case OP_RETURN: case OP_RETURN_BLK: case OP_BREAK: case OP_ADDI: case OP_SUBI:
	case OP_ARYSPLAT: case OP_INTERN: case OP_SCLASS: case OP_EXEC: case OP_MODULE:
	case OP_APOST:
		read_register(regs, a, insn);
		break;
	case OP_SETMCNST: case OP_GETIDX: case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_EQ:
	case OP_LT: case OP_LE: case OP_GT: case OP_GE: case OP_ARYCAT: case OP_STRCAT: case OP_HASHCAT:
	case OP_RANGE_INC: case OP_RANGE_EXC: case OP_CLASS: case OP_DEF:
		read_registers(regs, a, 2, insn);
		break;
	case OP_SETIDX:
		read_registers(regs, a, 3, insn);
		break;
	case OP_RESCUE:
		read_register(regs, a, insn);
		read_register(regs, b, insn);
		break;
	case OP_AREF:
		read_register(regs, b, insn);
		break;
	case OP_ASET:
		read_register(regs, a, insn);
		read_register(regs, b, insn);
		break;
	case OP_SEND:
		read_registers(regs, a, 1 + call_size(c), insn);
		break;
	case OP_SSEND:
		read_registers(regs, a + 1, call_size(c), insn);
		break;
	case OP_SENDB:
		read_registers(regs, a, 2 + call_size(c), insn);
		break;
	case OP_SSENDB:
		read_registers(regs, a + 1, 1 + call_size(c), insn);
		break;
	case OP_SUPER:
		read_registers(regs, a + 1, 1 + call_size(b), insn);
		break;
	case OP_ARRAY:
		read_registers(regs, a, b, insn);
		break;
	case OP_ARRAY2:
		read_registers(regs, b, c, insn);
		break;
	case OP_ARYPUSH:
		read_registers(regs, a, 1 + b, insn);
		break;
	case OP_HASH:
		read_registers(regs, a, 2 * b, insn);
		break;
	case OP_HASHADD:
		read_registers(regs, a, 1 + 2 * b, insn);
		break;
	}
}

/* self, arguments of all kinds, block */
static u32 written_by_enter(u32 a)
{
	return 1 + (a >> 18 & 31) + (a >> 13 & 31) + (a >> 12 & 1) + (a >> 7 & 31) + (a >> 1 & 63 ? 1 : 0) + 1;
}

void watch_insn(mrb_state *mrb, const mrb_irep *irep, const mrb_code *pc, mrb_value *regs)
{
	/* Arguments lie where temporaries will, until ENTER has put them right. */
	static const mrb_callinfo *entered;
	static u32 arguments;
	u32 at = pc - irep->iseq, i;
	struct kmvm_insn insn;
	bool begins;

	if (irep->flags & MRB_IREP_NO_FREE)
		return;		/* mruby's own library */
	if (pc < irep->iseq || at >= irep->ilen)
		wrong("the next instruction lies outside of the code");
	if (kmvm_decode(pc, irep->ilen - at, &insn) != KMVM_DECODED)
		wrong("what is run next is no instruction");
	if (regs != mrb->c->ci->stack || regs < mrb->c->stbase || regs + irep->nregs > mrb->c->stend)
		wrong("registers lie outside of the stack");

	begins = entered == mrb->c->ci || (at == 0 && insn.op != OP_ENTER);
	if (begins) {
		i = entered && arguments > irep->nlocals ? arguments : irep->nlocals;
		for (; i < irep->nregs; i++)
			regs[i] = mrb_undef_value();
	}
	entered = NULL;
	if (insn.op == OP_ENTER) {
		entered = mrb->c->ci;
		arguments = written_by_enter(insn.a);
	}
	check_reads(regs, &insn);
}
