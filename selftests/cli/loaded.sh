#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line in a guest, as modules come and go: what status, version and
# doctor say, that JSON is JSON, exit codes, and what a user without privileges
# is told. The verbs of each module have their own tests beside the module.
# shellcheck disable=SC2317 # check calls the functions
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

ko=/lib/modules/ringside
devices=""		# modules with a device node that are built and loaded
balloon=""	# set when the balloon is loaded, too

load() { modctl load "$ko/$1.ko"; }
unload() { modctl unload "$1"; }
built() { [ -e "$ko/$1.ko" ]; }

nothing_loaded() {
	check "status with nothing loaded" exits 3 'no module of the suite' \
		ringside status
	check_equal "its JSON says so" false \
		"$(member ringside status -- modules 0 loaded)"
	check "doctor finds nothing in the way" exits 0 \
		'nothing is in the way' ringside doctor
	check_equal "doctor's JSON agrees" 0 \
		"$(member ringside doctor -- summary fail)"
	check_equal "doctor can see everything as root" 0 \
		"$(member ringside doctor -- summary unknown)"
}

each_device() {
	for module in $devices; do
		name=${module#ringside_}
		check "status shows $name" exits 0 "^$name:" ringside status
		check "the ABI level of $name is a number" test \
			"$(member ringside status -- "$name" abi)" -ge 1
		check "status of $name without privileges" exits 0 \
			"/dev/ringside-$name: Permission denied" \
			as_nobody ringside status
	done
}

core_loaded() {
	version=$(ringside --version | cut -d' ' -f2)
	check_equal "version knows the loaded module" "$version" \
		"$(member ringside version -- modules 0 version)"
	check_equal "status knows the loaded module" "$version" \
		"$(member ringside status -- modules 0 version)"
	check_equal "nobody holds it" 0 \
		"$(member ringside status -- modules 0 users)"
	check "doctor knows that it is loaded" exits 0 'modules  *loaded' \
		ringside doctor
}

# The guard redirects functions, which doctor counts when others do it.
hooked_by_us() {
	name="no hook of ours is taken for another's"
	case $devices in
	*guard*) ;;
	*) skip "$name" "ringside_guard.ko"; return ;;
	esac
	sleep 60 &
	ringside guard load cli-test --deny chroot >/dev/null &&
		ringside guard attach cli-test --pid $! >/dev/null
	check "a function is hooked" grep -q chroot \
		/sys/kernel/tracing/enabled_functions
	check "$name" exits 0 'no function is redirected by others' \
		ringside doctor
	check "status counts the policy" exits 0 'policies:  *1' ringside status
	ringside guard detach cli-test >/dev/null
	ringside guard unload cli-test >/dev/null
	kill $!
}

all_loaded() {
	users=$(member ringside status -- modules 0 users)
	check "status counts the holders of the core" test "$users" -ge 1
	each_device
	check "doctor is content with the modules loaded" exits 0 \
		'nothing is in the way' ringside doctor
	hooked_by_us
	check "an ordinary user may ask the doctor" exits 0 \
		'not everything can be seen' as_nobody ringside doctor
}

balloon_loaded() {
	check "doctor sees the balloon's device" exits 0 \
		'^ok *balloon_device *virtio' ringside doctor
	check "nothing but ours drives it" exits 0 \
		'driven by ringside_balloon' ringside doctor
	check "status shows what it holds" exits 0 '^balloon:' ringside status
	check_equal "status names its driver" ringside_balloon \
		"$(member ringside status -- balloon driver)"
}

# Verbs that only look: they succeed, as text and as JSON.
looking() {
	while read -r module command; do
		[ -d "/sys/module/$module" ] || continue
		# shellcheck disable=SC2086 # a list of words
		check "$command" $command
		# shellcheck disable=SC2086
		check "$command, as JSON" member $command --
	done <<-END
	ringside ringside status
	ringside ringside version
	ringside ringside doctor
	ringside_guard ringside guard list
	ringside_trace ringside trace stat --seconds 1
	ringside_trace ringside trace stat --off-cpu --seconds 1
	ringside_balloon ringside balloon status
	END
}

switched_off() {
	if ! sysctl -w kernel.ftrace_enabled=0 >/dev/null 2>&1; then
		skip "doctor sees ftrace switched off" \
			"a kernel that can switch ftrace off"
		return
	fi
	check "doctor sees ftrace switched off" exits 1 \
		'kernel.ftrace_enabled is 0' ringside doctor
	sysctl -w kernel.ftrace_enabled=1 >/dev/null
}

built ringside || skip_all "ringside.ko"
nothing_loaded
switched_off
load ringside
core_loaded
for module in ringside_guard ringside_trace; do
	built $module || continue
	load $module && devices="$devices $module"
done
if built ringside_balloon && load ringside_balloon; then
	balloon=y
	[ "$(cat /sys/bus/virtio/devices/*/device 2>/dev/null |
		grep -c 0x0005)" = 0 ] || balloon_loaded
fi
[ -z "$devices" ] || all_loaded
looking
[ -z "$balloon" ] || unload ringside_balloon
for module in $devices; do
	unload "$module"
done
check "the core goes last" unload ringside
done_testing
