# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# From a short name (6.12, 7.3, debug) to files: the kernel image, its own
# modules and something to build modules with, under $cache/NAME/:
#
#   release     the kernel release that was picked, e.g. 6.12.117+deb12-...
#   boot/       the unpacked packages (vmlinuz, lib/modules, headers for 6.x)
#   root/       7.x only: a build root, since those headers need a newer libc
#               and compiler than Debian 12 has
#
# Which release a name stands for is decided once, when it is first fetched;
# 'kernel forget NAME' makes the next fetch look for the newest again.

kernel_known() {
	case " $all_kernels " in
	*" $1 "*) ;;
	*) die "$1: no such kernel; known are $all_kernels" ;;
	esac
}

# needs_root NAME: are its modules built in a build root?
needs_root() {
	case $1 in
	7.*) true ;;
	*) false ;;
	esac
}

# The areas to look in, best first.
kernel_areas() {
	case $1 in
	7.2) echo "trixie sid" ;;
	7.*) echo trixie ;;
	*) echo bookworm ;;
	esac
}

kernel_flavour() {
	case $1 in
	*-rt) echo rt-amd64 ;;
	*) echo cloud-amd64 ;;
	esac
}

# kernel_pick NAME: prints "AREA RELEASE".
kernel_pick() {
	local area image=image release

	needs_root "$1" && image=binary
	for area in $(kernel_areas "$1"); do
		archive_setup "$area"
		release=$(newest_release "$area" "${1%-rt}" \
			"$(kernel_flavour "$1")" "$image")
		[ -n "$release" ] || continue
		echo "$area $release"
		return
	done
	die "no suite offers both headers and an image of Linux $1"
}

# boot_packages NAME AREA RELEASE
boot_packages() {
	local release=$3 base=${3%-cloud-amd64} common kbuild

	if needs_root "$1"; then
		echo "linux-binary-$release linux-modules-$release"
		return
	fi
	base=${base%-rt-amd64} common=$base-common
	[ "$1" = "${1%-rt}" ] || common=$common-rt
	# 6.1 has one kbuild package for the series, 6.12 one for each release.
	kbuild=linux-kbuild-$base
	[ -n "$(archive_packages "$2" "^${kbuild//+/\\+}\$")" ] ||
		kbuild=linux-kbuild-${1%-rt}
	echo "linux-image-$release linux-headers-$release" \
		"linux-headers-$common $kbuild"
}

# The headers' Makefile is the only file that holds an absolute path.
relocate_headers() {
	local makefile=$1/usr/src/linux-headers-$2/Makefile

	sed -i "s#\([ =]\)/usr/src#\1$1/usr/src#" "$makefile"
}

fetch_locked() {
	local name=$1 dir=$cache/$1 pick area release
	local boot=$dir/boot.new

	[ ! -e "$dir/.fetched" ] || return 0
	need apt-get dpkg depmod xz
	pick=$(kernel_pick "$name") || exit 1
	area=${pick% *} release=${pick#* }
	note "Linux $name: fetching $release ($area)"
	rm -rf "${dir:?}/boot" "$boot" && mkdir -p "$boot" || return 1
	# shellcheck disable=SC2046 # a list of package names
	archive_unpack "$area" "$boot" \
		$(boot_packages "$name" "$area" "$release") || return 1
	[ -e "$boot/lib" ] || ln -s usr/lib "$boot/lib"
	# The 7.x packages lack modules.builtin and modules.order, which is no
	# loss here.
	depmod -b "$boot" "$release" 2>&1 |
		grep -v 'could not open modules\.' >&2
	mv "$boot" "$dir/boot" || return 1
	needs_root "$name" || relocate_headers "$dir/boot" "$release"
	echo "$release" >"$dir/release"
	echo "$area" >"$dir/area"
	touch "$dir/.fetched"
}

kernel_fetch() {
	if is_built "$1"; then
		kernel_build "$1"
		return
	fi
	[ -e "$cache/$1/.fetched" ] ||
		locked "$cache/$1.lock" fetch_locked "$1"
}

kernel_release() { cat "$cache/$1/release"; }

kernel_image() {
	local boot=$cache/$1/boot release file

	release=$(kernel_release "$1")
	for file in "$boot/boot/vmlinuz-$release" \
		    "$boot/lib/modules/$release/vmlinuz"; do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
	die "Linux $1: no kernel image in the packages"
}

# The headers as seen from the host; 7.x ones only work inside the root.
kernel_headers() {
	local release

	release=$(kernel_release "$1")
	case $1 in
	7.*) echo "$cache/$1/root/usr/src/linux-headers-$release" ;;
	*) echo "$cache/$1/boot/usr/src/linux-headers-$release" ;;
	esac
}

# What a build root holds beside the headers. The headers depend on the
# compiler that they want.
root_packages="make,pahole,libc6-dev,coreutils,dash,bash,sed,grep,gawk,findutils,perl-base,binutils"

root_locked() {
	local name=$1 dir=$cache/$1 area release new=$cache/$1/root.new

	[ ! -e "$dir/.root" ] || return 0
	need mmdebstrap unshare
	area=$(cat "$dir/area") release=$(kernel_release "$name")
	archive_setup "$area"
	note "Linux $name: making a build root ($area)"
	as_root rm -rf "$new" "$dir/root"
	# The extract variant runs no maintainer script.
	as_root env -u APT_CONFIG mmdebstrap --quiet --variant=extract \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--include="$root_packages,linux-headers-$release" \
		"${area%%-*}" "$new" "$cache/apt/$area/sources.list" >&2 || {
		as_root rm -rf "$new"
		die "cannot make the build root of Linux $name"
	}
	as_root ln -sf gawk "$new/usr/bin/awk"
	as_root mkdir -p "$new/m" "$new/proc"
	as_root mv "$new" "$dir/root" && touch "$dir/.root"
}

# kernel_root NAME: make sure that modules can be built for it.
kernel_root() {
	kernel_fetch "$1" || return 1
	needs_root "$1" || return 0
	[ -e "$cache/$1/.root" ] ||
		locked "$cache/$1.lock" root_locked "$1"
}

kernel_forget() {
	as_root rm -rf "$cache/${1:?}" "$cache/apt"
}
