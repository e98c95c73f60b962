# SPDX-License-Identifier: GPL-2.0
# title: hash, 100k integer keys in and out
# price: 3

hash = {}
100_000.times { |i| hash[i] = i }
sum = 0
100_000.times { |i| sum += hash[i] }
