# SPDX-License-Identifier: GPL-2.0
# The kernel's clocks, and its name.

test "ktime goes on and never back" do
  times = Array.new(1000) { Linux.ktime }
  assert_equal times.sort, times
  assert times.first > 0 && times.last > times.first
end

test "ktime counts nanoseconds" do
  start = Linux.ktime
  usleep 50_000
  passed = Linux.ktime - start
  assert passed >= 50_000_000 && passed < 5_000_000_000, passed.to_s
end

test "boottime is ktime where nothing was suspended" do
  assert (Linux.boottime - Linux.ktime).abs < 1_000_000_000
end

test "realtime is after the year 2020 and before 2200" do
  assert Linux.realtime > 1_577_836_800 * 1_000_000_000
  assert Linux.realtime < 7_258_118_400 * 1_000_000_000
end

test "release looks like a release" do
  release = Linux.release
  assert release.split(".").first.to_i >= 6, release
  assert_equal release, ARGV[0] if ARGV[0]
  assert release.frozen? || release << "x"
  assert !Linux.release.end_with?("x")
end

test "clocks take no argument" do
  assert_raise(ArgumentError) { Linux.ktime(1) }
  assert_raise(ArgumentError) { Linux.release(1) }
end
