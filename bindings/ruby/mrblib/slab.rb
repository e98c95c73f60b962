# SPDX-License-Identifier: GPL-2.0
module Linux
  class Slab
    SYSFS = "/sys/kernel/slab"
    PAGE = 4096

    extend Entries

    # Caches that were merged lie in a folder like ":0000064"; their own names lead there.
    def self.names
      super.reject { |name| name[0] == ":" }
    end

    attr_reader :name, :objects, :object_size, :slabs, :bytes

    def initialize(name)
      @name = name
      @objects = read("objects")
      @object_size = read("object_size")
      @slabs = read("slabs")
      @bytes = @slabs * (PAGE << read("order"))
    end

    def inspect
      "#<Linux::Slab #{@name} #{@objects} objects of #{@object_size} bytes>"
    end

    private

    # "1020 N0=1020": a sum, then the nodes.
    def read(file)
      File.read("#{SYSFS}/#{@name}/#{file}").to_i
    end
  end
end
