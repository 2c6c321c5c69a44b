# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# TAP for shell tests, on the host as well as under busybox in the guest. The
# plan is printed at the end, so a script that dies half-way has none and is
# counted as failed. Usage:
#
#	. ../lib/tap.sh
#	check "the file is there" test -e /etc/passwd
#	check_fails "nobody removes /" rmdir /
#	done_testing
#
# Exit status as in kselftest: 0 passed, 1 failed, 4 skipped altogether.

tap_count=0
tap_failed=0
tap_skipped=0

# diag TEXT...: a comment in the output.
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

pass() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# fail NAME [WHY...]
fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	shift
	[ $# = 0 ] || diag "$@"
}

# skip NAME WHAT-IS-MISSING
skip() {
	tap_count=$((tap_count + 1))
	tap_skipped=$((tap_skipped + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# skip_all WHAT-IS-MISSING: the whole script cannot run here.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 4
}

# check NAME COMMAND...: passes when COMMAND succeeds; says what it printed
# when not.
check() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "exit $?: $*"
		[ -z "$tap_out" ] || diag "$tap_out"
	fi
}

# check_fails NAME COMMAND...: passes when COMMAND fails, but not when it was
# killed or could not be run.
check_fails() {
	tap_name=$1
	shift
	tap_out=$("$@" 2>&1)
	tap_status=$?
	if [ $tap_status -gt 0 ] && [ $tap_status -lt 126 ]; then
		pass "$tap_name"
	else
		fail "$tap_name" "exit $tap_status: $*"
		[ -z "$tap_out" ] || diag "$tap_out"
	fi
}

# check_equal NAME WANTED GOT
check_equal() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted: $2
got:    $3"
	fi
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ] || exit 1
	[ "$tap_count" != "$tap_skipped" ] || exit 4
	exit 0
}
