# SPDX-License-Identifier: GPL-2.0-only
"""A guest in which the kernel's balloon driver and ours take turns at the same
device, and the means to measure what one turn costs the host.

CPU time is that of the whole QEMU process, all threads, in nanoseconds.
"""
import os
import sys
import time
from collections import namedtuple

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(BENCH, "../balloon"))
from guest import Failure, Guest, MIB  # noqa: E402

STOCK = "virtio_balloon"
OURS = "ringside_balloon"
DRIVERS = "/sys/bus/virtio/drivers"
REPORTING = "free-page-reporting=on"
TEST_MODULES = ("rs_touch", "rs_fragment")
POLL = 0.002

# What one action cost, and how much memory it moved. Of the CPU time user_ms is
# the guest's own and QEMU's; the rest is what the host's kernel did for them.
Sample = namedtuple("Sample", "ms cpu_ms user_ms size")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


class Missing(Exception):
    """What this host does not have."""


class HugePages:
    """All huge pages of this host, for a while; there are none before and after."""

    PATH = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"

    def __init__(self, pages):
        self.pages = pages

    def read(self):
        with open(self.PATH) as file:
            return int(file.read())

    def write(self, pages):
        with open(self.PATH, "w") as file:
            file.write(str(pages))

    def __enter__(self):
        deadline = time.monotonic() + 600
        try:
            while self.read():
                if time.monotonic() > deadline:
                    raise Missing("somebody else uses this host's 2 MiB pages")
                time.sleep(1)
            self.write(self.pages)
            found = self.read()
        except OSError as error:
            raise Missing(f"{self.PATH}: {error.strerror}") from error
        if found != self.pages:
            self.write(0)
            raise Missing(f"this host has only {found} of {self.pages} pages of 2 MiB")

    def __exit__(self, *exc):
        self.write(0)


def memory_backend(kind, mem):
    """QEMU's arguments for the guest's memory; it is anonymous without any."""
    if kind == "anonymous":
        return ()
    huge = ",hugetlb=on,hugetlbsize=2M" if kind == "hugetlb" else ""
    return ("-object", f"memory-backend-memfd,id=ram,size={mem}M,share=on{huge}",
            "-machine", "memory-backend=ram")


class Machine(Guest):
    """As Guest; no driver is bound to the device until bind()."""

    def __init__(self, kernel, release, init_on_alloc, device=REPORTING, mem=1024,
                 memory="anonymous", modules=(), add=(), run=(), qemu=()):
        built = os.path.join(BENCH, "../../build", release, "selftests/mods")
        add = [*add, *(f"{built}/{name}.ko:/bench/{name}.ko" for name in TEST_MODULES)]
        run = [*run]
        for word in (*memory_backend(memory, mem), *qemu):
            run += ["--qemu", word]
        super().__init__(kernel, device=device, mem=mem, modules=(STOCK, OURS, *modules),
                         add=add, run=run, timeout=3600,
                         append=f"init_on_alloc={init_on_alloc}")
        self.release, self.init_on_alloc = release, init_on_alloc
        self.sh("echo 0 > /proc/sys/kernel/printk")
        self.device = self.sh(f"cd {DRIVERS}/{STOCK} && echo virtio[0-9]*")
        self.driver = "stock"
        self.unbind()

    def module(self):
        return STOCK if self.driver == "stock" else OURS

    def bind(self, driver):
        """driver: stock, or one of our modes."""
        self.driver = driver
        self.sh(f"echo {self.device} > {DRIVERS}/{self.module()}/bind")
        if driver != "stock":
            self.set_attr("mode", driver)

    def unbind(self):
        self.sh(f"echo {self.device} > {DRIVERS}/{self.module()}/unbind")
        self.driver = None

    def no_limits(self):
        """Ours goes as far down as stock does."""
        if self.driver != "stock":
            for name in ("floor_bytes", "reserve_bytes"):
                self.set_attr(name, 0)

    def cpu_ns(self):
        # CPUCLOCK_SCHED of another process, see clock_getcpuclockid(3): ticks
        # are too coarse for what takes a few milliseconds.
        return time.clock_gettime_ns((~self.pid << 3) | 2)

    def user_ms(self):
        """In ticks of 10 ms: for what takes a good part of a second."""
        with open(f"/proc/{self.pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[11]) * TICK_MS

    def timed(self, action):
        before, user = self.actual(), self.user_ms()
        cpu, wall = self.cpu_ns(), time.monotonic_ns()
        action()
        wall, cpu = time.monotonic_ns() - wall, self.cpu_ns() - cpu
        user = self.user_ms() - user
        return Sample(wall / 1e6, cpu / 1e6, user, abs(self.actual() - before))

    def move(self, size, timeout=120):
        """Ask for a size and look each 2 ms whether the guest has it.

        After the timeout the sample tells how far it came.
        """
        def until_there():
            deadline = time.monotonic() + timeout
            self.ask(size)
            while self.actual() != size and time.monotonic() < deadline:
                time.sleep(POLL)
        return self.timed(until_there)

    def empty(self):
        """The balloon is empty; a Failure if it does not become so."""
        sample = self.move(self.mem)
        if self.actual() != self.mem:
            raise Failure(f"{self.driver}: does not deflate beyond {self.actual()}")
        return sample

    def touch_free(self):
        """QEMU has all of the guest's free memory."""
        # First merge what waits on the lists of processors.
        self.sh("echo 1 > /proc/sys/vm/compact_memory; "
                "insmod /bench/rs_touch.ko && rmmod rs_touch")

    def ram(self, *fields):
        """How much of the guest's memory QEMU has, in any kind of page."""
        fields = fields or ("Rss", "Shared_Hugetlb", "Private_Hugetlb")
        most = size = total = 0
        with open(f"/proc/{self.pid}/smaps") as maps:
            for line in maps:
                name, _, rest = line.partition(":")
                if name == "Size":
                    size, total = int(rest.split()[0]) << 10, 0
                elif name in fields and size >= self.mem:
                    total += int(rest.split()[0]) << 10
                    most = max(most, total)
        return most

    def huge(self):
        """How much of it is in transparent huge pages."""
        return self.ram("AnonHugePages")

    def heal(self):
        """Let the host have huge pages again where a driver broke them up.

        What was dropped in whole huge pages comes back in huge pages.
        """
        self.bind("report")
        self.no_limits()
        self.move((self.mem - self.meminfo("MemAvailable") + 32 * MIB) & ~(2 * MIB - 1), 10)
        self.empty()
        self.unbind()
        self.touch_free()
