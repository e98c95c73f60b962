// SPDX-License-Identifier: GPL-2.0
/* Linux::Symbol: what stands at an address of the kernel. */
#include <linux/kallsyms.h>
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/guard.h"
#include "bindings.h"

static mrb_value symbol_at(mrb_state *mrb, mrb_value self)
{
	u64 address = kmvm_address(mrb, mrb_get_arg1(mrb));
	mrb_value text;
	int size;

	kmvm_guard_ample(mrb);
	text = mrb_str_new(mrb, NULL, KSYM_SYMBOL_LEN);
	size = sprint_symbol(RSTRING_PTR(text), address);
	/* It prints what it does not know as a number. */
	if (!strnchr(RSTRING_PTR(text), size, '+'))
		return mrb_nil_value();
	return mrb_str_resize(mrb, text, size);
}

KMVM_BINDING(symbol,
	"Names for addresses of the kernel and its modules, as its own traces have them.",
	{ symbol_at, "Symbol.at(address) -> String or nil",
	  "The function that the address lies in, how far in, and how long that is: \"vfs_read+0x10/0x2f0\", with the module's name behind it if it is one's: \"[kmvm]\". nil for an address that is in none." });
