# SPDX-License-Identifier: GPL-2.0-only
"""Runs tests in machines and prints TAP."""
import contextlib

from guest import Failure, Guest, Skip


class Tap:
    def __init__(self):
        self.count = self.failed = self.skipped = 0
        print("TAP version 13", flush=True)

    def result(self, name, why=None):
        self.count += 1
        self.failed += why is not None
        print(f"{'ok' if why is None else 'not ok'} {self.count} - {name}", flush=True)
        if why is not None:
            for line in str(why).splitlines():
                print("#", line, flush=True)

    def skip(self, name, missing):
        self.count += 1
        self.skipped += 1
        print(f"ok {self.count} - {name} # SKIP {missing}", flush=True)

    def run(self, name, test, *args):
        try:
            test(*args)
        except Skip as missing:
            self.skip(name, missing)
            return True
        except (Failure, OSError, ValueError) as error:
            self.result(name, error)
            return False
        self.result(name)
        return True


def run_machine(tap, kernel, options, tests):
    options = dict(options)
    label = options.pop("label", None) or options.get("device") or "nothing offered"
    needs = options.pop("needs", contextlib.nullcontext)
    try:
        with needs(), Guest(kernel, **options) as guest:
            for test in tests:
                name = f"{test.__name__.replace('_', ' ')} ({label})"
                if not tap.run(name, test, guest):
                    for line in guest.sh("dmesg | tail -n 5", check=False)[1].splitlines():
                        print("#", line)
            tap.run(f"the guest ends well ({label})", guest.finish)
    except Skip as missing:
        tap.skip(f"the machine runs ({label})", missing)
    except (Failure, OSError) as error:
        tap.result(f"the machine runs ({label})", error)
