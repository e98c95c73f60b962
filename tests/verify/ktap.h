/* SPDX-License-Identifier: GPL-2.0 */
/* A test is a named promise; it prints what it found wrong on lines of its own, then fails. */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>

/* How many lines of ktap_result() a suite will print; counted before it runs. */
struct suite {
	int (*count)(void);
	void (*run)(void);
};

extern const struct suite refused_suite;
extern const struct suite code_suite;
extern const struct suite registers_suite;
extern const struct suite corpus_suite;
extern const struct suite mutants_suite;

__attribute__((format(printf, 2, 3)))
void ktap_result(bool passed, const char *format, ...);

__attribute__((format(printf, 1, 2)))
void ktap_note(const char *format, ...);

#endif /* KTAP_H */
