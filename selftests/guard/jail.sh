#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 'ringside guard jail': a command and a tree in a jail, its limits under
# attack, the seal on them, what is told about open directories, and release.
# shellcheck disable=SC2016,SC2317 # scripts for the shell inside; check calls
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
root=$(mktemp -d)
outside=
# shellcheck disable=SC2086 # a list of numbers
trap 'kill $outside 2>/dev/null; ringside guard jail --release t >/dev/null 2>&1
	umount "$root/proc" "$root/cg" 2>/dev/null; rm -rf "$root" "$root.json"' EXIT
mkdir "$root/bin" "$root/proc" "$root/cg" "$root/tmp"
mkdir "$root/dev" && mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
cp /bin/busybox "$root/bin/busybox"
for applet in sh ps kill dd sleep cat ls chroot head mkdir; do
	ln -s busybox "$root/bin/$applet"
done
mount -t proc proc "$root/proc"
mount -t cgroup2 cgroup2 "$root/cg"

# jail [OPTION...] -- SCRIPT: the script's output and status, in a jail.
jail() {
	ringside guard jail --root "$root" --name t "$@" 2>&1
}

# in_jail LIMITS SCRIPT
in_jail() {
	jail ${1:+--limits "$1"} -- /bin/sh -c "$2"
}

# --- A command ---
check_equal "a command runs in the root" "bin cg dev proc tmp" \
	"$(in_jail '' 'ls /' | tr '\n' ' ' | sed 's/ $//')"
in_jail '' 'exit 7' >/dev/null
check_equal "its exit status is ours" 7 $?
check "the jail went with it" exits 0 "no policy is loaded" ringside guard list
check_equal "it sees itself and its children only" "$(printf '1\n')" \
	"$(in_jail '' 'for p in /proc/[0-9]*; do [ ! -e $p ] ||
		[ $p/root -ef / ] || echo other; done; echo 1')"
check_equal "process 1 is not there" "gone" \
	"$(in_jail '' 'kill -0 1 2>/dev/null; [ -e /proc/1 ] && echo there || echo gone')"
check "a second chroot fails" exits 1 "not permitted" \
	jail -- /bin/chroot /tmp /bin/sh
check "a command that is not there" exits 127 "No such file" jail -- /bin/none
check "and leaves nothing" exits 0 "no policy is loaded" ringside guard list

# --- Limits, each attacked ---
# Starts sixty processes and says how many there are, itself not counted.
storm='i=0; while [ $i -lt 60 ]; do sleep 3 & i=$((i + 1)); done
	set -- /proc/[0-9]*; echo $(($# - 1)) >/tmp/born'
in_jail '' "$storm" >/dev/null 2>&1
check_equal "sixty processes without a limit" 60 "$(cat "$root/tmp/born")"
echo cut >"$root/tmp/born"
said=$(in_jail pids=10 "$storm")
check "pids: the fork storm is cut short" \
	sh -c 'case $1 in *"can'"'"'t fork"*) ;; *) echo "$1"; exit 1 ;; esac' - \
	"$said"
check_equal "pids: nobody got to count sixty" cut "$(cat "$root/tmp/born")"
in_jail memory=32M 'dd if=/dev/zero of=/dev/null bs=100M count=1' >/dev/null
check_equal "memory: who takes more is killed" 137 $?
check "memory: who takes less is not" \
	in_jail memory=32M 'dd if=/dev/zero of=/dev/null bs=4M count=1'
in_jail fsize=64K 'dd if=/dev/zero of=/tmp/big bs=16K count=64' >/dev/null 2>&1
check_equal "fsize: the file stops there" 65536 \
	"$(stat -c %s "$root/tmp/big")"
check_equal "nofile" 16 "$(in_jail nofile=16 'ulimit -n')"
spin='i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done'
in_jail cpu=20 "$spin & wait; cat /cg/ringside-jail-t/cpu.stat" >"$root/tmp/stat"
throttled=$(sed -n 's/^nr_throttled //p' "$root/tmp/stat")
check "cpu: who spins is held back" [ "${throttled:-0}" -gt 0 ]

# --- The seal ---
check "a limit is not raised" exits 1 "" \
	jail --limits nofile=16 -- /bin/sh -c 'ulimit -n 1024'
check_equal "a limit may be lowered" 8 \
	"$(in_jail nofile=16 'ulimit -n 8; ulimit -n')"
check_equal "the control group is not left" kept \
	"$(in_jail pids=20 'echo 0 2>/dev/null >/cg/cgroup.procs
		cat /proc/self/cgroup' | sed -n 's/^0::.*ringside-jail-t$/kept/p')"
check_equal "nor changed" kept \
	"$(in_jail pids=20 'echo max 2>/dev/null >/cg/ringside-jail-t/pids.max
		cat /cg/ringside-jail-t/pids.max' | sed 's/^20$/kept/')"
check "no control group is left over" \
	sh -c '! ls -d /sys/fs/cgroup/ringside-jail-* 2>/dev/null'

# --- A profile besides ---
# profile LIMITS: no directory can be made.
profile() {
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{ "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO",
		  "errnoRet": 30 } ], "ringside": { "limits": { %s } } }' \
		"$1" >"$root.json"
}

profile '"nofile": 16, "pids": 20'
with="--profile $root.json"
make='mkdir /tmp/made 2>&1; ulimit -n'
# shellcheck disable=SC2086 # options
check_equal "what the profile denies fails, and its limits hold" \
	"mkdir: can't create directory '/tmp/made': Read-only file system 16" \
	"$(jail $with -- /bin/sh -c "$make" | tr '\n' ' ' | sed 's/ $//')"
# shellcheck disable=SC2086
check_equal "limits of the command line go first" 9 \
	"$(jail $with --limits nofile=9 -- /bin/sh -c 'ulimit -n')"
# shellcheck disable=SC2086
check "it is a jail all the same" exits 1 "not permitted" \
	jail $with -- /bin/chroot /tmp /bin/sh
check "nothing is left of either" exits 0 "no policy is loaded" \
	ringside guard list
echo '{ "defaultAction": "none" }' >"$root.json"
# shellcheck disable=SC2086
check "with a profile that is none nothing is run" exits 1 "line 1, column" \
	jail $with -- /bin/sh -c 'echo ran >/tmp/ran'
check "nor left" exits 0 "no policy is loaded" ringside guard list
check "nothing was run" [ ! -e "$root/tmp/ran" ]
check "a profile's options without one" exits 2 "no --profile" \
	ringside guard jail --root "$root" --skip-unknown

# --- What is chrooted already ---
chroot "$root" /bin/sh -c 'sleep 1000 & wait' 9</ &
outside=$!
chroot "$root" /bin/sleep 1000 &
outside="$outside $!"
usleep 300000
check "a tree that is there" exits 0 "tasks:" \
	ringside guard jail --root "$root" --name t --limits pids=50
check "waits for a confirmation" exits 0 pending ringside guard list
check "by name" exits 0 attached ringside guard confirm t
check "again under that name" exits 1 "a policy of that name" \
	ringside guard jail --root "$root" --name t
check "release" exits 0 released ringside guard jail --release t
profile ''
check "the tree again, with a profile" exits 0 "pending" \
	ringside guard jail --root "$root" --name t --profile "$root.json"
check "both are confirmed" ringside guard confirm t
check_equal "both" 2 "$(ringside guard list | grep -c attached)"
check_equal "for those who are there and who come" "held" \
	"$(chroot "$root" /bin/sh -c 'mkdir /tmp/made 2>/dev/null || echo held')"
check "both are released" exits 0 released ringside guard jail --release t
check "and gone" exits 0 "no policy is loaded" ringside guard list
check "once more" ringside guard jail --root "$root" --name t \
	--profile "$root.json"
check "and both are rolled back" ringside guard rollback t
check_equal "both of them" 2 "$(ringside guard list | grep -c loaded)"
ringside guard unload t.profile >/dev/null
ringside guard unload t >/dev/null
check "and it is gone" exits 0 "no policy is loaded" ringside guard list
out=$(ringside guard jail --json --root "$root" --name t)
check "open directories outside are told" \
	sh -c 'echo "$1" | grep -A 4 open_outside | grep -q "\"fd\": \"9\""' - \
	"$out"
check "with all of the tree" \
	sh -c 'echo "$1" | grep -q "\"tasks\": 3"' - "$out"
check "release of what is pending" exits 0 released \
	ringside guard jail --release t
# shellcheck disable=SC2086 # a list of numbers
kill $outside
for pid in $(pidof sleep); do
	[ "$(readlink "/proc/$pid/root")" != "$root" ] || kill "$pid"
done
usleep 300000

# --- Who comes later ---
late='kill -0 1 2>/dev/null && echo free || echo held'
check "a root where nobody is yet" exits 0 "tasks:    0" \
	ringside guard jail --root "$root" --name t
check_equal "who is chrooted there later is in it" held \
	"$(chroot "$root" /bin/sh -c "$late")"
check "release of an empty jail" exits 0 released \
	ringside guard jail --release t
check_equal "nobody is in it any more" free \
	"$(chroot "$root" /bin/sh -c "$late")"

# --- Who is not meant, and what is wrong ---
check "no root" exits 2 "no --root given" ringside guard jail
check "a root that is not there" exits 1 "/none: No such file" \
	ringside guard jail --root /none
check "the root of all" exits 2 "'/' is no jail" ringside guard jail --root /
check "a limit of no name" exits 2 "'foo' is none of" \
	ringside guard jail --root "$root" --limits foo=1
check "a limit of no value" exits 2 "'pids' is no NAME=VALUE" \
	ringside guard jail --root "$root" --limits pids
check "a limit out of range" exits 2 pids \
	ringside guard jail --root "$root" --limits pids=0
check "release of nothing" exits 1 "none" ringside guard jail --release none
check "release goes alone" exits 2 "--release goes alone" \
	ringside guard jail --release t --root "$root"
done_testing
