/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose: it is to command no terminal, and to break no JSON. What is UTF-8 and no
 * control character stays as it is.
 */
#ifndef KMCTL_PLAIN_H
#define KMCTL_PLAIN_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Fit for one line: each other byte becomes '?'. */
void kmctl_plain(char *text);

/* The same, but other bytes are told, as \e and \x07; tabs stay. */
void kmctl_print_plain(FILE *to, const char *text, size_t size);

/* As a JSON string, control characters and all; each byte that is not UTF-8 becomes '?'. NULL without memory. */
json_t *kmctl_json_text(const char *text, size_t size);

#endif
