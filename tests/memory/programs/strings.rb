# SPDX-License-Identifier: GPL-2.0
s = "abc" * 30
s << "def" << "x" * 200
t = s.dup
t[3, 2] = "XYZ" * 20
t.insert(5, "--" * 20)
parts = t.split("-")
print parts.size, " ", parts.join("+").size, "\n"
print t.sub("XYZ", "zyx").gsub("b") { |m| m.upcase * 30 }.size, "\n"
print t.upcase.downcase.capitalize.swapcase.reverse.size, "\n"
print s.tr("a-c", "A-C").delete("d").squeeze("x").count("A"), "\n"
print s.chars.size, s.bytes.size, s.lines.size, "\n"
print "%s and %s" % [s[0, 30], t[-30, 30]], "\n"
print s.inspect.size, s.dump.size, "\n"
print s.partition("d").inspect.size, s.rpartition("c").inspect.size, "\n"
print "häß#{"ö" * 40}".chars.map(&:ord).sum, "\n"
print s.each_char.to_a.size, s.succ.size, s.center(500, "ab").size, "\n"
print s.start_with?("abc"), s.index("def"), s.to_sym.to_s.size, s.hash == s.dup.hash, "\n"
print s.unpack("a3a3").inspect, s.slice(2, 80).replace("q" * 100).prepend("r").size, "\n"
