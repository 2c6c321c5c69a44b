# SPDX-License-Identifier: GPL-2.0-only
"""A profile under which every call is judged and none is refused.

Reads a profile of a container engine for the names of calls. Each of them gets
a rule with an argument that nobody passes, so that the guard hooks its function
in every ABI and runs a program for every call of every process.
"""
import json
import sys

# The guard takes no rule, however harmless, about the calls that end things.
VITAL = {"exit", "exit_group", "restart_syscall", "rt_sigreturn", "sigreturn"}
NOBODY_PASSES = 0x5269_6e67_7369_6465

names = {name for rule in json.load(sys.stdin)["syscalls"]
         for name in rule["names"]} - VITAL
json.dump({
    "defaultAction": "SCMP_ACT_ALLOW",
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
    "syscalls": [{
        "names": sorted(names), "action": "SCMP_ACT_ERRNO",
        "args": [{"index": 0, "value": NOBODY_PASSES, "op": "SCMP_CMP_EQ"}],
    }],
}, sys.stdout)
