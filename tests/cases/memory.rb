# SPDX-License-Identifier: GPL-2.0
# Whatever allocates without end meets NoMemoryError at the cap of the heap. Rescued or not, the
# VM goes on working and has its memory back. limits.rb has the plain kinds; here are the rest.

# The block allocates until there is no more memory. It keeps what it makes where only it can.
def endless(name)
  test "#{name} without an end meet NoMemoryError, and the memory comes back" do
    GC.start
    before = Linux::Heap.stats
    assert_raise(NoMemoryError) { yield }
    GC.start
    after = Linux::Heap.stats
    assert after[:failures] > before[:failures], "the heap was not full"
    assert after[:held] <= after[:cap], "more is held than the cap allows"
    assert after[:live] < before[:live] + 1_000_000, "#{after[:live] - before[:live]} bytes are still live"
    assert_equal "[1, [2, {:a=>\"b\"}]]", [1, [2, { a: "b" }]].inspect
  end
end

endless("nested Arrays") do
  array = []
  loop { array = [array, array] }
end

endless("Hashes with a block for what is not there") do
  hash = Hash.new { |h, k| h[k] = [k] }
  n = 0
  loop { hash[n += 1] }
end

endless("big Integers that grow") do
  n = 3
  kept = []
  loop { kept << (n <<= 900) }
end

endless("Exceptions with backtraces") do
  kept = []
  loop do
    begin
      [1].each { raise ArgumentError, "one more" }
    rescue ArgumentError => e
      kept << e
    end
  end
end

endless("backtraces as text") do
  kept = []
  loop do
    begin
      [1].each { raise "one more" }
    rescue RuntimeError => e
      kept << e.backtrace
    end
  end
end

endless("instance variables of one object") do
  object = Object.new
  n = 0
  loop { object.instance_variable_set(:"@v#{n += 1}", "x" * 20_000) }
end

endless("constants of one class") do
  klass = Class.new
  n = 0
  loop { klass.const_set(:"C#{n += 1}", "x" * 20_000) }
end

endless("class variables") do
  klass = Class.new
  n = 0
  loop { klass.class_variable_set(:"@@v#{n += 1}", "x" * 20_000) }
end

endless("methods of one class") do
  klass = Class.new
  n = 0
  loop do
    text = "x" * 20_000
    klass.define_method(:"m#{n += 1}") { text }
  end
end

endless("classes") do
  kept = []
  loop { kept << Class.new }
end

# A long chain is long to look through, so each link is heavy.
endless("classes below classes") do
  kept = Class.new
  loop { kept = Class.new(kept) { const_set(:TEXT, "x" * 20_000) } }
end

endless("modules that are included") do
  kept = Class.new
  loop { kept.include(Module.new { const_set(:TEXT, "x" * 20_000) }) }
end

endless("singleton classes") do
  kept = []
  loop { kept << Object.new.tap { |o| o.define_singleton_method(:x) { 1 } } }
end

endless("Ranges") do
  kept = []
  loop { kept << (kept.size..) }
end

endless("Structs") do
  pair = Struct.new(:a, :b)
  kept = []
  loop { kept << pair.new(kept, 1) }
end

endless("Data") do
  pair = Data.define(:a, :b)
  kept = []
  loop { kept << pair.new(a: kept, b: 1) }
end

endless("Sets") do
  set = Set.new
  n = 0
  loop { set << [n += 1] }
end

# Heavy ones: mruby counts the Procs of one piece of code in 16 bits, and raises beyond that.
endless("Procs, each in the other") do
  proc = -> { 1 }
  loop do
    inner = [proc, "x" * 2000]
    proc = -> { inner }
  end
end

endless("Enumerators that have begun") do
  kept = []
  loop { kept << [1, 2].each.tap(&:next) }
end

endless("Method objects") do
  kept = []
  loop { kept << kept.method(:size) }
end

endless("a String that is built by interpolation") do
  text = "x" * 1000
  loop { text = "#{text}#{text}" }
end

endless("a join, a product, a repetition") do
  kept = []
  loop { kept << (["x" * 100] * 100).join(",") << [1, 2, 3].product([4, 5]) << [0] * 300 }
end

endless("arguments, splatted") do
  many = [1] * 1000
  def self.takes(*all) = all
  kept = []
  loop { kept << takes(*many, *many) }
end

endless("keywords, splatted") do
  def self.keeps(**all) = all
  kept = []
  loop { kept << keeps(**{ a: kept, b: 1, c: 2 }) }
end

endless("globals") do
  begin
    $kept = []
    loop { $kept << "x" * 1000 }
  ensure
    $kept = nil
  end
end

endless("what ensure allocates") do
  kept = []
  begin
    loop { kept << "x" * 1000 }
  ensure
    begin
      loop { kept << "y" * 1000 }
    rescue NoMemoryError
      kept.clear
    end
  end
end

# Symbols are for good; how many are left is seen by nobody but the VM.
test "Symbols without an end meet NoMemoryError" do
  n = 0
  assert_raise(NoMemoryError) { loop { ("#{n += 1}" + "y" * 60_000).to_sym } }
  assert n > 10, "only #{n} fitted"
end
