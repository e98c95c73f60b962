# SPDX-License-Identifier: GPL-2.0
# Errors: what is raised, what it says, where it says it was, and what still runs.

test "an error knows its message, class and place" do
  error = begin
    raise ArgumentError, "no such thing"
  rescue => e
    e
  end
  assert_equal ["no such thing", ArgumentError], [error.message, error.class]
  assert_equal "no such thing (ArgumentError)", error.inspect
  assert error.backtrace.first.start_with?("errors.rb:6"), error.backtrace.first
end

def inner
  raise "from inner"
end

def outer
  inner
end

test "a backtrace names each frame and its line" do
  frames = assert_raise(RuntimeError) { outer }.backtrace
  assert frames[0].start_with?("errors.rb:16:in inner"), frames[0]
  assert frames[1].start_with?("errors.rb:20:in outer"), frames[1]
end

test "rescue chooses by class, in order" do
  kind = lambda do |error|
    begin
      raise error
    rescue KeyError, ZeroDivisionError
      :one
    rescue StandardError
      :two
    rescue Exception
      :three
    end
  end
  assert_equal %i[one one two three], [KeyError, ZeroDivisionError, TypeError, Exception].map(&kind)
end

test "else, ensure and the value of begin" do
  seen = []
  value = begin
    1
  rescue StandardError
    2
  else
    3
  ensure
    seen << :ensure
    4
  end
  assert_equal [3, [:ensure]], [value, seen]
end

test "retry tries again" do
  tries = 0
  begin
    tries += 1
    raise "not yet" if tries < 3
  rescue RuntimeError
    retry
  end
  assert_equal 3, tries
end

test "raise in a rescue and in an ensure replaces the error" do
  assert_raise(TypeError, "second") do
    begin
      raise "first"
    rescue RuntimeError
      raise TypeError, "second"
    end
  end
  assert_raise(KeyError, "third") do
    begin
      raise "first"
    ensure
      raise KeyError, "third"
    end
  end
end

test "raise alone raises the same again" do
  error = assert_raise(RuntimeError, "once") do
    begin
      raise "once"
    rescue RuntimeError => e
      raise e
    end
  end
  assert_equal "once", error.message
end

test "return, break and next pass through ensure" do
  seen = []
  leave = lambda do
    begin
      return 1
    ensure
      seen << :return
    end
  end
  assert_equal 1, leave.call
  [1, 2].each do |i|
    begin
      next if i == 1
      break
    ensure
      seen << i
    end
  end
  assert_equal [:return, 1, 2], seen
end

test "own errors carry what they want" do
  klass = Class.new(StandardError) do
    attr_reader :code
    def initialize(code)
      super("code #{code}")
      @code = code
    end
  end
  error = assert_raise(klass, "code 5") { raise klass.new(5) }
  assert_equal 5, error.code
end

test "what is missing is named" do
  assert_raise(NoMethodError, "frob") { Object.new.frob }
  assert_raise(NameError, "Frob") { Frob }
  assert_raise(KeyError, "frob") { {}.fetch(:frob) }
end

test "a missing method says whose it is not, and asks nobody for that" do
  klass = Class.new { def inspect = raise("asked"); def to_s = raise("asked"); def self.to_s = raise("asked") }
  Named = Class.new(klass) { def self.name = raise("asked"); def self.inspect = raise("asked") }
  whose = { nil => "nil", true => "true", false => "false", 5 => "an instance of Integer", "s" => "an instance of String",
            Comparable => "module Comparable", Enumerator::Lazy => "class Enumerator::Lazy", Named => "class Named",
            Named.new => "an instance of Named", self => "main:Object" }
  whose.each do |receiver, text|
    error = assert_raise(NoMethodError) { receiver.frob }
    assert_equal "undefined method 'frob' for #{text}", error.message
  end
  assert_raise(NoMethodError, "'frob' for an instance of #<Class:0x") { klass.new.frob }
  assert_raise(NoMethodError, "'frob' for class #<Class:0x") { klass.frob }
  assert_raise(NoMethodError, "'frob' for class #<Class:0x") { klass.singleton_class.frob }
end

test "wrong arguments are told" do
  assert_raise(ArgumentError, "wrong number of arguments") { [].push.first(1, 2, 3) }
  assert_raise(ArgumentError, "wrong number of arguments") { ->(a) { a }.call }
  assert_raise(TypeError) { 1 + "1" }
  assert_raise(TypeError) { "1" + 1 }
  assert_raise(TypeError) { [1][Object.new] }
end

test "what changes while it is walked raises or ends, and nothing worse" do
  array = [3, 1, 2] * 10
  begin
    array.sort! { |a, b| array.clear; a <=> b }
  rescue StandardError
    nil
  end
  hash = { 1 => 2 }
  begin
    hash.each { |key, _| hash[key + 1] = 0 if hash.size < 100 }
  rescue StandardError
    nil
  end
  text = "abc"
  assert_raise(FrozenError) { text.freeze << "d" }
end

test "a format that changes while it is used stays as it was" do
  format = "%s " * 50
  rude = Object.new
  rude.define_singleton_method(:to_s) do
    format.replace("x")
    GC.start
    "y"
  end
  assert_equal "y " * 50, format(format, *[rude] * 50)
end

test "an error in a block passes through C and back" do
  assert_raise(RuntimeError, "in sort") { [2, 1].sort { raise "in sort" } }
  assert_raise(RuntimeError, "in map") { [1].map { raise "in map" } }
  assert_raise(RuntimeError, "in default") { Hash.new { raise "in default" }[1] }
  assert_raise(RuntimeError, "in to_s") { o = Object.new; def o.to_s = raise("in to_s"); "#{o}" }
  assert_raise(RuntimeError, "in fiber") { Fiber.new { raise "in fiber" }.resume }
  assert_raise(RuntimeError, "in each_object") { ObjectSpace.each_object { raise "in each_object" } }
  GC.start
end

test "an error does not turn the collector off" do
  begin
    ObjectSpace.each_object { raise "out" }
  rescue RuntimeError
    nil
  end
  assert_equal false, GC.disable
  assert_equal true, GC.enable
end

test "a proc that outlives its method cannot return from it" do
  def orphan = proc { return 1 }
  assert_raise(LocalJumpError) { orphan.call }
end

test "break from a proc whose method is over is an error" do
  def kept(&block) = block
  assert_raise(LocalJumpError) { kept { break 1 }.call }
end
