# SPDX-License-Identifier: GPL-2.0
# description: Who has used the processors most since boot, and what the machine is at

tasks = Linux::Task.to_a
kernel, processes = tasks.partition(&:kernel?)
puts "#{processes.size} processes, #{kernel.size} threads of the kernel, #{Linux::CPU.online.size} processors"

one, five = Linux::CPU.load.map { |load| "#{load / 100}.#{(load % 100).to_s.rjust(2, "0")}" }
free = Linux::Memory.info[:MemAvailable] * 100 / Linux::Memory.info[:MemTotal]
puts "load #{one} in a minute, #{five} in five; #{free}% of memory available"

tasks.sort_by { |task| -(task.utime_ns + task.stime_ns) }.first(3).each do |task|
  ms = (task.utime_ns + task.stime_ns) / 1_000_000
  puts "#{task.comm} (#{task.pid}): #{ms} ms"
end
