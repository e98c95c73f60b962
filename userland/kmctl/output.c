// SPDX-License-Identifier: GPL-2.0
/*
 * Records to stdout and stderr:
 *
 *	device --read--> | size stream run | size bytes | size stream run | ... --write--> 1, 2
 *	                 ^ begin                                            ^ end
 *
 * The VM does not wait long for a slow reader. A pager does, so what it has not asked for
 * yet is kept here.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "progress.h"

#define READ_SIZE	(64UL << 10)
#define KEEP_MAX	(64UL << 20)

static size_t waiting(const struct kmctl_output *output)
{
	return output->end - output->begin;
}

bool kmctl_output_has_room(const struct kmctl_output *output)
{
	return waiting(output) < KEEP_MAX;
}

/* Room for one more read() behind what is there. */
static int make_room(struct kmctl_output *output)
{
	size_t room = output->room;
	char *bytes;

	if (room - output->end >= READ_SIZE)
		return 0;
	if (output->begin >= waiting(output)) {
		memmove(output->bytes, output->bytes + output->begin, waiting(output));
		output->end -= output->begin;
		output->begin = 0;
	}
	if (room - output->end >= READ_SIZE)
		return 0;
	room = 2 * (room + READ_SIZE);
	bytes = realloc(output->bytes, room);
	if (!bytes)
		return -ENOMEM;
	output->bytes = bytes;
	output->room = room;
	return 0;
}

int kmctl_output_read(struct kmctl_output *output, struct kmctl_session *session)
{
	ssize_t n;
	int ret;

	/* Read on, so that the run can end, but nobody wants it any more. */
	if (session->output_error)
		output->begin = output->end = 0;
	ret = make_room(output);
	if (ret)
		return ret;
	n = read(session->fd, output->bytes + output->end, READ_SIZE);
	if (n < 0)
		return -errno;
	output->end += n;
	return n;
}

static bool take_head(struct kmctl_output *output)
{
	if (output->has_head)
		return true;
	if (waiting(output) < sizeof(output->head))
		return false;
	memcpy(&output->head, output->bytes + output->begin, sizeof(output->head));
	output->begin += sizeof(output->head);
	output->left = output->head.size;
	output->has_head = true;
	return true;
}

int kmctl_output_next(struct kmctl_output *output, struct kmctl_session *session)
{
	if (session->output_error)
		return -1;
	while (take_head(output)) {
		if (output->left)
			break;
		output->has_head = false;
	}
	if (!output->has_head || !waiting(output))
		return -1;
	return output->head.stream == KMVM_STDERR ? STDERR_FILENO : STDOUT_FILENO;
}

/* The reader has gone or the disk is full: what else would be printed is for nobody. */
static void fail(struct kmctl_session *session, int error)
{
	session->output_error = error;
	if (!session->stops)
		kmctl_stop(session);
}

/*
 * A pipe that polls as writable takes PIPE_BUF bytes without sleeping, and asleep in
 * write() the signals would not reach us.
 */
static size_t put_piece(struct kmctl_session *session, int fd, const char *bytes, size_t size)
{
	ssize_t n;

	kmctl_progress_end();
	n = write(fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
	if (n >= 0)
		return n;
	if (errno != EINTR && errno != EAGAIN)
		fail(session, errno);
	return 0;
}

void kmctl_output_write(struct kmctl_output *output, struct kmctl_session *session)
{
	size_t size = waiting(output) < output->left ? waiting(output) : output->left;
	size_t n;

	n = put_piece(session, kmctl_output_next(output, session),
		      output->bytes + output->begin, size);
	output->begin += n;
	output->left -= n;
}

size_t kmctl_output_drop(struct kmctl_output *output)
{
	size_t dropped = 0, size;

	while (take_head(output)) {
		size = waiting(output) < output->left ? waiting(output) : output->left;
		output->begin += size;
		output->left -= size;
		dropped += size;
		if (output->left)
			break;
		output->has_head = false;
	}
	return dropped;
}

void kmctl_output_free(struct kmctl_output *output)
{
	free(output->bytes);
}

void kmctl_put(struct kmctl_session *session, int fd, const char *bytes, size_t size)
{
	while (size && !session->output_error) {
		struct pollfd poll = { .fd = fd, .events = POLLOUT };
		int ret = kmctl_wait(session, &poll, 1, session->stops ? KMCTL_PATIENCE_MS : -1);
		size_t n;

		if (ret < 0)
			continue;
		if (!ret) {
			fail(session, ETIMEDOUT);
			return;
		}
		n = put_piece(session, fd, bytes, size);
		bytes += n;
		size -= n;
	}
}
