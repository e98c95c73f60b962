/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATCH_H
#define WATCH_H

#include <mruby.h>
#include <mruby/irep.h>

/* Called by mruby before each instruction. */
void watch_insn(mrb_state *mrb, const mrb_irep *irep, const mrb_code *pc, mrb_value *regs);

#endif /* WATCH_H */
