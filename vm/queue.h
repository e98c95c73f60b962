/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A queue between VMs: a bounded list of messages that belongs to none of them.
 *
 *	VM a: Ruby object --> share --\                      /-- share <-- Ruby object: VM b
 *	                               --> struct kmvm_queue <--
 *
 * Each share holds a reference. It is no handle: nothing waits for it. It goes with its object,
 * or with the heap that this lies on. A message in a queue tells of no queues, so there are no
 * circles of references.
 */
#ifndef KMVM_QUEUE_H
#define KMVM_QUEUE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <mruby.h>

#define KMVM_QUEUE_CAPACITY	65536	/* messages in one */
#define KMVM_QUEUE_NAME		64	/* bytes of a name, its NUL included */
#define KMVM_QUEUES_MAX		1024	/* that a VM may hold */

struct kmvm_message;
struct kmvm_vm;

struct kmvm_queue {
	struct kref ref;
	struct list_head on_names;	/* of those with a name; under their lock */
	char name[KMVM_QUEUE_NAME];
	unsigned int capacity;
	wait_queue_head_t changed;	/* whoever pushes or pops: look again */

	spinlock_t lock;		/* protects what follows */
	struct list_head messages;
	unsigned int count;
	bool closed;
};

/* One with a reference, or NULL without memory. The VM's thread. */
struct kmvm_queue *kmvm_queue_new(unsigned int capacity);

/* The one of that name, with a reference; made with @capacity if there is none. */
struct kmvm_queue *kmvm_queue_named(const char *name, unsigned int capacity);

struct kmvm_queue *kmvm_queue_get(struct kmvm_queue *queue);
void kmvm_queue_put(struct kmvm_queue *queue);

/* 0, and the message is the queue's; -EAGAIN: it is full; -EPIPE: it is closed. Any task. */
int kmvm_queue_push(struct kmvm_queue *queue, struct kmvm_message *message);

/* The oldest message, the caller's from now on; or NULL, with 0, or -EPIPE if none will come. */
struct kmvm_message *kmvm_queue_pop(struct kmvm_queue *queue, int *error);

/* What is there can still be popped. */
void kmvm_queue_close(struct kmvm_queue *queue);

/* Predicates of kmvm_vm_await() on its changed: is a push, a pop worth a try? */
bool kmvm_queue_may_push(void *queue);
bool kmvm_queue_may_pop(void *queue);

/* The queue of a Ruby object, which keeps it; raises TypeError for any other. */
struct kmvm_queue *kmvm_queue_of(mrb_state *mrb, mrb_value object);
bool kmvm_is_queue(mrb_value object);

/**
 * kmvm_queue_object() - a Linux::Queue
 * @mrb:	the state
 * @class:	Linux::Queue or one below it; NULL: what is called so now
 * @queue:	the queue; the object takes a reference of its own. NULL: see kmvm_queue_bind()
 *
 * Raises Linux::LimitError and NoMemoryError.
 *
 * Return: the object.
 */
mrb_value kmvm_queue_object(mrb_state *mrb, struct RClass *class, struct kmvm_queue *queue);

/* Gives an object without a queue one: the caller's reference. NULL raises NoMemoryError. */
mrb_value kmvm_queue_bind(mrb_state *mrb, mrb_value object, struct kmvm_queue *queue);

/* Lets go of all queues of a VM whose heap goes. */
void kmvm_queues_put(struct kmvm_vm *vm);

#endif /* KMVM_QUEUE_H */
