/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_DEVICE_H
#define KMCTL_DEVICE_H

#include <kmvm.h>

#define KMCTL_DEVICE	"/dev/kmvm"

/**
 * kmctl_open_device - open a session and see that both sides speak one language
 * @fd:		the session
 * @version:	what the module is; may be NULL
 *
 * Return: KMCTL_OK, or a status after having said why and what to do.
 */
int kmctl_open_device(int *fd, struct kmvm_version *version);

/* ioctl() that comes back after a signal. Returns 0 or -errno. */
int kmctl_ioctl(int fd, unsigned long request, void *argument);

/* Says what an errno of the device means for somebody who did @doing; returns a status. */
int kmctl_explain(const char *doing, int error);

#endif /* KMCTL_DEVICE_H */
