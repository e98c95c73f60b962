# SPDX-License-Identifier: GPL-2.0
#
# The kernel's configuration of mruby over this machine's libc, under sanitizers:
#
#	make -f tests/mruby/userland.mk
#
# makes $(KMVM_BUILD)/userland/run, which runs images; also the C halves of mruby's own tests
# are in it. What `scripts/rake kmvm:kernel` made is its input, as it is Kbuild's.

KMVM_BUILD ?= build
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=undefined

top := $(dir $(lastword $(MAKEFILE_LIST)))
mruby := $(KMVM_BUILD)/mruby
out := $(KMVM_BUILD)/userland

include $(mruby)/build/kernel/objects.mk

drivers := mrbgems/mruby-test/vformat.o $(foreach gem,error fiber proc-ext, \
	$(patsubst $(mruby)/%.c,%.o,$(wildcard $(mruby)/mrbgems/mruby-$(gem)/test/*.c)))
objects := $(addprefix $(out)/,$(mruby-objects) $(drivers) run.o)
flags := -O1 -g -std=gnu11 -w $(SANITIZE) -fno-strict-aliasing -fwrapv -fno-omit-frame-pointer \
	$(mruby-defines) $(addprefix -I$(mruby)/,$(mruby-includes))

$(out)/run: $(objects)
	$(CC) $(SANITIZE) -o $@ $^

$(out)/run.o: $(top)userland.c
	@mkdir -p $(@D)
	$(CC) $(flags) -Wall -Wextra -Wno-unused-parameter -MMD -c -o $@ $<

$(out)/%.o: $(mruby)/%.c
	@mkdir -p $(@D)
	$(CC) $(flags) -MMD -c -o $@ $<

-include $(objects:.o=.d)
