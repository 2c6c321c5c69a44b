# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Who may start a virtual machine now: at most two run at once on a machine,
# over all users, so that nobody's timeouts depend on what others do. Whoever
# waits for a slot holds the queue, so that nobody is overtaken for long. QEMU
# inherits the descriptors: as long as it lives, however we die, the slots are
# taken.

# lock_file NAME: a lock for the whole machine, whoever made it first.
lock_file() {
	local file=${TMPDIR:-/tmp}/ringside-vm-$1

	[ -e "$file" ] || (umask 111; : >"$file")
	echo "$file"
}

# Descriptor 8 is the queue.
enter_queue() {
	exec 8<"$(lock_file queue)"
	flock -n 8 || { note "waiting in the queue for virtual machines"; flock 8; }
}

leave_queue() { exec 8<&-; }

# take_slot: one of the two, on descriptor 9.
take_slot() {
	local slot waited=''

	enter_queue
	while :; do
		for slot in 0 1; do
			exec 9<"$(lock_file slot.$slot)"
			if flock -n 9; then
				leave_queue
				return
			fi
			exec 9<&-
		done
		[ -n "$waited" ] || note "two virtual machines are running; waiting"
		waited=y
		sleep 0.3
	done
}

# take_all_slots: both, on descriptors 7 and 9, for what needs the machine for
# itself. Only who holds the queue waits for a slot while holding one.
take_all_slots() {
	enter_queue
	exec 7<"$(lock_file slot.0)" 9<"$(lock_file slot.1)"
	if ! flock -n 7 || ! flock -n 9; then
		note "waiting until no virtual machine runs"
		flock 7
		flock 9
	fi
	leave_queue
}
