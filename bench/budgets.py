# SPDX-License-Identifier: MIT
"""What lxshim may cost: a ratio to native, the median of the runs, or milliseconds that are added.
Columns: the contenders whose lane it is; `both` is lxshim run."""

LANES = ("outside", "inside", "both")

# rows, outside, inside, both
RATIOS = (
    (("stat", "stat-empty", "lstat", "access", "open", "openat"), 1.10, 1.5, 1.7),
    (("create", "rename"), 1.10, 2.0, 2.3),
    (("readdir-10000",), 1.05, 1.3, 1.4),
    (("make", "tar x", "npm install", "compileall"), 1.03, 1.10, 1.25),
    (("git status", "git clone", "cp -a"), 1.05, 1.3, 1.5),
    (("find", "rm -rf"), 1.1, 1.6, 1.8),
)
# rows, outside, inside, both: milliseconds
ADDED = ((("spawn",), 0.20, 0.20, 0.5),)
# What only a drive that ignores case has to do.
CASE = (("miss-100000",), 3.0)


def budget_of(row, lane):
    """(limit, kind) or None; kind is "ratio" or "added ms"."""
    if lane == "case":
        return (CASE[1], "ratio") if row in CASE[0] else None
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
            "met": found["median"] <= limit}
