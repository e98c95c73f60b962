// SPDX-License-Identifier: GPL-2.0
/*
 * verify-test MUTANTS IMAGE...: the tests of vm/verify.c that run on the host.
 *
 * MUTANTS damaged images are tried; the IMAGEs are what mrbc made of lawful programs.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "ktap.h"
#include "mutants.h"

static int results;
static int failures;

void ktap_result(bool passed, const char *format, ...)
{
	va_list args;

	printf("%s %d ", passed ? "ok" : "not ok", ++results);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failures += !passed;
}

void ktap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

int main(int argc, char **argv)
{
	static const struct suite *const suites[] = {
		&refused_suite, &code_suite, &registers_suite, &corpus_suite, &mutants_suite,
	};
	const size_t count = sizeof(suites) / sizeof(suites[0]);
	int planned = 0;
	size_t i;

	if (argc < 3) {
		fprintf(stderr, "usage: verify-test MUTANTS IMAGE...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	mutants_wanted = strtoul(argv[1], NULL, 10);
	read_corpus(argv + 2, argc - 2);

	for (i = 0; i < count; i++)
		planned += suites[i]->count();
	printf("KTAP version 1\n1..%d\n", planned);
	for (i = 0; i < count; i++)
		suites[i]->run();
	return failures || results != planned;
}
