# SPDX-License-Identifier: GPL-2.0
#
# Images made so that judging them takes long, and what it took:
#
#	make -f tests/effort/effort.mk count	BUILD/tests/effort/count, on this machine
#	make -f tests/effort/effort.mk inside	BUILD/tests/effort/inside, for a guest

KMVM_BUILD	?= build
out		:= $(KMVM_BUILD)/tests/effort
here		:= tests/effort
flags		:= -std=gnu11 -O2 -g -Wall -Wextra -isystem $(KMVM_BUILD)/mruby/include

include vm/judge.mk

.PHONY: all count inside
all: count inside
count: $(out)/count
inside: $(out)/inside

$(out)/count: $(patsubst vm/%.c,$(out)/%.o,$(judge-sources)) $(out)/count.o $(out)/worst.o
	$(CC) -o $@ $^

$(out)/inside: $(out)/inside.o $(out)/worst.o
	$(CC) -static -o $@ $^

$(out)/%.o: vm/%.c $(wildcard vm/*.h) $(here)/count.h $(here)/effort.mk
	@mkdir -p $(@D)
	$(CC) $(flags) -fsanitize-coverage=trace-pc -include $(here)/count.h -c -o $@ $<

$(out)/%.o: $(here)/%.c $(wildcard $(here)/*.h vm/verify.h) include/uapi/kmvm.h $(here)/effort.mk
	@mkdir -p $(@D)
	$(CC) $(flags) -Iinclude/uapi -c -o $@ $<
