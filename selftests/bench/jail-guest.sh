#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: open and close in a chroot, before there is a jail, while
# there is one for others, in it, and after it. Prints "NAME VALUE" lines.
set -eu

root=/bench/root
mkdir -p $root
mount -t tmpfs tmpfs $root
cp /bench/openclose $root/openclose
echo x > $root/file
cp /bin/busybox $root/busybox

measure() {
	name=$1
	shift
	echo "$name $("$@" /openclose)"
	echo "$name.fd $("$@" /openclose /)"
}

sleep 20
insmod /bench/ringside.ko
insmod /bench/ringside_guard.ko
measure base chroot $root
measure jailed ringside guard jail --root $root --name inside --
ringside guard jail --root $root --name other -- /busybox sleep 1000000 &
until ringside guard list | grep -q 'other.*attached'; do
	sleep 1
done
measure host chroot $root
ringside guard jail --release other > /dev/null
measure released chroot $root
