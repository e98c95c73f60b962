/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_COMPILE_H
#define KMCTL_COMPILE_H

#include <stdbool.h>

#include "source.h"

/**
 * kmctl_compile - Ruby to an mruby image, debug information included
 * @name:	what __FILE__ and backtraces call it
 * @ruby:	the program
 * @warn:	say the compiler's warnings too
 * @image:	the image, to be freed by the caller
 *
 * The same program under the same name gives the same bytes every time.
 * Returns KMCTL_OK, or KMCTL_DATA after having said NAME:LINE:COLUMN and what is wrong.
 */
int kmctl_compile(const char *name, const struct kmctl_bytes *ruby, bool warn,
		  struct kmctl_bytes *image);

#endif /* KMCTL_COMPILE_H */
