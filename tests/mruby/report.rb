# SPDX-License-Identifier: GPL-2.0
# Compiled behind a test file: what failed, then the counts on a line for the machine.
report
t_print("counts ran=#{$total_test} passed=#{$ok_test} failed=#{$ko_test + $kill_test} " \
        "skipped=#{$skip_test} warned=#{$warning_test}\n")
