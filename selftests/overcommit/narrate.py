# SPDX-License-Identifier: GPL-2.0-only
"""Tells a run of the overcommit scenario in plain words while it happens."""

MIB = 1 << 20
INTRODUCTIONS = {
    "none": """
== As they come, without a balloon ===================================
A VM never gives back what it once touched, so the host runs out:""",
    "ours+manager": """
== With ringside_balloon in the VMs, ringside-host on the host =======
The manager takes from a VM what it does not use, as soon as another one
needs it. The same load:""",
}


class Narrator:
    """Call it with every line of a recording."""

    def __init__(self):
        self.usage = self.limit = 0

    def __call__(self, line):
        tell = getattr(self, line["event"], None)
        if tell:
            tell(line)

    def say(self, line, words):
        print(f"  {line['t']:5.1f} s  {self.usage // MIB:4d} of {self.limit // MIB} MiB"
              f"   {words}", flush=True)

    def start(self, line):
        self.limit = line["limit"]
        print(INTRODUCTIONS.get(line["arm"], f"\n== {line['words']} =="))
        print(f"  (Linux {line['kernel']}; limited by: {line['limiter']})", flush=True)

    def sample(self, line):
        first = not self.usage
        self.usage = line["usage"]
        if first:
            self.say(line, f"{len(line['vms'])} VMs of 512 MiB have booted and are idle")

    def phase(self, line):
        self.say(line, f"-- {line['name']} --")

    def burst_start(self, line):
        what = "needs" if line["kind"] == "anon" else "reads files of"
        self.say(line, f"VM {line['vm']} {what} {line['mib']} MiB")

    def burst_end(self, line):
        if line["status"] == 0 and line["kind"] == "anon":
            self.say(line, f"VM {line['vm']} got it and is done")
        elif line["status"]:
            self.say(line, f"VM {line['vm']} DID NOT GET IT: {line['said']}")

    def guest_kill(self, line):
        self.say(line, f"VM {line['vm']} KILLS A PROGRAM inside for want of memory")

    def death(self, line):
        self.say(line, f"VM {line['vm']} IS {line['how'].upper()}")
