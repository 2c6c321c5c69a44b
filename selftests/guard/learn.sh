#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 'ringside guard learn' of whole groups of processes: of a control group,
# whose profile then denies its own work nothing, of a root, of everyone.
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
[ -e /sys/fs/cgroup/cgroup.procs ] || skip_all "no cgroup2"
dir=$(mktemp -d)
group=/sys/fs/cgroup/learned
name=$(hostname)
mkdir $group "$dir/root"
# "Everyone" is nobody if there are only we, whom an attach passes over.
sleep 600 &
bystander=$!
trap 'kill "$outside" "$bystander" 2>/dev/null; hostname "$name"
	ringside guard detach work >/dev/null 2>&1
	ringside guard unload work >/dev/null 2>&1
	rmdir $group; rm -rf "$dir"' EXIT

# learning OPTION... : begin to learn to $dir/p.json.
learning() {
	rm -f "$dir/p.json"
	ringside guard learn "$@" --output "$dir/p.json" >"$dir/report" &
	learner=$!
	until ringside guard list | grep -q "learn-$learner.*observe"; do
		kill -0 $learner || return
		usleep 100000
	done
}

# learned: end it, as Ctrl-C does.
learned() {
	kill -INT $learner || return
	wait $learner
}

# in_group COMMAND...: through check, as a service manager starts a service.
in_group() {
	# shellcheck disable=SC2016,SC2317 # the shell inside; check calls it
	sh -c 'echo $$ >"$0" && exec "$@"' "$group/cgroup.procs" "$@"
}

# denied: what the policy has denied.
denied() {
	ringside -j guard list | sed -n 's/.*"denied": \([0-9]*\).*/\1/p'
}

# --- A control group with processes, threads and programs ---
learning --cgroup learned
check "the work is done while it is watched" in_group ./learn_work 3 10
learned
check_equal "and learned" 0 $?
check "calls of threads" grep -q '"recvfrom"' "$dir/p.json"
check "of children" grep -q '"chdir"' "$dir/p.json"
check "of programs that they start" grep -q '"execve"' "$dir/p.json"
check "not of anybody else" sh -c "! grep -q sethostname '$dir/p.json'"
check "load what was learned" ringside guard load work "$dir/p.json"
check "attach it to the group" exits 0 "cgroup" \
	ringside guard attach work --cgroup learned
ringside guard confirm work >/dev/null
check "the work is done as before" in_group ./learn_work 3 10
check_equal "nothing of it was denied" 0 "$(denied)"
check "what was not learned is" sh -c "! sh -c 'echo \$\$ >$group/cgroup.procs
	exec hostname other' 2>/dev/null"
check "and counted" sh -c "[ '$(denied)' -gt 0 ]"
ringside guard detach work >/dev/null
ringside guard unload work >/dev/null

# --- The others ---
cp /bin/busybox "$dir/root/busybox"
learning --chroot "$dir/root"
chroot "$dir/root" /busybox hostname other
learned
check "a root" grep -q '"sethostname"' "$dir/p.json"

mkfifo "$dir/go"
sh -c "while read -r line <'$dir/go'; do hostname other; done" &
outside=$!
learning --everyone
echo go >"$dir/go"
usleep 500000
learned
check "everyone" grep -q '"sethostname"' "$dir/p.json"
learning --everyone --except tree:$outside
echo go >"$dir/go"
usleep 500000
learned
check "with an exception" sh -c "! grep -q sethostname '$dir/p.json'"

check "a time ends it" exits 0 "tasks" ringside guard learn --cgroup learned \
	--for 1s --output "$dir/p.json"
check "more than a day, by an attach that is confirmed" \
	sh -c "timeout -s INT 3 ringside guard learn --everyone --for 7d \
		--output '$dir/p.json'; [ -s '$dir/p.json' ]"
check "nothing is left" exits 0 "no policy is loaded" ringside guard list
check_equal "two targets" 2 "$(ringside guard learn --everyone \
	--cgroup learned 2>/dev/null; echo $?)"
check_equal "a target and a command" 2 "$(ringside guard learn --everyone \
	true 2>/dev/null; echo $?)"
check_equal "no such group" 1 "$(ringside guard learn --cgroup no/such \
	2>/dev/null; echo $?)"
done_testing
