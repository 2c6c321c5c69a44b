#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a guest can see of its hypervisor: VM exits are sampled while somebody
# wants that, and only then; halts and IPIs are counted; all of it is shown.
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/trace/trace.sh
. ./trace.sh

TRACING=/sys/kernel/tracing
EVENT=$TRACING/events/ringside/vm_exit_sample
out=/tmp/vmexit.$$

stop() {
	echo 0 >"$EVENT/enable"
	echo 0 >"$DEV/vm_exit_period_ms"
	rm -f "$out"
}

# samples [PATTERN]: how many are in the buffer
samples() { grep -c "vm_exit_sample:.*$1" "$TRACING/trace"; }

# come N [PATTERN]: so many will be there, sooner or later.
come() {
	try=0
	until [ "$(samples "$2")" -ge "$1" ]; do
		try=$((try + 1))
		[ "$try" -lt 300 ] || return 1
		sleep 0.1
	done
}

forget() { echo >"$TRACING/trace"; }

refuses() { ! echo "$1" 2>/dev/null >"$DEV/vm_exit_period_ms"; }

# number FIELD: of one look of top
number() {
	ringside --json trace top --once | tr ',' '\n' |
		sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"
}

exported() {
	ringside export --prometheus "$out" &&
		awk -v name="$1" '$1 == name && $2 > 0 { n++ } END { exit !n }' "$out"
}

check "it loads" reload
[ -e $EVENT ] || mount -t tracefs none $TRACING 2>/dev/null
[ -e $EVENT ] || skip_all "no tracefs"
if [ $(($(cat "$DEV/features") >> 11 & 1)) = 0 ]; then
	check "without a hypervisor nothing is sampled" refuses 10
	done_testing
fi
trap stop EXIT
echo 1 >"$EVENT/enable"
forget
sleep 0.2
check_equal "it is off by default" 0 "$(cat "$DEV/vm_exit_period_ms")"
check_equal "and then there are no samples" 0 "$(samples)"
check "a period can be set" sh -c "echo 20 >$DEV/vm_exit_period_ms"
check "samples come again and again" come 10 'ns=[1-9]'
cpu=0
while grep -q "^processor.*: $cpu\$" /proc/cpuinfo; do
	check "of CPU $cpu, too" come 5 "cpu=$cpu "
	cpu=$((cpu + 1))
done
check "the last round is in sysfs" [ "$(cat "$DEV/vm_exit_ns")" -gt 0 ]
check "the level is not raised for it" [ "$(cat "$DEV/armed")" = 0 ]
if [ -x /usr/bin/ringside ]; then
	check "top shows it" [ "$(number vm_exit_ns)" -gt 0 ]
	check "and how often CPUs had nothing to do" \
		[ "$(number halts_per_second)" -gt 0 ]
	check "hist has a bar" sh -c "ringside trace hist --seconds 1 \
		'VM exit by CPUID' | grep -q '#'"
	echo 1 >"$DEV/level"
	echo 1 >"$DEV/always"
	sleep 0.2
	check "export has the cost" exported ringside_vm_exit_seconds
	check "and the halts" exported ringside_halts_total
	echo 0 >"$DEV/always"
	echo 0 >"$DEV/level"
fi
check "a day is the most" sh -c "echo 86400000 >$DEV/vm_exit_period_ms"
check "more is refused" refuses 86400001
check "and what is no number" refuses often
check_equal "which changes nothing" 86400000 "$(cat "$DEV/vm_exit_period_ms")"
echo 0 >"$DEV/vm_exit_period_ms"
forget
sleep 0.2
check_equal "after that there are no samples" 0 "$(samples)"
echo 1 >"$DEV/vm_exit_period_ms"
check "the module can be removed meanwhile" reload
done_testing
