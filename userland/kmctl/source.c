// SPDX-License-Identifier: GPL-2.0
/* A program as bytes: from a file, a pipe or a terminal, bounded. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "source.h"

#define SOURCE_MAX	(64UL << 20)	/* four times the largest image */

static int read_all(int fd, struct kmctl_bytes *bytes)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;

		if (bytes->size == room) {
			char *more;

			if (room >= SOURCE_MAX)
				return -EFBIG;
			room = room ? room * 2 : 64 << 10;
			more = realloc(bytes->at, room);
			if (!more)
				return -ENOMEM;
			bytes->at = more;
		}
		n = read(fd, bytes->at + bytes->size, room - bytes->size);
		if (!n)
			return 0;
		if (n > 0)
			bytes->size += n;
		else if (errno != EINTR)
			return -errno;
	}
}

int kmctl_read_source(const char *file, struct kmctl_bytes *bytes)
{
	int fd = STDIN_FILENO;
	int ret;

	bytes->at = NULL;
	bytes->size = 0;
	if (strcmp(file, "-")) {
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			kmctl_say("%s: %s", file, strerror(errno));
			return KMCTL_NOINPUT;
		}
	}
	ret = read_all(fd, bytes);
	if (fd != STDIN_FILENO)
		close(fd);
	if (!ret)
		return KMCTL_OK;

	free(bytes->at);
	bytes->at = NULL;
	kmctl_say("%s: %s", file, strerror(-ret));
	return ret == -ENOMEM ? KMCTL_SYSTEM : KMCTL_NOINPUT;
}
