# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of coexistence share: a shell that makes a call whenever it is
# told to, and a policy that refuses it. To be sourced.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh
# shellcheck source=selftests/coexist/tool.sh
. ./tool.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
# shellcheck disable=SC2034 # for whoever sources this
ko=/lib/modules/ringside tracefs=/sys/kernel/tracing
attrs=/sys/class/misc/ringside-guard
# The function that the policy hooks.
# shellcheck disable=SC2034
call=__x64_sys_unshare

rm -f /tmp/go /tmp/said
mkfifo /tmp/go /tmp/said
sh -c 'while read -r line </tmp/go; do
	if unshare -u true 2>/dev/null; then echo passed; else echo refused; fi >/tmp/said
done' &
target=$!
trap 'kill $target' EXIT

attr() { cat "$attrs/$1"; }
asked() { echo go >/tmp/go; cat /tmp/said; }

in_force() {
	ringside guard load p --deny unshare >/dev/null &&
		ringside guard attach p --tree $target >/dev/null &&
		ringside guard confirm p >/dev/null
}

# still_refused WHILE-WHAT
still_refused() { check_equal "refused $1" refused "$(asked)"; }

end() {
	ringside guard detach p >/dev/null
	check_equal "and it passes after the detach" passed "$(asked)"
	done_testing
}
