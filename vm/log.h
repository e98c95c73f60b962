/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a VM: what is printed when no session listens, a line a record, and what scripts
 * say to the kernel log themselves.
 *
 *	VM thread --line--> [ring: the newest lines] --read--> anybody, any number of them
 *	                \--> the kernel log, as much of it as its rate allows
 */
#ifndef KMVM_LOG_H
#define KMVM_LOG_H

#include <linux/kern_levels.h>
#include <linux/ratelimit_types.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../include/uapi/kmvm.h"

#define KMVM_LOG_RING	(64U << 10)	/* bytes of lines and their heads that are kept */
#define KMVM_LOG_LINE	240		/* bytes of one line; escaped, four times as many: printk
					 * holds about 1000
					 */

struct kmvm_log {
	const char *name;		/* of the VM */
	struct ratelimit_state rate;	/* of the kernel log; locks itself */

	spinlock_t lock;		/* protects what follows */
	u64 held_back;			/* bytes that it did not get; anybody may read it */
	wait_queue_head_t more;		/* readers: a line came, or none will */
	bool closed;
	char *ring;			/* NULL until the first line */
	u64 first, next;		/* places of the oldest record and of the next one */
	u64 printed;			/* bytes of text so far */
};

/**
 * kmvm_log_open() - makes a log ready; it holds no memory yet
 * @log:	the log
 * @name:	name of the VM, must outlive it
 *
 * Context: any.
 */
void kmvm_log_open(struct kmvm_log *log, const char *name);

/* No line will come; readers get what is left. Context: may sleep. */
void kmvm_log_close(struct kmvm_log *log);

/* Gives back its memory; nobody uses it any more. Context: may sleep. */
void kmvm_log_free(struct kmvm_log *log);

/* The stream on which what has that level is printed. */
static inline enum kmvm_stream kmvm_stream_of(int level)
{
	return level == LOGLEVEL_INFO ? KMVM_STDOUT : KMVM_STDERR;
}

/**
 * kmvm_log_keep() - adds a line, of which the kernel log is not told
 * @log:	the log
 * @stream:	where it was printed
 * @level:	LOGLEVEL_*
 * @text:	the line, without its end
 * @size:	its bytes, KMVM_LOG_LINE at most
 *
 * Context: a process or the VM's thread; may sleep.
 */
void kmvm_log_keep(struct kmvm_log *log, enum kmvm_stream stream, int level, const char *text,
		   size_t size);

/**
 * kmvm_log_line() - adds a line
 * @log:	the log
 * @level:	LOGLEVEL_*
 * @text:	the line, without its end
 * @size:	its bytes, KMVM_LOG_LINE at most
 *
 * Context: a process or the VM's thread; may sleep.
 * Return: bytes that the kernel log did not get.
 */
size_t kmvm_log_line(struct kmvm_log *log, int level, const char *text, size_t size);

/* Adds each line of a text that ends in a NUL. As kmvm_log_line(). */
void kmvm_log_text(struct kmvm_log *log, int level, const char *text);

/**
 * kmvm_log_read() - delivers records to user space
 * @log:	the log
 * @position:	in: where to begin; out: where to go on
 * @to:		user buffer
 * @size:	its bytes, room for a record at least
 * @wait:	wait for a line
 *
 * Context: a process; may sleep.
 * Return: bytes delivered, 0 when there is no more without waiting; -ENOENT when nothing is
 * left and the VM is gone; -EINVAL for a buffer too small or a position that never was, -EFAULT,
 * or -ERESTARTSYS for a signal.
 */
ssize_t kmvm_log_read(struct kmvm_log *log, u64 *position, void __user *to, size_t size, bool wait);

#endif /* KMVM_LOG_H */
