/* SPDX-License-Identifier: GPL-2.0 */
/* mruby asserts only when it is built with MRB_DEBUG. */
#include <linux/bug.h>

#define assert(condition)	BUG_ON(!(condition))
