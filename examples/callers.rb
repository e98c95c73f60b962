# SPDX-License-Identifier: GPL-2.0
#
# Who asks kmalloc() for memory most often:	kmctl run examples/callers.rb [-- SECONDS]

callers = Hash.new(0)
# The first argument is the place of the call.
trace = Linux::Tracepoint.new("kmem:kmalloc", ring: 4096) do |hit|
  callers[Linux::Symbol.at(hit.arg(0)) || "?"] += 1
end
puts "counting"
Linux.sleep(s: (ARGV[0] || 1).to_i)
trace.cancel
puts Linux::Table.new("CALLER", "CALLS", rows: callers, sort_by: "CALLS", top: 5)
puts "#{trace.stats[:lost]} lost"
