# SPDX-License-Identifier: MIT
"""The terminal's tables."""

import budgets

WIDTH = 11
# What takes so much longer by the clock than it may by the processor's time is waited for, or the
# machine had other work.
WAITING = 1.2


def in_units(value, unit):
    value = value if unit == "ns" else value * 1e9
    for limit, size, name in ((1e3, 1, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms")):
        if value < limit:
            return f"{value / size:.3g} {name}"
    return f"{value / 1e9:.3g} s"


def _number(ratio):
    if ratio >= 9999.5:
        return f"{ratio / 1000:.0f}k"
    return f"{ratio:.0f}" if ratio >= 99.95 else f"{ratio:.3g}"


def _cell(row, contender):
    if contender.name in row.failures:
        return "fails"
    if contender.name not in row.pairs:
        return "–"
    ratio = row.ratio(contender.name)
    spread = (ratio["quartiles"][1] - ratio["quartiles"][0]) / 2 / ratio["median"]
    verdict = budgets.judge(row, contender)
    mark = " " if verdict is None else "✓" if verdict["met"] else "✗"
    return f"{_number(ratio['median'])}±{min(99, spread * 100):.0f}%{mark}"


class Table:
    """Written row by row, as they are measured."""

    def __init__(self, title, contenders, label=22):
        self.others = contenders[1:]
        self.label = label
        self.width = max([WIDTH, *(len(c.name) + 2 for c in self.others)])
        names = "".join(f"{c.name:>{self.width}}" for c in self.others)
        print(f"\n{title}\n\n{'':{label}}{'native':>9} {names}", flush=True)

    def add(self, row):
        native = in_units(row.as_data()["native"]["median"], row.unit) if row.native else "–"
        cells = "".join(f"{_cell(row, c):>{self.width}}" for c in self.others)
        print(f"{row.name:{self.label}}{native:>9} {cells}", flush=True)


def budget_table(verdicts):
    met = sum(v["met"] for v in verdicts)
    print(f"\nBudgets: {met} met, {len(verdicts) - met} missed.")
    missed = [v for v in verdicts if not v["met"]]
    for v in sorted(missed, key=lambda v: -v["found"] / v["budget"]):
        unit = " ms more" if v["kind"] == "added ms" else ""
        print(f"  missed: {v['row']:18} {v['contender']:10} {v['found']:.3g}{unit}"
              f" [{v['min']:.3g}-{v['max']:.3g}], budget {v['budget']:g}{unit};"
              f" by the clock {v['elapsed']:.3g}")
    waits = [v for v in verdicts
             if v["met"] and v["kind"] == "ratio" and v["elapsed"] > WAITING * v["budget"]]
    for v in waits:
        print(f"  met, but by the clock: {v['row']:18} {v['contender']:10} {v['elapsed']:.3g},"
              f" budget {v['budget']:g}")


def failures(rows):
    for row in rows:
        for contender, why in row.failures.items():
            print(f"  fails: {row.name}, {contender}: {' '.join(why.split())[-160:]}")
