# SPDX-License-Identifier: GPL-2.0
# Blocks that run when a function of the kernel is entered or returns. The VM's own thread is left out,
# so what fires is another one: a Linux::Thread that reads a file.

NONE = begin
  Linux::Probe.new("do_filp_open") {}.cancel
  nil
rescue Errno::EOPNOTSUPP => e
  e
end

# A thread of the kernel, in a VM of its own, opens a file so often.
def open_files(count = 1, path = "/proc/version")
  Linux::Thread.new(count, path) { |n, name| n.times { Linux::File.read(name) rescue nil } }.join
end

def probing(name, &block)
  test name do
    skip "this kernel has no kprobes" if NONE
    block.call
  end
end

test "a kernel without kprobes says so" do
  skip "this one has them" unless NONE
  assert NONE.message.include?("do_filp_open: this kernel has no kprobes"), NONE.message
  assert_raise(Errno::EOPNOTSUPP) { Linux::Probe.return("do_filp_open") {} }
end

probing "the block runs for each call, with what was there then" do
  before = Linux.ktime
  hits = []
  probe = Linux::Probe.new("do_filp_open", strings: [[1, 0, 0]]) { |hit, it| hits << hit if it.equal?(probe) }
  open_files(3)
  assert soon { hits.size >= 3 }, probe.stats.inspect
  mine = hits.select { |hit| hit.string == "/proc/version" }
  assert_equal 3, mine.size
  mine.each do |hit|
    assert hit.time.between?(before, Linux.ktime), "at #{hit.time}"
    assert Linux::CPU.online.include?(hit.cpu)
    assert_equal hit.pid, hit.tid
    assert_equal true, hit.comm.start_with?("kmvm/main.")
    assert Linux::Symbol.at(hit.address).start_with?("do_filp_open+0x"), hit.address
    assert_equal 6, hit.args.size
    assert_equal hit.args[1], hit.arg(1)
    assert hit.arg(1) > 2**63, "the name lies in the kernel"
    assert_equal(-100, hit.int(0))
    assert_equal [nil, nil, nil], [hit.value, hit.int, hit.duration]
  end
  assert_equal mine.map(&:time).sort, mine.map(&:time)
  assert_equal true, probe.cancel
  assert_equal false, probe.cancel
  assert_equal false, probe.active?
end

probing "a return has a value, a duration, and the arguments of its entry" do
  hits = []
  probe = Linux::Probe.return("do_filp_open", strings: [[1, 0, 0], 0]) { |hit| hits << hit }
  assert_equal true, probe.active?
  open_files
  open_files(1, "/proc/nowhere")
  assert soon { hits.any? { |hit| hit.string == "/proc/nowhere" } }, probe.stats.inspect
  good = hits.find { |hit| hit.string == "/proc/version" }
  bad = hits.find { |hit| hit.string == "/proc/nowhere" }
  assert good.duration > 0 && good.duration < 10**10, good.duration
  assert good.value < -4096, good.value
  assert_equal(-2, bad.value)
  assert_equal(-2, bad.int)
  assert_equal(-100, bad.int(0))
  assert_equal nil, bad.string(1)
  assert_raise(IndexError) { bad.string(2) }
  assert_raise(IndexError) { bad.string(-1) }
  assert_raise(IndexError) { bad.arg(6) }
  assert_raise(IndexError) { bad.int(-1) }
  probe.cancel
end

probing "what the VM's own thread does is counted, and left out" do
  seen = 0
  probe = Linux::Probe.new("do_filp_open", strings: [[1, 0, 0]]) { |hit| seen += 1 if hit.string == "/proc/uptime"; Linux::File.read("/proc/uptime") }
  5.times { Linux::File.read("/proc/uptime") }
  open_files
  assert soon { probe.stats[:delivered] >= 1 }
  usleep 1_000
  assert_equal 0, seen
  stats = probe.stats
  assert stats[:own] >= 6, stats.inspect
  assert stats[:hits] >= stats[:delivered] + stats[:lost] + stats[:own], stats.inspect
  probe.cancel
end

probing "a ring that is full loses the newest hits, and counts them" do
  got = 0
  probe = Linux::Probe.new("do_filp_open", ring: 3) { got += 1 }
  block = Linux::Thread.new(100) { |n| n.times { Linux::File.read("/proc/version") } }
  nil while block.alive?
  stats = probe.stats
  assert_equal 0, got
  assert stats[:lost] >= 90, stats.inspect
  assert stats[:hits] >= 100, stats.inspect
  assert soon { probe.stats[:delivered] >= 4 }
  assert_equal got, probe.stats[:delivered]
  block.join
  probe.cancel
  assert_equal got, probe.stats[:delivered]
end

probing "hits of one process alone" do
  all = 0
  probe = Linux::Probe.new("do_filp_open", process: 1) { all += 1 }
  open_files(10)
  assert_equal 0, probe.stats[:own]
  assert_equal false, probe.stats[:hits] >= 10
  probe.cancel
end

probing "cancelled in its own block, it does not run again" do
  got = 0
  probe = Linux::Probe.new("do_filp_open") { |_, it| got += 1; $first = it.cancel; $second = it.cancel; $active = it.active? }
  open_files(5)
  assert soon { !probe.active? }
  open_files(5)
  assert_equal [1, true, false, false], [got, $first, $second, $active]
end

probing "a block that fails again and again has hits left out" do
  probe = Linux::Probe.new("do_filp_open") { raise "# awaited by probe.rb" }
  open_files(50)
  assert soon { probe.stats[:errors] >= 3 }, probe.stats.inspect
  assert soon { open_files(3); probe.stats[:lost] >= 1 }, probe.stats.inspect
  assert probe.stats[:errors] < 40, probe.stats.inspect
  probe.cancel
end

probing "an instruction within a function" do
  offset = (16..64).find do |i|
    Linux::Probe.new("do_filp_open+0x#{i.to_s(16)}") {}.cancel
  rescue Errno::EINVAL
    nil
  end
  assert offset
  hit = nil
  probe = Linux::Probe.new("do_filp_open+#{offset}") { |it| hit = it }
  open_files
  assert soon { hit }
  assert Linux::Symbol.at(hit.address).include?("+0x#{offset.to_s(16)}/")
  probe.cancel
  assert_raise(Errno::EINVAL) { Linux::Probe.return("do_filp_open+#{offset}") {} }
end

probing "places where none can stand" do
  { "nothing_of_that_name" => Errno::ENOENT, "" => Errno::ENOENT, ":" => Errno::ENOENT, "+1" => Errno::ENOENT,
    "do_filp_open+" => Errno::EINVAL, "do_filp_open+1000000" => Errno::EINVAL, "do_filp_open+x" => Errno::EINVAL,
    "do_filp_open+0xffffffffffffffff" => Errno::EINVAL, "asm_exc_page_fault" => Errno::EINVAL,
    "kmvm_hit_begin" => Errno::EINVAL, "kmvm_vm_find" => Errno::EINVAL, "kmvm:kmvm_vm_find" => Errno::EINVAL }.each do |name, error|
    %i[new return].each do |how|
      Linux::Probe.__send__(how, name) {}.cancel
      assert false, "#{how} #{name.inspect} is accepted"
    rescue error => e
      assert e.message.include?("probe #{name}: "), e.message
    end
  end
  assert_raise(Errno::EINVAL, "a part of kmvm") { Linux::Probe.new("kmvm_vm_find") {} }
end

test "what cannot be meant is refused before anything is made" do
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open") }
  assert_raise(TypeError) { Linux::Probe.new(5) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("x" * 128) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open\0") {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", ring: 0) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", ring: 65537) {} }
  assert_raise(TypeError) { Linux::Probe.new("do_filp_open", ring: nil) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", strings: 6) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", strings: [0, 1, 2, 3, 4]) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", strings: [[]]) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", strings: [[1, 0, 0, 0, 0, 0]]) {} }
  assert_raise(RangeError) { Linux::Probe.new("do_filp_open", strings: [[1, 2**31]]) {} }
  assert_raise(TypeError) { Linux::Probe.new("do_filp_open", strings: "1") {} }
  assert_raise(RangeError) { Linux::Probe.new("do_filp_open", process: 2**32) {} }
  assert_raise(ArgumentError) { Linux::Probe.new("do_filp_open", nothing: 1) {} }
  assert_raise(TypeError) { Linux::Probe.allocate.stats }
  assert_raise(TypeError) { Linux::Hit.allocate.time }
  assert_raise(NoMethodError) { Linux::Hit.new }
end

probing "strings that cannot be read are nil, and long ones are cut" do
  hits = []
  ways = [[2, -2**31], [0, 0, 0], [1, 2**31 - 1, 8], [1, 0, 0]]
  probe = Linux::Probe.new("do_filp_open", strings: ways) { |hit| hits << hit }
  open_files(1, "/proc/" + "x" * 200)
  assert soon { hits.any? { |hit| hit.string(3).to_s.include?("xxx") } }
  hit = hits.find { |it| it.string(3).to_s.include?("xxx") }
  assert_equal "/proc/" + "x" * 121, hit.string(3)
  assert_equal nil, hit.string(1)
  probe.cancel
end

probing "as many as there may be, and one more" do
  kept = []
  error = assert_raise(Linux::LimitError, "at most 64 probes") { 70.times { kept << Linux::Probe.new("do_filp_open", ring: 1) {} } }
  assert_equal 64, kept.size
  open_files(2)
  assert soon { kept.all? { |probe| probe.stats[:delivered] >= 1 } }
  kept.each(&:cancel)
  assert Linux::Probe.new("do_filp_open") {}.cancel
end

probing "rings beyond the budget" do
  error = nil
  kept = []
  begin
    40.times { kept << Linux::Probe.new("do_filp_open", ring: 65536, strings: [0, 1, 2, 3]) {} }
  rescue NoMemoryError => error
  end
  assert error
  kept.each(&:cancel)
  kept.clear
  GC.start
  probe = Linux::Probe.new("do_filp_open") {}
  assert probe.cancel
end

probing "functions that noting a hit and waking the thread call" do
  names = %w[irq_work_queue ktime_get_mono_fast_ns try_to_wake_up __wake_up copy_from_kernel_nofault
             copy_from_user_nofault _raw_spin_lock_irqsave enqueue_task_fair wake_up_process]
  made = names.flat_map do |name|
    %i[new return].map { |how| Linux::Probe.__send__(how, name, strings: 1) { |hit| hit.comm } rescue nil }
  end.compact
  assert made.size >= 8, "only #{made.size}"
  open_files(20)
  soon { made.sum { |probe| probe.stats[:delivered] } > 20 }
  assert made.sum { |probe| probe.stats[:delivered] } > 20
  made.each(&:cancel)
end

test "a class that is taken away is missed by the block alone" do
  skip "this kernel has no kprobes" if NONE
  kept = Linux::Hit
  Linux.__send__(:remove_const, :Hit)
  probe = Linux::Probe.new("do_filp_open") {}
  open_files
  assert soon { probe.stats[:errors] >= 1 }
  Linux.const_set(:Hit, kept)
  probe.cancel
end

probing "inspect tells where it is, and whether it still is" do
  hit = nil
  probes = [Linux::Probe.new("do_filp_open+0") { |it| hit = it }, Linux::Probe.return("do_filp_open") {}]
  places = ["do_filp_open+0", "return of do_filp_open"]
  assert_equal places.map { |place| "#<Linux::Probe #{place}, active>" }, probes.map(&:inspect)
  open_files
  assert soon { hit }
  assert_equal "#<Linux::Hit of #{hit.comm}[#{hit.tid}] on CPU #{hit.cpu}>", hit.inspect
  probes.each(&:cancel)
  assert_equal places.map { |place| "#<Linux::Probe #{place}, ended>" }, probes.map(&:inspect)
  assert_raise(TypeError) { Linux::Probe.allocate.inspect }
end
