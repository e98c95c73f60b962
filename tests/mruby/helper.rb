# SPDX-License-Identifier: GPL-2.0
# What mruby's own test driver brings in C, as far as its tests can have it in Ruby. Compiled
# behind mruby's test/assert.rb and before a test file.

module Kernel
  def t_print(*args)
    args.each { |arg| print arg.to_s }
    nil
  end

  # File.fnmatch?(pattern, string, File::FNM_EXTGLOB | File::FNM_DOTMATCH)
  def _str_match?(pattern, string)
    KmvmGlob.expand(pattern).any? { |plain| KmvmGlob.match?(plain, 0, string, 0) }
  end
end

module Mrbtest
end

module KmvmGlob
  # The first {a,b} outermost, taken apart: a pattern without braces for each choice.
  def self.expand(pattern)
    open = nil
    depth = 0
    cuts = []
    at = 0
    while at < pattern.size
      case pattern[at]
      when "\\"
        at += 1
      when "{"
        open ||= at
        depth += 1
        cuts = [at] if depth == 1
      when ","
        cuts << at if depth == 1
      when "}"
        if depth == 1
          head = pattern[0...open]
          tail = pattern[(at + 1)..-1]
          cuts << at
          return (1...cuts.size).map { |i| pattern[(cuts[i - 1] + 1)...cuts[i]] }
                                .map { |choice| expand(head + choice + tail) }.flatten
        end
        depth -= 1 if depth > 0
      end
      at += 1
    end
    [pattern]
  end

  def self.match?(pattern, p, string, s)
    while p < pattern.size
      case pattern[p]
      when "*"
        p += 1 while pattern[p] == "*"
        return true if p == pattern.size
        return (s..string.size).any? { |from| match?(pattern, p, string, from) }
      when "?"
        return false if s >= string.size
      when "["
        return false if s >= string.size
        p = set(pattern, p + 1, string[s])
        return false unless p
      else
        p += 1 if pattern[p] == "\\"
        return false if pattern[p] != string[s]
      end
      p += 1
      s += 1
    end
    s == string.size
  end

  # Is char in the set that begins at p? Where its ] stands, or nil.
  def self.set(pattern, p, char)
    negated = pattern[p] == "!" || pattern[p] == "^"
    p += 1 if negated
    found = false
    while pattern[p] != "]"
      p += 1 if pattern[p] == "\\"
      low = high = pattern[p]
      return nil unless low
      if pattern[p + 1] == "-" && pattern[p + 2] != "]"
        p += 2
        p += 1 if pattern[p] == "\\"
        high = pattern[p]
        return nil unless high
      end
      found ||= low <= char && char <= high
      p += 1
    end
    found == negated ? nil : p
  end
end
