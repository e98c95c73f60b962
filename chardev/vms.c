// SPDX-License-Identifier: GPL-2.0
/*
 * VMs as a client sees them: loaded, kept, listed, looked into, taken away. A session unloads
 * what it has loaded and not kept.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "../bindings/bindings.h"
#include "../vm/budget.h"
#include "../vm/vm.h"
#include "args.h"
#include "vms.h"

/* The VM of that name, "main" without one, with a reference; or an ERR_PTR. */
static struct kmvm_vm *named(const char *name)
{
	if (strnlen(name, KMVM_NAME_MAX) == KMVM_NAME_MAX)
		return ERR_PTR(-EINVAL);
	return kmvm_vm_find(name) ?: ERR_PTR(-ENOENT);
}

void kmvm_loading_open(struct kmvm_loading *loading)
{
	mutex_init(&loading->lock);
	loading->vm = NULL;
}

void kmvm_loading_close(struct kmvm_loading *loading)
{
	if (loading->vm) {
		/* Somebody may have unloaded it by now. */
		kmvm_vm_unload(loading->vm);
		kmvm_vm_put(loading->vm);
	}
	mutex_destroy(&loading->lock);
}

int kmvm_ioctl_load(struct kmvm_loading *loading, const struct kmvm_load_args __user *from)
{
	struct kmvm_load_args args;
	struct kmvm_limits limits;
	struct kmvm_vm *vm;
	int ret;

	ret = kmvm_copy_args(&args, from, sizeof(args));
	if (ret)
		return ret;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)) ||
	    strnlen(args.vm, sizeof(args.vm)) == sizeof(args.vm))
		return -EINVAL;
	kmvm_limits_read(&limits);
	if (mutex_lock_interruptible(&loading->lock))
		return -ERESTARTSYS;
	ret = -EBUSY;
	if (loading->vm)
		goto out_unlock;
	vm = kmvm_vm_load(args.vm, args.heap_max ?: limits.vm_heap, kmvm_bindings);
	ret = PTR_ERR_OR_ZERO(vm);
	if (!ret)
		loading->vm = vm;
out_unlock:
	mutex_unlock(&loading->lock);
	return ret;
}

int kmvm_ioctl_keep(struct kmvm_loading *loading, const struct kmvm_keep_args __user *from)
{
	struct kmvm_keep_args args;
	int ret;

	ret = kmvm_copy_args(&args, from, sizeof(args));
	if (ret)
		return ret;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	if (mutex_lock_interruptible(&loading->lock))
		return -ERESTARTSYS;
	ret = -ENOENT;
	if (loading->vm) {
		ret = kmvm_vm_keep(loading->vm);
		kmvm_vm_put(loading->vm);
		loading->vm = NULL;
	}
	mutex_unlock(&loading->lock);
	return ret;
}

int kmvm_ioctl_unload(const struct kmvm_unload_args __user *from)
{
	struct kmvm_unload_args args;
	struct kmvm_vm *vm;
	int ret;

	ret = kmvm_copy_args(&args, from, sizeof(args));
	if (ret)
		return ret;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	vm = named(args.vm);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	ret = kmvm_vm_unload(vm);
	kmvm_vm_put(vm);
	return ret;
}

int kmvm_ioctl_kill(struct kmvm_kill_args __user *to)
{
	struct kmvm_kill_args args;
	struct kmvm_vm *vm;
	int ret;

	ret = kmvm_copy_args(&args, to, sizeof(args));
	if (ret)
		return ret;
	if (args.flags & ~KMVM_STOP_NOW || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	vm = named(args.vm);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	args.runs = kmvm_vm_kill(vm, args.flags & KMVM_STOP_NOW ? KMVM_STOP_HARD : KMVM_STOP_GRACE,
				 &args.events);
	kmvm_vm_put(vm);
	return copy_to_user(to, &args, sizeof(args)) ? -EFAULT : 0;
}

int kmvm_ioctl_reset(const struct kmvm_reset_args __user *from)
{
	struct kmvm_reset_args args;
	struct kmvm_vm *vm;
	int ret;

	ret = kmvm_copy_args(&args, from, sizeof(args));
	if (ret)
		return ret;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	vm = named(args.vm);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	/* A thread's VM has nothing to start afresh with. */
	ret = vm->parent ? -EBUSY : kmvm_vm_reset(vm);
	kmvm_vm_put(vm);
	return ret;
}

int kmvm_ioctl_info(struct kmvm_info __user *to)
{
	struct kmvm_info info;
	struct kmvm_vm *vm;
	bool next;
	int ret;

	ret = kmvm_copy_args(&info, to, sizeof(info));
	if (ret)
		return ret;
	next = info.flags & KMVM_INFO_NEXT;
	if (info.flags & ~KMVM_INFO_NEXT || info.reserved0 || (info.serial && !next) || info.parent ||
	    memchr_inv(info.reserved, 0, sizeof(info.reserved)))
		return -EINVAL;
	if (next)
		vm = kmvm_vm_next(info.serial) ?: ERR_PTR(-ENOENT);
	else
		vm = named(info.vm);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	memset(&info, 0, sizeof(info));
	info.size = sizeof(info);
	info.flags = next ? KMVM_INFO_NEXT : 0;
	kmvm_vm_info(vm, &info);
	kmvm_vm_put(vm);
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

int kmvm_ioctl_log(struct kmvm_log_args __user *to, bool nonblock)
{
	struct kmvm_log_args args;
	struct kmvm_vm *vm;
	ssize_t ret;

	ret = kmvm_copy_args(&args, to, sizeof(args));
	if (ret)
		return ret;
	if (args.flags & ~KMVM_LOG_WAIT || args.filled ||
	    memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	vm = named(args.vm);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	ret = -ENOENT;
	/* Another one of the same name. */
	if (args.serial && args.serial != vm->serial)
		goto out_put;
	args.serial = vm->serial;
	ret = kmvm_log_read(&vm->log, &args.position, u64_to_user_ptr(args.buffer),
			    args.buffer_size, args.flags & KMVM_LOG_WAIT && !nonblock);
	if (!ret && args.flags & KMVM_LOG_WAIT)
		ret = -EAGAIN;
	if (ret < 0)
		goto out_put;
	args.filled = ret;
	ret = copy_to_user(to, &args, sizeof(args)) ? -EFAULT : 0;
out_put:
	kmvm_vm_put(vm);
	return ret;
}
