# SPDX-License-Identifier: GPL-2.0
# Random programs that mruby's compiler takes, odd ones by preference.
#
#	ruby tests/generated/generate.rb SEED COUNT
#
# Writes COUNT programs, a NUL byte behind each; the same SEED gives the same ones. One that begins
# with "# refused" is to be refused by the compiler. They are for compiling: to run one may raise
# anything, and may not end.

class Scope
  attr_reader :names, :depth
  attr_accessor :loop, :block, :rescue, :method, :sealed, :crowded

  # A block sees the locals around it; a method or a class body begins anew.
  def initialize(around = nil, block: false)
    @names = around && block ? around.names.dup : []
    @depth = around ? around.depth + 1 : 0
    @method = around.method if around && block
    @sealed = around.sealed if around && block
    @block = block
  end
end

class Generator
  KEYWORDS = %w[k0 k1 k2 k3 k4].freeze
  BINARY = %w[+ - * / == != < <= > >= % ** & | ^ << >> <=> === =~ !~].freeze
  ASSIGNING = %w[+ - * / % ** & | ^ << >> && ||].freeze
  CONSTANTS = %w[Object String Array Hash TypeError ArgumentError Kernel Nowhere].freeze
  DEPTH_MAX = 28

  def initialize(seed)
    @random = Random.new(seed)
  end

  def program
    @scope = Scope.new
    @left = 20 + any(one_in(5) ? 400 : 120)
    # Deep inside of while, until and for, mruby takes the do of a block for theirs.
    @do_blocks = one_in(2)
    return refused if one_in(100)
    return large if one_in(60)

    one_in(20) ? crowd : "#{body}\n"
  end

  private

  def any(limit) = @random.rand(limit)
  def one_in(n) = any(n).zero?
  def pick(list) = list[any(list.size)]

  # One of the forms, each <word> in it replaced by what the method of that name makes.
  def form(forms) = pick(forms).gsub(/<([a-z_]+)>/) { send($1) }

  def some(most, least = 0) = Array.new(least + any([most - least, 0].max + 1)) { |i| yield i }

  def weighted(table)
    at = any(table.sum { |_, weight| weight })
    table.each { |method, weight| return send(method) if (at -= weight) < 0 }
  end

  def inside(scope)
    around = @scope
    @scope = scope
    yield
  ensure
    @scope = around
  end

  def flag(name, value)
    before = @scope.send(name)
    @scope.send("#{name}=", value)
    yield
  ensure
    @scope.send("#{name}=", before)
  end

  # Names.

  def fresh = "v#{any(30)}"
  def symbol_name = pick(%w[a b foo bar baz? qux! [] + each map call to_s new puts inspect])
  def method_name = pick(%w[foo bar baz? qux! each map call to_s new times loop tap inspect send])
  def constant = one_in(4) ? "K#{any(6)}" : pick(CONSTANTS)
  def constant_path = form(["<constant>", "::<constant>", "<constant>::<constant>", "Foo::Bar::Baz"])

  def new_local
    return pick(@scope.names) if @scope.names.any? && (@scope.crowded || one_in(3))

    name = fresh
    @scope.names << name unless @scope.names.include?(name)
    name
  end

  def local = @scope.names.empty? ? literal : pick(@scope.names)

  # Statements.

  STATEMENTS = {
    assignment: 14, op_assignment: 8, multiple: 8, expression: 12, condition: 6, cases: 5,
    while_loop: 6, for_loop: 3, begin_end: 9, definition: 6, class_body: 3, singleton: 2,
    control: 9, modifier: 6, aliases: 2, heredoc: 3, command: 5, parallel_ends: 2, void_literal: 2,
    right_assignment: 1, blocks: 6, laid_out: 2
  }.freeze

  def body(least = 1, value: false)
    lines = some(4, least) { @left > 0 ? statement : simple }
    lines << expression if value
    lines << simple if lines.empty? || one_in(4)
    lines.join("\n")
  end

  def statement
    @left -= 1
    weighted(STATEMENTS)
  end

  def simple = one_in(3) ? "#{new_local} = #{literal}" : literal
  # Comments, lines that go on, and what ends them.
  def laid_out = form(["<new_local> = <primary>\n  .foo\n  # between\n  &.bar(<argument>)", "<local>;; <literal>;", "<new_local> = 1 +\n<primary>",
                       "<new_local> = foo \\\n  <local_or_integer>", "nil\n=begin\nend if\n=end\n<local>", "foo(\n<argument>,\nk: <argument>,\n)",
                       "<new_local> = [\n<argument>,\n*<primary>,\n]", "{\na: <argument>,\n**<primary>,\n}", "\"a\nb\" \"c\#{<local_or_integer>}\" 'd'"])

  # A list that is being made, while its next element does something else first.
  def held
    return list_value if @do_blocks

    element = flag(:loop, :while) { "(while #{test}\n#{clause_within}\nend)" }
    "[#{one_in(2) ? '' : '*'}#{primary}, #{element}, *#{primary}]"
  end

  def list_value = "[*#{primary}, (#{clause_within}; #{argument}), *#{primary}]"
  def clause_within = "begin\n#{body}\n#{one_in(3) ? "rescue\n#{flag(:rescue, true) { control }}\n" : ''}ensure\n#{one_in(2) ? control : body}\nend"

  def assignment = "#{target} = #{form(["<expression>", "<expression>", "<expression>", "<list>", "<splat_list>"])}"
  def right_assignment = "#{argument} => #{new_local}"
  def void_literal = form(["nil", "[<expression>, <expression>]", "{ a: <expression> }", "\"\#{<expression>}\"", ":\"a\#{<local>}\"",
                           "<local>; <local>", "-> { }", "<primary> .. <primary>", "%w[a \#{b} c]", "(<expression>)"])

  def regexp = form(["/a.b/", "/a\#{<local_or_integer>}b/im", "%r{a/b}", "/\#{<local_or_integer>}/"])
  def list = "#{expression}, #{some(3, 1) { expression }.join(', ')}"
  def splat_list = form(["*<primary>", "<primary>, *<primary>", "*<primary>, <primary>, *[<primary>], <primary>"])

  def target
    case any(12)
    when 0..5 then new_local
    when 6 then "@i#{any(4)}"
    when 7 then "$g#{any(4)}"
    when 8 then @scope.method || @scope.loop ? "@@c#{any(3)}" : "@@d"
    when 9 then "#{receiver}[#{index}]"
    when 10 then "#{receiver}#{pick(%w[. &. ::])}attr"
    when 11 then @scope.sealed ? "K#{any(6)}" : form(["K#{any(6)}", "::K#{any(6)}", "<constant>::K#{any(6)}"])
    end
  end

  def index = form(["<argument>", "<argument>", "<argument>, <argument>", "*<primary>", "", "<argument>, *<primary>", "k: <argument>",
                    "<argument>, &<local>"])

  def op_assignment
    left = case any(8)
           when 0..2 then new_local
           when 3 then "@i#{any(4)}"
           when 4 then form(["$g#{any(4)}", "@@c#{any(3)}"])
           when 5 then "#{receiver}[#{form(["<argument>", "<argument>, <argument>", "*<primary>", "<argument>", ''])}]"
           when 6 then "#{receiver}#{pick(%w[. &. ::])}attr"
           when 7 then "K#{any(6)}"
           end
    "#{left} #{pick(ASSIGNING)}= #{one_in(8) ? "#{argument} rescue #{argument}" : argument}"
  end

  def left_side(depth = 2)
    item = -> { depth > 0 && one_in(5) ? "(#{left_side(depth - 1)})" : target }
    items = some(4, 1) { item.call }
    if one_in(2)
      items.insert(any(items.size + 1), one_in(3) ? "*" : "*#{target}")
    end
    items.size == 1 ? "#{items[0]}," : items.join(", ")
  end

  def multiple
    right = form(["<list>", "<list>", "<splat_list>", "<primary>", "*nil", "[<list>]", "<call>", "<argument> rescue <argument>"])
    "#{left_side.sub(/\A\*,\z/, '*')} = #{right}"
  end

  def condition
    kind = pick(%w[if unless])
    text = +"#{kind} #{test}\n#{body}\n"
    some(2) { text << "elsif #{test}\n#{body}\n" } if kind == "if"
    text << "else\n#{one_in(4) ? '' : body}\n" if one_in(2)
    text << "end"
    one_in(6) ? "#{new_local} = #{text}" : text
  end

  def test
    form(["<expression>", "<argument> and <argument>", "not(<argument>)", "!<primary>", "<primary> || <primary> && <primary>", "<literal>",
          "nil", "true", "false", "(<argument>; <argument>)", "<local>.nil?", "!!<local>", "<local> == 1..<local> == 2", "<local>...<primary>",
          "defined?(<argument>)", "(<new_local>, <new_local> = <list>)", "<local> =~ <regexp>"])
  end

  def cases
    head = one_in(4) ? "" : " #{argument}"
    text = +"case#{head}\n"
    some(3, 1) do
      values = some(3, 1) { one_in(5) ? "*#{primary}" : argument }
      text << "when #{values.join(', ')}#{one_in(3) ? " then #{expression}\n" : "\n#{one_in(5) ? '' : body}\n"}"
    end
    text << "else\n#{body(0)}\n" if one_in(2)
    text << "end"
    one_in(4) ? "#{new_local} = #{text}" : text
  end

  def while_loop
    return condition if @do_blocks

    kind = pick(%w[while until])
    condition = test
    inner = flag(:loop, :while) { body(one_in(8) ? 0 : 1) }
    text = case any(5)
           when 0..2 then "#{kind} #{condition}\n#{inner}\nend"
           when 3 then "begin\n#{inner}\nend #{kind} #{condition}"
           when 4 then "#{kind} #{local_or_integer} do #{flag(:loop, :while) { control }}; end"
           end
    one_in(5) ? "#{new_local} = (#{text})" : text
  end

  def for_loop
    return condition if @do_blocks

    names = one_in(2) ? new_local : left_side(1)
    # What a for's body does is done in a block of its own, without locals of its own.
    return simple if @scope.depth > DEPTH_MAX

    values = one_in(3) ? "#{primary}..#{primary}" : primary
    before = @scope
    inside(Scope.new(before, block: true)) do
      @scope.loop = :for
      @scope.crowded = before.crowded
      "for #{names} in #{values}\n#{body}\nend"
    end
  end

  def begin_end
    use = any(6)
    # A begin whose last line has no value is not to be used as one.
    text = +"begin\n#{body(value: use < 2)}\n"
    clauses(text)
    text << "end"
    case use
    when 0 then "#{new_local} = #{text}"
    when 1 then "#{text}.#{method_name}"
    when 2 then "#{text} #{pick(%w[if unless])} #{test}"
    else text
    end
  end

  def clauses(text)
    rescues = any(3)
    rescues.times do
      text << "rescue"
      case any(6)
      when 0 then text << " => #{target}"
      when 1 then text << " #{constant_path}"
      when 2 then text << " #{constant}, #{constant} => #{target}"
      when 3 then text << " *#{primary}"
      when 4 then text << " #{constant}, *#{primary} => #{target}"
      end
      text << "\n#{flag(:rescue, true) { one_in(6) ? '' : body }}\n"
    end
    text << "else\n#{one_in(6) ? '' : body}\n" if rescues > 0 && one_in(2)
    text << "ensure\n#{one_in(8) ? '' : body}\n" if one_in(2)
    text
  end

  def control
    word = pick(%w[break break next next redo retry return return])
    word = pick(%w[return next]) if !(@scope.loop || @scope.block) && !one_in(8)
    word = "next" if word == "retry" && !@scope.rescue && !one_in(8)
    word += case any(6)
            when 0, 1 then " #{argument}"
            when 2 then " #{argument}, #{argument}"
            when 3 then " *#{primary}"
            else ""
            end unless %w[redo retry].include?(word)
    case any(5)
    when 0..1 then "#{word} #{pick(%w[if unless])} #{test}"
    when 2 then "#{primary} #{pick(%w[and or && ||])} #{word.split.first}"
    else word
    end
  end

  def modifier
    case any(4)
    when 0 then "#{expression} #{pick(%w[if unless])} #{test}"
    when 1 then "#{new_local} = #{argument} #{pick(%w[if unless])} #{test}"
    when 2 then "#{target} = #{argument} #{pick(@do_blocks ? %w[if unless] : %w[while until])} #{test}"
    when 3 then "#{new_local} = #{argument} rescue #{argument}"
    end
  end

  def aliases
    return expression if @scope.sealed && one_in(2)

    pick(["alias foo bar", "alias :a! :b", "alias + -", "undef foo", "undef foo, :bar, +", "alias []= []"])
  end

  def heredoc
    inner = one_in(2) ? "it is \#{#{argument_inside}} and \#{#{local_or_integer}}" : "plain \\t text"
    case any(4)
    when 0 then "#{new_local} = <<A\n#{inner}\nA"
    when 1 then "#{new_local} = <<~A\n  #{inner}\n    deeper\n  A"
    when 2 then "foo(<<-A, <<'B')\n#{inner}\n  A\nraw \#{x}\nB"
    when 3 then "#{new_local} = <<~'A'.foo\n  raw\nA"
    end
  end

  # The same with do and the arguments of a command.
  def plain_argument = @do_blocks ? local_or_integer : argument

  # Without parentheses, so the first argument may not begin with a brace.
  def command
    first = form(@do_blocks ? ["<plain_argument>"] : ["<local_or_integer>", ":a", "(<argument>)", "foo(<argument>)", "[<argument>]"])
    form(["foo #{first}", "puts #{first}, <plain_argument>", "<local>.foo #{first}, *<plain_argument>",
          "foo #{first}, k: <plain_argument>", "foo *<plain_argument>, **<plain_argument>, &<plain_argument>", "foo(<local>) <do_block>",
          "raise <constant>, \"no\"", "private def foo(a) = a", "private def foo; self; end", "foo -> { <local_or_integer> }, #{first}", "foo #{@do_blocks ? "#{first} <do_block>" : first}", "foo [<local_or_integer>][0]", "foo(<argument>).bar #{first}",
          "<new_local> = foo #{first}", "foo(&:bar)", "p", "<local>.foo(#{first}) <do_block>"])
  end

  def parallel_ends
    "begin\nbegin\n#{body}\nensure\n#{flag(:rescue, true) { control }}\nend\nrescue\n#{flag(:rescue, true) { control }}\nensure\n#{control}\nend"
  end

  def blocks = form(["<call_with_block>", "<new_local> = <lambda_literal>", "loop <do_block>"])

  # Definitions.

  PARAMETERS = [0, 0, 0, 1, 1, 2, 3].freeze

  def parameters(blocks)
    names = []
    add = lambda do
      name = "p#{names.size}"
      names << name
      name
    end
    required = lambda do
      if one_in(7)
        inner = some(3, 1) { one_in(6) ? "(#{add.call}, #{add.call})" : add.call }
        inner.insert(any(inner.size + 1), "*#{add.call}") if one_in(3)
        inner << add.call if inner.size == 1
        "(#{inner.join(', ')})"
      else
        add.call
      end
    end
    text = some(pick(PARAMETERS)) { required.call }
    optional = some(pick(PARAMETERS)) { "#{add.call} = #{optional_value(names)}" }
    text += optional
    rest = one_in(3)
    text << (one_in(4) ? "*" : "*#{add.call}") if rest
    text += some(pick(PARAMETERS)) { required.call } if rest || optional.any? || one_in(3)
    if one_in(3)
      text += some(3, 1) do |i|
        names << "k#{i}"
        one_in(2) ? "k#{i}:" : "k#{i}: #{optional_value(names)}"
      end
    end
    if one_in(5)
      text << (one_in(4) ? "**" : "**#{add.call}")
    end
    text << (blocks || one_in(4) ? "&#{add.call}" : "&#{add.call}") if one_in(4)
    [text, names]
  end

  def optional_value(names) = one_in(3) && names.size > 1 ? pick(names[0..-2]) : pick([literal, "[1, *nil]", "{ a: 1 }", "foo(1)", "(1 if true)", "-> { 1 }", "(redo if foo; 2)", "(next 3 if foo; 4)", "(break if foo; 5)", "(return if foo; 6)"])

  def definition
    return simple if @scope.depth > DEPTH_MAX

    inside(Scope.new(@scope)) do
      @scope.method = true
      @scope.sealed = true
      name = pick(["foo", "bar", "baz?", "qux!", "attr=", "[]", "[]=", "+", "-@", "!", "==", "self.foo", "Foo.bar", "each", "initialize",
                   "method_missing", "call", "class", "`", "<=>", "=~", "~", "!~", "===", "**", "<<", "(foo).bar", "@i0.bar",
                   "self.[]="])
      next endless(name) if one_in(10) && name !~ /=\z/
      next forwarding if one_in(14)

      text, names = parameters(false)
      @scope.names.concat(names)
      @anonymous = nil
      line = one_in(4) && text.none? { |one| one =~ /\A\*\*?\z|\(|:/ } ? "def #{name} #{text.join(', ')}" : "def #{name}(#{text.join(', ')})"
      inner = +"#{body(one_in(10) ? 0 : 1)}\n"
      clauses(inner) if one_in(4)
      "#{line}\n#{inner}end"
    end
  end

  def endless(name)
    text, names = one_in(2) ? [nil, []] : parameters(false)
    # One line and one expression: what it holds may not go on behind it.
    @scope.names.concat(names)
    @left = [@left, 12].min
    head = "def #{name}#{text && "(#{text.join(', ')})"} ="
    form(["#{head} <argument>", "#{head} <argument>", "#{head} \"s\" + super", "#{head} [<argument>].map { |x| yield x }", "#{head} (<argument>) rescue <argument>",
          "#{head} foo { super }", "#{head} yield", "#{head} foo { |x| foo { yield(x, <local_or_integer>) } }", "#{head} puts <local_or_integer>",
          "#{head} raise <local_or_integer> rescue 1", "#{head} begin\n<argument>\nensure\n<argument>\nend"])
  end

  def forwarding
    pick(["def nil; end", "def end(a, b = 1) = a", "def if(a, k: 1)\nself.if(a).end { |x| x.class }\nend", "def foo(...) = bar(...)", "def foo(...)\nbar(...)\nend", "def foo(a, ...)\nbar(a, 1, ...)\nend",
          "def foo(&)\nbar(&)\nend", "def foo(*)\nbar(*)\nend", "def foo(**)\nbar(**)\nend", "def foo(*, **, &)\nbar(1, *, k: 2, **, &)\nend",
          "def foo(*)\nbar { |x| baz(x) }\n[*]\nend", "def foo(...)\nsuper\nend", "def foo(...)\nsuper(...)\nend", "def foo(a, b = 1, *, k:, **, &)\nsuper\nend"])
  end

  def class_body
    return definition if @scope.sealed || @scope.depth > DEPTH_MAX

    head = form(["class Foo", "class Foo < <constant>", "class Foo::Bar", "class ::Foo", "module Foo", "module Foo::Bar", "class Foo < (<argument>)"])
    inside(Scope.new(@scope)) { "#{head}\n#{body_of_class}end" }
  end

  def singleton
    return simple if @scope.depth > DEPTH_MAX

    object = pick(["self", local, primary, constant])
    inside(Scope.new(@scope)) { "class << #{object}\n#{body_of_class}end" }
  end

  def body_of_class
    inner = +"#{one_in(6) ? '' : body(2)}\n"
    one_in(5) ? clauses(inner) : inner
  end

  # Expressions.

  EXPRESSIONS = {
    argument: 10, binary: 10, logic: 4, ternary: 4, call: 14, call_with_block: 8, safe_call: 4, lambda_literal: 4, range: 3,
    chained: 3, assigned: 3, begin_value: 2, if_value: 2, yielding: 4, super_call: 4, definition_value: 1, case_value: 2,
    rescue_value: 2, defined_method: 1, unary: 4, held: 2, word_value: 2
  }.freeze

  def expression
    return literal if (@left -= 1) < 0

    weighted(EXPRESSIONS)
  end

  def argument
    @left -= 1
    case any(@left > 0 ? 10 : 4)
    when 0..3 then primary
    when 4 then local
    when 5 then "(#{expression})"
    when 6 then binary
    when 7 then call
    when 8 then ternary
    when 9 then unary
    end
  end

  def primary
    case any(@left > 0 ? 10 : 3)
    when 0..2 then literal
    when 3..5 then local
    when 6 then variable
    when 7 then call
    when 8 then collection
    when 9 then "(#{expression})"
    end
  end

  def receiver = form(["<local>", "<variable>", "self", "<constant>", "foo", "(<literal>)", "foo(<literal>)", "<local>[<literal>]", "<local>.foo"])
  def variable = form(["@i#{any(4)}", "$g#{any(4)}", "@@c#{any(3)}", "<constant_path>", "self", "__method__", "__FILE__", "__LINE__", "$~", "$1", "$&", "foo", "foo.bar",
                       "<local>[<literal>]", "<local>[1, 2]", "<local>[]", "__ENCODING__", "<regexp>", "$!", "$0", "$;", "1r", "2i"])

  INTEGERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -2, 100, 127, 128, 255, 256, -127, -128, -255, -256, 32767, 32768, -32768, -32769, 65535, 70000,
              2147483647, 2147483648, -2147483648, -2147483649, 9223372036854775807, 9223372036854775808, -9223372036854775808,
              -9223372036854775809, 2**64, 3**200, -(7**100)].freeze

  def literal
    case any(12)
    when 0..3 then integer
    when 4 then "nil"
    when 5 then pick(%w[true false self])
    when 6, 7 then string
    when 8 then symbol
    when 9 then pick(["[]", "{}", "[1, 2]", "{ a: 1 }", "[nil]", "%w[]", "%i[]"])
    when 10 then "\"s#{any(20)}\""
    when 11 then ":y#{any(20)}"
    end
  end

  def integer
    number = one_in(3) ? pick(INTEGERS) : any(300)
    number = -number if one_in(8)
    case any(10)
    when 0 then format("%s0x%x", number < 0 ? "-" : "", number.abs)
    when 1 then format("%s0b%b", number < 0 ? "-" : "", number.abs % 2**200)
    when 2 then format("%s0o%o", number < 0 ? "-" : "", number.abs)
    when 3 then number.abs < 1000 ? number.to_s : number.to_s.sub(/(\d)(\d{3})\z/, '\1_\2')
    else number.to_s
    end
  end

  def string
    case any(13)
    when 12 then "\"a\#{\"b\#{#{local_or_integer}}\"}\""
    when 0 then "'it''s'"
    when 1 then "\"a\\n\\x00\\u3042\\e\""
    when 2 then "%q(a (b) c)"
    when 3 then "?c"
    when 4 then "\"#{'x' * any(40)}\" \"y\""
    when 5 then "\"\#{#{argument_inside}}\""
    when 6 then "\"a\#{#{argument_inside}}b\#{#{argument_inside}}\""
    when 7 then "%Q{a \#{#{argument_inside}} b}"
    when 8 then "\"\#{}\#{nil}\""
    when 9 then "`run \#{#{argument_inside}}`"
    when 10 then "\"\#@i0 \#$g0\""
    when 11 then "''"
    end
  end

  # A string may stand in a heredoc, so it takes one line.
  def argument_inside = @left > 0 && one_in(3) ? "#{local}.#{method_name}(#{integer})" : local_or_integer
  def local_or_integer = @scope.names.empty? ? any(9).to_s : pick(@scope.names)

  def symbol = form([":a", ":\"a b\"", ":+", ":[]=", ":\"a\#{<local_or_integer>}\"", ":@i", ":$g", ":Foo", ":'x y'", "%s(z)", ":\"\"", ":foo=", ":!", ":\"\#{1}\#{2}\""])

  def collection
    case any(8)
    when 0 then "[#{some(4) { argument }.join(', ')}]"
    when 1 then "[#{some(4, 1) { one_in(3) ? "*#{primary}" : argument }.join(', ')}]"
    when 2 then "{ #{some(4) { pair }.join(', ')} }"
    when 3 then "{ #{some(4, 1) { one_in(3) ? "**#{primary}" : pair }.join(', ')} }"
    when 4 then "%w[#{some(5) { |i| "w#{i}" }.join(' ')}]"
    when 5 then "%i[#{some(5) { |i| "w#{i}" }.join(' ')}]"
    when 6 then "%W[a\#{#{argument_inside}}b c \#{#{argument_inside}}]"
    when 7 then "%I[a\#{#{argument_inside}} c]"
    end
  end

  def pair = form(["a: <argument>", "<shorthand>", "\"b c\": <argument>", "<primary> => <argument>", "\"d\#{<local_or_integer>}\": <argument>", "if: 1", "K: nil", ":x => <literal>"])

  # Names of locals that are values, too.
  def shorthand = @scope.names.grep(/\A[a-z]\d*\z/).empty? ? "a:" : "#{pick(@scope.names.grep(/\A[a-z]\d*\z/))}:"

  def binary = "#{primary} #{pick(BINARY)} #{pick([primary, integer.delete('-'), 1, 2, 127, 128].map(&:to_s))}"
  def unary = form(["!<primary>", "-<local>", "~<primary>", "+<local>", "(not(<primary>))", "!<local>.foo", "-(<argument>)", "-1.abs", "- 5", "!!nil"])
  def logic = "(#{argument} #{pick(%w[and or && ||])} #{argument})"
  def ternary = "(#{argument} ? #{argument} : #{argument})"
  def range = form(["(<primary>..<primary>)", "(<primary>...<primary>)", "(<primary>..)", "(..<primary>)", "(1..2)", "(nil..nil)"])
  def assigned = "(#{target} = #{argument})"
  def begin_value = "(#{body(value: true)})"
  def if_value = "(if #{test} then #{argument} else #{argument} end)"
  def case_value = "(case #{argument} when #{argument} then #{argument} else #{argument} end)"
  def rescue_value = "(#{argument} rescue #{argument})"
  def word_value = form(["(defined?(<argument>))", "(not <local_or_integer>)", "(<new_local>, <new_local> = <list>)", "(p; <literal>)", "foo(<argument>,)"])
  def chained = "#{primary}.foo(#{argument}).bar[#{argument}].baz"
  def definition_value = "(#{definition})"
  def defined_method = "define_method(:dm) #{braces(*block_parameters)}"

  def arguments
    return "" if one_in(4)

    parts = some(3) { one_in(6) ? "*#{primary}" : argument }
    parts += some(2) { |i| one_in(5) ? "**#{primary}" : "#{form(["k#{i}: ", "\"q#{i}\": ", "<primary> => "])}#{argument}" } if one_in(3)
    yield parts if block_given?
    parts.join(", ")
  end

  def passed(&block) = "(#{arguments(&block)})"

  def passed_with_block = passed { |parts| parts << "&#{pick([':sym', local, 'nil'])}" }

  def call
    case any(9)
    when 0 then "foo#{passed}"
    when 1 then "#{receiver}.#{method_name}#{passed}"
    when 2 then "#{receiver}.#{method_name}"
    when 3 then "self.#{method_name}#{passed}"
    when 4 then "#{receiver}.#{passed}"
    when 5 then "#{receiver}::foo#{passed}"
    when 6 then "#{receiver}[#{argument}]"
    when 7 then "#{receiver}.foo#{passed { |parts| parts << "&#{pick([':sym', local, 'nil', primary])}" }}"
    when 8 then "foo#{passed { |parts| parts << "&#{pick([':sym', local, 'nil', "foo(&:bar)"])}" }}"
    end
  end

  def safe_call = form(["<receiver>&.<method_name><passed>", "<receiver>&.foo&.bar(<argument>)&.baz", "<receiver>&.foo <block>",
                        "<receiver>&.[](<argument>)", "(<receiver>&.attr = <argument>)", "(<receiver>&.attr #{pick(%w[+ || &&])}= <argument>)"])

  def yielding
    return call unless @scope.method

    form(["yield", "yield(<argument>)", "yield(*<primary>)", "yield(<argument>, <argument>)", "yield(k: <argument>)", "(yield <local_or_integer>, *<primary>)",
          "yield([<argument>, <argument>])", "yield(<argument>, **<primary>)", "yield.foo", "yield[0]"])
  end

  # Where no method is, too: it is refused when it runs.
  def super_call
    return call unless @scope.method || one_in(3)

    form(["super", "super()", "super<passed>", "super<passed_with_block>", "super(*<primary>)",
          "super <block>", "super(<argument>) <block>", "super(k: <argument>)", "super(&nil)", "super.foo", "super(*<primary>, **<primary>)"])
  end

  # Blocks.

  def block_parameters
    return [nil, []] if one_in(4)

    text, names = parameters(true)
    shadows = one_in(6) ? some(2, 1) { |i| "s#{i}" } : []
    names += shadows
    line = text.join(", ")
    line += "," if text.size == 1 && text[0] =~ /\Ap\d+\z/ && shadows.empty? && one_in(4)
    line += "; #{shadows.join(', ')}" if shadows.any?
    [line, names]
  end

  def block_body(names)
    return "nil" if @scope.depth > DEPTH_MAX

    inside(Scope.new(@scope, block: true)) do
      @scope.names.concat(names)
      body(one_in(8) ? 0 : 1)
    end
  end

  def block = braces(*block_parameters)

  def do_block
    return block unless @do_blocks

    line, names = block_parameters
    inner = +"#{block_body(names)}\n"
    inside(Scope.new(@scope, block: true)) { @scope.names.concat(names); clauses(inner) } if one_in(4)
    "do #{"|#{line}|" if line}\n#{inner}end"
  end

  def braces(line, names) = "{ #{line ? "|#{line}|" : ["", "", "||", "|;s0|"][any(4)]}\n#{block_body(names)}\n}"

  def numbered
    inner = inside(Scope.new(@scope, block: true)) do
      @scope.names << "_1"
      names = @scope.names
      form(["_1 + 1", "[_1, _2]", "_1.foo(_3)", "_2", "p _1, #{pick(names)}", "_1[_2] rescue _9"])
    end
    "{ #{inner} }"
  end

  def call_with_block
    return call if @scope.depth > DEPTH_MAX

    one_in(2) or return "#{form(["foo", "loop", "<local>.each", "<receiver>.<method_name>", "proc", "lambda"])}#{one_in(2) ? ' ' : "#{passed} "}#{block}"
    return "#{form(['foo', "<local>.map", 'proc', 'lambda'])} #{numbered}" if one_in(4)

    "(#{form(["foo", "<local>.each", "<receiver>.foo<passed>"])} #{do_block})"
  end

  def lambda_literal
    return literal if @scope.depth > DEPTH_MAX

    line, names = block_parameters
    parameters = case line
                 when nil then ""
                 else "(#{line.delete_suffix(',')})"
                 end
    inner = block_body(names)
    if @do_blocks
      inner = +"#{inner}\n"
      inside(Scope.new(@scope, block: true)) { @scope.names.concat(names); clauses(inner) } if one_in(4)
      return "->#{parameters} do\n#{inner}end"
    end
    "->#{parameters} { #{inner}\n}"
  end

  # Irregular sizes.

  # More locals, symbols, literals and blocks than a byte can number, then as ever.
  def crowd
    parameters, names = pick([["", []], ["a", %w[a]], ["*a", %w[a]], ["a, b = 1, *c, k: 1, **o, &d", %w[a b c k o d]], ["k:", %w[k]]])
    kind = pick(%i[program class method method block])
    return crowded if kind == :program

    around = many(9, " = ") { |i| "u#{i}" } + " = 1\n"
    @scope.names.concat(around.scan(/u\d/))
    inside(Scope.new(@scope, block: kind == :block)) do
      @scope.method = @scope.sealed = true if kind == :method
      @scope.names.concat(names) unless kind == :class
      case kind
      when :class then "class Crowd\n#{crowded}\nend"
      when :method then "def crowd(#{parameters})\n#{crowded}\nend"
      when :block then "#{around}foo { |#{parameters}|\n#{crowded}\n}"
      end
    end
  end

  def crowded
    lines = []
    lines << "foo(#{many(260) { |i| ":z#{i}" }})" if one_in(2)
    lines << "foo(#{many(260) { |i| "\"t#{i}\"" }})" if one_in(2)
    lines << many(300, "; ") { pick(["foo { }", "foo(-> { })", "def a; end", "class << self; 1; end"]) } if one_in(2)
    if one_in(2)
      names = Array.new(245) { |i| "l#{i}" }
      lines << (one_in(2) ? "#{names.join(' = ')} = 1" : names.map { |name| "#{name} = #{one_in(3) ? 'nil' : any(9)}" }.join("; "))
      @scope.names.concat(names.last(40))
      @scope.crowded = true
    end
    3.times do
      @left = 60
      lines << "foo(#{many(10) { 1 }}, (\n#{body(8, value: true)}))"
    end
    lines.join("\n")
  end

  def nest(count, open, inside, close) = open * count + inside + close * count
  def many(count, between = ", ", &item) = Array.new(count, &item).join(between)

  LARGE = 37

  def large
    n = 100 + any(200)
    case any(LARGE)
    when 0 then "[#{many(1000) { |i| i }}]"
    when 1 then "{ #{many(500) { |i| "k#{i}: #{i}" }} }"
    when 2 then "foo(#{many(n) { |i| i }})"
    when 3 then "foo(#{many(n) { |i| "k#{i}: #{i}" }})"
    when 4 then "%w[#{many(1000, ' ') { |i| "w#{i}" }}]"
    when 5 then "%I[#{many(300, ' ') { |i| "w\#{#{i}}" }}]"
    when 6 then "\"#{many(n, ' ') { |i| "\#{#{i}}" }}\""
    when 7 then "#{many(n) { |i| "v#{i}" }} = #{many(n) { |i| i }}".then { |text| n < 240 ? text : text.gsub("v", "@v") }
    when 8 then "#{many(200) { |i| "@v#{i}" }}, *r, #{many(30) { |i| "w#{i}" }} = foo"
    when 9 then nest(60, "[", "1", "]")
    when 10 then nest(60, "{ a: ", "1", "}")
    when 11 then nest(60, "if foo\n", "1\n", "else\n2\nend\n")
    when 12 then nest(26, "foo { |a, b = 1| ", "a + b", " }")
    when 13 then nest(26, "class Foo\nx = 1\n", "x = 1\n", "end\n")
    when 14 then nest(26, "-> (a) {\nbegin\n", "break a\n", "ensure\nnext a\nend\n}")
    when 15 then nest(40, "while foo\nbegin\n", "break\n", "rescue\nretry\nensure\nredo\nend\nend\n")
    when 16 then "case foo\n#{many(n, "\n") { |i| "when #{i}, *bar\n#{i}" }}\nelse\n1\nend"
    when 17 then "if foo == 0\n0\n#{many(90, "\n") { |i| "elsif foo == #{i}\n#{i}" }}\nend"
    when 18 then "begin\nfoo\n#{many(n, "\n") { |i| "rescue E#{i} => e\n#{i}" }}\nelse\n1\nensure\n2\nend"
    when 19 then "x = foo\n#{many(99, ' && ') { |i| "x.a#{i}" }}"
    when 20 then "foo#{many(90, '') { |i| "&.a#{i}(#{i})" }}"
    when 21 then many(254, "\n") { |i| "v#{i} = #{i}" }
    when 36 then "def foo\n#{many(240, "\n") { |i| "v#{i} = #{i}" }}\nbar {\n#{many(60, "\n") { |i| "w#{i} = v#{i}" }}\n}\nend"
    when 22 then "def foo\n#{many(240, "\n") { |i| "v#{i} = #{i}" }}\nbar { #{many(240) { |i| "v#{i} += 1" }.tr(',', ';')} }\nend"
    when 23 then "def foo(#{many(31) { |i| "a#{i}" }}, #{many(31) { |i| "b#{i} = #{i}" }}, *r, #{many(31) { |i| "c#{i}" }}, #{many(31) { |i| "k#{i}: 1" }}, **o, &d)\nyield\nsuper\nsuper(1)\nend"
    when 24 then "def foo(a, *r, k: 1)\n#{nest(20, 'bar { ', 'yield a; super; yield(*a)', ' }')}\nend"
    when 25 then "x = #{many(100, ' + ') { |i| "a(#{i}" }}#{')' * 100}"
    when 26 then many(n, "\n") { |i| "def m#{i}(a) = a + #{i}" }
    when 27 then many(n, "\n") { |i| "foo { |x| x + #{i} }" }
    when 28 then "foo(#{many(n) { |i| i.odd? ? "*a#{i}" : i.to_s }}, **b, &c)"
    when 29 then "while foo\n#{many(700, "\n") { |i| "bar(#{i}, \"s\", :t)" }}\nbreak if baz\nend"
    when 30 then "x = \"#{'long ' * 12_000}\""
    when 31 then nest(50, "(foo rescue ", "1", ")")
    when 32 then nest(26, "def foo(a)\n", "a\n", "end\n")
    when 33 then "#{many(n, "\n") { |i| "$x#{i} = @y#{i} = :z#{i}" }}\n#{many(n, "\n") { |i| "X#{i} ||= Y#{i}::Z" }}"
    when 34 then "def foo(a = [#{many(n) { |i| ":a#{i}" }}], b = [#{many(260) { |i| ":b#{i}" }}], k: 1, l:, m: k); end"
    when 35 then "foo(#{many(300) { |i| ":a#{i}" }})\n#{many(20, "\n") { |i| "alias a#{i} b#{i}; alias c#{i} a#{i}; undef d#{i}" }}"
    end + "\n"
  end

  REFUSED = [
    "foo(", "end", "x = = 1", "def f; class Foo; end; end", "1 = 2", "yield", "class foo; end", "x = return", "foo(&a, 1)",
    "def f(a, a); end", "def f(*a, *b); end", "{ a: 1", "\"\#{", "def f(@a); end", "if true", "begin; rescue", "->(x { }",
    "self = 1", "nil ||= 1", "foo() = 1", "A::B ||= 1", "def f; ::A = 1; end", "::A += 1", "alias $new $old", "proc { |a| _1 }", "alias foo", "case 1; end; when",
    "class A; yield; end", "def f; bar(*); end", "def f; bar(&); end", "def f; bar(**); end", "def f; bar(...); end", "%w[a", "<<A\nfoo",
    "x = 1 2", "BEGIN { }", "@1 = 2", "$ = 1", "0b2", "09", "1__0", "'abc", "a, b += 1", "def f=(x) = 1", "x = (break)", "while return; end", "def f(**nil); end",
    "case 1\nin 2 then 3\nend", "1 in a", "{ a: 1 } => { a: }", "END { }", "def f; yield(&b); end", "class A; class << self; yield; end; end",
    "def f; class << self; yield; end; end", "def f; class << self; foo { yield }; end; end", "x = defined?(yield)", "a b c: 1 d", "foo(k: 1, 2",
    "def f = ", "def f=(x) = x", "class A < ; end", "->(a, a) { }", "foo { |a, a| }", "unless a; elsif b; end", "%q(", "undef", "a ? b", "[1, 2", "alias a $b"
  ].freeze

  def refused
    text = case any(14)
           when 0 then many(260, "\n") { |i| "v#{i} = #{i}" }
           when 1 then "def f(#{many(33) { |i| "a#{i}" }}); end"
           when 2 then "x = #{nest(1200, '[', '1', ']')}"
           when 3 then "while foo\n#{many(6000, "\n") { |i| "bar(#{i}, 1)" }}\nend"
           else pick(REFUSED)
           end
    "# refused\n#{text}\n"
  end
end

if $PROGRAM_NAME == __FILE__
  abort "usage: generate.rb SEED COUNT" unless ARGV.size == 2
  generator = Generator.new(Integer(ARGV[0]))
  $stdout.binmode
  Integer(ARGV[1]).times { $stdout.write(generator.program, "\0") }
end
