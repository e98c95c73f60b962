// SPDX-License-Identifier: GPL-2.0
/* Timers as an attacker uses them: what their blocks may do to the VM's thread. */
#include "test.h"

#define CANCEL_ALL	"ObjectSpace.each_object(Linux::Timer, &:cancel)"

/* A followed run that must come to its end by itself, and what it prints. */
static void prints(const char *text, const char *wanted)
{
	int fd = session_read_write();
	struct output output = { 0 };
	struct outcome got;

	append(&output.both, "", 0);
	is(run(fd, KMVM_RUN_FOLLOW, &got, text), 0, "errno of %s", text);
	read_all(fd, &output);
	is(got.result.outcome, KMVM_DONE, "outcome of %s (%s)", text, got.error);
	if (strcmp(output.both.bytes, wanted))
		contains(output.both.bytes, wanted, "what is printed by %s", text);
	close(fd);
}

struct program {
	const char *ruby;
	const char *printed;	/* all of it, or a part */
};

static void program(const void *data)
{
	const struct program *program = data;

	prints(program->ruby, program->printed);
	until(({ int fd = session_read_write(); bool idle = vm_idle(fd); close(fd); idle; }));
}

#define PROGRAM(what, ruby, printed)	\
	{ "event: " what, program, &(const struct program) { ruby, printed } }

static void followed(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id = start(fd, KMVM_RUN_FOLLOW, "n = 0; Linux::Timer.every(ms: 1) { |_, t| puts n += 1; t.cancel if n == 5 }; puts 0");

	read_all(fd, &output);
	is_text(output.out.bytes, "0\n1\n2\n3\n4\n5\n", "stdout");
	is(output.run, id, "run of what a block prints");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome");
}

static void unfollowed(const void *data)
{
	int fd = session_read_write(), log = log_follow();
	struct output output = { 0 };
	struct buffer lines = { 0 };
	struct outcome got;

	is(run(fd, 0, &got, "Linux::Timer.after(ms: 20) { puts 'late' }; puts 'soon'"), 0, "errno");
	read_all(fd, &output);
	is_text(output.out.bytes, "soon\n", "stdout");
	until(vm_idle(fd));
	is(read_some(fd, 100, &output), 0, "read() later");
	/* A timer that fires once is over before its block is. */
	until(({ log_read(log, &lines); strstr(lines.bytes, "kmvm: main: late\n"); }));
}

/* Another session's run sleeps: the block must not print there. */
static void others_output(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output mine = { 0 }, theirs = { 0 };
	u64 id, sleeper;

	id = start(fd, KMVM_RUN_FOLLOW, "n = 0; Linux::Timer.every(ms: 1) { |_, t| puts 'mine'; t.cancel if (n += 1) == 50 }");
	sleeper = start(other, 0, "usleep 200_000; puts 'theirs'");
	read_all(fd, &mine);
	read_all(other, &theirs);
	is(count_of(mine.out.bytes, "mine\n"), 50, "lines here");
	is_text(theirs.both.bytes, "theirs\n", "what the other reads");
	is(mine.run, id, "id of the run");
	is(theirs.run, sleeper, "id of the other's run");
}

/* A followed run's block raises, exits, or is stopped, in the sleep of another's run. */
static void others_run(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id, sleeper;

	id = start(fd, KMVM_RUN_FOLLOW, "Linux::Timer.every(us: 500) { raise 'in block' }; Linux::Timer.every(us: 700) { exit 9 };"
		   "Linux::Timer.every(ms: 1) { puts 'on'; loop { } }");
	sleeper = start(other, KMVM_RUN_INSPECT, "usleep 100_000; 'undisturbed'");
	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	is(wait_run(other, sleeper, &got), 0, "errno of the other's wait");
	is(got.result.outcome, KMVM_DONE, "outcome of the other's (%s)", got.error);
	is_text(got.value, "\"undisturbed\"", "value of the other's");
}

/* A timer faster than its block must not keep runs waiting. */
static void faster_than_its_block(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	u64 begun = now();

	/* The timer interrupts of User-Mode Linux alone would take all of the processor. */
	start(fd, KMVM_RUN_FOLLOW, is_uml() ? "20.times { Linux::Timer.every(us: 2000) { 500.times { } } }" :
	      "20.times { Linux::Timer.every(us: 100) { 500.times { } } }");
	until(info_of(fd).handles == 20);
	for (int i = 0; i < 20; i++)
		expect(other, "5 + 5", KMVM_DONE, "10");
	holds(now() - begun < at_most(10 * SECOND), "20 runs took %llu ms", (now() - begun) / 1000000);
	is(info_of(fd).handles, 20, "handles");
}

/* Nobody can stop a block whose run has ended, so it has an end of its own. */
static void runaway(const void *data)
{
	int fd = session_read_write(), log = log_follow();
	struct buffer lines = { 0 };
	struct outcome got;
	u64 begun;

	expect(fd, "$began = $over = nil", KMVM_DONE, "nil");
	is(run(fd, 0, &got, data), 0, "errno");
	begun = now();
	until(!run(fd, KMVM_RUN_INSPECT, &got, "$began") && !strcmp(got.value, "true"));
	expect(fd, "1 + 1", KMVM_DONE, "2");
	holds(now() - begun < at_most(10 * SECOND), "the next runs waited %llu ms", (now() - begun) / 1000000);
	expect(fd, CANCEL_ALL, KMVM_DONE, NULL);
	until(vm_idle(fd));
	expect(fd, "$over", KMVM_DONE, "nil");
	log_read(log, &lines);
	contains(lines.bytes, ": ended, its block took too long", "log");
}

static void nonblocking(const void *data)
{
	int fd = session_read_write(), other = session(O_RDWR | O_NONBLOCK);
	struct image image = ruby("1");
	struct outcome got;

	is(run(fd, 0, &got, "Linux::Timer.every(us: 100) { loop { } }"), 0, "errno");
	until(run(other, 0, &got, "1") == EAGAIN);
	until(put(other, image.bytes, image.size) == -EAGAIN);
	expect(fd, CANCEL_ALL, KMVM_DONE, NULL);
}

static void takes_along(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, data), 0, "errno");
	holds(got.result.outcome != KMVM_DONE, "outcome %u", got.result.outcome);
	is(info_of(fd).handles, 0, "handles");
}

/* What a script can reach of what the VM keeps its timers in. */
static void tampered(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	run(fd, 0, &got, data);
	run(fd, 0, &got, "5000.times { |i| [i.to_s * 20, { i => i }] }; GC.start; usleep 20_000; " CANCEL_ALL);
	run(fd, 0, &got, "GC.start; 5000.times { |i| Object.new }; usleep 5000; GC.start");
	close(fd);
	is(module_unload(), 0, "errno of unloading");
}

#define TIMERS	"4.times { |i| Linux::Timer.every(us: 300) { $ticks = i } }; "

static const struct test event_tests[] = {
	{ "event: a followed run's blocks print to its session, and end it with its last timer", followed },
	{ "event: when its run has ended, a block prints to the kernel log", unfollowed },
	{ "event: a block never prints into the session in whose sleep it runs", others_output },
	{ "event: a block that raises, exits or is stopped leaves the run alone in whose sleep it runs", others_run },
	{ "event: timers faster than their blocks leave runs their turn", faster_than_its_block },
	{ "event: a block whose run has ended is ended after a second", runaway, "Linux::Timer.after(us: 1) { $began = true; loop { }; $over = 1 }" },
	{ "event: also one that rescues everything", runaway,
	  "Linux::Timer.every(us: 100) { $began = true; begin; loop { }; rescue Exception; retry; ensure; loop { }; end; $over = 1 }" },
	{ "event: also one that sleeps, when a run waits", runaway,
	  "Linux::Timer.after(us: 1) { $began = true; begin; sleep 1000; rescue Exception; sleep 1000; ensure; sleep 1000; end; $over = 1 }" },
	{ "event: O_NONBLOCK does not wait for a block", nonblocking },
	{ "event: a run that raises takes its timers along", takes_along, "8.times { Linux::Timer.every(us: 300) { } }; raise 'x'" },
	{ "event: a run that exits takes its timers along", takes_along, "8.times { Linux::Timer.every(us: 300) { } }; exit" },
	{ "event: a run that has no memory takes its timers along", takes_along,
	  "8.times { Linux::Timer.every(us: 300) { } }; a = []; loop { a << 'x' * 9999 }" },
	PROGRAM("a block that raises is reported, and its timer goes on",
		"n = 0; Linux::Timer.every(ms: 1) { |_, t| n += 1; t.cancel if n == 3; raise \"no #{n}\" }", "no 3 (RuntimeError)"),
	PROGRAM("exit ends a block and no more", "n = 0; Linux::Timer.every(ms: 1) { |_, t| n += 1; t.cancel if n == 3; puts n; exit 5 }", "1\n2\n3\n"),
	PROGRAM("break and return in a block are no way out",
		"Linux::Timer.after(us: 1) { break }; def f = Linux::Timer.after(us: 2) { return 5 }\nf; Linux::Timer.after(ms: 5) { puts 'behind' }", "behind"),
	PROGRAM("throw is no way out of a block, into the run that sleeps",
		"r = catch(:x) { Linux::Timer.after(us: 1) { throw :x, 1 }; usleep 20_000; 'stayed' }; puts r", "stayed"),
	PROGRAM("break is no way out of a block, into the run that sleeps",
		"r = [1].each { Linux::Timer.after(us: 1) { break 7 }; usleep 20_000 }; puts r.inspect", "[1]"),
	PROGRAM("a block cannot yield the fiber that sleeps",
		"f = Fiber.new { Linux::Timer.after(us: 1) { Fiber.yield 1 }; usleep 20_000; 'through' }; puts f.resume", "through"),
	PROGRAM("a block cannot resume the fiber that sleeps",
		"f = nil; f = Fiber.new { Linux::Timer.after(us: 1) { f.resume }; usleep 20_000; 'through' }; puts f.resume", "through"),
	PROGRAM("a block can resume a fiber that its run has left",
		"f = Fiber.new { 3.times { |i| puts i; Fiber.yield }; puts 'end' }; f.resume; Linux::Timer.every(ms: 1) { |_, t| f.alive? ? f.resume : t.cancel }",
		"0\n1\n2\nend\n"),
	PROGRAM("a block made in a fiber outlives it",
		"Fiber.new { x = 'local'; Linux::Timer.after(ms: 5) { puts x } }.resume; GC.start; 1000.times { 'x' * 50 }; GC.start", "local"),
	PROGRAM("a block inside of a sleep sleeps, and no event comes in between",
		"Linux::Timer.after(us: 1) { puts 'a'; usleep 20_000; puts 'b' }; Linux::Timer.after(us: 2) { puts 'c'; $c = true }; $c = nil; usleep 1000 until $c; puts 'd'",
		"a\nb\nc\nd\n"),
	PROGRAM("a block may start and cancel timers",
		"n = 0; step = nil; step = ->(t) { puts n += 1; Linux::Timer.after(us: 500, &step) if n < 4 }; Linux::Timer.after(us: 1, &step)",
		"1\n2\n3\n4\n"),
	PROGRAM("timers may cancel each other",
		"$t = 10.times.map { |i| Linux::Timer.every(us: 300) { $t.each { |o| o.cancel } ; $n = ($n || 0) + 1 } }; usleep 30_000; puts $n; $n = nil",
		"1\n"),
	PROGRAM("a timer cancelled in its own block is over",
		"t = Linux::Timer.every(us: 100) { |_, s| p s.equal?(t), s.cancel, s.cancel, s.active? }; usleep 10_000; p t.active?",
		"true\ntrue\nfalse\nfalse\nfalse\n"),
	PROGRAM("deep recursion in a block is an error, no more",
		"def deep = deep\nLinux::Timer.after(us: 1) { deep }; usleep 50_000; puts 'behind'", "behind"),
	PROGRAM("deep recursion around a sleep leaves room for blocks",
		"class Nest; def initialize(n) = @n = n; def to_s = @n == 0 ? (usleep(20_000); 'end') : \"#{Nest.new(@n - 1)}\"; end;"
		"Linux::Timer.every(us: 500) { |_, t| [[1]].flatten.sort.to_s }; n = 2; begin; loop { Nest.new(n).to_s; n += 8 }; rescue SystemStackError; end;"
		"puts 'met its end'; " CANCEL_ALL, "met its end"),
	PROGRAM("a copy of a timer is no timer",
		"t = Linux::Timer.every(ms: 1) { }; c = t.dup rescue nil; begin; c.cancel; rescue => e; end; p t.active?; GC.start; t.cancel", "true\n"),
	PROGRAM("wrong times are refused",
		"[-> { Linux::Timer.every(us: 99) { } }, -> { Linux::Timer.after(s: 2**62) { } }, -> { Linux::Timer.after(s: 2**70) { } },"
		" -> { Linux::Timer.after(ms: -1) { } }, -> { Linux::Timer.after(ms: 'x') { } }, -> { Linux::Timer.after(h: 1) { } }, -> { Linux::Timer.after { } },"
		" -> { Linux::Timer.after(ms: 1) }, -> { Linux::Timer.new }, -> { Linux::Timer.after(1) { } }]"
		".each { |f| begin; f.call; print 'taken '; rescue ArgumentError, TypeError, NoMethodError, RangeError; print '-'; end }; puts",
		"----------\n"),
	PROGRAM("ten thousand timers come and go",
		"20.times { a = 500.times.map { |i| Linux::Timer.after(s: 1000 + i) { } }; a.each { |t| t.cancel } }; GC.start; puts 'gone'", "gone"),
	PROGRAM("a thousand timers and no end of them: an error, and they can be cancelled",
		"a = []; begin; loop { a << Linux::Timer.after(s: 1000) { } }; rescue Linux::LimitError => e; puts a.size, e.message; end;"
		"a.pop.cancel; Linux::Timer.after(us: 1) { puts 'one more' }; usleep 10_000; a.each { |t| t.cancel }; puts 'gone'",
		"1024\na VM has at most 1024 timers, works, threads, notifiers, probes and files\none more\ngone\n"),
	{ "event: a script that clears every hash harms only itself", tampered,
	  TIMERS "ObjectSpace.each_object(Hash) { |h| h.clear }; GC.start", .fresh = true },
	{ "event: a script that freezes every hash harms only itself", tampered,
	  TIMERS "ObjectSpace.each_object(Hash) { |h| h.freeze }; GC.start", .fresh = true },
	{ "event: a script that puts other values into every hash harms only itself", tampered,
	  TIMERS "ObjectSpace.each_object(Hash) { |h| h.keys.each { |k| h[k] = 42 } }; GC.start", .fresh = true },
	{ "event: a script that takes methods away harms only itself", tampered,
	  TIMERS "class Hash; undef_method :[]; undef_method :delete; undef_method :hash rescue 0; end; class Integer; undef_method :hash rescue 0; def hash = raise('x'); def eql?(o) = raise('x'); def ==(o) = raise('y'); end; GC.start",
	  .fresh = true },
	{ "event: a script that removes every constant harms only itself", tampered,
	  TIMERS "Object.constants.each { |c| Object.__send__(:remove_const, c) rescue nil }; GC.start; exit 3",
	  .fresh = true },
	{ "event: a script that freezes every object harms only itself", tampered,
	  TIMERS "ObjectSpace.each_object { |o| o.freeze rescue nil }; GC.start", .fresh = true },
};

SUITE(event);
