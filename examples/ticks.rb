# SPDX-License-Identifier: GPL-2.0
#
# A timer that outlives the program:	kmctl run --wait examples/ticks.rb
#
# Without --wait kmctl comes back at once and the ticks go to the log of the VM: kmctl log.

start = Linux.ktime
ticks = 0

timer = Linux::Timer.every(ms: 100) do
  ticks += 1
  puts "tick #{ticks} after #{(Linux.ktime - start) / 1_000_000} ms"
  timer.cancel if ticks == 5
end

puts "The program ends here. Its timer goes on."
