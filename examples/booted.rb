# SPDX-License-Identifier: GPL-2.0
# description: When was this machine booted, and what day is today?

booted = Time.at(0, Linux.realtime - Linux.boottime, :nanosecond)
puts "Booted on #{booted.strftime("%A, %e %B %Y, at %H:%M:%S UTC")}"

now = Time.now
hours, rest = (now - booted).divmod(3600)
puts format("Up for %d:%02d:%02d", hours, *rest.divmod(60))
puts now.strftime("Today is day %-j of %Y, in week %-V")

midnight = Time.utc(now.year, now.month, now.day) + 86_400
puts "#{midnight - now} seconds are left of it"
