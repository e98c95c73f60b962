// SPDX-License-Identifier: GPL-2.0
/* Each unit is a whole number, so that no fraction is ever rounded; what is given adds up. */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/time64.h>

#include <mruby.h>
#include <mruby/error.h>

#include "binding.h"
#include "duration.h"

bool kmvm_duration(mrb_state *mrb, mrb_value *block, s64 *ns)
{
	static const s64 unit[] = { NSEC_PER_SEC, NSEC_PER_MSEC, NSEC_PER_USEC, 1 };
	mrb_sym names[] = {
		mrb_intern_lit(mrb, "s"), mrb_intern_lit(mrb, "ms"),
		mrb_intern_lit(mrb, "us"), mrb_intern_lit(mrb, "ns"),
	};
	mrb_value given[ARRAY_SIZE(unit)];
	const mrb_kwargs keywords = { ARRAY_SIZE(unit), 0, names, given, NULL };
	bool any = false;
	s64 part;
	size_t i;

	if (block)
		mrb_get_args(mrb, ":&!", &keywords, block);
	else
		mrb_get_args(mrb, ":", &keywords);
	*ns = 0;
	for (i = 0; i < ARRAY_SIZE(unit); i++) {
		if (mrb_undef_p(given[i]))
			continue;
		any = true;
		part = kmvm_integer(mrb, given[i]);
		if (part < 0)
			mrb_raise(mrb, E_ARGUMENT_ERROR, "time must not be negative");
		if (check_mul_overflow(part, unit[i], &part) || check_add_overflow(*ns, part, ns))
			mrb_raise(mrb, E_RANGE_ERROR, "time is beyond 292 years");
	}
	return any;
}

s64 kmvm_duration_given(mrb_state *mrb, mrb_value *block)
{
	s64 ns;

	if (!kmvm_duration(mrb, block, &ns))
		mrb_raise(mrb, E_ARGUMENT_ERROR, "say how long: s:, ms:, us: or ns:");
	return ns;
}
