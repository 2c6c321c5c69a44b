# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Builds the modules for one kernel in build/<release>/. Kbuild before 6.13
# cannot put the objects of an external module anywhere but beside the
# sources, so the sources are mirrored there first; only what changed is
# copied, and what is gone is deleted, so that a second build is short.

# What a module build reads, relative to the top.
module_sources() {
	(cd "$top" && find Kbuild Makefile modules include \
		selftests/mods -type f 2>/dev/null |
		grep -Ev '\.(o|ko|mod|mod\.c|cmd|order|symvers)$' | sort)
}

# mirror DIR: make DIR hold the module sources, keeping its objects.
mirror() {
	local dir=$1 list=$1/.mirrored file

	mkdir -p "$dir"
	module_sources >"$list.new"
	[ ! -e "$list" ] ||
		comm -23 "$list" "$list.new" | while read -r file; do
			rm -f "$dir/$file" "$dir/${file%.c}.o" \
				"$dir/${file%.c}.ko"
		done
	while read -r file; do
		cmp -s "$top/$file" "$dir/$file" && continue
		mkdir -p "$(dirname "$dir/$file")"
		cp "$top/$file" "$dir/$file" || return 1
	done <"$list.new"
	mv "$list.new" "$list"
}

# BTF in modules needs pahole and is of no use here.
kbuild_args() {
	printf '%s\n' -s W=1 CONFIG_DEBUG_INFO_BTF_MODULES= \
		"RS_VERSION=$(rs_version)" "-j$(nproc)"
}

rs_version() {
	sed -n 's/^VERSION[[:space:]]*:\?=[[:space:]]*//p' "$top/Makefile"
}

# kbuild_host HEADERS DIR ARG...: build the external module in DIR.
kbuild_host() {
	local headers=$1 dir=$2

	shift 2
	make -C "$headers" M="$dir" "$@" modules
}

# The same inside a build root. objtool reads /proc; the mounts live in a
# mount name space of their own so that a killed job leaves none behind.
kbuild_root() {
	local root=$1 release=$2 dir=$3

	shift 3
	# shellcheck disable=SC2016 # expanded by the inner shell
	as_root unshare -m sh -c '
		root=$1 release=$2 dir=$3
		shift 3
		mount -t proc proc "$root/proc" &&
		mount --bind "$dir" "$root/m" &&
		exec chroot "$root" env -i PATH=/usr/bin:/bin LC_ALL=C \
			make -C "/lib/modules/$release/build" M=/m "$@" modules
	' sh "$root" "$release" "$dir" "$@"
}

# kbuild NAME DIR ARG...: DIR as seen from the host.
kbuild() {
	local name=$1 dir=$2

	shift 2
	if needs_root "$name"; then
		kbuild_root "$cache/$name/root" "$(kernel_release "$name")" \
			"$dir" "$@"
	else
		kbuild_host "$(kernel_headers "$name")" "$dir" "$@"
	fi
}

build_locked() {
	local name=$1 dir=$2 args

	shift 2
	mirror "$dir" || die "cannot copy the sources to $dir"
	mapfile -t args < <(kbuild_args)
	# The test kernels get the modules that only tests load as well.
	args+=(RS_TESTS=m)
	kbuild "$name" "$dir" "${args[@]}" "$@" || return 1
	! is_built "$name" || sign_modules "$name" "$dir"
}

# kernel_modules NAME ARG...: ARGs go to make (C=2, V=1, ...).
kernel_modules() {
	local name=$1 dir

	shift
	kernel_root "$name" || return 1
	dir=$build/$(kernel_release "$name")
	locked "$dir.lock" build_locked "$name" "$dir" "$@" || return 1
	(cd "$top" && find "build/${dir##*/}" -name '*.ko' | sort)
}

# headers_modules KDIR ARG...: the same for headers that are not ours.
headers_modules() {
	local headers=$1 dir release args

	shift
	# Debian's 'make kernelrelease' does not print what uname -r will say.
	release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
		"$headers/include/generated/utsrelease.h" 2>/dev/null)
	[ -n "$release" ] ||
		die "$headers: no kernel headers there (KDIR= names others)"
	dir=$build/$release
	mirror "$dir" || die "cannot copy the sources to $dir"
	mapfile -t args < <(kbuild_args)
	kbuild_host "$headers" "$dir" "${args[@]}" "$@" || return 1
	(cd "$top" && find "build/$release" -name '*.ko' | sort)
}
