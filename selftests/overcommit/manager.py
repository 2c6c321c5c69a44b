# SPDX-License-Identifier: GPL-2.0-only
"""ringside-host as the overcommit scenario uses it: its defaults, but for a min."""
import json
import os
import subprocess

from machine import Failure, MIB

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
# What it leaves to each machine in any case.
MIN_MIB = 128


class Manager:
    """ringside-host over the machines; nothing where the arm has none."""

    def __init__(self, wanted, directory, budget, machines):
        self.process = None
        self.status = os.path.join(directory, "manager.json")
        if not wanted:
            return
        argv = [os.path.join(TOP, "build/user/ringside-host"), "run",
                "--budget", f"{budget.for_all(machines) // MIB}M",
                "--status", self.status,
                "--record", os.path.join(directory, "manager.trace")]
        for machine in machines:
            argv += ["--vm", f"vm{machine.number}={machine.manager_socket},min={MIN_MIB}M"]
        self.log = os.path.join(directory, "manager.log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *argv],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def targets(self):
        """What it wants the machines to have, by their number."""
        if not self.process:
            return {}
        try:
            with open(self.status) as file:
                vms = json.load(file)["vms"]
        except (OSError, ValueError):
            return {}   # it has only just begun
        return {int(vm["name"][2:]): vm["target_bytes"] for vm in vms}

    def check(self):
        if self.process and self.process.poll() is not None:
            with open(self.log) as log:
                raise Failure(f"ringside-host ended: {log.read()[-500:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
