# SPDX-License-Identifier: MIT
"""coreutils' own suite: a script is a test."""

import os
import shlex

import building
import suites

# What the suite's Makefile would say to make, written to files: its tests, and what it sets for each.
ASK = """
include Makefile
judges-ask: $(TESTS)
	$(file >judges.tests,$(TESTS))$(file >judges.environment,$(TESTS_ENVIRONMENT)) true
"""
STATUS = {"status 0": "PASS", "status 77": "SKIP", "status 99": "ERROR"}


class SUITE(suites.Suite):
    name = "coreutils"
    about = "coreutils' own suite (by root: with its tests for root)"
    package = "coreutils"
    own_mounts = True
    seconds = 600

    def build(self, log):
        configure = ["./configure", "--disable-dependency-tracking"]
        building.run(configure, self.source, log, {"FORCE_UNSAFE_CONFIGURE": "1"})
        building.make(self.source, log, "all")
        (self.source / "judges.mk").write_text(ASK, encoding="utf-8")
        top = str(self.source)
        building.make(self.source, log, "-f", "judges.mk", f"srcdir={top}", f"top_srcdir={top}", "judges-ask")

    def units(self, everything):
        return (self.source / "judges.tests").read_text(encoding="utf-8").split()

    def command(self, unit, directory):
        environment = (self.source / "judges.environment").read_text(encoding="utf-8").strip()
        # Its Perl module makes a directory of that name beside it.
        perl = f"-w -I{self.source}/tests -MCuSkip -MCoreutils -M'CuTmpdir qw({os.path.basename(unit)})'"
        compiler = {".sh": "/bin/sh", ".pl": f"perl {perl}", ".xpl": f"perl -T {perl}"}
        script = f"tst={unit}; {environment} {compiler[os.path.splitext(unit)[1]]} {shlex.quote(str(self.source / unit))}"
        return ["bash", "-c", script], {}

    def read(self, lines, status):
        said = [line for line in lines if line and not line.startswith("+ ")]
        word = STATUS.get(status, "FAIL" if status.startswith("status") else status)
        yield suites.Verdict("script", word, said[-1] if said else "", max(0, len(lines) - 1))
