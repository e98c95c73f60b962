/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Found before mruby's own header where KMVM_UNGUARDED=y: the module without its checks,
 * which make bench measures the other one against. What the checks share with mruby (the
 * fields of the state, the roots of the collector, ids) stays, and so does the error of a
 * recursion that mruby itself has counted.
 */
#ifndef KMVM_UNGUARDED_MRUBY_H
#define KMVM_UNGUARDED_MRUBY_H

#include_next <mruby.h>

#undef MRB_GUARD_STEP
#undef MRB_GUARD_WORK
#undef MRB_GUARD_BREATHE
#undef MRB_GUARD_STOPPING
#undef MRB_GUARD_LEAVE
#undef MRB_GUARD_COLLECT
#undef MRB_GUARD_DOOR
#undef MRB_GUARD_FILTER
#define MRB_GUARD_STEP(mrb)		((void)0)
#define MRB_GUARD_WORK(mrb, n)		((void)0)
#define MRB_GUARD_BREATHE(mrb, n)	((void)0)
#define MRB_GUARD_STOPPING(mrb)		FALSE
#define MRB_GUARD_LEAVE(mrb, n)		FALSE
#define MRB_GUARD_COLLECT(mrb, size)	(mrb_full_gc(mrb), TRUE)
#define MRB_GUARD_DOOR(mrb)		((void)0)
#define MRB_GUARD_FILTER(mrb, filter)	(filter)

#endif /* KMVM_UNGUARDED_MRUBY_H */
