// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Timer: a high-resolution timer whose block runs on the VM's thread.
 *
 *	hrtimer, softirq -- kmvm_event_post() --> VM's thread: timer_event() -- yield
 *	                                          starts it again, first of all
 *
 * Interrupts come no faster than the thread takes them off the queue: a thousand timers of
 * the shortest period would otherwise leave a processor no time for anything else.
 *
 * The struct is the VM's handle: it lives until the timer was cancelled, or has fired
 * its only time, or the VM or the followed run ends. The Ruby object points to it until
 * then, and to nothing afterwards.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>

#include "../stub/compat.h"
#include "../vm/binding.h"
#include "../vm/duration.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

#define PERIOD_MIN	(100 * NSEC_PER_USEC)

struct timer {
	struct kmvm_handle handle;
	struct hrtimer hrtimer;
	ktime_t period;		/* 0: fires once */
};

static struct timer *timer_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct timer, handle);
}

/* Kernel half. */

static enum hrtimer_restart fired(struct hrtimer *hrtimer)
{
	struct timer *timer = container_of(hrtimer, struct timer, hrtimer);

	kmvm_event_post(&timer->handle);
	return HRTIMER_NORESTART;
}

/* At its next turn; those that have passed by now are missed. */
static void start_again(struct timer *timer)
{
	hrtimer_forward_now(&timer->hrtimer, timer->period);
	hrtimer_start_expires(&timer->hrtimer, HRTIMER_MODE_ABS_SOFT);
}

static void close_timer(struct kmvm_handle *handle)
{
	hrtimer_cancel(&timer_of(handle)->hrtimer);
}

static void free_timer(struct kmvm_handle *handle)
{
	kfree(timer_of(handle));
}

/* Ruby half. */

static const struct mrb_data_type timer_type = { "Linux::Timer", NULL };

static void timer_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	struct timer *timer = timer_of(handle);
	mrb_value object = kmvm_object_of(handle);
	mrb_value block;

	/* Before anything that may raise. */
	if (timer->period)
		start_again(timer);
	block = kmvm_object_block(mrb, object);
	mrb_gc_protect(mrb, object);
	if (!timer->period)
		kmvm_handle_close(handle);
	/* From here on the handle may be gone: the block can cancel it. */
	mrb_yield(mrb, block, object);
}

static const struct kmvm_handle_ops timer_ops = {
	.event = timer_event,
	.close = close_timer,
	.free = free_timer,
};

static mrb_value start(mrb_state *mrb, mrb_value class, mrb_value block, s64 ns, s64 period)
{
	mrb_value object = kmvm_object_new(mrb, class, &timer_type, block);
	struct timer *timer;

	timer = kzalloc(sizeof(*timer), kmvm_gfp());

	if (!timer)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	timer->period = period;
	hrtimer_setup(&timer->hrtimer, fired, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	kmvm_handle_open(&timer->handle, kmvm_vm_of(mrb), &timer_ops);
	kmvm_object_bind(object, &timer->handle);
	hrtimer_start(&timer->hrtimer, ns_to_ktime(ns), HRTIMER_MODE_REL_SOFT);
	return object;
}

static mrb_value timer_after(mrb_state *mrb, mrb_value self)
{
	mrb_value block;
	s64 ns = kmvm_duration_given(mrb, &block);

	return start(mrb, self, block, ns, 0);
}

static mrb_value timer_every(mrb_state *mrb, mrb_value self)
{
	mrb_value block;
	s64 ns = kmvm_duration_given(mrb, &block);

	if (ns < PERIOD_MIN)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "the shortest period is 100 microseconds");
	return start(mrb, self, block, ns, ns);
}

static mrb_value timer_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &timer_type);

	if (handle)
		kmvm_handle_close(handle);
	return mrb_bool_value(handle);
}

static mrb_value timer_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(mrb_data_get_ptr(mrb, self, &timer_type));
}

KMVM_BINDING(timer,
	"Blocks that run later, or again and again, on the VM's thread: between runs, or while a script sleeps. A timer outlives the run that started it and ends with its VM. An exception in a block is reported and does not stop the timer. A block that takes more than a second of processor time is ended and reported. A run that does not come to its end, because it raised, was stopped or called exit, takes the timers it started along. A VM has at most 1024 timers and works; one more raises Linux::LimitError.",
	{ timer_after, "Timer.after(s: 0, ms: 0, us: 0, ns: 0) { |timer| } -> Timer",
	  "Runs the block once, when the time given by one or more of the keywords has passed." },
	{ timer_every, "Timer.every(s: 0, ms: 0, us: 0, ns: 0) { |timer| } -> Timer",
	  "Runs the block each time that the period, at least 100 microseconds, has passed. A block that is not done in time misses its turn; it never piles up." },
	{ timer_cancel, "Timer#cancel -> true or false",
	  "Ends the timer: its block does not run again. False if it had ended already." },
	{ timer_active, "Timer#active? -> true or false",
	  "Will its block run again?" });
