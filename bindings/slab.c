// SPDX-License-Identifier: GPL-2.0
/* The kernel's slab caches, as sysfs tells of them. Written in Ruby: bindings/ruby/mrblib/slab.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(slab,
	"The kernel's slab caches, from /sys/kernel/slab, whose kernel is one with SLUB_DEBUG; elsewhere Errno::ENOENT. Caches that were merged tell the figures of all of them. An object is a snapshot. Linux::Slab is Enumerable, as if it were a list.",
	{ KMVM_IN_RUBY, "Slab.each { |slab| } -> Linux::Slab",
	  "Each cache, by name; those that go meanwhile are left out. Without a block, an Enumerator." },
	{ KMVM_IN_RUBY, "Slab.find(name) -> Slab or nil",
	  "The cache of that name." },
	{ KMVM_IN_RUBY, "Slab#name -> String",
	  "Its name, as kmalloc-64." },
	{ KMVM_IN_RUBY, "Slab#objects -> Integer",
	  "Objects in use; those that each processor keeps at hand are among them." },
	{ KMVM_IN_RUBY, "Slab#object_size -> Integer",
	  "Bytes of one, as its users asked for them." },
	{ KMVM_IN_RUBY, "Slab#slabs -> Integer",
	  "Slabs it has; each is one or more pages." },
	{ KMVM_IN_RUBY, "Slab#bytes -> Integer",
	  "Bytes of its slabs together." });
