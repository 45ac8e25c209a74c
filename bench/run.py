#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make bench: what lxshim costs beside native and other mechanisms, as ratios within one run.

  make bench           everything, on a file system in memory and in part on the one of the build:
                       half an hour
  make bench QUICK=1   the operations and workloads of the budgets, within two minutes
  BENCH_DIR=DIR        measures on the file system of DIR
  ROUNDS=N             runs of each, 7 if it is not given: fewer tell less
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import budgets
import contenders as who
import machine
import measure
import micro_suite
import picture
import process
import real_suite
import report


@dataclass
class Settings:
    quick: bool
    rounds: int = 7
    milliseconds: int = 40
    files: int = 3000


def new_place(stack, parent):
    root = tempfile.mkdtemp(prefix="lxshim-bench.", dir=parent)
    os.chmod(root, 0o755)
    stack.callback(shutil.rmtree, root, ignore_errors=True)
    return who.Place(os.path.realpath(root))


def in_memory():
    """Where the disk does not blur what a shim costs; the worst case for a ratio."""
    chosen = os.environ.get("BENCH_DIR")
    if chosen:
        return chosen
    return "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else tempfile.gettempdir()


class Bench:
    def __init__(self, build, settings):
        self.build = build
        self.settings = settings
        self.verdicts = []
        self.rows = []
        self.drawn = []
        self.growth = {}
        self.contenders = []
        self.profiles = []

    def show(self, title, rows, contenders, label=22):
        """Shows and keeps rows as they come."""
        table = report.Table(title, contenders, label)
        shown = []
        for row in rows:
            table.add(row)
            shown.append(row)
            self.rows.append({"title": title, **row.as_data()})
        report.failures(shown)
        return shown

    def judge(self, title, rows, contenders):
        rows = self.show(title, rows, contenders)
        self.drawn.append((title, rows))
        self.verdicts += [v for r in rows for c in contenders if (v := budgets.judge(r, c))]

    def measure(self, stack, parent):
        place = new_place(stack, parent)
        kind = machine.file_system(place.root)
        quick = self.settings.quick
        everyone = self.contenders = who.all_of(self.build, place, stack, quick)
        micro = micro_suite.Micro(self.build, everyone, self.settings)
        micro.make_tree(place.drive)
        micro.make_tree(place.elsewhere)
        rows = micro_suite.QUICK_ROWS if quick else micro_suite.ROWS
        self.judge(f"Operations, ratio to native: {kind}, warm, one thread",
                   micro.rows("micro", rows), everyone)
        self.show_first_start(place)
        real = real_suite.Real(everyone, place, self.settings, os.path.dirname(self.build))
        real.prepare()
        self.judge(f"Workloads, ratio to native: {kind}, warm, {self.settings.files} files",
                   real.rows(), real.contenders)
        if not quick:
            self.measure_growth(micro)
        self.measure_profiles(place, kind)

    def show_first_start(self, place):
        shim = who.Shim(self.build, place)
        policies = {"drvfs": shim.policy("first", place.drive)}
        if not self.settings.quick:
            policies["1 MB policy"] = shim.policy("first-many", place.drive,
                                                  overrides=shim.many_overrides())
        row = micro_suite.first_start(shim.library, policies, self.settings)
        self.rows.append({"title": "First process of a tree, which has the policy read",
                          **row.as_data()})
        for name in policies:
            print(f"\nFirst process of a tree, {name}: "
                  f"{row.added(name)['median'] / 1e6:+.2f} ms", end="")
        print()

    def measure_growth(self, micro):
        def rows():
            for title, axis, at, row in micro.growth():
                self.growth.setdefault((title, axis), []).append((at, row))
                yield row

        contenders = [c for c in micro.contenders if c.name in micro_suite.GROWTH_CONTENDERS]
        self.show("How it grows, ratio to native", rows(), contenders, label=51)

    def measure_profiles(self, place, kind):
        everyone = [who.native_of(place), *who.Shim(self.build, place).profiles()]
        micro = micro_suite.Micro(self.build, everyone, self.settings)
        quick = self.settings.quick
        rows = micro_suite.PROFILE_QUICK_ROWS if quick else micro_suite.PROFILE_ROWS
        self.show(f"Profiles, ratio to native: {kind}, warm, one thread",
                  micro.rows("profiles", rows), everyone)
        self.profiles = everyone[1:]

    def measure_disk(self, stack, parent):
        """Another file system, for what depends on it."""
        place = new_place(stack, parent)
        kind = machine.file_system(place.root)
        ours = [c for c in who.all_of(self.build, place, stack, True)
                if c.ours or c.name in ("native", "forward")]
        micro = micro_suite.Micro(self.build, ours, self.settings)
        micro.make_tree(place.drive)
        micro.make_tree(place.elsewhere)
        self.show(f"Operations, ratio to native: {kind}, warm, one thread",
                  micro.rows("disk", micro_suite.DISK_ROWS), ours)

    def write(self, about):
        out = os.path.join(self.build, "bench")
        with open(os.path.join(out, "results.json"), "w", encoding="utf-8") as f:
            json.dump({"machine": about, "settings": vars(self.settings),
                       "contenders": {c.name: c.what for c in self.contenders + self.profiles},
                       "budgets": self.verdicts, "rows": self.rows}, f, indent=1)
            f.write("\n")
        picture.draw(os.path.join(out, "results.svg"), about, self.drawn, self.growth,
                     self.contenders)
        print(f"\n{out}/results.json, {out}/results.svg")


def main():
    build = os.path.realpath(sys.argv[1])
    settings = Settings(quick=os.environ.get("QUICK", "") not in ("", "0"))
    settings.rounds = max(1, int(os.environ.get("ROUNDS", settings.rounds)))
    if settings.quick:
        settings.milliseconds, settings.files = 8, 2000
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    about = machine.describe()
    print("Linux {kernel}, {cpu}, {cpus} CPUs, load {load:.2f}".format(**about),
          f"{about['processes']} processes", f"{settings.rounds} runs A B A C A, processor time, "
          f"{measure.HOPELESS_RUNS} of what takes {measure.HOPELESS_RATIO} times as long", sep=", ")
    bench = Bench(build, settings)
    with contextlib.ExitStack() as stack:
        try:
            bench.measure(stack, in_memory())
            if not settings.quick:
                bench.measure_disk(stack, os.path.join(build, "bench"))
        finally:
            # Taking away what was made is not to be interrupted.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
    report.budget_table(bench.verdicts)
    bench.write(about)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except process.Failed as e:
        sys.exit(f"bench: {e}")
