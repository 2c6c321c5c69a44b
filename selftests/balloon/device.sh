# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For tests of ringside_balloon in the guest: loads it, finds its device and
# reads and writes its attributes. Source tap.sh first. Sets $dir.

ko=/lib/modules/ringside/ringside_balloon.ko
[ -e "$ko" ] || skip_all "no ringside_balloon.ko"
modctl load "$ko" || skip_all "ringside_balloon does not load"
dir=$(echo /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside)
[ -d "$dir" ] || skip_all "no virtio-balloon device"

# total: MemTotal in KiB
total() { sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo; }

# within SECONDS COMMAND...: true as soon as the command is
within() {
	try=$(($1 * 10))
	shift
	until "$@"; do
		try=$((try - 1))
		[ "$try" -gt 0 ] || return 1
		sleep 0.1
	done
}

value_is() { [ "$(cat "$dir/$1")" = "$2" ]; }
value_more() { [ "$(cat "$dir/$1")" -gt "$2" ]; }
value_less() { [ "$(cat "$dir/$1")" -lt "$2" ]; }

# is NAME VALUE, more_than NAME VALUE, less_than NAME VALUE: within ten seconds
is() { within 10 value_is "$@" || { echo "$1 is $(cat "$dir/$1")"; false; }; }
more_than() {
	within 10 value_more "$@" || { echo "$1 is $(cat "$dir/$1")"; false; }
}
less_than() {
	within 10 value_less "$@" || { echo "$1 is $(cat "$dir/$1")"; false; }
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
