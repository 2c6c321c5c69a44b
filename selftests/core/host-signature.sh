#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does a guest that enforces module signatures refuse each of our unsigned
# modules, with an answer that says why, and stay clean? Runs on the host with
# the kernel's name as argument, since it needs a boot option.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$here/../lib/tap.sh"
vm=$here/../vm
release=$("$vm/kernel" release "$1")
args=()
for ko in $(find "$here/../../build/$release/modules" -name '*.ko' | sort); do
	args+=(--add "$ko:/ko/${ko##*/}")
done
# shellcheck disable=SC2016 # for the guest's shell
answers=$("$vm/run" --kernel "$1" --append module.sig_enforce=1 "${args[@]}" -- \
	sh -c 'for ko in /ko/*.ko; do modctl load $ko; done
		dmesg | grep -i "unsigned module is rejected" | head -n 1
		echo "loaded: $(grep -c "^ringside" /proc/modules)"' 2>"$here/../../build/signature.$1.log")
status=$?
check_equal "the guest ends well" 0 $status
for ko in $(find "$here/../../build/$release/modules" -name '*.ko' | sort); do
	check "${ko##*/} is refused with EKEYREJECTED" \
		grep -q "/${ko##*/}: EKEYREJECTED: " <<<"$answers"
done
check "the log names the reason" grep -q 'unsigned module is rejected' <<<"$answers"
check "none is loaded" grep -qx 'loaded: 0' <<<"$answers"
[ "$tap_failed" = 0 ] || diag "$answers"
done_testing
