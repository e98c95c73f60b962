// SPDX-License-Identifier: GPL-2.0
/* Parameters of modules. Written in Ruby: bindings/ruby/mrblib/param.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(param,
	"Parameters of modules, loaded or built in, from /sys/module.",
	{ KMVM_IN_RUBY, "Param.[](module, name) -> String",
	  "The text of a parameter: Linux::Param[\"kmvm\", \"event_ms\"]. Errno::ENOENT if there is none." },
	{ KMVM_IN_RUBY, "Param.[]=(module, name, value) -> value",
	  "Writes it. Errno::EACCES for one that cannot be written, Errno::EINVAL for what it does not take." });
