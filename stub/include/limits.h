/* SPDX-License-Identifier: GPL-2.0 */
/* As stdint.h: values an #if can compare. */
#ifndef KMVM_LIMITS_H
#define KMVM_LIMITS_H

#include <linux/limits.h>

#define CHAR_BIT	__CHAR_BIT__
#define SCHAR_MAX	__SCHAR_MAX__

#undef INT_MAX
#define INT_MAX		__INT_MAX__
#undef LONG_MAX
#define LONG_MAX	__LONG_MAX__

#endif /* KMVM_LIMITS_H */
