# SPDX-License-Identifier: MIT
"""What every suite has in common. A suite is units, which are run one by one, each in an empty directory
of its own; a unit gives the verdicts of its tests."""

import importlib
import os
import re
from dataclasses import dataclass

import building

# The name under which a unit's own end is kept, beside its tests.
EXIT = "exit"

NAMES = ("errnos", "pjdfstest", "ltp", "cpython", "coreutils", "git", "stress-ng")


@dataclass
class Verdict:
    """Of one test. line: the number of the line of the output that says it; calls made between two of them
    are the later one's."""

    test: str
    word: str
    detail: str = ""
    line: int = 0


class Suite:
    name = ""
    about = ""
    package = None  # the distribution's source package
    needs_root = False
    own_mounts = False  # whether it mounts: then as root in a mount namespace for each unit
    others_write = False  # whether the directory of a unit is everybody's
    seconds = 300  # that a unit may take

    def __init__(self):
        self.source = None
        self.version = ""

    # --- what a suite says of itself ---

    def build(self, log):
        """Builds self.source."""

    def units(self, everything):
        """Names of its units, all or those that are run unless asked otherwise."""
        raise NotImplementedError

    def command(self, unit, directory):
        """(argv, environment) of a unit. It starts in the directory, which is empty."""
        raise NotImplementedError

    def read(self, lines, status):
        """Verdicts of a unit, of what it said and how it ended."""
        raise NotImplementedError

    def differs(self, native, other):
        """Whether two answers, (word, detail) each, are not the same."""
        return native[0] != other[0]

    # --- what is the same of all ---

    def locate(self, cache):
        self.source = cache / self.name / "source"
        version = cache / self.name / "version"
        if version.exists():
            self.version = version.read_text(encoding="utf-8").strip()

    def prepare(self, cache, wanted, anew):
        if self.needs_root and os.geteuid() != 0:
            raise building.Failed(f"{self.name} is to be run by root")
        self.locate(cache)
        done = self.source.with_name("version")
        if done.exists() and not anew:
            return
        self.source.parent.mkdir(parents=True, exist_ok=True)
        done.unlink(missing_ok=True)
        log = self.source.with_name("build.log")
        log.unlink(missing_ok=True)
        print(f"{self.name}: builds it; see {log}", flush=True)
        wanted = wanted or os.environ.get("JUDGES_" + self.name.upper().replace("-", "_"))
        self.version = self.obtain(wanted, log)
        self.build(log)
        done.write_text(self.version + "\n", encoding="utf-8")

    def obtain(self, wanted, log):
        return building.get(self.name, self.package, wanted, self.source, log)

    def chosen(self, only, everything):
        if not self.version:
            return []
        return [u for u in self.units(everything) if not only or re.search(only, u)]


TAP = re.compile(r"^(ok|not ok)\b *(\d+)? *(?:- )?(.*)$")


def read_tap(lines, name=lambda number, text: str(number)):
    """Verdicts of the Test Anything Protocol. A test that is to fail, or skipped, has a word of its own."""
    number = 0
    for i, line in enumerate(lines):
        found = TAP.match(line)
        if not found:
            continue
        number = int(found[2]) if found[2] else number + 1
        text, _, directive = found[3].partition(" # ")
        if found[3].startswith("# "):
            text, directive = "", found[3][2:]
        word = found[1]
        if directive.lower().startswith(("skip", "todo")):
            word += " " + directive[:4].lower()
        yield Verdict(name(number, text), word, text, i)


def load(name):
    if name not in NAMES:
        raise building.Failed(f"{name}: no suite; there are {', '.join(NAMES)}")
    return importlib.import_module("suite_" + name.replace("-", "_")).SUITE()
