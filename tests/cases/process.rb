# SPDX-License-Identifier: GPL-2.0
# How a program waits and how it ends.

def elapsed_ms
  start = Linux.ktime
  yield
  (Linux.ktime - start) / 1_000_000
end

test "sleep sleeps whole seconds and returns them" do
  slept = nil
  assert elapsed_ms { slept = sleep(1) } >= 1000
  assert_equal 1, slept
end

test "usleep sleeps microseconds and returns them" do
  slept = nil
  assert elapsed_ms { slept = usleep(20_000) } >= 20
  assert slept >= 20_000 && slept < 2_000_000, slept.to_s
end

test "sleep of nothing comes back at once" do
  assert_equal 0, sleep(0)
  assert usleep(0) < 1_000_000
end

test "sleep takes no negative time and no text" do
  assert_raise(ArgumentError) { sleep(-1) }
  assert_raise(ArgumentError) { usleep(-1) }
  assert_raise(TypeError) { sleep("1") }
end

test "Linux.sleep sleeps what its keywords say together and returns nanoseconds" do
  slept = nil
  assert elapsed_ms { slept = Linux.sleep(ms: 5, us: 5_000, ns: 10_000_000) } >= 20
  assert slept >= 20_000_000 && slept < 60 * 10**9, slept.to_s
  assert Linux.sleep(s: 0) >= 0
end

test "Linux.sleep drives blocks" do
  ran = nil
  Linux::Timer.after(ms: 1) { ran = true }
  5000.times { Linux.sleep(ms: 1) unless ran }
  assert ran
end

test "Linux.sleep is told how long, in whole numbers" do
  assert_raise(ArgumentError, "say how long") { Linux.sleep }
  assert_raise(ArgumentError, "negative") { Linux.sleep(ms: -1) }
  assert_raise(ArgumentError) { Linux.sleep(1) }
  assert_raise(ArgumentError) { Linux.sleep(h: 1) }
  assert_raise(TypeError) { Linux.sleep(ms: "1") }
  assert_raise(RangeError) { Linux.sleep(s: 2**62) }
end

test "Linux.wait comes back at once where nothing is to be waited for" do
  assert_equal true, Linux.wait
  assert_equal true, Linux.wait(s: 1000)
end

test "Linux.wait waits for the last of all timers, and what they start" do
  order = []
  Linux::Timer.every(ms: 1) do |*given|
    order << :every
    next if order.size < 3
    given.last.cancel
    Linux::Timer.after(ms: 5) { order << :after; Linux::Work.schedule { order << :work } }
  end
  assert_equal true, Linux.wait
  assert_equal %i[every every every after work], order
end

test "Linux.wait with a time comes back when that has passed" do
  timer = Linux::Timer.after(s: 1000) {}
  waited = elapsed_ms { assert_equal false, Linux.wait(ms: 20) }
  assert waited >= 20, waited.to_s
  assert_equal false, Linux.wait(ns: 0)
  assert timer.cancel
  assert_equal true, Linux.wait
end

test "Linux.wait in a block of an event says that it cannot" do
  said = nil
  Linux::Timer.after(us: 1) { said = begin; Linux.wait; rescue RuntimeError => e; e.message; end }
  Linux.wait
  assert_equal "Linux.wait in the block of an event would wait for that block", said
  assert_raise(ArgumentError) { Linux.wait(1) }
  assert_raise(ArgumentError) { Linux.wait(ms: -1) }
end

class Nest
  def initialize(depth, &block)
    @depth = depth
    @block = block
  end

  def to_s
    @depth > 0 ? "#{Nest.new(@depth - 1, &@block)}" : @block.call
  end
end

test "Linux.wait deep in a recursion, where no block could run, is an error" do
  timer = Linux::Timer.every(ms: 1) {}
  error = nil
  depth = 0
  until error
    depth += 1
    Nest.new(depth) { begin; Linux.wait(us: 1); rescue SystemStackError => e; error = e; end; "" }.to_s
  end
  assert depth > 1 && timer.cancel
  assert_equal true, Linux.wait
end

test "exit raises SystemExit with its status" do
  statuses = [-> { exit }, -> { exit 3 }, -> { exit true }, -> { exit false }, -> { exit 256 + 4 }].map do |leave|
    begin
      leave.call
    rescue SystemExit => e
      e.status
    end
  end
  assert_equal [0, 3, 0, 1, 260], statuses
end

test "rescue without a class does not catch exit" do
  caught = begin
    begin
      exit 5
    rescue => e
      :rescued
    end
  rescue SystemExit => e
    e.status
  end
  assert_equal 5, caught
end

test "exit runs ensure blocks" do
  seen = []
  begin
    begin
      exit
    ensure
      seen << :ensured
    end
  rescue SystemExit
    seen << :caught
  end
  assert_equal %i[ensured caught], seen
end

test "abort prints to stderr and exits with 1" do
  status = begin
    abort "# a last word"
  rescue SystemExit => e
    e.status
  end
  assert_equal 1, status
end

test "exit wants a number or a truth" do
  assert_raise(TypeError) { exit "3" }
end
