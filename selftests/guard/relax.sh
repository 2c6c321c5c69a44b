#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Passing a seccomp filter for a while: refused unless the module was loaded
# for it, and then what relax_test and the tool say of it.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

ko=/lib/modules/ringside
[ -x ./relax_test ] || skip_all "no relax_test"

# with PARAMETER...: the module loaded anew
with() {
	modctl unload ringside_guard && modctl load "$ko/ringside_guard.ko" "$@"
}

# says STATUS TEXT COMMAND...: exit status, and TEXT in what it prints
says() {
	sy_wanted=$1
	sy_text=$2
	shift 2
	sy_out=$("$@" 2>&1)
	sy_got=$?
	case $sy_got:$sy_out in
	"$sy_wanted":*"$sy_text"*) return 0 ;;
	esac
	echo "exit $sy_got, not $sy_wanted, or not in it: $sy_text; got: $sy_out"
	return 1
}

check "without relax=1 nobody gets a grant" says 1 "relax=1" \
	ringside guard relax --pid $$ --calls unshare --for 10s
check "the module takes relax=1" with relax=1
check "relax_test" ./relax_test
check "no grant" says 0 "no process" ringside guard relax --list
check "no filter" says 1 "no seccomp filter" \
	ringside guard relax --pid $$ --calls unshare --for 10s
check "the time is not optional" says 2 "--for" \
	ringside guard relax --pid $$ --calls unshare
check "nor are the calls" says 2 "--calls" \
	ringside guard relax --pid $$ --for 10s
check "an unknown call" says 1 "frobnicate: no such system call" \
	ringside guard relax --pid $$ --calls frobnicate --for 10s
check "a time that is none" says 2 "soon" \
	ringside guard relax --pid $$ --calls mount --for soon
check "no such grant" says 1 "99: no such grant" \
	ringside guard relax --end 99
check "and without it again" with
done_testing
