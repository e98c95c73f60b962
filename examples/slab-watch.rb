# SPDX-License-Identifier: GPL-2.0
#
# description: Warns when a slab cache of the kernel grows
# parameter: interval Integer = 500, milliseconds between two looks
# parameter: kib Integer = 1024, growth that is worth a warning
#
#	kmctl load examples/slab-watch.rb kib=4096; kmctl log -f slab-watch

told = {}
Linux::Timer.every(ms: PARAMETERS[:interval]) do
  Linux::Slab.each do |slab|
    was = told[slab.name] ||= slab.bytes
    next if slab.bytes < was + PARAMETERS[:kib] * 1024

    puts "#{slab.name} has grown from #{was >> 10} to #{slab.bytes >> 10} KiB, #{slab.objects} objects of #{slab.object_size} bytes"
    told[slab.name] = slab.bytes
  end
end
puts "#{Linux::Slab.count} caches are watched"
