/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines typed at a terminal, by libedit: history, completion, and room above the line for what is
 * printed while somebody types.
 */
#ifndef KMCTL_LINEEDIT_H
#define KMCTL_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

/* What may stand at the cursor, each one whole, from the byte @start of the line on. */
struct kmctl_choices {
	char **at;
	size_t count;
	size_t start;
};

/* Adds a copy of @size bytes; what cannot be had is left out. */
void kmctl_add_choice(struct kmctl_choices *choices, const char *text, size_t size);

/**
 * struct kmctl_typist - what the editor asks while it waits for keys
 * @news:	text to be printed above the line, for free(), or NULL; asked ten times a second
 * @complete:	what the @size bytes before the cursor may be continued as
 * @data:	theirs
 */
struct kmctl_typist {
	char *(*news)(void *data);
	void (*complete)(void *data, const char *line, size_t size, struct kmctl_choices *choices);
	void *data;
};

struct kmctl_editor;

/* @file: keeps the history, or NULL. Returns NULL after having said why. */
struct kmctl_editor *kmctl_editor_open(const struct kmctl_typist *typist, const char *file);
void kmctl_editor_close(struct kmctl_editor *editor);

enum kmctl_typed {
	KMCTL_TYPED_LINE,
	KMCTL_TYPED_INTERRUPT,	/* Ctrl-C: what was typed is dropped */
	KMCTL_TYPED_END,	/* Ctrl-D, or a signal that ends kmctl */
};

/* One line, without its newline, valid until the next call. */
enum kmctl_typed kmctl_editor_line(struct kmctl_editor *editor, const char *prompt, const char **line);

#endif /* KMCTL_LINEEDIT_H */
