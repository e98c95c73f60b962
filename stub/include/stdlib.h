/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMVM_STDLIB_H
#define KMVM_STDLIB_H

#include <linux/math.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define EXIT_SUCCESS	0
#define EXIT_FAILURE	1

/*
 * Another name than libc's for each: User-Mode Linux links a libc. They do not return, yet
 * are not declared so: see setjmp.h.
 */
#define abort	kmvm_abort
#define exit	kmvm_exit
#define realloc	kmvm_realloc
#define free	kmvm_free

void kmvm_abort(void);
void kmvm_exit(int status);

/* A VM brings its own allocator; these are what mruby falls back on, and give nothing. */
void *kmvm_realloc(void *block, size_t size);
void kmvm_free(void *block);

#endif /* KMVM_STDLIB_H */
