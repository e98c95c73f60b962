# SPDX-License-Identifier: GPL-2.0
#
# The first program:	kmctl run examples/hello.rb

puts "Hello from Ruby, inside Linux #{Linux.release}."
puts "This kernel booted #{Linux.ktime / 1_000_000_000} s ago."

# Blocks, strings, hashes: Ruby as you know it.
words = %w[not all that runs in here has to be written in C]
words.group_by { |word| word.size }.sort.each do |size, group|
  puts "  #{size}: #{group.join(' ')}"
end

# Integers grow as they need to.
puts "25! = #{(1..25).inject(:*)}"

# The VM stays. Run this again, and it has counted.
$greetings = ($greetings || 0) + 1
puts "Greetings since the module was loaded: #{$greetings}"
