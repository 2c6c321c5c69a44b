#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 'ringside guard events', 'why' and 'learn': who was denied what, by which
# rule of which file, and a profile that is learned and then denies nothing.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
dir=$(mktemp -d)
trap 'kill "$target" 2>/dev/null; rm -rf "$dir"' EXIT

# count FIELD POLICY: a number of 'list --json'.
count() {
	ringside -j guard list | sed 's/[,{]/&\n/g' | sed -n \
		"/\"name\": \"$2\"/,/persistent/s/.*\"$1\": \([0-9]*\).*/\1/p"
}

# drop POLICY
drop() {
	ringside guard detach "$1" >/dev/null 2>&1
	ringside guard unload "$1" >/dev/null
}

cat >"$dir/no ns.json" <<'JSON'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mount" ], "action": "SCMP_ACT_ERRNO" },
  { "names": [ "unshare" ], "action": "SCMP_ACT_ERRNO" } ] }
JSON
# A shell that asks for a namespace by itself whenever it is told to.
mkfifo "$dir/go"
sh -c "while read -r line <'$dir/go'; do unshare -u true 2>/dev/null; done" &
target=$!
ask() { echo go >"$dir/go"; usleep 500000; }

check "load" ringside guard load ns "$dir/no ns.json"
ringside guard attach ns --tree $target >/dev/null
ask
check "events names program, call, entry and file" \
	exits 0 "unshare(" sh -c "ringside guard events --policy ns | sed 's/ to .*\[.*\] (/(/'"
check "the file" exits 0 "$dir/no ns.json" ringside guard events --policy ns
check "the entry" exits 0 "syscalls\[1]" ringside guard events --policy ns
check "and the errno" exits 0 "fails: EPERM" ringside guard events --policy ns
check_equal "another policy has none" "" "$(ringside guard events --policy x)"
check "JSON: one object a line" exits 0 '"syscall":"unshare"' \
	ringside -j guard events --policy ns
pid=$(ringside -j guard events --policy ns |
	sed -n '1s/.*"pid":\([0-9]*\).*/\1/p')
check "why tells it of a process that is gone" \
	exits 0 "unshare" ringside guard why "$pid"
check "with rule and file" exits 0 "syscalls\[1]" ringside guard why "$pid"
check "why --json" exits 0 '"count": 1' ringside -j guard why "$pid"
check "of others there is no record" exits 0 "no record of the guard" \
	ringside guard why 1
ringside guard events --follow --policy ns >"$dir/follow" &
follower=$!
usleep 500000
ask
usleep 1000000
kill -INT $follower
wait $follower
check_equal "--follow ends in order" 0 $?
check_equal "and has seen both" 2 "$(wc -l <"$dir/follow")"
drop ns

# The same work twice: learned, then enforced.
cat >"$dir/work" <<'SH'
i=0
while [ $i -lt 5 ]; do
	ls / >/dev/null
	cat /proc/self/status >/dev/null
	echo a | grep -q a
	./call32
	unshare -u true
	sleep 0
	i=$((i + 1))
done
echo work done
SH
check "learn a command" exits 0 "different calls" ringside guard learn \
	--output "$dir/p.json" -- sh "$dir/work"
check "the profile can be loaded" ringside guard check "$dir/p.json"
check "it knows i386" grep -q SCMP_ARCH_X86\" "$dir/p.json"
check "and which namespace" grep -q 67108864 "$dir/p.json"
check "load it" ringside guard load learned "$dir/p.json"
ringside guard run --policy learned -- sh "$dir/work" >"$dir/out" 2>&1
check_equal "the work is done as before" "work done" "$(tail -n 1 "$dir/out")"
check_equal "with no denial" 0 "$(count denied learned)"
check_equal "of which there are no records" "" \
	"$(ringside guard events --policy learned)"
drop learned
ringside guard load learned "$dir/p.json" >/dev/null
check "what was not learned is denied" sh -c "
	ringside guard run --policy learned -- chroot / true 2>&1 |
		grep -q 'not permitted'"
drop learned

check "learning leaves nothing loaded" exits 0 "no policy is loaded" \
	ringside guard list
check "a time ends it" ringside guard learn --pid $target --for 1s \
	--output "$dir/q.json"
check "to standard output too" exits 0 SCMP_ACT_ERRNO \
	ringside guard learn --pid $target --for 1s
ringside guard learn --tree $target --output "$dir/r.json" >/dev/null &
learner=$!
usleep 1000000
ask
kill -INT $learner
wait $learner
check "an interrupt ends it and writes all the same" \
	grep -q unshare "$dir/r.json"
check "a target that ends ends it" sh -c "
	sleep 1 & ringside guard learn --pid \$! --output '$dir/s.json'"
check_equal "no target" 2 "$(ringside guard learn 2>/dev/null; echo $?)"
check_equal "no time" 2 "$(ringside guard learn --pid $target --for soon \
	2>/dev/null; echo $?)"
check_equal "no directory" 1 "$(ringside guard learn --pid $target --for 1s \
	--output "$dir/none/x" 2>/dev/null; echo $?)"
check_equal "no such command" 1 "$(ringside guard learn -- /no/such \
	2>/dev/null; echo $?)"
done_testing
