// SPDX-License-Identifier: GPL-2.0
/* Libraries as a client sees them: provided for its runs, and listed with the VMs that have them. */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../vm/budget.h"
#include "../vm/library.h"
#include "../vm/verify.h"
#include "../vm/vm.h"
#include "args.h"
#include "library.h"

static int check_provide(const struct kmvm_provide_args *args)
{
	if (args->flags || args->reserved0 ||
	    memchr_inv(args->reserved, 0, sizeof(args->reserved)) ||
	    !args->image || !args->image_size ||
	    !kmvm_text_fits(args->error, args->error_size) ||
	    strnlen(args->name, sizeof(args->name)) == sizeof(args->name))
		return -EINVAL;
	return args->image_size > KMVM_IMAGE_MAX ? -E2BIG : 0;
}

/* What is no library is told in words. */
static int judge(struct kmvm_provide_args *args, const void *image)
{
	struct kmvm_verdict verdict;
	int ret = kmvm_verify(image, args->image_size, &verdict);
	int told;

	if (ret != -ENOEXEC) {
		args->error_size = 0;
		return ret;
	}
	told = kmvm_tell_text(verdict.text, args->error, args->error_size, &args->error_size);
	return told ?: ret;
}

int kmvm_ioctl_provide(struct kmvm_libraries *libraries, struct kmvm_provide_args __user *to)
{
	struct kmvm_provide_args args;
	void *image;
	int ret;

	ret = kmvm_copy_args(&args, to, sizeof(args));
	if (!ret)
		ret = check_provide(&args);
	if (ret)
		return ret;
	image = kmvm_copy_in(args.image, args.image_size);
	if (IS_ERR(image))
		return PTR_ERR(image);
	ret = judge(&args, image);
	/* Before it is provided: whoever hears of an error has provided nothing. */
	if ((!ret || ret == -ENOEXEC) && put_user(args.error_size, &to->error_size))
		ret = -EFAULT;
	if (!ret)
		ret = kmvm_libraries_provide(libraries, args.name, image, args.image_size);
	if (ret)
		kmvm_budget_free(image, args.image_size);
	return ret;
}

/* The names of the VMs that have it, as far as they fit: each piece ends the text so far. */
static int tell_users(struct kmvm_library_args *args, const struct kmvm_library *library)
{
	u32 room = args->users_size, length = 0, piece;
	struct kmvm_vm *vm;
	u64 serial = 0;
	int ret;

	ret = kmvm_tell_text("", args->users, room, &piece);
	while (!ret && (vm = kmvm_vm_next(serial))) {
		char text[KMVM_NAME_MAX + 2];

		serial = vm->serial;
		if (kmvm_libraries_hold(&vm->libraries, library)) {
			snprintf(text, sizeof(text), "%s%s", args->vms++ ? ", " : "", vm->name);
			ret = kmvm_tell_text(text, args->users + length,
					     room > length ? room - length : 0, &piece);
			length += piece - 1;
		}
		kmvm_vm_put(vm);
		cond_resched();
	}
	args->users_size = length + 1;
	return ret;
}

int kmvm_ioctl_library(struct kmvm_library_args __user *to)
{
	struct kmvm_library *library;
	struct kmvm_library_args args;
	int ret;

	ret = kmvm_copy_args(&args, to, sizeof(args));
	if (ret)
		return ret;
	if (args.flags || args.bytes || args.vms || memchr_inv(args.name, 0, sizeof(args.name)) ||
	    memchr_inv(args.reserved, 0, sizeof(args.reserved)) ||
	    !kmvm_text_fits(args.users, args.users_size))
		return -EINVAL;
	library = kmvm_library_next(args.serial);
	if (!library)
		return -ENOENT;
	args.serial = library->serial;
	args.bytes = library->size;
	strscpy(args.name, library->name, sizeof(args.name));
	ret = tell_users(&args, library);
	kmvm_library_put(library);
	if (!ret && copy_to_user(to, &args, sizeof(args)))
		ret = -EFAULT;
	return ret;
}
