// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the tables of the bindings. A signature is walked once, left to right:
 *
 *	["::"] Name {"::" Name} ("." | "#") method ["(" arguments ")"] ...
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/internal.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "binding.h"
#include "budget.h"
#include "vm.h"

struct signature {
	const char *path;	/* of the receiver */
	size_t path_size;
	bool on_class;
	const char *method;
	size_t method_size;
	const char *rest;	/* after the method's name */
};

static bool in_name(char c)
{
	return isalnum(c) || c == '_' || c == ':';
}

static void split(const char *text, struct signature *sig)
{
	const char *c = text;

	while (in_name(*c))
		c++;
	sig->path = text;
	sig->path_size = c - text;
	sig->on_class = *c == '.';
	sig->method = ++c;
	/* An operator such as << or [] ends at the bracket of its arguments or at a space. */
	while (*c && *c != '(' && *c != ' ')
		c++;
	sig->method_size = c - sig->method;
	sig->rest = c;
}

/* Required, optional, rest and keyword arguments, as mruby counts them. */
static mrb_aspec arity(const char *rest)
{
	unsigned int required = 0, optional = 0, keywords = 0, nested = 0;
	bool splat = false, keyword = false, given = false;
	const char *c;

	if (*rest != '(')
		return strchr(rest, '{') ? MRB_ARGS_BLOCK() : MRB_ARGS_NONE();
	for (c = rest + 1; *c && (nested || *c != ')'); c++) {
		if (*c == '(' || *c == '[')
			nested++;
		else if (*c == ')' || *c == ']')
			nested--;
		else if (*c == '*')
			splat = true;
		else if (*c == '=')
			given = true;
		else if (*c == ':')
			keyword = true;
		if (nested || (c[1] != ',' && c[1] != ')'))
			continue;
		if (keyword)
			keywords++;
		else if (given)
			optional++;
		else if (!splat)
			required++;
		keyword = false;
		given = false;
	}
	return MRB_ARGS_ARG(required, optional) | (splat ? MRB_ARGS_REST() : 0) |
	       (keywords ? MRB_ARGS_KEY(keywords, 0) : 0) |
	       (strchr(c, '{') ? MRB_ARGS_BLOCK() : 0);
}

static bool has_objects(const struct kmvm_binding *binding, const struct signature *receiver)
{
	struct signature sig;
	size_t i;

	for (i = 0; i < binding->count; i++) {
		split(binding->methods[i].signature, &sig);
		if (!sig.on_class && sig.path_size == receiver->path_size &&
		    !memcmp(sig.path, receiver->path, sig.path_size))
			return true;
	}
	return false;
}

static struct RClass *open_class(mrb_state *mrb, struct RClass *outer, const char *name)
{
	struct RClass *class = mrb_define_class_under(mrb, outer, name, mrb->object_class);

	MRB_SET_INSTANCE_TT(class, MRB_TT_CDATA);
	mrb_undef_class_method(mrb, class, "new");
	return class;
}

/* The class or module that a signature names, made if it is not there. */
static struct RClass *receiver(mrb_state *mrb, const struct kmvm_binding *binding,
			       const struct signature *sig)
{
	struct RClass *outer = mrb->object_class;
	const char *c = sig->path, *end = c + sig->path_size;
	char name[32];

	if (c[0] == ':')
		c += 2;
	else if (strncmp(c, "Linux.", 6))
		outer = mrb_define_module(mrb, "Linux");
	while (c < end) {
		const char *part = c;

		while (c < end && *c != ':')
			c++;
		if (strscpy(name, part, min_t(size_t, c - part + 1, sizeof(name))) < 0 &&
		    c - part >= sizeof(name))
			mrb_raise(mrb, E_NAME_ERROR, "name too long in a binding");
		c += c < end ? 2 : 0;
		if (mrb_const_defined_at(mrb, mrb_obj_value(outer), mrb_intern_cstr(mrb, name)))
			outer = mrb_class_ptr(mrb_const_get(mrb, mrb_obj_value(outer),
							    mrb_intern_cstr(mrb, name)));
		else if (c < end || !has_objects(binding, sig))
			outer = mrb_define_module_under(mrb, outer, name);
		else
			outer = open_class(mrb, outer, name);
	}
	return outer;
}

/* What a table says of Ruby has to be so. */
static void check(mrb_state *mrb, struct RClass *class, bool on_class, mrb_sym name)
{
	if (on_class)
		class = mrb_singleton_class_ptr(mrb, mrb_obj_value(class));
	if (!mrb_obj_respond_to(mrb, class, name))
		mrb_raisef(mrb, E_NAME_ERROR, "no %n of %C in bindings/ruby", name, class);
}

static void define(mrb_state *mrb, const struct kmvm_binding *binding,
		   const struct kmvm_method *method)
{
	struct signature sig;
	struct RClass *class;
	mrb_sym name;

	split(method->signature, &sig);
	class = receiver(mrb, binding, &sig);
	name = mrb_intern(mrb, sig.method, sig.method_size);
	if (!method->function) {
		check(mrb, class, sig.on_class, name);
		return;
	}
	if (sig.on_class)
		mrb_define_class_method_id(mrb, class, name, method->function, arity(sig.rest));
	else
		mrb_define_method_id(mrb, class, name, method->function, arity(sig.rest));
}

void kmvm_bindings_define(mrb_state *mrb, const struct kmvm_binding *const *bindings)
{
	mrb_define_class_under(mrb, mrb_define_module(mrb, "Linux"), "LimitError",
			       E_STANDARD_ERROR);
	for (; *bindings; bindings++) {
		const struct kmvm_binding *binding = *bindings;
		size_t i;

		for (i = 0; i < binding->count; i++) {
			int arena = mrb_gc_arena_save(mrb);

			define(mrb, binding, &binding->methods[i]);
			mrb_gc_arena_restore(mrb, arena);
		}
		if (binding->open)
			binding->open(mrb);
	}
}

struct kmvm_vm *kmvm_vm_of(mrb_state *mrb)
{
	return mrb->allocf_ud;
}

struct RClass *kmvm_class_find(mrb_state *mrb, const char *path, size_t size)
{
	struct RClass *class = mrb->object_class;
	const char *end = path + size;

	while (path < end) {
		const char *part = path;
		mrb_value found;
		mrb_sym name;

		while (path < end && *path != ':')
			path++;
		name = mrb_intern(mrb, part, path - part);
		path += 2;
		if (!mrb_const_defined_at(mrb, mrb_obj_value(class), name))
			return NULL;
		found = mrb_const_get(mrb, mrb_obj_value(class), name);
		if (mrb_type(found) != MRB_TT_CLASS && mrb_type(found) != MRB_TT_MODULE)
			return NULL;
		class = mrb_class_ptr(found);
	}
	return class;
}

struct RClass *kmvm_exception_find(mrb_state *mrb, const char *path, size_t size)
{
	struct RClass *class = kmvm_class_find(mrb, path, size), *super;

	for (super = class; super; super = super->super)
		if (super == mrb->eException_class)
			return MRB_INSTANCE_TT(class) == MRB_TT_EXCEPTION ? class : NULL;
	return NULL;
}

struct RClass *kmvm_error_class(mrb_state *mrb, const char *path)
{
	return kmvm_exception_find(mrb, path, strlen(path)) ?: mrb->eStandardError_class;
}

void kmvm_raise_scarce(mrb_state *mrb, int error, const char *words, int max)
{
	if (error == -ENOMEM)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	if (error == -EUSERS)
		mrb_raisef(mrb, kmvm_error_class(mrb, "Linux::LimitError"), words, max);
}

mrb_int kmvm_integer(mrb_state *mrb, mrb_value value)
{
	/* mrb_as_int() finds that an Integer is not an Integer. */
	if (mrb_bigint_p(value))
		mrb_raise(mrb, E_RANGE_ERROR, "Integer beyond 64 bits");
	return mrb_as_int(mrb, value);
}

u64 kmvm_address(mrb_state *mrb, mrb_value value)
{
	mrb_int address;

	if (mrb_bigint_p(value))
		return mrb_bint_as_uint64(mrb, value);
	address = mrb_as_int(mrb, value);
	if (address < 0)
		mrb_raise(mrb, E_RANGE_ERROR, "an address is not negative");
	return address;
}

void kmvm_hash_set(mrb_state *mrb, mrb_value hash, const char *name, mrb_value value)
{
	mrb_hash_set(mrb, hash, mrb_symbol_value(mrb_intern_cstr(mrb, name)), value);
}

void kmvm_hash_set_number(mrb_state *mrb, mrb_value hash, const char *name, u64 value)
{
	kmvm_hash_set(mrb, hash, name, mrb_int_value(mrb, min_t(u64, value, MRB_INT_MAX)));
}

/* A name that no script can write, so the block is reached from here only. */
static mrb_sym block_name(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "block");
}

mrb_value kmvm_object_new(mrb_state *mrb, mrb_value class, const mrb_data_type *type,
			  mrb_value block)
{
	struct RData *data;
	mrb_value object;

	if (kmvm_vm_of(mrb)->handle_count >= KMVM_HANDLES_MAX)
		mrb_raisef(mrb, kmvm_error_class(mrb, "Linux::LimitError"),
			   "a VM has at most %d timers, works, threads, notifiers, probes and files",
			   KMVM_HANDLES_MAX);
	data = mrb_data_object_alloc(mrb, mrb_class_ptr(class), NULL, type);
	object = mrb_obj_value(data);
	mrb_iv_set(mrb, object, block_name(mrb), block);
	return object;
}

void kmvm_object_bind(mrb_value object, struct kmvm_handle *handle)
{
	handle->object = RDATA(object);
	handle->object->data = handle;
}

mrb_value kmvm_object_of(const struct kmvm_handle *handle)
{
	return mrb_obj_value(handle->object);
}

mrb_value kmvm_object_block(mrb_state *mrb, mrb_value object)
{
	return mrb_iv_get(mrb, object, block_name(mrb));
}
