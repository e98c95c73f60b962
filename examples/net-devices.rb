# SPDX-License-Identifier: GPL-2.0
#
# description: Writes down what happens to network devices
#
#	kmctl load examples/net-devices.rb; kmctl log -f net-devices

Linux::Notifier.net_device do |notice|
  device = Linux::NetDevice.find(notice.name)
  about = ", #{device.address}, MTU #{device.mtu}" if device
  puts "#{notice.index} #{notice.name}: #{notice.action}#{about}"
end
puts "what happens to network devices is in its log"
