# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The checkers of others, run over our sources. Each tool_NAME runs in the root
# of the tree and fails if the tool has something to say; what it said is on
# standard output. Status 4 means that the tool itself is missing.
# Needs rules.sh for sources().

lint=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
	echo "$*"
	return 4
}

# The kernel's own checkers, unpacked from Debian's linux-source by the harness.
linux_tree() {
	local scripts

	if [ -n "${RINGSIDE_LINUX:-}" ]; then
		echo "$RINGSIDE_LINUX"
		return
	fi
	scripts=$("$lint/../vm/kernel" scripts) && dirname "$scripts"
}

# All output of the command, and failure if there was any.
silent() {
	local said status

	said=$("$@" 2>&1)
	status=$?
	[ -z "$said" ] || printf '%s\n' "$said"
	[ "$status" = 0 ] && [ -z "$said" ]
}

tool_selftest() {
	"$lint/selftest" | grep -v '^ok'
	return "${PIPESTATUS[0]}"
}

# One word of gcc, modpost, objtool or sparse is a failure. A tree of its own
# makes sure that everything is compiled.
tool_modules() {
	local kernel=$1 headers dir=$PWD/build/lint/$1

	command -v sparse >/dev/null || { skip "no sparse"; return; }
	headers=$("$lint/../vm/kernel" headers "$kernel") || return 1
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r Kbuild modules include "$dir"
	silent make -s -C "$headers" M="$dir" W=1 C=2 CF=-Wcontext \
		CONFIG_DEBUG_INFO_BTF_MODULES= RS_VERSION=0 "-j$(nproc)" modules |
		sed "s#$dir/##"
	return "${PIPESTATUS[0]}"
}

# Drop the reports "file:line: LEVEL:TYPE: text" that checkpatch.ignore names.
not_ignored() {
	awk -F'\t' '
	FNR == NR { if (!/^#/) { where[++n] = $1; type[n] = $2 } ; next }
	{
		split($0, part, ":")
		for (i = 1; i <= n; i++)
			if (part[4] == type[i] && part[1] ~ where[i])
				next
		print
	}' "$lint/checkpatch.ignore" -
}

# Two at a time, each with a file of its own: lines that mix have no type.
tool_checkpatch() {
	local linux said

	linux=$(linux_tree) || return 1
	said=$(mktemp -d)
	# shellcheck disable=SC2016 # the inner shell's
	sources '^(modules|include|userspace|selftests)/.*\.[ch]$' |
		SAID=$said xargs -r -d '\n' -n8 -P2 --process-slot-var=SLOT \
			sh -c 'exec perl "$0" --no-tree --strict --terse --quiet \
				--no-summary --show-types -f "$@" \
				>>"$SAID/$SLOT"' "$linux/scripts/checkpatch.pl"
	cat "$said"/* | not_ignored | none
	set -- $?
	rm -rf "$said" .checkpatch-camelcase.*
	return "$1"
}

tool_kernel_doc() {
	local linux

	linux=$(linux_tree) || return 1
	sources '^(modules|include|userspace/libringside)/.*\.[ch]$' |
		xargs -r -d '\n' "$linux/scripts/kernel-doc" -none -Werror 2>&1
}

# The scripts that judge code as it stands: those with a report mode, without
# OCaml, which Debian's coccinelle can not run. RINGSIDE_COCCI picks one.
cocci_scripts() {
	grep -rlE '^virtual( .*)?\breport\b' --include='*.cocci' \
		"$1/scripts/coccinelle" |
		xargs grep -LE '^@.*\b(script|finalize|initialize):ocaml' |
		grep -F "${RINGSIDE_COCCI:-.cocci}" | sort
}

# spatch prints reports on standard output; what it thinks of the scripts
# themselves goes to the other.
cocci_one() {
	local script=$1 options

	shift
	options=$(sed -nE 's#^// Options: *##p' "$script")
	# shellcheck disable=SC2086 # a list of options
	spatch --very-quiet -D report ${options:---no-includes --include-headers} \
		--cocci-file "$script" "$@" 2>/dev/null |
		sed -n "s#^.*\\.[ch]:[0-9].*#& [$(basename "$script" .cocci)]#p"
}

tool_coccinelle() {
	local linux files

	command -v spatch >/dev/null || { skip "no spatch (coccinelle)"; return; }
	linux=$(linux_tree) || return 1
	mapfile -t files < <(sources '^(modules|include/ringside)/.*\.[ch]$')
	[ "${#files[@]}" != 0 ] || return 0
	export -f cocci_one
	# shellcheck disable=SC2016 # expanded by the inner shell
	cocci_scripts "$linux" | xargs -d '\n' -P2 -I{} \
		bash -c 'cocci_one "$@"' bash {} "${files[@]}" | none
}

# Scripts have a first line that says so; fragments end in .sh and are only
# read by scripts, so that variables come from elsewhere or go there. SC2317
# takes what a trap calls for unreachable.
shell_scripts() {
	licensed | sort -u | while read -r file; do
		head -n 1 "$file" | grep -qE '^#!.*\b(ba|da)?sh\b' &&
			printf '%s\n' "$file"
	done
}

tool_shellcheck() {
	command -v shellcheck >/dev/null || { skip "no shellcheck"; return; }
	{
		shell_scripts | xargs -r -d '\n' shellcheck -x -f gcc -e SC2317
		sources '\.sh$' | grep -vxFf <(shell_scripts) |
			xargs -r -d '\n' shellcheck -x -f gcc -e SC2317,SC2154,SC2034
	} | none
}

# Every file has a licence whose text is there, and somebody it belongs to.
tool_reuse() {
	command -v reuse >/dev/null || { skip "no reuse"; return; }
	reuse lint --quiet || { reuse lint; return 1; }
}

tool_codespell() {
	command -v codespell >/dev/null || { skip "no codespell"; return; }
	sources '.' | grep -v -e '^LICENSES/' -e '^LICENSE$' |
		xargs -r -d '\n' codespell -I "$lint/codespell.words"
}

# Without the search for leaks: gcc 12 loses sight of a pointer that is stored
# in reallocated memory. The unit tests run under the leak sanitizer instead. Nor
# for what is certainly NULL: it takes it that rs_fail() of another file may
# return 0. What malloc() may have returned is looked at.
tool_analyzer() {
	local file

	sources '^userspace/.*\.c$' | while read -r file; do
		gcc -std=gnu11 -O2 -Wall -Wextra -fanalyzer \
			-fdiagnostics-path-format=none \
			-Wno-analyzer-malloc-leak \
			-Wno-analyzer-null-dereference -D_GNU_SOURCE \
			-DRS_VERSION='"0"' -Iinclude/uapi -Iuserspace/libringside \
			-Iuserspace/ringside \
			-I"$(dirname "$file")" -c -o /dev/null "$file" 2>&1
	done | none
}

tool_abi() {
	local linux

	[ -d Documentation/ABI ] || return 0
	linux=$(linux_tree) || return 1
	silent "$linux/scripts/get_abi.pl" --dir Documentation/ABI validate
}

tool_sphinx() {
	command -v sphinx-build >/dev/null || { skip "no sphinx-build"; return; }
	silent make -s -C Documentation html
}
