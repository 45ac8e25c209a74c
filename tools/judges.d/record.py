# SPDX-License-Identifier: MIT
"""What was found, in files of lines UNIT, TEST, WORD, DETAIL, RULES with tabs between; one file for a place,
and one for a second look there. The last line of a unit is its end, so that half a unit does not count."""

import fcntl
import re
from dataclasses import dataclass

import places
import suites


# How often a unit is run more, here and natively, where a test of it differs at first and not again.
TURNS = 5


class Kept:
    """One file. units: {unit: {test: (word, detail, rules)}} of what is in it; nothing if it is of another
    build or version, or not wanted any more: then the next unit begins it anew."""

    def __init__(self, file, header, forget=False):
        self.file = file
        self.name = file.stem
        self.header = header
        self.units = {}
        self.anew = True
        if file.exists() and not forget:
            first, *lines = file.read_text(encoding="utf-8").split("\n")
            if header in (first, None):
                self.header, self.anew = first, False
                self._take(lines[:-1])

    def _take(self, lines):
        tests, of = {}, None
        for fields in (line.split("\t") for line in lines):
            if len(fields) != 5:
                continue  # somebody was killed while writing
            unit, test, *rest = fields
            if unit != of:
                tests, of = {}, unit
            tests[test] = tuple(rest)
            if test == suites.EXIT:
                self.units[unit], of = tests, None

    def add(self, unit, verdicts, said):
        """Adds a unit; what it said is kept in a file of its own, for whoever wants to read it."""
        output = self.file.with_suffix("") / re.sub(r"[^\w.-]", "_", unit)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text("\n".join(said) + "\n", encoding="utf-8", errors="replace")
        text = ""
        if self.anew:
            self.file.unlink(missing_ok=True)
            text, self.anew = self.header + "\n", False
        seen = {}
        for test, word, detail, rules in verdicts:
            # Of two tests of one name the second is another test.
            seen[test] = seen.get(test, 0) + 1
            if seen[test] > 1:
                test += f" ({seen[test]})"
            fields = [unit, test, word, detail[:300], rules]
            fields = ["".join(c if c.isprintable() else "?" for c in f) for f in fields]
            text += "\t".join(fields) + "\n"
            self.units.setdefault(unit, {})[fields[1]] = tuple(fields[2:])
        with open(self.file, "a", encoding="utf-8") as f:
            f.write(text)


@dataclass
class Difference:
    """native, other: (word, detail, rules), or None for a test that was not heard of."""

    unit: str
    test: str
    native: tuple
    other: tuple
    rules: str


@dataclass
class Unsteady:
    """A test that does not always say the same. native, here: in how many of the turns it said otherwise than
    natively at first."""

    unit: str
    test: str
    native: int
    native_turns: int
    here: int
    turns: int

    def alone(self):
        """Whether it was steady natively."""
        return not self.native


class Results:
    """All files of a suite."""

    def __init__(self, directory, suite, fingerprint, forget):
        """fingerprint: of the build whose results are wanted; None: of any. forget: the places whose results
        are not wanted any more."""
        self.directory = directory
        self.suite = suite
        self.fingerprint = fingerprint
        self.forget = forget
        self.files = {}

    def lock(self):
        """So that two of us do not write to the same files. False where another does."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.held = open(self.directory / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def of(self, place, again=0):
        """The record of a place: of the first run (0), the second (1), or of one of the turns after it."""
        name = place.file_name + ("-again" if again else "") + (str(again) if again > 1 else "")
        if name not in self.files:
            header = f"# {self.suite.version}"
            # Natively nothing depends on lxshim.
            if place.where != "native":
                header += f", lxshim {self.fingerprint}"
            header = header if self.fingerprint else None
            self.files[name] = Kept(self.directory / f"{name}.tsv", header, place.where in self.forget)
        return self.files[name]

    def native(self):
        return self.of(places.NATIVE).units

    def differing(self, unit, tests):
        """{test: (native, other)} of a unit; None stands for a test that one of them has not."""
        native = self.native().get(unit, {})
        found = {}
        for test in {**native, **tests}:
            a, b = native.get(test), tests.get(test)
            if a is None or b is None or self.suite.differs(a[:2], b[:2]):
                found[test] = (a, b)
        return found

    def to_run_again(self, place, units):
        """Natively all, which shows what is not steady; elsewhere what differs from natively."""
        kept = self.of(place).units
        if place.where == "native":
            return [u for u in units if u in kept]
        return [u for u in units if u in kept and u in self.native() and self.differing(u, kept[u])]

    def compare(self, place, units):
        """(tests, [Difference], [Unsteady]) of a place."""
        kept, again = self.of(place).units, self.of(place, again=True).units
        unsteady = self.flaky()
        tests, differing, shaky = 0, [], []
        for unit in units:
            if unit not in kept or unit not in self.native():
                continue
            found = self.differing(unit, kept[unit])
            twice = self.differing(unit, again[unit]) if unit in again else found
            # What was not said any more is owed to what went before; else to what its unit ended by.
            rules = kept[unit][suites.EXIT][2]
            for test in {**self.native()[unit], **kept[unit]}:
                if (unit, test) in unsteady or (test in found and test not in twice):
                    shaky.append(self._count(place, unit, test))
                    continue
                tests += test != suites.EXIT
                if test not in found:
                    continue
                native, other = found[test]
                own = other[2] if other else rules and "after:" + rules.removeprefix("after:")
                rules = own or rules
                differing.append(Difference(unit, test, native, other, own))
        return tests, differing, shaky

    def flaky(self):
        """(unit, test) of which natively the second answer was not the first."""
        again = [self.of(places.NATIVE, turn).units for turn in range(1, TURNS + 2)]
        return {(u, test) for units in again for u, tests in units.items() for test in self.differing(u, tests)}

    def to_count(self, place, units):
        """Units with a test that differed at first only, and of which natively nothing is known to be so."""
        shaky = self.compare(place, units)[2] if place.where != "native" else []
        return list(dict.fromkeys(s.unit for s in shaky if s.alone()))

    def _count(self, place, unit, test):
        native, here = self._turns(places.NATIVE, unit), self._turns(place, unit)
        found, natively = sum(test in t for t in here), sum(test in t for t in native)
        return Unsteady(unit, test, natively, len(native), found, len(here))

    def _turns(self, place, unit):
        """What differed in each turn of a unit."""
        kept = [self.of(place, turn).units for turn in range(TURNS + 2)]
        return [self.differing(unit, units[unit]) for units in kept if unit in units]
