# SPDX-License-Identifier: GPL-2.0
# Linux::Work: blocks that run soon, once.

test "a block that was scheduled runs once, when the program waits" do
  ran = []
  work = Linux::Work.schedule { |it| ran << it << it.active? }
  assert work.active?
  assert_equal [], ran
  Linux.wait
  assert_equal [work, false], ran
  assert_equal [false, false], [work.active?, work.cancel]
  usleep 5_000
  assert_equal 2, ran.size
end

test "blocks run in the order in which they were scheduled" do
  order = []
  100.times { |i| Linux::Work.schedule { order << i } }
  Linux.wait
  assert_equal (0...100).to_a, order
end

test "one that was cancelled does not run" do
  ran = []
  works = Array.new(3) { |i| Linux::Work.schedule { ran << i } }
  assert_equal [true, false], [works[1].cancel, works[1].cancel]
  assert !works[1].active?
  Linux.wait
  assert_equal [0, 2], ran
end

test "blocks can cancel each other and themselves" do
  ran = []
  other = nil
  Linux::Work.schedule { |it| ran << it.cancel << other.cancel }
  other = Linux::Work.schedule { ran << :other }
  Linux.wait
  assert_equal [false, true], ran
end

test "a block schedules the next one, and timers get their turn" do
  count = 0
  fired = nil
  step = lambda do |_|
    count += 1
    Linux::Timer.after(us: 100) { fired = count } if count == 1
    Linux::Work.schedule(&step) unless fired
  end
  Linux::Work.schedule(&step)
  Linux.wait
  assert fired > 0 && count > fired, [fired, count].inspect
end

test "an error in a block is told on stderr, and the next one runs" do
  ran = nil
  Linux::Work.schedule { raise "# awaited by work.rb" }
  Linux::Work.schedule { ran = true }
  Linux.wait
  assert ran
end

test "a block is kept until it has run" do
  ran = 0
  Linux::Work.schedule { ran += 1 }
  GC.start
  20.times { "garbage" * 100 }
  GC.start
  Linux.wait
  assert_equal 1, ran
end

test "works count as timers do: a thousand and twenty-four, and no more" do
  works = []
  assert_raise(Linux::LimitError, "1024") { 1100.times { works << Linux::Work.schedule {} } }
  assert_equal 1024, works.size
  assert_equal true, Linux.wait
  assert works.none?(&:active?)
end

test "what is no work is refused" do
  assert_raise(ArgumentError) { Linux::Work.schedule }
  assert_raise(NoMethodError) { Linux::Work.new }
  assert_raise(TypeError) { Linux::Work.schedule {}.dup.cancel }
  Linux.wait
end

test "inspect tells whether it is still to come" do
  work = Linux::Work.schedule {}
  assert_equal "#<Linux::Work, active>", work.inspect
  Linux.wait
  assert_equal "#<Linux::Work, ended>", work.inspect
end
