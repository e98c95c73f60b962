// SPDX-License-Identifier: GPL-2.0
/*
 * Sixteen sessions at once, each with markers of its own; and then honest ones among hostile
 * ones, which are killed at any moment.
 */
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "test.h"

#define SESSIONS	16

/* One client; its exit status tells whether it saw anything that was not its own. */
static void client(unsigned int me, u64 end, unsigned int *rounds)
{
	char text[400], wanted[64];
	unsigned int round = 0;

	for (; now() < end; round++) {
		int fd = session_read_write();

		for (int i = 0; i < 5; i++) {
			struct output output = { 0 };
			struct outcome got;
			unsigned int lines = 0;
			char *line;
			u64 id;

			snprintf(text, sizeof(text),
				 "20.times { |n| puts '<%u %u %d>'; warn '<%u %u %d>' if n == 9; %s }; $soak%u = [%u, %d]; '%u %u %d'",
				 me, round, i, me, round, i, round % 3 ? "usleep 1" : "n.to_s * 50", me, round, i, me,
				 round, i);
			id = start(fd, KMVM_RUN_INSPECT, text);
			read_all(fd, &output);
			is(wait_run(fd, id, &got), 0, "errno of the wait");
			is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
			snprintf(wanted, sizeof(wanted), "\"%u %u %d\"", me, round, i);
			is_text(got.value, wanted, "value");
			is(got.result.lost_bytes, 0, "lost_bytes");
			snprintf(wanted, sizeof(wanted), "<%u %u %d>", me, round, i);
			append(&output.both, "", 0);
			for (line = strtok(output.both.bytes, "\n"); line; line = strtok(NULL, "\n")) {
				if (strcmp(line, wanted)) {
					is_text(line, wanted, "a line");
					break;
				}
				lines++;
			}
			is(lines, 21, "lines");
			clear(&output.out);
			clear(&output.err);
			clear(&output.both);
		}
		close(fd);
	}
	*rounds = round;
}

static void soak(const void *data)
{
	unsigned long seconds = setting("KMVM_SOAK_S", 20);
	u64 end = now() + seconds * SECOND;
	int fd = session_read_write();
	u64 before = info_of(fd).runs;
	pid_t pids[SESSIONS];
	unsigned int total = 0;
	int pipes[2];

	allow(seconds + 60);
	if (pipe(pipes))
		give_up("pipe: %m");
	for (unsigned int i = 0; i < SESSIONS; i++) {
		pids[i] = fork_child();
		if (!pids[i]) {
			unsigned int rounds = 0;

			client(i, end, &rounds);
			if (write(pipes[1], &rounds, sizeof(rounds)) != sizeof(rounds))
				child_ends(1);
			child_ends(0);
		}
	}
	for (unsigned int i = 0; i < SESSIONS; i++) {
		unsigned int rounds = 0;

		is(reap(pids[i]), 0, "how client %u ended", i);
		if (read(pipes[0], &rounds, sizeof(rounds)) != sizeof(rounds))
			give_up("read: %m");
		holds(rounds > 0, "a client has done nothing");
		total += rounds * 5;
	}
	is(info_of(fd).runs - before, total, "runs that ended");
	summary("%u sessions for %lu s: %u runs, each with its own output", SESSIONS, seconds, total);
}

/* What hostile clients send. None of it may end well, or ill for anybody else. */
static const char *const hostile[] = {
	"loop { }",
	"while true; end",
	"begin; loop { }; rescue Exception; retry; end",
	"begin; loop { }; ensure; loop { }; end",
	"begin; sleep; ensure; sleep; end",
	"Fiber.new { loop { Fiber.yield rescue nil } }.resume",
	"class Foul; def method_missing(name, *args) = send(:\"#{name}\", *args); end; Foul.new.nothing",
	"def deep(n) = deep(n + 1) + 1; loop { begin; deep(0); rescue SystemStackError; end }",
	"class Foul; def to_s = \"#{self}\"; end; loop { begin; Foul.new.to_s; rescue SystemStackError; end }",
	"class Foul; def inspect = [self].inspect; end; Foul.new.inspect",
	"class Foul; def ==(other) = [self] == [other]; end; Foul.new == Foul.new",
	"hash = Hash.new { |h, k| h[k + 1] }; hash[0]",
	"array = []; loop { array << 'x' * 1000 }",
	"array = []; loop { begin; loop { array << [array] }; rescue NoMemoryError; array = []; end }",
	"string = 'x' * 1000; loop { string << string }",
	"hash = {}; loop { hash[hash.size] = [hash] }",
	"7 ** 10_000_000",
	"number = 3 ** 50_000; loop { number = number * number % 10**9000 }",
	"(3 ** 100_000).to_s.size",
	"('x' * 10_000_000).index('y' * 1000)",
	"('x' * 1000 + 'y') * 10_000 =~ 1 rescue loop { 'ab' * 1_000_000 }",
	"Array.new(100_000) { |i| -i }.sort { |a, b| a <=> b }",
	"array = Array.new(50_000) { |i| i }; array.sort { |a, b| array.clear; a <=> b }",
	"([1, 2, 3, 4, 5, 6, 7, 8] * 4).product([1] * 100, [2] * 100, [3] * 100)",
	"loop { Linux::Timer.every(us: 100) { loop { } } }",
	"10.times { Linux::Timer.every(us: 100) { raise 'foul' } }; sleep",
	"Linux::Timer.after(ms: 1) { sleep }; sleep",
	"loop { puts 'foul' * 1000 }",
	"raise 'foul'",
	"raise Class.new(Exception) { def message = raise(self); def inspect = message; def backtrace = loop { } }",
	"exit 3",
	"begin; exit 1; ensure; exit 2; end",
	"abort 'foul'",
	"GC.disable; loop { 'x' * 100 }",
	"GC.interval_ratio = 1; GC.step_ratio = 1; GC.generational_mode = false; loop { [1] }",
	"ObjectSpace.each_object { |o| loop { } }",
	"ObjectSpace.each_object(Array) { |a| a.hash rescue nil }; loop { }",
	"throw :foul",
	"catch(:foul) { loop { } }",
	"a = []; a << a; a.flatten rescue loop { a.hash; a.inspect; a <=> a }",
	"Comparable.instance_method(:clamp).bind(1).call(nil, nil)",
	"Struct.new(*(:aa..:zz).to_a).new.inspect rescue loop { }",
	"sprintf('%1000000d', 1).size; loop { sprintf('%100000x', 1) }",
	"[1].pack('C' + 1_000_000.to_s); loop { ([1] * 1000).pack('N*') }",
	"fibers = []; loop { f = Fiber.new { Fiber.yield }; f.resume; fibers << f }",
	"$foul = Array.new(1000) { |i| i.to_s }; $foul = nil; loop { }",
};

/* SIGALRM to this process, which does not expect it. */
static void die_in(unsigned int us)
{
	struct itimerval timer = { .it_value = { us / 1000000, us % 1000000 } };

	if (setitimer(ITIMER_REAL, &timer, NULL))
		give_up("setitimer: %m");
}

/* One hostile client: it asks, and is not there any more. */
static void ask_foully(int fd, unsigned int *seed)
{
	struct image image = ruby_text(hostile[rand_r(seed) % COUNT(hostile)]);
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.flags = rand_r(seed) % 8 ? rand_r(seed) & KMVM_RUN_INSPECT : KMVM_RUN_FOLLOW,
		.image = (uintptr_t)image.bytes,
		.image_size = image.size,
		.timeout_ns = (1 + rand_r(seed) % 60) * 1000000ULL,
		.heap_max = rand_r(seed) % 2 ? 1 << (10 + rand_r(seed) % 13) : 0,
		.steps_max = rand_r(seed) % 4 ? 0 : rand_r(seed) % 100000,
	};
	u64 id = 0;
	struct outcome got;

	switch (rand_r(seed) % 5) {
	case 0:
		/* By write(), whole or in part. It knows no timeout: without its writer the run ends. */
		die_in(1 + rand_r(seed) % 100000);
		put(fd, image.bytes, rand_r(seed) % 2 ? image.size : rand_r(seed) % image.size);
		return;
	case 1:
		/* Nobody reads, nobody waits. */
		args.flags |= KMVM_RUN_ASYNC;
		ioctl(fd, KMVM_IOC_RUN, &args);
		return;
	case 2:
		/* Stopped as soon as it runs. */
		args.flags |= KMVM_RUN_ASYNC;
		if (ioctl(fd, KMVM_IOC_RUN, &args))
			return;
		id = args.id;
		usleep(rand_r(seed) % 5000);
		stop_run(fd, id, rand_r(seed) % 2 ? KMVM_STOP_NOW : 0);
		break;
	default:
		args.flags |= KMVM_RUN_ASYNC;
		if (ioctl(fd, KMVM_IOC_RUN, &args))
			return;
		id = args.id;
	}
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	holds(got.result.outcome != KMVM_PENDING && got.result.outcome != KMVM_REFUSED,
	      "a hostile program: outcome %u (%s)", got.result.outcome, got.error);
	holds(got.result.limit != KMVM_LIMIT_ABORT, "mruby gave up: %s", got.error);
}

static void hostile_client(unsigned int seed, u64 end, unsigned int *rounds)
{
	while (now() < end) {
		unsigned int own = rand_r(&seed);
		pid_t pid = fork_child();

		if (!pid) {
			seed = own;
			int fd = session(rand_r(&seed) % 4 ? O_RDWR : O_WRONLY);

			for (int i = 0; i < 4; i++)
				ask_foully(fd, &seed);
			child_ends(0);
		}
		/* Half of them are killed in the middle of it. */
		if (rand_r(&seed) % 2) {
			usleep(rand_r(&seed) % 100000);
			kill(pid, SIGKILL);
		}
		reap(pid);
		(*rounds)++;
	}
}

#define CANCEL_TIMERS	"ObjectSpace.each_object(Linux::Timer) { |timer| timer.cancel }; GC.start"

static void among_hostile_ones(const void *data)
{
	unsigned long seconds = setting("KMVM_SOAK_S", 40);
	u64 end = now() + seconds * SECOND;
	enum { HONEST = 3, HOSTILE = 5 };
	int fd = session_read_write();
	unsigned int honest = 0, foul = 0;
	struct kmvm_info before, after;
	pid_t pids[HONEST + HOSTILE];
	int pipes[2];

	allow(seconds + 120);
	expect(fd, "GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	if (pipe(pipes))
		give_up("pipe: %m");
	for (unsigned int i = 0; i < COUNT(pids); i++) {
		unsigned int counted[2] = { 0 };

		pids[i] = fork_child();
		if (pids[i])
			continue;
		if (i < HONEST)
			client(i, end, &counted[0]);
		else
			hostile_client(setting("KMVM_SEED", 1) * 1000 + i, end, &counted[1]);
		if (write(pipes[1], counted, sizeof(counted)) != sizeof(counted))
			child_ends(1);
		child_ends(0);
	}
	/*
	 * Timers of a program that came to its end are the VM's: end them as anybody can. A thousand
	 * would leave those who finish little of an emulated processor.
	 */
	while (now() < end)
		usleep(100000);
	expect(fd, CANCEL_TIMERS, KMVM_DONE, NULL);
	for (unsigned int i = 0; i < COUNT(pids); i++) {
		unsigned int counted[2];

		is(reap(pids[i]), 0, "how client %u ended", i);
		if (read(pipes[0], counted, sizeof(counted)) != sizeof(counted))
			give_up("read: %m");
		honest += counted[0];
		foul += counted[1];
	}
	holds(honest > 0 && foul > 0, "%u honest rounds, %u hostile ones", honest, foul);
	expect(fd, CANCEL_TIMERS, KMVM_DONE, NULL);
	until(vm_idle(fd));
	expect(fd, "GC.start", KMVM_DONE, NULL);
	after = info_of(fd);
	holds(after.heap_bytes < before.heap_bytes + (512 << 10), "%lld bytes more in use than before",
	      (long long)(after.heap_bytes - before.heap_bytes));
	summary("%lu s: %u rounds of %d honest clients, each answer checked, among %d hostile ones, %u times at it",
		seconds, honest, HONEST, HOSTILE, foul);
}

static const struct test soak_tests[] = {
	{ "soak: sixteen sessions at once see their own output and results and no others", soak, .once = true },
	{ "soak: honest clients get their answers among hostile ones, which are killed at any moment",
	  among_hostile_ones, .once = true },
};

SUITE(soak);
