#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The limit of the overcommit scenario on cgroup v2: what is put into it counts,
and dies beyond it. Prints one line, or fails.

In selftests/overcommit the limit is the best that the machine has; this one runs
where that is cgroup v2.
"""
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

import budget as budgets

MIB = budgets.MIB
LIMIT = 96 * MIB
HOG = "import sys; x = bytearray({0} << 20); x[::4096] = b'x' * len(x[::4096]); print('has', flush=True); sys.stdin.read()"


def start(budget, mib):
    """A process that has so much memory and waits; the join is a machine's."""
    return subprocess.Popen(["sh", "-c", budget.join + ' && exec "$@"', "sh", sys.executable,
                             "-c", HOG.format(mib)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main():
    budget = budgets.ordinary(LIMIT)
    assert isinstance(budget, budgets.CgroupV2), budget.name
    try:
        one = start(budget, 40)
        assert one.stdout.readline() == "has\n"
        usage = budget.usage()
        assert 40 * MIB <= usage <= 70 * MIB, usage
        before = budget.numbers()
        assert before["oom_kill"] == before["failcnt"] == 0, before
        two = start(budget, 100)
        assert two.wait() == -signal.SIGKILL, two.returncode
        after = budget.numbers()
        assert after["oom_kill"] >= 1 and after["failcnt"] >= 1, after
        assert usage <= after["peak"] <= LIMIT, after
        if one.poll() is None:
            one.communicate("")
    finally:
        budget.close()
    assert not os.path.exists(budget.dir), budget.dir
    print(f"{budget.name}: {usage // MIB} MiB of 40, killed beyond {LIMIT // MIB}")


main()
