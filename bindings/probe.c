// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Probe: a block for each time that a function of the kernel is entered, or returns.
 *
 * struct probe is the VM's handle and the kernel's kprobe, or kretprobe. The handler notes the hit in a
 * ring (vm/hits.h). A probe is registered disarmed, looked at, and armed. close() takes it away, which
 * waits for handlers that go on; functions that were entered and have not returned by then return
 * by way of the kernel's own code, which knows of us no more.
 */
#include <linux/build_bug.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/data.h>

#include "../stub/compat.h"
#include "../vm/binding.h"
#include "../vm/guard.h"
#include "../vm/hits.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

#define IN_FLIGHT	256	/* calls whose return is awaited at the same time */

struct probe {
	struct kmvm_hits hits;
	struct kretprobe kretprobe;	/* its kp alone, unless returns */
	bool returns;
	bool registered;
};

static_assert(!offsetof(struct probe, hits));

/* Kept by the kernel from a call to its return. */
struct entry {
	u64 time;
	u64 argument[KMVM_HIT_ARGUMENTS];
};

static struct probe *probe_of(struct kmvm_hits *hits)
{
	return container_of(hits, struct probe, hits);
}

/* Kernel half. */

static __always_inline void read_arguments(u64 *argument, struct pt_regs *regs)
{
	unsigned int i;

	for (i = 0; i < KMVM_HIT_ARGUMENTS; i++)
		argument[i] = i < KMVM_FUNCTION_ARGUMENTS ? kmvm_function_argument(regs, i) : 0;
}

static notrace int entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct probe *probe = container_of(kprobe, struct probe, kretprobe.kp);
	struct kmvm_hit *hit = kmvm_hit_begin(&probe->hits);

	if (!hit)
		return 0;
	hit->address = (unsigned long)kprobe->addr;
	hit->arguments = KMVM_FUNCTION_ARGUMENTS;
	read_arguments(hit->argument, regs);
	kmvm_hit_end(&probe->hits, hit);
	return 0;
}
NOKPROBE_SYMBOL(entered);

/* Other than 0: nobody wants to know of its return. */
static notrace int will_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kmvm_kretprobe(instance);
	struct entry *entry = (struct entry *)instance->data;
	struct probe *probe;

	if (!kretprobe)
		return 1;
	probe = container_of(kretprobe, struct probe, kretprobe);
	if (kmvm_hit_is_foreign(&probe->hits))
		return 1;
	read_arguments(entry->argument, regs);
	entry->time = ktime_get_mono_fast_ns();
	return 0;
}
NOKPROBE_SYMBOL(will_return);

static notrace int returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kmvm_kretprobe(instance);
	const struct entry *entry = (const struct entry *)instance->data;
	struct probe *probe;
	struct kmvm_hit *hit;

	if (!kretprobe)
		return 0;
	probe = container_of(kretprobe, struct probe, kretprobe);
	hit = kmvm_hit_begin(&probe->hits);
	if (!hit)
		return 0;
	hit->address = (unsigned long)kretprobe->kp.addr;
	hit->arguments = KMVM_FUNCTION_ARGUMENTS;
	memcpy(hit->argument, entry->argument, sizeof(hit->argument));
	hit->returned = true;
	hit->value = kmvm_function_value(regs);
	hit->duration = hit->time - entry->time;
	kmvm_hit_end(&probe->hits, hit);
	return 0;
}
NOKPROBE_SYMBOL(returned);

static u64 missed(struct kmvm_hits *hits)
{
	const struct probe *probe = probe_of(hits);

	return probe->kretprobe.kp.nmissed + probe->kretprobe.nmissed;
}

/* "name", "module:name", either with "+0x10" behind it. */
static int set_place(struct probe *probe)
{
	char *offset = strchr(probe->hits.name, '+');

	if (offset) {
		*offset++ = '\0';
		if (kstrtouint(offset, 0, &probe->kretprobe.kp.offset))
			return -EINVAL;
	}
	if (!*probe->hits.name)
		return -ENOENT;
	probe->kretprobe.kp.symbol_name = probe->hits.name;
	return 0;
}

static int register_disarmed(struct probe *probe)
{
	struct kretprobe *kretprobe = &probe->kretprobe;

	kretprobe->kp.flags = KPROBE_FLAG_DISABLED;
	if (!probe->returns) {
		kretprobe->kp.pre_handler = entered;
		return register_kprobe(&kretprobe->kp);
	}
	kretprobe->handler = returned;
	kretprobe->entry_handler = will_return;
	kretprobe->data_size = sizeof(struct entry);
	kretprobe->maxactive = IN_FLIGHT;
	return register_kretprobe(kretprobe);
}

/* The kernel counts on into the functions behind it. */
static int check_offset(const struct kprobe *kprobe)
{
	unsigned long place = (unsigned long)kprobe->addr;
	char *names;
	int ret;

	if (!kprobe->offset)
		return 0;
	names = kmalloc(2 * KSYM_SYMBOL_LEN, kmvm_gfp());
	if (!names)
		return -ENOMEM;
	sprint_symbol_no_offset(names, place);
	sprint_symbol_no_offset(names + KSYM_SYMBOL_LEN, place - kprobe->offset);
	ret = strcmp(names, names + KSYM_SYMBOL_LEN) ? -EINVAL : 0;
	kfree(names);
	return ret;
}

static int open_probe(struct kmvm_hits *hits)
{
	struct probe *probe = probe_of(hits);
	int ret = security_locked_down(LOCKDOWN_KPROBES);

	hits->missed = missed;
	if (!ret)
		ret = set_place(probe);
	if (!ret)
		ret = kmvm_hits_open(&probe->hits);
	if (!ret)
		ret = register_disarmed(probe);
	if (ret)
		return ret;
	probe->registered = true;
	if (within_module((unsigned long)probe->kretprobe.kp.addr, THIS_MODULE))
		return -EDEADLK;
	ret = check_offset(&probe->kretprobe.kp);
	if (ret)
		return ret;
	return enable_kprobe(&probe->kretprobe.kp);
}

static int open_return(struct kmvm_hits *hits)
{
	probe_of(hits)->returns = true;
	return open_probe(hits);
}

/*
 * Where ftrace finds no memory to let go of the function, unregister_kprobe() would stop half way and
 * say nothing. disable_kprobe() says it; then ftrace goes on to look for a kprobe there, and calls none
 * that is disabled or not registered. With the flag of a disabled one it is taken away whole.
 */
static void unregister(struct probe *probe)
{
	struct kprobe *kprobe = &probe->kretprobe.kp;

	if (disable_kprobe(kprobe))
		kprobe->flags |= KPROBE_FLAG_DISABLED;
	if (probe->returns)
		unregister_kretprobe(&probe->kretprobe);
	else
		unregister_kprobe(kprobe);
}

static void close_probe(struct kmvm_handle *handle)
{
	struct probe *probe = probe_of(kmvm_hits_of(handle));

	if (probe->registered)
		unregister(probe);
	kmvm_hits_close(&probe->hits);
}

static void free_probe(struct kmvm_handle *handle)
{
	struct probe *probe = probe_of(kmvm_hits_of(handle));

	kmvm_hits_free(&probe->hits);
	kfree(probe);
}

static const struct kmvm_handle_ops probe_ops = {
	.event = kmvm_hits_event,
	.done = kmvm_hits_done,
	.close = close_probe,
	.free = free_probe,
};

/* Ruby half. */

static const struct mrb_data_type probe_type = { "Linux::Probe", NULL };

#define KIND(of_, open_)						\
	{								\
		.name = "probe",					\
		.limit = "a VM has at most %d probes",			\
		.of = of_,						\
		.nothing = "the kernel has no function of that name",	\
		.unfit = "no probe can stand there",			\
		.unsupported = "this kernel has no kprobes",		\
		.size = sizeof(struct probe),				\
		.ops = &probe_ops,					\
		.type = &probe_type,					\
		.open = open_,						\
	}

static const struct kmvm_hits_kind on_entry = KIND("", open_probe);
static const struct kmvm_hits_kind on_return = KIND("return of ", open_return);

static mrb_value probe_new(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_start(mrb, self, &on_entry);
}

static mrb_value probe_return(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_start(mrb, self, &on_return);
}

static mrb_value probe_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &probe_type);

	kmvm_guard_ample(mrb);
	return mrb_bool_value(kmvm_hits_cancel(handle));
}

static mrb_value probe_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(kmvm_hits_active(mrb_data_get_ptr(mrb, self, &probe_type)));
}

static mrb_value probe_stats(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_stats(mrb, self, mrb_data_get_ptr(mrb, self, &probe_type));
}

static mrb_value probe_inspect(mrb_state *mrb, mrb_value self)
{
	return kmvm_hits_inspect(mrb, self, mrb_data_get_ptr(mrb, self, &probe_type));
}

KMVM_BINDING(probe,
	"Blocks that run when a function of the kernel is entered, or returns: kprobes. Where it happens a Linux::Hit is noted in a ring of that processor, and nothing else; the block runs later, on the VM's thread, hit by hit, as nearly in order of time as it is cheap to have them. A hit is lost, and counted, when the ring is full, or when it comes while another one is noted on its processor. What the VM's own thread does is left out, so that a block may call what it probes. A probe is a handle as a timer is, and what is said of the blocks of timers is true of these; but when one fails three times in a row, the hits of the next millisecond are left out, then of 2, up to a second, until one succeeds. Arguments of a string: strings: 1 is the one that argument 1 points to, strings: [1, 2] are two; [[1, 0x10]] is the one 0x10 bytes behind where argument 1 points to, [[1, 0x10, 0]] the one that the pointer there points to, and so on. Of the kernel or of the process, whichever the address is; 4 at most. process: notes the hits of that process alone, ring: how many hits each processor keeps, 65536 at most. There are at most 64 probes in a VM, and they are not for interrupts that must not be late: one that fires a million times a second takes a good part of a processor.",
	{ probe_new, "Probe.new(function, strings: nil, process: nil, ring: 256) { |hit, probe| } -> Probe",
	  "Runs the block for each call of the function: a name, with \"+0x10\" behind it for the instruction there, and \"module:\" before it should several have one of that name. Errno::ENOENT if there is none, Errno::EINVAL where no probe can stand or in kmvm itself, Errno::EPERM when the kernel is locked down, Errno::EOPNOTSUPP when it has no kprobes." },
	{ probe_return, "Probe.return(function, strings: nil, process: nil, ring: 256) { |hit, probe| } -> Probe",
	  "The same for each time it returns, with Hit#value and Hit#duration; args are those of its entry, and strings are read on return, when the function has seen them itself. Of calls that go on at the same time, 256 are followed, the others counted as missed." },
	{ probe_cancel, "Probe#cancel -> true or false",
	  "Takes it away: its block does not run again. False if it had ended already." },
	{ probe_active, "Probe#active? -> true or false",
	  "Will its block run again?" },
	{ probe_stats, "Probe#stats -> Hash",
	  "How many hits there were (hits), how many the block was called for (delivered), how many are lost, were of the VM's own thread (own), were missed by the kernel itself (missed), and how many blocks ended in an exception or were ended (errors). Also of a probe that has ended." },
	{ probe_inspect, "Probe#inspect -> String",
	  "Class, what is probed, and whether it is active or has ended." });
