# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What every module of the suite must do when it is loaded and unloaded, as
# one set of tests that each module's lifecycle.sh runs for itself:
#
#	LC_MODULE=ringside_guard	the module
#	LC_NEEDS=ringside		what must be loaded first, or empty
#	LC_USER=rs_core_test		a module that uses it, or empty
#	LC_DEVICE=/dev/ringside-guard	its device, or empty
#	LC_MAP=y			the device can be mapped
#	LC_BAD_PARAMS="mode=nonsense"	parameters that must be refused
#	. ../lib/tap.sh
#	. ../lib/lifecycle.sh
#	lifecycle
#	done_testing
#
# The signature row needs a guest of its own: selftests/core/host-signature.sh.
# It starts and ends with none of our modules loaded.

LC_KO=/lib/modules/ringside
# Where kmemleak looks for what is lost, each cycle costs ten times as much.
if [ -e /sys/kernel/debug/kmemleak ]; then
	LC_CYCLES=${LC_CYCLES:-40}
else
	LC_CYCLES=${LC_CYCLES:-200}
fi

lc_load() { # NAME [PARAM=VALUE...]
	lc_name=$1
	shift
	modctl load "$LC_KO/$lc_name.ko" "$@"
}

lc_loaded() { [ -d "/sys/module/$1" ]; }

lc_load_needs() {
	for lc_need in $LC_NEEDS; do
		lc_loaded "$lc_need" || lc_load "$lc_need" || return 1
	done
}

# Whatever is loaded of ours goes; users before what they use.
lc_unload_all() {
	lc_try=0
	while [ $lc_try -lt 20 ]; do
		lc_try=$((lc_try + 1))
		lc_ours=$(lsmod | awk '/^(ringside|rs_)/ { print $1 }')
		[ -n "$lc_ours" ] || return 0
		for lc_name in $lc_ours; do
			modctl unload "$lc_name" 2>/dev/null
		done
		[ $lc_try = 1 ] || sleep 0.1
	done
	return 1
}

# lc_refuses ERRNO COMMAND...: fails, and with that errno.
lc_refuses() {
	lc_errno=$1
	shift
	if lc_out=$("$@" 2>&1); then
		echo "it succeeded: $*"
		return 1
	fi
	case $lc_out in
	*" $lc_errno: "*) return 0 ;;
	esac
	echo "$lc_out"
	return 1
}

# Everything of ours that can be seen from outside when nothing is loaded.
lc_traces() {
	ls -d /sys/module/ringside* /sys/class/misc/ringside* /dev/ringside* \
		/sys/kernel/tracing/events/ringside \
		/sys/kernel/debug/ringside* 2>/dev/null
	grep -i '^ringside\|^rs[gbt]*_' /proc/slabinfo
	grep -c . /sys/kernel/tracing/enabled_functions 2>/dev/null |
		sed '/^0$/d; s/$/ functions hooked/'
	return 0
}

lc_nothing_left() {
	lc_left=$(lc_traces)
	[ -z "$lc_left" ] || { echo "$lc_left"; return 1; }
}

# The module's name, for modules whose tests share a boot share the log, too.
lc_mark() { echo "lifecycle-mark $LC_MODULE $1" >/dev/kmsg; }

lc_since() { dmesg | sed "1,/lifecycle-mark $LC_MODULE $1\$/d"; }

lc_row_without_core() {
	if [ -z "$LC_NEEDS" ]; then
		return
	fi
	lc_mark needs
	check "load without $LC_NEEDS is refused" \
		lc_refuses ENOENT lc_load "$LC_MODULE"
	check "and the log says Unknown symbol" \
		sh -c "dmesg | grep -q '$LC_MODULE: Unknown symbol'"
	check "and leaves nothing" lc_nothing_left
}

# Kernels that are built here have a key, and sign what is built for them.
lc_signed() {
	tail -c 28 "$LC_KO/$LC_MODULE.ko" |
		grep -q 'Module signature appended'
}

lc_row_load() {
	lc_load_needs
	check "loads" lc_load "$LC_MODULE"
	check "loading it twice is EEXIST" \
		lc_refuses EEXIST lc_load "$LC_MODULE"
	check_equal "nobody uses it" 0 \
		"$(cat "/sys/module/$LC_MODULE/refcnt")"
	lc_signed && lc_taint=O || lc_taint=OE
	check_equal "it is tainted $lc_taint, nothing else" "$lc_taint" \
		"$(cat "/sys/module/$LC_MODULE/taint")"
	check_equal "and so is the kernel" 0 \
		"$(($(cat /proc/sys/kernel/tainted) & ~12288))"
	for lc_need in $LC_NEEDS; do
		check "it is a holder of $lc_need" \
			test -e "/sys/module/$lc_need/holders/$LC_MODULE"
		check "rmmod $lc_need is refused meanwhile" \
			lc_refuses EAGAIN modctl unload "$lc_need"
	done
}

lc_row_user() {
	[ -n "$LC_USER" ] || return
	if ! lc_load "$LC_USER"; then
		fail "$LC_USER loads"
		return
	fi
	check "$LC_USER is a holder" \
		test -e "/sys/module/$LC_MODULE/holders/$LC_USER"
	check_equal "one user is counted" 1 \
		"$(cat "/sys/module/$LC_MODULE/refcnt")"
	check "rmmod is refused while $LC_USER uses it" \
		lc_refuses EAGAIN modctl unload "$LC_MODULE"
	check "$LC_USER goes" modctl unload "$LC_USER"
}

lc_row_device() {
	[ -n "$LC_DEVICE" ] || return
	check "its device is there, for root only" sh -c \
		"[ \"\$(stat -c '%a %F' $LC_DEVICE)\" = '600 character special file' ]"
	exec 7<>"$LC_DEVICE"
	check "rmmod is refused while a descriptor is open" \
		lc_refuses EAGAIN modctl unload "$LC_MODULE"
	exec 7>&-
	check_equal "closing it lets go" 0 \
		"$(cat "/sys/module/$LC_MODULE/refcnt")"
	[ "${LC_MAP:-}" = y ] || return
	modctl map "$LC_DEVICE" 60 >/tmp/lc.map 2>&1 &
	lc_pid=$!
	lc_try=0
	until grep -q . /tmp/lc.map || [ $lc_try = 50 ]; do
		lc_try=$((lc_try + 1))
		sleep 0.1
	done
	check_equal "a page can be mapped" mapped "$(cat /tmp/lc.map)"
	check "rmmod is refused while it is" \
		lc_refuses EAGAIN modctl unload "$LC_MODULE"
	kill $lc_pid
	wait $lc_pid 2>/dev/null
}

lc_row_unload() {
	check "unloads" modctl unload "$LC_MODULE"
	check "unloading it twice is ENOENT" \
		lc_refuses ENOENT modctl unload "$LC_MODULE"
	lc_unload_all
	check "and leaves nothing" lc_nothing_left
}

lc_row_params() {
	lc_load_needs
	for lc_param in $LC_BAD_PARAMS; do
		check "parameter $lc_param is refused" \
			lc_refuses EINVAL lc_load "$LC_MODULE" "$lc_param"
	done
	modctl badmagic "$LC_KO/$LC_MODULE.ko" /tmp/lc.ko
	# Of a signed one already the signature does not fit any more.
	lc_signed && lc_errno=EKEYREJECTED || lc_errno=ENOEXEC
	check "another version magic is refused" \
		lc_refuses "$lc_errno" modctl load /tmp/lc.ko
	rm -f /tmp/lc.ko
	check "a truncated file is refused" lc_truncated
	lc_unload_all
	check "refused loads leave nothing" lc_nothing_left
}

lc_truncated() {
	head -c 4000 "$LC_KO/$LC_MODULE.ko" >/tmp/lc.ko
	lc_refuses ENOEXEC modctl load /tmp/lc.ko
	lc_status=$?
	rm -f /tmp/lc.ko
	return $lc_status
}

lc_cycle() { # COUNT
	lc_i=0
	while [ $lc_i -lt "$1" ]; do
		lc_i=$((lc_i + 1))
		lc_load "$LC_MODULE" || return 1
		modctl unload "$LC_MODULE" || return 1
	done
}

lc_slab() { sync; awk '/^SUnreclaim:/ { print $2 }' /proc/meminfo; }

# A quarter of a page lost in each cycle must show: with 200 cycles that is
# 200 KiB, well above what else moves in an idle guest after a warm-up.
lc_row_cycles() {
	lc_load_needs
	check "warm-up" lc_cycle 20
	sleep 1
	lc_mark cycles
	lc_before=$(lc_slab)
	check "$LC_CYCLES times in and out" lc_cycle "$LC_CYCLES"
	sleep 1
	lc_grown=$(($(lc_slab) - lc_before))
	diag "unreclaimable slab grew by $lc_grown KiB"
	if [ -e /sys/kernel/debug/kmemleak ]; then
		skip "the slab has not grown" \
			"a slab that is not kept back by KASAN; kmemleak looks"
	else
		check "the slab has not grown" test "$lc_grown" -lt "$LC_CYCLES"
	fi
	lc_noise=$(lc_since cycles | grep -v ': version .* loaded$' | head -n 5)
	check_equal "the log holds nothing but load lines" "" "$lc_noise"
	lc_unload_all
	check "nothing is left" lc_nothing_left
}

# Loads and unloads until told to stop; only the answers that a race can give
# are right.
lc_racer() {
	while [ ! -e /tmp/lc.stop ]; do
		lc_load "$LC_MODULE"
		[ -z "$LC_DEVICE" ] || : <"$LC_DEVICE"
		modctl unload "$LC_MODULE"
	done 2>&1 | grep -vE ' (EEXIST|ENOENT|EAGAIN|EBUSY): |No such (file|device)|can.t open'
}

lc_row_race() {
	lc_load_needs
	rm -f /tmp/lc.stop
	lc_racer >/tmp/lc.one &
	lc_one=$!
	lc_racer >/tmp/lc.two &
	lc_two=$!
	sleep 5
	: >/tmp/lc.stop
	wait $lc_one $lc_two
	check_equal "two racing loaders get no odd answer" "" \
		"$(cat /tmp/lc.one /tmp/lc.two)"
	rm -f /tmp/lc.one /tmp/lc.two /tmp/lc.stop
	check "and everything can be unloaded" lc_unload_all
	check "and nothing is left" lc_nothing_left
}

lifecycle() {
	[ -e "$LC_KO/$LC_MODULE.ko" ] || skip_all "no $LC_MODULE.ko"
	lc_unload_all
	lc_row_without_core
	lc_row_load
	lc_row_user
	lc_row_device
	lc_row_unload
	lc_row_params
	lc_row_cycles
	lc_row_race
}
