# SPDX-License-Identifier: GPL-2.0
# Linux::Notifier: blocks hear of what happens to the kernel. What a program can bring about itself is
# tested here, the rest by tests/guest/notifier.

KINDS = %i[module cpu net_device reboot keyboard].freeze

# Those that this kernel has.
def kinds
  KINDS.select do |kind|
    Linux::Notifier.__send__(kind) {}.cancel
  rescue Errno::ENOTSUP
    false
  end
end

# Sleeps until it is so, for some seconds at most: the clock of a busy guest is slow.
LO = "/sys/class/net/lo"

def net?
  skip "this kernel has no network" unless Linux::File.exist?(LO)
end

# To another one each time: what is as it was is no news.
def change(times)
  times.times do
    $mtu = ($mtu || 30_000) + 1
    Linux::File.write("#{LO}/mtu", $mtu.to_s)
  end
end

# Before anything else has had the module registered for it: the kernel tells of each device then.
test "one that is started tells nothing of what is there already" do
  seen = []
  notifiers = KINDS.map do |kind|
    Linux::Notifier.__send__(kind) { |notice| seen << notice }
  rescue Errno::ENOTSUP
    nil
  end.compact
  usleep 30_000
  assert notifiers.all?(&:active?)
  assert notifiers.all?(&:cancel)
  assert_equal [], seen
end

test "modules and the end of the machine are told of on every kernel" do
  assert_equal %i[module reboot], kinds & %i[module reboot]
end

test "what the kernel has not got is refused, and leaves nothing" do
  before = Linux::VM.current.stats[:handles]
  (KINDS - kinds).each do |kind|
    assert_raise(Errno::ENOTSUP, "notifier of #{kind}") { Linux::Notifier.__send__(kind) {} }
  end
  assert_equal before, Linux::VM.current.stats[:handles]
end

test "it ends once" do
  notifier = Linux::Notifier.module {}
  assert notifier.active?
  assert_equal [true, false, false], [notifier.cancel, notifier.cancel, notifier.active?]
  assert_equal({ delivered: 0, lost: 0, errors: 0 }, notifier.stats)
end

test "a run waits for its notifiers as for timers" do
  notifier = Linux::Notifier.reboot {}
  Linux::Timer.after(ms: 5) { notifier.cancel }
  Linux.wait
  assert !notifier.active?
end

test "64 of a kind live side by side, one more is refused" do
  kinds.each do |kind|
    notifiers = []
    assert_raise(Linux::LimitError, "64") { 100.times { notifiers << Linux::Notifier.__send__(kind) {} } }
    assert_equal 64, notifiers.size
    assert notifiers.all?(&:cancel)
    assert Linux::Notifier.__send__(kind) {}.cancel
  end
end

test "again and again" do
  beside_heap = lambda do
    stats = Linux::Kmalloc.stats
    stats[:held] - stats[:vms]["main"][:held]
  end
  before = beside_heap.call
  200.times { kinds.each { |kind| Linux::Notifier.__send__(kind) {}.cancel } }
  assert_equal before, beside_heap.call
end

test "a change of a network device is told: what, of which, when" do
  net?
  seen = []
  notifier = Linux::Notifier.net_device { |*given| seen << given }
  start = Linux.ktime
  change(1)
  finish = Linux.ktime
  assert soon { seen.size >= 1 }
  notice, second = seen[0]
  assert_equal [:net_device, :mtu, "lo"], [notice.kind, notice.action, notice.name]
  assert_equal Linux::NetDevice.find("lo").index, notice.index
  assert_equal [nil, nil], [notice.cpu, notice.code]
  assert notice.ktime >= start && notice.ktime <= finish, [start, notice.ktime, finish].inspect
  assert_equal notifier, second
  assert_equal "#<Linux::Notice net_device lo mtu>", notice.inspect
  assert notifier.cancel
  assert_equal({ delivered: 1, lost: 0, errors: 0 }, notifier.stats)
  change(2)
  usleep 20_000
  assert_equal 1, seen.size
end

test "each of several hears each notice, in order" do
  net?
  seen = Array.new(5) { [] }
  notifiers = seen.map { |list| Linux::Notifier.net_device { |notice| list << notice } }
  change(100)
  assert soon { seen.all? { |list| list.size == 100 } }
  times = seen[0].map(&:ktime)
  assert_equal times.sort, times
  assert seen.all? { |list| list.map(&:ktime) == times }
  assert notifiers.all?(&:cancel)
end

test "more than 256 that wait are lost, and counted" do
  net?
  seen = 0
  notifier = Linux::Notifier.net_device { seen += 1 }
  change(300)
  assert_equal 44, notifier.stats[:lost]
  assert soon { seen == 256 }
  change(1)
  assert soon { seen == 257 }
  notifier.cancel
  assert_equal({ delivered: 257, lost: 44, errors: 0 }, notifier.stats)
end

test "losses are told of one that was cancelled with notices waiting" do
  net?
  seen = 0
  notifier = Linux::Notifier.net_device { seen += 1 }
  change(260)
  notifier.cancel
  usleep 20_000
  assert_equal 0, seen
  assert_equal({ delivered: 0, lost: 4, errors: 0 }, notifier.stats)
end

test "cancel in its own block leaves the rest out" do
  net?
  seen = []
  notifier = Linux::Notifier.net_device { |_, it| seen << it.cancel << it.active? << it.cancel }
  change(3)
  assert soon { seen.size == 3 }
  usleep 20_000
  assert_equal [true, false, false], seen
  assert_equal 1, notifier.stats[:delivered]
end

test "one cancels another that has notices waiting" do
  net?
  seen = []
  b = nil
  a = Linux::Notifier.net_device { |_, it| seen << :a; b.cancel; it.cancel }
  b = Linux::Notifier.net_device { seen << :b }
  change(3)
  assert soon { !a.active? && !b.active? }
  usleep 20_000
  assert_equal [:a], seen
end

test "an error in a block is told on stderr and the notifier goes on" do
  net?
  seen = 0
  notifier = Linux::Notifier.net_device do
    seen += 1
    raise "# awaited by notifier.rb" if seen == 1
  end
  change(3)
  assert soon { seen == 3 }
  notifier.cancel
  assert_equal({ delivered: 3, lost: 0, errors: 1 }, notifier.stats)
end

test "a block that brings about what it hears of leaves room for others" do
  net?
  seen = 0
  notifier = Linux::Notifier.net_device { seen += 1; change(2) }
  change(1)
  assert soon { seen > 20 }
  ran = false
  Linux::Timer.after(us: 100) { ran = true }
  assert soon { ran }
  notifier.cancel
  was = seen
  usleep 20_000
  assert_equal was, seen
end

test "a notice outlives its notifier" do
  net?
  kept = nil
  notifier = Linux::Notifier.net_device { |notice| kept = notice }
  change(1)
  assert soon { kept }
  notifier.cancel
  notifier = nil
  GC.start
  assert_equal "lo", kept.name
end

test "a processor that goes and comes is told" do
  online = "/sys/devices/system/cpu/cpu1/online"
  skip "there is no second processor" unless Linux::File.exist?(online)
  seen = []
  notifier = Linux::Notifier.cpu { |notice| seen << [notice.kind, notice.cpu, notice.action, notice.name, notice.index] }
  Linux::File.write(online, "0")
  assert_equal [0], Linux::CPU.online
  Linux::File.write(online, "1")
  assert soon { seen.size == 2 }
  notifier.cancel
  assert_equal [[:cpu, 1, :offline, nil, nil], [:cpu, 1, :online, nil, nil]], seen
end

test "what makes no sense is refused" do
  assert_raise(ArgumentError) { Linux::Notifier.module }
  assert_raise(ArgumentError) { Linux::Notifier.module(1) {} }
  assert_raise(NoMethodError) { Linux::Notifier.new(:module) {} }
  assert_raise(NoMethodError) { Linux::Notice.new }
  %i[stats cancel active? inspect].each { |name| assert_raise(TypeError) { Linux::Notifier.allocate.__send__(name) } }
  %i[kind action ktime name cpu index code inspect].each do |name|
    assert_raise(TypeError) { Linux::Notice.allocate.__send__(name) }
  end
end

test "without Linux::Notice nothing breaks" do
  net?
  kept = Linux::Notice
  Linux.__send__(:remove_const, :Notice)
  begin
    notifier = Linux::Notifier.net_device { raise "it was called" }
    change(1)
    assert soon { notifier.stats[:errors] == 1 }
    notifier.cancel
  ensure
    Linux.const_set(:Notice, kept)
  end
end

test "inspect tells of what it hears, and whether it still does" do
  notifier = Linux::Notifier.module {}
  assert_equal "#<Linux::Notifier module, active>", notifier.inspect
  notifier.cancel
  assert_equal "#<Linux::Notifier module, ended>", notifier.inspect
end
