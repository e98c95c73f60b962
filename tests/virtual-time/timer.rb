# SPDX-License-Identifier: GPL-2.0
# Hours of timers, to the turn: run where the clock moves only when everybody sleeps
# (tests/guest/virtual-time). To look at the clock takes some hundred nanoseconds there.

SECOND = 1_000_000_000
SLACK = 100_000

# The ticks at which the block of a timer ran, up to one, and the timer.
def ticks_up_to(last, **period)
  ticks = []
  timer = Linux::Timer.every(**period) do |tick, it|
    ticks << tick
    it.cancel if tick >= last
    yield tick, it if block_given?
  end
  Linux.wait
  [ticks, timer.stats]
end

def assert_near(wanted, got)
  assert got >= wanted && got < wanted + SLACK, "#{got - wanted} ns beside #{wanted}"
end

test "a timer of a second fires 86400 times a day, and does not drift" do
  start = Linux.ktime
  fired = 0
  off = Linux::Histogram.log2
  timer = Linux::Timer.every(s: 1) do |tick, it|
    fired += 1
    off << Linux.ktime - start - tick * SECOND
    it.cancel if tick == 86_400
  end
  Linux.wait
  stats = timer.stats
  assert_near 86_400 * SECOND, Linux.ktime - start
  assert_equal [86_400, 86_400, 0, 0], [fired, *stats.values_at(:fired, :missed, :errors)]
  assert off.min >= 0 && off.max < SLACK, off.inspect
  assert_equal 86_400, stats[:late].count
  assert stats[:late].max < SLACK, stats[:late].inspect
end

test "one of 250 microseconds fires 40000 times in ten seconds" do
  start = Linux.ktime
  ticks, stats = ticks_up_to(40_000, us: 250)
  assert_near 10 * SECOND, Linux.ktime - start
  assert_equal [40_000, 0], stats.values_at(:fired, :missed)
  assert ticks == (1..40_000).to_a
end

test "a block that takes two periods and a half gets each third turn" do
  ticks, stats = ticks_up_to(3_600, ms: 10) { Linux.sleep(ms: 25) }
  assert_equal 3_601.step(1, -3).to_a.reverse, ticks
  assert_equal [1_201, 2_400], stats.values_at(:fired, :missed)
  assert stats[:late].max < SLACK, stats[:late].inspect
end

test "one that takes a little less than its period misses nothing" do
  start = Linux.ktime
  ticks, stats = ticks_up_to(1_000, ms: 10) { Linux.sleep(us: 9_900) }
  assert_equal [1_000, 0], stats.values_at(:fired, :missed)
  assert stats[:late].max < SLACK, stats[:late].inspect
end

test "a block that waits for another one is late by what that takes" do
  start = Linux.ktime
  slow = Linux::Timer.at(start + SECOND) { Linux.sleep(ms: 70) }
  late = Linux::Timer.at(start + SECOND + 20_000_000) {}
  Linux.wait
  assert_near 50_000_000, late.stats[:late].min
  assert slow.stats[:late].max < SLACK
end

test "timers of many periods each fire as often as an hour holds them" do
  periods = [7, 11, 60, 61, 100, 3_599, 3_600]
  timers = periods.map { |period| Linux::Timer.every(ms: period * 1_000) {} }
  assert_equal false, Linux.wait(s: 3_600, ms: 1)
  assert_equal periods.map { |period| 3_600 / period }, timers.map { |timer| timer.stats[:fired] }
  assert_equal [0], timers.map { |timer| timer.stats[:missed] }.uniq
  assert timers.all?(&:cancel)
end

test "at fires when the clock is there, a day from now" do
  due = Linux.ktime + 86_400 * SECOND
  fired = nil
  Linux::Timer.at(due) { fired = Linux.ktime }
  Linux.wait
  assert_near due, fired
end

test "sleep and wait take as long as they are told" do
  start = Linux.ktime
  assert_near 3_600 * SECOND + 1, Linux.sleep(s: 3_600, ns: 1)
  timer = Linux::Timer.after(s: 7_200) {}
  assert_equal false, Linux.wait(s: 3_600)
  assert_equal true, Linux.wait(s: 7_200)
  assert_near 10_800 * SECOND + 1, Linux.ktime - start
end

def gaps(ticks)
  ticks.each_cons(2).map { |a, b| b - a }
end

test "a block that always fails waits for 2 periods, then 4, up to a minute" do
  ticks, stats = ticks_up_to(300, s: 1) { raise "# again" }
  assert_equal [1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60], gaps(ticks)
  assert_equal [12, 12, ticks.last - 12], stats.values_at(:fired, :errors, :missed)
  assert stats[:late].max < SLACK, stats[:late].inspect
end

test "or up to 1024 periods" do
  ticks, = ticks_up_to(4_000, ms: 1) { raise "# again" }
  assert_equal [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024], gaps(ticks)
end

test "one that succeeds is back at once, and fails anew from the beginning" do
  ticks, stats = ticks_up_to(60, ms: 10) { |tick| raise "# again" if tick < 10 || (40..48).cover?(tick) }
  assert_equal [1, 1, 2, 4, 8] + [1] * 25 + [2, 4, 8] + [1] * 4, gaps(ticks)
  assert_equal 10, stats[:errors]
end

test "one whose period is more than half a minute never waits" do
  ticks, stats = ticks_up_to(10, s: 31) { raise "# again" }
  assert_equal [10, 10, 0], stats.values_at(:fired, :errors, :missed)
end
