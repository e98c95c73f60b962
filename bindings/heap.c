// SPDX-License-Identifier: GPL-2.0
/* What the VM itself holds of the kernel's memory. */
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/hash.h>

#include "../vm/binding.h"
#include "../vm/vm.h"
#include "bindings.h"

static mrb_value heap_stats(mrb_state *mrb, mrb_value self)
{
	mrb_value hash = mrb_hash_new_capa(mrb, 7);
	struct kmvm_heap_stats stats;

	kmvm_heap_read(&kmvm_vm_of(mrb)->heap, &stats);
	kmvm_hash_set_number(mrb, hash, "live", stats.used);
	kmvm_hash_set_number(mrb, hash, "peak", stats.peak);
	kmvm_hash_set_number(mrb, hash, "held", stats.held);
	kmvm_hash_set_number(mrb, hash, "cap", stats.cap);
	kmvm_hash_set_number(mrb, hash, "allocations", stats.allocations);
	kmvm_hash_set_number(mrb, hash, "frees", stats.frees);
	kmvm_hash_set_number(mrb, hash, "failures", stats.failures);
	return hash;
}

KMVM_BINDING(heap,
	"The memory of the VM that asks.",
	{ heap_stats, "Heap.stats -> Hash",
	  "Bytes in blocks now (live) and at most (peak), bytes taken from the kernel (held) and how many may be (cap), blocks ever allocated (allocations), freed (frees) and refused (failures)." });
