# SPDX-License-Identifier: GPL-2.0
# title: a task of Linux::Task.each
# unit: instructions
# figure: value

count = 0
begun = Linux.ktime
100.times { Linux::Task.each { count += 1 } }
(Linux.ktime - begun) / count
