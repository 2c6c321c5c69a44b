# SPDX-License-Identifier: GPL-2.0-only
"""The load of the overcommit scenario: which machine wants memory when.

Phase 1: each machine in its turn has a burst of anonymous memory, then fills its
page cache, so that the peaks come at different times. Phase 2: the next peak
starts at the moment the previous one ends, over and over, while busy loops of
the host take the processors away from everybody.
"""
import contextlib
import subprocess
import threading
import time

from machine import Failure

ANON_MIB = 280
CACHE_MIB = 220
# A burst that finds no memory may take long, but not for ever.
BURST_TIMEOUT = 90


class Load:
    def __init__(self, machines, recording, death, short):
        self.machines = machines
        self.recording = recording
        self.death = death
        self.spacing = 6 if short else 8
        self.rounds = 1 if short else 2
        self.hold = 2 if short else 4
        self.cache_read = {machine.name: 0 for machine in machines}
        self.results = []
        # On a slow host a peak lasts longer; two at a time do not fit at all.
        self.peak = threading.Lock()
        self.planned = len(machines) * (2 + self.rounds)

    def burst(self, machine, kind, mib, last):
        """Run it and note how it went: its exit status, or why there is none."""
        if self.death.is_set():
            return
        self.recording.write("burst_start", vm=machine.number, kind=kind, mib=mib)
        try:
            status, text = machine.sh(f"load.sh {kind} {mib} {last}", check=False,
                                      timeout=BURST_TIMEOUT)
        except (Failure, OSError) as error:
            status, text = None, str(error).splitlines()[0]
        self.results.append(status)
        self.recording.write("burst_end", vm=machine.number, kind=kind, mib=mib,
                             status=status, said=text)

    def anon(self, machine):
        with self.peak:
            self.burst(machine, "anon", ANON_MIB, self.hold)

    def cache(self, machine):
        skip = self.cache_read[machine.name]
        self.cache_read[machine.name] += CACHE_MIB
        self.burst(machine, "cache", CACHE_MIB, skip)

    def turn(self, machine, start):
        if not self.death.wait(start):
            self.anon(machine)
        if not self.death.wait(2):
            self.cache(machine)

    def apart(self):
        self.recording.write("phase", name="peaks at different times")
        turns = [threading.Thread(target=self.turn, args=(machine, i * self.spacing))
                 for i, machine in enumerate(self.machines)]
        for thread in turns:
            thread.start()
        for thread in turns:
            thread.join()

    def edge_to_edge(self):
        self.recording.write("phase", name="one peak ends, the next begins; host busy")
        with hogs(2):
            for _ in range(self.rounds):
                for machine in self.machines:
                    self.anon(machine)

    def run(self):
        self.apart()
        if not self.death.wait(2):
            self.edge_to_edge()
        self.death.wait(2)

    def finished(self):
        return self.results.count(0)


@contextlib.contextmanager
def hogs(count):
    """Busy loops of the host that end with us."""
    loops = [subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "sh", "-c",
                               "while :; do :; done"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def run_until_death(load, death, linger=2):
    """Run the load; when a machine dies, watch a little longer and return."""
    thread = threading.Thread(target=load.run, daemon=True)
    thread.start()
    while thread.is_alive() and not death.is_set():
        thread.join(0.1)
    if death.is_set():
        time.sleep(linger)
    return thread
