# SPDX-License-Identifier: GPL-2.0-only
"""The whole loop: what the policy decides reaches machines that obey, and what
they give is measured before it is given to others."""
import json
import signal

from manager import Bench, MIB, expect, expect_equal, tool, until

BUDGET = 448 * MIB
SETTINGS = ("--budget=448M", "--slack=32M", "--reserve=16M", "--overhead=16M",
            "--headroom=16M", "--interval=20ms", "--hold=1s", "--settle=1s")
NAMES = ("a", "b", "c")


def start(bench, *more, ram=256, use=40, limits=""):
    vms = {name: bench.vm(name, ram, f"use {use}") for name in NAMES}
    manager = bench.manager(*SETTINGS, *more,
                            *(bench.option(name, limits) for name in NAMES))
    manager.wait_connected(*NAMES)
    return manager, vms


def settle(manager):
    """Wait until the sum of what is promised fits, and the targets are met."""
    def settled():
        state = manager.status()
        return state and not state["over"] and all(
            vm["actual_bytes"] == vm["target_bytes"] for vm in state["vms"])
    until(settled, lambda: "not settled: " + json.dumps(manager.status()))


def peak_of(record):
    """The largest sum of measured memory in a recording."""
    peak = 0
    with open(record) as lines:
        next(lines)
        for line in lines:
            step = json.loads(line)
            peak = max(peak, sum(vm["sample"].get("pss", 0) for vm in step["vms"]))
    return peak


def bursts_that_take_turns_stay_within_the_budget():
    """Each grows to 200 MiB of 256: together they would need 600 of 448."""
    with Bench() as bench:
        record = bench.path("record")
        manager, vms = start(bench, "--record=" + record)
        settle(manager)
        for name in NAMES:
            vms[name]("use 200")
            until(lambda: vms[name].get("used") == 200,
                  lambda: f"{name} did not get its memory: {vms[name]('show')}")
            vms[name]("use 40")
        expect_equal(0, manager.end(), "exit status")
        peak = peak_of(record)
        print(f"# {peak // MIB} MiB at the most, of {BUDGET // MIB}")
        expect(peak <= BUDGET, f"{peak} bytes were in use")
        status, out, _ = tool("replay", record)
        expect_equal(0, status, "exit of the replay: " + out[-300:])


def a_min_is_kept():
    with Bench() as bench:
        manager, vms = start(bench, limits=",min=100M")
        settle(manager)
        vms["a"]("use 250")
        until(lambda: vms["a"].get("actual") > 150, lambda: f"a: {vms['a']('show')}")
        manager.wait_steps(100)
        for name in NAMES:
            expect(vms[name].get("actual") >= 100, f"{name}: {vms[name]('show')}")


def memory_that_does_not_come_back_is_not_given_again():
    """The balloon of b moves, but its memory stays with the process."""
    with Bench() as bench:
        record = bench.path("record")
        manager, vms = start(bench, "--record=" + record, "--budget=1000M", ram=768)
        settle(manager)
        vms["b"]("use 500")
        until(lambda: vms["b"].get("used") == 500, "b did not get its memory")
        vms["b"]("leak on")
        vms["b"]("use 20")
        vms["a"]("use 700")
        manager.wait_vm("b", lambda vm: "discard-inhibited" in vm["flags"],
                        "nobody sees that memory does not follow")
        manager.wait_steps(60)
        manager.end()
        peak = peak_of(record)
        expect(peak <= 1000 * MIB, f"{peak} bytes were in use")


def a_liar_gets_nothing_for_it():
    """c says that it has next to nothing left, always; it uses 20 MiB."""
    with Bench() as bench:
        manager, vms = start(bench)
        settle(manager)
        for lie in ("stat-available-memory 4096", f"stat-total-memory {2 ** 60}",
                    "stat-available-memory -", f"stat-available-memory {2 ** 63}",
                    "stat-total-memory 1"):
            vms["c"]("say " + lie)
            manager.wait_steps(40)
            state = manager.status()
            expect(state["measured_bytes"] <= BUDGET, f"{lie}: {state}")
            expect(not state["over"], f"{lie}: over budget")
        vms["a"]("use 150")
        until(lambda: vms["a"].get("used") == 150,
              lambda: f"a gets nothing because of a liar: {vms['a']('show')}")


def a_restart_disturbs_nobody():
    for sig in (signal.SIGKILL, signal.SIGTERM):
        with Bench() as bench:
            manager, vms = start(bench)
            vms["a"]("use 150")
            until(lambda: vms["a"].get("used") == 150, "a did not get its memory")
            settle(manager)
            manager.wait_steps(100)
            manager.end(sig)
            before = {name: vms[name]("show") for name in NAMES}
            until(lambda: not any(vms[name].get("connected") for name in NAMES),
                  "still connected")
            manager.start()
            manager.wait_connected(*NAMES)
            manager.wait_steps(100)
            for name in NAMES:
                after = vms[name]("show")
                expect_equal(before[name]["actual"], after["actual"], f"size of {name}")
                expect_equal(before[name]["targets"], after["targets"],
                             f"targets that {name} was asked for")


def dry_run_touches_nothing():
    with Bench() as bench:
        manager, vms = start(bench, "--dry-run", use=150)
        until(lambda: "would ask for" in manager.text("out"), "no word of what it would do")
        manager.wait_steps(40)
        for name in NAMES:
            seen = vms[name]("show")
            expect_equal((0, 0, 256), (seen["targets"], seen["polling"], seen["actual"]),
                         f"targets, polling and size of {name}")
        expect(manager.status()["dry_run"], "the state does not say so")


def overhead(manager, least, most):
    """Wait until the manager sees that the emulator has so many MiB."""
    return manager.wait_vm("a", lambda vm: vm["overhead_bytes"] and least * MIB <=
                           vm["overhead_bytes"] <= most * MIB, f"overhead {least} to {most} MiB")


def the_emulator_is_told_apart_from_its_guest():
    """The setting is far too small; what counts is what is measured."""
    with Bench() as bench:
        bench.vm("a", 256, "use 100", "own 150")
        manager = bench.manager(*SETTINGS, "--budget=900M", "--slack=100M",
                                bench.option("a"))
        manager.wait_connected("a")
        vm = overhead(manager, 150, 190)
        expect(vm["measured_bytes"] >= 250 * MIB, f"{vm}")
        expect_equal(vm["actual_bytes"] + vm["overhead_bytes"], vm["committed_bytes"],
                     f"committed, of {vm}")


def an_emulator_that_grows_is_seen_before_it_is_called_a_liar():
    with Bench() as bench:
        vm = bench.vm("a", 256, "use 200")
        manager = bench.manager(*SETTINGS, "--budget=900M", "--settle=4s", bench.option("a"))
        manager.wait_connected("a")
        overhead(manager, 1, 60)
        vm("own 300")
        overhead(manager, 300, 360)
        manager.wait_steps(50)
        expect("liar" not in manager.vm("a")["flags"], "it is called a liar")


def guest_memory_that_does_not_add_up_is_no_guest_memory():
    with Bench() as bench:
        vm = bench.vm("a", 256, "use 100", "own 60")
        manager = bench.manager(*SETTINGS, "--budget=900M", bench.option("a"))
        overhead(manager, 60, 100)
        # What is described is more, is elsewhere, or is nothing at all.
        for blocks in ("256 64", "128 128", "100", " ".join(["8"] * 40)):
            vm("blocks " + blocks)
            manager.wait_vm("a", lambda vm: vm["overhead_bytes"] is None, f"believes {blocks}")
        # Older ones say nothing, and have one piece.
        vm("blocks")
        vm("drop")
        overhead(manager, 60, 100)


TESTS = (
    bursts_that_take_turns_stay_within_the_budget, a_min_is_kept,
    memory_that_does_not_come_back_is_not_given_again, a_liar_gets_nothing_for_it,
    a_restart_disturbs_nobody, dry_run_touches_nothing,
    the_emulator_is_told_apart_from_its_guest,
    an_emulator_that_grows_is_seen_before_it_is_called_a_liar,
    guest_memory_that_does_not_add_up_is_no_guest_memory,
)
