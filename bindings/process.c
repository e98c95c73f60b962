// SPDX-License-Identifier: GPL-2.0
/* What a program does with itself: it sleeps, or it ends. */
#include <linux/kernel.h>
#include <linux/ktime.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/duration.h"
#include "../vm/guard.h"
#include "../vm/vm.h"
#include "bindings.h"

/* Sleeps and drives events; a stop that came meanwhile is raised here. */
static void sleep_until(mrb_state *mrb, ktime_t until)
{
	kmvm_vm_sleep(kmvm_vm_of(mrb), until);
	kmvm_guard_steps(mrb);
}

static mrb_value process_sleep(mrb_state *mrb, mrb_value self)
{
	ktime_t start = ktime_get(), until = KTIME_MAX;
	mrb_int seconds;

	if (mrb_get_args(mrb, "|i", &seconds)) {
		if (seconds < 0)
			mrb_raise(mrb, E_ARGUMENT_ERROR, "time must not be negative");
		until = ktime_add_safe(start, ktime_set(seconds, 0));
	}
	sleep_until(mrb, until);
	return mrb_int_value(mrb, ktime_divns(ktime_sub(ktime_get(), start), NSEC_PER_SEC));
}

static mrb_value process_usleep(mrb_state *mrb, mrb_value self)
{
	ktime_t start = ktime_get();
	mrb_int us;

	mrb_get_args(mrb, "i", &us);
	if (us < 0)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "time must not be negative");
	sleep_until(mrb, us > KTIME_MAX / NSEC_PER_USEC ? KTIME_MAX :
		    ktime_add_safe(start, ns_to_ktime(us * NSEC_PER_USEC)));
	return mrb_int_value(mrb, ktime_to_us(ktime_sub(ktime_get(), start)));
}

/* Until that much time has passed from @start on; 292 years are no end. */
static ktime_t end_of(ktime_t start, s64 ns)
{
	return ktime_add_safe(start, ns_to_ktime(ns));
}

static mrb_value process_linux_sleep(mrb_state *mrb, mrb_value self)
{
	s64 ns = kmvm_duration_given(mrb, NULL);
	ktime_t start = ktime_get();

	sleep_until(mrb, end_of(start, ns));
	return mrb_int_value(mrb, ktime_to_ns(ktime_sub(ktime_get(), start)));
}

static mrb_value process_wait(mrb_state *mrb, mrb_value self)
{
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	ktime_t start = ktime_get(), until = KTIME_MAX;
	int ret;
	s64 ns;

	if (kmvm_duration(mrb, NULL, &ns))
		until = end_of(start, ns);
	if (vm->in_event)
		mrb_raise(mrb, E_RUNTIME_ERROR,
			  "Linux.wait in the block of an event would wait for that block");
	ret = kmvm_vm_wait(vm, until);
	if (ret == -EDEADLK)
		kmvm_guard_stack(mrb);
	kmvm_guard_steps(mrb);
	return mrb_bool_value(!ret);
}

static void raise_exit(mrb_state *mrb, mrb_int status)
{
	mrb_value exc = mrb_exc_new_lit(mrb, kmvm_vm_of(mrb)->exit_class, "exit");

	mrb_iv_set(mrb, exc, mrb_intern_lit(mrb, "status"), mrb_int_value(mrb, status));
	mrb_exc_raise(mrb, exc);
}

static mrb_value process_exit(mrb_state *mrb, mrb_value self)
{
	mrb_value status = mrb_true_value();

	mrb_get_args(mrb, "|o", &status);
	if (mrb_true_p(status))
		raise_exit(mrb, 0);
	else if (mrb_false_p(status))
		raise_exit(mrb, 1);
	else
		raise_exit(mrb, mrb_as_int(mrb, status));
	return mrb_nil_value();
}

static mrb_value process_abort(mrb_state *mrb, mrb_value self)
{
	mrb_value message = mrb_nil_value();

	mrb_get_args(mrb, "|S", &message);
	if (!mrb_nil_p(message)) {
		message = mrb_str_plus(mrb, message, mrb_str_new_lit(mrb, "\n"));
		kmvm_guard_print(mrb);
		kmvm_vm_print(kmvm_vm_of(mrb), LOGLEVEL_WARNING, RSTRING_PTR(message),
			      RSTRING_LEN(message));
	}
	raise_exit(mrb, 1);
	return mrb_nil_value();
}

static mrb_value exit_status(mrb_state *mrb, mrb_value self)
{
	return mrb_iv_get(mrb, self, mrb_intern_lit(mrb, "status"));
}

KMVM_BINDING(process,
	"How a program waits and how it ends.",
	{ process_sleep, "::Kernel#sleep(seconds = nil) -> Integer",
	  "Sleeps that many whole seconds, without an argument until stopped, and returns the seconds slept. Blocks of timers run meanwhile; inside such a block, sleep just sleeps." },
	{ process_usleep, "::Kernel#usleep(microseconds) -> Integer",
	  "As sleep, in microseconds." },
	{ process_linux_sleep, "Linux.sleep(s: 0, ms: 0, us: 0, ns: 0) -> Integer",
	  "As sleep, for the time given by one or more of the keywords, and returns the nanoseconds slept." },
	{ process_wait, "Linux.wait(s: 0, ms: 0, us: 0, ns: 0) -> true or false",
	  "Sleeps until the VM has no timer and no work left, whoever started it, and returns true; or false when the time given by the keywords has passed before. Without them it waits until stopped. Raises RuntimeError in the block of an event, SystemStackError deep in a recursion: no other block could run there." },
	{ process_exit, "::Kernel#exit(status = true) -> never",
	  "Ends the run by raising SystemExit; the status, of which the low 8 bits count, is that of kmctl. In an event's block it ends the block." },
	{ process_abort, "::Kernel#abort(message = nil) -> never",
	  "Prints the message to the standard error and ends the run with status 1." },
	{ exit_status, "::SystemExit#status -> Integer",
	  "The status given to exit." });
