/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What keeps Ruby from taking the machine: the check in mruby's dispatch loop, the
 * breath, the stack's end, and the landing pad under every entry into mruby.
 *
 * mruby calls kmvm_guard_steps(), kmvm_guard_breathe(), kmvm_guard_collect() and
 * kmvm_guard_stack() (vm/patches/).
 */
#ifndef KMVM_GUARD_H
#define KMVM_GUARD_H

#include <mruby.h>

struct kmvm_vm;

/*
 * Steps, that is calls and backward jumps, between two looks at the flags. Short enough
 * to be microseconds, long enough to cost nothing. A loop in mruby's C code counts itself
 * as the steps it is worth: a few dozen bytes read, some of a bigint's limbs.
 */
#define KMVM_GUARD_QUANTUM	1024

/* Steps that the ensure blocks of a stopped run have together. */
#define KMVM_GUARD_GRACE	(64 * KMVM_GUARD_QUANTUM)

/* What an event's block must leave as it was for the run in whose sleep it came. */
struct kmvm_guard_state {
	u64 steps;
	s64 grace;
	s32 quantum;
	s32 steps_left;
	u8 catch_skip;
};

/**
 * kmvm_guard_arm() - starts counting the steps of a run or an event
 * @vm:		the VM
 * @outer:	what was counted before goes here
 *
 * Context: the VM's thread.
 */
void kmvm_guard_arm(struct kmvm_vm *vm, struct kmvm_guard_state *outer);

/**
 * kmvm_guard_disarm() - goes back to what was counted before
 * @vm:		the VM
 * @outer:	of kmvm_guard_arm()
 *
 * Context: the VM's thread.
 */
void kmvm_guard_disarm(struct kmvm_vm *vm, const struct kmvm_guard_state *outer);

/**
 * kmvm_guard_count() - steps counted since kmvm_guard_arm()
 * @vm:		the VM
 *
 * Return: how many.
 */
u64 kmvm_guard_count(struct kmvm_vm *vm);

/* Does something want the thread out of Ruby? Context: the VM's thread. */
bool kmvm_guard_stopping(struct kmvm_vm *vm);

/* Has a stop been raised since kmvm_guard_arm()? */
bool kmvm_guard_stopped(struct kmvm_vm *vm);

/**
 * kmvm_guard_enter() - runs code that may raise, on a landing pad
 * @vm:		the VM
 * @body:	the code
 * @data:	for @body
 * @exc:	what it raised, kept alive by the arena; nil if it did not
 *
 * Whatever it raises, context, arena and flags of the collector are then as before.
 * abort() does not come back here: it lands on the pad of the thread, vm->pad.
 *
 * Context: the VM's thread.
 * Return: true if @body came to its end.
 */
bool kmvm_guard_enter(struct kmvm_vm *vm, void (*body)(mrb_state *mrb, void *data), void *data,
		      mrb_value *exc);

/*
 * The same for what is tried within Ruby. A function of its own, for the graph of calls: no way
 * leads from here to a body that has the stack for itself.
 */
bool kmvm_guard_try(struct kmvm_vm *vm, void (*body)(mrb_state *mrb, void *data), void *data,
		    mrb_value *exc);

/**
 * kmvm_guard_ample() - asks for stack enough for code that sleeps or does I/O
 * @mrb:	the state
 *
 * The door of a binding whose kernel half wants more than what every turn into Ruby has
 * asked for: kmvm_stack_ample(), half of the stack. Consoles are such: printk() may draw
 * on a screen before it comes back. Raises SystemStackError.
 *
 * Context: the VM's thread, in Ruby.
 */
void kmvm_guard_ample(mrb_state *mrb);

/* The same before kmvm_vm_print(), where that goes to the kernel log. */
void kmvm_guard_print(mrb_state *mrb);

/* Takes the stack's bounds of the current thread. */
void kmvm_guard_open(struct kmvm_vm *vm);

/* Where abort() of stub/libc comes to: leaves all behind for vm->pad, vm->broken set. */
void kmvm_guard_abort(const char *why);

#endif /* KMVM_GUARD_H */
