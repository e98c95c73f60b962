/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_LIMITS_H
#define KMCTL_LIMITS_H

#include <kmvm.h>

#include <stdint.h>

/**
 * struct kmctl_limits - what a run may take; 0: as the module says
 * @timeout_ns:	nanoseconds from its start to its end
 * @heap_max:	bytes it may add to the heap in use
 * @steps_max:	calls and backward jumps
 */
struct kmctl_limits {
	uint64_t timeout_ns;
	uint64_t heap_max;
	uint64_t steps_max;
};

/**
 * kmctl_limit_option() - reads an option that sets a limit
 * @limits:	where to
 * @option:	its name, as "--timeout"
 * @value:	what was given for it, as "2s"; or NULL
 *
 * Return: 1 if it was one; 0 if the option is another; a negative number after having said
 * that the value makes no sense.
 */
int kmctl_limit_option(struct kmctl_limits *limits, const char *option, const char *value);

/* Reads a time as --timeout takes it; returns 0, or -1 if it is none. */
int kmctl_read_time(const char *text, uint64_t *ns);

/**
 * kmctl_say_limit() - says which limit ended a run
 * @name:	the program's
 * @limits:	those it was given
 * @result:	how it ended
 */
void kmctl_say_limit(const char *name, const struct kmctl_limits *limits,
		     const struct kmvm_result *result);

#endif /* KMCTL_LIMITS_H */
