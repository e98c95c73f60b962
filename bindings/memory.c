// SPDX-License-Identifier: GPL-2.0
/* The machine's memory, as /proc tells it. Written in Ruby: bindings/ruby/mrblib/memory.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(memory,
	"The machine's memory: of kmvm's own tell Linux::Heap and Linux::Kmalloc.",
	{ KMVM_IN_RUBY, "Memory.info -> Hash",
	  "What /proc/meminfo says, by its names as symbols (:MemTotal, :MemAvailable): bytes, and of huge pages their number." },
	{ KMVM_IN_RUBY, "Memory.vmstat -> Hash",
	  "The counters of /proc/vmstat, by their names as symbols (:pgfault, :nr_free_pages)." });
