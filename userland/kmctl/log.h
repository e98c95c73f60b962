/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_LOG_H
#define KMCTL_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <kmvm.h>

/* A reader of the log of one VM. */
struct kmctl_log {
	int fd;
	struct kmvm_log_args args;	/* where it goes on */
	char *buffer;
	uint64_t seen;			/* bytes of text that the VM has printed up to here */
	uint64_t since_ns;		/* lines before that time are left out */
	bool json;			/* an object a line */
	bool colours;			/* exceptions, their frames and stderr's other lines are told apart */
};

/* From the oldest line on that is kept. Returns 0 or -ENOMEM; is to be closed in either case. */
int kmctl_log_open(struct kmctl_log *log, int fd, const char *vm);
void kmctl_log_close(struct kmctl_log *log);

/* Prints what there is, or waits for it first. Returns 1, 0 when there was nothing, or -errno. */
int kmctl_log_read(struct kmctl_log *log, FILE *to, bool wait);

/**
 * struct kmctl_log_options - what kmctl log prints
 * @follow:	go on until the VM is unloaded
 * @json:	an object a line
 * @since_ns:	only what was printed then or later, of CLOCK_REALTIME
 */
struct kmctl_log_options {
	bool follow;
	bool json;
	uint64_t since_ns;
};

/* Prints the log of a VM; returns a status. */
int kmctl_log(const char *vm, const struct kmctl_log_options *options);

#endif /* KMCTL_LOG_H */
