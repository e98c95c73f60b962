# SPDX-License-Identifier: GPL-2.0
# Time, in the calendar of UTC and without floats.

NOON = Time.utc(2024, 2, 29, 12, 34, 56, 789_012)

test "Time.now is the kernel's clock" do
  before = Linux.realtime
  now = Time.now
  after = Linux.realtime
  assert before <= now.to_ns && now.to_ns <= after
  assert_equal [now.to_ns / 1_000_000_000, now.to_ns % 1_000_000_000], [now.to_i, now.nsec]
  assert Time.new.between?(now, Time.now)
end

test "a date and what it is made of" do
  assert_equal [2024, 2, 29, 12, 34, 56], [NOON.year, NOON.month, NOON.day, NOON.hour, NOON.min, NOON.sec]
  assert_equal [789_012, 789_012_000], [NOON.usec, NOON.nsec]
  assert_equal [4, true, false, 60], [NOON.wday, NOON.thursday?, NOON.friday?, NOON.yday]
  assert_equal 1_709_210_096, NOON.to_i
  assert_equal [NOON.mon, NOON.mday, NOON.tv_sec, NOON.tv_usec, NOON.tv_nsec],
               [NOON.month, NOON.day, NOON.to_i, NOON.usec, NOON.nsec]
end

test "Time.at counts from 1970 on, and back" do
  assert_equal "1970-01-01 00:00:00 UTC", Time.at(0).to_s
  assert_equal "1969-12-31 23:59:59 UTC", Time.at(-1).to_s
  assert_equal [[1, 5000], [1, 5_000_000], [1, 5]],
               [Time.at(1, 5), Time.at(1, 5, :millisecond), Time.at(1, 5, :nsec)].map { |t| [t.to_i, t.nsec] }
  assert_equal [3, 500_000_000], Time.at(1, 2500, :millisecond).then { |t| [t.to_i, t.nsec] }
  assert_equal [-1, 999_999_999], Time.at(0, -1, :nanosecond).then { |t| [t.to_i, t.nsec] }
  assert_equal NOON, Time.at(0, NOON.to_ns, :nsec)
  assert_equal NOON, Time.at(NOON)
  assert_raise(ArgumentError) { Time.at(0, 0, :day) }
  ["5", nil, :now, [1]].each do |wrong|
    assert_raise(TypeError) { Time.at(wrong) }
    assert_raise(TypeError) { Time.at(0, wrong) }
  end
end

test "every day of 400 years follows the one before" do
  day = Time.utc(1900, 1, 1)
  length = [nil, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  wday = 1
  (1900..2300).each do |year|
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    yday = 1
    12.times do |before|
      month = before + 1
      days = length[month] + (leap && month == 2 ? 1 : 0)
      [1, days].each do |date|
        time = Time.utc(year, month, date)
        assert_equal [year, month, date, (wday + date - 1) % 7, yday + date - 1],
                     [time.year, time.month, time.day, time.wday, time.yday]
      end
      assert_equal day, Time.utc(year, month)
      day += days * 86_400
      wday = (wday + days) % 7
      yday += days
    end
  end
  assert_equal "2301-01-01 00:00:00 UTC", day.to_s
end

test "dates far away" do
  assert_equal "9999-12-31 23:59:59 UTC", Time.utc(9999, 12, 31, 23, 59, 59).to_s
  assert_equal "-0001-03-01 00:00:00 UTC", Time.utc(-1, 3).to_s
  assert_equal [292_277_026_596, 12, 4], Time.at(2**63 - 1).then { |t| [t.year, t.month, t.day] }
  assert_equal 10**30, Time.utc(10**30, 7, 4).year
end

test "what is no date" do
  [[2024, 0], [2024, 13], [2024, 1, 0], [2024, 1, 32], [2024, 1, 1, 25], [2024, 1, 1, -1], [2024, 1, 1, 24, 1],
   [2024, 1, 1, 0, 60], [2024, 1, 1, 0, 0, 61], [2024, 1, 1, 0, 0, 0, 1_000_000]].each do |wrong|
    assert_raise(ArgumentError) { Time.utc(*wrong) }
  end
  assert_raise(TypeError) { Time.utc("2024") }
  assert_raise(TypeError) { Time.utc(2024, nil) }
  assert_raise(ArgumentError) { Time.utc }
  assert_equal Time.utc(2023, 3, 3), Time.utc(2023, 2, 31)
  assert_equal Time.utc(2025), Time.utc(2024, 12, 31, 24)
  assert_equal Time.utc(2017), Time.utc(2016, 12, 31, 23, 59, 60)
end

test "sums and differences are in whole seconds" do
  assert_equal "2024-03-01 12:34:56.789012 UTC", (NOON + 86_400).inspect
  assert_equal "2024-02-28 12:34:56.789012 UTC", (NOON - 86_400).inspect
  later = Time.at(NOON, 1_500_000)
  assert_equal [1, -2, 1_500_000_000], [later - NOON, NOON - later, later.to_ns - NOON.to_ns]
  assert_raise(TypeError) { NOON + NOON }
  assert_raise(TypeError) { NOON + "1" }
  assert_raise(TypeError) { NOON - nil }
end

test "times are compared" do
  later = Time.at(NOON, 1, :nsec)
  assert_equal [-1, 0, 1, nil], [NOON <=> later, NOON <=> NOON.dup, later <=> NOON, NOON <=> 5]
  assert NOON < later && later > NOON && NOON != later && later.between?(NOON, later)
  assert_equal [NOON, later], [later, NOON].sort
  assert_equal NOON, [later, NOON].min
  assert_raise(ArgumentError) { NOON < 5 }
  assert NOON == NOON.dup && NOON.eql?(NOON.dup) && !NOON.eql?(later) && NOON != NOON.to_i
  assert_equal :found, { NOON => :found }[Time.at(NOON)]
  assert_equal 2, [NOON, later, NOON.dup].uniq.size
  assert (NOON..later).include?(later)
end

test "there is no zone but UTC" do
  [NOON, Time.local(2024), Time.mktime(2024), Time.gm(2024), NOON.getlocal, NOON.localtime].each do |time|
    assert_equal [true, true, "UTC", 0, false], [time.utc?, time.gmt?, time.zone, time.utc_offset, time.dst?]
  end
  assert NOON.utc.equal?(NOON) && !NOON.getutc.equal?(NOON)
end

test "strftime" do
  { "%Y-%m-%d %H:%M:%S" => "2024-02-29 12:34:56", "%F %T" => "2024-02-29 12:34:56", "%D %R" => "02/29/24 12:34",
    "%a %A %b %B %h" => "Thu Thursday Feb February Feb", "%e|%k|%l|%j" => "29|12|12|060", "%I %p %P" => "12 PM pm",
    "%L %N %3N %6N %12N" => "789 789012000 789 789012 789012000000", "%z %:z %Z" => "+0000 +00:00 UTC",
    "%u %w %G-%V %g %U %W" => "4 4 2024-09 24 08 09", "%s" => "1709210096", "%C %y" => "20 24", "%n%t%%" => "\n\t%",
    "%c" => "Thu Feb 29 12:34:56 2024", "%x %X" => "02/29/24 12:34:56", "%r" => "12:34:56 PM", "%v" => "29-FEB-2024",
    "%-m/%-d %_m %5d|%-5d" => "2/29  2 00029|29", "%^a %^B %#p %10A|%010A" => "THU FEBRUARY pm   Thursday|00Thursday",
    "" => "", "%" => "%", "100%" => "100%", "%Q %!" => "%Q %!", "%5" => "%5", "plain" => "plain" }.each do |format, text|
    assert_equal text, NOON.strftime(format)
  end
  assert_equal "2020-53", Time.utc(2021, 1, 3).strftime("%G-%V")
  assert_equal " 1 01 AM", Time.utc(2021, 1, 3, 1).strftime("%l %I %p")
  assert_equal "12 AM", Time.utc(2021, 1, 3).strftime("%l %p")
end

test "strftime has bounds" do
  assert_equal 1024, NOON.strftime("%1024Y").size
  assert_raise(ArgumentError) { NOON.strftime("%1025Y") }
  assert_raise(ArgumentError) { NOON.strftime("%" + "9" * 10_000 + "d") }
  assert_raise(ArgumentError) { NOON.iso8601(2**70) }
  assert_equal "%" + "-" * 10_000, NOON.strftime("%" + "-" * 10_000)
  assert_equal 240_000, NOON.strftime("%c" * 10_000).size
end

test "as text" do
  assert_equal "2024-02-29 12:34:56 UTC", NOON.to_s
  assert_equal "2024-02-29 12:34:56.789012 UTC", NOON.inspect
  assert_equal "2024-02-29 00:00:00 UTC", Time.utc(2024, 2, 29).inspect
  assert_equal "Thu Feb 29 12:34:56 2024", NOON.asctime
  assert_equal ["2024-02-29T12:34:56Z", "2024-02-29T12:34:56.789Z"], [NOON.iso8601, NOON.xmlschema(3)]
end

test "a Time that is made in odd ways" do
  blank = Time.allocate
  assert_raise(ArgumentError) { blank.year }
  assert_raise(ArgumentError) { blank.to_s }
  assert_raise(ArgumentError) { blank <=> NOON }
  assert_raise(ArgumentError) { NOON == blank }
  day = Class.new(Time)
  assert_equal [day, day, day, day], [day.now, day.at(0), day.utc(2024), day.at(0) + 1].map(&:class)
  assert_equal NOON, NOON.dup.freeze + 0
  assert_raise(FrozenError) { NOON.dup.freeze.send(:initialize, 2024) }
end
