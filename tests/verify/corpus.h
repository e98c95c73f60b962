/* SPDX-License-Identifier: GPL-2.0 */
/* The images that mrbc made of lawful programs, all in memory. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>

struct image {
	const char *name;
	unsigned char *bytes;
	size_t size;
};

extern struct image *corpus;
extern size_t corpus_size;

void read_corpus(char **paths, size_t count);

#endif /* CORPUS_H */
