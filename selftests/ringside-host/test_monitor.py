# SPDX-License-Identifier: GPL-2.0-only
"""Monitors that do what QEMU never should, beside one that is well."""
import json
import os
import signal
import socket

from manager import Bench, Manager, MIB, TOP, expect, expect_equal, tool, until

BAD = ("mute", "deaf", "half", "flood", "garbage", "huge", "slow", "wrong", "nodevice",
       "refuse")
# Whose connection has to be given up.
LOST = ("half", "garbage", "huge", "wrong")


def memory(pid):
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmHWM"].split()[0]) << 10


def start(bench):
    options = []
    vms = {}
    for name in ("good",) + BAD:
        vms[name] = bench.vm(name, 16, "use 8")
        options.append(bench.option(name))
    manager = bench.manager("--budget=512M", "--overhead=16M", "--headroom=2M",
                            "--interval=50ms", *options)
    manager.wait_connected("good", *BAD)
    return manager, vms


def bad_monitors_disturb_nobody_and_come_back():
    with Bench() as bench:
        manager, vms = start(bench)
        for name in BAD:
            vms[name]("mode " + name)
        for name in LOST:
            manager.wait_vm(name, lambda vm: vm["monitor"]["connections"] > 1 or
                            vm["monitor"]["state"] == "disconnected", "was not given up")
        for name in ("mute", "deaf"):
            manager.wait_vm(name, lambda vm: vm["monitor"]["silent_ms"] > 1000,
                            "its silence is not seen")
        manager.wait_vm("nodevice", lambda vm: vm["monitor"]["state"] == "no-balloon" and
                        "No balloon" in vm["monitor"]["error"], "has a balloon")
        # All of them at once; the one that is well is answered in every step.
        asked = vms["good"].get("questions")
        manager.wait_steps(100)
        answered = vms["good"].get("questions") - asked
        expect(answered >= 150, f"100 steps, but {answered} questions to the good one")
        for name in BAD:
            expect(manager.vm(name)["alive"], f"{name} is taken for dead")
            vms[name]("mode normal")
        asked = {name: vms[name].get("questions") for name in BAD}
        for name in BAD:
            until(lambda: vms[name].get("questions") > asked[name] + 10,
                  lambda: f"{name} is asked nothing any more: {manager.vm(name)}")
        manager.wait_connected(*BAD)
        expect_equal(0, manager.end(), "exit status")
        expect("half.qmp: it closed the connection" in manager.text("err"),
               "the end of half is not seen as such: " + manager.text("err"))


def strange_answers_do_no_harm():
    """Eight that answer anything, each its own way; the ninth lives with them."""
    with Bench() as bench:
        names = [f"odd{i}" for i in range(8)]
        vms = [bench.vm(name, 16, "use 8") for name in names + ["good"]]
        manager = bench.manager("--budget=512M", "--overhead=16M", "--headroom=2M",
                                "--interval=20ms", *map(bench.option, names + ["good"]))
        manager.wait_connected(*names, "good")
        for vm in vms[:-1]:
            vm("mode mutate")
        asked = vms[-1].get("questions")
        manager.wait_steps(300)
        answered = vms[-1].get("questions") - asked
        expect(answered >= 450, f"300 steps, but {answered} questions to the good one")
        again = sum(vm.get("connections") for vm in vms[:-1])
        heard = sum(vm.get("questions") for vm in vms[:-1])
        print(f"# {heard} questions in {again} connections to those that answer anything")
        for vm in vms[:-1]:
            vm("mode normal")
        manager.wait_connected(*names)
        expect_equal(0, manager.end(), "exit status: " + manager.text("err")[-500:])


def memory_and_cpu_time_are_bounded():
    """Without sanitizers; by peak memory and the processor's time for a step."""
    Manager.binary = os.path.join(TOP, "build/user/ringside-host")
    tick_ms = 1000 / os.sysconf("SC_CLK_TCK")
    with Bench() as bench:
        manager, vms = start(bench)
        costs, peaks = [], []
        for mode in ("normal", "flood"):
            vms["flood"]("mode " + mode)
            vms["huge"]("mode " + mode.replace("flood", "huge"))
            ticks = manager.cpu_ticks()
            first = manager.status()["steps"]
            last = manager.wait_steps(100)["steps"]
            costs.append((manager.cpu_ticks() - ticks) * tick_ms / (last - first))
            peaks.append(memory(manager.process.pid) / MIB)
        print("# %d VMs: %.2f ms of CPU for a step, %.1f MiB; "
              "with a flood: %.2f ms, %.1f MiB" % (len(vms), costs[0], peaks[0],
                                                   costs[1], peaks[1]))
        expect(costs[0] < 10, f"{costs[0]} ms for a step")
        expect(costs[1] < 2 * costs[0] + 1, f"{costs[1]} ms with a flood, {costs[0]} without")
        expect(peaks[1] < peaks[0] + 4, f"{peaks[1]} MiB with a flood, {peaks[0]} without")


def answers_that_are_printed_prettily_are_understood():
    with Bench() as bench:
        bench.vm("pretty", 16, "use 8", "mode spaces")
        manager = bench.manager("--budget=512M", "--interval=50ms", bench.option("pretty"))
        manager.wait_connected("pretty")
        expect_equal(1, manager.vm("pretty")["monitor"]["connections"], "connections")


def first_of_second_life(record):
    """The first sample in a recording of the second process called a."""
    lives = {}
    with open(record) as lines:
        next(lines)
        for line in lines:
            for vm in json.loads(line)["vms"]:
                if vm["name"] == "a" and vm["sample"].get("alive"):
                    lives.setdefault(vm["sample"]["epoch"], vm["sample"])
    expect_equal(2, len(lives), "lives of a")
    return list(lives.values())[1]


def a_process_that_dies_is_dead_and_may_come_back():
    """The new one was not asked for anything, whatever the old one was."""
    with Bench() as bench:
        record = bench.path("record")
        vm = bench.vm("a", 64, "use 8")
        bench.vm("b", 64, "use 8")
        manager = bench.manager("--budget=128M", "--slack=8M", "--interval=50ms",
                                "--overhead=16M", "--headroom=4M", "--record=" + record,
                                bench.option("a"), bench.option("b"))
        manager.wait_vm("a", lambda vm: vm["asked_bytes"], "is asked for nothing")
        pid = manager.vm("a")["pid"]
        expect_equal(vm.process.pid, pid, "the process of a")
        # Nobody waits for it yet: it is a zombie, and has no memory.
        vm.process.kill()
        dead = manager.wait_vm("a", lambda vm: not vm["alive"], "is not dead")
        expect_equal("dead", dead["reason"], "reason")
        expect_equal(None, dead["measured_bytes"], "measured memory of a dead process")
        vm.end()
        bench.vm("a", 64, "use 4")
        manager.wait_vm("a", lambda vm: vm["alive"] and vm["pid"] != pid, "is not seen again")
        manager.wait_connected("a")
        manager.end()
        first = first_of_second_life(record)
        expect("asked" not in first, f"the new process was asked: {first}")


def a_stopped_process_is_measured_all_the_same():
    with Bench() as bench:
        vm = bench.vm("a", 32, "use 20")
        manager = bench.manager("--budget=512M", "--interval=50ms", "--overhead=16M",
                                "--hang=500ms", bench.option("a"))
        manager.wait_connected("a")
        os.kill(vm.process.pid, signal.SIGSTOP)
        try:
            manager.wait_vm("a", lambda vm: "unresponsive" in vm["flags"],
                            "is not unresponsive")
            seen = manager.vm("a")
            expect(seen["alive"] and seen["measured_bytes"] > 20 * MIB, f"{seen}")
        finally:
            os.kill(vm.process.pid, signal.SIGCONT)
        manager.wait_vm("a", lambda vm: "unresponsive" not in vm["flags"],
                        "is still unresponsive")


def sockets_found_by_pattern_come_and_go():
    with Bench() as bench:
        bench.vm("web-1", 16, "use 8")
        manager = bench.manager("--budget=512M", "--interval=50ms", "--overhead=16M",
                                "--vms=" + bench.path("*-1.qmp") + ",min=4M")
        manager.wait_connected("web")
        bench.vm("db-1", 16, "use 8")
        manager.wait_connected("db")
        expect_equal(4 * MIB, manager.vm("db")["min_bytes"], "min of what was found")
        # The socket is removed, the process lives: it still counts.
        os.unlink(bench.path("web-1.qmp"))
        manager.wait_steps(60)
        expect(manager.vm("web"), "web is gone with its socket, but lives")
        bench.vms[0].end()
        until(lambda: not manager.vm("web"), "web is still listed")
        expect(manager.vm("db")["alive"], "db is gone, too")


def mins_of_a_pattern_that_can_not_be_kept_are_told():
    with Bench() as bench:
        bench.vm("a-1", 16, "use 8")
        manager = bench.manager("--budget=512M", "--interval=50ms", "--overhead=16M",
                                "--vms=" + bench.path("*-1.qmp") + ",min=230M")
        manager.wait_connected("a")
        expect_equal(True, manager.status()["guaranteed"], "one fits, which")
        bench.vm("b-1", 16, "use 8")
        manager.wait_connected("b")
        until(lambda: not manager.status()["guaranteed"], "two fit")
        _, out, _ = tool("status", "--file", bench.path("status.json"))
        expect("mins of all VMs" in out, out)
        bench.vms[1].end()
        os.unlink(bench.path("b-1.qmp"))
        until(lambda: manager.status()["guaranteed"], "one does not fit any more")


def one_monitor_has_one_client():
    """A monitor that serves somebody else is waited for, and missed by nobody."""
    with Bench() as bench:
        vm = bench.vm("a", 16, "use 8")
        other = socket.socket(socket.AF_UNIX)
        other.connect(vm.path)
        until(lambda: vm.get("connected"), "no connection")
        manager = bench.manager("--budget=512M", "--interval=50ms", bench.option("a"))
        manager.wait_vm("a", lambda vm: vm["monitor"]["state"] == "connecting" and
                        vm["alive"] and vm["measured_bytes"], "is not waited for")
        other.close()
        manager.wait_connected("a")


TESTS = (
    bad_monitors_disturb_nobody_and_come_back, strange_answers_do_no_harm,
    memory_and_cpu_time_are_bounded, answers_that_are_printed_prettily_are_understood,
    a_process_that_dies_is_dead_and_may_come_back,
    a_stopped_process_is_measured_all_the_same, sockets_found_by_pattern_come_and_go,
    mins_of_a_pattern_that_can_not_be_kept_are_told,
    one_monitor_has_one_client,
)
