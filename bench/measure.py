# SPDX-License-Identifier: MIT
"""Runs native and the others in turn, A B A C A, and holds each against the native runs beside it:
what the machine does meanwhile then meets both. What takes long runs A B C A D E A. What is held
against each other is the processor's time, but of what has processes that work for it."""

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
        self.elapsed = {}  # the same, by the clock
        self.failures = {}

    def ratio(self, contender):
        return _summary([v / n for v, n in self.pairs[contender]])

    def elapsed_ratio(self, contender):
        """By the clock, the least of each: what else ran made no run shorter."""
        values, natives = zip(*self.elapsed[contender])
        return min(values) / min(natives)

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
                    "elapsed ratio": self.elapsed_ratio(c),
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
    """once(contender, round) -> process.Spent. The first of the contenders is native."""
    native, *others = contenders
    for r in range(rounds):
        turn = [c for c in others[r % len(others):] + others[:r % len(others)]
                if c.name not in row.failures and not _hopeless(row, c)]
        before = once(native, r)
        together = 2 if row.unit == "s" and before.elapsed > LONG_SECONDS else 1
        for i in range(0, len(turn), together):
            values = _values(row, turn[i:i + together], lambda c, r=r: once(c, r))
            after = once(native, r)
            row.native.append(after.processor)
            beside = [[before], [after]] if len(values) == 2 else [[before, after]]
            for (contender, value), natives in zip(values, beside):
                _note(row, contender, value, natives)
            before = after
    return row


def each_beside(row, contenders, once, rounds):
    """once(contender, whose) -> process.Spent, for what works in directories of one's own: natively
    in those of the one that is measured. Whose files were in use last is a tenth of what a short
    look at 2,000 of them takes, and natively they would always be the same; so nobody measured is
    the first to use them."""
    native, *others = contenders
    for r in range(rounds):
        for c in others[r % len(others):] + others[:r % len(others)]:
            if c.name in row.failures or _hopeless(row, c):
                continue
            try:
                _, before, value, after = (once(who, c) for who in (native, native, c, native))
            except process.Failed as e:
                row.failures[c.name] = str(e)
                continue
            row.native.append(after.processor)
            _note(row, c, value, [before, after])
    return row


def _note(row, contender, value, natives):
    elapsed = (value.elapsed, statistics.mean(n.elapsed for n in natives))
    processor = (value.processor, statistics.mean(n.processor for n in natives))
    row.elapsed.setdefault(contender.name, []).append(elapsed)
    row.pairs.setdefault(contender.name, []).append(elapsed if contender.elapsed else processor)


def _values(row, contenders, once):
    values = []
    for c in contenders:
        try:
            values.append((c, once(c)))
        except process.Failed as e:
            row.failures[c.name] = str(e)
    return values


def _hopeless(row, contender):
    pairs = row.elapsed.get(contender.name, [])
    if len(pairs) < HOPELESS_RUNS or row.unit != "s":
        return False
    value, native = pairs[0]
    return value > HOPELESS_SECONDS and value > HOPELESS_RATIO * native
