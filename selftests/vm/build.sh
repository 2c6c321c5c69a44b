# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernels that nobody packages: with detectors for what a test alone would not
# notice. They are built from Debian's linux-source out of the fragments in
# config/, and then look to the rest of the harness like one that was fetched:
#
#   debug       KASAN, lockdep, kmemleak, UBSAN, fault injection and more
#   debug-kcov  the same with coverage, for the fuzzer
#   kcsan       data races
#
# What is kept is the image, its modules, what modules are built with, and the
# key that they are signed with: some 100 MB. It is built anew when a fragment
# changes; like other kernels it stays with its source version until 'kernel
# forget'.

built_kernels="debug debug-kcov kcsan"
# One more whenever a change below makes the kernels of before useless.
build_recipe=1

# is_built NAME: is it one of those?
is_built() {
	case " $built_kernels " in
	*" $1 "*) true ;;
	*) false ;;
	esac
}

# The fragments of a kernel; a later one overrides an earlier one.
fragments() {
	local name

	case $1 in
	debug) set -- base debug ;;
	debug-kcov) set -- base debug kcov ;;
	kcsan) set -- base kcsan ;;
	esac
	for name; do
		echo "$here/config/$name.config"
	done
}

# What the result depends on, with the version of the source.
build_key() { # NAME VERSION
	local files

	mapfile -t files < <(fragments "$1")
	{ cat "${files[@]}"; echo "$2 $build_recipe"; } | sha256sum |
		cut -d ' ' -f 1
}

# built_here NAME: was it built from what is here now?
built_here() {
	local dir=$cache/$1

	[ -e "$dir/.fetched" ] &&
		[ "$(cat "$dir/key" 2>/dev/null)" = \
		  "$(build_key "$1" "$(cat "$dir/version")")" ]
}

# merge_config NAME TREE OUT: each line of the fragments must have come
# through, or a detector that we count on may be missing without a word.
merge_config() {
	local files wanted line option lost=0

	mapfile -t files < <(fragments "$1")
	make -s -C "$2" O="$3" tinyconfig || return 1
	cat "${files[@]}" >>"$3/.config"
	make -s -C "$2" O="$3" olddefconfig 2>/dev/null || return 1
	wanted=$(grep -h '^CONFIG_\|^# CONFIG_.* is not set' "${files[@]}")
	# A later fragment's value of the same option is the one that counts.
	while read -r line; do
		case $line in
		'#'*)	# An option that is not even there is off, too.
			option=${line#\# }
			grep -q "^${option%% *}=" "$3/.config" || continue ;;
		*) grep -qxF -- "$line" "$3/.config" && continue ;;
		esac
		note "Linux $1: not in the resulting configuration: $line"
		lost=$((lost + 1))
	done < <(tac <<<"$wanted" | awk '{
		option = $1 == "#" ? $2 : substr($1, 1, index($1, "=") - 1)
		if (!seen[option]++) print }')
	[ $lost = 0 ]
}

# keep NAME TREE OUT BOOT: copy what is needed later.
keep_built() {
	local tree=$2 out=$3 boot=$4 release headers

	release=$(cat "$out/include/config/kernel.release") || return 1
	headers=$boot/usr/src/linux-headers-$release
	mkdir -p "$boot/boot" "$headers/certs" || return 1
	cp "$out/arch/x86/boot/bzImage" "$boot/boot/vmlinuz-$release" &&
	make -s -C "$tree" O="$out" INSTALL_MOD_PATH="$boot" \
		modules_install &&
	make -s -C "$tree" O="$out" run-command KBUILD_RUN_COMMAND="\
\$(srctree)/scripts/package/install-extmod-build $headers" || return 1
	cp "$out/scripts/sign-file" "$headers/scripts/" &&
	cp "$out/certs/signing_key.pem" "$out/certs/signing_key.x509" \
		"$headers/certs/" || return 1
	rm -f "$boot/lib/modules/$release/build" \
		"$boot/lib/modules/$release/source"
	echo "$release" >"$cache/$1/release"
}

# compile NAME TREE OUT: quiet unless it fails.
compile() {
	local log=$cache/$1/build.log

	merge_config "$1" "$2" "$3" || return 1
	make -C "$2" O="$3" -j"$(nproc)" bzImage modules >"$log" 2>&1 || {
		grep -a -B2 -A8 'error\|Error' "$log" | head -n 40 >&2
		note "Linux $1: the build failed; build/cache/$1/build.log"
		return 1
	}
}

build_kernel_locked() {
	local name=$1 dir=$cache/$1 tarball version start=$SECONDS

	! built_here "$name" || return 0
	need gcc make flex bison bc xz tar openssl
	archive_setup bookworm
	note "Linux $name: building it from $source_package; takes ten minutes"
	rm -rf "$dir" && mkdir -p "$dir/deb" "$dir/tree" "$dir/out" || return 1
	archive_unpack bookworm "$dir/deb" "$source_package" || return 1
	version=$(archive_apt bookworm apt-cache show "$source_package" |
		sed -n 's/^Version: //p' | head -n 1)
	tarball=$(echo "$dir"/deb/usr/src/linux-source-*.tar.xz)
	tar -C "$dir/tree" --strip-components=1 -xf "$tarball" &&
	rm -rf "$dir/deb" &&
	compile "$name" "$dir/tree" "$dir/out" &&
	keep_built "$name" "$dir/tree" "$dir/out" "$dir/boot" || return 1
	rm -rf "$dir/tree" "$dir/out"
	echo "$version" >"$dir/version"
	build_key "$name" "$version" >"$dir/key"
	touch "$dir/.fetched"
	note "Linux $name: built in $(((SECONDS - start + 59) / 60)) min"
}

# kernel_build NAME: have it, building it if need be.
kernel_build() {
	built_here "$1" || locked "$cache/$1.lock" build_kernel_locked "$1"
}

# sign_modules NAME DIR: with the key of the kernel, as a distributor would.
sign_modules() {
	local headers ko

	headers=$(kernel_headers "$1")
	find "$2" -name '*.ko' | while read -r ko; do
		tail -c 28 "$ko" | grep -aq '~Module signature appended~' &&
			continue
		"$headers/scripts/sign-file" sha256 \
			"$headers/certs/signing_key.pem" \
			"$headers/certs/signing_key.x509" "$ko" || return 1
	done
}
