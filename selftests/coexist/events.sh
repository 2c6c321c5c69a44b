#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do perf, trace-cmd and bpftrace, as Debian has them, list, count, record and
# show the events of trace, with their fields?
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh
# shellcheck source=selftests/coexist/tool.sh
. ./tool.sh

KO=/lib/modules/ringside
DEV=/sys/class/misc/ringside-trace
TRACEFS=/sys/kernel/tracing
EVENTS='cred cred_unexplained slow_crossing vm_exit_sample'
# Numbers of nanosleep() and clock_nanosleep(), which both may have.
SLEEPS='35 230'

[ -e $KO/ringside_trace.ko ] || skip_all "no ringside_trace.ko"
[ -d /sys/module/ringside_trace ] || modctl load $KO/ringside_trace.ko
[ -d /sys/module/rs_exploit ] || modctl load $KO/rs_exploit.ko
[ -e $TRACEFS/events/ringside ] || mount -t tracefs none $TRACEFS

end() {
	echo 0 >"$DEV/slow_ns"
	echo 0 >"$DEV/vm_exit_period_ms"
	echo off >"$DEV/credentials"
	echo 0 >"$DEV/always"
	echo 0 >"$DEV/level"
	modctl unload rs_exploit
	modctl unload ringside_trace
}
trap end EXIT

# Of each event at least one: root becomes nobody; its user id is overwritten; a
# sleep takes longer than it may; and samples are taken all the time.
cat >/tmp/do-it <<'DO'
su nobody -s /bin/sh -c true
sh -c 'echo caps >/proc/rs_exploit; true'
sleep 0.3
DO

prepare() {
	echo 2 >"$DEV/level" && echo 1 >"$DEV/always" &&
		echo full >"$DEV/credentials" && echo event >"$DEV/credentials_action" &&
		echo 50 >"$DEV/vm_exit_period_ms" || return 1
	for nr in $SLEEPS; do
		echo "0 $nr 100000000" >"$DEV/slow_cause" || return 1
	done
}

# shows FILE PATTERN: a line like that; what there is, if not.
shows() {
	grep -q -e "$2" "$1" || { head -n 20 "$1"; return 1; }
}

# What a tool shows of each event: NAME FILE
shown_by() {
	check "$1 shows who became whom" shows "$2" \
		'cred:.* old_uid=0 new_uid=65534 .*explained=1'
	check "$1 shows what nothing explains" shows "$2" \
		'cred_unexplained:.*explained=0 why=content'
	check "$1 shows what took too long" shows "$2" \
		'slow_crossing:.*kind=x86_64 index=\(35\|230\) ns=[0-9]\{9\}'
	check "$1 shows what a VM exit costs" shows "$2" \
		'vm_exit_sample:.*cpu=[01] ns=[1-9]'
}

perf_tool() {
	has_tool perf || return 0
	tool perf list 'ringside:*' >/tmp/list 2>&1
	set --
	for event in $EVENTS; do
		check "perf lists $event" shows /tmp/list "ringside:$event "
		set -- "$@" -e "ringside:$event"
	done
	tool perf stat -x, -a "$@" -o /tmp/stat sh /tmp/do-it >/tmp/log 2>&1
	for event in $EVENTS; do
		check "perf stat counts $event" shows /tmp/stat \
			"^[1-9][0-9]*,.*ringside:$event,"
	done
	tool perf record -a "$@" -o /tmp/perf.data sh /tmp/do-it >/tmp/log 2>&1
	tool perf script -i /tmp/perf.data >/tmp/shown 2>/tmp/log
	shown_by "perf script" /tmp/shown
}

trace_cmd() {
	has_tool trace-cmd || return 0
	tool trace-cmd list -e ringside >/tmp/list 2>&1
	for event in $EVENTS; do
		check "trace-cmd lists $event" shows /tmp/list \
			"^ringside:$event\$"
	done
	check "trace-cmd records" tool trace-cmd record -q -e ringside \
		-o /tmp/trace.dat sh /tmp/do-it
	tool trace-cmd report -i /tmp/trace.dat >/tmp/shown 2>/tmp/log
	shown_by "trace-cmd report" /tmp/shown
	check "trace-cmd filters by a field" tool trace-cmd record -q \
		-e ringside:cred -f 'new_uid == 65534' -o /tmp/trace.dat \
		sh /tmp/do-it
	tool trace-cmd report -i /tmp/trace.dat >/tmp/shown 2>/tmp/log
	check "and finds what it wanted" shows /tmp/shown 'new_uid=65534'
	check_equal "and nothing else" 0 \
		"$(grep 'cred:' /tmp/shown | grep -vc 'new_uid=65534')"
}

bpf() {
	has_tool bpftrace || return 0
	cat >/tmp/program <<-'BPF'
	tracepoint:ringside:cred /args->new_uid == 65534/ { @became = count(); }
	tracepoint:ringside:cred_unexplained { @why[args->why] = count(); }
	tracepoint:ringside:slow_crossing { @slow[args->index] = max(args->ns); }
	tracepoint:ringside:vm_exit_sample { @exits = hist(args->ns); }
	interval:s:8 { exit(); }
	BPF
	tool bpftrace /tmp/program >/tmp/shown 2>&1 &
	pid=$!
	try=0
	until grep -q Attaching /tmp/shown || [ $try = 300 ] ||
			! kill -0 $pid 2>/dev/null; do
		try=$((try + 1))
		usleep 200000
	done
	usleep 2000000
	sh /tmp/do-it
	wait $pid
	check "bpftrace filters by a field" shows /tmp/shown '^@became: [1-9]'
	check "bpftrace reads a string" shows /tmp/shown \
		'^@why\[content\]: [1-9]'
	check "bpftrace reads numbers" shows /tmp/shown \
		'^@slow\[\(35\|230\)\]: [0-9]\{9\}'
	check "bpftrace draws them" shows /tmp/shown '|@@'
}

check "there is something to see" prepare
perf_tool
trace_cmd
bpf
check "an unexplained change was counted" \
	[ "$(cat $DEV/unexplained_content)" -ge 1 ]
done_testing
