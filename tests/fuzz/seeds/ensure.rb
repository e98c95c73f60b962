# SPDX-License-Identifier: GPL-2.0
# Leaving through ensure clauses, by all ways and more than one at a time.
def all_ways(way)
  log = []
  r = [1, 2, 3].each do |x|
    begin
      begin
        log << x
        case way
        when 0 then next
        when 1 then break x
        when 2 then return [:returned, log]
        when 3 then raise "three" if x == 2
        when 4 then throw :out, x
        when 5 then Fiber.yield x
        end
      ensure
        log << -x
        begin
          log << Integer("x")
        rescue ArgumentError
          log << 0
        ensure
          log << 1
        end
      end
    rescue RuntimeError => e
      log << e.message
      retry if log.size < 20 && way == 6
    else
      log << :else
    ensure
      log << :last
      break log if way == 7
    end
  end
  [r.class, log]
ensure
  $log = log
end
7.times { |way| p catch(:out) { way == 5 ? Fiber.new { all_ways(5) }.resume : all_ways(way) } }
n = 0
while n < 8
  n += 1
  begin
    next if n < 3
    begin
      break if n > 6
    ensure
      n += 1
    end
  ensure
    p n
  end
end
def swallow
  raise "lost"
ensure
  return 5
end
def both
  yield
ensure
  begin
    yield
  rescue => e
    p e.message
  end
end
p swallow, (both { raise "b" } rescue 7)
f = Fiber.new do
  begin
    Fiber.yield 1
    raise "in fiber"
  ensure
    Fiber.yield 2
  end
end
p f.resume, f.resume, (f.resume rescue 3), f.alive?
x = [1, 2].each { |a| [3].each { |c| break } ; begin; next; ensure; p a; end }
pr = proc { |a| begin; next a + 1; ensure; a += 5; end }
l = lambda { |a| begin; return a; ensure; p a; end }
p pr.call(1), l.call(2), x
begin
  proc { begin; break 1; ensure; p :b; end }.call
rescue LocalJumpError => e
  p e.class
end
