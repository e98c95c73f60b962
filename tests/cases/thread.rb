# SPDX-License-Identifier: GPL-2.0
# Linux::Thread: blocks that run at the same time, in VMs of their own.

Thread = Linux::Thread

def refused(words, *args, &block)
  error = assert_raise(ArgumentError) { Linux::Thread.new(*args, &block) }
  assert_equal words, error.message
end

def uncopied(words, value)
  error = assert_raise(TypeError) { Linux::Thread.new(value) { |it| it } }
  assert_equal words, error.message
end

def back(value)
  Linux::Thread.new(value) { |it| it }.value
end

test "a thread's value is what its block answers" do
  assert_equal 42, Thread.new { 42 }.value
  assert_equal nil, Thread.new {}.value
  assert_equal 5, Thread.new(2, 3) { |a, b| a + b }.value
  assert_equal [1, [2, 3]], Thread.new(1, 2, 3) { |a, *b| [a, b] }.value
  assert_equal 3, Thread.new(2, &->(a) { return a + 1 if a > 1; 0 }).value
end

test "join answers the thread, again and again" do
  thread = Thread.new { 1 }
  assert_equal thread, thread.join
  assert_equal thread, thread.join(ms: 1)
  assert_equal [1, 1], [thread.value, thread.value]
  assert !thread.alive?
end

test "join with a time answers nil when that has passed" do
  thread = Thread.new { sleep }
  assert thread.alive?
  assert_equal nil, thread.join(ms: 5)
  assert_equal nil, thread.join(ms: 0)
  assert thread.alive?
  assert_equal true, thread.kill
  assert !thread.alive?
  assert_equal false, thread.kill
  assert_equal nil, thread.value
  assert_equal thread, thread.join
end

test "a thread that never looks up is killed too" do
  thread = Thread.new { loop {} }
  assert_equal true, thread.kill
  busy = Thread.new { begin; loop {}; ensure; loop {}; end }
  assert_equal true, busy.kill
end

test "what a block reaches for outside is refused by its name" do
  count = 0
  other = nil
  refused "the block uses the local variable count from outside: hand it over as an argument" do
    count
  end
  refused "the block uses the local variable other from outside: hand it over as an argument" do
    [1].each { |x| [x].each { other = x } }
  end
  refused("the block uses @x: a thread has a self of its own") { @x }
  refused("the block uses @y: a thread has a self of its own") { [1].each { @y = 1 } }
  refused("the block uses @@z: a thread has a self of its own") { -> { @@z } }
  refused("the block breaks out of what it is handed to: next ends a block") { break }
  refused("the block returns from the method around it: next ends a block") { return 1 }
  refused("the block returns from the method around it: next ends a block") { [1].each { return 1 } }
  refused("the block is not one that the program has written", &:to_s)
  assert_raise(ArgumentError) { Thread.new }
end

class Upper
  def go; 1; end
end

class Lower < Upper
  def go
    Linux::Thread.new { super() }
  end

  def also
    Linux::Thread.new { yield 1 }
  end
end

test "super and yield are refused" do
  assert_equal "the block calls super of the method around it",
               assert_raise(ArgumentError) { Lower.new.go }.message
  assert_equal "the block yields to the block of the method around it",
               assert_raise(ArgumentError) { Lower.new.also { 1 } }.message
end

test "what lies within a block is its own" do
  value = Thread.new(3) do |n|
    sum = 0
    n.times { |i| sum += i }
    [1, 2, 3].each { |i| break if i == 2 }
    double = ->(x) { return x * 2 }
    triple = lambda { |x| return x * 3 }
    eval = Class.new do
      def initialize(x) = @x = x
      def x = @x
      def each = yield(@x)
    end
    seen = nil
    eval.new(9).each { |x| seen = x }
    def helper = :helped
    [sum, double.call(4), triple.call(5), eval.new(7).x, seen, helper, self.to_s]
  end.value
  assert_equal [3, 8, 15, 7, 9, :helped, "main"], value
end

$global = 1
def of_the_program = 1

test "a thread sees nothing of the program" do
  assert_equal nil, Thread.new { $global }.value
  assert_equal false, Thread.new { Object.const_defined?(:Upper) }.value
  error = assert_raise(NoMethodError) { Thread.new { of_the_program }.value }
  assert error.message.include?("of_the_program"), error.message
end

test "values are copied, as deep as they are" do
  values = [nil, true, false, 0, -1, 2**62 - 1, 2**62, -2**62, -2**63, 2**63 - 1, 2**64, -2**200, "", "a\0b", "\xff",
            :sym, :"odd sym", [], {}, [[[]]], { a: { "b" => [1, :c] } }, 1..2, 1...2, "a".."c", 1..nil,
            { [1, [2]] => 3, nil => 4, true => 5, 2**70 => 6, (1..2) => 7 }]
  values.each { |value| assert_equal value, back(value) }
  assert_equal values, back(values)
  hash = back({ [1, { a: 1 }] => 2, 3 => 4 })
  assert_equal 2, hash[[1, { a: 1 }]]
end

test "what is frozen stays so" do
  assert back("a".freeze).frozen?
  assert !back("a").frozen?
  assert back([1].freeze).frozen?
  assert back({ a: 1 }.freeze).frozen?
  assert !back([1]).frozen?
  assert back([["x".freeze]])[0][0].frozen?
end

test "parts that are shared stay so, and cycles" do
  part = "part"
  list = [part, part]
  copy = back(list)
  copy[0] << "!"
  assert_equal "part!", copy[1]
  assert_equal "part", part
  list << list
  copy = back(list)
  assert copy.equal?(copy[2])
  hash = { a: 1 }
  hash[:self] = hash
  copy = back(hash)
  assert copy.equal?(copy[:self])
end

test "a Hash keeps its default value" do
  assert_equal 7, back(Hash.new(7))[:none]
  assert_equal nil, back({})[:none]
end

test "depth and breadth do not matter" do
  deep = []
  100_000.times { deep = [deep] }
  deep = back(deep)
  levels = 0
  while deep[0]
    deep = deep[0]
    levels += 1
  end
  assert_equal 100_000, levels
  wide = back(Array.new(50_000) { |i| i.to_s })
  assert_equal ["0", "49999", 50_000], [wide[0], wide[-1], wide.size]
end

class Named < Array; end

test "what cannot be copied is refused by its class" do
  uncopied "Object cannot be copied to another VM", Object.new
  uncopied "Proc cannot be copied to another VM", -> {}
  uncopied "Class cannot be copied to another VM", String
  uncopied "Named cannot be copied to another VM", Named.new
  uncopied "Linux::Thread cannot be copied to another VM", Thread.new {}
  uncopied "Fiber cannot be copied to another VM", Fiber.new {}
  uncopied "a Hash with a default proc cannot be copied to another VM", Hash.new { 1 }
  uncopied "a Hash by Object cannot be copied to another VM", { Object.new => 1 }
  text = "x"
  def text.shout = upcase
  uncopied "a String with methods of its own cannot be copied to another VM", text
  error = assert_raise(TypeError) { Thread.new { Object.new }.value }
  assert_equal "Object cannot be copied to another VM", error.message
end

test "more than 16 MiB are too much" do
  begin
    text = "x" * (16 << 20)
    error = assert_raise(ArgumentError) { back(text) }
  rescue NoMemoryError, Test::Failure
    skip "there is not so much memory"
  end
  assert_equal "more than 16 MiB cannot be copied to another VM at once", error.message
  text = "y" * (1 << 20)
  assert_equal text.size * 8, back([text.dup, text.dup, text.dup, text.dup, text.dup, text.dup, text.dup, text]).map(&:size).sum
end

test "a histogram is copied" do
  histogram = Linux::Histogram.log2
  [1, 5, 1000].each { |value| histogram << value }
  copy = Thread.new(histogram) { |it| it << 2000 }.value
  assert_equal [3, 4, 2000], [histogram.count, copy.count, copy.max]
  linear = back(Linux::Histogram.linear(to: 10, step: 1))
  assert_equal "(no values)\n", linear.to_s
end

test "join raises what the thread has raised" do
  error = assert_raise(KeyError) { Thread.new { raise KeyError, "none of that" }.join }
  assert_equal "none of that", error.message
  assert error.backtrace[0].start_with?("thread.rb:"), error.backtrace[0]
  error = assert_raise(RuntimeError) do
    Thread.new { class Own < StandardError; def message = "own words"; end; raise Own }.join
  end
  assert_equal "Own: own words", error.message
  assert_raise(NoMethodError) { Thread.new { nil.nothing }.value }
  assert_raise(TypeError) { Thread.new { 1 + "" }.value }
  assert_raise(SystemStackError) { Thread.new { def f = f(); f }.value }
  assert_raise(ArgumentError) { Thread.new(1, &->(a, b) {}).value }
end

test "an errno that nobody has named here yet is itself" do
  error = assert_raise(SystemCallError) { Thread.new { raise Errno::EXDEV, "far" }.join }
  assert_equal ["Errno::EXDEV", 18], [error.class.to_s, error.errno]
end

test "exceptions are copied, too" do
  error = back([RuntimeError.new("a"), KeyError.new("b"), Exception.new])
  assert_equal [RuntimeError, KeyError, Exception], error.map(&:class)
  assert_equal %w[a b Exception], error.map(&:message)
end

test "exit ends a thread alone" do
  error = assert_raise(Linux::ThreadError) { Thread.new { exit }.join }
  assert error.message.end_with?(": called exit"), error.message
end

test "a thread has threads" do
  assert_equal [1, 2, 3], Thread.new { [1, 2, 3].map { |i| Linux::Thread.new(i) { |n| n } }.map(&:value) }.value
  assert_equal 3, Thread.new { Linux::Thread.new { Linux::Thread.new { 3 }.value }.value }.value
end

test "threads that are left behind end with their thread" do
  Thread.new { 3.times { Linux::Thread.new { Linux::Thread.new { sleep }; sleep } }; 1 }.join
end

test "names are those of VMs" do
  thread = Thread.new { sleep }
  assert thread.name.start_with?("main."), thread.name
  thread.kill
  assert thread.name.start_with?("main."), thread.name
end

test "join in the block of an event" do
  value = nil
  Linux::Timer.after(ms: 1) { value = Linux::Thread.new { usleep 2000; 8 }.value }
  Linux.wait
  assert_equal 8, value
end

test "a timer's block runs while join waits" do
  ran = 0
  timer = Linux::Timer.every(ms: 1) { ran += 1 }
  thread = Thread.new { usleep 50_000 }
  thread.join
  timer.cancel
  assert ran > 0
end

test "join deep in a recursion" do
  thread = Thread.new { usleep 1000; 4 }
  deep = ->(n) { n.zero? ? thread.value : [n].map { |m| deep.call(m - 1) }[0] }
  assert_equal 4, deep.call(4)
end

test "two joiners, one thread" do
  thread = Thread.new { usleep 20_000; 5 }
  seen = []
  Linux::Timer.after(ms: 1) { seen << thread.value }
  seen << thread.value
  Linux.wait
  assert_equal [5, 5], seen
end

test "Linux.wait waits for threads" do
  thread = Thread.new { usleep 5000; 1 }
  assert_equal true, Linux.wait
  assert !thread.alive?
  assert_equal 1, thread.value
end

test "an error that nobody has waited for is reported" do
  Thread.new { raise "# awaited by thread.rb" }
  Linux.wait
end

test "threads run at the same time as the program" do
  thread = Thread.new { n = 0; loop { n += 1; break n if n == 10_000 } }
  n = 0
  n += 1 while thread.alive?
  assert_equal 10_000, thread.value
end

test "a thread prints where its program does" do
  Thread.new { puts "# from a thread" }.join
end

test "a copy of a thread is none" do
  assert_raise(TypeError) { Thread.new {}.dup.join }
end

test "a thread that is frozen is joined as any other" do
  assert_equal 5, Thread.new { 5 }.freeze.value
  thread = Thread.new { sleep }.freeze
  assert_equal true, thread.kill
  Thread.new { 6 }.freeze
  assert_equal true, Linux.wait(s: 5)
end

# Runs the block while a constant of Linux is missing: whoever asks for it by Ruby gets this one.
def without(name, found, asked)
  kept = Linux.send(:remove_const, name)
  Linux.define_singleton_method(:const_missing) { |_| asked.call; found || kept }
  yield
ensure
  Linux.singleton_class.send(:remove_method, :const_missing)
  Linux.const_set(name, kept)
end

test "a thread whose error has lost its class settles without asking for it" do
  thread = Thread.new { 5 }
  without(:ThreadError, StandardError, -> { thread.kill }) { assert_equal 5, thread.value }
  thread = Thread.new { exit }
  without(:ThreadError, StandardError, -> { thread.kill }) do
    assert_raise(StandardError) { thread.value }
  end
end

test "what is copied is not changed meanwhile, by way of a class that is asked for" do
  list = [Linux::Histogram.log2] + Array.new(50) { |i| "text #{i} " * 5 }
  queue = Linux::Queue.new
  without(:Histogram, nil, -> { list.clear; GC.start }) do
    assert_raise(NameError) { queue.push(list) }
  end
  assert_equal 51, list.size
end

test "a hundred threads at a time" do
  threads = Array.new(100) { |n| Thread.new(n) { |m| sleep if m % 2 == 1; m } }
  assert_equal 100, threads.map(&:name).uniq.size
  threads.each_with_index { |thread, n| n % 2 == 1 ? thread.kill : assert_equal(n, thread.value) }
  assert_equal 1, Thread.new { 1 }.value
end

test "inspect tells its name, and whether it runs" do
  queue = Linux::Queue.new
  thread = Linux::Thread.new(queue) { |from| from.pop }
  assert_equal "#<Linux::Thread #{thread.name} running>", thread.inspect
  queue << 1
  thread.join
  assert_equal "#<Linux::Thread #{thread.name} ended>", thread.inspect
end
