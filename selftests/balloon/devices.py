# SPDX-License-Identifier: GPL-2.0-only
"""Balloons of every kind: groups backends (what the guest's memory is on the
host) and plug (every combination of QEMU's features, and sleep)."""
import contextlib
import fcntl
import itertools
import os
import tempfile

from checks import (REPORTING, SYSFS, empty, expect_equal,
                    expect_returned, held_pages)
from guest import MIB, Skip

HUGE_PAGES = "/proc/sys/vm/nr_hugepages"


# Group backends.

def add_huge_pages(number):
    """Several kernels are tested at a time; each adds and takes its own."""
    lock = os.path.join(tempfile.gettempdir(), "ringside-hugepages")
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with open(HUGE_PAGES, "r+") as pages:
            want = int(pages.read()) + number
            pages.seek(0)
            pages.write(str(want))
        with open(HUGE_PAGES) as pages:
            return int(pages.read()) == want


@contextlib.contextmanager
def huge_pages(number):
    """The host's pool of huge pages is so much larger for a while."""
    if os.geteuid():
        raise Skip("only root can reserve huge pages")
    try:
        got = add_huge_pages(number)
    except OSError as error:
        raise Skip(f"no huge pages: {error}") from error
    try:
        if not got:
            raise Skip("the host has no memory for huge pages")
        yield
    finally:
        add_huge_pages(-number)


def backend(mem, kind):
    """QEMU's arguments for memory of that kind."""
    return ("-object", f"memory-backend-{kind},id=ram,size={mem}M",
            "-machine", "memory-backend=ram")


def every_mode_returns_memory(guest):
    for mode in ("auto", "strict", "pfn"):
        guest.set_attr("mode", mode)
        print(f"# mode {mode}")
        expect_returned(guest, 128 * MIB)
    guest.set_attr("mode", "auto")


def whole_huge_pages_return(guest):
    """A host drops nothing of a huge page but the whole of it at once."""
    for mode, pfns in (("auto", 256), ("strict", 256), ("pfn", 512)):
        empty(guest)
        guest.set_attr("mode", mode)
        guest.set_attr("pfns_per_buf", pfns)
        print(f"# mode {mode}, {pfns} PFNs in a buffer")
        expect_returned(guest, 128 * MIB)
    guest.set_attr("mode", "auto")


# Group plug.

def expected_features(offered):
    """PAGE_POISON is for guests that expect something of a free page."""
    names = ("deflate-on-oom", "free-page-hint", "reporting")
    offered = {name.replace("free-page-reporting", "reporting") for name in offered}
    return " ".join(["stats", *(name for name in names if name in offered)])


def plug(guest, properties):
    guest.qmp("device_add", driver="virtio-balloon-pci", id="balloon", **properties)
    guest.until(lambda: guest.sh(f"ls {SYSFS} | grep -c virtio || true") == "1", 60,
                lambda: "the device does not appear")


def unplug(guest):
    guest.qmp("device_del", id="balloon")
    guest.until(lambda: guest.sh(f"ls {SYSFS} | grep -c virtio || true") == "0", 60,
                lambda: "the device is still there")
    guest.until(lambda: not any(child["name"] == "balloon" for child in
                                guest.qmp("qom-list", path="/machine/peripheral")),
                60, lambda: "QEMU still has the device")


def every_combination_returns_memory(guest):
    names = ("free-page-hint", "free-page-reporting", "deflate-on-oom", "page-poison")
    total = guest.meminfo("MemTotal")
    for chosen in itertools.product((False, True), repeat=len(names)):
        properties = dict(zip(names, chosen))
        offered = [name for name in names if properties[name]]
        print("# offered:", *offered)
        if properties["free-page-hint"]:
            properties["iothread"] = "hint"
        plug(guest, properties)
        expect_equal(expected_features(offered), guest.attr("features"), "features")
        expect_returned(guest, 100 * MIB, counted=not properties["deflate-on-oom"])
        guest.balloon(guest.mem - 40 * MIB)
        unplug(guest)
        expect_equal(total, guest.meminfo("MemTotal"), "MemTotal without the device")


def guest_sleeps_without_a_balloon(guest):
    if "mem" not in guest.sh("cat /sys/power/state").split():
        raise Skip("suspend to memory in this kernel")
    plug(guest, {"free-page-reporting": True})
    total = empty(guest)
    guest.balloon(guest.mem - 77 * MIB)
    guest.sh("echo 3 > /proc/sys/vm/drop_caches; (sleep 1; echo mem > /sys/power/state) "
             ">/dev/null 2>&1 &")
    guest.until(lambda: guest.qmp("query-status")["status"] == "suspended", 60,
                lambda: "the guest does not sleep")
    expect_equal(guest.mem, guest.actual(), "what a sleeping guest has")
    guest.ask(guest.mem - 55 * MIB)
    guest.qmp("system_wakeup")
    guest.until(lambda: guest.actual() == guest.mem - 55 * MIB, 60,
                lambda: f"the guest stays at {guest.actual()} after sleep")
    expect_equal(55 * 256, held_pages(guest), "pages held")
    expect_equal(total, empty(guest), "MemTotal after deflation")
    unplug(guest)


def guest_goes_with_pages_inside(guest):
    """The last test of a machine: that it ends well is the next one."""
    plug(guest, {"free-page-reporting": True})
    guest.balloon(guest.mem - 77 * MIB)
    expect_equal(77 * 256, held_pages(guest), "pages held")


SMALL = 640
GROUPS = {
    "backends": [
        (dict(label="memfd", mem=SMALL, device=REPORTING,
              qemu=backend(SMALL, "memfd,share=on")), (every_mode_returns_memory,)),
        (dict(label="huge pages", mem=SMALL, device=REPORTING,
              needs=lambda: huge_pages(SMALL // 2),
              qemu=backend(SMALL, "memfd,share=on,hugetlb=on,hugetlbsize=2M")),
         (whole_huge_pages_return,))],
    "plug": [(dict(label="plugged", mem=384, device=None), (
        every_combination_returns_memory, guest_sleeps_without_a_balloon,
        guest_goes_with_pages_inside))],
}
