# SPDX-License-Identifier: GPL-2.0
#
# description: How late this VM's timer comes, for whoever reads /sys/kernel/debug/kmvm/lateness
#
#	kmctl load examples/debug-file.rb; cat /sys/kernel/debug/kmvm/lateness; echo reset >...

timer = Linux::Timer.every(ms: 1) { }
again = lambda do |text|
  raise Errno::EINVAL, "only reset is known" unless text.chomp == "reset"

  Linux::Work.schedule do
    timer.cancel
    timer = Linux::Timer.every(ms: 1) { }
  end
end
file = Linux::DebugFile.new("lateness", mode: 0600, write: again) { |out| out.puts timer.stats[:late] }
puts "how late a timer comes: cat #{file.path}"
