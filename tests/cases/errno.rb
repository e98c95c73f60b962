# SPDX-License-Identifier: GPL-2.0
# What the kernel refuses, as exceptions.

test "an errno is a class that knows its number and its words" do
  error = Errno::ENOENT.new("here")
  assert_equal 2, Errno::ENOENT::Errno
  assert_equal 2, error.errno
  assert_equal "No such file or directory - here", error.message
  assert_equal "No such file or directory", Errno::ENOENT.new.message
  assert_equal true, error.is_a?(SystemCallError) && error.is_a?(StandardError)
end

test "SystemCallError.new makes the class of the number" do
  assert_equal Errno::EPERM, SystemCallError.new(1).class
  assert_equal "Operation not permitted - x", SystemCallError.new("x", 1).message
  assert_equal "Unknown error: 9999", SystemCallError.new(9999).message
  assert_equal 9999, SystemCallError.new(9999).errno
end

test "two names of one number are one class" do
  assert_equal true, Errno::EOPNOTSUPP.equal?(Errno::ENOTSUP)
  assert_equal true, Errno::EAGAIN.equal?(Errno::EWOULDBLOCK)
  assert_equal 95, Errno::ENOTSUP::Errno
end

test "a name that is none is no constant" do
  assert_equal false, Errno.const_defined?(:ENONSENSE)
  assert_raise(NameError) { Errno::ENONSENSE }
  assert_equal true, Errno.const_defined?(:EBUSY)
  assert_equal true, Errno.constants.include?(:EBUSY)
end

test "what the kernel refuses is raised, whatever a script makes of SystemCallError" do
  class << SystemCallError
    alias_method :kept, :_sys_fail
    def _sys_fail(*) = nil
  end
  error = assert_raise(SystemCallError) { Linux::File.write("/proc/nowhere", "1") }
  assert_equal "write /proc/nowhere", error.message
  assert_raise(SystemCallError) { Linux::File.read("/proc/nowhere") }
ensure
  class << SystemCallError
    alias_method :_sys_fail, :kept
  end
end
