#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do the trace events of ringside_balloon tell what happened, and does a balloon
# that drives its guest into reclaim give way when told to?
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/balloon/device.sh
. ./device.sh

mib=1048576
tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || mount -t tracefs tracefs $tracing 2>/dev/null
[ -e $tracing/trace ] || skip_all "no tracefs"
device=$(basename "$(dirname "$dir")")

# events NAME: its lines in the trace, without what stands before the fields
events() { sed -n "s/^.*: $1: //p" $tracing/trace; }

# field NAME: of each line on standard input
field() { sed -n "s/.*$1=\([^ ]*\).*/\1/p"; }

sum() { awk '{ n += $1 } END { print n + 0 }'; }

for name in balloon_inflate balloon_deflate balloon_oom; do
	check "the event $name is there" \
		test -e $tracing/events/ringside/$name/format
	echo 1 >$tracing/events/ringside/$name/enable
done

put free_page_reporting 0
put target $((64 * mib))
check "64 MiB go in" is held_bytes $((64 * mib))
check_equal "as the events say" $((64 * 256)) \
	"$(events balloon_inflate | field moved | sum)"
check_equal "on this device" "device=$device" \
	"$(events balloon_inflate | sed 's/ .*//' | sort -u)"
check_equal "the last one is at the goal" "32 $((64 * 256))" \
	"$(events balloon_inflate | tail -n 1 |
		sed 's/.*units_2m=\([0-9]*\).*goal=\([0-9]*\).*/\1 \2/')"
check "and took its time" test "$(events balloon_inflate | field ns | sum)" \
	-gt 0
put target auto
check "64 MiB go out" is held_bytes 0
check_equal "as the events say" $((64 * 256)) \
	"$(events balloon_deflate | field moved | sum)"
check_equal "nobody was in need" "" "$(events balloon_oom)"

# More than there is: the balloon reclaims what it can, which is what the watch
# looks for.
put floor_bytes 0
put reserve_bytes 0
put pressure_deflate 1
put target $(($(total) * 1024 / 4096 * 4096))
check "a guest driven into reclaim gets memory back" \
	more_than pressure_released_bytes $((32 * mib - 1))
check "and the balloon keeps off" is state holdoff
check "which is counted" more_than holdoffs 0
# The books are compared when nothing is on its way any more.
put pressure_deflate 0
sleep 1
check_equal "as the event says" "cause=pressure" \
	"$(events balloon_oom | sed 's/.* //' | sort -u)"
check_equal "to the page" "$(($(cat "$dir/pressure_released_bytes") / 4096))" \
	"$(events balloon_oom | field released | sum)"
held=$(cat "$dir/held_bytes")
put oom_holdoff_ms 1
check "the hold ends when told to" more_than held_bytes "$held"
put target auto
check "all goes back" is held_bytes 0

for name in balloon_inflate balloon_deflate balloon_oom; do
	echo 0 >$tracing/events/ringside/$name/enable
done
modctl unload ringside_balloon
done_testing
