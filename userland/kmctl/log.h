/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_LOG_H
#define KMCTL_LOG_H

#include <stdbool.h>

/* Prints the log of a VM; @follow: and goes on until the VM is unloaded. Returns a status. */
int kmctl_log(const char *vm, bool follow);

#endif /* KMCTL_LOG_H */
