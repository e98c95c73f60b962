// SPDX-License-Identifier: GPL-2.0
/* Linux.printk and its levels: lines in the kernel log, rate-limited, escaped. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/guard.h"
#include "../vm/output.h"
#include "../vm/vm.h"
#include "bindings.h"

/* For all VMs together, so that no number of them floods a console. */
static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 200);

/* There a line is a record; in the kernel log the message is one, its ends of lines escaped. */
static void keep(struct kmvm_vm *vm, int level, const char *text, size_t size)
{
	do {
		const char *end = memchr(text, '\n', size);
		size_t line = end ? end - text : size;

		kmvm_log_keep(vm->to_log->log, KMVM_PRINTK, level, text, line);
		line += !!end;
		text += line;
		size -= line;
	} while (size);
}

static bool log_line(struct kmvm_vm *vm, int level, const char *text, size_t size)
{
	size = min_t(size_t, size, KMVM_LOG_LINE);
	keep(vm, level, text, size);
	ratelimit_set_flags(&limit, RATELIMIT_MSG_ON_RELEASE);
	if (!___ratelimit(&limit, __func__))
		return false;
	printk("%c%ckmvm: %s: %*pE\n", KERN_SOH_ASCII, '0' + level, vm->name, (int)size, text);
	return true;
}

static mrb_value log_at(mrb_state *mrb, int level, mrb_value message)
{
	mrb_value text = mrb_obj_as_string(mrb, message);

	kmvm_guard_ample(mrb);
	return mrb_bool_value(log_line(kmvm_vm_of(mrb), level, RSTRING_PTR(text),
				       RSTRING_LEN(text)));
}

static mrb_value log_printk(mrb_state *mrb, mrb_value self)
{
	mrb_sym names[] = { mrb_intern_lit(mrb, "level") };
	mrb_value message, given[1];
	const mrb_kwargs keywords = { 1, 0, names, given, NULL };
	mrb_int level = LOGLEVEL_INFO;

	mrb_get_args(mrb, "o:", &message, &keywords);
	if (!mrb_undef_p(given[0]))
		level = mrb_as_int(mrb, given[0]);
	if (level < LOGLEVEL_EMERG || level > LOGLEVEL_DEBUG)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "level must be 0 (emergency) to 7 (debug)");
	return log_at(mrb, level, message);
}

#define LEVEL(name, level)						\
	static mrb_value log_##name(mrb_state *mrb, mrb_value self)	\
	{								\
		return log_at(mrb, level, mrb_get_arg1(mrb));		\
	}

LEVEL(emerg, LOGLEVEL_EMERG)
LEVEL(alert, LOGLEVEL_ALERT)
LEVEL(crit, LOGLEVEL_CRIT)
LEVEL(err, LOGLEVEL_ERR)
LEVEL(warn, LOGLEVEL_WARNING)
LEVEL(notice, LOGLEVEL_NOTICE)
LEVEL(info, LOGLEVEL_INFO)
LEVEL(debug, LOGLEVEL_DEBUG)

KMVM_BINDING(log,
	"The kernel log. Each call is one line, as \"kmvm: main: message\"; control characters are escaped, 240 bytes are kept. 200 lines in 5 seconds are let through; a line held back makes the call return false. The log of the VM (kmctl log) has them all.",
	{ log_printk, "Linux.printk(message, level: 6) -> true or false",
	  "Logs the message at a level from 0 (emergency) to 7 (debug)." },
	{ log_emerg, "Linux.emerg(message) -> true or false",
	  "Logs at level 0: the system is unusable." },
	{ log_alert, "Linux.alert(message) -> true or false",
	  "Logs at level 1: action must be taken at once." },
	{ log_crit, "Linux.crit(message) -> true or false",
	  "Logs at level 2: critical." },
	{ log_err, "Linux.err(message) -> true or false",
	  "Logs at level 3: an error." },
	{ log_warn, "Linux.warn(message) -> true or false",
	  "Logs at level 4: a warning." },
	{ log_notice, "Linux.notice(message) -> true or false",
	  "Logs at level 5: normal but significant." },
	{ log_info, "Linux.info(message) -> true or false",
	  "Logs at level 6: informational." },
	{ log_debug, "Linux.debug(message) -> true or false",
	  "Logs at level 7: for debugging." });
