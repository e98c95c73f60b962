# SPDX-License-Identifier: GPL-2.0

KDIR	?= /lib/modules/$(shell uname -r)/build
KERNELS	?= 6.1 6.12 uml debug

.PHONY: all
all: host
	+@if [ -r "$(KDIR)/Makefile" ]; then \
		$(MAKE) --no-print-directory module; \
	else \
		echo "kmvm.ko is left out: no headers of this machine's kernel at $(KDIR);" \
			"apt-get install linux-headers-$$(uname -r) brings them, or KDIR=... says where they are"; \
	fi

.PHONY: help
help:
	@echo 'make                       kmctl, and kmvm.ko for this machine'"'"'s kernel'
	@echo 'make install, uninstall    into DESTDIR (none), PREFIX (/usr/local)'
	@echo 'make dkms                  kmctl, and a source tree of kmvm.ko for dkms: build/dkms'
	@echo 'make dkms-install, dkms-uninstall   as install; dkms builds kmvm.ko for each kernel to come'
	@echo 'make demo                  builds all, runs examples/hello.rb in a guest kernel'
	@echo 'make test                  every test; KERNELS="$(KERNELS)" TESTS=... to choose'
	@echo 'make soak KERNEL=debug     ten minutes of honest clients among hostile ones'
	@echo 'make fuzz                  a million images made wrong, here and in kernels; FUZZ="host uml" to choose'
	@echo 'make bench KERNEL=6.1      what programs cost, and the limits; BENCH="fib hash" to choose'
	@echo 'make vm KERNEL=6.1         a shell in a guest kernel with kmvm loaded'
	@echo
	@echo 'make host                  kmctl alone: build/host/kmctl'
	@echo 'make guest                 kmctl without shared libraries: build/guest/kmctl'
	@echo 'make module KDIR=HEADERS   kmvm.ko for that kernel: build/ko/RELEASE/kmvm.ko'
	@echo 'make module-for KERNEL=6.1 the same, with headers that are fetched'
	@echo '           KMVM_UNGUARDED=y   without checks, for benchmarks: build/unguarded/RELEASE'
	@echo 'make clean                 takes build/ away'

.PHONY: host guest
host guest:
	+@scripts/rake kmvm:host
	+@$(MAKE) --no-print-directory -f userland/kmctl/kmctl.mk build/$@/kmctl

.PHONY: module module-for
module:
	+@scripts/module "$(KDIR)"

module-for:
	+@test -n "$(KERNEL)" || { echo 'usage: make module-for KERNEL=6.1' >&2; exit 2; }
	+@set -e; kernel=$$(scripts/kernel "$(KERNEL)"); eval "$$kernel"; scripts/module "$$headers"

.PHONY: dkms
dkms: host
	+@scripts/dkms

.PHONY: demo test soak fuzz bench vm
demo:
	+@scripts/demo

test:
	+@KERNELS="$(KERNELS)" scripts/test $(TESTS)

soak:
	+@scripts/soak $(or $(KERNEL),debug)

fuzz:
	+@scripts/fuzz $(FUZZ)

bench:
	+@scripts/bench --kernel $(or $(KERNEL),6.1) --repeat $(or $(REPEAT),1) $(BENCH)

vm:
	+@scripts/vm --kernel $(or $(KERNEL),6.1)

.PHONY: clean
clean:
	rm -rf build

-include packaging/install.mk
