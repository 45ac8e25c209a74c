# SPDX-License-Identifier: MIT
"""pjdfstest: what POSIX says of system calls on files, call by call, in TAP."""

import re

import building
import suites


class SUITE(suites.Suite):
    name = "pjdfstest"
    about = "POSIX's file system calls, one by one (needs root)"
    needs_root = True

    def build(self, log):
        building.run(["autoreconf", "-ifs"], self.source, log)
        building.run(["./configure"], self.source, log)
        building.make(self.source, log, "pjdfstest")

    def units(self, everything):
        tests = self.source / "tests"
        return sorted(str(t.relative_to(tests)) for t in tests.glob("**/*.t"))

    def command(self, unit, directory):
        return ["sh", str(self.source / "tests" / unit)], {}

    def read(self, lines, status):
        for v in suites.read_tap(lines):
            # Of two that fail, the one that fails otherwise is not the same.
            got = re.search(r", got (\S+)$", v.detail)
            if v.word == "not ok" and got:
                v.word += ": " + got[1]
            yield v
