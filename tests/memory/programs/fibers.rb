# SPDX-License-Identifier: GPL-2.0
f = Fiber.new do |x|
  20.times { |i| x = Fiber.yield(x + i) }
  :done
end
r = 0
20.times { r = f.resume(r) }
print r, f.alive?, "\n"
gen = Enumerator.new do |y|
  a, b = 0, 1
  loop { y << a; a, b = b, a + b }
end
print gen.take(20).inspect, gen.lazy.select { |x| x % 2 == 0 }.map { |x| x * 2 }.first(5).inspect, "\n"
e = [1, 2, 3].each
print e.next, e.peek, e.next, e.next, "\n"
begin
  e.next
rescue StopIteration => s
  print s.message, s.result.inspect, "\n"
end
chain = [1, 2].each + [3, 4]
print chain.to_a.inspect, chain.size, "\n"
fs = (0...10).map { |i| Fiber.new { Fiber.yield i; raise "from #{i}" } }
print fs.map(&:resume).sum, "\n"
print fs.map { |g| g.resume rescue $!.class.to_s.size }.inspect, "\n" rescue print "no $!\n"
nested = Fiber.new { Fiber.new { Fiber.new { Fiber.yield 1; 2 }.resume + 1 }.resume + 1 }
print nested.resume, "\n"
g = Fiber.new { begin; Fiber.yield 1; ensure; r = :ensured; end }
g.resume
g.resume
print r, "\n"
print (1..Float::INFINITY).lazy.map { |x| x }.first(2).inspect, "\n" rescue print "no floats\n"
print %w[a b].each.with_index(1).to_a.inspect, "\n"
print [4, 5].each_with_index.next.inspect, "ab".each_char.next, { a: 1 }.each.next.inspect, "\n"
def each_pair_of
  return to_enum(:each_pair_of) unless block_given?
  yield 1, 2
  yield 3, 4
end
print each_pair_of.to_a.inspect, each_pair_of.next.inspect, "\n"
deep = Fiber.new { f2 = lambda { |n| n == 0 ? Fiber.yield(:deep) : f2.call(n - 1) }; f2.call(60) }
print deep.resume, "\n"
