# SPDX-License-Identifier: GPL-2.0
# What vm/patches/00* mended and mruby's own tests do not ask for.

assert("0001: an integer is rounded to tens and more") do
  assert_equal 12300, 12345.round(-2)
  assert_equal(-12300, -12345.round(-2))
  assert_equal 20, 15.round(-1)
  assert_equal(-20, -15.round(-1))
  assert_equal 20, 20.ceil(-1)
  assert_equal 20, 11.ceil(-1)
  assert_equal(-10, -11.ceil(-1))
  assert_equal(-20, -20.floor(-1))
  assert_equal(-20, -11.floor(-1))
  assert_equal 10**20, (10**20).ceil(-1)
  assert_equal 10**20 + 10, (10**20 + 1).ceil(-1)
  assert_equal(-10**20, (-10**20 - 1).ceil(-1))
  assert_equal 0, 5.round(-19)
  assert_equal 10**19, (6 * 10**18).round(-19)
  assert_equal(-10**19, (-5).floor(-19))
  assert_equal 10**19, 5.ceil(-19)
  assert_equal 0, (-5).truncate(-19)
  assert_equal 0, 5.round(-400)
  assert_equal(-10**20, (-10**20).truncate(-1))
  assert_equal(-10**20, (-10**20 - 3).truncate(-1))
end

assert("0002: the remainder of a bigint") do
  assert_equal 7, (10**20 + 7).remainder(10)
  assert_raise(TypeError) { (10**20).remainder("10") }
end

assert("0004: a search with steps of more than a byte") do
  assert_equal 1000, ("a" * 1000 + "b" * 300).index("b" * 300)
  assert_equal 2600, ("c" * 2600 + "a" * 254 + "b").index("a" * 254 + "b")
  assert_equal 2600, ("c" * 2600 + "a" * 255 + "b").index("a" * 255 + "b")
  assert_equal 2600, ("c" * 2600 + "a" * 900 + "b").index("a" * 900 + "b")
  assert_nil ("c" * 2600 + "a" * 899 + "b").index("a" * 900 + "b")
end

assert("0006: an endless range has a hash") do
  assert_equal (1..).hash, (1..).hash
  assert_equal :found, { (1..) => :found }[(1..)]
end

assert("0007: underscores in a bigint's digits") do
  assert_equal 10**30 + 1, "1_000000000000000_000000000000001".to_i
  assert_equal 1, "1_000000000000000_000000000000001".to_i - 10**30
end

assert("0117: next and redo inside begin are for the loop around it") do
  seen = []
  number = 0
  while number < 4
    number += 1
    begin
      next if number == 1
      raise "two" if number == 2
    rescue
      next
    ensure
      seen << -number
    end
    seen << number
  end
  assert_equal [-1, -2, -3, 3, -4, 4], seen
  again = 0
  1.times do
    begin
      again += 1
      redo if again < 3
    rescue
    end
  end
  assert_equal 3, again
end

assert("0121: a bigint has a bound") do
  assert_raise(RangeError) { 7 ** 10**7 }
  assert_raise(RangeError) { 2 ** 10**18 }
  assert_raise(RangeError) { 1 << 10**7 }
  assert_raise(RangeError) { 1 << 2**62 }
  assert_raise(RangeError) { a = 1 << 3_000_000; a * a }
  assert_raise(RangeError) { 1 << 2**22 }
  a = (1 << 2**22 - 1) - 1 + (1 << 2**22 - 1)
  assert_raise(RangeError) { a + 1 }
  assert_equal a, a / 1
  assert_equal 0, a - a
  assert_equal a, (a ^ 1) + 1
  assert_equal 1, 1 ** 10**9
  assert_equal 0, 0 ** 10**9
  assert_equal 1, (-1) ** 10**9
  assert_equal 0, (a - a) << 10**7
end

assert("0121: digits become a bigint, and come back") do
  [2, 3, 7, 8, 10, 16, 29, 36].each do |base|
    a = 3 ** 700 + base
    assert_equal a, a.to_s(base).to_i(base)
    assert_equal(-a, (-a).to_s(base).to_i(base))
    b = base ** 100
    assert_equal "1" + "0" * 100, b.to_s(base)
    assert_equal b, ("1" + "0" * 100).to_i(base)
  end
  assert_equal 10**40, ("1" + "0_" * 39 + "0").to_i
  assert_equal 10**25, ("1" + "0" * 25 + "zzz").to_i
end

assert("0121: an exception within an operation leaves the numbers as they were") do
  a = 3 ** 5000
  b = a.dup
  20.times do
    assert_raise(RangeError) { a * (1 << 2**22 - 5) }
    assert_raise(RangeError) { a ** 1000 }
  end
  assert_equal 3 ** 5000, a
  assert_equal b, a
end

assert("0123: a search for what is long") do
  tail = (0..255).map { |i| (97 + i % 26).chr }.join
  long = "q" * 700 + tail
  assert_equal 4000, ("q" * 4700 + tail).index(long)
  assert_nil ("q" * 4600 + tail[0, 255]).index(long)
  assert_equal 4000, ("q" * 4700 + tail).rindex(long)
  a = "k" * 200
  assert_true a == "k" * 200
  assert_false a == "k" * 199 + "j"
  assert_equal 1, a <=> "k" * 199 + "j"
  assert_equal(-1, a <=> "k" * 199 + "l")
end

assert("0123: tr with patterns of many parts") do
  assert_equal "bcdefghij", "abcdefghi".tr("a-cd-fg-i", "b-de-gh-j")
  assert_equal "hippo", "hello".tr("el", "ip")
  assert_equal "*e**o", "hello".tr("^aeiou", "*")
  assert_equal "heo", "hello".tr("l", "")
  assert_equal "h-o", "hello".tr_s("el", "-")
  assert_equal "a\0c", "abc".tr("b", "\0")
  assert_equal "b" * 500, ("a" * 500).tr("a-c" * 200, "b-d" * 200)
  assert_raise(ArgumentError) { "abc".tr("a-b" * 30_000, "x") }
  assert_raise(ArgumentError) { "abc".count("a-b" * 30_000) }
end

assert("0124: an empty array times a large number") do
  assert_equal [], [] * 2**60
end

assert("0124: a hash whose keys collide") do
  h = {}
  600.times { |i| h[i << 34] = i }
  assert_equal 600, h.size
  assert_equal 599, h[599 << 34]
  h.rehash
  assert_equal (0...600).to_a, h.values
  300.times { h.shift }
  assert_equal [300 << 34, 300], h.shift
end

# An object whose methods, called by C, call back.
class Meddler
  def initialize(hash = 1, &block)
    @hash = hash
    @block = block
    @answer = false
  end

  attr_writer :block, :answer

  def meddle(method)
    @block.call(method) if @block
    @answer
  end

  def hash
    meddle(:hash)
    @hash
  end

  def ==(_) meddle(:==) end
  def eql?(_) meddle(:eql?) end

  def inspect
    meddle(:inspect)
    "meddler"
  end

  def to_s
    meddle(:to_s)
    "meddler"
  end
end

def litter
  GC.start
  20.times { "litter" * 20 }
end

assert("0140: keys that change their hash, compared") do
  keys = [Meddler.new, Meddler.new, Meddler.new]
  [:[], :[]=, :delete, :key?].each do |method|
    hash = {}
    keys.each { |key| hash[key] = 1 }
    meddler = Meddler.new { keys.last(2).each { |key| hash.delete(key) } }
    args = method == :[]= ? [meddler, 1] : [meddler]
    assert_raise(RuntimeError) { hash.__send__(method, *args) }
    assert_equal 1, hash.size
  end
end

assert("0140: values that change their hash, compared and inspected") do
  [4, 40].each do |size|
    hash = {}
    (0...size).each { |i| hash[i] = "value #{i}" }
    empty = ->(_) { (1...size).each { |i| hash.delete(i) } }
    assert_raise(RuntimeError) { hash.value?(Meddler.new(&empty)) }
    assert_equal 1, hash.size

    hash[0] = Meddler.new(&empty)
    (1...size).each { |i| hash[i] = "value #{i}" }
    assert_raise(RuntimeError) { hash.inspect }
    assert_equal 1, hash.size
  end
end

assert("0140: a hash method that gives no integer") do
  [nil, "text", [], 1..2].each do |bad|
    hash = {}
    20.times { |i| hash[i] = i }
    assert_raise(TypeError) { hash[Meddler.new(bad)] = 1 }
  end
  hash = {}
  20.times { |i| hash[i] = i }
  key = Meddler.new(1 << 80)
  hash[key] = :big
  assert_equal :big, hash[key]
end

assert("0140: a hash method that raises in rehash and where the table grows") do
  hash = {}
  keys = (0...20).map { |i| Meddler.new(i) }
  keys.each { |key| hash[key] = 1 }
  keys[12].block = ->(method) { raise "no" if method == :hash }
  assert_raise(RuntimeError) { hash.rehash }
  keys[12].block = nil
  4.times { |i| hash[i] = i }
  assert_equal hash.size, hash.keys.size
  assert_equal hash.size, hash.to_a.size

  hash = {}
  keys = (0...12).map { |i| Meddler.new(i) }
  keys.each { |key| hash[key] = 1 }
  keys[3].block = ->(method) { raise "no" if method == :hash }
  assert_raise(RuntimeError) { 40.times { |i| hash[i] = i } }
  keys[3].block = nil
  count = hash.size
  taken = 0
  while taken < count && hash.shift
    taken += 1
  end
  assert_equal count, taken
  assert_equal 0, hash.size
end

assert("0140: merge! from a hash that a key empties") do
  from = {}
  to = { Meddler.new => 1 }
  from[Meddler.new { from.clear; litter }] = "value" * 20
  assert_raise(RuntimeError) { to.merge!(from) }
  litter
  assert_equal "value" * 20, to.values.last
end

assert("0141: last wants an integer") do
  [nil, "text", :symbol, true, 1..].each do |bad|
    assert_raise(TypeError) { [1, 2].last(bad) }
  end
  assert_raise(RangeError) { [1, 2].last(1 << 70) }
end

assert("0141: assoc and rassoc give an array that left the other one") do
  array = []
  emptier = Meddler.new { array.clear; litter }
  emptier.answer = true
  array << [emptier, "value" * 20]
  found = array.assoc(1)
  litter
  assert_equal "value" * 20, found[1]
  array << ["value" * 20, emptier]
  found = array.rassoc(1)
  litter
  assert_equal "value" * 20, found[0]
end

assert("0141: a splat in when that empties itself") do
  array = []
  emptier = Object.new
  emptier.define_singleton_method(:===) { |_| array.clear; litter; false }
  30.times { array << emptier }
  case 5
  when *array then assert_true false
  else assert_equal 0, array.size
  end
  30.times { array << emptier }
  assert_false array.__case_eqq(5)
end

assert("0142: a struct whose member replaces it, compared") do
  wide = Struct.new(*(0..30).map { |i| :"member#{i}" })
  [:==, :eql?].each do |method|
    other = wide.new(*(0..30))
    struct = wide.new(nil, *(1..30))
    struct[0] = Meddler.new do
      struct.__send__(:initialize_copy, other)
      litter
    end
    struct[0].answer = true
    compared = wide.new(Meddler.new, *(1..30))
    assert_true struct.__send__(method, compared)
  end
end

assert("0142: nobody takes the names of members away") do
  [Struct.new(:one, :two, :three), Data.define(:one, :two, :three)].each do |record|
    ObjectSpace.each_object(Array) do |array|
      next if array != [:one, :two, :three]
      begin
        array.map! { |_| "text" }
      rescue FrozenError
      end
    end
    assert_equal [:one, :two, :three], record.members
    assert_equal record.new(1, 2, 3), record.new(1, 2, 3)
  end
end

class Answering
  def method_missing(name, *args, key: nil, **rest)
    [name, args, key, rest]
  end

  def respond_to_missing?(*)
    true
  end
end

class Answering::More < Answering
  def over(*args, **rest) super end
end

assert("0143: keywords find their way to method_missing") do
  object = Answering.new
  many = (1..20).to_a
  assert_equal [:none, [], 1, {}], object.none(key: 1)
  assert_equal [:none, [], 1, { other: 2 }], object.none(key: 1, other: 2)
  assert_equal [:none, [], nil, { other: 2 }], object.none(**{ other: 2 })
  assert_equal [:one, [7], 1, {}], object.one(7, key: 1)
  assert_equal [:fourteen, (1..14).to_a, 1, {}],
               object.fourteen(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, key: 1)
  assert_equal [:many, many, 1, { other: 2 }], object.many(*many, key: 1, other: 2)
  assert_equal [:many, many, 1, {}], object.method(:many).call(*many, key: 1)
  assert_equal [:none, [], 1, {}], object.method(:none).call(key: 1)
  bad = Answering.new
  def bad.method_missing(name, *args, **rest) rest[:key] = args; rest end
  assert_equal({ key: [] }, bad.none(other: 1).tap { |rest| rest.delete(:other) })
  assert_equal [:over, many, 1, {}], Answering::More.new.over(*many, key: 1)
  assert_equal [:over, [], 1, {}], Answering::More.new.over(key: 1)
end

assert("0145: sub's inner half stays within its string") do
  ["\\`", "\\'", "\\`\\'\\0"].each do |pattern|
    [4, 5, 1000, 1 << 40, -1, -(1 << 40)].each do |position|
      assert_raise(ArgumentError) { "abc".__sub_replace(pattern, "c", position) }
    end
  end
  assert_equal "abc", "abc".__sub_replace("\\`", "", 3)
  assert_equal "xabbcz", "xabz".sub("b", "\\0\\0c")
end

# Runs the block again and again, each time with memory failing at another place.
def starving(places)
  skip "memory fails on demand in userland only" unless respond_to?(:starve)
  [1, 2, 50].each do |refuse|
    places.times do |meet|
      begin
        starve(meet, refuse)
        yield
      rescue NoMemoryError
      ensure
        starve(0, 0)
      end
    end
  end
  GC.start
end

class Numbered
  def initialize(number)
    @number = number
  end

  attr_reader :number

  def eql?(other) @number == other.number end
  def hash() [@number].map { |number| number }[0] end
end

assert("0140: a hash without memory") do
  whole = 0
  starving(120) do
    hash = {}
    40.times { |i| hash[Numbered.new(i)] = [i] }
    30.times { |i| hash.delete(Numbered.new(i)) }
    20.times { |i| hash[Numbered.new(i)] = "value" }
    hash.rehash
    hash = hash.dup.merge!(hash)
    whole += 1 if hash.size == 30 && hash.values.compact.size == 30
  end
  assert_true whole > 0
end

assert("0190: objects for an arena that cannot grow") do
  long = "word " * 400
  starving(30) { long.split(" ").map { |word| word + word }.join.upcase }
  assert_equal 400, long.split(" ").size
end

assert("0146: strings without memory") do
  starving(40) do
    one = "one" * 20
    two = "two" * 20
    one.replace(two)
    two << one
    one.replace(two[3, 60])
    one.sub!("two", "three" * 20)
  end
  text = "one" * 20
  assert_equal text, ("two" * 20).replace(text)
end

assert("0147: blocks that outlive their frames, without memory") do
  kept = []
  starving(60) do
    hash = {}
    30.times { |i| hash[Numbered.new(i)] = i }
    kept = [3, 1, 2].map { |i| text = "text#{i}"; -> { text } }
    kept.sort_by { |block| block.call.to_s }.each { |block| block.call }
    [1].each { |i| local = i; kept << -> { local }; break }
  end
  kept = [3, 1, 2].map { |i| text = "text#{i}"; -> { text } }
  assert_equal %w[text3 text1 text2], kept.map { |block| block.call }
end

assert("0180: a method in C that is handed on to itself") do
  ended = lambda do |&block|
    begin
      block.call
      :came_back
    rescue SystemStackError
      :ended
    end
  end
  answers = [
    ended.call { send(*([:send] * 300), :to_s) },
    ended.call { 5.__send__(*([:__send__, :send] * 150), :to_s) },
    ended.call { (0...300).inject(5.method(:to_s)) { |method, _| method.method(:call) }.call },
  ]
  assert_equal [], answers - [:came_back, :ended]
  assert_equal "5", 5.method(:send).call(:send, :to_s)
end

assert("0181: an error whose class was removed") do
  names = [:NameError, :TypeError, :NoMethodError]
  kept = names.map { |name| Object.const_get(name) }
  errors = []
  begin
    names.each { |name| Object.__send__(:remove_const, name) }
    [-> { Nothing }, -> { 5 + nil }, -> { nil.nothing }].each do |wrong|
      begin
        wrong.call
      rescue Exception => e
        errors << e.class
      end
    end
  ensure
    names.each_with_index { |name, i| Object.const_set(name, kept[i]) }
  end
  assert_equal [StandardError] * 3, errors
  assert_raise(NameError) { Nothing }
end

assert("0182: quoted-printable longer than its buffer") do
  (100..300).each do |length|
    ["a", "=", "\xff", " ", "\n", "a=b\n"].each do |piece|
      text = (piece * length)[0, length]
      [1, 40, 1000].each do |width|
        assert_equal text, [text].pack("M#{width}").unpack("M")[0]
      end
    end
  end
  assert_equal "=3D" * 25 + "=\n", ["=" * 25].pack("M")
end

LIMITS = [0, 1, -1, 45, 1 << 31, 1 << 32, (1 << 62) - 1, 1 << 62, (1 << 63) - 1, -(1 << 63), 1 << 64]

assert("faults: indices and lengths around every limit") do
  calls = 0
  [[:[], 2], [:slice!, 2], [:insert, 2], [:rotate, 1], [:first, 1], [:last, 1], [:delete_at, 1],
   [:values_at, 2], [:[]=, 2], [:[]=, 3]].each do |method, count|
    LIMITS.each do |limit|
      begin
        (0..30).to_a.__send__(method, *[limit, 3, 7].first(count))
      rescue StandardError, NoMemoryError
      end
      begin
        ("text" * 20).__send__(method, *[limit, 3, "x"].first(count))
      rescue StandardError, NoMemoryError
      end
      calls += 1
    end
  end
  %w[a A Z m M h H U w x X @ C s l q n N V].each do |directive|
    LIMITS.each do |limit|
      begin
        ("text" * 20).unpack("#{directive}#{limit}")
        ["text" * 20].pack("#{directive}#{limit}") if limit < 100
      rescue StandardError, NoMemoryError
      end
      calls += 1
    end
  end
  array = (0..30).to_a
  array[3, 2] = array
  assert_equal 60, array.size
  assert_equal 10 * LIMITS.size + 19 * LIMITS.size, calls
end

assert("faults: methods of one class on objects of another") do
  [[String, :upcase, 1], [Array, :push, {}], [Hash, :size, []], [Range, :begin, "text"],
   [Struct.new(:a), :a, [1]], [Proc, :arity, 1], [Exception, :message, Object.new],
   [Fiber, :resume, proc { 1 }], [Module, :name, 3]].each do |owner, name, other|
    method = owner.instance_method(name)
    assert_raise(TypeError) { method.bind(other) }
    assert_raise(TypeError) { method.bind_call(other) }
  end
  assert_equal "TEXT", 1.instance_exec(&"text".method(:upcase))
  assert_equal [2], {}.instance_exec(2, &[].method(:push))
end

assert("faults: objects that were never initialized, or are again") do
  [Array, String, Hash, Set, Range, Exception, Fiber, Enumerator, Module, Struct.new(:a),
   Data.define(:a)].each do |owner|
    [owner, Class.new(owner)].each do |made|
      object = begin
        made.allocate
      rescue TypeError, NoMethodError
        next
      end
      [:inspect, :hash, :dup, :each, :to_a, :resume, :alive?, :first, :a, :message].each do |name|
        begin
          object.__send__(name) if object.respond_to?(name)
        rescue StandardError
        end
      end
      assert_true made === object
    end
  end
  assert_raise(TypeError) { Class.new(Array).allocate.__send__(:initialize_copy, {}) }
  fiber = Fiber.new { 1 }
  assert_raise(RuntimeError) { fiber.__send__(:initialize) { 2 } }
  assert_equal 1, fiber.resume
end

assert("faults: sorting and comparing what changes meanwhile") do
  array = [3, 1, 2] * 10
  assert_raise(ArgumentError, NoMethodError) { array.sort! { |a, b| array.clear; litter; b <=> a } }
  array = [Meddler.new { array.clear; litter }, 2, 3]
  [:delete, :index, :rindex, :include?, :==, :-, :|, :&].each do |name|
    array.replace([Meddler.new { array.clear; litter }, 2, 3])
    array.__send__(name, name == :index || name == :delete ? 3 : [1, 2, 3])
  end
  assert_raise(TypeError) { 7.divmod("2") }
  assert_raise(TypeError) { (1 << 70).divmod(nil) }
  assert_equal nil, (Integer <=> 3)
end

assert("faults: more references to one block than can be counted") do
  kept = []
  assert_raise(RuntimeError) { 70000.times { kept << proc { 1 } } }
  assert_equal 1, kept.last.call
end

assert("0196: each_object gives nothing that C may be working on") do
  kinds = []
  ObjectSpace.each_object { |object| kinds |= [object.class] if [Array, Hash, String, Proc, Range].include?(object.class) }
  assert_equal [], kinds
  wiper = Class.new do
    def to_s
      ObjectSpace.each_object(Array) { |array| array.clear }
      GC.start
      "x"
    end
  end
  assert_equal "x" * 20, [wiper.new] .*(20).join
  assert_true ObjectSpace.each_object(Class) { } > 10
end

assert("0150: the value of an assignment to an outer local") do
  outer = nil
  assert_equal [1, 2], [1, 2].map { |i| outer = i }
  assert_equal 2, outer
  assert_equal [[1], [2]], [1, 2].map { |i| [(outer = i)] }
end

assert("0151: local += 1 leaves the locals after it alone") do
  odd = Class.new do
    def +(other) = [:sum, other]
    def -(other) = raise(TypeError, "no #{other}")
  end
  a = odd.new
  b = 7
  c = 8
  a += 1
  assert_equal [[:sum, 1], 7, 8], [a, b, c]
  a = odd.new
  assert_raise(TypeError) { a -= 3 }
  assert_equal [7, 8], [b, c]
  s = "x"
  assert_raise(TypeError) { s += 1 }
  d = 2**62 - 1 + 2**62
  d += 1
  assert_equal 2**63, d
end

assert("0153: super within a block hands on the method's block") do
  base = Class.new { def each_of = yield(:given) }
  got = nil
  derived = Class.new(base) do
    x = 5
    define_method(:x) { x }
    def each_of
      [1].each { super }
      [1].each { [2].each { super } }
    end
  end
  derived.new.each_of { |what| got = [got, what] }
  assert_equal [[nil, :given], :given], got
end

assert("0154: redo in a block does its body again") do
  turns = 0
  seen = []
  proc = ->(&block) { block.call(*(1..15)) }
  proc.call do |a, b, c, d, e, f, g, h, i, j, k, l, m, n, o|
    turns += 1
    redo if turns < 3
    seen << [a, b, o]
  end
  assert_equal [3, [[1, 2, 15]]], [turns, seen]
  turns = 0
  again = []
  for x in [4, 5] do
    turns += 1
    redo if turns == 1
    again << x
  end
  assert_equal [3, [4, 5]], [turns, again]
  turns = 0
  assert_equal [1, [2, 3], 4], [[1, 2, 3]].map { |v, *w| turns += 1; v = turns == 1 ? 9 : 1; redo if turns == 1; [v, w, 4] }[0]
end

assert("0155: return, next and break without a value have a register") do
  def ends_in_ensure(how)
    [1].each do
      begin
        1
      ensure
        return if how == :return
        next if how == :next
        break if how == :break
      end
    end
  end
  assert_equal [nil, [1], nil], [ends_in_ensure(:return), ends_in_ensure(:next), ends_in_ensure(:break)]
  assert_equal [[1], nil, []], [->(p) { *a, b = 1, p; a }.(2), -> { a, b = 1, *[]; b }.(), -> { a, *b = 1; b }.()]
end

assert("0156: targets behind a splat get their own values") do
  class TakesApart
    attr_accessor :seen
    def initialize = @seen = {}
    def []=(*keys, value)
      @seen[keys] = value
    end
    def itself_again(*) = self
    def attr=(value)
      @seen[:attr] = value
    end
  end
  a = TakesApart.new
  $first, *@rest, a.itself_again[] = 1, *[2, 3, 4]
  assert_equal [1, [2, 3], { [] => 4 }], [$first, @rest, a.seen]
  b = TakesApart.new
  *b[1, 2], b[3], b.itself_again(9).attr, (b[4], *b[5]), last = *[0, 1, 2, 3, [4, 5, 6], 7]
  assert_equal({ [1, 2] => [0, 1], [3] => 2, :attr => 3, [4] => 4, [5] => [5, 6] }, b.seen)
  assert_equal 7, last
  c = TakesApart.new
  [[1, [2, 3], 4]].each { |list| *, (c[0], c.attr), x = list; c[1] = x }
  assert_equal({ [0] => 2, :attr => 3, [1] => 4 }, c.seen)
  *, TakesApart::Named, y = 1, *[2, 3]
  assert_equal [2, 3], [TakesApart::Named, y]
end

assert("0157: an assignment to nobody's attribute is nil") do
  nobody = nil
  assert_nil((nobody&.attr = 1))
  assert_equal [1, nil, 3], [1, (nobody&.attr = 2), 3]
  taken = [nobody&.attr = 5, 6]
  assert_equal [nil, 6], taken
  assert_equal :no, ((nobody&.attr = 7) ? :yes : :no)
  assert_equal 8, (Struct.new(:attr).new&.attr = 8)
end

assert("0158: redo in a loop's condition is unexpected") do
  conditions = ->(a, b) do
    turns = 0
    while (turns += 1; redo if turns == 2; turns < 5)
    end
    [a, b, turns]
  end
  assert_raise(LocalJumpError) { conditions.call(1, 2) }
  defaults = ->(a, b = (redo if a; 2)) { [a, b] }
  assert_raise(LocalJumpError) { defaults.call(1) }
  assert_equal [nil, 2], defaults.call(nil)
end

assert("0170: a method without a parameter list has a block") do
  base = Class.new { def noise = "noise #{block_given? ? (yield 1) : "of none"}" }
  odd = Class.new do
    def mapped = [1, 2].map { |x| yield x }
    def deeper = [1].map { |x| [x].map { |y| yield(x, y) } }
    def rescued = [1].map { |x| yield x } rescue "rescued"
    def self.single = [3].map { |x| yield x }
  end
  assert_equal [2, 3], (odd.new.mapped { |x| x + 1 })
  assert_equal [[2]], (odd.new.deeper { |x, y| x + y })
  assert_equal "rescued", (odd.new.rescued { |x| raise "no" })
  assert_equal [4], (odd.single { |x| x + 1 })
  derived = Class.new(base) { def noise = "pre" + super }
  assert_equal "prenoise of none", derived.new.noise
  assert_equal "prenoise 2", (derived.new.noise { |x| x + 1 })
  nested = Class.new(base) { def noise = [1].map { |x| "pre" + super }[0] }
  assert_equal "prenoise 2", (nested.new.noise { |x| x + 1 })
end

assert("0171: super in a class's body hands on nothing of the method around it") do
  base = Class.new { def go(*args) = [args, block_given?] }
  define_singleton_method(:opened) do |object|
    class << object
      define_method(:go) { super }
    end
  end
  helper = Object.new
  def helper.open(object, *, k: 1, &block)
    class << object
      define_method(:go) { super }
    end
  end
  object = base.new
  helper.open(object, 5) { 6 }
  assert_equal [[], false], object.go
  other = base.new
  opened(other)
  assert_equal [[], false], other.go
end

assert("0175: optional arguments that are left out are nil") do
  leave = -> { begin; return 1; ensure; nil; end }
  itself = ->(a = a) { a }
  behind = ->(a = 1, b = b, c = c, d = d, e = e) { [a, b, c, d, e] }
  between = ->(a, b = b, c = c, *d, e, k: 2, &f) { [a, b, c, d, e, k, f] }
  20.times do
    leave.call
    assert_equal [nil, [1, nil, nil, nil, nil]], [itself.call, behind.call]
    leave.call
    assert_equal [nil, [9, 8, nil, nil, nil]], [itself.call(*[]), behind.call(*[9, 8])]
    leave.call
    assert_equal [1, nil, nil, [], 5, 2, nil], between.call(1, 5)
    assert_equal [1, 2, nil, [], 5, 3, nil], between.call(*[1, 2, 5], k: 3)
    assert_equal [1, 2, 3, [4], 5, 2, nil], between.call(1, 2, 3, 4, 5)
    assert_equal [nil, nil, nil, [], nil, 2, nil], proc { |a, b = b, c = c, *d, e, k: 2, &f| [a, b, c, d, e, k, f] }.call
  end
end

class BreaksInEql
  attr_accessor :block
  def <=>(_other)
    0
  end

  def eql?(_other)
    block ? block.call : true
  end

  def self.recurse(turn, member)
    if turn == 2
      first, second = (member..member), (member.dup..member)
      return { first => 1, second => 2 }.size
    end
    member.block = nil
    [keep(member) { break 3 }, 4]
  end

  def self.keep(member, &block)
    member.block = block
    recurse(2, member)
    5
  end

  def self.deeper(turns, &block)
    return block.call if turns == 0
    result = deeper(turns - 1) { turns == 1 ? (break :inner) : block.call }
    [turns, result]
  end
end

assert("0177: break goes to the frame that made its block") do
  class Range
    alias hash_of_members hash
    def hash
      1
    end
  end
  assert_equal [3, 4], BreaksInEql.recurse(1, BreaksInEql.new)
  assert_equal [2, [1, :inner]], BreaksInEql.deeper(2) { :outer }
ensure
  class Range
    alias hash hash_of_members
  end
end

assert("0212: Integer() takes digits of more than 63 bits") do
  assert_equal 1 << 64, Integer("18446744073709551616")
  assert_equal(-(1 << 64), Integer(" -18446744073709551616 "))
  assert_equal 0xffffffff81000000, Integer("0xffffffff81000000")
  assert_equal 0xffffffff81000000, Integer("ffff_ffff_8100_0000", 16)
  ["18446744073709551616x", "0xffffffff8100000g", "1844674407370955161_"].each do |text|
    assert_raise(ArgumentError) { Integer(text) }
  end
end

assert("0230: a big Integer is an Integer") do
  assert_equal 2**70, Integer(2**70)
  assert_raise(RangeError) { [1].first(2**70) }
end

assert("0231: 64 bits are packed, floats are not") do
  numbers = [2**63, 2**64 - 1, 0xffffffff81000000]
  %w[Q< Q>].each { |quad| assert_equal numbers, numbers.pack("#{quad}*").unpack("#{quad}*") }
  assert_raise(RangeError) { [2**64].pack("Q") }
  assert_raise(RangeError) { [2**64].pack("L") }
  %w[d f E g].each do |float|
    assert_raise(ArgumentError) { [1].pack(float) }
    assert_raise(ArgumentError) { "12345678".unpack(float) }
  end
  [-1, 2**21, 2**32, 2**40].each { |code| assert_raise(RangeError) { [code].pack("U") } }
end

assert("0232: a format says that there are no floats") do
  assert_raise_with_message(ArgumentError, "%f is a float, and there are none") { "%f" % 1 }
end

assert("0233: a frozen Set takes nothing") do
  assert_raise(FrozenError) { Set[1].freeze << 2 }
  assert_equal Set[1, 2], Set[1].freeze.dup << 2
end

assert("0234: clamp by a range without an end") do
  assert_equal [3, 3, 5, 5], [5.clamp(..3), 1.clamp(3..), 5.clamp(3..), 5.clamp(nil..nil)]
  assert_raise(ArgumentError) { 5.clamp(1...3) }
end

assert("0235: a range of characters has its last, too") do
  assert_equal [3, 1, "", "abc"], ["abc".count("a-c"), "abcd".count("^a-c"), "abc".delete("a-c"), "aabbcc".squeeze("a-c")]
  assert_equal [3, 2], ["\x80\xbf\xff".count("\x80-\xff"), "a\xff".count("\x00-\xff")]
end

assert("0244: procs of one block are told apart") do
  blocks = Array.new(2) { proc {} }
  assert_not_equal blocks[0].inspect, blocks[1].inspect
  assert_equal blocks[0].hash, blocks[1].hash
end
