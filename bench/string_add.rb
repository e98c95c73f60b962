# SPDX-License-Identifier: GPL-2.0
# title: 10k times s = s + "piece"
# price: 3

s = ""
10_000.times { s = s + "piece" }
