/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_RUN_H
#define KMCTL_RUN_H

#include <stdbool.h>

#include "library.h"
#include "limits.h"
#include "session.h"
#include "source.h"

/**
 * struct kmctl_program - what to run and how
 * @name:	$0, and what diagnostics call it
 * @vm:		the VM that runs it
 * @load:	open that VM for it, and let it stay if the program ends well
 * @image:	its image
 * @argv:	ARGV
 * @argc:	words in it
 * @parameters:	PARAMETERS, as kmctl_join_parameters() has made them
 * @libraries:	what it may require
 * @inspect:	print the last value
 * @prompt:	it was typed at a prompt: a signal that ends it does not end kmctl
 * @follow:	stay while timers that it started live
 * @limits:	what it may take
 */
struct kmctl_program {
	const char *name;
	const char *vm;
	bool load;
	struct kmctl_bytes image;
	char **argv;
	int argc;
	struct kmctl_bytes parameters;
	struct kmctl_libraries libraries;
	bool inspect;
	bool prompt;
	bool follow;
	struct kmctl_limits limits;
};

/* Runs it; returns the exit status, everything that is to be said said. */
int kmctl_run(const struct kmctl_program *program);

/* The same in a session that is open, and stays so. */
int kmctl_run_in(struct kmctl_session *session, const struct kmctl_program *program);

#endif /* KMCTL_RUN_H */
