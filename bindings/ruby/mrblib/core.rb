# SPDX-License-Identifier: GPL-2.0
# Of Ruby's core, what mruby leaves out and its users do not expect to miss.
class Integer
  def self.sqrt(number)
    raise TypeError, "#{number.class} is no Integer" unless number.is_a?(Integer)
    raise RangeError, "no root of a negative number" if number < 0
    return number if number < 2

    # From above, each step nearer, until one is not.
    root = 1 << (number.bit_length + 1) / 2
    loop do
      nearer = (root + number / root) / 2
      return root if nearer >= root

      root = nearer
    end
  end

  def even?
    self & 1 == 0
  end

  def odd?
    self & 1 == 1
  end

  def integer?
    true
  end

  def pred
    self - 1
  end

  def bit_length
    (self < 0 ? ~self : self).to_s(2).size - (self == 0 || self == -1 ? 1 : 0)
  end

  def [](bit)
    bit < 0 ? 0 : self >> bit & 1
  end

  def gcd(other)
    a = abs
    b = other.abs
    a, b = b, a % b while b > 0
    a
  end

  def lcm(other)
    self == 0 || other == 0 ? 0 : (self / gcd(other) * other).abs
  end
end

module Enumerable
  def to_set(&block)
    Set.new(self, &block)
  end

  # The elements in pieces that end where the block says so of two neighbours.
  def slice_when(&block)
    raise ArgumentError, "slice_when needs a block" unless block

    Enumerator.new do |pieces|
      piece = nil
      each do |*values|
        value = values.__svalue
        if piece && block.call(piece.last, value)
          pieces << piece
          piece = [value]
        else
          (piece ||= []) << value
        end
      end
      pieces << piece if piece
    end
  end

  def chunk_while(&block)
    raise ArgumentError, "chunk_while needs a block" unless block

    slice_when { |one, other| !block.call(one, other) }
  end
end

class Array
  def shuffle!
    (size - 1).downto(1) do |last|
      other = Random.rand(last + 1)
      self[last], self[other] = self[other], self[last]
    end
    self
  end

  def shuffle
    Array.new(self).shuffle!
  end

  def sample(count = nil)
    return shuffle.first(count) if count

    self[Random.rand(size)] unless empty?
  end
end

class Hash
  def to_h(&block)
    return self unless block

    to_a.to_h(&block)
  end
end

class Range
  def step(by = 1, &block)
    return to_enum(:step, by) unless block
    raise TypeError, "step is one of Integers" unless self.begin.is_a?(Integer) && by.is_a?(Integer)
    raise ArgumentError, "step can't be less than 1" if by < 1

    value = self.begin
    while self.end.nil? || value < self.end || (value == self.end && !exclude_end?)
      block.call(value)
      value += by
    end
    self
  end

  alias % step
end

class String
  # Without patterns: there are no regular expressions.
  def scan(text)
    raise TypeError, "scan looks for a String" unless text.is_a?(String)

    found = []
    at = 0
    while (at = index(text, at))
      block_given? ? yield(text.dup) : found << text.dup
      at += text.empty? ? 1 : text.size
    end
    block_given? ? self : found
  end
end

class Exception
  def full_message(*)
    first, *others = backtrace
    ["#{first}#{": " if first}#{message} (#{self.class})", *others.map { |frame| "\tfrom #{frame}" }].join("\n")
  end
end

class Data
  def with(**changes)
    self.class.new(**to_h.merge(changes))
  end
end

module Kernel
  def pp(*objects)
    p(*objects)
  end

  def public_send(name, *arguments, **keywords, &block)
    __send__(name, *arguments, **keywords, &block)
  end
end
