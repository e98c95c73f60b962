// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Thread: a VM and a kernel thread of its own for a block that uses nothing but what it
 * is given.
 *
 *	VM                                        its thread, a VM named VM.N
 *	new: block as an image, arguments copied --> run: image judged, loaded, block called
 *	join or the event, whoever is first  <-- on_end: kmvm_event_post(); the answer is the run's
 *
 * struct thread is the VM's handle. It owns the other VM, which owns its threads in turn: a tree,
 * closed from its leaves on. close() ends that VM, so nobody posts afterwards. The Ruby object
 * points to the handle until the answer has been taken, and then keeps that in variables which no
 * script can write.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/budget.h"
#include "../vm/dump.h"
#include "../vm/duration.h"
#include "../vm/guard.h"
#include "../vm/isolate.h"
#include "../vm/message.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

#define THREADS_MAX	1024	/* of all VMs together: each is a process to the kernel */

/* What a thread takes beside the heap of its VM, about. */
#define THREAD_BYTES	(THREAD_SIZE + sizeof(struct kmvm_vm))

struct thread {
	struct kmvm_handle handle;
	struct kmvm_request request;	/* until there is a run */
	struct kmvm_vm *vm;		/* its own; NULL until it has opened */
	struct kmvm_run *run;		/* referenced; NULL until it was asked for */
	unsigned int joining;		/* how many wait for it now */
	bool counted;			/* among threads, and in the budget */
};

static atomic_t threads;

static struct thread *thread_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct thread, handle);
}

/* Kernel half. */

static void ended(struct kmvm_run *run)
{
	struct thread *thread = run->on_end_data;

	kmvm_event_post(&thread->handle);
}

static void close_thread(struct kmvm_handle *handle)
{
	struct thread *thread = thread_of(handle);

	if (thread->vm)
		kmvm_vm_close(thread->vm);
}

static void free_thread(struct kmvm_handle *handle)
{
	struct thread *thread = thread_of(handle);

	if (thread->run)
		kmvm_run_put(thread->run);
	kmvm_request_free(&thread->request);
	if (thread->counted) {
		kmvm_budget_give(THREAD_BYTES);
		atomic_dec(&threads);
	}
	kfree(thread);
}

static int count(struct thread *thread)
{
	if (atomic_inc_return(&threads) > THREADS_MAX) {
		atomic_dec(&threads);
		return -EUSERS;
	}
	if (kmvm_budget_take(THREAD_BYTES, KMVM_FOR_DATA) != KMVM_LIMIT_NONE) {
		atomic_dec(&threads);
		return -ENOMEM;
	}
	thread->counted = true;
	return 0;
}

/* Where the thread prints: where its VM does, while somebody reads there. */
static struct kmvm_output *output_of(const struct kmvm_vm *vm, const struct thread *thread)
{
	return vm->out->kind == KMVM_OUTPUT_READ ? vm->out : thread->vm->to_log;
}

/* As what its run may, for itself; but for time, which is its run's to end it. */
static void inherit(struct kmvm_request *request, const struct kmvm_run *run)
{
	if (!run)
		return;
	request->id = run->request.id;
	request->may_wait = run->request.may_wait;
	request->heap_max = run->request.heap_max;
	request->steps_max = run->request.steps_max;
	request->columns = run->request.columns;
}

/* All that is made is the handle's, which the caller closes if this fails. */
static int begin(struct kmvm_vm *vm, struct thread *thread)
{
	struct kmvm_run *run;
	struct kmvm_vm *own;
	int ret = count(thread);

	if (ret)
		return ret;
	/* What its VM has, it may require. */
	ret = kmvm_libraries_copy(&thread->request.libraries, &vm->libraries);
	if (ret)
		return ret;
	own = kmvm_vm_open_thread(vm);
	if (IS_ERR(own))
		return PTR_ERR(own);
	thread->vm = own;
	inherit(&thread->request, vm->active);
	run = kmvm_run_open(own, output_of(vm, thread), &thread->request, vm->active,
			    vm->cred);
	thread->request = (struct kmvm_request) { 0 };
	if (IS_ERR(run))
		return PTR_ERR(run);
	thread->run = run;
	run->on_end = ended;
	run->on_end_data = thread;
	kmvm_run_start(run);
	return 0;
}

/* Ruby half. */

static const struct mrb_data_type thread_type = { "Linux::Thread", NULL };

/* Names that no script can write. */
#define VALUE	mrb_intern_lit(mrb, "value")
#define ERROR	mrb_intern_lit(mrb, "error")
#define NAME	mrb_intern_lit(mrb, "name")
#define ENDED	mrb_intern_lit(mrb, "ended")

/* Its own notes: it may be frozen. */
static void keep(mrb_state *mrb, mrb_value object, mrb_sym name, mrb_value value)
{
	mrb_obj_iv_set_force(mrb, mrb_obj_ptr(object), name, value);
}

static struct thread *alive(mrb_state *mrb, mrb_value object)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, object, &thread_type);

	return handle ? thread_of(handle) : NULL;
}

static void raise_start(mrb_state *mrb, int error)
{
	kmvm_raise_scarce(mrb, error, "all VMs together have at most %d threads", THREADS_MAX);
	mrb_raisef(mrb, kmvm_error_class(mrb, "Linux::ThreadError"),
		   "the kernel starts no thread (%d)", error);
}

/* Its last words, should there be no answer: "main.1: timed out". */
static mrb_value last_words(mrb_state *mrb, const struct thread *thread)
{
	const struct kmvm_run *run = thread->run;
	const char *text = run->error ?: "";
	mrb_value words = mrb_str_new_cstr(mrb, thread->vm->name);

	if (run->result.outcome == KMVM_EXITED)
		return mrb_str_cat_lit(mrb, words, ": called exit");
	mrb_str_cat_lit(mrb, words, ": ");
	if (!*text)
		return mrb_str_cat_lit(mrb, words, "no memory for its answer");
	return mrb_str_cat(mrb, words, text, strcspn(text, "\n"));
}

/* Its run has ended: takes the answer and closes the handle, up to where no Ruby may run. */
static void settle(mrb_state *mrb, mrb_value object, struct thread *thread)
{
	enum kmvm_outcome outcome = thread->run->result.outcome;
	bool raised = outcome == KMVM_RAISED;
	struct kmvm_message *answer = NULL;
	mrb_value error, value;

	mrb_gc_protect(mrb, object);
	error = mrb_exc_new_str(mrb, kmvm_error_class(mrb, "Linux::ThreadError"),
				last_words(mrb, thread));
	/* Stays unless there is an answer, and it can be read. */
	keep(mrb, object, ERROR, error);
	keep(mrb, object, ENDED, mrb_true_value());
	/* One that was stopped has none, though a block of ensure may have gone on to a value. */
	if (outcome == KMVM_DONE || raised)
		swap(answer, thread->run->answer);
	if (answer)
		kmvm_message_hold(thread->handle.vm, answer);
	kmvm_handle_close(&thread->handle);
	if (!answer)
		return;
	value = kmvm_message_read(mrb, kmvm_message_take(answer));
	keep(mrb, object, ERROR, raised ? value : mrb_nil_value());
	keep(mrb, object, VALUE, raised ? mrb_nil_value() : value);
}

static void thread_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	mrb_value object = kmvm_object_of(handle), error;

	/* Whoever joins it takes the answer, or posts again. */
	if (thread_of(handle)->joining)
		return;
	mrb_gc_protect(mrb, object);
	settle(mrb, object, thread_of(handle));
	error = mrb_iv_get(mrb, object, ERROR);
	if (!mrb_nil_p(error))
		mrb_exc_raise(mrb, error);
}

/* There was no memory for what it has to say. */
static void thread_done(struct kmvm_handle *handle, bool failed)
{
	if (!thread_of(handle)->joining)
		kmvm_handle_close(handle);
}

static const struct kmvm_handle_ops thread_ops = {
	.event = thread_event,
	.done = thread_done,
	.close = close_thread,
	.free = free_thread,
};

/* Calls no Ruby and does not raise: what is made is the handle's, which the caller closes. */
static int start(mrb_state *mrb, struct thread *thread, mrb_value block)
{
	struct kmvm_request *request = &thread->request;
	struct kmvm_bytes image = { 0 };
	int ret = kmvm_dump(mrb, block, &image);

	request->thread = true;
	request->image = image.at;
	request->room = image.room;
	request->size = image.fill;
	return ret ?: begin(kmvm_vm_of(mrb), thread);
}

static mrb_value thread_new(mrb_state *mrb, mrb_value self)
{
	mrb_value block, object, arguments;
	struct kmvm_message *message;
	const mrb_value *given;
	struct thread *thread;
	mrb_int count;
	int ret;

	mrb_get_args(mrb, "*&!", &given, &count, &block);
	kmvm_guard_ample(mrb);
	kmvm_isolate_check(mrb, block);
	arguments = mrb_ary_new_from_values(mrb, count, given);
	object = kmvm_object_new(mrb, self, &thread_type, mrb_nil_value());
	message = kmvm_message_take(kmvm_message_write(mrb, arguments, true));
	thread = kzalloc(sizeof(*thread), kmvm_gfp());
	if (!thread) {
		kmvm_message_free(message);
		raise_start(mrb, -ENOMEM);
	}
	thread->request.message = message;
	kmvm_handle_open(&thread->handle, kmvm_vm_of(mrb), &thread_ops);
	kmvm_object_bind(object, &thread->handle);
	ret = start(mrb, thread, block);
	if (ret) {
		kmvm_handle_close(&thread->handle);
		raise_start(mrb, ret);
	}
	keep(mrb, object, NAME, mrb_str_new_cstr(mrb, thread->vm->name));
	return object;
}

static bool has_ended(void *data)
{
	const struct RData *object = data;
	struct kmvm_handle *handle = object->data;

	return !handle || completion_done(&thread_of(handle)->run->ended);
}

/* Nobody waits for it any more: should it have ended, its event was lost on us. */
static void leave(struct thread *thread)
{
	if (!--thread->joining && completion_done(&thread->run->ended))
		kmvm_event_post(&thread->handle);
}

/* Waits for the end. False: the time has passed, or a stop is due. */
static bool await_end(mrb_state *mrb, mrb_value self, ktime_t until)
{
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	struct thread *thread = alive(mrb, self);
	int ret;

	if (!thread)
		return true;
	thread->joining++;
	ret = kmvm_vm_await(vm, until, NULL, has_ended, RDATA(self));
	/* What was driven meanwhile may have closed it. */
	thread = alive(mrb, self);
	if (!thread)
		return true;
	if (ret) {
		leave(thread);
		kmvm_guard_steps(mrb);
		return false;
	}
	thread->joining--;
	settle(mrb, self, thread);
	return true;
}

static void raise_error(mrb_state *mrb, mrb_value self)
{
	mrb_value error = mrb_iv_get(mrb, self, ERROR);

	if (!mrb_true_p(mrb_iv_get(mrb, self, ENDED)))
		mrb_raise(mrb, kmvm_error_class(mrb, "Linux::ThreadError"),
			  "the thread was ended with the run that started it");
	if (!mrb_nil_p(error))
		mrb_exc_raise(mrb, error);
}

static mrb_value thread_join(mrb_state *mrb, mrb_value self)
{
	ktime_t until = KTIME_MAX;
	s64 ns;

	if (kmvm_duration(mrb, NULL, &ns))
		until = ktime_add_safe(ktime_get(), ns_to_ktime(ns));
	if (!await_end(mrb, self, until))
		return mrb_nil_value();
	raise_error(mrb, self);
	return self;
}

static mrb_value thread_value(mrb_state *mrb, mrb_value self)
{
	if (!await_end(mrb, self, KTIME_MAX))
		return mrb_nil_value();
	raise_error(mrb, self);
	return mrb_iv_get(mrb, self, VALUE);
}

static mrb_value thread_alive(mrb_state *mrb, mrb_value self)
{
	struct thread *thread = alive(mrb, self);

	return mrb_bool_value(thread && !completion_done(&thread->run->ended));
}

static mrb_value thread_kill(mrb_state *mrb, mrb_value self)
{
	struct thread *thread = alive(mrb, self);

	if (!thread)
		return mrb_false_value();
	if (completion_done(&thread->run->ended)) {
		settle(mrb, self, thread);
		return mrb_false_value();
	}
	keep(mrb, self, ENDED, mrb_true_value());
	kmvm_handle_close(&thread->handle);
	return mrb_true_value();
}

static mrb_value thread_name(mrb_state *mrb, mrb_value self)
{
	mrb_value name;

	alive(mrb, self);
	name = mrb_iv_get(mrb, self, NAME);
	return mrb_string_p(name) ? mrb_str_dup(mrb, name) : name;
}

static mrb_value thread_inspect(mrb_state *mrb, mrb_value self)
{
	bool running = mrb_true_p(thread_alive(mrb, self));

	return mrb_format(mrb, "#<%C %v %s>", mrb_class(mrb, self), thread_name(mrb, self),
			  running ? "running" : "ended");
}

static void open_error(mrb_state *mrb)
{
	mrb_define_class_under(mrb, mrb_module_get(mrb, "Linux"), "ThreadError",
			       E_STANDARD_ERROR);
}

KMVM_BINDING_OPEN(thread,
	"Blocks that run at the same time as the program, each in a VM and a kernel thread of its own. A thread shares nothing: its block may use its arguments, constants and methods of Ruby and of Linux, and what it makes itself, but no local, @x, super, yield, return or break from outside, nor what the program has defined, though it may require what the program may; ArgumentError names the first such thing. Arguments and the value are deep copies: nil, true, false, Integer, String, Symbol, Array, Hash, Range, exceptions, Linux::Histogram, and Linux::Queue, which both sides then share. 16 MiB at most; parts that are shared, cycles, what is frozen and a Hash's default value stay so; instance variables of a Hash or an exception are left behind. Anything else raises TypeError. What the block started ends with it. A thread is a handle as a timer is: it may go on when the run is over, and ends with it if that did not come to its end. It has the limits of memory and steps that its run has, for itself, and no limit of time but its run's. What it prints goes where its VM prints, and to that VM's log once nobody reads there. An error that nobody has waited for is reported.",
	open_error,
	{ thread_new, "Thread.new(*arguments) { |*arguments| } -> Thread",
	  "Starts a thread that calls the block with copies of the arguments. Linux::LimitError when there are 1024 threads in all." },
	{ thread_join, "Thread#join(s: 0, ms: 0, us: 0, ns: 0) -> Thread or nil",
	  "Waits for its end, at most for the time given by the keywords: nil if that has passed. Raises what the thread has raised: with its message and backtrace, of the class of that name, or RuntimeError if there is none here; Linux::ThreadError if it was killed from outside, met a limit or called exit. Blocks of timers run meanwhile." },
	{ thread_value, "Thread#value -> Object",
	  "As join, and answers the value of the block; nil after kill." },
	{ thread_alive, "Thread#alive? -> true or false",
	  "Is its block still running?" },
	{ thread_kill, "Thread#kill -> true or false",
	  "Ends it at once, ensure blocks are not run. False if it had ended already." },
	{ thread_name, "Thread#name -> String",
	  "The name of its VM, that of the program's VM and a number: main.1. kmctl list shows it, kmctl kill ends it." },
	{ thread_inspect, "Thread#inspect -> String",
	  "Class, name, and whether it is running or has ended." });
