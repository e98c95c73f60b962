# SPDX-License-Identifier: GPL-2.0
#
# Which interrupts come most often:	kmctl run examples/interrupts.rb [-- SECONDS]

before = Linux::IRQ.to_h { |irq| [irq.name, irq.total] }
Linux.sleep(s: (ARGV[0] || 1).to_i)
came = Linux::IRQ.map { |irq| [irq.total - before.fetch(irq.name, 0), irq.name, irq.description] }

puts "#{came.sum(&:first)} interrupts, of #{came.count { |count, _| count > 0 }} kinds"
puts Linux::Table.new("CAME", "NAME", "DESCRIPTION", rows: came, sort_by: "CAME", top: 3)
