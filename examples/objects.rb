# SPDX-License-Identifier: GPL-2.0
#
# Which objects are alive in the VM:	kmctl run examples/objects.rb

require "counter"

# So that there is something to see.
kept = [Array.new(3000) { |i| i.to_s }, Array.new(2000) { [] }, Array.new(1000) { {} }]

objects = Counter.new
ObjectSpace.count_objects.each { |kind, many| objects.add(kind, many) if kind.to_s.start_with?("T_") }
objects.print(3)
kept.clear
