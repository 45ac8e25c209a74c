# SPDX-License-Identifier: MIT
"""One operation per row, and how its price grows."""

import os

import measure
import process

DEPTH = 40
SIZES = ("10", "100", "1000", "10000", "100000")

ROWS = (
    "stat", "stat-empty", "lstat", "access", "open", "openat", "readlink", "create", "rename",
    "mkdir", "deep-20", "miss-10", "miss-1000", "miss-100000", "readdir-10", "readdir-10000",
    "readdir-stat-10", "readdir-stat-10000", "rename-dir-10", "rename-dir-1000",
    "rename-dir-100000", "spawn",
)
QUICK_ROWS = (
    "stat", "stat-empty", "lstat", "access", "open", "openat", "readlink", "create", "rename",
    "mkdir", "deep-20", "miss-100000", "readdir-10000", "spawn",
)
# One native run of what makes and removes entries may take half as long again as the next, likely as
# the kernel frees them later, by heaps, in whoever runs then. These are measured three times as often.
UNSTEADY = ("create", "rename", "mkdir", "miss-100000")
# On a second file system: what the library itself does is the same there.
DISK_ROWS = ("stat", "open", "create", "rename", "mkdir", "miss-1000", "readdir-10000")
# In every profile: what they do otherwise is in these.
PROFILE_ROWS = ("stat", "access", "open", "create", "rename", "mkdir", "readdir-10000")
PROFILE_QUICK_ROWS = ("stat", "open", "rename")

# Growth: title, what is on the axis, and for each point the option and the operation.
GROWTH = (
    ("stat of a missing name", "entries", [(n, (), f"miss-{n}") for n in SIZES]),
    ("readdir", "entries", [(n, (), f"readdir-{n}") for n in SIZES[:4]]),
    ("rename of a directory, and back", "files in it", [(n, (), f"rename-dir-{n}") for n in SIZES]),
    ("stat", "components", [(str(n), (), f"deep-{n}") for n in (1, 5, 10, 20, 40)]),
    ("stat", "open files", [(str(n), ("-d", str(n)), "stat") for n in (1, 100, 1000, 10000)]),
    ("mkdir and rmdir", "processes more",
     [(str(n), ("-p", str(n)), "mkdir") for n in (1, 50, 200)]),
    ("stat", "threads", [(str(n), ("-j", str(n)), "stat") for n in (1, 2)]),
)
GROWTH_CONTENDERS = ("native", "outside", "drvfs", "case=off", "redirected")


class Micro:
    def __init__(self, build, contenders, settings):
        self.program = os.path.join(build, "bench", "micro")
        self.contenders = contenders
        self.settings = settings

    def make_tree(self, drive):
        process.run([self.program, "-C", drive, "make-tree", str(DEPTH), *SIZES],
                    process.clean_environment())

    def once(self, contender, options, operation):
        command = contender.command(self.program, "-C", contender.directory, "-t",
                                    str(self.settings.milliseconds), *contender.micro, *options,
                                    operation)
        _, output = process.run(command, contender.full_environment())
        return process.Spent(*map(float, output.split()))

    def row(self, suite, name, operation, options, contenders):
        return measure.alternate(
            measure.Row(suite, name, "ns"), contenders,
            lambda c, _: self.once(c, options, operation),
            self.settings.rounds * (3 if name in UNSTEADY else 1))

    def rows(self, suite, operations):
        for operation in operations:
            contenders = [c for c in self.contenders if not c.rows or operation in c.rows]
            yield self.row(suite, operation, operation, (), contenders)

    def growth(self):
        contenders = [c for c in self.contenders if c.name in GROWTH_CONTENDERS]
        for title, axis, points in GROWTH:
            for at, options, operation in points:
                yield (title, axis, at,
                       self.row("growth", f"{title}: {at} {axis}", operation, options, contenders))


def first_start(shim_library, policies, settings):
    """The first process of a tree has the policy read; the others are the row `spawn`."""
    environment = process.clean_environment()
    native = _Start("native", environment)
    others = [_Start(name, {**environment, "LD_PRELOAD": shim_library, "LXSHIM_POLICY": path})
              for name, path in policies.items()]
    row = measure.Row("micro", "first process", "ns")
    return measure.alternate(row, [native, *others], lambda c, _: c.once(), settings.rounds)


class _Start:
    def __init__(self, name, environment):
        self.name = name
        self.environment = environment
        self.elapsed = False

    def once(self):
        every = [process.run(["/bin/true"], self.environment)[0] for _ in range(10)]
        return process.Spent(sum(s.elapsed for s in every) * 1e8,
                             sum(s.processor for s in every) * 1e8)
