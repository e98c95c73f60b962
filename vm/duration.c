// SPDX-License-Identifier: GPL-2.0
/* Each unit is a whole number, so that no fraction is ever rounded; what is given adds up. */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/time64.h>

#include <mruby.h>
#include <mruby/error.h>

#include "binding.h"
#include "duration.h"

#define UNITS	4

/* The keywords of the method that is called, and what its format asks for beside them. */
static bool read(mrb_state *mrb, const char *format, mrb_value *first, mrb_value *last, s64 *ns)
{
	static const s64 unit[UNITS] = { NSEC_PER_SEC, NSEC_PER_MSEC, NSEC_PER_USEC, 1 };
	mrb_sym names[UNITS] = {
		mrb_intern_lit(mrb, "s"), mrb_intern_lit(mrb, "ms"),
		mrb_intern_lit(mrb, "us"), mrb_intern_lit(mrb, "ns"),
	};
	mrb_value given[UNITS];
	const mrb_kwargs keywords = { UNITS, 0, names, given, NULL };
	bool any = false;
	s64 part;
	size_t i;

	if (first)
		mrb_get_args(mrb, format, first, &keywords);
	else
		mrb_get_args(mrb, format, &keywords, last);
	*ns = 0;
	for (i = 0; i < UNITS; i++) {
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

bool kmvm_duration(mrb_state *mrb, mrb_value *block, s64 *ns)
{
	return read(mrb, block ? ":&!" : ":", NULL, block, ns);
}

bool kmvm_duration_behind(mrb_state *mrb, mrb_value *argument, s64 *ns)
{
	return read(mrb, "o:", argument, NULL, ns);
}

s64 kmvm_duration_given(mrb_state *mrb, mrb_value *block)
{
	s64 ns;

	if (!kmvm_duration(mrb, block, &ns))
		mrb_raise(mrb, E_ARGUMENT_ERROR, "say how long: s:, ms:, us: or ns:");
	return ns;
}
