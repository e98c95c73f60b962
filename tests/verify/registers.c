// SPDX-License-Identifier: GPL-2.0
/*
 * What each opcode reads, writes and lends, register by register: the judge must ask for the very
 * ones that the table names, know the very ones as written, and room enough.
 */
#include <stdio.h>
#include <string.h>

#include <mruby/opcode.h>

#include "code.h"
#include "ktap.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define OPCODES		(OP_STOP + 1)
#define REGISTERS	12
#define NO_SUCH		2	/* of symbols there are two */

struct row {
	unsigned char insn[8];
	int size;
	const char *reads;	/* registers, one character each */
	const char *writes;
	int lends_above;	/* runs Ruby there; 0: it does not */
	int registers;		/* with how many it is accepted; 0: the highest of those named */
	int symbol;		/* which byte names one; 0: none does */
	const char *child;	/* how it begins */
	int list;		/* the register that must hold one; 0: none must */
};

#define INSN(...)							\
	.insn = { __VA_ARGS__ }, .size = sizeof((unsigned char[]){ __VA_ARGS__ })
#define CALL(first, count) .lends_above = first, .registers = (first) + 1 + (count) + 1

static const struct row rows[] = {
	{ INSN(OP_NOP), "", "" },
	{ INSN(OP_MOVE, 2, 4), "4", "2" },
	{ INSN(OP_LOADL, 2, 1), "", "2" },
	{ INSN(OP_LOADI, 2, 1), "", "2" },
	{ INSN(OP_LOADINEG, 2, 1), "", "2" },
	{ INSN(OP_LOADI__1, 2), "", "2" },
	{ INSN(OP_LOADI_0, 2), "", "2" },
	{ INSN(OP_LOADI_1, 2), "", "2" },
	{ INSN(OP_LOADI_2, 2), "", "2" },
	{ INSN(OP_LOADI_3, 2), "", "2" },
	{ INSN(OP_LOADI_4, 2), "", "2" },
	{ INSN(OP_LOADI_5, 2), "", "2" },
	{ INSN(OP_LOADI_6, 2), "", "2" },
	{ INSN(OP_LOADI_7, 2), "", "2" },
	{ INSN(OP_LOADI16, 2, 0, 1), "", "2" },
	{ INSN(OP_LOADI32, 2, 0, 1, 0, 1), "", "2" },
	{ INSN(OP_LOADSYM, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_LOADNIL, 2), "", "2" },
	{ INSN(OP_LOADSELF, 2), "", "2" },
	{ INSN(OP_LOADT, 2), "", "2" },
	{ INSN(OP_LOADF, 2), "", "2" },
	{ INSN(OP_GETGV, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_SETGV, 2, 1), "2", "", .symbol = 2 },
	{ INSN(OP_GETSV, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_SETSV, 2, 1), "2", "", .symbol = 2 },
	{ INSN(OP_GETIV, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_SETIV, 2, 1), "2", "", .symbol = 2 },
	{ INSN(OP_GETCV, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_SETCV, 2, 1), "2", "", .symbol = 2 },
	{ INSN(OP_GETCONST, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_SETCONST, 2, 1), "2", "", .symbol = 2 },
	{ INSN(OP_GETMCNST, 2, 1), "2", "2", .symbol = 2 },
	{ INSN(OP_SETMCNST, 2, 1), "23", "", .symbol = 2 },
	{ INSN(OP_GETUPVAR, 2, 1, 0), "", "2" },
	{ INSN(OP_SETUPVAR, 2, 1, 0), "2", "" },
	{ INSN(OP_GETIDX, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_SETIDX, 2), "234", "2", CALL(2, 2) },
	{ INSN(OP_JMPIF, 2, 0, 0), "2", "" },
	{ INSN(OP_JMPNOT, 2, 0, 0), "2", "" },
	{ INSN(OP_JMPNIL, 2, 0, 0), "2", "" },
	{ INSN(OP_EXCEPT, 2), "", "2" },
	{ INSN(OP_RESCUE, 2, 4), "24", "4" },
	{ INSN(OP_RAISEIF, 2), "2", "" },
	{ INSN(OP_SSEND, 2, 1, 0), "", "2", CALL(2, 0), .symbol = 2 },
	{ INSN(OP_SSEND, 2, 1, 2), "34", "2", CALL(2, 2), .symbol = 2 },
	{ INSN(OP_SSENDB, 2, 1, 0), "3", "2", CALL(2, 0), .symbol = 2 },
	{ INSN(OP_SSENDB, 2, 1, 2), "345", "2", CALL(2, 2), .symbol = 2 },
	{ INSN(OP_SEND, 2, 1, 0), "2", "2", CALL(2, 0), .symbol = 2 },
	{ INSN(OP_SEND, 2, 1, 2), "234", "2", CALL(2, 2), .symbol = 2 },
	{ INSN(OP_SEND, 2, 1, 0x21), "234567", "2", CALL(2, 5), .symbol = 2 },
	{ INSN(OP_SEND, 2, 1, 0xf1), "234", "2", CALL(2, 2), .symbol = 2 },
	{ INSN(OP_SEND, 2, 1, 0x1f), "2345", "2", CALL(2, 3), .symbol = 2, .list = 3 },
	{ INSN(OP_SEND, 2, 1, 0xff), "234", "2", CALL(2, 2), .symbol = 2, .list = 3 },
	{ INSN(OP_SENDB, 2, 1, 0), "23", "2", CALL(2, 0), .symbol = 2 },
	{ INSN(OP_SENDB, 2, 1, 0x12), "234567", "2", CALL(2, 4), .symbol = 2 },
	{ INSN(OP_SENDB, 2, 1, 15), "234", "2", CALL(2, 1), .symbol = 2, .list = 3 },
	{ INSN(OP_SUPER, 2, 0), "3", "2", CALL(2, 0) },
	{ INSN(OP_SUPER, 2, 0x12), "34567", "2", CALL(2, 4) },
	{ INSN(OP_SUPER, 2, 0xff), "345", "2", CALL(2, 2), .list = 3 },
	/* One, rest, one, and a block behind them; keywords in between. */
	{ INSN(OP_ARGARY, 5, 0x0c, 0x20), "1234", "56" },
	{ INSN(OP_ARGARY, 6, 0x0c, 0x30), "12345", "678" },
	{ INSN(OP_ARGARY, 2, 0x0c, 0x21), "", "23" },
	{ INSN(OP_ARGARY, 2, 0x0c, 0x31), "", "234" },
	{ INSN(OP_KEY_P, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_KEYEND), "", "" },
	{ INSN(OP_KARG, 2, 1), "", "2", .symbol = 2 },
	{ INSN(OP_RETURN, 2), "2", "" },
	{ INSN(OP_RETURN_BLK, 2), "2", "" },
	{ INSN(OP_BREAK, 2), "2", "" },
	{ INSN(OP_BLKPUSH, 2, 0x0c, 0x20), "4", "2" },
	{ INSN(OP_BLKPUSH, 2, 0x0c, 0x30), "5", "2" },
	{ INSN(OP_BLKPUSH, 2, 0x0c, 0x31), "", "2" },
	{ INSN(OP_ADD, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_ADDI, 2, 1), "2", "2", CALL(2, 1) },
	{ INSN(OP_SUB, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_SUBI, 2, 1), "2", "2", CALL(2, 1) },
	{ INSN(OP_MUL, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_DIV, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_EQ, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_LT, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_LE, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_GT, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_GE, 2), "23", "2", CALL(2, 1) },
	{ INSN(OP_ARRAY, 2, 0), "", "2" },
	{ INSN(OP_ARRAY, 2, 3), "234", "2" },
	{ INSN(OP_ARRAY2, 2, 4, 2), "45", "2" },
	{ INSN(OP_ARYCAT, 2), "23", "", .list = 2 },
	{ INSN(OP_ARYPUSH, 2, 2), "234", "", .list = 2 },
	{ INSN(OP_ARYSPLAT, 2), "2", "2" },
	{ INSN(OP_AREF, 2, 4, 0), "4", "2" },
	{ INSN(OP_ASET, 2, 4, 0), "24", "" },
	{ INSN(OP_APOST, 2, 1, 2), "2", "234" },
	{ INSN(OP_INTERN, 2), "2", "2" },
	{ INSN(OP_SYMBOL, 2, 0), "", "2" },
	{ INSN(OP_STRING, 2, 0), "", "2" },
	{ INSN(OP_STRCAT, 2), "23", "" },
	{ INSN(OP_HASH, 2, 0), "", "2" },
	{ INSN(OP_HASH, 2, 2), "2345", "2" },
	{ INSN(OP_HASHADD, 2, 2), "23456", "" },
	{ INSN(OP_HASHCAT, 2), "23", "" },
	{ INSN(OP_LAMBDA, 2, 0), "", "2", .child = "enter" },
	{ INSN(OP_BLOCK, 2, 0), "", "2", .child = "enter" },
	{ INSN(OP_METHOD, 2, 0), "", "2", .child = "enter" },
	{ INSN(OP_RANGE_INC, 2), "23", "2" },
	{ INSN(OP_RANGE_EXC, 2), "23", "2" },
	{ INSN(OP_OCLASS, 2), "", "2" },
	{ INSN(OP_CLASS, 2, 1), "23", "2", .symbol = 2 },
	{ INSN(OP_MODULE, 2, 1), "2", "2", .symbol = 2 },
	{ INSN(OP_EXEC, 2, 0), "2", "2", .lends_above = 2, .child = "return" },
	{ INSN(OP_DEF, 2, 1), "23", "2", .symbol = 2 },
	{ INSN(OP_SCLASS, 2), "2", "2" },
	{ INSN(OP_TCLASS, 2), "", "2" },
	{ INSN(OP_ALIAS, 1, 1), "", "", .symbol = 1 },
	{ INSN(OP_ALIAS, 1, 1), "", "", .symbol = 2 },
	{ INSN(OP_UNDEF, 1), "", "", .symbol = 1 },
	{ INSN(OP_ERR, 0), "", "" },
};

/* Registers are not what these are about; code.c has their rules. */
static const unsigned char others[] = {
	OP_JMP, OP_JMPUW, OP_CALL, OP_ENTER, OP_DEBUG, OP_EXT1, OP_EXT2, OP_EXT3, OP_STOP,
};

static bool ends(unsigned char op)
{
	return op == OP_RETURN || op == OP_RETURN_BLK || op == OP_BREAK || op == OP_ERR;
}

static bool named(const char *registers, int reg)
{
	return strchr(registers, '0' + reg);
}

struct attempt {
	int nlocals;
	int nregs;
	const char *written;	/* those that are, before it */
	int read;		/* read behind it; 0: none is */
	int symbol;		/* in place of the one it names; -1: that one */
	bool as_list;		/* that one is added to, which must be a list, or be nil */
};

static int judge_attempt(const struct row *row, const struct attempt *attempt,
			 struct kmvm_verdict *verdict)
{
	static const unsigned char enter[] = { OP_ENTER, 0, 0, 0, OP_LOADNIL, 1, OP_RETURN, 1 };
	static const unsigned char leave[] = { OP_LOADNIL, 1, OP_RETURN, 1 };
	struct code_case code_case = { };
	unsigned char code[100], *end = code;
	const char *complaint, *reg;
	int ret;

	for (reg = attempt->written; *reg; reg++) {
		bool list = *reg - '0' == row->list;

		*end++ = list ? OP_ARRAY : OP_LOADNIL;
		*end++ = *reg - '0';
		if (list)
			*end++ = 0;
	}
	memcpy(end, row->insn, row->size);
	if (attempt->symbol >= 0)
		end[row->symbol] = attempt->symbol;
	end += row->size;
	if (attempt->as_list) {
		*end++ = OP_LOADNIL;
		*end++ = attempt->read + 1;
		*end++ = OP_ARYCAT;
		*end++ = attempt->read;
	}
	if (!ends(row->insn[0])) {
		if (!attempt->read) {
			*end++ = OP_LOADNIL;
			*end++ = 1;
		}
		*end++ = OP_RETURN;
		*end++ = attempt->read ? attempt->read : 1;
	}
	code_case.program = (struct irep){
		.nlocals = attempt->nlocals, .nregs = attempt->nregs, .code = code, .size = end - code,
	};
	if (row->child)
		code_case.child = (struct irep){
			.code = row->child[0] == 'e' ? enter : leave,
			.size = row->child[0] == 'e' ? sizeof(enter) : sizeof(leave),
		};
	ret = judge_code(&code_case, verdict, &complaint);
	if (complaint)
		ktap_note("OP of number %u: %s", row->insn[0], complaint);
	return complaint ? 1 : ret;
}

/* Accepted, when there is no sentence; else refused, and for that reason. */
static bool expect(const struct row *row, const struct attempt *attempt, const char *sentence)
{
	struct kmvm_verdict verdict;
	int ret = judge_attempt(row, attempt, &verdict);

	if (sentence ? ret < 0 && strstr(verdict.text, sentence) : !ret)
		return true;
	ktap_note("opcode %u, R%s written, %d registers, %d locals, R%d read: %s instead of %s",
		  row->insn[0], attempt->written, attempt->nregs, attempt->nlocals, attempt->read,
		  ret ? verdict.text : "accepted", sentence ? sentence : "accepted");
	return false;
}

/* All that it reads is asked for, and nothing else. */
static bool reads_those(const struct row *row)
{
	struct attempt attempt = { 1, REGISTERS, row->reads, 0, -1, false };
	bool passed = expect(row, &attempt, NULL);
	char but_one[REGISTERS], sentence[40];
	const char *reg, *from;

	for (reg = row->reads; *reg; reg++) {
		char *to = but_one;

		for (from = row->reads; *from; from++)
			if (from != reg)
				*to++ = *from;
		*to = '\0';
		attempt.written = but_one;
		snprintf(sentence, sizeof(sentence), "reads R%c before", *reg);
		passed &= expect(row, &attempt, sentence);
	}
	return passed;
}

/* What is written behind it: what it writes, and what was and is not lent. */
static bool leaves_those(const struct row *row)
{
	bool passed = true;
	int reg;

	for (reg = 1; !ends(row->insn[0]) && reg < 10; reg++) {
		bool kept = !row->lends_above || reg < row->lends_above;
		struct attempt attempt = { 1, REGISTERS, row->reads, reg, -1, false };
		char sentence[40];

		snprintf(sentence, sizeof(sentence), "reads R%d before", reg);
		passed &= expect(row, &attempt, named(row->writes, reg) ||
				 (named(row->reads, reg) && kept) ? NULL : sentence);
		attempt.written = "123456789";
		passed &= expect(row, &attempt, named(row->writes, reg) || kept ? NULL : sentence);
	}
	return passed;
}

/* What was nil before is nil or a list behind it only when LOADNIL, or who makes lists, wrote it. */
static bool changes_those(const struct row *row)
{
	unsigned char op = row->insn[0];
	bool makes = op == OP_LOADNIL || op == OP_ARRAY || op == OP_ARRAY2 || op == OP_ARYSPLAT ||
		     op == OP_ARGARY;
	bool passed = true;
	const char *reg;

	for (reg = row->writes; *reg; reg++) {
		struct attempt attempt = { 1, REGISTERS, row->list ? row->reads : "123456789",
					   *reg - '0', -1, true };

		passed &= expect(row, &attempt, makes && *reg - '0' == row->insn[1] ? NULL :
				 "list of its own");
	}
	return passed;
}

static int registers_of(const struct row *row)
{
	int reg, highest = 1;

	for (reg = 1; reg < 10; reg++)
		if (named(row->reads, reg) || named(row->writes, reg))
			highest = reg;
	return row->registers ? row->registers : highest + 1;
}

static bool needs_room(const struct row *row)
{
	struct attempt attempt = { 1, registers_of(row), row->reads, 0, -1, false };
	bool passed = expect(row, &attempt, NULL);
	const char *reg;

	/* They may have one more (vm/code.c). */
	if (row->insn[0] == OP_METHOD || row->insn[0] == OP_DEF)
		return passed;

	/* With one less, its own registers are to be too many, not those that are written before. */
	if (attempt.nregs <= 2)
		return passed;
	attempt.nregs--;
	for (reg = row->reads; *reg; reg++)
		if (*reg - '0' >= attempt.nregs)
			attempt.written = "";
	return passed & expect(row, &attempt, "exceeds");
}

static bool spares_locals(const struct row *row)
{
	struct attempt attempt = { 3, REGISTERS, row->reads, 0, -1, false };
	bool in_local = row->insn[0] == OP_ADDI || row->insn[0] == OP_SUBI;

	if (row->list && row->list < 3)
		return true;
	return expect(row, &attempt, row->lends_above && !in_local ? "which is a local" : NULL);
}

static bool knows_symbols(const struct row *row)
{
	struct attempt attempt = { 1, REGISTERS, row->reads, 0, NO_SUCH, false };

	return !row->symbol || expect(row, &attempt, "symbol 2 of 2");
}

static void every(bool (*promise)(const struct row *row), const char *what)
{
	bool passed = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		passed &= promise(&rows[i]);
	ktap_result(passed, "%s", what);
}

static void all_opcodes(void)
{
	bool met[OPCODES] = { };
	int count = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		met[rows[i].insn[0]] = true;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		met[others[i]] = true;
	for (i = 0; i < OPCODES; i++)
		count += met[i];
	ktap_result(count == OPCODES, "each opcode has a row, or a reason to have none");
}

static int count(void)
{
	return 7;
}

static void run(void)
{
	all_opcodes();
	every(reads_those, "each opcode reads the registers it does, and must find them written");
	every(leaves_those, "behind each opcode those are written that it writes or spares");
	every(changes_those, "behind each opcode that is a list, or nil, which it makes one");
	every(needs_room, "each opcode has room enough, and may use all of it");
	every(spares_locals, "no opcode but an addition calls in a local");
	every(knows_symbols, "each opcode names a symbol that exists");
}

const struct suite registers_suite = { count, run };
