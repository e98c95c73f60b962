// SPDX-License-Identifier: GPL-2.0
/* Interrupts. Written in Ruby: bindings/ruby/mrblib/irq.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(irq,
	"Interrupts, from /proc/interrupts. An object is a snapshot. Linux::IRQ is Enumerable, as if it were a list.",
	{ KMVM_IN_RUBY, "IRQ.each { |irq| } -> Linux::IRQ",
	  "Each line of /proc/interrupts. Without a block, an Enumerator." },
	{ KMVM_IN_RUBY, "IRQ.find(name) -> IRQ or nil",
	  "The one of that name, \"9\" or 9 or \"LOC\"." },
	{ KMVM_IN_RUBY, "IRQ#name -> String",
	  "Its number, or what the architecture calls it." },
	{ KMVM_IN_RUBY, "IRQ#counts -> Hash",
	  "How often each processor took it, by the processor's number; of those that are not counted by processor (ERR) the sum, under the first." },
	{ KMVM_IN_RUBY, "IRQ#total -> Integer",
	  "How often it came." },
	{ KMVM_IN_RUBY, "IRQ#description -> String",
	  "Its chip and who asked for it." });
