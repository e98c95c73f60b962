# SPDX-License-Identifier: GPL-2.0
# title: 1k round trips through two queues, to a thread and back

there = Linux::Queue.new(1)
back = Linux::Queue.new(1)
Linux::Thread.new(there, back) do |from, to|
  while (number = from.pop)
    to << number
  end
end
1000.times { |n| there << n; back.pop }
there.close
Linux.wait
