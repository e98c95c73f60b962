# SPDX-License-Identifier: GPL-2.0
# description: Who has used the processors most since boot, and what the machine is at

tasks = Linux::Task.to_a
kernel, processes = tasks.partition(&:kernel?)
puts "#{processes.size} processes, #{kernel.size} threads of the kernel, #{Linux::CPU.online.size} processors"

one, five = Linux::CPU.load.map { |load| "#{load / 100}.#{(load % 100).to_s.rjust(2, "0")}" }
free = Linux::Memory.info[:MemAvailable] * 100 / Linux::Memory.info[:MemTotal]
puts "load #{one} in a minute, #{five} in five; #{free}% of memory available"

used = tasks.map { |task| [task.comm, task.pid, (task.utime_ns + task.stime_ns) / 1_000_000] }
puts Linux::Table.new("COMM", "PID", "MS", rows: used, sort_by: "MS", top: 3)
