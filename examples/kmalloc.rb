# SPDX-License-Identifier: GPL-2.0
#
# What kmvm holds of the kernel's memory, and in blocks of which size this VM has its own.

$list = (1..1000).map { |n| "string number #{n} of a thousand" }
stats = Linux::Kmalloc.stats
puts "#{stats[:held] >> 10} KiB held, #{stats[:max] >> 10} may be"
puts Linux::Table.new("VM", "BYTES", "PEAK", rows: stats[:vms].map { |name, vm| [name, vm[:live], vm[:peak]] })
puts Linux::Table.new("CLASS", "BLOCKS", "BYTES", rows: stats[:classes].map { |size, of| [size, of[:blocks], of[:live]] })
$list = nil
