# SPDX-License-Identifier: GPL-2.0
#
# BUILD/tests/device/device-test: one static program, with the compiler that kmctl has.
#
#	make -f tests/device/build.mk [KMVM_BUILD=build]

KMVM_BUILD	?= build
out		:= $(KMVM_BUILD)/tests/device
lib		:= $(KMVM_BUILD)/mruby/build/host/lib/libmruby.a
settings	:= $(KMVM_BUILD)/mruby/build/host/lib/libmruby.flags.mak
sources		:= $(sort $(wildcard tests/device/*.c))
headers		:= $(wildcard tests/device/*.h) include/uapi/kmvm.h $(out)/errnos.h

# How mruby's headers read depends on how its library was built: the -D of that build.
defines		= $(filter -D%,$(shell sed -n 's/^MRUBY_CFLAGS = //p' $(settings)))
flags		= -std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers \
		  -D_GNU_SOURCE -Iinclude/uapi -I$(out) -isystem $(KMVM_BUILD)/mruby/include $(defines) \
		  $(CPPFLAGS)

# Calls that jitter.c delays.
jittery		:= fork pthread_create ioctl read write close open kill

$(out)/device-test: $(sources:tests/device/%.c=$(out)/%.o) $(lib)
	$(CC) -static -pthread $(jittery:%=-Wl,--wrap=%) -o $@ $^ -lm

$(out)/%.o: tests/device/%.c $(headers) tests/device/build.mk $(settings)
	@mkdir -p $(@D)
	$(CC) $(flags) -c -o $@ $<

# The table at the head of the contract, so that none of its rows is forgotten.
$(out)/errnos.h: include/uapi/kmvm.h tests/device/build.mk
	@mkdir -p $(@D)
	@{ \
		echo '/* Made from include/uapi/kmvm.h. */'; \
		echo 'static const struct { const char *name; int number; } errnos[] = {'; \
		sed -n 's/^ \*\t\(E[A-Z0-9]*\)\t.*/\t{ "\1", \1 },/p' $<; \
		echo '};'; \
	} >$@
