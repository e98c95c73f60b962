# SPDX-License-Identifier: GPL-2.0
Object.__send__(:remove_const, :Point) if Object.const_defined?(:Point)
Object.__send__(:remove_const, :Pair) if Object.const_defined?(:Pair)
Point = Struct.new(:x, :y) { def dist = x * x + y * y }
p1 = Point.new(3, 4)
print p1.dist, p1.inspect, p1.to_a.inspect, p1 == Point.new(3, 4), p1.to_h.inspect, "\n"
p1.x = 9
print p1[:x], p1["y"], Point.members.inspect, p1.dup.inspect, p1.hash == p1.dup.hash, "\n"
kw = Struct.new(:a, :b, keyword_init: true) rescue kw = nil
Pair = Data.define(:left, :right)
q = Pair.new(left: 1, right: [2])
print q.inspect, q.with(left: 5).inspect, q.to_h.inspect, Pair.new(1, 2) == Pair.new(1, 2), "\n" rescue print "data\n"
begin
  Pair.new(1)
rescue ArgumentError => e
  print e.message, "\n"
end
s = Set.new([1, [2], "3", :four])
20.times { |i| s << i * 3 }
t = Set[3, 6, 9, 100]
print s.size, (s | t).size, (s & t).size, (s - t).size, (s ^ t).size, s.subset?(s | t), "\n"
print s.include?([2]), s.map { |x| x.to_s }.size, s.to_a.size, t.inspect, s.delete(3).size, s.group_by(&:class).size, "\n"
print Set.new([Set[1], Set[1]]).size, t.add?(3).inspect, t.partition { |x| x % 2 == 0 }.inspect, s.dup == s, t.flatten.size, "\n"
print [1, "two", :three, 4.5.to_s].inspect, "\n" rescue print "no\n"
print ("a".."j").to_a.join, (1...10).sum, (1..).first(3).inspect, "\n"
print Range.new(1, 5, true).inspect, (1..20).each_slice(6).to_a.inspect, ("a".."zz").count, "\n"
r = (1..5)
print r.hash == (1..5).hash, r.to_s, r.eql?(1..5), r.minmax.inspect, r.include?(3), r.dup.inspect, "\n"
m = 5.method(:+)
print m.call(3), m.unbind.bind(7).call(1), m.arity, m.inspect.size > 5, [1, 2].map(&10.method(:+)).inspect, m.owner, "\n"
c = Comparable.instance_method(:clamp) rescue c = nil
print 15.clamp(1, 10), 5.between?(1, 9), c.class, "\n"
