# SPDX-License-Identifier: GPL-2.0-only
"""The memory that the host has for the machines, and what happens beyond it.

One class for each way to limit it, all with the same face: join (shell lines
that put a starting QEMU inside), usage, numbers, check, close.

cgroup v1, cgroup v2	a memory cgroup without swap; the kernel kills
watchdog		no cgroup can be made here: the sum of Pss every 50 ms; the
			largest machine is killed when it is beyond the limit
pool			2 MiB pages of hugetlbfs, exactly as many as the budget; a
			machine that finds it empty dies of SIGBUS
"""
import os
import signal
import threading
import time

MIB = 1 << 20
HUGE = 2 * MIB
NAME = "ringside-overcommit"


class Unusable(Exception):
    """This way to limit memory does not exist here."""


def read(path):
    with open(path) as file:
        return file.read()


def write(path, value):
    with open(path, "w") as file:
        file.write(str(value))


def memory_of(pid):
    """What a process has, in bytes: its share of pages, and of huge pages."""
    total = huge = 0
    try:
        for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
            field = line.split(":")[0]
            if field == "Pss":
                total += int(line.split()[1]) << 10
            elif field in ("Private_Hugetlb", "Shared_Hugetlb"):
                huge += int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass    # it died, or dies just now
    return total, huge


class Cgroup:
    """A group below the root, where nobody else's limit is in the way."""

    def __init__(self, root, limit):
        self.limit = limit
        self.dir = os.path.join(root, f"{NAME}.{os.getpid()}")
        os.mkdir(self.dir)
        try:
            self.set_limit()
        except OSError as error:
            os.rmdir(self.dir)
            raise Unusable(f"{self.dir}: {error.strerror}") from error
        self.join = f"echo $$ >{self.dir}/cgroup.procs"

    def file(self, name):
        return read(os.path.join(self.dir, name))

    def field(self, name, key):
        for line in self.file(name).splitlines():
            if line.split()[0] == key:
                return int(line.split()[1])
        raise Unusable(f"{self.dir}/{name} has no {key}")

    def for_all(self, _):
        return self.limit

    def watch(self, pids):
        """The kernel looks after the limit."""

    def check(self):
        """Nobody else can change it."""

    def close(self):
        # The processes are gone, the kernel may still be counting.
        for _ in range(50):
            try:
                os.rmdir(self.dir)
                return
            except OSError:
                time.sleep(0.1)


class CgroupV1(Cgroup):
    name = "cgroup v1 memory controller"

    def __init__(self, limit):
        root = "/sys/fs/cgroup/memory"
        if not os.path.exists(root + "/memory.limit_in_bytes"):
            raise Unusable("no cgroup v1 memory controller")
        super().__init__(root, limit)

    def set_limit(self):
        write(self.dir + "/memory.limit_in_bytes", self.limit)
        # Only where there is swap: what hits both limits is not counted at the
        # first one, and newer kernels do not count at this one.
        if len(read("/proc/swaps").splitlines()) > 1:
            write(self.dir + "/memory.memsw.limit_in_bytes", self.limit)

    def usage(self):
        return int(self.file("memory.usage_in_bytes"))

    def failcnt(self):
        counts = [int(self.file("memory.failcnt"))]
        if os.path.exists(self.dir + "/memory.memsw.failcnt"):
            counts.append(int(self.file("memory.memsw.failcnt")))
        return sum(counts)

    def numbers(self):
        return {"peak": int(self.file("memory.max_usage_in_bytes")), "failcnt": self.failcnt(),
                "oom_kill": self.field("memory.oom_control", "oom_kill")}


class CgroupV2(Cgroup):
    name = "cgroup v2 memory controller"

    def __init__(self, limit):
        root = "/sys/fs/cgroup"
        if not os.path.exists(root + "/cgroup.subtree_control"):
            raise Unusable("no cgroup v2 on /sys/fs/cgroup")
        if "memory" not in read(root + "/cgroup.subtree_control").split():
            write(root + "/cgroup.subtree_control", "+memory")
        self.peak = 0
        super().__init__(root, limit)

    def set_limit(self):
        write(self.dir + "/memory.max", self.limit)
        if os.path.exists(self.dir + "/memory.swap.max"):
            write(self.dir + "/memory.swap.max", 0)

    def usage(self):
        usage = int(self.file("memory.current"))
        self.peak = max(self.peak, usage)
        return usage

    def numbers(self):
        # memory.peak came with Linux 5.19.
        if os.path.exists(self.dir + "/memory.peak"):
            self.peak = int(self.file("memory.peak"))
        return {"peak": self.peak, "failcnt": self.field("memory.events", "max"),
                "oom_kill": self.field("memory.events", "oom_kill")}


class Watchdog:
    name = "watchdog over the sum of Pss (no memory cgroup can be made here)"
    join = ":"

    def __init__(self, limit):
        self.limit = limit
        self.pids = []
        self.peak = self.over = self.kills = 0
        self.done = threading.Event()
        self.thread = None

    def for_all(self, _):
        return self.limit

    def usage(self):
        return sum(memory_of(pid)[0] for pid in self.pids)

    def watch(self, pids):
        self.pids = list(pids)
        self.thread = threading.Thread(target=self.patrol, daemon=True)
        self.thread.start()

    def patrol(self):
        while not self.done.wait(0.05):
            sizes = {pid: memory_of(pid)[0] for pid in self.pids}
            self.peak = max(self.peak, sum(sizes.values()))
            if sum(sizes.values()) > self.limit:
                self.over += 1
                self.kills += 1
                largest = max(sizes, key=sizes.get)
                os.kill(largest, signal.SIGKILL)
                self.pids.remove(largest)

    def numbers(self):
        return {"peak": self.peak, "failcnt": self.over, "oom_kill": self.kills}

    def check(self):
        """Nobody else can change it."""

    def close(self):
        self.done.set()
        if self.thread:
            self.thread.join()


class Pool:
    """All huge pages of the machine: they are not charged to a memory cgroup."""

    name = "pool of 2 MiB pages"
    join = ":"
    dir = "/sys/kernel/mm/hugepages/hugepages-2048kB/"

    def __init__(self, limit):
        self.limit = limit
        self.pages = limit // HUGE
        self.peak = self.exhausted = 0
        if self.count("nr_hugepages"):
            raise Unusable("somebody else has a pool of 2 MiB pages")
        try:
            write(self.dir + "nr_hugepages", self.pages)
        except OSError as error:
            raise Unusable(f"{self.dir}: {error.strerror}") from error
        try:
            self.check()
        except Unusable:
            self.close()
            raise

    def count(self, name):
        try:
            return int(read(self.dir + name))
        except OSError as error:
            raise Unusable(f"{self.dir}: {error.strerror}") from error

    def for_all(self, machines):
        """The pool and what the emulators have beside it, which also counts there."""
        return self.limit + sum(memory_of(machine.pid)[0] for machine in machines)

    def usage(self):
        used = (self.pages - self.count("free_hugepages")) * HUGE
        self.peak = max(self.peak, used)
        self.exhausted += used == self.limit
        return used

    def watch(self, pids):
        """The kernel looks after it."""

    def numbers(self):
        # The kernel keeps no peak and does not count who found it empty: this
        # is what was seen, a hundred times a second. Who found it empty is dead.
        return {"peak": self.peak, "failcnt": self.exhausted, "oom_kill": None}

    def check(self):
        """The pool is the whole machine's: somebody else may have changed it."""
        found = self.count("nr_hugepages")
        if found != self.pages or self.count("surplus_hugepages"):
            raise Unusable(f"the pool has {found} pages instead of {self.pages}")

    def close(self):
        write(self.dir + "nr_hugepages", 0)


def ordinary(limit):
    """The best of what this machine has."""
    for kind in (CgroupV2, CgroupV1):
        try:
            return kind(limit)
        except (Unusable, OSError):
            continue
    return Watchdog(limit)
