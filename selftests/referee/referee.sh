# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Do the kernel's own tests come out as without us? Each program is run in
# three situations of one boot:
#
#	without		no module of ours has ever been loaded
#	idle		guard and trace are loaded and do nothing
#	governed	every task, PID 1 included, is under a policy that judges
#			every call and refuses none; trace runs at level 2
#
# and every result of every case is compared with that of the first. What the
# kernel's tests find wrong by themselves is not our business. To be sourced:
#
#	referee PROGRAM...
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

ko=/lib/modules/ringside
guard=/sys/class/misc/ringside-guard
trace=/sys/class/misc/ringside-trace
dir=/tmp/referee

attr() { cat "$guard/$1"; }

# run_one SITUATION PROGRAM: leaves its results in a file. The exit status is
# one of them, for some tests report nothing else.
run_one() {
	mkdir -p "$dir/$1"
	timeout -s KILL 250 "./$2" >"$dir/$1/$2.out" 2>&1 </dev/null
	echo "exit $?" >"$dir/$1/$2"
	awk -f results.awk "$dir/$1/$2.out" >>"$dir/$1/$2"
}

# A program that dies at once, or can not be run, is no referee.
has_results() { # PROGRAM
	cat "$dir/without/$1.out"
	[ "$(wc -l <"$dir/without/$1")" -gt 1 ] || grep -q 'exit 0' "$dir/without/$1"
}

# differences SITUATION PROGRAM: lines that only one of the two has.
differences() {
	diff -U 0 "$dir/without/$2" "$dir/$1/$2" | sed '1,2d; /^@@/d'
}

# unexplained SITUATION PROGRAM: those that no line of 'explained' is about.
unexplained() {
	differences "$1" "$2" >"$dir/differences"
	sed -n "s/^$1 $2 \\(.*\\): .*/\\1/p" explained >"$dir/patterns"
	grep -vEf "$dir/patterns" "$dir/differences"
}

# compare SITUATION PROGRAM
compare() {
	cases=$(wc -l <"$dir/without/$2")
	bad=$(unexplained "$1" "$2")
	if [ -z "$bad" ]; then
		pass "$1: $2: $cases results as without"
	else
		fail "$1: $2: $cases results as without" "$bad"
		diag "$(tail -n 40 "$dir/$1/$2.out")"
	fi
	[ ! -s "$dir/differences" ] || [ -n "$bad" ] ||
		diag "explained: $(cat "$dir/differences")"
}

in_situation() { # SITUATION PROGRAM...
	situation=$1
	shift
	for program; do
		run_one "$situation" "$program"
		compare "$situation" "$program"
	done
}

load() {
	for module in ringside ringside_guard ringside_trace; do
		modctl load "$ko/$module.ko" || return 1
	done
}

# Tasks of user space, threads included: those that have an executable.
user_tasks() {
	for task in /proc/[0-9]*/task/[0-9]*; do
		readlink "$task/exe" >/dev/null && echo "$task"
	done | wc -l
}

governed_tasks() {
	ringside -j guard list | sed -n 's/.*"tasks": \([0-9]*\).*/\1/p'
}

# Whoever counts is counted, and not twice at the same moment: the shell for the
# first number and what it starts may be gone at the second. Children of the
# tests, too, need a moment to end.
all_are_governed() {
	ga_try=0
	until ga_want=$(user_tasks) && ga_got=$(governed_tasks) &&
			[ "$ga_got" -ge 3 ] && [ "$ga_got" -ge $((ga_want - 2)) ]
	do
		ga_try=$((ga_try + 1))
		echo "$ga_got of $ga_want tasks"
		[ $ga_try -lt 20 ] || return 1
		sleep 0.5
	done
}

govern() {
	ringside guard load never ./never.json --skip-unknown >/dev/null &&
		ringside guard attach never --everyone --force >/dev/null &&
		ringside guard confirm never >/dev/null &&
		echo 2 >$trace/level
}

referee() {
	[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
	check_fails "without: no module of ours is loaded" \
		grep -q ringside /proc/modules
	for program; do
		run_one without "$program"
		check "without: $program has results" has_results "$program"
	done
	check "the modules load" load
	in_situation idle "$@"
	check "everybody is put under a policy, trace at level 2" govern
	check "all tasks are" all_are_governed
	hooked=$(attr hooked_functions)
	check "$hooked functions are hooked" [ "$hooked" -gt 700 ]
	in_situation governed "$@"
	check_equal "nothing was refused" 0 "$(attr denied_total)"
	check "all tasks are still governed" all_are_governed
	check_equal "trace still is at level 2" 2 "$(cat $trace/level)"
	check "detach" ringside guard detach never
	done_testing
}
