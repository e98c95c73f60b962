/* SPDX-License-Identifier: GPL-2.0 */
/* mruby asserts only when it is built with MRB_DEBUG. */
#ifndef KMVM_ASSERT_H
#define KMVM_ASSERT_H

#include <stdlib.h>

#define assert(condition)	((condition) ? (void)0 : abort())

#endif /* KMVM_ASSERT_H */
