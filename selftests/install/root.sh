# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A Debian root as an admin has it before Ringside is installed: systemd, DKMS,
# a kernel with its headers; and, for later, the packages of a newer kernel, so
# that only making the root asks the archive. Kept in the cache as a tar file.
# Callers have sourced common.sh, archive.sh and kernels.sh.

# What our packages depend on is there as well: no archive is asked later.
root_include=systemd,systemd-sysv,udev,kmod,dkms,openssl,procps,initramfs-tools,pkg-config
root_include=$root_include,libc6-dev,libjansson-dev,libncurses6,libtinfo6
root_include=$root_include,libseccomp-dev,libjs-sphinxdoc

# first_kernel SUITE, next_kernel SUITE: what the root starts with, and what it
# is upgraded to; names as in kernels.sh.
first_kernel() {
	case $1 in
	bookworm) echo 6.1 ;;
	trixie) echo 7.2 ;;
	*) die "$1: no such suite; known are bookworm and trixie" ;;
	esac
}

next_kernel() {
	case $1 in
	bookworm) echo 6.12 ;;
	trixie) echo 7.3 ;;
	esac
}

root_tar() { echo "$cache/install/$1.tar"; }

# kernel_packages NAME: an image and headers, of the newest release.
kernel_packages() {
	local pick

	pick=$(kernel_pick "$1") || return 1
	echo "linux-image-${pick#* } linux-headers-${pick#* }"
}

# The hook runs outside the root, with the apt that made it.
root_locked() {
	local suite=$1 tar first next

	tar=$(root_tar "$suite")
	[ ! -e "$tar" ] || return 0
	need mmdebstrap
	first=$(kernel_packages "$(first_kernel "$suite")") || return 1
	next=$(kernel_packages "$(next_kernel "$suite")") || return 1
	archive_setup "$suite"
	note "making a $suite root with ${first% *}"
	mkdir -p "${tar%/*}"
	# shellcheck disable=SC2016 # the hooks' own
	as_root env -u APT_CONFIG mmdebstrap --quiet --variant=apt \
		--format=tar \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--include="$root_include,${first/ /,}" \
		--customize-hook='mkdir -p "$1/var/cache/upgrade/partial"' \
		--customize-hook='APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq \
			-y --download-only \
			-o Dir::Cache::archives="$1/var/cache/upgrade" \
			install '"$next" \
		--customize-hook='rm -rf "$1"/usr/share/locale "$1"/usr/share/man' \
		"$suite" "$tar.new" "$cache/apt/$suite/sources.list" >&2 ||
		die "cannot make a $suite root"
	as_root mv "$tar.new" "$tar"
}
