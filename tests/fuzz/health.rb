# SPDX-License-Identifier: GPL-2.0
# A VM that is well says so.
class Health
  def initialize(*parts) = @parts = parts
  def told = @parts.map { |part| part.to_s }.inject("") { |all, part| all + part }
end
hash = { a: "we", b: :ll }
begin
  raise ArgumentError, Health.new(*hash.values).told
rescue ArgumentError => error
  error.message
end
