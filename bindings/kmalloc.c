// SPDX-License-Identifier: GPL-2.0
/* What all of kmvm holds of the kernel's memory, and what the kernel's own kmalloc() has. */
#include <linux/kernel.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/hash.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/budget.h"
#include "../vm/guard.h"
#include "../vm/vm.h"
#include "bindings.h"

/* Of the VM that asks: its classes add up to its figures. */
struct own {
	u64 held;			/* by all of kmvm, then */
	struct kmvm_heap_stats stats;
	struct kmvm_heap_class classes[KMVM_HEAP_COUNTED];
};

struct other {
	char name[KMVM_NAME_MAX];
	u64 serial;
	struct kmvm_heap_stats stats;
};

/* Kernel half. */

static bool read_next(struct other *other)
{
	struct kmvm_vm *vm = kmvm_vm_next(other->serial);

	if (vm) {
		strscpy(other->name, vm->name, sizeof(other->name));
		other->serial = vm->serial;
		kmvm_heap_read(&vm->heap, &other->stats);
		kmvm_vm_put(vm);
	}
	return vm;
}

/* Ruby half. */

static mrb_value figures(mrb_state *mrb, const struct kmvm_heap_stats *stats)
{
	mrb_value hash = mrb_hash_new_capa(mrb, 7);

	kmvm_hash_set_number(mrb, hash, "live", stats->used);
	kmvm_hash_set_number(mrb, hash, "peak", stats->peak);
	kmvm_hash_set_number(mrb, hash, "held", stats->held);
	kmvm_hash_set_number(mrb, hash, "cap", stats->cap);
	kmvm_hash_set_number(mrb, hash, "allocations", stats->allocations);
	kmvm_hash_set_number(mrb, hash, "frees", stats->frees);
	kmvm_hash_set_number(mrb, hash, "failures", stats->failures);
	return hash;
}

static noinline void add_vms(mrb_state *mrb, mrb_value hash, const struct kmvm_heap_stats *own)
{
	struct other other = { 0 };
	int arena = mrb_gc_arena_save(mrb);

	while (read_next(&other)) {
		if (other.serial == kmvm_vm_of(mrb)->serial)
			other.stats = *own;
		mrb_hash_set(mrb, hash, mrb_str_new_cstr(mrb, other.name), figures(mrb, &other.stats));
		mrb_gc_arena_restore(mrb, arena);
		kmvm_guard_steps(mrb);
	}
}

static noinline void add_classes(mrb_state *mrb, mrb_value hash,
				 const struct kmvm_heap_class *classes)
{
	const struct kmvm_heap_class *class;
	int arena = mrb_gc_arena_save(mrb);

	for (class = classes; class < classes + KMVM_HEAP_COUNTED; class++) {
		mrb_value row;

		if (!class->peak && !class->failures)
			continue;
		row = mrb_hash_new_capa(mrb, 5);
		kmvm_hash_set_number(mrb, row, "blocks", class->blocks);
		kmvm_hash_set_number(mrb, row, "live", class->live);
		kmvm_hash_set_number(mrb, row, "peak", class->peak);
		kmvm_hash_set_number(mrb, row, "held", class->held);
		kmvm_hash_set_number(mrb, row, "failures", class->failures);
		if (class->size)
			mrb_hash_set(mrb, hash, mrb_int_value(mrb, class->size), row);
		else
			kmvm_hash_set(mrb, hash, "large", row);
		mrb_gc_arena_restore(mrb, arena);
	}
}

static mrb_value kmalloc_stats(mrb_state *mrb, mrb_value self)
{
	mrb_value hash = mrb_hash_new(mrb), vms = mrb_hash_new(mrb), classes = mrb_hash_new(mrb);
	mrb_value room = mrb_str_new(mrb, NULL, sizeof(struct own));
	struct own *own = (struct own *)RSTRING_PTR(room);
	const struct kmvm_heap *heap = &kmvm_vm_of(mrb)->heap;
	struct kmvm_limits limits;

	own->held = kmvm_budget_held();
	kmvm_heap_read(heap, &own->stats);
	memcpy(own->classes, heap->classes, sizeof(own->classes));
	kmvm_limits_read(&limits);
	kmvm_hash_set_number(mrb, hash, "held", own->held);
	kmvm_hash_set_number(mrb, hash, "max", limits.budget);
	kmvm_hash_set(mrb, hash, "vms", vms);
	kmvm_hash_set(mrb, hash, "classes", classes);
	add_vms(mrb, vms, &own->stats);
	add_classes(mrb, classes, own->classes);
	return hash;
}

KMVM_BINDING(kmalloc,
	"The kernel's memory that kmvm holds, and that of kmalloc() itself.",
	{ kmalloc_stats, "Kmalloc.stats -> Hash",
	  "Bytes that all of kmvm holds and that count for its budget (held), and how many may be (max); by name of each VM, those of threads among them, what Heap.stats tells (vms); and of the VM that asks, by bytes of a block, or :large for those with pages of their own, how many blocks there are, the bytes in them now and at most, the bytes of the pages they lie on, and how often none was to be had (classes: blocks, live, peak, held, failures); of sizes that it has never used there is nothing. All but the peaks add up to its figures under vms. Under KASAN every block counts as large." },
	{ KMVM_IN_RUBY, "Kmalloc.caches -> Array",
	  "The kernel's caches for kmalloc(), as Linux::Slab, smallest first. Errno::ENOENT on a kernel without SLUB_DEBUG." });
