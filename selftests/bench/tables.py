#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bring the tables of the balloon's numbers up to date.

usage: tables.py RESULTS.jsonl PAGE.rst

Above each such table stands a comment, ".. figures: NAME". A row that the
results have is written anew or added; one that they have not, as that of
another kernel, stays.
"""
import json
import re
import sys

TIMES = ("Ringside", "stock", "less CPU", "wall, ms", "faster")
NUMBERS = ("inflate", "deflate", "cache_full", "fragmented", "no_reporting")
PERCENTS = (("balloon.returned_pct", "anonymous", "returned, anonymous memory"),
            ("balloon.returned_pct", "memfd", "returned, shared memfd"),
            ("balloon.hugetlb_returned_pct", "hugetlb", "returned, hugetlb"),
            ("balloon.thp_kept_pct", None, "huge pages kept"))


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def percent(value):
    return f"{value:.0f}" if value in (0, 100) else f"{value:.1f}"


def times(ratio):
    return f"{ratio:.0f}x" if ratio >= 20 else f"{ratio:.1f}x"


def spread(show, middle, low, high):
    return f"{show(middle)} ({show(low)} to {show(high)})"


def ours(record, show=number):
    return spread(show, record["ours"], record["min"], record["max"])


def peer(record, name="stock", show=number):
    return spread(show, *(record[key][name] for key in ("peers", "peers_min", "peers_max")))


def linux(record):
    """6.12 of 6.12.117+deb12-cloud-amd64"""
    return ".".join(record["kernel"].split(".")[:2])


def ratio(record):
    return times(record["peers"]["stock"] / record["ours"])


class Results:
    """Lines of JSON, to be asked for by what they say."""

    def __init__(self, path):
        with open(path) as file:
            self.records = [json.loads(text) for text in file]

    def of(self, bench, **tags):
        return [r for r in self.records if r["bench"] == bench
                and all(r.get(tag) == value for tag, value in tags.items())]

    def times(self, bench, *keys):
        """Rows with CPU time, and wall time beside it."""
        for cpu in self.of(bench, unit="cpu_ms"):
            tags = {key: cpu[key] for key in ("mode", "init_on_alloc", "kernel", "limits")
                    if key in cpu}
            wall = self.of(bench, unit="ms", **tags)[0]
            yield (*(str(key(cpu)) for key in keys), ours(cpu), peer(cpu), ratio(cpu),
                   f"{number(wall['ours'])} / {number(wall['peers']['stock'])}", ratio(wall))


def mode(record):
    return record["mode"]


def zeroes(record):
    return record["init_on_alloc"]


def limits(record):
    return record["limits"]


def percents(results):
    for bench, memory, label in PERCENTS:
        for r in results.of(bench):
            if memory is None or r["memory"] == memory:
                yield (label, r["mode"], str(zeroes(r)), linux(r), ours(r, percent),
                       peer(r, show=percent))


def bursts(results):
    """The user's part alone, with the same burst without a driver."""
    for r in results.of("balloon.oom_burst", unit="user_ms"):
        yield (limits(r), str(zeroes(r)), linux(r), ours(r), peer(r), peer(r, "bare"), ratio(r))


def sizes(results):
    for r in results.of("balloon.size", unit="cpu_ms", mode="report"):
        strict = results.of("balloon.size", unit="cpu_ms", mode="strict",
                            mem_mib=r["mem_mib"], init_on_alloc=zeroes(r))[0]
        yield (str(zeroes(r)), f"{r['mem_mib']} MiB", f"{r['asked_mib']} MiB", ours(r),
               ours(strict), peer(r), ratio(r))


def rows_of(results, name):
    """How many columns name a row, the table's head and its rows."""
    if name in NUMBERS:
        return 3, ("mode", "zeroes", "Linux", *TIMES), results.times(
            f"balloon.{name}", mode, zeroes, linux)
    if name == "oom_burst":
        return 4, ("mode", "limits", "zeroes", "Linux", *TIMES), results.times(
            "balloon.oom_burst", mode, limits, zeroes, linux)
    if name == "oom_burst_user":
        return 3, ("limits", "zeroes", "Linux", "Ringside", "stock", "no driver",
                   "less than stock"), bursts(results)
    if name == "percents":
        return 4, ("", "mode", "zeroes", "Linux", "Ringside, %", "stock, %"), percents(results)
    if name == "size":
        return 3, ("zeroes", "guest", "asked for", "report", "strict", "stock",
                   "report: less"), sizes(results)
    sys.exit(f"tables.py: {name}: no such table")


def parse(lines):
    """Rows of a simple table; its columns begin where the ruler's do."""
    edges = [match.start() for match in re.finditer("=+", lines[0])] + [None]
    cut = lambda line: tuple(line[a:b].strip() for a, b in zip(edges, edges[1:]))
    return [cut(line) for line in lines[3:-1]]


def order(row):
    """By the words, but numbers as numbers: 6.1 comes before 6.12, 128 before 1024."""
    labels = [label for _, _, label in PERCENTS]
    return [(labels.index(word), ()) if word in labels else
            (-1, tuple(int(part) if part.isdigit() else part
                       for part in re.split(r"[. ]", word))) for word in row]


def table(head, rows):
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    line = lambda row: "  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip()
    ruler = "  ".join("=" * width for width in widths)
    return [ruler, line(head), ruler, *(line(row) for row in rows), ruler]


def renew(results, name, old):
    nr_keys, head, new = rows_of(results, name)
    rows = {row[:nr_keys]: row for row in [*(parse(old) if old else ()), *new]}
    return table(head, [rows[key] for key in sorted(rows, key=order)])


def page(results, lines):
    at = 0
    while at < len(lines):
        yield lines[at]
        match = re.fullmatch(r"\.\. figures: (\w+)", lines[at])
        at += 1
        if not match:
            continue
        end = start = at + 1
        while end < len(lines) and lines[end].strip() and (
                lines[start].startswith("==") or end > start):
            end += 1
        yield ""
        yield from renew(results, match[1], lines[start:end])
        at = end


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    results = Results(sys.argv[1])
    with open(sys.argv[2]) as file:
        lines = file.read().split("\n")
    text = "\n".join(page(results, lines))
    with open(sys.argv[2], "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
