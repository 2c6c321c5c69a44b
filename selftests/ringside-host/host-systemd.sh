#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ringside-host as a service of systemd: does the unit start, reload, survive
# and stop it, and does its hardening leave the manager what it needs? Runs on
# the host with the kernel's name as argument.
#
# systemd is PID 1 of a container in the test machine: Debian's own, as far as it
# is needed, unpacked into a tmpfs. The VMs are fake ones of another user. The
# same machine has cgroup v2, which overcommit's limit is tried on as well.
set -u
self=$(cd "$(dirname "$0")" && pwd)
here=$self/../vm
# shellcheck source=selftests/vm/common.sh
. "$here/common.sh"
# shellcheck source=selftests/vm/archive.sh
. "$here/archive.sh"
# shellcheck source=selftests/lib/tap.sh
. "$here/../lib/tap.sh"

# systemd, a shell for the script, Python for the fake VMs, the manager's
# libraries.
packages=systemd,bash,dash,coreutils,util-linux,mount,grep,sed,procps
packages=$packages,python3-minimal,libpython3.11-stdlib,libjansson4,libncurses6,libtinfo6

# No maintainer script runs, so nothing is needed but the files.
root_locked() {
	local tar=$1

	[ ! -e "$tar" ] || return 0
	need mmdebstrap
	mkdir -p "${tar%/*}"
	archive_setup bookworm
	note "making a root with systemd"
	# shellcheck disable=SC2016 # the hook's own
	as_root env -u APT_CONFIG mmdebstrap --quiet --variant=extract \
		--format=tar --include="$packages" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--extract-hook='cd "$1" && rm -rf usr/share/doc usr/share/man \
			usr/share/locale usr/share/i18n usr/share/perl* \
			usr/lib/x86_64-linux-gnu/perl* usr/share/zoneinfo \
			var/cache/apt var/lib/apt lib/udev' \
		bookworm "$tar.new" "$cache/apt/bookworm/sources.list" >&2 ||
		die "cannot make a root with systemd"
	as_root mv "$tar.new" "$tar"
}

# This tree's own files, as they would be installed.
stage() {
	make -s -C "$top/userspace" DESTDIR="$work/tree" PREFIX=/usr install \
		>&2 || return 1
	mkdir -p "$work/tree/test"
	cp "$self/fakevm" "$self/systemd.sh" "$self/cgroup2.py" \
		"$self/../overcommit/budget.py" "$self/../lib/tap.sh" \
		"$work/tree/test/"
	tar -C "$work/tree" -cf "$work/tree.tar" .
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
root=$cache/systemd/root.tar
locked "$cache/systemd.lock" root_locked "$root" || exit 1
stage || exit 1
"$here/run" --kernel "${1:-6.12}" --mem 1024 --timeout 600 \
	--add "$root:/systemd/root.tar" --add "$work/tree.tar:/systemd/tree.tar" \
	--add "$self/container.sh:/usr/bin/container" -- container
