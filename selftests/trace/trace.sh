# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts of trace share. To be sourced.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

KO=/lib/modules/ringside
# shellcheck disable=SC2034 # for whoever sources this
DEV=/sys/class/misc/ringside-trace

[ -e $KO/ringside_trace.ko ] || skip_all "no ringside_trace.ko"

# reload [PARAM=VALUE...]: the module as if it had just been loaded, with these.
reload() {
	[ -d /sys/module/ringside ] || modctl load $KO/ringside.ko || return 1
	[ ! -d /sys/module/ringside_trace ] ||
		modctl unload ringside_trace || return 1
	modctl load $KO/ringside_trace.ko "$@"
}

# run TEST [NAME=VALUE...]: one of the test programs; says what failed in it.
run() {
	run_test=$1
	shift
	env "$@" "./$run_test" >"/tmp/$run_test.out" 2>&1
	run_status=$?
	[ $run_status = 0 ] || [ $run_status = 4 ] || {
		grep -v '^ok\|RUN\|  OK' "/tmp/$run_test.out"
		return 1
	}
}
