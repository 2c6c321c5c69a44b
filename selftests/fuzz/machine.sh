# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The machine that the guest's fuzzer runs in, two processors and a balloon, and
# what became of it as a line of build/fuzz/results.jsonl. Sourced by those who
# set kernel and log.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$top/selftests/vm
# shellcheck source=selftests/vm/common.sh
. "$here/common.sh"
# shellcheck source=selftests/vm/build.sh
. "$here/build.sh"
# shellcheck source=selftests/vm/groups.sh
. "$here/groups.sh"

results=$build/fuzz/results.jsonl
mkdir -p "$build/fuzz"

# prepare DIR...: build what goes in there, and set args.
prepare() {
	local dir

	"$here/kernel" modules "$kernel" >/dev/null || exit 1
	for dir; do
		make -s --no-print-directory -C "$top/selftests/$dir" \
			KSFT="$("$here/kernel" ksft)" stage || exit 1
	done
	release=$("$here/kernel" release "$kernel")
	mapfile -t args < <(vm_conf fuzz; guest_files "$release" "$@")
}

# Places that KCOV knows in a module: each calls it once.
places() { # MODULE
	find "$build/$release" -name "$1.ko" -exec objdump -dr {} + \
		2>/dev/null | grep -c '__sanitizer_cov_trace_pc\b'
}

# How much of each module was reached, in JSON; also said on standard error.
reached() {
	local module seen all list=''

	while read -r module seen; do
		all=$(places "$module")
		[ "$all" != 0 ] || continue
		note "$module: $seen of $all places were reached"
		list+=",\"$module\":[$seen,$all]"
	done < <(sed -n 's/^# reached //p' "$log")
	echo "{${list#,}}"
}

# add_up KIND FINDINGS [MEMBER...]: of what guest_fuzz printed into the log.
add_up() {
	local kind=$1 found=$2 numbers list

	shift 2
	list=$(reached)
	numbers=$(sed -n 's/^# \([0-9]*\) calls in \([0-9]*\) programs and \([0-9]*\) s, \([0-9]*\) killed, \([0-9]*\) loaded anew$/\1 \2 \3 \4 \5/p' "$log" | tail -n 1)
	# shellcheck disable=SC2086 # words
	printf '{"%s":"%s","calls":%d,"programs":%d,"seconds":%d,"killed":%d,"loads":%d,"findings":%d,"places":%s%s}\n' \
		"$kind" "$kernel" ${numbers:-0 0 0 0 0} "$found" "$list" \
		"$*" >>"$results"
}
