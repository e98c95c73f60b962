/* SPDX-License-Identifier: GPL-2.0 */
/* Images that mutants are made of. */
#ifndef IMAGES_H
#define IMAGES_H

#include "program.h"

#define SEED_MAX	16384	/* bytes of an image that is made wrong */

struct image {
	const char *name;
	u8 *bytes;
	size_t size;
};

extern struct image *images;
extern u32 image_count;

/* Reads those that are not larger. Exits when one cannot be read. */
void read_images(char **paths, u32 count, size_t largest);

/* Mutant of that number, into IMAGE_MAX bytes; the same one wherever the images are the same. */
size_t make_mutant(u64 seed, u64 number, u8 *mutant, const struct image **base);

#endif /* IMAGES_H */
