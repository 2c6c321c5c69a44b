# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Programs of the machine that built the tests, with its libraries. To be
# sourced.

# has_tool NAME: skips the test of that name if it is not there.
has_tool() {
	[ ! -x "tools/$1" ] || return 0
	skip "$1" "no $1 on the machine that built the tests"
	return 1
}

# tool NAME ARG...
tool() {
	tool_name=$1
	shift
	tools/ld-linux-x86-64.so.2 --library-path tools "tools/$tool_name" "$@"
}
