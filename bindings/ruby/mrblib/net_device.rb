# SPDX-License-Identifier: GPL-2.0
module Linux
  class NetDevice
    SYSFS = "/sys/class/net"
    UP = 1 # IFF_UP

    extend Entries

    def self.names
      File.exist?(SYSFS) ? super : [] # a kernel without a network
    end

    attr_reader :name, :index, :mtu, :flags, :address, :state, :stats

    def initialize(name)
      @name = name
      @index = read("ifindex").to_i
      @mtu = read("mtu").to_i
      @flags = read("flags").hex
      @address = read("address")
      @state = read("operstate").to_sym
      @stats = File.entries("#{SYSFS}/#{name}/statistics").sort.to_h do |figure|
        [figure.to_sym, read("statistics/#{figure}").to_i]
      end
    end

    def up?
      @flags & UP != 0
    end

    def inspect
      "#<Linux::NetDevice #{@name} #{up? ? "up" : "down"}>"
    end

    private

    def read(file)
      File.read("#{SYSFS}/#{@name}/#{file}").chomp
    end
  end
end
