# SPDX-License-Identifier: GPL-2.0
#
# description: The kernel's banner, read where it stands
#
#	modprobe kmvm peek=1
#	kmctl run examples/banner.rb -- 0x$(sed -n 's/ . linux_banner$//p' /proc/kallsyms)

if ARGV.empty?
  puts "usage: banner.rb ADDRESS of linux_banner, from /proc/kallsyms"
else
  bytes = Linux::Memory.peek(ARGV[0].hex, 400)
  puts bytes[0, bytes.index("\0") || bytes.size]
end
