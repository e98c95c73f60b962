# SPDX-License-Identifier: GPL-2.0
def down(n) = n == 0 ? 0 : 1 + down(n - 1)
print down(600), "\n"
def wide(n, a, b, c, d, e, f, g, h) = n == 0 ? a : wide(n - 1, a, b, c, d, e, f, g, h) { n }
print wide(300, *(1..8)), "\n"
def yielding(n, &b) = n == 0 ? b.call : yielding(n - 1) { b.call + 1 }
print yielding(60) { 1 }, "\n"
nested = []
60.times { nested = [nested] }
print nested.inspect.size, nested.flatten.size, nested == nested.dup, nested.hash == nested.hash, "\n"
def raising(n) = n == 0 ? raise("bottom") : [1].each { raising(n - 1) }
begin
  raising(20)
rescue => e
  print e.message, e.backtrace.size, "\n"
end
print [3, 1, 2].sort { |x, y| [x, y].map { |v| [v].inject { |q| q } || v }.inject { |p, q| p <=> q } }.inspect, "\n"
fib = Hash.new { |h, k| h[k] = k < 2 ? k : h[k - 1] + h[k - 2] }
print fib[20], "\n"
GC.start
print down(10), GC.stat.class, "\n" rescue print "\n"
