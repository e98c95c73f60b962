/* SPDX-License-Identifier: GPL-2.0 */
/* What all ioctls do with their structs. */
#ifndef KMVM_ARGS_H
#define KMVM_ARGS_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#include "../vm/budget.h"

/* Copies one, whose first field has to be its size. Returns 0 or an errno. */
static inline int kmvm_copy_args(void *args, const void __user *from, u32 size)
{
	const u32 *told = args;

	if (copy_from_user(args, from, size))
		return -EFAULT;
	return *told == size ? 0 : -EINVAL;
}

/* As vmemdup_user(), but of kmvm_budget_alloc(). Returns an ERR_PTR. */
static inline void *kmvm_copy_in(u64 from, size_t size)
{
	void *copy = kmvm_budget_alloc(size);

	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(copy, u64_to_user_ptr(from), size))
		return copy;
	kmvm_budget_free(copy, size);
	return ERR_PTR(-EFAULT);
}

/* A buffer for a text: both its address and its size, or neither. */
static inline bool kmvm_text_fits(u64 address, u32 size)
{
	return !address == !size;
}

/* Copies a text and tells its whole length. */
static inline int kmvm_tell_text(const char *text, u64 to, u32 room, u32 *length)
{
	size_t size = text ? strlen(text) + 1 : 0;
	size_t fits = min_t(size_t, size, room);

	*length = size;
	if (!fits)
		return 0;
	if (copy_to_user(u64_to_user_ptr(to), text, fits - 1) ||
	    put_user('\0', (char __user *)u64_to_user_ptr(to) + fits - 1))
		return -EFAULT;
	return 0;
}

#endif /* KMVM_ARGS_H */
