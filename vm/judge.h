/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the judge share: vm/verify.c judges the container, vm/code.c the code of
 * each irep. Nobody else includes this.
 */
#ifndef KMVM_JUDGE_H
#define KMVM_JUDGE_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef __printf
#define __printf(text, args) __attribute__((__format__(printf, text, args)))
#endif
#define cond_resched() ((void)0)
#define __maybe_unused __attribute__((__unused__))
#define hweight64(bits) __builtin_popcountll(bits)
#define __ffs64(bits) __builtin_ctzll(bits)
#endif

#include "image.h"
#include "verify.h"

/* How an irep is entered, told by the one instruction that refers to it. */
enum kmvm_entry {
	KMVM_ENTRY_NONE,	/* by nobody */
	KMVM_ENTRY_PROGRAM,
	KMVM_ENTRY_BODY,	/* of a class or module: EXEC */
	KMVM_ENTRY_METHOD,	/* METHOD: sees no locals but its own */
	KMVM_ENTRY_BLOCK,	/* BLOCK or LAMBDA: sees those around it */
};

/**
 * struct kmvm_seat - what is remembered of an irep
 * @at:		offset of its record
 * @after:	number of the irep that follows it and all that is nested in it
 * @parent:	number of the irep around it
 * @entry:	enum kmvm_entry, set when @parent was judged
 */
struct kmvm_seat {
	u32 at;
	u32 after;
	u32 parent;
	u8 entry;
};

struct judge {
	const u8 *image;
	size_t size;
	struct kmvm_verdict *verdict;
	u32 irep;	/* number of the one being judged */
	u32 ireps;	/* how many there are, once all were met */
	u32 names;	/* how many so far */

	/* For the code. */
	struct kmvm_seat *seats;
	u32 longest;	/* bytes of the longest code */
	u32 most;	/* children, or entries of a pool: of whoever has most */
	u64 effort;	/* how much may still be looked at */
};

__printf(3, 4)
int kmvm_refuse(const struct judge *judge, size_t offset, const char *format, ...);

#define refuse_irep(judge, offset, format, ...)	\
	kmvm_refuse(judge, offset, "irep %u: " format, (judge)->irep, ##__VA_ARGS__)

/* Gives the head of an irep that was judged, and steps to the next one. */
static inline void kmvm_next_irep(struct kmvm_cursor *ireps, struct kmvm_irep *irep)
{
	kmvm_take_irep_head(ireps, irep);
	ireps->at = irep->at + irep->size;
}

/**
 * kmvm_judge_code() - judge what the ireps of an image do
 * @judge:	all else of the ireps was found in order
 * @first:	offset of the first irep
 *
 * Return: 0, -ENOEXEC or -ENOMEM.
 */
int kmvm_judge_code(struct judge *judge, size_t first);

#endif /* KMVM_JUDGE_H */
