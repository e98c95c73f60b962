# SPDX-License-Identifier: GPL-2.0
#
# The two mruby builds behind kmvm, read by mruby's own rake:
#
#   host    mrbc and the compiler library that kmctl links
#   kernel  the interpreter of kmvm.ko: rake makes its generated C, Kbuild compiles it
#
# rake kmvm:host      build/host/bin/mrbc, build/host/lib/libmruby.a
# rake kmvm:kernel    build/kernel: generated C, symbol headers, objects.mk for Kbuild

# A compiler without floats, so that its lexer sees a float literal for what it is here: a mistake.
NO_FLOAT = %w[MRB_NO_FLOAT].freeze

# In, and why. The order is upstream's: a later gem may redefine what an earlier one defined.
KERNEL_GEMS = {
  "mruby-compar-ext"   => "Comparable#clamp",
  "mruby-enum-ext"     => "each_slice, group_by, tally and the like",
  "mruby-string-ext"   => "Ruby's String as people know it",
  "mruby-numeric-ext"  => "digits, pow, bit tests",
  "mruby-array-ext"    => "Ruby's Array as people know it",
  "mruby-hash-ext"     => "Ruby's Hash as people know it",
  "mruby-range-ext"    => "Ruby's Range as people know it",
  "mruby-proc-ext"     => "curry, >>, <<, lambda?",
  "mruby-symbol-ext"   => "Ruby's Symbol as people know it",
  "mruby-object-ext"   => "tap, then, instance_exec",
  "mruby-objectspace"  => "counting objects, to find what a script keeps alive",
  "mruby-set"          => "Set",
  "mruby-fiber"        => "Fiber; Enumerator stands on it",
  "mruby-enumerator"   => "each without a block",
  "mruby-enum-lazy"    => "walks over long kernel lists that stop early",
  "mruby-enum-chain"   => "Enumerator#+ and Enumerable#chain",
  "mruby-toplevel-ext" => "include and define_method at top level",
  "mruby-kernel-ext"   => "Integer(), Array(), caller, __method__",
  "mruby-class-ext"    => "Module#name, attached_object, <=> of classes",
  "mruby-pack"         => "structures and packets are bytes",
  "mruby-sprintf"      => "sprintf and String#%; printf is made of it",
  "mruby-struct"       => "Struct",
  "mruby-data"         => "Data.define: small immutable records",
  "mruby-bigint"       => "kernel addresses lie above 2**63",
  "mruby-metaprog"     => "send, define_method, instance_variable_get and the like",
  "mruby-method"       => "Method and UnboundMethod",
  "mruby-catch"        => "catch and throw",
  "mruby-errno"        => "Errno::ENOENT and the like, for bindings that ask the kernel",
  "mruby-error"        => "mrb_protect and mrb_ensure, for C that calls Ruby",
  "mruby-os-memsize"   => "what an object weighs in the VM's heap",
}.freeze

# Out, and why.
LEFT_OUT = {
  "mruby-binding"      => "a Binding is for eval",
  "mruby-bin-config"   => "a program, not a library",
  "mruby-bin-debugger" => "a program, not a library",
  "mruby-bin-mirb"     => "a program, not a library",
  "mruby-bin-mrbc"     => "the compiler stays on the host",
  "mruby-bin-mruby"    => "a program, not a library",
  "mruby-bin-strip"    => "a program, not a library",
  "mruby-cmath"        => "floats",
  "mruby-compiler"     => "the compiler stays on the host: the kernel sees bytecode only",
  "mruby-complex"      => "floats",
  "mruby-dir"          => "opendir() and friends; files come as a binding",
  "mruby-eval"         => "needs the compiler",
  "mruby-exit"         => "exit() of libc; exit is kmvm's own",
  "mruby-io"           => "file descriptors and stdio; puts and friends are kmvm's own",
  "mruby-math"         => "floats",
  "mruby-print"        => "refuses MRB_NO_STDIO; puts and friends are kmvm's own",
  "mruby-proc-binding" => "a Binding is for eval",
  "mruby-random"       => "seeds itself from the clock; Random is kmvm's own, of the kernel's numbers",
  "mruby-rational"     => "its conversions are floats",
  "mruby-sleep"        => "sleep() of libc; sleep is kmvm's own, and drives timers",
  "mruby-socket"       => "sockets of libc",
  "mruby-test"         => "its driver needs stdio",
  "mruby-test-inline-struct" => "a test",
  "mruby-time"         => "localtime() and floats; Time is kmvm's own, of the kernel's clock",
}.freeze

unjudged = Dir.children("#{MRUBY_ROOT}/mrbgems").grep(/\Amruby-/) - KERNEL_GEMS.keys - LEFT_OUT.keys
fail "build_config.rb neither takes nor leaves out: #{unjudged.sort.join(', ')}" unless unjudged.empty?

MRuby::Build.new("host") do |conf|
  conf.toolchain :gcc
  conf.disable_lock
  # Saves a second compile of mruby: with it, mrbc would be built twice.
  conf.disable_presym
  conf.defines.concat(NO_FLOAT)
  # gcc 14 sees one in mruby that is none; kernels build with this flag for the same reason.
  conf.cc.flags << "-Wno-maybe-uninitialized"
  conf.gem core: "mruby-compiler"
  conf.gem core: "mruby-bin-mrbc"
end

MRuby::CrossBuild.new("kernel") do |conf|
  conf.toolchain :gcc
  conf.disable_lock
  conf.defines.concat(NO_FLOAT)
  # No FILE; and no etext/edata, which tell a program's constants from its heap.
  conf.defines.concat(%w[MRB_NO_STDIO MRB_NO_DEFAULT_RO_DATA_P])
  # A method is otherwise a function's address with flags in its top bits, which a kernel address uses.
  conf.defines << "MRB_USE_METHOD_T_STRUCT"
  # Ruby that calls Ruby lies on the VM's heap, not on the C stack: 12000 calls deep is little
  # there (16384 in fact, the array of frames doubles), if the stack of values doubles too.
  conf.defines.concat(%w[MRB_CALL_LEVEL_MAX=12000 MRB_STACK_EXTEND_DOUBLING])
  # An Array may be as long as the VM's heap has room for; otherwise 131072 elements.
  conf.defines << "MRB_ARY_LENGTH_MAX=0"
  # A page of objects is 4016 bytes and fits a block of half a chunk (vm/heap.c). Of a thousand
  # objects, as usual, a fresh VM would leave most of its last page unused.
  conf.defines << "MRB_HEAP_PAGE_SIZE=83"
  KERNEL_GEMS.each_key { |name| conf.gem core: name }
  conf.gem File.expand_path("bindings/ruby", __dir__)
end

namespace :kmvm do
  task :host do
    host = MRuby.targets["host"]
    Rake::Task[host.libmruby_static].invoke
    Rake::Task["#{host.build_dir}/lib/libmruby.flags.mak"].invoke
    Rake::Task[host.mrbcfile].invoke
  end

  task :kernel do
    kernel = MRuby.targets["kernel"]
    Rake::Task[:gensym].invoke

    objects = kernel.libmruby_objs.flatten.map do |object|
      stem = object.delete_suffix(".o").delete_prefix("#{kernel.build_dir}/")
      next "#{stem}.o" if File.exist?("#{MRUBY_ROOT}/#{stem}.c")

      generated = "#{kernel.build_dir}/#{stem}.c"
      Rake::Task[generated].invoke
      "#{generated.delete_prefix("#{MRUBY_ROOT}/").delete_suffix('.c')}.o"
    end
    includes = ["#{MRUBY_ROOT}/include", "#{kernel.build_dir}/include"]
    includes += kernel.gems.flat_map(&:export_include_paths)
    includes.map! { |path| path.delete_prefix("#{MRUBY_ROOT}/") }

    text = <<~MAKE
      # Made by build_config.rb. Paths are relative to mruby's top.
      mruby-defines := #{kernel.defines.uniq.map { |name| "-D#{name}" }.join(' ')}
      mruby-includes := #{includes.uniq.join(' ')}
      mruby-objects := #{objects.uniq.sort.join(" \\\n\t")}
    MAKE
    path = "#{kernel.build_dir}/objects.mk"
    File.write(path, text) unless File.exist?(path) && File.read(path) == text
  end
end
