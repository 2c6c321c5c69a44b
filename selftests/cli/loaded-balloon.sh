#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# 'ringside balloon' with the driver, in a guest whose host offers free page
# reporting and asks for nothing: what the driver refuses and how that is put,
# settings, and that watch wakes up. What needs a host that asks, and the
# kernel's own driver, is in host-balloon.sh.
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

ko=/lib/modules/ringside/ringside_balloon.ko
[ -e "$ko" ] || skip_all "ringside_balloon.ko"
modctl load "$ko" || skip_all "a ringside_balloon that loads"
dir=$(echo /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside)
[ -d "$dir" ] || skip_all "a virtio-balloon device"
device=$(basename "${dir%/ringside}")
# Free memory that goes by itself would make the units hard to get.
echo 0 >"$dir/free_page_reporting"
log=$(mktemp)

is() { [ "$(cat "$dir/$1")" = "$2" ]; }

# until_true COMMAND...: within a minute.
until_true() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || { echo "not: $*"; return 1; }
		sleep 0.1
	done
}

# refuses PATTERN VERB...: with exit status 1.
refuses() {
	pattern=$1
	shift
	exits 1 "$pattern" ringside balloon "$@"
}

modes() {
	check_equal "mode is auto" auto "$(member ringside balloon mode -- mode)"
	check_equal "which is report" report \
		"$(member ringside balloon mode -- mode_active)"
	check_equal "strict is strict" strict \
		"$(member ringside balloon mode strict "$device" -- mode_active)"
	check "auto is chosen again" ringside balloon mode auto
	check_equal "and is report again" report \
		"$(member ringside balloon mode -- mode_active)"
}

while_memory_is_held() {
	check "set takes memory" ringside balloon set 64M
	check "it is held" until_true is held_bytes 67108864
	check "the mode can not change now" \
		refuses 'while the balloon is empty' mode strict
	check_equal "resync tells of all of it" 67108864 \
		"$(member ringside balloon resync -- resynced_bytes)"
	check "set auto gives it back" ringside balloon set auto
	check "nothing is held" until_true is held_bytes 0
	check_equal "resync tells of nothing" 0 \
		"$(member ringside balloon resync -- resynced_bytes)"
	check "set refuses half a page" \
		refuses '4097. is neither auto nor a multiple' set 4097
	check "set refuses what is not there" \
		refuses 'more than this machine has' set 1T
	check "set needs report mode" ringside balloon mode pfn
	check "and says so" refuses 'only report mode' set 64M
	check "report mode is back" ringside balloon mode auto
}

# Numbers that can be written are settings, and the other way round.
writable_numbers() {
	find "$dir" -type f -perm -200 ! -name mode ! -name target \
		! -name resync | sed 's#.*/##' | sort
}

listed_settings() {
	ringside balloon tune | sed '1,/^NAME/d; s/ .*//' | sort
}

settings() {
	check_equal "tune lists all settings that there are" \
		"$(writable_numbers)" "$(listed_settings)"
	check "tune changes two" ringside balloon tune batch_bytes=4M compact=0
	check "the first" is batch_bytes 4194304
	check "the second" is compact 0
	check "a setting that is refused" refuses \
		'batch_bytes: 3145728 is not a multiple of 2 MiB' \
		tune compact=1 batch_bytes=3M
	check "takes the others with it" is compact 0
	check "limits are named" refuses 'not in 2 MiB to 64 MiB' \
		tune batch_bytes=128M
	check "defaults come back" ringside balloon tune batch_bytes=default \
		compact=default
	check "all of them" is compact 1
	floor=$(cat "$dir/floor_bytes")
	check "floor sets it" ringside balloon floor 100M
	check "in bytes" is floor_bytes 104857600
	check "it is a matter of pages" refuses 'not a multiple of 4096' floor 4097
	check "default is the driver's own" ringside balloon floor default
	check "as it was" is floor_bytes "$floor"
	check "an ordinary user may look" as_nobody ringside balloon tune
	check "but not touch" exits 1 'only root may change it' \
		as_nobody ringside balloon floor 1G
}

# watched PATTERN: watch has said so.
watched() { grep -q "$1" "$log"; }

# A look every hour: whatever shows, poll(2) has told of.
watch_wakes() {
	ringside balloon watch --interval 3600 --json >"$log" 2>&1 &
	watcher=$!
	check "watch looks at once" until_true watched '"state":"idle"'
	ringside balloon set 64M >/dev/null
	check "watch sees memory go" until_true watched \
		'"state":"idle".*"held_bytes":67108864'
	ringside balloon set auto >/dev/null
	check "and come back" until_true again_empty
	lines=$(wc -l <"$log")
	sleep 1
	check_equal "watch has nothing to say while nothing changes" \
		"$lines" "$(wc -l <"$log")"
	kill -TERM $watcher
	wait $watcher
	check_equal "it ends when told to" 0 $?
	check "all it said is JSON" ./json_check -l <"$log"
}

again_empty() { tail -n 1 "$log" | grep -q '"state":"idle".*"held_bytes":0,'; }

watch_ends() {
	ringside balloon watch >"$log" 2>&1 &
	watcher=$!
	until_true watched 'idle'
	modctl unload ringside_balloon
	wait $watcher
	check_equal "watch fails when the driver goes" 1 $?
	check "and says why" watched 'ringside_balloon has it no longer'
}

who_has_it() {
	check "doctor sees what the host offers" exits 0 \
		'^ok *balloon_reporting' ringside doctor
	check "and what it does not" exits 0 \
		'^note *balloon_oom' ringside doctor
	check "takeover has nothing to do" exits 0 'driver: *ringside_balloon' \
		ringside balloon takeover
	echo "$device" >/sys/bus/virtio/drivers/ringside_balloon/unbind
	check "status says who has it: nobody" exits 1 'no driver has it' \
		ringside balloon status
	check "and what to do" exits 0 'ringside balloon takeover' \
		ringside status
	check "takeover takes what is free" ringside balloon takeover
	check_equal "it has it" ringside_balloon \
		"$(member ringside balloon status -- driver)"
	if [ -e /sys/bus/virtio/drivers/virtio_balloon ]; then
		skip "release says what to load" \
			"a kernel without virtio_balloon built in"
		return
	fi
	check "release says what to load" exits 3 'modprobe virtio_balloon' \
		ringside balloon release
	check_equal "and changes nothing" ringside_balloon \
		"$(member ringside balloon status -- driver)"
}

modes
while_memory_is_held
settings
watch_wakes
who_has_it
watch_ends
rm "$log"
done_testing
