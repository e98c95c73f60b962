# SPDX-License-Identifier: GPL-2.0
# title: heap of a fresh VM: in blocks
# unit: kB
# figure: value

Linux::Heap.stats[:live] / 1024
