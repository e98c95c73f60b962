// SPDX-License-Identifier: GPL-2.0
/* Linux::Hit: what was noted when a probe or a tracepoint fired, a copy on the VM's heap. */
#include <linux/kernel.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/internal.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/hits.h"
#include "bindings.h"

/* As it lies in a register. */
static mrb_value word(mrb_state *mrb, u64 value)
{
	return value > S64_MAX ? mrb_bint_new_uint64(mrb, value) : mrb_int_value(mrb, value);
}

static mrb_value hit_time(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_hit_of(mrb, self)->time);
}

static mrb_value hit_cpu(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_hit_of(mrb, self)->cpu);
}

static mrb_value hit_pid(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_hit_of(mrb, self)->process);
}

static mrb_value hit_tid(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, kmvm_hit_of(mrb, self)->thread);
}

static mrb_value hit_comm(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return mrb_str_new(mrb, hit->comm, strnlen(hit->comm, sizeof(hit->comm)));
}

static mrb_value hit_address(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return hit->address ? word(mrb, hit->address) : mrb_nil_value();
}

static mrb_value hit_args(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);
	mrb_value args = mrb_ary_new_capa(mrb, hit->arguments);
	unsigned int i;

	for (i = 0; i < hit->arguments; i++)
		mrb_ary_push(mrb, args, word(mrb, hit->argument[i]));
	return args;
}

static u64 argument(mrb_state *mrb, const struct kmvm_hit *hit, mrb_int number)
{
	if (number < 0 || number >= hit->arguments)
		mrb_raisef(mrb, E_INDEX_ERROR, "this hit has %d arguments, from 0 on",
			   (int)hit->arguments);
	return hit->argument[number];
}

static mrb_value hit_arg(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return word(mrb, argument(mrb, hit, kmvm_integer(mrb, mrb_get_arg1(mrb))));
}

static mrb_value hit_int(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);
	mrb_value number;

	if (mrb_get_args(mrb, "|o", &number))
		return mrb_int_value(mrb, (s32)argument(mrb, hit, kmvm_integer(mrb, number)));
	return hit->returned ? mrb_int_value(mrb, (s32)hit->value) : mrb_nil_value();
}

static mrb_value hit_value(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return hit->returned ? mrb_int_value(mrb, (s64)hit->value) : mrb_nil_value();
}

static mrb_value hit_duration(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return hit->returned ? mrb_int_value(mrb, hit->duration) : mrb_nil_value();
}

static mrb_value hit_string(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);
	mrb_value given;
	mrb_int number = 0;

	if (mrb_get_args(mrb, "|o", &given))
		number = kmvm_integer(mrb, given);
	if (number < 0 || number >= hit->strings)
		mrb_raisef(mrb, E_INDEX_ERROR, "strings: asked for %d, numbered from 0 on",
			   (int)hit->strings);
	if (hit->unreadable & 1 << number)
		return mrb_nil_value();
	return mrb_str_new(mrb, hit->string[number],
			   strnlen(hit->string[number], KMVM_HIT_STRING));
}

static mrb_value hit_inspect(mrb_state *mrb, mrb_value self)
{
	const struct kmvm_hit *hit = kmvm_hit_of(mrb, self);

	return mrb_format(mrb, "#<%C of %v[%d] on CPU %d>", mrb_class(mrb, self),
			  hit_comm(mrb, self), (int)hit->thread, (int)hit->cpu);
}

KMVM_BINDING(hit,
	"What was noted at the moment a probe or a tracepoint fired; handed to its block. A snapshot that may be kept.",
	{ hit_time, "Hit#time -> Integer",
	  "When, on the clock of Linux.ktime; of a return, when the function returned." },
	{ hit_cpu, "Hit#cpu -> Integer",
	  "On which processor." },
	{ hit_pid, "Hit#pid -> Integer",
	  "In which process, by the numbers of the initial namespace; in an interrupt, the one that it came upon." },
	{ hit_tid, "Hit#tid -> Integer",
	  "In which of its threads." },
	{ hit_comm, "Hit#comm -> String",
	  "The name of that thread." },
	{ hit_address, "Hit#address -> Integer or nil",
	  "The address that is probed: Linux::Symbol.at knows its name. nil of a tracepoint." },
	{ hit_args, "Hit#args -> Array",
	  "The registers that hold a function's arguments, as unsigned numbers of 64 bits: the first six of a function, those on its entry also of a return; five of a tracepoint. How many arguments there are, and how wide, the kernel's source tells: the rest is noise, and so is the upper half of one of 32 bits. Empty on a machine whose registers are not known." },
	{ hit_arg, "Hit#arg(number) -> Integer",
	  "One of them, from 0 on." },
	{ hit_int, "Hit#int(number = nil) -> Integer or nil",
	  "One of them as C's int: its lower 32 bits, signed. Without a number, the value returned; nil if this is no return." },
	{ hit_value, "Hit#value -> Integer or nil",
	  "What the function returned, as a signed number of 64 bits; nil if this is no return." },
	{ hit_duration, "Hit#duration -> Integer or nil",
	  "Nanoseconds from the function's entry to its return; nil if this is no return." },
	{ hit_string, "Hit#string(number = 0) -> String or nil",
	  "A string that was asked for by strings:, 127 bytes at most; nil if it could not be read just then, and always on User-Mode Linux." },
	{ hit_inspect, "Hit#inspect -> String",
	  "Class, comm, tid and cpu." });
