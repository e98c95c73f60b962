// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::ProcFile and Linux::DebugFile: a file whose content a block makes when it is read.
 *
 *	new --> open --somebody reads or writes: kmvm_event_post()--> file_event()
 *	         ^                                                       | the block
 *	         +---file_done(): who asks is told <---------------------+
 *
 * struct proc_file is the VM's handle; vm/served.c has what other tasks see of it. What is being
 * answered is the handle's, too: a block that never comes back here, because it closes its file
 * or by abort(), is answered for by close_file().
 *
 * What a block is given collects its text in a String of the VM's heap, and takes no more once
 * the block is over.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/error.h"
#include "../vm/guard.h"
#include "../vm/served.h"
#include "../vm/stack.h"
#include "../vm/text.h"
#include "../vm/vm.h"
#include "bindings.h"

struct proc_file {
	struct kmvm_handle handle;
	struct kmvm_served *served;	/* NULL until it is there */
	struct kmvm_exchange *asked;	/* its block runs, or may have run */
	int error;			/* what that is answered */
};

static struct proc_file *file_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct proc_file, handle);
}

/* Kernel half. */

static void answer_asked(struct proc_file *file, int error)
{
	struct kmvm_exchange *exchange = file->asked;

	file->asked = NULL;
	if (exchange)
		kmvm_exchange_answer(exchange, error);
}

static void close_file(struct kmvm_handle *handle)
{
	struct proc_file *file = file_of(handle);

	answer_asked(file, -ENODEV);
	if (file->served)
		kmvm_served_close(file->served);
}

static void free_file(struct kmvm_handle *handle)
{
	kfree(file_of(handle));
}

static void file_done(struct kmvm_handle *handle, bool failed)
{
	struct proc_file *file = file_of(handle);

	answer_asked(file, file->error);
}

/* Ruby half. */

static const struct mrb_data_type file_type = { "Linux::ProcFile", NULL };
static const struct mrb_data_type output_type = { "Linux::FileOutput", NULL };

/* Names that no script can write. */
#define ON_WRITE mrb_intern_lit(mrb, "write")
#define PATH	 mrb_intern_lit(mrb, "path")
#define TEXT	 mrb_intern_lit(mrb, "text")

static struct kmvm_handle *handle_of(mrb_state *mrb, mrb_value object)
{
	return mrb_data_get_ptr(mrb, object, &file_type);
}

/* A reader and what is read. */

static mrb_value text_of(mrb_state *mrb, mrb_value output)
{
	mrb_value text;

	mrb_data_get_ptr(mrb, output, &output_type);
	text = mrb_iv_get(mrb, output, TEXT);
	if (!mrb_string_p(text))
		mrb_raise(mrb, E_RUNTIME_ERROR, "whoever reads the file has been answered");
	return text;
}

static void write_to(mrb_state *mrb, mrb_value output, mrb_value more)
{
	mrb_value text = text_of(mrb, output);

	if (RSTRING_LEN(text) + RSTRING_LEN(more) > KMVM_SERVED_MAX)
		kmvm_raise_errno(mrb, -EFBIG, mrb_str_new_lit(mrb, "write more than 1 MiB to a file"));
	mrb_str_cat_str(mrb, text, more);
}

static mrb_value new_output(mrb_state *mrb)
{
	struct RClass *class = kmvm_class_find(mrb, "Linux::FileOutput", 17) ?: mrb->object_class;
	mrb_value output = mrb_obj_value(mrb_data_object_alloc(mrb, class, NULL, &output_type));

	mrb_iv_set(mrb, output, TEXT, mrb_str_new(mrb, NULL, 0));
	return output;
}

/* What the exception tells who asks: its Errno; 0 if it has none. */
static int errno_of(mrb_state *mrb, mrb_value exc)
{
	mrb_sym name = mrb_intern_lit(mrb, "Errno");
	struct RClass *class;
	mrb_value number;

	if (!mrb_exception_p(exc))
		return 0;
	for (class = mrb_class(mrb, exc); class; class = class->super) {
		if (class->tt == MRB_TT_ICLASS ||
		    !mrb_const_defined_at(mrb, mrb_obj_value(class), name))
			continue;
		number = mrb_const_get(mrb, mrb_obj_value(class), name);
		if (!mrb_integer_p(number) || mrb_integer(number) < 1 ||
		    mrb_integer(number) > MAX_ERRNO)
			return 0;
		return -mrb_integer(number);
	}
	return 0;
}

static void answer_read(mrb_state *mrb, mrb_value object)
{
	mrb_value output = new_output(mrb), text;
	struct kmvm_handle *handle;
	struct proc_file *file;

	mrb_yield(mrb, kmvm_object_block(mrb, object), output);
	text = mrb_iv_get(mrb, output, TEXT);
	mrb_obj_iv_set_force(mrb, mrb_obj_ptr(output), TEXT, mrb_nil_value());
	handle = handle_of(mrb, object);
	if (!handle)
		return;
	file = file_of(handle);
	file->error = kmvm_exchange_fill(file->asked, RSTRING_PTR(text), RSTRING_LEN(text));
}

static void answer_write(mrb_state *mrb, mrb_value object)
{
	struct kmvm_exchange *exchange = file_of(handle_of(mrb, object))->asked;
	mrb_value text = mrb_str_new(mrb, exchange->bytes, exchange->size);
	struct kmvm_handle *handle;

	mrb_yield(mrb, mrb_iv_get(mrb, object, ON_WRITE), text);
	handle = handle_of(mrb, object);
	if (handle)
		file_of(handle)->error = 0;
}

static void answer(mrb_state *mrb, void *data)
{
	mrb_value object = mrb_obj_value(data);

	if (file_of(handle_of(mrb, object))->asked->write)
		answer_write(mrb, object);
	else
		answer_read(mrb, object);
}

static void file_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	mrb_value object = kmvm_object_of(handle), exc;
	struct proc_file *file = file_of(handle);
	bool more, write, stopped;
	int told;

	file->asked = kmvm_served_next(file->served, &more);
	if (more)
		kmvm_event_post(handle);
	/* Whoever asked has left. */
	if (!file->asked)
		return;
	write = file->asked->write;
	file->error = write ? -EINVAL : -EIO;
	mrb_gc_protect(mrb, object);
	if (kmvm_guard_try(handle->vm, answer, mrb_obj_ptr(object), &exc))
		return;
	/* What was written is not to blame for that. */
	stopped = kmvm_guard_stopped(kmvm_vm_of(mrb));
	told = stopped ? 0 : errno_of(mrb, exc);
	/* It may be gone. */
	handle = handle_of(mrb, object);
	if (handle && told)
		file_of(handle)->error = told;
	else if (handle && stopped)
		file_of(handle)->error = -EIO;
	else if (handle && mrb_obj_ptr(exc) == mrb->nomem_err)
		file_of(handle)->error = -ENOMEM;
	/* That what is written is refused is an answer, not a mistake. */
	if (write && told)
		return;
	mrb_exc_raise(mrb, exc);
}

static const struct kmvm_handle_ops file_ops = {
	.event = file_event,
	.done = file_done,
	.close = close_file,
	.free = free_file,
};

static noinline void take(mrb_state *mrb, mrb_value *name, mrb_value *mode, mrb_value *write,
			  mrb_value *block)
{
	mrb_sym names[] = { mrb_intern_lit(mrb, "mode"), mrb_intern_lit(mrb, "write") };
	mrb_value values[ARRAY_SIZE(names)];
	const mrb_kwargs keywords = { ARRAY_SIZE(names), 0, names, values, NULL };

	mrb_get_args(mrb, "S:&", name, &keywords, block);
	*mode = mrb_undef_p(values[0]) ? mrb_nil_value() : values[0];
	*write = mrb_undef_p(values[1]) ? mrb_nil_value() : values[1];
}

/* Who may do what, and nobody what there is no block for. */
static umode_t mode_of(mrb_state *mrb, mrb_value given, bool reads, bool writes)
{
	mrb_int mode, most = (reads ? 0444 : 0) | (writes ? 0222 : 0);

	if (mrb_nil_p(given))
		return most & 0600;
	mode = mrb_as_int(mrb, given);
	if (!mode || (mode & ~most))
		mrb_raise(mrb, E_ARGUMENT_ERROR,
			  "mode must let somebody read, or write, what there is a block for, and nothing else");
	return mode;
}

static mrb_value new_file(mrb_state *mrb, mrb_value class, enum kmvm_served_kind kind)
{
	mrb_value name, mode, write, block, object, path;
	struct kmvm_served *served;
	struct proc_file *file;
	umode_t bits;

	take(mrb, &name, &mode, &write, &block);
	if (!mrb_nil_p(write) && !mrb_proc_p(write))
		mrb_raise(mrb, E_TYPE_ERROR, "write must be a Proc");
	if (mrb_nil_p(write) && mrb_nil_p(block))
		mrb_raise(mrb, E_ARGUMENT_ERROR, "a block, or write:, is wanted");
	bits = mode_of(mrb, mode, !mrb_nil_p(block), !mrb_nil_p(write));
	kmvm_guard_ample(mrb);
	path = mrb_str_new_cstr(mrb, kmvm_served_folder(kind));
	mrb_str_cat_str(mrb, path, name);
	RSTRING_CSTR(mrb, name);
	object = kmvm_object_new(mrb, class, &file_type, block);
	mrb_iv_set(mrb, object, ON_WRITE, write);
	mrb_iv_set(mrb, object, PATH, path);

	file = kzalloc(sizeof(*file), kmvm_gfp());
	if (!file)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
	kmvm_handle_open(&file->handle, kmvm_vm_of(mrb), &file_ops);
	kmvm_object_bind(object, &file->handle);
	served = kmvm_served_open(kind, RSTRING_PTR(name), bits, &file->handle);
	if (IS_ERR(served)) {
		kmvm_handle_close(&file->handle);
		if (served == ERR_PTR(-ENOMEM))
			mrb_exc_raise(mrb, mrb_obj_value(mrb->nomem_err));
		kmvm_raise_errno(mrb, PTR_ERR(served), mrb_format(mrb, "make %v", path));
	}
	file->served = served;
	return object;
}

static mrb_value proc_new(mrb_state *mrb, mrb_value self)
{
	return new_file(mrb, self, KMVM_SERVED_PROC);
}

static mrb_value debug_new(mrb_state *mrb, mrb_value self)
{
	return new_file(mrb, self, KMVM_SERVED_DEBUG);
}

static mrb_value ruby_path(mrb_state *mrb, mrb_value self)
{
	mrb_value path;

	handle_of(mrb, self);
	path = mrb_iv_get(mrb, self, PATH);
	return mrb_string_p(path) ? mrb_str_dup(mrb, path) : path;
}

static mrb_value ruby_close(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = handle_of(mrb, self);

	kmvm_guard_ample(mrb);
	if (handle)
		kmvm_handle_close(handle);
	return mrb_bool_value(handle);
}

static mrb_value ruby_closed(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(!handle_of(mrb, self));
}

static mrb_value ruby_inspect(mrb_state *mrb, mrb_value self)
{
	return mrb_format(mrb, "#<%C %v, %s>", mrb_class(mrb, self), ruby_path(mrb, self),
			  handle_of(mrb, self) ? "open" : "closed");
}

static mrb_value output_puts(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	write_to(mrb, self, kmvm_text_lines(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value output_print(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	write_to(mrb, self, kmvm_text_joined(mrb, objects, count));
	return mrb_nil_value();
}

static mrb_value output_printf(mrb_state *mrb, mrb_value self)
{
	const mrb_value *arguments;
	mrb_int count;

	mrb_get_args(mrb, "*", &arguments, &count);
	write_to(mrb, self, kmvm_text_formatted(mrb, arguments, count));
	return mrb_nil_value();
}

static mrb_value output_write(mrb_state *mrb, mrb_value self)
{
	const mrb_value *objects;
	mrb_value text;
	mrb_int count;

	mrb_get_args(mrb, "*", &objects, &count);
	text = kmvm_text_joined(mrb, objects, count);
	write_to(mrb, self, text);
	return mrb_int_value(mrb, RSTRING_LEN(text));
}

static mrb_value output_append(mrb_state *mrb, mrb_value self)
{
	write_to(mrb, self, mrb_obj_as_string(mrb, mrb_get_arg1(mrb)));
	return self;
}

KMVM_BINDING(proc_file,
	"Files whose content a block makes when somebody reads them, and which hand to a block what somebody writes. The blocks run on the VM's thread, as those of timers do: between runs, or while a program sleeps. A file is a handle as a timer is: it stays when its program is over, and goes with its VM. Each read from the file's beginning makes all of its content anew, 1 MiB at most (EFBIG), and what follows is read from that: it is kept until the file is closed, 4 MiB in all for those who have it open (ENOMEM). Whoever reads or writes waits for the VM: 5 seconds at most (ETIMEDOUT), or until killed. If the file goes meanwhile that is ENODEV; an Errno that the block raises is what it is told; any other error is reported where the block prints, and is EIO to who reads, EINVAL to who writes; EIO to either if the block was stopped. A VM that reads its own file, or one of a VM that waits for it, is refused with Errno::EDEADLK. A name is of letters, digits, '_', '-' and '.', the first no '-' and no '.', 31 at most; one that is taken raises Errno::EEXIST, any other one Errno::EINVAL.",
	{ proc_new, "ProcFile.new(name, mode: nil, write: nil) { |out| } -> ProcFile",
	  "The file /proc/kmvm/NAME. To be read, the block prints to what it is given; write: is a Proc that is called with the text of each write, 64 KiB at most. Either may be left out. mode: are permissions as chmod has them; without it root alone may read, and write." },
	{ debug_new, "DebugFile.new(name, mode: nil, write: nil) { |out| } -> DebugFile",
	  "As ProcFile.new, the file /sys/kernel/debug/kmvm/NAME. A file that somebody has open holds the module. Where the kernel is locked down, debugfs lets nobody open it but to read, and only if nobody may write and all may read (0444). Errno::ENOTSUP where the kernel has no debugfs." },
	{ ruby_path, "ProcFile#path -> String", "Where it is." },
	{ ruby_close, "ProcFile#close -> true or false",
	  "Takes the file away; who is reading is told. False if it was closed already." },
	{ ruby_closed, "ProcFile#closed? -> true or false", "Is it gone?" },
	{ ruby_inspect, "ProcFile#inspect -> String", "Class, path, and whether it is open or closed." },
	{ ruby_path, "DebugFile#path -> String", "Where it is." },
	{ ruby_close, "DebugFile#close -> true or false", "As ProcFile#close." },
	{ ruby_closed, "DebugFile#closed? -> true or false", "Is it gone?" },
	{ ruby_inspect, "DebugFile#inspect -> String", "As ProcFile#inspect." },
	{ output_puts, "FileOutput#puts(*objects) -> nil",
	  "As Kernel#puts, into what is being read." },
	{ output_print, "FileOutput#print(*objects) -> nil", "As Kernel#print." },
	{ output_printf, "FileOutput#printf(format, *arguments) -> nil", "As Kernel#printf." },
	{ output_write, "FileOutput#write(*objects) -> Integer",
	  "As print, and returns how many bytes that were." },
	{ output_append, "FileOutput#<<(object) -> FileOutput", "As print, and returns itself." });
