#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In a container whose PID 1 is systemd: the unit of ringside-host.
# shellcheck source=selftests/lib/tap.sh
. /test/tap.sh

unit=ringside-host.service
state=/run/ringside-host/status.json
# The largest exposure that is accepted, in tenths, of 100. What is left is
# mostly that it is root's and may look at other users' processes.
exposure=25

# status EXPRESSION: of Python, with the state as s and the first VM as v.
status() {
	ringside-host status --json | python3 -c "
import json, sys
s = json.load(sys.stdin)
v = s['vms'][0]
print($1)" 2>&1
}

# is EXPRESSION: will it be true within a minute?
is() {
	for _ in $(seq 60); do
		[ "$(status "$1")" != True ] || return 0
		sleep 1
	done
	status "$1"
	ringside-host status --json
	return 1
}

property() { systemctl show -P "$1" $unit; }
has() { [ "$(property "$1")" = "$2" ]; }
becomes() {
	for _ in $(seq 60); do
		! has "$1" "$2" || return 0
		sleep 1
	done
	echo "$1=$(property "$1")"
	return 1
}

config() {
	cat >/etc/ringside-host.conf <<-EOT
		budget = $1
		slack = 32M
		overhead = 32M
		headroom = 16M
		prometheus = /var/lib/prometheus/node-exporter/ringside-host.prom
		[vm *]
		socket = /run/vm/*.qmp
		min = 32M
	EOT
}

start_vms() {
	systemctl start fake@a fake@b
	for _ in $(seq 60); do
		[ ! -S /run/vm/a.qmp ] || [ ! -S /run/vm/b.qmp ] || return 0
		sleep 1
	done
	return 1
}

status_says() {
	for _ in $(seq 60); do
		case $(property StatusText) in
		*"$1"*) return 0 ;;
		esac
		sleep 1
	done
	echo "StatusText=$(property StatusText)"
	return 1
}

leave() {
	(done_testing)
	echo $? >/test/status
}

verifies() { [ -z "$(systemd-analyze verify --man=no "$unit" 2>&1 | tee /dev/stderr)" ]; }

check "systemd has no complaint about the unit" verifies
check "its exposure is small" \
	systemd-analyze security --threshold=$exposure $unit
check "without a configuration it is not started" systemctl start $unit
check "nor has it failed" has ActiveState inactive
config 640M
check "two VMs of another user run" start_vms
check "it starts" systemctl start $unit
if ! systemctl -q is-active $unit; then
	journalctl -b --no-pager -u $unit | tail -n 20 | sed 's/^/# /'
	leave
	exit
fi
check "it is ready when there is a state to show" test -s $state
check "it reaches the monitors" is \
	"all(v['monitor']['state'] == 'connected' and v['guest'] for v in s['vms'])"
check "it measures their processes" is \
	"all(v['measured_bytes'] for v in s['vms'])"
check "it tells them from their guests" is \
	"all(v['overhead_bytes'] for v in s['vms'])"
check "it writes metrics" \
	grep -q ^ringside_host_vm_ /var/lib/prometheus/node-exporter/ringside-host.prom
config 300M
check "it reads its configuration again" systemctl reload $unit
check "it moves memory" is \
	"s['budget_bytes'] == 300 << 20 and v['actual_bytes'] == v['target_bytes'] < 200 << 20"
config everything
check "a wrong configuration does not end it" systemctl reload $unit
check "and systemctl status says so" status_says everything
config 300M
systemctl reload $unit
check "until it is mended" becomes StatusText ""

size=$(status "v['actual_bytes']")
kill -9 "$(property MainPID)"
check "killed, it is started again" becomes NRestarts 1
check "and no VM has noticed" is "v['actual_bytes'] == $size"
kill -STOP "$(property MainPID)"
check "standing still, too" becomes NRestarts 2
check "and no VM has noticed that" is "v['actual_bytes'] == $size"
check "it stops" systemctl stop $unit
check "in good order" has Result success
check "and leaves nothing behind" test ! -e /run/ringside-host

# With a kill comes a call trace, which is no splat here: it stays off the
# console, where the harness looks for those, and the rest is looked at.
dmesg -n 3
check "the limit of the scenario works on cgroup v2" \
	python3 /test/cgroup2.py
dmesg -n 8
check_fails "the kernel had nothing else to say" sh -c \
	"dmesg | grep -E 'BUG: |WARNING: CPU|Oops|refcount_t: |blocked for more'"
leave
