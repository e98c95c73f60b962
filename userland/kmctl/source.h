/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_SOURCE_H
#define KMCTL_SOURCE_H

#include <stddef.h>

struct kmctl_bytes {
	char *at;
	size_t size;
};

/**
 * kmctl_read_source - read a whole file
 * @file:	its name; "-" is standard input
 * @bytes:	what it holds, to be freed by the caller
 *
 * Return: KMCTL_OK, or a status after having said why.
 */
int kmctl_read_source(const char *file, struct kmctl_bytes *bytes);

#endif /* KMCTL_SOURCE_H */
