/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_HELP_H
#define KMCTL_HELP_H

/*
 * Prints what the reference says of a class, a section or a method, as "Linux::Timer", "clock" or
 * "Linux::Timer.every"; without a name, what there is. Returns a status.
 */
int kmctl_help(const char *name);

#endif /* KMCTL_HELP_H */
