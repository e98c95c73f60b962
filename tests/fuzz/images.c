// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "images.h"
#include "mutate.h"

struct image *images;
u32 image_count;

static void read_image(const char *path, size_t largest)
{
	struct image *image = &images[image_count];
	FILE *file = fopen(path, "rb");
	long size = -1;

	if (file && !fseek(file, 0, SEEK_END))
		size = ftell(file);
	if (size < 0) {
		perror(path);
		exit(2);
	}
	if ((size_t)size > largest) {
		fclose(file);
		return;
	}
	rewind(file);
	image->name = path;
	image->size = size;
	image->bytes = malloc(size + 1);
	if (!image->bytes || fread(image->bytes, 1, size, file) != image->size) {
		perror(path);
		exit(2);
	}
	fclose(file);
	image_count++;
}

void read_images(char **paths, u32 count, size_t largest)
{
	u32 i;

	images = calloc(count, sizeof(*images));
	for (i = 0; images && i < count; i++)
		read_image(paths[i], largest);
}

size_t make_mutant(u64 seed, u64 number, u8 *mutant, const struct image **base)
{
	u64 mixed = (seed << 40 ^ number) * 0x9e3779b97f4a7c15ull;
	const struct image *other = &images[(u32)(mixed >> 40) % image_count];

	*base = &images[(u32)(mixed >> 20) % image_count];
	memcpy(mutant, (*base)->bytes, (*base)->size);
	return mutate(mutant, (*base)->size, IMAGE_MAX, other->bytes, other->size, mixed);
}
