# SPDX-License-Identifier: GPL-2.0
#
# description: Writes down which modules come and go
#
#	kmctl load examples/module-log.rb; kmctl log -f module-log

Linux::Notifier.module do |notice|
  found = Linux::Module.find(notice.name) if notice.action == :live
  about = ", #{found.size} bytes" if found
  puts "#{notice.name}: #{notice.action}#{about}"
end
puts "modules that come and go are in its log"
