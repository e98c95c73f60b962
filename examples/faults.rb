# SPDX-License-Identifier: GPL-2.0
#
# Whose pages are brought in most often:	kmctl run examples/faults.rb [-- SECONDS]

faults = Hash.new(0)
probe = Linux::Probe.new("handle_mm_fault", ring: 16_384) { |hit| faults[hit.comm] += 1 }
puts "counting"
Linux.sleep(s: (ARGV[0] || 1).to_i)
probe.cancel
puts Linux::Table.new("COMM", "FAULTS", rows: faults, sort_by: "FAULTS", top: 10)
puts "#{probe.stats[:lost]} lost"
