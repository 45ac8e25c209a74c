# SPDX-License-Identifier: MIT
"""What lxshim may cost: a ratio to native, the median of the runs, or milliseconds that are added:
of the processor's time, but of what others work for.
Columns: the contenders whose lane it is; `both` is lxshim run."""

LANES = ("outside", "inside", "both")

# What is wanted: outside 1.08, inside 1.5 for what looks and 2 for what changes, rm -rf 1.6, and
# the same in a drive that ignores case, its workloads 1.5. Where more stands below, docs/design/costs.md
# has the call that cannot go.
RATIOS = (
    (("stat", "stat-empty", "lstat", "access"), 1.08, 1.5, 1.7),
    (("open", "openat"), 1.08, 1.6, 1.7),
    (("create", "rename"), 1.08, 2.0, 2.3),
    (("mkdir",), 1.08, 2.2, 2.5),
    (("readdir-10000",), 1.05, 1.3, 1.4),
    (("make", "npm install", "compileall"), 1.03, 1.10, 1.25),
    (("tar x",), 1.08, 1.3, 1.4),
    (("git status", "git clone", "cp -a"), 1.08, 1.3, 1.5),
    (("find",), 1.12, 1.3, 1.8),
    (("rm -rf",), 1.08, 2.1, 2.2),
)
# rows, outside, inside, both: milliseconds
ADDED = ((("spawn",), 0.20, 0.20, 0.5),)
# A drive that ignores case, as WSL mounts one.
CASE = (
    (("miss-100000",), 3.0),
    (("stat", "stat-empty", "lstat", "access"), 1.5),
    (("open", "openat"), 1.6),
    (("create",), 2.3),
    (("rename",), 2.6),
    (("mkdir",), 2.5),
    (("git status", "find"), 1.5),
    (("tar x", "cp -a"), 1.65),
    (("git clone",), 1.7),
    (("rm -rf",), 2.1),
)
# A drive with the option metadata, whose files have modes and owners of their own.
METADATA = (
    (("stat", "stat-empty", "lstat", "access"), 1.6),
    (("open", "openat"), 1.7),
    (("git status", "find"), 1.5),
    (("tar x", "git clone"), 1.7),
)
OPTIONS = {"case": CASE, "metadata": METADATA}


def budget_of(row, lane):
    """(limit, kind) or None; kind is "ratio" or "added ms"."""
    if lane in OPTIONS:
        return next(((limit, "ratio") for rows, limit in OPTIONS[lane] if row in rows), None)
    if lane not in LANES:
        return None
    for table, kind in ((RATIOS, "ratio"), (ADDED, "added ms")):
        for rows, *limits in table:
            if row in rows:
                return limits[LANES.index(lane)], kind
    return None


def judge(row, contender):
    """What came of the budget of this contender in this row, or None."""
    budget = budget_of(row.name, contender.lane)
    if budget is None or contender.name not in row.pairs:
        return None
    limit, kind = budget
    found = row.ratio(contender.name)
    if kind == "added ms":
        found = {k: v / 1e6 for k, v in row.added(contender.name).items()
                 if k in ("median", "min", "max")}
    return {"row": row.name, "suite": row.suite, "contender": contender.name, "kind": kind,
            "budget": limit, "found": found["median"], "min": found["min"], "max": found["max"],
            "elapsed": row.elapsed_ratio(contender.name), "met": found["median"] <= limit}
