# SPDX-License-Identifier: GPL-2.0
# Linux::Kmalloc tells what kmvm holds, by VM and by size.

def own(stats) = stats[:vms][Linux::VM.current.name]

def sum(stats, name) = stats[:classes].values.map { |row| row[name] }.sum

test "stats has all its figures" do
  stats = Linux::Kmalloc.stats
  assert_equal %i[held max vms classes], stats.keys
  assert_equal ["main"], stats[:vms].keys
  assert_equal Linux::Heap.stats.keys, own(stats).keys
  assert_equal %i[blocks live peak held failures], stats[:classes].values.first.keys
  assert_equal Linux.limits[:budget], stats[:max]
end

test "the classes add up to the heap's figures" do
  kept = Array.new(715) { |i| "x" * (7 * i) } << "x" * 100_000
  stats = Linux::Kmalloc.stats
  heap = own(stats)
  assert_equal heap[:live], sum(stats, :live)
  assert_equal heap[:held], sum(stats, :held)
  assert_equal heap[:allocations] - heap[:frees], sum(stats, :blocks)
  assert_equal heap[:failures], sum(stats, :failures)
  assert stats[:classes].all? { |size, row| size == :large || row[:live] == row[:blocks] * size }
  assert stats[:classes].values.all? { |row| row[:live] <= row[:held] }
  assert stats[:classes].values.all? { |row| row[:live] <= row[:peak] && row[:peak] <= heap[:peak] }
  assert stats[:held] >= heap[:held]
  assert_equal 716, kept.size
end

test "they are what Linux::Heap and Linux::VM tell" do
  before = Linux::Heap.stats
  heap = own(Linux::Kmalloc.stats)
  after = Linux::VM.current.stats
  %i[peak allocations frees].each { |name| assert (before[name]..after[name]).include?(heap[name]), name }
  assert_equal [before[:cap], before[:failures]], [heap[:cap], heap[:failures]]
end

test "a block is counted where it belongs, and no more when it has gone" do
  sizes = [50, 120, 1000, 3000, 10_000]
  sizes.each do |size|
    # Of a kernel with KASAN all are large.
    find = ->(stats) { stats[:classes].select { |of, _| of == :large || of > size }.min_by { |of, _| of == :large ? 1 << 60 : of } }
    GC.start
    before = find.call(Linux::Kmalloc.stats)
    kept = Array.new(100) { "x" * size }
    with = find.call(Linux::Kmalloc.stats)
    assert with[1][:blocks] >= 100, "#{size}: #{with.inspect}"
    assert with[1][:live] >= 100 * size, "#{size}: #{with.inspect}"
    assert with[1][:blocks] >= before[1][:blocks] + 95, "#{size}: #{before.inspect}, #{with.inspect}" if with[0] == before[0]
    kept.clear
    GC.start
    after = find.call(Linux::Kmalloc.stats)
    assert_equal with[0], after[0]
    assert after[1][:peak] >= with[1][:live], "#{size}: #{with.inspect}, #{after.inspect}"
    assert after[1][:blocks] <= with[1][:blocks] - 95, "#{size}: #{after.inspect}, #{with.inspect}"
  end
end

test "memory that is refused is counted, and for blocks of which size" do
  before = Linux::Kmalloc.stats
  begin
    "x" * (Linux.limits[:vm_heap] + 1)
  rescue NoMemoryError, ArgumentError
    nil
  end
  after = Linux::Kmalloc.stats
  more = own(after)[:failures] - own(before)[:failures]
  assert more > 0, "#{more} failures"
  assert_equal more, after[:classes][:large][:failures] - (before[:classes][:large] || { failures: 0 })[:failures]
end

test "other VMs are there while they are" do
  queue = Linux::Queue.new
  thread = Linux::Thread.new(queue) { |from| from.pop }
  stats = Linux::Kmalloc.stats
  assert_equal ["main", thread.name], stats[:vms].keys
  other = stats[:vms][thread.name]
  assert other[:live] > 0 && other[:live] <= other[:held], other.inspect
  assert stats[:held] >= own(stats)[:held] + other[:held]
  queue << 1
  thread.join
  assert_equal ["main"], Linux::Kmalloc.stats[:vms].keys
end

test "what a queue holds counts" do
  GC.start
  before = Linux::Kmalloc.stats[:held]
  queues = Array.new(500) { Linux::Queue.new }
  with = Linux::Kmalloc.stats[:held]
  assert with - before >= 500 * 200, (with - before).to_s
  assert_equal 500, queues.size
  queues = nil
  GC.start
  assert Linux::Kmalloc.stats[:held] < with - 500 * 150
end

test "the kernel's own caches" do
  begin
    caches = Linux::Kmalloc.caches
  rescue Errno::ENOENT
    skip "this kernel tells nothing of its slabs"
  end
  assert caches.any? { |slab| slab.name == "kmalloc-64" && slab.object_size == 64 && slab.objects > 0 }
  assert_equal caches.map(&:object_size).sort, caches.map(&:object_size)
  assert caches.all? { |slab| slab.name.include?("kmalloc-") }
end
