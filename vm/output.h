/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where what Ruby prints goes: a bounded ring that a session reads, or the log of the VM.
 *
 *	VM thread --write--> [ring of records] --read--> one reader at a time
 *	VM thread --write--> [line] --> struct kmvm_log
 */
#ifndef KMVM_OUTPUT_H
#define KMVM_OUTPUT_H

#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../include/uapi/kmvm.h"
#include "log.h"

#define KMVM_OUTPUT_RING	(64U << 10)	/* bytes a session may be behind */

enum kmvm_output_kind {
	KMVM_OUTPUT_READ,	/* a session reads it */
	KMVM_OUTPUT_LOG,	/* it goes to the log of the VM */
};

/*
 * One place to print to.
 *
 * Held by the session, by each of its runs and by each handle whose blocks print here.
 */
struct kmvm_output {
	struct kref ref;
	enum kmvm_output_kind kind;

	spinlock_t lock;		/* protects runs, closed, stalled, the ring's write side */
	unsigned int runs;		/* in flight; read() ends when none is */
	bool closed;			/* nobody will read any more */
	bool stalled;			/* the reader let a second pass; it is not waited for */
	wait_queue_head_t readable;	/* the reader: data, or the last run ended */
	wait_queue_head_t room;		/* the VM thread: space, or closed */

	bool ready;			/* the ring is there; released by who makes it */
	struct kfifo ring;
	struct mutex reader;		/* protects the ring's read side and what follows */
	struct kmvm_record head;	/* of the record being delivered; size: what is left */
	char *record;			/* its bytes */
	size_t told;			/* how many of them were delivered */

	struct kmvm_log *log;		/* of the VM */
	int line_level;			/* the VM thread only, as fill and line */
	unsigned int fill;
	char line[KMVM_LOG_LINE];
};

/**
 * struct kmvm_print - one piece to be printed
 * @level:	LOGLEVEL_INFO for what a script prints to standard output, others for standard error
 * @run:	id of the run that prints, 0 for an event's block
 * @text:	the bytes
 * @size:	how many
 * @may_wait:	a full ring may wait for its reader
 * @aside:	it prints as a thread of a run: only as long as a run is in flight
 * @give_up:	asked while waiting: must the VM thread go on?
 * @data:	for @give_up
 */
struct kmvm_print {
	int level;
	u64 run;
	const char *text;
	size_t size;
	bool may_wait;
	bool aside;
	bool (*give_up)(void *data);
	void *data;
};

/**
 * kmvm_output_open() - makes an output with one reference
 * @kind:	ring or log
 * @log:	of the VM, must outlive the output
 *
 * Context: may sleep.
 * Return: the output or an ERR_PTR of -ENOMEM.
 */
struct kmvm_output *kmvm_output_open(enum kmvm_output_kind kind, struct kmvm_log *log);

/**
 * kmvm_output_prepare() - sees to it that the ring is there
 * @output:	any
 *
 * Sessions are many, and most of them never print: the ring comes with the first run.
 *
 * Context: the process that shall be charged for it; may sleep.
 * Return: 0 or -ENOMEM.
 */
int kmvm_output_prepare(struct kmvm_output *output);

/**
 * kmvm_output_close() - nobody reads any more; what is and will be printed is dropped
 * @output:	the output; the caller's reference stays
 */
void kmvm_output_close(struct kmvm_output *output);

struct kmvm_output *kmvm_output_get(struct kmvm_output *output);
void kmvm_output_put(struct kmvm_output *output);

/* Has its reader gone, or been told that all runs have ended? Any context likewise. */
bool kmvm_output_is_left(struct kmvm_output *output);

/* A run that prints here starts, ends. Any context that may take a spinlock. */
void kmvm_output_run_begin(struct kmvm_output *output);
void kmvm_output_run_end(struct kmvm_output *output);

/**
 * kmvm_output_write() - prints
 * @output:	where
 * @print:	what
 *
 * A full ring waits, if it may, for as long as its reader takes something each second.
 *
 * Context: the VM's thread; may sleep.
 * Return: bytes dropped.
 */
size_t kmvm_output_write(struct kmvm_output *output, const struct kmvm_print *print);

/**
 * kmvm_output_note() - puts a text into the ring as standard error, if it fits
 * @output:	a KMVM_OUTPUT_READ
 * @run:	id of the run it is about, or 0
 * @text:	the text
 *
 * Context: any process.
 */
void kmvm_output_note(struct kmvm_output *output, u64 run, const char *text);

/**
 * kmvm_output_flush() - ends an unfinished line of the log
 * @output:	where
 *
 * Context: the VM's thread.
 * Return: bytes dropped.
 */
size_t kmvm_output_flush(struct kmvm_output *output);

/**
 * kmvm_output_read() - delivers records to user space
 * @output:	from where
 * @to:		user buffer
 * @size:	its bytes
 * @nonblock:	do not wait
 *
 * Return: bytes delivered; 0 when no run is in flight and nothing is left; -EINVAL for
 * a buffer too small, -EAGAIN, -EFAULT, or -ERESTARTSYS for a signal.
 */
ssize_t kmvm_output_read(struct kmvm_output *output, char __user *to, size_t size, bool nonblock);

/* EPOLLIN when there is something to read, EPOLLHUP when read() would return 0. */
__poll_t kmvm_output_poll(struct kmvm_output *output, struct file *file, poll_table *wait);

#endif /* KMVM_OUTPUT_H */
