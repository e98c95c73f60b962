/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Ruby may use of the machine: the settings, and the one budget of memory that all
 * VMs and sessions share.
 *
 *	heaps, images, rings --take--> [budget: what the module holds] --give--> ...
 */
#ifndef KMVM_BUDGET_H
#define KMVM_BUDGET_H

#include <linux/gfp.h>
#include <linux/types.h>

#include "../include/uapi/kmvm.h"

/* A VM that starts things without end must meet an error before the machine feels it. */
#define KMVM_HANDLES_MAX	1024

/*
 * What a caller needs is charged to its memory cgroup, and is refused rather than that the
 * OOM killer is asked for it.
 */
#define KMVM_GFP_CALLER	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * enum kmvm_purpose - what memory is taken for
 * @KMVM_FOR_DATA:	what scripts make; they get none of the floor
 * @KMVM_FOR_PROGRAM:	to let a program in and hear of its end, which may be what sets data
 *			free: a quarter of the floor is for that, 4 MiB at most
 */
enum kmvm_purpose {
	KMVM_FOR_DATA,
	KMVM_FOR_PROGRAM,
};

/**
 * struct kmvm_limits - the module's limits as they are now
 * @vm_heap:	bytes the heap of a VM may hold
 * @budget:	bytes all of kmvm may hold
 * @floor:	bytes of memory that must be available before kmvm takes more
 * @timeout_ns:	time a run may take, where it does not say itself; 0: any
 * @event_ns:	processor time the block of an event may take
 */
struct kmvm_limits {
	u64 vm_heap;
	u64 budget;
	u64 floor;
	u64 timeout_ns;
	u64 event_ns;
};

/* Settings of 0 are worked out from the machine's memory. Context: any. */
void kmvm_limits_read(struct kmvm_limits *limits);

/* Processor time of an event's block, in nanoseconds. Context: any. */
u64 kmvm_limit_event(void);

/*
 * Bytes the machine can give without taking them from a program: free pages beyond those the
 * kernel keeps for itself, and half of what holds the contents of files. Context: any.
 */
u64 kmvm_memory_available(void);

/**
 * kmvm_budget_take() - may that much more memory be taken?
 * @bytes:	how much
 * @purpose:	what for
 *
 * The budget is for what scripts make grow: heaps, images, output, texts. No memory is taken
 * while little is available, so that it is never kmvm for whom the kernel kills a process.
 *
 * Context: any.
 * Return: KMVM_LIMIT_NONE, and the bytes count until kmvm_budget_give(); or the limit
 * that stands against it, KMVM_LIMIT_BUDGET or KMVM_LIMIT_MEMORY.
 */
enum kmvm_limit kmvm_budget_take(size_t bytes, enum kmvm_purpose purpose);

/* Gives bytes back to the budget. Context: any. */
void kmvm_budget_give(size_t bytes);

/* Bytes that count now. */
u64 kmvm_budget_held(void);

/**
 * kmvm_budget_alloc() - memory within the budget for a program, as of KMVM_GFP_CALLER
 * @size:	bytes
 *
 * Context: a process that asks something of kmvm; may sleep.
 * Return: the memory, for kmvm_budget_free() with the same size, or NULL.
 */
void *kmvm_budget_alloc(size_t size);

/**
 * kmvm_budget_data() - memory within the budget for what a script makes
 * @size:	bytes
 * @gfp:	KMVM_GFP_CALLER, or kmvm_gfp(); with __GFP_ZERO perhaps
 *
 * Context: as @gfp says.
 * Return: the memory, for kmvm_budget_free() with the same size, or NULL.
 */
void *kmvm_budget_data(size_t size, gfp_t gfp);

void kmvm_budget_free(void *memory, size_t size);

#endif /* KMVM_BUDGET_H */
