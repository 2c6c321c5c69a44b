# SPDX-License-Identifier: GPL-2.0-only
#
# The results in the output of one of the kernel's tests, one "STATE CASE" a
# line, in their order: TAP's 'ok 3 name', the x86 tests' '[OK] what' and
# ftracetest's '[3] what [PASS]'. Numbers of results, addresses and what stands
# behind a directive are no part of a case.

function result(state, name)
{
	sub(/^[ \t-]+/, "", name)
	sub(/[ \t]+$/, "", name)
	gsub(/0x[0-9a-f]+/, "0x*", name)
	print state, name
}

{ gsub(/\r|\033\[[0-9;]*m/, "") }

/^(not )?ok [0-9]+/ {
	state = /^ok/ ? "ok" : "fail"
	if (match($0, /# *(SKIP|XFAIL)/)) {
		state = substr($0, RSTART)
		gsub(/[# ]/, "", state)
		sub(/SKIP.*/, "skip", state)
		sub(/XFAIL.*/, "xfail", state)
		$0 = substr($0, 1, RSTART - 1)
	}
	sub(/^(not )?ok [0-9]+/, "")
	result(state, $0)
	next
}

/^\[(OK|FAIL|SKIP|WARN)\]/ {
	state = tolower($1)
	gsub(/[][]/, "", state)
	sub(/^\[[A-Z]+\]/, "")
	result(state, $0)
	next
}

/^\[[0-9]+\] .*\[[A-Z]+\]$/ {
	state = tolower($NF)
	gsub(/[][]/, "", state)
	sub(/^\[[0-9]+\]/, "")
	sub(/\[[A-Z]+\]$/, "")
	result(state, $0)
}
