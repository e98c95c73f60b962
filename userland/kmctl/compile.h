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
 *
 * Return: KMCTL_OK, or KMCTL_DATA after having said NAME:LINE:COLUMN and what is wrong.
 */
int kmctl_compile(const char *name, const struct kmctl_bytes *ruby, bool warn,
		  struct kmctl_bytes *image);

/* What is typed at a prompt: entries that share their locals. */
struct kmctl_prompt;

struct kmctl_prompt *kmctl_prompt_open(void);
void kmctl_prompt_close(struct kmctl_prompt *prompt);

/* The name of a local, "" for one that has none, NULL after the last. */
const char *kmctl_prompt_local(const struct kmctl_prompt *prompt, size_t number);

/* The key of that Hash among those of other prompts, an Integer in Ruby. */
const char *kmctl_prompt_key(const struct kmctl_prompt *prompt);

/* The Hash that keeps the locals' values in the VM, by their names, as Ruby writes it. */
const char *kmctl_prompt_hash(const struct kmctl_prompt *prompt);

/**
 * kmctl_compile_entry - what was typed, to an image that knows the locals of the entries before
 * @prompt:	holds their names
 * @name:	what __FILE__ and backtraces call it
 * @ruby:	the entry
 * @image:	the image, to be freed by the caller, when it is whole
 * @unfinished:	set when more has to be typed; nothing is said then. NULL: it is all there is
 *
 * The entry's value is that of the image, and `_` in the next one.
 *
 * Return: as kmctl_compile().
 */
int kmctl_compile_entry(struct kmctl_prompt *prompt, const char *name, const struct kmctl_bytes *ruby,
			struct kmctl_bytes *image, bool *unfinished);

#endif /* KMCTL_COMPILE_H */
