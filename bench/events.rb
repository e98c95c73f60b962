# SPDX-License-Identifier: GPL-2.0
# title: 10k events, each a block that schedules the next

left = 10_000
step = ->(_) { Linux::Work.schedule(&step) if (left -= 1) > 0 }
Linux::Work.schedule(&step)
Linux.wait
