#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The host manager with one real machine: QEMU, and ringside_balloon in it.

usage: host.py KERNEL

Prints TAP. What needs several machines is in selftests/overcommit.
"""
import os
import sys
import time

sys.dont_write_bytecode = True

from manager import Bench, Failure, MIB, TOP, expect, expect_equal, tool, until

sys.path.insert(0, os.path.join(TOP, "selftests/balloon"))
from guest import Failure as GuestFailure, Guest

RAM = 512
SMALL = 480
# So little that the guest can not do with it, and all are short of memory.
TINY = 240
# What a machine that does nothing may come to use in some seconds.
NOISE = 16 * MIB
DEVICE = "free-page-reporting=on,deflate-on-oom=on"


def config(bench, budget, more=""):
    return bench.write("config", f"""\
budget = {budget}M
slack = 32M
reserve = 16M
{more}
[vm guest]
socket = {bench.path("guest.qmp")}
min = 96M
""")


def settled(manager, guest):
    vm = manager.vm("guest")
    return vm["actual_bytes"] == vm["target_bytes"] == guest.actual() and vm


def a_guest_is_found_and_measured(bench, guest, manager):
    vm = manager.wait_vm("guest", lambda vm: vm["guest"] and vm["actual_bytes"],
                         "is not known")
    expect_equal(guest.pid, vm["pid"], "the process of QEMU")
    expect_equal(RAM * MIB, vm["ram_bytes"], "memory of the machine")
    expect_equal("/machine/peripheral/balloon", vm["monitor"]["device"], "balloon")
    told = guest.meminfo("MemTotal")
    near = abs(vm["guest"]["total_bytes"] - told)
    expect(near < 64 * MIB, f"the guest says {told}, the manager {vm['guest']}")
    expect(vm["measured_bytes"] >= guest.rss(), f"less measured than RSS: {vm}")


def emulator(pid):
    """What of the process is in no mapping as large as the guest."""
    total = guest = 0
    inside = False
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            word = line.split()[0]
            if not word.endswith(":"):
                start, end = (int(x, 16) for x in word.split("-"))
                inside = end - start == RAM * MIB and line.split()[1].startswith("rw-")
            elif word in ("Pss:", "SwapPss:", "Private_Hugetlb:", "Shared_Hugetlb:"):
                total += int(line.split()[1]) << 10
                guest += inside * int(line.split()[1]) << 10
    expect(guest > 0, "the guest's memory is not among the mappings")
    return total - guest


def the_emulator_is_told_apart(bench, guest, manager):
    vm = manager.wait_vm("guest", lambda vm: vm["overhead_bytes"], "is one piece")
    own = emulator(guest.pid)
    print(f"# QEMU itself: {own // MIB} MiB, {vm['overhead_bytes'] // MIB} says the manager")
    expect(abs(vm["overhead_bytes"] - own) < 32 * MIB, f"{own} and {vm}")


def it_gives_memory_until_the_budget_is_kept(bench, guest, manager):
    before = guest.rss()
    config(bench, SMALL)
    manager.hup()
    vm = until(lambda: (lambda s: s["budget_bytes"] == SMALL * MIB and not s["over"] and
                        settled(manager, guest))(manager.status()),
               lambda: f"over budget: {manager.status()}")
    most = (SMALL - 32) * MIB
    expect(vm["measured_bytes"] <= most, f"{vm['measured_bytes']} of {most} bytes")
    expect("discard-inhibited" not in vm["flags"], f"{vm['flags']}")
    gone = before - guest.rss()
    print(f"# RSS of the guest's memory: {before // MIB} MiB, {gone // MIB} MiB less then")
    asked = RAM * MIB - vm["actual_bytes"]
    expect(gone >= 0.9 * asked - (RAM * MIB - before), f"{gone} of {asked} bytes came back")


def it_keeps_what_it_has_without_a_manager(bench, guest, manager):
    size = guest.actual()
    manager.end()
    time.sleep(1)
    expect_equal(size, guest.actual(), "size after the manager has ended")
    manager.start()
    manager.wait_connected("guest")
    manager.wait_steps(30)
    now = guest.actual()
    print(f"# {size // MIB} MiB before, {now // MIB} MiB with another manager")
    # It gives nothing away. What QEMU or the guest grew by meanwhile it takes back.
    expect(0 <= size - now <= NOISE, f"{now} bytes with another manager, not {size}: "
           f"{manager.status()}")


def it_gets_memory_when_there_is_room(bench, guest, manager):
    config(bench, 1024)
    manager.hup()
    guest.sh("mkdir -p /mnt/b && mount -t tmpfs -o size=100% b /mnt/b && "
             "dd if=/dev/zero of=/mnt/b/x bs=1M count=200")
    until(lambda: settled(manager, guest) and guest.actual() > 350 * MIB,
          lambda: f"stays at {guest.actual()}: {manager.vm('guest')}")
    kills = guest.sh("dmesg | grep -c 'Out of memory\\|oom-kill' || true")
    expect_equal("0", kills, "OOM kills in the guest")
    guest.sh("umount /mnt/b")


def balloon(guest, name):
    return guest.qmp("qom-get", path="/machine/peripheral/balloon", property=name)


def its_statistics_come_as_often_as_asked(bench, guest, manager):
    expect_equal(1, balloon(guest, "guest-stats-polling-interval"), "polling interval")
    first = balloon(guest, "guest-stats")["last-update"]
    until(lambda: balloon(guest, "guest-stats")["last-update"] >= first + 5,
          "QEMU gets no statistics")
    age = time.time() - balloon(guest, "guest-stats")["last-update"]
    vm = manager.vm("guest")
    print(f"# the last statistics are {age:.1f} s old, {vm['guest']['age_ms']} ms for the manager")
    expect("stale" not in vm["flags"], f"{vm}")
    # QEMU has whole seconds, and two clocks were read one after the other.
    expect(abs(vm["guest"]["age_ms"] / 1000 - age) < 3, f"{age} s, but {vm}")


def they_come_sooner_when_memory_is_short(bench, guest, manager):
    config(bench, 1024, "stats-interval = 60s")
    manager.hup()
    until(lambda: balloon(guest, "guest-stats-polling-interval") == 60, "polls as before")
    config(bench, TINY, "stats-interval = 60s")
    manager.hup()
    seen = set()

    def three():
        seen.add(balloon(guest, "guest-stats")["last-update"])
        return len(seen) >= 4
    until(three, lambda: f"statistics of {sorted(seen)} only")
    print(f"# asked for every minute, came at {[at - min(seen) for at in sorted(seen)]} s")
    # From the first one on, which may be of before.
    expect(max(seen) - sorted(seen)[1] < 60, f"{sorted(seen)}")
    # It is 0 for a moment whenever newer ones are asked for.
    until(lambda: balloon(guest, "guest-stats-polling-interval") == 60, "polls no more")
    config(bench, 1024)
    manager.hup()
    until(lambda: balloon(guest, "guest-stats-polling-interval") == 1, "polls slowly")


def its_recording_replays(bench, guest, manager):
    expect_equal(0, manager.end(), "exit status")
    status, out, err = tool("replay", bench.path("record"))
    expect_equal((0, ""), (status, err), f"exit and complaints of the replay: {out[-300:]}")


def it_ends_well(bench, guest, manager):
    guest.finish()


STEPS = (a_guest_is_found_and_measured, the_emulator_is_told_apart, it_gives_memory_until_the_budget_is_kept,
         it_keeps_what_it_has_without_a_manager, it_gets_memory_when_there_is_room,
         its_statistics_come_as_often_as_asked, they_come_sooner_when_memory_is_short,
         its_recording_replays, it_ends_well)


def report(number, step, *args):
    """One TAP line; whether it passed."""
    name = step.__name__.replace("_", " ")
    try:
        step(*args)
    except (Failure, GuestFailure, OSError, ValueError, KeyError) as error:
        print(f"not ok {number} - {name}")
        for line in (str(error) or repr(error)).splitlines():
            print("#", line[:1000])
        return False
    print(f"ok {number} - {name}", flush=True)
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("TAP version 13", flush=True)
    passed = True
    with Bench() as bench:
        monitor = f"unix:{bench.path('guest.qmp')},server=on,wait=off"
        with Guest(sys.argv[1], DEVICE, mem=RAM,
                   run=("--qemu", "-qmp", "--qemu", monitor)) as guest:
            guest.set_attr("free_page_reporting", "0")
            guest.touch()
            config(bench, 1024)
            manager = bench.manager("--config", bench.path("config"),
                                    "--record", bench.path("record"))
            for number, step in enumerate(STEPS, 1):
                passed &= report(number, step, bench, guest, manager)
    print(f"1..{len(STEPS)}")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
