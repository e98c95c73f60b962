/* SPDX-License-Identifier: GPL-2.0 */
/* How kmctl is called: for --help, and for who has called it otherwise. */
#ifndef KMCTL_USAGE_H
#define KMCTL_USAGE_H

#include <stdbool.h>

/* All of it, to stdout. */
void kmctl_print_help(void);

/* What one command does, and its options, to stdout. False: there is no such command. */
bool kmctl_print_help_of(const char *command);

/* Is it an option of that command, with its value behind a = or without? */
bool kmctl_is_option(const char *command, const char *word);

/* Says what is wrong, and how @command is called; of none, all are told. Returns KMCTL_USAGE. */
int kmctl_bad_usage(const char *command, const char *word, const char *what);

/* The same, of an option that @command does not have, and of a word that is no command. */
int kmctl_unknown_option(const char *command, const char *word);
int kmctl_unknown_command(const char *word);

#endif /* KMCTL_USAGE_H */
