# SPDX-License-Identifier: GPL-2.0
# description: Why is this module still referenced?

name = ARGV.first || "kmvm"
mod = Linux::Module.find(name)
abort "#{name}: no such module is loaded" unless mod

puts "#{mod.name} is #{mod.state}, #{mod.size / 1024} KiB, #{mod.refs} references"
mod.holders.each { |holder| puts "  the module #{holder} uses it" }
rest = mod.refs - mod.holders.size
puts "  #{rest} by open files, mounts or something else in the kernel" if rest > 0
if name == "kmvm"
  Linux::VM.list.each { |vm| puts "  the VM #{vm.name} holds it" unless vm.name == "main" }
  puts "  this program's session is one of them"
end
