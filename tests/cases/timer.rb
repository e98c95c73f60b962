# SPDX-License-Identifier: GPL-2.0
# Linux::Timer: blocks run while a program sleeps, or after it has ended.

# Sleeps until it is so, for some seconds at most: the clock of a busy guest is slow.
def soon
  500.times do
    return true if yield
    usleep 10_000
  end
  false
end

test "after runs its block once" do
  ran = 0
  timer = Linux::Timer.after(ms: 5) { ran += 1 }
  assert timer.active?
  assert_equal 0, ran
  assert soon { ran > 0 }
  usleep 30_000
  assert_equal 1, ran
  assert !timer.active?
  assert_equal false, timer.cancel
end

test "after waits as long as it was told" do
  start = Linux.ktime
  fired = nil
  Linux::Timer.after(ms: 50) { fired = Linux.ktime }
  assert soon { fired }
  assert fired - start >= 50_000_000, (fired - start).to_s
end

test "every runs its block again and again until cancel" do
  ran = 0
  timer = Linux::Timer.every(ms: 2) { ran += 1 }
  assert soon { ran >= 5 }
  assert_equal true, timer.cancel
  assert_equal [false, false], [timer.active?, timer.cancel]
  seen = ran
  usleep 30_000
  assert_equal seen, ran
end

test "the block is given its timer" do
  given = []
  timer = Linux::Timer.every(ms: 1) { |it| given << it; it.cancel }
  assert soon { !timer.active? }
  usleep 10_000
  assert_equal [timer], given
end

test "units add up" do
  start = Linux.ktime
  fired = nil
  Linux::Timer.after(ms: 10, us: 5_000, ns: 5_000_000) { fired = Linux.ktime }
  assert soon { fired }
  assert fired - start >= 20_000_000
end

test "a timer is kept while it lives, and let go when it ended" do
  ran = 0
  Linux::Timer.after(ms: 30) { ran += 1 }
  GC.start
  20.times { "garbage" * 100 }
  GC.start
  assert soon { ran == 1 }
end

test "an error in a block is told on stderr and the timer goes on" do
  ran = 0
  timer = Linux::Timer.every(ms: 2) do
    ran += 1
    raise "# awaited by timer.rb" if ran == 1
  end
  assert soon { ran >= 3 }
  timer.cancel
end

test "exit in a block ends the block alone" do
  ran = 0
  timer = Linux::Timer.every(ms: 2) { ran += 1; exit 9 }
  assert soon { ran >= 3 }
  timer.cancel
end

test "a timer can cancel another one that is due" do
  ran = []
  b = nil
  a = Linux::Timer.after(ms: 5) { ran << :a; b.cancel }
  b = Linux::Timer.after(ms: 5, ns: 1) { ran << :b }
  assert soon { !a.active? && !b.active? }
  assert_equal [:a], ran
end

test "sleep inside a block just sleeps: no other block runs meanwhile" do
  seen = []
  Linux::Timer.after(ms: 1) { seen << :in; usleep 20_000; seen << :out }
  Linux::Timer.after(ms: 5) { seen << :other }
  assert soon { seen.size == 3 }
  assert_equal %i[in out other], seen
end

test "a block that is slow misses its turns and never piles up" do
  ran = 0
  start = Linux.ktime
  timer = Linux::Timer.every(ms: 1) { ran += 1; usleep 20_000 }
  usleep 100_000
  timer.cancel
  passed = (Linux.ktime - start) / 1_000_000
  assert ran >= 1 && ran <= passed / 20 + 1, "#{ran} times in #{passed} ms"
  seen = ran
  usleep 50_000
  assert_equal seen, ran
end

test "timers can start timers" do
  order = []
  Linux::Timer.after(ms: 1) do
    order << 1
    Linux::Timer.after(ms: 1) { order << 2 }
  end
  assert soon { order == [1, 2] }
end

test "a hundred timers fire, each once" do
  ran = Hash.new(0)
  100.times { |i| Linux::Timer.after(us: 100 * i) { ran[i] += 1 } }
  assert soon { ran.size == 100 }
  assert_equal [1], ran.values.uniq
end

test "times that make no sense are refused" do
  assert_raise(ArgumentError, "say how long") { Linux::Timer.after {} }
  assert_raise(ArgumentError, "negative") { Linux::Timer.after(ms: -1) {} }
  assert_raise(ArgumentError, "100 microseconds") { Linux::Timer.every(us: 99) {} }
  assert_raise(ArgumentError, "100 microseconds") { Linux::Timer.every(ms: 0) {} }
  assert_raise(RangeError) { Linux::Timer.after(s: 2**62) {} }
  assert_raise(TypeError) { Linux::Timer.after(ms: "5") {} }
  assert_raise(ArgumentError) { Linux::Timer.after(days: 1) {} }
  assert_raise(ArgumentError) { Linux::Timer.after(ms: 1) }
  assert_raise(NoMethodError) { Linux::Timer.new }
end

test "a copy of a timer is no timer" do
  timer = Linux::Timer.after(s: 1000) {}
  begin
    copy = timer.dup
    assert !copy.active?
    assert_equal false, copy.cancel
  rescue TypeError, NoMethodError, ArgumentError
    nil
  end
  assert timer.active?
  assert timer.cancel
end

test "a thousand and twenty-four timers live side by side, one more is refused" do
  timers = []
  error = assert_raise(Linux::LimitError, "1024") { 1100.times { timers << Linux::Timer.after(s: 1000) {} } }
  assert_equal 1024, timers.size
  assert timers.all?(&:cancel)
  timer = Linux::Timer.after(s: 1000) {}
  assert timer.cancel
  assert error.is_a?(StandardError)
end

test "a timer that no program can reach still fires" do
  ran = nil
  Linux::Timer.after(ms: 20) { |timer| ran = timer.active? }
  ObjectSpace.each_object(Hash) { |hash| hash.clear if hash.values.any? { |value| value.is_a?(Linux::Timer) } }
  GC.start
  assert soon { !ran.nil? }
  assert_equal false, ran
end

test "a block that does not end is ended after a second of processor time" do
  seen = []
  timer = Linux::Timer.every(ms: 1) { |it| it.cancel; seen << :begun; loop {} }
  start = Linux.ktime
  usleep 2_000
  assert soon { !timer.active? }
  assert_equal [:begun], seen
  assert Linux.ktime - start >= 900_000_000, "it did not run for a second"
end
