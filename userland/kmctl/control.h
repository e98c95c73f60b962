/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_CONTROL_H
#define KMCTL_CONTROL_H

#include <stdbool.h>

/* Stops what goes on in the VM, @now without ensure blocks; returns a status. */
int kmctl_kill(const char *vm, bool now);

/* Gives the VM a fresh start, and waits for it; returns a status. */
int kmctl_reset(const char *vm);

#endif /* KMCTL_CONTROL_H */
