// SPDX-License-Identifier: GPL-2.0
/* Random: the kernel's own numbers. */
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/sizes.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/range.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "bindings.h"

#define BYTES_MAX	SZ_64K

/* Each of 0 to @most as likely as any other. */
static u64 up_to(u64 most)
{
	u64 mask = most ? ~0ULL >> __builtin_clzll(most) : 0;
	u64 number;

	do
		number = get_random_u64() & mask;
	while (number > most);
	return number;
}

static mrb_value within(mrb_state *mrb, mrb_value range)
{
	s64 first = kmvm_integer(mrb, mrb_range_beg(mrb, range));
	s64 last = kmvm_integer(mrb, mrb_range_end(mrb, range));

	if (mrb_range_excl_p(mrb, range) && last-- == S64_MIN)
		return mrb_nil_value();
	if (last < first)
		return mrb_nil_value();
	return mrb_int_value(mrb, first + up_to((u64)last - (u64)first));
}

static mrb_value random_rand(mrb_state *mrb, mrb_value self)
{
	mrb_value max = mrb_get_arg1(mrb);
	s64 below;

	if (mrb_range_p(max))
		return within(mrb, max);
	below = kmvm_integer(mrb, max);
	if (below < 1)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "below what? An Integer of at least 1 is wanted");
	return mrb_int_value(mrb, up_to(below - 1));
}

static mrb_value random_bytes(mrb_state *mrb, mrb_value self)
{
	mrb_value bytes;
	mrb_int size;

	mrb_get_args(mrb, "i", &size);
	if (size < 0 || size > BYTES_MAX)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "0 to 65536 bytes");
	bytes = mrb_str_new(mrb, NULL, size);
	get_random_bytes(RSTRING_PTR(bytes), size);
	return bytes;
}

KMVM_BINDING(random,
	"Random numbers, from the kernel's generator: nobody can guess them, and none can be had twice by a seed.",
	{ random_rand, "::Random.rand(max) -> Integer or nil",
	  "An Integer of 0 to max - 1; or one within a Range of Integers, nil if that holds none." },
	{ random_bytes, "::Random.bytes(size) -> String",
	  "So many bytes, 65536 at most." },
	{ random_rand, "::Kernel#rand(max) -> Integer or nil",
	  "As Random.rand. There are no floats, so max has to be given." });
