#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon under libvirt: do 'virsh setmem' and 'virsh dommemstat' work with
# ringside_balloon as they are? Runs on the host with the kernel's name as
# argument. The machine belongs to a libvirt daemon of its own, which is an
# ordinary user's and knows nothing of the host's.
set -u
here=$(cd "$(dirname "$0")/../vm" && pwd)
# shellcheck source=selftests/vm/common.sh
. "$here/common.sh"
# shellcheck source=selftests/vm/image.sh
. "$here/image.sh"
# shellcheck source=selftests/vm/slots.sh
. "$here/slots.sh"
# shellcheck source=selftests/vm/verdict.sh
. "$here/verdict.sh"
# shellcheck source=selftests/lib/tap.sh
. "$here/../lib/tap.sh"

kernel=$1
mem=524288	# KiB
for tool in virsh libvirtd qemu-system-x86_64 setpriv; do
	command -v $tool >/dev/null || skip_all "$tool"
done

# as_user COMMAND...: without root's rights, with a home of its own.
as_user() {
	local user=()

	[ "$(id -u)" != 0 ] ||
		user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	env -i PATH="$PATH:/usr/sbin" HOME="$dir" XDG_RUNTIME_DIR="$dir" \
		XDG_CONFIG_HOME="$dir/config" XDG_CACHE_HOME="$dir/cache" \
		"${user[@]}" "$@"
}

vsh() { as_user virsh -q -c qemu:///session "$@"; }

# The guest says what driver it has, and every second what its memory is.
guest_command() {
	cat <<-'EOT'
	for dir in /sys/bus/virtio/drivers/*/virtio*; do echo "$dir"; done
	while sleep 1; do
		sed -n 's/^MemTotal: *\([0-9]*\) kB/total \1/p' /proc/meminfo
	done
	EOT
}

domain() {
	cat <<-EOT
	<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
	  <name>ringside</name>
	  <memory unit='KiB'>$mem</memory>
	  <vcpu>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='pc'>hvm</type>
	    <kernel>$dir/kernel</kernel>
	    <initrd>$dir/initrd</initrd>
	    <cmdline>console=ttyS0 loglevel=5 panic=-1 oops=panic no_timer_check</cmdline>
	  </os>
	  <cpu mode='maximum'>
	    <feature policy='disable' name='erms'/>
	    <feature policy='disable' name='fsrm'/>
	  </cpu>
	  <on_crash>destroy</on_crash>
	  <devices>
	    <emulator>$(command -v qemu-system-x86_64)</emulator>
	    <serial type='file'><source path='$console'/></serial>
	    <serial type='file'><source path='$dir/out'/></serial>
	    <memballoon model='virtio' freePageReporting='on'>
	      <stats period='1'/>
	    </memballoon>
	  </devices>
	  <qemu:commandline>
	    <qemu:arg value='-chardev'/>
	    <qemu:arg value='file,id=control,path=$dir/control'/>
	    <qemu:arg value='-device'/>
	    <qemu:arg value='isa-debugcon,iobase=0xe9,chardev=control'/>
	  </qemu:commandline>
	</domain>
	EOT
}

# stat NAME: one line of 'virsh dommemstat'
stat_of() { vsh dommemstat ringside | awk -v name="$1" '$1 == name { print $2 }'; }

guest_total() { awk '$1 == "total" { n = $2 } END { print n }' "$dir/out"; }

# until_equal WANTED COMMAND...: within two minutes
# shellcheck disable=SC2317 # called by check
until_equal() {
	local want=$1 try=0

	shift
	until [ "$("$@")" = "$want" ]; do
		try=$((try + 1))
		[ "$try" -lt 240 ] || { echo "$* says $("$@"), not $want"; return 1; }
		sleep 0.5
	done
}

# shellcheck disable=SC2317 # called by check
says() { [ -s "$dir/out" ] && grep -q "$1" "$dir/out" && echo yes; }

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	vsh destroy ringside >/dev/null 2>&1
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	wait
	rm -rf "$dir"
}

prepare() {
	local boot release modules=(ringside_balloon) adds=() command shell=

	"$here/kernel" fetch "$kernel" >/dev/null || return 1
	release=$("$here/kernel" release "$kernel")
	boot=$("$here/kernel" boot "$kernel")
	command=(sh -c "$(guest_command)")
	make_image || return 1
	cp "$("$here/kernel" image "$kernel")" "$dir/kernel"
	mkdir -p "$dir/config" "$dir/cache"
	: >"$dir/control"
	[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$dir"
}

start_daemon() {
	as_user libvirtd >"$dir/libvirtd.log" 2>&1 9<&- &
	daemon=$!
	local try=0
	until vsh version >/dev/null 2>&1; do
		try=$((try + 1))
		[ "$try" -lt 60 ] || return 1
		sleep 0.5
	done
}

# Not below the tree, which an ordinary user may have no right to enter.
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
console=$dir/console
daemon=
trap cleanup EXIT
prepare || { fail "the image is made"; done_testing; }
take_slot
start_daemon || { fail "libvirtd starts" "$(cat "$dir/libvirtd.log")"; done_testing; }
domain >"$dir/domain.xml"
check "libvirt starts the machine" vsh create "$dir/domain.xml"
check "the guest runs" until_equal yes says '^total'
check "ringside_balloon has the device" says '/ringside_balloon/virtio'

total=$(guest_total)
half=$((mem / 2))
check "setmem takes a size" vsh setmem ringside "$half" --live
check "dommemstat says that the guest follows" until_equal "$half" stat_of actual
check "the guest has so much less" until_equal $((total - half)) guest_total
for name in swap_in swap_out major_fault minor_fault unused available usable \
	    last_update disk_caches hugetlb_pgalloc hugetlb_pgfail rss; do
	check "dommemstat has $name" test -n "$(stat_of "$name")"
done
check "available is the guest's own number" \
	until_equal $((total - half)) stat_of available
check "setmem gives it back" vsh setmem ringside "$mem" --live
check "dommemstat says so" until_equal "$mem" stat_of actual
check "the guest has what it had" until_equal "$total" guest_total
check "libvirt stops the machine" vsh destroy ringside
clean_console "$console"
check_fails "the guest's log is clean" show_splat
done_testing
