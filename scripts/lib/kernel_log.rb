#!/usr/bin/env -S ruby --disable-gems
# SPDX-License-Identifier: GPL-2.0
# frozen_string_literal: true

# Finds in a kernel log what no test may leave there. As a program it reads a log, prints
# that part of it, and ends with 1 when there is one.
module KernelLog
  # What a kernel says when something is wrong. Each stands at the start of its line, so a
  # program that prints such words is no report: what it prints has a prefix.
  REPORT = /
    BUG:?\s | \[\sBUG:\s | CRED:\s | kernel\sBUG\sat | WARNING:\s | ------------\[\scut\shere | Oops | Kernel\spanic |
    general\sprotection\sfault | stack\ssegment: | invalid\sopcode: | divide\serror: | double\sfault: |
    int3: | traps:\sPANIC | INFO:\stask\s.*\sblocked\s | INFO:\s(possible|suspicious|inconsistent)\s |
    INFO:\strying\sto\sregister | DEBUG_LOCKS_WARN_ON | (rcu:\s)?INFO:\srcu | rcu:.*\skthread\s(starved|timer) |
    (NMI\s)?watchdog:\s(BUG|Watchdog\sdetected) | UBSAN: | ODEBUG:\s | refcount_t: | usercopy: |
    list_(add|del)\scorruption | kmem_cache_destroy\s.*still\shas | sysfs:\scannot\screate\sduplicate |
    unreferenced\sobject\s0x | kmemleak:\s[1-9]\d*\snew |
    (Memory\scgroup\sout|Out)\sof\smemory: | \S+\sinvoked\soom-killer: | \S+:\spage\sallocation\sfailure:
  /x
  STAMP = /\A(<\d+>)?\[ *\d+\.\d+\](\[ *[TC]\d+\])? /
  REPORT_LINE = /#{STAMP}(#{REPORT})/

  # Tests that make allocations fail say so first. From then on one report is none: some of
  # ODEBUG's own allocations fail with the others.
  INJECTED = /#{STAMP}allocations are made to fail from here on/
  OF_INJECTED = /#{STAMP}ODEBUG: Out of memory\. ODEBUG disabled/

  BEFORE = 3 # lines that often tell what led to it
  AFTER = 60 # a stack, registers, modules
  MOST = 400

  # The part of the log from the first report to the end of the last, or nil.
  def self.report(log)
    lines = log.lines
    injected = lines.index { |line| line.match?(INJECTED) } || lines.size
    reports = lines.each_index.select do |i|
      lines[i].match?(REPORT_LINE) && !(i > injected && lines[i].match?(OF_INJECTED))
    end
    first, last = reports.minmax
    first or return nil
    lines[[first - BEFORE, 0].max..[last + AFTER, first + MOST].min].join
  end
end

if $PROGRAM_NAME == __FILE__
  found = KernelLog.report($stdin.binmode.read.scrub('?').delete("\r"))
  print found
  exit found.nil?
end
