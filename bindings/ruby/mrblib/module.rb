# SPDX-License-Identifier: GPL-2.0
module Linux
  class Module
    SYSFS = "/sys/module"

    extend Entries

    attr_reader :name, :state, :refs, :size, :holders

    def initialize(name)
      @name = name.tr("-", "_")
      # What is built in has a folder, too, but no state.
      @state = read("initstate").to_sym
      @refs = optional("refcnt").to_i
      @size = optional("coresize").to_i
      @holders = File.entries("#{SYSFS}/#{@name}/holders").sort
    end

    def parameters
      folder = "#{SYSFS}/#{@name}/parameters"
      return {} unless File.exist?(folder)

      File.entries(folder).sort.to_h { |name| [name.to_sym, parameter("#{folder}/#{name}")] }
    end

    def inspect
      "#<Linux::Module #{@name} #{@state} refs=#{@refs}>"
    end

    private

    def read(file)
      File.read("#{SYSFS}/#{@name}/#{file}").chomp
    end

    # A kernel that cannot unload modules counts no references.
    def optional(file)
      read(file)
    rescue Errno::ENOENT
      "0"
    end

    # Some may only be written.
    def parameter(path)
      File.read(path).chomp
    rescue Errno::EACCES, Errno::EIO
      nil
    end
  end
end
