/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integer types by the kernel's definitions. The limits are compared by #if in mruby, which
 * the kernel's own, being casts, do not survive; value and type of each are the kernel's.
 */
#ifndef KMVM_STDINT_H
#define KMVM_STDINT_H

#include <linux/limits.h>
#include <linux/types.h>

/* Newer kernels have it; C lets it be said twice. */
typedef long intptr_t;

#define INT8_MAX	__INT8_MAX__
#define INT8_MIN	(-INT8_MAX - 1)
#define UINT8_MAX	__UINT8_MAX__
#define INT16_MAX	__INT16_MAX__
#define INT16_MIN	(-INT16_MAX - 1)
#define UINT16_MAX	__UINT16_MAX__
#define INT32_MAX	__INT32_MAX__
#define INT32_MIN	(-INT32_MAX - 1)
#define UINT32_MAX	__UINT32_MAX__
#define INT64_MAX	__LONG_LONG_MAX__
#define INT64_MIN	(-INT64_MAX - 1)
#define UINT64_MAX	(__LONG_LONG_MAX__ * 2ULL + 1ULL)
#define INTPTR_MAX	__LONG_MAX__
#define INTPTR_MIN	(-INTPTR_MAX - 1)

#undef SIZE_MAX
#define SIZE_MAX	__SIZE_MAX__
#undef UINTPTR_MAX
#define UINTPTR_MAX	(__LONG_MAX__ * 2UL + 1UL)

#define UINT32_C(c)	c ## U
#define INT64_C(c)	c ## LL
#define UINT64_C(c)	c ## ULL

#endif /* KMVM_STDINT_H */
