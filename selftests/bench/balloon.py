#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What does the balloon cost, and what does it give back, beside stock?

usage: balloon.py KERNEL...

Writes a line of JSON for each figure to standard output, what it does to
standard error, and exits with 1 if a goal is missed or a machine failed.
From the environment: REPEAT, the rounds of each figure (5); FIGURES, a choice
of groups; INIT_ON_ALLOC, "0", "1" or both ("0 1"); SIZES_ON, the kernel for
the group size (6.12), which is long and the same on all.
"""
import io
import json
import os
import subprocess
import sys

from figures import FIGURES, note
from goals import missed
from machine import BENCH, Failure
from record import Record

KERNEL = os.path.join(BENCH, "../vm/kernel")


class Tee(io.TextIOBase):
    """Standard output, remembered."""

    def __init__(self):
        self.records = []

    def write(self, text):
        if text.strip():
            self.records.append(json.loads(text))
        return sys.stdout.write(text)

    def flush(self):
        sys.stdout.flush()


def words(name, default):
    return os.environ.get(name, default).split()


def plan(kernels):
    groups = words("FIGURES", " ".join(FIGURES))
    unknown = set(groups) - set(FIGURES)
    if unknown:
        sys.exit(f"bench: FIGURES: {' '.join(unknown)}: known are {' '.join(FIGURES)}")
    sizes_on = os.environ.get("SIZES_ON", "6.12")
    return [(kernel, group, int(ioa)) for kernel in kernels for group in groups
            for ioa in words("INIT_ON_ALLOC", "0 1")
            if group != "size" or kernel == sizes_on]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out, failed = Tee(), False
    for kernel, group, ioa in plan(sys.argv[1:]):
        release = subprocess.check_output([KERNEL, "release", kernel], text=True).strip()
        print(f"bench: Linux {kernel}, {group}, init_on_alloc={ioa}", file=sys.stderr,
              flush=True)
        try:
            FIGURES[group](Record(out, release), kernel, release, ioa)
        except (Failure, OSError, ValueError) as error:
            note(f"Linux {kernel}, {group}, init_on_alloc={ioa}: {error}")
            failed = True
    sys.exit(1 if missed(out.records) or failed else 0)


if __name__ == "__main__":
    main()
