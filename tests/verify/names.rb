# SPDX-License-Identifier: GPL-2.0
# Strings, symbols and locals of odd names, and ireps of odd shapes.
["", "\0", "a\0b", :"", :"a\0b", :"a b", :[]=, "\xff\xfe"]
def anonymous(*, **, &)
  other(*, **, &)
end
def keywords(a, b = 1, *c, d, e:, f: 2, **g, &h) = [a, b, c, d, e, f, g, h]
def empty; end
class Empty; end
-> {}
->((a, (b, *)), c) { [a, b, c, _1] rescue [a, b, c] }
[[1, [2, 3]]].each { |a, (b, c)| [a, b, c] }
begin
  raise 'x'
rescue TypeError, ArgumentError => e
  e
else
  1
ensure
  2
end
x = y&.z
x ||= super_method { |i; j| j = i }
case [1, 2] when Array then x else y end
# A register that nothing else in its irep reaches, for a value that nobody reads.
def unread = begin
ensure
  $unread
end
def unread_constant(**) = begin
ensure
  ::Object
end
# No method is around these.
class Empty
  define_method(:nothing) { super }
  class << self
    [1].each { super }
    super() if nil
  end
end
def around(a)
  class << a
    define_method(:nothing) { super }
    super if nil
  end
end
