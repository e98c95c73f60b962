# SPDX-License-Identifier: GPL-2.0
# Sourced by scripts/kernel, after common.sh and apt.sh: kernels that are built here, from
# Debian's source package and a list of settings in kernels/NAME.config; kernels/NAME.patch,
# where there is one, mends what makes tests slow. POSIX sh.
#
# The source stays in the cache (sources/), so that a change of settings needs no network.
# What a kernel was built from stands in its file `key`.

# plan: sets source, arch, target and image of the kernel $name.
plan() {
	fragment=$top/kernels/$name.config mends=$top/kernels/$name.patch
	case $name in
	uml)
		source=linux-source-6.12 arch=um target=linux image=linux
		;;
	debug)
		source=linux-source-6.1 arch=x86_64 target=bzImage image=arch/x86/boot/bzImage
		;;
	esac
	kernel_cc=gcc
	! have gcc-12 || kernel_cc=gcc-12
}

# settings: what the key counts; a comment that is reworded builds nothing anew.
settings() {
	grep -E '^(# )?CONFIG_' "$fragment"
	[ ! -e "$mends" ] || grep '^[-+ ]' "$mends"
	"$kernel_cc" --version | head -n 1
}

digest() {
	settings | sha256sum | cut -c 1-12
}

is_outdated() {
	plan
	[ "$(sed 's/.* //' "$cache/kernels/$name/key" 2>/dev/null)" != "$(digest)" ]
}

# find_source: sets version and tarball: the one in the cache, or the newest on offer.
find_source() {
	mkdir -p "$cache/sources"
	tarball=$(find "$cache/sources" -name "${source}_*.tar.xz" | sort -V | tail -n 1)
	if [ -n "$update" ] || [ -z "$tarball" ]; then
		archive
		version=$(versions "$source" | tr ' ' '\n' | sort -V | tail -n 1)
		[ -n "$version" ] || die "no $source in the suites $suites"
		tarball=$cache/sources/${source}_$(echo "$version" | tr : _).tar.xz
		[ -e "$tarball" ] || download_source
	fi
	version=${tarball##*/"${source}"_}
	version=${version%.tar.xz}
}

download_source() {
	say "fetching $source $version, about 140 MB"
	mkdir "$tmp/debs"
	(cd "$tmp/debs" && private_apt get -qq download "$source=$version") \
		>"$tmp/apt/download.log" 2>&1 ||
		die "$source $version could not be downloaded (see $(keep_log))"
	dpkg-deb --fsys-tarfile "$tmp/debs"/*.deb |
		tar -xO "./usr/src/$source.tar.xz" >"$tmp/source.tar.xz"
	rm -rf "$tmp/debs" "$cache/sources/${source}"_*
	mv "$tmp/source.tar.xz" "$tarball"
}

# Half of the source are drivers and papers that no settings of ours ever reach. Their
# Kconfig files have to be there.
unpack_source() {
	say "unpacking $source $version"
	mkdir "$tmp/tree"
	tar -C "$tmp/tree" --strip-components=1 --wildcards-match-slash -xf "$tarball" \
		--exclude="$source/Documentation/*/*" --exclude="$source/sound/*.[ch]" \
		--exclude="$source/drivers/gpu/*.[ch]" --exclude="$source/drivers/net/*.[ch]" \
		--exclude="$source/drivers/media/*.[ch]" --exclude="$source/tools/testing/*" \
		--exclude="$source/arch/[!ux]*/*.[chS]" --exclude="$source/arch/*/boot/dts/*"
	# Linux 6.2 allows it on x86_64, where stacks can be told apart since ORC; 6.1 still fears
	# the frame pointers of before.
	sed -i '/^config FAULT_INJECTION_STACKTRACE_FILTER/,/^config [^F]/{/^\tdepends on !X86_64$/d}' \
		"$tmp/tree/lib/Kconfig.debug"
	[ ! -e "$mends" ] || patch -s -p1 -F0 -d "$tmp/tree" <"$mends" >>"$log" ||
		build_failed "does not take $mends"
}

# kernel_make: nothing of a make or a cross build around us reaches the kernel's.
kernel_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KBUILD_OUTPUT -u CROSS_COMPILE -u KCFLAGS \
		make -C "$tmp/tree" ARCH="$arch" CC="$kernel_cc" "$@" >>"$log" 2>&1 </dev/null
}

configure() {
	kernel_make tinyconfig || build_failed "could not be configured"
	cat "$fragment" >>"$tmp/tree/.config"
	kernel_make olddefconfig || build_failed "could not be configured"
	# kconfig drops without a word what it does not know or finds unmet.
	lost=$(grep -E '^(# )?CONFIG_' "$fragment" | grep -vxFf "$tmp/tree/.config" |
		while read -r line; do
			symbol=$(echo "$line" | sed 's/^# //; s/[= ].*//')
			case $line in
			"# "*)
				! grep -q "^$symbol=" "$tmp/tree/.config" || echo "$line"
				;;
			*)
				echo "$line"
				;;
			esac
		done)
	[ -z "$lost" ] || build_failed "does not take these settings of $fragment:
$lost"
}

compile() {
	say "building the $name kernel, once: some minutes (log: $log)"
	(
		while sleep 30; do
			say "... $(grep -c '^  \(CC\|AS\) ' "$log") files compiled"
		done
	) 9>&- &
	teller=$!
	status=0
	kernel_make -j"$(nproc)" "$target" modules || status=1
	kill "$teller" 2>/dev/null
	[ "$status" = 0 ] || build_failed "could not be built"
}

build_failed() {
	tail -n 20 "$log" >&2
	die "the $name kernel $1 (in full: $log)"
}

# Of two gigabytes a module's build needs what is not an object.
prune() {
	(
		cd "$tmp/tree" || exit
		rm -rf block certs crypto Documentation drivers fs init io_uring ipc kernel lib \
			LICENSES mm net rust samples security sound usr virt vmlinux* .tmp_vmlinux* built-in.a
		find tools -type f ! -path tools/objtool/objtool -delete
		find tools -depth -type d -empty -delete
		find arch -mindepth 1 -maxdepth 1 -type d ! -name um ! -name x86 -exec rm -rf {} +
		find arch/x86/boot -type f ! -name bzImage -delete
		find . \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name '*.c' \) \
			! -path './scripts/*' -delete
		find . -name Kconfig\* -delete
	)
}

build_from_source() {
	plan
	log=$cache/kernels/$name-build.log
	: >"$log"
	find_source
	unpack_source
	configure
	compile
	release=$(cat "$tmp/tree/include/config/kernel.release")
	prune
	printf '%s %s\n' "$version" "$(digest)" >"$tmp/tree/key"
	final=$cache/kernels/$release.$(digest)
	cat >"$tmp/tree/describe" <<-END
		release=$release
		image=$final/$image
		headers=$final
		modules=$final/none
		cc=$kernel_cc
		arch=$arch
	END
	rm -rf "$final"
	mv "$tmp/tree" "$final"
	ln -sfn "${final##*/}" "$tmp/link"
	before=$(readlink "$cache/kernels/$name" || true)
	mv -T "$tmp/link" "$cache/kernels/$name"
	[ -z "$before" ] || [ "$before" = "${final##*/}" ] || rm -rf "${cache:?}/kernels/$before"
	say "the $name kernel is built: $release"
}
