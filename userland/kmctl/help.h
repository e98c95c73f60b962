/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_HELP_H
#define KMCTL_HELP_H

#include <stdbool.h>

#include "nearest.h"

/*
 * Prints what the reference says of a class, a section or a method, as "Linux::Timer", "clock" or
 * "Linux::Timer.every"; without a name, what there is. Returns a status.
 */
int kmctl_help(const char *name);

bool kmctl_is_in_reference(const char *name);

/* Offers the classes of the reference by each of their ends, Linux::Timer and Timer, and likewise the methods. */
void kmctl_offer_reference(struct kmctl_nearest *nearest, bool methods);

#endif /* KMCTL_HELP_H */
