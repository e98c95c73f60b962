# SPDX-License-Identifier: GPL-2.0
# Ruby as people know it, as far as the kernel has it: one test a promise.

test "Integer division and modulo round down" do
  assert_equal [3, -4, -4, 3], [7 / 2, -7 / 2, 7 / -2, -7 / -2]
  assert_equal [1, 1, -1, -1], [7 % 2, -7 % 2, 7 % -2, -7 % -2]
  assert_equal [[3, 1], [-4, 1], [-4, -1]], [7.divmod(2), -7.divmod(2), 7.divmod(-2)]
  assert_raise(ZeroDivisionError) { 1 / 0 }
  assert_raise(ZeroDivisionError) { 1 % 0 }
end

test "Integers round to tens and hundreds" do
  assert_equal [15, 20, 10], [15.round, 15.round(-1), 14.round(-1)]
  assert_equal [-20, -10], [-15.round(-1), -14.round(-1)]
  assert_equal [20, -10], [11.ceil(-1), -11.ceil(-1)]
  assert_equal [10, -20], [11.floor(-1), -11.floor(-1)]
  assert_equal [10, -10], [19.truncate(-1), -19.truncate(-1)]
  assert_equal [12300, 100, -100], [12345.round(-2), 100.ceil(-2), -100.floor(-2)]
end

test "there are no floats, by any road" do
  assert !Object.const_defined?(:Float)
  assert_raise(NoMethodError) { 1.to_f }
  assert_raise(NoMethodError) { "1.5".to_f }
  assert_equal 1, "1.5".to_i
  assert_raise(ArgumentError) { Integer("1.5") }
  assert_equal [3, 0], [7 / 2, 1 / 2]
end

test "Integers grow past 64 bits and come back" do
  big = 2**64
  assert_equal 18446744073709551616, big
  assert_equal "18446744073709551616", big.to_s
  assert_equal "10000000000000000", big.to_s(16)
  assert_equal 2**63, 9223372036854775807 + 1
  assert_equal(-9223372036854775808, -(2**63))
  assert_equal 1, big - (big - 1)
  assert_equal 4294967296, big / 4294967296
  assert_equal 0, big % 2
  assert_equal big, big * 3 / 3
  assert big.is_a?(Integer)
  assert big > 2**63 && 2**63 < big && big == 2**64 && big != 2**65
  assert_equal "15511210043330985984000000", (1..25).inject(:*).to_s
end

test "Integers compare at every size" do
  edges = [0, 1, 2**31, 2**32, 2**62 - 1, 2**62, 2**62 + 1, 2**63 - 1, 2**63, 2**64, 2**100]
  numbers = (edges.map { |n| -n } + edges).uniq
  sorted = numbers.sort
  assert_equal sorted, numbers.reverse.sort
  sorted.each_with_index do |a, i|
    sorted.each_with_index do |b, j|
      # The same value, made anew.
      b = b + 1 - 1
      assert_equal [i < j, i <= j, i > j, i >= j, i == j, i <=> j],
                   [a < b, a <= b, a > b, a >= b, a == b, a <=> b]
      assert_equal [i == j, i != j], [a.eql?(b), a != b]
      assert_equal i == j, { a => true }.fetch(b, false)
    end
  end
end

test "kernel addresses are Integers" do
  address = 0xffffffff81000000
  assert_equal 18446744071578845184, address
  assert_equal "ffffffff81000000", address.to_s(16)
  assert_equal "0xffffffff81000000", format("%#x", address)
  assert_equal 0xffffffff81001000, address + 4096
  assert_equal 0x81000000, address & 0xffffffff
  assert_equal 0xffffffff, address >> 32
  assert_equal address, (0xffffffff << 32) | 0x81000000
end

test "masks and shifts of kernel addresses" do
  address = 0xffffffff81234567
  assert_equal [0xffffffff81234000, 0x567], [address & ~0xfff, address & 0xfff]
  assert_equal [0xffffffff81234000, 0xffffffff81235000], [address & -4096, (address + 0xfff) & ~0xfff]
  assert_equal [0xffffffff81234567, 0], [address | 0x67, address ^ address]
  assert_equal [0xffff, 0, 0], [address >> 48, address >> 64, address >> 1000]
  assert_equal [0xffffffff8123456700, -1, -0xffffffff81234568], [address << 8, -address >> 64, ~address]
  # What was signed comes back unsigned.
  assert_equal 0xfffffffffffffffb, -5 & 0xffffffffffffffff
end

test "bit operations on Integers of every size are those of two's complement" do
  sizes = [0, 1, 5, 0xff, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**70 + 3, 2**100 - 1, 2**200]
  numbers = (sizes + sizes.map { |n| -n }).uniq
  numbers.each do |a|
    assert_equal(-a - 1, ~a)
    [0, 1, 31, 32, 33, 63, 64, 65, 100, 300].each do |n|
      assert (a << n) == a * 2**n, "#{a} << #{n} is #{a << n}"
      assert (a >> n) == a / 2**n, "#{a} >> #{n} is #{a >> n}"
      assert (a & -(2**n)) == a - a % 2**n, "#{a} & #{-(2**n)} is #{a & -(2**n)}"
      assert (a & (2**n - 1)) == a % 2**n, "#{a} & #{2**n - 1} is #{a & (2**n - 1)}"
    end
    numbers.each do |b|
      assert (a & b) + (a | b) == a + b, "#{a} & #{b} is #{a & b}, | is #{a | b}"
      assert (a ^ b) == (a | b) - (a & b), "#{a} ^ #{b} is #{a ^ b}"
      assert ~(a & b) == (~a | ~b), "#{a} & #{b} is #{a & b}, of complements | is #{~a | ~b}"
    end
  end
end

test "small and big Integers divide each other" do
  big = 2**64
  assert_equal [5, 0, [0, 5], 0], [5 % big, 5.div(big), 5.divmod(big), 5 / big]
  assert_equal [big - 5, -1, [-1, big - 5], -1], [-5 % big, -5.div(big), -5.divmod(big), -5 / big]
  assert_equal [0, [0, 0]], [0 % big, 0.divmod(big)]
  assert_equal [[2**63, 0], 0], [(-(2**63)).divmod(-1), -(2**63) % -1]
  assert_raise(ZeroDivisionError) { 0 % 0 }
  assert_raise(ZeroDivisionError) { big % 0 }
  assert_raise(TypeError) { 5 % "5" }
end

test "big products and powers carry" do
  assert_equal 9619630419041620888919763485850041956882158139490254592555110119256885205358857951832353245262297199753379708929,
               (2**62 - 1)**6
  assert_equal(-1496577676626844588241840919293437900184149748088825, (-(2**100) + 7) * (2**70 + 1))
  a, b = 2**96 + 2**64 - 1, 2**128 - 2**32 + 1
  assert_equal a, a * b / b
  assert_equal (a + b)**2, a * a + 2 * a * b + b * b
  assert_equal (a - b) * (a + b), a * a - b * b
end

test "pow with a modulus" do
  assert_equal [92, 96, 96], [(-5).pow(1, 97), (-1).pow(31, 97), (-(2**64)).pow(0, 97) + 95]
  assert_equal [0, 0, 1], [30.pow(2**70, 2), (2**64).pow(1000, 2), 3.pow(2**80, 2)]
  assert_equal 39, (-18446744073709551613).pow(1, 97)
end

test "Integers know their bits and digits" do
  assert_equal [3, 2, 1], 123.digits
  assert_equal [10, 14, -4], [0b1110 & 0b1011, 0b1110 | 0b1010, ~3]
  assert_equal [1, 1024, 256], [2**0, 2**10, 4.pow(4)]
  assert_equal 445, 4.pow(13, 497)
  assert_equal [255, 8, -10], ["ff".to_i(16), "1000".to_i(2), "-10".to_i]
  assert_equal [3, 10, 5], [1.clamp(3, 10), 11.clamp(3, 10), 5.clamp(3, 10)]
end

test "loops of Integers" do
  seen = []
  1.upto(3) { |i| seen << i }
  3.downto(1) { |i| seen << i }
  1.step(7, 3) { |i| seen << i }
  2.times { |i| seen << i }
  assert_equal [1, 2, 3, 3, 2, 1, 1, 4, 7, 0, 1], seen
end

test "Strings" do
  assert_equal "hello world", "hello" + " " + "world"
  assert_equal "Hello", "hello".capitalize
  assert_equal %w[a b c], "a,b,c".split(",")
  assert_equal "ell", "hello"[1..3]
  assert_equal "o", "hello"[-1]
  assert_equal [2, nil], ["hello".index("l"), "hello".index("z")]
  assert_equal "hexxo", "hello".gsub("l", "x")
  assert_equal "hexlo", "hello".sub("l", "x")
  assert_equal "olleh", "hello".reverse
  assert_equal "x  |  x|  x  ", [ "x".ljust(3), "x".rjust(3), "x".center(5)].join("|")
  assert_equal "abc", " abc\n".strip
  assert_equal [97, "a"], ["a".ord, 97.chr]
  assert_equal "a-b", "a_b".tr("_", "-")
  assert_equal "helo", "hello".squeeze("l")
  assert_equal 2, "hello".count("l")
  assert_equal "lines", "lines\n".chomp
  assert_equal ["a\n", "b"], "a\nb".lines
  assert_equal [104, 105], "hi".bytes
  assert "hello".start_with?("he") && "hello".end_with?("lo") && "hello".include?("ll")
  assert_equal "\"a\\tb\"", "a\tb".inspect
  assert_equal 6, "grüße".bytesize - 1
end

test "String#* and comparison" do
  assert_equal "ababab", "ab" * 3
  assert_equal [-1, 0, 1], ["a" <=> "b", "a" <=> "a", "b" <=> "a"]
  assert "a" < "b"
  assert_raise(ArgumentError) { "a" * -1 }
end

test "heredocs, interpolation and symbols" do
  name = "kernel"
  text = <<~TEXT
    in the #{name}
      it works
  TEXT
  assert_equal "in the kernel\n  it works\n", text
  assert_equal :"a b", "a b".to_sym
  assert_equal [:a, :b], %i[a b]
  assert_equal %w[A B], %w[a b].map(&:upcase)
end

test "format" do
  assert_equal "  42|42   |00042|2a|0x2a|101010|52", format("%4d|%-5d|%05d|%x|%#x|%b|%o", 42, 42, 42, 42, 42, 42, 42)
  assert_equal "%|a|:b|\"c\"", format("%%|%s|%p|%p", "a", :b, "c")
  assert_equal "+5 -5", format("%+d %+d", 5, -5)
  assert_equal "ab", "%<x>s%<y>s" % { x: "a", y: "b" }
  assert_equal "1 of 2", "%d of %d" % [1, 2]
  assert_raise(ArgumentError) { format("%d") }
end

test "format refuses floats, and widths without end" do
  %w[%f %e %g %E %G].each do |float|
    error = assert_raise(ArgumentError) { format(float, 1) }
    assert_equal "#{float} is a float, and there are none", error.message
  end
  assert_raise(ArgumentError) { format("%a", 1) }
  assert_raise(ArgumentError) { format("%d", "1.5") }
  ["%999999999d", "%.999999999d", "%999999999s"].each { |wide| assert_raise(NoMemoryError) { format(wide, 1) } }
  ["%99999999999999999999d", "%99999999999999999999$s", "%99999$s", "%z"].each do |wrong|
    assert_raise(ArgumentError) { format(wrong, 1) }
  end
  assert_raise(KeyError) { format("%<a>d", {}) }
  assert_raise(TypeError) { format("%d", nil) }
end

test "format takes integers of every size" do
  assert_equal "ffffffff81000000|0XFFFFFFFF81000000|18446744071578845184",
               format("%x|%#X|%d", *[0xffffffff81000000] * 3)
  assert_equal "[ffffffff81000000]    [+18446744073709551616]", format("[%016x]%4s[%+d]", 0xffffffff81000000, "", 2**64)
  assert_equal "-1#{'0' * 63}", (-(2**63)).to_s(2)
  assert_equal "-18446744073709551616|   100000000000000000000", format("%d|%24d", -(2**64), 10**20)
  assert_equal "2000000000000000000000|1#{'0' * 64}", format("%o|%b", 2**64, 2**64)
  assert_equal "4611686018427387904|-9223372036854775808", format("%d|%i", 2**62, -(2**63))
end

test "pack and unpack" do
  assert_equal "\x01\x02\x00\x03\x00\x00\x00", [1, 2, 3].pack("CS<L<")
  assert_equal [1, 2, 3], "\x01\x02\x00\x03\x00\x00\x00".unpack("CS<L<")
  assert_equal "\x00\x01\x00\x00\x00\x02", [1, 2].pack("nN")
  assert_equal ["abc", "de"], ["abc", "de"].pack("a4a2").unpack("A4a2")
  assert_equal "YWJj\n", ["abc"].pack("m")
  assert_equal [-1], [-1].pack("q<").unpack("q<")
  assert_equal ["616263"], "abc".unpack("H*")
end

test "pack takes what 64 bits hold" do
  numbers = [0, 1, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 0xffffffff81000000, 2**64 - 1]
  %w[Q< Q> Q].each { |quad| assert_equal numbers, numbers.pack("#{quad}*").unpack("#{quad}*") }
  assert_equal "\x00\x00\x00\x81\xff\xff\xff\xff", [0xffffffff81000000].pack("Q<")
  assert_equal(-2**63, [2**63].pack("Q").unpack1("q"))
  assert_equal 2**64 - 1, [-1].pack("q").unpack1("Q")
  [2**64, 2**100].each { |number| assert_raise(RangeError) { [number].pack("Q") } }
  %w[C S L N w].each { |short| assert_raise(RangeError) { [2**64].pack(short) } }
  assert_equal 1000, (["\xff" * 8] * 1000).join.unpack("Q*").count(2**64 - 1)
  assert_raise(TypeError) { ["1"].pack("Q") }
end

test "pack refuses floats, and sizes without end" do
  %w[d D f F e E g G].each do |float|
    [-> { [1].pack(float) }, -> { "12345678".unpack(float) }].each do |code|
      assert_equal "#{float} is a float, and there are none", assert_raise(ArgumentError, &code).message
    end
  end
  %w[x2000000000 a2000000000 H2000000000 @2000000000].each { |long| assert_raise(NoMemoryError) { ["1"].pack(long) } }
  assert_raise(RuntimeError) { [1].pack("C99999999999999999999") }
  ["x2000000000", "@2000000000C"].each { |far| assert_raise(ArgumentError) { "1".unpack(far) } }
  assert_raise(ArgumentError) { [1].pack("X2") }
  [-1, 2**21, 2**32, 2**40].each { |code| assert_raise(RangeError) { [code].pack("U") } }
  assert_equal "\xf4\x8f\xbf\xbf", [0x10ffff].pack("U")
end

test "Arrays" do
  a = [3, 1, 2]
  assert_equal [1, 2, 3], a.sort
  assert_equal [3, 2, 1], a.sort { |x, y| y <=> x }
  assert_equal [1, 2, 3], a.sort_by { |x| x }
  assert_equal [6, 3, 1], [a.sum, a.max, a.min]
  assert_equal [1, [2, 3]], [a.min, a.sort.last(2)]
  assert_equal [[1, 3], [2]], [1, 2, 3].partition { |x| x % 2 == 1 }
  assert_equal [[1, :a], [2, :b]], [1, 2].zip([:a, :b])
  assert_equal [1, 2, 3, 4], [1, [2, [3, [4]]]].flatten
  assert_equal [[1, 2], [3]], [1, 2, 3].each_slice(2).to_a
  assert_equal [1, 3], [1, nil, 3].compact
  assert_equal [1, 2], [1, 2, 1].uniq
  assert_equal [[1, 2], [1, 3], [2, 3]], [1, 2, 3].combination(2).to_a
  assert_equal 6, [1, 2, 3].inject(:+)
  assert_equal [2, 3, 1], [1, 2, 3].rotate
  assert_equal [[1, 2], [2]], [[1, 2] | [2], [1, 2] & [2]]
  assert_equal 3, [[1, [2, 3]]].dig(0, 1, 1)
  first, *rest = [1, 2, 3]
  assert_equal [1, [2, 3]], [first, rest]
  assert_equal 2, [1, 3, 5, 7].bsearch { |x| x >= 5 } - 3
  assert_raise(IndexError) { [].fetch(3) }
end

test "Hashes keep their order" do
  h = { b: 1, "a" => 2, 3 => [4] }
  assert_equal [:b, "a", 3], h.keys
  assert_equal [1, 2, nil], [h[:b], h["a"], h[:none]]
  assert_equal({ 1 => :b }, h.invert.select { |k, _| k == 1 })
  assert_equal [[:x, 1], [:y, 2]], { y: 2, x: 1 }.sort
  assert_equal({ a: 2, b: 4 }, { a: 1, b: 2 }.transform_values { |v| v * 2 })
  assert_equal({ a: 1, b: 3 }, { a: 1, b: 2 }.merge({ b: 3 }))
  assert_equal({ "x" => 2, "y" => 1 }, %w[x y x].tally)
  assert_equal({ 1 => ["a"], 2 => ["bb"] }, %w[a bb].group_by(&:size))
  count = Hash.new { |hash, key| hash[key] = key * 2 }
  assert_equal [8, { 4 => 8 }], [count[4], count]
  assert_raise(KeyError) { {}.fetch(:none) }
  h.delete("a")
  assert_equal [:b, 3], h.keys
  assert_equal 1, { a: { b: 1 } }.dig(:a, :b)
end

test "a thousand keys, in and out" do
  h = {}
  1000.times { |i| h["key#{i}"] = i }
  assert_equal 499500, h.values.sum
  500.times { |i| h.delete("key#{i}") }
  assert_equal [500, "key500", nil], [h.size, h.keys.first, h["key0"]]
end

test "Ranges" do
  assert_equal [1, 2, 3], (1..3).to_a
  assert_equal [1, 2], (1...3).to_a
  assert_equal %w[a b c], ("a".."c").to_a
  assert (1..10).include?(5) && (1..) === 100 && !((..3) === 4)
  assert_equal 5050, (1..100).sum
end

test "Struct" do
  point = Struct.new(:x, :y) do
    def length2 = x * x + y * y
  end
  a = point.new(3, 4)
  assert_equal [3, 4, 25], [a.x, a[:y], a.length2]
  a.x = 6
  assert_equal [6, 4], a.to_a
  assert_equal point.new(6, 4), a
  assert_equal({ x: 6, y: 4 }, a.to_h)
  assert_raise(ArgumentError) { point.new(1, 2, 3) }
  assert_equal [:x, :y], point.members
  assert_raise(NameError) { a[:z] }
  assert_raise(IndexError) { a[2] }
  assert_raise(FrozenError) { a.freeze.x = 1 }
  assert_equal :found, { point.new(6, 4) => :found }[point.new(6, 4)]
end

test "a Struct that holds itself, or nothing" do
  link = Struct.new(:link)
  ring = link.new
  ring.link = ring
  assert ring.inspect.include?("...")
  other = link.new
  other.link = other
  assert_raise(SystemStackError) { ring == other }
  assert_raise(SystemStackError) { ring.hash }
  blank = link.allocate
  assert_equal [nil, [], link.allocate], [blank.link, blank.to_a, blank]
  assert_raise(ArgumentError) { Struct.new }
  assert_equal 100, Struct.new(*(0...100).map { |i| :"member#{i}" }).new(1).to_a.size
end

test "Data" do
  pair = Data.define(:first, :second)
  a = pair.new(first: 1, second: 2)
  assert_equal [1, 2], [a.first, pair.new(1, 2).second]
  assert_equal pair.new(1, 2), a
  assert_raise(NoMethodError) { a.first = 3 }
  assert_raise(ArgumentError) { pair.new(1) }
  assert_equal [{ first: 1, second: 5 }, { first: 1, second: 2 }], [a.with(second: 5).to_h, a.to_h]
  assert_raise(ArgumentError) { a.with(third: 3) }
end

test "Set" do
  a = Set.new([1, 2, 2, 3])
  assert_equal 3, a.size
  assert a.include?(2) && !a.include?(4)
  assert_equal Set[2, 3], a & Set[2, 3, 4]
  assert_equal [1, 2, 3, 4], (a | [4]).to_a.sort
  assert Set[1].subset?(a)
  assert_equal [Set[1], Set[1, 4], true], [a - [2, 3], a ^ Set[2, 3, 4], a.superset?(Set[3])]
  assert_equal [a, Set[1, 3]], [[3, 1, 2].to_set, a.select(&:odd?).to_set]
  assert_equal :found, { Set[1, 2] => :found }[Set[1, 2]]
  assert_raise(ArgumentError) { Set.new(5) }
end

test "a frozen Set stays as it is" do
  a = Set[1].freeze
  assert a.frozen?
  [-> { a << 2 }, -> { a.delete(1) }, -> { a.clear }, -> { a.merge([2]) }].each { |code| assert_raise(FrozenError, &code) }
  assert_equal [Set[1], Set[1, 2]], [a, a.dup << 2]
end

test "a Set that holds itself, or changes as it is walked" do
  ring = Set.new
  ring << ring
  assert ring.inspect.include?("...")
  assert_raise(ArgumentError) { ring.flatten }
  assert_raise(SystemStackError) { ring.hash }
  grows = Set[1, 2, 3]
  grows.each { |n| grows << n + 100 if grows.size < 6 }
  assert_equal 6, grows.size
  assert_raise(NoMethodError) { Set.allocate << 1 }
end

test "Comparable" do
  version = Class.new do
    include Comparable
    attr_reader :number
    def initialize(number) = @number = number
    def <=>(other) = number <=> other.number
  end
  a, b, c = [1, 2, 3].map { |n| version.new(n) }
  assert a < b && c > b && a <= a && b.between?(a, c) && a == version.new(1)
  assert_equal [b, c], [a.clamp(b, c), [a, c, b].max]
  assert_raise(NoMethodError, "number") { a < 1 }
  assert_equal [3, 3, 5, 5, 5], [5.clamp(..3), 1.clamp(3..), 5.clamp(3..), 5.clamp(nil..nil), 9.clamp(1..5)]
  assert_raise(ArgumentError) { 5.clamp(1...3) }
  assert_raise(ArgumentError) { 5.clamp(3, 1) }
end

test "Comparable with an answer that is none" do
  [nil, "x"].each do |answer|
    odd = Class.new do
      include Comparable
      define_method(:<=>) { |_| answer }
    end
    assert_raise(ArgumentError) { odd.new < odd.new }
  end
  itself = Class.new do
    include Comparable
    def <=>(other) = self == other ? 0 : 1
  end
  assert_raise(SystemStackError) { itself.new == itself.new }
end

test "what mruby leaves out of Integer" do
  numbers = [0, 1, -1, 2, 255, 256, -256, -257, 2**62, 2**64, -(2**64), 2**100 - 1]
  assert_equal [0, 1, 0, 2, 8, 9, 8, 9, 63, 65, 64, 100], numbers.map(&:bit_length)
  assert_equal [true, false, false, true, false], numbers.first(5).map(&:even?)
  assert_equal numbers.map { |n| !n.even? }, numbers.map(&:odd?)
  assert_equal [4, 2**64 - 1, true], [5.pred, (2**64).pred, 5.integer?]
  assert_equal [1, 0, 1, 0, 1, 1], [5[0], 5[1], 5[2], 5[100], -1[1000], (2**70)[70]]
  assert_equal [2, 12, 7, 5, 2**64], [10.gcd(4), 4.lcm(-6), 0.gcd(-7), -5.gcd(5), (2**64).gcd(2**70)]
  assert_equal [0, 1, 1, 2, 4, 2**32, 2**50 - 1], [0, 1, 3, 4, 17, 2**64, 2**100 - 1].map { |n| Integer.sqrt(n) }
  assert_raise(RangeError) { Integer.sqrt(-1) }
  assert_raise(TypeError) { Integer.sqrt("4") }
  assert_equal 2**70, Integer(2**70)
end

test "what mruby leaves out of lists" do
  assert_equal [[1, 2], [4, 5], [7]], [1, 2, 4, 5, 7].chunk_while { |one, other| other == one + 1 }.to_a
  assert_equal [[1], [2, 1], [3]], [1, 2, 1, 3].slice_when { |one, other| one < other }.to_a
  assert_equal [[], [[1]]], [[], [1]].map { |list| list.slice_when { true }.to_a }
  assert_equal [[1, 2, 3], [1, 2, 3]], [[3, 1, 2].shuffle.sort, [1, 2, 3].shuffle!.sort]
  assert [4, 5].include?([4, 5].sample) && [].sample.nil? && [1, 2, 3].sample(2).uniq.size == 2
  assert 20.times.map { (1..9).to_a.shuffle }.uniq.size > 1
  assert_raise(FrozenError) { [1, 2].freeze.shuffle! }
  assert_equal [[1, 4, 7, 10], [1, 4, 7], [0, 5, 10]], [(1..10).step(3).to_a, (1...10).step(3).to_a, (0..).step(5).first(3)]
  assert_equal [1, 3], ((1..4) % 2).to_a
  assert_raise(ArgumentError) { (1..2).step(0) {} }
  assert_raise(TypeError) { ("a".."b").step(1) {} }
  assert_equal [{ 1 => :a }, { a: 1 }], [{ a: 1 }.to_h { |key, value| [value, key] }, { a: 1 }.to_h]
end

test "what mruby leaves out of others" do
  assert_equal [%w[ab ab], [], ["", "", ""]], ["abcab".scan("ab"), "abc".scan("x"), "ab".scan("")]
  assert_raise(TypeError) { "abc".scan(1) }
  error = assert_raise(RuntimeError) { raise "told in full" }
  assert error.full_message.include?(": told in full (RuntimeError)\n\tfrom "), error.full_message
  assert_equal "one (RuntimeError)", RuntimeError.new("one").full_message
  assert_equal [3, 7], ["abc".public_send(:size), 7.public_send(:clamp, 1, 9)]
end

test "Enumerable and Enumerator" do
  three = Class.new do
    include Enumerable
    def each
      yield 1
      yield 2
      yield 3
    end
  end.new
  assert_equal [2, 4, 6], three.map { |x| x * 2 }
  assert_equal [[1, 2], [2, 3]], three.each_cons(2).to_a
  assert_equal [[1, 0], [2, 1], [3, 2]], three.each_with_index.to_a
  e = three.to_enum
  assert_equal [1, 2, 3], [e.next, e.next, e.next]
  assert_raise(StopIteration) { e.next }
  fib = Enumerator.new do |y|
    a, b = 0, 1
    loop do
      y << a
      a, b = b, a + b
    end
  end
  assert_equal [0, 1, 1, 2, 3, 5, 8], fib.take(7)
  assert_equal [0, 2, 8, 34], fib.lazy.select { |x| x % 2 == 0 }.first(4)
  assert_equal [1, 2, 3, 4], ([1, 2].each + [3, 4]).to_a
end

test "Fiber" do
  fiber = Fiber.new do |x|
    y = Fiber.yield(x * 2)
    Fiber.yield(y + 1)
    :done
  end
  assert_equal [20, 8, :done], [fiber.resume(10), fiber.resume(7), fiber.resume]
  assert !fiber.alive?
  assert_raise(FiberError) { fiber.resume }
end

test "blocks, procs and lambdas" do
  add = ->(a, b = 10) { a + b }
  assert_equal [11, 3], [add.call(1), add.(1, 2)]
  assert_equal [2, 1], [add.arity.abs, proc { |a| a }.arity]
  assert add.lambda?
  assert_raise(ArgumentError) { add.call }
  double = ->(x) { x * 2 }
  assert_equal [22, 12], [(add >> double).call(1), (add << double).call(1)]
  assert_equal 6, ->(a, b, c) { a + b + c }.curry[1][2][3]
  counter = 0
  3.times { counter += 1 }
  assert_equal 3, counter
  assert_equal [1, [2, 3], 4, { k: 5 }], ->(a, *b, c, **d) { [a, b, c, d] }.call(1, 2, 3, 4, k: 5)
  assert_equal [1, 2], [[1, 2]].map { |a, b| [a, b] }.first
  assert_equal [1, 4, 9], [1, 2, 3].map { _1 * _1 }
end

test "methods with keywords, defaults and blocks" do
  o = Object.new
  def o.f(a, b = a + 1, *rest, key:, other: :none, **more, &block)
    [a, b, rest, key, other, more, block&.call]
  end
  assert_equal [1, 2, [], 3, :none, {}, nil], o.f(1, key: 3)
  assert_equal [1, 5, [6], 3, 4, { z: 9 }, :b], o.f(1, 5, 6, key: 3, other: 4, z: 9) { :b }
  assert_raise(ArgumentError) { o.f(1) }
end

test "classes, modules and super" do
  loud = Module.new { def speak = super.upcase + "!" }
  animal = Class.new { def speak = "hm" }
  dog = Class.new(animal) do
    include loud
    prepend(Module.new do
      def speak
        "<#{super}>"
      end
    end)
  end
  assert_equal "<HM!>", dog.new.speak
  assert dog.ancestors.include?(loud) && dog.superclass == animal && dog < animal
  assert dog.new.is_a?(loud)
end

test "method_missing and respond_to?" do
  ghost = Class.new do
    def method_missing(name, *args) = name.to_s.start_with?("say_") ? [name, args] : super
    def respond_to_missing?(name, all = false) = name.to_s.start_with?("say_")
  end.new
  assert_equal [:say_hi, [1]], ghost.say_hi(1)
  assert ghost.respond_to?(:say_hi) && !ghost.respond_to?(:other)
  assert_raise(NoMethodError, "other") { ghost.other }
end

test "method, define_method, instance_variable_get and send" do
  klass = Class.new do
    define_method(:twice) { |x| x * 2 }
    def initialize = @hidden = 7
    private def secret = :secret
  end
  o = klass.new
  assert_equal [2, 4, 6], [1, 2, 3].map(&o.method(:twice))
  assert_equal [7, [:@hidden]], [o.instance_variable_get(:@hidden), o.instance_variables]
  assert_equal :secret, o.send(:secret)
  assert_equal 14, o.instance_exec { @hidden * 2 }
  assert_equal 8, klass.instance_method(:twice).bind(o).call(4)
  assert klass.method_defined?(:twice)
end

test "catch and throw" do
  found = catch(:found) do
    10.times { |i| 10.times { |j| throw :found, [i, j] if i * j == 42 } }
    :nothing
  end
  assert_equal [6, 7], found
  assert_raise(UncaughtThrowError) { throw :nobody }
end

test "case, pattern by class and range, and safe navigation" do
  kind = ->(x) do
    case x
    when 0 then :zero
    when 1..9 then :digit
    when String, Symbol then :name
    when ->(y) { y.respond_to?(:each) } then :list
    else :other
    end
  end
  assert_equal %i[zero digit name name list other], [0, 5, "a", :a, [], nil].map(&kind)
  assert_equal [nil, 1], [nil&.size, [1]&.size]
end

test "freeze, dup and clone" do
  s = "abc".freeze
  assert s.frozen? && !s.dup.frozen?
  assert_raise(FrozenError) { s << "d" }
  assert_raise(FrozenError) { [1].freeze << 2 }
  o = Object.new
  def o.single = 1
  assert_equal 1, o.clone.single
  assert_raise(NoMethodError) { o.dup.single }
end

test "ObjectSpace counts, GC collects" do
  kept = Array.new(500) { "a string that is kept" }
  GC.start
  before = ObjectSpace.count_objects
  assert before[:TOTAL] > 500
  kept.clear
  GC.start
  assert_equal true, ObjectSpace.count_objects[:T_STRING] <= before[:T_STRING] - 490
  strange = Class.new
  o = strange.new
  assert_equal 1, ObjectSpace.each_object(strange) { |x| assert x.equal?(o) }
end

test "globals, constants and __method__" do
  $core_rb = 5
  assert_equal 5, $core_rb
  assert_equal [3, 303], [RUBY_ENGINE == "mruby" ? 3 : 0, MRUBY_RELEASE_NO / 100]
  def named = __method__
  assert_equal :named, named
  assert_equal "core.rb", __FILE__
end

test "what objects are told apart by is no address" do
  objects = Array.new(5000) { Object.new }
  ids = objects.map(&:object_id)
  assert_equal ids, objects.map(&:__id__)
  assert_equal ids, objects.map(&:hash)
  assert_equal 5000, ids.uniq.size
  assert ids.all? { |id| id.between?(1, 2**57) && id % 8 == 0 }, ids.first(5).inspect
  # Those that lie beside each other would be 48 bytes apart.
  near = ids.sort.each_cons(2).select { |one, next_one| next_one - one < 4096 }
  assert near.empty?, "#{near.size} lie near each other: #{near.first(5)}"
end

test "texts tell the same number" do
  with = Class.new { def initialize = @a = 1 }.new
  [Object.new, with, proc {}, -> {}, Class.new, Module.new, Fiber.new {}, with.class].each do |object|
    assert object.inspect.include?(format(":0x%x", object.object_id)), object.inspect
  end
  blocks = Array.new(2) { proc {} }
  assert blocks[0].inspect != blocks[1].inspect
  assert_equal blocks[0].hash, blocks[1].hash
  assert blocks[0].hash.between?(1, 2**57), blocks[0].hash
end
