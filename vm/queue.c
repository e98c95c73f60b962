// SPDX-License-Identifier: GPL-2.0
/*
 * Locks are innermost and held for a few lines. The last reference takes a queue off the list of
 * names under its lock, so a name is found or made anew, and never found half gone.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>

#include "binding.h"
#include "budget.h"
#include "message.h"
#include "queue.h"
#include "stack.h"
#include "vm.h"

static DEFINE_SPINLOCK(names_lock);	/* protects what follows, and on_names of each queue */
static LIST_HEAD(names);

struct kmvm_queue *kmvm_queue_new(unsigned int capacity)
{
	struct kmvm_queue *queue = kmvm_budget_data(sizeof(*queue), kmvm_gfp() | __GFP_ZERO);

	if (!queue)
		return NULL;
	kref_init(&queue->ref);
	INIT_LIST_HEAD(&queue->on_names);
	INIT_LIST_HEAD(&queue->messages);
	init_waitqueue_head(&queue->changed);
	spin_lock_init(&queue->lock);
	queue->capacity = capacity;
	return queue;
}

static struct kmvm_queue *lookup(const char *name)
{
	struct kmvm_queue *queue;

	lockdep_assert_held(&names_lock);
	list_for_each_entry(queue, &names, on_names)
		if (!strcmp(queue->name, name))
			return kmvm_queue_get(queue);
	return NULL;
}

struct kmvm_queue *kmvm_queue_named(const char *name, unsigned int capacity)
{
	struct kmvm_queue *fresh = kmvm_queue_new(capacity), *queue;

	if (!fresh)
		return NULL;
	strscpy(fresh->name, name, sizeof(fresh->name));
	spin_lock(&names_lock);
	queue = lookup(name);
	if (!queue)
		list_add_tail(&fresh->on_names, &names);
	spin_unlock(&names_lock);
	if (!queue)
		return fresh;
	kmvm_queue_put(fresh);
	return queue;
}

struct kmvm_queue *kmvm_queue_get(struct kmvm_queue *queue)
{
	kref_get(&queue->ref);
	return queue;
}

static void free_queue(struct kref *ref)
	__releases(&names_lock)
{
	struct kmvm_queue *queue = container_of(ref, struct kmvm_queue, ref);
	struct kmvm_message *message, *next;

	list_del(&queue->on_names);
	spin_unlock(&names_lock);
	list_for_each_entry_safe(message, next, &queue->messages, on_owner) {
		list_del_init(&message->on_owner);
		kmvm_message_free(message);
		cond_resched();
	}
	kmvm_budget_free(queue, sizeof(*queue));
}

void kmvm_queue_put(struct kmvm_queue *queue)
{
	kref_put_lock(&queue->ref, free_queue, &names_lock);
}

int kmvm_queue_push(struct kmvm_queue *queue, struct kmvm_message *message)
{
	int ret = 0;

	spin_lock(&queue->lock);
	if (queue->closed) {
		ret = -EPIPE;
	} else if (queue->count == queue->capacity) {
		ret = -EAGAIN;
	} else {
		list_add_tail(&message->on_owner, &queue->messages);
		queue->count++;
	}
	spin_unlock(&queue->lock);
	if (!ret)
		wake_up_all(&queue->changed);
	return ret;
}

struct kmvm_message *kmvm_queue_pop(struct kmvm_queue *queue, int *error)
{
	struct kmvm_message *message;

	spin_lock(&queue->lock);
	message = list_first_entry_or_null(&queue->messages, struct kmvm_message, on_owner);
	if (message) {
		list_del_init(&message->on_owner);
		queue->count--;
	}
	*error = message || !queue->closed ? 0 : -EPIPE;
	spin_unlock(&queue->lock);
	if (message)
		wake_up_all(&queue->changed);
	return message;
}

void kmvm_queue_close(struct kmvm_queue *queue)
{
	spin_lock(&queue->lock);
	queue->closed = true;
	spin_unlock(&queue->lock);
	wake_up_all(&queue->changed);
}

bool kmvm_queue_may_push(void *data)
{
	struct kmvm_queue *queue = data;
	bool may;

	spin_lock(&queue->lock);
	may = queue->closed || queue->count < queue->capacity;
	spin_unlock(&queue->lock);
	return may;
}

bool kmvm_queue_may_pop(void *data)
{
	struct kmvm_queue *queue = data;
	bool may;

	spin_lock(&queue->lock);
	may = queue->closed || queue->count;
	spin_unlock(&queue->lock);
	return may;
}

/* What a Ruby object points to. */
struct share {
	struct list_head on_vm;
	struct kmvm_vm *vm;
	struct kmvm_queue *queue;
};

static void drop(struct share *share)
{
	list_del(&share->on_vm);
	share->vm->queue_count--;
	kmvm_queue_put(share->queue);
	kmvm_budget_free(share, sizeof(*share));
}

static void collected(mrb_state *mrb, void *data)
{
	if (data)
		drop(data);
}

static const struct mrb_data_type queue_type = { "Linux::Queue", collected };

void kmvm_queues_put(struct kmvm_vm *vm)
{
	struct share *share, *next;

	list_for_each_entry_safe(share, next, &vm->queues, on_vm)
		drop(share);
}

bool kmvm_is_queue(mrb_value object)
{
	return mrb_type(object) == MRB_TT_CDATA && DATA_TYPE(object) == &queue_type &&
		DATA_PTR(object);
}

struct kmvm_queue *kmvm_queue_of(mrb_state *mrb, mrb_value object)
{
	struct share *share = mrb_data_get_ptr(mrb, object, &queue_type);

	if (!share)
		mrb_raise(mrb, E_TYPE_ERROR, "this Linux::Queue is none");
	return share->queue;
}

mrb_value kmvm_queue_object(mrb_state *mrb, struct RClass *class, struct kmvm_queue *queue)
{
	static const char path[] = "Linux::Queue";
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	mrb_value object;

	if (!class)
		class = kmvm_class_find(mrb, path, sizeof(path) - 1);
	if (!class)
		mrb_raise(mrb, E_NAME_ERROR, "there is no Linux::Queue any more");
	if (vm->queue_count >= KMVM_QUEUES_MAX)
		mrb_raisef(mrb, kmvm_error_class(mrb, "Linux::LimitError"),
			   "a VM holds at most %d queues", KMVM_QUEUES_MAX);
	object = mrb_obj_value(mrb_data_object_alloc(mrb, class, NULL, &queue_type));
	if (queue)
		kmvm_queue_bind(mrb, object, kmvm_queue_get(queue));
	return object;
}

mrb_value kmvm_queue_bind(mrb_state *mrb, mrb_value object, struct kmvm_queue *queue)
{
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	struct share *share = kmvm_budget_data(sizeof(*share), kmvm_gfp() | __GFP_ZERO);

	if (!share || !queue) {
		kmvm_budget_free(share, sizeof(*share));
		if (queue)
			kmvm_queue_put(queue);
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	}
	share->vm = vm;
	share->queue = queue;
	list_add_tail(&share->on_vm, &vm->queues);
	vm->queue_count++;
	RDATA(object)->data = share;
	return object;
}
