/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Libraries: what a program requires by a literal name, and what that requires in turn. One is
 * looked for in the folder of the program that is run, NAME.rb before NAME.mrb, then in the
 * folder for libraries, $KMVM_LIB or ../share/kmvm/lib seen from where kmctl lies.
 */
#ifndef KMCTL_LIBRARY_H
#define KMCTL_LIBRARY_H

#include <stdbool.h>

#include <jansson.h>

#include "source.h"

struct kmctl_library {
	char *name;
	struct kmctl_bytes image;
};

/* What a library requires stands before it. */
struct kmctl_libraries {
	struct kmctl_library *rows;
	size_t count;
};

/**
 * kmctl_find_libraries - finds and compiles what a program requires
 * @program:	its file, or what it is called where it has none
 * @image:	its image, judged
 * @libraries:	for kmctl_free_libraries() even if this fails
 *
 * Return: KMCTL_OK, or a status after having said what is missing, wrong, or requires itself.
 */
int kmctl_find_libraries(const char *program, const struct kmctl_bytes *image,
			 struct kmctl_libraries *libraries);
void kmctl_free_libraries(struct kmctl_libraries *libraries);

/* Makes them known to a session; returns a status. */
int kmctl_provide_libraries(int fd, const struct kmctl_libraries *libraries);

/* Prints a line for each library there is, below a head, if there is any; returns a status. */
int kmctl_list_libraries(int fd);

/* Appends an object for each library there is; returns a status. */
int kmctl_libraries_json(int fd, json_t *list);

/* Is there a library of that name? Says who uses it then. */
bool kmctl_say_library(int fd, const char *name);

#endif /* KMCTL_LIBRARY_H */
