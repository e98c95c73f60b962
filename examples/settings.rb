# SPDX-License-Identifier: GPL-2.0
#
# What this kernel runs with: mounts, settings under /proc/sys, a module's parameters, each from
# where the kernel itself shows it.

by_type = Linux::Mount.group_by(&:type)
puts "#{Linux::Mount.count} mounts: #{by_type.map { |type, mounts| "#{mounts.size} #{type}" }.sort.join(', ')}"

%w[kernel/ostype kernel/pid_max vm/swappiness].each do |name|
  puts "#{name} = #{Linux::File.read("/proc/sys/#{name}").chomp}"
rescue Errno::ENOENT
  puts "#{name} is not there"
end

# Settings are written in the same way, and taken as the kernel takes them.
event_ms = Linux::Param["kmvm", "event_ms"]
Linux::Param["kmvm", "event_ms"] = "2000"
puts "event_ms of kmvm was #{event_ms}, is #{Linux::Param["kmvm", "event_ms"]}"
Linux::Param["kmvm", "event_ms"] = event_ms

begin
  Linux::File.write("/proc/sys/vm/swappiness", "many")
rescue Errno::EINVAL => e
  puts "and not everything: #{e.message}"
end
