/* SPDX-License-Identifier: GPL-2.0 */
/* What all ioctls do with their structs. */
#ifndef KMVM_ARGS_H
#define KMVM_ARGS_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/uaccess.h>

/* Copies one, whose first field has to be its size. Returns 0 or an errno. */
static inline int kmvm_copy_args(void *args, const void __user *from, u32 size)
{
	const u32 *told = args;

	if (copy_from_user(args, from, size))
		return -EFAULT;
	return *told == size ? 0 : -EINVAL;
}

#endif /* KMVM_ARGS_H */
