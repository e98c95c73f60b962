// SPDX-License-Identifier: GPL-2.0
/* Mounts. Written in Ruby: bindings/ruby/mrblib/mount.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(mount,
	"Mounts, of the namespace that init sees. An object is a snapshot. Linux::Mount is Enumerable, as if it were a list.",
	{ KMVM_IN_RUBY, "Mount.each { |mount| } -> Linux::Mount",
	  "Each mount, the oldest first. Without a block, an Enumerator." },
	{ KMVM_IN_RUBY, "Mount.find(path) -> Mount or nil",
	  "The one that is seen at that path." },
	{ KMVM_IN_RUBY, "Mount#device -> String",
	  "What is mounted." },
	{ KMVM_IN_RUBY, "Mount#path -> String",
	  "Where." },
	{ KMVM_IN_RUBY, "Mount#type -> String",
	  "Its filesystem." },
	{ KMVM_IN_RUBY, "Mount#options -> Array",
	  "Its options, as [\"rw\", \"nosuid\"]." });
