#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the test programs given as arguments and print one KTAP document: a
# result line for each program, its own output indented above. A program that
# dies (a sanitizer report, a signal) fails, whatever it printed before.

echo "TAP version 13"
echo "1..$#"
n=0
failed=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
for prog; do
	n=$((n + 1))
	"$prog" > "$out" 2>&1
	status=$?
	sed 's/^/    /' "$out"
	if [ "$status" -eq 0 ]; then
		echo "ok $n ${prog##*/}"
	else
		failed=1
		echo "not ok $n ${prog##*/} # exit status $status"
	fi
done
exit "$failed"
