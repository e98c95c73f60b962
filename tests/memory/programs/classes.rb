# SPDX-License-Identifier: GPL-2.0
Object.__send__(:remove_const, :Animal) if Object.const_defined?(:Animal)
Object.__send__(:remove_const, :Dog) if Object.const_defined?(:Dog)
Object.__send__(:remove_const, :Noisy) if Object.const_defined?(:Noisy)
module Noisy
  LEVEL = 3
  def noise = "#{name}!" * LEVEL
  def self.included(base) = (base.extend ClassMethods)
  module ClassMethods
    def make(*names) = names.map { |n| new(n) }
  end
end
class Animal
  include Noisy
  include Comparable
  attr_accessor :name, :age
  @@count = 0
  KINDS = %w[cat dog]
  def self.count = @@count
  def initialize(name) = (@name = name; @@count += 1)
  def <=>(other) = name <=> other.name
  def method_missing(sym, *args, &blk) = sym.to_s.start_with?("get_") ? [sym, args, blk&.call] : super
  def respond_to_missing?(sym, all = false) = sym.to_s.start_with?("get_") || super
  protected def hidden = 1
  private
  def secret = 2
end
class Dog < Animal
  def initialize(name, tricks = []) = (super(name); @tricks = tricks)
  %w[sit roll jump].each { |t| define_method(t) { |n = 1| "#{t} " * n } }
  alias hop jump
  def initialize_copy(other) = @tricks = other.instance_variable_get(:@tricks).dup
  undef_method :roll
  class << self
    def special = "special"
    attr_accessor :registry
  end
end
d = Dog.new("rex", [1])
print d.noise, d.sit(2), d.hop, d.get_thing(1, 2) { 3 }.inspect, Animal.count, "\n"
print Dog.make("a", "b").max.name, d.dup.instance_variables.sort.inspect, Dog.ancestors.size, "\n"
begin
  d.unknown_method(1)
rescue NoMethodError => e
  print e.message[0, 30], "\n"
end
Dog.registry = { d => 1 }
print Dog.registry[d], Dog.instance_methods(false).sort.inspect, d.respond_to?(:get_x), "\n"
def d.single = "single"
print d.single, d.singleton_methods.inspect, d.method(:noise).owner, "\n"
5.times do |i|
  k = Class.new(Animal) { define_method(:"m#{i}") { i }; const_set(:X, i) }
  print k.new("k").__send__(:"m#{i}"), k::X
end
o = Object.new
o.instance_variable_set(:@a, 1)
o.instance_eval { @b = 2; @c = 3; @d = 4; @e = 5 }
o.extend(Comparable, Noisy)
print o.instance_variables.size, o.singleton_class.include?(Noisy), "\n"
m = Module.new { def added = :added; refine(String) {} rescue nil }
Dog.include m
Dog.prepend(Module.new { def noise = super.upcase })
print d.added, d.noise, d.inspect.size > 10, Dog.name, Dog.instance_method(:sit).bind(d).call, "\n"
print Dog.class_variable_get(:@@count) > 0, Dog.const_get(:KINDS).inspect, Noisy.constants.sort.inspect, "\n"
print d.frozen?, d.freeze.frozen?, d.__send__(:sit), "\n"
begin
  d.name = "z"
rescue FrozenError => e
  print e.class, "\n"
end
$glob = [d]
print $glob.size, global_variables.include?(:$glob), "\n"
Dog.class_eval { def late = :late }
print d.late, Dog.instance_methods(false).size, d.is_a?(Noisy), Dog.superclass, "\n"
