# SPDX-License-Identifier: GPL-2.0-only
"""What the balloon's figures have to reach, beside stock in the same boot.

CPU time decides: a machine that does other things as well stretches wall-clock
time. Goals on wall-clock time are shown when they are missed, and no more.
"""
import sys

from record import label

# bench, which lines, unit, how many times less than stock
FASTER = (
    ("balloon.inflate", {"mode": "report", "init_on_alloc": 0}, "cpu_ms", 16),
    ("balloon.inflate", {"mode": "report", "init_on_alloc": 0}, "ms", 14),
    ("balloon.inflate", {"mode": "report", "init_on_alloc": 1}, "cpu_ms", 3.3),
    ("balloon.inflate", {"mode": "strict", "init_on_alloc": 0}, "cpu_ms", 6),
    ("balloon.inflate", {"mode": "strict", "init_on_alloc": 1}, "cpu_ms", 2.7),
    ("balloon.deflate", {"mode": "report"}, "cpu_ms", 30),
    ("balloon.deflate", {"mode": "strict"}, "cpu_ms", 4),
    ("balloon.cache_full", {}, "ms", 1.6),
    ("balloon.cache_full", {}, "cpu_ms", 1 / 0.6),
    ("balloon.no_reporting", {}, "cpu_ms", 1.6),
    ("balloon.oom_burst", {}, "cpu_ms", 1 / 0.6),
    ("balloon.oom_burst", {}, "ms", 1 / 0.6),
    ("balloon.fragmented", {}, "cpu_ms", 1),
)

# bench, which lines, at least so much of ours
AT_LEAST = (
    ("balloon.returned_pct", {"memory": "anonymous"}, 99),
    ("balloon.returned_pct", {"memory": "memfd"}, 99),
    ("balloon.hugetlb_returned_pct", {}, 99),
    ("balloon.thp_kept_pct", {}, 98),
    ("balloon.cache_full_reached_pct", {}, 100),
    ("balloon.fragmented_reached_pct", {}, 100),
)

# QEMU makes one call for each page that has a number, whatever a driver does.
HOST_CALL = {
    ("balloon.inflate", "strict"): "drop_nothing",      # after the unit's report
    ("balloon.deflate", "strict"): "ask",
    ("balloon.no_reporting", "pfn"): "drop_huge",
}

AT_MOST = (
    ("balloon.oom_burst_kills", {}, 0),
)


def matching(records, bench, tags):
    return (r for r in records if r["bench"] == bench
            and all(r.get(tag) == value for tag, value in tags.items()))


def bound(record):
    """What the work without any balloon takes, if that was measured."""
    if "bare" not in record["peers"]:
        return ""
    return f"; no driver at all: {record['peers']['stock'] / record['peers']['bare']:.2f}"


def host_needs(records, record):
    """CPU time of the calls without which this host can not serve that mode."""
    call = HOST_CALL.get((record["bench"], record["mode"]))
    needs = [r["ours"] for r in matching(records, "balloon.host_calls",
                                         {"call": call, "kernel": record["kernel"]})]
    return min(needs, default=0)


def host_part(record, needs):
    if not needs:
        return ""
    return (f"; this host's own calls: {needs} of {record['ours']}, "
            f"{record['peers']['stock'] / needs:.2f} times less alone")


def slow(records):
    """(decides, text) of each figure that is not as much faster as it must be.

    What a host's own calls rule out, nobody can reach there: it does not decide.
    """
    for bench, tags, unit, goal in FASTER:
        for r in matching(records, bench, tags):
            if r["unit"] != unit:
                continue
            ratio = r["peers"]["stock"] / r["ours"]
            if ratio < goal:
                needs = host_needs(records, r) if unit == "cpu_ms" else 0
                possible = needs * goal < r["peers"]["stock"]
                yield unit == "cpu_ms" and possible, (
                    f"{label(r)}: {ratio:.2f} times less {unit} than stock, should be "
                    f"{goal:.2f}{bound(r)}{host_part(r, needs)}")


def wrong(records):
    for goals, fails, word in ((AT_LEAST, lambda a, b: a < b, "least"),
                               (AT_MOST, lambda a, b: a > b, "most")):
        for bench, tags, goal in goals:
            for r in matching(records, bench, tags):
                if fails(r["ours"], goal):
                    yield True, (f"{label(r)}: {r['ours']} {r['unit']}, should be at "
                                 f"{word} {goal}")


def missed(records):
    """Say what is missed; is any of it decisive?"""
    bad = False
    for decides, text in (*slow(records), *wrong(records)):
        print("bench:", "MISSED" if decides else "note: does not decide:", text,
              file=sys.stderr)
        bad = bad or decides
    return bad
