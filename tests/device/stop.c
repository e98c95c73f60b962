// SPDX-License-Identifier: GPL-2.0
/* Stops: in each state of a run, and what cannot get around them. */
#include "test.h"

static void ends_interrupted(int fd, u64 id)
{
	struct outcome got;

	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
	is(got.result.status, 1, "status");
	contains(got.error, "nterrupt", "error");
}

static void queued(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	u64 first = start(other, 0, "$ran = []; puts 'on'; sleep"), id, last;
	struct output output = { 0 };
	struct outcome got;

	/* Not stopped before its first step. */
	read_until(other, &output, "on");
	id = start(fd, 0, "$ran << 1");
	last = start(fd, 0, "$ran << 2");
	until(info_of(fd).waiting == 2);
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	is(got.result.steps, 0, "steps");
	is(got.result.time_ns, 0, "time_ns");
	is(info_of(fd).waiting, 1, "runs that wait");
	is(info_of(fd).owner_pid, getpid(), "whose run goes on");
	is(stop_run(other, first, 0), 0, "errno of the stop");
	is(wait_run(fd, last, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome of the one behind it");
	expect(fd, "$ran", KMVM_DONE, "[2]");
}

static void running(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, "puts 'on'; loop { }");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
}

static void sleeping(const void *data)
{
	int fd = session_read_write();
	u64 id = start(fd, 0, data);
	pid_t thread = thread_of_vm();

	until(info_of(fd).owner_pid && sleeps(thread));
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
}

/* Its ring is full, and a reader that moves keeps it waiting. */
static void printing(const void *data)
{
	int fd = session_read_write();
	pid_t thread = thread_of_vm();
	u64 took = ~0ULL;

	/* Who is not woken is late each time. */
	for (int i = 0; i < 3 && took >= SECOND / 2; i++) {
		u64 id = start(fd, 0, "loop { puts 'x' * 999 }"), begun;
		struct output output = { 0 };

		read_some(fd, 100, &output);
		until(sleeps(thread));
		begun = now();
		is(stop_run(fd, id, 0), 0, "errno of the stop");
		ends_interrupted(fd, id);
		took = now() - begun;
		read_all(fd, &output);
		drop(&output);
	}
	holds(took < SECOND / 2, "it took %llu ms", took / 1000000);
}

static void following(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, KMVM_RUN_FOLLOW, "$ticks = 0; Linux::Timer.every(ms: 1) { puts 'on'; $ticks += 1 }");

	read_until(fd, &output, "on\non\n");
	is(info_of(fd).owner_pid, 0, "owner of an idle VM");
	is(info_of(fd).handles, 1, "handles");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
	is(info_of(fd).handles, 0, "handles");
	read_all(fd, &output);
	expect(fd, "$ticks > 1", KMVM_DONE, "true");
}

/* Somewhere between being queued and its end. */
static void at_once(const void *data)
{
	int fd = session_read_write();
	unsigned int interrupted = 0;
	struct outcome got;

	for (int i = 0; i < 300; i++) {
		u64 id = start(fd, 0, data);

		if (i % 3)
			usleep(i);
		is(stop_run(fd, id, i & 1 ? KMVM_STOP_NOW : 0), 0, "errno of the stop");
		is(wait_run(fd, id, &got), 0, "errno of the wait");
		holds(got.result.outcome == KMVM_INTERRUPTED || got.result.outcome == KMVM_DONE, "outcome %u",
		      got.result.outcome);
		interrupted += got.result.outcome == KMVM_INTERRUPTED;
	}
	holds(interrupted > 0, "none was stopped in time");
}

static void ended(const void *data)
{
	int fd = session_read_write();
	u64 id = start(fd, KMVM_RUN_INSPECT, "'done'");
	struct outcome got;

	until(vm_idle(fd));
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of another");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome");
	is_text(got.value, "\"done\"", "value");
	is_errno(stop_run(fd, id, 0), ENOENT, "when it was told");
}

static void everything(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	u64 ids[4], others;
	struct outcome got;

	ids[0] = start(fd, KMVM_RUN_FOLLOW, "Linux::Timer.every(ms: 1) { }");
	ids[1] = start(fd, 0, "sleep");
	ids[2] = start(fd, 0, "sleep");
	others = start(other, KMVM_RUN_INSPECT, "'others'");
	ids[3] = start(fd, 0, "sleep");
	until(info_of(fd).waiting == 3);
	is(stop_run(fd, 0, 0), 0, "errno of the stop");
	for (int i = 0; i < 4; i++)
		ends_interrupted(fd, ids[i]);
	is(wait_run(other, others, &got), 0, "errno of the other's wait");
	is_text(got.value, "\"others\"", "value of the other's");
}

static void grace(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, "begin; begin; puts 'on'; loop { }; ensure; puts 'inner'; end; "
		       "ensure; x = (1..10).map { |i| i * i }; puts \"outer #{x.last}\"; end; puts 'not this'");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
	read_all(fd, &output);
	is_text(output.out.bytes, "on\ninner\nouter 100\n", "stdout");
}

static void no_grace(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, "begin; puts 'on'; loop { }; ensure; puts 'ensured'; end");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of the stop");
	ends_interrupted(fd, id);
	read_all(fd, &output);
	is_text(output.out.bytes, "on\n", "stdout");
}

static void second_stop(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	/* Each turn of the grace is long: without a second stop it would last. */
	u64 id = start(fd, 0, "a = (1..1000).to_a; begin; begin; puts 'on'; loop { }; ensure; puts 'first'; "
		       "loop { a.sort.map(&:to_s) }; end; ensure; puts 'never'; end");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the first stop");
	read_until(fd, &output, "first");
	is(stop_run(fd, id, 0), 0, "errno of the second stop");
	ends_interrupted(fd, id);
	read_all(fd, &output);
	is_text(output.out.bytes, "on\nfirst\n", "stdout");
}

static void grace_ends(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, data);

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
	read_all(fd, &output);
	holds(!strstr(output.both.bytes, "over"), "it came to its end");
}

/* A program, stopped once; it must end, and the VM must be as good as before. */
static void cornered(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id, bytes;
	struct outcome got;

	expect(fd, "GC.start; $stopped = nil", KMVM_DONE, NULL);
	bytes = info_of(fd).heap_bytes;
	for (int i = 0; i < 3; i++) {
		id = start(fd, i & 1 ? KMVM_RUN_INSPECT : 0, data);
		if (!read_until(fd, &output, "on\n"))
			return;
		clear(&output.both);
		usleep(i * 2000);
		is(stop_run(fd, id, i == 2 ? KMVM_STOP_NOW : 0), 0, "errno of the stop");
		ends_interrupted(fd, id);
		read_all(fd, &output);
		expect(fd, "[1, 2, 3].map { |i| begin; raise 'x'; rescue => e; e.message * i; end }.join",
		       KMVM_DONE, "\"xxxxxx\"");
		expect(fd, "Fiber.new { Fiber.yield 1; 2 }.resume", KMVM_DONE, "1");
	}
	/* The collector must be on: what is thrown away here is more than the heap holds. */
	is(run(fd, 0, &got, "20_000.times { 'y' * 8000 }; GC.start"), 0, "errno");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	/* The stack stays as deep as it once was. */
	holds(got.result.heap_bytes < bytes + (8 << 20), "%llu bytes of heap more",
	      got.result.heap_bytes - bytes);
}

#define CORNERED(what, ruby)	{ "stop: ends " what, cornered, ruby }

/* The steps that a program takes up to where it prints that it is on, that included. */
static u64 steps_of_preparation(int fd, const char *text)
{
	static const char on[] = "puts 'on';";
	size_t size = strstr(text, on) + strlen(on) - text;
	struct image image = ruby("%.*s", (int)size, text);
	struct output output = { 0 };
	struct outcome got;

	is(run_image(fd, 0, &image, &got), 0, "errno");
	is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
	read_all(fd, &output);
	free(image.bytes);
	return got.result.steps;
}

/*
 * One call of C that goes on for long, or for ever. From the stop to the end there is one piece of
 * work that is not divided: counted in steps, for which a limit of steps stands for whoever stops,
 * since it does so at a known one. Then somebody else does, and that process runs meanwhile.
 */
static void in_c(const void *data)
{
	static const u64 places[] = { 1, 20000, 150000 };
	int fd = session_read_write();
	struct image image = ruby_text(data);
	struct output output = { 0 };
	u64 id, before, bytes;

	expect(fd, "GC.start", KMVM_DONE, NULL);
	bytes = info_of(fd).heap_bytes;
	before = steps_of_preparation(fd, data);
	for (unsigned int i = 0; i < COUNT(places); i++) {
		struct kmvm_run_args args = {
			.size = sizeof(args),
			.flags = KMVM_RUN_ASYNC,
			.image = (uintptr_t)image.bytes,
			.image_size = image.size,
			.steps_max = before + places[i],
		};
		struct outcome got;

		is(ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0, 0, "errno");
		is(wait_run(fd, args.id, &got), 0, "errno of the wait");
		is(got.result.limit, KMVM_LIMIT_STEPS, "limit (%s)", got.error);
		holds(got.result.steps <= args.steps_max + piece_of(&got), "%llu steps from the stop to the end",
		      got.result.steps - args.steps_max);
	}
	id = start(fd, 0, data);
	if (!read_until(fd, &output, "on\n"))
		return;
	is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of the stop");
	ends_interrupted(fd, id);
	expect(fd, "GC.start", KMVM_DONE, NULL);
	holds(info_of(fd).heap_bytes < bytes + (1 << 20), "%llu bytes of heap more",
	      info_of(fd).heap_bytes - bytes);
}

#define IN_C(what, ruby)	{ "stop: within " what, in_c, ruby }

/* Stopped at ever other places, a big integer's limbs all come back. */
static void limbs(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 bytes = 0, id;

	for (int i = 0; i < 100; i++) {
		if (i == 20) {
			expect(fd, "GC.start", KMVM_DONE, NULL);
			bytes = info_of(fd).heap_bytes;
		}
		id = start(fd, 0, data);
		if (!read_until(fd, &output, "on\n"))
			return;
		clear(&output.both);
		usleep(i % 25 * 40);
		is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of the stop");
		ends_interrupted(fd, id);
	}
	expect(fd, "GC.start", KMVM_DONE, NULL);
	/* Each operation that loses its limbs loses 40 kB and more. */
	holds(info_of(fd).heap_bytes < bytes + (64 << 10), "%llu bytes of heap more",
	      info_of(fd).heap_bytes - bytes);
}

/* A stop without grace leaves its stream in place. */
static void in_stream(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, "$stdout = Object.new; def $stdout.write(s) = (STDOUT.write(s); loop { }); puts 'on'");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, KMVM_STOP_NOW), 0, "errno of the stop");
	ends_interrupted(fd, id);
	expect(fd, "$stdout = STDOUT; puts 'printed'", KMVM_DONE, "nil");
	read_all(fd, &output);
	is_text(output.out.bytes, "on\nprinted\n", "stdout");
}

/* The run has raised; what it says about that must not last for ever. */
static void in_message(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	u64 id = start(fd, 0, "class E < StandardError; def message = loop { puts 'on' }; end; raise E");

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	read_all(fd, &output);
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	holds(got.result.outcome == KMVM_RAISED || got.result.outcome == KMVM_INTERRUPTED,
	      "outcome %u", got.result.outcome);
	contains(got.error, "t.rb:1", "error");
}

static void takes_timers(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, 0, data);

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
	is(info_of(fd).handles, 0, "handles");
}

static void in_timers(const void *data)
{
	int fd = session_read_write();
	struct output output = { 0 };
	u64 id = start(fd, KMVM_RUN_FOLLOW, data);

	read_until(fd, &output, "on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends_interrupted(fd, id);
	is(info_of(fd).handles, 0, "handles");
}

static const struct test stop_tests[] = {
	{ "stop: ends a run that is asked for the message of its exception", in_message },
	{ "stop: takes the timers along that the run has started", takes_timers,
	  "5.times { Linux::Timer.every(ms: 1) { } }; puts 'on'; sleep" },
	{ "stop: takes timers along whose blocks loop", takes_timers,
	  "5.times { Linux::Timer.every(us: 200) { begin; puts 'on'; loop { }; rescue Exception; retry; end } }; loop { begin; sleep; rescue Exception; end }" },
	{ "stop: ends timers whose blocks rescue everything, in the sleep of their run", in_timers,
	  "Linux::Timer.every(us: 200) { begin; loop { }; rescue Exception; end }; puts 'on'; loop { begin; sleep; rescue Exception; end }" },
	{ "stop: ends timers whose blocks rescue everything, when their run has ended", in_timers,
	  "3.times { Linux::Timer.every(us: 200) { begin; puts 'on'; loop { }; rescue Exception; retry; ensure; loop { }; end } }" },
	{ "stop: of a queued run: it never ran, and those around it go on", queued },
	{ "stop: of a running run", running },
	{ "stop: of one that sleeps for ever", sleeping, "sleep" },
	{ "stop: of one that sleeps for long", sleeping, "sleep 10_000" },
	{ "stop: of one that sleeps in a fiber", sleeping, "Fiber.new { sleep }.resume" },
	{ "stop: of one that sleeps in a timer's block", sleeping, "Linux::Timer.after(us: 1) { sleep }; sleep" },
	{ "stop: of one that waits for room", printing },
	{ "stop: of a followed run closes its timers", following },
	/* Longer each time, up to a size: one that its caller cannot overtake is no use. */
	{ "stop: right after the start, of a short run", at_once,
	  "$n = ($n.to_i * 2 + 100) % 20000; $n.times { |i| i.to_s }" },
	{ "stop: right after the start, of a run that sleeps", at_once, "5.times { usleep 50 }" },
	{ "stop: of one that has ended is no error, and changes nothing", ended },
	{ "stop: of run 0 stops all runs of the session and no others", everything },
	{ "stop: the first leaves ensure blocks their grace", grace },
	{ "stop: KMVM_STOP_NOW leaves none", no_grace },
	{ "stop: a second one leaves none", second_stop },
	{ "stop: an ensure block that loops ends with the grace", grace_ends,
	  "begin; puts 'on'; loop { }; ensure; loop { }; puts 'over'; end" },
	{ "stop: an ensure block that sleeps ends at once", grace_ends,
	  "begin; puts 'on'; sleep; ensure; sleep 1000; usleep 1_000_000_000; loop { sleep 1 }; puts 'over'; end" },
	{ "stop: an ensure block that prints for ever ends with the grace", grace_ends,
	  "begin; puts 'on'; loop { }; ensure; loop { puts 'x' * 100 }; puts 'over'; end" },
	{ "stop: nested ensure blocks share one grace", grace_ends,
	  "def f(n)\n begin\n n == 0 ? (puts 'on'; loop { }) : f(n - 1)\n ensure\n loop { }\n end\nend\nf 50\nputs 'over'" },

	CORNERED("rescue Exception", "puts 'on'; loop { begin; loop { }; rescue Exception; end }"),
	CORNERED("rescue and retry", "puts 'on'; begin; loop { }; rescue Exception; retry; end"),
	CORNERED("rescue modifiers", "puts 'on'; loop { (loop { }) rescue nil }"),
	CORNERED("rescue of a named Interrupt", "puts 'on'; begin; loop { }; rescue Interrupt, Exception => e; loop { }; end"),
	CORNERED("rescue by a class whose === loops",
		 "m = Module.new; def m.===(e) = loop { }; puts 'on'; begin; loop { }; rescue m; end"),
	CORNERED("ensure with next", "puts 'on'; while true; begin; loop { }; ensure; next; end; end"),
	CORNERED("ensure with break", "puts 'on'; loop { loop { begin; loop { }; ensure; break; end } }"),
	CORNERED("ensure with return", "def f\n begin; loop { }; ensure; return 1; end\nend\nputs 'on'; loop { f }"),
	CORNERED("ensure with redo in a block", "puts 'on'; [1].each { |i| begin; loop { }; ensure; loop { next }; end }"),
	CORNERED("ensure with raise", "puts 'on'; loop { begin; begin; loop { }; ensure; raise 'x'; end; rescue; end }"),
	CORNERED("ensure with throw", "puts 'on'; loop { catch(:x) { begin; loop { }; ensure; throw :x; end } }"),
	CORNERED("exit in ensure", "puts 'on'; begin; loop { }; ensure; exit 0; end"),
	CORNERED("exit that is rescued", "puts 'on'; loop { begin; exit; rescue SystemExit; end }"),
	CORNERED("nested blocks", "puts 'on'; loop { 3.times { [1, 2].each { |i| { a: i }.each { |k, v| v.times { } } } } }"),
	CORNERED("nested ensures in blocks",
		 "puts 'on'; loop { [1].each { begin; [2].each { begin; loop { }; ensure; next; end }; ensure; next; end } }"),
	CORNERED("fibers that resume each other",
		 "puts 'on'; f = Fiber.new { loop { Fiber.yield } }; loop { f.resume }"),
	CORNERED("a fiber that rescues",
		 "puts 'on'; loop { Fiber.new { begin; loop { }; rescue Exception; Fiber.yield 1; end }.resume }"),
	CORNERED("a fiber that yields in ensure",
		 "puts 'on'; loop { f = Fiber.new { begin; loop { }; ensure; Fiber.yield 1; end }; f.resume; f.resume }"),
	CORNERED("fibers within fibers",
		 "def deep(n) = Fiber.new { n == 0 ? (puts 'on'; loop { }) : deep(n - 1).resume }\ndeep(8).resume"),
	CORNERED("an enumerator", "e = Enumerator.new { |y| loop { y << 1 } }; puts 'on'; loop { e.next }"),
	CORNERED("a lazy enumerator", "puts 'on'; (1..2**62).lazy.map { |i| i * 2 }.select { |i| i < 0 }.first(1)"),
	CORNERED("method_missing", "class Absent; def method_missing(*a) = loop { }; end; puts 'on'; Absent.new.here"),
	CORNERED("method_missing that misses itself",
		 "class Absent2; def method_missing(n, *a) = other(n); end; puts 'on'; loop { begin; Absent2.new.x; rescue SystemStackError; end }"),
	CORNERED("respond_to_missing?", "class R; def respond_to_missing?(*) = loop { }; end; puts 'on'; R.new.respond_to?(:x)"),
	CORNERED("const_missing", "class C0; def self.const_missing(n) = loop { }; end; puts 'on'; C0::Nothing"),
	CORNERED("a sort block that loops", "puts 'on'; [3, 1, 2].sort { |a, b| loop { } }"),
	CORNERED("endless sorting", "puts 'on'; loop { (1..500).to_a.sort { |a, b| b <=> a } }"),
	CORNERED("a sort block that rescues",
		 "puts 'on'; loop { [3, 1, 2].sort { |a, b| begin; loop { }; rescue Exception; 0; end } }"),
	CORNERED("<=> that loops", "class S; include Comparable; def <=>(o) = loop { }; end; puts 'on'; S.new < S.new"),
	CORNERED("hash and eql? that loop", "class H; def hash = loop { }; end; h = {}; 50.times { |i| h[i] = i }; puts 'on'; h[H.new]"),
	CORNERED("a hash's default block", "h = Hash.new { |h, k| loop { } }; puts 'on'; h[1]"),
	CORNERED("to_s in an interpolation", "class T; def to_s = loop { }; end; puts 'on'; \"#{T.new}\""),
	CORNERED("inspect of a value", "class I; def inspect = loop { }; end; puts 'on'; p I.new; I.new"),
	CORNERED("a splat", "class Sp; def to_a = loop { }; end; puts 'on'; [*Sp.new]"),
	CORNERED("recursion that is rescued at each level", "def r\n r\nrescue Exception\n r\nend\nputs 'on'; loop { r }"),
	CORNERED("recursion through C", "class In; def inspect = [self].inspect; end; puts 'on'; loop { begin; In.new.inspect; rescue SystemStackError; end }"),
	CORNERED("each_object", "puts 'on'; ObjectSpace.each_object { loop { } }"),
	CORNERED("define_method and instance_exec", "class D; define_method(:x) { loop { instance_exec { y } }; }; def y = loop { }; end; puts 'on'; D.new.x"),
	CORNERED("catch and throw", "puts 'on'; loop { catch(:a) { catch(:b) { throw :a } } }"),
	CORNERED("a Struct's each", "S0 = Struct.new(:a); puts 'on'; loop { S0.new(1).each { |x| x } }"),
	CORNERED("class bodies", "puts 'on'; loop { Class.new { def x; end; loop { } } }"),
	CORNERED("inherited", "class P0; def self.inherited(c) = loop { }; end; puts 'on'; Class.new(P0)"),
	CORNERED("a block given by a symbol", "class Sy; def go = loop { }; end; puts 'on'; [Sy.new].each(&:go)"),
	CORNERED("until and begin-while", "puts 'on'; i = 0; begin; i += 1; i = 0 if i > 9; end until i > 10"),
	CORNERED("allocation", "puts 'on'; loop { a = []; 100.times { |i| a << i.to_s * 10 }; a.join }"),
	CORNERED("memory errors that are rescued", "puts 'on'; loop { begin; a = []; loop { a << 'x' * 100_000 }; rescue Exception; end }"),
	CORNERED("stack errors that are rescued", "def g = g\nputs 'on'; loop { begin; g; rescue SystemStackError; end }"),
	CORNERED("sleep that is rescued", "puts 'on'; loop { begin; sleep 1; rescue Exception; end }"),
	CORNERED("puts of an object whose to_s prints", "class Pr; def to_s = puts(self); end; puts 'on'; loop { begin; puts Pr.new; rescue SystemStackError; end }"),
	{ "stop: ends a stream of the program's own", in_stream },

	IN_C("a power of big integers", "a = 3 ** 9000; puts 'on'; loop { a ** 250 }"),
	IN_C("a product of big integers", "a = (1 << 2_000_000) - 1; puts 'on'; loop { a * a }"),
	IN_C("a quotient of big integers", "a = 1 << 4_000_000; b = 1 << 2_000_000 | 1; puts 'on'; loop { a / b }"),
	IN_C("a power modulo", "a = 3 ** 20_000; m = 7 ** 20_000; puts 'on'; a.pow(a, m)"),
	IN_C("to_s of a big integer", "a = 1 << 4_000_000; puts 'on'; loop { a.to_s }"),
	IN_C("Integer() of many digits", "a = '9' * 1_000_000; puts 'on'; loop { Integer(a) }"),
	IN_C("digits", "a = 1 << 1_000_000; puts 'on'; loop { a.digits(2**60) }"),
	IN_C("a search in a string", "a = 'a' * 2_000_000; b = 'a' * 900_000 + 'b'; puts 'on'; a.index(b)"),
	IN_C("a search from the end", "a = 'a' * 2_000_000; b = 'b' + 'a' * 900_000; puts 'on'; loop { a.rindex(b) }"),
	IN_C("split by what is not there", "a = 'a' * 2_000_000; b = 'a' * 900_000 + 'b'; puts 'on'; a.split(b)"),
	IN_C("comparisons of long strings", "a = 'a' * 1_500_000; b = 'a' * 1_500_000; puts 'on'; loop { a == b }"),
	IN_C("strings that are repeated", "puts 'on'; loop { 'x' * 2_000_000 }"),
	IN_C("hashes of long strings", "a = 'a' * 2_000_000; puts 'on'; loop { a.hash }"),
	IN_C("upcase!, reverse! and tr!", "a = 'aB' * 1_000_000; puts 'on'; loop { a.swapcase!; a.reverse!; a.tr!('a-z', 'b-za') }"),
	IN_C("inspect of a long string", "a = 'a' * 1_000_000; puts 'on'; loop { a.inspect }"),
	IN_C("elements put first into an array", "a = [1] * 100_000; puts 'on'; loop { a.unshift(1); a.slice!(1, 1) }"),
	IN_C("searches in an array", "a = [1] * 130_000; puts 'on'; loop { a.index(2); a.rindex(2) }"),
	IN_C("join and inspect of an array", "a = (1..100_000).to_a; puts 'on'; loop { a.join; a.inspect }"),
	IN_C("an empty array repeated", "puts 'on'; loop { [] * 2**60 }"),
	IN_C("a hash whose keys collide", "h = {}; 4000.times { |i| h[i << 34] = i }; puts 'on'; loop { h.rehash }"),
	IN_C("pack and unpack", "a = ['a' * 900_000]; puts 'on'; loop { a.pack('m').unpack('m') }"),
	IN_C("sprintf of great width", "puts 'on'; loop { sprintf('%2000000d', 1) }"),
	IN_C("names of members that are compared", "a = (1..20_000).map { |i| :\"a#{i}\" }; puts 'on'; loop { Struct.new(*a) }"),
	IN_C("collections of a full heap",
	     "a = (1..40).map { (1..5000).map { |i| [] } }; puts 'on'; loop { GC.start }"),
	IN_C("memory errors that are rescued, of a full heap",
	     "a = []; begin; loop { a << (b = []); 5000.times { b << 'abc' } }; rescue NoMemoryError; a.pop; a.pop; end; puts 'on'; "
	     "loop { begin; 'x' * 60_000_000; rescue NoMemoryError; end }"),
	IN_C("one object after the other", "a = (1..40).map { (1..5000).map { |i| [] } }; puts 'on'; loop { ObjectSpace.count_objects }"),
	IN_C("long lines that are printed", "a = 'x' * 1_000_000; puts 'on'; loop { \"#{a}#{a}\"; sprintf('%s', a) }"),
	{ "stop: of big integers, over and over: their limbs come back", limbs,
	  "a = (1 << 160_000) - 1; puts 'on'; loop { b = a * a; c = b / a; a.pow(77, c); b.to_s; b.divmod(a) }" },
};

SUITE(stop);
