# SPDX-License-Identifier: GPL-2.0
#
# The kernel's configuration of mruby over this machine's libc, under sanitizers:
#
#	make -f tests/mruby/userland.mk
#
# makes $(KMVM_BUILD)/userland/run, which runs images; also the C halves of mruby's own tests
# are in it; and $(KMVM_BUILD)/userland/walk, which runs them while memory fails. What `scripts/rake kmvm:kernel` made is its input, as it is Kbuild's.

KMVM_BUILD ?= build
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=undefined

top := $(dir $(lastword $(MAKEFILE_LIST)))
mruby := $(KMVM_BUILD)/mruby
out := $(KMVM_BUILD)/userland

include $(mruby)/build/kernel/objects.mk

drivers := mrbgems/mruby-test/vformat.o $(foreach gem,error fiber proc-ext, \
	$(patsubst $(mruby)/%.c,%.o,$(wildcard $(mruby)/mrbgems/mruby-$(gem)/test/*.c)))
objects := $(addprefix $(out)/,$(mruby-objects) guard.o)
flags := -O1 -g -std=gnu11 -w $(SANITIZE) -fno-strict-aliasing -fwrapv -fno-omit-frame-pointer \
	$(mruby-defines) -DMRB_USE_GUARD $(addprefix -I$(mruby)/,$(mruby-includes))

all: $(out)/run $(out)/walk

$(out)/run: $(objects) $(addprefix $(out)/,$(drivers) run.o)
	$(CC) $(SANITIZE) -o $@ $^

# Each object on a page of its own: then each one that is made is an allocation that can fail,
# and what points to one that was collected is found.
$(out)/walk: $(filter-out %/src/gc.o,$(objects)) $(out)/walk.o $(out)/walk-gc.o
	$(CC) $(SANITIZE) -o $@ $^

$(out)/run.o: $(top)userland.c
$(out)/walk.o $(out)/guard.o: $(out)/%.o: $(top)../memory/%.c
$(out)/run.o $(out)/walk.o $(out)/guard.o:
	@mkdir -p $(@D)
	$(CC) $(flags) -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -MMD -c -o $@ $<

$(out)/walk-gc.o: $(mruby)/src/gc.c
	$(CC) $(flags) -DMRB_HEAP_PAGE_SIZE=1 -MMD -c -o $@ $<

$(out)/%.o: $(mruby)/%.c
	@mkdir -p $(@D)
	$(CC) $(flags) -MMD -c -o $@ $<

-include $(patsubst %.o,%.d,$(objects) $(addprefix $(out)/,$(drivers) run.o walk.o walk-gc.o))
