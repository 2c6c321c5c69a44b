# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a command printed where, and how it ended. Needs tap.sh, and $work, a
# directory of its own.

# matches FILE PATTERN: an empty pattern wants an empty file, '*' takes all.
matches() {
	case $2 in
	'') [ ! -s "$1" ] ;;
	'*') ;;
	*) grep -q -e "$2" "$1" ;;
	esac
}

# expect NAME STATUS STDOUT STDERR COMMAND...: basic regular expressions.
expect() {
	local name=$1 want=$2 stdout=$3 stderr=$4 status

	shift 4
	"$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ "$status" = "$want" ] && matches "$work/out" "$stdout" &&
	   matches "$work/err" "$stderr"; then
		pass "$name"
	else
		fail "$name" "wanted: exit $want, '$stdout' and '$stderr'" \
			"got:    exit $status" "$(head -n 5 "$work/out")" \
			"$(head -n 5 "$work/err")"
	fi
}

# JSON as strict readers take it: no key twice, no NaN, nothing behind it.
json_eval() {
	python3 -c '
import json, sys
def once(pairs):
    keys = [k for k, v in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
def never(word):
    raise ValueError(word)
d = json.load(sys.stdin, object_pairs_hook=once, parse_constant=never)
print(json.dumps(eval(sys.argv[1])) if len(sys.argv) > 1 else "", end="")
' "$@"
}

json_get() { json_eval "d['$1']"; }

# json COMMAND...: it succeeds and prints one JSON document.
json() {
	"$@" >"$work/json" && json_eval <"$work/json"
}

# json_any COMMAND...: the same for a command that may find fault.
json_any() {
	"$@" >"$work/json"
	json_eval <"$work/json"
}

# no_escapes COMMAND...
no_escapes() {
	"$@" >"$work/tty" && ! grep -q "$(printf '\033')" "$work/tty"
}

# clean ARG...: ringside ARG under valgrind, whatever it returns itself. Not
# the static tool, in which valgrind does not know malloc.
clean() {
	valgrind -q --error-exitcode=99 --leak-check=full \
		--show-leak-kinds=definite,indirect \
		"$build/ringside" "$@" >/dev/null 2>"$work/valgrind"
	[ $? != 99 ] || { cat "$work/valgrind"; return 1; }
}
