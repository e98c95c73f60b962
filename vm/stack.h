/* SPDX-License-Identifier: GPL-2.0 */
/* How much of the kernel stack is left, and what may be done with it. */
#ifndef KMVM_STACK_H
#define KMVM_STACK_H

#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

/* Bytes of stack below the caller. Context: task. */
static inline unsigned long kmvm_stack_left(void)
{
	return (unsigned long)__builtin_frame_address(0) -
		(unsigned long)task_stack_page(current);
}

/**
 * kmvm_stack_ample() - is there stack enough for code that sleeps?
 *
 * Reclaim, and the filesystems it may enter, want half of a stack to themselves; Ruby
 * that came here by a recursion has used it up.
 *
 * Context: task.
 * Return: whether there is.
 */
static inline bool kmvm_stack_ample(void)
{
	return kmvm_stack_left() >= THREAD_SIZE / 2;
}

/*
 * How the VM's thread allocates. No retries that could end at the OOM killer, and no
 * report: the VM tells its script. Deep in a recursion only what lies at hand is taken.
 */
static inline gfp_t kmvm_gfp(void)
{
	return (kmvm_stack_ample() ? GFP_KERNEL | __GFP_NORETRY : GFP_NOWAIT) | __GFP_NOWARN;
}

#endif /* KMVM_STACK_H */
