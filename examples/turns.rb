# SPDX-License-Identifier: GPL-2.0
#
# How often each of three timers has its turn:	kmctl run examples/turns.rb

require "counter"

turns = Counter.new
timers = [1, 10, 50].map do |ms|
  Linux::Timer.every(ms: ms) { turns.add("every #{ms} ms") }
end
Linux.sleep(ms: 200)
timers.each { |timer| timer.cancel }
turns.print
