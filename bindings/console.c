// SPDX-License-Identifier: GPL-2.0
/*
 * $stdout and $stderr, and the methods of Kernel that print to them. One call is one
 * piece of output: its text is put together first, so lines of two streams do not mix.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/guard.h"
#include "../vm/output.h"
#include "../vm/run.h"
#include "../vm/text.h"
#include "../vm/vm.h"
#include "bindings.h"

/* Bytes after which a stop may come in between. */
#define PIECE		SZ_256K

static const struct mrb_data_type io_type = { "IO", NULL };

static bool is_io(mrb_state *mrb, mrb_value object)
{
	return mrb_data_check_get_ptr(mrb, object, &io_type);
}

static void print(mrb_state *mrb, mrb_value io, mrb_value text)
{
	enum kmvm_stream stream = (uintptr_t)mrb_data_get_ptr(mrb, io, &io_type);
	int level = stream == KMVM_STDOUT ? LOGLEVEL_INFO : LOGLEVEL_WARNING;
	mrb_int done = 0, size;

	kmvm_guard_print(mrb);
	do {
		size = min_t(mrb_int, RSTRING_LEN(text) - done, PIECE);
		kmvm_vm_print(kmvm_vm_of(mrb), level, RSTRING_PTR(text) + done, size);
		done += size;
		MRB_GUARD_WORK(mrb, MRB_GUARD_READ(size));
	} while (done < RSTRING_LEN(text));
}

static mrb_value io_puts(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	print(mrb, self, kmvm_text_lines(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value io_print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	print(mrb, self, kmvm_text_joined(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value io_write(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_value text;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	text = kmvm_text_joined(mrb, objects, count);
	print(mrb, self, text);
	return mrb_int_value(mrb, RSTRING_LEN(text));
}

static mrb_value io_printf(mrb_state *mrb, mrb_value self)
{
	const mrb_value *arguments;
	mrb_int count;

	mrb_get_args(mrb, "*", &arguments, &count);
	print(mrb, self, kmvm_text_formatted(mrb, arguments, count));
	return mrb_nil_value();
}

static mrb_value io_append(mrb_state *mrb, mrb_value self)
{
	print(mrb, self, mrb_obj_as_string(mrb, mrb_get_arg1(mrb)));
	return self;
}

static mrb_value io_self(mrb_state *mrb, mrb_value self)
{
	return self;
}

static mrb_value io_sync(mrb_state *mrb, mrb_value self)
{
	return mrb_true_value();
}

static mrb_value io_set_sync(mrb_state *mrb, mrb_value self)
{
	return mrb_get_arg1(mrb);
}

static mrb_value io_fileno(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value((uintptr_t)mrb_data_get_ptr(mrb, self, &io_type));
}

static mrb_value io_tty(mrb_state *mrb, mrb_value self)
{
	return mrb_false_value();
}

/* To what a script may have put into $stdout or $stderr. */
static void print_to(mrb_state *mrb, mrb_sym variable, mrb_value text)
{
	mrb_value io = mrb_gv_get(mrb, variable);

	if (is_io(mrb, io))
		print(mrb, io, text);
	else
		mrb_funcall(mrb, io, "write", 1, text);
}

static mrb_sym out(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "$stdout");
}

static mrb_sym err(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "$stderr");
}

static mrb_value kernel_puts(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	print_to(mrb, out(mrb), kmvm_text_lines(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value kernel_print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	print_to(mrb, out(mrb), kmvm_text_joined(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value kernel_p(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_str_new(mrb, NULL, 0);
	const mrb_value *objects;
	mrb_int count, i;

	mrb_get_args(mrb, "*", &objects, &count);
	for (i = 0; i < count; i++) {
		mrb_str_cat_str(mrb, text, mrb_inspect(mrb, objects[i]));
		mrb_str_cat_lit(mrb, text, "\n");
	}
	print_to(mrb, out(mrb), text);
	if (count > 1)
		return mrb_ary_new_from_values(mrb, count, objects);
	return count ? objects[0] : mrb_nil_value();
}

static mrb_value kernel_printf(mrb_state *mrb, mrb_value self)
{
	const mrb_value *arguments;
	mrb_int count;

	mrb_get_args(mrb, "*", &arguments, &count);
	print_to(mrb, out(mrb), kmvm_text_formatted(mrb, arguments, count));
	return mrb_nil_value();
}

static mrb_value kernel_warn(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	if (count)
		print_to(mrb, err(mrb), kmvm_text_lines(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value kernel_gets(mrb_state *mrb, mrb_value self)
{
	mrb_raise(mrb, E_NOTIMP_ERROR,
		  "there is nothing to read from inside the kernel; pass ARGV instead");
	return mrb_nil_value();
}

static mrb_value linux_columns(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_vm *vm = kmvm_vm_of(mrb);

	if (!vm->active || !vm->active->request.columns || vm->out->kind != KMVM_OUTPUT_READ)
		return mrb_nil_value();
	return mrb_fixnum_value(vm->active->request.columns);
}

static void open_stream(mrb_state *mrb, enum kmvm_stream stream, const char *variable,
			const char *constant)
{
	struct RClass *class = mrb_class_get(mrb, "IO");
	mrb_value io = mrb_obj_value(mrb_data_object_alloc(mrb, class, (void *)(uintptr_t)stream,
							   &io_type));

	mrb_gv_set(mrb, mrb_intern_cstr(mrb, variable), io);
	mrb_define_global_const(mrb, constant, io);
}

static void console_open(mrb_state *mrb)
{
	open_stream(mrb, KMVM_STDOUT, "$stdout", "STDOUT");
	open_stream(mrb, KMVM_STDERR, "$stderr", "STDERR");
}

KMVM_BINDING_OPEN(console,
	"Printing. What a run prints goes to the session that asked for it, and so does what the blocks of its timers print while the run is not over; after that they print to the log of the VM (kmctl log), and the kernel log gets what its rate allows. There is no input.",
	console_open,
	{ kernel_puts, "::Kernel#puts(*objects) -> nil",
	  "Prints each object on a line of its own; of an array, each element." },
	{ kernel_print, "::Kernel#print(*objects) -> nil",
	  "Prints the objects one after the other." },
	{ kernel_p, "::Kernel#p(*objects) -> object, Array or nil",
	  "Prints each object, inspected, on a line of its own, and returns them." },
	{ kernel_printf, "::Kernel#printf(format, *arguments) -> nil",
	  "Prints what format makes of its arguments." },
	{ kernel_warn, "::Kernel#warn(*objects) -> nil",
	  "As puts, to $stderr." },
	{ kernel_gets, "::Kernel#gets(*ignored) -> never",
	  "Raises NotImplementedError: a script in the kernel has no input but ARGV." },
	{ io_puts, "::IO#puts(*objects) -> nil",
	  "As Kernel#puts, to this stream. $stdout and STDOUT, $stderr and STDERR are such." },
	{ io_print, "::IO#print(*objects) -> nil", "As Kernel#print, to this stream." },
	{ io_printf, "::IO#printf(format, *arguments) -> nil",
	  "As Kernel#printf, to this stream." },
	{ io_write, "::IO#write(*objects) -> Integer",
	  "Prints the objects and returns how many bytes they had." },
	{ io_append, "::IO#<<(object) -> IO", "Prints the object and returns the stream." },
	{ io_self, "::IO#flush -> IO", "Does nothing: each call prints at once." },
	{ io_sync, "::IO#sync -> true", "Is true: each call prints at once." },
	{ io_set_sync, "::IO#sync=(ignored) -> object", "Does nothing." },
	{ io_fileno, "::IO#fileno -> Integer", "1 for $stdout, 2 for $stderr." },
	{ io_tty, "::IO#tty? -> false",
	  "Is false: what becomes of the output is not known here." },
	{ linux_columns, "Linux.columns -> Integer or nil",
	  "Characters in a line of the terminal where the run prints, as kmctl has told when it began; nil where it prints to none." });
