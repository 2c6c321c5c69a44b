# SPDX-License-Identifier: GPL-2.0-only
"""What the balloon does for a host that offers this or that: groups report,
features, oom and takeover."""
import time

from checks import (MODULE, REPORTING, SYSFS, TOOL, empty, expect, expect_equal,
                    expect_returned, held_pages)
from guest import MIB
from soak import cycles_under_load


# Group report: free page reporting offered.

def memory_comes_back(guest):
    expect_equal("auto", guest.attr("mode"), "mode")
    expect_equal("report", guest.attr("mode_active"), "mode_active")
    expect_returned(guest, 512 * MIB)
    free = guest.free()
    expect_returned(guest, 512 * MIB)
    lost = free - guest.free()
    expect(lost < 16 * MIB, f"{lost} bytes less are free than before")


def odd_targets_are_met(guest):
    total = empty(guest)
    for pages in (1, 511, 513, 1234, 1000, 1543, 5, 4096, 4095):
        guest.balloon(guest.mem - pages * 4096)
        expect_equal(pages, held_pages(guest), "pages held")
        expect_equal(total - pages * 4096, guest.meminfo("MemTotal"), "MemTotal")
    expect_equal(total, empty(guest), "MemTotal after deflation")


def whole_units_stay_below_the_target(guest):
    total = empty(guest)
    guest.set_attr("fallback_4k", 0)
    # Up, down within a unit, down across one, and up by less than a unit.
    for pages, held in ((511, 0), (1543, 1536), (1540, 1536), (1000, 512), (1023, 512),
                        (512, 512)):
        guest.ask(guest.mem - pages * 4096)
        guest.until(lambda: held_pages(guest) == held and guest.attr("state") == "idle" and
                    int(guest.attr("target_bytes")) == pages * 4096, 30,
                    lambda: f"{held_pages(guest)} pages are held, asked for {pages}")
        expect_equal("0", guest.attr("units_4k"), "single pages held")
        expect_equal(guest.mem - held * 4096, guest.actual(), "what the host sees")
    guest.set_attr("fallback_4k", 1)
    guest.until(lambda: held_pages(guest) == 512, 30, lambda: "the target is not kept")
    expect_equal(total, empty(guest), "MemTotal after deflation")


def every_mode_returns_memory(guest):
    empty(guest)
    for mode in ("strict", "pfn", "4k", "report"):
        guest.set_attr("mode", mode)
        print(f"# mode {mode}")
        expect_returned(guest, 256 * MIB)


def statistics_are_answered(guest):
    path = "/machine/peripheral/balloon"
    guest.qmp("qom-set", path=path, property="guest-stats-polling-interval", value=1)
    get = lambda: guest.qmp("qom-get", path=path, property="guest-stats")
    guest.until(lambda: get()["last-update"], 30, lambda: "no answer")
    first = get()["last-update"]
    guest.until(lambda: get()["last-update"] > first, 30, lambda: "no second answer")
    stats = get()["stats"]
    guest.qmp("qom-set", path=path, property="guest-stats-polling-interval", value=0)
    expect_equal(guest.meminfo("MemTotal"), stats["stat-total-memory"], "total memory")
    near = abs(guest.meminfo("MemFree") - stats["stat-free-memory"])
    expect(near < 32 * MIB, f"free memory is {near} bytes off")
    missing = [name for name, value in stats.items() if value == 2 ** 64 - 1]
    expect(not missing, f"not answered: {missing}")


def guest_adds_what_the_host_does_not_count(guest):
    total = empty(guest)
    guest.set_attr("free_page_reporting", 0)
    guest.touch()
    before = guest.rss()
    guest.sh("ringside balloon set 257M")
    guest.until(lambda: held_pages(guest) == 256 * 256, 30,
                lambda: f"holds {held_pages(guest)} pages")
    had = 256 * MIB - (guest.mem - before)
    gone = before - guest.rss()
    expect(gone >= 0.95 * had, f"only {gone} of {had} bytes came back")
    expect_equal(guest.mem, guest.actual(), "what the host sees")
    guest.balloon(guest.mem - 300 * MIB)
    expect_equal(300 * 256, held_pages(guest), "pages held for the host's larger wish")
    guest.sh("ringside balloon set auto")
    expect_equal(total, empty(guest), "MemTotal after deflation")


def module_goes_with_memory_inside(guest):
    total = empty(guest)
    guest.balloon(guest.mem - 333 * MIB - 4096)
    guest.sh("rmmod ringside_balloon")
    expect_equal(total, guest.meminfo("MemTotal"), "MemTotal without the module")
    guest.sh("insmod " + MODULE)
    guest.until(lambda: guest.actual() == guest.mem - 333 * MIB - 4096, 60,
                lambda: "the target is not reached again")
    expect_equal(total, empty(guest), "MemTotal after deflation")


def module_goes_while_inflating(guest):
    total = empty(guest)
    for pause in range(8):
        guest.ask(guest.mem - 600 * MIB)
        time.sleep(pause * 0.01)
        guest.sh("rmmod ringside_balloon")
        expect_equal(total, guest.meminfo("MemTotal"), f"MemTotal, round {pause}")
        guest.sh("insmod " + MODULE)
    expect_equal(total, empty(guest), "MemTotal after deflation")


def device_is_unbound_under_load(guest):
    total = empty(guest)
    device = guest.sh(f"basename {SYSFS}/virtio*")
    guest.ask(guest.mem - 512 * MIB)
    guest.sh("mkdir -p /mnt/l; mount -t tmpfs l /mnt/l; "
             "(while [ ! -e /tmp/stop ]; do dd if=/dev/zero of=/mnt/l/x bs=1M count=100; "
             "rm /mnt/l/x; done) >/dev/null 2>&1 &")
    for _ in range(10):
        guest.sh(f"echo {device} > {SYSFS}/unbind")
        expect_equal(total, guest.meminfo("MemTotal"), "MemTotal while unbound")
        guest.sh(f"echo {device} > {SYSFS}/bind")
    guest.sh("touch /tmp/stop; wait; rm /tmp/stop; umount /mnt/l")
    expect_equal(total, empty(guest), "MemTotal after deflation")


# Group features: what the host offers decides how it is told.

def memory_comes_back_by_pfn(guest):
    expect_equal("pfn", guest.attr("mode_active"), "mode_active")
    expect_returned(guest, 512 * MIB)
    odd_targets_are_met(guest)
    status, _ = guest.set_attr("mode", "report", check=False)
    expect(status, "report mode can be chosen without the queue")
    status, text = guest.sh("ringside balloon set 64M", check=False)
    expect_equal(1, status, "exit of a size that can not be held")
    expect("report mode" in text, f"the reason is not named: {text}")


# Group oom: the guest may take memory back.

def guest_survives_a_burst(guest):
    total = empty(guest)
    guest.set_attr("floor_bytes", 0)
    guest.set_attr("reserve_bytes", 0)
    guest.ask(40 * MIB)
    # No memory is left to take; a guest this small may already want some back.
    guest.until(lambda: guest.attr("state") in ("backoff", "holdoff"), 120,
                lambda: f"state is {guest.attr('state')}, expected backoff")
    low = guest.actual()
    guest.sh("mkdir -p /mnt/t && mount -t tmpfs -o size=100% t /mnt/t")
    guest.sh("dd if=/dev/zero of=/mnt/t/x bs=1M count=250")
    kills = guest.sh("dmesg | grep -c 'Out of memory\\|oom-kill' || true")
    expect_equal("0", kills, "OOM kills")
    freed = int(guest.attr("oom_released_bytes"))
    print(f"# {freed // MIB} MiB given back on OOM")
    expect(freed >= 32 * MIB, f"only {freed} bytes were given back")
    expect_equal("holdoff", guest.attr("state"), "state")
    expect(guest.actual() > low, "the host was not told")
    guest.sh("umount /mnt/t")
    time.sleep(1)
    expect_equal("holdoff", guest.attr("state"), "state with the target unchanged")
    guest.ask(48 * MIB)
    guest.until(lambda: guest.attr("state") != "holdoff", 30,
                lambda: "a new target did not end the hold")
    expect_equal(total, empty(guest), "MemTotal after deflation")


# Group takeover: the kernel's driver had the device; then the device goes.

def device_is_taken_over_with_memory_inside(guest):
    total = guest.meminfo("MemTotal")
    guest.balloon(guest.mem - 324 * MIB)
    text = guest.sh("ringside balloon takeover")
    expect("virtio_balloon" in text and "ringside_balloon" in text,
           f"before and after are not told: {text}")
    guest.until(lambda: guest.attr("state") == "idle" and
                guest.actual() == guest.mem - 324 * MIB, 60,
                lambda: f"the guest stays at {guest.actual()}")
    expect_equal(324 * 256, held_pages(guest), "pages held")
    expect_equal(total - 324 * MIB, guest.meminfo("MemTotal"), "MemTotal")
    guest.sh("ringside balloon takeover")
    expect_equal(total, empty(guest), "MemTotal after deflation")


def device_goes_with_memory_inside(guest):
    total = empty(guest)
    guest.balloon(guest.mem - 400 * MIB)
    guest.qmp("device_del", id="balloon")
    guest.until(lambda: guest.sh(f"ls {SYSFS} | grep -c virtio || true") == "0", 60,
                lambda: "the device is still there")
    expect_equal(total, guest.meminfo("MemTotal"), "MemTotal without the device")
    status, text = guest.sh("ringside balloon status", check=False)
    expect_equal(1, status, "exit of status without a device")
    expect("no virtio-balloon device" in text, f"the reason is not named: {text}")
    guest.sh("rmmod ringside_balloon")


GROUPS = {
    "report": [(dict(device=REPORTING, add=(TOOL,), run=("--smp", "2")), (
        memory_comes_back, odd_targets_are_met, whole_units_stay_below_the_target,
        every_mode_returns_memory,
        statistics_are_answered, guest_adds_what_the_host_does_not_count,
        module_goes_with_memory_inside, module_goes_while_inflating,
        device_is_unbound_under_load, cycles_under_load))],
    "features": [(dict(device="", add=(TOOL,)), (memory_comes_back_by_pfn,))],
    "oom": [(dict(device="deflate-on-oom=on," + REPORTING, mem=512),
             (guest_survives_a_burst,)),
            (dict(device="deflate-on-oom=on", mem=512), (guest_survives_a_burst,))],
    "takeover": [(dict(device=REPORTING, add=(TOOL,),
                       modules=("virtio_balloon", "ringside_balloon")), (
        device_is_taken_over_with_memory_inside, device_goes_with_memory_inside))],
}
