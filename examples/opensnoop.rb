# SPDX-License-Identifier: GPL-2.0
#
# Who opens which file, and what comes of it:	kmctl run examples/opensnoop.rb [-- SECONDS]

probe = Linux::Probe.return("do_sys_openat2", strings: 1) do |hit|
  puts format("%-7d %-16s %3d  %s", hit.pid, hit.comm, hit.value, hit.string)
end
puts "PID     COMM             RET  FILE"
ARGV[0] ? Linux.sleep(s: ARGV[0].to_i) : sleep
probe.cancel
