#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Livepatches: of another function than the guard's they work beside it; of the
# same one, who comes second is refused, and the guard says by which livepatch.
# shellcheck source=selftests/coexist/coexist.sh
. ./coexist.sh

patch=/sys/kernel/livepatch/rs_livepatch
other=__x64_sys_sethostname
[ -e $ko/rs_livepatch.ko ] || skip_all "no CONFIG_LIVEPATCH"

# transition: a livepatch is in or out for every task.
transition() {
	try=0
	until [ "$(cat "$patch"/transition 2>/dev/null || echo 0)" = 0 ]; do
		try=$((try + 1))
		[ "$try" -lt 600 ] || { echo "no end of the transition"; return 1; }
		usleep 100000
	done
}

patch_in() { modctl load "$ko/rs_livepatch.ko" "$@" && transition; }

patch_out() {
	echo 0 >"$patch/enabled" && transition || return 1
	try=0
	until modctl unload rs_livepatch 2>/tmp/out; do
		try=$((try + 1))
		[ "$try" -lt 100 ] || { cat /tmp/out; return 1; }
		usleep 100000
	done
}

check "a policy is in force" in_force
check "a livepatch of another function comes" patch_in
check_equal "and works" "live patched" "$(cat /proc/cmdline)"
still_refused "meanwhile"
check "it goes" patch_out
check "and what it changed with it" grep -q console= /proc/cmdline
still_refused "afterwards"
check "a livepatch of the guard's function is refused" exits 1 EBUSY \
	modctl load $ko/rs_livepatch.ko call=$call
still_refused "all the same"
check "nothing of it is left" [ ! -e $patch ]

check "a livepatch of another call comes" patch_in call=$other
ringside guard load q --deny sethostname >/dev/null
before=$(attr hooked_functions)
check "a policy that needs that call is told which livepatch has it" \
	exits 1 "$other: the livepatch rs_livepatch modifies it" \
	ringside guard attach q --tree $target
check_equal "as many functions are hooked as before" "$before" \
	"$(attr hooked_functions)"
check_fails "the livepatch works" hostname x
still_refused "as before"
check "it goes" patch_out
check "now the policy can be attached" ringside guard attach q --tree $target
ringside guard detach q >/dev/null
end
