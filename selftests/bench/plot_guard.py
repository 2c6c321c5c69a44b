#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw what a call costs by the number of policies and of tasks.

usage: plot_guard.py RESULTS.jsonl > PICTURE.svg

The numbers of policies and tasks are on a logarithmic axis, instructions on a
linear one. Dotted: the same call without any policy, and refused by a filter.
"""
import json
import math
import sys

from plot import Axis, line, text

WIDTH, HEIGHT = 880, 400
TOP, BOTTOM, GAP, LEFT, RIGHT = 60, 50, 60, 60, 230
COLOURS = {"6.1": "#1f6fb2", "6.12": "#b8860b", "7.3": "#2e8b57"}
DASHES = {"denied": "", "other": ' stroke-dasharray="7 4"'}
NAMES = {"denied": "denied", "other": "denied to another task"}


class Linear(Axis):
    """A linear axis from one position to another."""

    def at(self, value):
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def short(release):
    return ".".join(release.split(".")[:2])


def series(records, what):
    """{(kernel, "denied" or "other"): {number: instructions}}"""
    found = {}
    for r in records:
        for kind in NAMES:
            if r["bench"] == f"guard.{kind}_by_{what}":
                found.setdefault((short(r["kernel"]), kind), {})[r[what]] = r["ours"]
    return found


def references(records):
    """Of the last kernel: [(label, instructions)]"""
    denied = [r for r in records if r["bench"] == "guard.denied"]
    if not denied:
        return []
    last = denied[-1]
    return [("no policy", last["base"]), ("seccomp, tree", last["peers"]["seccomp-tree"])]


def panel(x, y, found, title):
    numbers = sorted({n for points in found.values() for n in points})
    for n in numbers:
        yield line(x.at(n), y.start, x.at(n), y.end, "#e4e4e4")
        yield text(x.at(n), y.start + 18, f"{n:,}", text_anchor="middle")
    yield text((x.start + x.end) / 2, y.start + 40, title, text_anchor="middle")
    for (kernel, kind), points in sorted(found.items()):
        path = " ".join(f"{x.at(n):.1f},{y.at(cost):.1f}" for n, cost in sorted(points.items()))
        yield (f'<polyline points="{path}" fill="none" stroke="{COLOURS[kernel]}" '
               f'stroke-width="2"{DASHES[kind]}/>')
        for n, cost in points.items():
            yield (f'<circle cx="{x.at(n):.1f}" cy="{y.at(cost):.1f}" r="3" '
                   f'fill="{COLOURS[kernel]}"/>')


def ticks(x, y):
    for tick in range(0, int(y.high) + 1, 100):
        yield line(x.start, y.at(tick), x.end, y.at(tick), "#e4e4e4")
        yield text(x.start - 8, y.at(tick) + 4, tick, text_anchor="end")


def dotted(start, end, y, label, value):
    yield (f'<line x1="{start:.1f}" y1="{y.at(value):.1f}" x2="{end:.1f}" '
           f'y2="{y.at(value):.1f}" stroke="#c0392b" stroke-dasharray="2 4"/>')
    yield text(start + 6, y.at(value) - 5, label, fill="#c0392b")


def legend(found):
    left, top = WIDTH - RIGHT + 16, TOP + 10
    for row, (kernel, kind) in enumerate(sorted(found)):
        at = top + row * 22
        yield (f'<line x1="{left}" y1="{at}" x2="{left + 26}" y2="{at}" '
               f'stroke="{COLOURS[kernel]}" stroke-width="2"{DASHES[kind]}/>')
        yield text(left + 32, at + 4, f"{kernel}, {NAMES[kind]}")


def picture(records):
    panels = [(series(records, what), title) for what, title in
              (("policies", "policies loaded"), ("tasks", "tasks under the policy"))]
    if not all(found for found, _ in panels):
        sys.exit("plot_guard.py: no lines of guard.denied_by_policies and _by_tasks")
    marks = references(records)
    most = max([value for _, value in marks] +
               [v for found, _ in panels for points in found.values() for v in points.values()])
    y = Linear(0, 100 * math.ceil(most / 100), HEIGHT - BOTTOM, TOP)
    wide = (WIDTH - LEFT - RIGHT - GAP) / 2
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">')
    yield '<!-- SPDX-License-Identifier: GPL-2.0-only -->'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield text(LEFT, 22, "Instructions of one getppid(), by what the guard has to keep in mind",
               font_size=13)
    for i, (found, title) in enumerate(panels):
        start = LEFT + i * (wide + GAP)
        x = Axis(1, max(n for points in found.values() for n in points), start, start + wide)
        yield from ticks(x, y)
        yield from panel(x, y, found, title)
        for label, value in marks:
            yield from dotted(start, start + wide, y, label, value)
    yield from legend(panels[0][0])
    yield "</svg>"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        records = [json.loads(row) for row in file]
    print("\n".join(picture(records)))


if __name__ == "__main__":
    main()
