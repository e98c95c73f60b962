# SPDX-License-Identifier: GPL-2.0
# Classes, modules, singletons, constants, variables, super, alias, undef.
module Named
  NAME = "named"
  def name = "#{NAME} #{super rescue @name}"
end
class Base
  @@count = 0
  attr_accessor :name
  def initialize(name) = (@name = name; @@count += 1)
  def self.count = @@count
  def <=>(other) = name <=> other.name
  def ==(other) = other.is_a?(Base) && name == other.name
  def method_missing(m, *a, **k, &b) = [m, a, k]
  def respond_to_missing?(m, p = false) = m == :foo
  include Comparable
end
class Derived < Base
  prepend Named
  def initialize(name, extra = 1)
    super(name)
    @extra = extra
  end
  def name
    super
  end
  alias title name
  def gone = 1
  undef gone
  class << self
    def make(*args) = new(*args)
    attr_reader :thing
  end
  Inner = Struct.new(:a, :b)
  class Deep
    VALUE = [1, 2].freeze
  end
end
a = Derived.make("x", 2)
b = Derived.new("y")
p a.name, a.title, a < b, a == b, Base.count, a.foo(1, k: 2), Derived::Deep::VALUE, Derived::Inner.new(1, 2).to_a
def a.single = 5
p a.single, a.singleton_methods, Derived.ancestors.size
Derived::Late = 3
p Derived::Late, ::Derived.instance_methods(false).size
$global ||= 4
$global += 1
Base.class_eval { define_method(:defined) { |x| x + $global } }
p b.defined(1), b.instance_variable_get(:@extra), b.send(:title)
o = Object.new
class << o
  def to_s = "o"
end
p "#{o}"
