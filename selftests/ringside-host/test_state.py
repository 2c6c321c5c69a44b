# SPDX-License-Identifier: GPL-2.0-only
"""What a running manager shows, takes from a new configuration, and records."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess

from manager import Bench, MIB, Skip, TOP, expect, expect_equal, tool, until

CONFIG = """\
budget = 512M
overhead = 16M
headroom = 4M
interval = 50ms

[vm a]
socket = {}
"""


def once(pairs):
    keys = [key for key, _ in pairs]
    expect_equal(len(keys), len(set(keys)), f"different keys of {keys}")
    return dict(pairs)


def never(word):
    raise ValueError(word)


def start(bench, *more):
    bench.vm("a", 32, "use 20")
    bench.vm("b", 32, "use 10")
    manager = bench.manager("--budget=512M", "--overhead=16M", "--headroom=4M",
                            "--interval=50ms", bench.option("a", ",min=8M,shares=3"),
                            bench.option("b"), *more)
    manager.wait_connected("a", "b")
    manager.wait_vm("a", lambda vm: vm["guest"], "no statistics")
    return manager


def status_is_text_and_json():
    with Bench() as bench:
        start(bench)
        file = bench.path("status.json")
        status, out, err = tool("status", "--file", file)
        expect_equal((0, ""), (status, err), "exit and complaints")
        expect(re.search(r"^budget: +512\.0 MiB$", out, re.M), out)
        expect(re.search(r"^a +32\.0 MiB +32\.0 MiB ", out, re.M), out)
        expect(max(map(len, out.splitlines())) <= 90, out)
        status, out, err = tool("status", "--json", "--file", file)
        state = json.loads(out, object_pairs_hook=once, parse_constant=never)
        expect_equal((0, ""), (status, err), "exit and complaints")
        first = state["vms"][0]
        expect_equal(("a", 3, 8 * MIB, 32 * MIB), (first["name"], first["shares"],
                     first["min_bytes"], first["ram_bytes"]), "the first VM")
        expect_equal(12 * MIB, first["guest"]["available_bytes"], "available memory")
        expect(first["measured_bytes"] > 20 * MIB, f"{first}")


def keys(value):
    """All keys of a document, wherever they are."""
    if isinstance(value, dict):
        return set(value).union(*(keys(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(keys(item) for item in value))
    return set()


def every_key_of_the_state_is_documented():
    with open(os.path.join(TOP, "Documentation/man/ringside-host.8.rst")) as page:
        documented = set(re.findall(r"\*\*([a-z_]+)\*\*", page.read()))
    with Bench() as bench:
        manager = start(bench)
        found = keys(manager.status())
        expect(len(found) > 50, f"{found}")
        expect_equal(set(), found - documented, "keys that the manual does not know")


def top_prints_a_picture_once():
    with Bench() as bench:
        start(bench)
        status, out, err = tool("top", "--once", "--file", bench.path("status.json"))
        expect_equal((0, ""), (status, err), "exit and complaints")
        lines = out.splitlines()
        expect(max(map(len, lines)) <= 80, out)
        bars = [line for line in lines if re.match(r" *\[[#=\-|/ ]*\]$", line)]
        expect_equal(3, len(bars), f"bars of budget and two VMs in {out}")
        marks = bars[1].count("#")
        expect(46 <= marks <= 49, f"{marks} for 20 of 32 MiB in 76 columns: {bars[1]}")
        status, _, err = tool("top", "--file", bench.path("status.json"))
        expect_equal(1, status, "exit without a terminal")
        expect("--once" in err, err)


def nobody_runs_and_that_is_said():
    with Bench() as bench:
        file = bench.path("status.json")
        status, _, err = tool("status", "--file", file)
        expect_equal(1, status, "exit without a manager")
        expect("ringside-host run" in err, err)
        manager = start(bench)
        manager.end(signal.SIGKILL)
        status, _, err = tool("status", "--file", file)
        expect_equal(1, status, "exit after a manager was killed")
        expect("does not run" in err, err)
        for text in ("", "{", "[]", "{}", '{"pid":1}', "\0" * 100):
            bench.write("status.json", text)
            for command in ("status", "top"):
                status, _, err = tool(command, "--file", file, *["--once"] *
                                      (command == "top"))
                expect_equal(1, status, f"exit of {command} for {text!r}")
                expect("not written by a manager" in err, err)


def a_strange_document_is_shown_safely():
    """Another version's, or a forged one: no crash, and no escape sequence."""
    with Bench() as bench:
        vm = {"name": "\x1b[31mred\u202e" + "n" * 500, "ram_bytes": -1, "why": 3,
              "flags": ["\x1b]0;x\x07", 7, None], "monitor": [], "actual_bytes": "1",
              "measured_bytes": 2 ** 62, "reason_text": "\xe4" * 300}
        state = {"pid": os.getpid(), "vms": [vm, 7, None, {}], "budget_bytes": 1.5,
                 "config_error": "e\x1b" * 400, "written_ms": 2 ** 60, "interval_ms": -5}
        file = bench.write("status.json", json.dumps(state))
        for command in (("status",), ("top", "--once")):
            status, out, err = tool(*command, "--file", file)
            expect_equal((0, ""), (status, err), f"exit and complaints of {command}")
            expect("\x1b" not in out and "\u202e" not in out, repr(out))


def leaving_takes_the_state_along():
    with Bench() as bench:
        manager = start(bench, "--prometheus=" + bench.path("m.prom"))
        until(lambda: os.path.exists(bench.path("m.prom")), "no metrics")
        expect_equal(0, manager.end(), "exit status")
        for name in ("status.json", "m.prom"):
            expect(not os.path.exists(bench.path(name)), f"{name} is still there")


def metrics_are_well_formed():
    line = re.compile(r'([a-z_]+)(?:\{vm="([A-Za-z0-9_.-]+)"(?:,flag="[a-z-]+")?\})? (\d+)')
    with Bench() as bench:
        start(bench, "--prometheus=" + bench.path("m.prom"))
        text = until(lambda: (lambda text: "vm_ram_bytes{" in text and text)
                     (bench.read("m.prom")), "no metrics of the VMs")
        types, seen = {}, set()
        for row in text.splitlines():
            if row.startswith("#"):
                _, word, name, rest = row.split(" ", 3)
                if word == "TYPE":
                    expect(name not in types, f"{name} comes twice")
                    types[name] = rest
                continue
            match = line.fullmatch(row)
            expect(match, f"not a metric: {row}")
            expect(match[1] in types, f"{match[1]} has no type")
            key = row.rsplit(" ", 1)[0]
            expect(key not in seen, f"{key} comes twice")
            seen.add(key)
            expect(match[1].startswith("ringside_host_"), row)
            expect(match[1].endswith("_total") == (types[match[1]] == "counter"), row)
        expect('ringside_host_vm_ram_bytes{vm="a"} %d' % (32 * MIB) in text, text)
        expect("ringside_host_budget_bytes %d" % (512 * MIB) in text, text)


def promtool_has_no_complaint_about_the_metrics():
    """It reads them as Prometheus does, and knows how they should be named."""
    if not shutil.which("promtool"):
        raise Skip("promtool (Debian: prometheus)")
    with Bench() as bench:
        start(bench, "--prometheus=" + bench.path("m.prom"))
        text = until(lambda: (lambda text: "vm_used_bytes{" in text and text)
                     (bench.read("m.prom")), "no metrics of the VMs")
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        expect_equal((0, ""), (done.returncode, done.stdout), "exit and complaints")


def two_managers_do_not_share_a_file():
    with Bench() as bench:
        start(bench)
        status, _, err = tool("run", "--budget=512M", bench.option("a"),
                              "--status", bench.path("status.json"))
        expect_equal(1, status, "exit of the second")
        expect("another manager" in err, err)


def a_new_configuration_is_taken_and_a_broken_one_is_not():
    with Bench() as bench:
        bench.vm("a", 32, "use 20")
        bench.vm("b", 32, "use 10")
        config = CONFIG.format(bench.path("a.qmp"))
        bench.write("config", config)
        manager = bench.manager("--config", bench.path("config"))
        manager.wait_connected("a")
        questions = manager.vm("a")["monitor"]["connections"]
        bench.write("config", config.replace("512M", "600M") +
                    f"[vm b]\nsocket = {bench.path('b.qmp')}\nshares = 7\n")
        manager.hup()
        manager.wait_connected("b")
        state = manager.status()
        expect_equal(600 * MIB, state["budget_bytes"], "budget")
        expect_equal(7, manager.vm("b")["shares"], "shares of b")
        for broken in ("budget = much\n", config + "colour = red\n", "\0\xff" * 1000,
                       config.replace("512M", "1M"), config + "min = 2G\n", ""):
            bench.write("config", broken)
            manager.hup()
            state = until(lambda: (lambda s: s["config_error"] and s)(manager.status()),
                          f"not refused: {broken!r}")
            expect_equal(600 * MIB, state["budget_bytes"], "budget")
            expect_equal(2, len(state["vms"]), "number of VMs")
            _, out, _ = tool("status", "--file", bench.path("status.json"))
            expect("refused" in out, out)
            bench.write("config", config.replace("512M", "600M") +
                        f"[vm b]\nsocket = {bench.path('b.qmp')}\n")
            manager.hup()
            until(lambda: manager.status()["config_error"] is None, "still refused")
        bench.write("config", config)
        manager.hup()
        until(lambda: not manager.vm("b"), "b is still there")
        expect_equal(questions, manager.vm("a")["monitor"]["connections"],
                     "connections to a")


def a_recording_replays_and_a_changed_one_does_not():
    with Bench() as bench:
        record = bench.path("record")
        manager = start(bench, "--record=" + record)
        manager.wait_steps(60)
        bench.vms[0]("use 30")
        manager.wait_steps(60)
        manager.end()
        status, out, err = tool("replay", record)
        expect_equal((0, ""), (status, err), "exit and complaints")
        expect(re.search(r"^different: +0$", out, re.M), out)
        status, out, err = tool("replay", "--json", "--all", record)
        expect_equal((0, ""), (status, err), "exit and complaints")
        rows = [json.loads(row, object_pairs_hook=once) for row in out.splitlines()]
        expect_equal(rows[-1]["decisions"], len(rows) - 1, "decisions that are shown")
        expect(all(row["same"] for row in rows[:-1]), "not all are the same")
        lines = bench.read("record").splitlines(keepends=True)
        step = json.loads(lines[20])
        step["vms"][0]["decision"]["target"] = 12345
        lines[20] = json.dumps(step) + "\n"
        bench.write("changed", "".join(lines))
        status, out, err = tool("replay", bench.path("changed"))
        expect_equal((1, ""), (status, err), "exit and complaints")
        expect(out.count("RECORDED") == 1, out[-2000:])
        status, out, err = tool("replay", "--tax", "0", "--headroom", "8M", record)
        expect_equal((0, ""), (status, err), "exit with other settings")
        for text in ("", "{}", "x", lines[0] + "{}\n", lines[0] + lines[1][:50]):
            bench.write("broken", text)
            status, _, err = tool("replay", bench.path("broken"))
            expect_equal(1, status, f"exit for {text[:60]!r}")
            expect("broken:" in err, err)


def a_full_disk_ends_the_recording_and_nothing_else():
    with Bench() as bench:
        manager = start(bench, "--record=/dev/full")
        until(lambda: "the recording ends" in manager.text("err"), "nobody complains")
        manager.wait_steps(20)


def heard(server, word):
    """Wait for a line to the service manager; all lines until then."""
    seen = []
    while word not in seen:
        seen.extend(server.recv(4096).decode().splitlines())
    return seen


def the_service_manager_is_told():
    with Bench() as bench, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(bench.path("notify"))
        server.settimeout(60)
        config = bench.write("config", CONFIG.format(bench.path("a.qmp")))
        told = {"NOTIFY_SOCKET": bench.path("notify"), "WATCHDOG_USEC": "400000"}
        os.environ.update(told)
        try:
            manager = bench.manager("--config=" + config)
        finally:
            for name in told:
                del os.environ[name]
        heard(server, "READY=1")
        expect(manager.status(), "it is ready before it has a state to show")
        for _ in range(3):
            heard(server, "WATCHDOG=1")
        bench.write("config", "budget = much\n")
        manager.hup()
        seen = heard(server, "READY=1")
        expect("RELOADING=1" in seen, f"{seen}")
        expect(any(re.match(r"MONOTONIC_USEC=[0-9]+$", line) for line in seen), f"{seen}")
        seen += heard(server, "WATCHDOG=1")
        expect(any("much" in line for line in seen if line.startswith("STATUS=")), f"{seen}")
        expect_equal(0, manager.end(), "exit status")
        heard(server, "STOPPING=1")


TESTS = (
    status_is_text_and_json, every_key_of_the_state_is_documented,
    top_prints_a_picture_once, nobody_runs_and_that_is_said,
    a_strange_document_is_shown_safely, leaving_takes_the_state_along,
    metrics_are_well_formed, promtool_has_no_complaint_about_the_metrics,
    two_managers_do_not_share_a_file,
    a_new_configuration_is_taken_and_a_broken_one_is_not,
    a_recording_replays_and_a_changed_one_does_not,
    a_full_disk_ends_the_recording_and_nothing_else, the_service_manager_is_told,
)
