// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Queue: vm/queue.c as Ruby sees it.
 *
 * A Ruby object points to a share of a queue, which goes with the object or with the VM's heap.
 * While push waits, its message is on the list of the VM, which frees it if mruby gives up.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/duration.h"
#include "../vm/guard.h"
#include "../vm/message.h"
#include "../vm/queue.h"
#include "../vm/vm.h"
#include "bindings.h"

#define CAPACITY	64	/* where a script does not say */

static mrb_int check_capacity(mrb_state *mrb, mrb_int capacity)
{
	if (capacity < 1 || capacity > KMVM_QUEUE_CAPACITY)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a queue holds 1 to %d objects",
			   KMVM_QUEUE_CAPACITY);
	return capacity;
}

static mrb_value queue_new(mrb_state *mrb, mrb_value self)
{
	mrb_int capacity = CAPACITY;
	mrb_value object;

	mrb_get_args(mrb, "|i", &capacity);
	check_capacity(mrb, capacity);
	object = kmvm_queue_object(mrb, mrb_class_ptr(self), NULL);
	return kmvm_queue_bind(mrb, object, kmvm_queue_new(capacity));
}

static mrb_value queue_open(mrb_state *mrb, mrb_value self)
{
	mrb_int capacity = CAPACITY;
	mrb_value name, object;
	char words[KMVM_QUEUE_NAME] = "";

	mrb_get_args(mrb, "S|i", &name, &capacity);
	check_capacity(mrb, capacity);
	if (!RSTRING_LEN(name) || RSTRING_LEN(name) >= sizeof(words) ||
	    memchr(RSTRING_PTR(name), 0, RSTRING_LEN(name)))
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "the name of a queue is 1 to %d bytes, none of them 0",
			   KMVM_QUEUE_NAME - 1);
	memcpy(words, RSTRING_PTR(name), RSTRING_LEN(name));
	object = kmvm_queue_object(mrb, mrb_class_ptr(self), NULL);
	return kmvm_queue_bind(mrb, object, kmvm_queue_named(words, capacity));
}

static void raise_closed(mrb_state *mrb)
{
	mrb_raise(mrb, kmvm_error_class(mrb, "ClosedQueueError"), "queue closed");
}

/* The stop that is due, or what it leaves to do. */
static mrb_value stopped(mrb_state *mrb)
{
	kmvm_guard_steps(mrb);
	return mrb_nil_value();
}

/* Until the message is the queue's. Does not raise. */
static int push(struct kmvm_vm *vm, struct kmvm_queue *queue, struct kmvm_message *message,
		ktime_t until)
{
	int ret;

	for (;;) {
		kmvm_message_take(message);
		ret = kmvm_queue_push(queue, message);
		if (ret != -EAGAIN)
			break;
		kmvm_message_hold(vm, message);
		ret = kmvm_vm_await(vm, until, &queue->changed, kmvm_queue_may_push, queue);
		if (ret) {
			kmvm_message_take(message);
			break;
		}
	}
	if (ret)
		kmvm_message_free(message);
	return ret;
}

static mrb_value push_until(mrb_state *mrb, mrb_value self, mrb_value value, ktime_t until)
{
	struct kmvm_queue *queue = kmvm_queue_of(mrb, self);

	switch (push(kmvm_vm_of(mrb), queue, kmvm_message_write(mrb, value, false), until)) {
	case 0:
		return self;
	case -EPIPE:
		raise_closed(mrb);
		return mrb_nil_value();
	case -EINTR:
		return stopped(mrb);
	default:
		return mrb_nil_value();
	}
}

static ktime_t end_of(bool given, s64 ns)
{
	return given ? ktime_add_safe(ktime_get(), ns_to_ktime(ns)) : KTIME_MAX;
}

static mrb_value queue_push(mrb_state *mrb, mrb_value self)
{
	mrb_value value;
	bool given;
	s64 ns;

	given = kmvm_duration_behind(mrb, &value, &ns);
	return push_until(mrb, self, value, end_of(given, ns));
}

static mrb_value queue_append(mrb_state *mrb, mrb_value self)
{
	return push_until(mrb, self, mrb_get_arg1(mrb), KTIME_MAX);
}

static mrb_value queue_pop(mrb_state *mrb, mrb_value self)
{
	struct kmvm_queue *queue = kmvm_queue_of(mrb, self);
	struct kmvm_message *message;
	ktime_t until;
	bool given;
	int ret;
	s64 ns;

	given = kmvm_duration(mrb, NULL, &ns);
	until = end_of(given, ns);
	for (;;) {
		message = kmvm_queue_pop(queue, &ret);
		if (message)
			return kmvm_message_read(mrb, message);
		if (!ret)
			ret = kmvm_vm_await(kmvm_vm_of(mrb), until, &queue->changed,
					    kmvm_queue_may_pop, queue);
		if (ret == -EINTR)
			return stopped(mrb);
		if (ret)
			return mrb_nil_value();
	}
}

static mrb_value queue_close(mrb_state *mrb, mrb_value self)
{
	kmvm_queue_close(kmvm_queue_of(mrb, self));
	return self;
}

static mrb_value queue_closed(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(READ_ONCE(kmvm_queue_of(mrb, self)->closed));
}

static mrb_value queue_size(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, READ_ONCE(kmvm_queue_of(mrb, self)->count));
}

static mrb_value queue_empty(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(!READ_ONCE(kmvm_queue_of(mrb, self)->count));
}

static mrb_value queue_capacity(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_queue_of(mrb, self)->capacity);
}

static mrb_value queue_inspect(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_queue *queue = kmvm_queue_of(mrb, self);

	return mrb_format(mrb, "#<%C%s%s, %d of %d%s>", mrb_class(mrb, self),
			  *queue->name ? " " : "", queue->name, (int)READ_ONCE(queue->count),
			  (int)queue->capacity, READ_ONCE(queue->closed) ? ", closed" : "");
}

static void open_error(mrb_state *mrb)
{
	mrb_define_class(mrb, "ClosedQueueError", mrb_class_get(mrb, "StopIteration"));
}

KMVM_BINDING_OPEN(queue,
	"A line of objects between VMs: threads that were handed the queue as an argument, or programs that open it by name. It holds copies, as Linux::Thread makes them, though none of a queue, and lasts as long as somebody holds it. Whoever has to wait drives blocks of timers meanwhile; inside such a block, and deep in a recursion, it just waits. A VM holds at most 1024 queues; one more raises Linux::LimitError.",
	open_error,
	{ queue_new, "Queue.new(capacity = 64) -> Queue",
	  "A queue for so many objects, 65536 at most." },
	{ queue_open, "Queue.open(name, capacity = 64) -> Queue",
	  "The queue of that name: the same one in every VM that opens it, as long as one of them holds it. The first one says how much it holds. A name has at most 63 bytes." },
	{ queue_push, "Queue#push(object, s: 0, ms: 0, us: 0, ns: 0) -> Queue or nil",
	  "Puts a copy at its end. Waits while it is full, at most for the time given by the keywords: nil if that has passed. ClosedQueueError, a StopIteration, once it is closed." },
	{ queue_append, "Queue#<<(object) -> Queue",
	  "As push, for as long as it takes." },
	{ queue_pop, "Queue#pop(s: 0, ms: 0, us: 0, ns: 0) -> Object or nil",
	  "Takes the object that has been there longest. Waits while there is none, at most for the time given by the keywords: nil if that has passed, and nil once the queue is closed and empty." },
	{ queue_close, "Queue#close -> Queue",
	  "Nothing more can be pushed; what is there can be popped. Whoever waits hears of it." },
	{ queue_closed, "Queue#closed? -> true or false", "Has somebody closed it?" },
	{ queue_size, "Queue#size -> Integer", "Objects in it now." },
	{ queue_empty, "Queue#empty? -> true or false", "Are there none?" },
	{ queue_capacity, "Queue#capacity -> Integer", "How many it holds at most." },
	{ queue_inspect, "Queue#inspect -> String", "Class, name, and how many of how many objects there are in it." });
