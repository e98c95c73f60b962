# SPDX-License-Identifier: GPL-2.0
# title: heap of a fresh VM: taken from the kernel
# unit: kB
# figure: value

Linux::Heap.stats[:held] / 1024
