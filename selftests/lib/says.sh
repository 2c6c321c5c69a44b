# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What a command says, for the tests in the guest: under busybox, and with
# json_check instead of a JSON reader. Needs tap.sh.

# exits STATUS PATTERN COMMAND...: and its output of both kinds has PATTERN.
exits() {
	want=$1
	pattern=$2
	shift 2
	out=$("$@" 2>&1)
	status=$?
	if [ "$status" = "$want" ] && printf '%s\n' "$out" | grep -q -e "$pattern"
	then
		return 0
	fi
	printf 'exit %s, wanted %s and "%s"\n%s\n' "$status" "$want" "$pattern" \
		"$out"
	return 1
}

# member COMMAND -- PATH...: a member of the JSON that COMMAND prints; without
# PATH only whether it is JSON.
member() {
	command=""
	while [ "$1" != -- ]; do
		command="$command $1"
		shift
	done
	shift
	$command --json 2>/dev/null | ./json_check "$@"
}

as_nobody() { su nobody -s /bin/sh -c "$*"; }
