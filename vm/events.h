/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles, the things a script starts that outlive the run, and their events.
 *
 *	interrupt or any task		the VM's thread
 *	kmvm_event_post() -- queue -->	kmvm_events_drive() -> handle->ops->event()
 *
 * A handle belongs to its VM. Only the VM's thread opens and closes it: close() takes the
 * source away and waits for what is in flight, so afterwards nobody posts; then the
 * event leaves the queue and the memory is freed. No lock is held meanwhile.
 */
#ifndef KMVM_EVENTS_H
#define KMVM_EVENTS_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/types.h>

struct cred;
struct kmvm_handle;
struct kmvm_run;
struct RData;
struct kmvm_vm;
struct mrb_state;

/**
 * struct kmvm_handle_ops - what a kind of handle can do
 * @event:	runs its block. On the VM's thread, may raise; the handle may be closed
 *		when it returns or raises
 * @done:	its block is over. On the VM's thread, calls no Ruby; the handle may be closed when
 *		it returns. Not called if the block closed it, nor after abort(). May be NULL
 * @close:	takes away the source of events; nobody posts when it returns. On the VM's
 *		thread, may sleep, calls no Ruby
 * @free:	gives back the handle's memory
 */
struct kmvm_handle_ops {
	void (*event)(struct kmvm_handle *handle, struct mrb_state *mrb);
	void (*done)(struct kmvm_handle *handle, bool failed);
	void (*close)(struct kmvm_handle *handle);
	void (*free)(struct kmvm_handle *handle);
};

/* What every handle begins with. */
struct kmvm_handle {
	const struct kmvm_handle_ops *ops;
	struct kmvm_vm *vm;		/* outlives its handles */
	struct list_head on_vm;		/* the VM's thread only */
	struct list_head on_queue;	/* of events; under the VM's event_lock */
	const struct cred *cred;	/* referenced: of whoever started it */
	struct kmvm_run *origin;	/* referenced: whose it is; NULL once that ended */
	struct RData *object;		/* of Ruby, kept alive by us; points to us until we close */
	bool closing;			/* no event is delivered any more */
	u64 missed;			/* posts while one was pending; under event_lock */
	ktime_t posted;			/* when the pending one was; under event_lock */
};

/**
 * kmvm_handle_open() - puts a handle on the list of the VM
 * @handle:	zeroed but for what its kind keeps
 * @vm:		the VM
 * @ops:	its kind
 *
 * Context: the VM's thread.
 */
void kmvm_handle_open(struct kmvm_handle *handle, struct kmvm_vm *vm,
		      const struct kmvm_handle_ops *ops);

/**
 * kmvm_handle_close() - ends a handle and frees it
 * @handle:	gone afterwards
 *
 * Context: the VM's thread, no lock held; may sleep.
 */
void kmvm_handle_close(struct kmvm_handle *handle);

/**
 * kmvm_event_post() - asks for the handle's event to be run
 * @handle:	an open handle
 *
 * One event of a handle is pending at a time; a post beyond that counts as missed.
 *
 * Context: task or softirq; hard interrupts too, but for PREEMPT_RT.
 */
void kmvm_event_post(struct kmvm_handle *handle);

/* Is there an event to run? Any context. */
bool kmvm_events_pending(struct kmvm_vm *vm);

/**
 * kmvm_events_drive() - runs the event that has been pending longest, if there is one
 * @vm:		the VM
 *
 * One at a time, so that whoever calls can look at what else there is to do.
 *
 * Context: the VM's thread, not inside an event.
 */
void kmvm_events_drive(struct kmvm_vm *vm);

/* Makes the handles of a run that ends nobody's. The VM's thread. */
void kmvm_handles_disown(struct kmvm_vm *vm, struct kmvm_run *run);

/* Closes the handles that @run started, or all when it is NULL. The VM's thread. */
void kmvm_handles_close(struct kmvm_vm *vm, struct kmvm_run *run);

#endif /* KMVM_EVENTS_H */
