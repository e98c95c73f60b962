# SPDX-License-Identifier: GPL-2.0
#
# Images made wrong with sense, and who looks at what becomes of them:
#
#	make -f tests/fuzz/fuzz.mk mutants	BUILD/fuzz/mutants, with this machine's gcc
#	make -f tests/fuzz/fuzz.mk fuzzers	BUILD/fuzz/{verify,run}-fuzzer, by clang's libFuzzer
#	make -f tests/fuzz/fuzz.mk inside	BUILD/fuzz/inside, for a guest
#	make -f tests/fuzz/fuzz.mk seeds	BUILD/fuzz/seeds/*.mrb
#
# What `scripts/rake kmvm:host kmvm:kernel` made is the input.

KMVM_BUILD	?= build
mruby		:= $(KMVM_BUILD)/mruby
out		:= $(KMVM_BUILD)/fuzz
here		:= tests/fuzz

include $(mruby)/build/kernel/objects.mk

.PHONY: all mutants fuzzers inside seeds
all: mutants inside seeds
mutants: $(out)/mutants
fuzzers: $(out)/verify-fuzzer $(out)/run-fuzzer
inside: $(out)/inside

# mruby in the kernel's configuration, but its stack of values grows by what is wanted; so calls
# may not nest as deep.
defines		:= $(filter-out -DMRB_STACK_EXTEND_DOUBLING -DMRB_CALL_LEVEL_MAX=%,$(mruby-defines)) \
		   -DMRB_STACK_GROWTH=1 -DMRB_CALL_LEVEL_MAX=256 \
		   -DMRB_USE_GUARD -DMRB_USE_DEBUG_HOOK
includes	:= $(addprefix -I$(mruby)/,$(mruby-includes))
sanitize	:= -fsanitize=address,undefined -fno-sanitize-recover=undefined
common		:= -O1 -g -std=gnu11 -D_GNU_SOURCE -fno-strict-aliasing -fwrapv -fno-omit-frame-pointer \
		   $(sanitize) $(defines) -MMD
warnings	:= -Wall -Wextra -Wno-unused-parameter

include vm/judge.mk
judge		:= $(notdir $(judge-sources:.c=))
machine		:= machine watch opinion $(judge)
maker		:= program mutate images

# objects FOLDER: what runs images.
objects		= $(addprefix $(out)/$(1)/,$(mruby-objects) $(machine:=.o) $(maker:=.o))

$(out)/mutants: $(call objects,gcc) $(out)/gcc/mutants.o
	$(CC) $(sanitize) -o $@ $^

CLANG		?= clang
# A switch: edges counted at each of a thousand computed gotos keep clang busy for minutes.
feedback	:= -fsanitize=fuzzer-no-link -DMRB_USE_VM_SWITCH_DISPATCH

$(out)/verify-fuzzer: $(addprefix $(out)/clang/,$(judge:=.o) opinion.o $(maker:=.o) verify-fuzzer.o)
	$(CLANG) $(sanitize) -fsanitize=fuzzer -o $@ $^

$(out)/run-fuzzer: $(call objects,clang) $(out)/clang/run-fuzzer.o
	$(CLANG) $(sanitize) -fsanitize=fuzzer -o $@ $^

$(out)/clang/verify-fuzzer.o $(out)/clang/run-fuzzer.o: $(out)/clang/%-fuzzer.o: $(here)/fuzzer.c
	@mkdir -p $(@D)
	$(CLANG) $(common) $(feedback) $(warnings) $(includes) -DFUZZ_$* -c -o $@ $<

# Each object on a page of its own, which goes when it does.
$(out)/gcc/src/gc.o: $(mruby)/src/gc.c $(here)/fuzz.mk $(mruby)/.kmvm-stamp
	@mkdir -p $(@D)
	$(CC) $(common) -w $(includes) -DMRB_HEAP_PAGE_SIZE=1 -c -o $@ $<
$(out)/clang/src/gc.o: $(mruby)/src/gc.c $(here)/fuzz.mk $(mruby)/.kmvm-stamp
	@mkdir -p $(@D)
	$(CLANG) $(common) $(feedback) -w $(includes) -DMRB_HEAP_PAGE_SIZE=1 -c -o $@ $<

define compile
$(out)/$(1)/%.o: $(here)/%.c $(here)/fuzz.mk
	@mkdir -p $$(@D)
	$(2) $(common) $(3) $(warnings) $(includes) -c -o $$@ $$<
$(out)/$(1)/%.o: vm/%.c $(here)/fuzz.mk
	@mkdir -p $$(@D)
	$(2) $(common) $(3) $(warnings) $(includes) -c -o $$@ $$<
$(out)/$(1)/%.o: $(mruby)/%.c $(here)/fuzz.mk $(mruby)/.kmvm-stamp
	@mkdir -p $$(@D)
	$(2) $(common) $(3) -w $(includes) -c -o $$@ $$<
endef
$(eval $(call compile,gcc,$(CC),))
$(eval $(call compile,clang,$(CLANG),$(feedback)))

# In a guest: no sanitizer, the kernel has its own.
$(out)/inside: $(addprefix $(here)/,inside.c images.c program.c mutate.c) $(wildcard $(here)/*.h) include/uapi/kmvm.h
	@mkdir -p $(@D)
	$(CC) -static -O1 -g -std=gnu11 -D_GNU_SOURCE $(warnings) -Iinclude/uapi \
		-isystem $(mruby)/include -o $@ $(filter %.c,$^)

# Images that were findings, kept as text (text.c).
regressions	:= $(patsubst tests/verify/regressions/%.txt,$(out)/regressions/%.mrb,\
		   $(wildcard tests/verify/regressions/*.txt))
.PHONY: regressions
regressions: $(regressions)
$(out)/regressions/%.mrb: tests/verify/regressions/%.txt $(out)/text
	@mkdir -p $(@D)
	$(out)/text -a $< >$@
$(out)/text: $(addprefix $(here)/,text.c program.c program.h) vm/opcode.h vm/image.h $(mruby)/.kmvm-stamp
	@mkdir -p $(@D)
	$(CC) -O1 -g -std=gnu11 -fsanitize=address,undefined $(warnings) -isystem $(mruby)/include -o $@ $(filter %.c,$^)

seeds		:= $(patsubst $(here)/seeds/%.rb,$(out)/seeds/%.mrb,$(wildcard $(here)/seeds/*.rb))
seeds: $(seeds) $(out)/health.mrb
$(out)/health.mrb: $(here)/health.rb
	@mkdir -p $(@D)
	$(mruby)/build/host/bin/mrbc -g -o $@ $<

# Lines and names of locals in some: each byte is judged and loaded thousands of times.
$(out)/seeds/args.mrb $(out)/seeds/errors.mrb: lines := -g
$(out)/seeds/%.mrb: lines := --remove-lv
$(out)/seeds/%.mrb: $(here)/seeds/%.rb $(here)/fuzz.mk
	@mkdir -p $(@D)
	$(mruby)/build/host/bin/mrbc $(lines) -o $@ $<

-include $(shell find $(out) -name '*.d' 2>/dev/null)
