# SPDX-License-Identifier: GPL-2.0-only
"""A guest with a virtio-balloon device, and both ends of it in one hand.

The host's end is QMP and the memory of the QEMU process; the guest's end is a
shell on the third serial port. The machine itself is selftests/vm/run's.
"""
import json
import os
import re
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20


class Failure(Exception):
    """What a test expected and did not get."""


class Skip(Exception):
    """What is missing here for a test."""


def connect(path, timeout=120):
    """Connect to a UNIX socket that QEMU may not have made yet."""
    deadline = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Qmp:
    """The monitor of one QEMU."""

    def __init__(self, path):
        self.stream = connect(path).makefile("rw")
        self.stream.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self.stream.write(json.dumps(request) + "\n")
        self.stream.flush()
        for line in self.stream:
            answer = json.loads(line)
            if "error" in answer:
                raise Failure(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise Failure(f"{command}: QEMU is gone")


class Guest:
    """One virtual machine; use it in a with statement."""

    def __init__(self, kernel, device="", mem=1024, modules=("ringside_balloon",),
                 add=(), append="", run=(), qemu=(), incoming=None, timeout=600):
        self.dir = tempfile.mkdtemp(prefix="rsb.")
        self.mem = mem * MIB
        path = lambda name: os.path.join(self.dir, name)
        argv = [os.path.join(HERE, "../vm/run"), "--kernel", kernel,
                "--mem", str(mem), "--timeout", str(timeout), *run]
        for module in modules:
            argv += ["--module", module]
        for file in (os.path.join(HERE, "agent"), *add):
            argv += ["--add", file]
        if append:
            argv += ["--append", append]
        for arg in ("-qmp", f"unix:{path('qmp')},server=on,wait=off",
                    "-chardev", f"socket,id=agent,path={path('agent')},server=on,wait=off",
                    "-serial", "chardev:agent", "-pidfile", path("pid"),
                    "-object", "iothread,id=hint", *qemu):
            argv += ["--qemu", arg]
        if device is not None:
            argv += ["--qemu", "-device", "--qemu", self.argument(device)]
        if incoming:
            argv += ["--qemu", "-incoming", "--qemu", f"exec:cat {incoming}"]
        self.log = open(path("log"), "w+")
        self.run = subprocess.Popen(argv + ["--", "agent"], stdin=subprocess.DEVNULL,
                                    stdout=self.log, stderr=subprocess.STDOUT)
        try:
            self.boot(path, incoming)
        except BaseException:
            self.run.terminate()
            raise

    @staticmethod
    def argument(properties):
        """QEMU's argument for a balloon with these properties."""
        return "virtio-balloon-pci,id=balloon" + ("," + properties if properties else "")

    def boot(self, path, incoming=None):
        while not os.path.exists(path("agent")):
            if self.run.poll() is not None:
                raise Failure("the machine did not start: " + self.output())
            time.sleep(0.1)
        self.sock = connect(path("agent"))
        self.pending = ""
        self.qmp = Qmp(path("qmp"))
        self.pid = int(open(path("pid")).read())
        if incoming:
            self.until(lambda: self.qmp("query-status")["status"] == "paused", 120,
                       lambda: "the guest did not arrive")
            self.qmp("cont")
        else:
            # What is sent before the agent reads is lost.
            self.wait_for(r"agent ready\n", 300)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0]:
            self.run.terminate()
        self.run.wait()
        return False

    def output(self):
        self.log.seek(0)
        return self.log.read().strip()

    def wait_for(self, pattern, timeout):
        deadline = time.monotonic() + timeout
        while True:
            match = re.search(pattern, self.pending)
            if match:
                found = self.pending[:match.end()]
                self.pending = self.pending[match.end():]
                return found
            if time.monotonic() > deadline:
                raise Failure(f"the guest is silent; last words: {self.pending[-300:]!r}")
            self.sock.settimeout(1)
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                continue
            if not data:
                raise Failure("the guest died: " + self.output())
            self.pending += data.decode(errors="replace")

    def sh(self, command, check=True, timeout=180):
        """Run a line in the guest; its output, or a Failure if it failed."""
        self.sock.settimeout(timeout)
        self.sock.sendall(command.encode() + b"\n")
        text = self.wait_for(r"(?:^|\n)==done \d+\n", timeout)
        text, _, status = text.rpartition("==done ")
        if check and int(status):
            raise Failure(f"guest: {command}: exit {int(status)}: {text.strip()}")
        return text.strip() if check else (int(status), text.strip())

    def finish(self):
        """Power off; the harness's verdict on the guest's log must be good."""
        self.sock.sendall(b"exit 0\n")
        status = self.run.wait()
        if status:
            raise Failure(f"vm/run: exit {status}: {self.output()}")

    def abandon(self):
        """It lives on elsewhere; what is left here has no verdict."""
        self.qmp("quit")
        self.run.wait()

    # The host's end.

    def actual(self):
        return self.qmp("query-balloon")["actual"]

    def ask(self, size):
        """The host wants the guest to have so many bytes."""
        self.qmp("balloon", value=size)

    def balloon(self, size, timeout=120):
        """Ask, and wait until the guest has it."""
        self.ask(size)
        self.until(lambda: self.actual() == size, timeout,
                   lambda: f"the guest stays at {self.actual()}, asked for {size}")

    def until(self, done, timeout, what):
        deadline = time.monotonic() + timeout
        while not done():
            if time.monotonic() > deadline:
                raise Failure(what())
            time.sleep(0.05)

    def rss(self):
        """How much of the guest's memory QEMU has: its largest mapping."""
        most, size = 0, 0
        with open(f"/proc/{self.pid}/smaps") as maps:
            for line in maps:
                if line.startswith("Size:"):
                    size = int(line.split()[1]) << 10
                    here = 0
                elif size >= self.mem and line.startswith(
                        ("Rss:", "Shared_Hugetlb:", "Private_Hugetlb:")):
                    here += int(line.split()[1]) << 10
                    most = max(most, here)
        return most

    # The guest's end.

    def meminfo(self, field):
        return int(self.sh(f"sed -n 's/^{field}: *//p' /proc/meminfo").split()[0]) << 10

    def free(self):
        """Free memory with what waits on the lists of the processors."""
        waiting = self.sh("awk '$1 == \"count:\" { n += $2 } END { print n }' /proc/zoneinfo")
        return self.meminfo("MemFree") + int(waiting) * 4096

    def attr(self, name):
        return self.sh("cat /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside/" + name)

    def set_attr(self, name, value, check=True):
        # The shell does not expand patterns behind a '>'.
        return self.sh("cd /sys/bus/virtio/drivers/ringside_balloon/virtio*/ringside && "
                       f"echo {value} > {name}; s=$?; cd /; (exit $s)", check)

    def touch(self):
        """Make QEMU really have nearly all of the guest's free memory."""
        # Free pages on the lists of processors would stay untouched.
        self.sh("echo 1 > /proc/sys/vm/compact_memory")
        mib = self.meminfo("MemFree") // MIB - 64
        self.sh("mkdir -p /mnt/t && mount -t tmpfs -o size=100% t /mnt/t && "
                f"dd if=/dev/zero of=/mnt/t/x bs=1M count={mib} && umount /mnt/t")
