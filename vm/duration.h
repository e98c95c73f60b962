/* SPDX-License-Identifier: GPL-2.0 */
/* Times as Ruby says them: Linux.sleep(ms: 5), Linux::Timer.every(s: 1, ms: 500) { }. */
#ifndef KMVM_DURATION_H
#define KMVM_DURATION_H

#include <linux/ktime.h>

#include <mruby.h>

/**
 * kmvm_duration() - reads the keywords s:, ms:, us: and ns: of the method that is called
 * @mrb:	the state
 * @block:	out: the method's block, which it must have; NULL if it takes none
 * @ns:		out: their sum in nanoseconds, 0 to S64_MAX
 *
 * Context: the VM's thread, in Ruby; raises for any other argument.
 * Return: false if none of them was given.
 */
bool kmvm_duration(mrb_state *mrb, mrb_value *block, s64 *ns);

/* The same of a method that takes an argument before them, and no block. */
bool kmvm_duration_behind(mrb_state *mrb, mrb_value *argument, s64 *ns);

/* The same, and raises ArgumentError if none of them was given. */
s64 kmvm_duration_given(mrb_state *mrb, mrb_value *block);

#endif /* KMVM_DURATION_H */
