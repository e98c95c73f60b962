// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Notifier: blocks that hear of what happens to the kernel.
 *
 * struct notifier is the VM's handle; vm/notifier.c puts notices into its ring and posts its
 * event, which gives the block one of them. Closing takes it off the list of those that listen,
 * so nobody posts afterwards. A Linux::Notice is a copy on the VM's heap.
 *
 * struct figures is a block of the VM's heap and belongs to the Ruby object, which tells them
 * when the notifier has ended, too.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/error.h"
#include "../vm/guard.h"
#include "../vm/notifier.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

struct figures {
	u64 delivered, lost, errors;
	enum kmvm_source source;
};

struct notifier {
	struct kmvm_handle handle;
	struct kmvm_listener listener;
	bool last;			/* it was cancelled in its own block */
	struct figures *figures;	/* of our object */
};

static const char *const source_names[KMVM_SOURCES] = {
	[KMVM_SOURCE_MODULE]		= "module",
	[KMVM_SOURCE_CPU]		= "cpu",
	[KMVM_SOURCE_NET_DEVICE]	= "net_device",
	[KMVM_SOURCE_REBOOT]		= "reboot",
	[KMVM_SOURCE_KEYBOARD]		= "keyboard",
};

static struct notifier *notifier_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct notifier, handle);
}

/* Kernel half. */

static void close_notifier(struct kmvm_handle *handle)
{
	struct notifier *notifier = notifier_of(handle);

	kmvm_notifier_leave(&notifier->listener);
	notifier->figures->lost = notifier->listener.lost;
}

static void free_notifier(struct kmvm_handle *handle)
{
	kfree(notifier_of(handle));
}

static void notifier_done(struct kmvm_handle *handle, bool failed)
{
	struct notifier *notifier = notifier_of(handle);

	notifier->figures->errors += failed;
	if (notifier->last)
		kmvm_handle_close(handle);
	else if (kmvm_notifier_done(&notifier->listener))
		kmvm_event_post(handle);
}

/* Ruby half. */

static const struct mrb_data_type notifier_type = { "Linux::Notifier", NULL };
static const struct mrb_data_type figures_type = { "figures of a Linux::Notifier", mrb_free };
static const struct mrb_data_type notice_type = { "Linux::Notice", mrb_free };

/* A name that no script can write. */
static mrb_sym figures_name(mrb_state *mrb)
{
	return mrb_intern_lit(mrb, "figures");
}

/* Kept by an object without a class, which no script reaches. */
static struct figures *new_figures(mrb_state *mrb, mrb_value object)
{
	struct RData *data = mrb_data_object_alloc(mrb, NULL, NULL, &figures_type);

	data->data = mrb_calloc(mrb, 1, sizeof(struct figures));
	mrb_iv_set(mrb, object, figures_name(mrb), mrb_obj_value(data));
	return data->data;
}

static mrb_value new_notice(mrb_state *mrb, const struct kmvm_notice *notice)
{
	static const char path[] = "Linux::Notice";
	struct RClass *class = kmvm_class_find(mrb, path, sizeof(path) - 1);
	struct RData *data;

	if (!class)
		mrb_raise(mrb, E_NAME_ERROR, "there is no Linux::Notice any more");
	data = mrb_data_object_alloc(mrb, class, NULL, &notice_type);
	data->data = mrb_malloc(mrb, sizeof(*notice));
	memcpy(data->data, notice, sizeof(*notice));
	return mrb_obj_value(data);
}

static void notifier_event(struct kmvm_handle *handle, mrb_state *mrb)
{
	struct notifier *notifier = notifier_of(handle);
	mrb_value object = kmvm_object_of(handle);
	mrb_value block = kmvm_object_block(mrb, object);
	struct kmvm_notice notice;
	mrb_value arguments[2];

	/* Before anything that may raise: one that cannot be told must not come again for ever. */
	if (!kmvm_notifier_take(&notifier->listener, &notice))
		return;
	notifier->figures->delivered++;
	mrb_gc_protect(mrb, object);
	arguments[0] = new_notice(mrb, &notice);
	arguments[1] = object;
	mrb_yield_argv(mrb, block, ARRAY_SIZE(arguments), arguments);
}

static const struct kmvm_handle_ops notifier_ops = {
	.event = notifier_event,
	.done = notifier_done,
	.close = close_notifier,
	.free = free_notifier,
};

static void raise_start(mrb_state *mrb, enum kmvm_source source, int error)
{
	kmvm_raise_scarce(mrb, error, "all VMs together have at most %d notifiers of a kind",
			  KMVM_LISTENERS_MAX);
	kmvm_raise_errno(mrb, error, mrb_format(mrb, "notifier of %s", source_names[source]));
}

static mrb_value start(mrb_state *mrb, mrb_value class, enum kmvm_source source)
{
	struct notifier *notifier;
	struct figures *figures;
	mrb_value block, object;
	int ret;

	mrb_get_args(mrb, "&!", &block);
	kmvm_guard_ample(mrb);
	object = kmvm_object_new(mrb, class, &notifier_type, block);
	figures = new_figures(mrb, object);
	notifier = kzalloc(sizeof(*notifier), kmvm_gfp());
	if (!notifier)
		raise_start(mrb, source, -ENOMEM);
	notifier->figures = figures;
	figures->source = source;
	kmvm_handle_open(&notifier->handle, kmvm_vm_of(mrb), &notifier_ops);
	kmvm_object_bind(object, &notifier->handle);
	ret = kmvm_notifier_listen(&notifier->listener, source, &notifier->handle);
	if (ret) {
		kmvm_handle_close(&notifier->handle);
		raise_start(mrb, source, ret);
	}
	return object;
}

static mrb_value notifier_module(mrb_state *mrb, mrb_value self)
{
	return start(mrb, self, KMVM_SOURCE_MODULE);
}

static mrb_value notifier_cpu(mrb_state *mrb, mrb_value self)
{
	return start(mrb, self, KMVM_SOURCE_CPU);
}

static mrb_value notifier_net_device(mrb_state *mrb, mrb_value self)
{
	return start(mrb, self, KMVM_SOURCE_NET_DEVICE);
}

static mrb_value notifier_reboot(mrb_state *mrb, mrb_value self)
{
	return start(mrb, self, KMVM_SOURCE_REBOOT);
}

static mrb_value notifier_keyboard(mrb_state *mrb, mrb_value self)
{
	return start(mrb, self, KMVM_SOURCE_KEYBOARD);
}

static bool is_active(const struct kmvm_handle *handle)
{
	return handle && !container_of(handle, struct notifier, handle)->last;
}

static mrb_value notifier_cancel(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &notifier_type);
	bool active = is_active(handle);

	/* In its own block it is closed as soon as that is over. */
	if (active && handle->vm->event == handle)
		notifier_of(handle)->last = true;
	else if (active)
		kmvm_handle_close(handle);
	return mrb_bool_value(active);
}

static mrb_value notifier_active(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(is_active(mrb_data_get_ptr(mrb, self, &notifier_type)));
}

static struct figures *figures_of(mrb_state *mrb, mrb_value self)
{
	return mrb_data_get_ptr(mrb, mrb_iv_get(mrb, self, figures_name(mrb)), &figures_type);
}

static mrb_value notifier_inspect(mrb_state *mrb, mrb_value self)
{
	const char *state = mrb_true_p(notifier_active(mrb, self)) ? "active" : "ended";

	return mrb_format(mrb, "#<%C %s, %s>", mrb_class(mrb, self),
			  source_names[figures_of(mrb, self)->source], state);
}

static mrb_value notifier_stats(mrb_state *mrb, mrb_value self)
{
	struct kmvm_handle *handle = mrb_data_get_ptr(mrb, self, &notifier_type);
	struct figures *figures = figures_of(mrb, self);
	mrb_value hash = mrb_hash_new_capa(mrb, 3);

	if (handle)
		figures->lost = READ_ONCE(notifier_of(handle)->listener.lost);
	kmvm_hash_set_number(mrb, hash, "delivered", figures->delivered);
	kmvm_hash_set_number(mrb, hash, "lost", figures->lost);
	kmvm_hash_set_number(mrb, hash, "errors", figures->errors);
	return hash;
}

/* Notices. */

static const struct kmvm_notice *notice_of(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_notice *notice = mrb_data_get_ptr(mrb, self, &notice_type);

	if (!notice)
		mrb_raise(mrb, E_TYPE_ERROR, "this Linux::Notice is none");
	return notice;
}

static mrb_value symbol(mrb_state *mrb, const char *name)
{
	return mrb_symbol_value(mrb_intern_cstr(mrb, name));
}

/* The number, if it is of that. */
static mrb_value number(mrb_state *mrb, mrb_value self, enum kmvm_source source)
{
	const struct kmvm_notice *notice = notice_of(mrb, self);

	return notice->source == source ? mrb_int_value(mrb, notice->number) : mrb_nil_value();
}

static mrb_value notice_kind(mrb_state *mrb, mrb_value self)
{
	return symbol(mrb, source_names[notice_of(mrb, self)->source]);
}

static mrb_value notice_action(mrb_state *mrb, mrb_value self)
{
	return symbol(mrb, notice_of(mrb, self)->action);
}

static mrb_value notice_ktime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, notice_of(mrb, self)->ktime);
}

static mrb_value notice_name(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_notice *notice = notice_of(mrb, self);

	return *notice->name ? mrb_str_new_cstr(mrb, notice->name) : mrb_nil_value();
}

static mrb_value notice_cpu(mrb_state *mrb, mrb_value self)
{
	return number(mrb, self, KMVM_SOURCE_CPU);
}

static mrb_value notice_index(mrb_state *mrb, mrb_value self)
{
	return number(mrb, self, KMVM_SOURCE_NET_DEVICE);
}

static mrb_value notice_code(mrb_state *mrb, mrb_value self)
{
	return number(mrb, self, KMVM_SOURCE_KEYBOARD);
}

static mrb_value notice_inspect(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_notice *notice = notice_of(mrb, self);
	const char *kind = source_names[notice->source];

	switch (notice->source) {
	case KMVM_SOURCE_CPU:
	case KMVM_SOURCE_KEYBOARD:
		return mrb_format(mrb, "#<Linux::Notice %s %d %s>", kind, (int)notice->number,
				  notice->action);
	default:
		return mrb_format(mrb, "#<Linux::Notice %s%s%s %s>", kind, *notice->name ? " " : "",
				  notice->name, notice->action);
	}
}

KMVM_BINDING(notifier,
	"Blocks that hear of what happens to the kernel, on the VM's thread, a little later: between runs, or while a script sleeps or waits. Each is given a Linux::Notice, and the notifier. 256 notices wait for a block; those that come then are lost, and counted. What is said of the blocks of timers is true of them, but that one that fails does not wait. All VMs together have at most 64 notifiers of a kind, one more raises Linux::LimitError. Where the kernel has no such thing: Errno::ENOTSUP.",
	{ notifier_module, "Notifier.module { |notice, notifier| } -> Notifier",
	  "Modules: :coming before its init, :live after that, :going after its exit or when its init has failed." },
	{ notifier_cpu, "Notifier.cpu { |notice, notifier| } -> Notifier",
	  "Processors: :online when one has come, :offline when one is about to go; should it stay after all, :online again." },
	{ notifier_net_device, "Notifier.net_device { |notice, notifier| } -> Notifier",
	  "Network devices of init's namespace: :register, :unregister, :up, :going_down, :down, :change of its carrier or flags, :rename, :mtu, :address. Those that are there already are not told." },
	{ notifier_reboot, "Notifier.reboot { |notice, notifier| } -> Notifier",
	  "The machine goes down: :restart, :halt, :power_off. That waits for the blocks for a second in all, so one that is kept waiting by a run, or takes long, may not be done. It is not told of a reboot without ceremony (sysrq b, a panic)." },
	{ notifier_keyboard, "Notifier.keyboard { |notice, notifier| } -> Notifier",
	  "Keys of the console's keyboards: :press, :release, :repeat, with their code, whoever is at the keyboard. Who may run programs here may load modules, and could do that anyway." },
	{ notifier_cancel, "Notifier#cancel -> true or false",
	  "Ends it: its block does not run again. False if it had ended already." },
	{ notifier_active, "Notifier#active? -> true or false",
	  "Will its block run again?" },
	{ notifier_stats, "Notifier#stats -> Hash",
	  "Notices that its block was given (delivered), those that found no room (lost), and blocks that ended in an exception or were ended (errors). Also of one that has ended." },
	{ notifier_inspect, "Notifier#inspect -> String",
	  "Class, of what it hears, and whether it is active or has ended." },
	{ notice_kind, "Notice#kind -> Symbol",
	  "Of what: :module, :cpu, :net_device, :reboot, :keyboard." },
	{ notice_action, "Notice#action -> Symbol",
	  "What happened to it." },
	{ notice_ktime, "Notice#ktime -> Integer",
	  "When, by Linux.ktime." },
	{ notice_name, "Notice#name -> String or nil",
	  "Of the module or the network device; of a restart, the command that was given, if any." },
	{ notice_cpu, "Notice#cpu -> Integer or nil",
	  "The processor." },
	{ notice_index, "Notice#index -> Integer or nil",
	  "Of the network device, which it keeps when it is renamed." },
	{ notice_code, "Notice#code -> Integer or nil",
	  "Of the key, as in linux/input-event-codes.h." },
	{ notice_inspect, "Notice#inspect -> String",
	  "All of it but the time." });
