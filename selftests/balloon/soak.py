# SPDX-License-Identifier: GPL-2.0-only
"""The balloon in and out under a load on memory: group soak, with CYCLES in the
environment, and a short version of it for everyday use."""
import contextlib
import os
import shutil
import subprocess

from checks import REPORTING, empty, expect, expect_equal
from guest import MIB, Skip

# Who has memory that is not free; slabs outlive a load, and stacks, which are
# in VmallocUsed.
USERS = ("Buffers", "Cached", "AnonPages", "Slab", "PageTables", "Percpu",
         "VmallocUsed")

CYCLES = int(os.environ.get("CYCLES", "1000"))


def event(guest, name):
    return int(guest.sh(f"sed -n 's/^{name} //p' /proc/vmstat") or 0)


def books(guest):
    """What is free, and what is used by somebody whom the kernel names."""
    guest.sh("sync; echo 3 > /proc/sys/vm/drop_caches; "
             "echo 1 > /proc/sys/vm/compact_memory")
    return guest.free(), sum(guest.meminfo(field) for field in USERS)


def cycle(guest, load, stop, cycles, least=100, spread=300):
    """The sizes, in MiB, are odd and each is another, the pauses are the load's."""
    total = empty(guest)
    guest.set_attr("free_page_reporting", 0)
    free, used = books(guest)
    guest.sh(f"({load}) >/tmp/load 2>&1 & echo $! >/tmp/load.pid")
    for number in range(cycles):
        size = (least + number * 37 % spread) * MIB + number * 7 % 512 * 4096
        guest.ask(guest.mem - size)
        guest.until(lambda: guest.actual() == guest.mem - size or
                    guest.attr("state") in ("limited", "backoff"), 120,
                    lambda: f"{guest.actual()} of {size}, {guest.attr('state')}")
        guest.balloon(guest.mem)
    guest.sh(f"{stop}; wait; rm -f /tmp/stop /tmp/load*", check=False)
    expect_equal(total, empty(guest), f"MemTotal after {cycles} cycles")
    inflated, deflated = event(guest, "balloon_inflate"), event(guest, "balloon_deflate")
    expect_equal(inflated, deflated, "what the kernel counted out")
    expect_equal(0, event(guest, "nr_balloon_pages"), "nr_balloon_pages")
    after = books(guest)
    free, used = free - after[0], after[1] - used
    print(f"# {cycles} cycles, {inflated // 256} MiB in and out, {free // 1024} KiB "
          f"less free, {used // 1024} KiB more in use")
    expect(free - used < MIB, f"{free - used} bytes are neither free nor in use")


def cycles_under_load(guest):
    cycle(guest, "mkdir -p /mnt/l; mount -t tmpfs l /mnt/l; while [ ! -e /tmp/stop ]; do "
          "dd if=/dev/zero of=/mnt/l/x bs=1M count=150; rm /mnt/l/x; done; umount /mnt/l",
          "touch /tmp/stop", 20)


def cycles_under_stress_ng(guest):
    cycle(guest, "exec stress-ng --vm 2 --vm-bytes 40% --vm-populate --mmap 1 "
          "--mmap-bytes 20% --fork 2 --timeout 0", "kill $(cat /tmp/load.pid)", CYCLES,
          16, 128)


def stress_ng_files():
    """The program and the libraries that it is linked with; nothing without it."""
    program = shutil.which("stress-ng")
    if not program:
        return []
    output = subprocess.run(["ldd", program], capture_output=True, text=True,
                            check=True).stdout
    paths = [word for word in output.split() if word.startswith("/")]
    return [program] + [f"{os.path.realpath(path)}:{path}" for path in paths]


@contextlib.contextmanager
def stress_ng():
    if not stress_ng_files():
        raise Skip("stress-ng")
    yield


GROUPS = {
    "soak": [(dict(label="stress-ng", device=REPORTING, needs=stress_ng,
                   add=stress_ng_files(), run=("--smp", "2"), timeout=14400),
              (cycles_under_stress_ng,))],
}
