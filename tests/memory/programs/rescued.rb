# SPDX-License-Identifier: GPL-2.0
# Rescues where it runs out of memory and tries again: what was begun must be done whole or
# not at all, and what was there before must be there still.
def again
  yield
rescue NoMemoryError
  yield
end
hash = {}
gone = nil
again { gone = {} }
80.times do |i|
  again { hash[i] = i.to_s }
  if i % 3 == 0 && !gone[i]
    hash.delete(i)
    again { gone[i] = true }
  end
end
print hash.size, hash.keys.size, (0...80).count { |i| hash[i] == (gone[i] ? nil : i.to_s) }, "\n"
copy = again { hash.dup }
again { copy.merge!({ a: 1 }) }
print copy.size, hash.size, again { copy.to_a.size }, "\n"
array = again { [] }
60.times { |i| again { array[i] = [i] } }
print array.size, array.flatten.sum, "\n"
part = again { array[5, 40] }
again { part << 1 }
again { array.unshift(0) }
print part.size, array.size, array[6][0], part[0][0], "\n"
klass = again { Class.new }
20.times { |i| again { klass.define_method(:"method#{i}") { i } } }
object = again { klass.new }
print (0...20).sum { |i| again { object.__send__(:"method#{i}") } }, "\n"
12.times { |i| again { object.instance_variable_set(:"@v#{i}", i) } }
twin = again { object.dup }
print again { object.instance_variables.size }, again { twin.instance_variables.size }, "\n"
text = again { "a" * 50 }
other = again { text.dup }
again { other << "b" * 50 }
again { text.replace(other) }
again { text[3, 4] = "c" * 60 }
print text.size, other.size, text.count("c"), "\n"
ensured = 0
10.times do
  again do
    begin
      again { "x" * 100 }
    ensure
      ensured += 1
    end
  end
end
print ensured >= 10, "\n"
fiber = again { Fiber.new { 5.times { |i| Fiber.yield i }; :end } }
print fiber.alive?, "\n"
set = again { Set.new }
15.times { |i| again { set << "m#{i}" } }
print set.size, "\n"
error = begin
  again { raise "an error" }
rescue => e
  e
end
print error.message, again { error.backtrace.size }, "\n"
proc = again { x = [1]; -> { x } }
print again { proc.call }.inspect, again { sprintf("%s %d", "a", 2**70) }, "\n"
def kept = (y = [7]; [1].each { return -> { y } })
print again { kept.call }.inspect, "\n"
print %w[a b].each { |s| again { s.to_sym.to_proc } }.size, "\n"
