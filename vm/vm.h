/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM: one mruby state, the thread that alone enters it, and all it owns.
 *
 *	sessions --runs--> [queue] --\
 *	                              >-- thread kmvm/<name> -- mruby, heap, handles
 *	handles --events--> [queue] -/
 */
#ifndef KMVM_VM_H
#define KMVM_VM_H

#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "events.h"
#include "heap.h"
#include "library.h"
#include "output.h"
#include "run.h"

#define KMVM_MAIN	"main"	/* the VM that lives as long as the module */

struct cred;
struct kmvm_binding;
struct mrb_jmpbuf;
struct mrb_state;
struct RClass;
struct RObject;

/* Full collections in a row, for want of memory, that gave back next to nothing. */
struct kmvm_collections {
	unsigned int in_vain;
	unsigned int unwinding;		/* those while an exception looked for its handler */
	size_t used;			/* bytes in use after the last one */
	s64 owed;			/* steps it took, less those taken since */
};

struct kmvm_vm {
	struct kref ref;
	char name[KMVM_NAME_MAX];
	u64 serial;			/* grows from VM to VM */
	u64 parent;			/* serial of the VM whose thread it is, or 0 */
	struct list_head on_registry;	/* of the registry, as published: it can be found */
	bool published;
	bool loaded;			/* by kmvm_vm_load(): anybody may unload it */
	bool loading;			/* its program has not been kept yet; for KMVM_IOC_INFO */
	ktime_t opened;
	struct task_struct *thread;	/* referenced, to our end; the only one that enters mrb */
	struct completion ready;	/* the thread has opened mruby, or failed to */
	int error;			/* of that, set before ready */
	bool closing;			/* set once, by who closes or unloads it */
	wait_queue_head_t wake;		/* the thread: runs, events, stops, closing */

	spinlock_t lock;		/* protects what follows, up to event_lock */
	struct list_head runs;		/* queued, each with a reference */
	struct list_head following;	/* executed, their handles alive, each with a reference */
	struct kmvm_run *current_run;	/* the one whose Ruby is going on */
	unsigned int waiting;		/* length of runs */
	bool dead;			/* takes no more runs */
	u64 runs_ended;
	u64 errors;
	u64 resets;			/* how often it started afresh */
	u64 resets_asked;		/* under lock, read by anybody: a reset is due while */
	u64 resets_done;		/* the two differ; written by the thread */
	wait_queue_head_t was_reset;	/* whoever asked */

	raw_spinlock_t event_lock;	/* protects events; taken in interrupts */
	struct list_head events;

	/* What follows belongs to the thread; others may read single words. */
	struct kmvm_heap heap;
	struct mrb_state *mrb;		/* NULL after there was no memory to open it */
	const struct kmvm_binding *const *bindings;
	struct list_head handles;
	unsigned long handle_count;
	u64 events_run;
	u64 late_ns, late_max_ns;	/* from posts to the starts of their blocks */
	struct kmvm_libraries libraries;	/* that its runs have brought; others may look */
	u64 threads;			/* ever opened; their names count */
	struct list_head messages;	/* that it writes or reads */
	struct list_head queues;	/* its shares of queues */
	unsigned int queue_count;
	struct kmvm_log log;		/* what is printed when no session listens */
	struct kmvm_output *to_log;	/* the way there, for events whose run has ended */
	struct kmvm_vm *leans_on;	/* whose file it reads just now; under a lock of vm/served.c */
	const struct cred *cred;	/* referenced: as whom Ruby acts now, or has acted last */
	struct kmvm_output *out;	/* where Ruby prints now */
	struct kmvm_run *active;	/* whose stop is heeded: the run, or an event's origin */
	bool in_event;
	struct kmvm_handle *event;	/* whose block runs; NULL once it has closed */
	bool event_spent;		/* its block ran for too long and was ended */
	ktime_t event_start;		/* when the block started */
	u64 event_cpu;			/* and the thread's processor time then */
	u64 event_max;			/* how much of that it may take */
	enum kmvm_stop event_stop;	/* somebody wants it to end, whosever it is */
	struct kmvm_run *event_origin;	/* referenced: the run that the event belongs to */
	struct mrb_jmpbuf *pad;		/* where abort() lands; NULL: nowhere */
	bool broken;			/* mrb cannot be entered: abort() was called, or it closes */
	u64 steps;			/* counted by the run that goes on, up to the last look */
	u64 steps_outside;		/* in an event: what its run has counted outside of events */
	s32 quantum;			/* and how many there may be up to the next one */
	s64 grace;			/* steps that ensure blocks have left; -1: no stop raised */
	struct kmvm_collections collections;
	struct RObject *stop_error;	/* what a stop raises; NULL until mruby is open */
	struct RClass *exit_class;	/* SystemExit */
};

/**
 * kmvm_vm_open() - opens a VM and waits until it can run Ruby
 * @name:	its name
 * @heap_max:	bytes its heap may hold
 * @bindings:	what Ruby finds under Linux, ended by NULL; must outlive the VM
 *
 * Context: may sleep.
 * Return: the VM with one reference, to be given back by kmvm_vm_close(), or an ERR_PTR: of
 * -EEXIST when there is one of that name, of -EINVAL when none may be called that, of -ENOMEM.
 */
struct kmvm_vm *kmvm_vm_open(const char *name, size_t heap_max,
			     const struct kmvm_binding *const *bindings);

/**
 * kmvm_vm_open_thread() - opens a VM for a thread of a VM
 * @parent:	the VM whose handle it is
 *
 * Named after its parent, with a number behind it; as large, with the same bindings. What it prints
 * to its log goes to that of the parent, which must outlive it. It holds no module.
 *
 * Context: the parent's thread, half of its stack free; may sleep.
 * Return: as kmvm_vm_open().
 */
struct kmvm_vm *kmvm_vm_open_thread(struct kmvm_vm *parent);

/**
 * kmvm_vm_close() - ends a VM: its run, its handles, its thread, its memory
 * @vm:		the VM; the caller's reference is given back
 *
 * Context: may sleep.
 */
void kmvm_vm_close(struct kmvm_vm *vm);

/**
 * kmvm_vm_load() - opens a VM that holds the module until kmvm_vm_unload()
 * @name:	its name
 * @heap_max:	bytes its heap may hold
 * @bindings:	as of kmvm_vm_open()
 *
 * Otherwise as kmvm_vm_open(), but what is returned is a reference of the caller's own, for
 * kmvm_vm_put(), and the VM counts as loading until kmvm_vm_keep().
 *
 * Context: may sleep.
 * Return: likewise, or an ERR_PTR of -ENODEV when the module is going away.
 */
struct kmvm_vm *kmvm_vm_load(const char *name, size_t heap_max,
			     const struct kmvm_binding *const *bindings);

/* It is not loading any more. -ENOENT: it was unloaded meanwhile. Context: any. */
int kmvm_vm_keep(struct kmvm_vm *vm);

/**
 * kmvm_vm_unload() - ends a VM that was loaded
 * @vm:		the VM; the caller's reference stays
 *
 * What goes on there is stopped, its handles are closed, its memory is given back; all that has
 * happened when this returns.
 *
 * Context: somebody else than the VM's thread, who holds the module; may sleep.
 * Return: 0; -EBUSY for one that was not loaded, "main" or a thread; -ENOENT when it was unloaded by somebody else.
 */
int kmvm_vm_unload(struct kmvm_vm *vm);

struct kmvm_vm *kmvm_vm_get(struct kmvm_vm *vm);
void kmvm_vm_put(struct kmvm_vm *vm);

/**
 * kmvm_vm_find() - looks a VM up by name
 * @name:	its name; empty means main
 *
 * Context: may sleep.
 * Return: the VM with a reference, or NULL.
 */
struct kmvm_vm *kmvm_vm_find(const char *name);

/* As kmvm_vm_find(), the first whose serial number is larger. */
struct kmvm_vm *kmvm_vm_next(u64 serial);

/*
 * Puts a fresh run at the end of the queue. -ECANCELED if it was stopped already, -ENODEV if
 * the VM takes no more.
 */
int kmvm_vm_queue(struct kmvm_vm *vm, struct kmvm_run *run);

/**
 * kmvm_vm_kill() - stops what goes on, whoever started it
 * @vm:		the VM
 * @stop:	how urgently
 * @events:	out: 1 if the block of an event was going on whose run has ended
 *
 * A second call is as urgent as KMVM_STOP_HARD. Waits for nothing.
 *
 * Context: may sleep.
 * Return: how many runs were told: the one that is executed, those that are followed.
 */
unsigned int kmvm_vm_kill(struct kmvm_vm *vm, enum kmvm_stop stop, unsigned int *events);

/**
 * kmvm_vm_reset() - gives a VM a fresh mruby
 * @vm:		the VM
 *
 * What goes on is stopped, all handles are closed, queued runs stay queued.
 *
 * Context: a process; sleeps until it is done.
 * Return: 0; -EINTR when a signal came: it will be done all the same; -ENOMEM when there was
 * no memory to open it again: the next run tries once more; -ENODEV when the VM was closed
 * meanwhile.
 */
int kmvm_vm_reset(struct kmvm_vm *vm);

/* Has somebody asked for a fresh mruby? Any context. */
static inline bool kmvm_vm_is_resetting(const struct kmvm_vm *vm)
{
	return READ_ONCE(vm->resets_asked) != READ_ONCE(vm->resets_done);
}

/* Would a run have to wait for another one? A guess as soon as it is told. */
bool kmvm_vm_busy(struct kmvm_vm *vm);

/* The version of mruby, as "3.3.0". */
const char *kmvm_mruby_version(void);

/* Fills what KMVM_IOC_INFO answers but its size and flags. */
void kmvm_vm_info(struct kmvm_vm *vm, struct kmvm_info *info);

/**
 * kmvm_vm_await() - lets the thread sleep until something is so, and drives events meanwhile
 * @vm:		the VM
 * @until:	monotonic time, KTIME_MAX for no end
 * @head:	whoever makes it so wakes this queue up; NULL: vm->wake
 * @is_so:	is it so? Asked while the thread is about to sleep: must not sleep itself. NULL: never
 * @data:	for @is_so
 *
 * Inside an event, and deep in a recursion, no event is driven.
 *
 * Context: the VM's thread, inside a run or an event.
 * Return: 0 when it is so; -ETIME; -EINTR when a stop is due, which the next check raises.
 */
int kmvm_vm_await(struct kmvm_vm *vm, ktime_t until, struct wait_queue_head *head,
		  bool (*is_so)(void *data), void *data);

/* The same, with no event driven: for who sleeps deep in the kernel, and holds something there. */
int kmvm_vm_await_alone(struct kmvm_vm *vm, ktime_t until, struct wait_queue_head *head,
			bool (*is_so)(void *data), void *data);

/**
 * kmvm_vm_sleep() - lets the thread sleep and drives events meanwhile
 * @vm:		the VM
 * @until:	monotonic time, KTIME_MAX for no end
 *
 * Inside an event no further event is driven. Returns early when a stop is due, which
 * the next check raises.
 *
 * Context: the VM's thread, inside a run or an event.
 */
void kmvm_vm_sleep(struct kmvm_vm *vm, ktime_t until);

/**
 * kmvm_vm_wait() - sleeps until the VM has no handle left
 * @vm:		the VM
 * @until:	monotonic time, KTIME_MAX for no end
 *
 * Drives events meanwhile; returns early when a stop is due, which the next check raises.
 *
 * Context: the VM's thread, inside a run.
 * Return: 0 when there is none left, -ETIME when there are; -EDEADLK where no events can be
 * driven: inside an event, or deep in a recursion.
 */
int kmvm_vm_wait(struct kmvm_vm *vm, ktime_t until);

/* Ends the followed runs whose handles are gone or that were stopped. The VM's thread. */
void kmvm_vm_reap(struct kmvm_vm *vm);

/* What Ruby asks of the kernel from now on it asks with these credentials. The VM's thread. */
void kmvm_vm_act_as(struct kmvm_vm *vm, const struct cred *cred);

/* Prints where the VM prints now; level: of struct kmvm_print. The VM's thread. */
void kmvm_vm_print(struct kmvm_vm *vm, int level, const char *text, size_t size);

/* The VM whose thread this is, or NULL. Context: task. */
struct kmvm_vm *kmvm_vm_current(void);

#endif /* KMVM_VM_H */
