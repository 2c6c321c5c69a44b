#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Three machines of 512 MiB on a host that has 1 GiB for them, and no swap.

Starts them, puts them under load and judges how it went, for each combination
of a way to give memory back (arm) and a kind of memory. Prints TAP, leaves a
recording of each run. Started by selftests/overcommit/run, which prepares the
images and reserves the machine.
"""
import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import budget as budgets
from load import Load, run_until_death
from machine import Failure, MIB, Machine
from manager import Manager
from narrate import Narrator
from recording import Recording, Sampler

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = 3
MEM_MIB = 512
LIMIT_MIB = 1024
# The same gigabyte: what three emulators have for themselves is not in huge
# pages, and is some 70 MiB each.
POOL_MIB = 800
PEAK_PERCENT = 95
# Time for the manager to take what idle machines do not need.
SETTLE = 6


@dataclass
class Arm:
    """A way to give memory back; must is how its runs have to end, if known."""

    image: str
    device: str
    manager: bool
    must: dict
    words: str


DIES = {"ordinary": "die", "hugetlb": "die"}
REPORTING = ",free-page-reporting=on"
ARMS = {
    "none": Arm("none", "", False, DIES, "Without a balloon driver"),
    "stock-fpr": Arm("stock", REPORTING, False, DIES,
                     "With the kernel's driver, free page reporting only"),
    "stock+manager": Arm("stock", REPORTING + ",deflate-on-oom=on", True,
                         {"ordinary": None, "hugetlb": "not pass"},
                         "With the kernel's driver and ringside-host"),
    "ours+manager": Arm("ours", REPORTING + ",deflate-on-oom=on", True,
                        {"ordinary": "pass", "hugetlb": "pass"},
                        "With ringside_balloon and ringside-host"),
}


@dataclass
class Result:
    """What a run came to; sizes in bytes."""

    limit: int
    peak: int
    failcnt: int
    deaths: list
    guest_kills: int
    planned: int
    finished: int

    def percent(self):
        return 100 * self.peak / self.limit

    def words(self):
        deaths = ", ".join(f"VM {d['vm']} {d['how']} at {d['t']:.1f} s" for d in self.deaths)
        return (f"peak {self.peak // MIB} of {self.limit // MIB} MiB"
                f" ({self.percent():.1f} %), failcnt {self.failcnt},"
                f" {self.guest_kills} killed in guests, {self.finished} of {self.planned}"
                f" bursts finished, {deaths or 'no machine died'}")


class Run:
    """One run of an arm on one kind of memory."""

    def __init__(self, options, arm, memory, number):
        self.options = options
        self.arm = ARMS[arm]
        self.hugetlb = memory == "hugetlb"
        name = f"{arm}-{memory}-{number}"
        self.recording_path = os.path.join(options.out, name + ".jsonl")
        self.dir = os.path.join(options.out, name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.facts = {"arm": arm, "words": self.arm.words, "memory": memory,
                      "kernel": options.kernel, "vms": MACHINES, "vm_mib": MEM_MIB}

    def budget(self):
        if self.hugetlb:
            return budgets.Pool(POOL_MIB * MIB)
        return budgets.ordinary(LIMIT_MIB * MIB)

    def machines(self, stack, budget):
        image = {"kernel": self.options.image, "slots": self.options.slots,
                 "initrd": os.path.join(self.options.images, self.arm.image, "initrd")}
        machines = [stack.enter_context(Machine(i + 1, self.dir, MEM_MIB, image,
                                                self.arm.device, self.hugetlb, budget.join))
                    for i in range(MACHINES)]
        budget.watch([machine.run.pid for machine in machines])
        # All at once: a guest does not wait for us with its first words.
        with ThreadPoolExecutor(MACHINES) as pool:
            list(pool.map(Machine.wait_booted, machines))
        # Single pages do not come back to hugetlbfs: then rather a smaller balloon.
        if self.hugetlb and self.arm.image == "ours":
            for machine in machines:
                machine.sh("cd /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside && "
                           "echo 0 > fallback_4k")
        return machines

    def run(self):
        with contextlib.ExitStack() as stack:
            budget = self.budget()
            stack.callback(budget.close)
            machines = self.machines(stack, budget)
            manager = Manager(self.arm.manager, self.dir, budget, machines)
            stack.callback(manager.stop)
            recording = Recording(self.recording_path, Narrator() if self.options.narrate else None,
                                  limit=budget.limit, limiter=budget.name, **self.facts)
            stack.callback(recording.close)
            result = self.put_under_load(budget, machines, recording, manager)
            recording.write("end", **vars(result))
        self.splat = self.judge_logs(machines)
        return result

    def put_under_load(self, budget, machines, recording, manager):
        with Sampler(recording, budget, machines, self.hugetlb, manager) as sampler:
            load = Load(machines, recording, sampler.death, self.options.short)
            sampler.death.wait(SETTLE)
            thread = run_until_death(load, sampler.death)
            manager.check()
            budget.check()
            sampler.sample()
            deaths = list(recording.deaths)
            numbers = budget.numbers()
            kills = sum(sampler.kills.values())
        for machine in machines:
            machine.finish()
        thread.join()
        return Result(budget.limit, numbers["peak"], numbers["failcnt"], deaths, kills,
                      load.planned, load.finished())

    def judge_logs(self, machines):
        """What the harness of all tests calls a splat; None if there is none."""
        script = ('here=$1; . "$here/common.sh"; . "$here/verdict.sh"; release=$2; '
                  'for console in "${@:3}"; do clean_console "$console"; show_splat; done')
        done = subprocess.run(
            ["bash", "-c", script, "run", os.path.join(HERE, "../vm"), self.options.kernel,
             *(machine.console for machine in machines)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        return done.stderr.strip() or None


class Tap:
    """Points of the Test Anything Protocol, and their sum as the last line."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.passed = self.failed = self.skipped = 0
        self.say("TAP version 13")

    def point(self, good, name, why=""):
        self.passed += good
        self.failed += not good
        self.say(f"{'ok' if good else 'not ok'} {self.passed + self.failed + self.skipped}"
                 f" - {name}")
        if not good and why:
            for line in str(why).splitlines():
                self.say(f"# {line}")

    def skip(self, name, why):
        self.skipped += 1
        self.say(f"ok {self.passed + self.failed + self.skipped} - {name} # SKIP {why}")

    def say(self, line):
        if not self.quiet:
            print(line, flush=True)

    def end(self):
        self.say(f"1..{self.passed + self.failed + self.skipped}")
        self.say(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed else 0


def shortcomings(result, splat):
    """What keeps a run from being a good one; each with whether it is so."""
    return (
        ("no machine dies", not result.deaths),
        ("no process is killed in a guest", not result.guest_kills),
        ("the budget is never full", not result.failcnt),
        (f"the peak is at most {PEAK_PERCENT} %", result.percent() <= PEAK_PERCENT),
        ("every burst finishes", result.finished == result.planned),
        ("the logs of the guests are clean", not splat),
    )


def judge(tap, label, must, result, splat):
    points = shortcomings(result, splat)
    if must == "pass":
        for name, good in points:
            tap.point(good, f"{label}: {name}", splat or result.words())
    elif must == "die":
        tap.point(bool(result.deaths), f"{label}: a machine is killed", result.words())
    elif must == "not pass":
        tap.point(not all(good for _, good in points), f"{label}: can not do it",
                  result.words())
    else:
        missed = [name for name, good in points if not good]
        tap.say(f"# {label}: for comparison; "
                + ("not so: " + ", ".join(missed) if missed else "passes as well"))


def one_run(tap, options, arm, memory, number):
    label = f"{arm}, {memory} memory, run {number}"
    try:
        run = Run(options, arm, memory, number)
        result = run.run()
    except budgets.Unusable as error:
        tap.skip(label, error)
        return
    except (Failure, OSError) as error:
        tap.point(False, f"{label}: the scenario runs", error)
        return
    tap.say(f"# {label}: {result.words()}")
    judge(tap, label, ARMS[arm].must[memory], result, run.splat)


def arguments():
    parser = argparse.ArgumentParser(description="the overcommit scenario")
    parser.add_argument("--kernel", required=True, help="release of the guests' kernel")
    parser.add_argument("--image", required=True, help="the guests' kernel")
    parser.add_argument("--images", required=True, help="directory of the initramfs of each arm")
    parser.add_argument("--out", required=True, help="where recordings go")
    parser.add_argument("--slots", type=int, nargs="*", default=[],
                        help="descriptors that machines inherit")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--memory", nargs="+", choices=("ordinary", "hugetlb"),
                        default=["ordinary", "hugetlb"])
    parser.add_argument("--runs", type=int, default=1, help="of arms that must pass")
    parser.add_argument("--short", action="store_true", help="fewer and shorter bursts")
    parser.add_argument("--narrate", action="store_true",
                        help="tell what happens in plain words instead of TAP")
    return parser.parse_args()


def main():
    options = arguments()
    # The pool and the cgroup must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tap = Tap(options.narrate)
    for memory in options.memory:
        for arm in options.arms:
            runs = options.runs if ARMS[arm].must[memory] == "pass" else 1
            for number in range(1, runs + 1):
                one_run(tap, options, arm, memory, number)
    sys.exit(tap.end())


if __name__ == "__main__":
    main()
