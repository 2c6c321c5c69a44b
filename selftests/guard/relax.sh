#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Passing a seccomp filter for a while: refused unless the module was loaded
# for it, and then what relax_test and the tool say of it.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

ko=/lib/modules/ringside
[ -x ./relax_test ] || skip_all "no relax_test"

# with PARAMETER...: the module loaded anew
with() {
	modctl unload ringside_guard && modctl load "$ko/ringside_guard.ko" "$@"
}

check "without relax=1 nobody gets a grant" exits 1 "relax=1" \
	ringside guard relax --pid $$ --calls unshare --for 10s
check "the module takes relax=1" with relax=1
check "relax_test" ./relax_test
check "no grant" exits 0 "no process" ringside guard relax --list
check "no filter" exits 1 "no seccomp filter" \
	ringside guard relax --pid $$ --calls unshare --for 10s
check "the time is not optional" exits 2 "--for" \
	ringside guard relax --pid $$ --calls unshare
check "nor are the calls" exits 2 "--calls" \
	ringside guard relax --pid $$ --for 10s
check "an unknown call" exits 1 "frobnicate: no such system call" \
	ringside guard relax --pid $$ --calls frobnicate --for 10s
check "a time that is none" exits 2 "soon" \
	ringside guard relax --pid $$ --calls mount --for soon
check "no such grant" exits 1 "99: no such grant" \
	ringside guard relax --end 99
check "and without it again" with
done_testing
