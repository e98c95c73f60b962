# SPDX-License-Identifier: GPL-2.0
class Special < StandardError
  def initialize(msg = "special") = super(msg * 2)
end
def deep(n, &block) = n == 0 ? block.call : deep(n - 1, &block)
log = []
begin
  deep(20) { raise Special, "x" * 50 }
rescue Special => e
  log << e.message.size << e.backtrace.size << e.full_message.class.to_s rescue log << "none"
ensure
  log << :ensured
end
begin
  begin
    raise "first"
  rescue => e
    raise ArgumentError, "second #{e.message}"
  ensure
    log << "in between"
  end
rescue ArgumentError => e
  log << e.inspect
end
tries = 0
begin
  tries += 1
  raise IndexError, "again" if tries < 3
  log << tries
rescue IndexError
  retry
end
def early
  yield
ensure
  return :early
end
log << early { 1 }
log << [1, 2, 3].each { |x| break x * 2 if x == 2 }
log << catch(:done) { 10.times { |i| throw :done, i if i == 4 }; :never }
%w[a.b 1+nil nil.foo Integer("z") [].fetch(9) {}.fetch(1) :x.unknown raise(Class)].each_with_index do |_, i|
  begin
    case i
    when 0 then a_name_nobody_has
    when 1 then 1 + nil
    when 2 then nil.foo
    when 3 then Integer("z")
    when 4 then [].fetch(9)
    when 5 then {}.fetch(1)
    when 6 then :x.unknown(1, 2)
    when 7 then UnknownConstant
    end
  rescue => e
    log << e.class << e.message
  end
end
begin
  raise Class.new(StandardError) { def message = "own" }
rescue => e
  log << e.message
end
x = Integer("12", 8) rescue 0
log << x
e = RuntimeError.new("made")
e.set_backtrace(["a:1", "b:2"])
log << e.backtrace << e.exception("other").message
print log.inspect, "\n"
