# SPDX-License-Identifier: GPL-2.0
module Linux
  # Of a class whose objects stand for the entries of a folder, SYSFS, each by its name.
  module Entries
    include Enumerable

    def each(&block)
      return to_enum unless block

      names.each do |name|
        found = find(name)
        block.call(found) if found
      end
      self
    end

    def find(name)
      return nil if name.empty? || name.include?("/")

      new(name)
    rescue Errno::ENOENT, Errno::ENOTDIR, Errno::ENODEV, Errno::EINVAL # the last two: it is on its way out
      nil
    end

    def names
      File.entries(self::SYSFS).sort
    end
  end
end
