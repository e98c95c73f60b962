# SPDX-License-Identifier: GPL-2.0
#
# What objects weigh in the VM's own heap:	kmctl run examples/heap.rb

def weigh(what)
  GC.start
  before = Linux::Heap.stats
  kept = yield
  GC.start
  after = Linux::Heap.stats
  kept.size # still alive here
  puts "#{what}: #{after[:live] - before[:live]} bytes, " \
       "#{after[:allocations] - before[:allocations]} allocations"
end

weigh("nothing           ") { [] }
weigh("1000 integers     ") { (1..1000).to_a }
weigh("1000 short strings") { (1..1000).map { |i| i.to_s } }
weigh("1000 long strings ") { (1..1000).map { |i| "x" * 100 } }
weigh("1000 hash entries ") { (1..1000).map { |i| [i, i] }.to_h }
weigh("1000 blocks       ") { (1..1000).map { |i| -> { i } } }
