// SPDX-License-Identifier: GPL-2.0
/* Linux::Thread as others see it: what ends it, and what it leaves behind. */

#include "test.h"

/* Threads that compute, sleep, wait for a queue, have threads, and print. */
#define MANY									\
	"q = Linux::Queue.new(1)\n"						\
	"Linux::Thread.new { loop { } }\n"					\
	"Linux::Thread.new { begin; sleep; ensure; loop { }; end }\n"		\
	"Linux::Thread.new(q) { |from| from.pop }\n"				\
	"Linux::Thread.new(q) { |to| loop { to << 'x' * 1000 } }\n"		\
	"Linux::Thread.new { 3.times { Linux::Thread.new { Linux::Thread.new { sleep }; sleep } }; sleep }\n" \
	"Linux::Thread.new { Linux::Timer.every(us: 200) { $n = $n.to_i + 1 }; sleep }\n" \
	"Linux::Thread.new { loop { puts 'y' * 1000; usleep 100 } }\n"		\
	"puts 'on'\n"

static void seen(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_info about, parent;
	struct kmvm_kill_args kill;
	struct outcome got;
	u64 id;

	id = start(fd, 0, "t = Linux::Thread.new { loop { } }; puts 'on'; t.join");
	read_until(fd, &output, "on");
	is(vm_info(other, "", &parent), 0, "errno of info");
	is(parent.parent, 0, "whose thread main is");
	is(vm_info(other, "main.1", &about), 0, "errno of info");
	is(about.parent, parent.serial, "whose thread it is");
	until(!vm_info(other, "main.1", &about) && about.state == KMVM_VM_RUNNING);
	is_errno(vm_unload(other, "main.1"), EBUSY, "errno of unloading it");
	is_errno(vm_start(other, "main.1", "1", &id), EBUSY, "errno of a run there");
	is_errno(vm_load(other, "main.1"), EEXIST, "errno of loading one of that name");
	is(vm_kill(other, KMVM_STOP_NOW, "main.1", &kill), 0, "errno of killing it");
	is(wait_run(fd, 1, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_RAISED, "outcome");
	contains(got.error, "main.1: ", "error");
	contains(got.error, "interrupted (Linux::ThreadError)", "error");
	until(vm_count(other) == 1);
	drop(&output);
}

/* Its name is taken: it gets the next one. */
static void named(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	char longest[KMVM_NAME_MAX];
	struct outcome got;
	u64 id;

	is(vm_load(fd, "main.1"), 0, "errno of loading");
	expect(other, "Linux::Thread.new { 1 }.name", KMVM_DONE, "\"main.2\"");
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	is(vm_load(other, longest), 0, "errno of the longest name");
	is(vm_start(other, longest, "Linux::Thread.new { 1 }.join", &id), 0, "errno of a run there");
	is(wait_run(other, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
}

static void killed_client(const void *data)
{
	long count = setting("KMVM_ROUNDS", 100) / 10 + 3;
	int fd = session_read_write();
	struct kmvm_info before, after;
	long slab = 0;

	allow(30 * PATIENCE);
	for (long i = 0; i < count; i++) {
		struct output output = { 0 };
		int ready[2];
		pid_t pid;

		if (i == 3) {
			is(vm_reset(fd, ""), 0, "errno of the reset");
			is(vm_info(fd, "", &before), 0, "errno of info");
			slab = slab_held();
		}
		if (pipe(ready))
			give_up("pipe: %m");
		pid = fork_child();
		if (!pid) {
			int its = session_read_write();

			start(its, 0, MANY "sleep");
			read_until(its, &output, "on");
			if (write(ready[1], "x", 1) != 1)
				child_ends(1);
			for (;;)
				pause();
		}
		close(ready[1]);
		is(read(ready[0], &(char){ 0 }, 1), 1, "the child's byte");
		close(ready[0]);
		kill_child(pid);
		until(vm_idle(fd) && vm_count(fd) == 1);
	}
	is(vm_reset(fd, ""), 0, "errno of the reset");
	is(vm_info(fd, "", &after), 0, "errno of info");
	is(after.budget_held, before.budget_held, "what kmvm holds");
	slab = slab_grown(slab, 8 * count + 1000);
	holds(slab < 8 * count + 1000, "slab grew by %ld kB", slab);
}

static void unloaded(const void *data)
{
	long count = setting("KMVM_ROUNDS", 100) / 10 + 3;
	int other = session_read_write();
	struct kmvm_info before, after;

	allow(30 * PATIENCE);
	for (long i = 0; i < count; i++) {
		struct output output = { 0 };
		int fd = session_read_write();
		u64 id;

		if (i == 1)
			is(vm_info(other, "", &before), 0, "errno of info");
		is(vm_load(fd, "host"), 0, "errno of loading");
		is(vm_start(fd, "host", i % 2 ? MANY : MANY "sleep", &id), 0, "errno of the run");
		read_until(fd, &output, "on");
		if (i % 3 == 0)
			is(vm_reset(other, "host"), 0, "errno of the reset");
		if (i % 3 == 1)
			is(vm_unload(other, "host"), 0, "errno of unloading");
		close(fd);
		until(vm_count(other) == 1);
		drop(&output);
	}
	is(vm_info(other, "", &after), 0, "errno of info");
	is(after.budget_held, before.budget_held, "what kmvm holds");
}

/* A run that is over leaves its threads to the VM; the module takes them along. */
static void in_flight(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };

	start(fd, 0, MANY);
	read_all(fd, &output);
	contains(output.both.bytes, "on", "the output");
	holds(vm_count(fd) > 6, "%u VMs", vm_count(fd));
	close(fd);
	is(module_unload(), 0, "errno of unloading the module");
	drop(&output);
}

static void prints_on(const void *data)
{
	int log = log_follow(), fd = session_read_write();
	struct output output = { 0 };
	struct buffer lines = { 0 };

	start(fd, 0, "$q = Linux::Queue.open('go')\n"
	      "Linux::Thread.new { q = Linux::Queue.open('go'); q.pop; puts 'early'; q.pop; puts 'late'; print 'last' }\n"
	      "$q << 1\nputs 'first'\nLinux.sleep(ms: 1) until $q.empty?\n");
	read_all(fd, &output);
	contains(output.both.bytes, "first", "the output");
	fd = session_read_write();
	expect(fd, "$q << 2; $q = nil; 5", KMVM_DONE, "5");
	until((log_read(log, &lines), lines.size && strstr(lines.bytes, "kmvm: main: late")));
	/* A line that nothing ends is one, too. */
	until((log_read(log, &lines), strstr(lines.bytes, "kmvm: main: last")));
	clear(&lines);
	drop(&output);
}

/* Between programs that know no more of each other than a name. */
static void by_name(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct outcome got;
	u64 id, its;

	is(vm_load(fd, "a"), 0, "errno of loading");
	is(vm_load(other, "b"), 0, "errno of loading");
	is(vm_start(fd, "a", "i = Linux::Queue.open('in', 1); o = Linux::Queue.open('out', 1)\n"
		    "100.times { |n| i << n; raise 'no' unless o.pop == n * 2 }; i.close", &id), 0, "errno");
	is(vm_start(other, "b", "i = Linux::Queue.open('in', 1); o = Linux::Queue.open('out', 1)\n"
		    "while (n = i.pop); o << n * 2; end", &its), 0, "errno");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	is(wait_run(other, its, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	is(vm_unload(fd, "a"), 0, "errno of unloading");
	is(vm_unload(other, "b"), 0, "errno of unloading");
}

/* Limits of a run are those of its threads. */
static void limited(const void *data)
{
	int fd = session_read_write();
	struct image image = ruby("t = Linux::Thread.new { loop { } }; begin; t.join; rescue Linux::ThreadError => e; e.message; end");
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT, .steps_max = 1000000,
		.image = (uintptr_t)image.bytes, .image_size = image.size,
	};
	char value[200] = "";

	args.result.value = (uintptr_t)value;
	args.result.value_size = sizeof(value);
	is(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, 0, "errno of the run");
	contains(value, "out of steps", "what join raised");
	args.steps_max = 0;
	args.timeout_ns = 50000000;
	is(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, 0, "errno of the run");
	is(args.result.limit, KMVM_LIMIT_TIME, "the limit");
	until(vm_count(fd) == 1);
	free(image.bytes);
}

/* An ensure block that goes on as if nothing had been makes no value of it. */
static void valueless(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct kmvm_kill_args kill;
	struct outcome got;

	start(fd, KMVM_RUN_INSPECT,
	      "t = Linux::Thread.new(&lambda { begin; loop { }; ensure; return 5; end })\n"
	      "puts t.name; t.value\n");
	read_until(fd, &output, "main.1");
	/* None before the run has begun. */
	until(!vm_kill(other, 0, "main.1", &kill) && kill.runs);
	is(wait_run(fd, 1, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_RAISED, "outcome (%s)", got.value);
	contains(got.error, "interrupted (Linux::ThreadError)", "error");
	drop(&output);
}

static u64 beside_the_heap(int fd)
{
	struct kmvm_info info = info_of(fd);

	return info.budget_held - info.heap_held;
}

/*
 * Small ones are mostly the kernel's memory around them. Whoever waits for a run hears of its end before the
 * VM has let go of its answer, so these are answers of one size.
 */
static void counted(const void *data)
{
	int fd = session_read_write();
	u64 least, filled;

	expect(fd, "$q = nil; 1", KMVM_DONE, "1");
	least = beside_the_heap(fd);
	expect(fd, "$q = Linux::Queue.new(10000); $q.size", KMVM_DONE, "0");
	expect(fd, "10000.times { $q << nil }; $q.size", KMVM_DONE, "10000");
	filled = beside_the_heap(fd);
	holds(filled >= least + 10000 * 500, "10000 messages count %llu", filled - least);
	expect(fd, "$q = nil; GC.start; 1", KMVM_DONE, "1");
	until(beside_the_heap(fd) <= least);
	holds(beside_the_heap(fd) + 100 > least, "kmvm holds %llu bytes less than before beside the heap",
	      least - beside_the_heap(fd));
}

/* Threads without end meet an error, and all comes back. */
static void bomb(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct kmvm_info before, after;
	struct outcome got;

	allow(60 * PATIENCE);
	is(vm_info(other, "", &before), 0, "errno of info");
	is(run(fd, KMVM_RUN_INSPECT, &got,
	       "l = []\n"
	       "begin\n"
	       "  loop { l << Linux::Thread.new { m = []; begin; loop { m << Linux::Thread.new { sleep } }\n"
	       "  rescue Linux::LimitError, NoMemoryError, Linux::ThreadError; m = nil; end; sleep } }\n"
	       "rescue Linux::LimitError, NoMemoryError, Linux::ThreadError => e\n"
	       "  l.each(&:kill); e.class\n"
	       "end"), 0, "errno");
	holds(got.result.outcome == KMVM_DONE || got.result.outcome == KMVM_SPENT, "outcome %u (%s)",
	      got.result.outcome, got.error);
	close(fd);
	until(vm_count(other) == 1);
	is(vm_reset(other, ""), 0, "errno of the reset");
	is(vm_info(other, "", &after), 0, "errno of info");
	holds(after.budget_held <= before.budget_held, "kmvm holds %llu, and held %llu",
	      after.budget_held, before.budget_held);
}

static const struct test thread_tests[] = {
	{ "thread: it is a VM that is listed, can be killed, and belongs to another one", seen, .fresh = true },
	{ "thread: a name that is taken is passed over", named, .fresh = true },
	{ "thread: limits of a run are those of its threads", limited },
	{ "thread: prints to its run's session, and to the log once nobody reads there", prints_on },
	{ "thread: one that was stopped has no value", valueless, .fresh = true },
	{ "queue: what waits in it counts for the budget, whole", counted, .fresh = true },
	{ "queue: programs in two VMs talk by its name", by_name },
	{ "thread: those in flight end with the module", in_flight, .fresh = true },
	{ "thread: a client that is killed leaves none, and no memory", killed_client, .once = true },
	{ "thread: those of a VM that is unloaded or reset end with it", unloaded, .once = true },
	{ "thread: threads without end meet an error", bomb, .once = true },
};

SUITE(thread);
