# SPDX-License-Identifier: GPL-2.0
# Linux::Table: rows under the names of their columns.

def table(*columns, **options)
  Linux::Table.new(*columns, **options)
end

test "numbers stand to the right, all else to the left" do
  faults = table("COMM", "FAULTS") << ["init", 5] << ["kworker", 1200]
  assert_equal <<~END, faults.to_s
    COMM     FAULTS
    init          5
    kworker    1200
  END
end

test "a column with one cell that is no Integer stands to the left" do
  assert_equal <<~END, table("N", "LAST").add(10, 1).add("none", 22).to_s
    N     LAST
    10       1
    none    22
  END
end

test "nil is an empty cell, and makes no column one of text" do
  assert_equal <<~END, table("N", "COMM").add(nil, "a").add(10, nil).to_s
     N  COMM
        a
    10
  END
  assert_equal "A  B\n\n", table(:A, :B).add(nil, nil).to_s
end

test "what has no rows is the names of its columns" do
  assert_equal "PID  COMM\n", table("PID", "COMM").to_s
  assert_equal [[], 0, ["PID", "COMM"]], table("PID", "COMM").instance_eval { [rows, lost, columns] }
end

test "rows are given at once, too: of Arrays, of a Hash, of what has each" do
  wanted = "A  B\n1  x\n2  y\n"
  assert_equal wanted, table("A", "B", rows: [[1, "x"], [2, "y"]]).to_s
  assert_equal wanted, table("A", "B", rows: { 1 => "x", 2 => "y" }).to_s
  assert_equal wanted, table("A", "B", rows: [1, 2].zip(%w[x y]).each).to_s
end

test "sort_by puts the greatest number first, and of text the first in the alphabet; nil is last" do
  rows = [[2, "b"], [nil, "c"], [10, nil], [-1, "a"]]
  assert_equal [10, 2, -1, nil], table("N", "T", rows: rows, sort_by: "N").rows.map(&:first)
  assert_equal ["a", "b", "c", nil], table("N", "T", rows: rows, sort_by: :T).rows.map(&:last)
  assert_equal ["10", "9"], table("N", rows: [["9"], ["10"]], sort_by: "N").rows.flatten
  assert_equal [2**70, 3, -2**80], table("N", rows: [[3], [2**70], [-2**80]], sort_by: "N").rows.flatten
end

test "what is equal stays in the order in which it came" do
  same = table("N", "T", sort_by: "N")
  50.times { |i| same.add(i % 2, i) }
  assert_equal (1...50).step(2).to_a + (0...50).step(2).to_a, same.rows.map(&:last)
end

test "top is how many are shown" do
  assert_equal [[3], [2]], table("N", rows: [[1], [3], [2]], sort_by: "N", top: 2).rows
  assert_equal [[1], [3]], table("N", rows: [[1], [3], [2]], top: 2).rows
end

test "a row is as it was when it came" do
  name = "before"
  rows = table("T") << [name]
  name << " and after"
  assert_equal [["before"]], rows.rows
  rows.rows.first.clear
  assert_equal [["before"]], rows.rows
end

test "a cell is one line, whatever it holds" do
  assert_equal "T\na?b?[2Jc?\n", table("T").add("a\nb\e[2Jc\0").to_s
  assert_equal "a?\nx\n", table("a\t").add(:x).to_s
end

test "characters are counted, not bytes" do
  assert_equal <<~END, table("NAME", "N").add("größer", 1).add("längst", 22).add("日本", 3).to_s
    NAME     N
    größer   1
    längst  22
    日本     3
  END
end

test "characters that are twice as wide count twice, also where a cell is cut" do
  assert_equal "A\n日本語...\n", table("A", width: 10).add("日本語" * 9).to_s
  assert_equal "A\n日本...\n", table("A", width: 8).add("日本語" * 9).to_s
  assert_equal "поп...\n", table("A", width: 6).add("попппоп").to_s.lines.last
  assert_equal "A     B\n한국  1\n😀    2\n", table("A", "B", width: 0).add("한국", 1).add("😀", 2).to_s
end

test "the widest columns are cut where a line is too long, and numbers never are" do
  long = table("PATH", "N", "WHO", width: 30).add("x" * 100, 123_456_789, "y" * 8).to_s
  assert_equal 30, long.lines.last.chomp.size
  assert_equal "xxxxxx...  123456789  yyyyyyyy\n", long.lines.last
  large = table("N", "A", width: 20).add(2**80, "b" * 10).to_s
  assert_equal "#{2**80}  bbb...\n", large.lines.last
  both = table("A", "B", width: 30, rows: [["a" * 50, "b" * 60]]).to_s.lines.last
  assert_equal "#{"a" * 11}...  #{"b" * 11}...\n", both
  wide = table("A", "B", width: 30, rows: [["a" * 50, "ü" * 60]]).to_s.lines.last
  assert_equal "#{"a" * 11}...  #{"ü" * 11}...\n", wide
end

test "what fits is not cut" do
  assert_equal "#{"a" * 28}  1\n", table("A", "N", width: 31).add("a" * 28, 1).to_s.lines.last
  assert_equal "#{"a" * 27}...  1\n", table("A", "N", width: 33).add("a" * 31, 1).to_s.lines.last
end

test "some of each column is left, however narrow the terminal" do
  narrow = table("A", "N", "B", width: 1).add("a" * 50, 12_345, "b").to_s
  assert_equal "A           N  B\naaa...  12345  b\n", narrow
end

test "where no terminal is nothing is cut, and 0 is none" do
  assert_equal nil, Linux.columns
  assert_equal 1001, table("A").add("a" * 1000).to_s.lines.last.size
  assert_equal 1001, table("A", width: 0).add("a" * 1000).to_s.lines.last.size
end

test "puts prints it, with one end of a line" do
  out = Object.new
  def out.write(text) = (@text = text).size
  def out.text = @text
  real = $stdout
  begin
    $stdout = out
    puts table("A").add(1)
  ensure
    $stdout = real
  end
  assert_equal "A\n1\n", out.text
end

test "it has so many rows, and counts those it has no room for" do
  full = table("N", top: 1)
  10_003.times { |n| full.add(n) }
  assert_equal 3, full.lost
  assert_equal "N\n0\n(3 more rows are lost)\n", full.to_s
  assert_equal [[], 0], full.clear.instance_eval { [rows, lost] }
end

test "one that is sorted and has a top keeps what may be shown" do
  best = table("N", sort_by: "N", top: 3)
  10_005.times { |n| best << [n * 7919 % 10_005] }
  assert_equal [[10_004], [10_003], [10_002]], best.rows
  assert_equal 0, best.lost
end

test "what makes no sense is refused" do
  assert_raise(ArgumentError) { table }
  assert_raise(ArgumentError) { table("A", sort_by: "B") }
  assert_raise(ArgumentError) { table("A", top: 0) }
  assert_raise(ArgumentError) { table("A", top: 5001) }
  assert_raise(ArgumentError) { table("A", width: -1) }
  assert_raise(ArgumentError) { table("A").add(1, 2) }
  assert_raise(TypeError) { table("A") << 1 }
end

test "a copy is one of its own" do
  one = table("A").add(1)
  other = one.dup.add(2)
  assert_equal [[1]], one.rows
  assert_equal [[1], [2]], other.rows
end

test "inspect is one line" do
  assert_equal "#<Linux::Table PID COMM rows=1>", table("PID", "COMM").add(1, "a").inspect
end
