// SPDX-License-Identifier: GPL-2.0
/*
 * The queue between those who post, in any context, and the VM's thread, which runs the
 * blocks. A handle is on the queue once at most.
 */
#include <linux/bug.h>
#include <linux/cred.h>
#include <linux/sched.h>

#include <mruby.h>
#include <mruby/data.h>

#include "binding.h"
#include "budget.h"
#include "error.h"
#include "guard.h"
#include "vm.h"

void kmvm_handle_open(struct kmvm_handle *handle, struct kmvm_vm *vm,
		      const struct kmvm_handle_ops *ops)
{
	handle->ops = ops;
	handle->vm = vm;
	handle->cred = get_cred(vm->cred);
	INIT_LIST_HEAD(&handle->on_queue);
	list_add_tail(&handle->on_vm, &vm->handles);
	WRITE_ONCE(vm->handle_count, vm->handle_count + 1);
	if (vm->active) {
		handle->origin = kmvm_run_get(vm->active);
		handle->origin->handles++;
	}
}

void kmvm_handles_disown(struct kmvm_vm *vm, struct kmvm_run *run)
{
	struct kmvm_handle *handle;

	list_for_each_entry(handle, &vm->handles, on_vm) {
		if (handle->origin != run)
			continue;
		handle->origin = NULL;
		run->handles--;
		kmvm_run_put(run);
	}
}

static void leave_queue(struct kmvm_handle *handle)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&handle->vm->event_lock, flags);
	list_del_init(&handle->on_queue);
	raw_spin_unlock_irqrestore(&handle->vm->event_lock, flags);
}

void kmvm_handle_close(struct kmvm_handle *handle)
{
	struct kmvm_vm *vm = handle->vm;
	struct kmvm_run *origin = handle->origin;
	const struct cred *cred = handle->cred;

	if (WARN_ON_ONCE(handle->closing))
		return;
	handle->closing = true;
	if (vm->event == handle)
		vm->event = NULL;
	handle->ops->close(handle);
	leave_queue(handle);
	list_del(&handle->on_vm);
	WRITE_ONCE(vm->handle_count, vm->handle_count - 1);
	if (!vm->broken)
		handle->object->data = NULL;
	handle->ops->free(handle);
	put_cred(cred);
	if (origin) {
		origin->handles--;
		kmvm_run_put(origin);
	}
}

void kmvm_handles_close(struct kmvm_vm *vm, struct kmvm_run *run)
{
	struct kmvm_handle *handle, *next;

	list_for_each_entry_safe(handle, next, &vm->handles, on_vm) {
		if (!run || handle->origin == run)
			kmvm_handle_close(handle);
		cond_resched();
	}
}

void kmvm_event_post(struct kmvm_handle *handle)
{
	struct kmvm_vm *vm = handle->vm;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->event_lock, flags);
	if (list_empty(&handle->on_queue)) {
		list_add_tail(&handle->on_queue, &vm->events);
		handle->posted = ktime_get();
	} else {
		handle->missed++;
	}
	raw_spin_unlock_irqrestore(&vm->event_lock, flags);
	wake_up(&vm->wake);
}

bool kmvm_events_pending(struct kmvm_vm *vm)
{
	return !list_empty(&vm->events);
}

static struct kmvm_handle *next_event(struct kmvm_vm *vm, ktime_t *posted)
{
	struct kmvm_handle *handle;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->event_lock, flags);
	handle = list_first_entry_or_null(&vm->events, struct kmvm_handle, on_queue);
	if (handle) {
		list_del_init(&handle->on_queue);
		*posted = handle->posted;
	}
	raw_spin_unlock_irqrestore(&vm->event_lock, flags);
	return handle;
}

static void run_event(mrb_state *mrb, void *data)
{
	struct kmvm_handle *handle = data;

	handle->ops->event(handle, mrb);
}

/* The share of a run that is about to run Ruby, and of nobody's block: any. */
static void take_share(struct kmvm_vm *vm, const struct kmvm_run *run)
{
	kmvm_heap_share(&vm->heap, run ? run->heap_left : KMVM_HEAP_ANY);
}

static void keep_share(struct kmvm_vm *vm, struct kmvm_run *run)
{
	if (run)
		run->heap_left = kmvm_heap_left(&vm->heap);
}

/* Steps that the block's run has taken outside of its blocks, for its limit. */
static u64 steps_of(const struct kmvm_run *origin, const struct kmvm_run *outer, u64 outer_steps)
{
	if (!origin)
		return 0;
	return origin == outer ? outer_steps : origin->result.steps;
}

/* Whoever asks for figures reads along. */
static void count_event(struct kmvm_vm *vm, u64 late)
{
	WRITE_ONCE(vm->events_run, vm->events_run + 1);
	WRITE_ONCE(vm->late_ns, vm->late_ns + late);
	smp_wmb();	/* pairs with kmvm_vm_info() */
	if (late > vm->late_max_ns)
		WRITE_ONCE(vm->late_max_ns, late);
}

/* The block runs as its run's, as long as that is not over, and then as nobody's. */
static void drive_one(struct kmvm_vm *vm, struct kmvm_handle *handle, ktime_t posted)
{
	struct kmvm_run *outer_active = vm->active;
	struct kmvm_output *outer_out = vm->out;
	struct kmvm_heap_walls walls = vm->heap.walls;
	u64 outer_steps = kmvm_guard_count(vm);
	int arena = mrb_gc_arena_save(vm->mrb);
	struct kmvm_guard_state outer;
	mrb_value exc;
	bool failed;

	/* Kept by the VM, so that abort(), which does not come back here, leaves it found. */
	vm->event_origin = handle->origin ? kmvm_run_get(handle->origin) : NULL;
	keep_share(vm, outer_active);
	vm->active = vm->event_origin;
	vm->out = vm->active ? vm->active->output : vm->to_log;
	kmvm_vm_act_as(vm, handle->cred);
	vm->event_spent = false;
	vm->event_start = ktime_get();
	count_event(vm, ktime_to_ns(ktime_sub(vm->event_start, posted)));
	vm->event_cpu = current->se.sum_exec_runtime;
	vm->event_max = kmvm_limit_event();
	WRITE_ONCE(vm->event_stop, KMVM_GO);
	/* A kill from here on is meant for this block. */
	smp_store_release(&vm->in_event, true);
	vm->steps_outside = steps_of(vm->active, outer_active, outer_steps);
	kmvm_guard_arm(vm, &outer);
	if (!outer_active)
		mrb_gc_defaults(vm->mrb);

	take_share(vm, vm->active);
	kmvm_heap_reserve(&vm->heap, true);
	vm->event = handle;
	failed = !kmvm_guard_enter(vm, run_event, handle, &exc) && kmvm_error_report(vm, exc);
	if (vm->event && handle->ops->done)
		handle->ops->done(handle, failed);
	vm->event = NULL;
	/* The exception was kept alive for its report. */
	mrb_gc_arena_restore(vm->mrb, arena);
	kmvm_output_flush(vm->out);
	keep_share(vm, vm->active);
	if (vm->active)
		vm->active->event_steps += kmvm_guard_count(vm);

	/* The run in whose sleep it came goes on. */
	WRITE_ONCE(vm->in_event, false);
	vm->event_spent = false;
	vm->out = outer_out;
	vm->active = outer_active;
	if (outer_active)
		kmvm_vm_act_as(vm, outer_active->cred);
	vm->steps_outside = 0;
	kmvm_heap_restore(&vm->heap, walls);
	take_share(vm, outer_active);
	kmvm_guard_disarm(vm, &outer);
	if (vm->event_origin)
		kmvm_run_put(vm->event_origin);
	vm->event_origin = NULL;
}

void kmvm_events_drive(struct kmvm_vm *vm)
{
	struct kmvm_handle *handle;
	ktime_t posted;

	if (READ_ONCE(vm->closing))
		return;
	handle = next_event(vm, &posted);
	if (!handle)
		return;
	drive_one(vm, handle, posted);
	kmvm_vm_reap(vm);
}
