# SPDX-License-Identifier: GPL-2.0
#
# make install, uninstall, dkms-install, dkms-uninstall; included by the Makefile at the top, and usable
# alone:
#
#	make -f packaging/install.mk install DESTDIR=/tmp/stage PREFIX=/usr
#
#	DESTDIR		stage everything below this folder; depmod is then left to the package
#	PREFIX		/usr/local
#	KERNELRELEASE	kernel the module was built for: that of KDIR, or the running one
#	MODLIB		where its modules lie: /lib/modules/KERNELRELEASE
#	DKMS_SOURCES	/usr/src, where dkms looks for sources
#	DKMS_OPTIONS	more words for dkms, as --dkmstree; with DESTDIR dkms is not called
#
# Both kinds of install put the same in place but for the module: dkms-install leaves its source
# to dkms, which builds it for this kernel and for each one that is installed later.
#
# Builds nothing, so that `sudo make install` leaves no file of root's in the tree. What
# uninstall takes away is the list of what install puts there: both read it below.

KDIR		?= /lib/modules/$(shell uname -r)/build
PREFIX		?= /usr/local
KMVM_BUILD	?= build
KERNELRELEASE	?= $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"$$/\1/p' \
			"$(KDIR)/include/generated/utsrelease.h" 2>/dev/null | grep . || uname -r)
MODLIB		?= /lib/modules/$(KERNELRELEASE)
INSTALL		?= install
DEPMOD		?= PATH="$$PATH:/usr/sbin:/sbin" depmod
DKMS		?= PATH="$$PATH:/usr/sbin:/sbin" dkms
DKMS_SOURCES	?= /usr/src

install-module	:= $(MODLIB)/updates/kmvm.ko
built-module	:= $(KMVM_BUILD)/ko/$(KERNELRELEASE)/kmvm.ko
built-kmctl	:= $(KMVM_BUILD)/host/kmctl

version		:= $(shell sed -n 's/^\#define KMVM_VERSION[[:space:]]*"\(.*\)"$$/\1/p' include/version.h)
built-tree	:= $(KMVM_BUILD)/dkms/kmvm-$(version)
installed-tree	:= $(DKMS_SOURCES)/kmvm-$(version)

# MODE SOURCE DESTINATION, a file a line.
define install_files
0755 $(built-kmctl) $(PREFIX)/sbin/kmctl
0644 man/kmctl.8 $(PREFIX)/share/man/man8/kmctl.8
0644 man/kmvm.4 $(PREFIX)/share/man/man4/kmvm.4
0644 man/kmvm-ruby.7 $(PREFIX)/share/man/man7/kmvm-ruby.7
0644 userland/udev/60-kmvm.rules $(PREFIX)/lib/udev/rules.d/60-kmvm.rules
0644 userland/completion/kmctl $(PREFIX)/share/bash-completion/completions/kmctl
0644 packaging/modules-load.conf $(PREFIX)/share/doc/kmvm/modules-load.conf
0644 include/uapi/kmvm.h $(PREFIX)/include/kmvm.h
0644 examples/counter.rb $(PREFIX)/share/kmvm/lib/counter.rb
endef
export install_files

.PHONY: install uninstall dkms-install dkms-uninstall
install:
	@$(call need-built,$(built-module) $(built-kmctl),make)
	@$(call refuse-other,$(MODLIB)/updates/dkms/kmvm.ko*,make dkms-uninstall)
	@{ printenv install_files; echo "0644 $(built-module) $(install-module)"; } | $(put-files)
	@$(call run-depmod)

uninstall:
	@{ printenv install_files; echo "0644 $(built-module) $(install-module)"; } | $(take-files)
	@rmdir "$(DESTDIR)$(MODLIB)/updates" 2>/dev/null || true
	@$(call run-depmod)

# What was there is taken away first: dkms builds no version twice. It calls make, which shall not hear
# of our variables.
dkms-install:
	@$(call need-built,$(built-tree)/dkms.conf $(built-kmctl),make dkms)
	@$(call refuse-other,$(install-module),make uninstall)
	@test -n "$(DESTDIR)" || $(dkms) --version >/dev/null 2>&1 || { \
		echo "make $@: dkms is missing: apt-get install dkms" >&2; exit 1; }
	@$(call dkms-remove)
	@printenv install_files | $(put-files)
	@echo "  INSTALL $(installed-tree)"
	@mkdir -p "$(DESTDIR)$(installed-tree)"
	@cp -R "$(built-tree)/." "$(DESTDIR)$(installed-tree)"
	@test -n "$(DESTDIR)" || $(dkms) install kmvm/$(version) -k "$(KERNELRELEASE)" $(DKMS_OPTIONS)

dkms-uninstall:
	@$(call dkms-remove)
	@printenv install_files | $(take-files)

dkms		= env -u MAKEFLAGS -u MFLAGS $(DKMS)
dkms-has	= test -n "$$($(dkms) status kmvm/$(version) $(DKMS_OPTIONS) 2>/dev/null)"

define dkms-remove
if test -z "$(DESTDIR)" && $(dkms-has); then \
	$(dkms) remove kmvm/$(version) --all $(DKMS_OPTIONS) || exit 1; \
fi; \
rm -rf "$(DESTDIR)$(installed-tree)"
endef

# need-built FILES,HOW
define need-built
headers=; for file in $(1); do \
	test ! -f "$$file" || continue; \
	case $$file in *.ko) test -r "$(KDIR)/Makefile" || \
		headers=", which wants the kernel's headers at $(KDIR) (apt-get install linux-headers-$(KERNELRELEASE))";; esac; \
	echo "make $@: $$file is not built, run $(2) first$$headers" >&2; exit 1; \
done
endef

# refuse-other MODULE,HOW: which of two modprobe would load, nobody knows.
define refuse-other
other=$$(ls -d $(1) 2>/dev/null); test -n "$(DESTDIR)" || test -z "$$other" || { \
	echo "make $@: $$other is there already; $(2) takes it away" >&2; exit 1; }
endef

define put-files
while read -r mode from to; do \
	echo "  INSTALL $$to"; \
	$(INSTALL) -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit 1; \
done
endef

define take-files
while read -r mode from to; do \
	echo "  REMOVE  $$to"; \
	rm -f "$(DESTDIR)$$to" || exit 1; \
done; \
rmdir "$(DESTDIR)$(PREFIX)/share/doc/kmvm" "$(DESTDIR)$(PREFIX)/share/kmvm/lib" "$(DESTDIR)$(PREFIX)/share/kmvm" 2>/dev/null || true
endef

# Staged files belong to a package, whose own script runs depmod where it is installed.
define run-depmod
if test -z "$(DESTDIR)" && test -d "$(MODLIB)"; then \
	echo "  DEPMOD  $(KERNELRELEASE)"; $(DEPMOD) $(KERNELRELEASE); \
fi
endef
