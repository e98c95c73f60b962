# SPDX-License-Identifier: GPL-2.0
module Linux
  class Task
    extend Enumerable

    def self.each(&block)
      return to_enum unless block

      pids.each do |pid|
        task = find(pid)
        block.call(task) if task
      end
      self
    end

    def children
      Task.select { |task| task.ppid == process }
    end

    def threads
      thread_pids.map { |pid| Task.find(pid) }.compact
    end

    def inspect
      "#<Linux::Task #{pid} #{comm} #{state}>"
    end
  end
end
