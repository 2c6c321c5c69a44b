#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# One burst of load in a guest of the overcommit scenario; exits with the status
# of the program that wanted the memory.
#
#	load anon MIB SECONDS	anonymous memory, held, then given up
#	load cache MIB SKIP	read so much of the disk, from SKIP MiB on; what was
#				read stays in the page cache
set -u

anon() {
	mkdir -p /mnt/burst
	# A little more than the file, so that only memory can run out.
	mount -t tmpfs -o "size=$(($1 + 8))m" burst /mnt/burst || return
	dd if=/dev/zero of=/mnt/burst/data bs=1M count="$1" 2>/tmp/burst.log
	status=$?
	[ $status != 0 ] || sleep "$2"
	umount /mnt/burst
	return $status
}

cache() {
	dd if=/dev/vda of=/dev/null bs=1M count="$1" skip="$2" 2>/tmp/burst.log
}

case $1 in
anon) anon "$2" "$3" ;;
cache) cache "$2" "$3" ;;
*) exit 2 ;;
esac
