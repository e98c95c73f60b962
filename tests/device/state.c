// SPDX-License-Identifier: GPL-2.0
/* What stays in the VM from run to run, and what one run must not do to the next. */
#include "test.h"

static void persists(const void *data)
{
	expect_value("$kept = [1, 'two', { three: 3 }]; class Kept; attr_accessor :x; end; CONST = :c; def kept_method = 'm'; nil", "nil");
	expect_value("[$kept, CONST, kept_method]", "[[1, \"two\", {:three=>3}], :c, \"m\"]");
	expect_value("k = Kept.new; k.x = 5; $k = k; k.x", "5");
	expect_value("$k.x += 1", "6");
	expect_value("$k.class.instance_methods(false).sort", "[:x, :x=]");
}

static void locals_end(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	expect(fd, "local = 5; $block = -> { local += 1 }; 0", KMVM_DONE, "0");
	is(run(fd, 0, &got, "local"), 0, "errno");
	is(got.result.outcome, KMVM_RAISED, "outcome of a local of another run");
	expect(fd, "other = 'x'; [$block.call, $block.call]", KMVM_DONE, "[6, 7]");
}

/* What a bad program leaves, and how it ends; then others must find all in order. */
struct bad {
	const char *ruby;
	u32 outcome;
};

static void healthy(int fd)
{
	expect(fd, "begin; nil.nothing; rescue NoMethodError => e; e.message; end", KMVM_DONE,
	       "\"undefined method 'nothing' for nil\"");
	expect(fd, "[3, 1, 2].sort { |a, b| b <=> a }.map { |i| i.to_s }.join('-')", KMVM_DONE, "\"3-2-1\"");
	expect(fd, "f = Fiber.new { |x| Fiber.yield x + 1; :end }; [f.resume(1), f.resume]", KMVM_DONE, "[2, :end]");
	expect(fd, "def deep(n) = n == 0 ? 0 : 1 + deep(n - 1)\ndeep(500)", KMVM_DONE, "500");
	expect(fd, "[[[1, [2]], { 'a' => nil }]].inspect", KMVM_DONE, "\"[[[1, [2]], {\\\"a\\\"=>nil}]]\"");
	expect(fd, "30.times { 'x' * 1_000_000 }; 'collected'", KMVM_DONE, "\"collected\"");
	expect(fd, "begin; raise 'a'; ensure; $e = 1; end", KMVM_RAISED, NULL);
	expect(fd, "exit 4", KMVM_EXITED, NULL);
}

static void survives(const void *data)
{
	const struct bad *bad = data;
	int fd = session_read_write(), other = session_read_write();
	struct outcome got;

	for (int i = 0; i < 3; i++) {
		is(run(fd, i == 1 ? KMVM_RUN_INSPECT : 0, &got, bad->ruby), 0, "errno");
		if (bad->outcome)
			is(got.result.outcome, bad->outcome, "outcome (%s)", got.error);
		healthy(other);
	}
}

#define SURVIVES(what, outcome, ruby)	\
	{ "state: " what, survives, &(const struct bad) { ruby, outcome } }

/* The program breaks the VM for Ruby; the kernel and the next module must not mind. */
static void kernel_survives(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	run(fd, KMVM_RUN_INSPECT, &got, data);
	run(fd, KMVM_RUN_INSPECT, &got, "5000.times { |i| [i.to_s, { i => i }] }; 'x'.foo");
	run(fd, KMVM_RUN_INSPECT, &got, "raise ArgumentError, 'x'");
	run(fd, 0, &got, "exit 3");
	run(fd, 0, &got, "a = []; loop { a << 'x' * 1000 }");
	run(fd, 0, &got, "def f = f\nf");
	close(fd);
	is(module_unload(), 0, "errno of unloading");
	is(module_load(""), 0, "errno of loading");
	fd = session_read_write();
	healthy(fd);
}

#define KERNEL_SURVIVES(what, ruby)	\
	{ "state: the kernel survives " what, kernel_survives, ruby, .fresh = true }

static void inspect_broken(const void *data)
{
	int fd = session_read_write();
	struct outcome got;

	expect(fd, "class Object; alias old_inspect inspect; def inspect = raise('no inspect'); end; 1", KMVM_DONE, "1");
	is(run(fd, KMVM_RUN_INSPECT, &got, "Object.new"), 0, "errno");
	is(got.result.outcome, KMVM_RAISED, "outcome");
	contains(got.error, "no inspect", "error");
	is_text(got.value, "", "value");
	expect(fd, "class Object; def inspect = 42; end; 'x'", KMVM_DONE, "\"x\"");
	is(run(fd, KMVM_RUN_INSPECT, &got, "Object.new"), 0, "errno");
	holds(got.result.outcome == KMVM_DONE || got.result.outcome == KMVM_RAISED, "outcome %u", got.result.outcome);
	is(run(fd, 0, &got, "raise 'still told'"), 0, "errno");
	contains(got.error, "still told (RuntimeError)", "error");
	expect(fd, "class Object; alias inspect old_inspect; end; Object.new.inspect[0, 9]", KMVM_DONE, "\"#<Object:\"");
}

static void arguments_anew(const void *data)
{
	int fd = session_read_write();

	expect(fd, "ARGV << 'left'; $0 = 'other'; Object.__send__(:remove_const, :ARGV); $PROGRAM_NAME = nil; 1", KMVM_DONE, "1");
	expect(fd, "[ARGV, $0, $PROGRAM_NAME]", KMVM_DONE, "[[], \"-\", \"-\"]");
	expect(fd, "ARGV = 5; ARGV.freeze", KMVM_DONE, "5");
	expect(fd, "ARGV", KMVM_DONE, "[]");
}

static const struct test state_tests[] = {
	{ "state: globals, constants, classes and methods stay from run to run and for all sessions", persists },
	{ "state: locals end with their run, unless a block keeps them", locals_end },
	{ "state: each run has its own ARGV and $0, whatever the last one did to them", arguments_anew },
	{ "state: an inspect that is broken is told, and can be mended", inspect_broken, .fresh = true },
	SURVIVES("an uncaught exception leaves nothing behind", KMVM_RAISED, "def f = raise('x')\n[1].each { |i| { a: 1 }.each { f } }"),
	SURVIVES("exit leaves nothing behind", KMVM_EXITED, "[1].each { begin; exit 2; ensure; $a = 1; end }"),
	SURVIVES("exit in a fiber leaves nothing behind", KMVM_EXITED, "Fiber.new { Fiber.new { exit 2 }.resume }.resume"),
	SURVIVES("SystemStackError leaves nothing behind", KMVM_RAISED, "def f(x) = f([x])\nf 1"),
	SURVIVES("SystemStackError through C leaves nothing behind", KMVM_RAISED, "class In2; def to_s = \"#{self}\"; end; In2.new.to_s"),
	SURVIVES("SystemStackError in a fiber leaves nothing behind", KMVM_RAISED, "def g = g\nFiber.new { g }.resume"),
	SURVIVES("NoMemoryError leaves nothing behind", KMVM_SPENT, "a = []; loop { a << 'x' * 500 }"),
	SURVIVES("NoMemoryError of one big piece leaves nothing behind", KMVM_SPENT, "'x' * (1 << 40)"),
	SURVIVES("NoMemoryError in a fiber in a block leaves nothing behind", KMVM_SPENT,
		 "Fiber.new { [1].each { h = {}; i = 0; loop { h[i += 1] = 'y' * 300 } } }.resume"),
	SURVIVES("NoMemoryError that is rescued leaves nothing behind", KMVM_DONE,
		 "begin; a = []; loop { a << [1] * 100 }; rescue NoMemoryError; a = nil; end"),
	SURVIVES("a fiber left unfinished leaves nothing behind", KMVM_DONE, "$f = Fiber.new { begin; Fiber.yield 1; ensure; $g = 1; end }; $f.resume"),
	SURVIVES("a raise through fibers leaves nothing behind", KMVM_RAISED, "Fiber.new { Fiber.new { raise 'x' }.resume }.resume"),
	SURVIVES("GC.disable ends with its run", KMVM_DONE, "GC.disable; 1"),
	SURVIVES("an each_object that is left by break leaves the collector on", KMVM_DONE, "ObjectSpace.each_object { |o| break }"),
	SURVIVES("an each_object that is left by raise leaves the collector on", KMVM_RAISED, "ObjectSpace.each_object { |o| raise 'x' }"),
	SURVIVES("an each_object that is left by exit leaves the collector on", KMVM_EXITED, "ObjectSpace.each_object { |o| exit }"),
	SURVIVES("an each_object that is left by a fiber leaves the collector on", 0, "f = Fiber.new { ObjectSpace.each_object { |o| Fiber.yield } }; f.resume; $f2 = f"),
	SURVIVES("an exception without a usable message leaves nothing behind", KMVM_RAISED,
		 "class Odd < StandardError; def message = raise(self); end; raise Odd"),
	SURVIVES("an exception whose message is no string leaves nothing behind", KMVM_RAISED,
		 "class Odd2 < StandardError; def message = 42; def backtrace = 7; def inspect = nil; def to_s = Object.new; end; raise Odd2"),
	SURVIVES("an exception whose message calls exit leaves nothing behind", KMVM_RAISED,
		 "class Odd3 < StandardError; def message = exit(0); end; raise Odd3"),
	SURVIVES("an exception whose message takes all memory leaves nothing behind", KMVM_RAISED,
		 "class Odd4 < StandardError; def message = (a = []; loop { a << 'x' * 500 }); end; raise Odd4"),
	SURVIVES("an exception whose message recurses leaves nothing behind", KMVM_RAISED,
		 "class Odd5 < StandardError; def message = message; end; raise Odd5"),
	SURVIVES("an exception whose class has no name leaves nothing behind", KMVM_RAISED, "raise Class.new(StandardError) { def self.name = raise('x'); def self.to_s = raise('y'); def self.inspect = raise('z') }"),
	SURVIVES("an exception with a huge message leaves nothing behind", KMVM_RAISED, "raise 'x' * 200_000"),
	SURVIVES("a value whose inspect recurses leaves nothing behind", 0, "class Rec; def inspect = [self].inspect; end; Rec.new"),
	SURVIVES("a value that holds itself leaves nothing behind", KMVM_DONE, "a = []; a << a; h = { a: a }; h[:h] = h; [a, h]"),
	SURVIVES("a value whose inspect is huge leaves nothing behind", KMVM_DONE, "['y' * 300_000] * 3"),
	SURVIVES("a return at top level leaves nothing behind", 0, "[1].each { return 5 }; 6"),
	SURVIVES("a break from a proc that has ended leaves nothing behind", KMVM_RAISED, "def k(&b) = b\nx = k { break 1 }; x.call"),
	SURVIVES("a throw that nobody catches leaves nothing behind", KMVM_RAISED, "throw :nobody"),
	KERNEL_SURVIVES("a frozen Object", "Object.freeze; class << self; freeze; end"),
	KERNEL_SURVIVES("frozen classes", "ObjectSpace.each_object(Class) { |c| c.freeze }"),
	KERNEL_SURVIVES("SystemExit and Interrupt without their names",
		"Object.__send__(:remove_const, :SystemExit); Object.__send__(:remove_const, :Interrupt); GC.start; 5000.times { Class.new }; GC.start; exit 7"),
	KERNEL_SURVIVES("all constants removed", "Object.constants.each { |c| Object.__send__(:remove_const, c) rescue nil }; GC.start"),
	KERNEL_SURVIVES("all constants replaced", "Object.constants.each { |c| Object.const_set(c, 5) rescue nil }; GC.start"),
	KERNEL_SURVIVES("exceptions that cannot be made",
		"class Exception; def initialize(*) = raise('x'); def self.new(*) = 5; def self.exception(*) = nil; def exception(*) = 3; def message = 4; end"),
	KERNEL_SURVIVES("methods taken from every class",
		"ObjectSpace.each_object(Class) { |c| next if c == Class || c == Module; c.instance_methods(false).each { |m| c.__send__(:undef_method, m) rescue nil } }"),
	KERNEL_SURVIVES("core methods that raise",
		"class String; def to_s = raise('a'); def inspect = raise('b'); def ==(o) = raise('c'); def hash = raise('d'); end; class Array; def each = raise('e'); def [](*) = raise('f'); end; class Symbol; def to_s = raise('g'); def to_proc = raise('h'); end"),
	KERNEL_SURVIVES("broken streams", "$stdout = nil; $stderr = 5; STDOUT.freeze; class IO; undef_method :write; undef_method :puts; end; puts 1"),
	KERNEL_SURVIVES("frozen everything", "ObjectSpace.each_object { |o| o.freeze rescue nil }"),
	KERNEL_SURVIVES("objects made by allocate and copies",
		"[IO, Linux::Timer, Fiber, Proc, Exception, Struct, Range, String, Array, Hash, Class, Module, Set, Enumerator, Method, UnboundMethod].each { |c| "
		"[:allocate, :new].each { |m| begin; o = c.__send__(m); [:inspect, :dup, :clone, :hash, :to_s, :call, :cancel, :active?, :resume, :alive?, :each, :first, :write, :owner, :arity, :size, :==, :unbind, :name].each { |n| "
		"begin; n == :== ? o == 1 : o.__send__(n); rescue Exception; end }; rescue Exception; end } }; GC.start"),
	KERNEL_SURVIVES("methods bound to other kinds of objects",
		"[IO, Linux::Timer, Fiber, Proc, Range, String, Array, Hash, Set, Exception, Enumerator].each { |c| c.instance_methods(false).each { |m| "
		"next if [:fill, :times, :upto, :step, :cycle, :sleep, :loop].include?(m); [nil, 1, :s, 'str', [1], { a: 1 }, 1..2, Object.new, Class, -> { }, STDOUT].each { |o| begin; c.instance_method(m).bind(o).call; rescue Exception; end } } }; GC.start"),
};

SUITE(state);
