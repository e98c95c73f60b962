# SPDX-License-Identifier: GPL-2.0
# Sourced by the scripts beside this folder. POSIX sh.

# module_sources: each file that kmvm.ko is made of, as PATH-IN-ITS-TREE PATH. $top holds ours, $build
# what rake has made of mruby.
module_sources() (
	cd "$top"
	echo "Kbuild $top/Kbuild"
	find stub vm chardev bindings include -type f \( -name '*.[chS]' \) -printf "%p $top/%p\n"
	cd "$build/mruby"
	find include src mrbgems/*/src mrbgems/*/core mrbgems/*/include build/kernel/objects.mk \
		build/kernel/include build/kernel/mrblib build/kernel/mrbgems \
		-type f \( -name '*.[ch]' -o -name '*.cstub' -o -name objects.mk \) -printf "mruby/%p $build/mruby/%p\n" \
		2>/dev/null || true
)
