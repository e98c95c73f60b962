# SPDX-License-Identifier: GPL-2.0
# Linux::ProcFile and Linux::DebugFile: files that blocks answer for. A VM cannot read its own, so
# threads do, and this one waits for them.

PROC = Linux::ProcFile

def read(path)
  Linux::Thread.new(path) { |at| Linux::File.read(at) }.value
end

# What the block makes, as a reader sees it.
def shown(&block)
  file = PROC.new("shown", &block)
  read(file.path)
ensure
  file.close if file
end

test "a file is what its block prints, made anew each time it is read" do
  times = 0
  file = PROC.new("times") { |out| out.puts "read #{times += 1} times" }
  assert_equal "/proc/kmvm/times", file.path
  assert_equal 0, times
  assert_equal ["read 1 times\n", "read 2 times\n"], [read(file.path), read(file.path)]
  assert_equal [false, true, true, false], [file.closed?, file.close, file.closed?, file.close]
  assert_raise(Errno::ENOENT, "read /proc/kmvm/times") { read(file.path) }
  assert_equal "/proc/kmvm/times", file.path
end

test "what is printed to it" do
  given = nil
  text = shown do |out|
    given = [out.class, out.puts("a", ["b", [3]]), out.print(1, :c), out.printf("%04x|", 255),
             out.write("d", "e"), (out << "f" << 7).equal?(out), out.puts]
  end
  assert_equal "a\nb\n3\n1c00ff|def7\n", text
  assert_equal [Linux::FileOutput, nil, nil, nil, 2, true, nil], given
  assert_equal "", shown { "a value is not printed" }
  assert_equal "\0\xff\n".bytes, shown { |out| out.print "\0\xff\n" }.bytes
  assert_equal 300_000, shown { |out| out << "x" * 300_000 }.size
end

test "nothing is printed to it when its reader has been answered" do
  kept = nil
  shown { |out| kept = out }
  assert_raise(RuntimeError, "whoever reads the file has been answered") { kept.puts "late" }
  assert_raise(NoMethodError) { Linux::FileOutput.new }
end

test "a file of 1 MiB is read, and no larger one" do
  assert_equal 2**20, shown { |out| 16.times { out << "x" * 2**16 } }.size
  told = nil
  assert_raise(Errno::EFBIG) do
    shown do |out|
      begin
        20.times { out << "x" * 2**16 }
      rescue Errno::EFBIG => e
        told = e.message
        raise e
      end
    end
  end
  assert_equal "File too large - write more than 1 MiB to a file", told
end

test "who has read a file has closed it" do
  file = PROC.new("large") { |out| 16.times { out << "x" * 2**16 } }
  assert_equal [2**20] * 8, Array.new(8) { read(file.path).size }
  file.close
end

test "what the block raises" do
  assert_raise(Errno::EIO, "read /proc/kmvm/shown") { shown { raise "# on purpose" } }
  assert_raise(Errno::ENOSPC) { shown { raise Errno::ENOSPC, "# on purpose" } }
  assert_raise(Errno::EIO) { shown { exit } }
  assert_equal "once more\n", shown { |out| out.puts "once more" }
end

test "a VM that reads its own file is refused" do
  file = PROC.new("own") { |out| out.puts Linux::File.read("/proc/kmvm/own") }
  assert_raise(Errno::EDEADLK, "read /proc/kmvm/own") { Linux::File.read(file.path) }
  assert_raise(Errno::EDEADLK) { read(file.path) }
  in_block = nil
  Linux::Timer.after(ms: 1) { in_block = begin; Linux::File.read(file.path); rescue Errno::EDEADLK; :refused; end }
  500.times { in_block || usleep(10_000) }
  assert_equal :refused, in_block
  file.close
end

test "VMs that read each other's files in a circle are refused" do
  program = Linux::Queue.new(1)
  thread = Linux::Thread.new(program) do |ready|
    Linux::ProcFile.new("there") { |out| out.print "there: ", Linux::File.read("/proc/kmvm/here") }
    ready << true
    Linux.wait
  end
  errors = []
  file = PROC.new("here") do |out|
    begin
      out.print "here: ", Linux::File.read("/proc/kmvm/there")
    rescue SystemCallError => e
      errors << e.class
      out.print "here alone"
    end
  end
  program.pop
  # The other one's block is refused, and says so to ours.
  assert_equal "here alone", read(file.path)
  assert_equal [Errno::EDEADLK], errors
  file.close
  thread.kill
  assert_equal false, Linux::File.exist?("/proc/kmvm/there")
end

test "a block closes its own file" do
  file = PROC.new("shy") { |out| out.puts "secret"; file.close }
  assert_raise(Errno::ENODEV) { read(file.path) }
  assert file.closed?
end

test "names" do
  file = PROC.new("taken") { }
  assert_raise(Errno::EEXIST, "make /proc/kmvm/taken") { PROC.new("taken") { } }
  debug = begin
    Linux::DebugFile.new("taken") { }
  rescue Errno::ENOTSUP, Errno::EPERM
    nil
  end
  assert_equal "/sys/kernel/debug/kmvm/taken", debug.path if debug
  assert_raise(Errno::EEXIST) { Linux::DebugFile.new("taken") { } } if debug
  ["", ".", "..", "a/b", "/a", "a b", "-a", "a\n", "x" * 32].each do |name|
    assert_raise(Errno::EINVAL) { PROC.new(name) { } }
  end
  assert_raise(ArgumentError) { PROC.new("a\0b") { } }
  assert_raise(TypeError) { PROC.new(:symbol) { } }
  file.close
  PROC.new("taken") { }.close
  debug.close if debug
  file = PROC.new("x" * 31) { |out| out.puts "long" }
  assert_equal "long\n", read(file.path)
  file.close
end

test "blocks and modes" do
  assert_raise(ArgumentError, "a block, or write:, is wanted") { PROC.new("x") }
  assert_raise(TypeError, "write must be a Proc") { PROC.new("x", write: 5) }
  assert_raise(TypeError) { PROC.new("x", mode: "rw") { } }
  [0, 0222, 0666, 0644, 0555, 01444, -1].each do |mode|
    assert_raise(ArgumentError, "mode must") { PROC.new("x", mode: mode) { } }
  end
  assert_raise(ArgumentError, "mode must") { PROC.new("x", mode: 0444, write: ->(text) { }) }
  [[0400, {}], [0444, {}], [0440, {}]].each { |mode, more| PROC.new("x", mode: mode, **more) { }.close }
  [0200, 0644, 0666].each { |mode| PROC.new("x", mode: mode, write: ->(text) { }) { }.close }
  # What cannot be read is not, whoever asks.
  only = PROC.new("x", write: ->(text) { })
  assert_raise(Errno::EACCES) { read(only.path) }
  only.close
end

test "it is a handle of its VM" do
  before = Linux::VM.current.stats[:handles]
  file = PROC.new("handle") { }
  assert_equal before + 1, Linux::VM.current.stats[:handles]
  assert_equal false, Linux.wait(ms: 1)
  file.close
  assert_equal before, Linux::VM.current.stats[:handles]
end

test "many files, and a thread's go with it" do
  files = (1..200).map { |i| PROC.new("file#{i}") { |out| out.print i } }
  assert_equal "137", read("/proc/kmvm/file137")
  assert_equal 200, Linux::File.entries("/proc/kmvm").size
  files.each(&:close)
  assert_equal false, Linux::File.exist?("/proc/kmvm")
  Linux::Thread.new { Linux::ProcFile.new("brief") { }; 1 }.value
  assert_equal false, Linux::File.exist?("/proc/kmvm")
end

test "deep in a recursion it is an error" do
  deep = Hash.new { |hash, n| n.zero? ? PROC.new("deep") { } : hash[n - 1] }
  deep[0].close
  assert_raise(SystemStackError) { deep[100] }
end

test "memory of the kernel is not read unless the module lets it" do
  assert_raise(Errno::EPERM, "peek: the module was not loaded with peek=1") { Linux::Memory.peek(0, 1) }
  assert_raise(ArgumentError, "0 to 4096 bytes") { Linux::Memory.peek(0, 4097) }
  assert_raise(ArgumentError) { Linux::Memory.peek(0, -1) }
  assert_raise(RangeError) { Linux::Memory.peek(-1, 1) }
  assert_raise(RangeError) { Linux::Memory.peek(2**64, 1) }
  assert_raise(TypeError) { Linux::Memory.peek("0", 1) }
end

test "inspect tells the path, and whether it is open" do
  file = PROC.new("told") { }
  assert_equal "#<Linux::ProcFile /proc/kmvm/told, open>", file.inspect
  file.close
  assert_equal "#<Linux::ProcFile /proc/kmvm/told, closed>", file.inspect
end
