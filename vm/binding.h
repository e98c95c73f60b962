/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a binding is made of. Each binding is one file with one table; the table is what
 * Ruby sees and what docs/reference.md prints.
 *
 * A row's signature is Ruby's own notation and the only copy of the method's name:
 *
 *	"Timer.every(ms: nil, us: nil) { |timer| } -> Timer"
 *	 |     |     |                             |
 *	 |     |     arguments                     for people
 *	 |     method; '.' on the class, '#' on its objects
 *	 class or module, under Linux unless "::" stands before it
 *
 * A receiver with a '#' row becomes a class, one without a module, unless it exists.
 */
#ifndef KMVM_BINDING_H
#define KMVM_BINDING_H

#include <linux/types.h>

#include <mruby.h>
#include <mruby/data.h>

struct kmvm_handle;
struct kmvm_vm;

struct kmvm_method {
	mrb_func_t function;
	const char *signature;
	const char *help;
};

/* In a row: the method is there already, from bindings/ruby/. */
#define KMVM_IN_RUBY	NULL

struct kmvm_binding {
	const char *name;
	const char *help;
	void (*open)(mrb_state *mrb);	/* called once the methods are there; may be NULL */
	const struct kmvm_method *methods;
	size_t count;
};

#define KMVM_BINDING_OPEN(name_, help_, open_, ...)				\
	static const struct kmvm_method name_##_methods[] = { __VA_ARGS__ };	\
	const struct kmvm_binding kmvm_binding_##name_ = {			\
		.name = #name_,							\
		.help = help_,							\
		.open = open_,							\
		.methods = name_##_methods,					\
		.count = ARRAY_SIZE(name_##_methods),				\
	}

#define KMVM_BINDING(name_, help_, ...) KMVM_BINDING_OPEN(name_, help_, NULL, __VA_ARGS__)

/**
 * kmvm_bindings_define() - makes the methods of all tables known to Ruby
 * @mrb:	a state that has its core
 * @bindings:	the tables, ended by NULL
 *
 * Context: the VM's thread, on a landing pad; may raise.
 */
void kmvm_bindings_define(mrb_state *mrb, const struct kmvm_binding *const *bindings);

/* The VM of a state. */
struct kmvm_vm *kmvm_vm_of(mrb_state *mrb);

/**
 * kmvm_class_find() - a class or module as it is named now
 * @mrb:	the state
 * @path:	"Linux::Histogram"
 * @size:	bytes of it
 *
 * Calls no Ruby, as mrb_class_get() does by way of const_missing.
 *
 * Context: the VM's thread, in Ruby; may raise NoMemoryError.
 * Return: it; NULL if a script has taken it away.
 */
struct RClass *kmvm_class_find(mrb_state *mrb, const char *path, size_t size);

/* As kmvm_class_find(), of exceptions: NULL for any other class. */
struct RClass *kmvm_exception_find(mrb_state *mrb, const char *path, size_t size);

/* What a binding raises: of the class of that path, or StandardError. Calls no Ruby. */
struct RClass *kmvm_error_class(mrb_state *mrb, const char *path);

/*
 * Raises what a binding may meet whatever it does: NoMemoryError of -ENOMEM, Linux::LimitError of
 * -EUSERS, in @words with a %d for @max. Returns for any other error.
 */
void kmvm_raise_scarce(mrb_state *mrb, int error, const char *words, int max);

/* An Integer of 64 bits; raises RangeError for one beyond, TypeError for what is none. */
mrb_int kmvm_integer(mrb_state *mrb, mrb_value value);

/* An address: most lie above the Integers that are no big ones. As kmvm_integer(). */
u64 kmvm_address(mrb_state *mrb, mrb_value value);

/* hash[:name] = value */
void kmvm_hash_set(mrb_state *mrb, mrb_value hash, const char *name, mrb_value value);

/* The same of a number; of one beyond the Integers, the greatest. */
void kmvm_hash_set_number(mrb_state *mrb, mrb_value hash, const char *name, u64 value);

/**
 * kmvm_object_new() - makes the Ruby object that will stand for a handle
 * @mrb:	the state
 * @class:	its class, from a table
 * @type:	its type
 * @block:	what the handle's events run; kept alive by the object
 *
 * It points to nothing until kmvm_object_bind(). May raise, so it comes before anything
 * that would have to be released: Linux::LimitError when the VM has KMVM_HANDLES_MAX.
 *
 * Return: the object.
 */
mrb_value kmvm_object_new(mrb_state *mrb, mrb_value class, const mrb_data_type *type,
			  mrb_value block);

/* Ties an object to an open handle, which keeps it alive from then on. Does not raise. */
void kmvm_object_bind(mrb_value object, struct kmvm_handle *handle);

/* The object of a bound handle, and the block it was made with. */
mrb_value kmvm_object_of(const struct kmvm_handle *handle);
mrb_value kmvm_object_block(mrb_state *mrb, mrb_value object);

#endif /* KMVM_BINDING_H */
