# SPDX-License-Identifier: GPL-2.0
module Linux
  class IRQ
    extend Enumerable

    # "           CPU0       CPU1", "  1:          9          0   IO-APIC    1-edge      i8042"
    def self.each(&block)
      return to_enum unless block

      heads, *lines = File.read("/proc/interrupts").lines
      cpus = heads.split.map { |head| head[3..-1].to_i }
      lines.each do |line|
        name, *words = line.split
        next unless name && name[-1] == ":"

        # ERR and MIS have one count for all.
        counts = words.first(cpus.size).take_while { |word| word.to_i.to_s == word }
        block.call(new(name.chop, cpus.zip(counts.map(&:to_i)).to_h, words.drop(counts.size).join(" ")))
      end
      self
    end

    def self.find(name)
      each { |irq| return irq if irq.name == name.to_s }
      nil
    end

    attr_reader :name, :counts, :description

    def initialize(name, counts, description)
      @name = name
      @counts = counts.reject { |_, count| count.nil? }
      @description = description
    end

    def total
      @counts.values.sum
    end

    def inspect
      "#<Linux::IRQ #{@name} #{total} #{@description}>"
    end
  end
end
