# SPDX-License-Identifier: GPL-2.0
# The kernel's random numbers.

test "below a number" do
  seen = Array.new(400) { rand(4) }
  assert_equal [0, 1, 2, 3], seen.uniq.sort
  assert_equal 0, Random.rand(1)
  assert_equal true, Random.rand(2**62).between?(0, 2**62 - 1)
  [0, -1, -2**63].each { |max| assert_raise(ArgumentError, "at least 1") { rand(max) } }
  assert_raise(RangeError) { rand(2**64) }
  assert_raise(TypeError) { rand("5") }
  assert_raise(ArgumentError) { rand }
end

test "within a range" do
  assert_equal [-1, 0, 1], Array.new(300) { rand(-1..1) }.uniq.sort
  assert_equal [-1, 0], Array.new(200) { rand(-1...1) }.uniq.sort
  assert_equal nil, rand(1...1)
  assert_equal nil, rand(2..1)
  least = -2**62 * 2
  assert_equal true, rand(least..-(least + 1)).is_a?(Integer)
  assert_equal nil, rand(least...least)
  assert_raise(TypeError) { rand("a".."z") }
end

test "bytes" do
  assert_equal "", Random.bytes(0)
  assert_equal 65536, Random.bytes(65536).bytesize
  assert_equal false, Random.bytes(16) == Random.bytes(16)
  assert_raise(ArgumentError) { Random.bytes(65537) }
  assert_raise(ArgumentError) { Random.bytes(-1) }
end
