/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program says of itself in the comment at its head, as modinfo tells it of a module:
 *
 *	# description: A sign of life in the log
 *	# author: Ada
 *	# parameter: interval Integer = 500, milliseconds between beats
 *	# parameter: device String, which one
 *
 * A parameter without a value of its own must be given one.
 */
#ifndef KMCTL_META_H
#define KMCTL_META_H

#include <stdbool.h>

#include "source.h"

enum kmctl_type {
	KMCTL_INTEGER,
	KMCTL_STRING,
	KMCTL_BOOLEAN,
};

/**
 * struct kmctl_parameter - what may be set when a program is run
 * @name:	as Ruby finds it in PARAMETERS
 * @type:	of its values
 * @value:	its default, or what was given for it; NULL: none
 * @given:	was it given?
 * @about:	what it is for; NULL: not said
 */
struct kmctl_parameter {
	char *name;
	enum kmctl_type type;
	char *value;
	bool given;
	char *about;
};

/* What a head comment says; a text is NULL if it does not say it. */
struct kmctl_meta {
	char *description;
	char *author;
	struct kmctl_parameter *parameters;
	size_t count;
};

/**
 * kmctl_read_meta - reads the comment at the head of a program
 * @name:	of the program, for what is wrong
 * @ruby:	the program
 * @meta:	filled in, for kmctl_free_meta() even if this fails
 *
 * Return: KMCTL_OK, or a status after having said which line makes no sense.
 */
int kmctl_read_meta(const char *name, const struct kmctl_bytes *ruby, struct kmctl_meta *meta);
void kmctl_free_meta(struct kmctl_meta *meta);

/* Sets a parameter by NAME=VALUE; returns a status, after having said why it cannot be set. */
int kmctl_set_parameter(struct kmctl_meta *meta, const char *name, const char *setting);

/* Are all set? Puts them into the bytes that the device takes, for free(); returns a status. */
int kmctl_join_parameters(const struct kmctl_meta *meta, const char *name,
			  struct kmctl_bytes *bytes);

/* Prints it as modinfo does. */
void kmctl_print_meta(const struct kmctl_meta *meta, const char *file);

#endif /* KMCTL_META_H */
