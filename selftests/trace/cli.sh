#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do the verbs of trace, and export, show what happened while they looked?
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

KO=/lib/modules/ringside
DEV=/sys/class/misc/ringside-trace
out=/tmp/trace-cli.$$
trap 'rm -f /tmp/trace-cli /tmp/trace-cli.*' EXIT

# shows PATTERN COMMAND...: it succeeds and prints a line like that.
shows() {
	pattern=$1
	shift
	"$@" >"$out" 2>&1 && grep -q -- "$pattern" "$out" && return
	sed 's/^/# /' "$out"
	return 1
}

# fails_with CODE PATTERN COMMAND...
fails_with() {
	wanted=$1 pattern=$2
	shift 2
	"$@" >"$out" 2>&1
	[ $? = "$wanted" ] && grep -q -- "$pattern" "$out" && return
	sed 's/^/# /' "$out"
	return 1
}

# The sum of a metric over its series.
sum() {
	awk -v name="$1{" 'index($0, name) == 1 { n += $NF }
		END { printf "%.0f\n", n }' "$out.prom"
}

counting() {
	echo "$1" >$DEV/level
	echo "$2" >$DEV/always
}

# What was exported adds up. Nothing counts while it is written.
test_export() {
	counting 2 1
	ls -lR /sys/class >/dev/null
	counting 0 0
	check "export writes a file" ringside export --prometheus "$out.prom"
	check "nothing else is left of it" [ "$(echo "$out".*)" = "$out.prom" ]
	check_equal "the causes are the returns" \
		"$(sum ringside_returns_total)" \
		"$(sum ringside_crossings_total)"
	check "calls were timed" grep -q \
		'^ringside_crossing_seconds_count.*cause="getdents64"' "$out.prom"
	check_equal "the last bar holds all" \
		"$(sum ringside_crossing_seconds_count)" \
		"$(grep 'le="+Inf"' "$out.prom" |
			awk '{ n += $NF } END { printf "%.0f\n", n }')"
	check "no series comes twice" [ "$(sed 's/ [^ ]*$//' "$out".prom |
		grep -v '^#' | sort | uniq -d | wc -l)" = 0 ]
	check "a place that is not there" fails_with 1 'No such file' \
		ringside export --prometheus /nonexistent/file
}

[ -e $KO/ringside_trace.ko ] || skip_all "no ringside_trace.ko"
command -v ringside >/dev/null || skip_all "no ringside"
# Others in the guest sleep, too.
check "stat with latencies" shows '^clock_nanosleep .* [1-9][0-9]* .* ms ' \
	ringside trace stat --off-cpu -- sleep 0.05
check "stat shows what hit the kernel, timed" shows '^softirq\|^local timer' \
	ringside trace stat --latency -- sleep 0.3
check "hist draws a call" shows '#####' \
	ringside trace hist getdents64 -- ls -lR /sys/class
check "hist knows an exception by its words" shows '^name: *#PF page fault' \
	ringside trace hist 'page fault' -- true
check "hist tells sleeping apart" shows '^slept: *[1-9]' \
	ringside trace hist --off-cpu clock_nanosleep -- sleep 0.05
check "hist of what did not occur" shows "'acct' did not occur" \
	ringside trace hist acct -- true
check "hist of what is no cause" fails_with 1 "no cause is called 'nosuch'" \
	ringside trace hist nosuch -- true
check "hist without a cause" fails_with 2 'which cause' ringside trace hist
check "top shows causes" shows '^ls\|nanosleep\|ioctl' ringside trace top --once
check "top shows cgroups" shows '^/ ' ringside trace top --once --by cgroup
check "top shows tasks" shows ' ringside  /' ringside trace top --once --by task
check "top as JSON has rows and books" shows '"balanced":true.*"rows":\[{"name"' \
	ringside --json trace top --once --by task
check "top without the guard does not know of stolen credentials" \
	shows '"unexplained_credentials":null' \
	ringside --json trace top --once
echo pointer >$DEV/credentials
check "top with the guard does" shows '"unexplained_credentials":[0-9]' \
	ringside --json trace top --once
echo off >$DEV/credentials
check "top by something else" fails_with 2 "not 'colour'" \
	ringside trace top --by colour
check "top without a terminal" fails_with 1 'needs a terminal' ringside trace top
check_equal "nothing stays armed" 0 "$(cat $DEV/armed)"
test_export
done_testing
