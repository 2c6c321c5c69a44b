#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do the attributes of ringside_balloon say what is documented, and refuse with
# the documented errors? The host asks for nothing here.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

ko=/lib/modules/ringside/ringside_balloon.ko
[ -e "$ko" ] || skip_all "no ringside_balloon.ko"
modctl load "$ko" || skip_all "ringside_balloon does not load"
dir=$(echo /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside)
[ -d "$dir" ] || skip_all "no virtio-balloon device"

total() { sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo; }

# is NAME VALUE: within five seconds
is() {
	try=0
	until [ "$(cat "$dir/$1")" = "$2" ]; do
		try=$((try + 1))
		[ "$try" -lt 50 ] || { echo "$1 is $(cat "$dir/$1")"; return 1; }
		sleep 0.1
	done
}

put() { echo "$2" >"$dir/$1"; }

# refuses WORDS NAME VALUE: the write fails with the error of these words
refuses() {
	words=$1 answer=$( (put "$2" "$3") 2>&1)
	case $answer in
	*": $words") return 0 ;;
	esac
	echo "the answer is '$answer'"
	return 1
}

before=$(total)
for name in target_bytes actual_bytes units_2m units_4k inflated_bytes \
	    deflated_bytes oom_released_bytes alloc_failures_2m \
	    alloc_failures_4k fallbacks backoffs host_timeouts; do
	check "$name is 0" is "$name" 0
	check_equal "$name is for reading" 444 "$(stat -c %a "$dir/$name")"
done
check "state is idle" is state idle
check "mode is report" is mode report
check "target is auto" is target auto

for value in 0 -4096 4095 4097 1M auto1 'auto auto' 0x; do
	check "target '$value' is refused with EINVAL" \
		refuses "Invalid argument" target "$value"
done
for value in 18446744073709551616 18446744073709547520 1099511627776; do
	check "target $value is refused with ERANGE" \
		refuses "Numerical result out of range" target "$value"
done
for value in auto REPORT 'report strict' 2; do
	check "mode '$value' is refused with EINVAL" \
		refuses "Invalid argument" mode "$value"
done
check "refused writes change nothing" is target auto

check "64 MiB and a page are taken" put target $((64 * 1048576 + 4096))
check "in whole units" is units_2m 32
check "of 2 MiB only" is units_4k 0
check "the host is told of none" is actual_bytes 0
check "the target reads back" is target $((64 * 1048576 + 4096))
check_equal "MemTotal is 64 MiB less" $((before - 65536)) "$(total)"
check "the mode stays while memory is held" \
	refuses "Device or resource busy" mode strict
check "auto gives it back" put target auto
check "all of it" is units_2m 0
check_equal "MemTotal is what it was" "$before" "$(total)"
check "64 MiB went in" is inflated_bytes 67108864
check "and out" is deflated_bytes 67108864

for mode in strict pfn 4k report; do
	check "mode $mode is taken" put mode $mode
	check "and reads back" is mode $mode
	[ $mode = report ] || check "mode $mode holds no extra" \
		refuses "Operation not supported" target 4194304
done
check "target auto is fine in any mode" put target auto

modctl unload ringside_balloon
done_testing
