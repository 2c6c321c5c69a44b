#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do the attributes of ringside_balloon say what is documented, and refuse with
# the documented errors? The host asks for nothing here.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh

# shellcheck source=selftests/balloon/device.sh
. ./device.sh

before=$(total)
for name in target_bytes actual_bytes held_bytes units_2m units_4k \
	    inflated_bytes deflated_bytes oom_released_bytes \
	    pressure_released_bytes resynced_bytes hinted_bytes inflate_ns \
	    deflate_ns alloc_failures_2m alloc_failures_4k fallbacks backoffs \
	    holdoffs resyncs host_timeouts last_error; do
	check "$name is 0" is "$name" 0
	check_equal "$name is for reading" 444 "$(stat -c %a "$dir/$name")"
done
check "state is idle" is state idle
check "mode is auto" is mode auto
check "which stands for report" is mode_active report
check "the features are named" is features "stats reporting"
check_equal "resync is for writing" 200 "$(stat -c %a "$dir/resync")"
check "target is auto" is target auto

for value in 0 -4096 4095 4097 1M auto1 'auto auto' 0x; do
	check "target '$value' is refused with EINVAL" \
		refuses "Invalid argument" target "$value"
done
for value in 18446744073709551616 18446744073709547520 1099511627776; do
	check "target $value is refused with ERANGE" \
		refuses "Numerical result out of range" target "$value"
done
for value in Auto REPORT 'report strict' 2; do
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
check "but may get the name of what it is" put mode report
check "and back" put mode auto
check "auto gives it back" put target auto
check "all of it" is units_2m 0
check_equal "MemTotal is what it was" "$before" "$(total)"
check "64 MiB went in" is inflated_bytes 67108864
check "and out" is deflated_bytes 67108864

for mode in strict pfn 4k report; do
	check "mode $mode is taken" put mode $mode
	check "and reads back" is mode $mode
	check "and is in use" is mode_active $mode
	[ $mode = report ] || check "mode $mode holds no extra" \
		refuses "Operation not supported" target 4194304
done
check "target auto is fine in any mode" put target auto

modctl unload ringside_balloon
done_testing
