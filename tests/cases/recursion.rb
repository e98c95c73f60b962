# SPDX-License-Identifier: GPL-2.0
# Roads into C that call Ruby, or themselves, again: each ends in a SystemStackError of its
# own, which can be rescued, and the VM is as before. limits.rb has the plain ones.

# The error, which shows where the stack ended this time.
def ends(name, &block)
  test "#{name} ends in SystemStackError" do
    first = assert_raise(SystemStackError, "stack level too deep", &block)
    GC.start
    second = assert_raise(SystemStackError, "stack level too deep") { block.call }
    frames = second.backtrace
    assert frames.size > 1, "only #{frames.size} frames"
    assert frames.all? { |frame| frame.is_a?(String) }, "the backtrace is broken"
    assert frames.any? { |frame| frame.start_with?("recursion.rb:") }, "a backtrace of somebody else"
    assert_equal "[1, [2]]", [1, [2]].inspect
    assert first.is_a?(SystemStackError)
  end
end

# Ends somehow, and the VM is as before.
def survives(name)
  test "#{name} gives an answer or an error" do
    begin
      yield
    rescue Exception => e
      assert !e.is_a?(Test::Failure)
    end
    assert_equal "[1, [2]]", [1, [2]].inspect
  end
end

# A class whose objects do that for a method.
def own(name, &block)
  Class.new { define_method(name, &block) }
end

# From C to C, with no turn through Ruby.
ends("send of send of send") { send(*([:send] * 3000), :to_s) }
ends("__send__ of send of __send__") { __send__(*([:__send__, :send] * 1500), :to_s) }
ends("Method#call of Method#call") do
  method = 5.method(:to_s)
  3000.times { method = method.method(:call) }
  method.call
end
ends("Method#[] of a Method") do
  method = 5.method(:to_s)
  3000.times { method = method.method(:[]) }
  method[]
end
ends("UnboundMethod#bind_call of itself") do
  bound = UnboundMethod.instance_method(:bind_call)
  bound.bind_call(*([bound] * 3000))
end
survives("instance_eval of a block that is a Method") do
  again = method(:instance_eval).to_proc
  3000.times { again = again.method(:call).to_proc }
  instance_eval(&again)
end
survives("a proc of a Symbol of itself") { [:to_proc].map(&:to_proc).first.call(:send.to_proc) }
survives("a composition three thousand deep") do
  block = ->(n) { n }
  3000.times { block = block >> :succ.to_proc }
  block.call(1)
end
survives("composed with Methods three thousand deep") do
  block = 5.method(:+)
  3000.times { block = block << 1.method(:+) }
  block.call(1)
end
survives("curry three thousand times") do
  block = ->(a, b) { a }
  3000.times { block = block.curry }
  block.call(1).call(2)
end

# Callbacks.
ends("to_ary in a splat") { own(:to_a) { [*self] }.new.to_a }
ends("to_proc") { own(:to_proc) { [1].each(&self) }.new.to_proc }
ends("inspect of a Struct's member") do
  struct = Struct.new(:member)
  struct.new(own(:inspect) { struct.new(self).inspect }.new).inspect
end
ends("== of a Struct's member") do
  struct = Struct.new(:member)
  member = own(:==) { |other| struct.new(self) == struct.new(other) }.new
  struct.new(member) == struct.new(own(:x) { }.new)
end
ends("eql? of keys") do
  keys = Class.new do
    def hash = 1
    def eql?(other) = { self => 1, other => 2 }.size == 1
  end
  { keys.new => 1, keys.new => 2 }
end
ends("eql? of a Set's elements") do
  element = Class.new do
    def hash = 1
    def eql?(other) = Set.new([self, other]).size == 1
  end
  Set.new([element.new, element.new])
end
ends("a Range's ends") do
  edge = Class.new do
    def <=>(other) = (self..other).first(1).size
    def succ = self.class.new
  end
  (edge.new..edge.new).include?(edge.new)
end
ends("clamp") do
  Class.new do
    include Comparable
    def <=>(other) = clamp(other, other) ? 0 : 1
  end.new.clamp(1, 2)
end
ends("min and max by <=>") { own(:<=>) { |other| [self, other].max ? 0 : 1 }.new.then { |it| [it, it].sort } }
ends("include? by ==") { own(:==) { |other| [other].include?(self) }.then { |it| it.new == it.new } }
ends("index, delete and count by ==") do
  own(:==) { |other| [[other].index(self), [other].count(self), [other].delete(self)] }.new == 1
end
ends("case by ===") { own(:===) { |other| case other when self then 1 end }.new === 1 }
ends("grep by ===") { own(:===) { |other| [other].grep(self).any? }.new === 1 }
ends("format") { own(:to_s) { format("%s", self) }.new.to_s }
ends("format by inspect") { own(:inspect) { format("%p", self) }.new.inspect }
ends("puts") { own(:to_s) { puts self; "" }.new.then { |it| puts it } }
ends("p") { own(:inspect) { p self; "" }.new.then { |it| p it } }
ends("$stdout") do
  io = Class.new { def write(*text) = puts(text) }.new
  before = $stdout
  begin
    $stdout = io
    puts 1
  ensure
    $stdout = before
  end
end
ends("join by to_s") { own(:to_s) { [self].join }.new.to_s }
ends("a Symbol from a String") { own(:to_s) { :"#{self}" }.new.to_s }
ends("gsub") { own(:go) { "a".gsub("a") { go } }.new.go }
ends("sub and each_char") { own(:go) { "a".sub("a") { "b".each_char { go } } }.new.go }
ends("each_line and each_byte") { own(:go) { "a".each_line { [1].each_index { Hash.new { go }[1] } } }.new.go }
ends("Hash#each, map, select, sort_by") do
  own(:go) { { 1 => 2 }.map { { 1 => 2 }.sort_by { { 1 => 2 }.select { go } } } }.new.go
end
ends("Hash#fetch and merge with a block") do
  own(:go) { {}.fetch(1) { { 1 => 1 }.merge({ 1 => 2 }) { go } } }.new.go
end
ends("Hash.new's default block and dig") do
  hash = Hash.new { |it, key| it.dig(key.succ) }
  hash.dig(1)
end
ends("Array.new and fill with a block") { own(:go) { Array.new(1) { [1].fill { go } } }.new.go }
ends("Integer#times, upto, step") { own(:go) { 1.times { 1.upto(1) { 1.step(1) { go } } } }.new.go }
ends("catch and throw") { own(:go) { catch(:up) { Hash.new { go }[1] } }.new.go }
ends("ensure") { own(:go) { begin; 1; ensure; Hash.new { go }[1]; end }.new.go }
ends("tap, then and itself") { own(:go) { tap { |it| it.then { [1].each { go } } } }.new.go }
ends("ObjectSpace.each_object") { own(:go) { ObjectSpace.each_object(Class) { go } }.new.go }
ends("Comparable#== by <=>") do
  Class.new do
    include Comparable
    def <=>(other) = self == other ? 0 : 1
  end.new == 1
end

# Hooks.
ends("method_added") do
  Class.new do
    def self.method_added(name) = define_method(:"#{name}x") { }
    def first = 1
  end
end
ends("singleton_method_added") do
  Object.new.instance_eval do
    def singleton_method_added(name) = define_singleton_method(:x) { }
  end
end
ends("included") do
  Module.new { def self.included(other) = Class.new.include(self) }.then { |it| Class.new.include(it) }
end
ends("extended") do
  Module.new { def self.extended(other) = Object.new.extend(self) }.then { |it| Object.new.extend(it) }
end
ends("prepended") do
  Module.new { def self.prepended(other) = Class.new.prepend(self) }.then { |it| Class.new.prepend(it) }
end
ends("allocate by new") { Class.new { def self.new = Hash.new { new }[1] }.new }
ends("initialize_copy of clone") { Class.new { def initialize_copy(other) = [clone].size }.new.clone }
ends("method_missing of a class") do
  Class.new { def self.method_missing(name, *rest) = send(:"#{name}x", *rest) }.go
end
ends("const_missing through send") do
  Class.new { def self.const_missing(name) = send(:const_get, :"A#{name.size}") }.const_get(:A)
end
ends("respond_to_missing? through respond_to?") do
  Class.new { def respond_to_missing?(name, all) = [self].any? { |it| it.respond_to?(name, all) } }
       .new.respond_to?(:x)
end
ends("super through C") do
  Class.new { define_method(:inspect) { Hash.new { inspect }[super()] } }.new.inspect
end

# Exceptions.
ends("message of an exception") { Class.new(StandardError) { def message = "#{full_message}" }.new.message } if
  Exception.method_defined?(:full_message)
ends("to_s of an exception") { Class.new(StandardError) { def to_s = "#{message}" }.new.message }
ends("inspect of an exception") { Class.new(StandardError) { def inspect = [self].inspect }.new.inspect }
ends("backtrace of a backtrace") do
  Class.new(StandardError) do
    def backtrace = Hash.new { begin; raise self; rescue => e; e.backtrace; end }[1]
  end.new.backtrace
end

# Iterators outside of blocks.
ends("Lazy") { own(:go) { (1..2).lazy.map { go }.first(1) }.new.go }
ends("each_slice and each_cons") { own(:go) { [1].each_slice(1) { [1].each_cons(1) { go } } }.new.go }
ends("Enumerator.new") { own(:go) { Enumerator.new { |y| y << go }.to_a }.new.go }
ends("Fiber.yield below C") { own(:go) { Hash.new { Fiber.new { Fiber.yield go }.resume }[1] }.new.go }

# Depth that data has.
def chain(times, first)
  times.times { first = yield(first) }
  first
end

survives("a class of a class of a class") { chain(3000, Class.new) { |it| it.singleton_class } }
survives("inspect of singleton classes") { chain(300, Class.new) { |it| it.singleton_class }.inspect }
survives("a clone of singleton classes") { chain(100, Object.new.singleton_class) { |it| it.singleton_class.clone } }
survives("three thousand ancestors") { chain(3000, Class.new) { |it| Class.new(it) }.new.to_s }
survives("is_a? with three thousand ancestors") { chain(3000, Class.new) { |it| Class.new(it) }.ancestors.size }
survives("modules three thousand deep") do
  chain(3000, Module.new) { |it| Module.new.tap { |inner| it.const_set(:Inner, inner) } }.to_s
end
survives("modules that include modules") { chain(3000, Module.new) { |it| Module.new { include it } }.ancestors.size }
survives("modules that prepend modules") { chain(500, Module.new) { |it| Module.new { prepend it } }.ancestors.size }
survives("aliases of aliases") do
  klass = Class.new { def m0 = 1 }
  3000.times { |n| klass.alias_method(:"m#{n + 1}", :"m#{n}") }
  klass.new.m3000
end
survives("blocks in blocks") { chain(3000, -> { 1 }) { |it| -> { it.call } }.call }
survives("flatten, hash and == of nested Arrays") do
  array = chain(5000, []) { |it| [it] }
  [array.flatten, array.hash, array == array.dup, array <=> array.dup, array.to_s]
end
survives("nested Structs") do
  struct = Struct.new(:inner)
  chain(3000, 1) { |it| struct.new(it) }.then { |it| [it == it.dup, it.hash, it.inspect, it.to_a.flatten] }
end
survives("nested Sets") do
  chain(1000, Set.new) { |it| Set.new([it]) }.then { |it| [it.hash, it == it.dup, it.inspect, it.flatten] }
end
survives("nested Hashes") do
  chain(3000, {}) { |it| { a: it } }.then { |it| [it.hash, it == it.dup, it.inspect, it.to_a.flatten] }
end
survives("Ranges of Ranges") { chain(3000, 1..2) { |it| Range.new(it, it) rescue it }.inspect }
survives("dup and freeze of what is nested") { chain(3000, []) { |it| [it.dup].freeze }.clone }
test "what is nested a million deep is marked and freed" do
  array = chain(200_000, []) { |it| [it] }
  GC.start
  array = nil
  GC.start
  object = chain(100_000, nil) { |it| Object.new.tap { |outer| outer.instance_variable_set(:@inner, it) } }
  GC.start
  object = nil
  block = chain(20_000, -> { }) { |it| -> { it } }
  GC.start
  block = nil
  GC.start
end

# Errors whose class is not there any more: remove_const for the length of a block.
def without(*names)
  kept = names.map { |name| [name, Object.const_get(name)] }
  begin
    names.each { |name| Object.remove_const(name) }
    yield
  ensure
    kept.each { |name, value| Object.const_set(name, value) }
  end
end

test "an error whose class was removed is a StandardError" do
  errors = []
  without(:NameError, :TypeError, :ArgumentError, :NoMethodError) do
    begin; Nothing; rescue Exception => e; errors << e; end
    begin; 5 + nil; rescue Exception => e; errors << e; end
    begin; [].first(1, 2, 3); rescue Exception => e; errors << e; end
    begin; nil.nothing; rescue Exception => e; errors << e; end
  end
  assert_equal [StandardError] * 4, errors.map(&:class)
  assert_raise(NameError) { Nothing }
end

# At the bottom.
test "a rescue at the bottom can allocate, print, raise and go down again" do
  done = []
  down = lambda do |again|
    begin
      Hash.new { down.call(again) }[1]
    rescue SystemStackError => error
      begin
        done << "x" * 5000
        print ""
        raise ArgumentError, "from the bottom" if done.size == 1
        down.call(false) if again
      rescue ArgumentError => e
        assert_equal "from the bottom", e.message
      rescue SystemStackError
        done << :again
      end
      raise error
    end
  end
  assert_raise(SystemStackError) { down.call(true) }
  assert done.size > 2
end

test "each ensure on the way up runs, though each goes down again" do
  ran = 0
  down = lambda do |level|
    begin
      Hash.new { down.call(level + 1) }[1]
    ensure
      ran += 1
      begin
        "#{Class.new { def to_s = "#{self}" }.new}"
      rescue SystemStackError
        ran += 100
      end
    end
  end
  assert_raise(SystemStackError) { down.call(0) }
  assert ran > 300, "only #{ran}"
end

test "a recursion inside a timer's block ends there" do
  ended = nil
  Linux::Timer.after(ms: 1) do
    begin
      Class.new { def to_s = "#{self}" }.new.to_s
    rescue SystemStackError => e
      ended = e.backtrace.size
    end
  end
  1000.times { usleep 1000 unless ended }
  assert ended, "the block did not come so far"
end

test "a recursion inside a fiber inside a fiber ends there" do
  answer = Fiber.new do
    Fiber.new do
      begin
        Class.new { def to_s = "#{self}" }.new.to_s
      rescue SystemStackError
        Fiber.yield :ended
      end
    end.resume
  end.resume
  assert_equal :ended, answer
end

test "twelve thousand calls in Ruby alone, and not many more" do
  down = Class.new do
    def initialize(at) = @at = at
    def go(n)
      @at[0] = n
      go(n + 1)
    end
  end
  at = [0]
  assert_raise(SystemStackError) { down.new(at).go(1) }
  assert at[0] >= 10_000, "only #{at[0]} calls"
  assert at[0] < 30_000, "#{at[0]} calls"
end

test "the backtrace of a plain recursion is that of its frames" do
  down = Class.new { def go = go }.new
  error = assert_raise(SystemStackError) { down.go }
  frames = error.backtrace
  assert frames.size > 10_000, "#{frames.size} frames"
  assert frames[5].end_with?(":in go"), frames[5]
  assert frames[5].start_with?("recursion.rb:"), frames[5]
  assert_raise(SystemStackError) { Class.new { def inspect = "#{[self].inspect}" }.new.inspect }
    .then { |other| assert other.backtrace.size < 1000, "#{other.backtrace.size} frames of somebody else" }
end

test "the VM has lived through all this" do
  assert_equal 4950, (0...100).inject(:+)
end
