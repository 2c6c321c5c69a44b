#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of ringside_balloon that need the host's side of the device.

usage: host.py GROUP KERNEL

Prints TAP. A group shares the machines that it starts; each test leaves an
empty balloon behind.
"""
import os
import sys
import time

from guest import Failure, Guest, HERE, MIB

TOOL = os.path.join(HERE, "../../build/user/ringside-static") + ":/usr/bin/ringside"
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


def expect_returned(guest, size):
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
    expect_equal(total - size, shown, "MemTotal with the balloon inflated")
    expect_equal(total, empty(guest), "MemTotal after deflation")
    expect(gone >= 0.95 * had, f"only {gone} of {had} bytes came back")


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


def cycles_lose_nothing(guest):
    total = empty(guest)
    for size in range(100, 500, 20):
        guest.balloon(guest.mem - size * MIB - size * 4096)
        guest.balloon(guest.mem)
    expect_equal(total, empty(guest), "MemTotal after 20 cycles")


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


REPORTING = "free-page-reporting=on"
GROUPS = {
    "report": [(dict(device=REPORTING, add=(TOOL,)), (
        memory_comes_back, odd_targets_are_met, every_mode_returns_memory,
        statistics_are_answered, guest_adds_what_the_host_does_not_count,
        module_goes_with_memory_inside, module_goes_while_inflating,
        device_is_unbound_under_load, cycles_lose_nothing))],
    "features": [(dict(device=device, add=(TOOL,)), (memory_comes_back_by_pfn,))
                 for device in ("", "free-page-hint=on,iothread=hint," + REPORTING)],
    "oom": [(dict(device="deflate-on-oom=on," + REPORTING, mem=512),
             (guest_survives_a_burst,)),
            (dict(device="deflate-on-oom=on", mem=512), (guest_survives_a_burst,))],
    "takeover": [(dict(device=REPORTING, add=(TOOL,),
                       modules=("virtio_balloon", "ringside_balloon")), (
        device_is_taken_over_with_memory_inside, device_goes_with_memory_inside))],
}


class Tap:
    def __init__(self):
        self.count = self.failed = 0
        print("TAP version 13", flush=True)

    def result(self, name, why=None):
        self.count += 1
        self.failed += why is not None
        print(f"{'ok' if why is None else 'not ok'} {self.count} - {name}", flush=True)
        if why is not None:
            for line in str(why).splitlines():
                print("#", line, flush=True)

    def run(self, name, test, *args):
        try:
            test(*args)
        except (Failure, OSError, ValueError) as error:
            self.result(name, error)
            return False
        self.result(name)
        return True


def run_machine(tap, kernel, options, tests):
    label = options.get("device") or "nothing offered"
    try:
        with Guest(kernel, **options) as guest:
            for test in tests:
                name = f"{test.__name__.replace('_', ' ')} ({label})"
                if not tap.run(name, test, guest):
                    for line in guest.sh("dmesg | tail -n 5", check=False)[1].splitlines():
                        print("#", line)
            tap.run(f"the guest ends well ({label})", guest.finish)
    except (Failure, OSError) as error:
        tap.result(f"the machine runs ({label})", error)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in GROUPS:
        sys.exit(__doc__)
    tap = Tap()
    for options, tests in GROUPS[sys.argv[1]]:
        run_machine(tap, sys.argv[2], options, tests)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
