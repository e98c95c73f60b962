// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading. */
#include <sched.h>
#include <sys/stat.h>
#include <signal.h>

#include "test.h"

static void in_use(const void *data)
{
	int fd = session_read_write();

	for (int i = 0; i < 3; i++)
		is(module_unload(), EAGAIN, "errno with a session open");
	start(fd, 0, "loop { }");
	is(module_unload(), EAGAIN, "errno with a run going on");
	stop_run(fd, 0, 0);
	expect(fd, "'still here'", KMVM_DONE, "\"still here\"");
}

static void used(const void *data)
{
	int fd = session_read_write(), twin = dup(fd);

	is(module_unload(), EAGAIN, "errno with two descriptors");
	close(fd);
	is(module_unload(), EAGAIN, "errno with one");
	close(twin);
	is(module_unload(), 0, "errno with none");
	holds(access(DEVICE, F_OK), "the device is still there");
	is(open(DEVICE, O_RDWR) < 0 ? errno : 0, ENOENT, "errno of open()");
	is(module_load(""), 0, "errno of loading");
	is(module_load(""), EEXIST, "errno of loading twice");
	expect_value("[1, 2].sum", "3");
}

/* data: what a run leaves behind when its session is closed. */
static void left_behind(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before, after;
	struct outcome got;
	u64 begun;

	is(run(fd, 0, &got, data), 0, "errno");
	is(got.result.outcome, KMVM_DONE, "outcome");
	until(info_of(fd).handles);
	before = info_of(fd);
	usleep(20000);
	after = info_of(fd);
	holds(after.cpu_ns >= before.cpu_ns, "its time goes back");
	close(fd);
	begun = now();
	is(module_unload(), 0, "errno of unloading");
	holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	is(module_load(""), 0, "errno of loading");
	expect_value("$left", "nil");
}

static void looping_block(const void *data)
{
	int fd = session_read_write();
	struct outcome got;
	u64 begun, spent;

	set_parameter("event_ms", 60000);
	is(run(fd, 0, &got, data), 0, "errno");
	/* The block is at it when the thread's time grows and nothing is queued. */
	until(state_of(thread_of_vm()) == 'R');
	spent = info_of(fd).cpu_ns;
	until(info_of(fd).cpu_ns > spent + 20000000);
	close(fd);
	begun = now();
	is(module_unload(), 0, "errno of unloading");
	holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	is(module_load(""), 0, "errno of loading");
	expect_value("1 + 1", "2");
}

/* A timer fires on the processor on which it was started. */
static void pin_vm(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	is(sched_setaffinity(thread_of_vm(), sizeof(set), &set), 0, "sched_setaffinity()");
}

static void firing(const void *data)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (int i = 0; i < 10; i++) {
		int fd = session_read_write();
		struct outcome got;

		for (int cpu = 0; cpu < cpus; cpu++) {
			pin_vm(cpu);
			is(run(fd, 0, &got, "8.times { Linux::Timer.every(us: 100) { $ticks = ($ticks || 0) + 1 } }; usleep 1000"),
			   0, "errno");
		}
		is(info_of(fd).handles, 8 * cpus, "handles");
		expect(fd, "$ticks > 0", KMVM_DONE, "true");
		close(fd);
		is(module_unload(), 0, "errno of unloading");
		is(module_load(""), 0, "errno of loading");
	}
}

static void just_killed(const void *data)
{
	static const char *const programs[] = {
		"loop { }", "sleep", "loop { puts 'x' * 999 }",
		"Linux::Timer.every(us: 100) { loop { } }; sleep",
		"begin; loop { }; rescue Exception; retry; ensure; loop { }; end",
	};

	for (int i = 0; i < 15; i++) {
		int fd = session_read_write(), ret = 0;
		struct outcome got;
		u64 end;
		pid_t pid = fork_child();

		if (!pid) {
			run(session_read_write(), KMVM_RUN_FOLLOW, &got, programs[i % COUNT(programs)]);
			child_ends(1);
		}
		until(info_of(fd).owner_pid == pid);
		close(fd);
		kill_child(pid);
		end = now() + 10 * SECOND;
		/* The killed one has closed its files once it was reaped. */
		while ((ret = module_unload()) == EAGAIN && now() < end)
			nap();
		is(ret, 0, "errno of unloading");
		is(module_load(""), 0, "errno of loading");
	}
}

/* Loading that fails must leave nothing, and the next one must work. */
static void failed_load(const void *data)
{
	static const char *const wrong[] = { "heap_mib=x", "heap_mib=-1", "heap_mib=99999999999" };

	is(module_unload(), 0, "errno of unloading");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		int ret = module_load(wrong[i]);

		holds(ret == EINVAL || ret == ERANGE, "errno %d of %s", ret, wrong[i]);
		holds(!module_loaded(), "it is there");
	}
	holds(access(DEVICE, F_OK), "the device is there");
	is(module_load("heap_mib=1"), 0, "errno of loading with the least heap");
	expect_value("1 + 1", "2");
}

/* Runs one program by write() and one by ioctl, and starts what unloading must end. */
static void cycle(struct image *image)
{
	struct outcome got;
	char bytes[200];
	int fd;

	is(module_load(""), 0, "errno of loading");
	fd = session_read_write();
	is(put(fd, image->bytes, image->size), image->size, "bytes");
	holds(read(fd, bytes, sizeof(bytes)) > 0, "nothing was printed");
	is(run_image(fd, KMVM_RUN_INSPECT, image, &got), 0, "errno");
	is_text(got.value, "500500", "value");
	is(close(fd), 0, "close()");
	is(module_unload(), 0, "errno of unloading");
}

struct figures {
	long slab;
	long vmalloc;
	long percpu;
	long available;
};

/* What is free may lie on lists of the kernel for a while: dropped, then the least of some looks. */
static struct figures look(void)
{
	struct figures least = { .slab = 1L << 40, .vmalloc = 1L << 40, .percpu = 1L << 40 };
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	for (int i = 0; i < 10; i++) {
		struct figures at = {
			memory("Slab:"), memory("VmallocUsed:"), memory("Percpu:"), memory("MemAvailable:"),
		};

		if (write(fd, "3", 1) < 0)
			break;
		if (at.slab < least.slab)
			least.slab = at.slab;
		if (at.vmalloc < least.vmalloc)
			least.vmalloc = at.vmalloc;
		if (at.percpu < least.percpu)
			least.percpu = at.percpu;
		if (at.available > least.available)
			least.available = at.available;
		usleep(20000);
	}
	close(fd);
	return least;
}

static void cycles(const void *data)
{
	unsigned long count = setting("KMVM_CYCLES", 1000), warm = count / 5;
	struct image image = ruby("puts 'x' * 100; $sum = (1..1000).inject { |a, b| a + b }");
	struct figures before = { 0 }, after;
	u64 begun = now();

	allow(1500);
	is(module_unload(), 0, "errno of unloading");
	for (unsigned long i = 0; i < count; i++) {
		if (i == warm)
			before = look();
		cycle(&image);
	}
	after = look();
	summary("%lu cycles of load, run and unload in %llu s; from the %luth on slab %+ld kB, vmalloc %+ld kB, percpu %+ld kB, available %+ld kB",
		count, (now() - begun) / SECOND, warm, after.slab - before.slab, after.vmalloc - before.vmalloc,
		after.percpu - before.percpu, after.available - before.available);
	holds(after.slab - before.slab < (long)(count - warm) / 2 + 400, "slab grew from %ld to %ld kB", before.slab, after.slab);
	holds(after.vmalloc - before.vmalloc < 64, "vmalloc grew from %ld to %ld kB", before.vmalloc, after.vmalloc);
	is(module_load(""), 0, "errno of loading");
}

static const struct test module_tests[] = {
	{ "module: it cannot be unloaded while a session is open or a run goes on", in_use },
	{ "module: it can when the last session is closed, and loads again", used, .fresh = true },
	{ "module: loading that fails leaves nothing behind", failed_load, .fresh = true },
	{ "module: unloading ends a loop in a timer's block", looping_block, "Linux::Timer.after(ms: 1) { loop { } }", .fresh = true },
	{ "module: unloading ends a timer's block that rescues everything", looping_block,
	  "Linux::Timer.every(ms: 1) { begin; loop { }; rescue Exception; retry; ensure; loop { }; end }", .fresh = true },
	{ "module: unloading ends timers and what their blocks keep", left_behind,
	  "$left = 1; 100.times { |i| x = 'x' * i; Linux::Timer.every(ms: 1) { $left = x } }", .fresh = true },
	{ "module: unloading while timers fire each 100 us on every processor", firing, .fresh = true },
	{ "module: unloading right after kill -9 of who runs", just_killed, .fresh = true },
	{ "module: loaded, used and unloaded again and again, slab and vmalloc do not grow", cycles, .fresh = true, .once = true },
};

SUITE(module);
