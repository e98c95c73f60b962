# SPDX-License-Identifier: GPL-2.0
#
# Three ways to be heard:	kmctl run examples/log.rb; dmesg | tail

puts "stdout of kmctl"
warn "stderr of kmctl"
Linux.info "the kernel log, said by #{__FILE__}"
