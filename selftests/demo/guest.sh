#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's half of the demo: says in plain words what happens and shows it.
# A line "@rss WORDS" or "@balloon MIB" is a cue for the host's half (run), which
# answers it or asks QEMU for it; the guest itself can see neither.
set -eu

say() {
	printf '%s\n' "$*"
}

# Type the command for the audience, then run it.
show() {
	printf '  # %s\n' "$*"
	"$@" 2>&1 | sed 's/^/    /'
}

# wait_until SECONDS COMMAND...: fails the demo when it does not come true.
wait_until() {
	seconds=$1
	shift
	until "$@"; do
		[ "$seconds" -gt 0 ] || {
			say "demo: gave up waiting for: $*"
			exit 1
		}
		sleep 1
		seconds=$((seconds - 1))
	done
}

balloon_dir=$(echo /sys/bus/virtio/devices/virtio*/ringside)

balloon_is() {
	[ "$(cat "$balloon_dir/actual_bytes")" = "$1" ]
}

balloon() {
	say ""
	say "== 1. balloon: give memory back to the host =========================="
	say "This guest has 1 GiB. A program uses 700 MiB of it and ends; the memory"
	say "is free in the guest, but the host does not know and still holds it:"
	mount -t tmpfs -o size=100% none /mnt
	dd if=/dev/zero of=/mnt/data bs=1M count=700 2> /dev/null
	rm /mnt/data
	umount /mnt
	say "@rss resident memory of the QEMU process, before:"
	say "The host asks for 512 MiB (QMP: balloon 512 MiB). The guest inflates:"
	say "@balloon 512"
	wait_until 60 balloon_is $((512 << 20))
	show ringside balloon status
	say "@rss resident memory of the QEMU process, inflated:"
	say "(What else is free goes back, too, by free page reporting.)"
	say "The host lets go. The guest has its memory back, and the host pays only"
	say "for what is touched again:"
	say "@balloon 1024"
	wait_until 60 balloon_is 0
	show grep MemTotal /proc/meminfo
	say "@rss resident memory of the QEMU process, deflated:"
}

guard() {
	say ""
	say "== 2. guard: restrict a process that already runs ===================="
	say "A process makes user namespaces, the door to many kernel bugs:"
	actor unshare-loop &
	victim=$!
	sleep 3
	say "Deny it that call while it runs, for 6 seconds unless somebody confirms:"
	show ringside guard load no-userns --deny unshare
	show ringside guard attach no-userns --pid $victim --confirm-after 6
	sleep 3
	show ringside guard list
	say "Nobody confirms (imagine that this change has locked you out). The timer"
	say "in the kernel takes it back:"
	sleep 5
	kill $victim
	wait $victim 2> /dev/null || true
	show ringside guard unload no-userns
}

trace() {
	say ""
	say "== 3. trace: every crossing from user mode into the kernel ==========="
	say "Pack some files and count every entry into the kernel by its cause:"
	show ringside trace stat -- tar -cf /tmp/files.tar /bin /demo
	say "Then an ordinary user (1000) runs a setuid program. Who became what,"
	say "through which system call, from where in the kernel:"
	cp /bin/actor /tmp/become-root
	chmod 4755 /tmp/become-root
	show ringside trace creds -- actor as-user 1000 /tmp/become-root whoami
}

say "Ringside in a virtual machine, kernel $(uname -r)."
say "Loaded: $(lsmod | awk '/^ringside/ { printf "%s ", $1 }')"
balloon
guard
trace
