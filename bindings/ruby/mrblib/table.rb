# SPDX-License-Identifier: GPL-2.0
module Linux
  class Table
    ROWS = 10_000
    TOP = ROWS / 2
    GAP = "  "
    CUT = "..."
    LEAST = 6 # characters that are left of a column

    attr_reader :columns, :lost

    def initialize(*columns, rows: nil, sort_by: nil, top: nil, width: nil)
      raise ArgumentError, "a table has columns" if columns.empty?
      raise ArgumentError, "top is 1 to #{TOP}" unless top.nil? || (top.is_a?(Integer) && top.between?(1, TOP))
      raise ArgumentError, "width is 0 or more" unless width.nil? || (width.is_a?(Integer) && width >= 0)

      @columns = columns.map { |column| text(column) }
      @sort_by = @columns.index(text(sort_by)) unless sort_by.nil?
      raise ArgumentError, "there is no column #{sort_by}" unless sort_by.nil? || @sort_by

      @top = top
      @width = width
      clear
      rows&.each { |row| self << row }
    end

    def initialize_copy(other)
      super
      @rows = @rows.dup
    end

    def clear
      @rows = []
      @lost = 0
      self
    end

    def add(*cells)
      self << cells
    end

    def <<(cells)
      raise TypeError, "a row is an Array" unless cells.is_a?(Array)
      raise ArgumentError, "#{cells.size} cells for #{@columns.size} columns" if cells.size != @columns.size

      @rows = rows if @rows.size >= ROWS && @sort_by && @top
      if @rows.size < ROWS
        @rows << cells.map { |cell| cell.nil? || cell.is_a?(Integer) ? cell : text(cell) }
      else
        @lost += 1
      end
      self
    end

    def rows
      sorted.first(@top || ROWS).map(&:dup)
    end

    def to_s
      shown = rows
      right = @columns.each_index.map { |column| integers?(shown, column) }
      lines = shown.map { |row| row.map(&:to_s) }.unshift(@columns)
      widths = widths_of(lines)
      fit(widths, right)
      text = ""
      lines.each { |cells| text << line(cells, widths, right) << "\n" }
      text << "(#{@lost} more rows are lost)\n" if @lost > 0
      text
    end

    def inspect
      "#<Linux::Table #{@columns.join(" ")} rows=#{@rows.size}>"
    end

    private

    # One line, whatever a name or a path has in it.
    def text(cell)
      cell.to_s.tr("\x00-\x1f\x7f", "?").freeze
    end

    def integers?(rows, column)
      cells = rows.map { |row| row[column] }.compact
      !cells.empty? && cells.all?(Integer)
    end

    def widths_of(lines)
      widths = [0] * @columns.size
      lines.each do |cells|
        cells.each_with_index do |cell, column|
          width = places(cell)
          widths[column] = width if width > widths[column]
        end
      end
      widths
    end

    def line(cells, widths, right)
      text = ""
      cells.each_with_index do |cell, column|
        text << GAP if column > 0
        text << place(cell, widths[column], right[column])
      end
      text.rstrip
    end

    # Characters: bytes but those that go on with one. Those of U+3000 to U+DFFF take two places, as
    # those behind U+FFFF; the few among these that take one are not worth a table of theirs.
    def places(text)
      text.size - text.count("\x80-\xbf") + text.count("\xe3-\xed\xf0")
    end

    # Its first characters, in that many places at most.
    def head(text, width)
      return text[0, width] if text.count("\x80-\xff") == 0

      at = 0
      while at < text.size
        stop = at + 1
        stop += 1 while stop < text.size && text.getbyte(stop) & 0xc0 == 0x80
        width -= places(text[at, stop - at])
        break if width < 0

        at = stop
      end
      text[0, at]
    end

    def place(text, width, right)
      text = head(text, width - CUT.size) + CUT if places(text) > width
      blank = " " * (width - places(text))
      right ? blank + text : text + blank
    end

    # Those that are equal stay in the order in which they came, nil comes last.
    def sorted
      return @rows unless @sort_by

      keys = @rows.map { |row| row[@sort_by] }
      sign = integers?(@rows, @sort_by) ? -1 : 1
      keys.map! { |key| key&.to_s } if sign == 1
      order = (0...keys.size).sort do |one, other|
        a = keys[one]
        b = keys[other]
        way = a && b ? (a <=> b) * sign : (a ? -1 : b ? 1 : 0)
        way == 0 ? one <=> other : way
      end
      order.map { |index| @rows[index] }
    end

    # The widest columns of text are cut to one width, until the line fits or nothing is left to cut.
    def fit(widths, right)
      width = @width || Linux.columns || 0
      return if width == 0

      room = width - GAP.size * (widths.size - 1)
      cut = []
      widths.each_with_index { |own, column| right[column] ? room -= own : cut << column }
      most = [[room, LEAST].max, widths.max].min
      most -= 1 while most > LEAST && cut.sum { |column| [widths[column], most].min } > room
      cut.each { |column| widths[column] = [widths[column], most].min }
    end
  end
end
