# SPDX-License-Identifier: GPL-2.0
# Printing. A stream of our own stands in for $stdout where the text itself is looked at.

class Sink
  attr_reader :pieces
  def initialize = @pieces = []
  def write(*objects)
    @pieces << objects.join
    objects.join.size
  end
end

def printed
  sink = Sink.new
  $stdout = sink
  begin
    yield
  ensure
    $stdout = STDOUT
  end
  sink.pieces
end

test "puts ends each object with one newline" do
  assert_equal ["1\n2\n"], printed { puts 1, "2\n" }
  assert_equal ["\n"], printed { puts }
  assert_equal ["\n"], printed { puts "" }
  assert_equal ["\n"], printed { puts nil }
end

test "puts of an array prints its elements" do
  assert_equal ["1\n2\n3\n"], printed { puts [1, [2, [3]]] }
  assert_equal [], printed { puts [] }.reject(&:empty?).reject { |piece| piece == "\n" }
end

test "puts of an array that holds itself ends" do
  array = [1]
  array << array
  assert printed { puts array }.first.size < 10_000
end

test "print adds nothing" do
  assert_equal ["1a\n"], printed { print 1, :a, "\n" }
end

test "p inspects and returns what it was given" do
  one = two = none = nil
  assert_equal ["\"a\"\n", "1\n:b\n"], printed { one = p("a"); two = p(1, :b); none = p }.reject(&:empty?)
  assert_equal ["a", [1, :b], nil], [one, two, none]
end

test "printf formats" do
  assert_equal ["  7|ff\n"], printed { printf("%3d|%x\n", 7, 255) }
  assert_raise(ArgumentError) { printed { printf("%d") } }
end

test "one call is one piece, also when to_s prints" do
  chatty = Object.new
  def chatty.to_s
    print "inner "
    "outer"
  end
  assert_equal ["inner ", "outer\n"], printed { puts chatty }
end

test "warn goes to $stderr" do
  sink = Sink.new
  $stderr = sink
  begin
    warn "careful", "twice"
    warn
  ensure
    $stderr = STDERR
  end
  assert_equal ["careful\ntwice\n"], sink.pieces
end

test "streams answer as streams do" do
  assert_equal [1, 2], [$stdout.fileno, $stderr.fileno]
  assert_equal [true, false], [$stdout.sync, $stdout.tty?]
  assert_equal $stdout, $stdout.flush
  assert_equal $stdout, ($stdout << "# a line of a stream" << "\n")
  assert_equal 4, $stdout.write("# a\n")
  $stdout.sync = true
  assert $stdout.equal?(STDOUT) && $stderr.equal?(STDERR)
  assert_raise(NoMethodError) { IO.new }
end

test "gets raises a sentence" do
  assert_raise(NotImplementedError, "nothing to read") { gets }
end

test "what raises in to_s prints nothing" do
  bad = Object.new
  def bad.to_s = raise("no text")
  pieces = printed { assert_raise(RuntimeError, "no text") { puts "before", bad } }
  assert_equal [], pieces
end

test "$stdout may be anything that writes" do
  $stdout = Object.new
  error = nil
  begin
    puts 1
  rescue NoMethodError => e
    error = e
  ensure
    $stdout = STDOUT
  end
  assert error && error.message.include?("write")
end
