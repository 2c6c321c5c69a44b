#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: measures the null system call in every state of the suite
# and beside every peer, in one boot, and prints "NAME VALUE" lines. run turns
# them into JSON; nothing is judged here.
set -eu

here=/bench
profile=$here/profile.json
whole=$here/without.json
dev=/sys/class/misc

emit() {
	echo "$1 $2"
}

# measure NAME [ARG...]: nullcall with the arguments, as one line.
measure() {
	name=$1
	shift
	value=$("$here/nullcall" "$@") || {
		echo "bench: $name: nullcall $* failed" >&2
		exit 1
	}
	emit "$name" "$value"
}

# measure_guarded NAME POLICY ARG...: as measure, with POLICY attached to the
# process after it has started.
measure_guarded() {
	name=$1 policy=$2
	shift 2
	"$here/nullcall" --wait "$@" > /tmp/out &
	pid=$!
	until grep -q ready /tmp/out; do
		usleep 10000
	done
	ringside guard attach "$policy" --pid $pid > /dev/null
	ringside guard confirm "$policy" > /dev/null
	kill -USR1 $pid
	wait $pid || {
		echo "bench: $name: nullcall $* failed under $policy" >&2
		exit 1
	}
	emit "$name" "$(tail -n 1 /tmp/out)"
	ringside guard detach "$policy" > /dev/null
}

# while_running NAME READY COMMAND...: measure getppid while COMMAND runs, from
# the moment that its output holds READY, or after a pause when that is empty.
while_running() {
	name=$1 ready=$2
	shift 2
	"$@" > /tmp/peer 2>&1 &
	peer=$!
	i=0
	while [ $i -lt 600 ]; do
		[ -n "$ready" ] || [ $i -lt 20 ] || break
		[ -z "$ready" ] || ! grep -q "$ready" /tmp/peer || break
		kill -0 $peer || {
			echo "bench: $name: $* ended:" >&2
			cat /tmp/peer >&2
			exit 1
		}
		sleep 1
		i=$((i + 1))
	done
	sleep 5
	measure "$name" getppid
	kill -INT $peer
	wait $peer || true
}

# A family that no kernel has: others may make it look for a module.
baseline() {
	measure base.getppid getppid
	measure base.switch switch
	measure base.getpid getpid
	measure base.personality personality
	measure base.socket --expect 97 --arg 1000 socket
}

seccomp() {
	measure seccomp-linear.allowed --seccomp $profile getpid
	measure seccomp-tree.allowed --seccomp $profile --tree getpid
	measure seccomp-linear.denied --seccomp $profile --without getppid \
		--expect 1 getppid
	measure seccomp-tree.denied --seccomp $profile --tree \
		--without getppid --expect 1 getppid
	measure seccomp-linear.arg_rule --seccomp $profile personality
	measure seccomp-tree.arg_rule --seccomp $profile --tree personality
	measure seccomp-linear.socket_rule --seccomp $profile --expect 97 --arg 1000 socket
	measure seccomp-tree.socket_rule --seccomp $profile --tree \
		--expect 97 --arg 1000 socket
}

guard() {
	ringside guard load bench-deny --deny getppid,sendmsg > /dev/null
	ringside guard load bench-whole $whole --caps none \
		--skip-unknown > /dev/null
	sleep 1000000 &
	other=$!
	ringside guard attach bench-deny --pid $other > /dev/null
	ringside guard confirm bench-deny > /dev/null
	measure guard.hooked_other getppid
	measure guard.unnamed getpid
	ringside guard detach bench-deny > /dev/null
	kill $other
	measure guard.detached getppid
	measure_guarded guard.denied bench-deny --expect 1 getppid
	# Two calls that are remembered in the same place, so that neither is.
	measure_guarded guard.denied_in_turn bench-deny --expect 1 \
		--in-turn sendmsg getppid
	measure_guarded guard.allowed bench-whole getpid
	measure_guarded guard.arg_rule bench-whole personality
	measure_guarded guard.socket_rule bench-whole --expect 97 --arg 1000 socket
	measure_guarded guard.denied_by_default bench-whole --expect 38 getppid
	ringside guard unload bench-deny > /dev/null
	ringside guard unload bench-whole > /dev/null
	"$here/guardcost" $whole
}

# With sums: of few cgroups, of as many as have sums of their own, and of many
# tasks that sleep in them.
trace_who() {
	groups=/tmp/groups
	mkdir -p "$groups"
	mount -t cgroup2 none "$groups"
	echo 1 > $dev/ringside-trace/who
	measure trace.level2_who getppid
	measure trace.level2_who.switch switch
	for i in $(seq 255); do
		mkdir "$groups/bench-$i"
		sleep 1000000 &
		echo $! > "$groups/bench-$i/cgroup.procs"
	done
	sleep 2
	measure trace.level2_who_256 getppid
	for i in $(seq 255); do
		while read -r pid; do
			kill "$pid"
		done < "$groups/bench-$i/cgroup.procs"
	done
	sleep 2
	rmdir "$groups"/bench-*
	echo 0 > $dev/ringside-trace/who
	umount "$groups"
}

trace() {
	echo 1 > $dev/ringside-trace/level
	echo 1 > $dev/ringside-trace/always
	measure trace.level1 getppid
	echo 2 > $dev/ringside-trace/level
	measure trace.level2 getppid
	measure trace.level2.switch switch
	trace_who
	echo 0 > $dev/ringside-trace/always
	echo 0 > $dev/ringside-trace/level
	measure trace.level0_after getppid
}

# The credential guard by itself, and beside the lowest level, where returns are
# looked at anyway: that is what its goals are about.
credentials() {
	echo pointer > $dev/ringside-trace/credentials
	measure trace.cred_pointer_alone getppid
	echo full > $dev/ringside-trace/credentials
	measure trace.cred_full_alone getppid
	echo off > $dev/ringside-trace/credentials
	echo 1 > $dev/ringside-trace/level
	echo 1 > $dev/ringside-trace/always
	measure base.cred getppid
	measure base.setuid setuid
	measure base.open_close open-close
	echo pointer > $dev/ringside-trace/credentials
	measure trace.cred_pointer getppid
	measure trace.setuid_pointer setuid
	echo full > $dev/ringside-trace/credentials
	measure trace.cred_full getppid
	measure trace.setuid setuid
	measure trace.open_close open-close
	echo off > $dev/ringside-trace/credentials
	echo 0 > $dev/ringside-trace/always
	echo 0 > $dev/ringside-trace/level
	measure trace.cred_off_after getppid
}

peers() {
	while_running perf-stat '' \
		perf stat -a -e raw_syscalls:sys_enter
	while_running bpftrace-count Attaching bpftrace -B none -e \
		'tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }'
	events=/sys/kernel/tracing/events/raw_syscalls/enable
	echo 1 > $events
	measure ftrace-enter-exit getppid
	echo 0 > $events
	measure base.after_peers getppid
}

# Kernel threads that finish what boot began would be counted too.
sleep 20
baseline
seccomp
insmod $here/ringside.ko
insmod $here/ringside_guard.ko
insmod $here/ringside_trace.ko
measure core.idle getppid
guard
trace
credentials
rmmod ringside_trace
rmmod ringside_guard
rmmod ringside
measure core.removed getppid
peers
