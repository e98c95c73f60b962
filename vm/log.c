// SPDX-License-Identifier: GPL-2.0
/*
 * The ring holds whole records, struct kmvm_log_record and the bytes of a line, at places that
 * only grow; a place modulo the size of the ring is where its byte lies. Who writes drops the
 * oldest records for room, and who reads begins at the oldest when the own place is gone.
 */
#include <linux/freezer.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "budget.h"
#include "log.h"

#define BURST		200		/* lines of a VM ... */
#define INTERVAL	(5 * HZ)	/* ... in this time, in the kernel log */

struct record {
	struct kmvm_log_record head;
	char text[KMVM_LOG_LINE];
};

void kmvm_log_open(struct kmvm_log *log, const char *name)
{
	log->name = name;
	ratelimit_state_init(&log->rate, INTERVAL, BURST);
	/* Silent about what it held back: the loss is counted. */
	ratelimit_set_flags(&log->rate, RATELIMIT_MSG_ON_RELEASE);
	spin_lock_init(&log->lock);
	init_waitqueue_head(&log->more);
}

void kmvm_log_close(struct kmvm_log *log)
{
	spin_lock(&log->lock);
	log->closed = true;
	spin_unlock(&log->lock);
	wake_up_all(&log->more);
}

void kmvm_log_free(struct kmvm_log *log)
{
	kmvm_budget_free(log->ring, KMVM_LOG_RING);
}

static void copy_in(struct kmvm_log *log, u64 place, const void *from, size_t size)
{
	size_t at = place % KMVM_LOG_RING;
	size_t part = min_t(size_t, size, KMVM_LOG_RING - at);

	memcpy(log->ring + at, from, part);
	memcpy(log->ring, from + part, size - part);
}

static void copy_out(const struct kmvm_log *log, u64 place, void *to, size_t size)
{
	size_t at = place % KMVM_LOG_RING;
	size_t part = min_t(size_t, size, KMVM_LOG_RING - at);

	memcpy(to, log->ring + at, part);
	memcpy(to + part, log->ring, size - part);
}

/* The head of the record at @place, and how many bytes it takes. */
static size_t head_at(const struct kmvm_log *log, u64 place, struct kmvm_log_record *head)
{
	copy_out(log, place, head, sizeof(*head));
	return sizeof(*head) + head->size;
}

void kmvm_log_keep(struct kmvm_log *log, enum kmvm_stream stream, int level, const char *text,
		   size_t size)
{
	struct kmvm_log_record oldest, head = {
		.size = size, .stream = stream, .level = level, .time_ns = ktime_get_real_ns(),
	};
	char *ring = NULL;

	if (!READ_ONCE(log->ring))
		ring = kmvm_budget_alloc(KMVM_LOG_RING);
	spin_lock(&log->lock);
	/* Somebody else may have made one meanwhile. */
	if (!log->ring)
		swap(log->ring, ring);
	head.before = log->printed;
	log->printed += size;
	if (log->ring) {
		while (log->next - log->first + sizeof(head) + size > KMVM_LOG_RING)
			log->first += head_at(log, log->first, &oldest);
		copy_in(log, log->next, &head, sizeof(head));
		copy_in(log, log->next + sizeof(head), text, size);
		log->next += sizeof(head) + size;
	}
	spin_unlock(&log->lock);
	kmvm_budget_free(ring, KMVM_LOG_RING);
	wake_up_interruptible(&log->more);
}

size_t kmvm_log_line(struct kmvm_log *log, int level, const char *text, size_t size)
{
	kmvm_log_keep(log, kmvm_stream_of(level), level, text, size);
	if (!___ratelimit(&log->rate, __func__)) {
		spin_lock(&log->lock);
		WRITE_ONCE(log->held_back, log->held_back + size);
		spin_unlock(&log->lock);
		return size;
	}
	printk("%c%ckmvm: %s: %*pE\n", KERN_SOH_ASCII, '0' + level, log->name, (int)size, text);
	return 0;
}

void kmvm_log_text(struct kmvm_log *log, int level, const char *text)
{
	size_t size;

	for (; *text; text += size + (text[size] == '\n')) {
		size = min_t(size_t, strcspn(text, "\n"), KMVM_LOG_LINE);
		kmvm_log_line(log, level, text, size);
	}
}

/* Is there a record at that place, or will there be none? */
static bool has_more(struct kmvm_log *log, u64 position)
{
	bool more;

	spin_lock(&log->lock);
	more = log->next > position || log->closed;
	spin_unlock(&log->lock);
	return more;
}

/* Takes the record at *position, or the oldest one. Returns its bytes; 0: none, or too large. */
static size_t take(struct kmvm_log *log, u64 *position, struct record *record, size_t room)
{
	size_t size = 0;

	spin_lock(&log->lock);
	*position = max(*position, log->first);
	if (*position < log->next)
		size = head_at(log, *position, &record->head);
	if (size > room)
		size = 0;
	if (size)
		copy_out(log, *position, record, size);
	spin_unlock(&log->lock);
	return size;
}

/* A place is one where a record begins, and was told by us: any other reads nonsense. */
static bool is_place(struct kmvm_log *log, u64 position)
{
	struct kmvm_log_record head;
	bool found;
	u64 place;

	spin_lock(&log->lock);
	for (place = log->first; place < position && place < log->next; )
		place += head_at(log, place, &head);
	found = position <= log->first || place == position;
	spin_unlock(&log->lock);
	return found;
}

ssize_t kmvm_log_read(struct kmvm_log *log, u64 *position, void __user *to, size_t size, bool wait)
{
	struct record record;
	size_t done = 0, part;
	int ret;

	if (size < sizeof(record) || !is_place(log, *position))
		return -EINVAL;
	if (wait) {
		ret = wait_event_freezable(log->more, has_more(log, *position));
		if (ret)
			return ret;
	}
	while ((part = take(log, position, &record, size - done))) {
		if (copy_to_user(to + done, &record, part))
			return -EFAULT;
		done += part;
		*position += part;
	}
	if (!done && READ_ONCE(log->closed))
		return -ENOENT;
	return done;
}
