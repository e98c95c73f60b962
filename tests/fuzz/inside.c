// SPDX-License-Identifier: GPL-2.0
/*
 * In a guest: hands mutants to /dev/kmvm, the same ones that `mutants` makes on the host.
 *
 *	inside [-s SEED] [-f FIRST] COUNT HEALTH IMAGE...
 *
 * Each must be refused, or run and come to an end within its limits; then nothing stands in
 * the kernel log that a kernel says of mistakes, and HEALTH, a program, still ends in "well".
 * It stops at the first finding and names the mutant: `mutants -w -s SEED NUMBER IMAGE...`
 * on the host writes it. The number of each stands on stderr before it is tried, for a kernel
 * that does not live to tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "images.h"
#include "kmvm.h"

#define SECOND		1000000000ull
#define RUNS_PER_VM	128	/* then it starts afresh: what was defined is gone */
#define STEPS_MAX	4000
#define HEAP_MAX	(8 << 20)
#define SHARED_OUT	16	/* one of so many runs has a share of the heap: that starts with a collection */
#define TIMEOUT		(5 * SECOND)

static u8 mutant[IMAGE_MAX];
static char error[1024], value[64];

static int open_session(void)
{
	int fd = open("/dev/kmvm", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror("/dev/kmvm");
		exit(2);
	}
	return fd;
}

static int run(int fd, const void *image, size_t size, u64 heap_max, struct kmvm_run_args *args)
{
	*args = (struct kmvm_run_args) {
		.size = sizeof(*args), .flags = KMVM_RUN_INSPECT,
		.image = (uintptr_t)image, .image_size = size,
		.timeout_ns = TIMEOUT, .heap_max = heap_max, .steps_max = STEPS_MAX,
		.result = {
			.value = (uintptr_t)value, .value_size = sizeof(value),
			.error = (uintptr_t)error, .error_size = sizeof(error),
		},
	};
	value[0] = error[0] = '\0';
	return ioctl(fd, KMVM_IOC_RUN, args) ? errno : 0;
}

/* What it printed is nobody's. */
static void drain(int fd)
{
	static char printed[65536];

	while (read(fd, printed, sizeof(printed)) > 0)
		;
}

static bool reset(int fd)
{
	struct kmvm_reset_args args = { .size = sizeof(args) };

	return !ioctl(fd, KMVM_IOC_RESET, &args);
}

static bool is_well(int fd, const struct image *health)
{
	struct kmvm_run_args args;
	int ret = run(fd, health->bytes, health->size, 0, &args);

	drain(fd);
	if (!ret && args.result.outcome == KMVM_DONE && !strcmp(value, "\"well\""))
		return true;
	printf("# the VM is not well: errno %d, outcome %u, %s %s\n", ret, args.result.outcome, value, error);
	return false;
}

/* Has the kernel reported anything? */
static bool log_is_clean(int log)
{
	static const char *const words[] = {
		"BUG", "WARNING", "KASAN", "UBSAN", "Oops", "INFO:", "general protection", "mruby gave up",
		"stack guard", "soft lockup", "rcu:", "Call Trace",
	};
	char record[8192];
	ssize_t got;
	u32 i;

	for (;;) {
		got = read(log, record, sizeof(record) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return true;
		record[got] = '\0';
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(record, words[i])) {
				printf("# kernel: %s", strchr(record, ';') ? strchr(record, ';') + 1 : record);
				return false;
			}
	}
}

int main(int argc, char **argv)
{
	u64 seed = 1, first = 0, count, number, refused = 0, accepted = 0, outcomes[8] = { 0 };
	const struct image *base = NULL;
	struct image health;
	bool fine = true;
	int fd, log, option;

	while ((option = getopt(argc, argv, "s:f:")) != -1) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 'f')
			first = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	if (argc - optind < 3) {
		fprintf(stderr, "usage: inside [-s SEED] [-f FIRST] COUNT HEALTH IMAGE...\n");
		return 2;
	}
	count = strtoull(argv[optind++], NULL, 0);
	read_images(argv + optind, 1, SEED_MAX);
	health = images[0];
	image_count = 0;
	optind++;
	read_images(argv + optind, argc - optind, SEED_MAX);
	setvbuf(stdout, NULL, _IOLBF, 0);

	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log < 0 || lseek(log, 0, SEEK_END) < 0) {
		perror("/dev/kmsg");
		return 2;
	}
	fd = open_session();
	fine = reset(fd) && is_well(fd, &health);
	for (number = first; fine && number < first + count; number++) {
		size_t size = make_mutant(seed, number, mutant, &base);
		struct kmvm_run_args args;
		int ret;
		u32 outcome;

		fprintf(stderr, "%llu\n", (unsigned long long)number);
		ret = run(fd, mutant, size, number % SHARED_OUT ? 0 : HEAP_MAX, &args);
		outcome = args.result.outcome;
		fine = !ret && outcome > KMVM_PENDING && outcome <= KMVM_EXITED &&
			!(outcome == KMVM_SPENT && args.result.limit == KMVM_LIMIT_ABORT) &&
			(outcome != KMVM_REFUSED || !strncmp(error, "refused: ", 9));
		if (!fine)
			printf("# errno %d, outcome %u, limit %u, %s\n", ret, outcome, args.result.limit, error);
		drain(fd);
		outcomes[outcome & 7]++;
		if (outcome == KMVM_REFUSED)
			refused++;
		else if (++accepted % RUNS_PER_VM == 0)
			fine = fine && reset(fd) && is_well(fd, &health);
		fine = log_is_clean(log) && fine;
		if (fine && number % 10000 == 9999)
			printf("# %llu tried, %llu refused\n", (unsigned long long)(number - first + 1),
			       (unsigned long long)refused);
	}
	fine = fine && reset(fd) && is_well(fd, &health) && log_is_clean(log);
	close(fd);
	if (!fine && base)
		printf("# finding: seed %llu, mutant %llu, of %s\n", (unsigned long long)seed,
		       (unsigned long long)number - 1, base->name);
	printf("tried=%llu refused=%llu accepted=%llu done=%llu raised=%llu spent=%llu exited=%llu findings=%d\n",
	       (unsigned long long)(number - first), (unsigned long long)refused, (unsigned long long)accepted,
	       (unsigned long long)outcomes[KMVM_DONE], (unsigned long long)outcomes[KMVM_RAISED],
	       (unsigned long long)outcomes[KMVM_SPENT], (unsigned long long)outcomes[KMVM_EXITED], !fine);
	return !fine;
}
