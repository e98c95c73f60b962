# SPDX-License-Identifier: GPL-2.0
a = 3**150
b = 7**90
print a, "\n", a * b, "\n", a / b, "\n", a % b, "\n", a - b, "\n", b - a, "\n"
print a.to_s(16), " ", (a + 1).to_s(2).size, "\n"
print a & b, a | b, a ^ b, ~a, a << 77, a >> 99, "\n"
print -a / b, -a % b, a.divmod(-b).inspect, a.pow(55, b), "\n"
print a <=> b, a == b, a.hash == (a + 0).hash, "\n"
print "123456789012345678901234567890123456789".to_i * 2, ("f" * 40).to_i(16), "\n"
print a.digits.size, "\n"
print 100.digits.inspect, 10.pow(30), 2**64 - 1, 12345678901234567890123, "\n"
print (1 << 300).to_s.to_i >> 290, (a * a).to_s.size, (-a).abs == a, "\n"
print [a, b, 1].max == a, [a, b].sum > a, a.round(-5), a.ceil(-3), a.floor(-3), "\n"
print a.remainder(b), a.fdiv(b) rescue print "no floats\n"
