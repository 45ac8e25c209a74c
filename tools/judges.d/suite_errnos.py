# SPDX-License-Identifier: MIT
"""A table of our own: every call with every kind of path, and which of two errors comes first."""

import hashlib
import subprocess
import sys
from pathlib import Path

import suites

PROGRAM = Path(__file__).resolve().with_name("errnos.py")


class SUITE(suites.Suite):
    name = "errnos"
    about = "a table of our own: each call with each kind of path, and the errno"
    seconds = 600

    def locate(self, cache):
        # What another table was asked is no answer to this one.
        super().locate(cache)
        self.version = self.obtain(None, None)

    def obtain(self, wanted, log):
        return f"errnos.py {hashlib.sha256(PROGRAM.read_bytes()).hexdigest()[:12]}"

    def units(self, everything):
        said = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=True)
        return said.stdout.splitlines()

    def command(self, unit, directory):
        beside = directory.parent.parent / "beside"
        beside.mkdir(exist_ok=True)
        return [sys.executable, str(PROGRAM), unit], {"JUDGES_BESIDE": str(beside)}

    def read(self, lines, status):
        for i, line in enumerate(lines):
            kind, found, answer = line.partition(" = ")
            # Relative to one descriptor after the other.
            for part in answer.split("; ") if found else ():
                fd, _, word = part.rpartition(": ")
                yield suites.Verdict(f"{kind}, {fd}" if fd else kind, word, "", i)
