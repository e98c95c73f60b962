# SPDX-License-Identifier: GPL-2.0
# Literals, operators, multiple assignment, strings, hashes, ranges.
a, (b, *c), *d, e = 1, [2, 3, 4], 5, 6, 7
a, b = b, a
h = { a: 1, "b" => 2, 3 => [4, 5], **{ z: 26 } }
h[:a] += 1
h[:q] ||= 4
h[:q] &&= 5
list = [1, *c, *(1..3), 2]
list[0], list[-1] = 9, 8
first, *rest = list
*init, last = list
s = "x#{a}y#{b}z"
s += 'q' * 3
s[0] = "w"
s << "end"
sym = :"dyn#{a}"
big = 123456789012345678901234567890 * 3
n = -5 + 70000 - 1000000000000 + 300 - 200
w = %w[a b c].map(&:upcase)
r = 1...5
t = a < b && b >= 1 || !c.empty? and true
z = s&.size
z2 = nil&.size
c2 = case n when Integer then 1 when nil, true then 2 else 3 end
c3 = if a == 1 then :one elsif b > 1 then :two end
u = a > 0 ? a : -a
p a, b, c, d, e, h, list, first, rest, init, last, s, sym, big, n, w, r, t, z, z2, c2, c3, u
p 7 / 2, -7 % 3, 7 & 3, 7 | 8, 2**10, 1 << 70, ~5, 5 <=> 6, 1 == 1, "a" * 2 + "b", [1] + [2] - [1]
p h.map { |k, v| [k, v] }.to_h.size, h.sort_by { |k, v| k.to_s }, "a,b".split(","), format("%05d %s %x", 42, "s", 255)
p [1, 2, 3].pack("C*"), (1..10).select { |x| x > 2 }.sum, "abc"[1], "abc"[0..1], :sym.to_proc.call("x") rescue p 1
i = 0
i += 1 while i < 10
i -= 1 until i < 5
p i, __method__, [[1, 2], [3, 4]].each_with_object([]) { |(x, y), m| m << x * y }
