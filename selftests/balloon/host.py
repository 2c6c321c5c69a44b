#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of ringside_balloon that need the host's side of the device.

usage: host.py GROUP KERNEL

Prints TAP. A group shares the machines that it starts; each test leaves an
empty balloon behind.
"""
import sys

import basic
import devices
import migration
import soak
from runner import Tap, run_machine

# Names of groups, and for each a list of machines: the options of Guest and the
# tests to be run in it. What needs more than one machine at a time is a function
# of the TAP output and the kernel's name instead.
GROUPS = {**basic.GROUPS, **devices.GROUPS, **migration.GROUPS, **soak.GROUPS}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in GROUPS:
        sys.exit(__doc__)
    tap = Tap()
    for machine in GROUPS[sys.argv[1]]:
        if callable(machine):
            machine(tap, sys.argv[2])
        else:
            run_machine(tap, sys.argv[2], *machine)
    print(f"1..{tap.count}")
    if tap.failed:
        sys.exit(1)
    sys.exit(4 if tap.skipped == tap.count else 0)


if __name__ == "__main__":
    main()
