// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a run: made and started by whoever asks, executed by the VM's thread,
 * ended once. Its result is written by the thread before the completion and read only
 * after it.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../stub/compat.h"
#include "error.h"
#include "guard.h"
#include "budget.h"
#include "message.h"
#include "verify.h"
#include "vm.h"

void kmvm_request_free(struct kmvm_request *request)
{
	kmvm_budget_free(request->image, request->room);
	kmvm_budget_free(request->args, request->args_size);
	kmvm_budget_free(request->parameters, request->parameters_size);
	kmvm_message_free(request->message);
	request->image = NULL;
	request->args = NULL;
	request->parameters = NULL;
	kmvm_libraries_drop(&request->libraries);
	request->message = NULL;
}

static void meet_limit(struct kmvm_run *run, enum kmvm_limit limit)
{
	cmpxchg(&run->limit, KMVM_LIMIT_NONE, limit);
}

/* Sees to it that a run is looked at, wherever it waits. */
static void nudge(struct kmvm_run *run)
{
	wake_up(&run->vm->wake);
	wake_up(&run->output->room);
}

static enum hrtimer_restart time_is_up(struct hrtimer *timer)
{
	struct kmvm_run *run = container_of(timer, struct kmvm_run, timeout);

	meet_limit(run, KMVM_LIMIT_TIME);
	nudge(run);
	return HRTIMER_NORESTART;
}

struct kmvm_run *kmvm_run_open(struct kmvm_vm *vm, struct kmvm_output *output,
			       struct kmvm_request *request, const struct kmvm_run *asker,
			       const struct cred *cred)
{
	struct kmvm_run *run = kzalloc(sizeof(*run), KMVM_GFP_CALLER);
	struct kmvm_limits limits;

	if (!run) {
		kmvm_request_free(request);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&run->ref);
	INIT_LIST_HEAD(&run->on_owner);
	INIT_LIST_HEAD(&run->on_vm);
	init_completion(&run->ended);
	run->vm = kmvm_vm_get(vm);
	run->output = kmvm_output_get(output);
	run->caller = get_pid(asker ? asker->caller : task_tgid(current));
	strscpy(run->comm, asker ? asker->comm : current->comm, sizeof(run->comm));
	run->cred = get_cred(cred ?: current_cred());
	run->request = *request;
	kmvm_limits_read(&limits);
	/* A thread may take as long as what started it: that ends it. */
	if (!request->thread)
		run->request.timeout_ns = request->timeout_ns ?: limits.timeout_ns;
	run->heap_left = request->heap_max ?: KMVM_HEAP_ANY;
	hrtimer_setup(&run->timeout, time_is_up, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	return run;
}

struct kmvm_run *kmvm_run_get(struct kmvm_run *run)
{
	kref_get(&run->ref);
	return run;
}

static void free_run(struct kref *ref)
{
	struct kmvm_run *run = container_of(ref, struct kmvm_run, ref);

	kmvm_request_free(&run->request);
	kmvm_message_free(run->answer);
	kvfree(run->value);
	kvfree(run->error);
	kmvm_budget_give(run->texts);
	put_cred(run->cred);
	put_pid(run->caller);
	kmvm_output_put(run->output);
	kmvm_vm_put(run->vm);
	kfree(run);
}

void kmvm_run_put(struct kmvm_run *run)
{
	kref_put(&run->ref, free_run);
}

static void end(struct kmvm_run *run, enum kmvm_outcome outcome, int status)
{
	run->result.outcome = outcome;
	run->result.status = status;
}

static bool is_error(enum kmvm_outcome outcome)
{
	return outcome == KMVM_RAISED || outcome == KMVM_REFUSED || outcome == KMVM_SPENT;
}

void kmvm_run_end(struct kmvm_run *run)
{
	struct kmvm_result *result = &run->result;
	struct kmvm_vm *vm = run->vm;

	hrtimer_cancel(&run->timeout);
	result->steps += run->event_steps;
	if (run->started)
		result->time_ns = ktime_to_ns(ktime_sub(ktime_get(), run->started));
	result->value_size = run->value ? strlen(run->value) + 1 : 0;
	result->error_size = run->error ? strlen(run->error) + 1 : 0;

	spin_lock(&vm->lock);
	run->state = KMVM_RUN_ENDED;
	vm->runs_ended++;
	vm->errors += is_error(result->outcome);
	spin_unlock(&vm->lock);

	/* Told first: whoever sees read() end finds the result there. */
	complete_all(&run->ended);
	if (!run->request.thread)
		kmvm_output_run_end(run->output);
	if (run->on_end)
		run->on_end(run);
	kmvm_run_put(run);
}

static void end_with(struct kmvm_run *run, enum kmvm_outcome outcome, const char *error)
{
	end(run, outcome, 1);
	kvfree(run->error);
	run->error = kstrdup(error, KMVM_GFP_CALLER);
	kmvm_run_end(run);
}

static void end_spent(struct kmvm_run *run, enum kmvm_limit limit, const char *error)
{
	run->result.limit = limit;
	end_with(run, KMVM_SPENT, error);
}

void kmvm_run_end_stopped(struct kmvm_run *run)
{
	enum kmvm_limit limit = READ_ONCE(run->limit);

	if (run->stop == KMVM_GO && limit != KMVM_LIMIT_NONE)
		end_spent(run, limit, limit == KMVM_LIMIT_STEPS ? "out of steps\n" : "timed out\n");
	else
		end_with(run, KMVM_INTERRUPTED, "interrupted\n");
}

void kmvm_run_end_broken(struct kmvm_run *run)
{
	end_spent(run, KMVM_LIMIT_ABORT, "mruby gave up; the VM starts afresh\n");
}

void kmvm_run_end_unopened(struct kmvm_run *run, enum kmvm_limit limit)
{
	end_spent(run, limit, "no memory to open the VM\n");
}

void kmvm_run_start(struct kmvm_run *run)
{
	struct kmvm_verdict verdict;

	kmvm_run_get(run);		/* the VM's, until kmvm_run_end() */
	if (!run->request.thread)
		kmvm_output_run_begin(run->output);
	switch (kmvm_verify(run->request.image, run->request.size, &verdict)) {
	case 0:
		break;
	case -ENOMEM:
		end_spent(run, KMVM_LIMIT_MEMORY, "no memory to judge the image (NoMemoryError)\n");
		return;
	default:
		end(run, KMVM_REFUSED, 1);
		run->error = kasprintf(KMVM_GFP_CALLER, "refused: %s\n", verdict.text);
		kmvm_run_end(run);
		return;
	}
	switch (kmvm_vm_queue(run->vm, run)) {
	case -ECANCELED:
	case -ENODEV:
		kmvm_run_end_stopped(run);
		break;
	}
}

void kmvm_run_urge(struct kmvm_run *run, enum kmvm_stop stop)
{
	lockdep_assert_held(&run->vm->lock);
	WRITE_ONCE(run->stop, run->stop == KMVM_GO ? stop : KMVM_STOP_HARD);
	nudge(run);
}

void kmvm_run_stop(struct kmvm_run *run, enum kmvm_stop stop)
{
	struct kmvm_vm *vm = run->vm;
	bool unqueued = false;

	spin_lock(&vm->lock);
	kmvm_run_urge(run, stop);
	if (run->state == KMVM_RUN_QUEUED) {
		list_del_init(&run->on_vm);
		WRITE_ONCE(vm->waiting, vm->waiting - 1);
		run->state = KMVM_RUN_RUNNING;	/* ours to end, and nobody else's */
		unqueued = true;
	}
	spin_unlock(&vm->lock);

	if (unqueued)
		kmvm_run_end_stopped(run);
}

enum kmvm_stop kmvm_run_wanted(const struct kmvm_run *run)
{
	enum kmvm_stop stop = READ_ONCE(run->stop);

	if (stop == KMVM_GO && READ_ONCE(run->limit) != KMVM_LIMIT_NONE)
		return KMVM_STOP_GRACE;
	return stop;
}

void kmvm_run_count(struct kmvm_run *run, u64 steps)
{
	if (run->request.steps_max && steps >= run->request.steps_max)
		meet_limit(run, KMVM_LIMIT_STEPS);
}

static mrb_value parameter(mrb_state *mrb, const char *value)
{
	s64 number = 0;

	switch (*value++) {
	case KMVM_PARAMETER_INTEGER:
		/* It was one when the request was checked. */
		if (kstrtos64(value, 10, &number))
			return mrb_nil_value();
		return mrb_int_value(mrb, number);
	case KMVM_PARAMETER_BOOLEAN:
		return mrb_bool_value(!strcmp(value, "true"));
	default:
		return mrb_str_new_cstr(mrb, value);
	}
}

/* A Hash by symbols, frozen. */
static mrb_value parameters_of(mrb_state *mrb, const struct kmvm_request *request)
{
	const char *at = request->parameters, *end = at + request->parameters_size;
	mrb_value hash = mrb_hash_new(mrb);
	int arena = mrb_gc_arena_save(mrb);

	while (at < end) {
		mrb_value name = mrb_symbol_value(mrb_intern_cstr(mrb, at));

		at += strlen(at) + 1;
		mrb_hash_set(mrb, hash, name, parameter(mrb, at));
		at += strlen(at) + 1;
		mrb_gc_arena_restore(mrb, arena);
	}
	MRB_SET_FROZEN_FLAG(mrb_basic_ptr(hash));
	return hash;
}

/*
 * A VM that was loaded keeps those of its program: blocks of it go on while somebody looks in who brings none,
 * and has but one word for them.
 */
static void set_parameters(mrb_state *mrb, const struct kmvm_vm *vm, const struct kmvm_request *request)
{
	mrb_sym name = mrb_intern_lit(mrb, "PARAMETERS");

	if (!vm->loaded || request->parameters_size ||
	    !mrb_const_defined(mrb, mrb_obj_value(mrb->object_class), name))
		mrb_define_const_id(mrb, mrb->object_class, name, parameters_of(mrb, request));
}

static void set_arguments(mrb_state *mrb, const struct kmvm_vm *vm, const struct kmvm_request *request)
{
	const char *arg = request->args, *end = arg + request->args_size;
	mrb_value argv = mrb_ary_new(mrb), name = mrb_str_new_lit(mrb, "-");
	bool first = true;

	for (; arg < end; arg += strlen(arg) + 1, first = false) {
		if (first)
			name = mrb_str_new_cstr(mrb, arg);
		else
			mrb_ary_push(mrb, argv, mrb_str_new_cstr(mrb, arg));
	}
	mrb_define_global_const(mrb, "ARGV", argv);
	set_parameters(mrb, vm, request);
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$0"), name);
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$PROGRAM_NAME"), name);
}

struct execution {
	struct kmvm_run *run;
	mrb_value value;
};

/* The block of a thread: with its arguments, and what it answers on its way. */
static void call_block(mrb_state *mrb, struct execution *execution)
{
	struct kmvm_run *run = execution->run;
	struct kmvm_message *message = run->request.message;
	mrb_value block = execution->value, arguments;

	mrb_gc_protect(mrb, block);
	run->request.message = NULL;
	arguments = kmvm_message_read(mrb, message);
	execution->value = mrb_yield_argv(mrb, block, RARRAY_LEN(arguments), RARRAY_PTR(arguments));
	mrb_gc_protect(mrb, execution->value);
	run->answer = kmvm_message_take(kmvm_message_write(mrb, execution->value, true));
}

static void load_and_run(mrb_state *mrb, void *data)
{
	struct execution *execution = data;
	struct kmvm_request *request = &execution->run->request;
	struct RProc *proc;
	mrb_irep *irep;

	set_arguments(mrb, execution->run->vm, request);
	/* First the proc: code that nobody owns would be lost when there is no memory for it. */
	proc = mrb_proc_new(mrb, NULL);
	/* Copies what it keeps, so the image can go. */
	irep = mrb_read_irep_buf(mrb, request->image, request->size);
	kmvm_budget_free(request->image, request->room);
	request->image = NULL;
	if (!irep)
		mrb_raise(mrb, E_SCRIPT_ERROR, "the image cannot be loaded");
	proc->body.irep = irep;
	proc->c = NULL;
	kmvm_heap_reserve(&execution->run->vm->heap, true);
	execution->value = mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
	if (execution->run->request.thread)
		call_block(mrb, execution);
}

static int exit_status(mrb_state *mrb, mrb_value exc)
{
	mrb_value status = mrb_iv_get(mrb, exc, mrb_intern_lit(mrb, "status"));

	return mrb_integer_p(status) ? mrb_integer(status) & 0xff : 1;
}

/* The VM's own, raised because an allocation was refused; not one that a script has made. */
static bool is_no_memory(mrb_state *mrb, mrb_value exc)
{
	return mrb_obj_ptr(exc) == mrb->nomem_err;
}

/* It was stopped: by somebody, or by a limit. */
static void end_as_stopped(struct kmvm_run *run)
{
	enum kmvm_limit limit = READ_ONCE(run->limit);

	if (READ_ONCE(run->stop) != KMVM_GO || limit == KMVM_LIMIT_NONE) {
		end(run, KMVM_INTERRUPTED, 1);
	} else {
		end(run, KMVM_SPENT, 1);
		run->result.limit = limit;
	}
}

/* What an exception that nobody rescued makes of the run. */
static void judge(struct kmvm_vm *vm, struct kmvm_run *run, mrb_value exc)
{
	mrb_state *mrb = vm->mrb;
	/* A collection that is left because a stop waits looks like want of memory. */
	bool stopped = kmvm_guard_stopped(vm) ||
		(is_no_memory(mrb, exc) && kmvm_guard_stopping(vm));

	if (!stopped && mrb_obj_is_kind_of(mrb, exc, vm->exit_class)) {
		end(run, KMVM_EXITED, exit_status(mrb, exc));
		return;
	}
	if (stopped) {
		end_as_stopped(run);
	} else if (is_no_memory(mrb, exc)) {
		end(run, KMVM_SPENT, 1);
		run->result.limit = vm->heap.refused_by ?: KMVM_LIMIT_MEMORY;
		/* What the run held is garbage now, and its error needs some memory. */
		mrb_full_gc(mrb);
	} else {
		end(run, KMVM_RAISED, 1);
	}
	run->error = kmvm_error_text(vm, exc, stopped);
	/* A message of its own that never ends is the run's, too. */
	if (!stopped && kmvm_guard_stopped(vm))
		end_as_stopped(run);
}

/* What a thread raised, for whoever joins it, with the message that its class may have put together. */
static void write_error(mrb_state *mrb, void *data)
{
	struct execution *execution = data;
	mrb_value exc = execution->value;
	mrb_value text = mrb_funcall(mrb, exc, "message", 0);

	if (mrb_string_p(text))
		mrb_exc_mesg_set(mrb, mrb_exc_ptr(exc), text);
	execution->run->answer = kmvm_message_take(kmvm_message_write(mrb, exc, false));
}

static void answer_error(struct kmvm_vm *vm, struct kmvm_run *run, mrb_value exc)
{
	struct execution execution = { .run = run, .value = exc };
	mrb_value failed;

	/* If not, the text of the error is there. */
	if (run->result.outcome == KMVM_RAISED && mrb_exception_p(exc))
		kmvm_guard_enter(vm, write_error, &execution, &failed);
}

static void inspect_value(struct kmvm_vm *vm, struct kmvm_run *run, mrb_value value)
{
	mrb_value exc;

	run->value = kmvm_value_text(vm, value, &exc);
	if (!mrb_nil_p(exc))
		judge(vm, run, exc);
	else if (kmvm_guard_stopped(vm))
		judge(vm, run, mrb_obj_value(vm->stop_error));
}

static void take_figures(struct kmvm_vm *vm, struct kmvm_run *run)
{
	struct kmvm_heap_stats stats;

	kmvm_heap_read(&vm->heap, &stats);
	run->result.steps = kmvm_guard_count(vm);
	run->result.cpu_ns = current->se.sum_exec_runtime - run->cpu;
	run->result.heap_bytes = stats.used;
	run->result.heap_peak = vm->heap.run_peak;
}

/* A text is kept until somebody asks: for as long as that takes it is kmvm's. */
static char *charged(struct kmvm_run *run, char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	if (kmvm_budget_take(size, KMVM_FOR_PROGRAM) == KMVM_LIMIT_NONE) {
		run->texts += size;
		return text;
	}
	kvfree(text);
	return NULL;
}

void kmvm_run_execute(struct kmvm_run *run)
{
	struct kmvm_vm *vm = run->vm;
	mrb_state *mrb = vm->mrb;
	struct execution execution = { .run = run, .value = mrb_nil_value() };
	int arena = mrb_gc_arena_save(mrb);
	struct kmvm_guard_state outer;
	bool came_back, kept;
	mrb_value exc;

	kmvm_libraries_bring(&vm->libraries, &run->request.libraries);
	run->started = ktime_get();
	run->cpu = current->se.sum_exec_runtime;
	mrb_gc_defaults(mrb);
	/* Its share counts from what is alive, not from what others left lying about. */
	if (run->request.heap_max)
		mrb_full_gc(mrb);
	if (run->request.timeout_ns)
		hrtimer_start(&run->timeout, ns_to_ktime(min_t(u64, run->request.timeout_ns, KTIME_MAX)),
			      HRTIMER_MODE_REL_SOFT);
	vm->active = run;
	kmvm_vm_act_as(vm, run->cred);
	vm->out = run->output;
	kmvm_heap_account(&vm->heap);
	kmvm_heap_share(&vm->heap, run->heap_left);
	kmvm_heap_reserve(&vm->heap, false);
	kmvm_guard_arm(vm, &outer);

	came_back = kmvm_guard_enter(vm, load_and_run, &execution, &exc);
	kmvm_heap_reserve(&vm->heap, true);
	mrb_gc_protect(mrb, execution.value);
	kept = mrb_vm_leave(mrb);
	mrb_gc_defaults(mrb);
	if (!came_back) {
		judge(vm, run, exc);
		if (run->request.thread)
			answer_error(vm, run, exc);
	} else if (kmvm_guard_stopped(vm)) {
		/* An ensure block of its own has swallowed the stop. */
		judge(vm, run, mrb_obj_value(vm->stop_error));
	} else if (!kept) {
		/* What its blocks use of its locals is lost: they must not go on without. */
		judge(vm, run, mrb_obj_value(mrb->nomem_err));
	} else {
		end(run, KMVM_DONE, 0);
		if (run->request.flags & KMVM_RUN_INSPECT)
			inspect_value(vm, run, execution.value);
	}
	take_figures(vm, run);
	run->heap_left = kmvm_heap_left(&vm->heap);
	kmvm_heap_lift(&vm->heap);
	run->value = charged(run, run->value);
	run->error = charged(run, run->error);
	run->result.lost_bytes += kmvm_output_flush(run->output);
	/* Where a thread prints once its reader has left. */
	run->result.lost_bytes += kmvm_output_flush(vm->to_log);

	vm->active = NULL;
	vm->out = vm->to_log;
	kmvm_guard_disarm(vm, &outer);
	mrb_gc_arena_restore(mrb, arena);
}
