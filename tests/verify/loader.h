/* SPDX-License-Identifier: GPL-2.0 */
/* mruby's own loader, in userland, under the address sanitizer. */
#ifndef LOADER_H
#define LOADER_H

#include <stddef.h>

/*
 * Loads an image, reads all that came of it, writes it as an image again, and frees it. Returns
 * NULL or what went wrong. The new image is malloc()ed and may be declined with NULLs.
 */
const char *load_image(const void *image, size_t size, unsigned char **again, size_t *again_size);

#endif /* LOADER_H */
