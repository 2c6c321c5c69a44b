# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# 'ringside balloon' before a sysfs made of ordinary files, with a tool that
# looks for it below the working directory. Refusals of the driver and waking
# up by poll(2) are tested in the guest. Needs expect.sh, $top and $work.

fake_tool() {
	gcc -std=gnu11 -D_GNU_SOURCE -DRS_ROOT='"."' -DRS_VERSION='"0"' \
		-I"$top/include/uapi" -I"$top/userspace/libringside" \
		-o "$work/here" "$top"/userspace/libringside/*.c \
		"$top"/userspace/ringside/*.c "$top"/userspace/sense/*.[cS] \
		-I"$top/userspace/ringside" -lseccomp -ljansson -lncurses -ltinfo -lm
}

# here ARG...: the tool, in front of the files.
here() { (cd "$work/root" && exec "$work/here" balloon "$@"); }

attrs=sys/bus/virtio/devices/virtio2/ringside
drivers=sys/bus/virtio/drivers

# put NAME VALUE: an attribute, never seen half. A file keeps what a shorter
# value leaves, so put '' where the tool is to write.
put() {
	echo "$2" >"$work/value"
	mv "$work/value" "$work/root/$attrs/$1"
}

# written NAME: what the tool left in the file.
written() { head -n 1 "$work/root/$attrs/$1"; }

drive() {
	ln -sfn "../../drivers/$1" \
		"$work/root/sys/bus/virtio/devices/virtio2/driver"
}

fake_device() {
	local pair

	rm -rf "$work/root"
	mkdir -p "$work/root/$attrs" "$work/root/sys/module/ringside_balloon" \
		"$work/root/proc/pressure" "$work/root/$drivers/virtio_balloon" \
		"$work/root/$drivers/ringside_balloon"
	echo live >"$work/root/sys/module/ringside_balloon/initstate"
	echo 0x0005 >"$work/root/sys/bus/virtio/devices/virtio2/device"
	drive ringside_balloon
	for pair in target_bytes=209715200 actual_bytes=104857600 \
		held_bytes=104857600 units_2m=50 units_4k=0 state=inflating \
		features=reporting mode_active=report mode=auto target=auto \
		floor_bytes=134217728 reserve_bytes=16777216 compact=1 \
		batch_bytes=67108864 max_rate_bytes_per_sec=0 \
		resynced_bytes=0 resync=; do
		put "${pair%%=*}" "${pair#*=}"
	done
	printf '%s kB\n' 'MemTotal: 946176' 'MemAvailable: 512000' \
		>"$work/root/proc/meminfo"
	printf '%s avg10=1.25 avg60=0.00 avg300=0.00 total=40\n' some full \
		>"$work/root/proc/pressure/memory"
}

test_settings() {
	expect "mode shows what is set and what it means" 0 'mode active: *report' \
		'' here mode
	put mode ''
	expect "mode takes a mode and a device" 0 '^mode: *strict' '' \
		here mode strict virtio2
	check_equal "the driver is told" strict "$(written mode)"
	expect "a device is no mode" 0 '^mode: *strict' '' here mode virtio2
	expect "a misspelt mode is none of a device" 2 '' \
		"'strcit' is no mode; there are auto" here mode strcit
	expect "an unknown device" 1 '' 'virtio3: No such device' here mode virtio3
	expect "two devices" 2 '' 'one device at most' here mode pfn virtio2 x

	expect "floor shows floor and reserve" 0 'reserve: *16.0 MiB' '' here floor
	put floor_bytes ''
	expect "floor takes a size" 0 'floor: *256.0 MiB' '' here floor 256M
	check_equal "in bytes" 268435456 "$(written floor_bytes)"
	put floor_bytes ''
	expect "floor may be none" 0 'floor: *0.0 KiB' '' here floor 0
	put floor_bytes ''
	expect "the default is the driver's to know" 0 '*' '' here floor default
	check_equal "it is asked for it" default "$(written floor_bytes)"
	expect "floor refuses what is no size" 2 '' "SIZE: '1X' is not a number" \
		here floor 1X

	put target ''
	expect "set takes a size" 0 'target: *64.0 MiB' '' here set 64M
	check_equal "in bytes, too" 67108864 "$(written target)"
	put target 67108864
	expect "status shows what the guest wants as a size" 0 \
		'^target: *64.0 MiB' '' here status
	check_equal "it is a number in JSON" 67108864 \
		"$(here status --json | json_get target)"
	expect "set without a size" 2 '' "give a size, or 'auto'" here set
	expect "set takes no size of 0" 2 '' 'SIZE: 0 is not in 1 to' here set 0
}

test_tune() {
	expect "tune lists the settings" 0 'batch_bytes  *64.0 MiB' '' here tune
	check "as JSON" json here tune --json
	check_equal "a setting that the driver lacks is left out" 0 \
		"$(here tune --json |
			json_eval 'sum(s["name"] == "pfns_per_buf" for s in d["settings"])')"
	put batch_bytes ''
	put compact ''
	expect "tune changes several" 0 'compact  *0' '' \
		here tune batch_bytes=16M compact=0 virtio2
	check_equal "a size is told in bytes" 16777216 "$(written batch_bytes)"
	check_equal "a number as it is" 0 "$(written compact)"
	put max_rate_bytes_per_sec ''
	expect "rates are sizes, too" 0 'max_rate_bytes_per_sec  *100.0 MiB/s' '' \
		here tune max_rate_bytes_per_sec=100M
	expect "what is set is what is shown" 0 '"value": 16777216' '' \
		here tune --json batch_bytes=16M
	expect "an unknown setting" 2 '' "no setting 'batch'" here tune batch=1
	expect "a setting without a name" 2 '' "no setting ''" here tune =1
	expect "a setting that is no number" 2 '' "compact: 'x' is not a number" \
		here tune compact=x
	expect "a setting without a value" 2 '' "is neither NAME=VALUE nor a device" \
		here tune compact
	put compact 1
	expect "nothing is set if one is not there" 3 '' \
		'has no attribute pfns_per_buf' here tune compact=0 pfns_per_buf=1
	check_equal "the one before stays" 1 "$(written compact)"
}

# ends_by SIGNAL: watch, sent that, ends with status 0. Not from the shell,
# whose background jobs ignore SIGINT.
ends_by() {
	python3 -c '
import signal, subprocess, sys
watch = subprocess.Popen([sys.argv[2], "balloon", "watch"], cwd=sys.argv[3],
                         stdout=subprocess.PIPE)
watch.stdout.readline()
watch.send_signal(signal.Signals[sys.argv[1]])
sys.exit(watch.wait(60))
' "$1" "$work/here" "$work/root"
}

reader_goes() {
	(cd "$work/root" && timeout 60 "$work/here" balloon watch \
		--interval 0.1) | head -n 1
	[ "${PIPESTATUS[0]}" = 0 ]
}

watch_a_change() {
	local pid status

	here watch --interval 0.1 --seconds 60 --json >"$work/out" 2>"$work/err" &
	pid=$!
	until grep -q inflating "$work/out"; do sleep 0.1; done
	# In this order: the look that sees the size must see the state, too.
	put state idle
	put held_bytes 125829120
	until grep -q '"idle".*"rate_bytes_per_sec":[1-9]' "$work/out" ||
		! kill -0 "$pid"; do sleep 0.1; done
	rm -r "${work:?}/root/$attrs"
	wait "$pid"
	status=$?
	[ "$status" = 1 ] && grep -q 'has it no longer' "$work/err" &&
		grep -q '"held_bytes":125829120' "$work/out"
}

# on_terminal ARG...: what a terminal of 60 columns is sent.
on_terminal() {
	script -qec "stty cols 60; cd $work/root && $work/here balloon $*" \
		/dev/null </dev/null | tr -d '\r'
}

test_watch() {
	local key

	expect "watch --once is one line" 0 'inflating  target 200.0 MiB' '' \
		here watch --once
	check_equal "exactly one" 1 "$(here watch --once | wc -l)"
	check "watch --json is JSON" json here watch --once --json
	for key in $(here watch --once --json |
		json_eval '" ".join([*d, *d["pressure"]])' | tr -d '"'); do
		check "ringside-balloon(8) documents $key" \
			grep -q "\*\*$key\*\*" "$(man_page balloon)"
	done
	check_equal "memory of the guest is what it has without a balloon" \
		1073741824 "$(here watch --once -j | json_get ram_bytes)"
	check_equal "pressure is there" 1.25 "$(here watch --once -j |
		json_eval 'd["pressure"]["some_avg10_percent"]')"
	check_equal "nobody knows a rate at first" null \
		"$(here watch --once -j | json_get rate_bytes_per_sec)"
	check "several looks until the time is up" test \
		"$(here watch --interval 0.1 --seconds 1 | wc -l)" -ge 2
	check "Ctrl-C is no failure" ends_by SIGINT
	check "nor is TERM" ends_by SIGTERM
	check "a reader that goes ends it" reader_goes
	check "a change is seen, and so is the end of the device" watch_a_change
	fake_device
	expect "an interval that is too short" 2 '' '0.05 is not in 0.1 to 3600' \
		here watch --interval 0.05
	expect "an option that is none" 2 '' "no option '--one'" here watch --one
	if ! command -v script >/dev/null; then
		skip "watch draws on a terminal" "script"
		return
	fi
	check_equal "watch draws on a terminal, no wider than it" \
		'[#####----|---------------------------------------]' \
		"$(on_terminal watch --once | sed -n 's/\].*/]/p')"
	check "in place" test "$(TERM=xterm on_terminal watch --interval 0.1 \
		--seconds 1 | grep -c "$(printf '\033\\[3A')")" -ge 1
	check "a dumb terminal gets lines" test -n \
		"$(TERM=dumb on_terminal watch --once | grep '0.00 s  infl')"
}

test_hand_over() {
	expect "takeover has nothing to do" 0 'driver: *ringside_balloon' '' \
		here takeover
	expect "release needs the other driver" 1 '' \
		'unbind ringside_balloon: No such file' here release
	rmdir "$work/root/$drivers/virtio_balloon"
	expect "release says what to load" 3 '' 'try: modprobe virtio_balloon' \
		here release
	drive virtio_balloon
	expect "status names the driver that has it" 1 '^driver: *virtio_balloon' \
		'try: ringside balloon takeover' here status
	rm "$work/root/sys/module/ringside_balloon/initstate"
	expect "takeover needs our driver" 3 '' 'modprobe ringside_balloon' \
		here takeover
	rm -r "$work/root/sys/bus"
	expect "no device and no module: the module is named" 3 '' \
		'modprobe ringside_balloon' here status
	expect "release without a device" 1 '' 'no virtio-balloon device' \
		here release
}

test_balloon() {
	check "a tool for a sysfs of files builds" fake_tool
	[ -x "$work/here" ] || return
	fake_device
	check "status --json" json here status --json
	check_equal "resync tells how much" '["device", "resynced_bytes", "elapsed_ns"]' \
		"$(here resync --json | json_eval 'list(d)')"
	test_settings
	fake_device
	test_tune
	fake_device
	test_watch
	test_hand_over
}
