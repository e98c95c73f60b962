// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Timer: a high-resolution timer whose block runs on the VM's thread.
 *
 *	start --> armed --hrtimer, softirq: kmvm_event_post()--> due
 *	           ^                                              | VM's thread: timer_event()
 *	           |                                              v
 *	           +--timer_done(): at its next turn-------- the block runs
 *
 * A turn is due at start + turn * period, whatever the block took; those that passed meanwhile
 * are missed. It is armed again when its block is over, so interrupts come no faster than
 * the thread takes them: a thousand timers of the shortest period would otherwise leave a
 * processor no time for anything else.
 *
 * struct timer is the VM's handle: it lives until the timer was cancelled, and its block is
 * over if it did that itself; or the block of its only turn is over; or the VM or the
 * followed run ends. The Ruby object points to it until then, and to nothing afterwards. The
 * interrupt touches nothing of it but the queue's part.
 *
 * struct figures is a block of the VM's heap and belongs to the Ruby object, which tells them
 * when the timer has ended, too. The handle, which keeps the object alive, writes them from
 * the VM's thread.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/variable.h>

#include "../stub/compat.h"
#include "../vm/binding.h"
#include "../vm/duration.h"
#include "../vm/histogram.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

#define PERIOD_MIN	(100 * NSEC_PER_USEC)

/* A block that fails so often in a row waits for 2 periods, then 4, up to the greatest. */
#define FAILURES	3
#define DOUBLINGS_MAX	10
#define PAUSE_MAX	(60 * NSEC_PER_SEC)

struct figures {
	u64 fired, missed, errors;
	s64 period;			/* as it was started */
	struct kmvm_histogram late;	/* nanoseconds */
};

struct timer {
	struct kmvm_handle handle;
	struct hrtimer hrtimer;
	s64 period;			/* 0: fires once */
	s64 due;			/* the next turn, or the one whose block runs */
	u64 turn;			/* its number, from 1 */
	unsigned int failures;		/* blocks in a row that raised */
	bool last;			/* no turn comes after the one whose block runs */
	struct figures *figures;	/* of our object */
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

static void arm(struct timer *timer)
{
	hrtimer_start(&timer->hrtimer, ns_to_ktime(timer->due), HRTIMER_MODE_ABS_SOFT);
}

/* How many periods a block has to wait for its next turn, by how often it failed. */
static u64 periods_to_wait(const struct timer *timer)
{
	unsigned int doublings;

	if (timer->failures < FAILURES)
		return 1;
	doublings = min(timer->failures - FAILURES + 1, (unsigned int)DOUBLINGS_MAX);
	return clamp_t(u64, div64_u64(PAUSE_MAX, timer->period), 1, 1 << doublings);
}

/* To its next turn; those that have passed by now, or that it has to wait for, are missed. */
static void next_turn(struct timer *timer)
{
	s64 now = ktime_get_ns(), ahead;
	u64 turns = periods_to_wait(timer);

	if (now > timer->due)
		turns = max(turns, div64_u64(now - timer->due, timer->period) + 1);
	timer->turn += turns;
	timer->figures->missed += turns - 1;
	if (check_mul_overflow((s64)turns, timer->period, &ahead) ||
	    check_add_overflow(timer->due, ahead, &timer->due))
		timer->due = KTIME_MAX;
}

static void close_timer(struct kmvm_handle *handle)
{
	hrtimer_cancel(&timer_of(handle)->hrtimer);
}

static void free_timer(struct kmvm_handle *handle)
{
	kfree(timer_of(handle));
}

static void timer_done(struct kmvm_handle *handle, bool failed)
{
	static const char text[] = "a timer's block failed " __stringify(FAILURES)
		" times in a row: until it succeeds it comes less and less often\n";
	struct timer *timer = timer_of(handle);

	timer->figures->errors += failed;
	timer->failures = failed ? timer->failures + 1 : 0;
	if (timer->last) {
		kmvm_handle_close(handle);
		return;
	}
	if (timer->failures == FAILURES && periods_to_wait(timer) > 1)
		kmvm_vm_print(handle->vm, LOGLEVEL_WARNING, text, sizeof(text) - 1);
	next_turn(timer);
	arm(timer);
}

/* Ruby half. */

static const struct mrb_data_type timer_type = { "Linux::Timer", NULL };
static const struct mrb_data_type figures_type = { "figures of a Linux::Timer", mrb_free };

/* A name that no script can write. */
static mrb_sym figures_name(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "figures");
}

/* Kept by an object without a class, which no script reaches. */
static struct figures *new_figures(mrb_state *mrb, mrb_value object)
{
	struct RData *data = mrb_data_object_alloc(mrb, NULL, NULL, &figures_type);
	struct figures *figures;

	data->data = mrb_malloc(mrb, offsetof(struct figures, late) +
				kmvm_histogram_bytes(KMVM_HISTOGRAM_LOG2));
	figures = data->data;
	memset(figures, 0, offsetof(struct figures, late));
	kmvm_histogram_init(&figures->late, 0, 0, 0);
	mrb_iv_set(mrb, object, figures_name(mrb), mrb_obj_value(data));
	return figures;
}

static void timer_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	struct timer *timer = timer_of(handle);
	mrb_value object = kmvm_object_of(handle);
	mrb_value block = kmvm_object_block(mrb, object);
	mrb_value arguments[2];
	mrb_int count = 0;

	/* Before anything that may raise. */
	timer->last = !timer->period;
	mrb_gc_protect(mrb, object);
	if (timer->period)
		arguments[count++] = mrb_int_value(mrb, timer->turn);
	arguments[count++] = object;
	timer->figures->fired++;
	kmvm_histogram_add(&timer->figures->late,
			   max_t(s64, (s64)ktime_get_ns() - timer->due, 0), 1);
	mrb_yield_argv(mrb, block, count, arguments);
}

static const struct kmvm_handle_ops timer_ops = {
	.event = timer_event,
	.done = timer_done,
	.close = close_timer,
	.free = free_timer,
};

static mrb_value start(mrb_state *mrb, mrb_value class, mrb_value block, s64 due, s64 period)
{
	mrb_value object = kmvm_object_new(mrb, class, &timer_type, block);
	struct figures *figures = new_figures(mrb, object);
	struct timer *timer;

	timer = kzalloc(sizeof(*timer), kmvm_gfp());

	if (!timer)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	timer->period = period;
	timer->due = due;
	timer->turn = 1;
	timer->figures = figures;
	figures->period = period;
	hrtimer_setup(&timer->hrtimer, fired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	kmvm_handle_open(&timer->handle, kmvm_vm_of(mrb), &timer_ops);
	kmvm_object_bind(object, &timer->handle);
	arm(timer);
	return object;
}

static s64 from_now(s64 ns)
{
	return ktime_add_safe(ktime_get(), ns_to_ktime(ns));
}

static mrb_value timer_after(mrb_state *mrb, mrb_value self)
{
	mrb_value block;
	s64 ns = kmvm_duration_given(mrb, &block);

	return start(mrb, self, block, from_now(ns), 0);
}

static mrb_value timer_at(mrb_state *mrb, mrb_value self)
{
	mrb_value block, given;
	s64 due;

	mrb_get_args(mrb, "o&!", &given, &block);
	due = kmvm_integer(mrb, given);
	/* What has passed is due now, and is late from now on. */
	return start(mrb, self, block, max_t(s64, due, ktime_get_ns()), 0);
}

static mrb_value timer_every(mrb_state *mrb, mrb_value self)
{
	mrb_value block;
	s64 ns = kmvm_duration_given(mrb, &block);

	if (ns < PERIOD_MIN)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "the shortest period is 100 microseconds");
	return start(mrb, self, block, from_now(ns), ns);
}

static bool is_active(const struct kmvm_handle *handle)
{
	return handle && !container_of(handle, struct timer, handle)->last;
}

static mrb_value timer_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &timer_type);
	bool active = is_active(handle);

	/* In its own block it is closed as soon as that is over. */
	if (active && handle->vm->event == handle)
		timer_of(handle)->last = true;
	else if (active)
		kmvm_handle_close(handle);
	return mrb_bool_value(active);
}

static mrb_value timer_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(is_active(mrb_data_get_ptr(mrb, self, &timer_type)));
}

static const struct figures *figures_of(mrb_state *mrb, mrb_value self)
{
	return mrb_data_get_ptr(mrb, mrb_iv_get(mrb, self, figures_name(mrb)), &figures_type);
}

static mrb_value timer_stats(mrb_state *mrb, mrb_value self)
{
	const struct figures *figures = figures_of(mrb, self);
	mrb_value hash = mrb_hash_new_capa(mrb, 4);

	kmvm_hash_set_number(mrb, hash, "fired", figures->fired);
	kmvm_hash_set_number(mrb, hash, "missed", figures->missed);
	kmvm_hash_set_number(mrb, hash, "errors", figures->errors);
	kmvm_hash_set(mrb, hash, "late", kmvm_histogram_copy(mrb, &figures->late));
	return hash;
}

/* The largest unit of which it is a whole number. */
static s64 in_units(s64 ns, const char **unit)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	unsigned int i = 0;
	u64 larger;
	u32 rest;

	for (; i < ARRAY_SIZE(units) - 1; i++, ns = larger) {
		larger = div_u64_rem(ns, 1000, &rest);
		if (rest)
			break;
	}
	*unit = units[i];
	return ns;
}

static mrb_value timer_inspect(mrb_state *mrb, mrb_value self)
{
	const char *state = mrb_true_p(timer_active(mrb, self)) ? "active" : "ended", *unit;
	struct RClass *class = mrb_class(mrb, self);
	s64 period = figures_of(mrb, self)->period;

	if (!period)
		return mrb_format(mrb, "#<%C once, %s>", class, state);
	period = in_units(period, &unit);
	return mrb_format(mrb, "#<%C every %i %s, %s>", class, (mrb_int)period, unit, state);
}

KMVM_BINDING(timer,
	"Blocks that run later, or again and again, on the VM's thread: between runs, or while a script sleeps. A timer outlives the run that started it and ends with its VM. An exception in a block is reported and does not stop the timer; but a block that fails three times in a row waits for 2 periods, then for 4, up to 1024 or a minute, until it succeeds. A block that takes more than a second of processor time is ended and reported. A run that does not come to its end, because it raised, was stopped or called exit, takes the timers it started along. A VM has at most 1024 timers, works, threads, notifiers, probes and files; one more raises Linux::LimitError.",
	{ timer_after, "Timer.after(s: 0, ms: 0, us: 0, ns: 0) { |timer| } -> Timer",
	  "Runs the block once, when the time given by one or more of the keywords has passed." },
	{ timer_at, "Timer.at(ktime) { |timer| } -> Timer",
	  "Runs the block once, when Linux.ktime is what was given; at once if it is more already." },
	{ timer_every, "Timer.every(s: 0, ms: 0, us: 0, ns: 0) { |tick, timer| } -> Timer",
	  "Runs the block each time that the period, at least 100 microseconds, has passed, counted from the start: it does not drift. tick is the number of the turn, from 1. A block that is not done when its next turn is due misses that, and goes on with the next one that is still to come; ticks that were missed are left out." },
	{ timer_cancel, "Timer#cancel -> true or false",
	  "Ends the timer: its block does not run again. False if it had ended already." },
	{ timer_active, "Timer#active? -> true or false",
	  "Will its block run again?" },
	{ timer_stats, "Timer#stats -> Hash",
	  "How often its block began (fired), how many turns passed without (missed), how many blocks ended in an exception or were ended (errors), and a Linux::Histogram (late) of the nanoseconds from the time a turn was due to the start of its block. Also of a timer that has ended." },
	{ timer_inspect, "Timer#inspect -> String",
	  "Class, period or once, and whether it is active or has ended." });
