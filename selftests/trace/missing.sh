#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# On kernels without one of the tracepoints that trace uses (rs_hide.ko takes
# them away): the module loads, works without, and says what is lost.
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/trace/trace.sh
. ./trace.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
out=/tmp/missing.$$
trap 'rm -f "$out"' EXIT

# without TRACEPOINT,...: as on a kernel that has never had them.
without() {
	[ ! -d /sys/module/rs_hide ] || modctl unload rs_hide || return 1
	# shellcheck disable=SC2119 # without parameters
	modctl load "$KO/rs_hide.ko" names="$1" && reload
}

doctor_says() {
	ringside doctor >"$out"
	grep -q "trace_causes.*$1" "$out" && return
	cat "$out"
	return 1
}

# bit N: is it in the features?
bit() { [ $(($(cat "$DEV/features") >> $1 & 1)) = 1 ]; }

# refused COMMAND...: with ENOENT, and nothing stays armed.
refused() {
	"$@" >"$out" 2>&1
	[ $? = 1 ] && grep -q 'No such file' "$out" &&
		[ "$(cat "$DEV/armed")" = 0 ] && return
	cat "$out"
	return 1
}

# counted FIELD: of a command that forks and faults.
counted() {
	ringside --json trace stat --latency -- sh -c 'true; ls / >/dev/null' 2>"$out" |
		tr ',' '\n' | sed -n "s/.*\"$1\": *\([0-9a-z]*\).*/\1/p" | tail -n 1
}

# each TRACEPOINT BIT WORDS: one that is only missed.
each() {
	check "it loads without $1" without "$1"
	check_fails "and does not claim to have it" bit "$2"
	check "doctor says that it is lost: $3" doctor_says "can not tell: .*$3"
	check_equal "the books balance" true "$(counted balanced)"
}

check "it loads" reload
check "doctor finds nothing lost, but softirqs on PREEMPT_RT" \
	doctor_says 'all causes\|can not tell: softirqs$'
some=$(counted residual)
each page_fault_user 0 "page faults"
check "page faults are residual then" [ "$(counted residual)" -gt "$((some + 20))" ]
each signal_generate 1 exceptions
each irq_handler_entry,irq_handler_exit 2 "device interrupts"
each local_timer_entry,local_timer_exit 3 "APIC interrupts"
each sys_enter 6 "times of calls"
each softirq_entry,softirq_exit 7 softirqs
each sched_switch 8 "time off the CPU"
check "who asks for that is refused" refused \
	ringside trace stat --off-cpu -- true
each cgroup_attach_task 9 "tasks and cgroups"
check "who asks for them is refused" refused ringside trace top --once
check "it loads without what it can not do without" \
	without sched_process_free
check "and refuses to count" refused ringside trace stat -- true
modctl unload rs_hide
check "it loads when all are back" reload
check "and has all" doctor_says 'all causes\|can not tell: softirqs$'
done_testing
