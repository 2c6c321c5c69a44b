#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The ways to load the modules so that nobody can be locked out by them: by
# either module's parameter nothing can be attached, and no file undoes that.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
ko=/lib/modules/ringside
attrs=/sys/class/misc/ringside-guard
sleep 600 &
target=$!
trap 'kill $target' EXIT

# anew "CORE PARAMETERS" "GUARD PARAMETERS": both modules loaded with these.
anew() {
	modctl unload ringside_guard
	modctl unload ringside
	# shellcheck disable=SC2086 # words
	modctl load "$ko/ringside.ko" $1 && modctl load "$ko/ringside_guard.ko" $2
}

attach() { ringside guard attach no --pid "$target"; }

# closed HOW: nothing can be attached, and that can not be changed.
closed() {
	check "$1: a policy can be loaded" \
		ringside guard load no --deny unshare
	check "$1: but not attached" exits 1 'switched off\|mode_max' attach
	check_equal "$1: mode_max says so" off "$(cat $attrs/mode_max)"
	check_fails "$1: and can not be raised" \
		sh -c "echo enforce >$attrs/mode_max"
	check_equal "$1: it is still off" off "$(cat $attrs/mode_max)"
	ringside guard unload no >/dev/null
}

check "off=1 is taken" anew "" off=1
closed "ringside_guard off=1"
check "guard=off is taken" anew guard=off ""
closed "ringside guard=off"
check "mode_max=audit is taken" anew "" mode_max=audit
ringside guard load no --deny unshare >/dev/null
check "mode_max=audit: enforcing becomes auditing" exits 0 audit attach
ringside guard detach no >/dev/null
ringside guard unload no >/dev/null
check "without them" anew "" ""
ringside guard load no --deny unshare >/dev/null
check "it can be attached" attach
check "and detached" ringside guard detach no
done_testing
