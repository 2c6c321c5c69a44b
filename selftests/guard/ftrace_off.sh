#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ftrace gives up while a policy is in force: the guard notices and says so,
# what it denied stays denied until it is detached, and nothing is freed that is
# still entered. Run by host-watchdog.sh in a guest of its own, which is of no
# use afterwards.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

ko=/lib/modules/ringside
attrs=/sys/class/misc/ringside-guard
attr() { cat "$attrs/$1"; }

# becomes ATTRIBUTE VALUE: within ten seconds.
becomes() {
	try=0
	until [ "$(attr "$1")" = "$2" ]; do
		try=$((try + 1))
		[ "$try" -lt 100 ] || { attr "$1"; return 1; }
		usleep 100000
	done
}

# A shell that tries the call whenever it is told to.
mkfifo /tmp/go /tmp/said
sh -c 'while read -r line </tmp/go; do
	if unshare -u true 2>/dev/null; then echo passed; else echo refused; fi >/tmp/said
done' &
target=$!
asked() { echo go >/tmp/go; cat /tmp/said; }

modctl load $ko/ringside.ko && modctl load $ko/ringside_guard.ko
# shellcheck disable=SC2016 # for the shell that uevent starts
uevent sh -c 'echo "$RINGSIDE_GUARD_STATE" >>/tmp/uevents' &
listener=$!
ringside guard load p --deny unshare >/dev/null
ringside guard load q --deny mount >/dev/null
ringside guard attach p --tree $target >/dev/null
check "a policy is in force" ringside guard confirm p
check_equal "it refuses" refused "$(asked)"
check_equal "the state is active" active "$(attr state)"
hooked=$(attr hooked_functions)
check "functions are hooked" [ "$hooked" -gt 0 ]
sleep 2
check_equal "and still is after two looks" active "$(attr state)"

check "ftrace gives up" sh -c \
	"modctl load $ko/rs_ftrace_kill.ko 2>&1 | grep ECANCELED"
check "the state becomes failed" becomes state failed
check "a uevent says so" grep -qx failed /tmp/uevents
check_equal "what was refused is still refused" refused "$(asked)"
check "no other policy can be attached, and the message says why" \
	exits 1 "ftrace has switched itself off" ringside guard attach q --tree $target
check "the module is held" exits 1 EAGAIN modctl unload ringside_guard
check "detach" ringside guard detach p
check_equal "lets pass again" passed "$(asked)"
check_equal "but the hooks are still there" "$hooked" "$(attr hooked_functions)"
check_equal "and the state tells" failed "$(attr state)"
check "and the module is held" exits 1 EAGAIN modctl unload ringside_guard
check_equal "the hooks still let pass" passed "$(asked)"
kill $target $listener
done_testing
