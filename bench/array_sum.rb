# SPDX-License-Identifier: GPL-2.0
# title: array, 100k appended, then summed

list = []
100_000.times { |i| list << i }
sum = 0
list.each { |i| sum += i }
