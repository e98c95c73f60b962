# SPDX-License-Identifier: GPL-2.0
# Ensure clauses that break a loop, within lists and calls whose arguments are being collected.
x = (until a
  b = [*c, (begin; d; ensure; break *e if f; end; 1), *g]
end)
y = (until a
  b = foo(1, *c, (begin; d; ensure; break 1, 2 if f; end; 1), *g)
end)
z = (while a
  b = [*c, (begin
    d
  rescue
    begin
      retry
    ensure
      break e if f
    end
  end; 1), *g]
end)
[*a, (while b; begin; next; ensure; break *c if d; end; end), *e]
[*a, (while b; begin; break 1; ensure; begin; next if f; ensure; break c if d; end; end; end), *e]
