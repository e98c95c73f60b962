# SPDX-License-Identifier: GPL-2.0
# Files of sysfs and procfs, read and written from within.

FILE = Linux::File

test "a file of procfs, of /proc/sys and of sysfs is read" do
  assert_equal "MemTotal:", FILE.read("/proc/meminfo").split.first
  assert_equal "Linux\n", FILE.read("/proc/sys/kernel/ostype")
  assert_equal "live\n", FILE.read("/sys/module/kmvm/initstate")
end

test "a file longer than a page is read whole" do
  text = FILE.read("/proc/zoneinfo") + FILE.read("/proc/timer_list")
  assert_equal true, text.size > 4096
  assert_equal "\n", text[-1]
end

test "a folder's names" do
  modules = FILE.entries("/sys/module")
  assert_equal true, modules.include?("kmvm")
  assert_equal [], modules & [".", ".."]
  assert_equal modules.uniq.size, modules.size
  assert_equal true, FILE.entries("/proc").include?("1")
  assert_equal true, (%w[driver drivers ldiscs] - FILE.entries("/proc/tty")).empty?
end

test "what the kernel cannot read is not touched" do
  %w[/proc/kmsg /proc/1/status /proc/1/mem /etc/passwd /dev/null].each do |path|
    assert_raise(Errno::ENOTSUP, "read #{path}") { FILE.read(path) }
  end
  assert_raise(Errno::ENOTSUP, "write /proc/sysrq-trigger") { FILE.write("/proc/sysrq-trigger", "h") }
  assert_raise(Errno::ENOTSUP, "list /") { FILE.entries("/") }
  assert_raise(Errno::ENOTSUP) { FILE.write("/dev/null", "") }
end

test "refusals name the call and the file" do
  assert_raise(Errno::ENOENT, "No such file or directory - read /proc/nowhere") { FILE.read("/proc/nowhere") }
  assert_raise(Errno::EISDIR, "read /sys") { FILE.read("/sys") }
  assert_raise(Errno::ENOTDIR, "list /proc/stat") { FILE.entries("/proc/stat") }
  assert_raise(Errno::EFBIG) { FILE.write("/proc/sys/kernel/ostype", "x" * 70_000) }
end

test "arguments" do
  assert_raise(ArgumentError, "from the root") { FILE.read("proc/stat") }
  assert_raise(ArgumentError, "from the root") { FILE.exist?("") }
  assert_raise(ArgumentError, "null byte") { FILE.read("/proc/stat\0x") }
  assert_raise(ArgumentError, "too long") { FILE.read("/" + "x" * 5000) }
  assert_raise(TypeError) { FILE.read(5) }
  assert_raise(ArgumentError) { FILE.read }
end

test "writing" do
  path = "/proc/sys/kernel/printk_ratelimit_burst"
  before = FILE.read(path)
  assert_equal 3, FILE.write(path, "17\n")
  assert_equal "17\n", FILE.read(path)
  assert_raise(Errno::EINVAL, "write #{path}") { FILE.write(path, "nonsense") }
  FILE.write(path, before)
  assert_equal before, FILE.read(path)
end

test "is it there?" do
  assert_equal true, FILE.exist?("/proc/stat")
  assert_equal true, FILE.exist?("/sys")
  assert_equal true, FILE.exist?("/dev/null")
  assert_equal false, FILE.exist?("/proc/nowhere")
  assert_equal false, FILE.exist?("/proc/stat/below")
end

test "a timer's block reads, too" do
  got = nil
  Linux::Timer.after(ms: 1) { got = FILE.read("/proc/sys/kernel/ostype") }
  assert_equal true, Linux.wait
  assert_equal "Linux\n", got
end

test "there is an end to what is read into a heap" do
  full = []
  assert_raise(NoMemoryError) { loop { full << FILE.read("/proc/zoneinfo") + "x" } }
  full = nil
  assert_equal "Linux\n", FILE.read("/proc/sys/kernel/ostype")
end

test "deep in a recursion it is an error" do
  deep = Hash.new { |hash, n| n.zero? ? FILE.read("/proc/sys/kernel/ostype") : hash[n - 1] }
  assert_equal "Linux\n", deep[0]
  assert_raise(SystemStackError) { deep[100] }
end
