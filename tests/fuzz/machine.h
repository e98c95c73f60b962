/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM in userland that runs images as the kernel's does, with limits of steps, memory and
 * stack, and looks closer: see machine.c.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>

enum machine_outcome {
	MACHINE_DONE,
	MACHINE_RAISED,
	MACHINE_SPENT,		/* steps, memory */
	MACHINE_OUTCOMES,
};

/* Opens the one VM there is. */
void machine_open(void);

/* Loads and runs; in hurry, the collector has no rest. What goes wrong ends the process. */
enum machine_outcome machine_run(const void *image, size_t size, bool hurry);

/* Closes it; what it has not given back ends the process. */
void machine_close(void);

/* Says what is wrong, and ends the process as a sanitizer would. */
_Noreturn void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* MACHINE_H */
