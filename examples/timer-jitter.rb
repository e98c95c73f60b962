# SPDX-License-Identifier: GPL-2.0
#
# How late a timer of 1 kHz comes, in as many seconds:	kmctl run examples/timer-jitter.rb -- 5

timer = Linux::Timer.every(ms: 1) {}
Linux.sleep(s: (ARGV[0] || 1).to_i)
timer.cancel

stats = timer.stats
late = stats[:late]
puts "#{stats[:fired]} turns, #{stats[:missed]} missed. Nanoseconds late:", late
puts "least #{late.min}, mean #{late.mean}, 99 of 100 at most #{late.percentile(99)}, most #{late.max}"
