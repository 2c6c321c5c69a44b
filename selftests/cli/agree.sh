# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Things that are written in two places and must agree: the table of commands
# with completion and manual, the library with its map and its header.
# Needs expect.sh, $top and $build.

commands() { ringside help --json | json_eval '"\n".join(c["name"] for c in d["commands"])' | unquote; }

# "a\nb" of JSON as lines
unquote() { printf '%b\n' "$(tr -d '"')"; }

# Commands with verbs have no synopsis of their own.
commands_with_verbs() {
	ringside help --json | json_eval \
		'"\n".join(c["name"] for c in d["commands"] if c["args"] is None)' |
		unquote | sed '/^$/d'
}

verbs_of() {
	ringside help "$1" --json |
		json_eval '"\n".join(c["name"] for c in d["commands"])' | unquote
}

# complete_words WORD...: what bash offers for the last of the words.
complete_words() {
	bash -c '
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_ringside ringside
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$top/userspace/dist/completion/ringside" "$@" | sed '/^$/d' | sort
}

names_only() { grep -v '^-'; }

test_completion() {
	local command

	check_equal "completion offers every command" "$(commands | sort)" \
		"$(complete_words ringside '' | names_only)"
	check_equal "completion narrows down" "doctor" \
		"$(complete_words ringside doc)"
	check_equal "completion skips global options" "doctor" \
		"$(complete_words ringside --json doc)"
	check_equal "completion of help offers every command" \
		"$(commands | sort)" "$(complete_words ringside help '')"
	check_equal "completion offers global options" \
		"$(printf '%s\n' --help --json --version)" \
		"$(complete_words ringside -)"
	for command in $(commands_with_verbs); do
		check_equal "completion offers the verbs of $command" \
			"$(verbs_of "$command" | sort)" \
			"$(complete_words ringside "$command" '' | names_only)"
	done
	check_equal "completion offers the words of a synopsis" \
		"$(printf '%s\n' 4k auto pfn report strict)" \
		"$(complete_words ringside balloon mode '')"
	check_equal "and those only that begin so" default \
		"$(complete_words ringside balloon floor d)"
	check_equal "options of a verb" "$(printf '%s\n' --interval --once --seconds)" \
		"$(complete_words ringside balloon watch -- | grep -v 'json\|help')"
	check_equal "options of a command without verbs" \
		"$(printf '%s\n' --all --diff --explain --list --risky --save)" \
		"$(complete_words ringside sense -- | grep -v 'json\|help')"
	check_equal "completion leaves what follows -- alone" "" \
		"$(complete_words ringside status -- '')"
}

man_page() { echo "$top/Documentation/man/ringside-$1.8.rst"; }

test_manual() {
	local command verb file

	for command in $(commands); do
		[ "$command" != help ] || continue
		file=$(man_page "$command")
		check "ringside-$command(8) exists" test -e "$file"
		check "ringside(8) names $command" grep -q \
			"ringside-$command\|^$command\$" \
			"$top/Documentation/man/ringside.8.rst"
	done
	for command in $(commands_with_verbs); do
		file=$(man_page "$command")
		for verb in $(verbs_of "$command"); do
			check "ringside-$command(8) documents $verb" \
				grep -q "\\b$verb\\b" "$file"
		done
		options_documented "$command" "$file"
	done
	options_documented sense "$(man_page sense)"
	if ! command -v rst2man >/dev/null; then
		skip "the manual is well-formed" "rst2man"
		return
	fi
	for file in "$top"/Documentation/man/*.[1-8].rst; do
		check "${file##*/} is well-formed" \
			rst2man --report=2 --halt=2 "$file" "$work/page"
		check "${file##*/} makes no troff warning" troff_clean
	done
}

options_documented() {
	local option

	for option in $(ringside help "$1" | grep -o -e '--[a-z][a-z-]*' |
			sort -u); do
		check "ringside-$1(8) documents $option" \
			grep -q -e "$option" "$2"
	done
}

troff_clean() {
	command -v groff >/dev/null || return 0
	[ -z "$(groff -man -Tutf8 -ww -z "$work/page" 2>&1)" ]
}

mapped_symbols() {
	sed -n '/^global:/,/^local:/s/^[[:space:]]*\([a-z_0-9]*\);$/\1/p' \
		"$top/userspace/libringside/libringside.map" | sort
}

exported_symbols() {
	nm -D --defined-only "$build/libringside.so" |
		sed -n 's/.* [TDBRV] \([^@]*\).*/\1/p' | grep -v '^LIBRINGSIDE_' |
		sort
}

# A prototype of the headers is a name and '(' outside of comments.
declared_symbols() {
	cat "$top"/userspace/libringside/ringside*.h |
		gcc -x c -fpreprocessed -dD -E -P - |
		grep -o '\brs[a-z]*_[a-z0-9_]*(' | tr -d '(' | sort -u
}

documented_symbols() {
	sed -nE 's,^(/\*| )\* (rs[a-z]*_[a-z0-9_]*)\(\) - .*,\2,p' \
		"$top"/userspace/libringside/ringside*.h | sort
}

test_symbols() {
	check_equal "exported symbols are those of the map" \
		"$(mapped_symbols)" "$(exported_symbols)"
	check_equal "declared functions are those of the map" \
		"$(mapped_symbols)" "$(declared_symbols)"
	check_equal "documented functions are those of the map" \
		"$(mapped_symbols)" "$(documented_symbols)"
	check "each symbol has a version" test -z \
		"$(nm -D --defined-only "$build/libringside.so" |
			grep ' T ' | grep -v '@@LIBRINGSIDE_0\.[0-9]')"
	check_equal "the library has a soname" "libringside.so.0" \
		"$(objdump -p "$build/libringside.so" |
			sed -n 's/.*SONAME *//p')"
}
