// SPDX-License-Identifier: GPL-2.0
/* Processors. Written in Ruby: bindings/ruby/mrblib/cpu.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(cpu,
	"Processors: which there are, what they did, how busy the machine is.",
	{ KMVM_IN_RUBY, "CPU.online -> Array",
	  "Numbers of those that work now." },
	{ KMVM_IN_RUBY, "CPU.possible -> Array",
	  "Numbers of all that may be plugged in." },
	{ KMVM_IN_RUBY, "CPU.times -> Hash",
	  "By number, of those online: a Hash of nanoseconds spent since boot as :user, :nice, :system, :idle, :iowait, :irq, :softirq and :steal; as exact as /proc/stat, which counts hundredths of a second." },
	{ KMVM_IN_RUBY, "CPU.load -> Array",
	  "The load averages of 1, 5 and 15 minutes, in hundredths: 150 is 1.50." });
