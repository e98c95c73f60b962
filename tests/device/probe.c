// SPDX-License-Identifier: GPL-2.0
/* Probes and tracepoints that fire as often as two processors can, and what ends them. */
#include <sched.h>

#include "test.h"

/* System calls are what fires; where there are no kprobes, the scheduler is. */
static pid_t make_noise(void)
{
	pid_t pid = fork_child();

	while (!pid) {
		for (int i = 0; i < 50; i++)
			getppid();
		close(open("/proc/version", O_RDONLY | O_CLOEXEC));
		sched_yield();
	}
	return pid;
}

static void make_all(pid_t noise[2])
{
	noise[0] = make_noise();
	noise[1] = make_noise();
}

#define STORM(block)									\
	"$n = 0\n"										\
	"begin\n"									\
	"  $probe = Linux::Probe.new('__x64_sys_getppid') " block "\n"			\
	"rescue Errno::EOPNOTSUPP\n"							\
	"  $probe = Linux::Tracepoint.new('sched_switch') " block "\n"			\
	"end\n"

static const char counting[] = STORM("{ $n = $n.to_i + 1; puts 'on' if $n == 100 }");
static const char looping[] = STORM("{ puts 'on'; loop { } }");
static const char returning[] = "$n = 0\n"
	"begin\n"
	"  $probe = Linux::Probe.return('__x64_sys_getppid') { $n = $n.to_i + 1; puts 'on' if $n == 100 }\n"
	"rescue Errno::EOPNOTSUPP\n"
	"  puts 'on'; $probe = Linux::Tracepoint.new('sched_waking') { $n = $n.to_i + 1 }\n"
	"end\n";
static const char many[] = "$n = 0\n"
	"%w[__x64_sys_getppid do_sys_openat2 do_filp_open vfs_read schedule].each do |name|\n"
	"  %w[new return].each { |how| Linux::Probe.__send__(how, name, strings: 1) { $n = $n.to_i + 1; puts 'on' if $n == 100 } }\n"
	"rescue Errno::EOPNOTSUPP, Errno::EINVAL, Errno::ENOENT\n"
	"end\n"
	"%w[sched_switch sched_waking sched_wakeup hrtimer_start timer_start softirq_entry irq_handler_entry].each do |name|\n"
	"  Linux::Tracepoint.new(name) { $n = $n.to_i + 1; puts 'on' if $n == 100 }\n"
	"rescue Errno::ENOENT\n"
	"end\n";

/* A followed run is stopped amid a storm, and others go on meanwhile. */
static void stopped(const void *data)
{
	pid_t noise[2];
	int fd = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id, begun;

	needs_steady_code();
	make_all(noise);
	id = start(fd, KMVM_RUN_FOLLOW, data);
	read_until(fd, &output, "on");
	if (data != looping)
		expect_value("6 * 7", "42");
	begun = now();
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	until(vm_idle(fd));
	for (int i = 0; i < 2; i++)
		kill_child(noise[i]);
	clear(&output.both);
}

/* What the module holds while a session is open that has just run a program, and main is clean. */
static u64 held_with_session(void)
{
	int fd = session_read_write();
	u64 held;

	expect(fd, "GC.start; 6 * 7", KMVM_DONE, "42");
	held = info_at_rest(fd).budget_held;
	close(fd);
	return held;
}

/* A VM is unloaded amid a storm; nothing of it is left. */
static void unloaded(const void *data)
{
	struct kmvm_info info;
	pid_t noise[2];
	u64 id, begun, held, after;
	int fd;

	needs_steady_code();
	make_all(noise);
	/* Main has all the chunks that this program is ever going to need. */
	for (int i = 0; i < 5; i++)
		held_with_session();
	held = held_with_session();
	fd = session_read_write();
	is(vm_load(fd, "stormy"), 0, "errno of loading");
	is(vm_keep(fd), 0, "errno of keeping");
	is(vm_start(fd, "stormy", data, &id), 0, "errno of the run");
	until(!vm_info(fd, "stormy", &info) && info.events >= (data == looping ? 1 : 100));
	begun = now();
	is(vm_unload(fd, "stormy"), 0, "errno of unloading");
	holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	holds(!vm_there(fd, "stormy"), "it is still there");
	close(fd);
	after = held_with_session();
	holds(after < held + 4096, "kmvm holds %llu bytes, and held %llu", (unsigned long long)after,
	      (unsigned long long)held);
	for (int i = 0; i < 2; i++)
		kill_child(noise[i]);
}

/* What a reset leaves. */
static void reset(const void *data)
{
	pid_t noise;
	int fd = session_read_write();

	needs_steady_code();
	noise = make_noise();
	expect(fd, "%w[sched_switch sched_waking].map { |n| Linux::Tracepoint.new(n) { raise 'x' if rand(100) == 0 } }.size", KMVM_DONE, "2");
	is(vm_reset(fd, ""), 0, "errno of the reset");
	holds(vm_idle(fd), "handles are left");
	expect(fd, "6 * 7", KMVM_DONE, "42");
	kill_child(noise);
}

/* The module goes while hits come in. */
static void module_goes(const void *data)
{
	pid_t noise[2];
	struct outcome got;

	needs_steady_code();
	make_all(noise);
	for (int i = 0; i < 5; i++) {
		int fd = session_read_write();

		is(run(fd, 0, &got, many), 0, "errno of the run");
		is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
		expect(fd, "usleep 100 until $n; 1", KMVM_DONE, "1");
		close(fd);
		until(!module_unload());
		is(module_load(""), 0, "errno of loading the module");
	}
	for (int i = 0; i < 2; i++)
		kill_child(noise[i]);
}

/* Load, fire, unload; now and then amid a block, or a hit. */
static void load_fire_unload(long i)
{
	static const char *const programs[] = {
		"Linux::Probe.return('do_filp_open', strings: [[1, 0, 0]]) { $n = 1 }",
		"Linux::Probe.new('__x64_sys_getppid') { $n = 1 }",
		"Linux::Tracepoint.new('sched_switch', strings: 1) { $n = 1 }",
		"Linux::Probe.new('do_sys_openat2+20', strings: 1) { $n = 1 }",
	};
	int fd = session_read_write();
	struct outcome got;
	char text[512];

	snprintf(text, sizeof(text),
		 "begin\n %s\nrescue Errno::EOPNOTSUPP\n Linux::Tracepoint.new('sched_waking') { $n = 1 }\n"
		 "rescue Errno::EINVAL\n $n = 1\nend\nusleep 100 until $n\n%s",
		 programs[i % COUNT(programs)], i % 3 ? "1" : "Linux::Work.schedule { loop { } }");
	is(vm_load(fd, "round"), 0, "errno of loading");
	is(vm_run(fd, "round", 0, text, &got), 0, "errno of the run");
	is(got.result.outcome, KMVM_DONE, "outcome of round %ld (%s)", i, got.error);
	if (i % 2)
		is(vm_unload(fd, "round"), 0, "errno of unloading");
	close(fd);
}

static void rounds(const void *data)
{
	long count = setting("KMVM_ROUNDS", 300), warm = count < 80 ? count / 4 : count / 5 + 40, round, slab = 0;
	pid_t noise[2];
	struct kmvm_info before = { 0 };
	int fd = session_read_write();
	u64 begun = now();

	needs_steady_code();
	make_all(noise);
	allow(60 * PATIENCE + count);
	for (round = 0; round < count; round++) {
		if (round == warm) {
			slab = slab_held();
			is(vm_info(fd, "", &before), 0, "errno of info");
		}
		load_fire_unload(round);
	}
	for (int i = 0; i < 2; i++)
		kill_child(noise[i]);
	slab = slab_grown(slab, (count - warm) / 2 + 1000);
	summary("%ld VMs loaded, fired and unloaded in %llu s; from the %ldth on slab %+ld kB", count,
		(now() - begun) / SECOND, warm, slab);
	is(info_of(fd).budget_held, before.budget_held, "what kmvm holds");
	holds(slab < (count - warm) / 2 + 1000, "slab grew by %ld kB", slab);
}

static const struct test probe_tests[] = {
	{ "probe: a storm of hits is stopped with its run", stopped, counting },
	{ "probe: a storm of returns is stopped with its run", stopped, returning },
	{ "probe: a storm of hits is stopped amid a block that never ends", stopped, looping },
	{ "probe: many that fire everywhere are stopped with their run", stopped, many },
	{ "probe: a VM is unloaded amid a storm of hits", unloaded, counting },
	{ "probe: a VM is unloaded amid hits from everywhere", unloaded, many },
	{ "probe: a VM is unloaded amid a block that never ends", unloaded, looping },
	{ "probe: a reset takes tracepoints away", reset },
	{ "probe: the module goes while hits come in", module_goes, .fresh = true },
	{ "probe: opened, fired and unloaded again and again, all memory comes back", rounds },
};

SUITE(probe);
