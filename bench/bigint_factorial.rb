# SPDX-License-Identifier: GPL-2.0
# title: 1000!, and its digits

(1..1_000).inject(:*).to_s
