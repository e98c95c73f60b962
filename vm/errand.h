/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one VM asks to be done to another: to load it, to unload it.
 *
 *	thread of A --start--> [work] --worker--> B is opened and runs its program; or B ends
 *	     |                                          |
 *	     +--kmvm_vm_await(told) <------ done -------+
 *
 * A VM cannot end itself, two may end each other, and a file may keep its reader waiting for
 * ever: so a worker does it, and the thread waits where a stop reaches it. Workers may wait
 * for threads to end; no thread waits for a worker while it ends.
 *
 * The errand is A's handle, and the worker's by reference. When A does not wait any more, a VM
 * that was loaded for it is unloaded, by A or by whoever finds that A is gone.
 */
#ifndef KMVM_ERRAND_H
#define KMVM_ERRAND_H

#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "events.h"
#include "run.h"

struct kmvm_binding;

/* A VM to be loaded or unloaded. */
struct kmvm_errand {
	struct kmvm_handle handle;	/* of the VM that asks, whose thread alone touches it */
	struct kref ref;
	struct work_struct work;
	wait_queue_head_t told;		/* whoever waits for done */
	bool done;			/* from then on error, and the run's result, are there */
	int error;

	struct kmvm_vm *target;		/* to be unloaded; referenced */

	char name[KMVM_NAME_MAX];	/* of the VM to be loaded */
	char *path;			/* of its program; of kmvm_budget_alloc() */
	size_t path_room;
	struct kmvm_request request;	/* its arguments, and its image once that was read */
	const struct cred *cred;	/* referenced: who reads the file */
	struct kmvm_run *asker;		/* referenced, or NULL: whose the program's run is */
	const struct kmvm_binding *const *bindings;

	spinlock_t lock;		/* protects what follows */
	bool abandoned;			/* nobody waits */
	struct kmvm_vm *loaded;		/* referenced; not kept yet */
	struct kmvm_run *run;		/* referenced: its program's; NULL before that starts */
};

/* Before the first VM is opened, and after the last one was closed. Context: may sleep. */
int kmvm_errands_open(void);
void kmvm_errands_close(void);

/* A fresh errand with one reference, or NULL. Context: may sleep. */
struct kmvm_errand *kmvm_errand_new(gfp_t gfp);
void kmvm_errand_put(struct kmvm_errand *errand);

/* Makes it a handle of the VM, which takes the caller's reference. Context: the VM's thread. */
void kmvm_errand_open(struct kmvm_errand *errand, struct kmvm_vm *vm);

/**
 * kmvm_errand_load() - has a VM loaded and its program run
 * @errand:	open; name, path and the arguments of the request are set
 *
 * The run that asks lends its name and credentials, its VM the libraries that it has; what the
 * program prints goes to the log of its own VM. Done when the run has ended, or with error: as of kmvm_imagefile_read(), kmvm_vm_load().
 *
 * Context: the VM's thread; may sleep.
 * Return: 0, or -ENOMEM: nothing was started.
 */
int kmvm_errand_load(struct kmvm_errand *errand);

/* What was loaded stays. -ENOENT: it was unloaded meanwhile. Context: the VM's thread, done. */
int kmvm_errand_keep(struct kmvm_errand *errand);

/**
 * kmvm_errand_unload() - has a VM unloaded
 * @errand:	open; target is set
 *
 * Done with error: as of kmvm_vm_unload(). What is begun is done, whether or not it is waited for.
 *
 * Context: the VM's thread.
 */
void kmvm_errand_unload(struct kmvm_errand *errand);

/* Is it done? For kmvm_vm_await(), with told. */
bool kmvm_errand_is_done(void *errand);

#endif /* KMVM_ERRAND_H */
