# SPDX-License-Identifier: GPL-2.0
module Linux
  module Param
    def self.[](owner, name)
      File.read(path(owner, name)).chomp
    end

    def self.[]=(owner, name, value)
      File.write(path(owner, name), value.to_s)
    end

    def self.path(owner, name)
      [owner, name].each do |part|
        raise ArgumentError, "#{part.inspect} is no name" if part.to_s.empty? || part.to_s.include?("/")
      end
      "/sys/module/#{owner.to_s.tr("-", "_")}/parameters/#{name}"
    end
  end
end
