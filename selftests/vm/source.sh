# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The parts of the kernel's source that no binary package has, as two trees in
# the cache: 'linux' has the kselftest harness that the tests compile with,
# checkpatch, kernel-doc and the coccinelle scripts, 'referees' the kernel's own
# selftests. They are unpacked from Debian's linux-source, not kept in this
# repository.

source_package=linux-source-6.12

# source_parts TREE: the paths below the source's top that are kept.
source_parts() {
	if [ "$1" = referees ]; then
		cat <<-EOT
		arch/x86/include/asm/desc_defs.h
		tools/testing/selftests
		EOT
		return
	fi
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

# The mark that a tree of just these parts is complete.
source_mark() {
	echo "$cache/$1/.unpacked-$(source_parts "$1" | cksum | cut -d ' ' -f 1)"
}

source_locked() {
	local tree=$1 dir=$cache/$1 new=$cache/$1.new tarball

	[ ! -e "$(source_mark "$tree")" ] || return 0
	need tar xz
	archive_setup bookworm
	note "unpacking parts of $source_package ($tree)"
	rm -rf "$new" "$dir" && mkdir -p "$new/deb" || return 1
	archive_unpack bookworm "$new/deb" "$source_package" || return 1
	tarball=$(echo "$new"/deb/usr/src/linux-source-*.tar.xz)
	source_parts "$tree" | sed "s|^|$source_package/|" |
		xargs tar -C "$new" --strip-components=1 -xf "$tarball" ||
		die "cannot unpack $source_package"
	rm -rf "$new/deb"
	mv "$new" "$dir" && touch "$(source_mark "$tree")"
}

# source_tree TREE: have it in $cache/TREE.
source_tree() {
	[ -e "$(source_mark "$1")" ] ||
		locked "$cache/$1.lock" source_locked "$1"
}
