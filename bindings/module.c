// SPDX-License-Identifier: GPL-2.0
/* Loadable modules. Written in Ruby: bindings/ruby/mrblib/module.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(module,
	"The modules that are loaded, from /sys/module. An object is a snapshot, but for its parameters, which are read when asked for. Linux::Module is Enumerable, as if it were a list.",
	{ KMVM_IN_RUBY, "Module.each { |module| } -> Linux::Module",
	  "Each module, by name; those that go meanwhile, and what is built in, are left out. Without a block, an Enumerator." },
	{ KMVM_IN_RUBY, "Module.find(name) -> Module or nil",
	  "The module of that name; a - in it is a _." },
	{ KMVM_IN_RUBY, "Module#name -> String",
	  "Its name." },
	{ KMVM_IN_RUBY, "Module#state -> Symbol",
	  ":live, :coming or :going." },
	{ KMVM_IN_RUBY, "Module#refs -> Integer",
	  "How many hold it: modules that use it, open files, mounts; 0 where the kernel cannot unload modules." },
	{ KMVM_IN_RUBY, "Module#size -> Integer",
	  "Bytes of its code and data." },
	{ KMVM_IN_RUBY, "Module#holders -> Array",
	  "Names of the modules that use it." },
	{ KMVM_IN_RUBY, "Module#parameters -> Hash",
	  "By name, as a Symbol: the text of each; nil for one that cannot be read." });
