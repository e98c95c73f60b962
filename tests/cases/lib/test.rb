# SPDX-License-Identifier: GPL-2.0
#
# A test harness small enough to stand on little, for programs that run in the kernel.
# It is run first and stays in the VM; the cases are programs of their own after it:
#
#	kmctl run lib/test.rb; kmctl run core.rb; kmctl -e 'Test.finish'
#
#	test "Integer division rounds down" do
#	  assert_equal(-4, -7 / 2)
#	end
#
# Prints KTAP. A failed assertion ends its test; so does an exception that nobody awaits.

module Test
  class Failure < Exception
  end

  # What a test raises to say why it cannot run here.
  class Skip < Exception
  end

  def self.start
    @number = 0
    @done = false
    puts "KTAP version 1"
  end

  @number = 0

  def self.run(name)
    yield
    result "ok", name
  rescue Skip => e
    result "ok", "#{name} # SKIP #{e.message}"
  rescue Failure => e
    failed name, e.message, place(e)
  rescue Exception => e
    failed name, "#{e.message} (#{e.class})", e.backtrace
  end

  # tests/guest/cases puts it behind the last line: an exit before it is no end.
  def self.done
    @done = true
  end

  def self.finish
    puts "1..#{@number}"
    exit 1 unless @done
  end

  def self.result(word, name)
    @number += 1
    puts "#{word} #{@number} - #{name}"
  end

  def self.failed(name, why, frames)
    why.split("\n").each { |line| puts "# #{line}" }
    (frames || []).first(8).each { |frame| puts "#   #{frame}" }
    result "not ok", name
  end

  # Where the assertion stands, not where it is made.
  def self.place(error)
    (error.backtrace || []).reject { |frame| frame.start_with?("lib/test.rb") }.first(1)
  end
end

module Kernel
  def test(name, &block)
    Test.run(name, &block)
  end

  def skip(why)
    raise Test::Skip, why
  end

  # Waits until the block says so, five seconds at most; answers whether it did. Events run meanwhile.
  def soon
    5000.times do
      return true if yield
      usleep 1_000
    end
    false
  end

  def assert(condition, what = "it is not so")
    raise Test::Failure, what unless condition
  end

  def assert_equal(wanted, got)
    raise Test::Failure, "got #{got.inspect}, wanted #{wanted.inspect}" unless wanted == got
  end

  # The block raises an error of this class; answers it.
  def assert_raise(error, text = nil)
    begin
      yield
    rescue Test::Failure
      raise
    rescue Exception => e
      assert e.is_a?(error), "raised #{e.message} (#{e.class}), wanted #{error}"
      assert e.message.include?(text), "the message is #{e.message.inspect}" if text
      return e
    end
    raise Test::Failure, "nothing was raised, wanted #{error}"
  end
end
