/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel has no errno, and nothing here sets one for others to read: what mruby stores
 * in it (mrb_int_read(), obsolete) is lost, what it reads from it (mrb_sys_fail()) is 0.
 */
#ifndef KMVM_ERRNO_H
#define KMVM_ERRNO_H

#include <linux/errno.h>

/* One number, two names. */
#define ENOTSUP EOPNOTSUPP

#undef errno	/* User-Mode Linux keeps the host's name from its own functions */
#define errno	(*(int []){ 0 })

#endif /* KMVM_ERRNO_H */
