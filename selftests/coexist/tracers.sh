#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The function tracer, kprobe events, perf and bpftrace on a function that the
# guard hooks and on others: all of them see what they should, and the policy
# holds while they come and go.
# shellcheck source=selftests/coexist/coexist.sh
. ./coexist.sh

# seen PATTERN FILE: how many lines.
seen() { grep -c "$1" "$2"; }

function_tracer() {
	echo "$call" >$tracefs/set_ftrace_filter
	echo __x64_sys_sethostname >>$tracefs/set_ftrace_filter
	echo function >$tracefs/current_tracer
	still_refused "while the function tracer runs"
	hostname ringside-vm
	check "it has seen the refused call" seen "$call" $tracefs/trace
	check "and one of another function" seen sethostname $tracefs/trace
	echo nop >$tracefs/current_tracer
	echo >$tracefs/set_ftrace_filter
	still_refused "when it is gone"
}

kprobe_event() {
	check "a kprobe event can be put there" sh -c \
		"echo 'p:rs_hooked $call' >$tracefs/kprobe_events &&
		echo 1 >$tracefs/events/kprobes/rs_hooked/enable"
	: >$tracefs/trace
	still_refused "while it is"
	check "and it has seen the call" seen rs_hooked: $tracefs/trace
}

perf_tool() {
	if [ ! -x tools/perf ]; then
		skip "perf" "no perf on the machine that built the tests"
		return
	fi
	(usleep 1500000; asked >/tmp/answer; asked >/dev/null) &
	tool perf stat -x, -a -e kprobes:rs_hooked -e ringside:guard_decision \
		-o /tmp/stat sleep 4 >/tmp/perf.log 2>&1
	check_equal "perf stat counts the calls" 2 \
		"$(sed -n 's/^\([0-9]*\),.*rs_hooked.*/\1/p' /tmp/stat)"
	check_equal "and the guard's decisions" 2 \
		"$(sed -n 's/^\([0-9]*\),.*guard_decision.*/\1/p' /tmp/stat)"
	[ -s /tmp/stat ] || diag "$(cat /tmp/perf.log)"
	check_equal "which are denials all the same" refused "$(cat /tmp/answer)"
	(usleep 1500000; asked >/dev/null) &
	tool perf record -a -e ringside:guard_decision -o /tmp/perf.data \
		sleep 4 >/tmp/perf.log 2>&1
	check "perf record and perf script show who" exits 0 \
		"unshare.*guard_decision" tool perf script -i /tmp/perf.data
	wait_jobs
}

# Subshells that ask; the target itself does not end.
wait_jobs() { usleep 500000; }

bpf() {
	if [ ! -x tools/bpftrace ]; then
		skip "bpftrace" "no bpftrace on the machine that built the tests"
		return
	fi
	tool bpftrace -e "kprobe:$call { @calls = count(); }
		tracepoint:ringside:guard_decision { @decisions = count(); }
		interval:s:8 { exit(); }" >/tmp/bpf.log 2>&1 &
	bpftrace=$!
	try=0
	until grep -q Attaching /tmp/bpf.log || [ $try = 300 ]; do
		try=$((try + 1))
		usleep 200000
	done
	usleep 2000000
	still_refused "while bpftrace has a kprobe there"
	wait $bpftrace
	check "bpftrace has seen the call" grep -qx '@calls: 1' /tmp/bpf.log
	check "and the decision" grep -qx '@decisions: 1' /tmp/bpf.log
	[ "$tap_failed" = 0 ] || diag "$(cat /tmp/bpf.log)"
}

check "a policy is in force" in_force
still_refused "before"
function_tracer
kprobe_event
perf_tool
bpf
echo 0 >$tracefs/events/kprobes/rs_hooked/enable
check "the kprobe goes" sh -c "echo >$tracefs/kprobe_events"
still_refused "when all are gone"
check_equal "the guard is active, not failed" active "$(attr state)"
: >$tracefs/trace
end
