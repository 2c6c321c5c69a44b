#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw what inflating costs by the size of the guest.

usage: plot.py RESULTS.jsonl > PICTURE.svg

Both axes are logarithmic; a bar at each point spans all runs.
"""
import json
import math
import sys

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS = {"stock": "#c0392b", "strict": "#b8860b", "report": "#1f6fb2"}
NAMES = {"stock": "virtio_balloon", "strict": "Ringside, strict", "report": "Ringside, report"}


class Axis:
    """A logarithmic axis from one position to another."""

    def __init__(self, low, high, start, end):
        self.low, self.high, self.start, self.end = low, high, start, end

    def at(self, value):
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + part * (self.end - self.start)


def series(records):
    """{(driver, init_on_alloc): {mem_mib: (median, min, max)}} of CPU time."""
    found = {}
    for r in records:
        if r["bench"] != "balloon.size" or r["unit"] != "cpu_ms":
            continue
        ioa, mem = r["init_on_alloc"], r["mem_mib"]
        found.setdefault((r["mode"], ioa), {})[mem] = (r["ours"], r["min"], r["max"])
        found.setdefault(("stock", ioa), {})[mem] = tuple(
            r[key]["stock"] for key in ("peers", "peers_min", "peers_max"))
    return found


def text(x, y, words, **attributes):
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{words}</text>'


def line(x1, y1, x2, y2, colour, width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"/>')


def grid(x, y, sizes):
    for mem in sizes:
        label = f"{mem} MiB" if mem < 1024 else f"{mem >> 10} GiB"
        yield line(x.at(mem), y.start, x.at(mem), y.end, "#e4e4e4")
        yield text(x.at(mem), y.start + 18, label, text_anchor="middle")
    tick = y.low
    while tick <= y.high:
        yield line(x.start, y.at(tick), x.end, y.at(tick), "#e4e4e4")
        yield text(x.start - 8, y.at(tick) + 4, f"{tick:g}", text_anchor="end")
        tick *= 10


def curve(x, y, points, driver, ioa):
    colour, path = COLOURS[driver], " ".join(
        f"{x.at(mem):.1f},{y.at(point[0]):.1f}" for mem, point in sorted(points.items()))
    dash = "" if ioa else ' stroke-dasharray="6 4"'
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    for mem, (median, low, high) in points.items():
        yield line(x.at(mem), y.at(low), x.at(mem), y.at(high), colour, 3)
        yield f'<circle cx="{x.at(mem):.1f}" cy="{y.at(median):.1f}" r="3" fill="{colour}"/>'


def legend(found):
    top = TOP + 10
    for row, (driver, ioa) in enumerate(sorted(found, key=lambda k: (-k[1], -max(
            v[0] for v in found[k].values())))):
        at, dash = top + row * 34, "" if ioa else ' stroke-dasharray="6 4"'
        left = WIDTH - RIGHT + 14
        yield (f'<line x1="{left}" y1="{at}" x2="{left + 26}" y2="{at}" '
               f'stroke="{COLOURS[driver]}" stroke-width="2"{dash}/>')
        yield text(left + 32, at + 4, NAMES[driver])
        yield text(left + 32, at + 17, f"init_on_alloc={ioa}", fill="#777")


def picture(found, kernel):
    sizes = sorted({mem for points in found.values() for mem in points})
    values = [v for points in found.values() for point in points.values() for v in point]
    x = Axis(sizes[0], sizes[-1], LEFT, WIDTH - RIGHT)
    y = Axis(10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values))),
             HEIGHT - BOTTOM, TOP)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">')
    # REUSE-IgnoreStart
    yield '<!-- SPDX-License-Identifier: GPL-2.0-only -->'
    # REUSE-IgnoreEnd
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield text(LEFT, 22, f"CPU milliseconds of the QEMU process to inflate to half "
               f"of the guest's memory, Linux {kernel}", font_size=13)
    yield from grid(x, y, sizes)
    for (driver, ioa), points in found.items():
        yield from curve(x, y, points, driver, ioa)
    yield from legend(found)
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "memory of the guest",
               text_anchor="middle")
    yield "</svg>"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        records = [json.loads(text) for text in file]
    found = series(records)
    if not found:
        sys.exit(f"plot.py: {sys.argv[1]}: no line of balloon.size")
    kernel = next(r["kernel"] for r in records if r["bench"] == "balloon.size")
    print("\n".join(picture(found, kernel.partition("+")[0])))


if __name__ == "__main__":
    main()
