/* SPDX-License-Identifier: GPL-2.0 */
/* Images made of code alone: one irep, or one that has a child or two. */
#ifndef CODE_H
#define CODE_H

#include "../../vm/verify.h"

struct catch {
	int kind;	/* 0 rescue, 1 ensure, and 2 more so that 0 is none */
	int begin;
	int end;
	int target;
};

#define RESCUE(begin, end, target) { 2, begin, end, target }
#define ENSURE(begin, end, target) { 3, begin, end, target }

struct irep {
	int nlocals;	/* 1 unless it says */
	int nregs;	/* 6 unless it says */
	const unsigned char *code;
	int size;
	struct catch catches[4];
	int clauses;		/* more of them: OP_EXCEPTs of two bytes each, from the beginning on */
};

#define CODE(...)							\
	.code = (const unsigned char[]){ __VA_ARGS__ },			\
	.size = sizeof((const unsigned char[]){ __VA_ARGS__ })

/* Each pool: 0 a string, 1 an integer. Each table of symbols: 0 and 1. */
struct code_case {
	const char *sentence;	/* NULL: accepted */
	const char *what;
	struct irep program;
	struct irep child;
	struct irep second;	/* another child */
};

/* Judges it, and loads what is accepted. Returns the error; what the loader says, or NULL. */
int judge_code(const struct code_case *code_case, struct kmvm_verdict *verdict,
	       const char **complaint);

#endif /* CODE_H */
