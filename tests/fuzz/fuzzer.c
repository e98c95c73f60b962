// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's two targets, guided by what they reach in the verifier and in mruby:
 *
 *	verify-fuzzer	an image is refused in words, or fit for the second opinion
 *	run-fuzzer	what is accepted is loaded and run (machine.c)
 *
 * Their mutants are those of mutate.c. What they did is added up in the file that
 * $KMVM_FUZZ_FIGURES names, by all processes together.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../vm/verify.h"
#include "machine.h"
#include "mutate.h"
#include "opinion.h"

#define RUNS_PER_VM	128

static struct figures {
	u64 tried, refused, accepted;
	u64 outcomes[MACHINE_OUTCOMES];
} own, *figures = &own;

static void count(u64 *figure)
{
	__atomic_add_fetch(figure, 1, __ATOMIC_RELAXED);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t room, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *one, size_t one_size, const u8 *other, size_t other_size,
				 u8 *bytes, size_t room, unsigned int seed);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *path = getenv("KMVM_FUZZ_FIGURES");
	int fd = path ? open(path, O_RDWR | O_CREAT, 0644) : -1;

	if (fd < 0 || ftruncate(fd, sizeof(*figures)))
		return 0;
	figures = mmap(NULL, sizeof(*figures), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (figures == MAP_FAILED)
		figures = &own;
	close(fd);
	return 0;
}

#ifdef FUZZ_run
static void run(const u8 *bytes, size_t size)
{
	static u32 runs;

	if (runs++ % RUNS_PER_VM == 0) {
		if (runs > 1)
			machine_close();
		machine_open();
	}
	count(&figures->outcomes[machine_run(bytes, size, bytes[size / 2] % 4 == 0)]);
}
#else
static void run(const u8 *bytes, size_t size)
{
}

/* As machine.c has it, which is not here. */
void wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	abort();
}
#endif

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size)
{
	struct kmvm_verdict verdict;
	const char *opinion;

	count(&figures->tried);
	if (kmvm_verify(bytes, size, &verdict)) {
		if (!verdict.text[0] || verdict.offset > size)
			wrong("refused without a proper verdict");
		count(&figures->refused);
		return 0;
	}
	count(&figures->accepted);
	opinion = second_opinion(bytes, size);
	if (opinion)
		wrong("accepted: %s", opinion);
	run(bytes, size);
	return 0;
}

size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t room, unsigned int seed)
{
	return mutate(bytes, size, room, NULL, 0, seed);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *one, size_t one_size, const u8 *other, size_t other_size,
				 u8 *bytes, size_t room, unsigned int seed)
{
	if (one_size > room)
		return 0;
	memcpy(bytes, one, one_size);
	return mutate(bytes, one_size, room, other, other_size, (u64)seed << 32 | 8);
}
