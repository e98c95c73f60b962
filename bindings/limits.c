// SPDX-License-Identifier: GPL-2.0
/* What a script may use, as far as anybody has said. */
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/hash.h>

#include "../vm/binding.h"
#include "../vm/budget.h"
#include "../vm/vm.h"
#include "bindings.h"

/* A limit that is 0 where there is none. */
static void set_limit(mrb_state *mrb, mrb_value hash, const char *name, u64 value)
{
	if (value)
		kmvm_hash_set_number(mrb, hash, name, value);
	else
		kmvm_hash_set(mrb, hash, name, mrb_nil_value());
}

static mrb_value limits_all(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_vm *vm = kmvm_vm_of(mrb);
	const struct kmvm_run *run = vm->active;
	mrb_value hash = mrb_hash_new(mrb);
	struct kmvm_limits limits;

	kmvm_limits_read(&limits);
	set_limit(mrb, hash, "timeout_ns", run ? run->request.timeout_ns : 0);
	set_limit(mrb, hash, "steps", run ? run->request.steps_max : 0);
	set_limit(mrb, hash, "heap", run ? run->request.heap_max : 0);
	kmvm_hash_set_number(mrb, hash, "vm_heap", vm->heap.stats.cap);
	kmvm_hash_set_number(mrb, hash, "budget", limits.budget);
	kmvm_hash_set_number(mrb, hash, "floor", limits.floor);
	kmvm_hash_set_number(mrb, hash, "event_ns", limits.event_ns);
	kmvm_hash_set_number(mrb, hash, "handles", KMVM_HANDLES_MAX);
	kmvm_hash_set_number(mrb, hash, "calls", MRB_CALL_LEVEL_MAX);
	return hash;
}

KMVM_BINDING(limits,
	"What ends a script that takes too much. docs/limits.md says what happens then.",
	{ limits_all, "::Linux.limits -> Hash",
	  "Of the run that asks, nil where it has none: nanoseconds from its start to its end (timeout_ns), calls and backward jumps (steps), bytes it may add to the heap in use (heap). Of every run: bytes the VM's heap may hold (vm_heap), bytes all of kmvm may hold (budget), bytes that must be available in the machine before it takes more (floor), nanoseconds of processor time for the block of an event (event_ns), timers, works, threads, notifiers, probes and files alive in the VM (handles), calls within each other (calls)." });
