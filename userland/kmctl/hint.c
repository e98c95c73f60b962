// SPDX-License-Identifier: GPL-2.0
/* What people reach for who know Ruby elsewhere, and what there is in its place. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "hint.h"
#include "nearest.h"

static const struct {
	const char *error;
	const char *hint;
} hints[] = {
	{ "uninitialized constant Float", "there are no floats in the kernel: count in smaller units, as nanoseconds" },
	{ "uninitialized constant Rational", "there are integers only: count in smaller units, or keep both parts" },
	{ "uninitialized constant Complex", "there are integers only" },
	{ "uninitialized constant Math", "there are no floats in the kernel; Integer.sqrt is there, and Integer#pow" },
	{ "uninitialized constant Regexp",
	  "there are no regular expressions: include?, start_with?, index, split and partition take Strings" },
	{ "uninitialized constant File", "Linux::File reads and writes files of sysfs and procfs" },
	{ "uninitialized constant IO", "puts, print and $stderr print; Linux::File reads and writes files of sysfs and procfs" },
	{ "uninitialized constant STDIN", "a program in the kernel has no standard input: give it arguments, which are ARGV" },
	{ "uninitialized constant ENV", "a program in the kernel has no environment: give it arguments, which are ARGV" },
	{ "uninitialized constant StringIO", "a String takes <<, and each_line reads it" },
	{ "uninitialized constant Dir", "Linux::File.entries lists folders of sysfs and procfs" },
	{ "uninitialized constant Thread", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "uninitialized constant Mutex", "nothing of a VM runs at the same time; Linux::Queue joins VMs" },
	{ "uninitialized constant Queue", "Linux::Queue joins VMs" },
	{ "uninitialized constant Ractor", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "uninitialized constant Process", "Linux::Task knows processes, Linux.ktime the time" },
	{ "uninitialized constant Timeout", "kmctl --timeout ends a program, Linux::Timer.after runs a block later" },
	{ "uninitialized constant Signal", "signals end kmctl, which ends the program: ensure is where that is seen" },
	{ "uninitialized constant Marshal", "Linux::Queue and Linux::Thread copy what they are given" },
	{ "uninitialized constant Binding", "there is no compiler in the kernel, so nothing takes a Binding" },
	{ "uninitialized constant Socket", "there are no sockets in the VM: print, and let kmctl's reader send it" },
	{ "uninitialized constant JSON", "there is no JSON in the VM: print lines, and make it outside" },
	{ "undefined method 'eval'", "there is no compiler in the kernel: kmctl compiles; define_method and send are there" },
	{ "undefined method 'binding'", "there is no compiler in the kernel, so nothing takes a Binding" },
	{ "undefined method 'exec'", "a program in the kernel starts no processes: do that around kmctl" },
	{ "backquotes not implemented", "a program in the kernel starts no processes: do that around kmctl" },
	{ "undefined method 'trap'", "signals end kmctl, which ends the program: ensure is where that is seen" },
	{ "undefined method 'at_exit'", "ensure runs when a program ends; what it has started ends with its VM" },
	{ "undefined method 'srand'", "Random is the kernel's and takes no seed" },
	{ "undefined method 'instance_eval'", "instance_eval takes a block, there is no compiler in the kernel" },
	{ "undefined method 'system'", "a program in the kernel starts no processes: do that around kmctl" },
	{ "undefined method 'fork'", "Linux::Thread runs a block on another processor, in a VM of its own" },
	{ "undefined method 'spawn'", "a program in the kernel starts no processes: do that around kmctl" },
	{ "undefined method 'open'", "Linux::File.read and .write take files of sysfs and procfs" },
	{ "undefined method 'require_relative'", "require looks beside the program that is run" },
	{ "undefined method 'fdiv'", "there are no floats in the kernel: divmod gives both parts" },
	{ "undefined method 'to_f'", "there are no floats in the kernel: multiply before you divide" },
};

/* The name behind @what in an error, or NULL. */
static const char *named(const char *error, const char *what, char *name, size_t room)
{
	const char *at = strstr(error, what);
	size_t size;

	if (!at)
		return NULL;
	at += strlen(what);
	size = strcspn(at, " \n,'");
	if (!size || size >= room)
		return NULL;
	memcpy(name, at, size);
	name[size] = '\0';
	return name;
}

/*
 * What the reference has that is called nearly so. A class that is called just so stands elsewhere, as Linux::Timer for who
 * writes Timer; a method that is called just so is one of other objects.
 */
static const char *guess(const char *error)
{
	static char hint[200];
	char name[64];
	struct kmctl_nearest nearest = { 0 };
	bool method = false;

	nearest.word = named(error, "uninitialized constant ", name, sizeof(name));
	if (!nearest.word) {
		method = true;
		nearest.word = named(error, "undefined method '", name, sizeof(name));
	}
	if (!nearest.word)
		return NULL;
	kmctl_offer_reference(&nearest, method);
	if (!nearest.name || (method && !nearest.distance))
		return NULL;
	snprintf(hint, sizeof(hint), "did you mean %.*s? kmctl help tells of it", (int)nearest.whole_size, nearest.whole);
	return hint;
}

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
	return guess(error);
}

/* What other Rubies bring along, each name between spaces. */
static const struct {
	const char *names;
	const char *hint;
} libraries[] = {
	{ " enumerator fiber pp set thread time ",
	  "leave that require out: what there is of it in the VM is there from the start (kmctl help)" },
	{ " securerandom random/formatter ", "Random is there without a require, and its numbers are the kernel's" },
	{ " socket net/http open-uri uri openssl ", "there are no sockets in the VM: print, and let kmctl's reader send it" },
	{ " json yaml csv psych erb ", "the VM has none of that: print lines, and convert them outside" },
	{ " benchmark timeout ", "Linux.ktime measures, kmctl --timeout ends a program" },
	{ " optparse ", "kmctl load takes NAME=VALUE for parameters that the head of the program names; others are ARGV" },
	{ " fileutils pathname tempfile tmpdir find etc io/console open3 pty shellwords ",
	  "Linux::File reads and writes files of sysfs and procfs, Linux::Task knows processes" },
	{ " bigdecimal bigdecimal/util cmath complex matrix prime rational ", "there are integers only, of any size" },
	{ " base64 date delegate digest English forwardable logger monitor observer ostruct singleton stringio strscan tsort weakref zlib ",
	  "other Rubies have it in their standard library, which is not in the VM: copy beside the program what of it is plain Ruby" },
};

const char *kmctl_library_hint(const char *name)
{
	size_t i, size = strlen(name);

	for (i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		const char *at = libraries[i].names;

		while ((at = strstr(at, name))) {
			if (at[-1] == ' ' && at[size] == ' ')
				return libraries[i].hint;
			at += size;
		}
	}
	return NULL;
}
