/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMVM_STRING_H
#define KMVM_STRING_H

#include <linux/string.h>

/* In stub/libc/strerror.c. */
const char *kmvm_strerror(int error);
#define strerror kmvm_strerror

#endif /* KMVM_STRING_H */
