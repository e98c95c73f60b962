# SPDX-License-Identifier: GPL-2.0
# title: 1M calls of a one-line method

def succ_of(n) = n + 1
1_000_000.times { |i| succ_of(i) }
