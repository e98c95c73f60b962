/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Images that are made so that judging them takes long.
 *
 * None is ever accepted: what is not too complex is refused for its very last instruction, when
 * all the others were judged.
 */
#ifndef WORST_H
#define WORST_H

#include <stddef.h>
#include <stdint.h>

struct worst {
	const char *name;
	/* Writes such an image of `size` bytes at most, 64 KiB at least; returns how many it has. */
	size_t (*make)(uint8_t *bytes, size_t size);
};

extern const struct worst worst[];
extern const size_t worst_count;

#endif /* WORST_H */
