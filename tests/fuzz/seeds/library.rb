# SPDX-License-Identifier: GPL-2.0
# Calls into C that calls back.
class Odd
  attr_reader :v
  def initialize(v) = @v = v
  def ==(o) = o.is_a?(Odd) && v == o.v
  def eql?(o) = self == o
  def hash = v.hash
  def <=>(o) = v <=> o.v
  def to_s = "odd#{v}"
  def to_a = [v]
  def coerce(o) = [o, v]
  def each
    yield v
    yield v + 1
  end
  include Comparable
  include Enumerable
end
a = [3, 1, 2].map { |v| Odd.new(v) }
p a.sort.map(&:v), a.min.v, a.include?(Odd.new(2)), a.index(Odd.new(1)), a.uniq.size, (a & a).size
p a.first.to_a, a.first.map { |x| x * 2 }, a.first.include?(4), a.join("-"), a.group_by(&:v).size
h = Hash.new { |hash, key| hash[key] = Odd.new(key) }
p h[1].v, h.key?(1), h.fetch(2, 3), h.merge({ 1 => 2 }) { |k, x, y| y }, h.to_a.flatten.size
h2 = { Odd.new(1) => 1 }
p h2[Odd.new(1)], h2.any? { |k, v| v == 1 }, h2.min_by { |k, v| v }, h2.delete_if { |k, v| v == 1 }
s = Struct.new(:a, :b) { def sum = a + b }
p s.new(1, 2).sum, s.new(1, 2) == s.new(1, 2), s.new(3, 4).to_a
p Set.new([1, 2]) | Set.new([2, 3]), [1, [2, [3]]].flatten, [1, 2, 3].each_cons(2).to_a
p (1..Integer("3")).each_entry.to_a rescue p 0
p [1, 2, 3].lazy.map { |x| x * 2 }.select { |x| x > 2 }.first(2)
p "hello".gsub("l") { |m| m.upcase }, "a-b".tr("-", "_"), "%s %p" % [a.first, :b]
p 5.method(:+).call(3), Odd.instance_method(:v).bind(a[0]).call, [1, 2].method(:map).unbind.class
p a.first.instance_variable_set(:@v, 9), a.first.v, a.first.respond_to?(:each)
p ObjectSpace.count_objects.size > 0, proc { |x, y| }.parameters, proc { |x| x }.curry.arity
o = Object.new
o.define_singleton_method(:hi) { |x = 1| x }
p o.hi, o.hi(2), (o.dup.hi rescue 3), o.instance_exec(4) { |x| x }
