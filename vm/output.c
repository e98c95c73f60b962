// SPDX-License-Identifier: GPL-2.0
/*
 * The ring is a kfifo of records, each a struct kmvm_record and its bytes. Writers take
 * the spinlock, the reader its mutex; a kfifo needs no lock between the two.
 */
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "budget.h"
#include "output.h"

#define RECORD_MAX	4096		/* bytes of one record, so that readers see it move */
#define PATIENCE	HZ		/* without progress of the reader */

struct kmvm_output *kmvm_output_open(enum kmvm_output_kind kind, struct kmvm_log *log)
{
	struct kmvm_output *output;

	output = kzalloc(sizeof(*output), KMVM_GFP_CALLER);
	if (!output)
		return ERR_PTR(-ENOMEM);
	kref_init(&output->ref);
	output->kind = kind;
	output->log = log;
	spin_lock_init(&output->lock);
	init_waitqueue_head(&output->readable);
	init_waitqueue_head(&output->room);
	mutex_init(&output->reader);
	return output;
}

static bool is_ready(struct kmvm_output *output)
{
	return smp_load_acquire(&output->ready);	/* pairs with make_ready() */
}

/* Takes the memory, unless somebody was faster. */
static bool make_ready(struct kmvm_output *output, void *buffer, char *record)
{
	bool ours;

	spin_lock(&output->lock);
	ours = !output->ready;
	if (ours) {
		/* Cannot fail: the size is a power of two. */
		kfifo_init(&output->ring, buffer, KMVM_OUTPUT_RING);
		output->record = record;
		smp_store_release(&output->ready, true);	/* pairs with is_ready() */
	}
	spin_unlock(&output->lock);
	return ours;
}

int kmvm_output_prepare(struct kmvm_output *output)
{
	void *buffer;
	char *record;

	if (output->kind != KMVM_OUTPUT_READ || is_ready(output))
		return 0;
	buffer = kmvm_budget_alloc(KMVM_OUTPUT_RING);
	record = kmvm_budget_alloc(RECORD_MAX);
	if (buffer && record && make_ready(output, buffer, record))
		return 0;
	kmvm_budget_free(buffer, KMVM_OUTPUT_RING);
	kmvm_budget_free(record, RECORD_MAX);
	return is_ready(output) ? 0 : -ENOMEM;
}

static void free_output(struct kref *ref)
{
	struct kmvm_output *output = container_of(ref, struct kmvm_output, ref);

	if (output->ready) {
		kmvm_budget_free(output->ring.kfifo.data, KMVM_OUTPUT_RING);
		kmvm_budget_free(output->record, RECORD_MAX);
	}
	mutex_destroy(&output->reader);
	kfree(output);
}

struct kmvm_output *kmvm_output_get(struct kmvm_output *output)
{
	kref_get(&output->ref);
	return output;
}

void kmvm_output_put(struct kmvm_output *output)
{
	kref_put(&output->ref, free_output);
}

void kmvm_output_close(struct kmvm_output *output)
{
	spin_lock(&output->lock);
	output->closed = true;
	spin_unlock(&output->lock);
	wake_up_all(&output->room);
	wake_up_all(&output->readable);
}

void kmvm_output_run_begin(struct kmvm_output *output)
{
	spin_lock(&output->lock);
	output->runs++;
	spin_unlock(&output->lock);
}

void kmvm_output_run_end(struct kmvm_output *output)
{
	spin_lock(&output->lock);
	output->runs--;
	spin_unlock(&output->lock);
	wake_up_all(&output->readable);
	/* A thread that waits to print here has lost its reader. */
	wake_up_all(&output->room);
}

static bool closed(struct kmvm_output *output)
{
	bool closed;

	spin_lock(&output->lock);
	closed = output->closed;
	spin_unlock(&output->lock);
	return closed;
}

bool kmvm_output_is_left(struct kmvm_output *output)
{
	bool left;

	spin_lock(&output->lock);
	left = output->closed || !output->runs;
	spin_unlock(&output->lock);
	return left && output->kind == KMVM_OUTPUT_READ;
}

/* Is there nobody who would read this? */
static bool in_vain(struct kmvm_output *output, const struct kmvm_print *print)
{
	return print->aside ? kmvm_output_is_left(output) : closed(output);
}

/* Room for a head and some bytes; less than that is not worth a record. */
static size_t room(struct kmvm_output *output, size_t size)
{
	size_t avail = kfifo_avail(&output->ring);
	size_t least = sizeof(struct kmvm_record) + min_t(size_t, size, 256);

	return avail < least ? 0 : avail - sizeof(struct kmvm_record);
}

static bool may_go_on(struct kmvm_output *output, const struct kmvm_print *print, size_t left)
{
	return room(output, left) || in_vain(output, print) || print->give_up(print->data);
}

/* Waits until there is room, as long as the reader moves. False: drop. */
static bool wait_for_room(struct kmvm_output *output, const struct kmvm_print *print, size_t left)
{
	while (print->may_wait && !READ_ONCE(output->stalled)) {
		unsigned int before = kfifo_len(&output->ring);

		wait_event_freezable_timeout(output->room, may_go_on(output, print, left),
					     PATIENCE);
		if (in_vain(output, print) || print->give_up(print->data))
			return false;
		if (room(output, left))
			return true;
		if (kfifo_len(&output->ring) == before) {
			spin_lock(&output->lock);
			WRITE_ONCE(output->stalled, true);
			spin_unlock(&output->lock);
		}
	}
	return false;
}

/* Puts one record of what is left into the ring. Returns its bytes, 0 without room. */
static size_t put_record(struct kmvm_output *output, const struct kmvm_print *print, size_t done)
{
	struct kmvm_record head = { .stream = kmvm_stream_of(print->level), .run = print->run };
	size_t left = print->size - done;

	spin_lock(&output->lock);
	head.size = min3(room(output, left), left, (size_t)RECORD_MAX);
	/* Whoever was told of the end does not come back for it. */
	if (print->aside && !output->runs)
		head.size = 0;
	/* The reader takes a head for granted once more than a head is there. */
	if (head.size) {
		kfifo_in(&output->ring, &head, sizeof(head));
		kfifo_in(&output->ring, print->text + done, head.size);
	}
	spin_unlock(&output->lock);
	if (head.size)
		wake_up_interruptible(&output->readable);
	return head.size;
}

static size_t write_ring(struct kmvm_output *output, const struct kmvm_print *print)
{
	size_t done = 0, put;

	if (!is_ready(output))
		return print->size;
	while (done < print->size && !in_vain(output, print)) {
		put = put_record(output, print, done);
		if (!put && !wait_for_room(output, print, print->size - done))
			break;
		done += put;
	}
	return print->size - done;
}

static size_t flush_line(struct kmvm_output *output)
{
	unsigned int fill = output->fill;

	output->fill = 0;
	return kmvm_log_line(output->log, output->line_level, output->line, fill);
}

size_t kmvm_output_flush(struct kmvm_output *output)
{
	if (output->kind == KMVM_OUTPUT_LOG && output->fill)
		return flush_line(output);
	return 0;
}

void kmvm_output_note(struct kmvm_output *output, u64 run, const char *text)
{
	struct kmvm_print note = {
		.level = LOGLEVEL_ERR, .run = run, .text = text, .size = strlen(text),
	};

	write_ring(output, &note);
}

static size_t write_log(struct kmvm_output *output, const struct kmvm_print *print)
{
	size_t done, lost = 0;

	if (output->line_level != print->level)
		lost += kmvm_output_flush(output);
	output->line_level = print->level;
	for (done = 0; done < print->size; done++) {
		char c = print->text[done];

		if (done % SZ_4K == 0)
			cond_resched();
		if (c != '\n')
			output->line[output->fill++] = c;
		if (c == '\n' || output->fill == sizeof(output->line))
			lost += flush_line(output);
	}
	return lost;
}

size_t kmvm_output_write(struct kmvm_output *output, const struct kmvm_print *print)
{
	if (output->kind == KMVM_OUTPUT_LOG)
		return write_log(output, print);
	return write_ring(output, print);
}

static bool ended(struct kmvm_output *output)
{
	bool ended;

	spin_lock(&output->lock);
	ended = !output->runs || output->closed;
	spin_unlock(&output->lock);
	return ended;
}

/* A record counts once its bytes are in the ring too. */
static bool has_record(struct kmvm_output *output)
{
	return is_ready(output) &&
		(output->head.size || kfifo_len(&output->ring) > sizeof(struct kmvm_record));
}

/* Takes the next record out of the ring, whole, so that a bad address loses nothing of it. */
static bool take_record(struct kmvm_output *output)
{
	if (kfifo_out(&output->ring, &output->head, sizeof(output->head)) != sizeof(output->head))
		return false;
	output->told = 0;
	return kfifo_out(&output->ring, output->record, output->head.size) == output->head.size;
}

/* Delivers one record, or as much of it as fits in @size. */
static ssize_t deliver(struct kmvm_output *output, char __user *to, size_t size)
{
	struct kmvm_record part;

	if (!output->head.size && !take_record(output))
		return 0;
	part = output->head;
	part.size = min_t(size_t, part.size, size - sizeof(part));
	if (copy_to_user(to, &part, sizeof(part)) ||
	    copy_to_user(to + sizeof(part), output->record + output->told, part.size))
		return -EFAULT;
	output->told += part.size;
	output->head.size -= part.size;
	return sizeof(part) + part.size;
}

ssize_t kmvm_output_read(struct kmvm_output *output, char __user *to, size_t size, bool nonblock)
{
	size_t done = 0;
	ssize_t ret = 0;

	if (output->kind != KMVM_OUTPUT_READ)
		return -EBADF;
	if (size < sizeof(struct kmvm_record) + 1)
		return -EINVAL;
	if (nonblock) {
		if (!mutex_trylock(&output->reader))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&output->reader)) {
		return -ERESTARTSYS;
	}

	if (!has_record(output) && !ended(output)) {
		ret = -EAGAIN;
		if (!nonblock)
			ret = wait_event_interruptible(output->readable,
						       has_record(output) || ended(output));
		if (ret)
			goto out_unlock;
	}
	while (size - done > sizeof(struct kmvm_record) && has_record(output)) {
		ret = deliver(output, to + done, size - done);
		if (ret <= 0)
			break;
		done += ret;
	}
	if (done) {
		spin_lock(&output->lock);
		WRITE_ONCE(output->stalled, false);
		spin_unlock(&output->lock);
		wake_up(&output->room);
	}

out_unlock:
	mutex_unlock(&output->reader);
	return done ? done : ret;
}

__poll_t kmvm_output_poll(struct kmvm_output *output, struct file *file, poll_table *wait)
{
	bool over;

	poll_wait(file, &output->readable, wait);
	/* In this order: the last run's bytes are in the ring before it ends. */
	over = ended(output);
	if (output->kind != KMVM_OUTPUT_READ)
		return 0;
	if (has_record(output))
		return EPOLLIN | EPOLLRDNORM;
	return over ? EPOLLHUP : 0;
}
