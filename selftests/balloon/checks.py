# SPDX-License-Identifier: GPL-2.0-only
"""What the tests from the host's side expect of any guest with a balloon."""
import os

from guest import Failure, HERE, MIB

TOOL = os.path.join(HERE, "../../build/user/ringside-static") + ":/usr/bin/ringside"
REPORTING = "free-page-reporting=on"
SYSFS = "/sys/bus/virtio/drivers/ringside_balloon"
MODULE = "/lib/modules/vm/ringside_balloon"


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_equal(want, got, what):
    expect(want == got, f"{what} is {got}, expected {want}")


def held_pages(guest):
    return int(guest.attr("units_2m")) * 512 + int(guest.attr("units_4k"))


def empty(guest):
    """The balloon gives everything back; MemTotal to compare with later."""
    guest.balloon(guest.mem)
    guest.until(lambda: guest.attr("state") == "idle", 30,
                lambda: f"state is {guest.attr('state')}, expected idle")
    expect_equal(0, held_pages(guest), "what the empty balloon holds")
    return guest.meminfo("MemTotal")


def expect_returned(guest, size, counted=True):
    """The host gets at least 95 % of what it had of the memory it asks for.

    Not all of the guest's free memory can be touched before, and what is not
    may go into the balloon first: QEMU had none of that.
    """
    total = empty(guest)
    # Free memory would go back by itself while we measure.
    if "reporting" in guest.attr("features"):
        guest.set_attr("free_page_reporting", 0)
    guest.touch()
    before = guest.rss()
    had = size - (guest.mem - before)
    guest.balloon(guest.mem - size)
    gone = before - guest.rss()
    print(f"# {gone // MIB} of {size // MIB} MiB came back, QEMU had {had // MIB}")
    shown = guest.meminfo("MemTotal")
    expect_equal(size, held_pages(guest) * 4096, "what the balloon holds")
    # What the guest may take back on its own still counts as its memory.
    expect_equal(total - size * counted, shown, "MemTotal with the balloon inflated")
    expect_equal(total, empty(guest), "MemTotal after deflation")
    expect(gone >= 0.95 * had, f"only {gone} of {had} bytes came back")
