// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a run: made and started by whoever asks, executed by the VM's thread,
 * ended once. Its result is written by the thread before the completion and read only
 * after it.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "error.h"
#include "guard.h"
#include "verify.h"
#include "vm.h"

struct kmvm_run *kmvm_run_open(struct kmvm_vm *vm, struct kmvm_output *output,
			       const struct kmvm_request *request)
{
	struct kmvm_run *run = kzalloc(sizeof(*run), GFP_KERNEL_ACCOUNT);

	if (!run) {
		kvfree(request->image);
		kvfree(request->args);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&run->ref);
	INIT_LIST_HEAD(&run->on_owner);
	INIT_LIST_HEAD(&run->on_vm);
	init_completion(&run->ended);
	run->vm = kmvm_vm_get(vm);
	run->output = kmvm_output_get(output);
	run->caller = get_pid(task_tgid(current));
	strscpy(run->comm, current->comm, sizeof(run->comm));
	run->cred = get_current_cred();
	run->request = *request;
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

	kvfree(run->request.image);
	kvfree(run->request.args);
	kvfree(run->value);
	kvfree(run->error);
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
	kmvm_output_run_end(run->output);
	kmvm_run_put(run);
}

static void end_with(struct kmvm_run *run, enum kmvm_outcome outcome, const char *error)
{
	end(run, outcome, 1);
	kvfree(run->error);
	run->error = kstrdup(error, GFP_KERNEL);
	kmvm_run_end(run);
}

void kmvm_run_end_stopped(struct kmvm_run *run)
{
	end_with(run, KMVM_INTERRUPTED, "interrupted\n");
}

void kmvm_run_end_broken(struct kmvm_run *run)
{
	end_with(run, KMVM_SPENT, "mruby gave up; the VM starts afresh\n");
}

void kmvm_run_start(struct kmvm_run *run)
{
	struct kmvm_verdict verdict;

	kmvm_run_get(run);		/* the VM's, until kmvm_run_end() */
	kmvm_output_run_begin(run->output);
	if (kmvm_verify(run->request.image, run->request.size, &verdict)) {
		end(run, KMVM_REFUSED, 1);
		run->error = kasprintf(GFP_KERNEL_ACCOUNT, "refused: %s\n", verdict.text);
		kmvm_run_end(run);
		return;
	}
	switch (kmvm_vm_queue(run->vm, run)) {
	case -ECANCELED:
		kmvm_run_end_stopped(run);
		break;
	case -ENODEV:
		end_with(run, KMVM_SPENT, "the VM could not be opened again\n");
		break;
	}
}

void kmvm_run_stop(struct kmvm_run *run, enum kmvm_stop stop)
{
	struct kmvm_vm *vm = run->vm;
	bool unqueued = false;

	spin_lock(&vm->lock);
	if (run->stop != KMVM_GO)
		stop = KMVM_STOP_HARD;
	WRITE_ONCE(run->stop, stop);
	if (run->state == KMVM_RUN_QUEUED) {
		list_del_init(&run->on_vm);
		WRITE_ONCE(vm->waiting, vm->waiting - 1);
		run->state = KMVM_RUN_RUNNING;	/* ours to end, and nobody else's */
		unqueued = true;
	}
	spin_unlock(&vm->lock);

	if (unqueued)
		kmvm_run_end_stopped(run);
	wake_up(&vm->wake);
	wake_up(&run->output->room);
}

static void set_arguments(mrb_state *mrb, const struct kmvm_request *request)
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
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$0"), name);
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$PROGRAM_NAME"), name);
}

struct execution {
	struct kmvm_run *run;
	mrb_value value;
};

static void load_and_run(mrb_state *mrb, void *data)
{
	struct execution *execution = data;
	struct kmvm_request *request = &execution->run->request;
	struct RProc *proc;
	mrb_irep *irep;

	set_arguments(mrb, request);
	/* Copies what it keeps, so the image can go. */
	irep = mrb_read_irep_buf(mrb, request->image, request->size);
	kvfree(request->image);
	request->image = NULL;
	if (!irep)
		mrb_raise(mrb, E_SCRIPT_ERROR, "the image cannot be loaded");
	proc = mrb_proc_new(mrb, irep);
	mrb_irep_decref(mrb, irep);
	proc->c = NULL;
	execution->value = mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
}

static int exit_status(mrb_state *mrb, mrb_value exc)
{
	mrb_value status = mrb_iv_get(mrb, exc, mrb_intern_lit(mrb, "status"));

	return mrb_integer_p(status) ? mrb_integer(status) & 0xff : 1;
}

static bool is_no_memory(mrb_state *mrb, mrb_value exc)
{
	return mrb_obj_class(mrb, exc) == mrb_obj_class(mrb, mrb_obj_value(mrb->nomem_err));
}

/* What an exception that nobody rescued makes of the run. */
static void judge(struct kmvm_vm *vm, struct kmvm_run *run, mrb_value exc)
{
	mrb_state *mrb = vm->mrb;

	if (kmvm_guard_stopped(vm)) {
		end(run, KMVM_INTERRUPTED, 1);
		run->error = kmvm_error_text(vm, exc);
	} else if (mrb_obj_is_kind_of(mrb, exc, vm->exit_class)) {
		end(run, KMVM_EXITED, exit_status(mrb, exc));
	} else if (is_no_memory(mrb, exc)) {
		end(run, KMVM_SPENT, 1);
		/* What the run held is garbage now, and its error needs some memory. */
		mrb_full_gc(mrb);
		run->error = kmvm_error_text(vm, exc);
	} else {
		end(run, KMVM_RAISED, 1);
		run->error = kmvm_error_text(vm, exc);
	}
}

static void inspect_value(struct kmvm_vm *vm, struct kmvm_run *run, mrb_value value)
{
	mrb_value exc;

	run->value = kmvm_value_text(vm, value, &exc);
	if (!mrb_nil_p(exc))
		judge(vm, run, exc);
}

static void take_figures(struct kmvm_vm *vm, struct kmvm_run *run)
{
	struct kmvm_heap_stats stats;

	kmvm_heap_read(&vm->heap, &stats);
	run->result.steps = kmvm_guard_count(vm);
	run->result.heap_bytes = stats.used;
	run->result.heap_peak = stats.peak;
}

void kmvm_run_execute(struct kmvm_run *run)
{
	struct kmvm_vm *vm = run->vm;
	mrb_state *mrb = vm->mrb;
	struct execution execution = { .run = run, .value = mrb_nil_value() };
	int arena = mrb_gc_arena_save(mrb);
	struct kmvm_guard_state outer;
	bool came_back;
	mrb_value exc;

	run->started = ktime_get();
	vm->active = run;
	vm->out = run->output;
	mrb->gc.disabled = false;
	kmvm_guard_arm(vm, &outer);

	came_back = kmvm_guard_enter(vm, load_and_run, &execution, &exc);
	mrb_gc_protect(mrb, execution.value);
	mrb_vm_leave(mrb);
	if (!came_back) {
		judge(vm, run, exc);
	} else {
		end(run, KMVM_DONE, 0);
		if (run->request.flags & KMVM_RUN_INSPECT)
			inspect_value(vm, run, execution.value);
	}
	take_figures(vm, run);
	run->result.lost_bytes += kmvm_output_flush(run->output);

	vm->active = NULL;
	vm->out = vm->log;
	kmvm_guard_disarm(vm, &outer);
	mrb_gc_arena_restore(mrb, arena);
}
