# SPDX-License-Identifier: GPL-2.0
# Roads to the end of the stack, and what is done on the way: roads.rb NAME, or roads.rb list.
# tests/guest/stack measures how near each comes to it.
def nested(depth = 3000)
  array = []
  depth.times { array = [array] }
  array
end

# Does something at each depth of a recursion through C.
def at_each_depth(&leaf)
  down = Hash.new do |hash, key|
    begin
      leaf.call(key)
    rescue SystemStackError, NoMemoryError
      nil
    end
    hash[key + 1]
  end
  down[1]
end

class Say; def to_s = "<#{self}>"; end
class Inspect; def inspect = "<#{[self].inspect}>"; end
class Equal; def ==(other) = [self] == [other]; end
class Hashed; def hash = [self].hash; end
class Missing; def method_missing(name, *args) = Hash.new { other_name(name) }[1]; end
class Copy; def initialize_copy(other) = [1].each { other.dup }; end
class ComparableOne; include Comparable; def <=>(other) = self < other ? 1 : -1; end
class Format; def to_s = format("%20s|%x", self, 2**70); end
class Packs; def to_str = [self].pack("A20"); def to_s = to_str; end
$text = "abc" * 100
$keep = []

ROADS = {
  "to_s" => -> { Say.new.to_s },
  "inspect" => -> { Inspect.new.inspect },
  "==" => -> { Equal.new == 1 },
  "hash" => -> { Hashed.new.hash },
  "comparable" => -> { ComparableOne.new < 1 },
  "method_missing" => -> { Missing.new.go },
  "initialize_copy" => -> { Copy.new.dup },
  "default" => -> { Hash.new { |hash, key| hash[key + 1] }[0] },
  "sort" => -> { go = -> { [2, 1].sort { |a, b| go.call; 1 } }; go.call },
  "each" => -> { go = -> { [1].each { [1].map { go.call } } }; go.call },
  "fiber" => -> { go = -> { Hash.new { Fiber.new { go.call }.resume }[0] }; go.call },
  "gsub" => -> { go = -> { "a".gsub("a") { go.call } }; go.call },
  "format" => -> { Format.new.to_s },
  "send" => -> { send(*([:send] * 3000), :to_s) },
  "method" => -> { m = 5.method(:to_s); 3000.times { m = m.method(:call) }; m.call },
  "instance_exec" => -> { go = -> { [1].each { instance_exec(&go) } }; go.call },
  "join" => -> { nested.join },
  "nested inspect" => -> { nested.inspect },
  "nested ==" => -> { nested == nested },
  "nested hash" => -> { nested.hash },
  "inherited" => -> { Class.new { def self.inherited(other) = Class.new(other) }.then { |k| Class.new(k) } },
  "singleton" => -> { o = Class.new; 3000.times { o = o.singleton_class }; o },
  "count_objects" => -> { at_each_depth { ObjectSpace.count_objects } },
  "each_object" => -> { at_each_depth { ObjectSpace.each_object(Class) { } } },
  "pack" => -> { at_each_depth { ["abc=" * 90].pack("M"); [1, 2].pack("NnC"); ["x" * 99].pack("m").unpack("m") } },
  "sprintf" => -> { at_each_depth { format("%5d %s %x %p", 5, "five", 2**70, [1]) } },
  "bigint" => -> { at_each_depth { (3**200).to_s.to_i / 7**50; (3**99).pow(5**50, 7**60) } },
  "memsearch" => -> { at_each_depth { $text.index("cabx"); ("z" * 300 + "ab").index("y" * 200) } },
  "gc" => -> { at_each_depth { GC.start } },
  "print" => -> { at_each_depth { print "a line of text\n" } },
  "log" => -> { at_each_depth { |depth| Linux.info("at #{depth} of the stack") } },
  "sleep" => -> { at_each_depth { usleep 200 } },
  "timer" => -> { at_each_depth { Linux::Timer.after(s: 1) { }.cancel } },
  "timer fires" => -> { at_each_depth { Linux::Timer.after(ms: 0) { "#{$keep.size}" }; usleep 300 } },
  "timer raises" => -> { at_each_depth { Linux::Timer.after(ms: 0) { raise "x" }; usleep 300 } },
  "raise" => -> { at_each_depth { begin; raise "x"; rescue => e; e.backtrace; end } },
  "frozen" => -> { at_each_depth { begin; [1, [2]].freeze << 1; rescue => e; e.message; end } },
  "no method" => -> { at_each_depth { begin; Object.new.nothing_of_that_name(1); rescue => e; e.message; end } },
  "allocate" => -> { at_each_depth { $keep << "x" * 3000 << "y" * 50_000; $keep.clear if $keep.size > 60 } },
  "allocate large" => -> { at_each_depth { "x" * 600_000 } },
  "full heap" => -> { at_each_depth { $keep = []; begin; loop { $keep << "x" * 2000 }; rescue NoMemoryError; $keep = []; end } },
  "small blocks" => -> { at_each_depth { $keep = []; 400.times { |i| $keep << [i] << "k" * i }; } },
  "symbols" => -> { at_each_depth { |d| Class.new { define_method(:"m#{d}") { } }; "name#{d}".to_sym } },
  "deep ireps" => -> { at_each_depth { $keep << -> { -> { -> { -> { 1 } } } }; GC.start; $keep.clear } },
}

def travel(name)
  ROADS[name].call
  "came back"
rescue SystemStackError
  "raised"
rescue NoMemoryError
  "no memory"
ensure
  $keep = []
end

if ARGV[0] == "list"
  ROADS.each_key { |name| puts name }
else
  answer = travel(ARGV[0])
  GC.start
  $stderr.puts answer
end
