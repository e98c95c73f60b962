/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_INFO_H
#define KMCTL_INFO_H

#include <stdbool.h>

/* Prints what the module and a VM are, hold and have done; returns a status. */
int kmctl_info(const char *vm, bool json);

/* Prints what a program says of itself; returns a status. */
int kmctl_info_file(const char *file);

#endif /* KMCTL_INFO_H */
