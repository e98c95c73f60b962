# SPDX-License-Identifier: GPL-2.0
#
# What kmvm holds of the kernel's memory, and in blocks of which size this VM has its own.

$list = (1..1000).map { |n| "string number #{n} of a thousand" }
stats = Linux::Kmalloc.stats
puts "#{stats[:held] >> 10} KiB held, #{stats[:max] >> 10} may be"
stats[:vms].each { |name, vm| puts "#{name}: #{vm[:live]} bytes in use, #{vm[:peak]} at most" }
stats[:classes].each do |size, of|
  puts format("%8s: %6d blocks, %8d bytes", size, of[:blocks], of[:live])
end
$list = nil
