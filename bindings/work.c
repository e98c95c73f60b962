// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Work: a block that runs soon, once, on the VM's thread.
 *
 * struct work is the VM's handle and its own event: it is posted as it is opened, from the
 * VM's thread, and nobody else knows of it, so closing has nothing to wait for. It lives until
 * its block begins, or it was cancelled, or the VM or the followed run ends. The Ruby object
 * points to it until then, and to nothing afterwards.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

struct work {
	struct kmvm_handle handle;
};

/* Kernel half. */

static void close_work(struct kmvm_handle *handle)
{
}

static void free_work(struct kmvm_handle *handle)
{
	kfree(container_of(handle, struct work, handle));
}

/* Ruby half. */

static const struct mrb_data_type work_type = { "Linux::Work", NULL };

static void work_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	mrb_value object = kmvm_object_of(handle);
	mrb_value block = kmvm_object_block(mrb, object);

	mrb_gc_protect(mrb, object);
	kmvm_handle_close(handle);
	mrb_yield(mrb, block, object);
}

static const struct kmvm_handle_ops work_ops = {
	.event = work_event,
	.close = close_work,
	.free = free_work,
};

static mrb_value work_schedule(mrb_state *mrb, mrb_value self)
{
	mrb_value block, object;
	struct work *work;

	mrb_get_args(mrb, "&!", &block);
	object = kmvm_object_new(mrb, self, &work_type, block);
	work = kzalloc(sizeof(*work), kmvm_gfp());
	if (!work)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	kmvm_handle_open(&work->handle, kmvm_vm_of(mrb), &work_ops);
	kmvm_object_bind(object, &work->handle);
	kmvm_event_post(&work->handle);
	return object;
}

static mrb_value work_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &work_type);

	if (handle)
		kmvm_handle_close(handle);
	return mrb_bool_value(handle);
}

static mrb_value work_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(mrb_data_get_ptr(mrb, self, &work_type));
}

static mrb_value work_inspect(mrb_state *mrb, mrb_value self)
{
	return mrb_format(mrb, "#<%C, %s>", mrb_class(mrb, self),
			  mrb_true_p(work_active(mrb, self)) ? "active" : "ended");
}

KMVM_BINDING(work,
	"Blocks that run soon, once, on the VM's thread: when the run sleeps, waits, or has ended, after what is due already. What is said of the blocks of timers is true of them.",
	{ work_schedule, "Work.schedule { |work| } -> Work",
	  "Runs the block as soon as the thread comes to it." },
	{ work_cancel, "Work#cancel -> true or false",
	  "The block does not run. False if it has begun already." },
	{ work_active, "Work#active? -> true or false",
	  "Will its block run?" },
	{ work_inspect, "Work#inspect -> String",
	  "Class, and whether it is active or has begun or been cancelled: ended." });
