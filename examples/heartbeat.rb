# SPDX-License-Identifier: GPL-2.0
#
# A sign of life in the log:	kmctl load examples/heartbeat.rb; kmctl log -f heartbeat

beats = 0

Linux::Timer.every(ms: 500) do
  beats += 1
  puts "beat #{beats}, up #{Linux.boottime / 1_000_000_000} s"
end
puts "beating"
