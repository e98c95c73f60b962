// SPDX-License-Identifier: GPL-2.0
/*
 * Rings of hits, one a processor, from where they are noted to the block.
 *
 * awake says who is to see that the thread comes: it is set by the hit that finds it unset, which
 * then has it woken by irq_work, and stays set until the thread has found all rings empty. So a
 * storm of hits, or a hit that comes of the wake-up itself, wakes nobody twice.
 */
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../stub/compat.h"
#include "binding.h"
#include "budget.h"
#include "error.h"
#include "guard.h"
#include "hits.h"
#include "stack.h"
#include "vm.h"

/* A block that fails so often in a row has its hits left out for 1 ms, then 2, up to a second. */
#define FAILURES	3
#define DOUBLINGS_MAX	10

struct kmvm_hits_ring {
	u32 head;			/* its processor writes */
	u32 tail;			/* the VM's thread writes */
	unsigned long hits, lost, own;
	void *slots;
};

/* Noting on this processor now. */
static DEFINE_PER_CPU(int, noting);

/* Where hits are noted. */

static struct kmvm_hit *slot(const struct kmvm_hits *hits, const struct kmvm_hits_ring *ring,
			     u32 number)
{
	return ring->slots + (number & (hits->options.ring - 1)) * hits->size;
}
NOKPROBE_SYMBOL(slot);

notrace bool kmvm_hit_is_foreign(struct kmvm_hits *hits)
{
	if (hits->options.process && current->tgid != hits->options.process)
		return true;
	if (current != hits->handle.vm->thread)
		return false;
	this_cpu_inc(hits->rings->hits);
	this_cpu_inc(hits->rings->own);
	return true;
}
NOKPROBE_SYMBOL(kmvm_hit_is_foreign);

notrace struct kmvm_hit *kmvm_hit_begin(struct kmvm_hits *hits)
{
	struct kmvm_hits_ring *ring;
	struct kmvm_hit *hit;

	if (kmvm_hit_is_foreign(hits))
		return NULL;
	preempt_disable_notrace();
	this_cpu_inc(hits->rings->hits);
	ring = raw_cpu_ptr(hits->rings);
	if (this_cpu_inc_return(noting) != 1)
		goto lost;
	/* Pairs with take(): the slot has been read. */
	if (ring->head - smp_load_acquire(&ring->tail) >= hits->options.ring)
		goto lost;
	hit = slot(hits, ring, ring->head);
	hit->time = ktime_get_mono_fast_ns();
	if (hit->time < READ_ONCE(hits->quiet))
		goto lost;
	hit->duration = 0;
	hit->value = 0;
	hit->returned = false;
	hit->cpu = raw_smp_processor_id();
	hit->process = current->tgid;
	hit->thread = current->pid;
	memcpy(hit->comm, current->comm, sizeof(hit->comm));
	return hit;

lost:
	this_cpu_inc(hits->rings->lost);
	this_cpu_dec(noting);
	preempt_enable_notrace();
	return NULL;
}
NOKPROBE_SYMBOL(kmvm_hit_begin);

/* Of the kernel, or of the process: where both can be an address, the kernel's. */
static notrace bool read_bytes(void *to, unsigned long from, size_t size)
{
	if (!copy_from_kernel_nofault(to, (void *)from, size))
		return true;
	return !(current->flags & PF_KTHREAD) &&
		!copy_from_user_nofault(to, (void __user *)from, size);
}
NOKPROBE_SYMBOL(read_bytes);

/* Up to the end of a page at once: what lies behind the string need not be there. */
static notrace bool read_string(char *to, unsigned long from)
{
	size_t done = 0, part;

	while (done < KMVM_HIT_STRING - 1) {
		part = min_t(size_t, KMVM_HIT_STRING - 1 - done,
			     PAGE_SIZE - offset_in_page(from + done));
		if (!read_bytes(to + done, from + done, part))
			return false;
		done += part;
		to[done] = '\0';
		if (strnlen(to, done) < done)
			break;
	}
	return true;
}
NOKPROBE_SYMBOL(read_string);

static notrace bool fetch(const struct kmvm_hit *hit, const struct kmvm_fetch *way, char *to)
{
	unsigned long address;
	unsigned int i;

	if (way->argument >= hit->arguments || !KMVM_READS_NOFAULT)
		return false;
	address = hit->argument[way->argument];
	for (i = 0; i < way->steps; i++) {
		address += way->offset[i];
		if (i + 1 < way->steps && !read_bytes(&address, address, sizeof(address)))
			return false;
	}
	return read_string(to, address);
}
NOKPROBE_SYMBOL(fetch);

notrace void kmvm_hit_end(struct kmvm_hits *hits, struct kmvm_hit *hit)
{
	struct kmvm_hits_ring *ring = raw_cpu_ptr(hits->rings);
	u32 i;

	hit->strings = hits->options.strings;
	hit->unreadable = 0;
	for (i = 0; i < hits->options.strings; i++)
		if (!fetch(hit, &hits->options.fetch[i], hit->string[i]))
			hit->unreadable |= 1 << i;
	/* Pairs with oldest(). */
	smp_store_release(&ring->head, ring->head + 1);
	/* Pairs with rest(): either it sees the hit, or we see that it went to rest. */
	smp_mb();
	if (!atomic_read(&hits->awake) && !atomic_xchg(&hits->awake, 1))
		irq_work_queue(&hits->work);
	this_cpu_dec(noting);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(kmvm_hit_end);

/* The VM's thread. */

static void wake(struct irq_work *work)
{
	kmvm_event_post(&container_of(work, struct kmvm_hits, work)->handle);
}

int kmvm_hits_open(struct kmvm_hits *hits)
{
	size_t slots;
	int cpu;

	init_irq_work(&hits->work, wake);
	hits->size = offsetof(struct kmvm_hit, string) + hits->options.strings * KMVM_HIT_STRING;
	slots = hits->options.ring * hits->size;
	if (kmvm_budget_take(slots * num_possible_cpus(), KMVM_FOR_DATA) != KMVM_LIMIT_NONE)
		return -ENOMEM;
	hits->bytes = slots * num_possible_cpus();
	hits->rings = alloc_percpu_gfp(struct kmvm_hits_ring, KMVM_GFP_CALLER);
	if (!hits->rings)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct kmvm_hits_ring *ring = per_cpu_ptr(hits->rings, cpu);

		ring->slots = kvmalloc(slots, KMVM_GFP_CALLER);
		if (!ring->slots)
			return -ENOMEM;
		cond_resched();
	}
	return 0;
}

static void count(struct kmvm_hits *hits)
{
	struct kmvm_hits_figures *figures = hits->figures;
	int cpu;

	figures->hits = 0;
	figures->lost = hits->drained;
	figures->own = 0;
	for_each_possible_cpu(cpu) {
		const struct kmvm_hits_ring *ring = per_cpu_ptr(hits->rings, cpu);

		figures->hits += READ_ONCE(ring->hits);
		figures->lost += READ_ONCE(ring->lost);
		figures->own += READ_ONCE(ring->own);
	}
	figures->missed = hits->missed ? hits->missed(hits) : 0;
}

void kmvm_hits_close(struct kmvm_hits *hits)
{
	irq_work_sync(&hits->work);
	if (!hits->handle.vm->broken && hits->rings)
		count(hits);
}

void kmvm_hits_free(struct kmvm_hits *hits)
{
	int cpu;

	if (hits->rings)
		for_each_possible_cpu(cpu)
			kvfree(per_cpu_ptr(hits->rings, cpu)->slots);
	free_percpu(hits->rings);
	kmvm_budget_give(hits->bytes);
}

/* The ring with the oldest hit that is whole, or NULL. */
static struct kmvm_hits_ring *oldest(struct kmvm_hits *hits)
{
	struct kmvm_hits_ring *ring, *found = NULL;
	u64 least = U64_MAX;
	int cpu;

	for_each_possible_cpu(cpu) {
		ring = per_cpu_ptr(hits->rings, cpu);
		/* Pairs with kmvm_hit_end(): the hit is whole. */
		if (smp_load_acquire(&ring->head) == ring->tail ||
		    slot(hits, ring, ring->tail)->time >= least)
			continue;
		least = slot(hits, ring, ring->tail)->time;
		found = ring;
	}
	return found;
}

static void take(struct kmvm_hits_ring *ring)
{
	/* Pairs with kmvm_hit_begin(): the slot has been read. */
	smp_store_release(&ring->tail, ring->tail + 1);
}

/* All that is noted is lost. */
static void drain(struct kmvm_hits *hits)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kmvm_hits_ring *ring = per_cpu_ptr(hits->rings, cpu);
		u32 head = READ_ONCE(ring->head);

		hits->drained += head - ring->tail;
		/* As in take(). */
		smp_store_release(&ring->tail, head);
	}
}

static const struct mrb_data_type hit_type = { "Linux::Hit", mrb_free };
static const struct mrb_data_type figures_type = { "figures of hits", mrb_free };

/* A copy for Ruby; the slot is free again. Should there be no memory, the hit stays. */
static mrb_value hit_object(mrb_state *mrb, struct kmvm_hits *hits, struct kmvm_hits_ring *ring)
{
	static const char path[] = "Linux::Hit";
	struct RClass *class = kmvm_class_find(mrb, path, sizeof(path) - 1);
	struct RData *data;

	if (!class)
		mrb_raise(mrb, E_NAME_ERROR, "there is no Linux::Hit any more");
	data = mrb_data_object_alloc(mrb, class, NULL, &hit_type);
	data->data = mrb_malloc(mrb, hits->size);
	memcpy(data->data, slot(hits, ring, ring->tail), hits->size);
	take(ring);
	return mrb_obj_value(data);
}

const struct kmvm_hit *kmvm_hit_of(mrb_state *mrb, mrb_value object)
{
	const struct kmvm_hit *hit = mrb_data_get_ptr(mrb, object, &hit_type);

	if (!hit)
		mrb_raise(mrb, E_TYPE_ERROR, "this Linux::Hit is none");
	return hit;
}

void kmvm_hits_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	struct kmvm_hits *hits = kmvm_hits_of(handle);
	mrb_value object = kmvm_object_of(handle);
	mrb_value block = kmvm_object_block(mrb, object);
	struct kmvm_hits_ring *ring = oldest(hits);
	mrb_value arguments[2];

	mrb_gc_protect(mrb, object);
	if (!ring)
		return;
	arguments[0] = hit_object(mrb, hits, ring);
	arguments[1] = object;
	hits->figures->delivered++;
	mrb_yield_argv(mrb, block, 2, arguments);
}

/* No hit is left: the next one wakes us. Unless it came just now. */
static void rest(struct kmvm_hits *hits)
{
	atomic_set(&hits->awake, 0);
	/* Pairs with kmvm_hit_end(). */
	smp_mb();
	if (oldest(hits) && !atomic_xchg(&hits->awake, 1))
		kmvm_event_post(&hits->handle);
}

void kmvm_hits_done(struct kmvm_handle *handle, bool failed)
{
	struct kmvm_hits *hits = kmvm_hits_of(handle);
	unsigned int doublings;

	hits->figures->errors += failed;
	hits->failures = failed ? hits->failures + 1 : 0;
	if (hits->ended) {
		kmvm_handle_close(handle);
		return;
	}
	if (hits->failures >= FAILURES) {
		doublings = min(hits->failures - FAILURES, (unsigned int)DOUBLINGS_MAX);
		WRITE_ONCE(hits->quiet, ktime_get_ns() + (NSEC_PER_MSEC << doublings));
		drain(hits);
	}
	if (oldest(hits))
		kmvm_event_post(handle);
	else
		rest(hits);
}

bool kmvm_hits_active(struct kmvm_handle *handle)
{
	return handle && !kmvm_hits_of(handle)->ended;
}

bool kmvm_hits_cancel(struct kmvm_handle *handle)
{
	if (!kmvm_hits_active(handle))
		return false;
	/* In its own block it is closed as soon as that is over. */
	if (handle->vm->event == handle)
		kmvm_hits_of(handle)->ended = true;
	else
		kmvm_handle_close(handle);
	return true;
}

/* What Ruby gives. */

static u8 argument_given(mrb_state *mrb, mrb_value value)
{
	mrb_int number = kmvm_integer(mrb, value);

	if (number < 0 || number >= KMVM_HIT_ARGUMENTS)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "arguments are numbered from 0 to %d",
			   KMVM_HIT_ARGUMENTS - 1);
	return number;
}

static void fetch_given(mrb_state *mrb, mrb_value value, struct kmvm_fetch *way)
{
	mrb_int offset, i;

	way->steps = 0;
	if (!mrb_array_p(value)) {
		way->argument = argument_given(mrb, value);
		return;
	}
	if (!RARRAY_LEN(value) || RARRAY_LEN(value) > 1 + KMVM_HIT_STEPS)
		mrb_raisef(mrb, E_ARGUMENT_ERROR,
			   "a string's place is an argument's number and up to %d offsets",
			   KMVM_HIT_STEPS);
	way->argument = argument_given(mrb, RARRAY_PTR(value)[0]);
	for (i = 1; i < RARRAY_LEN(value); i++) {
		offset = kmvm_integer(mrb, RARRAY_PTR(value)[i]);
		if (offset != (s32)offset)
			mrb_raise(mrb, E_RANGE_ERROR, "an offset has 32 bits");
		way->offset[way->steps++] = offset;
	}
}

static void strings_given(mrb_state *mrb, mrb_value value, struct kmvm_hits_options *options)
{
	mrb_int i;

	options->strings = 0;
	if (mrb_nil_p(value))
		return;
	if (!mrb_array_p(value)) {
		fetch_given(mrb, value, &options->fetch[options->strings++]);
		return;
	}
	if (RARRAY_LEN(value) > KMVM_HIT_STRINGS)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a hit has at most %d strings",
			   KMVM_HIT_STRINGS);
	for (i = 0; i < RARRAY_LEN(value); i++)
		fetch_given(mrb, RARRAY_PTR(value)[i], &options->fetch[options->strings++]);
}

/* A name that no script can write. */
static mrb_sym figures_name(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "figures");
}

/* What comes behind the name. */
static void options_given(mrb_state *mrb, const mrb_value *given,
			  struct kmvm_hits_options *options)
{
	mrb_int number;

	strings_given(mrb, mrb_undef_p(given[0]) ? mrb_nil_value() : given[0], options);
	number = mrb_undef_p(given[1]) || mrb_nil_p(given[1]) ? 0 : kmvm_integer(mrb, given[1]);
	if (number < 0 || number != (pid_t)number)
		mrb_raise(mrb, E_RANGE_ERROR, "no process has that number");
	options->process = number;
	number = mrb_undef_p(given[2]) ? KMVM_HITS_RING : kmvm_integer(mrb, given[2]);
	if (number < 1 || number > KMVM_HITS_RING_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a ring holds 1 to %d hits", KMVM_HITS_RING_MAX);
	options->ring = roundup_pow_of_two(number);
}

static struct kmvm_hits_figures *figures_of(mrb_state *mrb, mrb_value object)
{
	return mrb_data_get_ptr(mrb, mrb_iv_get(mrb, object, figures_name(mrb)), &figures_type);
}

/* What stands in the call; its frame lies on the way to the deepest errors. */
static noinline mrb_value take_given(mrb_state *mrb, mrb_value class, const struct kmvm_hits_kind *kind,
				     mrb_value *name)
{
	const mrb_sym names[] = {
		mrb_intern_lit(mrb, "strings"), mrb_intern_lit(mrb, "process"),
		mrb_intern_lit(mrb, "ring"),
	};
	mrb_value given[3], block, object;
	const mrb_kwargs keywords = { 3, 0, names, given, NULL };
	struct kmvm_hits_figures *figures;
	struct RData *data;

	mrb_get_args(mrb, "S:&!", name, &keywords, &block);
	if (RSTRING_LEN(*name) >= KMVM_HITS_NAME ||
	    strnlen(RSTRING_PTR(*name), RSTRING_LEN(*name)) < RSTRING_LEN(*name))
		mrb_raise(mrb, E_ARGUMENT_ERROR, "no name is like that");
	object = kmvm_object_new(mrb, class, kind->type, block);
	/* Kept by an object without a class, which no script reaches. */
	data = mrb_data_object_alloc(mrb, NULL, NULL, &figures_type);
	figures = mrb_calloc(mrb, 1, sizeof(*figures));
	data->data = figures;
	mrb_iv_set(mrb, object, figures_name(mrb), mrb_obj_value(data));
	figures->kind = kind;
	memcpy(figures->name, RSTRING_PTR(*name), RSTRING_LEN(*name));
	options_given(mrb, given, &figures->options);
	return object;
}

static bool is_full(const struct kmvm_vm *vm, const struct kmvm_handle_ops *ops)
{
	const struct kmvm_handle *handle;
	unsigned int count = 0;

	list_for_each_entry(handle, &vm->handles, on_vm)
		count += handle->ops == ops;
	return count >= KMVM_HITS_MAX;
}

/* Why, and as what Ruby is told of it. */
static const char *refusal(const struct kmvm_hits_kind *kind, int *error)
{
	switch (*error) {
	case -ENODEV:
		*error = -ENOENT;
		fallthrough;
	case -ENOENT:
		return kind->nothing;
	case -EILSEQ:
		*error = -EINVAL;
		fallthrough;
	case -EINVAL:
		return kind->unfit;
	case -EDEADLK:
		*error = -EINVAL;
		return "it is a part of kmvm";
	case -EPERM:
		return "the kernel is locked down";
	case -EOPNOTSUPP:
		return kind->unsupported;
	default:
		return "the kernel refuses it";
	}
}

static void raise_start(mrb_state *mrb, const struct kmvm_hits_kind *kind, int error, mrb_value name)
{
	const char *why;

	kmvm_raise_scarce(mrb, error, kind->limit, KMVM_HITS_MAX);
	why = refusal(kind, &error);
	kmvm_raise_errno(mrb, error, mrb_format(mrb, "%s %v: %s", kind->name, name, why));
}

mrb_value kmvm_hits_start(mrb_state *mrb, mrb_value class, const struct kmvm_hits_kind *kind)
{
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	mrb_value object, name;
	struct kmvm_hits *hits;
	int ret;

	kmvm_guard_ample(mrb);
	object = take_given(mrb, class, kind, &name);
	if (is_full(vm, kind->ops))
		raise_start(mrb, kind, -EUSERS, name);
	hits = kzalloc(kind->size, kmvm_gfp());
	if (!hits)
		raise_start(mrb, kind, -ENOMEM, name);
	hits->figures = figures_of(mrb, object);
	hits->options = hits->figures->options;
	memcpy(hits->name, hits->figures->name, sizeof(hits->name));
	kmvm_handle_open(&hits->handle, vm, kind->ops);
	kmvm_object_bind(object, &hits->handle);
	ret = kind->open(hits);
	if (ret) {
		kmvm_handle_close(&hits->handle);
		raise_start(mrb, kind, ret, name);
	}
	return object;
}

mrb_value kmvm_hits_stats(mrb_state *mrb, mrb_value object, struct kmvm_handle *handle)
{
	const struct kmvm_hits_figures *figures = figures_of(mrb, object);
	mrb_value hash = mrb_hash_new_capa(mrb, 6);

	if (handle && kmvm_hits_of(handle)->rings)
		count(kmvm_hits_of(handle));
	kmvm_hash_set_number(mrb, hash, "hits", figures->hits);
	kmvm_hash_set_number(mrb, hash, "delivered", figures->delivered);
	kmvm_hash_set_number(mrb, hash, "lost", figures->lost);
	kmvm_hash_set_number(mrb, hash, "own", figures->own);
	kmvm_hash_set_number(mrb, hash, "missed", figures->missed);
	kmvm_hash_set_number(mrb, hash, "errors", figures->errors);
	return hash;
}

mrb_value kmvm_hits_inspect(mrb_state *mrb, mrb_value object, struct kmvm_handle *handle)
{
	const struct kmvm_hits_figures *figures = figures_of(mrb, object);

	return mrb_format(mrb, "#<%C %s%s, %s>", mrb_class(mrb, object), figures->kind->of,
			  figures->name, kmvm_hits_active(handle) ? "active" : "ended");
}
