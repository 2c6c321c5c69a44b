# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The rules of this house that no tool of the kernel knows. Each rule_NAME runs
# in the root of the tree, prints one "file:line: what is wrong" for each
# offence and fails if there was one. Files come from sources(), so that new,
# not yet committed files are judged as well.

# Files of the tree whose path matches the extended regular expression $1.
sources() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -co --exclude-standard
	else
		find . -type f -not -path './build/*' -printf '%P\n'
	fi | sort -u | grep -E "$1" | while read -r file; do
		if [ -f "$file" ] && [ ! -L "$file" ]; then
			printf '%s\n' "$file"
		fi
	done
}

# Like grep -nE, over a list of files on stdin; no file is no match.
grep_files() {
	xargs -r -d '\n' grep -nHIE "$@" -- /dev/null
}

# Fail if the offences on stdin are not none, and show them.
none() {
	! grep .
}

rule_versions() {
	sources '\.[chS]$' | grep -vx include/ringside/compat.h |
		grep_files '\b(LINUX_VERSION_CODE|KERNEL_VERSION|RS_HAVE_[A-Z0-9_]+)\b' | none
}

# The lists of sources by name and by interpreter; configuration, data and ABI
# files have no place for a comment.
licensed() {
	sources '(\.([chS]|sh|py|pl|mk|rst|map|rules)|(^|/)(Makefile|Kbuild))$'
	sources '.' | xargs -r -d '\n' grep -lI -m1 '^#!' -- /dev/null |
		while read -r file; do
			if head -c 2 "$file" | grep -q '#!'; then
				printf '%s\n' "$file"
			fi
		done
}

# REUSE-IgnoreStart
rule_spdx() {
	local file want

	licensed | sort -u | while read -r file; do
		want='GPL-2.0-only'
		case $file in
		include/uapi/*) want='GPL-2.0-only WITH Linux-syscall-note' ;;
		esac
		head -n 3 "$file" |
			grep -qE "SPDX-License-Identifier: $want( \*/)?\$" ||
			echo "$file:1: no SPDX-License-Identifier: $want"
	done | none
}
# REUSE-IgnoreEnd

rule_length() {
	local lines file

	# Data of others stays as it is.
	sources '.' | grep -vx -e LICENSE -e 'LICENSES/.*' -e 'selftests/data/.*' | while read -r file; do
		grep -qI . "$file" || continue
		lines=$(wc -l <"$file")
		[ "$lines" -le 600 ] || echo "$file:$lines: longer than 600 lines"
	done | none
}

# This file and its test have to spell the words out, and so has the reader of
# TAP, which knows a directive of that name.
rule_unfinished() {
	local files

	mapfile -t files < <(sources '.' |
		grep -vxE 'LICENSES?(/.*)?|selftests/(lint/(rules\.sh|selftest)|vm/tap\.awk)')
	{
		printf '%s\n' "${files[@]}" |
			grep_files '\b(TODO|FIXME|XXX|TBD|HACK)\b'
		printf '%s\n' "${files[@]}" |
			grep_files -i 'placeholder|not yet implemented|coming soon'
	} | none
}

# A module's own headers stand beside its sources and are included in quotes.
rule_private_headers() {
	local file line header

	sources '^modules/[^/]+/.*\.[ch]$' |
		grep_files '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' |
		while IFS=: read -r file line header; do
			header=${header#*\"}
			header=${header%%\"*}
			case $header in
			*/*) ;;
			*) [ ! -f "$(dirname "$file")/$header" ] || continue ;;
			esac
			echo "$file:$line: \"$header\" is not a header of this module"
		done | none
}

rule_user_memory() {
	sources '^modules/[^/]+/.*\.[ch]$' | grep -vE '/(.*_)?(ioctl|sysfs)\.c$' |
		grep_files '\b(copy_(struct_)?(from|to)_user|(get|put|clear)_user|strn(cpy_from|len)_user|memdup_user)\b *\(' | none
}

exported() {
	sources '^modules/.*\.c$' | grep_files -o '^EXPORT_[A-Z_]*SYMBOL[A-Z_]*\([^)]*\)'
}

rule_exports() {
	local table=Documentation/design/exported-symbols.rst
	local file line what name

	{
		exported | while IFS=: read -r file line what; do
			name=${what#*(}
			name=${name%)}
			[[ $what == EXPORT_SYMBOL_GPL\(rs_* ]] ||
				echo "$file:$line: $what is not EXPORT_SYMBOL_GPL(rs_*)"
			grep -qs "\`\`$name\`\`" "$table" ||
				echo "$file:$line: $name is missing in $table"
		done
		grep -noE "^ +\* - \`\`[a-z0-9_]+\`\`" "$table" 2>/dev/null |
			while IFS=: read -r line what; do
				name=${what#*\`\`}
				name=${name%\`\`}
				exported | grep -qF "($name)" ||
					echo "$table:$line: nothing exports $name"
			done
	} | none
}

# Names of the attributes, from the arrays that list them, and of the module
# parameters: "file:line:name".
attributes() {
	sources '^modules/.*\.c$' | grep_files -o '&dev_attr_[a-zA-Z0-9_#]+' |
		sed 's/&dev_attr_//'
	sources '^modules/.*\.c$' |
		grep_files -o '^module_param[a-z_]*\([a-zA-Z0-9_]+' |
		sed 's/module_param[a-z_]*(//'
}

documented_attributes() {
	sources '^Documentation/ABI/testing/' | grep_files '^What:.*/[a-z0-9_]+$' |
		sed -E 's#^([^:]*:[0-9]+:).*/#\1#'
}

rule_sysfs() {
	local file line name

	{
		attributes | while IFS=: read -r file line name; do
			documented_attributes | grep -qE ":$name\$" ||
				echo "$file:$line: $name is not in Documentation/ABI/testing"
		done
		documented_attributes | while IFS=: read -r file line name; do
			attributes | grep -qE ":$name\$" ||
				echo "$file:$line: no module has the attribute $name"
		done
	} | none
}

rule_ioctls() {
	local file line name short

	sources '^include/uapi/.*\.h$' |
		grep_files -o '^#define[[:space:]]+RS[A-Z0-9_]+[[:space:]]+_IO[WR]*\(' |
		sed -E 's/#define[[:space:]]+([A-Z0-9_]+).*/\1/' |
		while IFS=: read -r file line name; do
			short=$(sed -E 's/^RS[A-Z]?_(IOC_|TRACE_)?//' <<<"$name")
			grep -qE "^ \*.*\b($name|$short)\b" "$file" ||
				sources '^Documentation/' | grep_files -q "\b$name\b" ||
				echo "$file:$line: $name is documented nowhere"
			sources '^selftests/.*\.[ch]$' | grep_files -q "\b$name\b" ||
				echo "$file:$line: no selftest makes the call $name"
		done | none
}

# What belongs to one machine only: the hosts it installs from, where this
# clone lies, somebody's home.
rule_machine() {
	local pattern='(^|[^A-Za-z0-9_.])/(home|Users)/[A-Za-z0-9]' place

	# shellcheck disable=SC2016 # apt expands it
	for place in $(apt-get indextargets --format '$(SITE)' 2>/dev/null |
		       sed -nE 's#^[a-z+]+://([^/:@]*@)?([^/:]+).*#\2#p' | sort -u) \
		     "$PWD" "${RINGSIDE_CACHE:-}"; do
		case $place in
		/*/*|[!/]*.*) pattern+="|${place//./\\.}" ;;
		esac
	done
	sources '.' | grep -vxE 'LICENSES?(/.*)?' | grep_files "$pattern" | none
}
