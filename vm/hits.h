/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hits: what a probe or a tracepoint notes where it fires, for a block that runs later.
 *
 *	any context			irq_work	the VM's thread
 *	kmvm_hit_begin(), end() --> [ring of a processor] --> kmvm_event_post() --> block, hit by hit
 *
 * The memory is there before the first hit. Whoever notes takes no lock, allocates nothing and
 * wakes nobody; a hit on top of another one's noting (in an interrupt, or caused by it), or when
 * the ring is full, is lost and counted. So a ring has one writer at a time, its own processor,
 * and one reader, the VM's thread.
 */
#ifndef KMVM_HITS_H
#define KMVM_HITS_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/sched.h>

#include <mruby.h>
#include <mruby/data.h>

#include "events.h"

#define KMVM_HIT_ARGUMENTS	6
#define KMVM_HIT_STRINGS	4
#define KMVM_HIT_STRING		128	/* bytes, the last one 0 */
#define KMVM_HIT_STEPS		4

#define KMVM_HITS_NAME		128	/* bytes of what is probed */
#define KMVM_HITS_RING		256	/* hits a processor, where the script does not say */
#define KMVM_HITS_RING_MAX	65536
#define KMVM_HITS_MAX		64	/* handles of one kind in a VM: each takes a while to close */

/* Where a string is found: at an argument, or by way of pointers from there on. */
struct kmvm_fetch {
	u8 argument;
	u8 steps;
	s32 offset[KMVM_HIT_STEPS];	/* a pointer is read at each but the last */
};

/* What a script asks for. */
struct kmvm_hits_options {
	u32 ring;			/* hits a processor: a power of two */
	pid_t process;			/* whose hits alone are noted; 0: everybody's */
	u32 strings;
	struct kmvm_fetch fetch[KMVM_HIT_STRINGS];
};

struct kmvm_hit {
	u64 time;			/* nanoseconds, as ktime_get() */
	u64 duration;			/* of a return */
	u64 address;			/* 0: of a tracepoint */
	u64 value;			/* of a return */
	u64 argument[KMVM_HIT_ARGUMENTS];
	u32 cpu;
	pid_t process;
	pid_t thread;
	u8 arguments;			/* how many there are */
	bool returned;
	u8 strings;			/* how many were asked for */
	u8 unreadable;			/* a bit each */
	char comm[TASK_COMM_LEN];
	char string[][KMVM_HIT_STRING];
};

struct kmvm_hits;

/**
 * struct kmvm_hits_kind - what is made of hits
 * @name:	for messages: "probe"
 * @limit:	of kmvm_raise_scarce()
 * @of:		what stands before its place when it is inspected
 * @nothing:	why there is no such place
 * @unfit:	why none can be there
 * @unsupported: why the kernel has none
 * @size:	bytes of the struct whose first member is a struct kmvm_hits
 * @ops:	of its handle; the kinds of one limit share them
 * @type:	of its object
 * @open:	has hits noted from now on; what it leaves when it fails is for ops->close
 */
struct kmvm_hits_kind {
	const char *name;
	const char *limit;
	const char *of;
	const char *nothing;
	const char *unfit;
	const char *unsupported;
	size_t size;
	const struct kmvm_handle_ops *ops;
	const mrb_data_type *type;
	int (*open)(struct kmvm_hits *hits);
};

/* Of its object, on the VM's heap, so that it can be read when the handle is gone. */
struct kmvm_hits_figures {
	const struct kmvm_hits_kind *kind;
	char name[KMVM_HITS_NAME];
	u64 hits;
	u64 delivered;
	u64 lost;
	u64 own;			/* of the VM's own thread: left out */
	u64 missed;			/* by the kernel itself */
	u64 errors;
	struct kmvm_hits_options options;	/* as they were given */
};

struct kmvm_hits_ring;

struct kmvm_hits {
	struct kmvm_handle handle;
	struct irq_work work;
	atomic_t awake;			/* work is queued, or the event pending or going on */
	u64 quiet;			/* no hit is noted before that time */
	unsigned int failures;		/* blocks in a row */
	bool ended;			/* its block, which goes on, was the last one */
	u64 drained;			/* hits that were noted and left out */
	struct kmvm_hits_options options;
	size_t size;			/* of one hit */
	size_t bytes;			/* that count for the budget; 0: none */
	struct kmvm_hits_ring __percpu *rings;
	struct kmvm_hits_figures *figures;
	u64 (*missed)(struct kmvm_hits *hits);
	char name[KMVM_HITS_NAME];	/* of what is probed; open() may take it apart */
};

static inline struct kmvm_hits *kmvm_hits_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct kmvm_hits, handle);
}

/**
 * kmvm_hits_open() - makes the rings
 * @hits:	zeroed, with its options; an open handle
 *
 * Context: the VM's thread, half of its stack free; may sleep.
 * Return: 0 or -ENOMEM; what was made is given back by kmvm_hits_free().
 */
int kmvm_hits_open(struct kmvm_hits *hits);

/* Nobody notes any more: waits for a wake-up on its way and keeps the figures. Once. */
void kmvm_hits_close(struct kmvm_hits *hits);
void kmvm_hits_free(struct kmvm_hits *hits);

/**
 * kmvm_hit_begin() - a place for a hit
 * @hits:	whose it is
 *
 * With time, processor and process in it. If there is one, preemption is off up to kmvm_hit_end().
 *
 * Context: any, NMI too.
 * Return: it, or NULL if this hit is none of ours or is lost.
 */
struct kmvm_hit *kmvm_hit_begin(struct kmvm_hits *hits);

/* It is whole, but for its strings, which are read now. */
void kmvm_hit_end(struct kmvm_hits *hits, struct kmvm_hit *hit);

/* Is a hit of the current thread left out? Counts it then. Any context. */
bool kmvm_hit_is_foreign(struct kmvm_hits *hits);

/* Of struct kmvm_handle_ops. */
void kmvm_hits_event(struct kmvm_handle *handle, mrb_state *mrb);
void kmvm_hits_done(struct kmvm_handle *handle, bool failed);

/*
 * Ends one, in its own block as soon as that is over; false if it had ended already. NULL is one
 * that has. The VM's thread, half of its stack free.
 */
bool kmvm_hits_cancel(struct kmvm_handle *handle);
bool kmvm_hits_active(struct kmvm_handle *handle);

/**
 * kmvm_hits_start() - what new does: the Ruby object, its handle, and hits from now on
 * @mrb:	the state, in a method whose arguments are: name, strings:, process:, ring:, block
 * @class:	its class, from a table
 * @kind:	what is made
 *
 * Raises an Errno with the kind's words; Linux::LimitError when the VM has KMVM_HITS_MAX.
 *
 * Context: the VM's thread, in Ruby.
 * Return: the object.
 */
mrb_value kmvm_hits_start(mrb_state *mrb, mrb_value class, const struct kmvm_hits_kind *kind);

/* Those of an object, up to now, as a Hash. */
mrb_value kmvm_hits_stats(mrb_state *mrb, mrb_value object, struct kmvm_handle *handle);

/* "#<Linux::Probe vfs_read, active>" */
mrb_value kmvm_hits_inspect(mrb_state *mrb, mrb_value object, struct kmvm_handle *handle);

/* The hit of an object; raises TypeError for any other. */
const struct kmvm_hit *kmvm_hit_of(mrb_state *mrb, mrb_value object);

#endif /* KMVM_HITS_H */
