#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ftrace_off.sh in a guest of its own: ftrace does not come back. Runs on the
# host with the kernel's name as argument; prints the TAP of the guest.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/vm/common.sh
here=$here/../vm && . "$here/common.sh"
# shellcheck source=selftests/vm/groups.sh
. "$here/groups.sh"
release=$("$here/kernel" release "$1")
mapfile -t args < <(guest_files "$release" guard)
exec "$here/run" --kernel "$1" "${args[@]}" -- \
	sh -c 'cd /selftests/guard && exec ./ftrace_off.sh'
