// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Tracepoint: a block for each time that the kernel passes one of its tracepoints.
 *
 * struct trace is the VM's handle. The tracepoint calls traced(), which notes the hit in a ring
 * (vm/hits.h). close() takes it away and waits for those that go on. One that was named with its
 * system is an event of the kernel's, which holds its module while it is open.
 */
#include <linux/err.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <mruby.h>
#include <mruby/data.h>

#include "../stub/compat.h"
#include "../vm/binding.h"
#include "../vm/guard.h"
#include "../vm/hits.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

#define ARGUMENTS	5	/* that come in registers behind the first, which is ours */

struct trace {
	struct kmvm_hits hits;
	struct kmvm_trace_event event;	/* referenced, or nothing */
	struct tracepoint *tracepoint;	/* NULL until it is registered */
};

static_assert(!offsetof(struct trace, hits));

static struct trace *trace_of(struct kmvm_hits *hits)
{
	return container_of(hits, struct trace, hits);
}

/* Kernel half. */

/* Every tracepoint has a prototype of its own; this one takes what lies in the registers. */
static notrace void traced(void *data, unsigned long a, unsigned long b, unsigned long c,
			   unsigned long d, unsigned long e)
{
	struct trace *trace = data;
	struct kmvm_hit *hit = kmvm_hit_begin(&trace->hits);

	if (!hit)
		return;
	hit->address = 0;
	hit->arguments = ARGUMENTS;
	hit->argument[0] = a;
	hit->argument[1] = b;
	hit->argument[2] = c;
	hit->argument[3] = d;
	hit->argument[4] = e;
	kmvm_hit_end(&trace->hits, hit);
}
NOKPROBE_SYMBOL(traced);

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare(struct tracepoint *tracepoint, void *data)
{
	struct search *search = data;

	if (!strcmp(tracepoint->name, search->name))
		search->found = tracepoint;
}

/* "system:name", or "name" of one that is no module's. */
static int find(struct trace *trace, char *name, struct tracepoint **found)
{
	char *colon = strchr(name, ':');
	struct search search = { .name = name };

	if (colon) {
		*colon = '\0';
		return kmvm_trace_event_get(&trace->event, name, colon + 1, found);
	}
	for_each_kernel_tracepoint(compare, &search);
	*found = search.found;
	return search.found ? 0 : -ENOENT;
}

static int open_trace(struct kmvm_hits *hits)
{
	struct trace *trace = trace_of(hits);
	struct tracepoint *found;
	int ret = security_locked_down(LOCKDOWN_TRACEFS);

	if (!ret && !KMVM_TRACEPOINT_REGISTERS)
		ret = -EOPNOTSUPP;
	if (!ret)
		ret = find(trace, hits->name, &found);
	if (!ret)
		ret = kmvm_hits_open(hits);
	if (!ret)
		ret = tracepoint_probe_register(found, traced, trace);
	if (ret)
		return ret;
	trace->tracepoint = found;
	return 0;
}

static void close_trace(struct kmvm_handle *handle)
{
	struct trace *trace = trace_of(kmvm_hits_of(handle));

	if (trace->tracepoint) {
		tracepoint_probe_unregister(trace->tracepoint, traced, trace);
		tracepoint_synchronize_unregister();
	}
	kmvm_trace_event_put(&trace->event);
	kmvm_hits_close(&trace->hits);
}

static void free_trace(struct kmvm_handle *handle)
{
	struct trace *trace = trace_of(kmvm_hits_of(handle));

	kmvm_hits_free(&trace->hits);
	kfree(trace);
}

static const struct kmvm_handle_ops trace_ops = {
	.event = kmvm_hits_event,
	.done = kmvm_hits_done,
	.close = close_trace,
	.free = free_trace,
};

/* Ruby half. */

static const struct mrb_data_type trace_type = { "Linux::Tracepoint", NULL };

static const struct kmvm_hits_kind kind = {
	.name = "tracepoint",
	.limit = "a VM has at most %d tracepoints",
	.of = "",
	.nothing = "the kernel has none of that name",
	.unfit = "this event has no tracepoint of its own",
	.unsupported = "this kernel's tracepoints cannot be used",
	.size = sizeof(struct trace),
	.ops = &trace_ops,
	.type = &trace_type,
	.open = open_trace,
};

static mrb_value trace_new(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_start(mrb, self, &kind);
}

static mrb_value trace_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &trace_type);

	kmvm_guard_ample(mrb);
	return mrb_bool_value(kmvm_hits_cancel(handle));
}

static mrb_value trace_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(kmvm_hits_active(mrb_data_get_ptr(mrb, self, &trace_type)));
}

static mrb_value trace_stats(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_stats(mrb, self, mrb_data_get_ptr(mrb, self, &trace_type));
}

static mrb_value trace_inspect(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_inspect(mrb, self, mrb_data_get_ptr(mrb, self, &trace_type));
}

KMVM_BINDING(tracepoint,
	"Blocks that run when the kernel passes one of its tracepoints. All that is said of Linux::Probe is true of these, and there may be 64 in a VM. What the arguments of one are is told by TP_PROTO in the kernel's own headers of trace events.",
	{ trace_new, "Tracepoint.new(name, strings: nil, process: nil, ring: 256) { |hit, tracepoint| } -> Tracepoint",
	  "Runs the block each time: of \"sched:sched_switch\", as /sys/kernel/tracing/events has it, or of \"sched_switch\", which also finds one that is no event, but none of a module. Errno::ENOENT if there is none, Errno::EINVAL of an event that is made otherwise (those of syscalls), Errno::EPERM when the kernel is locked down, Errno::EOPNOTSUPP where it has none or checks the types of calls." },
	{ trace_cancel, "Tracepoint#cancel -> true or false",
	  "Takes it away: its block does not run again. False if it had ended already." },
	{ trace_active, "Tracepoint#active? -> true or false",
	  "Will its block run again?" },
	{ trace_stats, "Tracepoint#stats -> Hash",
	  "As of a probe; the kernel itself misses none." },
	{ trace_inspect, "Tracepoint#inspect -> String",
	  "Class, name, and whether it is active or has ended." });
