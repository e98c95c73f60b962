/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_TOP_H
#define KMCTL_TOP_H

#include <stdbool.h>

/**
 * struct kmctl_top - how kmctl top shows the VMs
 * @interval_ms: time between two looks; figures per second are of that time
 * @once:	one look, and that is all
 * @json:	an object a look, each on a line of its own
 */
struct kmctl_top {
	unsigned int interval_ms;
	bool once;
	bool json;
};

/* Shows the VMs until q, Ctrl-C or the end of the output; returns a status. */
int kmctl_top(const struct kmctl_top *top);

/* Prints one VM in full: what it does, holds, has done, and does per second; returns a status. */
int kmctl_stat(const char *vm, const struct kmctl_top *top);

#endif /* KMCTL_TOP_H */
