# SPDX-License-Identifier: GPL-2.0
# Linux::Timer: blocks run while a program sleeps, or after it has ended.

# Sleeps until it is so, for some seconds at most: the clock of a busy guest is slow.
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

test "the block is given its timer, and before it which turn this is" do
  given = []
  timer = Linux::Timer.every(ms: 1) { |*them| given << them; them.last.cancel }
  once = Linux::Timer.after(ms: 1) { |*them| given << them }
  Linux.wait
  assert_equal [[1, timer], [once]], given.sort_by(&:size).reverse
end

test "at fires when the clock is there" do
  due = Linux.ktime + 20_000_000
  fired = nil
  timer = Linux::Timer.at(due) { |it| fired = [Linux.ktime, it, it.active?] }
  assert timer.active?
  Linux.wait
  assert fired[0] >= due, (fired[0] - due).to_s
  assert_equal [timer, false], fired[1, 2]
end

test "at a time that has passed fires at once, and once" do
  ran = []
  [0, -1, -2**63, Linux.ktime - 1, Linux.ktime].each { |past| Linux::Timer.at(past) { ran << past } }
  start = Linux.ktime
  Linux.wait
  assert_equal 5, ran.uniq.size
  assert_equal 5, ran.size
  timer = Linux::Timer.at(5) {}
  Linux.wait
  assert timer.stats[:late].max < Linux.ktime - start, "late since 1970"
end

test "at the end of time is not now" do
  timer = Linux::Timer.at(2**63 - 1) {}
  usleep 5_000
  assert timer.cancel
end

test "turns are due at start + n * period: what is fired and missed is all there was" do
  start = Linux.ktime
  ticks = []
  timer = Linux::Timer.every(ms: 2) do |tick, it|
    now = Linux.ktime
    stats = it.stats
    ticks << tick
    # Never before its time, and each turn is in one of the two.
    ticks << [:early, now] if now < start + tick * 2_000_000
    ticks << [:lost, stats] if stats[:fired] + stats[:missed] != tick
    usleep 7_000 if tick < 10
    it.cancel if tick >= 40
  end
  Linux.wait
  stats = timer.stats
  assert ticks.all?(Integer), ticks.inspect
  assert_equal ticks.sort.uniq, ticks
  assert_equal ticks.size, stats[:fired]
  assert_equal ticks.last - ticks.size, stats[:missed]
  assert stats[:missed] >= 6, stats.inspect
end

test "lateness is told, of a timer that has ended, too" do
  timer = Linux::Timer.every(ms: 1) { |tick, it| it.cancel if tick >= 20 }
  Linux.wait
  stats = timer.stats
  assert_equal %i[fired missed errors late], stats.keys
  late = stats[:late]
  assert late.is_a?(Linux::Histogram)
  assert_equal stats[:fired], late.count
  assert late.min >= 0 && late.min <= late.mean && late.mean <= late.max, late.inspect
  assert late.max > 0 || late.sum == 0
  # A copy: what is done to it does not come back.
  late.clear
  assert_equal stats[:fired], timer.stats[:late].count
end

test "a block that was kept waiting is late by that" do
  slow = Linux::Timer.after(ms: 1) { usleep 30_000 }
  timer = Linux::Timer.after(ms: 2) {}
  Linux.wait
  late = timer.stats[:late]
  assert late.min >= 10_000_000, late.inspect
  assert_equal({ fired: 1, missed: 0, errors: 0 }, slow.stats.reject { |name, _| name == :late })
end

test "figures of a timer that has not fired are none" do
  timer = Linux::Timer.after(s: 1000) {}
  assert_equal [0, 0, 0, 0], timer.stats.values.map { |value| value.is_a?(Integer) ? value : value.count }
  timer.cancel
  assert_equal 0, timer.stats[:fired]
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
  assert_equal 1, timer.stats[:errors]
end

# The ticks at which a block ran. It is given them so far, and answers :fail or :stop, or goes on.
def ticks_of
  ticks = []
  timer = Linux::Timer.every(ms: 20) do |tick, it|
    ticks << tick
    answer = yield ticks
    it.cancel if answer == :stop
    raise "# again and again" if answer == :fail
  end
  Linux.wait
  stats = timer.stats
  assert_equal ticks.size, stats[:fired]
  assert_equal ticks.last - ticks.size, stats[:missed]
  [ticks, stats[:errors]]
end

# Between one turn and the next: a busy machine may miss more of them than it has to.
def gaps(ticks)
  ticks.each_cons(2).map { |a, b| b - a }
end

test "a block that fails again and again comes less and less often" do
  ticks, errors = ticks_of { |ticks| ticks.last < 40 ? :fail : :stop }
  assert_equal ticks.size - 1, errors
  gaps(ticks).each_with_index { |gap, i| assert gap >= (i < 2 ? 1 : 2**(i - 1)), ticks.inspect }
end

test "one that succeeds comes as often as before" do
  ticks, errors = ticks_of do |ticks|
    next :fail if ticks.size <= 5
    :stop if gaps(ticks).last == 1
  end
  assert_equal 5, errors
  assert gaps(ticks)[2, 3].zip([2, 4, 8]).all? { |gap, least| gap >= least }, ticks.inspect
  assert_equal 1, gaps(ticks).last
end

test "one that fails twice in a row does not wait" do
  ticks, errors = ticks_of do |ticks|
    next :fail if ticks.size % 3 != 0
    :stop if gaps(ticks).last == 1
  end
  assert_equal ticks.size / 3 * 2, errors
  assert_equal 1, gaps(ticks).last
end

test "an error in the block of a timer that fires once is counted" do
  timer = Linux::Timer.after(us: 1) { raise "# once" }
  Linux.wait
  assert_equal [1, 1], timer.stats.values_at(:fired, :errors)
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
  assert_raise(RangeError, "64 bits") { Linux::Timer.after(s: 2**64) {} }
  assert_raise(RangeError, "64 bits") { Linux::Timer.at(2**63) {} }
  assert_raise(TypeError) { Linux::Timer.at("now") {} }
  assert_raise(ArgumentError) { Linux::Timer.at {} }
  assert_raise(ArgumentError) { Linux::Timer.at(1) }
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
  GC.start
  assert_equal 0, copy.stats[:fired]
  assert timer.active?
  assert timer.cancel
end

test "an object that was never started is no timer" do
  %i[stats cancel active?].each { |name| assert_raise(TypeError) { Linux::Timer.allocate.__send__(name) } }
end

test "without Linux::Histogram there are no figures, and nothing else is missed" do
  kept = Linux::Histogram
  timer = Linux::Timer.after(us: 1) {}
  [nil, Linux::Timer, Object, 5].each do |other|
    Linux.__send__(:remove_const, :Histogram)
    Linux.const_set(:Histogram, other) if other
    begin
      assert timer.stats[:late].inspect
    rescue NameError, TypeError, NoMethodError
      nil
    end
    Linux.const_set(:Histogram, nil) unless other
  end
  Linux.__send__(:remove_const, :Histogram)
  Linux.const_set(:Histogram, kept)
  Linux.wait
  assert_equal 1, timer.stats[:late].count
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
  timer = Linux::Timer.every(ms: 1) { |_, it| it.cancel; seen << :begun; loop {} }
  start = Linux.ktime
  usleep 2_000
  assert soon { !timer.active? }
  assert_equal [:begun], seen
  assert Linux.ktime - start >= 900_000_000, "it did not run for a second"
end

test "inspect tells what it does, and whether it still does" do
  timers = [
    Linux::Timer.every(ms: 50) {}, Linux::Timer.every(s: 90) {}, Linux::Timer.every(us: 1500) {},
    Linux::Timer.every(s: 1, ns: 1) {}, Linux::Timer.after(s: 90) {}
  ]
  words = ["every 50 ms", "every 90 s", "every 1500 us", "every 1000000001 ns", "once"]
  assert_equal words.map { |text| "#<Linux::Timer #{text}, active>" }, timers.map(&:inspect)
  timers.each(&:cancel)
  assert_equal words.map { |text| "#<Linux::Timer #{text}, ended>" }, timers.map(&:inspect)
  in_block = nil
  Linux::Timer.after(ns: 0) { |timer| in_block = timer.inspect }
  assert soon { in_block }
  assert_equal "#<Linux::Timer once, ended>", in_block
end
