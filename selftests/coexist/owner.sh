#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Somebody else modifies a function that a policy needs: the message names the
# function and who it is, and everything is left as it was.
# shellcheck source=selftests/coexist/coexist.sh
. ./coexist.sh

other=__x64_sys_sethostname
hooked() { attr hooked_functions; }

check "somebody holds $other" modctl load $ko/rs_hold.ko function=$other
ringside guard load q --deny sethostname,unshare >/dev/null
check "attach names function and owner" \
	exits 1 "$other: the module rs_hold modifies it" \
	ringside guard attach q --tree $target
check_equal "nothing is hooked" 0 "$(hooked)"
check_equal "the state is idle" idle "$(attr state)"
check_equal "nothing is refused" passed "$(asked)"
check "only the other's hook is there" sh -c \
	"grep -q rs_hold $tracefs/enabled_functions &&
	! grep -q 'on_call\|on_site' $tracefs/enabled_functions"

check "a policy without that call is put in force" in_force
before=$(hooked)
check "it can not be replaced by one with it" \
	exits 1 "$other: the module rs_hold modifies it" \
	ringside guard replace p --deny sethostname,unshare
check_equal "as many functions are hooked as before" "$before" "$(hooked)"
check_equal "nothing waits for confirmation" 0 "$(attr pending)"
still_refused "as before"
check "it is a second one that fails" exits 1 "rs_hold modifies it" \
	ringside guard attach q --tree $target
still_refused "as before"
check "the other one can not take the guard's function" exits 1 EBUSY sh -c \
	"modctl unload rs_hold; modctl load $ko/rs_hold.ko function=$call"
still_refused "as before"
check "when the other is gone the policy can be attached" \
	ringside guard attach q --tree $target
ringside guard detach q >/dev/null
end
