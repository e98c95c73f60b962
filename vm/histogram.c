// SPDX-License-Identifier: GPL-2.0
/* Counting is a few instructions and a look at one bucket; all else is for who reads. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/variable.h>

#include "binding.h"
#include "histogram.h"

#define BELOW	0U	/* the bucket of what lies below zero, or below from */
#define ZERO	1U	/* log2: of zero. Behind it: 1, 2 and 3, 4 to 7, ... */

u32 kmvm_histogram_buckets(s64 from, s64 to, s64 step)
{
	u64 between;

	if (!step)
		return KMVM_HISTOGRAM_LOG2;
	between = div64_u64((u64)to - (u64)from - 1, step) + 1;
	return between <= KMVM_HISTOGRAM_LINEAR ? between + 2 : 0;
}

size_t kmvm_histogram_bytes(u32 buckets)
{
	return sizeof(struct kmvm_histogram) + buckets * sizeof(u64);
}

void kmvm_histogram_clear(struct kmvm_histogram *histogram)
{
	histogram->count = 0;
	histogram->min = S64_MAX;
	histogram->max = S64_MIN;
	histogram->sum_low = 0;
	histogram->sum_high = 0;
	memset(histogram->buckets, 0, histogram->size * sizeof(u64));
}

void kmvm_histogram_init(struct kmvm_histogram *histogram, s64 from, s64 to, s64 step)
{
	histogram->from = from;
	histogram->to = to;
	histogram->step = step;
	histogram->size = kmvm_histogram_buckets(from, to, step);
	kmvm_histogram_clear(histogram);
}

static u32 bucket_of(const struct kmvm_histogram *histogram, s64 value)
{
	if (!histogram->step)
		return value < 0 ? BELOW : ZERO + fls64(value);
	if (value < histogram->from)
		return BELOW;
	if (value >= histogram->to)
		return histogram->size - 1;
	return 1 + div64_u64((u64)value - (u64)histogram->from, histogram->step);
}

static __int128 sum_of(const struct kmvm_histogram *histogram)
{
	return (__int128)(((unsigned __int128)histogram->sum_high << 64) | histogram->sum_low);
}

bool kmvm_histogram_add(struct kmvm_histogram *histogram, s64 value, u64 count)
{
	__int128 sum;

	if (count > S64_MAX - histogram->count)
		return false;
	if (!count)
		return true;
	sum = sum_of(histogram) + (__int128)value * count;
	histogram->sum_low = sum;
	histogram->sum_high = sum >> 64;
	histogram->count += count;
	histogram->min = min(histogram->min, value);
	histogram->max = max(histogram->max, value);
	histogram->buckets[bucket_of(histogram, value)] += count;
	return true;
}

static void log2_edges(u32 bucket, s64 *first, s64 *last)
{
	u32 power = bucket - ZERO;

	*first = power ? BIT_ULL(power - 1) : 0;
	*last = power ? BIT_ULL(power) - 1 : 0;
}

static void linear_edges(const struct kmvm_histogram *histogram, u32 bucket, s64 *first, s64 *last)
{
	u64 span = (u64)histogram->to - (u64)histogram->from;
	u64 offset = (u64)(bucket - 1) * histogram->step;

	*first = (u64)histogram->from + offset;
	*last = (u64)*first + min_t(u64, histogram->step, span - offset) - 1;
}

void kmvm_histogram_edges(const struct kmvm_histogram *histogram, u32 bucket, s64 *first, s64 *last)
{
	if (bucket == BELOW) {
		*first = S64_MIN;
		*last = histogram->step ? (u64)histogram->from - 1 : -1;
	} else if (!histogram->step) {
		log2_edges(bucket, first, last);
	} else if (bucket < histogram->size - 1) {
		linear_edges(histogram, bucket, first, last);
	} else {
		*first = histogram->to;
		*last = S64_MAX;
	}
}

/* Bit by bit: the kernel has no division of 128 bits. The quotient must fit into 64. */
static u64 divide(unsigned __int128 number, u64 by, bool *rest)
{
	u64 quotient = 0, left = 0;
	int bit;

	for (bit = 0; bit < 128; bit++) {
		left = left << 1 | (u64)(number >> 127);
		number <<= 1;
		quotient <<= 1;
		if (left >= by) {
			left -= by;
			quotient |= 1;
		}
	}
	*rest = left;
	return quotient;
}

s64 kmvm_histogram_mean(const struct kmvm_histogram *histogram)
{
	__int128 sum = sum_of(histogram);
	bool rest;
	u64 mean;

	if (sum >= 0)
		return divide(sum, histogram->count, &rest);
	mean = divide(-(unsigned __int128)sum, histogram->count, &rest);
	return -(mean + rest);
}

s64 kmvm_histogram_percentile(const struct kmvm_histogram *histogram, u32 part, u32 whole)
{
	u64 rest, rank = div64_u64_rem(histogram->count, whole, &rest) * part;
	s64 first, last;
	u64 seen = 0;
	u32 bucket;

	rank = max_t(u64, rank + div64_u64(rest * part + whole - 1, whole), 1);
	for (bucket = 0; bucket < histogram->size - 1; bucket++) {
		seen += histogram->buckets[bucket];
		if (seen >= rank)
			break;
	}
	kmvm_histogram_edges(histogram, bucket, &first, &last);
	return min(last, histogram->max);
}

static const struct mrb_data_type histogram_type = { "Linux::Histogram", mrb_free };

mrb_value kmvm_histogram_object(mrb_state *mrb, struct RClass *class, u32 buckets)
{
	struct RData *data = mrb_data_object_alloc(mrb, class, NULL, &histogram_type);

	data->data = mrb_malloc(mrb, kmvm_histogram_bytes(buckets));
	return mrb_obj_value(data);
}

struct kmvm_histogram *kmvm_histogram_of(mrb_state *mrb, mrb_value object)
{
	struct kmvm_histogram *histogram = mrb_data_get_ptr(mrb, object, &histogram_type);

	if (!histogram)
		mrb_raise(mrb, E_TYPE_ERROR, "this Linux::Histogram has no memory");
	return histogram;
}

bool kmvm_is_histogram(mrb_value object)
{
	return mrb_type(object) == MRB_TT_CDATA && DATA_TYPE(object) == &histogram_type &&
		DATA_PTR(object);
}

struct RClass *kmvm_histogram_class(mrb_state *mrb)
{
	static const char path[] = "Linux::Histogram";
	struct RClass *class = kmvm_class_find(mrb, path, sizeof(path) - 1);

	if (!class)
		mrb_raise(mrb, E_NAME_ERROR, "there is no Linux::Histogram any more");
	return class;
}

mrb_value kmvm_histogram_read(mrb_state *mrb, const void *bytes, size_t size)
{
	struct kmvm_histogram head;
	mrb_value copy;

	memcpy(&head, bytes, sizeof(head));
	copy = kmvm_histogram_object(mrb, kmvm_histogram_class(mrb), head.size);
	memcpy(kmvm_histogram_of(mrb, copy), bytes, size);
	return copy;
}

mrb_value kmvm_histogram_copy(mrb_state *mrb, const struct kmvm_histogram *histogram)
{
	return kmvm_histogram_read(mrb, histogram, kmvm_histogram_bytes(histogram->size));
}
