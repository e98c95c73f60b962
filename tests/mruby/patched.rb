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
