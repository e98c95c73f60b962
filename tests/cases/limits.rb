# SPDX-License-Identifier: GPL-2.0
# What a program may use up, and that it lives to tell: the C stack by every road into it,
# and memory. The kernel's stack is 16 KiB, so these end early; none may end the machine.

# Recursion without an end: the error is raised and can be rescued.
def too_deep(name, &block)
  test "#{name} without an end raises SystemStackError" do
    assert_raise(SystemStackError, &block)
    # And again, for what the first time may have left.
    assert_raise(SystemStackError, &block)
  end
end

# Recursion with an end that is far away: an answer or the error.
def deep(name)
  test "#{name} a thousand levels deep gives an answer or SystemStackError" do
    begin
      assert yield, "the answer is wrong"
    rescue SystemStackError
      nil
    end
  end
end

def nested(depth = 1000)
  array = []
  depth.times { array = [array] }
  array
end

too_deep("to_s through interpolation") do
  Class.new { def to_s = "<#{self}>" }.new.to_s
end

too_deep("inspect of an own object") do
  Class.new { def inspect = "<#{[self].inspect}>" }.new.inspect
end

too_deep("== of an own object") do
  Class.new { def ==(other) = [self] == [other] }.new == Object.new
end

too_deep("eql? of an own object") do
  Class.new { def eql?(other) = [self].eql?([other]) }.new.eql?(Object.new)
end

too_deep("hash of an own object") do
  Class.new { def hash = [self].hash }.new.hash
end

too_deep("<=> of an own object") do
  Class.new { def <=>(other) = [self] <=> [other] }.new <=> Object.new
end

too_deep("Comparable") do
  Class.new do
    include Comparable
    def <=>(other) = self < other ? 1 : -1
  end.new < 1
end

too_deep("a Hash's default block") do
  Hash.new { |hash, key| hash[key + 1] }[0]
end

too_deep("a sort's block") do
  sort = -> { [2, 1].sort { |a, b| sort.call; a <=> b } }
  sort.call
end

too_deep("a block of each, map and inject") do
  each = -> { [1].each { [1].map { [1, 2].inject { each.call } } } }
  each.call
end

too_deep("method_missing") do
  Class.new do
    def method_missing(name, *args) = "#{other_name(name)}"
  end.new.start
end

too_deep("respond_to_missing?") do
  Class.new do
    def respond_to_missing?(name, all) = [respond_to?(name)].include?(true)
  end.new.respond_to?(:anything)
end

too_deep("const_missing") do
  Class.new do
    def self.const_missing(name) = const_get(:"#{name}x")
  end.const_get(:Nothing)
end

too_deep("initialize_copy") do
  Class.new do
    def initialize_copy(other) = [1].each { other.dup }
  end.new.dup
end

too_deep("initialize") do
  klass = Class.new do
    def initialize = [1].each { self.class.new }
  end
  klass.new
end

too_deep("inherited") do
  Class.new do
    def self.inherited(other) = Class.new(other)
  end.then { |klass| Class.new(klass) }
end

too_deep("instance_eval, send and Method#call") do
  klass = Class.new do
    def go = instance_eval { send(:again) }
    def again = method(:go).call
  end
  klass.new.go
end

too_deep("define_method") do
  Class.new { define_method(:go) { [1].each { go } } }.new.go
end

too_deep("Symbol#to_proc") do
  Class.new { def go = [self].map(&:go) }.new.go
end

too_deep("a plain method") do
  Class.new { def go(n) = go(n + 1) + 1 }.new.go(0)
end

too_deep("a fiber that resumes a fiber through C") do
  go = lambda { Hash.new { Fiber.new { go.call }.resume }[0] }
  go.call
end

too_deep("an Enumerator that pulls an Enumerator through C") do
  go = lambda { Hash.new { Enumerator.new { |y| y << go.call }.next }[0] }
  go.call
end

test "fibers that resume fibers three hundred deep are no matter" do
  down = lambda { |n| n == 0 ? 0 : 1 + Fiber.new { down.call(n - 1) }.resume }
  assert_equal 300, down.call(300)
end

deep("inspect") { nested.inspect.size == 2002 }
deep("to_s") { nested.to_s.size == 2002 }
deep("==") { nested == nested }
deep("eql?") { nested.eql?(nested) }
deep("<=>") { (nested <=> nested) == 0 }
deep("hash") { nested.hash == nested.hash }
deep("flatten") { nested.flatten == [] }
deep("join") { nested.join == "" }
deep("a key of a Hash") { { nested => 1 }[nested] == 1 }
deep("inspect of Hashes") do
  hash = {}
  1000.times { hash = { a: hash } }
  hash.inspect.size > 2000
end
deep("puts of an Array") do
  text = nil
  sink = Object.new
  sink.define_singleton_method(:write) { |it| text = it }
  begin
    $stdout = sink
    puts nested
  ensure
    $stdout = STDOUT
  end
  text.is_a?(String)
end

test "what holds itself can be inspected, compared and hashed" do
  array = [1]
  array << array
  assert_equal "[1, [...]]", array.inspect
  hash = { a: 1 }
  hash[:self] = hash
  assert hash.inspect.include?("{...}")
  begin
    array.hash
    array == [1, array]
  rescue SystemStackError
    nil
  end
end

test "SystemStackError says what it is, also after a collection" do
  object = Class.new { def to_s = "#{self}" }.new
  2.times do
    assert_raise(SystemStackError, "stack level too deep") { object.to_s }
    GC.start
  end
end

test "a stack that was used up once can be used up a hundred times" do
  object = Class.new { def to_s = "#{self}" }.new
  100.times { assert_raise(SystemStackError) { object.to_s } }
end

test "ensure blocks run while the stack unwinds" do
  count = 0
  go = lambda do
    begin
      [1].each { go.call }
    ensure
      count += 1
    end
  end
  assert_raise(SystemStackError) { go.call }
  assert count > 3, "only #{count} ran"
end

test "Ruby alone can call five thousand methods deep" do
  down = Class.new { def go(n) = n == 0 ? 0 : 1 + go(n - 1) }.new
  assert_equal 5000, down.go(5000)
end

# At each depth down to the last one, something that needs stack of its own.
leaves = {
  "prints" => -> { print "" },
  "logs" => -> { Linux.debug("at the bottom of the stack") },
  "sleeps" => -> { usleep 1 },
  "starts a timer" => -> { Linux::Timer.after(s: 1) {}.cancel },
  "formats" => -> { format("%5d %s %x %p", 5, "five", 2**70, [1]) },
  "collects" => -> { GC.start },
  "packs" => -> { [1, 2, 3].pack("NnC").unpack("NnC") },
  "computes" => -> { (3**200).to_s.to_i / 7**50 },
  "sorts" => -> { [3, 1, 2].sort { |a, b| a <=> b } },
  "searches" => -> { ("abc" * 50).index("cab", 20) },
  "makes symbols and classes" => -> { Class.new { define_method(:"m#{1}") {} }.new.m1 },
  "raises and rescues" => -> { begin; raise "x"; rescue RuntimeError => e; e.backtrace; end },
  "fills a Set" => -> { Set.new([1, [2], "3"]).include?([2]) },
  "runs a fiber" => -> { Fiber.new { Fiber.yield 1 }.resume },
  "allocates a lot" => -> { "x" * 300_000 },
  "compares and hashes" => -> { { [1, [2]] => 1 }[[1, [2]]] },
  "counts objects" => -> { ObjectSpace.count_objects },
}

leaves.each do |what, leaf|
  test "what #{what} at any depth of the stack works or raises" do
    depths = 0
    down = Hash.new do |hash, key|
      begin
        leaf.call
      rescue SystemStackError, NoMemoryError
        nil
      end
      depths = key
      hash[key + 1]
    end
    assert_raise(SystemStackError) { down[1] }
    assert depths > 2, "only #{depths} deep"
  end
end

# Memory: each fills the heap up to its cap and gives it back.
def fills(name)
  test "#{name}: NoMemoryError can be rescued, and the memory comes back" do
    GC.start
    before = Linux::Heap.stats[:live]
    failed = nil
    begin
      yield
    rescue NoMemoryError, ArgumentError, RangeError => e
      failed = e
    end
    # One that is raised when there is no memory must not need any.
    assert failed, "it did not fill the heap"
    GC.start
    stats = Linux::Heap.stats
    assert stats[:held] <= stats[:cap], "more is held than the cap allows"
    assert stats[:live] < before + 1_000_000, "#{stats[:live] - before} bytes are still live"
    assert_equal 1000, ("x" * 1000).size
  end
end

fills("one String, doubled") do
  string = "x" * 1000
  loop { string << string }
end

fills("a String that is asked for at once") { "x" * 1_000_000_000 }

fills("an Array of Strings") do
  array = []
  loop { array << "x" * 1000 }
end

fills("an Array of Arrays") do
  array = []
  loop { array << [array.size] }
end

fills("an Array that is asked for at once") { Array.new(1_000_000_000) }

fills("a Hash") do
  hash = {}
  number = 0
  loop { hash[number += 1] = "x" * 100 }
end

fills("objects with instance variables") do
  klass = Class.new { def initialize(other) = @other = other }
  kept = []
  loop { kept << klass.new(kept) }
end

fills("fibers") do
  kept = []
  loop do
    fiber = Fiber.new { Fiber.yield }
    fiber.resume
    kept << fiber
  end
end

fills("a bigint") do
  kept = []
  number = 1 << 200_000
  loop { kept << number + kept.size }
end

fills("closures") do
  kept = []
  loop do
    text = "x" * 500
    kept << -> { text }
  end
end

test "NoMemoryError says what it is" do
  error = assert_raise(NoMemoryError) { "x" * 1_000_000_000 }
  assert_equal "Out of memory", error.message
end

test "the VM has lived through all this" do
  assert_equal 4950, (0...100).inject(:+)
  assert_equal "[1, [2]]", [1, [2]].inspect
end

test "a rescue of NoMemoryError may allocate at once: what lost frames held is free" do
  fill = lambda do
    array = []
    loop { array << [array.size] }
  end
  made = begin
    fill.call
  rescue NoMemoryError
    "x" * 100_000
  end
  assert_equal 100_000, made.size
end
