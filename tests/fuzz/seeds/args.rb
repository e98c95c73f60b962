# SPDX-License-Identifier: GPL-2.0
# Parameters of all kinds, and calls that fit and do not fit.
def all(a, b = a, *c, d, e:, f: d, **g, &h) = [a, b, c, d, e, f, g, h && h.call(a)]
def opt(a = 1, b = 2, c = 3) = a + b + c
def rest(*) = [*]
def keys(a:, b: 2) = a * b
def none = 7
def pass(...) = all(...)
list = [1, 2]
hash = { e: 5 }
p all(1, 2, e: 3), all(*list, **hash) { |x| x }, all(1, *list, 4, e: 1, z: 2, &:to_s)
p opt, opt(5), opt(5, 6), opt(*list, 9), rest(*list), keys(a: 3), keys(**{ a: 1, b: 4 }), none
p pass(1, 2, 3, e: 4) { |x| x + 1 }
begin
  keys(b: 1)
rescue ArgumentError => error
  p error.message
end
begin
  opt(1, 2, 3, 4)
rescue ArgumentError
  p 0
end
pr = ->(a, (b, *c), d = 4, *e, f, g: 1, **h) { [a, b, c, d, e, f, g, h] }
p pr.call(1, [2, 3, 4], 5, g: 6), pr.(1, [2], 3, 4, 5, z: 1)
p [[1, [2, 3]], [4, [5, 6]]].map { |a, (b, c)| a + b + c }
p [1, 2].each_with_index.map { _1 * _2 }
