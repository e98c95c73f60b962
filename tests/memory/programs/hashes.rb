# SPDX-License-Identifier: GPL-2.0
h = {}
40.times { |i| h["key#{i}"] = [i] }
h2 = h.map { |k, v| [k.to_sym, v.first] }.to_h
print h.size, h2.inspect.size, "\n"
print h.merge(h2) { |k, a, b| a }.size, h.select { |k, v| v[0] > 20 }.size, h.reject { |k, v| v[0] > 20 }.size, "\n"
h.delete("key3")
h.rehash
print h.keys.size, h.values.size, h.invert.size, h.to_a.flatten.size, "\n"
d = Hash.new { |hash, key| hash[key] = "#{key}" * 3 }
30.times { |i| d[i] }
print d.inspect.size, d.transform_values(&:size).values.sum, d.transform_keys(&:to_s).size, "\n"
print d.sort_by { |k, v| -k }.first.inspect, d.group_by { |k, v| k % 3 }.size, "\n"
print d.each_with_index.map { |(k, v), i| i }.sum, d.min_by { |k, v| -k }.inspect, d.dup.size, "\n"
small = { a: 1, "b" => 2, [3] => 4 }
print small.inspect, small.any? { |k, v| v == 4 }, small.dig(:a), small.fetch("b"), small.key(4).inspect, "\n"
print small.compact.size, small.slice(:a).inspect, small.except(:a).inspect, small.filter_map { |k, v| v }.inspect, "\n"
big = {}
300.times { |i| big[i] = i }
250.times { |i| big.delete(i) }
print big.size, big.shift.inspect, big.compare_by_identity.size, "\n" rescue print big.size, "\n"
