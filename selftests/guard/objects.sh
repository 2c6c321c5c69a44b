#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A profile with a "ringside" object: explained, loaded, in force for a running
# process, and gone again; and what is refused, with its place.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
dir=$(mktemp -d)
trap 'rm -rf "$dir"; kill "$target" 2>/dev/null' EXIT
mkdir "$dir/in"
echo x >"$dir/in/file"
echo x >"$dir/out"

# Tries to read both files and to rename one every 50 ms, as a child.
cat >"$dir/try" <<'SH'
while :; do
	in=no out=no
	cat "$1/in/file" >/dev/null 2>&1 && in=ok
	cat "$1/out" >/dev/null 2>&1 && out=ok
	echo "$in $out"
	usleep 50000
done
SH
sh "$dir/try" "$dir" >"$dir/log" &
target=$!
last() { : >"$dir/log"; usleep 500000; tail -n 1 "$dir/log"; }

cat >"$dir/profile.json" <<JSON
{
	"defaultAction": "SCMP_ACT_ALLOW",
	"ringside": {
		"groups": [ "@uring", "@mount" ],
		"objects": [
			{ "object": "file", "path": "$dir/in" },
			{ "object": "socket", "family": "AF_ALG" }
		]
	}
}
JSON
check "check explains the rules" exits 0 \
	"reading writing executing of $dir/in and below: fails: EPERM" \
	ringside guard check "$dir/profile.json"
check "and the calls of groups" exits 0 "io_uring_setup" \
	ringside guard check "$dir/profile.json"
check "it is loaded" ringside guard load objects "$dir/profile.json"
check_equal "before, both files can be read" "ok ok" "$(last)"
check "it is attached" ringside guard attach objects --tree $target
check_equal "now the directory is closed" "no ok" "$(last)"
check "and the denials are counted" sh -c \
	"ringside -j guard list | grep -q '\"denied\": [1-9]'"
check "it is detached" ringside guard detach objects
check_equal "and open again" "ok ok" "$(last)"
check "it is unloaded" ringside guard unload objects

sed -i 's|"path": "[^"]*"|"path": "/no/such/place"|' "$dir/profile.json"
check "a path that is not there" exits 1 "/no/such/place: No such file" \
	ringside guard load objects "$dir/profile.json"
sed -i 's|@uring|@urin|' "$dir/profile.json"
check "an unknown group, with line and column" exits 1 "line 4, column" \
	ringside guard load objects "$dir/profile.json"
check "of which nothing is loaded" exits 0 "no policy is loaded" \
	ringside guard list
done_testing
