// SPDX-License-Identifier: GPL-2.0
/* The kernel's clocks, and its name. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/utsname.h>

#include <mruby.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "bindings.h"

static mrb_value clock_ktime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, ktime_get_ns());
}

static mrb_value clock_realtime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, ktime_get_real_ns());
}

static mrb_value clock_boottime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, ktime_get_boottime_ns());
}

static mrb_value clock_release(mrb_state *mrb, mrb_value self)
{
	return mrb_str_new_cstr(mrb, init_uts_ns.name.release);
}

KMVM_BINDING(clock,
	"The kernel's clocks, in nanoseconds, and which kernel this is.",
	{ clock_ktime, "Linux.ktime -> Integer",
	  "Nanoseconds since boot, time suspended not counted: CLOCK_MONOTONIC." },
	{ clock_realtime, "Linux.realtime -> Integer",
	  "Nanoseconds since 1970-01-01 00:00 UTC: CLOCK_REALTIME." },
	{ clock_boottime, "Linux.boottime -> Integer",
	  "Nanoseconds since boot, time suspended counted: CLOCK_BOOTTIME." },
	{ clock_release, "Linux.release -> String",
	  "The kernel's release, as uname -r prints it." });
