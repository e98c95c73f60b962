# SPDX-License-Identifier: GPL-2.0
#
# description: A file in /proc, in ten lines of Ruby
#
#	kmctl load examples/proc-file.rb; cat /proc/kmvm/tasks; echo 3 >/proc/kmvm/tasks

most = 5

file = Linux::ProcFile.new("tasks", mode: 0644, write: ->(text) { most = Integer(text) }) do |out|
  tasks = Linux::Task.sort_by { |task| -task.rss }
  out.puts "#{tasks.size} processes, #{tasks.count(&:kernel?)} of them the kernel's own"
  tasks.first(most).each do |task|
    out.printf "%8d KiB %8d %s\n", task.rss / 1024, task.pid, task.comm
  end
end
puts "the largest processes: cat #{file.path}"
