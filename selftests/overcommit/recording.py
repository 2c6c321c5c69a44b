# SPDX-License-Identifier: GPL-2.0-only
"""What happens in a run of the overcommit scenario, one JSON object a line.

	{"event": "start", ...}		what was run: arm, budget, machines
	{"event": "sample", "t", "usage", "vms": [{"memory", "actual", "target", ...}]}
	{"event": "burst_start"|"burst_end", "t", "vm", "kind", "mib", "status"}
	{"event": "phase"|"death"|"guest_kill"|"end", ...}

Times are seconds since the machines had booted, sizes bytes unless the name says MiB.
A death is a machine that ended, a guest_kill a process inside that its own
kernel killed.
"""
import json
import threading
import time

from budget import memory_of
from machine import Failure


class Recording:
    def __init__(self, path, listener=None, **facts):
        self.file = open(path, "w")
        self.listener = listener
        self.lock = threading.Lock()
        self.begun = time.monotonic()
        self.deaths = []
        self.write("start", **facts)

    def now(self):
        return round(time.monotonic() - self.begun, 3)

    def write(self, event, **facts):
        with self.lock:
            line = {"event": event, "t": self.now(), **facts}
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()
            if event == "death":
                self.deaths.append(line)
            if self.listener:
                self.listener(line)

    def close(self):
        self.file.close()


class Sampler:
    """Looks at the machines ten times a second, more often at the budget."""

    def __init__(self, recording, budget, machines, hugetlb, manager):
        self.recording = recording
        self.budget = budget
        self.machines = machines
        self.hugetlb = hugetlb
        self.manager = manager
        self.kills = {machine.name: 0 for machine in machines}
        self.actual = {machine.name: machine.mem for machine in machines}
        self.death = threading.Event()
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.loop, daemon=True)]
        self.threads += [threading.Thread(target=self.ask, args=(machine,), daemon=True)
                         for machine in machines]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self.done.set()
        for thread in self.threads:
            thread.join()
        return False

    def ask(self, machine):
        """A thread for each machine: its monitor may be slow, or silent for good."""
        while not self.done.wait(0.1):
            try:
                self.actual[machine.name] = machine.actual()
            except (OSError, ValueError, Failure):
                return

    def loop(self):
        while not self.done.is_set():
            self.sample()
            for _ in range(10):
                self.budget.usage()
                if self.done.wait(0.01):
                    return

    def sample(self):
        usage = self.budget.usage()
        targets = self.manager.targets()
        vms = [{**self.look(machine), "target": targets.get(machine.number)}
               for machine in self.machines]
        self.recording.write("sample", usage=usage, vms=vms)

    def look(self, machine):
        self.look_for_death(machine)
        kills = machine.guest_kills()
        if kills > self.kills[machine.name]:
            self.kills[machine.name] = kills
            self.recording.write("guest_kill", vm=machine.number, count=kills)
        own, huge = memory_of(machine.pid) if not machine.dead else (0, 0)
        return {"memory": huge if self.hugetlb else own, "actual": self.actual[machine.name],
                "guest_kills": kills}

    def look_for_death(self, machine):
        if machine.dead or not machine.ended():
            return
        machine.dead = machine.ended()
        self.recording.write("death", vm=machine.number, how=machine.dead)
        self.death.set()
