// SPDX-License-Identifier: GPL-2.0
/*
 * The writer goes over the objects in the order of their numbers, which grow while it does: no
 * recursion. The reader first makes all objects and then fills them, in an order in which
 * whatever is the key of a Hash is whole when it is used: ranges, arrays, hashes, and last those
 * hashes that have arrays for keys.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/internal.h>
#include <mruby/range.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "binding.h"
#include "budget.h"
#include "guard.h"
#include "histogram.h"
#include "message.h"
#include "queue.h"
#include "stack.h"
#include "vm.h"

enum tag {
	TAG_NIL,
	TAG_TRUE,
	TAG_FALSE,
	TAG_INTEGER,		/* s64 */
	TAG_SYMBOL,		/* u32 size, bytes */
	TAG_OBJECT,		/* u32 number */
};

enum kind {
	KIND_STRING,		/* u32 size, bytes */
	KIND_BIGINT,		/* likewise: digits, a minus before them perhaps */
	KIND_ARRAY,		/* u32 count, slots */
	KIND_HASH,		/* u32 count, slot of the default value, slots of keys and values */
	KIND_RANGE,		/* u8 without its end, two slots */
	KIND_EXCEPTION,		/* u32 size, name of the class; slots of message and backtrace */
	KIND_HISTOGRAM,		/* u32 size, struct kmvm_histogram */
	KIND_QUEUE,		/* u32 which */
};

#define KIND		0x0f
#define FROZEN		0x10
#define BY_ARRAYS	0x20	/* a Hash with keys that are arrays */

#define BASE		32	/* of a big integer's digits */

/* Writing. */

struct writer {
	struct kmvm_message *message;
	mrb_value value;
	bool queues;
};

static void check_room(mrb_state *mrb, const struct kmvm_message *message)
{
	if (message->bytes.failed || message->records.failed || message->objects.failed ||
	    message->places.failed)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	if (message->bytes.fill > KMVM_MESSAGE_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR,
			   "more than %d MiB cannot be copied to another VM at once",
			   (int)(KMVM_MESSAGE_MAX >> 20));
}

static void put_u32(struct kmvm_message *message, u32 number)
{
	kmvm_bytes_add(&message->bytes, &number, sizeof(number));
}

static void put_bytes(mrb_state *mrb, struct kmvm_message *message, const void *bytes, size_t size)
{
	if (size > KMVM_MESSAGE_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR,
			   "more than %d MiB cannot be copied to another VM at once",
			   (int)(KMVM_MESSAGE_MAX >> 20));
	put_u32(message, size);
	kmvm_bytes_add(&message->bytes, bytes, size);
}

static struct RBasic *object(const struct kmvm_message *message, u32 number)
{
	return ((struct RBasic **)message->objects.at)[number];
}

/* Where the number of an object is, or belongs. */
static u32 *place_of(const struct kmvm_message *message, const struct RBasic *wanted)
{
	u32 *places = (u32 *)message->places.at;
	u32 count = message->places.fill / sizeof(u32);
	u32 at = hash_ptr(wanted, ilog2(count));

	while (places[at] && object(message, places[at] - 1) != wanted)
		at = (at + 1) & (count - 1);
	return &places[at];
}

/* At least every other place stays free. */
static void make_places(mrb_state *mrb, struct kmvm_message *message)
{
	u32 count = message->places.fill / sizeof(u32);
	u32 i;

	if (message->count * 2 < count)
		return;
	count = count ? count * 2 : 64;
	message->places.fill = 0;
	if (!kmvm_bytes_extend(&message->places, count * sizeof(u32)))
		check_room(mrb, message);
	memset(message->places.at, 0, count * sizeof(u32));
	for (i = 0; i < message->count; i++) {
		*place_of(message, object(message, i)) = i + 1;
		if (!(i % 1024))
			cond_resched();
	}
	MRB_GUARD_WORK(mrb, message->count / 16);
}

static u32 number_of(mrb_state *mrb, struct kmvm_message *message, struct RBasic *basic)
{
	u32 *place;

	make_places(mrb, message);
	place = place_of(message, basic);
	if (!*place) {
		if (!kmvm_bytes_add(&message->objects, &basic, sizeof(basic)))
			check_room(mrb, message);
		*place = ++message->count;
	}
	return *place - 1;
}

static void put_object(mrb_state *mrb, struct kmvm_message *message, mrb_value value)
{
	u32 number = number_of(mrb, message, mrb_basic_ptr(value));

	kmvm_bytes_add_u8(&message->bytes, TAG_OBJECT);
	put_u32(message, number);
}

static void refuse(mrb_state *mrb, mrb_value value)
{
	mrb_raisef(mrb, E_TYPE_ERROR, "%C cannot be copied to another VM", mrb_obj_class(mrb, value));
}

static void put_symbol(mrb_state *mrb, struct kmvm_message *message, mrb_sym symbol)
{
	mrb_int size;
	const char *name = mrb_sym_name_len(mrb, symbol, &size);

	kmvm_bytes_add_u8(&message->bytes, TAG_SYMBOL);
	put_bytes(mrb, message, name, size);
}

static void put(mrb_state *mrb, struct kmvm_message *message, mrb_value value)
{
	s64 number;

	MRB_GUARD_STEP(mrb);
	switch (mrb_type(value)) {
	case MRB_TT_FALSE:
		kmvm_bytes_add_u8(&message->bytes, mrb_nil_p(value) ? TAG_NIL : TAG_FALSE);
		break;
	case MRB_TT_TRUE:
		kmvm_bytes_add_u8(&message->bytes, TAG_TRUE);
		break;
	case MRB_TT_INTEGER:
		number = mrb_integer(value);
		kmvm_bytes_add_u8(&message->bytes, TAG_INTEGER);
		kmvm_bytes_add(&message->bytes, &number, sizeof(number));
		break;
	case MRB_TT_SYMBOL:
		put_symbol(mrb, message, mrb_symbol(value));
		break;
	case MRB_TT_STRING:
	case MRB_TT_BIGINT:
	case MRB_TT_ARRAY:
	case MRB_TT_HASH:
	case MRB_TT_RANGE:
	case MRB_TT_EXCEPTION:
	case MRB_TT_CDATA:
		put_object(mrb, message, value);
		break;
	default:
		refuse(mrb, value);
	}
	check_room(mrb, message);
}

/* Of a subclass, or with methods of its own, it would not be what it was. */
static void check_class(mrb_state *mrb, mrb_value value, const struct RClass *class)
{
	if (mrb_basic_ptr(value)->c == class)
		return;
	if (mrb_obj_class(mrb, value) == class)
		mrb_raisef(mrb, E_TYPE_ERROR,
			   "a %C with methods of its own cannot be copied to another VM",
			   (struct RClass *)class);
	refuse(mrb, value);
}

static void begin(struct kmvm_message *message, mrb_value value, u8 kind)
{
	if (mrb_basic_ptr(value)->flags & MRB_FL_OBJ_IS_FROZEN)
		kind |= FROZEN;
	kmvm_bytes_add_u8(&message->bytes, kind);
}

static void put_string(mrb_state *mrb, struct kmvm_message *message, mrb_value string)
{
	check_class(mrb, string, mrb->string_class);
	begin(message, string, KIND_STRING);
	put_bytes(mrb, message, RSTRING_PTR(string), RSTRING_LEN(string));
	MRB_GUARD_WORK(mrb, RSTRING_LEN(string) / 64);
}

static void put_bigint(mrb_state *mrb, struct kmvm_message *message, mrb_value number)
{
	mrb_value digits = mrb_bint_to_s(mrb, number, BASE);

	begin(message, number, KIND_BIGINT);
	put_bytes(mrb, message, RSTRING_PTR(digits), RSTRING_LEN(digits));
}

static void put_array(mrb_state *mrb, struct kmvm_message *message, mrb_value array)
{
	mrb_int i;

	check_class(mrb, array, mrb->array_class);
	begin(message, array, KIND_ARRAY);
	put_u32(message, RARRAY_LEN(array));
	for (i = 0; i < RARRAY_LEN(array); i++)
		put(mrb, message, RARRAY_PTR(array)[i]);
}

struct pairs {
	struct kmvm_message *message;
	bool by_arrays;
};

static int put_pair(mrb_state *mrb, mrb_value key, mrb_value value, void *data)
{
	struct pairs *pairs = data;

	switch (mrb_type(key)) {
	case MRB_TT_ARRAY:
		pairs->by_arrays = true;
		break;
	case MRB_TT_FALSE:
	case MRB_TT_TRUE:
	case MRB_TT_INTEGER:
	case MRB_TT_BIGINT:
	case MRB_TT_SYMBOL:
	case MRB_TT_STRING:
	case MRB_TT_RANGE:
		break;
	default:
		mrb_raisef(mrb, E_TYPE_ERROR, "a Hash by %C cannot be copied to another VM",
			   mrb_obj_class(mrb, key));
	}
	put(mrb, pairs->message, key);
	put(mrb, pairs->message, value);
	return 0;
}

static void put_hash(mrb_state *mrb, struct kmvm_message *message, mrb_value hash)
{
	struct pairs pairs = { .message = message };
	size_t at = message->bytes.fill;
	mrb_value usual = mrb_nil_value();

	check_class(mrb, hash, mrb->hash_class);
	if (MRB_RHASH_PROCDEFAULT_P(hash))
		mrb_raise(mrb, E_TYPE_ERROR,
			  "a Hash with a default proc cannot be copied to another VM");
	if (MRB_RHASH_DEFAULT_P(hash))
		usual = mrb_iv_get(mrb, hash, mrb_intern_lit(mrb, "ifnone"));
	begin(message, hash, KIND_HASH);
	put_u32(message, mrb_hash_size(mrb, hash));
	put(mrb, message, usual);
	mrb_hash_foreach(mrb, mrb_hash_ptr(hash), put_pair, &pairs);
	if (pairs.by_arrays)
		message->bytes.at[at] |= BY_ARRAYS;
}

static void put_edge(mrb_state *mrb, struct kmvm_message *message, mrb_value edge)
{
	switch (mrb_type(edge)) {
	case MRB_TT_FALSE:
	case MRB_TT_INTEGER:
	case MRB_TT_BIGINT:
	case MRB_TT_STRING:
		put(mrb, message, edge);
		break;
	default:
		mrb_raisef(mrb, E_TYPE_ERROR, "a Range of %C cannot be copied to another VM",
			   mrb_obj_class(mrb, edge));
	}
}

static void put_range(mrb_state *mrb, struct kmvm_message *message, mrb_value range)
{
	check_class(mrb, range, mrb->range_class);
	begin(message, range, KIND_RANGE);
	kmvm_bytes_add_u8(&message->bytes, mrb_range_excl_p(mrb, range));
	put_edge(mrb, message, mrb_range_beg(mrb, range));
	put_edge(mrb, message, mrb_range_end(mrb, range));
}

static void put_exception(mrb_state *mrb, struct kmvm_message *message, mrb_value exc)
{
	mrb_value name = mrb_class_path(mrb, mrb_obj_class(mrb, exc));

	if (!mrb_string_p(name))
		name = mrb_str_new_lit(mrb, "Exception");
	begin(message, exc, KIND_EXCEPTION);
	put_bytes(mrb, message, RSTRING_PTR(name), RSTRING_LEN(name));
	put(mrb, message, mrb_exc_mesg_get(mrb, mrb_exc_ptr(exc)));
	put(mrb, message, mrb_exc_backtrace(mrb, exc));
}

static void put_histogram(mrb_state *mrb, struct kmvm_message *message, mrb_value value)
{
	const struct kmvm_histogram *histogram = kmvm_histogram_of(mrb, value);

	check_class(mrb, value, kmvm_histogram_class(mrb));
	begin(message, value, KIND_HISTOGRAM);
	put_bytes(mrb, message, histogram, kmvm_histogram_bytes(histogram->size));
}

static void put_queue(mrb_state *mrb, struct kmvm_message *message, mrb_value value)
{
	if (message->queues == KMVM_MESSAGE_QUEUES)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "more than %d queues at once",
			   KMVM_MESSAGE_QUEUES);
	begin(message, value, KIND_QUEUE);
	put_u32(message, message->queues);
	message->queue[message->queues++] = kmvm_queue_get(kmvm_queue_of(mrb, value));
}

static void put_record(mrb_state *mrb, struct writer *writer, struct RBasic *basic)
{
	struct kmvm_message *message = writer->message;
	mrb_value value = mrb_obj_value(basic);
	u32 at = message->bytes.fill;

	kmvm_bytes_add(&message->records, &at, sizeof(at));
	switch (basic->tt) {
	case MRB_TT_STRING:
		put_string(mrb, message, value);
		break;
	case MRB_TT_BIGINT:
		put_bigint(mrb, message, value);
		break;
	case MRB_TT_ARRAY:
		put_array(mrb, message, value);
		break;
	case MRB_TT_HASH:
		put_hash(mrb, message, value);
		break;
	case MRB_TT_RANGE:
		put_range(mrb, message, value);
		break;
	case MRB_TT_EXCEPTION:
		put_exception(mrb, message, value);
		break;
	default:
		if (kmvm_is_histogram(value))
			put_histogram(mrb, message, value);
		else if (writer->queues && kmvm_is_queue(value))
			put_queue(mrb, message, value);
		else
			refuse(mrb, value);
	}
	check_room(mrb, message);
}

static void write_all(mrb_state *mrb, void *data)
{
	struct writer *writer = data;
	struct kmvm_message *message = writer->message;
	int arena = mrb_gc_arena_save(mrb);
	u32 i;

	MRB_GUARD_DOOR(mrb);
	put(mrb, message, writer->value);
	for (i = 0; i < message->count; i++) {
		put_record(mrb, writer, object(message, i));
		mrb_gc_arena_restore(mrb, arena);
	}
}

struct kmvm_message *kmvm_message_write(mrb_state *mrb, mrb_value value, bool queues)
{
	struct writer writer = { .value = value, .queues = queues };
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	mrb_value exc;

	kmvm_guard_ample(mrb);
	/* Within the budget: a queue holds many, and most of them are small. */
	writer.message = kmvm_budget_data(sizeof(*writer.message), kmvm_gfp() | __GFP_ZERO);
	if (!writer.message)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	kmvm_message_hold(vm, writer.message);
	if (!kmvm_guard_try(vm, write_all, &writer, &exc)) {
		kmvm_message_free(kmvm_message_take(writer.message));
		mrb_exc_raise(mrb, exc);
	}
	kmvm_bytes_free(&writer.message->objects);
	kmvm_bytes_free(&writer.message->places);
	return writer.message;
}

void kmvm_message_hold(struct kmvm_vm *vm, struct kmvm_message *message)
{
	list_add_tail(&message->on_owner, &vm->messages);
}

struct kmvm_message *kmvm_message_take(struct kmvm_message *message)
{
	list_del_init(&message->on_owner);
	return message;
}

void kmvm_message_free(struct kmvm_message *message)
{
	if (!message)
		return;
	while (message->queues)
		kmvm_queue_put(message->queue[--message->queues]);
	kmvm_bytes_free(&message->bytes);
	kmvm_bytes_free(&message->records);
	kmvm_bytes_free(&message->objects);
	kmvm_bytes_free(&message->places);
	kmvm_budget_free(message, sizeof(*message));
}

void kmvm_messages_free(struct kmvm_vm *vm)
{
	struct kmvm_message *message, *next;

	list_for_each_entry_safe(message, next, &vm->messages, on_owner)
		kmvm_message_free(kmvm_message_take(message));
}

/* Reading. What is read was written here, so it is whole. */

struct reader {
	struct kmvm_message *message;
	const u8 *at;
	mrb_value made;		/* Array of all objects, by number */
	mrb_value value;
};

static void get(struct reader *reader, void *to, size_t size)
{
	memcpy(to, reader->at, size);
	reader->at += size;
}

static u8 get_u8(struct reader *reader)
{
	return *reader->at++;
}

static u32 get_u32(struct reader *reader)
{
	u32 number;

	get(reader, &number, sizeof(number));
	return number;
}

static const void *get_bytes(struct reader *reader, u32 *size)
{
	const void *bytes;

	*size = get_u32(reader);
	bytes = reader->at;
	reader->at += *size;
	return bytes;
}

/* To the record of an object. Returns its first byte. */
static u8 go_to(struct reader *reader, u32 number)
{
	const u32 *records = (const u32 *)reader->message->records.at;

	reader->at = reader->message->bytes.at + records[number];
	return get_u8(reader);
}

static mrb_value made(const struct reader *reader, u32 number)
{
	return RARRAY_PTR(reader->made)[number];
}

static mrb_value read_slot(mrb_state *mrb, struct reader *reader)
{
	const char *name;
	s64 number;
	u32 size;

	MRB_GUARD_STEP(mrb);
	switch (get_u8(reader)) {
	case TAG_TRUE:
		return mrb_true_value();
	case TAG_FALSE:
		return mrb_false_value();
	case TAG_INTEGER:
		get(reader, &number, sizeof(number));
		return mrb_int_value(mrb, number);
	case TAG_SYMBOL:
		name = get_bytes(reader, &size);
		return mrb_symbol_value(mrb_intern(mrb, name, size));
	case TAG_OBJECT:
		return made(reader, get_u32(reader));
	default:
		return mrb_nil_value();
	}
}

static mrb_value make_bigint(mrb_state *mrb, struct reader *reader)
{
	const char *digits;
	bool negative;
	u32 size;

	digits = get_bytes(reader, &size);
	negative = size && *digits == '-';
	return mrb_bint_new_str(mrb, digits + negative, size - negative, negative ? -BASE : BASE);
}

/* The exception's class here, or NULL. Those of Errno are made when they are asked for. */
static struct RClass *exception_class(mrb_state *mrb, const char *path, u32 size)
{
	static const char outer[] = "Errno::";
	const u32 length = sizeof(outer) - 1;
	mrb_sym define = mrb_intern_lit(mrb, "__errno_define");
	struct RClass *module;

	if (size > length && !memcmp(path, outer, length)) {
		module = kmvm_class_find(mrb, outer, length - 2);
		if (module && mrb_respond_to(mrb, mrb_obj_value(module), define))
			mrb_funcall_id(mrb, mrb_obj_value(module), define, 1,
				       mrb_symbol_value(mrb_intern(mrb, path + length, size - length)));
	}
	return kmvm_exception_find(mrb, path, size);
}

/* What it holds follows. */
static mrb_value make_exception(mrb_state *mrb, struct reader *reader)
{
	struct RClass *class;
	const char *path;
	u32 size;

	path = get_bytes(reader, &size);
	class = exception_class(mrb, path, size);
	return mrb_obj_value(mrb_obj_alloc(mrb, MRB_TT_EXCEPTION, class ?: E_RUNTIME_ERROR));
}

static mrb_value make_string(mrb_state *mrb, struct reader *reader)
{
	const char *bytes;
	u32 size;

	bytes = get_bytes(reader, &size);
	MRB_GUARD_WORK(mrb, size / 64);
	return mrb_str_new(mrb, bytes, size);
}

static mrb_value make_histogram(mrb_state *mrb, struct reader *reader)
{
	const void *bytes;
	u32 size;

	bytes = get_bytes(reader, &size);
	return kmvm_histogram_read(mrb, bytes, size);
}

static mrb_value make(mrb_state *mrb, struct reader *reader, u8 kind)
{
	switch (kind & KIND) {
	case KIND_STRING:
		return make_string(mrb, reader);
	case KIND_BIGINT:
		return make_bigint(mrb, reader);
	case KIND_ARRAY:
		return mrb_ary_new_capa(mrb, get_u32(reader));
	case KIND_HASH:
		return mrb_hash_new(mrb);
	case KIND_EXCEPTION:
		return make_exception(mrb, reader);
	case KIND_HISTOGRAM:
		return make_histogram(mrb, reader);
	case KIND_QUEUE:
		return kmvm_queue_object(mrb, NULL, reader->message->queue[get_u32(reader)]);
	default:
		return mrb_nil_value();
	}
}

static void freeze(mrb_value value, u8 kind)
{
	if (kind & FROZEN && !mrb_immediate_p(value))
		MRB_SET_FROZEN_FLAG(mrb_basic_ptr(value));
}

static void make_range(mrb_state *mrb, struct reader *reader, u32 number)
{
	mrb_bool without_end = get_u8(reader);
	mrb_value begin = read_slot(mrb, reader);
	mrb_value end = read_slot(mrb, reader);

	mrb_ary_set(mrb, reader->made, number, mrb_range_new(mrb, begin, end, without_end));
}

static void fill_array(mrb_state *mrb, struct reader *reader, mrb_value array)
{
	int arena = mrb_gc_arena_save(mrb);
	u32 count = get_u32(reader);

	while (count--) {
		mrb_ary_push(mrb, array, read_slot(mrb, reader));
		mrb_gc_arena_restore(mrb, arena);
	}
}

/* The class is not there: its name is told. */
static mrb_value named(mrb_state *mrb, const char *path, u32 size, mrb_value text)
{
	mrb_value words = mrb_str_new(mrb, path, size);

	if (mrb_nil_p(text))
		return words;
	mrb_str_cat_lit(mrb, words, ": ");
	return mrb_str_append(mrb, words, text);
}

static void fill_exception(mrb_state *mrb, struct reader *reader, mrb_value exc)
{
	struct RException *exception = mrb_exc_ptr(exc);
	mrb_value text, backtrace;
	const char *path;
	u32 size;

	path = get_bytes(reader, &size);
	text = read_slot(mrb, reader);
	backtrace = read_slot(mrb, reader);
	if (!kmvm_exception_find(mrb, path, size))
		text = named(mrb, path, size, text);
	if (mrb_string_p(text))
		mrb_exc_mesg_set(mrb, exception, text);
	if (mrb_array_p(backtrace)) {
		exception->backtrace = mrb_obj_ptr(backtrace);
		mrb_field_write_barrier(mrb, (struct RBasic *)exception,
					mrb_basic_ptr(backtrace));
	}
}

static void fill_hash(mrb_state *mrb, struct reader *reader, mrb_value hash)
{
	int arena = mrb_gc_arena_save(mrb);
	u32 count = get_u32(reader);
	mrb_value usual = read_slot(mrb, reader);
	mrb_value key;

	if (!mrb_nil_p(usual)) {
		RHASH(hash)->flags |= MRB_HASH_DEFAULT;
		mrb_iv_set(mrb, hash, mrb_intern_lit(mrb, "ifnone"), usual);
	}
	while (count--) {
		key = read_slot(mrb, reader);
		mrb_hash_set(mrb, hash, key, read_slot(mrb, reader));
		mrb_gc_arena_restore(mrb, arena);
	}
}

static const u8 passes[] = {
	KIND_RANGE, KIND_ARRAY, KIND_EXCEPTION, KIND_HASH, KIND_HASH | BY_ARRAYS,
};

static void fill(mrb_state *mrb, struct reader *reader, u32 number, u8 pass)
{
	u8 kind = go_to(reader, number);
	mrb_value value = made(reader, number);

	if ((kind & (KIND | BY_ARRAYS)) != pass)
		return;
	switch (kind & KIND) {
	case KIND_RANGE:
		make_range(mrb, reader, number);
		return;
	case KIND_ARRAY:
		fill_array(mrb, reader, value);
		break;
	case KIND_EXCEPTION:
		fill_exception(mrb, reader, value);
		break;
	case KIND_HASH:
		fill_hash(mrb, reader, value);
		break;
	}
	freeze(value, kind);
}

static void make_all(mrb_state *mrb, struct reader *reader)
{
	int arena = mrb_gc_arena_save(mrb);
	mrb_value value;
	u32 i;
	u8 kind;

	for (i = 0; i < reader->message->count; i++) {
		kind = go_to(reader, i);
		value = make(mrb, reader, kind);
		if ((kind & KIND) == KIND_STRING || (kind & KIND) == KIND_HISTOGRAM)
			freeze(value, kind);
		mrb_ary_push(mrb, reader->made, value);
		mrb_gc_arena_restore(mrb, arena);
		MRB_GUARD_STEP(mrb);
	}
}

static void read_all(mrb_state *mrb, void *data)
{
	struct reader *reader = data;
	struct kmvm_message *message = reader->message;
	int arena;
	unsigned int pass;
	u32 i;

	/* Here, where the message is freed if it raises. */
	MRB_GUARD_DOOR(mrb);
	reader->made = mrb_ary_new_capa(mrb, message->count);
	/* Without a class no script gets hold of it. */
	mrb_basic_ptr(reader->made)->c = NULL;
	arena = mrb_gc_arena_save(mrb);
	make_all(mrb, reader);
	for (pass = 0; pass < ARRAY_SIZE(passes); pass++) {
		for (i = message->count; i--; ) {
			fill(mrb, reader, i, passes[pass]);
			mrb_gc_arena_restore(mrb, arena);
			MRB_GUARD_STEP(mrb);
		}
	}
	reader->at = message->bytes.at;
	reader->value = read_slot(mrb, reader);
}

mrb_value kmvm_message_read(mrb_state *mrb, struct kmvm_message *message)
{
	struct reader reader = { .message = message, .value = mrb_nil_value() };
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	mrb_value exc;
	bool whole;

	kmvm_message_hold(vm, message);
	whole = kmvm_guard_try(vm, read_all, &reader, &exc);
	kmvm_message_free(kmvm_message_take(message));
	if (!whole)
		mrb_exc_raise(mrb, exc);
	mrb_gc_protect(mrb, reader.value);
	return reader.value;
}
