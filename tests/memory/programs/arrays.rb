# SPDX-License-Identifier: GPL-2.0
a = (1..16).to_a
b = a.map { |x| x * 2 }.select { |x| x % 3 == 0 }
print b.inspect, "\n"
print a.each_slice(7).to_a.size, a.each_cons(3).to_a.size, a.group_by { |x| x % 5 }.size, "\n"
print a.sort { |x, y| y <=> x }.first(3).inspect, a.sort_by { |x| -x }.first.inspect, "\n"
print (a + b).uniq.size, (a - b).size, (a & b).size, (a | b).size, "\n"
print a.product([1, 2]).size, a.combination(2).to_a.size, [1, 2, 3].permutation.to_a.size, "\n"
c = a.dup
c.concat([1] * 20)
c.insert(3, *b)
c.unshift(1, 2, 3)
c.push(*a)
print c.size, c.flatten.size, [[c], [[b]]].flatten.size, "\n"
print c.partition { |x| x % 2 == 0 }.map(&:size).inspect, c.zip(a).size, c.rotate(3).size, "\n"
print [[1, 2], [3, 4]].to_h.inspect, [[1, 2], [3, 4]].transpose.inspect, "\n"
print c.delete_if { |x| x > 12 }.compact.size, c.slice!(2, 5).inspect, c.fill(0, 3, 60).size, "\n"
print a.each_with_object([]) { |x, m| m << x.to_s }.join(",").size, a.tally.size, a.min_by { |x| -x }, "\n"
x, *y = c
print y.size, [*a, *b, 1].size, a.pack("C*").size, a.bsearch { |v| v >= 9 }, a.cycle.first(20).size, "\n"
