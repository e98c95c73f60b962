/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_OUTPUT_H
#define KMCTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <kmvm.h>

#include "session.h"

/* What was read from the device and is not yet on stdout or stderr: records, as they came. */
struct kmctl_output {
	char *bytes;
	size_t begin, end, room;
	struct kmvm_record head;	/* of the record at begin */
	bool has_head;
	size_t left;			/* bytes of it that are still to come */
};

/* May more be read? A reader of ours that sleeps is waited for up to a bound. */
bool kmctl_output_has_room(const struct kmctl_output *output);

/* One read() of the device. Bytes read, 0 when no more will come, or -errno. */
int kmctl_output_read(struct kmctl_output *output, struct kmctl_session *session);

/* Where the next bytes go: 1, 2, or -1 when there are none yet. */
int kmctl_output_next(struct kmctl_output *output, struct kmctl_session *session);

/* One write() there, which does not sleep if poll() said so. */
void kmctl_output_write(struct kmctl_output *output, struct kmctl_session *session);

/* Drops what is there. Returns how many bytes that were. */
size_t kmctl_output_drop(struct kmctl_output *output);

void kmctl_output_free(struct kmctl_output *output);

/* All of @bytes to @fd, unless output has failed before. */
void kmctl_put(struct kmctl_session *session, int fd, const char *bytes, size_t size);

#endif /* KMCTL_OUTPUT_H */
