/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run: one image executed in one VM, for one output.
 *
 *	open --> queued --> running --> (following) --> ended
 *
 * Held by whoever asked for it until they have been told, and by its VM from the queue
 * to its end. Handles that a followed run started hold it too.
 */
#ifndef KMVM_RUN_H
#define KMVM_RUN_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "../include/uapi/kmvm.h"
#include "library.h"

struct cred;
struct kmvm_message;
struct kmvm_output;
struct kmvm_vm;
struct pid;

#define KMVM_TEXT_MAX	(64U << 10)	/* bytes of an inspected value or an error text */

/* How urgently a run is asked to end; it only ever grows. */
enum kmvm_stop {
	KMVM_GO		= 0,
	KMVM_STOP_GRACE	= 1,	/* ensure blocks get a bounded grace */
	KMVM_STOP_HARD	= 2,	/* no handler of any kind is entered */
};

enum kmvm_run_state {
	KMVM_RUN_FRESH,
	KMVM_RUN_QUEUED,	/* on the VM's runs */
	KMVM_RUN_RUNNING,	/* the VM's current_run */
	KMVM_RUN_FOLLOWING,	/* on the VM's following */
	KMVM_RUN_ENDED,
};

/**
 * struct kmvm_request - what is to be run
 * @image:	of kmvm_budget_alloc(), the run's from kmvm_run_open() on
 * @room:	bytes allocated there
 * @size:	bytes of the image
 * @args:	of kmvm_budget_alloc(): $0 and ARGV, each ended by a NUL, or NULL; the run's
 *		likewise
 * @args_size:	their bytes
 * @parameters:	likewise: as in struct kmvm_run_args, checked; or NULL
 * @parameters_size: their bytes
 * @libraries:	what it may require, beside what its VM has; the run's likewise
 * @flags:	KMVM_RUN_FOLLOW, KMVM_RUN_INSPECT
 * @id:		names the run to its session
 * @may_wait:	a full output may wait for its reader
 * @timeout_ns:	nanoseconds from its start on; 0: as the module says
 * @heap_max:	bytes it may add to the heap in use; 0: any
 * @steps_max:	steps it may take; 0: any
 * @columns:	of the terminal where it prints; 0: none
 * @thread:	it is a thread's: its value is a block, to be called. It prints beside the runs of
 *		its output, not as one of them
 * @message:	the Array of what the block is given; the run's likewise
 */
struct kmvm_request {
	void *image;
	size_t room;
	size_t size;
	char *args;
	size_t args_size;
	char *parameters;
	size_t parameters_size;
	struct kmvm_libraries libraries;
	u32 flags;
	u64 id;
	bool may_wait;
	u64 timeout_ns;
	u64 heap_max;
	u64 steps_max;
	u16 columns;
	bool thread;
	struct kmvm_message *message;
};

/* Frees image, args and parameters of a request, and drops its libraries. */
void kmvm_request_free(struct kmvm_request *request);

struct kmvm_run {
	struct kref ref;
	struct list_head on_owner;	/* the owner's, to use as it likes */
	struct list_head on_vm;		/* queue or following; under the VM's lock */
	struct kmvm_vm *vm;		/* referenced */
	struct kmvm_output *output;	/* referenced */
	struct pid *caller;		/* referenced: the process that asked */
	char comm[TASK_COMM_LEN];	/* its name then */
	const struct cred *cred;	/* referenced: and what it may do */
	struct kmvm_request request;

	enum kmvm_run_state state;	/* under the VM's lock */
	enum kmvm_stop stop;		/* written under the VM's lock, read by its thread */
	enum kmvm_limit limit;		/* of time or steps, met while it runs; set once */
	u64 heap_left;			/* of its share, while its Ruby does not run */
	u64 event_steps;		/* taken by its events; both the VM's thread only */
	struct hrtimer timeout;		/* from its start to its end */
	unsigned int handles;		/* alive and started by it; the VM's thread only */

	ktime_t started;		/* the VM's thread only, like cpu: the thread's time then */
	u64 cpu;
	void (*on_end)(struct kmvm_run *run);	/* told of its end, after ended; or NULL */
	void *on_end_data;		/* its own */
	struct completion ended;	/* from then on what follows does not change */
	struct kmvm_result result;	/* value_size and error_size: of the texts below */
	char *value;			/* kvmalloc'ed, NUL-terminated, or NULL */
	char *error;			/* likewise */
	size_t texts;			/* bytes of the two, taken from the budget */
	struct kmvm_message *answer;	/* of a thread's: its value, or what it raised; or NULL */
};

/**
 * kmvm_run_open() - makes a run, with one reference
 * @vm:		the VM that shall run it
 * @output:	where it prints
 * @request:	what; its bytes are the run's even if this fails
 * @asker:	the run on whose behalf it is asked for; NULL: the process that calls does it
 * @cred:	with which it asks the kernel for things; NULL: the caller's
 *
 * The run carries the name of who asks. Whoever wants on_end called sets it before
 * kmvm_run_start().
 *
 * Context: may sleep.
 * Return: the run or an ERR_PTR of -ENOMEM.
 */
struct kmvm_run *kmvm_run_open(struct kmvm_vm *vm, struct kmvm_output *output,
			       struct kmvm_request *request, const struct kmvm_run *asker,
			       const struct cred *cred);

struct kmvm_run *kmvm_run_get(struct kmvm_run *run);
void kmvm_run_put(struct kmvm_run *run);

/**
 * kmvm_run_start() - judges the image and queues the run
 * @run:	the run, fresh
 *
 * An image that is refused has ended when this returns.
 *
 * Context: may sleep.
 */
void kmvm_run_start(struct kmvm_run *run);

/**
 * kmvm_run_stop() - asks a run to end
 * @run:	the run; one that has ended already does not mind
 * @stop:	how urgently
 *
 * A second call with KMVM_STOP_GRACE is as urgent as KMVM_STOP_HARD. Does not wait for the
 * end, but of a run that is still queued, which it ends itself.
 *
 * Context: may sleep.
 */
void kmvm_run_stop(struct kmvm_run *run, enum kmvm_stop stop);

/* As kmvm_run_stop(), of a run that left the queue; the VM's lock is held. */
void kmvm_run_urge(struct kmvm_run *run, enum kmvm_stop stop);

/**
 * kmvm_run_wanted() - how urgently somebody or a limit wants the run to end
 * @run:	the run
 *
 * Context: any.
 * Return: how urgently; KMVM_GO when nobody does.
 */
enum kmvm_stop kmvm_run_wanted(const struct kmvm_run *run);

/* The steps it has taken so far, for its limit. The VM's thread. */
void kmvm_run_count(struct kmvm_run *run, u64 steps);

/* The VM's thread: executes a run that left the queue, up to its result. */
void kmvm_run_execute(struct kmvm_run *run);

/*
 * The run is over and everybody may know; takes the VM's reference. The VM's thread, or
 * whoever took a run off the queue.
 */
void kmvm_run_end(struct kmvm_run *run);

/* As kmvm_run_end(), for a run that was stopped while it waited or was followed. */
void kmvm_run_end_stopped(struct kmvm_run *run);

/* As kmvm_run_end(), for a run that found no memory, by @limit, to open mruby. The VM's thread. */
void kmvm_run_end_unopened(struct kmvm_run *run, enum kmvm_limit limit);

/* As kmvm_run_end(), for a run in which mruby gave up. The VM's thread. */
void kmvm_run_end_broken(struct kmvm_run *run);

#endif /* KMVM_RUN_H */
