#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw recordings of the overcommit scenario as one picture, below each other.

usage: picture.py OUTPUT.svg RECORDING...
       picture.py --words RECORDING...	(only what came of each)

Each panel shows the memory that the machines have of the host, stacked, under
the budget, and below a lane for each machine: its bursts of load, and how much
memory its balloon leaves it. All panels have the same scale of time.
"""
import json
import sys
from xml.sax.saxutils import escape

MIB = 1 << 20
WIDTH, LEFT, RIGHT = 1000, 74, 206
CHART, LANE, GAP = 230, 46, 10
TITLE, HEAD, FOOT = 40, 84, 46
INNER = WIDTH - LEFT - RIGHT
STYLE = """
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #24292f; }
.headline { font-size: 21px; font-weight: 600; }
.title { font-size: 17px; font-weight: 600; }
.good { fill: #116329; font-weight: 600; } .bad { fill: #b3122a; font-weight: 600; }
.small, .tick { font-size: 12px; fill: #57606a; }
.page { fill: #ffffff; } .frame { fill: none; stroke: #8c959f; }
.grid { stroke: #d0d7de; stroke-width: 1; } .busy { fill: #eaeef2; }
.vm1 { fill: #2f7fc1; } .vm2 { fill: #e8a020; } .vm3 { fill: #2a9d74; }
.cache { fill-opacity: .5; }
.budget { stroke: #b3122a; stroke-width: 2; stroke-dasharray: 8 5; }
.budgettext { fill: #b3122a; font-weight: 600; }
.given { fill: none; stroke: #24292f; stroke-width: 1.6; }
.kill { stroke: #b3122a; stroke-width: 2; } .failed { stroke: #b3122a; stroke-width: 2; }
.in { fill: #ffffff; font-size: 11px; } .vm2t { fill: #24292f; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .small, .tick { fill: #9da7b3; }
.good { fill: #56d364; } .bad, .budgettext { fill: #ff7b72; }
.page { fill: #0d1117; } .frame { stroke: #6e7681; }
.grid { stroke: #30363d; } .busy { fill: #1c2128; }
.budget, .kill, .failed { stroke: #ff7b72; } .given { stroke: #e6edf3; }
.in { fill: #ffffff; } .vm2t { fill: #0d1117; }
}
"""


class Recorded:
    """A recording, sorted into what is drawn."""

    def __init__(self, path):
        with open(path) as file:
            lines = [json.loads(line) for line in file]
        by_kind = {}
        for line in lines:
            by_kind.setdefault(line["event"], []).append(line)
        if "end" not in by_kind:
            sys.exit(f"picture.py: {path}: that run has not ended")
        self.start = by_kind["start"][0]
        self.end = by_kind["end"][0]
        self.samples = by_kind.get("sample", [])
        self.phases = by_kind.get("phase", [])
        self.deaths = by_kind.get("death", [])
        self.guest_kills = by_kind.get("guest_kill", [])
        self.bursts = self.pair(by_kind.get("burst_start", []), by_kind.get("burst_end", []))

    def pair(self, starts, ends):
        """Each burst with its end; those that never ended fail with the run."""
        bursts = []
        for start in starts:
            end = next((e for e in ends if e["vm"] == start["vm"] and e["t"] >= start["t"]),
                       {"t": self.end["t"], "status": None})
            died = [d["t"] for d in self.deaths if d["vm"] == start["vm"]]
            stop = min([end["t"], *died])
            cut = end["status"] is None and not died and stop >= self.last_death()
            bursts.append({**start, "stop": stop, "status": end["status"], "cut": cut})
        return bursts

    def last_death(self):
        """A run ends soon after the first death; what was going on is cut short."""
        return max((death["t"] for death in self.deaths), default=float("inf"))

    def verdict(self):
        """The outcome in a sentence, and whether it is a good one."""
        if self.deaths:
            return "; ".join(f"VM {death['vm']} was {death['how']} after {death['t']:.1f} s"
                             for death in self.deaths) + ".", False
        end = self.end
        percent = 100 * end["peak"] / end["limit"]
        words = (f"Peak {end['peak'] // MIB} of {end['limit'] // MIB} MiB ({percent:.0f} %);"
                 f" {end['finished']} of {end['planned']} bursts finished;")
        if end["guest_kills"]:
            return words + f" {end['guest_kills']} programs killed inside VMs.", False
        return words + " nothing was killed.", end["finished"] == end["planned"]


def thin(points):
    """Without the points in the middle of a level stretch."""
    kept = []
    for number, (x, y) in enumerate(points):
        level = 0 < number < len(points) - 1 and \
            abs(points[number - 1][1] - y) < 0.3 and abs(points[number + 1][1] - y) < 0.3
        if not level or abs(kept[-1][1] - y) >= 0.3:
            kept.append((x, y))
    return kept


def coordinates(points):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


class Panel:
    """One recording at a vertical position; draws into a list of elements."""

    def __init__(self, recorded, top, seconds):
        self.rec = recorded
        self.top = top + HEAD
        self.seconds = seconds
        self.out = []
        limit = recorded.start["limit"] / MIB
        self.most = max([limit] + [sum(v["memory"] for v in s["vms"]) / MIB
                                   for s in recorded.samples]) * 1.12
        self.lanes = self.top + CHART + GAP
        self.bottom = self.lanes + recorded.start["vms"] * LANE

    def x(self, t):
        return LEFT + INNER * min(t, self.seconds) / self.seconds

    def y(self, mib):
        return self.top + CHART * (1 - mib / self.most)

    def add(self, element):
        self.out.append(element)

    def text(self, x, y, words, style="", anchor="start"):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">'
                 f'{escape(words)}</text>')

    def rect(self, x, y, width, height, style, tip=""):
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}"'
                 f' height="{height:.1f}" class="{style}">{title}</rect>')

    def line(self, x1, y1, x2, y2, style):
        self.add(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
                 f' class="{style}"/>')

    def draw(self):
        self.head()
        self.background()
        self.stack()
        self.budget()
        if self.rec.end["t"] < 0.9 * self.seconds:
            self.text(self.x(self.rec.end["t"]) + 12, self.y(128), "end of this run", "small")
        for number in range(1, self.rec.start["vms"] + 1):
            self.lane(number)
        self.kills()
        self.axis()
        self.legend()
        return self.out

    def head(self):
        start = self.rec.start
        self.text(LEFT, self.top - 58, start["words"], "title")
        words, good = self.rec.verdict()
        self.text(LEFT, self.top - 36, words, "good" if good else "bad")

    def background(self):
        """The stretch of time in which the host is busy, names of both."""
        ends = [p["t"] for p in self.rec.phases[1:]] + [self.rec.end["t"]]
        for number, (phase, end) in enumerate(zip(self.rec.phases, ends)):
            left, right = self.x(phase["t"]), self.x(end)
            if number % 2:
                self.rect(left, self.top, right - left, self.bottom - self.top, "busy")
            if right - left > 150:
                self.text((left + right) / 2, self.top - 8, phase["name"], "small", "middle")
        for mib in range(0, int(self.most), 256):
            self.line(LEFT, self.y(mib), LEFT + INNER, self.y(mib), "grid")
            self.text(LEFT - 8, self.y(mib) + 4, str(mib), "tick", "end")
        self.add(f'<text transform="translate({LEFT - 52} {self.top + CHART / 2})'
                 ' rotate(-90)" class="small" text-anchor="middle">MiB of the host</text>')

    def stack(self):
        below = [0] * len(self.rec.samples)
        for number in range(self.rec.start["vms"]):
            above = [b + s["vms"][number]["memory"] / MIB
                     for b, s in zip(below, self.rec.samples)]
            edge = [(self.x(s["t"]), self.y(a)) for s, a in zip(self.rec.samples, above)]
            back = [(self.x(s["t"]), self.y(b)) for s, b in zip(self.rec.samples, below)]
            points = thin(edge) + thin(back)[::-1]
            self.add(f'<polygon points="{coordinates(points)}" class="vm{number + 1}">'
                     f"<title>memory of VM {number + 1}</title></polygon>")
            below = above

    def budget(self):
        limit = self.rec.start["limit"] // MIB
        self.line(LEFT, self.y(limit), LEFT + INNER, self.y(limit), "budget")
        self.text(LEFT + INNER + 8, self.y(limit) + 4, f"all there is: {limit} MiB", "budgettext")
        self.rect(LEFT, self.top, INNER, CHART, "frame")

    def lane(self, number):
        base = self.lanes + number * LANE - 6
        height = LANE - 12
        self.text(LEFT - 8, base - height / 2 + 4, f"VM {number}", "", "end")
        for burst in self.rec.bursts:
            if burst["vm"] == number:
                self.burst(burst, base, height)
        self.line(LEFT, base, LEFT + INNER, base, "grid")
        scale = height / self.rec.start["vm_mib"]
        samples = [s for s in self.rec.samples if s["vms"][number - 1]["memory"]]
        points = [(self.x(s["t"]), base - s["vms"][number - 1]["actual"] / MIB * scale)
                  for s in samples]
        self.add(f'<polyline points="{coordinates(thin(points))}" class="given"/>')

    def burst(self, burst, base, height):
        left, right = self.x(burst["t"]), self.x(burst["stop"])
        good = burst["status"] == 0 or burst["cut"]
        style = f"vm{burst['vm']}" + (" cache" if burst["kind"] == "cache" else "")
        kind = "anonymous memory" if burst["kind"] == "anon" else "page cache"
        size = height * burst["mib"] / self.rec.start["vm_mib"]
        self.rect(left, base - size, max(right - left, 2), size,
                  style + ("" if good else " failed"),
                  f"{burst['mib']} MiB of {kind}, {burst['stop'] - burst['t']:.1f} s, "
                  + ("cut short" if burst["cut"] else "finished" if good else "failed"))
        if burst["kind"] == "anon" and right - left > 26:
            self.text((left + right) / 2, base - size / 2 + 4, f"{burst['mib']}",
                      "in " + ("vm2t" if burst["vm"] == 2 else ""), "middle")

    def kills(self):
        for death in self.rec.deaths:
            x, y = self.x(death["t"]), self.y(self.rec.start["limit"] / MIB)
            base = self.lanes + death["vm"] * LANE - 6
            self.line(x, y, x, base, "kill")
            self.cross(x, base - (LANE - 12) / 2, 8)
            self.cross(x, y, 8)
            early = x < LEFT + INNER / 2
            self.text(x + (12 if early else -12), base - (LANE - 12) / 2 + 4,
                      f"VM {death['vm']} is {death['how']}, {death['t']:.1f} s", "bad",
                      "start" if early else "end")
        for kill in self.rec.guest_kills:
            base = self.lanes + kill["vm"] * LANE - 6
            self.cross(self.x(kill["t"]), base - (LANE - 12) / 2, 5)

    def cross(self, x, y, size):
        self.line(x - size, y - size, x + size, y + size, "kill")
        self.line(x - size, y + size, x + size, y - size, "kill")

    def axis(self):
        step = 5 if self.seconds <= 50 else 10
        for second in range(0, int(self.seconds) + 1, step):
            x = self.x(second)
            self.line(x, self.bottom, x, self.bottom + 5, "frame")
            self.text(x, self.bottom + 19, str(second), "tick", "middle")
        self.line(LEFT, self.bottom, LEFT + INNER, self.bottom, "frame")
        self.text(LEFT + INNER, self.bottom + 36, "seconds", "small", "end")

    def legend(self):
        x, y = LEFT + INNER + 12, self.top + 52
        for number in range(self.rec.start["vms"], 0, -1):
            self.rect(x, y - 11, 14, 14, f"vm{number}")
            self.text(x + 22, y, f"memory VM {number} has", "small")
            y += 20
        y = self.lanes + 14
        self.text(x, y, "In each VM (of 512 MiB):", "small")
        self.rect(x, y + 9, 14, 14, "vm1")
        self.text(x + 22, y + 20, "burst, MiB it takes", "small")
        self.rect(x, y + 29, 14, 14, "vm1 cache")
        self.text(x + 22, y + 40, "page cache it reads", "small")
        self.line(x, y + 56, x + 14, y + 56, "given")
        self.text(x + 22, y + 60, "memory it is left with", "small")
        self.cross(x + 7, y + 76, 5)
        self.text(x + 22, y + 80, "killed", "small")


def headline(recorded):
    start = recorded.start
    kind = "MiB of huge pages" if start["memory"] == "hugetlb" else "MiB of memory, no swap"
    return (f"{start['vms']} VMs of {start['vm_mib']} MiB on a host that has"
            f" {start['limit'] // MIB} {kind}")


def draw(recordings):
    seconds = max(r.end["t"] for r in recordings)
    height, body = TITLE, [f'<text x="{LEFT}" y="34" class="headline">'
                           f"{headline(recordings[0])}</text>"]
    for recorded in recordings:
        panel = Panel(recorded, height, seconds)
        body += panel.draw()
        height = panel.bottom + FOOT
    words = "; ".join(f"{r.start['words']}: {r.verdict()[0]}" for r in recordings)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img">',
        f"<title>{headline(recordings[0])}. {escape(words)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" class="page"/>', *body, "</svg>", ""])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    recordings = [Recorded(path) for path in sys.argv[2:]]
    if sys.argv[1] == "--words":
        for recorded in recordings:
            print(recorded.verdict()[0])
        return
    with open(sys.argv[1], "w") as out:
        out.write(draw(recordings))


if __name__ == "__main__":
    main()
