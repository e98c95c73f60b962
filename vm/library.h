/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Libraries: images that programs require by name.
 *
 *	session --provides--> [its libraries] --copied for--> run --brings--> [the VM's libraries]
 *
 * One of the same name and the same bytes is the same object, whoever provides it; other bytes
 * make another one beside it. It lives as long as a session, a run or a VM holds it.
 */
#ifndef KMVM_LIBRARY_H
#define KMVM_LIBRARY_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

#include "../include/uapi/kmvm.h"

/* None of it changes but the list. */
struct kmvm_library {
	struct kref ref;
	struct list_head on_list;	/* of all there are */
	u64 serial;			/* grows from library to library */
	char name[KMVM_LIBRARY_NAME_MAX];
	void *image;			/* judged; of kmvm_budget_alloc() */
	size_t size;
	unsigned int levels;		/* how deep its ireps nest */
};

/* A library in somebody's set. */
struct kmvm_holding {
	struct kmvm_holding *next;
	struct kmvm_library *library;	/* referenced */
	bool has_run;			/* or runs; the VM's thread only */
};

/*
 * Those that somebody holds, one of a name.
 *
 * Empty when zeroed. Changed by its owner alone, under a lock within; a VM's by its thread.
 */
struct kmvm_libraries {
	struct kmvm_holding *first;
	unsigned int count;
};

/**
 * kmvm_libraries_provide() - puts a library into a set
 * @libraries:	the set; one of that name leaves it
 * @name:	its name
 * @image:	judged, of kmvm_budget_alloc() with @size bytes; taken if this succeeds
 * @size:	its bytes
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for a name that none may have; -EBUSY when the set has
 * KMVM_LIBRARIES_MAX; -ENOMEM.
 */
int kmvm_libraries_provide(struct kmvm_libraries *libraries, const char *name, void *image,
			   size_t size);

/**
 * kmvm_libraries_copy() - fills a set with what another one holds
 * @to:		empty, and nobody else's; empty again if this fails
 * @from:	the other one
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kmvm_libraries_copy(struct kmvm_libraries *to, struct kmvm_libraries *from);

/**
 * kmvm_libraries_bring() - moves what a run brings into its VM's set
 * @to:		the set of the VM
 * @from:	that of the run; empty afterwards
 *
 * What is there already and has run, has run. One of the same name and other bytes leaves.
 *
 * Context: the VM's thread; may sleep, needs no memory.
 */
void kmvm_libraries_bring(struct kmvm_libraries *to, struct kmvm_libraries *from);

/* Empties a set. Context: may sleep. */
void kmvm_libraries_drop(struct kmvm_libraries *libraries);

/* The one of that name, of @size bytes, or NULL. Context: its owner. */
struct kmvm_holding *kmvm_libraries_find(const struct kmvm_libraries *libraries,
					 const char *name, size_t size);

/* Does the set hold it? Context: may sleep. */
bool kmvm_libraries_hold(struct kmvm_libraries *libraries, const struct kmvm_library *library);

/* The first library whose serial number is larger, with a reference, or NULL. Context: may sleep. */
struct kmvm_library *kmvm_library_next(u64 serial);
void kmvm_library_put(struct kmvm_library *library);

#endif /* KMVM_LIBRARY_H */
