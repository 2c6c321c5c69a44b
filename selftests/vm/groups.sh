# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which tests there are and which of them can share a boot. A directory of
# guest tests is one whose Makefile includes ksft.mk; host-*.sh in it are run
# on the host with a kernel's name as argument and start the machines that
# they need themselves. A file vm.conf holds arguments for selftests/vm/run,
# one a line; directories with the same vm.conf share a boot.

# guest_dirs: names of the directories with tests for the guest.
guest_dirs() {
	(cd "$top/selftests" && grep -ls 'ksft\.mk' ./*/Makefile |
		sed 's|^\./||; s|/Makefile$||' | wanted_only)
}

# With TESTS="core guard" only those directories.
wanted_only() {
	local dir

	while read -r dir; do
		case " ${TESTS:-$dir} " in
		*" $dir "*) echo "$dir" ;;
		esac
	done
}

vm_conf() {
	sed -e '/^#/d' -e '/^[[:space:]]*$/d' "$top/selftests/$1/vm.conf" \
		2>/dev/null
}

# boot_groups: one line for each boot, the directories that share it.
boot_groups() {
	local dir

	for dir in $(guest_dirs); do
		printf '%s %s\n' "$(vm_conf "$dir" | md5sum | cut -c1-8)" "$dir"
	done | sort -s -k1,1 | awk '
		$1 != key { if (line != "") print line; line = ""; key = $1 }
		{ line = line (line == "" ? "" : " ") $2 }
		END { if (line != "") print line }'
}

host_scripts() {
	local dir

	for dir in $(cd "$top/selftests" && printf '%s\n' */ | tr -d / |
			wanted_only); do
		find "$top/selftests/$dir" -maxdepth 1 -name 'host-*.sh' \
			-perm -u+x | sort
	done
}

# What every test guest has: the tool, the tests, all modules that were built.
guest_files() {
	local release=$1 ko dir

	shift
	printf '%s\n' --add "$top/selftests/lib:/selftests/lib"
	# shellcheck disable=SC2044 # kbuild's names have no blanks
	for ko in $(find "$build/$release" -name '*.ko'); do
		printf '%s\n' --add "$ko:/lib/modules/ringside/${ko##*/}"
	done
	[ ! -e "$build/user/ringside-static" ] ||
		printf '%s\n' --add \
			"$build/user/ringside-static:/usr/bin/ringside"
	for dir; do
		printf '%s\n' --add \
			"$build/selftests/$dir/stage:/selftests/$dir"
	done
}
