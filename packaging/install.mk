# SPDX-License-Identifier: GPL-2.0
#
# make install, make uninstall; included by the Makefile at the top, and usable alone:
#
#	make -f packaging/install.mk install DESTDIR=/tmp/stage PREFIX=/usr
#
#	DESTDIR		stage everything below this folder; depmod is then left to the package
#	PREFIX		/usr/local
#	KERNELRELEASE	kernel the module was built for: that of KDIR, or the running one
#	MODLIB		where its modules lie: /lib/modules/KERNELRELEASE
#
# Builds nothing, so that `sudo make install` leaves no file of root's in the tree. What
# uninstall takes away is the list of what install puts there: both read it below.

PREFIX		?= /usr/local
KMVM_BUILD	?= build
KERNELRELEASE	?= $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"$$/\1/p' \
			"$(KDIR)/include/generated/utsrelease.h" 2>/dev/null | grep . || uname -r)
MODLIB		?= /lib/modules/$(KERNELRELEASE)
INSTALL		?= install
DEPMOD		?= PATH="$$PATH:/usr/sbin:/sbin" depmod

install-module	:= $(MODLIB)/updates/kmvm.ko
built-module	:= $(KMVM_BUILD)/ko/$(KERNELRELEASE)/kmvm.ko
built-kmctl	:= $(KMVM_BUILD)/host/kmctl

# MODE SOURCE DESTINATION, a file a line.
define install_files
0644 $(built-module) $(install-module)
0755 $(built-kmctl) $(PREFIX)/sbin/kmctl
0644 man/kmctl.8 $(PREFIX)/share/man/man8/kmctl.8
0644 man/kmvm.4 $(PREFIX)/share/man/man4/kmvm.4
0644 man/kmvm-ruby.7 $(PREFIX)/share/man/man7/kmvm-ruby.7
0644 userland/udev/60-kmvm.rules $(PREFIX)/lib/udev/rules.d/60-kmvm.rules
0644 userland/completion/kmctl $(PREFIX)/share/bash-completion/completions/kmctl
0644 include/uapi/kmvm.h $(PREFIX)/include/kmvm.h
0644 examples/counter.rb $(PREFIX)/share/kmvm/lib/counter.rb
endef
export install_files

.PHONY: install uninstall
install:
	@for file in "$(built-module)" "$(built-kmctl)"; do \
		test -f "$$file" || { echo "make install: $$file is not built, run make first" >&2; exit 1; }; \
	done
	@printenv install_files | while read -r mode from to; do \
		echo "  INSTALL $$to"; \
		$(INSTALL) -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit 1; \
	done
	@$(call run-depmod)

uninstall:
	@printenv install_files | while read -r mode from to; do \
		echo "  REMOVE  $$to"; \
		rm -f "$(DESTDIR)$$to" || exit 1; \
	done
	@rmdir "$(DESTDIR)$(MODLIB)/updates" 2>/dev/null || true
	@$(call run-depmod)

# Staged files belong to a package, whose own script runs depmod where it is installed.
define run-depmod
if test -z "$(DESTDIR)" && test -d "$(MODLIB)"; then \
	echo "  DEPMOD  $(KERNELRELEASE)"; $(DEPMOD) $(KERNELRELEASE); \
fi
endef
