#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the fuzzers of the host begin with: seeds.py TOP DIRECTORY makes a
directory for each of them. Profiles come from the tests, the rest is here."""
import pathlib
import random
import sys

CRED = (
    "  su-377  [000] .....    10.322630: cred: pid=377 abi=x86_64 nr=117 "
    "ns_changed=1 old_ns=4026531837 new_ns=4026532290 " +
    " ".join(f"old_{i}=0 new_{i}=1000" for i in
             ("uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid")) +
    " old_securebits=0x0 new_securebits=0x2f " +
    " ".join(f"old_{c}=0x1 new_{c}=0x2" for c in
             ("effective", "permitted", "inheritable", "bounding", "ambient")) +
    " no_new_privs=1 seccomp=2 explained=1 why=ids exe=usr/a\\040b/su "
    "caller=f+0x1/0x2 [module] comm=su")

LINES = [
    CRED, CRED.replace(": cred:", ": cred_unexplained:"),
    "7f0000000000-7f0000010000 r-xp 00026000 08:01 123  /lib/libc.so.6\n",
    "__x64_sys_openat (1) R I     \ttramp: 0xffffffffc0000000 "
    "(klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100",
    "__do_sys_openat (1) R I M \t->hold+0x0/0x10 [rs_hold]", "18446744073709551615",
]

# Everything that QEMU says to the manager in a quiet minute.
QMP = """g
a{}
a{"actual":536870912}
a[{"name":"b0","type":"child<virtio-balloon-pci>"}]
a{"base-memory":1073741824,"plugged-memory":0}
a[{"size":1073741824,"id":"ram"}]
a{"running":true}
a{"stats":{"stat-total-memory":1,"stat-available-memory":2},"last-update":9}
v"BALLOON_CHANGE","data":{"actual":1}
v"RESET"
v"STOP"
v"RESUME"
v"DEVICE_DELETED"
t1000
s268435456
eno
f
t6000
r{"timestamp":{"seconds":1},"event":"STOP"} {"return":{},"id":3}
c
t200
"""

PROFILES = [
    "{}", '{"defaultAction":"SCMP_ACT_ALLOW"}',
    '{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":'
    '["SCMP_ARCH_X86_64","SCMP_ARCH_X86"],"syscalls":[{"names":["socket",'
    '"socketcall","bind"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":40,'
    '"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}],"includes":{"caps":["CAP_SYS_ADMIN"],'
    '"arches":["amd64"],"minKernel":"4.8"},"excludes":{"caps":["CAP_BPF"]}}]}',
    '{"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64",'
    '"subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}],"syscalls":[{"name":'
    '"ptrace","action":"SCMP_ACT_ERRNO","errno":"EPERM","comment":"x"}],"ringside":'
    '{"limits":{"pids":5,"memory":"1G"},"sockets":[{"family":"AF_ALG","action":'
    '"SCMP_ACT_ERRNO"}]}}',
]


def write(directory, number, data):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"seed{number}").write_bytes(data)


def main():
    top, out = map(pathlib.Path, sys.argv[1:])
    profiles = [p.encode() for p in PROFILES]
    for path in sorted((top / "selftests/cli/profiles").glob("*.json")):
        profiles.append(path.read_bytes())
    profiles.append((top / "selftests/data/docker-default-seccomp.json").read_bytes())
    for i, data in enumerate(profiles):
        write(out / "profile_fuzz", i, b"37"[i % 2:i % 2 + 1] + data)
    for i, line in enumerate(LINES):
        for reader in range(4):
            write(out / "lines_fuzz", 4 * i + reader, bytes([reader]) + line.encode())
    write(out / "qmp_fuzz", 0, QMP.encode())
    # The others take bytes as they come.
    source = random.Random(1)
    for name in ("answers", "pure", "rules", "trace"):
        for i in range(16):
            write(out / f"{name}_fuzz", i, bytes([i]) + source.randbytes(64 * i))


if __name__ == "__main__":
    main()
