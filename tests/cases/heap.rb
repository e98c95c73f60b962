# SPDX-License-Identifier: GPL-2.0
# Linux::Heap.stats tells what the VM holds.

test "stats has all its figures, as Integers" do
  stats = Linux::Heap.stats
  assert_equal %i[live peak held cap allocations frees failures], stats.keys
  assert stats.values.all? { |value| value.is_a?(Integer) && value >= 0 }, stats.inspect
end

test "live is at most peak, held is at most cap" do
  stats = Linux::Heap.stats
  assert stats[:live] <= stats[:peak], stats.inspect
  assert stats[:live] <= stats[:held], stats.inspect
  assert stats[:held] <= stats[:cap], stats.inspect
  assert stats[:frees] <= stats[:allocations], stats.inspect
end

test "a string of 100000 bytes makes live grow by about that, and leaves it" do
  GC.start
  before = Linux::Heap.stats[:live]
  kept = "x" * 100_000
  with = Linux::Heap.stats[:live]
  assert (100_000..120_000).include?(with - before), (with - before).to_s
  kept = nil
  GC.start
  after = Linux::Heap.stats[:live]
  assert after < before + 10_000, (after - before).to_s
end

test "memory that is given back goes back to the kernel" do
  GC.start
  before = Linux::Heap.stats[:held]
  kept = Array.new(100) { "x" * 50_000 }
  assert Linux::Heap.stats[:held] > before + 4_000_000
  kept = nil
  GC.start
  assert Linux::Heap.stats[:held] < before + 1_000_000, (Linux::Heap.stats[:held] - before).to_s
end

test "allocations and frees are counted" do
  before = Linux::Heap.stats
  100.times { "x" * 100 }
  GC.start
  after = Linux::Heap.stats
  assert after[:allocations] >= before[:allocations] + 100
  assert after[:frees] >= before[:frees] + 90
end

test "what is refused counts as a failure" do
  before = Linux::Heap.stats[:failures]
  assert_raise(NoMemoryError) { "x" * 1_000_000_000 }
  assert Linux::Heap.stats[:failures] > before
end

test "a thousand rounds of garbage do not grow the heap" do
  work = -> { 1000.times { |i| { i => [i.to_s * 20] } } }
  work.call
  GC.start
  before = Linux::Heap.stats[:live]
  10.times { work.call }
  GC.start
  assert Linux::Heap.stats[:live] < before + 20_000, (Linux::Heap.stats[:live] - before).to_s
end
