/* SPDX-License-Identifier: GPL-2.0 */
/* The ioctls that are about VMs, not about a session's runs; each answers 0 or an errno. */
#ifndef KMVM_VMS_H
#define KMVM_VMS_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "../include/uapi/kmvm.h"

struct kmvm_vm;

/* The VM that a session has loaded and not kept: the session's to unload. */
struct kmvm_loading {
	struct mutex lock;		/* protects vm; held while one is opened */
	struct kmvm_vm *vm;		/* referenced, or NULL */
};

void kmvm_loading_open(struct kmvm_loading *loading);

/* Unloads it if it was not kept. Nobody else uses it any more. Context: may sleep. */
void kmvm_loading_close(struct kmvm_loading *loading);

int kmvm_ioctl_load(struct kmvm_loading *loading, const struct kmvm_load_args __user *from);
int kmvm_ioctl_keep(struct kmvm_loading *loading, const struct kmvm_keep_args __user *from);
int kmvm_ioctl_unload(const struct kmvm_unload_args __user *from);
int kmvm_ioctl_kill(struct kmvm_kill_args __user *to);
int kmvm_ioctl_reset(const struct kmvm_reset_args __user *from);
int kmvm_ioctl_info(struct kmvm_info __user *to);

/* @nonblock: what would have to wait is -EAGAIN. */
int kmvm_ioctl_log(struct kmvm_log_args __user *to, bool nonblock);

#endif /* KMVM_VMS_H */
