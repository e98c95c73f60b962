# SPDX-License-Identifier: GPL-2.0
# Sourced by the scripts beside this folder: messages, the cache, locks. POSIX sh.

me=${0##*/}
cache=${KMVM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/kmvm}

say() {
	printf '%s: %s\n' "$me" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# tell_usage "$@": --help alone prints what stands at the head of the script.
tell_usage() {
	case ${1:-} in
	-h | --help)
		awk 'NR > 2 && !/^#/ { exit } NR > 2 { sub(/^# ?/, ""); print }' "$0"
		exit
		;;
	esac
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# lock FILE: held until this process and everything it started has ended.
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	if have flock; then
		flock 9
	fi
}
