// SPDX-License-Identifier: GPL-2.0
/*
 * Makes images wrong with sense, and looks at what becomes of them:
 *
 *	mutants [-s SEED] [-f FIRST] [-k FOLDER] COUNT IMAGE...
 *	mutants -1 IMAGE...
 *	mutants -w [-s SEED] NUMBER IMAGE...
 *
 * COUNT mutants are made of the IMAGEs, the same ones for the same SEED, from the one numbered
 * FIRST on. Each is refused, with a sentence; or accepted, and then loaded and run (machine.c),
 * which must end well. What does not is a finding: its image is kept in FOLDER. With -1 the
 * IMAGEs themselves are tried, each in a VM of its own. With -w mutant NUMBER is only written,
 * to stdout. With KMVM_FUZZ_SAY in the environment -1 tells how each ended.
 *
 * A process tries some hundred mutants in one VM and may die of one. Then that one is tried
 * in a VM of its own; if it is not to blame alone, its finding says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../vm/verify.h"
#include "images.h"
#include "machine.h"
#include "opinion.h"

#define PATIENCE	10	/* seconds for one mutant */
#define BATCH		256	/* runs in one VM */
#define KINDS_MAX	64
#define KEPT_EACH	3	/* images of one kind of finding */

static u64 seed = 1;
static const char *folder = ".";

/* Shared with the processes that try. */
static struct {
	volatile u64 next;		/* the mutant being tried, or to be tried next */
	volatile u64 tried, refused, accepted;
	volatile u64 outcomes[MACHINE_OUTCOMES];
	volatile bool through;
} *shared;

static struct { char text[300]; u32 count; } kinds[KINDS_MAX];
static u32 kind_count;
static u64 findings;

static u8 mutant[IMAGE_MAX];

static void time_is_up(int signal)
{
	wrong("it does not end");
}

/* Answers whether it was run. */
static bool try_image(const void *bytes, size_t size, bool hurry)
{
	struct kmvm_verdict verdict;
	const char *opinion;
	/* Of the very size, so that one byte too far is seen. */
	u8 *copy = malloc(size);
	int ret;

	memcpy(copy, bytes, size);
	alarm(PATIENCE);
	shared->tried++;
	ret = kmvm_verify(copy, size, &verdict);
	if (ret) {
		if (ret != -ENOEXEC || !verdict.text[0] || verdict.offset > size)
			wrong("refused without a proper verdict");
		shared->refused++;
	} else {
		shared->accepted++;
		opinion = second_opinion(copy, size);
		if (opinion)
			wrong("accepted: %s", opinion);
		shared->outcomes[machine_run(copy, size, hurry)]++;
	}
	free(copy);
	return !ret;
}

static void try_some(u64 end)
{
	u32 runs = 0;

	for (; shared->next < end && runs < BATCH; shared->next++) {
		const struct image *base;
		size_t size = make_mutant(seed, shared->next, mutant, &base);

		runs += try_image(mutant, size, shared->next % 4 == 0);
	}
	machine_close();
	shared->through = shared->next >= end;
}

static char report[64 << 10];

static int in_process(void (*body)(u64), u64 argument)
{
	FILE *said = tmpfile();
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fileno(said), 2);
		body(argument);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	rewind(said);
	report[fread(report, 1, sizeof(report) - 1, said)] = '\0';
	fclose(said);
	return status;
}

/* Names what happened, in the function of mruby's where it did; without numbers. */
static const char *kind_of(void)
{
	static char text[300];
	static const char *const heads[] = { "WRONG: ", "runtime error: ", "ERROR: AddressSanitizer: " };
	const char *what = NULL, *frame = report, *end;
	char *from, *to;
	u32 i, left = 3;

	for (i = 0; i < 3 && !what; i++)
		what = strstr(report, heads[i]);
	if (!what)
		what = "it died without a word";
	snprintf(text, sizeof(text), "%.60s", what);
	text[strcspn(text, "\n")] = '\0';
	while (left && (frame = strstr(frame, " in ")) != NULL) {
		frame += 4;
		end = frame + strcspn(frame, "\n");
		/* One of ours or mruby's has a line of its source. */
		if (!memmem(frame, end - frame, "sanitizer", 9) && memmem(frame, end - frame, "mruby/", 6) &&
		    strlen(text) + (end - frame) < sizeof(text) - 8) {
			sprintf(text + strlen(text), " < %.*s", (int)strcspn(frame, " "), frame);
			left--;
		}
	}
	for (from = to = text; *from; from++)
		if (*from < '0' || *from > '9')
			*to++ = *from;
		else if (to == text || to[-1] != '#')
			*to++ = '#';
	*to = '\0';
	return text;
}

static u32 count_kind(const char *text)
{
	u32 i;

	for (i = 0; i < kind_count; i++)
		if (!strcmp(kinds[i].text, text))
			return ++kinds[i].count;
	if (kind_count == KINDS_MAX)
		return KEPT_EACH + 1;
	snprintf(kinds[kind_count].text, sizeof(kinds[0].text), "%s", text);
	return kinds[kind_count++].count = 1;
}

static void try_next(u64 unused)
{
	const struct image *base;
	size_t size = make_mutant(seed, shared->next, mutant, &base);

	try_image(mutant, size, shared->next % 4 == 0);
	machine_close();
}

static void keep(const char *name, const char *end, const void *bytes, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, end);
	file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		fprintf(stderr, "mutants: cannot write %s\n", path);
}

static void found(void)
{
	static char first[sizeof(report)];
	const struct image *base;
	char name[100];
	size_t size;
	bool alone;
	u32 nth;

	memcpy(first, report, sizeof(first));
	alone = in_process(try_next, 0);
	shared->tried--;
	if (!alone)
		snprintf(report, sizeof(report),
			 "%s\nnot alone: what was run before it in the same VM has its part\n", first);
	nth = count_kind(kind_of());
	findings++;
	if (nth > KEPT_EACH)
		return;
	size = make_mutant(seed, shared->next, mutant, &base);
	snprintf(name, sizeof(name), "finding-%llu-%llu", (unsigned long long)seed,
		 (unsigned long long)shared->next);
	printf("# %s%s, of %s: %s\n", name, alone ? "" : " (not alone)", base->name, kind_of());
	keep(name, ".mrb", mutant, size);
	keep(name, ".txt", report, strlen(report));
}

static void try_mutants(u64 first, u64 count)
{
	shared->next = first;
	while (!shared->through) {
		int status;

		machine_open();
		status = in_process(try_some, first + count);
		if (status) {
			found();
			shared->next++;
			shared->through = shared->next >= first + count;
		}
		machine_close();
	}
}

static void try_whole(u64 i)
{
	machine_open();
	try_image(images[i].bytes, images[i].size, true);
	try_image(images[i].bytes, images[i].size, false);
	machine_close();
}

static void try_images(void)
{
	u32 i;

	for (i = 0; i < image_count; i++) {
		int status = in_process(try_whole, i);

		if (!status && getenv("KMVM_FUZZ_SAY"))
			printf("# %s\n%s", images[i].name, report);
		if (!status)
			continue;
		findings++;
		printf("# %s: %s\n%s", images[i].name, kind_of(), report);
	}
}

int main(int argc, char **argv)
{
	u64 first = 0, count = 0;
	bool whole = false, written = false;
	int option;
	u32 i;

	while ((option = getopt(argc, argv, "1ws:f:k:")) != -1) {
		switch (option) {
		case '1':
			whole = true;
			break;
		case 'w':
			written = true;
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			first = strtoull(optarg, NULL, 0);
			break;
		case 'k':
			folder = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!whole && optind < argc)
		count = strtoull(argv[optind++], NULL, 0);
	if (optind == argc) {
		fprintf(stderr, "usage: mutants [-1] [-w] [-s SEED] [-f FIRST] [-k FOLDER] COUNT IMAGE...\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	read_images(argv + optind, argc - optind, whole ? 1 << 24 : SEED_MAX);
	signal(SIGALRM, time_is_up);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (written) {
		const struct image *base;
		size_t size = make_mutant(seed, count, mutant, &base);

		return fwrite(mutant, 1, size, stdout) != size;
	}
	if (whole)
		try_images();
	else if (image_count)
		try_mutants(first, count);
	for (i = 0; i < kind_count; i++)
		printf("# %u times: %s\n", kinds[i].count, kinds[i].text);
	printf("tried=%llu refused=%llu accepted=%llu done=%llu raised=%llu spent=%llu findings=%llu\n",
	       (unsigned long long)shared->tried, (unsigned long long)shared->refused,
	       (unsigned long long)shared->accepted, (unsigned long long)shared->outcomes[MACHINE_DONE],
	       (unsigned long long)shared->outcomes[MACHINE_RAISED],
	       (unsigned long long)shared->outcomes[MACHINE_SPENT], (unsigned long long)findings);
	return !!findings;
}
