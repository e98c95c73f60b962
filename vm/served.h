/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file of procfs or debugfs for whose content a VM is asked.
 *
 *	reader or writer				the VM's thread
 *	read(): an exchange -- asked, kmvm_event_post() --> kmvm_served_next()
 *	waits, killable, some seconds at most		a block runs
 *	bytes, or an errno <-- told ----------------- kmvm_exchange_answer()
 *
 * struct kmvm_served is the VM's handle's and each open file's. Once it is closed nobody posts
 * for the handle, and nobody waits for the VM. struct kmvm_exchange is who asks's, and the
 * list's, then the VM's thread's: either may leave first.
 */
#ifndef KMVM_SERVED_H
#define KMVM_SERVED_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../include/uapi/kmvm.h"

#define KMVM_SERVED_MAX		SZ_1M	/* bytes that are read from a file */
#define KMVM_SERVED_WRITE_MAX	SZ_64K	/* and that are written at once */
#define KMVM_SERVED_KEPT	SZ_4M	/* of one file, by all who have it open */

struct dentry;
struct kmvm_handle;
struct kmvm_vm;
struct proc_dir_entry;

enum kmvm_served_kind {
	KMVM_SERVED_PROC,	/* /proc/kmvm/NAME */
	KMVM_SERVED_DEBUG,	/* /sys/kernel/debug/kmvm/NAME */
};

struct kmvm_served {
	struct kref ref;
	enum kmvm_served_kind kind;
	char name[KMVM_NAME_MAX];
	umode_t mode;			/* 0444 and 0222 tell what it is asked for */
	struct kmvm_vm *vm;		/* referenced */
	struct list_head on_folder;	/* from before it is seen until it is not */
	union {
		struct proc_dir_entry *proc;
		struct dentry *debug;
	};
	struct work_struct removal;	/* of its name, with a reference */
	struct completion removed;

	spinlock_t lock;		/* protects what follows */
	struct kmvm_handle *handle;	/* NULL once it is closed */
	struct list_head asked;		/* exchanges, each with a reference */
	size_t kept;			/* bytes that were read and are kept, or are written now */
	bool gone;			/* its name is */
	bool holds;			/* the module, until that */
};

struct kmvm_exchange {
	struct kref ref;
	struct list_head on_file;	/* asked; under the file's lock */
	wait_queue_head_t told;
	bool write;
	void *bytes;			/* of kmvm_budget_alloc(): written, or to be read */
	size_t size;
	int error;			/* set before done, like what is read */
	bool done;
};

/* What takes names away: before the first VM opens, after the last one has closed. */
int kmvm_files_open(void);
void kmvm_files_close(void);

/**
 * kmvm_served_open() - makes a file
 * @kind:	where
 * @name:	its name, as a VM may have one
 * @mode:	permissions, 0666 at most and not none
 * @handle:	an open handle whose event answers what is asked
 *
 * Context: the thread of the handle's VM, half of its stack free; may sleep.
 * Return: the file, for kmvm_served_close(), or an ERR_PTR: of -EEXIST, -EINVAL for the name,
 * -EOPNOTSUPP where the kernel has no such files, or what it answers.
 */
struct kmvm_served *kmvm_served_open(enum kmvm_served_kind kind, const char *name, umode_t mode,
				     struct kmvm_handle *handle);

/**
 * kmvm_served_close() - takes a file away
 * @served:	the file
 *
 * Whoever waits is told -ENODEV. When this returns nobody waits for the VM, nor posts for the handle.
 * The name has gone, too, unless somebody in the file does not come out of it for a second, as who
 * reads into memory that a process has to bring and does not: then it goes with them, and the
 * module stays as long.
 *
 * Context: as kmvm_served_open(); no lock held.
 */
void kmvm_served_close(struct kmvm_served *served);

/**
 * kmvm_served_next() - takes what has been asked longest
 * @served:	the file, open
 * @more:	out: is there more?
 *
 * Context: the VM's thread.
 * Return: an exchange, for kmvm_exchange_answer(), or NULL.
 */
struct kmvm_exchange *kmvm_served_next(struct kmvm_served *served, bool *more);

/* Copies what is to be read. -EFBIG, -ENOMEM. Context: the VM's thread; may sleep. */
int kmvm_exchange_fill(struct kmvm_exchange *exchange, const char *text, size_t size);

/* Tells who asks; 0 or an errno. Context: the VM's thread. */
void kmvm_exchange_answer(struct kmvm_exchange *exchange, int error);

/* The folder of files of a kind, with a '/' behind it. */
const char *kmvm_served_folder(enum kmvm_served_kind kind);

#endif /* KMVM_SERVED_H */
