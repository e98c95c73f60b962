// SPDX-License-Identifier: GPL-2.0
/* Images as files: known by content, judged by the module's own judge, written. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../vm/verify.h"
#include "compile.h"
#include "imagefile.h"
#include "meta.h"
#include "progress.h"
#include "say.h"

bool kmctl_is_image(const struct kmctl_bytes *bytes)
{
	return bytes->size >= 4 && !memcmp(bytes->at, "RITE", 4);
}

void kmctl_trim_image(struct kmctl_bytes *image)
{
	size_t size;

	if (!kmvm_image_size(image->at, image->size, &size) && image->size == size + 1 &&
	    image->at[size] == '\n')
		image->size = size;
}

int kmctl_read_program(const char *file, struct kmctl_bytes *image, struct kmctl_meta *meta)
{
	struct kmctl_bytes source;
	int ret;

	ret = kmctl_read_source(file, &source);
	if (ret)
		return ret;
	if (kmctl_is_image(&source)) {
		kmctl_trim_image(&source);
		*image = source;
		return KMCTL_OK;
	}
	if (meta)
		ret = kmctl_read_meta(file, &source, meta);
	if (!ret)
		ret = kmctl_compile(file, &source, false, image);
	free(source.at);
	return ret;
}

int kmctl_check_image(const char *name, const struct kmctl_bytes *image)
{
	struct kmvm_verdict verdict;
	int ret;

	kmctl_progress("%s: judging the image", name);
	ret = kmvm_verify(image->at, image->size, &verdict);
	kmctl_progress_end();
	switch (ret) {
	case 0:
		return KMCTL_OK;
	case -ENOMEM:
		kmctl_say("%s: no memory to judge the image", name);
		return KMCTL_SYSTEM;
	}
	kmctl_say("%s: refused: %s (byte %zu)", name, verdict.text, verdict.offset);
	return KMCTL_DATA;
}

char *kmctl_image_name(const char *file)
{
	size_t length = strlen(file);
	char *name;

	if (!strcmp(file, "-"))
		return strdup("-");
	if (length > 3 && !strcmp(file + length - 3, ".rb"))
		length -= 3;
	return asprintf(&name, "%.*s.mrb", (int)length, file) < 0 ? NULL : name;
}

static int write_all(int fd, const struct kmctl_bytes *bytes)
{
	size_t done = 0;

	while (done < bytes->size) {
		ssize_t n = write(fd, bytes->at + done, bytes->size - done);

		if (n > 0)
			done += n;
		else if (n < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int kmctl_write_image(const char *out, const struct kmctl_bytes *image)
{
	bool to_stdout = !strcmp(out, "-");
	int fd = STDOUT_FILENO;
	int ret;

	if (to_stdout && isatty(fd)) {
		kmctl_say("an image is not for a terminal: say -o OUT");
		return KMCTL_NOOUTPUT;
	}
	if (!to_stdout)
		fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ret = fd < 0 ? -errno : write_all(fd, image);
	if (fd >= 0 && !to_stdout && close(fd) && !ret)
		ret = -errno;
	if (!ret)
		return KMCTL_OK;
	kmctl_say("%s: %s", out, strerror(-ret));
	return KMCTL_NOOUTPUT;
}
