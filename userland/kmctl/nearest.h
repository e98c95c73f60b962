/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What somebody meant who mistyped: names are offered one by one, and the nearest is kept.
 *
 *	struct kmctl_nearest nearest = { .word = "lsit" };
 *
 *	kmctl_offer(&nearest, "list", 4);
 *	if (nearest.name) ...
 */
#ifndef KMCTL_NEAREST_H
#define KMCTL_NEAREST_H

#include <stddef.h>

struct kmctl_nearest {
	const char *word;
	const char *name;	/* NULL: none is near enough */
	size_t size;		/* of name */
	const char *whole;	/* that the name is an end of, see help.h */
	size_t whole_size;
	size_t distance;
};

/* Letters left out, added, changed or swapped are counted; a third of the word's may be. */
void kmctl_offer(struct kmctl_nearest *nearest, const char *name, size_t size);

#endif /* KMCTL_NEAREST_H */
