# SPDX-License-Identifier: GPL-2.0
# begin, rescue, else, ensure, retry, and what leaves through them.
log = []
def risky(n)
  raise TypeError, "t#{n}" if n == 1
  raise "r" if n == 2
  n
ensure
  $last = n
end
4.times do |n|
  begin
    log << risky(n)
  rescue TypeError, ArgumentError => e
    log << e.message
  rescue => e
    log << e.class
  else
    log << :else
  ensure
    log << :ensure
  end
end
tries = 0
begin
  tries += 1
  raise "again" if tries < 3
rescue
  retry
end
def leave
  [1, 2, 3].each do |x|
    begin
      return x if x == 2
    ensure
      $left = x
    end
  end
end
def nest
  begin
    begin
      raise "a"
    ensure
      begin
        raise "b"
      rescue => e
        $inner = e.message
      end
    end
  rescue => e
    return e.message
  ensure
    $outer = 1
  end
end
while true
  begin
    break
  ensure
    log << 9
  end
end
x = Integer("z") rescue 5
p log, tries, leave, $left, nest, $inner, x, $last
class Own < StandardError
  def initialize(a) = super("own #{a}")
end
begin
  raise Own.new(3)
rescue Own => own
  p own.message
end
p((nil.foo rescue 1))
