# SPDX-License-Identifier: GPL-2.0
#
# kmctl, by GNU make; included by the Makefile at the top, and usable alone:
#
#	make -f userland/kmctl/kmctl.mk kmctl
#
# BUILD/host/kmctl is for this machine, BUILD/guest/kmctl needs no shared library and is for
# guests. Both link the compiler of BUILD/mruby/build/host, which `scripts/rake kmvm:host` makes.

KMVM_BUILD	?= build
CFLAGS		?= -O2 -g

kmctl-mruby	?= $(KMVM_BUILD)/mruby
kmctl-lib	:= $(kmctl-mruby)/build/host/lib/libmruby.a
kmctl-settings	:= $(kmctl-mruby)/build/host/lib/libmruby.flags.mak
include vm/judge.mk
kmctl-sources	:= $(sort $(wildcard userland/kmctl/*.c)) $(judge-sources)
kmctl-headers	:= $(wildcard userland/kmctl/*.h vm/*.h) include/uapi/kmvm.h \
		   include/version.h

# How mruby's headers read depends on how its library was built: the -D of that build.
kmctl-defines	= $(filter -D%,$(shell sed -n 's/^MRUBY_CFLAGS = //p' $(kmctl-settings)))
kmctl-flags	= -std=gnu11 -Wall -Wextra -Wshadow -Wno-unused-parameter -Iinclude/uapi \
		  -I$(KMVM_BUILD)/kmctl -isystem $(kmctl-mruby)/include $(kmctl-defines)

.PHONY: kmctl
kmctl: $(KMVM_BUILD)/host/kmctl $(KMVM_BUILD)/guest/kmctl

# Without shared libraries, what libedit takes from others has to be named.
$(KMVM_BUILD)/guest/kmctl: kmctl-static := -static
$(KMVM_BUILD)/guest/kmctl: kmctl-needs := -lbsd -lmd -ltinfo

# The reference, a string a line. The builds for this machine and for guests may make it side by side.
$(KMVM_BUILD)/kmctl/reference.inc: docs/reference.md userland/kmctl/kmctl.mk
	@mkdir -p $(@D)
	sed -e 's/[\\"]/\\&/g' -e 's/.*/"&",/' $< >$@.$$$$ && mv $@.$$$$ $@

$(KMVM_BUILD)/host/kmctl $(KMVM_BUILD)/guest/kmctl: \
		$(kmctl-sources) $(kmctl-headers) userland/kmctl/kmctl.mk $(kmctl-lib) \
		$(KMVM_BUILD)/kmctl/reference.inc
	@mkdir -p $(@D)
	$(CC) $(kmctl-flags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(kmctl-static) \
		-o $@ $(kmctl-sources) $(kmctl-lib) -ledit -ljansson $(kmctl-needs) -lm
