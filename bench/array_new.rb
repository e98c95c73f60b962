# SPDX-License-Identifier: GPL-2.0
# title: 1M arrays of one element

1_000_000.times { |i| [i] }
