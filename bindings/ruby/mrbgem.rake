# SPDX-License-Identifier: GPL-2.0
MRuby::Gem::Specification.new("kmvm-bindings") do |spec|
  spec.license = "GPL-2.0"
  spec.authors = "the authors of kmvm"
  spec.summary = "bindings that are Ruby over other bindings"
end
