# SPDX-License-Identifier: GPL-2.0
# Linux::VM: the VMs beside this one. tests/guest/cases makes the files in ARGV[1].

FILES = ARGV[1]
VM = Linux::VM

def names
  VM.list.map { |vm| vm.name }
end

# Loads it for as long as the block runs.
def with(program, **how)
  vm = VM.load("#{FILES}/#{program}.mrb", **how)
  yield vm
ensure
  vm.unload if vm
end

# Why it does not load; nothing of it stays.
def refused(error, program, text = nil, **how)
  e = assert_raise(error, text) { VM.load("#{FILES}/#{program}", **how) }
  assert_equal ["main"], names
  e.message.sub("#{FILES}/", "")
end

test "the VM that asks is main, and alone" do
  me = VM.current
  assert_equal "main", me.name
  assert_equal ["main"], names
  assert_equal [me], VM.list
  assert_equal me, VM.find("main")
  assert_equal "#<Linux::VM main>", me.inspect
  assert me.loaded?
end

test "find answers nil for a name that nobody has or may have" do
  ["", "nobody", ".", "-x", "ma", "main\0", "main\0x", "main/x", "m" * 31, "m" * 32, "m" * 100_000].each do |name|
    assert_equal nil, VM.find(name)
  end
  assert_equal nil, VM.find("xmain"[1..2])
  assert_equal "main", VM.find("xmainx"[1..4]).name
  assert_raise(TypeError) { VM.find(nil) }
  assert_raise(TypeError) { VM.find(:main) }
  assert_raise(ArgumentError) { VM.find }
end

test "a program is loaded under its file's name, runs on, and is unloaded" do
  vm = VM.load("#{FILES}/beat.mrb")
  assert_equal "beat", vm.name
  assert_equal ["main", "beat"], names
  assert_equal vm, VM.find("beat")
  assert vm.loaded?
  stats = vm.stats
  assert %i[idle running].include?(stats[:state]), stats[:state]
  assert_equal [1, 1], stats.values_at(:handles, :runs)
  begun = vm.stats[:cpu_ns]
  usleep 2_000 until vm.stats[:cpu_ns] > begun
  assert_equal true, vm.unload
  assert_equal ["main"], names
  assert_equal [false, false, nil], [vm.unload, vm.loaded?, VM.find("beat")]
  assert_raise(RuntimeError, "the VM beat is gone") { vm.stats }
end

test "an object names one VM, not the next one of that name" do
  first = VM.load("#{FILES}/beat.mrb", name: "same")
  copy = VM.find("same")
  assert_equal 5, { first => 5 }[copy]
  first.unload
  second = VM.load("#{FILES}/beat.mrb", name: "same")
  assert first == copy && first != second && !first.eql?(second) && first.hash != second.hash
  assert_equal [false, true, false], [first.loaded?, second.loaded?, first.unload]
  assert first != "same" && first != nil
  assert second.unload
end

test "stats tell what a VM does" do
  with("beat") do |vm|
    stats = vm.stats
    assert_equal %i[state handles runs errors waiting resets events late_ns late_max_ns age_ns cpu_ns live peak held cap allocations frees],
                 stats.keys
    assert_equal [1, 1, 0, 0, 0], stats.values_at(:handles, :runs, :errors, :waiting, :resets)
    assert stats[:live] > 10_000 && stats[:peak] >= stats[:live] && stats[:held] >= stats[:peak]
    Linux.sleep(ms: 5) until vm.stats[:events] > stats[:events] + 1
    late, latest = vm.stats.values_at(:late_ns, :late_max_ns)
    assert latest > 0 && late >= latest
    assert stats[:age_ns] > 0 && stats[:cap] >= stats[:held] && stats[:allocations] > stats[:frees]
  end
  mine = VM.current.stats
  assert_equal :running, mine[:state]
  assert_equal Linux::Heap.stats[:cap], mine[:cap]
end

test "it gets its arguments and parameters" do
  said = refused(RuntimeError, "asks.mrb", name: "asked", args: ["one", "", "x" * 1000],
                 parameters: { n: -2**63, big: 2**63 - 1, yes: true, no: false, text: "a=b", empty: "" })
  assert said.include?('[["one", "", "' + "x" * 1000 + '"]'), said[0, 200]
  assert said.include?('/asks.mrb"'), "$0"
  assert said.include?("-9223372036854775808, "), "the least Integer"
  assert said.include?('big: 9223372036854775807') || said.include?(':big=>9223372036854775807'), said
  assert said.include?('"a=b"') && said.include?("true") && said.include?("false") && said.include?("asked")
  assert refused(RuntimeError, "asks.mrb").include?("[[]"), "without"
end

test "it requires what the VM that loads it has" do
  require "given"
  refused(RuntimeError, "requires.mrb", "given is here (RuntimeError)")
  assert_raise(LoadError) { require "nothing" + "_of_that_name" }
  refused(RuntimeError, "misses.mrb", "(LoadError)")
end

test "what is wrong with arguments and parameters" do
  file = "beat.mrb"
  refused(TypeError, file, "argument must be a String", args: [1])
  refused(TypeError, file, "args must be an Array", args: "one")
  refused(TypeError, file, "parameters must be a Hash", parameters: [])
  refused(ArgumentError, file, "a NUL", args: ["a\0b"])
  refused(ArgumentError, file, "a NUL", parameters: { a: "\0" })
  refused(ArgumentError, file, "a NUL", parameters: { "a\0b": 1 })
  refused(ArgumentError, file, "without a name", parameters: { "": 1 })
  refused(TypeError, file, "must be a Symbol", parameters: { "a" => 1 })
  refused(TypeError, file, "a parameter must be", parameters: { a: nil })
  refused(TypeError, file, "a parameter must be", parameters: { a: 2**64 })
  refused(TypeError, file, "a parameter must be", parameters: { a: [1] })
  refused(ArgumentError, file, "more than 64 KiB", args: ["x" * 65_536])
  refused(ArgumentError, file, "more than 64 KiB", args: [""] * 65_536)
  refused(ArgumentError, file, "more than 64 KiB", parameters: { a: "x" * 65_533 })
  refused(ArgumentError, file, "unknown keyword", argv: [])
  with("beat", args: ["x" * 65_000], parameters: { a: "x" * 65_000 }) { |vm| assert vm.loaded? }
end

test "names that none may have, and one that is taken" do
  ["", ".", "..", ".x", "-x", "a b", "a/b", "a\0", "\xc3\xa4", "n" * 32, "n" * 100_000].each do |name|
    refused(ArgumentError, "beat.mrb", "no VM can be named", name: name)
  end
  refused(TypeError, "beat.mrb", name: 5)
  refused(RuntimeError, "beat.mrb", "there is a VM named main", name: "main")
  refused(RuntimeError, "main.mrb", "there is a VM named main")
  with("beat", name: "n" * 31) do |vm|
    assert_raise(RuntimeError, "there is a VM named nnnn") { VM.load("#{FILES}/beat.mrb", name: vm.name) }
  end
  with("beat", name: nil) { |vm| assert_equal "beat", vm.name }
end

test "paths and files that are none" do
  ["beat.mrb", "./beat.mrb", ""].each do |path|
    assert_raise(ArgumentError, "absolute") { VM.load(path) }
  end
  assert_raise(TypeError) { VM.load(nil) }
  assert_raise(ArgumentError) { VM.load }
  assert_raise(ArgumentError) { VM.load("/a\0b", name: "x") }
  assert_raise(ArgumentError, "no VM can be named") { VM.load("/") }
  refused(Errno::ENOENT, "nothing.mrb", "nothing.mrb")
  refused(Errno::ENOTDIR, "beat.mrb/x.mrb", "beat.mrb/x.mrb")
  refused(Errno::EISDIR, "folder.mrb", "folder.mrb")
  refused(Errno::ENOEXEC, "fifo.mrb", "fifo.mrb")
  refused(Errno::ENOEXEC, "device.mrb", "device.mrb")
  refused(Errno::ENOEXEC, "empty.mrb", "empty.mrb")
  refused(Errno::EFBIG, "huge.mrb", "huge.mrb")
  refused(Errno::ELOOP, "loop.mrb", "loop.mrb")
  refused(Errno::ENAMETOOLONG, "x" * 300 + ".mrb", "xxx", name: "x")
  assert_raise(Errno::ENOEXEC, "Exec format error - load /dev/zero") { VM.load("/dev/zero", name: "zero") }
  assert_raise(Errno::ENOEXEC) { VM.load("/proc/kmsg") }
  VM.load("#{FILES}/link.mrb", name: "linked").unload
end

test "what is no program is refused in words" do
  refused(ScriptError, "text.mrb", "text.mrb: refused: ")
  refused(ScriptError, "short.mrb", "short.mrb: refused: ")
  refused(ScriptError, "zeros.mrb", "zeros.mrb: refused: ")
end

test "a program that fails is unloaded, and its error is raised here" do
  said = refused(RuntimeError, "raises.mrb", "wrong on purpose (ArgumentError)")
  assert said.start_with?("raises.mrb: "), said
  assert !said.end_with?("\n")
  refused(RuntimeError, "exits.mrb", "has called exit, so it does not stay")
  refused(RuntimeError, "fills.mrb", "NoMemoryError")
end

test "one that loads itself under its own name is told that it is there" do
  refused(RuntimeError, "again.mrb", "there is a VM named again")
end

test "a chain of VMs that load each other ends, and goes whole with its first one" do
  refused(RuntimeError, "chain.mrb", "the chain has ended", args: ["12"], name: "chain.12")
end

test "one that unloads itself ends there" do
  refused(RuntimeError, "unloads.mrb", "somebody has stopped it", args: ["unloads"])
  assert VM.load("#{FILES}/later.mrb", name: "later")
  usleep 1_000 while VM.find("later")
end

test "main cannot be unloaded, by itself or another" do
  assert_raise(RuntimeError, "main cannot be unloaded") { VM.current.unload }
  # The one before this may still be giving back its name.
  refused(RuntimeError, "unloads.mrb", "main cannot be unloaded", args: ["main"], name: "another")
end

test "one that does not come to its end is unloaded when what waits for it is stopped" do
  Linux::Timer.after(ms: 0) { VM.load("#{FILES}/sleeps.mrb") }
  Linux.wait
  assert_equal ["main"], names
end

test "timers run while it waits, and can load and unload themselves" do
  ticks = 0
  inner = nil
  timer = Linux::Timer.every(ms: 1) { ticks += 1 }
  Linux::Timer.after(ms: 2) do
    inner = VM.load("#{FILES}/beat.mrb", name: "inner")
    inner = [inner.name, inner.unload]
  end
  with("slow") { assert ticks > 0 }
  timer.cancel
  usleep 1_000 until inner
  assert_equal ["inner", true], inner
end

test "what is not a VM is not taken for one" do
  assert_raise(NoMethodError) { VM.new }
  assert_raise(TypeError) { VM.current.dup.name }
  assert_raise(TypeError) { VM.instance_method(:name).bind_call("x") } if VM.instance_method(:name).respond_to?(:bind_call)
end

test "no handle is left" do
  GC.start
  assert_equal 0, VM.current.stats[:handles]
  assert_equal true, Linux.wait(ms: 1)
end
