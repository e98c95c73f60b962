# SPDX-License-Identifier: GPL-2.0
#
# Which programs are executed, and by whom:	kmctl run examples/execsnoop.rb [-- SECONDS]

# int fd, struct filename *name, which begins with a pointer to the name
probe = Linux::Probe.new("alloc_bprm", strings: [[1, 0, 0]]) do |hit|
  ppid = Linux::Task.find(hit.pid)&.ppid || "-"
  puts format("%-7d %-7s %-16s %s", hit.pid, ppid, hit.comm, hit.string)
end
puts "PID     PPID    COMM             FILE"
ARGV[0] ? Linux.sleep(s: ARGV[0].to_i) : sleep
probe.cancel
