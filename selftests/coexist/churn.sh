#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A policy a hundred times in and out of force, and the module twenty times
# removed with it in force, on two CPUs, while processes run through the hooks.
# shellcheck source=selftests/coexist/coexist.sh
. ./coexist.sh

cpus=$(grep -c ^processor /proc/cpuinfo)
check "there are two CPUs" [ "$cpus" -ge 2 ]
./hammer 4 &
hammer=$!

attach() { ringside guard attach h --tree "$hammer" >/dev/null; }

attaches() {
	n=0
	while [ "$n" -lt 100 ]; do
		n=$((n + 1))
		attach && ringside guard detach h >/dev/null || return 1
	done
}

removals() {
	n=0
	while [ "$n" -lt 20 ]; do
		n=$((n + 1))
		ringside guard load h --deny unshare >/dev/null && attach &&
			usleep 20000 && modctl unload ringside_guard &&
			modctl load "$ko"/ringside_guard.ko || return 1
	done
}

ringside guard load h --deny unshare >/dev/null
check "the storm breaker is off" sh -c "echo 0 >$attrs/trial_denials_per_s"
check "100 times attached and detached" attaches
check "calls were refused meanwhile" [ "$(attr denied_total)" -gt 0 ]
check_equal "nothing is hooked" 0 "$(attr hooked_functions)"
ringside guard unload h >/dev/null
check "20 times removed in force" removals
check "the hammer has noticed nothing" kill -0 "$hammer"
check_equal "no function is hooked any more" "" \
	"$(cat $tracefs/enabled_functions)"
kill "$hammer"
killall hammer 2>/dev/null
wait "$hammer" 2>/dev/null
done_testing
