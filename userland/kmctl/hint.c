// SPDX-License-Identifier: GPL-2.0
/* What people reach for who know Ruby elsewhere, and what there is in its place. */
#include <stddef.h>
#include <string.h>

#include "hint.h"

static const struct {
	const char *error;
	const char *hint;
} hints[] = {
	{ "uninitialized constant Float", "there are no floats in the kernel: count in smaller units, as nanoseconds" },
	{ "uninitialized constant Rational", "there are integers only: count in smaller units, or keep both parts" },
	{ "uninitialized constant Complex", "there are integers only" },
	{ "uninitialized constant Regexp",
	  "there are no regular expressions: include?, start_with?, index, split and partition take Strings" },
	{ "uninitialized constant File", "Linux::File reads and writes files of sysfs and procfs" },
	{ "uninitialized constant Dir", "Linux::File.entries lists folders of sysfs and procfs" },
	{ "uninitialized constant Thread", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "uninitialized constant Mutex", "nothing of a VM runs at the same time; Linux::Queue joins VMs" },
	{ "uninitialized constant Queue", "Linux::Queue joins VMs" },
	{ "uninitialized constant Ractor", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "uninitialized constant Process", "Linux::Task knows processes, Linux.ktime the time" },
	{ "uninitialized constant Socket", "there are no sockets in the VM: print, and let kmctl's reader send it" },
	{ "uninitialized constant JSON", "there is no JSON in the VM: print lines, and make it outside" },
	{ "undefined method 'eval'", "there is no compiler in the kernel: kmctl compiles; define_method and send are there" },
	{ "undefined method 'instance_eval'", "instance_eval takes a block, there is no compiler in the kernel" },
	{ "undefined method 'system'", "a program in the kernel starts no processes: do that around kmctl" },
	{ "undefined method 'fork'", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "undefined method 'spawn'", "a program in the kernel starts no processes: do that around kmctl" },
	{ "undefined method 'open'", "Linux::File.read and .write take files of sysfs and procfs" },
	{ "undefined method 'require_relative'", "require looks beside the program that is run" },
	{ "undefined method 'fdiv'", "there are no floats in the kernel: divmod gives both parts" },
	{ "undefined method 'to_f'", "there are no floats in the kernel: multiply before you divide" },
};

const char *kmctl_hint(const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		const char *at = strstr(error, hints[i].error);
		size_t size = strlen(hints[i].error);

		/* The whole name, and not the beginning of another one. */
		if (at && (!at[size] || strchr(" \n,", at[size])))
			return hints[i].hint;
	}
	return NULL;
}
