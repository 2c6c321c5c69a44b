# SPDX-License-Identifier: GPL-2.0-only
"""A running ringside-host and machines for it that are no machines.

Waiting is for a condition, with a generous end; nothing is asserted about how
long something took.
"""
import json
import os
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../.."))
MIB = 1 << 20


class Failure(Exception):
    """What a test expected and did not get."""


class Skip(Exception):
    """What is missing here for a test."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_equal(want, got, what):
    expect(want == got, f"{what} is {got!r}, expected {want!r}")


def until(done, what, timeout=60):
    """Wait until done() returns something true, and return that."""
    deadline = time.monotonic() + timeout
    while True:
        result = done()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure(what() if callable(what) else what)
        time.sleep(0.05)


class FakeVm:
    """See fakevm; calling it is talking to it."""

    def __init__(self, path, ram=64, *behaviour):
        self.path = path
        if os.path.exists(path):
            os.unlink(path)
        self.process = subprocess.Popen([os.path.join(HERE, "fakevm"), path, str(ram)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        expect_equal("ready\n", self.process.stdout.readline(), "what fakevm says")
        for line in behaviour:
            self(line)

    def __call__(self, line):
        self.process.stdin.write(line + "\n")
        answer = self.process.stdout.readline().strip()
        return json.loads(answer) if line == "show" else answer

    def get(self, key):
        return self("show")[key]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Manager:
    """ringside-host run, and what it shows."""

    binary = os.path.join(TOP, "build/user/ringside-host")

    def __init__(self, work, *args):
        self.work = work
        self.args = [self.binary, "run", "--status", self.path("status.json"), *args]
        self.start()

    def path(self, name):
        return os.path.join(self.work, name)

    def start(self):
        self.out = open(self.path("out"), "a+")
        self.err = open(self.path("err"), "a+")
        self.process = subprocess.Popen(self.args, stdin=subprocess.DEVNULL,
                                        stdout=self.out, stderr=self.err)

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def status(self):
        """The state that this process has written, or nothing yet."""
        expect(self.process.poll() is None, lambda: "it ended: " + self.text("err"))
        try:
            state = json.loads(self.text("status.json"))
        except FileNotFoundError:
            return None
        return state if state["pid"] == self.process.pid else None

    def vm(self, name):
        state = self.status()
        found = [vm for vm in state["vms"] if vm["name"] == name] if state else []
        return found[0] if found else None

    def wait_vm(self, name, good, what, timeout=60):
        return until(lambda: (lambda vm: vm and good(vm) and vm)(self.vm(name)),
                     lambda: f"{name}: {what}: {json.dumps(self.vm(name))}", timeout)

    def wait_connected(self, *names):
        for name in names:
            self.wait_vm(name, lambda vm: vm["monitor"]["state"] == "connected" and
                         vm["actual_bytes"], "not connected")

    def wait_steps(self, n):
        first = until(self.status, "no state")["steps"]
        return until(lambda: (lambda s: s and s["steps"] >= first + n and s)(self.status()),
                     lambda: f"it stopped at step {self.status()}")

    def cpu_ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))

    def hup(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self, sig=signal.SIGTERM):
        """Send a signal; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        status = self.process.wait()
        self.out.close()
        self.err.close()
        return status


class Bench:
    """A directory, the machines and managers in it; use it in a with statement."""

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="rsh.")
        self.vms = []
        self.managers = []
        return self

    def __exit__(self, *exc):
        for manager in self.managers:
            if manager.process.poll() is None:
                manager.end(signal.SIGKILL)
        for vm in self.vms:
            vm.end()
        self.dir.cleanup()
        return False

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def vm(self, name, ram=64, *behaviour):
        self.vms.append(FakeVm(self.path(name + ".qmp"), ram, *behaviour))
        return self.vms[-1]

    def manager(self, *args):
        self.managers.append(Manager(self.dir.name, *args))
        return self.managers[-1]

    def option(self, name, more=""):
        """--vm for a machine of this bench."""
        return f"--vm={name}={self.path(name + '.qmp')}{more}"

    def write(self, name, text):
        """In one piece, as an editor does; any character is one byte."""
        with open(self.path(name) + "~", "w", encoding="latin-1", newline="") as file:
            file.write(text)
        os.rename(self.path(name) + "~", self.path(name))
        return self.path(name)

    def read(self, name):
        """Its text, or nothing if it is not there."""
        try:
            with open(self.path(name)) as file:
                return file.read()
        except FileNotFoundError:
            return ""


def tool(*args, binary=None):
    """Run a command to its end: status, standard output, standard error."""
    done = subprocess.run([binary or Manager.binary, *args], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=120)
    return done.returncode, done.stdout, done.stderr
