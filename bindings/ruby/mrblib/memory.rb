# SPDX-License-Identifier: GPL-2.0
module Linux
  module Memory
    # "MemTotal:         462056 kB", "HugePages_Total:       0"
    def self.info
      File.read("/proc/meminfo").lines.to_h do |line|
        name, value, unit = line.split
        [name.chomp(":").to_sym, value.to_i * (unit ? 1024 : 1)]
      end
    end

    def self.vmstat
      File.read("/proc/vmstat").lines.to_h do |line|
        name, value = line.split
        [name.to_sym, value.to_i]
      end
    end
  end
end
