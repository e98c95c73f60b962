# SPDX-License-Identifier: GPL-2.0
#
# description: A library: counts things by name, and prints which came most often
#
#	require "counter"

class Counter
  def initialize
    @counts = {}
  end

  def add(name, times = 1)
    @counts[name] = self[name] + times
  end

  def [](name)
    @counts[name] || 0
  end

  # The most frequent ones first.
  def print(most = 10)
    rows = @counts.sort { |(a, m), (b, n)| m == n ? a.to_s <=> b.to_s : n <=> m }
    rows.first(most).each { |name, times| puts "#{name}: #{times}" }
  end
end
