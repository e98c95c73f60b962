# SPDX-License-Identifier: GPL-2.0
# KTAP for test files written in sh. Source it, write tests, end with `finish`:
#
#	. "$(dirname "$0")/../lib/ktap.sh"
#
#	test_exit_status() {
#		run vm -- 'exit 3'
#		is "$status" 3 "exit status"
#	}
#	check "the guest's exit status is the caller's" test_exit_status
#	finish
#
# A test is a function. It has failed when an assertion in it failed or when it returns
# other than 0; it goes on after a failed assertion, so that all are reported. `skip TEXT;
# return` inside says why it cannot run here. POSIX sh.

TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
KERNEL=${KERNEL:-6.1}
work=$(mktemp -d "${TMPDIR:-/tmp}/kmvm-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

ktap_number=0
echo "KTAP version 1"

# check NAME FUNCTION [ARG...]
check() {
	ktap_name=$1
	shift
	ktap_number=$((ktap_number + 1))
	ktap_failed='' ktap_skip=''
	"$@" || note "$1 returned $?"
	if [ -n "$ktap_skip" ] && [ -z "$ktap_failed" ]; then
		echo "ok $ktap_number - $ktap_name # SKIP $ktap_skip"
	elif [ -n "$ktap_failed" ]; then
		echo "not ok $ktap_number - $ktap_name"
	else
		echo "ok $ktap_number - $ktap_name"
	fi
}

finish() {
	echo "1..$ktap_number"
	exit 0
}

skip() {
	ktap_skip=$*
}

# note TEXT: the test has failed, and this is why.
note() {
	ktap_failed=1
	printf '%s\n' "$*" | sed 's/^/# /'
}

# summary TEXT: shown to whoever runs the tests, also when all is well.
summary() {
	printf '# summary: %s\n' "$*"
}

# run COMMAND...: sets $status; stdout and stderr lie in $work/out and $work/err. stdin
# is that of the caller, so give it one.
run() {
	status=0
	"$@" >"$work/out" 2>"$work/err" || status=$?
}

# build_alone OPTION...: runs make, one test file at a time: several are built of the same objects.
build_alone() {
	mkdir -p "${KMVM_BUILD:-build}"
	run flock "${KMVM_BUILD:-build}/tests.lock" make -s "$@"
}

# vm OPTION...: scripts/vm on the kernel under test.
vm() {
	"$TOP/scripts/vm" --kernel "$KERNEL" "$@"
}

# is GOT WANTED WHAT
is() {
	[ "$1" = "$2" ] || note "$3: got '$1', wanted '$2'"
}

isnt() {
	[ "$1" != "$2" ] || note "$3: got '$1', wanted anything else"
}

# contains FILE PATTERN [WHAT]: an extended regular expression.
contains() {
	grep -Eq -e "$2" "$1" || note "${3:-${1##*/}}: nothing matches /$2/ in:
$(head -c 2000 "$1")"
}

lacks() {
	! grep -Eq -e "$2" "$1" || note "${3:-${1##*/}}: /$2/ matches:
$(grep -E -m 3 -e "$2" "$1")"
}

# same FILE FILE WHAT: byte for byte.
same() {
	cmp -s "$1" "$2" || note "$3: $(cmp "$1" "$2" 2>&1)"
}
