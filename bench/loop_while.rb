# SPDX-License-Identifier: GPL-2.0
# title: while to 1M, two adds
# price: 3

i = sum = 0
while i < 1_000_000
  sum += i
  i += 1
end
