// SPDX-License-Identifier: GPL-2.0
/*
 * What the address sanitizer cannot see by itself is made visible to it, or looked for:
 *
 * - each object lies on a page of its own, freed when the object is; each block moves when it
 *   changes its size: what still points there is found;
 * - before each instruction: it lies in its irep's code, its registers in the stack, and the
 *   temporaries that it reads were written since the frame began (they are made undefined
 *   when it does);
 * - after each run: the context, the collector and the landing pads are as they were, and a
 *   full collection walks over all that is alive.
 *
 * Not seen: what is written beyond a frame's registers, as long as it lies in the stack. The
 * second opinion (opinion.c) looks at operands for that.
 */
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/throw.h>
#include <mruby/variable.h>

#include "machine.h"
#include "watch.h"

#define STEPS_MAX	4000
#define STEPS_IN_HURRY	500
#define GRACE		1024
#define QUANTUM		64
#define HEAP_MAX	(24 << 20)
#define STACK_MAX	(2 << 20)

static struct {
	mrb_state *mrb;
	size_t used;
	long blocks;
	bool armed;
	long steps, steps_max, grace;
	struct RObject *stop;
} machine;

void __sanitizer_print_stack_trace(void);

void wrong(const char *format, ...)
{
	va_list args;

	fputs("WRONG: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	__sanitizer_print_stack_trace();
	abort();
}

static void *allocate(mrb_state *mrb, void *block, size_t size, void *data)
{
	size_t have = block ? malloc_usable_size(block) : 0;
	void *moved = NULL;

	if (size) {
		if (size > HEAP_MAX || machine.used + size - have > HEAP_MAX)
			return size <= have ? block : NULL;
		moved = malloc(size);
		if (block)
			memcpy(moved, block, size < have ? size : have);
		machine.used += malloc_usable_size(moved);
		machine.blocks++;
		/* A large one moves each time it grows: that takes longer here than many steps. */
		machine.steps += size >> 16;
	}
	if (block) {
		machine.used -= have;
		machine.blocks--;
		free(block);
	}
	return moved;
}

/* What vm/guard.c does, in small. */

static void raise_stop(mrb_state *mrb, u_int8_t skip, long grace)
{
	mrb->catch_skip = skip;
	machine.grace = grace;
	((struct RException *)machine.stop)->backtrace = NULL;
	mrb_exc_raise(mrb, mrb_obj_value(machine.stop));
}

static long since_look(mrb_state *mrb)
{
	return QUANTUM - mrb->steps_left;
}

void kmvm_guard_steps(mrb_state *mrb)
{
	long counted = since_look(mrb);

	mrb->steps_left = QUANTUM;
	if (!machine.armed)
		return;
	machine.steps += counted;
	if (machine.steps < machine.steps_max)
		return;
	if (machine.grace < 0)
		raise_stop(mrb, MRB_CATCH_SKIP_RESCUE, GRACE);
	machine.grace -= counted;
	if (machine.grace > 0)
		return;
	raise_stop(mrb, MRB_CATCH_SKIP_ALL, 0);
}

/*
 * Counts one step, not all: mostly it is a collector whose pages hold one object each. Were it
 * none, a loop in which this always comes first would never be looked at.
 */
mrb_bool kmvm_guard_breathe(mrb_state *mrb)
{
	bool stop = machine.armed && ++machine.steps >= machine.steps_max;

	mrb->steps_left = stop ? 0 : QUANTUM;
	return stop && machine.grace <= 0;
}

/* Never in vain: pages that hold one object each are soon free. */
mrb_bool kmvm_guard_collect(mrb_state *mrb, size_t size)
{
	mrb_full_gc(mrb);
	return TRUE;
}

void kmvm_guard_stack(mrb_state *mrb)
{
	((struct RException *)mrb->stack_err)->backtrace = NULL;
	mrb_exc_raise(mrb, mrb_obj_value(mrb->stack_err));
}

void kmvm_guard_roots(mrb_state *mrb)
{
	mrb_gc_mark(mrb, (struct RBasic *)machine.stop);
}

uint64_t kmvm_guard_id(const void *p)
{
	return (uintptr_t)p;
}

static bool enter(mrb_state *mrb, void (*body)(mrb_state *mrb, void *data), void *data, mrb_value *exc)
{
	struct mrb_jmpbuf *outer_jmp = mrb->jmp;
	struct mrb_context *context = mrb->c;
	ptrdiff_t level = context->ci - context->cibase;
	int arena = mrb_gc_arena_save(mrb);
	volatile bool iterating = mrb->gc.iterating;
	volatile bool disabled = mrb->gc.disabled;
	struct mrb_jmpbuf pad;
	volatile bool came_back = false;

	MRB_TRY(&pad) {
		mrb->jmp = &pad;
		body(mrb, data);
		came_back = !mrb->exc;
	} MRB_CATCH(&pad) {
	} MRB_END_EXC(&pad);

	mrb->jmp = outer_jmp;
	if (!came_back) {
		mrb_vm_unwind(mrb, context, level);
		mrb->gc.iterating = iterating;
		mrb->gc.disabled = disabled;
	}
	*exc = mrb->exc ? mrb_obj_value(mrb->exc) : mrb_nil_value();
	mrb_gc_arena_restore(mrb, arena);
	mrb_gc_protect(mrb, *exc);
	mrb->exc = NULL;
	return came_back;
}

/* puts, print and p ask their arguments for a text, and drop it. */
static mrb_value print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *argv;
	mrb_int argc;

	mrb_get_args(mrb, "*", &argv, &argc);
	for (mrb_int i = 0; i < argc; i++)
		mrb_obj_as_string(mrb, argv[i]);
	return mrb_nil_value();
}

static mrb_value print_inspected(mrb_state *mrb, mrb_value self)
{
	const mrb_value *argv;
	mrb_int argc;

	mrb_get_args(mrb, "*", &argv, &argc);
	for (mrb_int i = 0; i < argc; i++)
		mrb_inspect(mrb, argv[i]);
	return argc ? argv[0] : mrb_nil_value();
}

static void define(mrb_state *mrb, void *data)
{
	machine.stop = mrb_obj_ptr(mrb_exc_new_str(mrb, E_EXCEPTION, mrb_str_new_lit(mrb, "stopped")));
	mrb_define_method(mrb, mrb->kernel_module, "print", print, MRB_ARGS_ANY());
	mrb_define_method(mrb, mrb->kernel_module, "puts", print, MRB_ARGS_ANY());
	mrb_define_method(mrb, mrb->kernel_module, "p", print_inspected, MRB_ARGS_ANY());
}

void machine_open(void)
{
	mrb_value exc;

	machine.blocks = 0;
	machine.used = 0;
	machine.stop = NULL;
	machine.mrb = mrb_open_allocf(allocate, NULL);
	if (!machine.mrb || !enter(machine.mrb, define, NULL, &exc))
		wrong("the VM cannot be opened");
	machine.mrb->code_fetch_hook = watch_insn;
}

struct execution {
	const void *image;
	size_t size;
	mrb_value value;
};

static void load_and_run(mrb_state *mrb, void *data)
{
	struct execution *execution = data;
	struct RProc *proc = mrb_proc_new(mrb, NULL);
	mrb_irep *irep = mrb_read_irep_buf(mrb, execution->image, execution->size);

	if (!irep)
		wrong("the loader refuses what the verifier accepts");
	proc->body.irep = irep;
	proc->c = NULL;
	execution->value = mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
}

struct asked {
	mrb_value object;
};

static void ask_backtrace(mrb_state *mrb, void *data)
{
	mrb_value frames = mrb_exc_backtrace(mrb, ((struct asked *)data)->object);

	if (getenv("KMVM_FUZZ_SAY"))
		fprintf(stderr, "%s\n", RSTRING_PTR(mrb_inspect(mrb, frames)));
}

static void ask_inspect(mrb_state *mrb, void *data)
{
	mrb_value text = mrb_inspect(mrb, ((struct asked *)data)->object);

	if (getenv("KMVM_FUZZ_SAY"))
		fprintf(stderr, "%s\n", RSTRING_PTR(text));
}

static void ask(mrb_state *mrb, void (*question)(mrb_state *mrb, void *data), mrb_value object)
{
	struct asked asked = { .object = object };
	mrb_value exc;

	enter(mrb, question, &asked, &exc);
}

static void arm(mrb_state *mrb)
{
	mrb->steps_left = QUANTUM;
	mrb->catch_skip = 0;
	machine.steps = 0;
	machine.grace = -1;
	machine.armed = true;
}

enum machine_outcome machine_run(const void *image, size_t size, bool hurry)
{
	mrb_state *mrb = machine.mrb;
	struct execution execution = { image, size, mrb_nil_value() };
	int arena = mrb_gc_arena_save(mrb);
	enum machine_outcome outcome;
	mrb_value exc;
	bool came_back;

	mrb->stack_floor = (uintptr_t)__builtin_frame_address(0) - STACK_MAX;
	mrb_gc_defaults(mrb);
	if (hurry) {
		mrb->gc.interval_ratio = 0;
		mrb->gc.threshold = 0;
	}
	arm(mrb);
	machine.steps_max = hurry ? STEPS_IN_HURRY : STEPS_MAX;
	came_back = enter(mrb, load_and_run, &execution, &exc);
	mrb_gc_protect(mrb, execution.value);
	mrb_vm_leave(mrb);
	if (came_back) {
		outcome = MACHINE_DONE;
		ask(mrb, ask_inspect, execution.value);
	} else if (machine.grace >= 0 || mrb_obj_ptr(exc) == mrb->nomem_err) {
		outcome = MACHINE_SPENT;
	} else {
		outcome = MACHINE_RAISED;
		ask(mrb, ask_backtrace, exc);
		ask(mrb, ask_inspect, exc);
	}
	machine.armed = false;
	mrb->catch_skip = 0;
	if (mrb->c != mrb->root_c || mrb->c->ci != mrb->c->cibase || mrb->jmp || mrb->exc)
		wrong("the VM's context is not as before");
	if (mrb->gc.iterating)
		wrong("the collector is not as before");
	mrb_gc_arena_restore(mrb, arena);
	mrb_gc_defaults(mrb);
	mrb_full_gc(mrb);
	return outcome;
}

void machine_close(void)
{
	machine.armed = false;
	mrb_close(machine.mrb);
	machine.mrb = NULL;
	if (machine.blocks)
		wrong("blocks are left when the VM is closed");
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:allocator_may_return_null=1:exitcode=99:"
		"max_malloc_fill_size=64:detect_stack_use_after_return=0:quarantine_size_mb=64";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1:exitcode=99";
}
