# SPDX-License-Identifier: GPL-2.0
# Blocks that run when the kernel passes a tracepoint. Another thread passes it: starting one wakes a task.

def elsewhere
  Linux::Thread.new { 3.times { usleep 1_000 } }.join
end

test "by system and name, and by name alone" do
  %w[sched:sched_switch sched_switch].each do |name|
    hits = []
    trace = Linux::Tracepoint.new(name) { |hit, it| hits << hit if it.is_a?(Linux::Tracepoint) }
    assert_equal true, trace.active?
    before = Linux.ktime
    elsewhere
    assert soon { hits.any? { |hit| hit.comm.start_with?("kmvm/main.") } }, trace.stats.inspect
    hit = hits.find { |it| it.comm.start_with?("kmvm/main.") && it.time > before }
    assert hit.time <= Linux.ktime
    assert_equal 5, hit.args.size
    assert_equal [nil, nil, nil, nil], [hit.address, hit.value, hit.int, hit.duration]
    assert [0, 1].include?(hit.int(0) & 0xff), "preempted: #{hit.int(0)}"
    assert hit.arg(1) != hit.arg(2)
    assert_equal true, trace.cancel
    assert_equal [false, false], [trace.cancel, trace.active?]
    assert trace.stats[:delivered] >= hits.size
  end
end

test "a thread's name by way of the argument that points to it" do
  hits = []
  # At a place of struct task_struct that nobody knows here: anything but an error. User-Mode Linux reads none.
  trace = Linux::Tracepoint.new("sched:sched_switch", strings: [1, [2, 8], [1, 0, 0], [0, 0]]) { |hit| hits << hit }
  elsewhere
  assert soon { hits.size > 3 }
  trace.cancel
  hits.each { |hit| 4.times { |i| assert [NilClass, String].include?(hit.string(i).class) } }
  readable = begin
    Linux::Probe.new("schedule") {}.cancel
  rescue Errno::EOPNOTSUPP
    false
  end
  assert_equal readable, hits.any? { |hit| hit.string(0) }
end

test "of its own thread there is none" do
  own = 0
  trace = Linux::Tracepoint.new("sched:sched_switch") { |hit| own += 1 if hit.comm == "kmvm/main" }
  assert soon { trace.stats[:own] >= 10 }, trace.stats.inspect
  assert_equal 0, own
  trace.cancel
end

test "those of the wake-up itself" do
  traces = %w[sched_waking sched_wakeup sched_switch].map { |name| Linux::Tracepoint.new(name) { |hit| hit.tid } }
  elsewhere
  assert soon { traces.sum { |trace| trace.stats[:delivered] } > 5 }
  traces.each(&:cancel)
end

test "a block that raises is reported, and runs again" do
  got = 0
  trace = Linux::Tracepoint.new("sched_switch") { got += 1; raise "# awaited by tracepoint.rb" if got == 1 }
  elsewhere
  assert soon { got > 2 }
  assert_equal 1, trace.stats[:errors]
  trace.cancel
end

test "names that nobody has" do
  { "nothing:of_that_name" => Errno::ENOENT, "of_that_name" => Errno::ENOENT, "sched:of_that_name" => Errno::ENOENT,
    "nothing:sched_switch" => Errno::ENOENT, ":" => Errno::ENOENT, "" => Errno::ENOENT, "sched:" => Errno::ENOENT,
    ":sched_switch" => Errno::ENOENT }.each do |name, error|
    assert_raise(error, "tracepoint #{name}: the kernel has none") { Linux::Tracepoint.new(name) {} }
  end
  assert_raise(ArgumentError) { Linux::Tracepoint.new("sched_switch") }
  assert_raise(ArgumentError) { Linux::Tracepoint.new("sched_switch", ring: 0) {} }
  assert_raise(TypeError) { Linux::Tracepoint.allocate.cancel }
end

test "as many as there may be, and one more" do
  kept = []
  assert_raise(Linux::LimitError, "at most 64 tracepoints") { 70.times { kept << Linux::Tracepoint.new("sched_process_exit", ring: 1) {} } }
  assert_equal 64, kept.size
  kept.each(&:cancel)
  assert Linux::Tracepoint.new("sched_process_exit") {}.cancel
end

test "inspect tells its name, and whether it is still there" do
  trace = Linux::Tracepoint.new("sched:sched_process_exit") {}
  assert_equal "#<Linux::Tracepoint sched:sched_process_exit, active>", trace.inspect
  trace.cancel
  assert_equal "#<Linux::Tracepoint sched:sched_process_exit, ended>", trace.inspect
end
