/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Images made wrong with sense: an image is taken apart, one thing or some are changed, and it
 * is put together again with sizes that fit, so that what is wrong is mostly the code.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include "program.h"

/*
 * Changes the image in place; bytes has room for more. other may be NULL: an image of which
 * parts may be taken. The same arguments give the same mutant. Returns its size.
 */
size_t mutate(u8 *bytes, size_t size, size_t room, const u8 *other, size_t other_size, u64 seed);

#endif /* MUTATE_H */
