# SPDX-License-Identifier: MIT
"""git's own suite: shell scripts that make repositories, in TAP."""

import shlex

import building
import suites

# What tests on files need none of.
WITHOUT = ("NO_OPENSSL", "NO_CURL", "NO_EXPAT", "NO_TCLTK", "NO_GETTEXT", "NO_PYTHON")


class SUITE(suites.Suite):
    name = "git"
    about = "git's own suite, its scripts t0 to t3 (--all: all)"
    package = "git"
    seconds = 900

    def build(self, log):
        building.make(self.source, log, *(f"{word}=1" for word in WITHOUT), "all")

    def units(self, everything):
        return sorted(p.name for p in (self.source / "t").glob("t[0-9]*.sh" if everything else "t[0-3]*.sh"))

    def command(self, unit, directory):
        # The suite starts where its scripts are; the place is where this begins, and where it works.
        script = f"cd {shlex.quote(str(self.source / 't'))} && exec ./{unit} --root={shlex.quote(str(directory))}"
        return ["sh", "-c", script], {"TEST_NO_MALLOC_CHECK": "1"}

    def read(self, lines, status):
        return suites.read_tap(lines)
