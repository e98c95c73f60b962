# SPDX-License-Identifier: GPL-2.0
# title: 3**20000, and its digits

(3**20_000).to_s
