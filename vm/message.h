/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes from one VM to another: a deep copy, as bytes that belong to neither.
 *
 *	value in A --kmvm_message_write()--> struct kmvm_message --kmvm_message_read()--> value in B
 *
 * Objects are numbered as they are met, so parts that are shared, and cycles, are so in the
 * copy too. Each is a record; what it holds are slots:
 *
 *	record: u8 kind, bytes or slots		slot: u8 tag, then a number, a name, an object's number
 *
 * A message is always somebody's: while it is written or read it is on the list of that VM, which
 * frees it if mruby gives up.
 */
#ifndef KMVM_MESSAGE_H
#define KMVM_MESSAGE_H

#include <linux/list.h>

#include <mruby.h>

#include "bytes.h"

struct kmvm_queue;
struct kmvm_vm;

#define KMVM_MESSAGE_MAX	(16U << 20)	/* bytes */
#define KMVM_MESSAGE_QUEUES	16		/* queues that one may tell of */

struct kmvm_message {
	struct list_head on_owner;	/* a VM's messages, a queue's; the owner's lock */
	struct kmvm_bytes bytes;	/* slots and records */
	struct kmvm_bytes records;	/* u32 each: where the record of an object begins */
	u32 count;			/* objects */
	unsigned int queues;
	struct kmvm_queue *queue[KMVM_MESSAGE_QUEUES];	/* each referenced */

	/* While it is written. */
	struct kmvm_bytes objects;	/* struct RBasic * each, by number */
	struct kmvm_bytes places;	/* u32 each: their numbers + 1, found by address; 0: none */
};

/**
 * kmvm_message_write() - copies a value
 * @mrb:	the state
 * @value:	the value
 * @queues:	may there be queues in it?
 *
 * Raises TypeError for what cannot be copied, ArgumentError for too much of it, SystemStackError
 * deep in a recursion, NoMemoryError, and stops. Runs no Ruby.
 *
 * Context: the VM's thread, in Ruby.
 * Return: the message, on the list of the VM's: kmvm_message_take() makes it the caller's.
 */
struct kmvm_message *kmvm_message_write(mrb_state *mrb, mrb_value value, bool queues);

/* Off the list of its VM. The VM's thread. */
struct kmvm_message *kmvm_message_take(struct kmvm_message *message);

/* On the list of a VM: freed with its heap. The VM's thread. */
void kmvm_message_hold(struct kmvm_vm *vm, struct kmvm_message *message);

/**
 * kmvm_message_read() - makes the copy, and frees the message
 * @mrb:	the state
 * @message:	nobody's; gone afterwards, also if this raises
 *
 * May run Ruby, of a hash code that a script has defined.
 *
 * Context: the VM's thread, in Ruby, or on a landing pad.
 * Return: the copy.
 */
mrb_value kmvm_message_read(mrb_state *mrb, struct kmvm_message *message);

/* Context: may sleep; no lock held. NULL is none. */
void kmvm_message_free(struct kmvm_message *message);

/* Frees those of a VM whose heap goes. */
void kmvm_messages_free(struct kmvm_vm *vm);

#endif /* KMVM_MESSAGE_H */
