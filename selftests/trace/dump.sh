#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does ringside trace dump show what happened, to people and to Perfetto?
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

DEV=/sys/class/misc/ringside-trace
file=/tmp/trace-dump.$$
trap 'rm -f /tmp/trace-dump.*; echo 0 >$DEV/always; echo 0 >$DEV/level' EXIT

[ -e $DEV ] || skip_all "no ringside_trace.ko"
command -v ringside >/dev/null || skip_all "no ringside"

# perfetto WHAT... -- OPTION...: the file has these events, and is well-formed.
perfetto() {
	what=''
	while [ "$1" != -- ]; do
		what="$what $1"
		shift
	done
	shift
	rm -f "$file"
	ringside trace dump --perfetto "$file" "$@" >/dev/null || return 1
	# shellcheck disable=SC2086 # several words
	./perfetto_check "$file" $what
}

# json COMMAND...: prints a recording as JSON.
json() {
	"$@" >"$file" || return 1
	./perfetto_check --json "$file" events frozen overwritten
}

check "off, there is nothing to show" exits 1 'the flight recorder is off' \
	ringside trace dump
check "off, there is nothing to freeze" exits 1 'recorder is off' \
	ringside trace dump --freeze
check "what a command called, and what came of it" \
	exits 1 ' ls \[[0-9]*\] .* = -2 ENOENT' \
	ringside trace dump -- ls /nonexistent
check "who had the CPU" exits 0 'gets the CPU' ringside trace dump -- true
check "what interrupted" exits 0 'local timer\|softirq' \
	ringside trace dump --text -- sleep 0.3
check "a call of the command is an object of JSON" exits 0 \
	'"type": "crossing"' ringside --json trace dump -- true
check "the JSON is JSON" json ringside --json trace dump --seconds 1
check "for Perfetto: threads, calls, interrupts, beginnings" perfetto \
	X:getdents64 'X:ls*' i:recording M:thread_name -- -- ls -lR /sys/class
check "for Perfetto: a change of credentials" perfetto i:credentials -- \
	-- su nobody -s /bin/sh -c true
check "for Perfetto: sleeping and busy CPUs at once" perfetto \
	X:clock_nanosleep X:read 'X:sleep*' -- \
	-- sh -c 'sleep 0.2 & dd if=/dev/zero of=/dev/null count=5000; wait'
check "for Perfetto: one CPU" perfetto 'X:*' -- --cpu 0 -- ls /
check_equal "and no other" 1 "$(grep -c '"thread_name"' "$file")"
check "a place that is not there" exits 1 'No such file' \
	ringside trace dump --perfetto /nonexistent/file -- true
check "a CPU that is not there" exits 1 'there is no CPU 4711' \
	ringside trace dump --cpu 4711 -- true
check "a CPU that is no number" exits 2 'cpu' ringside trace dump --cpu one
check "no time at all" exits 2 'seconds' ringside trace dump --seconds 0
check "seconds and a command" exits 2 'not both' \
	ringside trace dump --seconds 1 -- true
check "a command that is not there" exits 1 'nonexistent' \
	ringside trace dump -- /nonexistent
check_equal "nothing stays armed" 0 "$(cat $DEV/armed)"

echo 3 >$DEV/level
echo 1 >$DEV/always
check_equal "the administrator keeps it on" 3 "$(cat $DEV/armed)"
ls -lR /sys/class >/dev/null
check "what happened before is there" exits 0 'getdents64' ringside trace dump
check "so it is for Perfetto" perfetto X:getdents64 -- --seconds 1000
check "it can be frozen" exits 0 'frozen: *asked' ringside trace dump --freeze
check_equal "and stays so" 1 "$(cat $DEV/flight_frozen)"
before=$(ringside trace dump | grep -c getdents64)
ls -lR /sys/class >/dev/null
check_equal "nothing is added to it" "$before" \
	"$(ringside trace dump | grep -c getdents64)"
check "thawed, it goes on" exits 0 'frozen: *asked' ringside trace dump --thaw
check_equal "and says so" nothing "$(cat $DEV/flight_frozen_by)"
done_testing
