# SPDX-License-Identifier: MIT
"""stress-ng's stressors of files: whether one finds an answer wrong, and how many of its turns it makes."""

import re
import shutil
import subprocess

import building
import suites

CLASSES = ("filesystem", "io")
# What has nothing to do with a path, or wants a device.
WITHOUT = ("rawdev", "ioprio", "binderfs")
SECONDS = 4
# A tenth of native is what a shim may be slower by.
FLOOR = 0.1

METRIC = re.compile(r"(?:metrc|info):\s+\[\d+\] (\S+)\s+(\d+)\s+([\d.]+)\s+[\d.]+\s+[\d.]+\s+([\d.]+)\s")
WRONG = re.compile(r"(?:fail|error):\s+\[\d+\] (.*)")
SKIPPED = re.compile(r"skipp|unsupported|not implemented", re.I)


class SUITE(suites.Suite):
    name = "stress-ng"
    about = "stress-ng's stressors of files: wrong answers, and speed (the installed program)"
    own_mounts = True
    seconds = SECONDS * 10 + 60

    def obtain(self, wanted, log):
        if not shutil.which("stress-ng"):
            raise building.Failed("stress-ng is not installed")
        said = subprocess.run(["stress-ng", "--version"], capture_output=True, text=True, check=True).stdout
        return " ".join(said.split()[:3]).rstrip(",")

    def units(self, everything):
        found = set()
        for name in CLASSES:
            said = subprocess.run(["stress-ng", "--class", name + "?"], capture_output=True, text=True, check=False)
            found.update(said.stdout.partition(":")[2].split())
        return sorted(found.difference(WITHOUT))

    def command(self, unit, directory):
        return [
            "stress-ng", f"--{unit}", "1", "--timeout", str(SECONDS), "--verify", "--metrics-brief",
            "--temp-path", str(directory), "--oomable", "--stdout",
        ], {}

    def read(self, lines, status):
        wrong = []
        for line in lines:
            found = WRONG.search(line)
            if found:
                wrong.append(re.sub(r"\d+", "N", found[1]))
        skipped = any(SKIPPED.search(line) for line in lines)
        word = "wrong" if wrong else "skipped" if skipped else status
        yield suites.Verdict("answers", word, "; ".join(dict.fromkeys(wrong)), max(0, len(lines) - 1))
        for i, line in enumerate(lines):
            found = METRIC.search(line)
            if found:
                yield suites.Verdict("turns a second", "measured", found[4], i)

    def differs(self, native, other):
        if native[0] != other[0]:
            return True
        if native[0] == "measured":
            return float(other[1]) < FLOOR * float(native[1])
        return native[0] == "wrong" and set(other[1].split("; ")) > set(native[1].split("; "))
