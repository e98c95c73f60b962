// SPDX-License-Identifier: GPL-2.0
/*
 * inside SIZE TRIES [NAME...]: has the module judge images that are made so that it takes long
 * (worst.c), of SIZE bytes at most, and tells the processor time the caller spent, a line each:
 *
 *	NAME MICROSECONDS
 *
 * The least of TRIES counts: what an emulated processor loses to others is counted, too. All
 * of them, unless some are named.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "kmvm.h"
#include "worst.h"

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t spent(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t judge(int fd, const void *image, size_t size)
{
	char error[200] = "";
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.image = (uintptr_t)image,
		.image_size = size,
		.result = { .error = (uintptr_t)error, .error_size = sizeof(error) },
	};
	int64_t begun = spent();

	if (ioctl(fd, KMVM_IOC_RUN, &args))
		die("KMVM_IOC_RUN");
	begun = spent() - begun;
	if (args.result.outcome != KMVM_REFUSED ||
	    (!strstr(error, "too complex") && !strstr(error, "mrbc writes none"))) {
		fprintf(stderr, "inside: outcome %u: %s", args.result.outcome, error);
		exit(1);
	}
	return begun;
}

static bool is_named(char **names, const char *name)
{
	if (!*names)
		return true;
	while (*names && strcmp(*names, name))
		names++;
	return *names;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/kmvm", O_RDWR | O_CLOEXEC);
	uint8_t *image;
	size_t size, i;

	if (argc < 3) {
		fputs("usage: inside SIZE TRIES [NAME...]\n", stderr);
		return 2;
	}
	if (fd < 0)
		die("/dev/kmvm");
	size = strtoul(argv[1], NULL, 0);
	image = malloc(size);
	for (i = 0; i < worst_count; i++) {
		int64_t least = INT64_MAX, took;
		int tries = atoi(argv[2]);
		size_t has;

		if (!is_named(argv + 3, worst[i].name))
			continue;
		has = worst[i].make(image, size);
		for (; tries; tries--) {
			took = judge(fd, image, has);
			if (took < least)
				least = took;
		}
		printf("%s %lld\n", worst[i].name, (long long)least / 1000);
		fflush(stdout);
	}
	return 0;
}
