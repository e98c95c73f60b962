/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How values are spread: how many fell into each bucket, and their number, sum, least and
 * greatest exactly.
 *
 *	log2	(..., 0) [0] [1] [2, 4) [4, 8) ... [2^62, 2^63)
 *	linear	(..., from) [from, from + step) ... [..., to) [to, ...)
 *
 * Plain memory of a size that never changes, whoever gave it: it holds no lock, no pointer
 * and no reference, so copying the bytes copies the histogram, and freeing them ends it.
 * Two who add at once must be kept apart by the owner.
 */
#ifndef KMVM_HISTOGRAM_H
#define KMVM_HISTOGRAM_H

#include <linux/types.h>

#include <mruby.h>
#include <mruby/data.h>

#define KMVM_HISTOGRAM_LOG2	65U	/* buckets of a log2 one */
#define KMVM_HISTOGRAM_LINEAR	1000U	/* at most, of a linear one between from and to */

struct kmvm_histogram {
	s64 from, to, step;	/* linear; step is 0: log2 */
	u64 count;		/* at most S64_MAX */
	s64 min, max;		/* as long as count is not 0 */
	u64 sum_low;		/* of 128 bits, which no sum of that many values exceeds */
	s64 sum_high;
	u32 size;
	u64 buckets[];
};

/**
 * kmvm_histogram_buckets() - how many buckets a histogram needs
 * @from:	of a linear one: least value
 * @to:		first value beyond, more than @from
 * @step:	width of a bucket; 0: log2
 *
 * Context: any.
 * Return: with those for what lies outside; 0 when there would be too many.
 */
u32 kmvm_histogram_buckets(s64 from, s64 to, s64 step);

/* Bytes of a histogram of so many buckets. */
size_t kmvm_histogram_bytes(u32 buckets);

/* Makes an empty one of kmvm_histogram_bytes(kmvm_histogram_buckets(...)) bytes. Any context. */
void kmvm_histogram_init(struct kmvm_histogram *histogram, s64 from, s64 to, s64 step);

/**
 * kmvm_histogram_add() - counts a value
 * @histogram:	the histogram
 * @value:	any
 * @count:	how often
 *
 * Context: any, one at a time.
 * Return: false, and nothing is counted, if that would be more than S64_MAX values.
 */
bool kmvm_histogram_add(struct kmvm_histogram *histogram, s64 value, u64 count);

void kmvm_histogram_clear(struct kmvm_histogram *histogram);

/* Least and greatest value that a bucket counts. Any context. */
void kmvm_histogram_edges(const struct kmvm_histogram *histogram, u32 bucket, s64 *first,
			  s64 *last);

/* Sum divided by count, rounded down; count is not 0. Any context. */
s64 kmvm_histogram_mean(const struct kmvm_histogram *histogram);

/**
 * kmvm_histogram_percentile() - what so large a part of the values does not exceed
 * @histogram:	with a count that is not 0
 * @part:	of @whole
 * @whole:	not 0
 *
 * Context: any.
 * Return: the greatest value of the bucket in which that part is reached, or of all.
 */
s64 kmvm_histogram_percentile(const struct kmvm_histogram *histogram, u32 part, u32 whole);

/**
 * kmvm_histogram_object() - a Linux::Histogram
 * @mrb:	the state
 * @class:	Linux::Histogram
 * @buckets:	of kmvm_histogram_buckets()
 *
 * Its memory is the VM's heap, and ends with the object. kmvm_histogram_init() is the caller's
 * next step.
 *
 * Context: the VM's thread, in Ruby; raises NoMemoryError.
 * Return: the object.
 */
mrb_value kmvm_histogram_object(mrb_state *mrb, struct RClass *class, u32 buckets);

/* The histogram of an object; raises TypeError for any other. */
struct kmvm_histogram *kmvm_histogram_of(mrb_state *mrb, mrb_value object);

bool kmvm_is_histogram(mrb_value object);

/* Linux::Histogram. Raises NameError if a script has taken it away. */
struct RClass *kmvm_histogram_class(mrb_state *mrb);

/* One of the bytes of another one, at any alignment. Raises NoMemoryError. */
mrb_value kmvm_histogram_read(mrb_state *mrb, const void *bytes, size_t size);

/* A Linux::Histogram that is as @histogram is now. Raises NoMemoryError. */
mrb_value kmvm_histogram_copy(mrb_state *mrb, const struct kmvm_histogram *histogram);

#endif /* KMVM_HISTOGRAM_H */
