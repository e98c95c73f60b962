// SPDX-License-Identifier: GPL-2.0
/*
 * The thread of a VM and what it waits for.
 *
 * Everybody else only queues, stops and asks: under vm->lock, and under event_lock for
 * events, which come from interrupts. The two are never held together. The thread holds
 * neither while it is in Ruby.
 *
 * What ends what: kmvm_vm_close() sets closing, which stops the run or the event that
 * goes on; the thread then ends all runs, closes all handles, drops the heap, and exits.
 * Sessions keep the struct alive, but no more.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/throw.h>
#include <mruby/variable.h>
#include <mruby/version.h>

#include "../stub/libc/abort.h"
#include "binding.h"
#include "budget.h"
#include "guard.h"
#include "message.h"
#include "queue.h"
#include "registry.h"
#include "stack.h"
#include "vm.h"

static void *allocate(mrb_state *mrb, void *block, size_t size, void *data)
{
	struct kmvm_vm *vm = data;

	return kmvm_heap_resize(&vm->heap, block, size);
}

static void open_names(mrb_state *mrb, void *data)
{
	struct kmvm_vm *vm = data;
	struct RClass *stop_class;
	mrb_value stop;

	vm->exit_class = mrb_define_class(mrb, "SystemExit", mrb->eException_class);
	kmvm_bindings_define(mrb, vm->bindings);
	stop_class = mrb_define_class(mrb, "Interrupt", mrb->eException_class);
	stop = mrb_exc_new_lit(mrb, stop_class, "interrupted");
	vm->stop_error = mrb_obj_ptr(stop);
}

static bool open_state(struct kmvm_vm *vm)
{
	struct kmvm_guard_state outer;
	mrb_value exc;

	vm->mrb = mrb_open_allocf(allocate, vm);
	if (!vm->mrb)
		return false;
	vm->mrb->ud = vm;
	kmvm_guard_open(vm);
	kmvm_guard_arm(vm, &outer);
	return kmvm_guard_enter(vm, open_names, vm, &exc);
}

/*
 * Runs a step of the thread on the pad where abort() lands. It is the only one for that:
 * whatever abort() leaves behind is reached from the VM and put right by recover().
 */
static bool on_pad(struct kmvm_vm *vm, bool (*step)(struct kmvm_vm *vm))
{
	volatile bool done = false;	/* written between setjmp and longjmp */
	struct mrb_jmpbuf pad;

	MRB_TRY(&pad) {
		vm->pad = &pad;
		done = step(vm);
	} MRB_CATCH(&pad) {
		done = false;
	} MRB_END_EXC(&pad);
	vm->pad = NULL;
	return done;
}

/* By chunk: no finaliser of mruby is trusted with that, and none is needed. */
static void close_ruby(struct kmvm_vm *vm)
{
	vm->broken = true;
	kmvm_handles_close(vm, NULL);
	kmvm_messages_free(vm);
	kmvm_queues_put(vm);
	vm->stop_error = NULL;
	vm->exit_class = NULL;
	vm->mrb = NULL;
	kmvm_heap_close(&vm->heap);
	kmvm_libraries_drop(&vm->libraries);
}

static int open_ruby(struct kmvm_vm *vm)
{
	vm->broken = false;
	if (on_pad(vm, open_state))
		return 0;
	close_ruby(vm);
	return -ENOMEM;
}

/* No run is executed any more. Returns the one that was. */
static struct kmvm_run *leave(struct kmvm_vm *vm)
{
	struct kmvm_run *run;

	spin_lock(&vm->lock);
	run = vm->current_run;
	vm->current_run = NULL;
	spin_unlock(&vm->lock);
	return run;
}

static struct kmvm_run *next_run(struct kmvm_vm *vm)
{
	struct kmvm_run *run = NULL;

	spin_lock(&vm->lock);
	/* Those that are queued wait for the fresh mruby. */
	if (!kmvm_vm_is_resetting(vm))
		run = list_first_entry_or_null(&vm->runs, struct kmvm_run, on_vm);
	if (run) {
		list_del_init(&run->on_vm);
		WRITE_ONCE(vm->waiting, vm->waiting - 1);
		run->state = KMVM_RUN_RUNNING;
		vm->current_run = run;
	}
	spin_unlock(&vm->lock);
	return run;
}

static void execute(struct kmvm_vm *vm, struct kmvm_run *run)
{
	bool follow;

	kmvm_run_execute(run);
	/* A program that did not come to its end leaves nothing behind, nor does a thread. */
	if (run->result.outcome != KMVM_DONE || run->request.thread)
		kmvm_handles_close(vm, run);
	follow = run->handles && run->request.flags & KMVM_RUN_FOLLOW;
	if (!follow)
		kmvm_handles_disown(vm, run);

	spin_lock(&vm->lock);
	vm->current_run = NULL;
	if (follow) {
		run->state = KMVM_RUN_FOLLOWING;
		list_add_tail(&run->on_vm, &vm->following);
	}
	spin_unlock(&vm->lock);
	if (!follow)
		kmvm_run_end(run);
}

/* One followed run that is over: its handles are gone, or it shall end. */
static struct kmvm_run *over(struct kmvm_vm *vm)
{
	struct kmvm_run *run;

	lockdep_assert_held(&vm->lock);
	list_for_each_entry(run, &vm->following, on_vm)
		if (!run->handles || kmvm_run_wanted(run) != KMVM_GO || READ_ONCE(vm->closing))
			return run;
	return NULL;
}

void kmvm_vm_reap(struct kmvm_vm *vm)
{
	struct kmvm_run *run;
	bool stopped;

	for (;;) {
		spin_lock(&vm->lock);
		run = over(vm);
		if (run)
			list_del_init(&run->on_vm);
		spin_unlock(&vm->lock);
		if (!run)
			return;
		stopped = run->handles;
		kmvm_handles_close(vm, run);
		if (stopped)
			kmvm_run_end_stopped(run);
		else
			kmvm_run_end(run);
	}
}

/* The handles of all runs are gone: those that are followed end, as stopped ones. */
static void end_following(struct kmvm_vm *vm)
{
	struct kmvm_run *run;

	kmvm_handles_close(vm, NULL);
	spin_lock(&vm->lock);
	while ((run = list_first_entry_or_null(&vm->following, struct kmvm_run, on_vm))) {
		list_del_init(&run->on_vm);
		spin_unlock(&vm->lock);
		kmvm_run_end_stopped(run);
		spin_lock(&vm->lock);
	}
	spin_unlock(&vm->lock);
}

static bool has_work(struct kmvm_vm *vm)
{
	bool work;

	spin_lock(&vm->lock);
	work = !list_empty(&vm->runs) || over(vm);
	spin_unlock(&vm->lock);
	return work || kmvm_events_pending(vm) || READ_ONCE(vm->closing) ||
		kmvm_vm_is_resetting(vm);
}

/* Until the VM closes or is reset; does not come back from abort(). */
static bool serve(struct kmvm_vm *vm)
{
	while (!READ_ONCE(vm->closing) && !kmvm_vm_is_resetting(vm)) {
		struct kmvm_run *run;

		wait_event_freezable(vm->wake, has_work(vm));
		if (kmvm_vm_is_resetting(vm))
			break;
		kmvm_events_drive(vm);
		run = next_run(vm);
		if (run)
			execute(vm, run);
		kmvm_vm_reap(vm);
		cond_resched();
	}
	return true;
}

/* Opens mruby for whoever asked that it be opened afresh. */
static void open_for(struct kmvm_vm *vm, u64 asked)
{
	WRITE_ONCE(vm->error, open_ruby(vm));
	if (vm->error)
		pr_err_ratelimited("kmvm: %s: no memory to open it again\n", vm->name);
	/* With error, for kmvm_vm_reset(). */
	smp_store_release(&vm->resets_done, asked);
	wake_up_all(&vm->was_reset);
}

/*
 * After abort(), or when a reset is asked for: ends what was going on, drops mruby whole,
 * and opens it afresh.
 */
static void renew(struct kmvm_vm *vm)
{
	u64 asked = READ_ONCE(vm->resets_asked);
	struct kmvm_run *run;

	vm->active = NULL;
	vm->out = vm->to_log;
	WRITE_ONCE(vm->in_event, false);
	vm->event_spent = false;
	vm->steps_outside = 0;
	if (vm->event_origin)
		kmvm_run_put(vm->event_origin);
	vm->event_origin = NULL;
	end_following(vm);
	run = leave(vm);
	/* A run that a reset stopped has ended by now: this one was in abort(). */
	if (run)
		kmvm_run_end_broken(run);
	close_ruby(vm);
	WRITE_ONCE(vm->resets, vm->resets + 1);
	open_for(vm, asked);
}

/* There was no memory to open mruby: each run that comes tries again. */
static void try_again(struct kmvm_vm *vm)
{
	u64 asked;
	struct kmvm_run *run;

	wait_event_freezable(vm->wake, has_work(vm));
	if (READ_ONCE(vm->closing))
		return;
	asked = READ_ONCE(vm->resets_asked);
	open_for(vm, asked);
	if (!vm->error)
		return;
	run = next_run(vm);
	if (run) {
		leave(vm);
		kmvm_run_end_unopened(run, vm->heap.refused_by ?: KMVM_LIMIT_MEMORY);
	}
}

static void refuse_runs(struct kmvm_vm *vm)
{
	LIST_HEAD(refused);
	struct kmvm_run *run, *next;

	spin_lock(&vm->lock);
	WRITE_ONCE(vm->dead, true);
	list_splice_init(&vm->runs, &refused);
	list_for_each_entry(run, &refused, on_vm)
		run->state = KMVM_RUN_RUNNING;
	WRITE_ONCE(vm->waiting, 0);
	spin_unlock(&vm->lock);
	list_for_each_entry_safe(run, next, &refused, on_vm) {
		list_del_init(&run->on_vm);
		kmvm_run_end_stopped(run);
	}
	wake_up_all(&vm->was_reset);
}

static int vm_thread(void *data)
{
	struct kmvm_vm *vm = data;

	set_freezable();
	vm->error = open_ruby(vm);
	complete(&vm->ready);
	if (!vm->error) {
		while (!READ_ONCE(vm->closing)) {
			if (!vm->mrb)
				try_again(vm);
			else if (!on_pad(vm, serve) || kmvm_vm_is_resetting(vm))
				renew(vm);
		}
		refuse_runs(vm);
		end_following(vm);
		close_ruby(vm);
	}
	kmvm_log_close(&vm->log);
	/* kthread_stop() wants a thread that is still there. */
	while (!kthread_should_stop())
		wait_event_freezable(vm->wake, kthread_should_stop());
	return 0;
}

static void free_vm(struct kref *ref)
{
	struct kmvm_vm *vm = container_of(ref, struct kmvm_vm, ref);

	kmvm_output_put(vm->to_log);
	kmvm_log_free(&vm->log);
	if (vm->thread)
		put_task_struct(vm->thread);
	put_cred(vm->cred);
	kfree(vm);
}

struct kmvm_vm *kmvm_vm_get(struct kmvm_vm *vm)
{
	kref_get(&vm->ref);
	return vm;
}

void kmvm_vm_put(struct kmvm_vm *vm)
{
	kref_put(&vm->ref, free_vm);
}

/* Up to the point where others may find it. */
static struct kmvm_vm *open_vm(const char *name, size_t heap_max,
			       const struct kmvm_binding *const *bindings,
			       const struct kmvm_vm *parent)
{
	struct kmvm_vm *vm = kzalloc(sizeof(*vm), KMVM_GFP_CALLER);
	int ret;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	kmvm_set_abort_handler(kmvm_guard_abort);
	kref_init(&vm->ref);
	INIT_LIST_HEAD(&vm->on_registry);
	vm->opened = ktime_get();
	vm->bindings = bindings;
	init_completion(&vm->ready);
	init_waitqueue_head(&vm->wake);
	init_waitqueue_head(&vm->was_reset);
	spin_lock_init(&vm->lock);
	raw_spin_lock_init(&vm->event_lock);
	INIT_LIST_HEAD(&vm->runs);
	INIT_LIST_HEAD(&vm->following);
	INIT_LIST_HEAD(&vm->events);
	INIT_LIST_HEAD(&vm->handles);
	INIT_LIST_HEAD(&vm->messages);
	INIT_LIST_HEAD(&vm->queues);
	vm->parent = parent ? parent->serial : 0;
	kmvm_heap_open(&vm->heap, heap_max);

	ret = -EINVAL;
	if (strscpy(vm->name, name, sizeof(vm->name)) >= 0)
		ret = kmvm_registry_announce(vm);
	if (ret)
		goto err_free;

	kmvm_log_open(&vm->log, vm->name);
	vm->to_log = kmvm_output_open(KMVM_OUTPUT_LOG, parent ? parent->to_log->log : &vm->log);
	if (IS_ERR(vm->to_log)) {
		ret = PTR_ERR(vm->to_log);
		goto err_withdraw;
	}
	vm->out = vm->to_log;
	vm->cred = get_current_cred();
	vm->thread = kthread_create(vm_thread, vm, "kmvm/%s", vm->name);
	if (IS_ERR(vm->thread)) {
		ret = PTR_ERR(vm->thread);
		vm->thread = NULL;
		goto err_put;
	}
	get_task_struct(vm->thread);
	wake_up_process(vm->thread);
	wait_for_completion(&vm->ready);
	ret = vm->error;
	if (ret)
		goto err_stop_thread;

	return vm;

err_stop_thread:
	kthread_stop(vm->thread);
err_put:
	kmvm_registry_withdraw(vm);
	kmvm_vm_put(vm);
	return ERR_PTR(ret);

err_withdraw:
	kmvm_registry_withdraw(vm);
err_free:
	kfree(vm);
	return ERR_PTR(ret);
}

struct kmvm_vm *kmvm_vm_open(const char *name, size_t heap_max,
			     const struct kmvm_binding *const *bindings)
{
	struct kmvm_vm *vm = open_vm(name, heap_max, bindings, NULL);

	if (!IS_ERR(vm))
		kmvm_registry_publish(vm);
	return vm;
}

/* As much of the parent's name as leaves room for the number. */
static void name_thread(char *name, const char *parent, u64 number)
{
	int digits = snprintf(NULL, 0, ".%llu", number);

	snprintf(name, KMVM_NAME_MAX, "%.*s.%llu", KMVM_NAME_MAX - 1 - digits, parent, number);
}

struct kmvm_vm *kmvm_vm_open_thread(struct kmvm_vm *parent)
{
	char name[KMVM_NAME_MAX];
	struct kmvm_vm *vm;

	do {
		name_thread(name, parent->name, ++parent->threads);
		vm = open_vm(name, parent->heap.stats.cap, parent->bindings, parent);
	} while (vm == ERR_PTR(-EEXIST) && !kmvm_guard_stopping(parent));
	if (!IS_ERR(vm))
		kmvm_registry_publish(vm);
	return vm;
}

/* It was hidden by us. */
static void close_vm(struct kmvm_vm *vm)
{
	unsigned int events;

	WRITE_ONCE(vm->closing, true);
	/* Whatever it waits for: it looks. */
	kmvm_vm_kill(vm, KMVM_STOP_HARD, &events);
	kthread_stop(vm->thread);
	kmvm_registry_withdraw(vm);
	kmvm_vm_put(vm);
}

void kmvm_vm_close(struct kmvm_vm *vm)
{
	if (!WARN_ON(!kmvm_registry_hide(vm)))
		close_vm(vm);
}

struct kmvm_vm *kmvm_vm_load(const char *name, size_t heap_max,
			     const struct kmvm_binding *const *bindings)
{
	struct kmvm_vm *vm;

	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	vm = open_vm(name, heap_max, bindings, NULL);
	if (IS_ERR(vm)) {
		module_put(THIS_MODULE);
		return vm;
	}
	vm->loaded = true;
	vm->loading = true;
	kmvm_vm_get(vm);		/* before somebody finds and unloads it */
	kmvm_registry_publish(vm);
	return vm;
}

int kmvm_vm_keep(struct kmvm_vm *vm)
{
	WRITE_ONCE(vm->loading, false);
	return READ_ONCE(vm->closing) ? -ENOENT : 0;
}

int kmvm_vm_unload(struct kmvm_vm *vm)
{
	if (!vm->loaded)
		return -EBUSY;
	if (!kmvm_registry_hide(vm))
		return -ENOENT;
	close_vm(vm);
	module_put(THIS_MODULE);
	return 0;
}

int kmvm_vm_queue(struct kmvm_vm *vm, struct kmvm_run *run)
{
	int ret = 0;

	spin_lock(&vm->lock);
	if (vm->dead)
		ret = -ENODEV;
	else if (run->stop)
		ret = -ECANCELED;
	if (!ret) {
		list_add_tail(&run->on_vm, &vm->runs);
		WRITE_ONCE(vm->waiting, vm->waiting + 1);
		run->state = KMVM_RUN_QUEUED;
	}
	spin_unlock(&vm->lock);
	if (!ret)
		wake_up(&vm->wake);
	return ret;
}

unsigned int kmvm_vm_kill(struct kmvm_vm *vm, enum kmvm_stop stop, unsigned int *events)
{
	struct kmvm_run *run;
	unsigned int runs = 0;

	spin_lock(&vm->lock);
	if (vm->current_run) {
		kmvm_run_urge(vm->current_run, stop);
		runs++;
	}
	list_for_each_entry(run, &vm->following, on_vm) {
		kmvm_run_urge(run, stop);
		runs++;
	}
	*events = READ_ONCE(vm->in_event) && !READ_ONCE(vm->event_origin);
	if (*events)
		WRITE_ONCE(vm->event_stop,
			   READ_ONCE(vm->event_stop) == KMVM_GO ? stop : KMVM_STOP_HARD);
	spin_unlock(&vm->lock);
	wake_up(&vm->wake);
	return runs;
}

int kmvm_vm_reset(struct kmvm_vm *vm)
{
	struct kmvm_run *run;
	u64 ticket;

	spin_lock(&vm->lock);
	ticket = vm->resets_asked + 1;
	WRITE_ONCE(vm->resets_asked, ticket);
	if (vm->current_run)
		kmvm_run_urge(vm->current_run, KMVM_STOP_HARD);
	list_for_each_entry(run, &vm->following, on_vm)
		kmvm_run_urge(run, KMVM_STOP_HARD);
	spin_unlock(&vm->lock);
	wake_up(&vm->wake);
	/* Pairs with open_for(): error is that of this reset or of a later one. */
	if (wait_event_freezable(vm->was_reset,
				 smp_load_acquire(&vm->resets_done) >= ticket ||
				 READ_ONCE(vm->dead)))
		return -EINTR;
	return READ_ONCE(vm->dead) ? -ENODEV : READ_ONCE(vm->error);
}

bool kmvm_vm_busy(struct kmvm_vm *vm)
{
	bool busy;

	spin_lock(&vm->lock);
	busy = vm->current_run || READ_ONCE(vm->in_event) || !list_empty(&vm->runs);
	spin_unlock(&vm->lock);
	return busy;
}

static enum kmvm_vm_state state_of(struct kmvm_vm *vm)
{
	lockdep_assert_held(&vm->lock);
	if (kmvm_vm_is_resetting(vm))
		return KMVM_VM_RESETTING;
	if (READ_ONCE(vm->error))
		return KMVM_VM_UNOPENED;
	if (READ_ONCE(vm->loading))
		return KMVM_VM_LOADING;
	if (vm->current_run || READ_ONCE(vm->in_event))
		return KMVM_VM_RUNNING;
	return KMVM_VM_IDLE;
}

void kmvm_vm_info(struct kmvm_vm *vm, struct kmvm_info *info)
{
	struct kmvm_heap_stats stats;
	struct kmvm_limits limits;

	strscpy(info->vm, vm->name, sizeof(info->vm));
	info->serial = vm->serial;
	info->parent = vm->parent;
	spin_lock(&vm->lock);
	info->state = state_of(vm);
	if (vm->current_run) {
		info->owner_pid = pid_vnr(vm->current_run->caller);
		strscpy(info->owner_comm, vm->current_run->comm, sizeof(info->owner_comm));
	}
	info->waiting = vm->waiting;
	info->runs = vm->runs_ended;
	info->errors = vm->errors;
	spin_unlock(&vm->lock);

	info->handles = READ_ONCE(vm->handle_count);
	info->age_ns = ktime_to_ns(ktime_sub(ktime_get(), vm->opened));
	info->cpu_ns = READ_ONCE(vm->thread->se.sum_exec_runtime);
	kmvm_heap_read(&vm->heap, &stats);
	info->heap_bytes = stats.used;
	info->heap_peak = stats.peak;
	info->heap_held = stats.held;
	info->heap_max = stats.cap;
	info->allocations = stats.allocations;
	info->frees = stats.frees;
	info->resets = READ_ONCE(vm->resets);
	info->events = READ_ONCE(vm->events_run);
	/* A count comes to the sum first: no sum is told that is less than the greatest. */
	info->late_max_ns = READ_ONCE(vm->late_max_ns);
	smp_rmb();	/* pairs with count_event() */
	info->late_ns = READ_ONCE(vm->late_ns);
	info->log_lost = READ_ONCE(vm->log.held_back);

	kmvm_limits_read(&limits);
	info->budget_held = kmvm_budget_held();
	info->budget_max = limits.budget;
	info->floor = limits.floor;
	info->available = kmvm_memory_available();
	info->timeout_ns = limits.timeout_ns;
	info->event_ns = limits.event_ns;
	info->handles_max = KMVM_HANDLES_MAX;
}

/*
 * Events are not driven within events, nor deep in a recursion: what the block raises is
 * told with memory that may enter reclaim, some frames further down.
 */
static bool drives_with(struct kmvm_vm *vm, unsigned long stack)
{
	return !vm->in_event && stack >= THREAD_SIZE * 5 / 8;
}

static bool drives(struct kmvm_vm *vm)
{
	return drives_with(vm, kmvm_stack_left());
}

/* Has a run that is followed had its time, or been stopped? */
static bool is_over(struct kmvm_vm *vm)
{
	bool ended;

	spin_lock(&vm->lock);
	ended = over(vm);
	spin_unlock(&vm->lock);
	return ended;
}

/* What a thread that dozes waits for, beside stops and events. */
struct awaited {
	ktime_t until;
	struct wait_queue_head *head;	/* where it is told of; NULL: vm->wake */
	bool (*is_so)(void *data);	/* NULL: never */
	void *data;
	bool alone;			/* no event is driven */
};

static bool is_so(const struct awaited *awaited)
{
	return awaited->is_so && awaited->is_so(awaited->data);
}

static bool may_wake(struct kmvm_vm *vm, const struct awaited *awaited)
{
	return kmvm_guard_stopping(vm) || is_so(awaited) ||
		(!awaited->alone && drives(vm) && (kmvm_events_pending(vm) || is_over(vm)));
}

/* A block that sleeps must look again when its time is over: a run may wait by then. */
static ktime_t next_look(struct kmvm_vm *vm, ktime_t until)
{
	ktime_t over = ktime_add_ns(vm->event_start, vm->event_max + 1);

	/* Whoever comes later wakes the thread up. */
	if (vm->in_event && ktime_before(ktime_get(), over) && ktime_before(over, until))
		return over;
	return until;
}

/* Until something comes up. */
static noinline void nap(struct kmvm_vm *vm, const struct awaited *awaited)
{
	ktime_t end = next_look(vm, awaited->until);
	DEFINE_WAIT(wait);
	DEFINE_WAIT(also);

	if (awaited->head)
		prepare_to_wait(awaited->head, &also, TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	prepare_to_wait(&vm->wake, &wait, TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (!may_wake(vm, awaited))
		schedule_hrtimeout_range(end == KTIME_MAX ? NULL : &end, current->timer_slack_ns,
					 HRTIMER_MODE_ABS);
	finish_wait(&vm->wake, &wait);
	if (awaited->head)
		finish_wait(awaited->head, &also);
	try_to_freeze();
	cond_resched();
}

/* Naps, and runs one event. A frame of its own, which tests/host/stack knows. */
static noinline void doze(struct kmvm_vm *vm, const struct awaited *awaited)
{
	nap(vm, awaited);
	if (!awaited->alone && drives(vm)) {
		kmvm_events_drive(vm);
		kmvm_vm_reap(vm);
	}
}

static int await(struct kmvm_vm *vm, const struct awaited *awaited)
{
	for (;;) {
		if (is_so(awaited))
			return 0;
		if (kmvm_guard_stopping(vm))
			return -EINTR;
		if (!ktime_before(ktime_get(), awaited->until))
			return -ETIME;
		doze(vm, awaited);
	}
}

int kmvm_vm_await(struct kmvm_vm *vm, ktime_t until, struct wait_queue_head *head,
		  bool (*is_so)(void *data), void *data)
{
	const struct awaited awaited = {
		.until = until, .head = head, .is_so = is_so, .data = data,
	};

	return await(vm, &awaited);
}

int kmvm_vm_await_alone(struct kmvm_vm *vm, ktime_t until, struct wait_queue_head *head,
			bool (*is_so)(void *data), void *data)
{
	const struct awaited awaited = {
		.until = until, .head = head, .is_so = is_so, .data = data, .alone = true,
	};

	return await(vm, &awaited);
}

void kmvm_vm_sleep(struct kmvm_vm *vm, ktime_t until)
{
	kmvm_vm_await(vm, until, NULL, NULL, NULL);
}

static bool has_no_handle(void *data)
{
	const struct kmvm_vm *vm = data;

	return !vm->handle_count;
}

int kmvm_vm_wait(struct kmvm_vm *vm, ktime_t until)
{
	/* Whoever dozes has a little less of the stack, and waits for ever if that is too little. */
	if (!drives_with(vm, kmvm_stack_left() - THREAD_SIZE / 32))
		return -EDEADLK;
	kmvm_vm_await(vm, until, NULL, has_no_handle, vm);
	return vm->handle_count ? -ETIME : 0;
}

void kmvm_vm_act_as(struct kmvm_vm *vm, const struct cred *cred)
{
	const struct cred *last = vm->cred;

	vm->cred = get_cred(cred);
	put_cred(last);
}

static bool give_up(void *data)
{
	return kmvm_guard_stopping(data);
}

void kmvm_vm_print(struct kmvm_vm *vm, int level, const char *text, size_t size)
{
	struct kmvm_run *run = vm->active;
	struct kmvm_print print = {
		.level = level,
		.run = run ? run->request.id : 0,
		.text = text,
		.size = size,
		.may_wait = run && run->request.may_wait,
		.aside = run && run->request.thread,
		.give_up = give_up,
		.data = vm,
	};
	size_t lost;

	lost = kmvm_output_write(vm->out, &print);
	/* Nobody reads there any more. */
	if (lost && print.aside && kmvm_output_is_left(vm->out)) {
		print.text += size - lost;
		print.size = lost;
		lost = kmvm_output_write(vm->to_log, &print);
	}
	if (run)
		run->result.lost_bytes += lost;
}

const char *kmvm_mruby_version(void)
{
	return MRUBY_VERSION;
}

struct kmvm_vm *kmvm_vm_current(void)
{
	if (!(current->flags & PF_KTHREAD) || kthread_func(current) != vm_thread)
		return NULL;
	return kthread_data(current);
}
