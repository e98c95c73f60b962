/* SPDX-License-Identifier: GPL-2.0 */
/* The ioctls that are about libraries; each answers 0 or an errno. */
#ifndef KMVM_CHARDEV_LIBRARY_H
#define KMVM_CHARDEV_LIBRARY_H

#include "../include/uapi/kmvm.h"

struct kmvm_libraries;

/* Into the set of a session. */
int kmvm_ioctl_provide(struct kmvm_libraries *libraries, struct kmvm_provide_args __user *to);
int kmvm_ioctl_library(struct kmvm_library_args __user *to);

#endif /* KMVM_CHARDEV_LIBRARY_H */
