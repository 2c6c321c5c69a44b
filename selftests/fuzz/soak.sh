#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the fuzzer, with other things that nothing good can be expected
# of beside it, until the time is over. What it says about the fuzzer is TAP;
# lines that begin with "# soak" are for the report.
#
#	soak.sh SECONDS KILLS [ARGUMENT OF guest_fuzz...]
seconds=$1 kills=$2
shift 2
here=$(dirname "$0")

# Whoever a policy ends, or the lack of memory, begins again.
again() { # NAME COMMAND...
	name=$1 rounds=0
	shift
	while [ ! -e /tmp/soak-end ]; do
		"$@" >"/tmp/soak-$name.out" 2>&1
		rounds=$((rounds + 1))
		echo "$rounds" >"/tmp/soak-$name"
		sleep 1
	done
}

stress() {
	timeout 120 stress-ng --fork 1 --vm 1 --vm-bytes 15% --mmap 1 \
		--mmap-bytes 10% --pipe 1 --switch 1 --timeout 60
}

# Not as root: it would end the machine. Without descriptors that it dies of
# where there are none, and files to play with instead of all of /proc.
trinity_once() {
	mkdir -p /tmp/trinity/files && touch /tmp/trinity/files/a &&
		chmod -R 777 /tmp/trinity
	(cd /tmp/trinity && timeout 120 su -s /bin/sh nobody -c \
		'exec trinity -q -q -C 2 -N 20000 -l off -V /tmp/trinity/files \
		--disable-fds=drm --disable-fds=sockets')
	sed -n 's/.*Ran \([0-9]*\) syscalls.*/\1/p' /tmp/soak-trinity.out |
		tail -n 1 >>/tmp/soak-trinity-calls
}

grep -q '^nobody:' /etc/passwd 2>/dev/null ||
	echo 'nobody:x:65534:65534::/tmp:/bin/sh' >>/etc/passwd
status=0
if [ "$kills" -gt 0 ]; then
	(cd "$here/../fault" && KILLS=$kills ./chaos_test) || status=1
	echo "# soak kills $kills"
fi
: >/tmp/soak-trinity-calls
pids=
for name in stress trinity_once; do
	command -v "${name%_once}" "${name}-ng" >/dev/null || {
		echo "# soak without ${name%_once}"
		continue
	}
	again "${name%_once}" "$name" &
	pids="$pids $!"
done
"$here/guest_fuzz" -n 1000000000000 -t "$seconds" "$@" || status=1
touch /tmp/soak-end
killall stress-ng trinity 2>/dev/null
# shellcheck disable=SC2086 # a list
wait $pids
echo "# soak stress-ng $(cat /tmp/soak-stress 2>/dev/null || echo 0)"
echo "# soak trinity $(awk '{ n += $1 } END { print n + 0 }' /tmp/soak-trinity-calls)"
exit $status
