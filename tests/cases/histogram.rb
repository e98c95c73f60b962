# SPDX-License-Identifier: GPL-2.0
# Linux::Histogram: counts in buckets, and exact figures beside them.

def log2(*values)
  values.each_with_object(Linux::Histogram.log2) { |value, histogram| histogram << value }
end

LEAST = -2**63
MOST = 2**63 - 1

test "what has no values has nothing to tell" do
  [Linux::Histogram.log2, Linux::Histogram.linear(to: 10, step: 1)].each do |empty|
    assert_equal [0, 0, []], [empty.count, empty.sum, empty.buckets]
    assert_equal [nil] * 4, [empty.min, empty.max, empty.mean, empty.percentile(50)]
    assert_equal "(no values)\n", empty.to_s
  end
end

test "log2 has a bucket for each power of two" do
  63.times do |power|
    least = 1 << power
    to = least * 2
    assert_equal [[least, to, 2]], log2(least, to - 1).buckets
  end
  assert_equal [[0, 1, 1]], log2(0).buckets
end

test "what is below zero falls into one bucket" do
  assert_equal [[nil, 0, 3], [0, 1, 1], [1, 2, 1]], log2(-1, LEAST, -5, 0, 1).buckets
end

test "buckets between the first and the last are there, empty or not" do
  assert_equal [[1, 2, 1], [2, 4, 0], [4, 8, 0], [8, 16, 1]], log2(9, 1).buckets
end

test "linear has buckets of one width, and one at either end" do
  histogram = Linux::Histogram.linear(from: -10, to: 10, step: 5)
  (-12..12).each { |value| histogram << value }
  assert_equal [[nil, -10, 2], [-10, -5, 5], [-5, 0, 5], [0, 5, 5], [5, 10, 5], [10, nil, 3]], histogram.buckets
end

test "the last bucket of a linear one ends where it was told to" do
  histogram = Linux::Histogram.linear(to: 7, step: 3)
  8.times { |value| histogram << value }
  assert_equal [[0, 3, 3], [3, 6, 3], [6, 7, 1], [7, nil, 1]], histogram.buckets
end

test "linear reaches from the least to the greatest integer" do
  histogram = Linux::Histogram.linear(from: LEAST, to: MOST, step: 2**62)
  [LEAST, -1, 0, MOST - 1, MOST].each { |value| histogram << value }
  assert_equal [[LEAST, -2**62, 1], [-2**62, 0, 1], [0, 2**62, 1], [2**62, MOST, 1], [MOST, nil, 1]], histogram.buckets
end

test "number, sum, least, greatest and mean are exact" do
  values = [7, 0, -3, 1000, 12, 12, 2**40, -2**41]
  histogram = log2(*values)
  assert_equal values.size, histogram.count
  assert_equal values.inject(:+), histogram.sum
  assert_equal values.minmax, [histogram.min, histogram.max]
  assert_equal values.inject(:+).div(values.size), histogram.mean
end

test "the mean is rounded down, below zero too" do
  assert_equal [2, -3, -1, 0], [[2, 3], [-2, -3], [-1, 0], [1, 0]].map { |values| log2(*values).mean }
end

test "sum and mean of values that fill 64 bits are right" do
  [MOST, LEAST].each do |value|
    histogram = log2(value, value, value)
    assert_equal [3 * value, value], [histogram.sum, histogram.mean]
    histogram = Linux::Histogram.log2.add(value, MOST)
    assert_equal [MOST * value, value, MOST], [histogram.sum, histogram.mean, histogram.count]
  end
  assert_equal [-1, -1], [log2(MOST, LEAST).sum, log2(MOST, LEAST).mean]
end

test "add counts as often as it is told, and answers itself" do
  histogram = Linux::Histogram.log2
  assert histogram.add(5, 3).equal?(histogram)
  assert (histogram << 1 << 2).equal?(histogram)
  histogram.add(100, 0)
  assert_equal [5, 18, 5], [histogram.count, histogram.sum, histogram.max]
end

test "more values than can be counted are refused, and none of them counts" do
  histogram = Linux::Histogram.log2.add(1, MOST)
  assert_raise(RangeError) { histogram << 7 }
  assert_raise(RangeError) { histogram.add(7, MOST) }
  assert_equal [MOST, 1, 1], [histogram.count, histogram.max, histogram.percentile(100)]
end

test "percentiles are the upper bound of a bucket, or the greatest value" do
  histogram = Linux::Histogram.linear(to: 100, step: 10)
  100.times { |value| histogram << value }
  assert_equal [9, 9, 9, 19, 49, 89, 99, 99], [0, 1, 10, 11, 50, 90, 91, 100].map { |part| histogram.percentile(part) }
  assert_equal 100_000, (histogram << 100_000).percentile(100)
  assert_equal [99, 100_000], [histogram.percentile(990, 1000), histogram.percentile(999, 1000)]
end

test "percentiles of as many values as there can be" do
  histogram = Linux::Histogram.log2.add(1, MOST - 2).add(1000, 2)
  assert_equal [1, 1, 1000], [50, 99, 100].map { |part| histogram.percentile(part) }
  assert_equal(-1, log2(-5, -1).percentile(1))
end

test "bars are drawn as bpftrace draws them" do
  histogram = Linux::Histogram.log2.add(-9).add(0, 2).add(3, 8).add(600, 4).add(1024, 16).add(2**20).add(5 * 2**40, 15)
  lines = histogram.to_s.lines
  assert_equal "(..., 0)                1 |@@@                                                 |\n", lines[0]
  assert_equal "[0]                     2 |@@@@@@                                              |\n", lines[1]
  assert_equal "[1]                     0 |                                                    |\n", lines[2]
  assert_equal "[2, 4)                  8 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n", lines[3]
  assert_equal "[512, 1K)               4 |@@@@@@@@@@@@@                                       |\n", lines[11]
  assert_equal "[1K, 2K)               16 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n", lines[12]
  assert_equal "[1M, 2M)                1 |@@@                                                 |\n", lines[22]
  assert_equal "[4T, 8T)               15 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@    |\n", lines.last
  assert_equal 45, lines.size
end

test "columns grow with what stands in them, and stay aligned" do
  histogram = Linux::Histogram.linear(from: LEAST, to: MOST, step: 2**62).add(LEAST).add(MOST, MOST - 1)
  lines = histogram.to_s.lines
  assert_equal "[-9223372036854775808, -4611686018427387904)                   1 |", lines.first[0, 66]
  assert_equal "[9223372036854775807, ...)                   9223372036854775806 |@", lines.last[0, 67]
  assert_equal [120], lines.map(&:size).uniq
  assert_equal "[4E, 8E)                1 |" + "@" * 52 + "|\n", log2(2**62).to_s
end

test "a thousand buckets are drawn, one more is refused" do
  histogram = Linux::Histogram.linear(to: 1000, step: 1)
  (-1..1000).each { |value| histogram << value }
  assert_equal 1002, histogram.to_s.lines.size
  assert_equal ["(..., 0)", "[0]", "[999]", "[1000, ...)"],
               [0, 1, 1000, 1001].map { |line| histogram.to_s.lines[line][0, 11].strip }
  assert_raise(ArgumentError, "more than 1000 buckets") { Linux::Histogram.linear(to: 1001, step: 1) }
  assert_raise(ArgumentError, "more than 1000 buckets") { Linux::Histogram.linear(from: LEAST, to: MOST, step: 1) }
end

test "inspect is a line" do
  assert_equal "#<Linux::Histogram log2 count=3 min=-4 mean=2 max=8>", log2(-4, 3, 8).inspect
  assert_equal "#<Linux::Histogram linear count=0>", Linux::Histogram.linear(to: 2, step: 1).inspect
end

test "clear forgets all" do
  histogram = log2(-5, 1, 2**50)
  assert histogram.clear.equal?(histogram)
  assert_equal [0, 0, nil, []], [histogram.count, histogram.sum, histogram.max, histogram.buckets]
  assert_equal [[4, 8, 1]], (histogram << 5).buckets
end

test "a copy counts for itself" do
  histogram = log2(1, 2)
  copies = [histogram.dup, histogram.clone]
  copies.each { |copy| copy << 100 }
  assert_equal [2, 3, 3], [histogram, *copies].map(&:count)
  assert_equal 100, copies.first.max
  assert_raise(TypeError) { histogram.initialize_copy(copies.first) }
  assert_raise(TypeError) { histogram.initialize_copy(5) }
  assert_equal histogram, histogram.initialize_copy(histogram)
end

test "an object that was never made is no histogram" do
  %i[count to_s inspect buckets clear].each { |name| assert_raise(TypeError) { Linux::Histogram.allocate.__send__(name) } }
  assert_raise(TypeError) { Linux::Histogram.allocate << 1 }
  assert_raise(TypeError) { Linux::Histogram.log2.initialize_copy(Linux::Histogram.allocate) }
  assert_equal 1, Linux::Histogram.allocate.initialize_copy(log2(7)).count
end

test "a frozen one counts nothing" do
  histogram = log2(1).freeze
  [-> { histogram << 1 }, -> { histogram.add(1, 0) }, -> { histogram.clear }].each { |change| assert_raise(FrozenError, &change) }
  assert_equal 1, histogram.count
end

test "what is no value is refused" do
  histogram = Linux::Histogram.log2
  assert_raise(TypeError) { histogram << "5" }
  assert_raise(TypeError) { histogram << nil }
  assert_raise(RangeError) { histogram << 2**63 }
  assert_raise(RangeError) { histogram.add(-2**63 - 1) }
  assert_raise(ArgumentError, "negative") { histogram.add(1, -1) }
  assert_equal 0, histogram.count
end

test "bounds that make no sense are refused" do
  assert_raise(ArgumentError, "step") { Linux::Histogram.linear(to: 10, step: 0) }
  assert_raise(ArgumentError, "step") { Linux::Histogram.linear(to: 10, step: -1) }
  assert_raise(ArgumentError, "more than from") { Linux::Histogram.linear(to: 0, step: 1) }
  assert_raise(ArgumentError) { Linux::Histogram.linear(to: 10) }
  assert_raise(RangeError) { Linux::Histogram.linear(to: 2**63, step: 2**60) }
  assert_raise(ArgumentError) { log2(1).percentile(101) }
  assert_raise(ArgumentError) { log2(1).percentile(-1) }
  assert_raise(ArgumentError) { log2(1).percentile(1, 0) }
  assert_raise(ArgumentError) { log2(1).percentile(1, 1_000_001) }
  assert_raise(NoMethodError) { Linux::Histogram.new }
end

test "its memory is given back" do
  GC.start
  before = Linux::Heap.stats[:live]
  100.times { 20.times { Linux::Histogram.linear(to: 1000, step: 1).dup } && GC.start }
  GC.start
  grown = Linux::Heap.stats[:live] - before
  assert grown < 100_000, "#{grown} bytes more"
end
