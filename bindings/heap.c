// SPDX-License-Identifier: GPL-2.0
/* What the VM itself holds of the kernel's memory. */
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/hash.h>

#include "../vm/binding.h"
#include "../vm/vm.h"
#include "bindings.h"

static void set(mrb_state *mrb, mrb_value hash, const char *name, u64 value)
{
	mrb_hash_set(mrb, hash, mrb_symbol_value(mrb_intern_cstr(mrb, name)),
		     mrb_int_value(mrb, value));
}

static mrb_value heap_stats(mrb_state *mrb, mrb_value self)
{
	mrb_value hash = mrb_hash_new_capa(mrb, 7);
	struct kmvm_heap_stats stats;

	kmvm_heap_read(&kmvm_vm_of(mrb)->heap, &stats);
	set(mrb, hash, "live", stats.used);
	set(mrb, hash, "peak", stats.peak);
	set(mrb, hash, "held", stats.held);
	set(mrb, hash, "cap", stats.cap);
	set(mrb, hash, "allocations", stats.allocations);
	set(mrb, hash, "frees", stats.frees);
	set(mrb, hash, "failures", stats.failures);
	return hash;
}

KMVM_BINDING(heap,
	"The memory of the VM that asks.",
	{ heap_stats, "Heap.stats -> Hash",
	  "Bytes in blocks now (live) and at most (peak), bytes taken from the kernel (held) and how many may be (cap), blocks ever allocated (allocations), freed (frees) and refused (failures)." });
