/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel versions: the one place that knows them. The rest of the tree speaks the newest
 * kernel; a shim here names the release behind it and goes when that kernel is no longer tested.
 */
#ifndef KMVM_COMPAT_H
#define KMVM_COMPAT_H

#include <linux/version.h>

#include <linux/hrtimer.h>

/* Linux 6.13 sets a timer's function where it initialises the rest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* KMVM_COMPAT_H */
