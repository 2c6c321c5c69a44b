# SPDX-License-Identifier: GPL-2.0-only
"""The balloon of a guest that moves to another QEMU: group migration.

The guest is stopped while it really moves. Under emulation, guests that ran on and
hinted free pages meanwhile have arrived damaged, with the kernel's driver, too, and
without hints they have not. Why is not known.
"""
import os

from checks import MODULE, REPORTING, empty, expect, expect_equal, held_pages
from devices import backend
from guest import Failure, Guest, MIB

MEM = 512
SIZE = 200 * MIB
OPTIONS = dict(mem=MEM, device="free-page-hint=on,iothread=hint," + REPORTING,
               qemu=backend(MEM, "memfd,share=on"))


def leave_garbage(guest):
    """Free memory that does not look free, as it is after a while."""
    guest.sh("mkdir -p /mnt/g && mount -t tmpfs -o size=100% g /mnt/g && "
             "tr '\\0' '\\252' < /dev/zero | dd of=/mnt/g/x bs=1M count=200 "
             "iflag=fullblock && umount /mnt/g")


def migrate(guest, command):
    """To a file or whereto; how many bytes of memory went over the wire."""
    # Slow enough for the guest to say what is free.
    guest.qmp("migrate-set-parameters", **{"max-bandwidth": 64 * MIB})
    guest.qmp("migrate", uri="exec:" + command)
    status = lambda: guest.qmp("query-migrate")
    guest.until(lambda: status()["status"] in ("completed", "failed"), 120,
                lambda: f"the migration is {status()['status']}")
    expect_equal("completed", status()["status"], "the migration")
    return status()["ram"]["transferred"]


def hinted_memory_is_not_sent(guest):
    """The driver's presence makes the difference, in the same guest."""
    guest.sh("rmmod ringside_balloon")
    leave_garbage(guest)
    without = migrate(guest, "cat > /dev/null")
    guest.qmp("cont")
    guest.sh("insmod " + MODULE)
    guest.set_attr("free_page_reporting", 0)
    leave_garbage(guest)
    hinted = migrate(guest, "cat > /dev/null")
    guest.qmp("cont")
    print(f"# {without // MIB} MiB sent without hints, {hinted // MIB} with")
    expect(hinted < without / 2, f"{hinted} bytes were sent, {without} without hints")
    guest.until(lambda: int(guest.attr("hinted_bytes")) > 100 * MIB, 30,
                lambda: f"only {guest.attr('hinted_bytes')} bytes were hinted")


def oom_kills(guest):
    return int(guest.sh("sed -n 's/^oom_kill //p' /proc/vmstat"))


def hinted_memory_comes_back(guest):
    """What the driver keeps for the migration is the guest's if it needs it."""
    guest.sh("sync; echo 3 > /proc/sys/vm/drop_caches")
    free, hinted = guest.free(), int(guest.attr("hinted_bytes"))
    guest.qmp("migrate-set-parameters", **{"max-bandwidth": 1 * MIB})
    guest.qmp("migrate", uri="exec:cat > /dev/null")
    guest.until(lambda: int(guest.attr("hinted_bytes")) > hinted + 200 * MIB, 60,
                lambda: f"only {int(guest.attr('hinted_bytes')) - hinted} bytes were hinted")
    guest.until(lambda: guest.free() < free - 200 * MIB, 30,
                lambda: f"{guest.free()} of {free} bytes are free: nothing is kept")
    kills = oom_kills(guest)
    guest.sh("mount -t tmpfs -o size=100% g /mnt/g")
    guest.sh("dd if=/dev/zero of=/mnt/g/x bs=1M count=200", timeout=60)
    expect_equal(kills, oom_kills(guest), "killed while the driver kept memory")
    guest.sh("rm /mnt/g/x; umount /mnt/g")
    guest.qmp("migrate_cancel")
    guest.until(lambda: guest.free() > free - 16 * MIB, 60,
                lambda: f"{guest.free()} of {free} bytes are free after the migration")


def leaves_with_memory_inside(guest, file):
    empty(guest)
    guest.set_attr("free_page_reporting", 0)
    guest.touch()
    guest.balloon(guest.mem - SIZE)
    guest.qmp("stop")
    migrate(guest, f"cat > {file}")


def arrives_with_memory_inside(guest, total):
    expect_equal(SIZE, held_pages(guest) * 4096, "what the balloon holds")
    expect_equal(guest.mem - SIZE, guest.actual(), "what the host sees")
    expect_equal(total - SIZE, guest.meminfo("MemTotal"), "MemTotal")


def resync_returns_the_memory_again(guest, total):
    """Whatever arrives is written, and be it zeroes: the host has all of it."""
    before = guest.rss()
    guest.set_attr("resync", 1)
    after = guest.rss()
    print(f"# QEMU had {before // MIB} MiB on arrival, {after // MIB} after resync")
    expect(after <= guest.mem - 0.95 * SIZE, f"QEMU has {after} bytes after resync")
    expect_equal("1", guest.attr("resyncs"), "resyncs")
    expect_equal(str(SIZE), guest.attr("resynced_bytes"), "resynced_bytes")
    expect_equal(total, empty(guest), "MemTotal after deflation")
    guest.balloon(guest.mem - SIZE)
    expect_equal(total, empty(guest), "MemTotal after another cycle")


def moves(tap, kernel):
    """One machine after the other: a second one may have to wait for its turn."""
    try:
        with Guest(kernel, **OPTIONS) as guest:
            file = os.path.join(guest.dir, "state")
            tap.run("hinted memory is not sent", hinted_memory_is_not_sent, guest)
            tap.run("hinted memory comes back", hinted_memory_comes_back, guest)
            total = empty(guest)
            sent = tap.run("a guest leaves with memory inside",
                           leaves_with_memory_inside, guest, file)
            guest.abandon()
        if not sent:
            return
        with Guest(kernel, incoming=file, **OPTIONS) as guest:
            tap.run("a guest arrives with memory inside",
                    arrives_with_memory_inside, guest, total)
            tap.run("resync returns the memory again",
                    resync_returns_the_memory_again, guest, total)
            tap.run("the guest ends well", guest.finish)
        os.unlink(file)
    except (Failure, OSError) as error:
        tap.result("the machines run", error)


GROUPS = {"migration": [moves]}
