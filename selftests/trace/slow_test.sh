#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do slow crossings make an event, and fast ones none?
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

DEV=/sys/class/misc/ringside-trace
TRACING=/sys/kernel/tracing
EVENTS=$TRACING/events/ringside
# Of linux/ringside_trace.h, and the number of nanosleep() and clock_nanosleep().
X64=0
NANOSLEEP=35
CLOCK_NANOSLEEP=230

[ -e $DEV ] || skip_all "no ringside_trace.ko"
[ -e $EVENTS/slow_crossing ] || mount -t tracefs none $TRACING 2>/dev/null
[ -e $EVENTS/slow_crossing ] || skip_all "no tracefs"

limit() {
	echo "$X64 $NANOSLEEP $1" >$DEV/slow_cause &&
		echo "$X64 $CLOCK_NANOSLEEP $1" >$DEV/slow_cause
}

# events PATTERN: how many of those are in the buffer
events() {
	grep -c "$1" $TRACING/trace
}

forget() {
	echo >$TRACING/trace
}

refuses() {
	! echo "$2" 2>/dev/null >"$DEV/$1"
}

stop() {
	echo 0 >"$EVENTS/slow_crossing/enable"
	echo 0 >"$DEV/slow_ns"
	echo 0 >"$DEV/always"
	echo 0 >"$DEV/level"
}

trap stop EXIT
echo 2 >$DEV/level
echo 1 >$DEV/always
echo 1 >$EVENTS/slow_crossing/enable
limit 50000000
forget
sleep 0.2
check "a sleep beyond its limit makes an event" \
	test "$(events 'slow_crossing:.*kind=x86_64 index=\(35\|230\) ns=[0-9]\{9\}')" -ge 1
check "other calls have no limit" \
	test "$(events 'slow_crossing')" = \
	"$(events 'slow_crossing:.*index=\(35\|230\) ')"
# On a busy machine it may take some seconds.
limit 60000000000
forget
sleep 0.01
check_equal "a short sleep makes none" 0 "$(events 'comm=sleep')"
limit 0
forget
sleep 0.2
check_equal "without a limit there is none" 0 "$(events slow_crossing)"
echo 1 >$DEV/slow_ns
forget
true
check_equal "the limit can be read" 1 "$(cat $DEV/slow_ns)"
# Before the events are read: reading makes crossings, and so would not end.
echo 0 >$DEV/slow_ns
check "with a limit for all, any call may be slow" \
	test "$(events slow_crossing)" -ge 1
check "no such kind" refuses slow_cause '99 0 1'
check "no such call" refuses slow_cause '0 512 1'
check "not a cause of the books" refuses slow_cause '10 0 1'
check "too much" refuses slow_cause '0 1 1 1'
check "no number" refuses slow_ns soon
check "longer than anything" refuses slow_ns 281474976710656
check "longer than anything, of a cause" refuses slow_cause "0 1 281474976710656"
done_testing
