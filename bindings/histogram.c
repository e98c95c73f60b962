// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Histogram: vm/histogram.c as Ruby sees it.
 *
 * The memory is a block of the VM's heap that belongs to the object: nothing else points to
 * it, only the VM's thread touches it, and it ends with the object or with the heap.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/numeric.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/histogram.h"
#include "bindings.h"

#define BAR		52	/* characters, as bpftrace has it */
#define LABEL_MIN	16
#define LABEL_MAX	48	/* two numbers of 64 bits and what stands around them */
#define COUNT_MIN	8
#define COUNT_MAX	20
#define PART_MAX	1000000

/* Arithmetic on what is there. */

/* The rows that are shown: from the first to the last bucket that counted something. */
struct rows {
	u32 first, end;
	u64 most;		/* in one of them */
};

static struct rows rows_of(const struct kmvm_histogram *histogram)
{
	struct rows rows = { .first = histogram->size };
	u32 i;

	for (i = 0; i < histogram->size; i++) {
		if (!histogram->buckets[i])
			continue;
		rows.first = min(rows.first, i);
		rows.end = i + 1;
		rows.most = max(rows.most, histogram->buckets[i]);
	}
	return rows;
}

static bool is_below(u32 bucket)
{
	return bucket == 0;
}

static bool is_above(const struct kmvm_histogram *histogram, u32 bucket)
{
	return histogram->step && bucket == histogram->size - 1;
}

/* A power of two as 1, 512, 1K, 512K, 1M, ... */
static u64 in_units(u64 number, const char **unit)
{
	static const char * const units[] = { "", "K", "M", "G", "T", "P", "E" };
	unsigned int power = number ? (fls64(number) - 1) / 10 : 0;

	*unit = units[power];
	return number >> (10 * power);
}

/* Returns the length, also where @room is less. */
static int label(char *text, size_t room, const struct kmvm_histogram *histogram, u32 bucket)
{
	const char *first_unit, *end_unit;
	u64 first_number, end_number;
	s64 first, last;

	kmvm_histogram_edges(histogram, bucket, &first, &last);
	if (is_below(bucket))
		return snprintf(text, room, "(..., %lld)", last + 1);
	if (is_above(histogram, bucket))
		return snprintf(text, room, "[%lld, ...)", first);
	if (first == last)
		return snprintf(text, room, "[%lld]", first);
	if (histogram->step)
		return snprintf(text, room, "[%lld, %lld)", first, last + 1);
	first_number = in_units(first, &first_unit);
	end_number = in_units((u64)last + 1, &end_unit);
	return snprintf(text, room, "[%llu%s, %llu%s)", first_number, first_unit, end_number,
			end_unit);
}

static int bar(u64 count, u64 most)
{
	/* The product must fit into 64 bits. */
	int shift = most > U64_MAX / BAR ? 6 : 0;

	return div64_u64((count >> shift) * BAR, most >> shift);
}

/* How wide the columns of labels and counts are. */
static void columns(const struct kmvm_histogram *histogram, const struct rows *rows, int *labels,
		    int *counts)
{
	u32 i;

	*labels = LABEL_MIN;
	for (i = rows->first; i < rows->end; i++)
		*labels = max(*labels, label(NULL, 0, histogram, i));
	*counts = max(COUNT_MIN, snprintf(NULL, 0, "%llu", rows->most));
}

static size_t draw(char *text, size_t room, const struct kmvm_histogram *histogram,
		   const struct rows *rows)
{
	static const char full[] = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
	int labels, counts, written, filled;
	size_t fill = 0;
	u32 i;

	columns(histogram, rows, &labels, &counts);
	for (i = rows->first; i < rows->end; i++) {
		written = label(text + fill, room - fill, histogram, i);
		fill += written;
		filled = bar(histogram->buckets[i], rows->most);
		fill += scnprintf(text + fill, room - fill, "%*s %*llu |%.*s%*s|\n",
				  labels - written, "", counts, histogram->buckets[i], filled,
				  full, BAR - filled, "");
	}
	return fill;
}

/* Ruby half. */

static mrb_value histogram_log2(mrb_state *mrb, mrb_value self)
{
	mrb_value object = kmvm_histogram_object(mrb, mrb_class_ptr(self), KMVM_HISTOGRAM_LOG2);

	kmvm_histogram_init(kmvm_histogram_of(mrb, object), 0, 0, 0);
	return object;
}

static mrb_value histogram_linear(mrb_state *mrb, mrb_value self)
{
	mrb_sym names[] = {
		mrb_intern_lit(mrb, "to"), mrb_intern_lit(mrb, "step"), mrb_intern_lit(mrb, "from"),
	};
	mrb_value given[ARRAY_SIZE(names)], object;
	const mrb_kwargs keywords = { ARRAY_SIZE(names), 2, names, given, NULL };
	s64 from, to, step;
	u32 buckets;

	mrb_get_args(mrb, ":", &keywords);
	to = kmvm_integer(mrb, given[0]);
	step = kmvm_integer(mrb, given[1]);
	from = mrb_undef_p(given[2]) ? 0 : kmvm_integer(mrb, given[2]);
	if (step <= 0)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "step must be positive");
	if (to <= from)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "to must be more than from");
	buckets = kmvm_histogram_buckets(from, to, step);
	if (!buckets)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "more than %d buckets",
			   (int)KMVM_HISTOGRAM_LINEAR);
	object = kmvm_histogram_object(mrb, mrb_class_ptr(self), buckets);
	kmvm_histogram_init(kmvm_histogram_of(mrb, object), from, to, step);
	return object;
}

static mrb_value histogram_initialize_copy(mrb_state *mrb, mrb_value self)
{
	struct kmvm_histogram *from, *copy;
	mrb_value other;

	mrb_get_args(mrb, "o", &other);
	from = kmvm_histogram_of(mrb, other);
	if (mrb_obj_equal(mrb, self, other))
		return self;
	if (!mrb_data_p(self) || DATA_TYPE(self))
		mrb_raise(mrb, E_TYPE_ERROR, "only a fresh object becomes a copy");
	copy = mrb_malloc(mrb, kmvm_histogram_bytes(from->size));
	memcpy(copy, from, kmvm_histogram_bytes(from->size));
	mrb_data_init(self, copy, DATA_TYPE(other));
	return self;
}

static mrb_value histogram_add(mrb_state *mrb, mrb_value self)
{
	struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	mrb_int count = 1;
	mrb_value given;
	s64 value;

	mrb_get_args(mrb, "o|i", &given, &count);
	value = kmvm_integer(mrb, given);
	mrb_check_frozen(mrb, mrb_obj_ptr(self));
	if (count < 0)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "count must not be negative");
	if (!kmvm_histogram_add(histogram, value, count))
		mrb_raise(mrb, E_RANGE_ERROR, "more than 2**63 - 1 values");
	return self;
}

static mrb_value histogram_clear(mrb_state *mrb, mrb_value self)
{
	struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);

	mrb_check_frozen(mrb, mrb_obj_ptr(self));
	kmvm_histogram_clear(histogram);
	return self;
}

static mrb_value histogram_count(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_histogram_of(mrb, self)->count);
}

static mrb_value histogram_min(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);

	return histogram->count ? mrb_int_value(mrb, histogram->min) : mrb_nil_value();
}

static mrb_value histogram_max(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);

	return histogram->count ? mrb_int_value(mrb, histogram->max) : mrb_nil_value();
}

static mrb_value histogram_mean(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);

	if (!histogram->count)
		return mrb_nil_value();
	return mrb_int_value(mrb, kmvm_histogram_mean(histogram));
}

/* Grows into a big integer where it must. */
static mrb_value append_32(mrb_state *mrb, mrb_value number, u32 low)
{
	number = mrb_num_mul(mrb, number, mrb_int_value(mrb, BIT_ULL(32)));
	return mrb_num_add(mrb, number, mrb_int_value(mrb, low));
}

static mrb_value histogram_sum(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	mrb_value sum = mrb_int_value(mrb, histogram->sum_high);

	sum = append_32(mrb, sum, histogram->sum_low >> 32);
	return append_32(mrb, sum, (u32)histogram->sum_low);
}

static mrb_value histogram_percentile(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	mrb_int part, whole = 100;

	mrb_get_args(mrb, "i|i", &part, &whole);
	if (whole < 1 || whole > PART_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a whole has 1 to %d parts", PART_MAX);
	if (part < 0 || part > whole)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a part is 0 to %i", whole);
	if (!histogram->count)
		return mrb_nil_value();
	return mrb_int_value(mrb, kmvm_histogram_percentile(histogram, part, whole));
}

static mrb_value row(mrb_state *mrb, const struct kmvm_histogram *histogram, u32 bucket)
{
	mrb_value values[3];
	s64 first, last;

	kmvm_histogram_edges(histogram, bucket, &first, &last);
	values[0] = is_below(bucket) ? mrb_nil_value() : mrb_int_value(mrb, first);
	values[1] = is_above(histogram, bucket) ? mrb_nil_value() :
		mrb_num_add(mrb, mrb_int_value(mrb, last), mrb_fixnum_value(1));
	values[2] = mrb_int_value(mrb, histogram->buckets[bucket]);
	return mrb_ary_new_from_values(mrb, ARRAY_SIZE(values), values);
}

static mrb_value histogram_buckets(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	struct rows rows = rows_of(histogram);
	mrb_value array = mrb_ary_new(mrb);
	int arena = mrb_gc_arena_save(mrb);
	u32 i;

	for (i = rows.first; i < rows.end; i++) {
		mrb_ary_push(mrb, array, row(mrb, histogram, i));
		mrb_gc_arena_restore(mrb, arena);
	}
	return array;
}

static mrb_value histogram_to_s(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	struct rows rows = rows_of(histogram);
	mrb_value text;
	size_t room;

	if (!histogram->count)
		return mrb_str_new_lit(mrb, "(no values)\n");
	room = (rows.end - rows.first) * (LABEL_MAX + COUNT_MAX + BAR + sizeof(" ||\n") - 1);
	text = mrb_str_new(mrb, NULL, room);
	return mrb_str_resize(mrb, text, draw(RSTRING_PTR(text), room + 1, histogram, &rows));
}

static mrb_value histogram_inspect(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, self);
	const char *kind = histogram->step ? "linear" : "log2";

	if (!histogram->count)
		return mrb_format(mrb, "#<Linux::Histogram %s count=0>", kind);
	return mrb_format(mrb, "#<Linux::Histogram %s count=%i min=%i mean=%i max=%i>", kind,
			  (mrb_int)histogram->count, (mrb_int)histogram->min,
			  (mrb_int)kmvm_histogram_mean(histogram), (mrb_int)histogram->max);
}

KMVM_BINDING(histogram,
	"How values are spread: counts in buckets, in a memory of fixed size that is the VM's. Values are Integers of 64 bits; number, sum, least and greatest are exact. What has no values answers nil where there is nothing to tell.",
	{ histogram_log2, "Histogram.log2 -> Histogram",
	  "Buckets for 0, for 1, and for each power of two from there on; one for all that is below zero." },
	{ histogram_linear, "Histogram.linear(from: 0, to:, step:) -> Histogram",
	  "Buckets of one width, at most 1000; one for all that is below from, one for to and all above." },
	{ histogram_initialize_copy, "Histogram#initialize_copy(other) -> Histogram",
	  "What dup and clone do: the copy counts for itself." },
	{ histogram_add, "Histogram#add(value, count = 1) -> Histogram",
	  "Counts a value, as often as told. RangeError beyond 2**63 - 1 values." },
	{ histogram_add, "Histogram#<<(value) -> Histogram",
	  "As add, once." },
	{ histogram_count, "Histogram#count -> Integer",
	  "How many values were counted." },
	{ histogram_sum, "Histogram#sum -> Integer",
	  "Of all values." },
	{ histogram_min, "Histogram#min -> Integer or nil",
	  "The least value." },
	{ histogram_max, "Histogram#max -> Integer or nil",
	  "The greatest value." },
	{ histogram_mean, "Histogram#mean -> Integer or nil",
	  "Sum divided by count, rounded down." },
	{ histogram_percentile, "Histogram#percentile(part, whole = 100) -> Integer or nil",
	  "The greatest value of the bucket at which so large a part of the values is reached, or of all values if that is less: percentile(99), percentile(999, 1000)." },
	{ histogram_buckets, "Histogram#buckets -> Array",
	  "[from, to, count] of each bucket, from the first to the last that has counted something. It counts what is from or more, and less than to; nil is no bound." },
	{ histogram_clear, "Histogram#clear -> Histogram",
	  "Forgets all values." },
	{ histogram_to_s, "Histogram#to_s -> String",
	  "A line for each of the buckets: its bounds, its count, and a bar. K, M, G, T, P, E are powers of 1024." },
	{ histogram_inspect, "Histogram#inspect -> String",
	  "Kind, count, min, mean and max, in one line." });
