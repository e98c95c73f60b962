# SPDX-License-Identifier: GPL-2.0
# Run after every failure: does the VM still work?
class Health
  attr_reader :name
  def initialize(name) = @name = name
  def to_s = "<#{@name}>"
end
words = %w[one two three].map { |word| Health.new(word) }
table = {}
words.each_with_index { |word, i| table[word.name.to_sym] = [i, word.to_s] }
raise "table" unless table == { one: [0, "<one>"], two: [1, "<two>"], three: [2, "<three>"] }
raise "sum" unless (1..50).inject(:+) == 1275
raise "big" unless (2**70).to_s == "1180591620717411303424"
begin
  words.missing
  raise "missing"
rescue NoMethodError => e
  raise "backtrace" unless e.backtrace.is_a?(Array)
end
raise "fiber" unless Fiber.new { Fiber.yield 1; 2 }.then { |f| [f.resume, f.resume] } == [1, 2]
raise "format" unless format("%05d %s", 42, :x) == "00042 x"
raise "gc" unless GC.disable == false && GC.enable == true
print "well\n"
