#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A machine that was booted from a root with the packages: do the modules load
# by name and by alias, do device files and tools work, and do the units do
# what they say? Runs as a service of systemd.
# shellcheck source=selftests/lib/tap.sh
. /test/tap.sh

conf=/etc/modprobe.d/ringside.conf

loaded() { grep -q "^$1 " /proc/modules; }
not() { ! "$@"; }
driver() { basename "$(readlink -f "$device/driver")"; }
state() { systemctl show -P "$1" "$2"; }

udevadm settle
for device in /sys/bus/virtio/devices/*; do
	grep -qx 0x0005 "$device/device" && break
done

check "no module of ours was loaded at boot" not loaded ringside
check_equal "the kernel's driver has the balloon" virtio_balloon "$(driver)"
for module in ringside_guard ringside_trace; do
	check "modprobe $module" modprobe $module
	check "$module brought its device file" \
		test -c "/dev/$(echo $module | tr _ -)"
done
check "ringside status" ringside status
check "a policy is loaded" ringside guard load t --deny unshare
check_fails "a program under it is denied what it denies" \
	ringside guard run --policy t -- unshare -U true
check "others are not" unshare -U true

# A policy that is saved comes back, unless the kernel was told otherwise.
mkdir -p /etc/ringside/guard.d
printf 'load --deny unshare\nattach --cgroup system.slice --audit\n' \
	>/etc/ringside/guard.d/saved.conf
systemctl start ringside-guard.service
if grep -qw noringside /proc/cmdline; then
	check_equal "noringside: nothing is restored" no \
		"$(state ConditionResult ringside-guard.service)"
else
	check_equal "the saved policy is restored" success \
		"$(state Result ringside-guard.service)"
	diag "$(journalctl -b -o cat -u ringside-guard.service)"
	check "and in force" sh -c 'ringside guard list | grep -q "saved.*attached"'
	ringside guard detach saved >/dev/null
	ringside guard unload saved >/dev/null
fi

# Swap which line is the comment, as the file itself says.
check "take the balloon for ringside at the next load" sed -i \
	-e 's/^blacklist ringside_balloon/#&/' \
	-e 's/^#blacklist virtio_balloon/blacklist virtio_balloon/' $conf
# udev looks for changes of these files every 3 seconds.
udevadm control --reload
check "the kernel's driver lets go" modprobe -r virtio_balloon
udevadm trigger --action=add "$device"
udevadm settle
check "udev has loaded ours by alias" loaded ringside_balloon
check_equal "and it has the balloon" ringside_balloon "$(driver)"
check "ringside balloon status" ringside balloon status

check "systemd finds no fault in the units" systemd-analyze verify --man=no \
	ringside-host.service ringside-guard.service \
	ringside-export.service ringside-export.timer
systemctl start ringside-host.service
check_equal "ringside-host is passed over without a configuration" no \
	"$(state ConditionResult ringside-host.service)"
mkdir -p /var/lib/prometheus/node-exporter
check "the exporter runs" systemctl start ringside-export.service
check_equal "and succeeds" success "$(state Result ringside-export.service)"
check "its file is there" test -s \
	/var/lib/prometheus/node-exporter/ringside.prom
check "the timer starts" systemctl start ringside-export.timer

systemctl stop ringside-export.timer
ringside guard unload t >/dev/null
check "all modules go" modprobe -r ringside_balloon ringside_guard \
	ringside_trace
check "with what they need" not loaded ringside
check "modules.dep is as depmod would make it" depmod -n
done_testing
