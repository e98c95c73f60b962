// SPDX-License-Identifier: GPL-2.0
/* VMs that are loaded beside "main", and go again. */

#include <limits.h>

#include "test.h"

static void expect_in(int fd, const char *vm, const char *text, const char *value)
{
	struct outcome got;

	is(vm_run(fd, vm, KMVM_RUN_INSPECT, text, &got), 0, "errno of %s in %s", text, vm);
	is(got.result.outcome, KMVM_DONE, "outcome of %s in %s (%s)", text, vm, got.error);
	is_text(got.value, value, "value of %s in %s", text, vm);
}

/* The names of all VMs, with a space behind each. */
static void names(int fd, struct buffer *list)
{
	struct kmvm_info info = { .size = sizeof(info), .flags = KMVM_INFO_NEXT };
	u64 last = 0;
	int ret;

	clear(list);
	append(list, "", 0);
	while (!(ret = ioctl(fd, KMVM_IOC_INFO, &info) ? errno : 0)) {
		append(list, info.vm, strlen(info.vm));
		append(list, " ", 1);
		holds(info.serial > last, "serial %llu follows %llu", info.serial, last);
		last = info.serial;
		info = (struct kmvm_info) { .size = sizeof(info), .flags = KMVM_INFO_NEXT, .serial = last };
	}
	is(ret, ENOENT, "errno at the end of the list");
}

static void stays(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct buffer list = { 0 };
	struct kmvm_info about;

	is(vm_load(fd, "first"), 0, "errno of loading");
	expect_in(fd, "first", "$x = 'of first'", "\"of first\"");
	expect_in(fd, "", "$x", "nil");
	is(vm_info(other, "first", &about), 0, "errno of info");
	is(about.state, KMVM_VM_LOADING, "state before it is kept");
	is(vm_keep(fd), 0, "errno of keeping");
	is_errno(vm_keep(fd), ENOENT, "errno of keeping twice");
	is(vm_load(fd, "second.one_2-x"), 0, "errno of loading another one in the same session");
	is(vm_keep(fd), 0, "errno of keeping it");
	close(fd);
	expect_in(other, "first", "$x", "\"of first\"");
	is(vm_info(other, "first", &about), 0, "errno of info");
	is(about.state, KMVM_VM_IDLE, "state when it is kept");
	is_text(about.vm, "first", "its name");
	is(about.runs, 2, "its runs");
	names(other, &list);
	is_text(list.bytes, "main first second.one_2-x ", "the list");
	is(vm_unload(other, "first"), 0, "errno of unloading");
	is_errno(vm_unload(other, "first"), ENOENT, "errno of unloading it twice");
	is_errno(vm_run(other, "first", 0, "1", NULL), ENOENT, "errno of a run there");
	is(vm_load(other, "first"), 0, "errno of loading it anew");
	expect_in(other, "first", "$x", "nil");
	names(other, &list);
	is_text(list.bytes, "main second.one_2-x first ", "the list");
	is(vm_unload(other, "first"), 0, "errno of unloading what was not kept");
	is_errno(vm_keep(other), ENOENT, "errno of keeping what is gone");
	is(vm_unload(other, "second.one_2-x"), 0, "errno of unloading");
	clear(&list);
}

static void refused(const void *data)
{
	static const char *const bad[] = {
		"", ".", "..", ".hidden", "-dash", "a/b", "a b", "a\nb", "\xc3\xa4", "a:b", "a%s", "a\x7f",
	};
	char long_name[KMVM_NAME_MAX + 1];
	int fd = session_read_write(), other = session_read_write();
	struct kmvm_load_args args = { .size = sizeof(args) };
	struct buffer list = { 0 };

	for (size_t i = 0; i < COUNT(bad); i++)
		is_errno(vm_load(fd, bad[i]), EINVAL, "errno of the name '%s'", bad[i]);
	memset(args.vm, 'a', sizeof(args.vm));
	is_errno(ioctl(fd, KMVM_IOC_LOAD, &args) ? errno : 0, EINVAL, "a name without an end");
	is_errno(vm_load(fd, "main"), EEXIST, "errno of loading main");
	is_errno(vm_unload(fd, "main"), EBUSY, "errno of unloading main");
	is_errno(vm_unload(fd, ""), EBUSY, "errno of unloading main by no name");
	is_errno(vm_unload(fd, "nobody"), ENOENT, "errno of unloading nobody");

	memset(long_name, 'n', KMVM_NAME_MAX - 1);
	long_name[KMVM_NAME_MAX - 1] = '\0';
	is(vm_load(fd, long_name), 0, "errno of the longest name");
	is_errno(vm_load(fd, "another"), EBUSY, "errno of loading while one is not kept");
	is_errno(vm_load(other, long_name), EEXIST, "errno of loading one that is not kept yet");
	names(fd, &list);
	contains(list.bytes, long_name, "the list");
	is(vm_unload(other, long_name), 0, "errno of unloading somebody else's");
	is_errno(vm_load(fd, "another"), EBUSY, "it is still the session's");
	clear(&list);
}

static void fields(const void *data)
{
	int fd = session_read_write();
	struct kmvm_load_args load = { .size = sizeof(load), .vm = "fields" };
	struct kmvm_keep_args keep = { .size = sizeof(keep) };
	struct kmvm_unload_args unload = { .size = sizeof(unload), .vm = "fields" };
	struct kmvm_info next = { .size = sizeof(next) };

#define WRONG(request, what, field, value)						\
	({										\
		typeof(what) wrong = what;						\
											\
		wrong.field = value;							\
		is_errno(ioctl(fd, request, &wrong) ? errno : 0, EINVAL, #what "." #field);	\
	})
	WRONG(KMVM_IOC_LOAD, load, size, sizeof(load) - 1);
	WRONG(KMVM_IOC_LOAD, load, flags, 1);
	WRONG(KMVM_IOC_LOAD, load, reserved[2], 1);
	WRONG(KMVM_IOC_KEEP, keep, size, 0);
	WRONG(KMVM_IOC_KEEP, keep, flags, 1);
	WRONG(KMVM_IOC_KEEP, keep, reserved[1], 1);
	WRONG(KMVM_IOC_UNLOAD, unload, size, 0);
	WRONG(KMVM_IOC_UNLOAD, unload, flags, 1);
	WRONG(KMVM_IOC_UNLOAD, unload, reserved[0], 1);
	WRONG(KMVM_IOC_INFO, next, flags, 2);
	WRONG(KMVM_IOC_INFO, next, serial, 1);
	WRONG(KMVM_IOC_INFO, next, reserved0, 1);
	WRONG(KMVM_IOC_INFO, next, reserved[2], 1);
	is_errno(ioctl(fd, KMVM_IOC_LOAD, 8) ? errno : 0, EFAULT, "load");
	is_errno(ioctl(fd, KMVM_IOC_KEEP, 8) ? errno : 0, EFAULT, "keep");
	is_errno(ioctl(fd, KMVM_IOC_UNLOAD, 8) ? errno : 0, EFAULT, "unload");
	holds(!vm_there(fd, "fields"), "something was loaded");
}

/* Who does not keep it leaves nothing: by close(), by death. */
static void not_kept(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	pid_t pid;

	is(vm_load(fd, "draft"), 0, "errno of loading");
	expect_in(fd, "draft", "Linux::Timer.every(ms: 1) { $n = $n.to_i + 1 }; 1", "1");
	holds(vm_there(other, "draft"), "it is not there");
	close(fd);
	holds(!vm_there(other, "draft"), "it is there when its session is closed");

	pid = fork_child();
	if (!pid) {
		fd = session_read_write();
		vm_load(fd, "draft");
		vm_run(fd, "draft", 0, "loop { }", NULL);
		child_ends(0);
	}
	until(vm_there(other, "draft"));
	kill_child(pid);
	until(!vm_there(other, "draft"));
	is(vm_load(other, "draft"), 0, "errno of loading one of that name");
}

struct program {
	const char *ruby;
	u32 flags;
	bool more;		/* two runs wait behind it */
};

/* Whatever goes on in a VM ends with it, and who waits for it hears of that. */
static void ends_all(const void *data)
{
	const struct program *program = data;
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_info about;
	struct outcome got[3];
	int runs = program->more ? 3 : 1;
	u64 begun;

	is(vm_load(fd, "doomed"), 0, "errno of loading");
	is(vm_keep(fd), 0, "errno of keeping");
	for (int i = 0; i < runs; i++)
		is(vm_run(fd, "doomed", KMVM_RUN_ASYNC | program->flags, program->ruby, &got[i]), 0, "errno of the run");
	read_until(fd, &output, "on");
	is(vm_info(other, "doomed", &about), 0, "errno of info");
	begun = now();
	is(vm_unload(other, "doomed"), 0, "errno of unloading");
	holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	holds(!vm_there(other, "doomed"), "it is still there");
	for (int i = 0; i < runs; i++) {
		is(wait_run(fd, got[i].id, &got[i]), 0, "errno of the wait");
		is(got[i].result.outcome, KMVM_INTERRUPTED, "outcome of run %d (%s)", i, got[i].error);
	}
	read_all(fd, &output);
	clear(&output.out);
	clear(&output.err);
	clear(&output.both);
}

#define ENDS(what, ...)	\
	{ "vm: unloading ends " what, ends_all, &(const struct program) { __VA_ARGS__ } }

/* The module stays as long as a VM beside main does. */
static void holds_module(const void *data)
{
	int fd = session_read_write();

	is(vm_load(fd, "holder"), 0, "errno of loading");
	is(vm_keep(fd), 0, "errno of keeping");
	expect_in(fd, "holder", "Linux::Timer.every(us: 200) { $n = $n.to_i + 1 }; 1", "1");
	close(fd);
	is(module_unload(), EAGAIN, "errno of unloading the module");
	fd = session_read_write();
	is(vm_unload(fd, "holder"), 0, "errno of unloading the VM");
	close(fd);
	is(module_unload(), 0, "errno of unloading the module without it");
}

/* Two that run at the same time: each waits until the other one has been seen. */
static void at_once(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output one = { 0 }, two = { 0 };
	struct outcome got, its;

	is(vm_load(fd, "one"), 0, "errno of loading");
	is(vm_load(other, "two"), 0, "errno of loading");
	is(vm_run(fd, "one", KMVM_RUN_ASYNC, "puts 'on'; loop { }", &got), 0, "errno of the run");
	is(vm_run(other, "two", KMVM_RUN_ASYNC, "puts 'on'; loop { }", &its), 0, "errno of the other");
	read_until(fd, &one, "on");
	read_until(other, &two, "on");
	expect(session_read_write(), "'main too'", KMVM_DONE, "\"main too\"");
	is(stop_run(fd, 0, 0), 0, "errno of the stop");
	is(wait_run(fd, got.id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	expect_in(fd, "one", "1 + 1", "2");
	clear(&one.both);
	clear(&two.both);
}

/* abort() in one VM is that one's alone. */
static void apart(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before, after;
	struct outcome got;

	is(vm_load(fd, "fragile"), 0, "errno of loading");
	expect(fd, "$mine = 1", KMVM_DONE, "1");
	is(vm_info(fd, "main", &before), 0, "errno of info");
	is(vm_run(fd, "fragile", 0, "a = []; loop { a << 'x' * 10_000 }", &got), 0, "errno of the run");
	is(got.result.outcome, KMVM_SPENT, "outcome");
	expect_in(fd, "fragile", "Object.class_eval { remove_method :inspect rescue nil }; 3", "3");
	is(vm_info(fd, "main", &after), 0, "errno of info");
	expect(fd, "$mine", KMVM_DONE, "1");
	is(after.heap_held, before.heap_held, "what main holds");
}

/* One call's worth of a VM's log. */
struct lines {
	struct kmvm_log_args args;
	char bytes[1 << 16];
	struct buffer text;		/* a newline behind each line */
	unsigned int count;
	u64 lost;			/* bytes that are missing between them */
	u64 seen;			/* bytes of text up to here */
};

static int log_of(int fd, const char *vm, u32 flags, struct lines *lines)
{
	struct kmvm_log_record head;
	int ret;

	lines->args.size = sizeof(lines->args);
	lines->args.flags = flags;
	snprintf(lines->args.vm, sizeof(lines->args.vm), "%s", vm);
	lines->args.buffer = (uintptr_t)lines->bytes;
	lines->args.buffer_size = lines->args.buffer_size ?: sizeof(lines->bytes);
	lines->args.filled = 0;
	ret = ioctl(fd, KMVM_IOC_LOG, &lines->args) ? errno : 0;
	for (u32 at = 0; !ret && at < lines->args.filled; at += sizeof(head) + head.size) {
		memcpy(&head, lines->bytes + at, sizeof(head));
		holds(head.time_ns > 1700000000 * SECOND, "a head of %llu", head.time_ns);
		holds(head.stream == KMVM_STDOUT ? head.level == 6 : head.level == 3 || head.level == 4,
		      "level %u in stream %u", head.level, head.stream);
		holds(head.before >= lines->seen, "%llu bytes before it, %llu seen", head.before, lines->seen);
		lines->lost += head.before - lines->seen;
		lines->seen = head.before + head.size;
		append(&lines->text, lines->bytes + at + sizeof(head), head.size);
		append(&lines->text, head.stream == KMVM_STDERR ? "!\n" : "\n", head.stream == KMVM_STDERR ? 2 : 1);
		lines->count++;
	}
	return ret;
}

static void logged(const void *data)
{
	static struct lines lines, again, small;
	int fd = session_read_write(), out = session(O_WRONLY);
	int hasty = session(O_RDWR | O_NONBLOCK);
	struct image image = ruby("puts 'by write'; warn 'and an error'; print 'no end'");

	is(vm_load(fd, "logger"), 0, "errno of loading");
	is(log_of(fd, "logger", 0, &lines), 0, "errno of an empty log");
	is(lines.args.filled, 0, "bytes of an empty log");
	is_errno(log_of(hasty, "logger", KMVM_LOG_WAIT, &lines), EAGAIN, "O_NONBLOCK does not wait");
	expect_in(fd, "logger", "puts 'to the session'; Linux::Timer.after(ms: 1) { puts 'one'; warn 'two'; puts 'x' * 500 }; 1", "1");
	is(log_of(fd, "logger", KMVM_LOG_WAIT, &lines), 0, "errno of the wait");
	until(!log_of(fd, "logger", 0, &lines) && lines.count == 5);
	contains(lines.text.bytes, "one\ntwo!\nxxx", "the log");
	is(lines.seen, 506, "bytes of text");
	is(lines.lost, 0, "bytes that are lost");
	is(log_of(fd, "logger", 0, &again), 0, "errno of reading it again");
	is_text(again.text.bytes, lines.text.bytes, "the log from its beginning");

	/* In small pieces. */
	small.args.buffer_size = 512;
	do
		is(log_of(fd, "logger", 0, &small), 0, "errno of a piece");
	while (small.args.filled);
	is_text(small.text.bytes, lines.text.bytes, "the log in pieces");
	small.args.buffer_size = 100;
	is_errno(log_of(fd, "logger", 0, &small), EINVAL, "a buffer too small for a line");
	small.args.buffer_size = 512;
	small.args.position = 1;
	is_errno(log_of(fd, "logger", 0, &small), EINVAL, "a place within a line");
	small.args.position = ~0ULL;
	is_errno(log_of(fd, "logger", 0, &small), EINVAL, "a place that never was");
	small.args.position = 0;
	is_errno(log_of(fd, "logger", 2, &small), EINVAL, "an unknown flag");
	small.args.reserved[1] = 1;
	is_errno(log_of(fd, "logger", 0, &small), EINVAL, "a reserved field");
	is_errno(ioctl(fd, KMVM_IOC_LOG, 8) ? errno : 0, EFAULT, "a bad address");

	/* Another VM of that name is another log. */
	is(vm_unload(fd, "logger"), 0, "errno of unloading");
	is_errno(log_of(fd, "logger", 0, &lines), ENOENT, "errno when it is unloaded");
	close(fd);
	fd = session_read_write();
	is(vm_load(fd, "logger"), 0, "errno of loading it anew");
	is_errno(log_of(fd, "logger", 0, &lines), ENOENT, "errno of reading on in another one");

	/* What nobody reads goes there as well. */
	lines.args.serial = lines.args.position = lines.seen = 0;
	is(log_of(fd, "", 0, &lines), 0, "errno of the log of main");
	clear(&lines.text);
	is(put(out, image.bytes, image.size), image.size, "bytes written");
	is(log_of(fd, "", 0, &lines), 0, "errno of the log of main");
	is_text(lines.text.bytes, "by write\nand an error!\nno end\n", "what was run by write()");
	clear(&lines.text);
	free(image.bytes);
	image = ruby("raise 'wrong'");
	is(put(out, image.bytes, image.size), -EIO, "errno of a program that raises");
	is(log_of(fd, "", 0, &lines), 0, "errno of the log of main");
	contains(lines.text.bytes, "wrong (RuntimeError)!\n", "what went wrong with it");
	clear(&lines.text);
	clear(&again.text);
	clear(&small.text);
	free(image.bytes);
}

/* The newest lines stay, the rest is counted. */
static void log_full(const void *data)
{
	static struct lines lines;
	int fd = session_read_write();
	u64 bytes = 0;
	char last[20];

	/* A block that was ended where a busy machine gives the guest no time would be reported there. */
	set_parameter("event_ms", 60000);
	for (int i = 0; i < 2000; i++)
		bytes += 50 + snprintf(NULL, 0, "%d", i);
	is(vm_load(fd, "talker"), 0, "errno of loading");
	expect_in(fd, "talker", "n = 0; t = Linux::Timer.every(ms: 1) { 10.times { puts 'x' * 50 + n.to_s; n += 1 }; t.cancel if n == 2000 }; 1", "1");
	do
		is(log_of(fd, "talker", KMVM_LOG_WAIT, &lines), 0, "errno");
	while (lines.seen < bytes && lines.count < 2000);
	is(lines.seen, bytes, "bytes printed");
	snprintf(last, sizeof(last), "x%d\n", 1999);
	contains(lines.text.bytes, last, "the log");
	is(lines.lost + lines.text.size - lines.count, bytes, "bytes lost and told");
	set_parameter("event_ms", 1000);
	clear(&lines.text);
}

/* Who waits for a line hears that none will come, and may be killed. */
static void log_waiters(const void *data)
{
	static struct lines lines;
	int fd = session_read_write();
	pid_t waiter, killed;

	is(vm_load(fd, "silent"), 0, "errno of loading");
	waiter = fork_child();
	if (!waiter)
		child_ends(log_of(session_read_write(), "silent", KMVM_LOG_WAIT, &lines));
	killed = fork_child();
	if (!killed)
		child_ends(log_of(session_read_write(), "silent", KMVM_LOG_WAIT, &lines));
	until(sleeps(waiter) && sleeps(killed));
	kill_child(killed);
	is(vm_unload(fd, "silent"), 0, "errno of unloading");
	is(reap(waiter), ENOENT, "errno of the wait");
}

/* Clients that load, look, kill and unload the same few names, none of which stays free long. */
static void scramble(unsigned int seed, long rounds)
{
	static const char *const which[] = { "a", "b" };

	for (long i = 0; i < rounds; i++) {
		const char *name = which[rand_r(&seed) % COUNT(which)];
		struct kmvm_kill_args kill;
		int fd = session_read_write(), ret;
		struct kmvm_info about;
		struct outcome got;

		switch (rand_r(&seed) % 6) {
		case 0:
		case 1:
			ret = vm_load(fd, name);
			if (!ret)
				ret = vm_run(fd, name, 0, "Linux::Timer.every(us: 200) { $n = $n.to_i + 1 }", &got);
			if (!ret && rand_r(&seed) % 2)
				ret = vm_keep(fd);
			break;
		case 2:
			ret = vm_unload(fd, name);
			break;
		case 3:
			ret = vm_run(fd, name, rand_r(&seed) % 2 ? KMVM_RUN_FOLLOW | KMVM_RUN_ASYNC : 0,
				     "Linux::Timer.after(ms: 1) { }; 10.times { [1] * 100 }", &got);
			break;
		case 4:
			ret = vm_kill(fd, 0, name, &kill);
			if (!ret)
				ret = vm_reset(fd, name);
			break;
		default:
			ret = vm_info(fd, name, &about);
		}
		holds(!ret || ret == ENOENT || ret == EEXIST || ret == ENODEV, "errno %d (%s)", ret, strerror(ret));
		close(fd);
	}
}

static void many_clients(const void *data)
{
	pid_t clients[4];
	int fd;

	allow(20 * PATIENCE);
	for (size_t i = 0; i < COUNT(clients); i++) {
		clients[i] = fork_child();
		if (!clients[i]) {
			scramble(i + 1, i ? setting("KMVM_SCRAMBLE", 150) : LONG_MAX);
			child_ends(0);
		}
	}
	/* One dies wherever it is just then. */
	for (size_t i = 1; i < COUNT(clients); i++)
		is(reap(clients[i]), 0, "status of client %zu", i);
	kill_child(clients[0]);
	fd = session_read_write();
	vm_unload(fd, "a");
	vm_unload(fd, "b");
	expect(fd, "6 * 7", KMVM_DONE, "42");
}

/* Load, fire, unload, each time by a new client. */
static void load_fire_unload(const char *name, long i)
{
	int its = session_read_write(), other = session_read_write();
	static struct lines lines;

	is(vm_load(its, name), 0, "errno of loading");
	expect_in(its, name, "Linux::Timer.every(us: 100) { $n = $n.to_i + 1 }\nusleep 100 until $n\n"
		  "Linux::Timer.after(us: 500) { puts 'on'; loop { } }\n$n > 0", "true");
	/* One time in four it goes amid the block that never ends. */
	if (i % 4 == 0) {
		memset(&lines, 0, sizeof(lines));
		is(log_of(other, name, KMVM_LOG_WAIT, &lines), 0, "errno of the wait");
		clear(&lines.text);
	}
	if (i % 2)
		is(vm_keep(its), 0, "errno of keeping");
	if (i % 3)
		close(its);
	if (i % 2)
		is(vm_unload(other, name), 0, "errno of unloading");
	if (!(i % 3))
		close(its);
	close(other);
}

/* Two side by side: the machine has what it had. */
static void rounds(const void *data)
{
	long count = setting("KMVM_ROUNDS", 300), warm = count / 5 + 40, slab, round = 0;
	int fd = session_read_write();
	struct kmvm_info before, after;
	u64 begun = now();
	pid_t client;

	allow(60 * PATIENCE);
	for (; round < warm; round++)
		load_fire_unload("round", round);
	slab = slab_held();
	is(vm_info(fd, "", &before), 0, "errno of info");
	client = fork_child();
	if (!client) {
		for (round = warm; round < count; round += 2)
			load_fire_unload("other", round / 2);
		child_ends(0);
	}
	for (round = warm + 1; round < count; round += 2)
		load_fire_unload("round", round / 2);
	is(reap(client), 0, "status of the other client");
	is(vm_info(fd, "", &after), 0, "errno of info");
	slab = slab_grown(slab, (count - warm) / 2 + 400);
	summary("%ld VMs loaded, fired and unloaded in %llu s; from the %ldth on slab %+ld kB", count,
		(now() - begun) / SECOND, warm, slab);
	is(after.budget_held, before.budget_held, "what kmvm holds");
	holds(slab < (count - warm) / 2 + 400, "slab grew by %ld kB", slab);
}

static const struct test vm_tests[] = {
	{ "vm: one that is kept stays, apart from the others, until it is unloaded", stays },
	{ "vm: names that none may have, that are taken, that nobody has", refused },
	{ "vm: load, keep, unload and list check their fields", fields },
	{ "vm: one that is not kept goes with its session, closed or killed", not_kept },
	ENDS("a run that computes", "puts 'on'; loop { }"),
	ENDS("a run that rescues everything", "puts 'on'; begin; loop { }; rescue Exception; retry; ensure; loop { }; end"),
	ENDS("a run that sleeps", "puts 'on'; sleep"),
	ENDS("a run that prints what nobody reads", "puts 'on'; loop { puts 'x' * 1000 }"),
	ENDS("runs that wait", "puts 'on'; loop { }", .more = true),
	ENDS("a run that is followed", "puts 'on'; Linux::Timer.every(us: 200) { 1 }", .flags = KMVM_RUN_FOLLOW),
	ENDS("a block that computes", "puts 'on'; Linux::Timer.every(us: 200) { loop { } }", .flags = KMVM_RUN_FOLLOW),
	{ "vm: the module cannot be unloaded while one stays", holds_module, .fresh = true },
	{ "vm: they run at the same time", at_once },
	{ "vm: what one does to itself the others do not feel", apart },
	{ "vm: its log keeps what is printed when no session listens, for any number of readers", logged },
	{ "vm: a log that is full keeps the newest lines and counts the rest", log_full },
	{ "vm: who waits for a line of a log hears when the VM is unloaded", log_waiters },
	{ "vm: clients that load, run, kill, reset and unload the same names at once", many_clients, .once = true },
	{ "vm: loaded, fired and unloaded again and again, all memory comes back", rounds, .once = true },
};

SUITE(vm);
