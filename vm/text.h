/* SPDX-License-Identifier: GPL-2.0 */
/* What puts, print and printf make of their arguments: one String. The VM's thread, in Ruby. */
#ifndef KMVM_TEXT_H
#define KMVM_TEXT_H

#include <mruby.h>

/* Each object on a line of its own; of an array, each element. */
mrb_value kmvm_text_lines(mrb_state *mrb, const mrb_value *objects, mrb_int count);

/* One after the other. */
mrb_value kmvm_text_joined(mrb_state *mrb, const mrb_value *objects, mrb_int count);

/* What format makes of them. */
mrb_value kmvm_text_formatted(mrb_state *mrb, const mrb_value *arguments, mrb_int count);

#endif /* KMVM_TEXT_H */
