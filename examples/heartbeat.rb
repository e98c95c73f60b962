# SPDX-License-Identifier: GPL-2.0
#
# description: A sign of life in the log
# parameter: interval Integer = 500, milliseconds between two beats
# parameter: sign String = "beat"
#
#	kmctl load examples/heartbeat.rb interval=100; kmctl log -f heartbeat

beats = 0

Linux::Timer.every(ms: PARAMETERS[:interval]) do
  beats += 1
  puts "#{PARAMETERS[:sign]} #{beats}, up #{Linux.boottime / 1_000_000_000} s"
end
puts "a beat each #{PARAMETERS[:interval]} ms"
