// SPDX-License-Identifier: GPL-2.0
/*
 * The text of an exception, as ruby prints it:
 *
 *	hello.rb:3:in greet: nobody here (RuntimeError)
 *		from hello.rb:7
 *
 * It is put together outside the VM's heap, which may be the thing that is full.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/string.h>

#include "error.h"
#include "guard.h"
#include "vm.h"

#define FRAMES_SHOWN	20	/* at either end of a backtrace */

/* Never asks the OOM killer: rather no text than somebody else's end. */
#define TEXT_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct text {
	char *buffer;
	size_t fill;
};

static void __printf(2, 3) add(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->fill += vscnprintf(text->buffer + text->fill, KMVM_TEXT_MAX - text->fill, format,
				 args);
	va_end(args);
}

static void add_string(struct text *text, mrb_value string)
{
	size_t size;

	if (!mrb_string_p(string))
		return;
	size = min_t(size_t, RSTRING_LEN(string), KMVM_TEXT_MAX - 1 - text->fill);
	memcpy(text->buffer + text->fill, RSTRING_PTR(string), size);
	text->fill += size;
	text->buffer[text->fill] = '\0';
}

struct asked {
	mrb_value object;
	mrb_value answer;
};

static void ask_class(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_str_new_cstr(mrb, mrb_obj_classname(mrb, asked->object));
}

static void ask_message(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_funcall(mrb, asked->object, "message", 0);
}

static void ask_backtrace(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_exc_backtrace(mrb, asked->object);
}

static void ask_inspect(mrb_state *mrb, void *data)
{
	struct asked *asked = data;

	asked->answer = mrb_inspect(mrb, asked->object);
}

/* The answer, kept alive by the arena; nil if asking raised. */
static mrb_value ask(struct kmvm_vm *vm, void (*question)(mrb_state *mrb, void *data),
		     mrb_value object, mrb_value *exc)
{
	struct asked asked = { .object = object, .answer = mrb_nil_value() };

	if (!kmvm_guard_enter(vm, question, &asked, exc))
		return mrb_nil_value();
	mrb_gc_protect(vm->mrb, asked.answer);
	return asked.answer;
}

static void add_frames(struct text *text, mrb_value backtrace)
{
	mrb_int i, count = RARRAY_LEN(backtrace);

	for (i = 1; i < count; i++) {
		if (i == FRAMES_SHOWN && count > 2 * FRAMES_SHOWN) {
			add(text, "\t ... %lld frames ...\n",
			    (long long)(count - 2 * FRAMES_SHOWN));
			i = count - FRAMES_SHOWN;
		}
		add(text, "\tfrom ");
		add_string(text, RARRAY_PTR(backtrace)[i]);
		add(text, "\n");
	}
}

struct report {
	const char *stopped;	/* in place of class and message */
	mrb_value class;
	mrb_value message;
	mrb_value backtrace;
};

static void put_together(struct text *text, const struct report *report)
{
	bool message = mrb_string_p(report->message) && RSTRING_LEN(report->message);
	bool frames = mrb_array_p(report->backtrace) && RARRAY_LEN(report->backtrace);

	if (frames) {
		add_string(text, RARRAY_PTR(report->backtrace)[0]);
		add(text, ": ");
	}
	if (message) {
		add_string(text, report->message);
		add(text, " (");
	}
	if (report->stopped)
		add(text, "%s", report->stopped);
	else
		add_string(text, report->class);
	add(text, message ? ")\n" : "\n");
	if (frames)
		add_frames(text, report->backtrace);
}

/* As long as it is read, up to its first NUL: texts are kept until somebody asks. */
static char *trimmed(struct text *text)
{
	char *copy = text->buffer ? kstrdup(text->buffer, TEXT_GFP) : NULL;

	kvfree(text->buffer);
	return copy;
}

static const char *why_stopped(struct kmvm_vm *vm)
{
	const struct kmvm_run *run = vm->active;

	if (vm->event_spent)
		return "ended, its block took too long";
	if (!run || READ_ONCE(run->stop) != KMVM_GO)
		return "interrupted";
	switch (READ_ONCE(run->limit)) {
	case KMVM_LIMIT_TIME:
		return "timed out";
	case KMVM_LIMIT_STEPS:
		return "out of steps";
	default:
		return "interrupted";
	}
}

/* What C finds out by itself, with all that the heap has: no Ruby runs. */
static mrb_value find_out(struct kmvm_vm *vm, void (*question)(mrb_state *mrb, void *data),
			  mrb_value object)
{
	struct kmvm_heap_walls walls = kmvm_heap_lift(&vm->heap);
	mrb_value ignored, answer;

	answer = ask(vm, question, object, &ignored);
	kmvm_heap_restore(&vm->heap, walls);
	return answer;
}

char *kmvm_error_text(struct kmvm_vm *vm, mrb_value exc, bool stopped)
{
	int arena = mrb_gc_arena_save(vm->mrb);
	struct text text = { 0 };
	struct report report;
	mrb_value failed;

	/* All asked before the buffer is there, which no abort() then leaves behind. */
	report.backtrace = find_out(vm, ask_backtrace, exc);
	report.stopped = NULL;
	report.class = mrb_nil_value();
	report.message = mrb_nil_value();
	if (stopped) {
		report.stopped = why_stopped(vm);
	} else {
		report.class = find_out(vm, ask_class, exc);
		/* May be Ruby of the script: within its walls. */
		report.message = ask(vm, ask_message, exc, &failed);
		if (!mrb_nil_p(failed) && mrb_exception_p(exc))
			report.message = mrb_exc_mesg_get(vm->mrb, mrb_exc_ptr(exc));
	}
	text.buffer = kvmalloc(KMVM_TEXT_MAX, TEXT_GFP);
	if (text.buffer) {
		text.buffer[0] = '\0';
		put_together(&text, &report);
	}
	mrb_gc_arena_restore(vm->mrb, arena);
	return trimmed(&text);
}

char *kmvm_value_text(struct kmvm_vm *vm, mrb_value value, mrb_value *exc)
{
	mrb_value string = ask(vm, ask_inspect, value, exc);

	if (!mrb_string_p(string))
		return NULL;
	return kstrndup(RSTRING_PTR(string), min_t(size_t, RSTRING_LEN(string), KMVM_TEXT_MAX - 1),
			TEXT_GFP);
}

bool kmvm_error_report(struct kmvm_vm *vm, mrb_value exc)
{
	char *text;

	if (kmvm_guard_stopped(vm) && !vm->event_spent)
		return false;
	if (mrb_obj_is_kind_of(vm->mrb, exc, vm->exit_class))
		return false;
	text = kmvm_error_text(vm, exc, kmvm_guard_stopped(vm));
	if (text)
		kmvm_vm_print(vm, LOGLEVEL_ERR, text, strlen(text));
	kvfree(text);
	spin_lock(&vm->lock);
	vm->errors++;
	spin_unlock(&vm->lock);
	return true;
}

void kmvm_raise_errno(mrb_state *mrb, int error, mrb_value call)
{
	struct RClass *class = mrb_exc_get_id(mrb, mrb_intern_lit(mrb, "SystemCallError"));

	mrb_funcall(mrb, mrb_obj_value(class), "_sys_fail", 2, mrb_int_value(mrb, -error), call);
	/* A script has a method of its own there, which came back. */
	mrb_exc_raise(mrb, mrb_exc_new_str(mrb, class, call));
}
