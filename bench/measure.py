# SPDX-License-Identifier: MIT
"""Runs native and the others in turn, A B A C A, and holds each against the native runs beside it:
what the machine does meanwhile then meets both. What takes long runs A B C A D E A."""

import statistics

import process

# So much slower than native, and so long: three runs say enough.
HOPELESS_RATIO = 20
HOPELESS_SECONDS = 1.5
HOPELESS_RUNS = 3
# Of what takes so long natively, one native run beside is enough.
LONG_SECONDS = 0.4


class Row:
    """One thing measured, by everyone."""

    def __init__(self, suite, name, unit):
        self.suite = suite
        self.name = name
        self.unit = unit
        self.native = []
        self.pairs = {}  # contender: [(value, native beside it)]
        self.failures = {}

    def ratio(self, contender):
        return _summary([v / n for v, n in self.pairs[contender]])

    def added(self, contender):
        return _summary([v - n for v, n in self.pairs[contender]])

    def as_data(self):
        return {
            "suite": self.suite,
            "row": self.name,
            "unit": self.unit,
            "native": _summary(self.native),
            "contenders": {
                c: {"ratio": self.ratio(c), "added": self.added(c),
                    "value": _summary([v for v, _ in self.pairs[c]])}
                for c in self.pairs
            },
            "failures": self.failures,
        }


def _summary(values):
    values = sorted(values)
    low, high = values[len(values) // 4], values[-1 - len(values) // 4]
    return {"median": statistics.median(values), "min": values[0], "max": values[-1],
            "quartiles": [low, high], "runs": len(values)}


def alternate(row, contenders, once, rounds):
    """once(contender, round) -> value. The first of the contenders is native."""
    native, *others = contenders
    for r in range(rounds):
        turn = [c for c in others[r % len(others):] + others[:r % len(others)]
                if c.name not in row.failures and not _hopeless(row, c)]
        before = once(native, r)
        together = 2 if row.unit == "s" and before > LONG_SECONDS else 1
        for i in range(0, len(turn), together):
            values = _values(row, turn[i:i + together], lambda c, r=r: once(c, r))
            after = once(native, r)
            row.native.append(after)
            beside = [before, after] if len(values) == 2 else [(before + after) / 2]
            for (name, value), other in zip(values, beside):
                row.pairs.setdefault(name, []).append((value, other))
            before = after
    return row


def _values(row, contenders, once):
    values = []
    for c in contenders:
        try:
            values.append((c.name, once(c)))
        except process.Failed as e:
            row.failures[c.name] = str(e)
    return values


def _hopeless(row, contender):
    pairs = row.pairs.get(contender.name, [])
    if len(pairs) < HOPELESS_RUNS or row.unit != "s":
        return False
    value, native = pairs[0]
    return value > HOPELESS_SECONDS and value > HOPELESS_RATIO * native
