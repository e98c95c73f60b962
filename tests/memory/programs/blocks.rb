# SPDX-License-Identifier: GPL-2.0
def counter
  n = 0
  up = -> { n += 1 }
  get = proc { n }
  [up, get]
end
up, get = counter
5.times { up.call }
print get.call, "\n"
def keep(&block) = block
kept = (1..20).map { |i| keep { |x| x + i } }
print kept.map { |b| b.call(1) }.sum, "\n"
nest = ->(a) { ->(b) { ->(c) { [a, b, c] } } }
print nest.(1).(2).(3).inspect, "\n"
add = ->(a, b, c) { a + b + c }
print add.curry[1][2][3], (add.method(:call).to_proc << proc { |x| [x, x, x] }).class, "\n"
print (proc { |x| x + 1 } >> proc { |x| x * 2 }).call(3), add.arity, add.parameters.inspect, add.lambda?, "\n"
def many(a, b = 2, *rest, c, d: 4, e:, **others, &blk) = [a, b, rest, c, d, e, others, blk&.call].inspect
print many(1, 9, e: 5), many(1, 2, 3, 4, 5, d: 0, e: 1, z: 9, y: 8) { :block }, "\n"
def opts(**kw) = kw
h = { p: 1, q: 2 }
print opts(**h, r: 3).inspect, opts(**{}).inspect, "\n"
def fwd(*, **, &) = many(*, **, &)
print fwd(1, 2, e: 3), "\n"
def vary(*a) = a.size
print vary(*(1..100).to_a), vary(*[1, 2], 3, *[4]), "\n"
print %w[a b].each_with_index.to_a.inspect, [[1, [2, 3]]].map { |a, (b, c)| a + b + c }.inspect, "\n"
print [3, 1, 2].sort_by { |x| -x }.inspect, (1..4).each_with_object({}) { |i, m| m[i] = i }.inspect, "\n"
x = 10
print [1, 2].map { |y; x| x = y }.inspect, x, "\n"
z = binding rescue z = nil
print 5.then { |v| v + 1 }, 5.tap { |v| v }.succ, "\n"
f = nil
[1].each { q = "captured" * 10; f = -> { q << "!" } }
f.call
print f.call.size, "\n"
GC.start
print f.call.size, "\n"
