// SPDX-License-Identifier: GPL-2.0
/*
 * The machine's memory, as /proc tells it, in Ruby: bindings/ruby/mrblib/memory.rb. And its bytes,
 * where whoever loads the module lets programs read them.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/error.h"
#include "../vm/guard.h"
#include "bindings.h"

#define PEEK_MAX	SZ_4K

/* Not to be changed by a program that may write all of sysfs. */
static bool peek;
module_param(peek, bool, 0444);
MODULE_PARM_DESC(peek, "let programs read any memory of the kernel: Linux::Memory.peek (default N)");

/* Kernel half. */

static int may_peek(void)
{
	if (!peek)
		return -EPERM;
	/* Where nothing comes back from a fault. */
	if (IS_ENABLED(CONFIG_UML))
		return -EOPNOTSUPP;
	return security_locked_down(LOCKDOWN_KCORE);
}

static int copy_bytes(char *to, u64 address, size_t size)
{
	const void *from = (const void *)(unsigned long)address;

	/* -ERANGE: what is no address of the kernel. */
	return copy_from_kernel_nofault(to, from, size) ? -EFAULT : 0;
}

/* Ruby half. */

static mrb_value memory_peek(mrb_state *mrb, mrb_value self)
{
	mrb_value given, text;
	mrb_int size;
	u64 address;
	int ret;

	mrb_get_args(mrb, "oi", &given, &size);
	address = kmvm_address(mrb, given);
	if (size < 0 || size > PEEK_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "0 to %d bytes can be read at once", PEEK_MAX);
	kmvm_guard_ample(mrb);
	text = mrb_str_new(mrb, NULL, size);
	ret = may_peek() ?: copy_bytes(RSTRING_PTR(text), address, size);
	if (ret == -EPERM && !peek)
		kmvm_raise_errno(mrb, ret, mrb_str_new_lit(mrb, "peek: the module was not loaded with peek=1"));
	if (ret == -EPERM)
		kmvm_raise_errno(mrb, ret, mrb_str_new_lit(mrb, "peek: the kernel is locked down"));
	if (ret)
		kmvm_raise_errno(mrb, ret, mrb_format(mrb, "peek %i bytes at %v", size, given));
	return text;
}

KMVM_BINDING(memory,
	"The machine's memory: of kmvm's own tell Linux::Heap and Linux::Kmalloc.",
	{ KMVM_IN_RUBY, "Memory.info -> Hash",
	  "What /proc/meminfo says, by its names as symbols (:MemTotal, :MemAvailable): bytes, and of huge pages their number." },
	{ KMVM_IN_RUBY, "Memory.vmstat -> Hash",
	  "The counters of /proc/vmstat, by their names as symbols (:pgfault, :nr_free_pages)." },
	{ memory_peek, "Memory.peek(address, size) -> String",
	  "The bytes that stand at an address of the kernel, 4096 at most, which need not be of one moment. Errno::EFAULT where none can be read. Errno::EPERM unless the module was loaded with peek=1, and where the kernel is locked down for confidentiality; Errno::ENOTSUP in User-Mode Linux. To read a device's registers may have effects." });
