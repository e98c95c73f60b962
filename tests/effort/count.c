// SPDX-License-Identifier: GPL-2.0
/*
 * count SIZE: judges each of the images that are made so that it takes long (worst.c), of SIZE
 * bytes at most, and counts what that takes, a line each:
 *
 *	NAME BYTES STEPS ALLOWED BLOCKS WORDS WHY
 *
 * STEPS are what the judge counts itself, of ALLOWED. BLOCKS are straight pieces of its machine
 * code that were gone through, as gcc counts them for whoever wants coverage, and WORDS what was
 * copied and cleared: the same numbers each time, whatever the machine does besides.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../vm/verify.h"
#include "worst.h"

uint64_t count_blocks, count_words;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	count_blocks++;
}

int main(int argc, char **argv)
{
	struct kmvm_verdict verdict;
	size_t most, size, i;
	uint8_t *bytes;

	if (argc != 2) {
		fputs("usage: count SIZE\n", stderr);
		return 2;
	}
	most = strtoul(argv[1], NULL, 0);
	bytes = malloc(most);
	for (i = 0; i < worst_count; i++) {
		size = worst[i].make(bytes, most);
		count_blocks = 0;
		count_words = 0;
		kmvm_verify(bytes, size, &verdict);
		printf("%s %zu %ju %ju %ju %ju %s\n", worst[i].name, size, (uintmax_t)verdict.effort,
		       (uintmax_t)verdict.effort_max, (uintmax_t)count_blocks,
		       (uintmax_t)count_words, verdict.text);
	}
	free(bytes);
	return 0;
}
