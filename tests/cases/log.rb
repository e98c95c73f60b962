# SPDX-License-Identifier: GPL-2.0
# Lines in the kernel log. That they arrive, tests/guest/cases looks up there.

test "each level logs" do
  %i[emerg alert crit err warn notice info debug].each_with_index do |name, level|
    assert_equal true, Linux.send(name, "case #{level} #{name}")
  end
end

test "printk has a level, 6 if none is given" do
  assert_equal true, Linux.printk("case plain")
  assert_equal true, Linux.printk("case by number", level: 3)
  assert_raise(ArgumentError, "level must be") { Linux.printk("x", level: 8) }
  assert_raise(ArgumentError, "level must be") { Linux.printk("x", level: -1) }
  assert_raise(TypeError) { Linux.printk("x", level: "3") }
  assert_raise(ArgumentError) { Linux.printk("x", colour: 1) }
  assert_raise(ArgumentError) { Linux.printk }
end

test "anything can be logged" do
  assert_equal true, Linux.info(42)
  assert_equal true, Linux.info(nil)
  assert_equal true, Linux.info([1, "two"])
  assert_raise(RuntimeError, "no text") do
    bad = Object.new
    def bad.to_s = raise("no text")
    Linux.info bad
  end
end

test "control characters cannot forge a line" do
  assert_equal true, Linux.info("case one\nkmvm: case two\e[31m\0end")
end

test "a percent sign is a percent sign" do
  assert_equal true, Linux.info("case %s %n %p 100%")
end

test "a long line is cut" do
  assert_equal true, Linux.info("case long " + "x" * 10_000)
end

test "a flood is held back, and the call says so" do
  answers = Array.new(300) { |i| Linux.debug("case flood #{i}") }
  assert answers.include?(false)
  assert_equal [true, false], answers.uniq
end
