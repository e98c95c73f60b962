// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel#require: a library that the VM has runs once, at top level.
 *
 * Its holding stays where it is while its Ruby goes on: only a run that begins changes the VM's
 * set, and a reset, before which all Ruby has ended.
 */
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/dump.h>
#include <mruby/error.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/guard.h"
#include "../vm/library.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

static struct RClass *load_error(mrb_state *mrb)
{
	return mrb_exc_get_id(mrb, mrb_intern_lit(mrb, "LoadError"));
}

/*
 * What reading an image takes of the stack, the kernel's own functions among it; and what it
 * takes for each level of blocks within blocks. Checked by tests/host/stack.
 */
#define READ_STACK	(THREAD_SIZE * 9 / 32)
#define READ_LEVEL	(THREAD_SIZE / 96)

/* The program of a library. A frame of its own, which tests/host/stack knows. */
static noinline struct RProc *load(mrb_state *mrb, const struct kmvm_library *library)
{
	struct RProc *proc;
	mrb_irep *irep;

	if (kmvm_stack_left() < READ_STACK + library->levels * READ_LEVEL)
		kmvm_guard_stack(mrb);
	MRB_GUARD_WORK(mrb, MRB_GUARD_READ(library->size));
	/* First the proc: code that nobody owns would be lost when there is no memory for it. */
	proc = mrb_proc_new(mrb, NULL);
	irep = mrb_read_irep_buf(mrb, library->image, library->size);
	if (!irep)
		mrb_raise(mrb, E_SCRIPT_ERROR, "the image cannot be loaded");
	proc->body.irep = irep;
	/* A program has nothing around it, and no script finds it. */
	proc->upper = NULL;
	proc->e.target_class = mrb->object_class;
	proc->c = NULL;
	return proc;
}

static mrb_value run(mrb_state *mrb, void *data)
{
	const struct kmvm_holding *holding = data;

	mrb_vm_nest(mrb, load(mrb, holding->library));
	return mrb_true_value();
}

static mrb_value kernel_require(mrb_state *mrb, mrb_value self)
{
	struct kmvm_holding *holding;
	mrb_value name, value;
	mrb_bool failed;

	MRB_GUARD_DOOR(mrb);
	mrb_get_args(mrb, "S", &name);
	holding = kmvm_libraries_find(&kmvm_vm_of(mrb)->libraries, RSTRING_PTR(name),
				      RSTRING_LEN(name));
	if (!holding)
		mrb_raisef(mrb, load_error(mrb),
			   "%v: no such library: kmctl sends what a program requires by a literal name",
			   name);
	if (holding->has_run)
		return mrb_false_value();
	holding->has_run = true;
	value = mrb_protect_error(mrb, run, holding, &failed);
	if (failed) {
		holding->has_run = false;
		mrb_exc_raise(mrb, value);
	}
	return value;
}

static void library_open(mrb_state *mrb)
{
	mrb_define_class(mrb, "LoadError", E_SCRIPT_ERROR);
}

KMVM_BINDING_OPEN(library,
	"Libraries: what kmctl finds beside a program, or in the folder for libraries, and sends along. A VM has those that its runs have brought, until it is reset or unloaded.",
	library_open,
	{ kernel_require, "::Kernel#require(name) -> true or false",
	  "Runs the library of that name at top level, if it has not run in this VM: one is known by its name and its bytes. True if it ran just now. LoadError if the VM has none. One that raises has not run." });
