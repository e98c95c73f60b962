# SPDX-License-Identifier: GPL-2.0
# A moment is one Integer, nanoseconds since 1970-01-01 00:00 UTC; the calendar is counted from it when
# somebody asks.
class Time
  include Comparable

  SECOND = 1_000_000_000
  DAY = 86_400 * SECOND
  UNITS = { millisecond: 1_000_000, usec: 1000, microsecond: 1000, nsec: 1, nanosecond: 1 }.freeze
  MONTHS = %w[January February March April May June July August September October November December].freeze
  DAYS = %w[Sunday Monday Tuesday Wednesday Thursday Friday Saturday].freeze
  # What strftime writes longer: by one letter several.
  SEVERAL = {
    "c" => "%a %b %e %H:%M:%S %Y", "D" => "%m/%d/%y", "F" => "%Y-%m-%d", "R" => "%H:%M",
    "r" => "%I:%M:%S %p", "T" => "%H:%M:%S", "v" => "%e-%^b-%4Y", "X" => "%H:%M:%S",
    "x" => "%m/%d/%y"
  }.freeze
  WIDTH_MAX = 1024

  def self.now
    at(0, Linux.realtime, :nanosecond)
  end

  def self.at(seconds, fraction = 0, unit = :microsecond)
    factor = UNITS[unit] or raise ArgumentError, "unexpected unit: #{unit.inspect}"
    whole = seconds.is_a?(Time) ? seconds.to_ns : integer(seconds) * SECOND
    time = allocate
    time.instance_variable_set(:@ns, whole + integer(fraction) * factor)
    time
  end

  def self.utc(year, month = 1, day = 1, hour = 0, min = 0, sec = 0, usec = 0)
    new(year, month, day, hour, min, sec, usec)
  end

  class << self
    alias gm utc
    alias local utc
    alias mktime utc
  end

  def self.integer(number)
    number.is_a?(Integer) ? number : raise(TypeError, "#{number.class} is no Integer")
  end

  # Days since 1970-01-01. A year begins in March here, so that its leap day is the last one.
  def self.days(year, month, day)
    year -= 1 if month < 3
    months = (month + 9) % 12
    year * 365 + year / 4 - year / 100 + year / 400 + (months * 153 + 2) / 5 + day - 719_469
  end

  # The year, month and day of it: cycles of 400 years, of 100, of 4, and years.
  def self.date(days)
    cycle, day = (days + 719_468).divmod(146_097)
    of_cycle = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    day -= of_cycle * 365 + of_cycle / 4 - of_cycle / 100
    months = (day * 5 + 2) / 153
    month = (months + 2) % 12 + 1
    [cycle * 400 + of_cycle + (month < 3 ? 1 : 0), month, day - (months * 153 + 2) / 5 + 1]
  end

  def initialize(year = nil, month = 1, day = 1, hour = 0, min = 0, sec = 0, usec = 0)
    @ns = Linux.realtime
    return unless year

    [[year, nil], [month, 1..12], [day, 1..31], [hour, 0..24], [min, 0..59], [sec, 0..60],
     [usec, 0..999_999]].each do |number, range|
      Time.integer(number)
      raise ArgumentError, "argument out of range" unless range.nil? || range.include?(number)
    end
    raise ArgumentError, "argument out of range" if hour == 24 && min + sec + usec > 0

    seconds = Time.days(year, month, day) * 86_400 + hour * 3600 + min * 60 + sec
    @ns = seconds * SECOND + usec * 1000
  end

  def to_ns
    @ns or raise ArgumentError, "uninitialized Time"
  end

  def to_i
    to_ns / SECOND
  end

  def nsec
    to_ns % SECOND
  end

  def usec
    nsec / 1000
  end

  def year
    Time.date(days)[0]
  end

  def month
    Time.date(days)[1]
  end

  def day
    Time.date(days)[2]
  end

  def hour
    to_ns % DAY / (3600 * SECOND)
  end

  def min
    to_i / 60 % 60
  end

  def sec
    to_i % 60
  end

  def wday
    (days + 4) % 7
  end

  def yday
    days - Time.days(year, 1, 1) + 1
  end

  def sunday? = wday == 0
  def monday? = wday == 1
  def tuesday? = wday == 2
  def wednesday? = wday == 3
  def thursday? = wday == 4
  def friday? = wday == 5
  def saturday? = wday == 6

  def utc
    to_ns
    self
  end

  def getutc
    dup
  end

  def utc?
    true
  end

  def dst?
    false
  end

  def utc_offset
    0
  end

  def zone
    "UTC"
  end

  def +(seconds)
    self.class.at(self, Time.integer(seconds) * SECOND, :nanosecond)
  end

  def -(other)
    return (to_ns - other.to_ns) / SECOND if other.is_a?(Time)

    self + -Time.integer(other)
  end

  def <=>(other)
    to_ns <=> other.to_ns if other.is_a?(Time)
  end

  def ==(other)
    other.is_a?(Time) && to_ns == other.to_ns
  end

  def hash
    to_ns.hash
  end

  def to_s
    strftime("%Y-%m-%d %H:%M:%S UTC")
  end

  def inspect
    digits = nsec.to_s.rjust(9, "0")
    digits.chop! while digits[-1] == "0"
    strftime("%Y-%m-%d %H:%M:%S#{"." unless digits.empty?}#{digits} UTC")
  end

  def asctime
    strftime("%c")
  end

  def iso8601(digits = 0)
    strftime(digits == 0 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%S.%#{Time.integer(digits)}NZ")
  end

  def strftime(format)
    text = ""
    at = 0
    while (mark = format.index("%", at))
      text << format[at...mark]
      field, at = directive(format, mark)
      text << field
    end
    text << format[at..-1]
  end

  alias eql? ==
  alias mon month
  alias mday day
  alias tv_sec to_i
  alias tv_usec usec
  alias tv_nsec nsec
  alias gmtime utc
  alias localtime utc
  alias getgm getutc
  alias getlocal getutc
  alias gmt? utc?
  alias isdst dst?
  alias gmt_offset utc_offset
  alias gmtoff utc_offset
  alias ctime asctime
  alias xmlschema iso8601

  private

  def days
    to_ns / DAY
  end

  # "%", flags, a width, a letter: the text for it, and where it ends.
  def directive(format, mark)
    at = mark + 1
    flags = ""
    while "-0^#_:".include?(format[at] || "end")
      flags << format[at]
      at += 1
    end
    width = 0
    while "0123456789".include?(format[at] || "end")
      width = width * 10 + format[at].to_i
      raise ArgumentError, "a width in strftime is #{WIDTH_MAX} at most" if width > WIDTH_MAX

      at += 1
    end
    text = field(format[at], flags, width)
    [text || format[mark..at], [at + 1, format.size].min]
  end

  # nil where no such letter is.
  def field(letter, flags, width)
    case letter
    when "Y" then number(year, year < 0 ? 5 : 4, "0", flags, width)
    when "C" then number(year / 100, 2, "0", flags, width)
    when "y" then number(year % 100, 2, "0", flags, width)
    when "m" then number(month, 2, "0", flags, width)
    when "d" then number(day, 2, "0", flags, width)
    when "e" then number(day, 2, " ", flags, width)
    when "j" then number(yday, 3, "0", flags, width)
    when "H" then number(hour, 2, "0", flags, width)
    when "k" then number(hour, 2, " ", flags, width)
    when "I" then number((hour + 11) % 12 + 1, 2, "0", flags, width)
    when "l" then number((hour + 11) % 12 + 1, 2, " ", flags, width)
    when "M" then number(min, 2, "0", flags, width)
    when "S" then number(sec, 2, "0", flags, width)
    when "u" then number((wday + 6) % 7 + 1, 1, "0", flags, width)
    when "w" then number(wday, 1, "0", flags, width)
    when "U" then number((yday + 6 - wday) / 7, 2, "0", flags, width)
    when "W" then number((yday + 6 - (wday + 6) % 7) / 7, 2, "0", flags, width)
    when "G" then number(thursday.year, thursday.year < 0 ? 5 : 4, "0", flags, width)
    when "g" then number(thursday.year % 100, 2, "0", flags, width)
    when "V" then number((thursday.yday + 6) / 7, 2, "0", flags, width)
    when "s" then number(to_i, 1, "0", flags, width)
    when "L" then fraction(width == 0 ? 3 : width)
    when "N" then fraction(width == 0 ? 9 : width)
    when "z" then zero(flags)
    when "Z" then word("UTC", "utc", flags, width)
    when "p" then word(hour < 12 ? "AM" : "PM", hour < 12 ? "am" : "pm", flags, width)
    when "P" then word(hour < 12 ? "am" : "pm", hour < 12 ? "AM" : "PM", flags, width)
    when "A" then name(DAYS[wday], flags, width)
    when "a" then name(DAYS[wday][0, 3], flags, width)
    when "B" then name(MONTHS[month - 1], flags, width)
    when "b", "h" then name(MONTHS[month - 1][0, 3], flags, width)
    when "n" then word("\n", "\n", flags, width)
    when "t" then word("\t", "\t", flags, width)
    when "%" then word("%", "%", flags, width)
    else
      SEVERAL[letter] && name(strftime(SEVERAL[letter]), flags, width)
    end
  end

  def number(number, least, pad, flags, width)
    width = least if width == 0
    flags.each_char do |flag|
      width = 0 if flag == "-"
      pad = " " if flag == "_"
      pad = "0" if flag == "0"
    end
    return number.to_s.rjust(width, pad) if number >= 0 || pad == " "

    "-" + (-number).to_s.rjust(width - 1, pad)
  end

  def name(text, flags, width)
    word(text, text.upcase, flags, width)
  end

  def word(text, other, flags, width)
    text = other if flags.include?("#")
    text = text.upcase if flags.include?("^")
    text.rjust(width, flags.include?("0") ? "0" : " ")
  end

  def fraction(digits)
    nsec.to_s.rjust(9, "0").ljust(digits, "0")[0, digits]
  end

  # "+0000", and with colons.
  def zero(flags)
    ["+0000", "+00:00", "+00:00:00"][[flags.count(":"), 2].min]
  end

  # Of the week: in its year the week is counted, as ISO 8601 has it.
  def thursday
    self + (3 - (wday + 6) % 7) * 86_400
  end
end
