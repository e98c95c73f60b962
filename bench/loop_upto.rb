# SPDX-License-Identifier: GPL-2.0
# title: 1.upto(1M) with an empty block
# price: 3

1.upto(1_000_000) { }
