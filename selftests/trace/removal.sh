#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Can the module go at any time: while every CPU is counted, while its event is
# enabled, and while programs enter the kernel all the time?
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

KO=/lib/modules/ringside
DEV=/sys/class/misc/ringside-trace
EVENT=/sys/kernel/tracing/events/ringside/cred/enable

load() {
	[ -d /sys/module/ringside ] || modctl load "$KO/ringside.ko"
	[ -d /sys/module/ringside_trace ] || modctl load "$KO/ringside_trace.ko"
}

# Calls, faults, forks and changes of credentials on all CPUs.
busy() {
	while :; do
		chpst -u nobody true 2>/dev/null || setuidgid nobody true
		ls -lR /sys/class >/dev/null
	done
}

# round LEVEL: loaded, at that level, and gone.
round() {
	load || return 1
	echo "$1" >"$DEV/level" && echo 1 >"$DEV/always" || return 1
	[ "$(cat "$DEV/armed")" = "$1" ] || return 1
	[ ! -e "$EVENT" ] || echo 1 >"$EVENT"
	sleep 0.1
	[ "$(cat "$DEV/returns")" -gt 0 ] || return 1
	modctl unload ringside_trace
}

[ -e $KO/ringside_trace.ko ] || skip_all "no ringside_trace.ko"
busy 2>/dev/null &
one=$!
busy 2>/dev/null &
two=$!
for i in 1 2 3; do
	check "counting under load, it goes (round $i)" round 1
	check "timing under load, it goes (round $i)" round 2
	check "recording under load, it goes (round $i)" round 3
done
check_fails "and its event is gone" test -e $EVENT
kill $one $two
wait
check "it can be loaded again" load
check_equal "and is not armed" 0 "$(cat $DEV/armed)"
check_fails "before anybody opens it, nothing can be frozen" \
	sh -c "echo 1 >$DEV/flight_frozen"
check_equal "and nothing is" nothing "$(cat $DEV/flight_frozen_by)"
if [ -e $EVENT ]; then
	exec 3</dev/ringside-trace
	check_fails "an open descriptor keeps it" modctl unload ringside_trace
	exec 3<&-
else
	skip "an open descriptor keeps it" "no event"
fi
done_testing
