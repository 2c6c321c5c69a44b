#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 'ringside guard': every verb in text and JSON, exit codes, messages that name
# thing and reason, and profiles that are taken or refused as a whole.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
dir=$(mktemp -d)
trap 'rm -rf "$dir"; kill "$target" 2>/dev/null' EXIT

# refused TEXT < PROFILE: the profile is refused, for that reason.
refused() {
	cat >"$dir/bad.json"
	exits 1 "$1" ringside guard load bad "$dir/bad.json" &&
		exits 0 "no policy is loaded" ringside guard list
}

# Answers with its own pid and then makes the call every 50 ms.
sh -c 'while :; do unshare -u true 2>/dev/null && echo ok || echo no
	usleep 50000; done' >"$dir/log" &
target=$!
last() { : >"$dir/log"; usleep 400000; tail -n 1 "$dir/log"; }

check "an empty list says so" \
	exits 0 "no policy is loaded" ringside guard list
check "load names the policy" \
	exits 0 "name:   p" ringside guard load p --deny unshare,mount:EACCES
check "twice is refused" exits 1 \
	"ringside: guard load: p: a policy of that name is loaded" \
	ringside guard load p --deny mount
check_equal "the target works before" ok "$(last)"
check "attach says how long" exits 0 "until it rolls back" \
	ringside guard attach p --pid $target --confirm-after 60
check_equal "now it does not" no "$(last)"
check "list shows it" exits 0 "pending" ringside guard list
check "list --json is one document" exits 0 '"state": "pending"' \
	ringside guard list --json
check "confirm" exits 0 attached ringside guard confirm p
check "rollback leaves a confirmed attach alone" exits 1 \
	"p: no attach is waiting for confirmation" ringside guard rollback p
check "unload of an attached policy" exits 1 "p: it is attached" \
	ringside guard unload p
check "detach" exits 0 loaded ringside guard detach p
check_equal "the target works again" ok "$(last)"
check "attach in audit mode" ringside guard attach p --audit --tree $target
check_equal "audit lets pass" ok "$(last)"
check "and counts" sh -c \
	"ringside -j guard list | grep -q '\"audited\": [1-9]'"
check "rollback" exits 0 loaded ringside guard rollback p
check "roll-back by time" sh -c \
	"ringside guard attach --confirm-after 0.5 --pid $target p && sleep 2"
check "is over" exits 0 loaded ringside guard list
check "unload" exits 0 unloaded ringside guard unload p
check "no such policy" exits 1 "guard confirm: p: no such policy" \
	ringside guard confirm p

check "--allow-only denies the rest" ringside guard load a \
	--allow-only read,write:ENOSYS
check "by its errno" exits 0 '"default": "fails: ENOSYS"' ringside -j guard list
check "the shell is exempt" exits 1 "exempt unless forced" \
	ringside guard attach a --pid $$
check "so is PID 1" exits 1 "pid 1: exempt unless forced" \
	ringside guard attach a --tree 1
check "no such process" exits 1 "pid 4194303: No such process" \
	ringside guard attach a --pid 4194303
ringside guard unload a >/dev/null

cat >"$dir/run.json" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "unshare" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 95 } ] }
JSON
run() { ringside guard run --profile "$dir/run.json" "$@"; }
check "run: the program is confined from its start" exits 0 "refused" \
	run -- sh -c 'unshare -u true 2>/dev/null || echo refused'
check "run: its exit status is ours" exits 7 "" run -- sh -c 'exit 7'
check "run: a signal is 128 and more" exits 143 "" run -- sh -c 'kill $$'
check "run: a program that is not there" exits 127 "No such file" \
	run -- /no/such/program
check "run: in audit mode it is not refused" exits 0 "" \
	run --audit -- unshare -u true
check "run: nothing is left" exits 0 "no policy is loaded" ringside guard list
check "run: a bad profile runs nothing" exits 1 "missing.json" \
	ringside guard run --profile "$dir/missing.json" -- touch "$dir/ran"
check "run: a policy that is not loaded runs nothing" exits 1 \
	"no such policy" ringside guard run --policy none -- touch "$dir/ran"
check "run: indeed nothing" [ ! -e "$dir/ran" ]
check "run: no command" exits 2 "no command to run" \
	ringside guard run --policy none
ringside guard load p --deny unshare >/dev/null
check "run: under a loaded policy" exits 1 "" \
	ringside guard run --policy p -- unshare -u true
check "run: which is there for the next" exits 0 loaded ringside guard list
check "run: who is left behind stays confined" exits 0 "left behind" \
	ringside guard run --policy p -- sh -c 'sleep 100 >/dev/null 2>&1 &'
check "run: by the policy, which stays" exits 0 attached ringside guard list
ringside guard detach p >/dev/null
killall sleep 2>/dev/null
check "a cgroup that is not there" exits 1 \
	"--cgroup: /sys/fs/cgroup/no/such: No such file" \
	ringside guard attach p --cgroup no/such
check "a root where nobody is yet" exits 0 pending \
	ringside guard attach p --chroot "$dir"
check "undone" exits 0 loaded ringside guard rollback p
check "an exception of no kind" exits 2 "begins with none of" \
	ringside guard attach p --everyone --except sshd
check "everyone without the target" exits 0 pending \
	ringside guard attach p --everyone --except "pid:$target"
check "lets the target work" exits 0 "" sh -c "true"
check_equal "as before" ok "$(last)"
check "who was passed over can not confirm" exits 1 "from a new login" \
	ringside guard confirm p
check "a new session can" exits 0 attached setsid ringside guard confirm p
ringside guard detach p >/dev/null
ringside guard unload p >/dev/null

check "no name" exits 2 "no policy named" ringside guard load
check "no source" exits 2 "give a FILE" ringside guard load x
check "two sources" exits 2 "give a FILE" \
	ringside guard load x --deny mount --allow-only read
check "no target" exits 2 "give one of" ringside guard attach x
check "two targets" exits 2 "give one of" \
	ringside guard attach x --everyone --pid 1
check "a pid that is none" exits 2 "pid: 'x' is not a number" \
	ringside guard attach x --pid x
check "seconds that are none" exits 2 "is not a number of seconds" \
	ringside guard attach x --everyone --confirm-after now
check "an unknown call" exits 1 "frobnicate: no such system call" \
	ringside guard load x --deny frobnicate
check "an unknown errno" exits 2 "'EFOO' is no errno" \
	ringside guard load x --deny mount:EFOO
check "a vital call" exits 1 "exit_group: no process could end" \
	ringside guard load x --deny exit_group
check "a malformed name" exits 1 "printable ASCII" \
	ringside guard load a/b --deny mount

cat >"$dir/good.json" <<'JSON'
{
	"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": [ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" ],
	"syscalls": [
		{ "names": [ "unshare", "mount" ], "action": "SCMP_ACT_ERRNO" },
		{ "names": [ "socket" ], "action": "SCMP_ACT_ERRNO",
		  "errnoRet": 97, "comment": "no sockets", "args": [] }
	]
}
JSON
check "a profile is loaded" ringside guard load good "$dir/good.json"
# unshare, mount and socket in both, and socket by socketcall.
check "for both ABIs" exits 0 '"calls": 7' ringside -j guard list
check "and from standard input" sh -c \
	"ringside guard load stdin - <$dir/good.json"
ringside guard unload good >/dev/null
ringside guard unload stdin >/dev/null

cat >"$dir/family.json" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "unshare" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 2,
    "args": [ { "index": 0, "value": 67108864, "valueTwo": 67108864,
                "op": "SCMP_CMP_MASKED_EQ" } ] } ] }
JSON
check "arguments are taken" ringside guard load args "$dir/family.json"
ringside guard attach args --pid $target >/dev/null
ringside guard confirm args >/dev/null
check_equal "and looked at" no "$(last)"
check "replace a policy in force" exits 0 "until it rolls back" \
	ringside guard replace args --deny mount:trap --confirm-after 60
check_equal "takes place" ok "$(last)"
check "what is pending is not replaced" exits 1 \
	"a change of it waits for confirmation" \
	ringside guard replace args --deny mount
check "rollback of a replacement" ringside guard rollback args
check_equal "brings back the old contents" no "$(last)"
check "list --calls names the call" exits 0 unshare \
	ringside guard list --calls
check "and in JSON" exits 0 '"call": "unshare"' \
	ringside guard list --calls --json
check "replace with a profile" ringside guard replace args \
	"$dir/good.json"
check "and confirm" ringside guard confirm args
ringside guard detach args >/dev/null
ringside guard unload args >/dev/null
check "replace of no policy" exits 1 "nobody: no such policy" \
	ringside guard replace nobody --deny mount
check "an unknown action" exits 2 "'explode' is not a number" \
	ringside guard load x --deny mount:explode

check "unknown capabilities are refused" refused "syscalls\[0\].includes" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mount" ], "action": "SCMP_ACT_ERRNO",
    "includes": { "caps": [ "CAP_SYS_ADMIN" ] } } ] }
JSON
check "so is SCMP_ACT_NOTIFY" refused "hands the call to another process" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mount" ], "action": "SCMP_ACT_NOTIFY" } ] }
JSON
check "unknown calls" refused "syscalls\[0\].names\[0\]: frob: no such system call" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "frob" ], "action": "SCMP_ACT_ERRNO" } ] }
JSON
check "duplicate keys, with the line" refused "line 3" <<'JSON'
{ "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [],
  "syscalls": [] }
JSON
check "trailing text" refused "line 2" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW" }
x
JSON
check "an errno out of range" refused "errnoRet: an errno from 1" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mount" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096 } ] }
JSON
check "no default" refused "defaultAction: a string is needed" <<'JSON'
{ "syscalls": [] }
JSON
head -c 100000 /dev/zero | tr '\0' '[' >"$dir/deep.json"
check "deep nesting" exits 1 "line 1, column" \
	ringside guard load deep "$dir/deep.json"

modctl unload ringside_guard
check "without the module the exit status is 3" exits 3 \
	"kernel module ringside_guard is not loaded" ringside guard list
done_testing
