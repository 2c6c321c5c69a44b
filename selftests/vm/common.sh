# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script of the harness needs: where things are, how to say
# something, how to become root. Sourced, never run; it changes nothing.
# Callers set 'here' to their own directory (selftests/vm) first.

# shellcheck disable=SC2154 # 'here' comes from the caller
top=$(cd "$here/../.." && pwd)
build=$top/build
cache=${RINGSIDE_CACHE:-$build/cache}
prog=${0##*/}

# Every kernel by the name that --kernel, KERNEL= and KERNELS= take.
# shellcheck disable=SC2034 # read by the scripts that source this file
all_kernels="6.1 6.12 6.12-rt 7.2 7.3 debug debug-kcov kcsan"

note() { printf '%s: %s\n' "$prog" "$*" >&2; }
die() { note "$@"; exit 1; }

need() {
	local tool

	for tool; do
		command -v "$tool" >/dev/null ||
			die "$tool: not found; 'make setup' installs it"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# locked FILE COMMAND...: one process at a time runs COMMAND for that FILE.
# The descriptor is closed for COMMAND so that nothing it leaves behind can
# keep the lock.
locked() {
	local file=$1 fd

	shift
	mkdir -p "${file%/*}"
	exec {fd}>"$file"
	flock "$fd"
	"$@" {fd}>&-
	local status=$?
	exec {fd}>&-
	return $status
}
