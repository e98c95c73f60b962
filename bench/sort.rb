# SPDX-License-Identifier: GPL-2.0
# title: 50k integers sorted

seed = 42
list = []
50_000.times do
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  list << seed
end
list.sort
