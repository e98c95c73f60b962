// SPDX-License-Identifier: GPL-2.0
/* Limits of a run and of the module, and what an administrator can do about a VM. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "test.h"

static struct kmvm_run_args limited(const char *text, u32 flags)
{
	struct image image = ruby_text(text);

	return (struct kmvm_run_args) {
		.size = sizeof(struct kmvm_run_args),
		.flags = flags,
		.image = (uintptr_t)image.bytes,
		.image_size = image.size,
	};
}

/* Runs it to its end, whatever that is. */
static void finish(int fd, struct kmvm_run_args *args, struct outcome *got)
{
	args->flags |= KMVM_RUN_ASYNC;
	is(ioctl(fd, KMVM_IOC_RUN, args) ? errno : 0, 0, "errno");
	is(wait_run(fd, args->id, got), 0, "errno of the wait");
}

static void ends_spent(const struct outcome *got, u32 limit)
{
	is(got->result.outcome, KMVM_SPENT, "outcome (%s)", got->error);
	is(got->result.limit, limit, "limit");
	is(got->result.status, 1, "status");
}

#define MS	1000000ULL

static void runs_out_of_time(int fd, const char *text, u32 flags, struct outcome *got)
{
	struct kmvm_run_args args = limited(text, flags);

	args.timeout_ns = 100 * MS;
	finish(fd, &args, got);
	ends_spent(got, KMVM_LIMIT_TIME);
}

static void times_out(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	runs_out_of_time(fd, data, 0, &got);
	contains(got.error, "timed out", "error");
	holds(got.result.time_ns >= 100 * MS, "it ended after %llu ns", got.result.time_ns);
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static void times_out_followed(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	runs_out_of_time(fd, "Linux::Timer.every(ms: 1) { $ticks += 1 }; $ticks = 0", KMVM_RUN_FOLLOW, &got);
	is(info_of(fd).handles, 0, "timers alive");
}

static void in_time(const void *data)
{
	struct kmvm_run_args args = limited("sleep 0; 7", KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	args.timeout_ns = ~0ULL >> 1;
	args.heap_max = ~0ULL;
	args.steps_max = ~0ULL;
	finish(fd, &args, &got);
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	is(got.result.limit, KMVM_LIMIT_NONE, "limit");
	is_text(got.value, "7", "value");
}

/* A timer that rings when its run is over has nobody to wake. */
static void ends_before(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	for (int i = 0; i < 50; i++) {
		struct kmvm_run_args args = limited("10.times { }", 0);

		args.timeout_ns = 1 + i * 20000;
		finish(fd, &args, &got);
		holds(got.result.outcome == KMVM_DONE || got.result.limit == KMVM_LIMIT_TIME,
		      "outcome %u", got.result.outcome);
		free((void *)(uintptr_t)args.image);
	}
}

static void timeout_of_the_module(const void *data)
{
	int fd, plain = session(O_WRONLY);
	struct image image = ruby("loop { }");
	struct outcome got;

	close(plain);
	is(module_unload(), 0, "errno of unloading");
	is(module_load("timeout_ms=100"), 0, "errno of loading");
	fd = session_read_write();
	is(info_of(fd).timeout_ns, 100 * MS, "timeout_ns");
	is(run(fd, 0, &got, "loop { }"), 0, "errno");
	ends_spent(&got, KMVM_LIMIT_TIME);
	is_errno(-put(fd, image.bytes, image.size), ETIME, "write()");
}

static void out_of_steps(const void *data)
{
	struct kmvm_run_args args = limited(data, 0);
	int fd = session_read_write();
	struct outcome got;

	args.steps_max = 5000;
	finish(fd, &args, &got);
	ends_spent(&got, KMVM_LIMIT_STEPS);
	contains(got.error, "out of steps", "error");
	/* What ensure blocks may have after it: KMVM_GUARD_GRACE. */
	holds(got.result.steps >= 5000 && got.result.steps <= 5000 + 65536 + 2048, "%llu steps",
	      got.result.steps);
}

/*
 * Long work inside of C counts as steps, and ends with them: from the step at which the stop
 * is due to the end there is one piece of that work.
 */
static void ends_amid_c(int fd, const char *data, u64 heap_max)
{
	struct kmvm_run_args args = limited(data, 0);
	struct outcome got;

	/* Alone, and where ensure asks for as much again: the grace is all it gets. */
	for (int i = 0; i < 2; i++) {
		char text[1000];

		if (i) {
			snprintf(text, sizeof(text), "begin; loop { }; ensure; %s; end", data);
			args = limited(text, 0);
		}
		args.steps_max = 5000;
		args.heap_max = heap_max;
		finish(fd, &args, &got);
		ends_spent(&got, KMVM_LIMIT_STEPS);
		holds(got.result.steps >= 5000 && got.result.steps <= 5000 + i * 65536 + piece_of(&got),
		      "%llu steps and %llu bytes, %s", got.result.steps, got.result.heap_peak,
		      i ? "with an ensure block" : "alone");
	}
}

static void out_of_steps_in_c(const void *data)
{
	ends_amid_c(session_read_write(), data, 0);
}

#define STEPS_IN_C(what, ruby)	{ "limit: steps end " what, out_of_steps_in_c, ruby }

/* 8 MiB of objects, each of which a collection has to look at. */
static void fill_with_objects(int fd)
{
	struct kmvm_run_args args = limited("$kept = nil; begin; loop { $kept = [$kept] }; rescue NoMemoryError; end", 0);
	struct outcome got;

	args.heap_max = 8 << 20;
	finish(fd, &args, &got);
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
}

static void out_of_steps_amid_objects(const void *data)
{
	int fd = session_read_write();

	fill_with_objects(fd);
	ends_amid_c(fd, data, 64 << 10);
	expect(fd, "$kept = nil; GC.start", KMVM_DONE, NULL);
}

#define STEPS_AMID_OBJECTS(what, ruby)	{ "limit: steps end " what, out_of_steps_amid_objects, ruby }

#define ASKS(times)	#times ".times { begin; 'x' * 4_000_000; rescue NoMemoryError; $met += 1; end }; "

/* A full collection is not made over and over while it gives back nothing. */
static void collected_in_vain(const void *data)
{
	int fd = session_read_write();
	struct kmvm_run_args args = limited(data, KMVM_RUN_INSPECT);
	struct outcome got;
	u64 collection;

	fill_with_objects(fd);
	is(run(fd, 0, &got, "GC.start"), 0, "errno");
	collection = got.result.steps;
	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	is_text(got.value, "200", "value (%s)", got.error);
	holds(got.result.steps < 20 * collection, "%llu steps, where a collection takes %llu", got.result.steps,
	      collection);
	expect(fd, "$kept = nil; GC.start", KMVM_DONE, NULL);
}

/* Yet who lets go of what it holds has memory again. */
static void collected_when_let_go(const void *data)
{
	struct kmvm_run_args args = limited(data, KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	fill_with_objects(fd);
	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	is_text(got.value, "2000000", "value (%s)", got.error);
}

/* Keys that all collide, in a hash that outlives the runs which are stopped amid its index. */
static void half_an_index(const void *data)
{
	int fd = session_read_write();
	struct kmvm_run_args args = limited(data, 0);
	unsigned int stopped = 0;
	struct outcome got;

	for (u64 steps = 40000; steps < 200000; steps += 8000) {
		is(run(fd, 0, &got, "$h = {}; 700.times { |i| $h[i << 34] = i }"), 0, "errno");
		args.steps_max = steps;
		finish(fd, &args, &got);
		stopped += got.result.limit == KMVM_LIMIT_STEPS;
		expect(fd, "n = $h.size; [n >= 700, n == $h.keys.size, n.times.all? { |i| $h[i << 34] == i }, "
		       "(0...n).each { |i| $h[i << 34] = i } && $h.size == n]", KMVM_DONE, "[true, true, true, true]");
	}
	holds(stopped > 3, "%u runs were stopped", stopped);
	expect(fd, "$h = nil", KMVM_DONE, NULL);
}

/* Each waits for the next one, and is to be marked once. */
static void fibers_in_fibers(const void *data)
{
	struct kmvm_run_args args = limited(data, KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	args.heap_max = 8 << 20;
	finish(fd, &args, &got);
	is_text(got.value, "[true, NoMemoryError]", "value (%s)", got.error);
	holds(got.result.cpu_ns < at_most(6 * SECOND), "%llu ms of processor time", got.result.cpu_ns / MS);
}

/* To the step: one less than it takes is too few. */
static void steps_exactly(const void *data)
{
	static const char program[] = "i = 0; while i < 3000; i += 1; end";
	struct kmvm_run_args args = limited(program, 0);
	int fd = session_read_write();
	struct outcome got;
	u64 steps;

	/* What a collection takes is counted too: none is due behind this one. */
	expect(fd, "GC.start", KMVM_DONE, NULL);
	finish(fd, &args, &got);
	is(got.result.outcome, KMVM_DONE, "outcome");
	steps = got.result.steps;
	holds(steps >= 3000 && steps < 3100, "%llu steps", steps);
	args.steps_max = steps + 1;
	finish(fd, &args, &got);
	is(got.result.outcome, KMVM_DONE, "outcome with a step to spare (%s)", got.error);
	args.steps_max = steps - 10;
	finish(fd, &args, &got);
	ends_spent(&got, KMVM_LIMIT_STEPS);
	is(got.result.steps, args.steps_max, "steps of a run without ensure");
}

static void heap_of_a_run(const void *data)
{
	struct kmvm_run_args args = limited(data, 0);
	int fd = session_read_write();
	struct kmvm_info before;
	struct outcome got;

	expect(fd, "GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	ends_spent(&got, KMVM_LIMIT_HEAP);
	contains(got.error, "NoMemoryError", "error");
	holds(got.result.heap_peak <= before.heap_bytes + args.heap_max, "%llu bytes at most, %llu before",
	      got.result.heap_peak, before.heap_bytes);
	expect(fd, "a = 'x' * 2_000_000; a.size", KMVM_DONE, "2000000");
}

/* The share is what the run adds, not what others left. */
static void heap_beside_others(const void *data)
{
	struct kmvm_run_args args = limited("a = 'x' * 500_000; a.size", KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	expect(fd, "$ballast = 'x' * 3_000_000; nil", KMVM_DONE, "nil");
	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	is_text(got.value, "500000", "value (%s)", got.error);
	expect(fd, "$ballast = nil; GC.start", KMVM_DONE, NULL);
}

/* What a program left behind fills the heap; the next ones can be loaded and clear it. */
static void full_of_globals(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "$keep = []; loop { $keep << 'x' * 100 }"), 0, "errno");
	ends_spent(&got, KMVM_LIMIT_VM_HEAP);
	is(run(fd, 0, &got, "$more = 'x' * 100_000"), 0, "errno");
	ends_spent(&got, KMVM_LIMIT_VM_HEAP);
	expect(fd, "$keep.size > 1000", KMVM_DONE, "true");
	expect(fd, "$keep = nil; GC.start", KMVM_DONE, NULL);
	expect(fd, "$more = 'x' * 100_000; $more = nil; 1", KMVM_DONE, "1");
}

static void budget_of_the_module(const void *data)
{
	struct outcome got;
	int fd;

	is(module_unload(), 0, "errno of unloading");
	is(module_load("budget_mib=2"), 0, "errno of loading");
	fd = session_read_write();
	is(info_of(fd).budget_max, 2 << 20, "budget_max");
	is(run(fd, 0, &got, "a = []; loop { a << 'x' * 500 }"), 0, "errno");
	ends_spent(&got, KMVM_LIMIT_BUDGET);
	holds(info_of(fd).budget_held <= 2 << 20, "held: %llu", info_of(fd).budget_held);
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static void floor_of_memory(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	/* As if the machine had 2 MiB more than nothing to give. */
	set_parameter("floor_mib", (info_of(fd).available >> 20) - 2);
	is(run(fd, 0, &got, "$keep = []; loop { $keep << 'x' * 500 }"), 0, "errno");
	ends_spent(&got, KMVM_LIMIT_MEMORY);
	/* What a program needs to get in is kept back from the data of those before. */
	expect(fd, "$keep.size > 1000", KMVM_DONE, "true");
	expect(fd, "$keep = nil; GC.start", KMVM_DONE, NULL);
	is(module_unload(), EWOULDBLOCK, "errno of unloading with a session");
}

/* Bytes that wait for the rest of their image count, whoever sent them. */
static void images_in_the_making(const void *data)
{
	static unsigned char half[1 << 20];
	unsigned int taken = 0;
	struct image image = ruby("1");
	struct kmvm_info info;
	int fds[64];
	int fd;

	is(module_unload(), 0, "errno of unloading");
	is(module_load("budget_mib=8"), 0, "errno of loading");
	fd = session_read_write();
	memcpy(half, image.bytes, 20);
	/* RITE0300: the size of the whole stands after the CRC. */
	half[8] = 0x00, half[9] = 0xff, half[10] = 0xff, half[11] = 0xff;
	for (unsigned int i = 0; i < COUNT(fds); i++) {
		ssize_t ret;

		fds[i] = session(O_WRONLY);
		ret = put(fds[i], half, sizeof(half));
		if (ret == (ssize_t)sizeof(half))
			taken++;
		else
			is_errno(-ret, ENOMEM, "a half image too many");
	}
	holds(taken >= 2 && taken <= 8, "%u images of a MiB were taken", taken);
	info = info_of(fd);
	holds(info.budget_held <= info.budget_max, "held %llu of %llu", info.budget_held, info.budget_max);
	for (unsigned int i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	until(info_of(fd).budget_held < 1 << 20);
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static void sessions_by_the_thousand(const void *data)
{
	const unsigned int many = is_uml() ? 2000 : 10000;
	struct rlimit limit = { 20000, 20000 };
	long before = memory("MemAvailable:");
	int *fds = calloc(many, sizeof(*fds));
	unsigned int opened;
	int error = 0;
	int fd = session_read_write();

	allow(200);
	is(setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0, 0, "setrlimit");
	for (opened = 0; opened < many; opened++) {
		fds[opened] = open(DEVICE, O_RDWR | O_CLOEXEC);
		if (fds[opened] < 0) {
			error = errno;
			break;
		}
	}
	holds(opened == many || error == ENOMEM, "after %u sessions: %s", opened, strerror(error));
	expect(fd, "1 + 1", KMVM_DONE, "2");
	expect(fds[opened / 2], "1 + 1", KMVM_DONE, "2");
	holds(before - memory("MemAvailable:") < 64 << 10, "%u sessions took %ld kB", opened,
	      before - memory("MemAvailable:"));
	for (unsigned int i = 0; i < opened; i++)
		close(fds[i]);
	expect(fd, "1 + 1", KMVM_DONE, "2");
	free(fds);
}

/* Each with a ring that nobody reads: bounded by the budget, in words. */
static void rings_by_the_thousand(const void *data)
{
	struct rlimit limit = { 20000, 20000 };
	struct image image = ruby("puts 'x' * 1000");
	struct outcome got;
	unsigned int ran = 0;
	int fds[3000];
	int fd;

	allow(200);
	is(module_unload(), 0, "errno of unloading");
	is(module_load("budget_mib=8"), 0, "errno of loading");
	fd = session_read_write();
	expect(fd, "1 + 1", KMVM_DONE, "2");
	is(setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0, 0, "setrlimit");
	for (unsigned int i = 0; i < 300; i++) {
		int ret;

		fds[i] = session_read_write();
		ret = run_image(fds[i], 0, &image, &got);
		if (!ret && got.result.outcome == KMVM_DONE)
			ran++;
		else if (ret)
			is_errno(ret, ENOMEM, "a ring too many");
		else
			ends_spent(&got, KMVM_LIMIT_BUDGET);
	}
	holds(ran >= 50 && ran < 130, "%u sessions had a ring", ran);
	holds(info_of(fd).budget_held <= 8 << 20, "held: %llu", info_of(fd).budget_held);
	for (unsigned int i = 0; i < 300; i++)
		close(fds[i]);
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static void killed(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_kill_args args;
	struct outcome got;
	u64 id = start(fd, 0, data);

	read_until(fd, &output, "on");
	is(vm_kill(other, 0, "", &args), 0, "errno of the kill");
	is(args.runs, 1, "runs told");
	is(args.events, 0, "events told");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	is(got.result.limit, KMVM_LIMIT_NONE, "limit");
	expect(other, "1 + 1", KMVM_DONE, "2");
}

static void killed_twice(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_kill_args args;
	struct outcome got;
	u64 id = start(fd, 0, "$left = false; begin; puts 'on'; loop { }; ensure; $left = true; sleep; end");

	read_until(fd, &output, "on");
	is(vm_kill(other, KMVM_STOP_NOW, "main", &args), 0, "errno of the kill");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	expect(other, "$left", KMVM_DONE, "false");
}

static void killed_event(const void *data)
{
	int fd = session_read_write();
	struct kmvm_kill_args args = { 0 };
	struct outcome got;

	is(run(fd, 0, &got, "Linux::Timer.after(ms: 1) { sleep }"), 0, "errno");
	until(!vm_kill(fd, 0, "", &args) && args.events);
	is(args.runs, 0, "runs told");
	until(vm_idle(fd));
	until(!vm_kill(fd, 0, "", &args) && !args.events);
}

static void killed_followed(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_kill_args args;
	struct outcome got;
	u64 id = start(fd, KMVM_RUN_FOLLOW, "Linux::Timer.every(ms: 5) { puts 'on' }");

	read_until(fd, &output, "on");
	is(vm_kill(other, 0, "", &args), 0, "errno of the kill");
	is(args.runs, 1, "runs told");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	is(info_of(fd).handles, 0, "timers alive");
}

static void kill_fields(const void *data)
{
	struct kmvm_kill_args args;
	int fd = session_read_write();

	is(vm_kill(fd, 0, "", &args), 0, "errno when nothing goes on");
	is(args.runs + args.events, 0, "told");
	is_errno(vm_kill(fd, 0, "nobody", &args), ENOENT, "a VM that is not there");
	is_errno(vm_kill(fd, 2, "", &args), EINVAL, "an unknown flag");
	args = (struct kmvm_kill_args) { .size = sizeof(args), .reserved[1] = 1 };
	is_errno(ioctl(fd, KMVM_IOC_KILL, &args) ? errno : 0, EINVAL, "a reserved field");
	args = (struct kmvm_kill_args) { .size = sizeof(args) - 1 };
	is_errno(ioctl(fd, KMVM_IOC_KILL, &args) ? errno : 0, EINVAL, "a wrong size");
	args = (struct kmvm_kill_args) { .size = sizeof(args) };
	memset(args.vm, 'm', sizeof(args.vm));
	is_errno(ioctl(fd, KMVM_IOC_KILL, &args) ? errno : 0, EINVAL, "a name without an end");
	is_errno(ioctl(fd, KMVM_IOC_KILL, 8) ? errno : 0, EFAULT, "a bad address");
}

static void reset_fields(const void *data)
{
	struct kmvm_reset_args args = { .size = sizeof(args), .vm = "nobody" };
	int fd = session_read_write();

	is_errno(ioctl(fd, KMVM_IOC_RESET, &args) ? errno : 0, ENOENT, "a VM that is not there");
	args = (struct kmvm_reset_args) { .size = sizeof(args), .flags = 1 };
	is_errno(ioctl(fd, KMVM_IOC_RESET, &args) ? errno : 0, EINVAL, "a flag");
	args = (struct kmvm_reset_args) { .size = sizeof(args), .reserved[0] = 1 };
	is_errno(ioctl(fd, KMVM_IOC_RESET, &args) ? errno : 0, EINVAL, "a reserved field");
	args = (struct kmvm_reset_args) { .size = 8 };
	is_errno(ioctl(fd, KMVM_IOC_RESET, &args) ? errno : 0, EINVAL, "a wrong size");
	is_errno(ioctl(fd, KMVM_IOC_RESET, 8) ? errno : 0, EFAULT, "a bad address");
}

static void fresh_start(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before, after;
	struct outcome got;

	expect(fd, "1", KMVM_DONE, "1");
	is(vm_reset(fd, ""), 0, "errno of the reset");
	before = info_of(fd);
	is(run(fd, 0, &got,
	       "$kept = 'x' * 1_000_000; Kept = 1; class Integer; def +(other) = 7; end; "
	       "Object.freeze; 20_000.times { |i| \"symbol_#{i}\".to_sym }; Linux::Timer.every(ms: 1) { }"),
	   0, "errno");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	is(info_of(fd).handles, 1, "timers alive");
	is(vm_reset(fd, ""), 0, "errno of the reset");
	after = info_of(fd);
	is(after.resets, before.resets + 1, "resets");
	is(after.handles, 0, "timers alive");
	is(after.heap_bytes, before.heap_bytes, "heap_bytes of a fresh VM");
	is(after.heap_held, before.heap_held, "heap_held of a fresh VM");
	expect(fd, "[$kept, Object.const_defined?(:Kept), 1 + 1, Object.frozen?]", KMVM_DONE,
	       "[nil, false, 2, false]");
}

static void reset_in_flight(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id = start(fd, 0, data), queued;

	read_until(fd, &output, "on");
	queued = start(other, KMVM_RUN_INSPECT, "$here = 1");
	is(vm_reset(other, ""), 0, "errno of the reset");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	is(wait_run(other, queued, &got), 0, "errno of the wait for the queued run");
	is(got.result.outcome, KMVM_DONE, "outcome of the queued run");
	expect(other, "$here", KMVM_DONE, "1");
	is(info_of(fd).handles, 0, "timers alive");
}

static void resets_at_once(const void *data)
{
	int fd = session_read_write(), rounds = setting("KMVM_ROUNDS", 100) / 10;
	pid_t children[8];

	for (unsigned int i = 0; i < COUNT(children); i++) {
		children[i] = fork_child();
		if (children[i])
			continue;
		fd = session_read_write();
		for (int round = 0; round < rounds; round++) {
			struct outcome got;

			if (vm_reset(fd, "") || run(fd, 0, &got, "Linux::Timer.every(us: 100) { }; loop { }"))
				child_ends(1);
			if (got.result.outcome != KMVM_INTERRUPTED)
				child_ends(2);
		}
		child_ends(0);
	}
	/* The last ones have nobody who resets them. */
	for (unsigned int left = COUNT(children), i = 0; i < left; i++) {
		while (!waitid(P_PID, children[i], &(siginfo_t) { 0 }, WEXITED | WNOHANG | WNOWAIT) &&
		       state_of(children[i]) != 'Z') {
			is(vm_reset(fd, ""), 0, "errno of the reset");
			nap();
		}
		is(reap(children[i]), 0, "status of client %u", i);
	}
	until(vm_idle(fd));
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static void settings_are_fresh(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "GC.interval_ratio = 1000; GC.step_ratio = 1; GC.generational_mode = false; GC.disable"),
	   0, "errno");
	expect(fd, "[GC.interval_ratio, GC.step_ratio, GC.generational_mode, GC.disable]", KMVM_DONE,
	       "[200, 200, true, false]");
	expect(fd, "GC.disable", KMVM_DONE, "false");
}

static void stacks_shrink(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before, after;

	expect(fd, "def deep(n) = n == 0 ? 0 : 1 + deep(n - 1); GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	expect(fd, "deep(10_000)", KMVM_DONE, "10000");
	expect(fd, "GC.start", KMVM_DONE, NULL);
	after = info_of(fd);
	holds(after.heap_bytes < before.heap_bytes + 40000, "%lld bytes more than before",
	      (long long)(after.heap_bytes - before.heap_bytes));
}

static void symbols_count(const void *data)
{
	struct kmvm_run_args args = limited("i = 0; loop { \"symbol number #{i += 1} of many\".to_sym }", 0);
	int fd = session_read_write();
	struct outcome got;

	args.heap_max = 2 << 20;
	finish(fd, &args, &got);
	ends_spent(&got, KMVM_LIMIT_HEAP);
	is(vm_reset(fd, ""), 0, "errno of the reset");
}

static void event_budget(const void *data)
{
	int fd, log = log_follow();
	struct buffer lines = { 0 };
	struct kmvm_info info;
	struct outcome got;

	is(module_unload(), 0, "errno of unloading");
	is(module_load("event_ms=50"), 0, "errno of loading");
	fd = session_read_write();
	is(info_of(fd).event_ns, 50 * MS, "event_ns");
	is(run(fd, 0, &got, "Linux::Timer.after(ms: 1) { loop { } }"), 0, "errno");
	until((info = info_of(fd)).handles == 0 && info.errors == 1);
	until(vm_idle(fd));
	log_read(log, &lines);
	contains(lines.bytes, "its block took too long", "log");
}

/* All sessions together: the limit is the VM's. */
static void log_of_a_vm(const void *data)
{
	struct image image = ruby("300.times { |i| puts i }");
	struct kmvm_info before, after;
	int fd = session_read_write();

	before = info_of(fd);
	for (int i = 0; i < 5; i++) {
		int plain = session(O_WRONLY);

		is(put(plain, image.bytes, image.size), image.size, "bytes written");
		close(plain);
	}
	after = info_of(fd);
	/* 1500 lines in far less than the 5 s in which 200 pass. */
	holds(after.log_lost - before.log_lost > 2000, "%llu bytes held back",
	      after.log_lost - before.log_lost);
}

/*
 * All the timers there may be, at the shortest period: interrupts must not come faster than
 * their events are taken, or the processor that has them does nothing else.
 */
static void timers_at_full_speed(const void *data)
{
	struct kmvm_run_args args = limited(data, KMVM_RUN_ASYNC);
	int fd = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 begun;

	is(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, 0, "errno");
	read_until(fd, &output, "on");
	is(info_of(fd).handles, info_of(fd).handles_max, "timers alive");
	begun = now();
	for (int i = 0; i < 100; i++)
		nap();
	holds(now() - begun < at_most(5 * SECOND), "100 naps took %llu ms", (now() - begun) / MS);
	is(stop_run(fd, args.id, 0), 0, "errno of the stop");
	is(wait_run(fd, args.id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	is(info_of(fd).handles, 0, "timers alive");
}

/*
 * Ten thousand runs that end in the middle of a big integer's work, out of steps or out of
 * memory, at ever other places: nothing of them is left.
 */
static void limbs_of_stopped_runs(const void *data)
{
	static const struct {
		const char *text;
		u32 limit;
	} programs[] = {
		{ "a = 7 ** 3000; loop { a * a }", KMVM_LIMIT_STEPS },
		{ "a = 3; loop { a = a * a }", KMVM_LIMIT_HEAP },
		{ "a = 7 ** 3000; b = 3 ** 2000; loop { a / b; a % b }", KMVM_LIMIT_STEPS },
		{ "a = 7 ** 300; loop { a = (a << 3000) + a }", KMVM_LIMIT_HEAP },
		{ "a = 7 ** 2000; loop { a.to_s; a << 5000; a - 1 }", KMVM_LIMIT_STEPS },
		{ "a = []; b = 7 ** 500; loop { a << b * b << b / 3 << b.to_s }", KMVM_LIMIT_HEAP },
		{ "begin; a = 7 ** 2000; loop { a * a }; ensure; a * a; end", KMVM_LIMIT_STEPS },
		{ "a = 3; begin; loop { a = a * a }; ensure; a * a; end", KMVM_LIMIT_HEAP },
	};
	unsigned int many = setting("KMVM_STOPPED_RUNS", 10000);
	int fd = session_read_write();
	struct kmvm_run_args args[COUNT(programs)];
	struct kmvm_info before = { 0 }, after;
	unsigned int seed = 1;
	struct outcome got;

	allow(900);
	for (unsigned int i = 0; i < COUNT(args); i++)
		args[i] = limited(programs[i].text, 0);
	for (unsigned int i = 0; i < many + 80; i++) {
		struct kmvm_run_args *one = &args[i % COUNT(args)];

		/* What the first ones left lying about is there before the count. */
		if (i == 80) {
			expect(fd, "GC.start", KMVM_DONE, NULL);
			before = info_of(fd);
		}
		if (programs[i % COUNT(args)].limit == KMVM_LIMIT_STEPS)
			one->steps_max = 50 + rand_r(&seed) % 3000;
		else
			one->heap_max = 2048 + rand_r(&seed) % 30000;
		finish(fd, one, &got);
		ends_spent(&got, programs[i % COUNT(args)].limit);
	}
	expect(fd, "GC.start", KMVM_DONE, NULL);
	after = info_of(fd);
	/* An operation that loses its limbs loses some hundred bytes. */
	holds(after.heap_bytes < before.heap_bytes + (16 << 10), "%lld bytes more in use than before",
	      (long long)(after.heap_bytes - before.heap_bytes));
	summary("%u runs ended amid big integers, half of them without memory: %lld bytes more than before",
		many, (long long)(after.heap_bytes - before.heap_bytes));
}

/* What a script says of how it ended is still the script's: its share, and not the reserve. */
static void last_words(const void *data)
{
	struct kmvm_run_args args = limited(data, KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct kmvm_info before;
	struct outcome got;

	expect(fd, "$k = []; GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	holds(got.result.heap_peak <= before.heap_bytes + (1 << 20) + (16 << 10), "%llu bytes at most, %llu before",
	      got.result.heap_peak, before.heap_bytes);
	args.heap_max = 0;
	finish(fd, &args, &got);
	expect(fd, "$k = nil; 1", KMVM_DONE, "1");
}

#define GROWS(name)								\
	"class Grows < StandardError; def " name "; [500, 20].each { |n| begin; loop { $k << 'x' * n }; " \
	"rescue NoMemoryError; end }; 'told'; end; end; "

static void swallowed(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	runs_out_of_time(fd, data, KMVM_RUN_INSPECT, &got);
	is(info_of(fd).handles, 0, "timers alive");
}

/* The collection before a run with a share is nobody's work. */
static void many_small_runs(const void *data)
{
	struct kmvm_run_args args = limited("1", 0);
	int fd = session_read_write();
	struct outcome got;

	args.heap_max = 1 << 20;
	args.steps_max = 10000;
	for (int i = 0; i < 100; i++) {
		finish(fd, &args, &got);
		is(got.result.outcome, KMVM_DONE, "outcome of run %d (%s)", i, got.error);
	}
}

static void followed_beside_a_sleep(const void *data)
{
	struct kmvm_run_args args = limited("Linux::Timer.after(s: 1000) { }", KMVM_RUN_FOLLOW | KMVM_RUN_ASYNC);
	int fd = session_read_write(), other = session_read_write();
	struct outcome got;
	u64 asleep;

	args.timeout_ns = 200 * MS;
	is(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, 0, "errno");
	asleep = start(other, 0, "sleep");
	is(wait_run(fd, args.id, &got), 0, "errno of the wait");
	ends_spent(&got, KMVM_LIMIT_TIME);
	is(stop_run(other, asleep, 0), 0, "errno of the stop");
	is(wait_run(other, asleep, &got), 0, "errno of the other wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome of the other");
}

static void steps_of_its_timers(const void *data)
{
	struct kmvm_run_args args = limited(data, KMVM_RUN_FOLLOW);
	int fd = session_read_write();
	struct outcome got;

	args.steps_max = 10000;
	finish(fd, &args, &got);
	ends_spent(&got, KMVM_LIMIT_STEPS);
	expect(fd, "$i < 100_000", KMVM_DONE, "true");
}

static void share_of_its_timers(const void *data)
{
	struct kmvm_run_args args = limited("$n = []; $full = 0; t = Linux::Timer.every(ms: 1) { begin; $n << 'x' * 300_000; "
					    "rescue NoMemoryError; $full += 1; t.cancel; end }", KMVM_RUN_FOLLOW);
	int fd = session_read_write();
	struct outcome got;

	args.heap_max = 1 << 20;
	finish(fd, &args, &got);
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	expect(fd, "[$n.size, $full]", KMVM_DONE, "[3, 1]");
	expect(fd, "$n = nil; GC.start", KMVM_DONE, NULL);
}

/* Somebody's timer fires while a run with a small share sleeps. */
static void share_beside_timers(const void *data)
{
	struct kmvm_run_args args = limited("usleep 1000 until $good > 20; a = 'x' * 50_000; a.size", KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "$good = $bad = 0; Linux::Timer.every(ms: 2) { begin; 'x' * 200_000; $good += 1; "
	       "rescue NoMemoryError; $bad += 1; end }"), 0, "errno");
	args.heap_max = 100000;
	finish(fd, &args, &got);
	is_text(got.value, "50000", "value (%s)", got.error);
	expect(fd, "$bad", KMVM_DONE, "0");
	expect(fd, "ObjectSpace.each_object(Linux::Timer, &:cancel)", KMVM_DONE, NULL);
}

/* One that sleeps gives way to whoever sleeps among the events. */
static void sleeping_block(const void *data)
{
	struct kmvm_run_args args = limited("usleep 20_000 until $began; sleep 1; 5", KMVM_RUN_INSPECT);
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "$began = nil; Linux::Timer.after(ms: 1) { $began = true; sleep }"), 0, "errno");
	args.timeout_ns = 60 * SECOND;
	finish(fd, &args, &got);
	is_text(got.value, "5", "value (outcome %u, %s)", got.result.outcome, got.error);
	until(vm_idle(fd));
}

static void own_error(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "raise NoMemoryError, 'mine'"), 0, "errno");
	is(got.result.outcome, KMVM_RAISED, "outcome");
	is(got.result.limit, KMVM_LIMIT_NONE, "limit");
	contains(got.error, "mine", "error");
}

/* Texts end at their first NUL, and nothing is kept behind it. */
static void texts_with_nul(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before = info_of(fd);
	struct outcome got;

	is(run(fd, KMVM_RUN_INSPECT, &got, "o = Object.new; def o.inspect = \"ab\\0\" + 'x' * 65000; o"), 0, "errno");
	is(got.result.value_size, 3, "value_size");
	is(run(fd, 0, &got, "raise \"ab\\0\" + 'x' * 65000"), 0, "errno");
	holds(got.result.error_size < 200, "error_size is %u", got.result.error_size);
	for (int i = 0; i < 8; i++)
		start(fd, KMVM_RUN_INSPECT, "'x' * 60_000");
	until(vm_idle(fd));
	holds(info_of(fd).budget_held >= before.budget_held + 8 * 60000, "eight texts of 60000 bytes count %lld",
	      (long long)(info_of(fd).budget_held - before.budget_held));
}

static const struct test limit_tests[] = {
	{ "limit: a timeout ends a run that loops", times_out, "loop { }" },
	{ "limit: a timeout ends a run that sleeps", times_out, "sleep" },
	{ "limit: a timeout ends a run that rescues everything", times_out,
	  "begin; loop { }; rescue Exception; retry; end" },
	{ "limit: a timeout ends a run that loops in ensure", times_out, "begin; loop { }; ensure; loop { }; end" },
	{ "limit: a timeout ends a run that loops in a fiber", times_out, "Fiber.new { loop { } }.resume" },
	{ "limit: a timeout ends a run that sleeps in ensure", times_out, "begin; sleep; ensure; sleep; end" },
	{ "limit: a timeout ends a run that waits for a reader", times_out, "loop { puts 'x' * 999 }" },
	{ "limit: a timeout ends a run that is followed, and its timers", times_out_followed },
	{ "limit: limits that are far away change nothing", in_time },
	{ "limit: a timeout that comes as the run ends hurts nobody", ends_before },
	{ "limit: the module's own timeout is for runs that name none", timeout_of_the_module, NULL, true },
	{ "limit: steps end a run that loops", out_of_steps, "loop { }" },
	{ "limit: steps end a run that rescues everything", out_of_steps,
	  "begin; loop { }; rescue Exception; retry; end" },
	{ "limit: steps end a run that loops in ensure", out_of_steps, "begin; loop { }; ensure; loop { }; end" },
	{ "limit: steps end a run that calls itself", out_of_steps, "def f = (begin; f; rescue SystemStackError; end); loop { f }" },
	STEPS_IN_C("a power of a big integer", "7 ** 100_000"),
	STEPS_IN_C("a product of big integers", "a = 1 << 800_000; a -= 1; a * a"),
	STEPS_IN_C("a quotient of big integers", "a = 1 << 800_000; b = (1 << 400_000) - 1; a / b"),
	STEPS_IN_C("the digits of a big integer", "((1 << 800_000) - 1).to_s"),
	STEPS_IN_C("a string many times over", "s = 'xyz' * 1_000_000; loop { s.dup << 'x' }"),
	STEPS_IN_C("a search in a string", "('x' * 1_000_000).index('x' * 10_000 + 'y')"),
	STEPS_IN_C("a sort", "Array.new(100_000) { 1 }.sort; loop { ([3, 1, 2] * 30_000).sort }"),
	STEPS_IN_C("a product of arrays", "a = [1] * 60; a.product(a, a)"),
	STEPS_IN_C("products of arrays for which there is no memory",
		   "a = [1] * 210; loop { begin; a.product(a, a); rescue NoMemoryError; end }"),
	STEPS_IN_C("an array many times over", "loop { [1] * 500_000 }"),
	STEPS_AMID_OBJECTS("collections amid many objects", "loop { GC.start }"),
	STEPS_AMID_OBJECTS("collections amid many objects, for want of memory",
			   "loop { begin; [3] * 20_000; rescue NoMemoryError; end }"),
	STEPS_AMID_OBJECTS("changes of the collector's mode", "loop { GC.generational_mode ^= true }"),
	STEPS_IN_C("packing", "a = [1] * 100_000; loop { a.pack('N*') }"),
	STEPS_IN_C("a sum of arrays", "a = [1] * 100_000; loop { a + a }"),
	STEPS_IN_C("a search in an array", "a = [1] * 100_000; loop { a.index(2) }"),
	STEPS_IN_C("the keys of a hash", "h = {}; 3000.times { |i| h[i] = i }; loop { h.keys; h.values; h.dup }"),
	STEPS_IN_C("a format", "loop { sprintf('%100000x', 1) }"),
	{ "limit: steps are counted one by one", steps_exactly },
	{ "limit: a run's share of the heap, in small pieces", heap_of_a_run, "a = []; loop { a << 'x' * 500 }" },
	{ "limit: a run's share of the heap, in one piece", heap_of_a_run, "'x' * 1_100_000" },
	{ "limit: collections are not repeated in vain", collected_in_vain, "$met = 0; " ASKS(200) "$met" },
	{ "limit: memory that is let go of is found when some collections were in vain", collected_when_let_go,
	  "$met = 0; " ASKS(2) "$kept = nil; ('x' * 2_000_000).size" },
	{ "limit: memory that is let go of is found by GC.start when many were in vain", collected_when_let_go,
	  "$met = 0; " ASKS(100) "$kept = nil; GC.start; ('x' * 2_000_000).size" },
	{ "limit: a hash that grows when it is stopped is whole", half_an_index,
	  "(700...900).each { |i| $h[i << 34] = i }" },
	{ "limit: a hash that is indexed anew when it is stopped is whole", half_an_index, "$h.rehash; 1.times { }" },
	{ "limit: fibers within fibers meet their share of the heap in time", fibers_in_fibers,
	  "$n = 0; class Object; def go; $n += 1; [2, 1].sort { Fiber.new { go }.resume }; end; end; "
	  "begin; go; rescue Exception => e; [$n > 1000, e.class]; end" },
	{ "limit: a run's share of the heap, in symbols", symbols_count },
	{ "limit: a run's share is what it adds to the heap", heap_beside_others },
	{ "limit: a message of its own is within the share", last_words, GROWS("message") "raise Grows" },
	{ "limit: an inspect of its own is within the share", last_words, GROWS("inspect") "Grows.new" },
	{ "limit: a stop that return in ensure swallows ends the run and its timers", swallowed,
	  "def f; begin; loop { }; ensure; Linux::Timer.every(ms: 1) { }; return 1; end; end; f" },
	{ "limit: a stop that break in ensure swallows ends the run", swallowed,
	  "loop { begin; loop { }; ensure; break; end }; 7" },
	{ "limit: a stop that an inspect swallows ends the run", swallowed,
	  "o = Object.new; def o.inspect; begin; loop { }; ensure; return 'hu'; end; end; o" },
	{ "limit: a message that never ends is the run's", swallowed,
	  "class Foul < StandardError; def message = loop { }; end; raise Foul" },
	{ "limit: time that is up amid a collection is time", swallowed, "a = 'a' * 4_000_000; loop { a.succ }" },
	{ "limit: collections before runs are nobody's steps", many_small_runs },
	{ "limit: a followed run ends in time although another one sleeps", followed_beside_a_sleep },
	{ "limit: steps of a followed run's timers count", steps_of_its_timers,
	  "$i = 0; Linux::Timer.every(ms: 1) { 2000.times { $i += 1 } }" },
	{ "limit: steps of timers in a run's own sleep count", steps_of_its_timers,
	  "$i = 0; Linux::Timer.every(ms: 1) { 2000.times { $i += 1 } }; sleep" },
	{ "limit: a share holds in the blocks of a followed run", share_of_its_timers },
	{ "limit: a share is not met by somebody else's timers", share_beside_timers },
	{ "limit: a block that sleeps gives way", sleeping_block },
	{ "limit: a NoMemoryError that a script makes is an exception", own_error },
	{ "limit: texts count by what they take", texts_with_nul },
	{ "limit: a heap full of globals has room to load what clears it", full_of_globals },
	{ "limit: one budget for all of the module", budget_of_the_module, NULL, true, true },
	{ "limit: nothing is taken below the floor of available memory", floor_of_memory, NULL, true, true },
	{ "limit: images that are half there count for the budget", images_in_the_making, NULL, true, true },
	{ "limit: thousands of sessions", sessions_by_the_thousand, NULL, false, true },
	{ "limit: rings that nobody reads count for the budget", rings_by_the_thousand, NULL, true, true },
	{ "limit: runs by the thousand, stopped or out of memory amid big integers, leave nothing", limbs_of_stopped_runs,
	  .once = true },
	{ "limit: timers at full speed leave the processor to others, in the sleep of their run", timers_at_full_speed,
	  "1024.times { Linux::Timer.every(us: 100) { } }; puts 'on'; sleep" },
	{ "limit: timers at full speed leave the processor to others, when nobody takes their events",
	  timers_at_full_speed, "1024.times { Linux::Timer.every(us: 100) { } }; puts 'on'; loop { }" },
	{ "limit: kill ends a run of another session", killed, "puts 'on'; loop { }" },
	{ "limit: kill ends a sleep of another session", killed, "puts 'on'; sleep" },
	{ "limit: kill at once enters no ensure", killed_twice },
	{ "limit: kill ends the block of an event that is nobody's", killed_event },
	{ "limit: kill ends a run that is followed", killed_followed },
	{ "limit: what kill refuses", kill_fields },
	{ "limit: what reset refuses", reset_fields },
	{ "limit: reset gives a fresh VM, to the byte", fresh_start },
	{ "limit: reset ends a run that loops, and the queued one goes on", reset_in_flight, "puts 'on'; loop { }" },
	{ "limit: reset ends a run that loops in ensure", reset_in_flight,
	  "begin; puts 'on'; loop { }; ensure; loop { }; end" },
	{ "limit: reset ends a run that sleeps among its timers", reset_in_flight,
	  "10.times { Linux::Timer.every(us: 200) { } }; puts 'on'; sleep" },
	{ "limit: many clients reset and loop at once", resets_at_once },
	{ "limit: the collector's settings are fresh for each run", settings_are_fresh },
	{ "limit: stacks shrink at the end of a run", stacks_shrink },
	{ "limit: the budget of an event's block is a setting", event_budget, NULL, true, true },
	{ "limit: the kernel log takes so much of a VM, whatever the session", log_of_a_vm },
};

SUITE(limit);
