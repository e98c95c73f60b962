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
