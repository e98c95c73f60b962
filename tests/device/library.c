// SPDX-License-Identifier: GPL-2.0
/* Libraries: provided by a session, brought by its runs, required by Ruby, listed. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "test.h"

static int provide_image(int fd, const char *name, const struct image *image, char *error, size_t room)
{
	struct kmvm_provide_args args = {
		.size = sizeof(args),
		.image = (uintptr_t)image->bytes, .image_size = image->size,
		.error = (uintptr_t)error, .error_size = room,
	};

	memcpy(args.name, name, strnlen(name, sizeof(args.name)));
	return ioctl(fd, KMVM_IOC_PROVIDE, &args) ? errno : 0;
}

static int provide(int fd, const char *name, const char *text)
{
	struct image image = ruby_text(text);
	int ret = provide_image(fd, name, &image, NULL, 0);

	free(image.bytes);
	return ret;
}

static void provided(int fd, const char *name, const char *text)
{
	is(provide(fd, name, text), 0, "errno of providing %s", name);
}

/* A session, and main as new. */
static int fresh(void)
{
	int fd = session_read_write();

	is(vm_reset(fd, ""), 0, "errno of the reset");
	return fd;
}

/* All libraries as "name bytes vms users;", bytes only where they are asked for. */
static const char *list(int fd, bool bytes)
{
	static char text[8192];
	char users[200];
	struct kmvm_library_args args = { 0 };
	size_t at = 0;
	u64 last = 0;
	int ret;

	*text = '\0';
	for (;;) {
		args = (struct kmvm_library_args) {
			.size = sizeof(args), .serial = last,
			.users = (uintptr_t)users, .users_size = sizeof(users),
		};
		ret = ioctl(fd, KMVM_IOC_LIBRARY, &args) ? errno : 0;
		if (ret)
			break;
		holds(args.serial > last, "serial %llu follows %llu", args.serial, last);
		is(args.users_size, strlen(users) + 1, "bytes of '%s'", users);
		last = args.serial;
		at += snprintf(text + at, sizeof(text) - at, "%s ", args.name);
		if (bytes)
			at += snprintf(text + at, sizeof(text) - at, "%llu ", args.bytes);
		at += snprintf(text + at, sizeof(text) - at, "%u %s;", args.vms, users);
	}
	is_errno(ret, ENOENT, "errno at the end of the list");
	return text;
}

static void once(const void *data)
{
	int fd = fresh(), other = session_read_write();

	provided(fd, "once", "$n = $n.to_i + 1; here = 7; def of_once = 8; OnceConst = self; -> { here }");
	provided(fd, "a/b.c/D-1_", "$deep = [__FILE__, self.to_s, block_given?, __method__]");
	expect(fd, "[require('once'), require('once'), $n]", KMVM_DONE, "[true, false, 1]");
	expect(fd, "[of_once, OnceConst.to_s, $n]", KMVM_DONE, "[8, \"main\", 1]");
	expect(fd, "begin; here; rescue NameError; 'none'; end", KMVM_DONE, "\"none\"");
	expect(fd, "[require('a/b.c/D-1_'), $deep[1..-1]]", KMVM_DONE, "[true, [\"main\", false, nil]]");
	/* What the VM has is there for everybody. */
	expect(other, "[require('once'), $n]", KMVM_DONE, "[false, 1]");
	close(fd);
	expect(other, "[require('once'), $n]", KMVM_DONE, "[false, 1]");
	is(vm_reset(other, ""), 0, "errno of the reset");
	expect(other, "begin; require 'once'; rescue LoadError => e; e.message; end", KMVM_DONE,
	       "\"once: no such library: kmctl sends what a program requires by a literal name\"");
	expect(other, "r = [LoadError.superclass]; begin; require 3; rescue TypeError; r << 3; end\n"
	       "begin; require; rescue ArgumentError; r << 0; end; r", KMVM_DONE, "[ScriptError, 3, 0]");
	expect(other, "['', \"once\\0\", 'onc', 'once2', 'o' * 100_000].map { |n| begin; require n; rescue LoadError; 0; end }",
	       KMVM_DONE, "[0, 0, 0, 0, 0]");
}

/* What runs there: the same bytes go on, others run anew. */
static void versions(const void *data)
{
	int fd = fresh(), other = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id;

	provided(fd, "v", "$v = 1; $n = $n.to_i + 1");
	expect(fd, "require 'v'; [$v, $n]", KMVM_DONE, "[1, 1]");
	provided(other, "v", "$v = 1; $n = $n.to_i + 1");
	expect(other, "[require('v'), $n]", KMVM_DONE, "[false, 1]");
	is_text(list(fd, false), "v 1 main;", "the list of one that two provide");
	provided(other, "v", "$v = 2; $n = $n.to_i + 1");
	is_text(list(fd, false), "v 1 main;v 0 ;", "the list before the other one's run");
	expect(other, "[require('v'), require('v'), $v, $n]", KMVM_DONE, "[true, false, 2, 2]");
	is_text(list(fd, false), "v 0 ;v 1 main;", "the list after it");
	/* A run has what was provided when it was asked for. */
	start(fd, 0, "puts 'on'; sleep");
	read_until(fd, &output, "on");
	id = start(other, KMVM_RUN_INSPECT, "[require('v'), $v]");
	provided(other, "v", "$v = 3");
	is(stop_run(fd, 0, 0), 0, "errno of the stop");
	is(wait_run(other, id, &got), 0, "errno of the wait");
	is_text(got.value, "[true, 2]", "what the run that waited sees");
	expect(other, "[require('v'), $v]", KMVM_DONE, "[true, 3]");
	close(other);
	/* The first session's again: it is another one than that of the VM. */
	expect(fd, "[require('v'), $v]", KMVM_DONE, "[true, 1]");
	is_text(list(fd, false), "v 1 main;", "the list in the end");
	is(vm_reset(fd, ""), 0, "errno of the reset");
	is_text(list(fd, false), "v 0 ;", "the list after a reset");
	expect(fd, "[require('v'), $v]", KMVM_DONE, "[true, 1]");
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
}

static void users(const void *data)
{
	int fd = fresh(), other = session_read_write();
	struct image image = ruby_text("$shared = 1");
	struct kmvm_library_args args;
	char wanted[100], text[20];
	struct outcome got;

	is(provide_image(fd, "shared", &image, NULL, 0), 0, "errno of providing");
	snprintf(wanted, sizeof(wanted), "shared %zu 0 ;", image.size);
	is_text(list(other, true), wanted, "the list before a run");
	expect(fd, "require 'shared'", KMVM_DONE, "true");
	is(vm_load(fd, "user"), 0, "errno of loading");
	is(vm_run(fd, "user", KMVM_RUN_INSPECT, "require 'shared'", &got), 0, "errno of the run");
	is_text(got.value, "true", "in another VM it runs, too");
	is(vm_keep(fd), 0, "errno of keeping");
	is_text(list(other, false), "shared 2 main, user;", "the list");
	for (u32 room = 0; room < 14; room++) {
		char whole[] = "main, user";

		memset(text, 'x', sizeof(text));
		args = (struct kmvm_library_args) {
			.size = sizeof(args), .users = room ? (uintptr_t)text : 0, .users_size = room,
		};
		is(ioctl(fd, KMVM_IOC_LIBRARY, &args) ? errno : 0, 0, "errno with %u bytes", room);
		is(args.users_size, 11, "bytes wanted with %u", room);
		if (room)
			whole[room - 1 < 10 ? room - 1 : 10] = '\0';
		if (room)
			is_text(text, whole, "users in %u bytes", room);
		is(text[room], 'x', "the byte behind %u", room);
	}
	close(fd);
	is_text(list(other, false), "shared 2 main, user;", "the list without its session");
	is(vm_reset(other, ""), 0, "errno of the reset");
	is_text(list(other, false), "shared 1 user;", "the list after a reset of main");
	is(vm_unload(other, "user"), 0, "errno of unloading");
	is_text(list(other, false), "", "the list in the end");
	free(image.bytes);
}

/* How a library can end, and what is left then. */
struct ending {
	const char *library;
	const char *program;
	u32 outcome;
	const char *value;
	bool has_run;
};

static void ends(const void *data)
{
	const struct ending *ending = data;
	int fd = fresh();

	provided(fd, "ends", ending->library);
	expect(fd, ending->program, ending->outcome, ending->value ? ending->value : "");
	provided(fd, "again", "$again = require('ends')");
	if (ending->has_run)
		expect(fd, "require 'again'; $again", KMVM_DONE, "false");
	expect(fd, "def m(a, b = 2) = [a, b, block_given?]; x = 5; [1].each { |i| x += i }; [x, m(1), m(1) { }]",
	       KMVM_DONE, "[6, [1, 2, false], [1, 2, true]]");
	is(vm_reset(fd, ""), 0, "errno of the reset");
	close(fd);
	fd = session_read_write();
	is_text(list(fd, false), "", "the list when all is gone");
}

#define ENDS(what, ...)	\
	{ "library: " what, ends, &(const struct ending) { __VA_ARGS__ } }

/* Where it is required from. */
static void places(const void *data)
{
	int fd = fresh();
	struct output output = { 0 };
	struct outcome got;
	u64 id;

	provided(fd, "p1", "$p = self.to_s; a = b = c = d = e = f = 1; def self.s = 3; a + f");
	expect(fd, "class K; def initialize; x = 1; y = 2; @r = require 'p1'; @s = [x, y, @r]; end; attr_reader :s; end; K.new.s",
	       KMVM_DONE, "[1, 2, true]");
	provided(fd, "p2", "$in_fiber = 1; [1, 2].each { |i| $in_fiber += i }; l = 4; $lambda = -> { l += 1 }");
	expect(fd, "f = Fiber.new { |a| b = a * 2; c = Fiber.yield(b); r = require('p2'); [a, b, c, r] }\n"
	       "[f.resume(1), f.resume(:c), $in_fiber, $lambda.call, $lambda.call]", KMVM_DONE,
	       "[2, [1, 2, :c, true], 4, 5, 6]");
	provided(fd, "p3", "begin; Fiber.yield 1; rescue FiberError => e; $yield = e.message; end");
	expect(fd, "Fiber.new { require 'p3' }.resume; $yield.class", KMVM_DONE, "String");
	provided(fd, "p4", "def wide(a, b, c, d, e, f, g, h) = [a, b, c, d, e, f, g, h].join\n"
		 "$p4 = wide(1, 2, 3, 4, 5, 6, 7, 8); $t = (1..300).map { |i| [i, i.to_s] }.to_h.size");
	expect(fd, "a, b = 1, 2; r = [3, 4].map { |c| [send(:require, 'p4'), a, b, c] }; [r, $p4, $t]", KMVM_DONE,
	       "[[[true, 1, 2, 3], [false, 1, 2, 4]], \"12345678\", 300]");
	provided(fd, "p5", "def recurse(n) = n == 0 ? 0 : 1 + recurse(n - 1)\n$r = recurse(2000)");
	expect(fd, "x = [1, 2]; require 'p5'; [x, $r]", KMVM_DONE, "[[1, 2], 2000]");
	/* In the block of a timer, of the run and after it. */
	provided(fd, "p6", "puts 'in a block'; sleep_ms = 1; $p6 = sleep_ms");
	id = start(fd, KMVM_RUN_FOLLOW, "Linux::Timer.after(ms: 2) { puts require('p6'), require('p6') }");
	read_all(fd, &output);
	is_text(output.out.bytes, "in a block\ntrue\nfalse\n", "what the block prints");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	provided(fd, "p7", "$p7 = 1; Linux::Timer.after(ms: 1) { $p7 = 2 }; usleep 20_000; $p7");
	expect(fd, "require 'p7'; $p7", KMVM_DONE, "2");
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
}

/* By hand, since kmctl refuses it: who is on the way has run. */
static void cycle(const void *data)
{
	int fd = fresh();

	provided(fd, "a", "$log = [:a]; $log << require('b') << :a_end");
	provided(fd, "b", "$log << :b << require('a') << :b_end");
	provided(fd, "self", "$self = require 'self'");
	expect(fd, "[require('a'), $log, require('b'), require('self'), $self]", KMVM_DONE,
	       "[true, [:a, :b, false, :b_end, true, :a_end], false, true, false]");
}

/* Deeper than the stack: an error, and all can be tried again from where there is more. */
static void deep(const void *data)
{
	char name[10], text[200];
	struct buffer many = { 0 };
	int fd = fresh(), depth;
	struct outcome got;

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		snprintf(text, sizeof(text), "$deepest = %d; require 'd%d'; $done = %d", i, i + 1, i);
		provided(fd, name, text);
	}
	provided(fd, "d40", "$deepest = 40");
	is(run(fd, KMVM_RUN_INSPECT, &got, "begin; require 'd0'; rescue SystemStackError; end; $deepest"), 0, "errno");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	depth = atoi(got.value);
	summary("%d libraries require each other before the stack ends", depth);
	holds(depth >= 4, "depth %d", depth);
	expect(fd, "40.downto(0) { |i| require \"d#{i}\" }; $done", KMVM_DONE, "0");
	/* One level more is refused. */
	for (int levels = 28; levels < 34; levels++) {
		int ret;

		clear(&many);
		for (int i = 0; i < levels; i++)
			append(&many, "1.times {\n", 10);
		append(&many, "$levels = 1\n", 12);
		for (int i = 0; i < levels; i++)
			append(&many, "}\n", 2);
		ret = provide(fd, "levels", many.bytes);
		is(ret, levels < 32 ? 0 : ENOEXEC, "errno of %d levels", levels);
		if (!ret)
			expect(fd, "require 'levels'", KMVM_DONE, "true");
	}
	clear(&many);
	/* Blocks within blocks, as deep as an image may nest. */
	append(&many, "$d = 0\n", 7);
	for (int i = 0; i < 30; i++)
		append(&many, "1.times {\n", 10);
	append(&many, "$d = 30\n", 8);
	for (int i = 0; i < 30; i++)
		append(&many, "}\n", 2);
	provided(fd, "blocks", many.bytes);
	expect(fd, "require 'blocks'; $d", KMVM_DONE, "30");
	append(&many, "raise 'done'", 12);
	provided(fd, "blocks", many.bytes);
	expect(fd, "def down(n, &b)\n  return b.call if n == 0\n  o = Object.new\n"
	       "  o.define_singleton_method(:to_s) { down(n - 1, &b); '' }\n  \"#{o}\"\nend\n"
	       "r = (1..60).map { |n| begin; down(n) { require 'blocks' }; rescue SystemStackError; 0; rescue; 1; end }\n"
	       "[r.first, r.last, r == r.sort.reverse]", KMVM_DONE, "[1, 0, true]");
	clear(&many);
}

static void refused(const void *data)
{
	static const char *const bad[] = {
		"", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/..", "a/../b", ".a", "-a", "a/.b", "a/-b",
		"a b", "a\n", "\xc3\xa4", "a:b", "a%s", "a\x7f",
	};
	char long_name[KMVM_LIBRARY_NAME_MAX + 1], error[100] = "", name[10];
	struct image image = ruby_text("1");
	struct kmvm_provide_args good = {
		.size = sizeof(good), .name = "good",
		.image = (uintptr_t)image.bytes, .image_size = image.size,
	};
	struct kmvm_library_args next = { .size = sizeof(next) };
	int fd = fresh();

	for (size_t i = 0; i < COUNT(bad); i++)
		is_errno(provide(fd, bad[i], "1"), EINVAL, "errno of the name '%s'", bad[i]);
	memset(long_name, 'n', sizeof(long_name));
	is_errno(provide_image(fd, long_name, &image, NULL, 0), EINVAL, "a name without an end");
#define WRONG(request, what, field, value, errno_)					\
	({										\
		typeof(what) wrong = what;						\
											\
		wrong.field = value;							\
		is_errno(ioctl(fd, request, &wrong) ? errno : 0, errno_, #what "." #field);	\
	})
	WRONG(KMVM_IOC_PROVIDE, good, size, sizeof(good) - 1, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, flags, 1, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, reserved0, 1, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, reserved[1], 1, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, image, 0, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, image_size, 0, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, error, 8, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, error_size, 8, EINVAL);
	WRONG(KMVM_IOC_PROVIDE, good, image_size, KMVM_IMAGE_MAX + 1, E2BIG);
	WRONG(KMVM_IOC_PROVIDE, good, image, 8, EFAULT);
	WRONG(KMVM_IOC_LIBRARY, next, size, 0, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, flags, 1, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, name[3], 1, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, bytes, 1, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, vms, 1, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, users, 1, EINVAL);
	WRONG(KMVM_IOC_LIBRARY, next, reserved[1], 1, EINVAL);
	is_errno(ioctl(fd, KMVM_IOC_PROVIDE, 8) ? errno : 0, EFAULT, "provide");
	is_errno(ioctl(fd, KMVM_IOC_LIBRARY, 8) ? errno : 0, EFAULT, "library");
	is_text(list(fd, false), "", "the list");

	image.bytes[image.size - 1] ^= 1;
	is_errno(provide_image(fd, "bad", &image, error, sizeof(error)), ENOEXEC, "a damaged image");
	contains(error, "END", "why it is refused");
	is_errno(provide_image(fd, "bad", &image, error, 4), ENOEXEC, "with a buffer of 4 bytes");
	is(strlen(error), 3, "bytes of the text then");
	is_errno(provide_image(fd, "bad", &image, NULL, 0), ENOEXEC, "without a buffer");
	is_errno(provide_image(fd, "bad", &image, (char *)8, 8), EFAULT, "with a bad one");
	image.bytes[image.size - 1] ^= 1;

	for (int i = 0; i < KMVM_LIBRARIES_MAX; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		provided(fd, name, "1");
	}
	is_errno(provide(fd, "more", "1"), EBUSY, "one more than there may be");
	provided(fd, "l7", "$seven = 7");
	expect(fd, "require 'l7'; [require('l0'), require('l63'), $seven]", KMVM_DONE, "[true, true, 7]");
	long_name[KMVM_LIBRARY_NAME_MAX - 1] = '\0';
	provided(session_read_write(), long_name, "1");
	contains(list(fd, false), long_name, "the list");
	free(image.bytes);
}

/* A session that writes images can have provided, too. */
static void written(const void *data)
{
	struct image image = ruby_text("puts require('w')");
	struct output output = { 0 };
	int fd = fresh();

	provided(fd, "w", "puts 'library'");
	is(put(fd, image.bytes, image.size), image.size, "write()");
	read_all(fd, &output);
	is_text(output.out.bytes, "library\ntrue\n", "what it prints");
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
	free(image.bytes);
}

/* Stopped within: by somebody, by a limit, by the end of its client. */
static void stopped(const void *data)
{
	int fd = fresh(), other = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	pid_t pid;
	u64 id;

	provided(fd, "endless", "puts 'on'; begin; loop { }; rescue Exception; retry; ensure; puts 'ensured'; end");
	id = start(fd, 0, "begin; require 'endless'; rescue Exception; retry; end");
	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	read_until(fd, &output, "ensured");
	read_all(fd, &output);
	id = start(fd, 0, "require 'endless'");
	clear(&output.both);
	read_until(fd, &output, "on");
	is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of the hard stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	/* It has not run, so this is not the end of a second require. */
	id = start(fd, 0, "require 'endless'");
	clear(&output.both);
	read_until(fd, &output, "on");
	is(vm_reset(other, ""), 0, "errno of a reset within");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	close(fd);

	pid = fork_child();
	if (!pid) {
		fd = session_read_write();
		provide(fd, "endless", "loop { }");
		run(fd, 0, &got, "require 'endless'");
		child_ends(0);
	}
	until(!strcmp(list(other, false), "endless 1 main;"));
	kill_child(pid);
	until(vm_idle(other));
	is_text(list(other, false), "endless 1 main;", "the list with its client dead");
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
}

/* Provide, bring, replace, list and go, all at once; nothing is left. */
static void many_clients(const void *data)
{
	int fd = fresh(), rounds_ = setting("KMVM_ROUNDS", 100) / 5;
	struct kmvm_info before, after;
	struct outcome got;
	pid_t clients[4];

	allow(20 * PATIENCE);
	before = info_of(fd);
	for (int i = 0; i < 4; i++) {
		clients[i] = fork_child();
		if (clients[i])
			continue;
		for (int round = 0; round < rounds_; round++) {
			int its = session_read_write();
			char text[60];

			snprintf(text, sizeof(text), "$v = %d", round % 3);
			provide(its, "same", text);
			provide(its, i % 2 ? "odd" : "even", "require 'same'; $x = 'x' * 1000");
			if (i == 3 && round % 4 == 0)
				vm_reset(its, "");
			if (i < 2) {
				char vm[] = "many0";

				vm[4] += round % 2;
				vm_load(its, vm);
				vm_run(its, vm, KMVM_RUN_INSPECT, "require 'same'; require 'odd' rescue 0", &got);
				if (round % 3 == 0)
					vm_keep(its);
				if (round % 5 == 0)
					vm_unload(its, vm);
			} else {
				start(its, 0, i % 2 ? "require 'odd'" : "require 'even'");
			}
			list(its, false);
			close(its);
		}
		child_ends(0);
	}
	for (int i = 0; i < 4; i++)
		is(reap(clients[i]), 0, "status of client %d", i);
	vm_unload(fd, "many0");
	vm_unload(fd, "many1");
	until(vm_idle(fd));
	is(vm_reset(fd, ""), 0, "errno of the reset");
	is_text(list(fd, false), "", "the list");
	until((after = info_of(fd)).budget_held <= before.budget_held);
	is(after.budget_held, before.budget_held, "what kmvm holds");
}

static const struct test library_tests[] = {
	{ "library: require runs it once, at top level, in each VM", once },
	{ "library: the same bytes go on, others take their place and run", versions },
	{ "library: it lives as long as a session or a VM has it, and tells which", users },
	ENDS("one that comes to its end has run", "$x = 1", "require 'ends'; $x", KMVM_DONE, "1", true),
	ENDS("a return ends it alone", "$x = 1; return 2; $x = 3", "[require('ends'), $x]", KMVM_DONE, "[true, 1]", true),
	ENDS("a return in its block ends it alone", "$x = 1; [1, 2].each { |i| [3].each { return } }; $x = 3",
	     "a = 7; [require('ends'), $x, a]", KMVM_DONE, "[true, 1, 7]", true),
	ENDS("a return with ensure", "begin; return; ensure; $x = 5; end", "require 'ends'; $x", KMVM_DONE, "5", true),
	ENDS("one that raises has not run",
	     "a = 1; b = 2; $n = $n.to_i + 1; $l = -> { a + b }; raise ArgumentError, 'no' if $n == 1",
	     "r = []; begin; require 'ends'; rescue => e; r << e.class << e.message; end; r << require('ends') << $n << $l.call",
	     KMVM_DONE, "[ArgumentError, \"no\", true, 2, 3]", true),
	ENDS("what it raises is the program's", "def broken = raise(TypeError, 'within')\nbroken", "[1].each { require 'ends' }",
	     KMVM_RAISED, NULL),
	ENDS("an exit is the program's", "exit 3", "require 'ends'", KMVM_EXITED, NULL),
	ENDS("a break passes through it", "$block.call; $never = 1",
	     "def m(&b); $block = b; begin; require 'ends'; ensure; $e = 1; end; :not; end\n"
	     "[m { break :broken }, $never, $e, begin; require('ends'); rescue LocalJumpError => e; e.class; end]", KMVM_DONE,
	     "[:broken, nil, 1, LocalJumpError]"),
	ENDS("a return passes through it", "$block.call; $never = 1",
	     "def m; $block = -> { 1 }; $block = proc { return :returned }; require 'ends'; :not; end\n"
	     "[m, $never]", KMVM_DONE, "[:returned, nil]"),
	ENDS("a throw passes through it", "begin; throw :out, 4; ensure; $e = 1; end",
	     "[catch(:out) { require 'ends'; 5 }, $e]", KMVM_DONE, "[4, 1]"),
	ENDS("no memory for what it makes is the program's", "$a = []; loop { $a << 'x' * 100_000 }",
	     "begin; require 'ends'; rescue NoMemoryError; $a = nil; :none; end", KMVM_DONE, ":none"),
	ENDS("its blocks keep its locals", "n = 0; $up = -> { n += 1 }; define_singleton_method(:up) { n += 10 }; $up.call",
	     "require 'ends'; GC.start; 100.times { |i| [i, i.to_s] }; [$up.call, up, $up.call]", KMVM_DONE, "[2, 12, 13]", true),
	{ "library: required in methods, fibers, blocks of timers", places },
	{ "library: one that is on its way has run, so a cycle ends", cycle },
	{ "library: as deep as the stack goes, and an error beyond", deep },
	{ "library: names, fields and images that are refused, and how many there may be", refused },
	{ "library: images that are written may require", written },
	{ "library: one that is stopped has not run", stopped },
	{ "library: many clients at once leave nothing", many_clients, .once = true },
};

SUITE(library);
