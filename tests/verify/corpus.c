// SPDX-License-Identifier: GPL-2.0
/* What mrbc writes is accepted, whole and not in part. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../vm/verify.h"
#include "corpus.h"
#include "ktap.h"
#include "loader.h"

#define SMALL	2000	/* bytes up to which every truncation is tried */

struct image *corpus;
size_t corpus_size;

static void read_image(struct image *image, const char *path)
{
	FILE *file = fopen(path, "rb");
	long size = -1;

	if (file && !fseek(file, 0, SEEK_END))
		size = ftell(file);
	if (size < 0) {
		perror(path);
		exit(2);
	}
	rewind(file);
	image->name = path;
	image->size = size;
	image->bytes = malloc(size);
	if (fread(image->bytes, 1, size, file) != image->size) {
		perror(path);
		exit(2);
	}
	fclose(file);
}

void read_corpus(char **paths, size_t count)
{
	corpus = calloc(count, sizeof(*corpus));
	for (; corpus_size < count; corpus_size++)
		read_image(&corpus[corpus_size], paths[corpus_size]);
}

static void accepts_all(void)
{
	struct kmvm_verdict verdict;
	bool passed = true;
	size_t i;

	for (i = 0; i < corpus_size; i++) {
		if (!kmvm_verify(corpus[i].bytes, corpus[i].size, &verdict) &&
		    !verdict.offset && !verdict.text[0])
			continue;
		ktap_note("%s: at %zu: %s", corpus[i].name, verdict.offset, verdict.text);
		passed = false;
	}
	ktap_result(passed, "accepts all %zu images that mrbc made", corpus_size);
}

/* What is allowed is ten times what any of them needs; one that comes near is a false alarm. */
static void takes_little_effort(void)
{
	double most = 0, most_per_byte = 0, effort = 0, size = 0;
	struct kmvm_verdict verdict;
	size_t i, worst = 0;

	for (i = 0; i < corpus_size; i++) {
		kmvm_verify(corpus[i].bytes, corpus[i].size, &verdict);
		effort += verdict.effort;
		size += corpus[i].size;
		if ((double)verdict.effort / corpus[i].size > most_per_byte)
			most_per_byte = (double)verdict.effort / corpus[i].size;
		if (!verdict.effort || (double)verdict.effort / verdict.effort_max <= most)
			continue;
		most = (double)verdict.effort / verdict.effort_max;
		worst = i;
	}
	ktap_note("summary: effort: %.2f steps a byte, %.2f at most; %.1f %% of what is allowed at most (%s)",
		  effort / size, most_per_byte, 100 * most, corpus[worst].name);
	ktap_result(most > 0 && most <= 0.1, "none takes over a tenth of the effort it may");
}

/* Any prefix is refused, and kmvm_image_size() wants more of it or tells the size. */
static bool prefix_refused(const struct image *image, size_t size)
{
	struct kmvm_verdict verdict;
	unsigned char *copy = malloc(size);
	size_t told = 0;
	bool ok;
	int ret;

	memcpy(copy, image->bytes, size);
	ret = kmvm_image_size(copy, size, &told);
	ok = size < KMVM_IMAGE_HEADER_SIZE ? ret == -EAGAIN : !ret && told == image->size;
	if (kmvm_verify(copy, size, &verdict) != -ENOEXEC || strncmp(verdict.text, "cut short", 9))
		ok = false;
	if (!ok)
		ktap_note("%s: first %zu bytes: %s", image->name, size, verdict.text);
	free(copy);
	return ok;
}

/* The same prefix with a header that owns up to it: now the inner bounds have to notice. */
static bool inner_cut_refused(const struct image *image, size_t size)
{
	struct kmvm_verdict verdict;
	unsigned char *copy = malloc(size);
	bool ok;

	memcpy(copy, image->bytes, size);
	copy[8] = size >> 24;
	copy[9] = size >> 16;
	copy[10] = size >> 8;
	copy[11] = size;
	ok = kmvm_verify(copy, size, &verdict) == -ENOEXEC;
	if (!ok)
		ktap_note("%s: %zu bytes with a fitting header", image->name, size);
	free(copy);
	return ok;
}

static void refuses_cut(void)
{
	bool passed = true;
	size_t images = 0, cuts = 0;
	size_t i, size;

	for (i = 0; i < corpus_size; i++) {
		if (corpus[i].size > SMALL)
			continue;
		images++;
		for (size = 0; size < corpus[i].size; size++, cuts++) {
			passed &= prefix_refused(&corpus[i], size);
			if (size >= KMVM_IMAGE_HEADER_SIZE)
				passed &= inner_cut_refused(&corpus[i], size);
		}
	}
	ktap_result(passed && images, "refuses each of %zu truncations of %zu small images",
		    cuts, images);
}

static void loads_all(void)
{
	bool passed = true;
	size_t i;

	for (i = 0; i < corpus_size; i++) {
		unsigned char *again = NULL;
		size_t size = 0;
		const char *complaint = load_image(corpus[i].bytes, corpus[i].size, &again, &size);

		if (!complaint && (size != corpus[i].size || memcmp(again, corpus[i].bytes, size)))
			complaint = "loaded and written again, it differs";
		if (complaint) {
			ktap_note("%s: %s", corpus[i].name, complaint);
			passed = false;
		}
		free(again);
	}
	ktap_result(passed, "the loader reads them all, and what it read writes the same images");
}

static int count(void)
{
	return 4;
}

static void run(void)
{
	accepts_all();
	takes_little_effort();
	refuses_cut();
	loads_all();
}

const struct suite corpus_suite = { count, run };
