# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The parts of the kernel's source that no binary package has: the kselftest
# harness that the tests compile with, checkpatch, kernel-doc and the
# coccinelle scripts. They are unpacked from Debian's linux-source, not kept
# in this repository.

source_package=linux-source-6.12

# The paths below the source's top that are kept.
source_parts() {
	cat <<-EOT
	.clang-format
	scripts/checkpatch.pl
	scripts/const_structs.checkpatch
	scripts/spelling.txt
	scripts/get_abi.pl
	scripts/kernel-doc
	scripts/coccinelle
	tools/testing/selftests/lib.mk
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_harness.h
	EOT
}

# The mark that the tree of just these parts is complete.
source_mark() {
	echo "$cache/linux/.unpacked-$(source_parts | cksum | cut -d ' ' -f 1)"
}

source_locked() {
	local dir=$cache/linux new=$cache/linux.new tarball

	[ ! -e "$(source_mark)" ] || return 0
	need tar xz
	archive_setup bookworm
	note "unpacking the test harness and the lint scripts of $source_package"
	rm -rf "$new" "$dir" && mkdir -p "$new/deb" || return 1
	archive_unpack bookworm "$new/deb" "$source_package" || return 1
	tarball=$(echo "$new"/deb/usr/src/linux-source-*.tar.xz)
	source_parts | sed "s|^|$source_package/|" |
		xargs tar -C "$new" --strip-components=1 -xf "$tarball" ||
		die "cannot unpack $source_package"
	rm -rf "$new/deb"
	mv "$new" "$dir" && touch "$(source_mark)"
}

source_tree() {
	[ -e "$(source_mark)" ] ||
		locked "$cache/linux.lock" source_locked
}
