# SPDX-License-Identifier: GPL-2.0-only
"""The balloon's figures: each boots a machine, lets stock and ours take turns
in it, and hands the samples to the record. What is good enough: goals.py.
"""
import os
import subprocess
import sys
import time

from machine import BENCH, Failure, HugePages, Machine, MIB, Missing, REPORTING

REPEAT = int(os.environ.get("REPEAT", "5"))
ASKED = 512 * MIB
CACHE_MIB = 850
BURST_MIB = 250
OUT = os.path.join(BENCH, "../../build/bench")

# A disk of zeroes whose contents cost the host nothing.
DISK = ("-blockdev", f"driver=null-co,node-name=zero,size={4 << 30},read-zeroes=on",
        "-device", "virtio-blk-pci,drive=zero")


def turns(drivers, turn, most=REPEAT):
    """REPEAT rounds in which every driver has its turn; the results by driver."""
    results = {driver: [] for driver in drivers}
    for _ in range(min(REPEAT, most)):
        for driver in drivers:
            results[driver].append(turn(driver))
    return results


def column(results, name):
    return {driver: [run[name] for run in runs] for driver, runs in results.items()}


def times(record, bench, results, name, **tags):
    """Lines of wall and CPU time, ours against stock, for each of our modes."""
    samples = column(results, name)
    for mode in samples:
        if mode != "stock":
            record.times(bench, samples[mode], samples["stock"], mode=mode, **tags)


def percents(record, bench, results, name, **tags):
    runs = column(results, name)
    for mode in runs:
        if mode != "stock":
            record.line(bench, "%", runs[mode], {"stock": runs["stock"]}, mode=mode, **tags)


def splits():
    """How often this host had to break up the mapping of a huge page."""
    with open("/proc/vmstat") as vmstat:
        for line in vmstat:
            name, value = line.split()
            if name == "thp_split_pmd":
                return int(value)
    return 0


def host_calls(record):
    """What this host's calls for ASKED bytes, page by page, take by themselves."""
    text = subprocess.check_output([os.path.join(OUT, "discard"), str(ASKED // MIB)],
                                   text=True)
    for call, ms in zip(("drop_huge", "drop_nothing", "ask"), text.split()):
        record.line("balloon.host_calls", "cpu_ms", [float(ms)], {}, call=call)


def cycle(m, driver):
    """Inflate and deflate once, from a host that has all of the guest's memory,
    in huge pages where it can."""
    m.touch_free()
    if m.huge() < 0.97 * m.ram():
        m.heal()
    huge, split = m.huge(), splits()
    m.bind(driver)
    before = m.ram()
    inflate = m.move(m.mem - ASKED)
    back, split = before - m.ram(), splits() - split
    deflate = m.empty()
    m.unbind()
    m.touch_free()
    if inflate.size != ASKED:
        raise Failure(f"{driver}: only {inflate.size} of {ASKED} bytes in the balloon")
    return {"inflate": inflate, "deflate": deflate, "back": 100 * back / ASKED,
            "huge": 100 * m.huge() / huge if huge else 0, "splits": split}


def cycles(record, m):
    ioa = m.init_on_alloc
    host_calls(record)
    results = turns(("stock", "report", "strict"), lambda driver: cycle(m, driver))
    times(record, "balloon.inflate", results, "inflate", init_on_alloc=ioa)
    times(record, "balloon.deflate", results, "deflate", init_on_alloc=ioa)
    percents(record, "balloon.returned_pct", results, "back", init_on_alloc=ioa,
             memory="anonymous")
    if not m.huge():
        note("no transparent huge pages on this host: balloon.thp_kept_pct is left out")
        return
    percents(record, "balloon.thp_kept_pct", results, "huge", init_on_alloc=ioa)
    runs = column(results, "splits")
    record.line("balloon.thp_splits", "pages", runs["report"], {"stock": runs["stock"]},
                mode="report", init_on_alloc=ioa)


def full_cache(m, driver):
    m.sh(f"echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/vda of=/dev/null bs=1M count={CACHE_MIB}")
    if m.meminfo("Buffers") < 0.95 * CACHE_MIB * MIB:
        raise Failure(f"the guest caches only {m.meminfo('Buffers')} bytes")
    m.bind(driver)
    inflate = m.move(m.mem - ASKED, 60)
    m.empty()
    m.unbind()
    return {"inflate": inflate, "reached": 100 * inflate.size / ASKED}


def cache_full(record, m):
    # With its last user the cache of a disk goes.
    m.sh("sleep 100000 < /dev/vda & echo $! > /tmp/user")
    results = turns(("stock", "report"), lambda driver: full_cache(m, driver))
    m.sh("kill $(cat /tmp/user); echo 3 > /proc/sys/vm/drop_caches")
    times(record, "balloon.cache_full", results, "inflate", init_on_alloc=m.init_on_alloc)
    percents(record, "balloon.cache_full_reached_pct", results, "reached",
             init_on_alloc=m.init_on_alloc)


def fragmented(record, m):
    def turn(driver):
        m.touch_free()
        m.sh("insmod /bench/rs_fragment.ko")
        m.bind(driver)
        inflate = m.move(m.mem - ASKED, 60)
        deflate = m.empty()
        m.unbind()
        m.sh("rmmod rs_fragment")
        return {"inflate": inflate, "deflate": deflate,
                "reached": 100 * inflate.size / ASKED}
    results = turns(("stock", "report"), turn)
    ioa = m.init_on_alloc
    times(record, "balloon.fragmented", results, "inflate", init_on_alloc=ioa)
    times(record, "balloon.fragmented_deflate", results, "deflate", init_on_alloc=ioa)
    percents(record, "balloon.fragmented_reached_pct", results, "reached", init_on_alloc=ioa)


def main(record, kernel, release, ioa):
    with Machine(kernel, release, ioa, modules=("virtio_blk",), qemu=DISK) as m:
        cycles(record, m)
        cache_full(record, m)
        fragmented(record, m)
        m.finish()


def no_reporting(record, kernel, release, ioa):
    with Machine(kernel, release, ioa, device="") as m:
        results = turns(("stock", "pfn"), lambda driver: cycle_plain(m, driver))
        times(record, "balloon.no_reporting", results, "inflate", init_on_alloc=ioa)
        times(record, "balloon.no_reporting_deflate", results, "deflate", init_on_alloc=ioa)
        m.finish()


def cycle_plain(m, driver):
    """As cycle(), where no driver can keep the host's huge pages."""
    m.touch_free()
    m.bind(driver)
    before = m.ram()
    inflate = m.move(m.mem - ASKED)
    back = before - m.ram()
    deflate = m.empty()
    m.unbind()
    return {"inflate": inflate, "deflate": deflate, "back": 100 * back / ASKED}


def backends(record, kernel, release, ioa):
    backend(record, kernel, release, ioa, "memfd")
    try:
        with HugePages(512):
            backend(record, kernel, release, ioa, "hugetlb")
    except Missing as error:
        note(f"{error}: balloon.hugetlb_returned_pct is left out")


def backend(record, kernel, release, ioa, memory):
    with Machine(kernel, release, ioa, memory=memory) as m:
        results = turns(("stock", "report", "strict"), lambda driver: cycle_plain(m, driver))
        name = "hugetlb_returned_pct" if memory == "hugetlb" else "returned_pct"
        percents(record, f"balloon.{name}", results, "back", init_on_alloc=ioa, memory=memory)
        times(record, f"balloon.{memory}_inflate", results, "inflate", init_on_alloc=ioa)
        m.finish()


def squeeze(m, driver, limits):
    """The balloon holds all that can be had; the target can not be reached."""
    m.bind(driver)
    if not limits:
        m.no_limits()
    m.ask(40 * MIB)
    settle(m)


def burst(m, driver, limits):
    """A program needs what the balloon holds.

    "bare": there is no balloon any more, but the host has got the memory as well.
    No driver can do with less.
    """
    squeeze(m, "report" if driver == "bare" else driver, limits)
    held, killed = m.mem - m.actual(), kills(m)
    if driver == "bare":
        m.empty()
        m.unbind()
    sample = m.timed(lambda: m.sh(
        "mkdir -p /mnt/b; mount -t tmpfs -o size=100% b /mnt/b && "
        f"dd if=/dev/zero of=/mnt/b/x bs=1M count={BURST_MIB}", check=False))
    killed = kills(m) - killed
    m.sh("umount /mnt/b")
    if driver != "bare":
        m.empty()
        m.unbind()
    return {"burst": sample, "held": held / MIB, "kills": killed}


def kills(m):
    return int(m.sh("awk '$1 == \"oom_kill\" { print $2 }' /proc/vmstat"))


def settle(m):
    """Nothing has changed for a second, or never will."""
    since, last, deadline = time.monotonic(), m.actual(), time.monotonic() + 20
    while time.monotonic() < min(since + 1, deadline):
        time.sleep(0.02)
        if m.actual() != last:
            since, last = time.monotonic(), m.actual()


def oom(record, kernel, release, ioa):
    with Machine(kernel, release, ioa, mem=512, device="deflate-on-oom=on," + REPORTING) as m:
        for limits in (False, True):
            results = turns(("bare", "stock", "report"),
                            lambda driver: burst(m, driver, limits), 3)
            tags = {"init_on_alloc": ioa, "limits": "default" if limits else "none"}
            samples = column(results, "burst")
            record.times("balloon.oom_burst", samples["report"], samples["stock"],
                         samples["bare"], mode="report", **tags)
            for name, unit in (("held", "MiB"), ("kills", "kills")):
                runs = column(results, name)
                record.line(f"balloon.oom_burst_{name}", unit, runs["report"],
                            {"stock": runs["stock"]}, mode="report", **tags)
        m.finish()


def latency(m, driver, ms):
    """What a fault of another process takes while the driver inflates."""
    m.touch_free()
    if driver != "none":
        m.bind(driver)
    m.sh(f"neighbour {ms} > /tmp/faults & n=$!; sleep 0.2; kill -USR1 $n", timeout=600)
    if driver != "none":
        m.move(m.mem - ASKED, 300)
    m.sh("wait", timeout=600)
    count, p99, most = (int(word) for word in m.sh("cat /tmp/faults").split())
    if driver != "none":
        m.empty()
        m.unbind()
    return {"count": count, "p99": p99 / 1000, "max": most / 1000}


def neighbour(record, kernel, release, ioa):
    """Under a clock that counts instructions: exact, however busy the host is."""
    with Machine(kernel, release, ioa, run=("--icount",),
                 add=(os.path.join(OUT, "neighbour"),)) as m:
        results = turns(("none", "stock", "report"), lambda driver: latency(m, driver, 1500), 3)
        for name in ("max", "p99"):
            runs = column(results, name)
            record.line(f"balloon.neighbour_latency_{name}", "kinstructions", runs["report"],
                        {"stock": runs["stock"], "none": runs["none"]}, mode="report",
                        init_on_alloc=ioa)
        m.finish()


def size(record, kernel, release, ioa):
    """What a balloon of half the memory costs, by the size of the guest."""
    for mem in (128, 256, 512, 1024, 2048, 4096, 8192):
        if available_mib() < mem + 2048:
            note(f"this host has no room for a guest of {mem} MiB: left out")
            continue
        with Machine(kernel, release, ioa, mem=mem) as m:
            # A small guest can not do without half of its memory.
            most = m.meminfo("MemAvailable") - 24 * MIB
            asked = min(m.mem // 2, most & ~(2 * MIB - 1))
            results = turns(("stock", "report", "strict"),
                            lambda driver: part(m, driver, asked), 3)
            times(record, "balloon.size", results, "inflate", init_on_alloc=ioa,
                  mem_mib=mem, asked_mib=asked // MIB)
            m.finish()


def part(m, driver, asked):
    m.touch_free()
    m.bind(driver)
    m.no_limits()
    inflate = m.move(m.mem - asked)
    if inflate.size != asked:
        raise Failure(f"{driver}: only {inflate.size} of {asked} bytes in the balloon")
    m.empty()
    m.unbind()
    return {"inflate": inflate}


def available_mib():
    with open("/proc/meminfo") as meminfo:
        return int(dict(line.split(":") for line in meminfo)["MemAvailable"].split()[0]) >> 10


def note(text):
    print("bench: note:", text, file=sys.stderr, flush=True)


FIGURES = {"main": main, "no_reporting": no_reporting, "backends": backends, "oom": oom,
           "neighbour": neighbour, "size": size}
