// SPDX-License-Identifier: GPL-2.0
/* What vm/patches/ have mruby call in the kernel, as far as a program of this machine needs it. */
#include <stdio.h>
#include <stdlib.h>

#include <mruby.h>
#include <mruby/error.h>

#define QUANTUM		1024
#define QUANTA_MAX	20000	/* some twenty million calls: whatever takes more never ends */

long guard_quanta;

void kmvm_guard_steps(mrb_state *mrb)
{
	mrb->steps_left = QUANTUM;
	if (++guard_quanta < QUANTA_MAX)
		return;
	fprintf(stderr, "a program without an end\n");
	abort();
}

mrb_bool kmvm_guard_breathe(mrb_state *mrb)
{
	mrb->steps_left = 0;
	return FALSE;
}

mrb_bool kmvm_guard_collect(mrb_state *mrb, size_t size)
{
	mrb_full_gc(mrb);
	return TRUE;
}

void kmvm_guard_stack(mrb_state *mrb)
{
	struct RException *error = (struct RException *)mrb->stack_err;

	error->backtrace = NULL;
	mrb_exc_raise(mrb, mrb_obj_value(mrb->stack_err));
}

void kmvm_guard_roots(mrb_state *mrb)
{
}

uint64_t kmvm_guard_id(const void *p)
{
	return (uintptr_t)p;
}
