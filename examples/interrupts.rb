# SPDX-License-Identifier: GPL-2.0
#
# Which interrupts come most often:	kmctl run examples/interrupts.rb [-- SECONDS]

before = Linux::IRQ.to_h { |irq| [irq.name, irq.total] }
Linux.sleep(s: (ARGV[0] || 1).to_i)
came = Linux::IRQ.map { |irq| [irq.total - before.fetch(irq.name, 0), irq] }

puts "#{came.sum(&:first)} interrupts, of #{came.count { |count, _| count > 0 }} kinds"
came.sort_by { |count, _| -count }.first(3).each do |count, irq|
  puts format("%8d  %-4s %s", count, irq.name, irq.description)
end
