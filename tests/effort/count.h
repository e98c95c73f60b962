/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comes first in the files of the judge, as count.c compiles them: what they copy and clear is
 * counted by the word.
 */
#ifndef COUNT_H
#define COUNT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint64_t count_blocks, count_words;

static inline void *counted_memset(void *to, int byte, size_t size)
{
	count_words += size / 8;
	return memset(to, byte, size);
}

static inline void *counted_memcpy(void *to, const void *from, size_t size)
{
	count_words += size / 8;
	return memcpy(to, from, size);
}

#define memset counted_memset
#define memcpy counted_memcpy

#endif /* COUNT_H */
