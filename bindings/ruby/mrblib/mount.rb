# SPDX-License-Identifier: GPL-2.0
module Linux
  class Mount
    extend Enumerable

    # "proc /proc proc rw,nosuid,nodev 0 0"; a space in a name is \040
    def self.each(&block)
      return to_enum unless block

      File.read("/proc/1/mounts").lines.each do |line|
        device, path, type, options = line.split
        block.call(new(plain(device), plain(path), type, options.split(",")))
      end
      self
    end

    # The one that was mounted last hides those below.
    def self.find(path)
      to_a.reverse.find { |mount| mount.path == path }
    end

    def self.plain(name)
      head, *rest = name.split("\\")
      rest.reduce(head.to_s) { |text, part| text + part[0, 3].to_i(8).chr + part[3..-1].to_s }
    end

    attr_reader :device, :path, :type, :options

    def initialize(device, path, type, options)
      @device = device
      @path = path
      @type = type
      @options = options
    end

    def inspect
      "#<Linux::Mount #{@device} on #{@path} type #{@type}>"
    end
  end
end
