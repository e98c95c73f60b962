# SPDX-License-Identifier: GPL-2.0
module Linux
  module CPU
    TIMES = %i[user nice system idle iowait irq softirq steal].freeze
    TICK = 10_000_000 # nanoseconds of /proc/stat's unit, USER_HZ

    def self.online
      list("/sys/devices/system/cpu/online")
    end

    def self.possible
      list("/sys/devices/system/cpu/possible")
    end

    # "cpu0 4705 356 584 3699 23 23 0 0 0 0"
    def self.times
      lines = File.read("/proc/stat").lines.select { |line| line.start_with?("cpu") && line[3] != " " }
      lines.to_h do |line|
        name, *ticks = line.split
        [name[3..-1].to_i, TIMES.zip(ticks).to_h { |kind, count| [kind, count.to_i * TICK] }]
      end
    end

    # "0.20 0.18 0.12 1/80 11206"
    def self.load
      File.read("/proc/loadavg").split.first(3).map { |number| number.sub(".", "").to_i }
    end

    # "0-3,5"; not for others
    def self.list(path)
      File.read(path).strip.split(",").flat_map do |range|
        first, last = range.split("-")
        (first.to_i..(last || first).to_i).to_a
      end
    end
  end
end
