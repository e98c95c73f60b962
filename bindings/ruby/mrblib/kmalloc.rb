# SPDX-License-Identifier: GPL-2.0
module Linux
  module Kmalloc
    # kmalloc-64, kmalloc-rcl-64, kmalloc-cg-64, dma-kmalloc-64
    def self.caches
      Slab.select { |slab| slab.name.start_with?("kmalloc-", "dma-kmalloc-") }.sort_by { |slab| [slab.object_size, slab.name] }
    end
  end
end
