# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# ringside guard check and diff, which need no module. Needs expect.sh, $here
# and $work.

profiles=$here/profiles

# plain_with TEXT: the path of a copy of plain.json with TEXT before its end.
plain_with() {
	sed '$d' "$profiles/plain.json" >"$work/changed.json"
	printf '%s\n}\n' "$1" >>"$work/changed.json"
	echo "$work/changed.json"
}

test_guard_check() {
	local plain=$profiles/plain.json containers=$profiles/containers.json

	expect "check: what can be loaded exits with 0" 0 '^loadable:  *yes' '' \
		ringside guard check "$plain"
	expect "check: a denied call stands in its group" 0 \
		'^uring  *fails: ENOSYS  *x86_64, i386  *io_uring_setup$' '' \
		ringside guard check "$plain"
	sed 's/"mount"/"exit"/' "$plain" >"$work/exit.json"
	expect "check: what can not be loaded exits with 1" 1 \
		'^loadable:  *no' '' ringside guard check "$work/exit.json"
	expect "check: why, with rule and position" 1 \
		'line [0-9]*, column [0-9]*: syscalls\[0\].names\[1\]: exit: no process' \
		'' ringside guard check "$work/exit.json"
	expect "check: a condition in words" 0 \
		'^socket  *x86_64  *allowed  *arg0 < 38  *syscalls\[2\]$' '' \
		ringside guard check "$containers" --caps all
	expect "check: a mask in words" 0 \
		'arg0 & 0x7e020000 == 0 ' '' \
		ringside guard check "$containers" --caps none
	expect "check: a capability that is held" 0 \
		'CAP_SYS_ADMIN is in the bounding set: the entry stays' '' \
		ringside guard check "$containers" --caps sys_admin
	expect "check: one that is not" 0 \
		'CAP_SYS_ADMIN is not in the bounding set: the entry falls away' \
		'' ringside guard check "$containers" --caps CAP_CHOWN
	expect "check: unknown capabilities of the target are a problem" 1 \
		'the target.s capabilities are not known' '' \
		ringside guard check "$containers"
	expect "check: those of a process are known" 0 \
		'capabilities of:  *the process of --pid' '' \
		ringside guard check "$containers" --pid $$
	expect "check: an old kernel" 1 \
		'minKernel: the kernel is 4.7: the entry falls away' '' \
		ringside guard check "$containers" --kernel 4.7.2-rc1
	expect "check: reads standard input" 1 '' \
		'^ringside: guard check: -: line 1, column 0: ' \
		ringside guard check -
	check_equal "check --json: the denied calls of a group" \
		'["mount"]' "$(ringside -j guard check "$plain" | json_eval \
		'[r["calls"] for r in d["calls"] if r["group"] == "mount"][0]')"
	check_equal "check --json: conditions have their rule" \
		'"syscalls[3]"' "$(ringside -j guard check "$containers" |
		json_eval '[r["rule"] for r in d["conditions"] if r["if"] == "arg0 > 40"][0]')"
}

test_guard_profile_errors() {
	local unknown

	unknown=$(plain_with ', "defaultErrno": "EFROB"')
	expect "check: complaints have line and column" 1 '' \
		'line 12, column 19: defaultErrno: .EFROB. is no errno$' \
		ringside guard check "$unknown"
	expect "check: members that are not known" 1 '' \
		'line 12, column 11: frob: no such member is known$' \
		ringside guard check "$(plain_with ', "frob": {}')"
	expect "check: a key twice" 1 '' 'duplicate object key' \
		ringside guard check "$(plain_with ', "syscalls": []')"
	sed 's/"mount"/"frob\\u001b"/' "$profiles/plain.json" >"$work/frob.json"
	expect "check: an unknown call, and no escape sequence" 1 '' \
		'syscalls\[0\].names\[1\]: frob?: no such system call$' \
		ringside guard check "$work/frob.json"
	expect "check: --skip-unknown lists it" 0 \
		'syscalls\[0\].names\[1\]: frob?: no such system call$' '' \
		ringside guard check "$work/frob.json" --skip-unknown
	sed 's/"SCMP_ACT_ERRNO"/"SCMP_ACT_NOTIFY"/' "$profiles/plain.json" \
		>"$work/notify.json"
	expect "check: SCMP_ACT_NOTIFY" 1 '' \
		'SCMP_ACT_NOTIFY hands the call to another process' \
		ringside guard check "$work/notify.json"
	head -c 10485760 /dev/zero | tr '\0' '[' >"$work/deep.json"
	expect "check: 10 MiB of nesting" 1 '' 'line 1, column [0-9]*: ' \
		ringside guard check "$work/deep.json"
	expect "check: --pid and --caps" 2 '' 'give one of --pid and --caps' \
		ringside guard check x --pid 1 --caps all
	expect "check: no such capability" 2 '' "'frob' is no capability" \
		ringside guard check x --caps chown,frob
	expect "check: no such kernel" 2 '' "'new' is no kernel release" \
		ringside guard check x --kernel new
	expect "check: no such process" 1 '' 'pid 4194303: No such process' \
		ringside guard check x --pid 4194303
	expect "check: no file" 2 '' 'no file named' ringside guard check
}

# object_profile OBJECTS LIMITS
object_profile() {
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "ringside": {
		"objects": [ %s ], "limits": { %s } } }' "$1" "$2"
}

test_guard_diff() {
	local plain=$profiles/plain.json containers=$profiles/containers.json

	expect "diff: the same" 0 'every call ends the same' '' \
		ringside guard diff "$containers" "$containers"
	sed 's/"value": 38/"value": 39/' "$containers" >"$work/changed.json"
	expect "diff: a comparison, with an example" 1 \
		'^socket  *x86_64  *fails: EPERM  *allowed  *arg0=0x26$' '' \
		ringside guard diff "$containers" "$work/changed.json"
	sed -e 's/"value": 38/"value": 37/' -e 's/SCMP_CMP_LT/SCMP_CMP_LE/' \
		"$containers" >"$work/changed.json"
	expect "diff: another comparison that means the same" 0 '^same:  *yes' \
		'' ringside guard diff "$containers" "$work/changed.json"
	sed 's/"ENOSYS"/"EPERM"/' "$plain" >"$work/changed.json"
	check_equal "diff --json: a call in each ABI" \
		'[["io_uring_setup", "x86_64"], ["io_uring_setup", "i386"]]' \
		"$(ringside -j guard diff "$plain" "$work/changed.json" |
		json_eval '[[r["call"], r["abi"]] for r in d["differences"]]')"
	sed 's/, "SCMP_ARCH_X86"//' "$plain" >"$work/changed.json"
	expect "diff: an architecture that is not listed" 1 \
		'^read  *i386  *allowed  *ends the thread  *any arguments$' '' \
		ringside guard diff "$plain" "$work/changed.json"
	object_profile '{ "object": "file", "path": "/etc" },
		{ "object": "ptrace" }' '"pids": 10, "fsize": "1K"' \
		>"$work/objects.json"
	expect "diff: rules on objects that are the same" 0 '^same:  *yes' '' \
		ringside guard diff "$work/objects.json" "$work/objects.json"
	object_profile '{ "object": "file", "path": "/usr" },
		{ "object": "ptrace" }' '"pids": 10, "nofile": 9, "fsize": 1025' \
		>"$work/changed.json"
	expect "diff: a rule of the first" 1 \
		'^reading writing executing of /etc and below: fails: EPERM  *first only$' \
		'' ringside guard diff "$work/objects.json" "$work/changed.json"
	check_equal "diff --json: rules and limits that differ, and no others" \
		'[["first only", "second only"], [["fsize", 1024, 1025], ["nofile", null, 9]]]' \
		"$(ringside -j guard diff "$work/objects.json" \
		"$work/changed.json" | json_eval '[
			[o["in"] for o in d["objects"]],
			[[l["limit"], l["first"], l["second"]]
			 for l in d["limits"]]]')"
	object_profile '{ "object": "ptrace" },
		{ "object": "file", "path": "/etc" }' '"pids": 10, "fsize": "1K"' \
		>"$work/changed.json"
	expect "diff: the order of rules counts" 1 'both, in another order$' '' \
		ringside guard diff "$work/objects.json" "$work/changed.json"
	expect "diff: trouble is 2" 2 '' 'No such file or directory' \
		ringside guard diff "$plain" "$work/nowhere"
	expect "diff: one file" 2 '' 'two files are needed' \
		ringside guard diff "$plain"
}

# Debian's profile for containers, as it is installed.
test_guard_installed() {
	local file=/usr/share/containers/seccomp.json

	if [ ! -e "$file" ]; then
		skip "check of the containers' profile" \
			"golang-github-containers-common"
		return
	fi
	expect "check of the containers' profile" 0 \
		'^personality  *i386  *allowed  *arg0 == 0x20008' '' \
		ringside guard check "$file" --caps none --kernel 6.12
	check_equal "diff by a capability is what the profile says of it" \
		'"fails: EPERM"' "$(ringside -j guard check "$file" --caps none |
		json_eval '[r["verdict"] for r in d["calls"] if "setdomainname" in r["calls"]][0]')"
}
