/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_REPL_H
#define KMCTL_REPL_H

#include "limits.h"

/*
 * Reads entries from standard input and runs each in @vm, until the input ends, :quit, or an entry
 * that calls exit, whose status is returned. At a terminal, a failed entry is no failure of the
 * prompt; else the status is that of the last entry which failed.
 */
int kmctl_repl(const char *vm, const struct kmctl_limits *limits);

#endif /* KMCTL_REPL_H */
