#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# rmmod in every state, while processes run through the hooks: it succeeds, and
# nobody notices.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

ko=/lib/modules/ringside
rounds=5
[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
[ -x ./hammer ] || skip_all "no hammer program"

load() { modctl load $ko/ringside_guard.ko; }
unload() { modctl unload ringside_guard; }
policy() { ringside guard load p --deny unshare; }

# The hammer is a child of this shell, which is exempt; its tree is the target.
cycle() { # STATE
	load || return 1
	policy || return 1
	case $1 in
	pending|attached) ringside guard attach p --tree "$hammer" ;;
	everyone) ringside guard attach p --everyone ;;
	audit) ringside guard attach p --tree "$hammer" --audit ;;
	rolling) ringside guard attach p --tree "$hammer" \
			--confirm-after 0.05 ;;
	esac || return 1
	[ "$1" != attached ] || ringside guard confirm p || return 1
	usleep 50000
	unload
}

cycles() { # STATE
	i=0
	while [ "$i" -lt "$rounds" ]; do
		i=$((i + 1))
		cycle "$1" >/tmp/unload.out 2>&1 || {
			echo "round $i:"
			cat /tmp/unload.out
			return 1
		}
	done
}

unload 2>/dev/null
./hammer 3 &
hammer=$!
for state in loaded pending attached everyone audit rolling; do
	check "$rounds times: rmmod with a policy that is $state" \
		cycles "$state"
done
check "the hammer goes on" kill -0 "$hammer"
check "no function is hooked any more" \
	sh -c "! grep . /sys/kernel/tracing/enabled_functions 2>/dev/null"

# Nobody keeps a mark: otherwise the next policy would find its tasks taken.
load
policy >/dev/null
check "and everybody can be marked anew" \
	ringside guard attach p --everyone
check "the hammer is refused again" sh -c \
	"sleep 0.2; [ \$(cat /sys/class/misc/ringside-guard/denied_total) -gt 0 ]"
unload

kill "$hammer"
killall hammer 2>/dev/null
wait $hammer 2>/dev/null
done_testing
