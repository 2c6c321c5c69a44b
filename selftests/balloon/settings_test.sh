#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Do the settings of ringside_balloon take what is documented, refuse the rest
# with the documented errors, and do what they say? The guest's own target moves
# the balloon, so that no host is needed but one that answers.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/balloon/device.sh
. ./device.sh

mib=1048576
ram=$(($(total) * 1024))

# setting NAME DEFAULT GOOD...: the default, each good value, and the default
setting() {
	name=$1 default=$2
	shift 2
	check "$name is $default" is "$name" "$default"
	check_equal "$name is for all to read" 644 "$(stat -c %a "$dir/$name")"
	for value; do
		check "$name takes $value" put "$name" "$value"
		check "$name reads back" is "$name" "$value"
	done
	last=$value
	for value in '' -1 x 1M '1 1' 0x 18446744073709551616; do
		check "$name refuses '$value'" refused "$name" "$value"
	done
	check "$name keeps its value" is "$name" "$last"
	put "$name" "$default"
}

# refused NAME VALUE: whatever the reason
refused() {
	! (put "$1" "$2") 2>/dev/null
}

# The defaults are worked out from what the kernel has at load, which differs a
# little from MemTotal later on.
near() {
	value=$(cat "$dir/$1")
	off=$((value - $2))
	[ "${off#-}" -le $((8 * mib)) ] || { echo "$1 is $value, not $2"; return 1; }
}

check "floor_bytes is 64 MiB and a sixteenth" \
	near floor_bytes $((64 * mib + ram / 16))
check "reserve_bytes is 16 MiB in a small guest" \
	is reserve_bytes $((16 * mib))
batch=$((64 * mib))
grep -q 'init_on_alloc=0' /proc/cmdline || batch=$((16 * mib))
setting batch_bytes $batch $((2 * mib)) $((64 * mib))
setting max_rate_bytes_per_sec 0 1 $((100 * mib))
setting compact 1 0
setting fallback_4k 1 0
setting pfns_per_buf 256 1 512 1024
setting oom_release_bytes $((32 * mib)) $((2 * mib)) $((1024 * mib))
setting oom_holdoff_ms 0 1 2147483647
setting pressure_deflate 0 1
setting pressure_refaults_per_sec 1024 0 4294967295
setting free_page_reporting 1 0

erange="Numerical result out of range"
einval="Invalid argument"
check "no batch is too small" refuses "$erange" batch_bytes 0
check "one page is too small" refuses "$erange" batch_bytes 4096
check "more than 64 MiB is too much" refuses "$erange" batch_bytes $((66 * mib))
check "a batch is whole units" refuses "$einval" batch_bytes $((3 * mib))
check "a floor is whole pages" refuses "$einval" floor_bytes 4097
check "a reserve is whole pages" refuses "$einval" reserve_bytes 1
check "a buffer has a PFN" refuses "$erange" pfns_per_buf 0
check "and no more than 1024" refuses "$erange" pfns_per_buf 1025
check "compact is 0 or 1" refuses "$erange" compact 2
check "oom_release_bytes is whole units" refuses "$einval" oom_release_bytes \
	$((5 * mib))
check "resync takes 1 only" refuses "$einval" resync 0
check "and no words" refuses "$einval" resync now

# What they do.
put free_page_reporting 0
put floor_bytes $((ram - 64 * mib))
put reserve_bytes 0
put target $((128 * mib))
check "the floor stops the balloon" is state limited
check "in time" less_than held_bytes $((66 * mib))
check "but not before" more_than held_bytes $((50 * mib))
check "a lower floor lets it go on" put floor_bytes 0
check "to the end" is held_bytes $((128 * mib))
check "and to rest" is state idle
put target auto
check "all goes back" is held_bytes 0

put reserve_bytes $((ram / 4096 * 4096))
put target $((128 * mib))
check "the reserve stops the balloon" is state limited
check "at once" is held_bytes 0
check "no reserve lets it go on" put reserve_bytes 0
check "to the end" is held_bytes $((128 * mib))

acks=$(cat "$dir/host_acks")
check "everything is told again" put resync 1
check "128 MiB" is resynced_bytes $((128 * mib))
check "once" is resyncs 1
check "and the host answered" more_than host_acks "$acks"
check "nothing is lost" is held_bytes $((128 * mib))
put target auto
check "all goes back again" is held_bytes 0

put max_rate_bytes_per_sec $((20 * mib))
before=$(awk '{ print int($1 * 100) }' /proc/uptime)
put target $((40 * mib))
check "a slow balloon arrives" is held_bytes $((40 * mib))
ticks=$(($(awk '{ print int($1 * 100) }' /proc/uptime) - before))
diag "40 MiB at 20 MiB/s took ${ticks}0 ms"
check "not before its time" test $ticks -ge 170
put max_rate_bytes_per_sec 0
put target auto
check "and goes back at once" is held_bytes 0

put batch_bytes $((2 * mib))
acks=$(cat "$dir/host_acks")
put target $((32 * mib))
check "small batches arrive" is held_bytes $((32 * mib))
check_equal "one request a unit" 16 $(($(cat "$dir/host_acks") - acks))
put target auto
check "and go back" is held_bytes 0

modctl unload ringside_balloon
done_testing
