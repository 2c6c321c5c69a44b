# SPDX-License-Identifier: GPL-2.0-only
"""One of the machines that share the host's memory in the overcommit scenario.

It is the Guest of selftests/balloon, but started inside a budget, from an image
that is there already, and with a second monitor for the manager.
"""
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../balloon"))
from guest import Failure, Guest, MIB, Qmp  # noqa: E402

# What the kernel says when it kills for want of memory.
KILLED = re.compile(r"Out of memory: Killed process|Memory cgroup out of memory"
                    r"|System is deadlocked on memory")
# Plain stores clear pages, as on real hardware of that speed class, and all
# processors share one thread: see selftests/vm/run.
QEMU = ("qemu-system-x86_64", "-accel", "tcg,thread=single,tb-size=32",
        "-cpu", "max,-erms,-fsrm", "-smp", "1", "-nodefaults", "-no-user-config",
        "-no-reboot", "-display", "none", "-monitor", "none")
# A disk that reads as zeroes: page cache of the guest, none of the host.
DISK = ("-blockdev", "driver=null-co,node-name=disk,size=4294967296,read-zeroes=on,read-only=on",
        "-device", "virtio-blk-pci,drive=disk")
# Without the check of the timer, which a busy host fails: see selftests/vm/run.
APPEND = ("console=ttyS0 loglevel=5 panic=-1 oops=panic random.trust_cpu=1 "
          "no_timer_check")


class Machine(Guest):
    """Use it in a with statement; mem is in MiB, device is what the balloon offers."""

    def __init__(self, number, directory, mem, image, device, hugetlb, join):
        self.number = number
        self.name = f"VM {number}"
        self.dir = os.path.join(directory, f"vm{number}")
        self.mem = mem * MIB
        self.dead = None
        os.makedirs(self.dir)
        self.manager_socket = self.path("manager")
        self.console = self.path("console.log")
        self.log = open(self.path("qemu.log"), "w+")
        argv = [*QEMU, *self.memory(mem, hugetlb), *self.channels(), *DISK,
                "-kernel", image["kernel"], "-initrd", image["initrd"], "-append", APPEND,
                "-device", "virtio-balloon-pci,id=balloon" + device]
        # Memory that was charged before it joined would stay outside; and it
        # must not outlive us.
        script = join + ' && exec setpriv --pdeathsig KILL "$@"'
        self.run = subprocess.Popen(
            ["sh", "-c", script, "sh", *argv], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT, pass_fds=image["slots"])

    def path(self, name):
        return os.path.join(self.dir, name)

    def memory(self, mem, hugetlb):
        if not hugetlb:
            return ("-m", str(mem))
        # The pool is smaller than the sum of all, so nothing is set aside.
        return ("-m", str(mem), "-machine", "pc,memory-backend=ram", "-object",
                f"memory-backend-memfd,id=ram,size={mem}M,hugetlb=on,hugetlbsize=2M,reserve=off")

    def channels(self):
        # The second serial port is the harness's, which has no command here.
        yield from ("-chardev", f"file,id=console,path={self.console}",
                    "-serial", "chardev:console",
                    "-chardev", f"file,id=out,path={self.path('out')}", "-serial", "chardev:out",
                    "-chardev", f"file,id=control,path={self.path('control')}",
                    "-device", "isa-debugcon,iobase=0xe9,chardev=control",
                    "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                    "-pidfile", self.path("pid"))
        for name, socket in (("agent", "agent"), ("qmp", "qmp"), ("manager", "manager")):
            yield from ("-chardev", f"socket,id={name},path={self.path(socket)},server=on,wait=off")
        yield from ("-serial", "chardev:agent", "-mon", "chardev=qmp,mode=control",
                    "-mon", "chardev=manager,mode=control")

    def wait_booted(self):
        self.boot(self.path)
        # The page cache of a disk goes when nobody has it open.
        self.sh("sleep 100000 </dev/vda >/dev/null 2>&1 &")

    def ended(self):
        """How the machine died, in words, or None while it lives."""
        status = self.run.poll()
        if status is None:
            return None
        if status == -signal.SIGKILL:
            return "killed by the host"
        if status == -signal.SIGBUS:
            return "killed by the host (no huge page left)"
        return f"died (exit {status}: {self.last_words()})"

    def guest_kills(self):
        """How often the guest's kernel killed a process for want of memory."""
        return len(KILLED.findall(self.console_text()))

    def console_text(self):
        try:
            with open(self.console, errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def last_words(self):
        lines = [line for line in self.console_text().splitlines() if "anic" in line]
        return lines[-1].strip() if lines else self.output()[-200:]

    def finish(self):
        """Stop it: the guest has nothing to save."""
        if self.run.poll() is None:
            self.run.kill()
        self.run.wait()

    def __exit__(self, *exc):
        self.finish()
        return False


__all__ = ["Failure", "MIB", "Machine", "Qmp"]
