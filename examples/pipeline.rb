# SPDX-License-Identifier: GPL-2.0
#
# A pipeline of two threads:	kmctl run examples/pipeline.rb
#
# One takes samples of how late the kernel wakes it up, the other one counts them, each in a VM
# and on a kernel thread of its own. A queue lies between them; what passes through is copied.

SAMPLES = 200

samples = Linux::Queue.new(16)

sampler = Linux::Thread.new(samples, SAMPLES) do |to, count|
  count.times do
    due = Linux.ktime + 500_000
    Linux.sleep(us: 500)
    to << Linux.ktime - due
  end
  to.close
  count
end

counter = Linux::Thread.new(samples) do |from|
  late = Linux::Histogram.log2
  while (ns = from.pop)
    late << ns
  end
  late
end

puts "#{sampler.value} samples taken by #{sampler.name}, counted by #{counter.name}."
late = counter.value
puts "#{late.count} wakeups, nanoseconds late:"
puts late.to_s
