# SPDX-License-Identifier: MIT
"""Where a test runs: natively, outside every mount of an active lxshim, or inside a drive; and by what
lane lxshim sees its calls."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

WHERE = ("native", "outside", "inside")
LANES = ("preload", "both", "supervisor")

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("LXSHIM_BUILD", ROOT / "build")).resolve()
LIBRARY = BUILD / "liblxshim.so"
PROGRAM = BUILD / "lxshim"


class Failed(Exception):
    pass


# What a policy mounts; the others are mounted while a run goes on, on the directory itself.
DRIVE = "drvfs"
TYPES = (DRIVE, "lxfs", "wslfs")
MOUNT = 'mount -i -t "$0" ${1:+-o "$1"} "$2" "$2" && cd "$2" && shift 2 && exec "$@"'


@dataclass(frozen=True)
class Place:
    """Of a drive inside: its mount options, and rules that are set, as (rule, value). Of another file system, which
    is mounted by the run itself: its type."""

    where: str
    lane: str = ""
    options: str = ""
    rules: tuple = ()
    type: str = DRIVE

    def __str__(self):
        own = [self.type] if self.type != DRIVE else []
        own += [self.options] if self.options else []
        own += [f"{rule}={value}" for rule, value in self.rules]
        return f"{self.where} {self.lane}".strip() + (f" ({', '.join(own)})" if own else "")

    @property
    def file_name(self):
        return re.sub(r"[^\w.=+-]+", "-", str(self)).strip("-")

    def command(self, argv, directory, work, trace):
        """(argv, environment) that run a command here. directory: where it starts, which inside becomes the
        drive; work: where policies are; trace: the file to write to."""
        if self.where == "native":
            return argv, {}
        environment = {}
        if self.where == "outside":
            environment["LXSHIM_POLICY"] = str(work / ELSEWHERE)
        else:
            environment["LXSHIM_TRACE"] = str(trace)
            if self.type != DRIVE:
                return self._mounted(argv, directory, work, environment)
            if self.options or self.rules:
                policy = work / "out" / f"{directory.name}.json"
                _write(policy, directory, self.options, dict(self.rules))
                environment["LXSHIM_POLICY"] = str(policy)
        if self.lane == "preload":
            return argv, {**environment, "LD_PRELOAD": str(LIBRARY)}
        return [str(PROGRAM), "run", "--quiet", "--require-complete", "--lane", self.lane, "--", *argv], environment


    def _mounted(self, argv, directory, work, environment):
        policy = work / "out" / f"{directory.name}.json"
        beside = work / "out" / f"{directory.name}.drive"
        beside.mkdir(exist_ok=True)
        _write(policy, beside, rules=dict(self.rules))
        run = [str(PROGRAM), "run", "--quiet", "--lane", self.lane, "--policy", str(policy), "--"]
        mounted = ["sh", "-c", MOUNT, self.type, self.options, str(directory), *argv]
        return ["unshare", "-m", *run, *mounted], environment


NATIVE = Place("native")
ELSEWHERE = "elsewhere.json"


def asked(where, lanes, options, rules, kind=DRIVE):
    """The places that the command line names. Natively comes first: everything is compared with it."""
    return [NATIVE] + [
        Place(w, lane, options, rules, kind) if w == "inside" else Place(w, lane)
        for w in WHERE[1:]
        if w in where
        for lane in lanes
    ]


def _write(file, target, options="", rules=None):
    own = ",".join([f"uid={os.getuid()},gid={os.getgid()}", *([options] if options else [])])
    mount = {"type": "drvfs", "source": "C:", "target": str(target), "options": own}
    file.write_text(json.dumps({"version": 1, "mounts": [mount], "rules": rules or {}}), encoding="utf-8")


def write_elsewhere(work):
    """The policy of outside: its only drive is a directory that no test goes to."""
    (work / "drive").mkdir(exist_ok=True)
    _write(work / ELSEWHERE, work / "drive")


def fingerprint():
    """Which build of lxshim results are of."""
    whole = hashlib.sha256()
    for file in (LIBRARY, PROGRAM):
        if not file.exists():
            raise Failed(f"{file} is not there: make")
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


def clean_environment():
    """This process's environment without what would load a shim, or make a suite behave by the user's
    taste."""
    keep = ("PATH", "LOGNAME", "USER", "SHELL")
    return {k: os.environ[k] for k in keep if k in os.environ} | {"LC_ALL": "C", "TERM": "dumb"}
