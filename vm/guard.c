// SPDX-License-Identifier: GPL-2.0
/*
 * A stop is a flag of the run, not an exception: ensure, break and C code can each
 * swallow an exception, but the flag is looked at again after the next steps. While it
 * is set no rescue clause is entered; ensure clauses are, until the grace is used up.
 *
 *	GO --stop--> GRACE: raise, skip rescue --grace used up, or second stop--> HARD:
 *	raise at every look, skip rescue and ensure, until the pad is reached
 */
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/throw.h>

#include "budget.h"
#include "guard.h"
#include "stack.h"
#include "vm.h"

/*
 * What a door must find free below it: the deepest way to the next one, with an error made
 * and a collection run on it, and 2 KiB for the kernel's own functions at its end. The sum
 * is checked by tests/host/stack. KASAN doubles stacks and frames alike.
 */
#define STACK_RESERVE	(THREAD_SIZE * 13 / 32)

/* So that a script can let go of what it holds and try again, more than once. */
#define COLLECTIONS_IN_VAIN	16

void kmvm_guard_open(struct kmvm_vm *vm)
{
	vm->mrb->stack_floor = (uintptr_t)task_stack_page(current) + STACK_RESERVE;
}

/* The last step of a quantum is the one that looks: steps_left tells those before it. */
static void set_quantum(struct kmvm_vm *vm, mrb_state *mrb, s32 quantum)
{
	vm->quantum = quantum;
	mrb->steps_left = quantum - 1;
}

/* Steps since set_quantum(). */
static s32 since_look(struct kmvm_vm *vm, mrb_state *mrb)
{
	return vm->quantum - 1 - mrb->steps_left;
}

void kmvm_guard_arm(struct kmvm_vm *vm, struct kmvm_guard_state *outer)
{
	*outer = (struct kmvm_guard_state) {
		.steps = vm->steps,
		.grace = vm->grace,
		.quantum = vm->quantum,
		.steps_left = vm->mrb->steps_left,
		.catch_skip = vm->mrb->catch_skip,
	};
	vm->steps = 0;
	vm->grace = -1;
	vm->collections = (struct kmvm_collections) { 0 };
	vm->mrb->catch_skip = 0;
	/* The first step looks: whoever was stopped before it began does nothing. */
	set_quantum(vm, vm->mrb, 1);
}

void kmvm_guard_disarm(struct kmvm_vm *vm, const struct kmvm_guard_state *outer)
{
	vm->steps = outer->steps;
	vm->grace = outer->grace;
	vm->quantum = outer->quantum;
	vm->mrb->steps_left = outer->steps_left;
	vm->mrb->catch_skip = outer->catch_skip;
}

u64 kmvm_guard_count(struct kmvm_vm *vm)
{
	return vm->steps + since_look(vm, vm->mrb);
}

/* A run in whose sleep the event came, one in the queue, or another event. */
static bool somebody_waits(struct kmvm_vm *vm)
{
	return vm->current_run || READ_ONCE(vm->waiting) || kmvm_events_pending(vm);
}

/* Has the event's block had its time? Sticky until the next event. */
static bool event_spent(struct kmvm_vm *vm)
{
	if (!vm->in_event || vm->event_spent)
		return vm->event_spent;
	vm->event_spent = current->se.sum_exec_runtime - vm->event_cpu > vm->event_max ||
		(somebody_waits(vm) && ktime_get() - vm->event_start > vm->event_max);
	return vm->event_spent;
}

static enum kmvm_stop wanted(struct kmvm_vm *vm)
{
	enum kmvm_stop stop = KMVM_GO;

	/* A state that is just being made cannot raise a stop yet, and ends by itself. */
	if (!vm->stop_error)
		return KMVM_GO;
	if (READ_ONCE(vm->closing) || kmvm_vm_is_resetting(vm) || event_spent(vm))
		return KMVM_STOP_HARD;
	if (vm->active)
		stop = kmvm_run_wanted(vm->active);
	/* An event that came while the run slept must not keep it from ending. */
	if (vm->current_run && vm->current_run != vm->active &&
	    kmvm_run_wanted(vm->current_run) != KMVM_GO)
		stop = KMVM_STOP_HARD;
	/* The block of an event whose run has ended is nobody's to stop but this way. */
	if (vm->in_event)
		stop = max(stop, READ_ONCE(vm->event_stop));
	return stop;
}

bool kmvm_guard_stopping(struct kmvm_vm *vm)
{
	return wanted(vm) != KMVM_GO;
}

bool kmvm_guard_stopped(struct kmvm_vm *vm)
{
	return vm->grace >= 0;
}

/* The thread's own good manners: others run, RCU-tasks moves on, suspend works. */
static void breathe(void)
{
	cond_resched_tasks_rcu_qs();
	try_to_freeze();
}

static void raise_stop(struct kmvm_vm *vm, u8 skip, s64 grace)
{
	mrb_state *mrb = vm->mrb;

	mrb->catch_skip = skip;
	/* One object for all stops: each shows where it struck first. */
	if (vm->grace < 0)
		((struct RException *)vm->stop_error)->backtrace = NULL;
	vm->grace = grace;
	mrb_exc_raise(mrb, mrb_obj_value(vm->stop_error));
}

/* Steps up to the next look: so that a run has not one more than its limit. */
static s32 next_quantum(struct kmvm_vm *vm)
{
	struct kmvm_run *run = vm->active;
	u64 taken;

	if (!run || !run->request.steps_max)
		return KMVM_GUARD_QUANTUM;
	taken = vm->steps + vm->steps_outside + run->event_steps;
	kmvm_run_count(run, taken);
	if (taken >= run->request.steps_max)
		return KMVM_GUARD_QUANTUM;
	return min_t(u64, run->request.steps_max - taken, KMVM_GUARD_QUANTUM);
}

/* Called by mruby when steps_left has run out; may raise. */
void kmvm_guard_steps(mrb_state *mrb)
{
	struct kmvm_vm *vm = mrb->allocf_ud;
	s32 counted = since_look(vm, mrb);
	enum kmvm_stop stop;

	vm->steps += counted;
	vm->collections.owed -= counted;
	set_quantum(vm, mrb, next_quantum(vm));
	breathe();

	stop = wanted(vm);
	if (stop == KMVM_GO)
		return;
	if (stop == KMVM_STOP_GRACE) {
		if (vm->grace < 0)
			raise_stop(vm, MRB_CATCH_SKIP_RESCUE, KMVM_GUARD_GRACE);
		vm->grace -= counted;
		if (vm->grace > 0)
			return;
	}
	/* Should C swallow it, the next step raises it again: nothing is to be done without ensure. */
	set_quantum(vm, mrb, 1);
	raise_stop(vm, MRB_CATCH_SKIP_ALL, 0);
}

/*
 * Called by mruby where nothing may be raised: the next check will, and comes at once where
 * a stop waits. Tells whether it does, and no ensure block has grace left to work in.
 */
mrb_bool kmvm_guard_breathe(mrb_state *mrb)
{
	struct kmvm_vm *vm = mrb->allocf_ud;
	s32 counted = since_look(vm, mrb);
	s32 quantum;
	bool stop;

	vm->steps += counted;
	vm->collections.owed -= counted;
	if (vm->grace > 0)
		vm->grace = max_t(s64, vm->grace - counted, 0);
	breathe();
	/* Counts too, so that the look sees a limit that was reached. */
	quantum = next_quantum(vm);
	stop = wanted(vm) != KMVM_GO;
	set_quantum(vm, mrb, stop ? 1 : quantum);
	return stop && vm->grace <= 0;
}

/*
 * Called by mruby when the heap has refused an allocation. A full collection that gives back next
 * to nothing is not repeated without end. While NoMemoryError unwinds, each frame asks for memory
 * to keep its locals: some collections are for all of them together. Elsewhere, after as many, a
 * script must first have done as many steps as the last one took; or call GC.start.
 */
mrb_bool kmvm_guard_collect(mrb_state *mrb, size_t size)
{
	struct kmvm_vm *vm = mrb->allocf_ud;
	struct kmvm_collections *made = &vm->collections;
	unsigned int *in_vain = mrb->exc ? &made->unwinding : &made->in_vain;
	size_t least = kmvm_heap_room(&vm->heap) / 64;
	size_t used = vm->heap.stats.used;
	u64 begun;

	if (!kmvm_heap_can_hold(&vm->heap, size))
		return false;
	/* Somebody else has collected meanwhile, and not in vain. */
	if (used + least < made->used)
		*made = (struct kmvm_collections) { 0 };
	if (*in_vain >= COLLECTIONS_IN_VAIN && (mrb->exc || made->owed > 0))
		return false;

	begun = vm->steps + since_look(vm, mrb);
	mrb_full_gc(mrb);
	if (vm->heap.stats.used + least <= used) {
		*made = (struct kmvm_collections) { 0 };
		return true;
	}
	++*in_vain;
	made->used = vm->heap.stats.used;
	made->owed = vm->steps + since_look(vm, mrb) - begun;
	return true;
}

/* Called by mruby when a turn into Ruby finds too little stack; raises. */
void kmvm_guard_stack(mrb_state *mrb)
{
	struct RException *error = (struct RException *)mrb->stack_err;

	/* One object for all: without this it would show the first one's backtrace. */
	error->backtrace = NULL;
	mrb_exc_raise(mrb, mrb_obj_value(mrb->stack_err));
}

void kmvm_guard_ample(mrb_state *mrb)
{
	if (!kmvm_stack_ample())
		kmvm_guard_stack(mrb);
}

void kmvm_guard_print(mrb_state *mrb)
{
	struct kmvm_vm *vm = mrb->allocf_ud;

	if (vm->out->kind == KMVM_OUTPUT_LOG)
		kmvm_guard_ample(mrb);
}

/* Called by mruby's collector: what C holds and no script may lose for us. */
void kmvm_guard_roots(mrb_state *mrb)
{
	struct kmvm_vm *vm = mrb->allocf_ud;
	struct kmvm_handle *handle;

	mrb_gc_mark(mrb, (struct RBasic *)vm->stop_error);
	mrb_gc_mark(mrb, (struct RBasic *)vm->exit_class);
	list_for_each_entry(handle, &vm->handles, on_vm)
		mrb_gc_mark(mrb, (struct RBasic *)handle->object);
}

void kmvm_guard_abort(const char *why)
{
	struct kmvm_vm *vm = kmvm_vm_current();

	pr_err_ratelimited("kmvm: %s: mruby gave up: %s\n", vm->name, why);
	if (!vm->pad)
		return;
	vm->broken = true;
	MRB_THROW(vm->pad);
}

/* What an entry into mruby leaves as it was. */
struct outer {
	struct mrb_jmpbuf *jmp;
	struct mrb_context *context;
	ptrdiff_t level;
	int arena;
	bool iterating;
	bool disabled;
};

static void take_off(mrb_state *mrb, struct outer *outer)
{
	*outer = (struct outer) {
		.jmp = mrb->jmp,
		.context = mrb->c,
		.level = mrb->c->ci - mrb->c->cibase,
		.arena = mrb_gc_arena_save(mrb),
		.iterating = mrb->gc.iterating,
		.disabled = mrb->gc.disabled,
	};
}

static void land(mrb_state *mrb, const struct outer *outer, bool came_back, mrb_value *exc)
{
	mrb->jmp = outer->jmp;
	/* Rooted in mrb->exc until the arena has it: unwinding may collect. */
	if (!came_back) {
		mrb_vm_unwind(mrb, outer->context, outer->level);
		mrb->gc.iterating = outer->iterating;
		mrb->gc.disabled = outer->disabled;
	}
	*exc = mrb->exc ? mrb_obj_value(mrb->exc) : mrb_nil_value();
	mrb_gc_arena_restore(mrb, outer->arena);
	mrb_gc_protect(mrb, *exc);
	mrb->exc = NULL;
}

bool kmvm_guard_enter(struct kmvm_vm *vm, void (*body)(mrb_state *mrb, void *data), void *data,
		      mrb_value *exc)
{
	mrb_state *mrb = vm->mrb;
	volatile bool came_back = false;	/* written between setjmp and longjmp */
	struct mrb_jmpbuf pad;
	struct outer outer;

	take_off(mrb, &outer);
	MRB_TRY(&pad) {
		mrb->jmp = &pad;
		body(mrb, data);
		came_back = !mrb->exc;
	} MRB_CATCH(&pad) {
	} MRB_END_EXC(&pad);
	land(mrb, &outer, came_back, exc);
	return came_back;
}

bool kmvm_guard_try(struct kmvm_vm *vm, void (*body)(mrb_state *mrb, void *data), void *data,
		    mrb_value *exc)
{
	mrb_state *mrb = vm->mrb;
	volatile bool came_back = false;	/* written between setjmp and longjmp */
	struct mrb_jmpbuf pad;
	struct outer outer;

	take_off(mrb, &outer);
	MRB_TRY(&pad) {
		mrb->jmp = &pad;
		body(mrb, data);
		came_back = !mrb->exc;
	} MRB_CATCH(&pad) {
	} MRB_END_EXC(&pad);
	land(mrb, &outer, came_back, exc);
	return came_back;
}
