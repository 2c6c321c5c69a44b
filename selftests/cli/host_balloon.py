#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: host_balloon.py KERNEL

'ringside balloon' in a guest whose host asks for memory, and which has the
kernel's virtio_balloon beside ours.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../balloon"))

# pylint: disable=wrong-import-position
from checks import TOOL, empty, expect, expect_equal, held_pages  # noqa: E402
from guest import MIB  # noqa: E402
from runner import Tap, run_machine  # noqa: E402


def balloon(guest, verb):
    return json.loads(guest.sh(f"ringside balloon {verb} --json"))


def lines(guest):
    return [json.loads(line) for line in guest.sh("cat /tmp/watch").splitlines()]


def until_watch_says(guest, what, wanted):
    guest.until(lambda: any(wanted(line) for line in lines(guest)), 60,
                lambda: f"no line with {what}; the last one: {lines(guest)[-1:]}")


def watch_follows_the_host(guest):
    guest.sh("ringside balloon takeover")
    empty(guest)
    guest.sh("ringside balloon watch --interval 3600 --json >/tmp/watch 2>&1 & "
             "echo $! >/tmp/pid")
    size = 200 * MIB
    guest.balloon(guest.mem - size)
    until_watch_says(guest, "the target", lambda line: line["target_bytes"] == size)
    until_watch_says(guest, "the size", lambda line: line["actual_bytes"] == size and
                     line["state"] == "idle" and line["held_bytes"] == size)
    guest.balloon(guest.mem)
    until_watch_says(guest, "no memory, after some", lambda line:
                     line["actual_bytes"] == 0 and line["rate_bytes_per_sec"])
    guest.sh("kill $(cat /tmp/pid); rm /tmp/watch /tmp/pid")


def memory_of_the_guest_is_told_whatever_is_held(guest):
    ram = balloon(guest, "watch --once")["ram_bytes"]
    expect_equal(guest.meminfo("MemTotal"), ram, "memory with nothing held")
    guest.balloon(guest.mem - 300 * MIB)
    expect_equal(ram, balloon(guest, "watch --once")["ram_bytes"],
                 "memory with 300 MiB held")
    empty(guest)


def device_goes_to_the_kernels_driver_with_memory_inside(guest):
    total = empty(guest)
    size = guest.mem - 300 * MIB
    guest.balloon(size)
    answer = balloon(guest, "release")
    expect_equal(["ringside_balloon", "virtio_balloon"],
                 [answer["driver_before"], answer["driver"]], "who has it")
    guest.until(lambda: guest.meminfo("MemTotal") == total - 300 * MIB and
                guest.actual() == size, 60,
                lambda: f"the host's target is not reached: {guest.actual()}")
    expect_equal("virtio_balloon", balloon(guest, "release")["driver"],
                 "who has it after a second release")
    status, text = guest.sh("ringside balloon status", check=False)
    expect(status == 1 and "try: ringside balloon takeover" in text,
           f"status does not say what to do: {text}")
    balloon(guest, "takeover")
    guest.until(lambda: guest.attr("state") == "idle" and
                held_pages(guest) == 300 * 256 and guest.actual() == size, 60,
                lambda: f"ours holds {held_pages(guest)} pages")
    expect_equal(total, empty(guest), "MemTotal after deflation")


# Bits of linux/virtio_balloon.h: the statistics, and free page reporting.
OFFER = 1 << 1 | 1 << 5
FAKE = "/sys/kernel/debug/rs_fakeballoon"


def second_balloon(guest):
    """Plug a device that nobody but the guest's kernel makes; its name."""
    guest.sh("mount | grep -q debugfs || mount -t debugfs d /sys/kernel/debug")
    guest.sh(f"echo {OFFER} >{FAKE}/offer; echo 1 >{FAKE}/plugged")
    return guest.sh(f"cat {FAKE}/device").split()[0]


def device_that_is_refused_goes_back(guest):
    """
    The kernel's driver fails while another device reports free memory: ours
    does on the real one.
    """
    guest.sh("ringside balloon takeover")
    device = second_balloon(guest)
    balloon(guest, f"takeover {device}")
    guest.sh(f"ringside balloon set 32M {device}")
    status, text = guest.sh(f"ringside balloon release {device}", check=False)
    expect_equal(1, status, "exit of a release that fails")
    expect("bind virtio_balloon: Device or resource busy; ringside_balloon has it again"
           in text, f"what happened is not told: {text}")
    expect_equal("ringside_balloon", balloon(guest, f"status {device}")["driver"],
                 "who has it")


def device_is_named_among_several(guest):
    device = guest.sh(f"cat {FAKE}/device").split()[0]
    guest.sh(f"ringside balloon floor 0 {device}")
    guest.sh(f"ringside balloon set 16M {device}")
    guest.until(lambda: balloon(guest, f"watch --once {device}")["held_bytes"] == 16 * MIB,
                60, lambda: "16 MiB are not held by the one that was named")
    expect_equal(0, balloon(guest, "watch --once")["held_bytes"], "held by the first one")
    expect(balloon(guest, "floor")["floor_bytes"], "the floor of the first one changed")


def silence_of_the_host_is_told(guest):
    device = guest.sh(f"cat {FAKE}/device").split()[0]
    guest.sh(f"echo 16 >{FAKE}/mute")
    status, text = guest.sh(f"ringside balloon resync {device}", check=False)
    guest.sh(f"echo 0 >{FAKE}/mute")
    expect_equal(1, status, "exit of a resync without an answer")
    expect("the host does not answer" in text, f"the reason is not told: {text}")


def device_that_nobody_takes_is_told(guest):
    device = guest.sh(f"cat {FAKE}/device").split()[0]
    guest.sh(f"echo 12 >{FAKE}/find_vqs_error")
    status, text = guest.sh(f"ringside balloon release {device}", check=False)
    guest.sh(f"echo 0 >{FAKE}/find_vqs_error")
    expect_equal(1, status, "exit of a release that nobody helps")
    expect("no driver has it now" in text, f"what happened is not told: {text}")
    expect_equal("ringside_balloon", balloon(guest, f"takeover {device}")["driver"],
                 "who has it after a takeover")
    guest.sh(f"echo 0 >{FAKE}/plugged")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tap = Tap()
    tests = [watch_follows_the_host, memory_of_the_guest_is_told_whatever_is_held,
             device_goes_to_the_kernels_driver_with_memory_inside,
             device_that_is_refused_goes_back, device_is_named_among_several,
             silence_of_the_host_is_told, device_that_nobody_takes_is_told]
    run_machine(tap, sys.argv[1],
                dict(device="free-page-reporting=on", add=(TOOL,),
                     modules=("virtio_balloon", "ringside_balloon", "rs_fakeballoon")),
                tests)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
