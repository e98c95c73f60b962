# SPDX-License-Identifier: GPL-2.0
print sprintf("%d %5d %-5d| %05d %+d %x %o %b %X", 1, 2, 3, 4, 5, 255, 8, 5, 171), "\n"
print sprintf("%s %10s %-10s| %p %c %%", "str", "right", "left", [1, nil], 65), "\n"
print sprintf("%<a>d %{b}", a: 1, b: "two"), sprintf("%2$s %1$s", "a", "b"), "\n"
print sprintf("%d %x %o %b", 2**80, 2**80, 2**70, 2**66), "\n"
print sprintf("%s" * 20, *(1..20).map { |i| "item#{i}" * 3 }).size, sprintf("%300d", 5).size, "\n"
print sprintf("%-*s|%.*s", 10, "ab", 2, "abcdef"), "%s %s" % %w[x y], "%d%%" % 50, "\n"
packed = [1, 2, 3, 65535, "name", -1, 2**40].pack("CnNva8lQ")
print packed.bytes.inspect, packed.unpack("CnNva8lQ").inspect, "\n"
print ["hello world" * 10].pack("m"), ["aGVsbG8="].pack("m").unpack1("m"), ["x y=z\n" * 30].pack("M").size, "\n"
print ["616263"].pack("H*"), "abc".unpack("B*").inspect, [1, 300, 70000].pack("U*").inspect, [300].pack("w").inspect, "\n"
print [1, 2].pack("s>l<").bytes.inspect, ["a", "b"].pack("A5Z*").inspect, (0..200).to_a.pack("C*").unpack("C*").sum, "\n"
%w[to_s inspect hash class object_id].each { |m| [nil, true, 1, :sym, "str", [1], { a: 1 }, 1..2, 2**70, -> {}, Object].each { |o| o.__send__(m) } }
print [nil, true, 1, :sym, :"odd sym", "st\"r\n\e", [1, [2]], { a: 1, "b" => nil }, 1..2, Object].inspect, "\n"
syms = (0...40).map { |i| "dynamic_symbol_number_#{i}".to_sym }
print syms.map(&:to_proc).size, syms.map(&:size).sum, syms.first.inspect, :a <=> :b, %i[b a].sort.inspect, "\n"
print :"a#{1 + 1}".inspect, :sym.upcase.inspect, :sym.to_proc.call("x") rescue print "sym\n"
print Integer("42"), String(5), Array(1..3).inspect, Array(nil).inspect, Integer("zz", 36), "\n"
print __method__.inspect, caller.class, ObjectSpace.count_objects.class, ObjectSpace.memsize_of("x" * 100) > 0, "\n"
n = 0
ObjectSpace.each_object(Class) { |c| n += 1 }
print n > 20, "\n"
print Object.new.to_s.size > 5, [1, 2, 3].to_s, ({ 1 => 2 }).to_s, nil.to_a.inspect, nil.inspect, "\n"
a = [1]
a << a
h = { a: 1 }
h[:h] = h
print a.inspect, h.inspect, "\n"
