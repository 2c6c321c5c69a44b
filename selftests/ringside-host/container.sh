#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the test machine: unpack a root, start systemd in it as PID 1 of a
# container, and print what its test service writes.
root=/container

mkdir -p $root
mount -t tmpfs -o size=400m,mode=755 container $root
for archive in root tree; do
	tar -xf /systemd/$archive.tar -C $root || exit 1
	rm /systemd/$archive.tar
done
for dir in proc sys dev; do
	mkdir -p $root/$dir
	mount --rbind /$dir $root/$dir
done
mkdir -p $root/run $root/tmp $root/var/lib/prometheus/node-exporter
echo 0123456789abcdef0123456789abcdef >$root/etc/machine-id
printf '%s\n' root:x:0:0:root:/root:/bin/sh vm:x:200:200:vm:/:/bin/sh \
	>$root/etc/passwd
printf '%s\n' root:x:0: vm:x:200: >$root/etc/group

units=$root/etc/systemd/system
mkdir -p $units
cat >$units/test.service <<-EOT
	[Unit]
	After=multi-user.target
	[Service]
	Type=oneshot
	ExecStart=/bin/sh /test/systemd.sh
	StandardOutput=file:/test/out
	StandardError=inherit
	ExecStopPost=/bin/touch /test/done
EOT
# A fake VM ends when nobody talks to it any more; this pipe never does.
cat >$units/fake@.service <<-EOT
	[Service]
	User=vm
	ExecStart=/bin/sh -c 'tail -f /dev/null | /usr/bin/python3 /test/fakevm /run/vm/%i.qmp 256'
	RuntimeDirectory=vm
	RuntimeDirectoryPreserve=yes
EOT
cat >$units/default.target <<-EOT
	[Unit]
	Requires=sysinit.target
	Wants=test.service
EOT
# The unit as it is shipped, but less patient with who stands still.
mkdir -p $units/ringside-host.service.d
printf '[Service]\nWatchdogSec=10\nTimeoutAbortSec=3\n' \
	>$units/ringside-host.service.d/hurry.conf
# Nothing here waits for a terminal or a device.
for unit in systemd-firstboot systemd-sysusers systemd-hwdb-update; do
	ln -s /dev/null $units/$unit.service
done

# It says what it does on the console. /proc has to be that of the container, or
# systemd sees that it does not run as the first process there.
# shellcheck disable=SC2016 # the inner shell's
unshare -m -p -f sh -c 'umount -l "$1/proc"; mount -t proc proc "$1/proc" &&
	exec env -i container=vm chroot "$1" /lib/systemd/systemd' \
	sh $root </dev/null &
systemd=$!
seconds=0
until [ -e $root/test/done ] || ! kill -0 $systemd || [ $seconds = 500 ]; do
	sleep 1
	seconds=$((seconds + 1))
done
cat $root/test/out
kill -9 $systemd
exit "$(cat $root/test/status 2>/dev/null || echo 1)"
