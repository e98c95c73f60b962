// SPDX-License-Identifier: GPL-2.0
/* Linux::Symbol: what stands at an address of the kernel. */
#include <linux/kallsyms.h>
#include <linux/kernel.h>

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/guard.h"
#include "bindings.h"

/* 64 bits: addresses lie above the Integers that are no big ones. */
static u64 address_of(mrb_state *mrb, mrb_value value)
{
	mrb_int address;

	if (mrb_bigint_p(value))
		return mrb_bint_as_uint64(mrb, value);
	address = mrb_as_int(mrb, value);
	if (address < 0)
		mrb_raise(mrb, E_RANGE_ERROR, "an address is not negative");
	return address;
}

static mrb_value symbol_at(mrb_state *mrb, mrb_value self)
{
	u64 address = address_of(mrb, mrb_get_arg1(mrb));
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
