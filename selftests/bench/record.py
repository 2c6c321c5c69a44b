# SPDX-License-Identifier: GPL-2.0-only
"""Results as lines of JSON: medians, and how far the runs lay apart."""
import json
import os
import statistics
import sys


class Record:
    """Collects figures of one kernel; a line goes out as soon as it is known."""

    def __init__(self, stream, release):
        self.stream, self.release = stream, release

    def line(self, bench, unit, ours, peers, **tags):
        """ours: the runs; peers: the runs of each peer, by name."""
        median = lambda runs: round(statistics.median(runs), 2)
        record = {"bench": bench, "kernel": self.release, **tags, "unit": unit,
                  "ours": median(ours), "min": round(min(ours), 2),
                  "max": round(max(ours), 2), "runs": len(ours),
                  "peers": {name: median(runs) for name, runs in peers.items()},
                  "peers_min": {name: round(min(runs), 2) for name, runs in peers.items()},
                  "peers_max": {name: round(max(runs), 2) for name, runs in peers.items()},
                  "load": round(os.getloadavg()[0], 1)}
        print(json.dumps(record, separators=(",", ":")), file=self.stream, flush=True)
        print("bench:", summary(record), file=sys.stderr, flush=True)

    def times(self, bench, ours, stock, bare=(), **tags):
        """A line each for wall and CPU time of the samples.

        With bare ones a third line has the user's part of the CPU time: what
        the host's page faults cost depends on which memory it had free.
        """
        for unit, of in (("ms", lambda s: s.ms), ("cpu_ms", lambda s: s.cpu_ms),
                         ("user_ms", lambda s: s.user_ms))[:3 if bare else 2]:
            peers = {"stock": [of(s) for s in stock]}
            if bare:
                peers["bare"] = [of(s) for s in bare]
            self.line(bench, unit, [of(s) for s in ours], peers, **tags)


def label(record):
    skip = {"bench", "unit", "ours", "min", "max", "runs", "peers", "peers_min",
            "peers_max", "load"}
    return " ".join([record["bench"], *(f"{k}={v}" for k, v in record.items()
                                        if k not in skip)])


def summary(record):
    peers = ", ".join(f"{name} {value} ({record['peers_min'][name]} to "
                      f"{record['peers_max'][name]})"
                      for name, value in record["peers"].items())
    return (f"{label(record)}: {record['ours']} ({record['min']} to {record['max']}) "
            f"{record['unit']}; {peers}")
