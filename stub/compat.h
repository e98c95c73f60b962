/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel versions: the one place that knows them. The rest of the tree speaks the newest
 * kernel; a shim here names the release behind it and goes when that kernel is no longer tested.
 */
#ifndef KMVM_COMPAT_H
#define KMVM_COMPAT_H

#include <linux/version.h>

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/trace_events.h>
#include <linux/tracepoint.h>

/* Linux 6.13 sets a timer's function where it initialises the rest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* The arguments and the value of a function, where it is known which registers hold them. */
#if defined(CONFIG_KPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
#define KMVM_FUNCTION_ARGUMENTS	6
#define kmvm_function_argument(regs, number)	regs_get_kernel_argument(regs, number)
#else
#define KMVM_FUNCTION_ARGUMENTS	0
#define kmvm_function_argument(regs, number)	((void)(regs), 0UL)
#endif
#ifdef CONFIG_KPROBES
#define kmvm_function_value(regs)	regs_return_value(regs)
#else
#define kmvm_function_value(regs)	((void)(regs), 0UL)
#endif

#ifdef CONFIG_KRETPROBES
#define kmvm_kretprobe(instance)	get_kretprobe(instance)
#else
#define kmvm_kretprobe(instance)	((void)(instance), (struct kretprobe *)NULL)
#endif

/*
 * Is a function that takes its arguments from registers called, whatever the prototype of the
 * tracepoint? Not where the kernel checks the types of indirect calls (CFI_CLANG until 6.17).
 */
#define KMVM_TRACEPOINT_REGISTERS						\
	(IS_ENABLED(CONFIG_TRACEPOINTS) && IS_ENABLED(CONFIG_64BIT) &&		\
	 (IS_ENABLED(CONFIG_X86) || IS_ENABLED(CONFIG_UML) || IS_ENABLED(CONFIG_ARM64)) &&	\
	 !IS_ENABLED(CONFIG_CFI_CLANG) && !IS_ENABLED(CONFIG_CFI))

/*
 * Can memory be read that may not be there, wherever it is asked for? User-Mode Linux dies of it
 * where it has no process (until 6.15).
 */
#define KMVM_READS_NOFAULT	(!IS_ENABLED(CONFIG_UML))

/* An event of the kernel's and its tracepoint, with its module held. */
struct kmvm_trace_event {
	struct trace_event_file *file;
};

#ifdef CONFIG_EVENT_TRACING
static inline int kmvm_trace_event_get(struct kmvm_trace_event *event, const char *system,
				       const char *name, struct tracepoint **found)
{
	struct trace_event_file *file = trace_get_event_file(NULL, system, name);

	/* -EINVAL is what it answers when there is none. */
	if (IS_ERR(file))
		return PTR_ERR(file) == -EINVAL ? -ENOENT : PTR_ERR(file);
	event->file = file;
	if (!(file->event_call->flags & TRACE_EVENT_FL_TRACEPOINT))
		return -EINVAL;
	*found = file->event_call->tp;
	return 0;
}

static inline void kmvm_trace_event_put(struct kmvm_trace_event *event)
{
	if (event->file)
		trace_put_event_file(event->file);
}
#else
static inline int kmvm_trace_event_get(struct kmvm_trace_event *event, const char *system,
				       const char *name, struct tracepoint **found)
{
	return -EOPNOTSUPP;
}

static inline void kmvm_trace_event_put(struct kmvm_trace_event *event)
{
}
#endif

#endif /* KMVM_COMPAT_H */
