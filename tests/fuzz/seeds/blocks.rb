# SPDX-License-Identifier: GPL-2.0
# Blocks, environments, break, next, yield, fibers.
def twice
  yield 1
  yield 2, 3
  :end
end
sum = 0
p twice { |a, b| sum += a + (b || 0) }, sum
p twice { |a| break a * 10 }
p [1, 2, 3, 4].map { |x| next 0 if x == 2; x * sum }
def find(list) = list.each { |x| return x if x > 2 } && nil
p find([1, 2, 3, 4])
adders = (1..3).map { |n| ->(x) { x + n + sum } }
p adders.map { |adder| adder.call(1) }
counter = proc { sum += 1; counter2 = -> { sum += 1; -> { sum += 1 } }; counter2.call.call }
counter.call
p sum
fiber = Fiber.new { |x| y = Fiber.yield(x + 1); z = Fiber.yield(y + sum); z }
p fiber.resume(1), fiber.resume(2), fiber.resume(3)
e = [1, 2, 3].each
p e.next, e.next
p (1..3).each_slice(2).to_a
p [3, 1, 2].sort { |a, b| b <=> a }, [1, 2, 3].inject { |a, b| a * b }
p catch(:done) { 10.times { |i| throw :done, i if i == 3 } }
i = 0
while true
  i += 1
  next if i < 3
  break if i > 5
end
begin
  i -= 1
end until i < 0
p i
p sum.instance_eval { self + 1 }, block_given?
