# SPDX-License-Identifier: GPL-2.0
# What calls on with the arguments it was given: super, yield, ..., from blocks within blocks.
class A
  def initialize(a, b = 2, *c, d: 3, **e, &f) = @all = [a, b, c, d, e, f && f.call]
  def each(*list)
    list.each { |x| yield x, list }
    self
  end
  def kw(a:, **rest) = [a, rest]
  def opt(a = 1) = [a]
  def method_missing(name, *args, **keys, &block) = [name, args, keys, block && block.call(1)]
end
class B < A
  def initialize(a, b = 5, *c, d: 6, **e, &f)
    super
    @later = [1].map { |x| [2].map { |y| [a, x, y, c] } }
  end
  def each(*list)
    super(*list, 9) { |x, all| yield x + all.size }
  end
  def kw(a:, **rest)
    [1].each { |x| return super(a: a + x, **rest) }
  end
  def opt(a = 4) = [a, super(), super]
  def block_of(&block) = [3].each(&block)
  def yields_within() = [1, 2].map { |x| [x].map { |y| yield y, x } }
  def lambdas(n = 3)
    l = ->(a, b = n) { ->(c = a, *d) { [a, b, c, d, n] } }
    l.(1).(2, 3) + l.call(4, 5).call
  end
  def forward(...) = kw(...)
  define_method(:defined) { |a, b = a, *c, k: 1, &d| [a, b, c, k, d] }
end
b = B.new(1, 2, 3, d: 4, z: 5) { 6 }
p b.each(1, 2) { |x| p x }.class, b.kw(a: 1, q: 2), b.opt, b.opt(7)
p b.nothing(1, *[2, 3], k: 4, **{ l: 5 }) { |x| x }, b.yields_within { |x, y| x + y }, b.lambdas
p b.forward(a: 2, c: 3), b.defined(1, k: 2), b.block_of { |x| break x + 1 }
p b.send(:missing, *(1..20).to_a), b.__send__(:opt, 8), b.instance_exec(1) { |x| @later }
many = [*1..16]
p b.each(*many) { |x| x }.class, [*many, *many].size, [p(*many)].size
m = b.method(:kw)
p m.call(a: 1), m.to_proc.call(a: 2), m.unbind.bind(b).call(a: 3), [1, 2].each_with_index.to_a
h = { a: 1 }
p b.kw(**h), b.kw(**h, a: 2), ->(**o) { o }.(**h, b: 2), ->(o) { o }.({ **h, "k" => 1 })
