# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Makes the initramfs of one run: a base that never changes (busybox, the init
# script, the exit helper) and behind it an archive with this run's modules,
# files and command. The kernel unpacks one after the other. Nothing is
# compressed: the emulated CPU is slow, copying is not.

# pack DIR: the newc archive of it on stdout. The same files give the same
# bytes, or two --icount boots would differ.
pack() {
	find "$1" -exec touch -h -d @0 {} +
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort |
		cpio --quiet --reproducible -o -H newc -R 0:0)
}

base_sources() {
	printf '%s\n' "$here"/guest/* "$here/image.sh" /bin/busybox
}

base_locked() {
	local base=$1 tree applet source

	[ -e "$base" ] && [ -z "$(base_sources | while read -r source; do
		find "$source" -newer "$base"; done)" ] && return
	need busybox cpio gcc
	tree=$(mktemp -d "$build/vm/base.XXXXXX") || return 1
	mkdir -p "$tree"/{bin,sbin,usr/bin,usr/sbin,usr/local/bin,dev,proc,sys,run} \
		"$tree"/{tmp,root,etc/vm,lib/modules/vm,lib64,mnt,var}
	chmod 755 "$tree"
	cp /bin/busybox "$tree/bin/"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$tree/bin/$applet"
	done
	ln -s ../bin/busybox "$tree/sbin/modprobe"
	for source in vmctl modctl; do
		gcc -static -O2 -Wall -o "$tree/bin/$source" \
			"$here/guest/$source.c" || die "cannot compile $source"
	done
	cp "$here/guest/init" "$tree/init"
	cp "$here/guest/runtests" "$tree/bin/runtests"
	chmod 755 "$tree/init" "$tree/bin/runtests"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
	echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >>"$tree/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
	echo "PS1='ringside-vm# '" >"$tree/etc/profile"
	pack "$tree" >"$base.new" && mv "$base.new" "$base"
	rm -rf "$tree"
}

# module_file NAME: ours, or one of the kernel's own.
module_file() {
	local name=${1//-/_} file

	file=$(find "$build/$release" -name "$name.ko" 2>/dev/null | head -n1)
	[ -n "$file" ] ||
		file=$(find "$boot/lib/modules/$release/kernel" \
			-name "${name//_/[-_]}.ko*" | head -n1)
	[ -n "$file" ] || return 1
	echo "$file"
}

# module_order NAME...: each with what it depends on before it, each once.
module_order() {
	local name file dep

	for name; do
		name=${name//-/_}
		case " $loaded " in *" $name "*) continue ;; esac
		file=$(module_file "$name") || die "module $name: not built for" \
			"$release ('make modules KERNEL=$kernel') nor part of it"
		for dep in $(modinfo -F depends "$file" | tr ',' ' '); do
			module_order "$dep" || return 1
		done
		case " $loaded " in *" $name "*) continue ;; esac
		loaded="$loaded $name"
		echo "$name" >&3
		put_module "$file" "$image/lib/modules/vm/$name"
	done
}

put_module() {
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# What a kernel needs before a virtio device works; empty where it is built in.
virtio_modules() {
	module_file virtio_pci >/dev/null && echo virtio_pci
}

# put_file HOSTFILE[:GUESTPATH]
put_file() {
	local from=${1%%:*} to=${1#*:}

	[ -e "$from" ] || die "--add $from: no such file"
	[ "$to" != "$1" ] || to=/usr/bin/${from##*/}
	mkdir -p "$image/$(dirname "$to")"
	if [ -d "$from" ]; then
		mkdir -p "$image/$to"
		cp -rL "$from/." "$image/$to/"
	else
		cp -L "$from" "$image/$to"
	fi
}

# One word a line; what a line cannot hold is escaped for printf %b.
put_command() {
	local word

	for word; do
		word=${word//\\/\\\\}
		printf '%s\n' "${word//$'\n'/\\n}"
	done >"$image/etc/vm/command"
}

# make_image: reads kernel, release, boot, modules, adds, command, shell of
# the caller; leaves $dir/initrd.
make_image() {
	local image loaded=

	mkdir -p "$build/vm"
	locked "$build/vm/base.lock" base_locked "$build/vm/base.cpio" || return 1
	image=$(mktemp -d "$dir/image.XXXXXX") || return 1
	chmod 755 "$image"
	mkdir -p "$image/etc/vm" "$image/lib/modules/vm"
	# shellcheck disable=SC2046 # a list of names
	module_order $(virtio_modules) "${modules[@]}" \
		3>"$image/etc/vm/modules" || return 1
	local add
	for add in "${adds[@]}"; do
		put_file "$add" || return 1
	done
	put_command "${command[@]}"
	[ -z "$shell" ] || terminal_size >"$image/etc/vm/shell"
	{ cat "$build/vm/base.cpio"; pack "$image"; } >"$dir/initrd"
	rm -rf "$image"
}

terminal_size() {
	local size

	size=$(stty size 2>/dev/null) || size="24 80"
	echo "rows ${size% *} cols ${size#* }"
}
