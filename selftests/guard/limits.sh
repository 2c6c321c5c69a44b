#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The limits of a profile: explained, put on what 'ringside guard run' starts,
# sealed there, and refused where they could not be undone.
# shellcheck disable=SC2016 # scripts are for the shell inside
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
[ -e /sys/fs/cgroup/cgroup.procs ] || skip_all "no cgroup2"
dir=$(mktemp -d)
knob=/sys/kernel/mm/lru_gen/min_ttl_ms
trap 'rm -rf "$dir"' EXIT

# profile LIMITS: a profile that denies nothing but to exceed these.
profile() {
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n  "ringside": %s }\n' \
		"{ \"limits\": { $1 } }" >"$dir/p.json"
}

# run LIMITS SCRIPT: its output and status, under a profile with these limits.
run() {
	profile "$1"
	ringside guard run --profile "$dir/p.json" -- /bin/sh -c "$2" 2>&1
}

profile '"pids": 10, "memory": "32M"'
check "check explains them" exits 0 "at most 10 threads" \
	ringside guard check "$dir/p.json"
check "sizes in bytes" exits 0 "at most 33554432 bytes of memory" \
	ringside guard check "$dir/p.json"
check "load does not take what it could not undo" exits 1 "it has limits" \
	ringside guard load p "$dir/p.json"
check "unless it is told to pass them over" exits 0 "limits are passed over" \
	ringside guard load p --skip-limits "$dir/p.json"
check "and then does" ringside guard unload p
check "nothing is loaded" exits 0 "no policy is loaded" ringside guard list
profile '"pids": 0'
check "a limit out of range has a place" \
	exits 1 "line 2, column .*not in 1 to 4194304" \
	ringside guard run --profile "$dir/p.json" -- true

check_equal "what is within them runs" "done" \
	"$(run '"pids": 10, "memory": "32M", "cpu": 90, "nofile": 64' 'echo done')"
run '"pids": 10' 'exit 7' >/dev/null
check_equal "with its own exit status" 7 $?
# The kernel ends what a storm leaves behind, which keeps the policy otherwise.
tidy() {
	for left in /sys/fs/cgroup/ringside-run.*; do
		[ -d "$left" ] || continue
		echo 1 >"$left/cgroup.kill"
		policy=${left#*ringside-}
		until rmdir "$left" 2>/dev/null; do usleep 100000; done
		ringside guard detach "$policy" >/dev/null
		ringside guard unload "$policy" >/dev/null
	done
}

storm='i=0; while [ $i -lt 30 ]; do sleep 60 & i=$((i + 1)); done; echo all'
run '"pids": 100' "$storm" >"$dir/said"
check "pids: below the limit thirty start" grep -q all "$dir/said"
check "who leaves some behind is told" grep -q "30 tasks are left" "$dir/said"
tidy
run '"pids": 10' "$storm" >"$dir/said"
check "pids: at the limit they do not" grep -q "can't fork" "$dir/said"
check "the storm is not all" sh -c "! grep -q all '$dir/said'"
tidy
run '"memory": "32M"' 'dd if=/dev/zero of=/dev/null bs=100M count=1' >/dev/null
check_equal "memory: who takes more is killed" 137 $?
run '"fsize": "64K"' "dd if=/dev/zero of=$dir/big bs=16K count=64" >/dev/null
check_equal "fsize: the file stops there" 65536 "$(stat -c %s "$dir/big")"
check_equal "nofile" 16 "$(run '"nofile": 16' 'ulimit -n')"
spin='i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done
	sed -n "s/^nr_throttled //p" /sys/fs/cgroup/ringside-run.*/cpu.stat'
check "cpu: who spins is held back" [ "$(run '"cpu": 20' "$spin")" -gt 0 ]

check_equal "a limit is not raised" 16 \
	"$(run '"nofile": 16' 'ulimit -n 1024 2>/dev/null || ulimit -n')"
check_equal "it may be lowered" 8 "$(run '"nofile": 16' 'ulimit -n 8; ulimit -n')"
check_equal "a limit that the profile does not name is not raised" refused \
	"$(run '"nofile": 16' 'ulimit -Hc 0; ulimit -Hc 1 2>/dev/null || echo refused')"
for attack in 'echo 0 >/sys/fs/cgroup/cgroup.procs' \
	'for f in /sys/fs/cgroup/ringside-run.*/pids.max; do echo max >$f; done' \
	': >/sys/fs/cgroup/cgroup.procs' 'echo 0 >&9' \
	'mkdir /sys/fs/cgroup/mine' 'rmdir /sys/fs/cgroup/theirs'; do
	mkdir /sys/fs/cgroup/theirs 2>/dev/null
	check "sealed: $attack" sh -c 'case $1 in *"not permitted"*) ;;
		*) echo "$1"; exit 1 ;; esac' - \
		"$(run '"pids": 20' "$attack" 9>/sys/fs/cgroup/cgroup.procs)"
done
rmdir /sys/fs/cgroup/theirs /sys/fs/cgroup/mine 2>/dev/null
if [ -e $knob ]; then
	check "no jail: other knobs can be turned" \
		run '"pids": 20' "cat $knob >$dir/v && cat $dir/v >$knob"
else
	skip "no jail: other knobs can be turned" "no $knob"
fi
check "without limits nothing is sealed" sh -c "
	printf '{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }' >$dir/p.json
	ringside guard run --profile $dir/p.json -- mkdir /sys/fs/cgroup/mine"
rmdir /sys/fs/cgroup/mine

check "no control group is left over" \
	sh -c '! ls -d /sys/fs/cgroup/ringside-run.* 2>/dev/null'
check "no policy is left" exits 0 "no policy is loaded" ringside guard list
done_testing
