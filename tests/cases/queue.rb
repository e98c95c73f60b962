# SPDX-License-Identifier: GPL-2.0
# Linux::Queue: copies of objects, from VM to VM.

Queue = Linux::Queue
Thread = Linux::Thread

test "what is pushed first is popped first" do
  queue = Queue.new
  assert_equal [true, 0, 64, false], [queue.empty?, queue.size, queue.capacity, queue.closed?]
  assert_equal queue, queue.push(1)
  assert_equal queue, (queue << "two" << { three: 3 })
  assert_equal [false, 3], [queue.empty?, queue.size]
  assert_equal [1, "two", { three: 3 }], [queue.pop, queue.pop, queue.pop]
  assert queue.empty?
end

test "it holds copies" do
  queue = Queue.new
  text = "text"
  queue << text
  text << "!"
  assert_equal "text", queue.pop
  assert_equal "TypeError: Object cannot be copied to another VM",
               assert_raise(TypeError) { queue << Object.new }.then { |e| "#{e.class}: #{e.message}" }
  assert_equal "Linux::Queue cannot be copied to another VM",
               assert_raise(TypeError) { queue << [queue] }.message
  assert queue.empty?
end

test "pop with a time answers nil when that has passed" do
  queue = Queue.new
  start = Linux.ktime
  assert_equal nil, queue.pop(ms: 20)
  assert Linux.ktime - start >= 20_000_000
  assert_equal nil, queue.pop(ns: 0)
  queue << 5
  assert_equal 5, queue.pop(ns: 0)
end

test "push with a time answers nil when that has passed" do
  queue = Queue.new(2)
  queue << 1 << 2
  assert_equal nil, queue.push(3, ms: 5)
  assert_equal nil, queue.push(3, ns: 0)
  assert_equal [1, 2, nil], [queue.pop, queue.pop, queue.pop(ns: 0)]
end

test "a queue that is closed takes nothing and gives what it has" do
  queue = Queue.new
  queue << 1
  assert_equal queue, queue.close
  assert queue.closed?
  error = assert_raise(ClosedQueueError) { queue << 2 }
  assert_equal "queue closed", error.message
  assert error.is_a?(StopIteration)
  assert_equal [1, nil, nil], [queue.pop, queue.pop, queue.pop(ms: 1)]
end

test "capacities and names are checked" do
  [0, -1, 65_537, 2**40].each { |n| assert_raise(ArgumentError) { Queue.new(n) } }
  assert_equal 65_536, Queue.new(65_536).capacity
  assert_raise(TypeError) { Queue.new("x") }
  ["", "x" * 64, "a\0b"].each { |name| assert_raise(ArgumentError) { Queue.open(name) } }
  assert_raise(TypeError) { Queue.open(1) }
  assert_raise(ArgumentError) { Queue.new.pop(ms: -1) }
  assert_raise(ArgumentError) { Queue.new.push }
  assert_raise(TypeError) { Queue.new.dup.pop }
end

test "a thread takes from a queue that it is handed" do
  work = Queue.new
  done = Queue.new
  thread = Thread.new(work, done) do |from, to|
    while (n = from.pop)
      to << n * n
    end
    :over
  end
  10.times { |n| work << n }
  work.close
  assert_equal :over, thread.value
  assert_equal Array.new(10) { |n| n * n }, Array.new(10) { done.pop }
end

test "threads meet: each pushes before either pops" do
  one = Queue.new(1)
  other = Queue.new(1)
  first = Thread.new(one, other) { |a, b| a << :first; b.pop }
  second = Thread.new(one, other) { |a, b| b << :second; a.pop }
  assert_equal [:second, :first], [first.value, second.value]
end

test "a full queue holds whoever pushes until somebody pops" do
  queue = Queue.new(1)
  thread = Thread.new(queue) { |to| 100.times { |n| to << n }; to.close; :done }
  seen = []
  while (n = queue.pop)
    seen << n
  end
  assert_equal Array.new(100) { |n| n }, seen
  assert_equal :done, thread.value
end

test "close wakes who waits" do
  queue = Queue.new(1)
  popper = Thread.new(queue) { |from| from.pop }
  queue.close
  assert_equal nil, popper.value
  full = Queue.new(1)
  full << 1
  pusher = Thread.new(full) { |to| to << 2 }
  full.close
  assert_raise(ClosedQueueError) { pusher.value }
end

test "kill ends who waits" do
  queue = Queue.new(1)
  thread = Thread.new(queue) { |from| from.pop }
  assert_equal nil, thread.join(ms: 2)
  assert thread.kill
  queue << 1
  thread = Thread.new(queue) { |to| to << 2 }
  assert_equal nil, thread.join(ms: 2)
  assert thread.kill
  assert_equal 1, queue.pop
  assert queue.empty?
end

test "a thread may answer with a queue" do
  queue = Thread.new { it = Linux::Queue.new(3); it << 1; it }.value
  assert_equal [3, 1], [queue.capacity, queue.pop]
end

test "a queue is open by its name as long as somebody holds it" do
  queue = Queue.open("cases", 5)
  assert_equal 5, Queue.open("cases", 9).capacity
  queue << :kept
  assert_equal :kept, Thread.new { Linux::Queue.open("cases").pop }.value
  assert_equal 64, Queue.open("other").capacity
  queue = nil
  Thread.new { Linux::Queue.open("gone", 2) << 1; nil }.join
  assert_equal 0, Queue.open("gone").size
end

test "blocks of timers run while a queue is waited for" do
  queue = Queue.new
  Linux::Timer.after(ms: 1) { queue << :from_a_timer }
  assert_equal :from_a_timer, queue.pop
end

test "in the block of an event it just waits" do
  queue = Queue.new
  Thread.new(queue) { |to| usleep 3000; to << 9 }
  seen = nil
  Linux::Timer.after(ms: 1) { seen = queue.pop }
  Linux.wait
  assert_equal 9, seen
end

test "a VM holds 1024 queues" do
  held = []
  error = assert_raise(Linux::LimitError) { 2000.times { held << Queue.new } }
  assert_equal "a VM holds at most 1024 queues", error.message
  assert held.size > 900
  held = nil
  GC.start
  assert_equal 3, Queue.new(3).capacity
end

test "a message tells of 16 queues at most" do
  queues = Array.new(17) { Queue.new }
  assert_equal 16, Thread.new(queues.first(16)) { |all| all.size }.value
  assert_raise(ArgumentError) { Thread.new(queues) { |all| all.size } }
end

test "what is left in a queue goes with it" do
  Queue.new << "x" * 100_000 << ["y"]
  GC.start
end

test "a class below answers its own objects, and arrives as a Linux::Queue elsewhere" do
  lines = Class.new(Linux::Queue) { def all = Array.new(size) { pop } }
  queue = lines.new(3)
  assert_equal lines, queue.class
  queue << 1 << 2
  assert_equal [1, 2], queue.all
  assert_equal lines, lines.open("queue.rb below").class
  assert_equal "Linux::Queue", Linux::Thread.new(queue) { |from| from.class.to_s }.value
end

test "inspect tells its name, and how full it is" do
  queue = Linux::Queue.new(3) << 1
  assert_equal "#<Linux::Queue, 1 of 3>", queue.inspect
  assert_equal "#<Linux::Queue, 1 of 3, closed>", queue.close.inspect
  assert_equal "#<Linux::Queue queue.rb, 0 of 5>", Linux::Queue.open("queue.rb", 5).inspect
end
