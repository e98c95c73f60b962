# SPDX-License-Identifier: GPL-2.0
# title: 100k strings appended to an array, joined
# price: 3

list = []
100_000.times { |i| list << "item #{i}" }
list.join(",")
