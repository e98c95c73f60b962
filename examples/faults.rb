# SPDX-License-Identifier: GPL-2.0
#
# Whose pages are brought in most often:	kmctl run examples/faults.rb [-- SECONDS]

faults = Hash.new(0)
probe = Linux::Probe.new("handle_mm_fault", ring: 16_384) { |hit| faults[hit.comm] += 1 }
puts "counting"
Linux.sleep(s: (ARGV[0] || 1).to_i)
probe.cancel
puts "FAULTS  COMM"
faults.sort_by { |_, count| -count }.first(10).each { |comm, count| puts format("%6d  %s", count, comm) }
puts "#{probe.stats[:lost]} lost"
