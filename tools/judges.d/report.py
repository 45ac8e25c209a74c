# SPDX-License-Identifier: MIT
"""Says what differs: outside all of it; inside what no rule explains, and of the rules how much each
explains, with an example; and what is steady natively, and here is not."""

import suites


def say(suite, results, wanted, units, verbose):
    """Returns how many tests were not steady in a place alone."""
    lines, all_alone = [], 0
    for place in wanted[1:]:
        tests, differing, shaky = results.compare(place, units)
        if not tests and not shaky:
            continue
        print(f"\n{suite.name} {place}:")
        _say_place(place, differing, verbose)
        alone = [s for s in shaky if s.alone()]
        for s in shaky if verbose else alone:
            where = " here alone" if s.alone() else ""
            print(f"  not steady{where}: {s.unit}: {s.test}: otherwise in {s.here} of {s.turns} turns,"
                  f" natively in {s.native} of {s.native_turns}")
        all_alone += len(alone)
        # A unit's end differs with its tests; it counts, and is told, where it differs alone.
        count = sum(d.test != suites.EXIT for d in differing)
        ends = {d.unit for d in differing} - {d.unit for d in differing if d.test != suites.EXIT}
        lines.append(_summary(suite, place, tests, count, len(ends), len(shaky), len(alone)))
        _write(results.directory / f"{place.file_name}.differences", differing)
    native = results.native()
    count = sum(len(native[u]) - 1 for u in units if u in native)
    print(f"\n{suite.name} {suite.version}: {len(native)} units, {count} tests natively"
          f"{_left(units, native)}")
    print("\n".join(lines))
    return all_alone


def _left(units, native):
    left = sum(u not in native for u in units)
    return f", {left} units have not been run" if left else ""


def _summary(suite, place, tests, count, ends, shaky, alone):
    text = f"{suite.name:10} {str(place):20} {tests:6} tests, {tests - count:6} agree, {count:5} differ"
    if ends:
        text += f", {ends} units end otherwise"
    text += f", {shaky} not steady" if shaky else ""
    return text + (f" ({alone} here alone)" if alone else "")


def _say_place(place, differing, verbose):
    by_rule = {}
    tell = {d.unit for d in differing if d.test != suites.EXIT}
    for d in differing:
        if d.test == suites.EXIT and d.unit in tell:
            continue
        if d.rules and not verbose:
            by_rule.setdefault(d.rules.split()[0].replace("after:", "what follows "), []).append(d)
        else:
            print("  " + one_line(d))
    for rule, of_it in sorted(by_rule.items(), key=lambda r: -len(r[1])):
        print(f"  {len(of_it):5} by {rule}: as {one_line(of_it[0])}")


def one_line(d):
    before = d.native[0] if d.native else "no such test"
    after = d.other[0] if d.other else "did not say"
    rules = f" [{d.rules}]" if d.rules else ""
    return f"{d.unit}: {d.test}: {before}, here {after}: {(d.other or d.native)[1][:160]}{rules}"


def _write(file, differing):
    with open(file, "w", encoding="utf-8") as f:
        for d in differing:
            nothing = ("", "", "")
            words = [*(d.native or nothing)[:2], *(d.other or nothing)[:2]]
            f.write("\t".join([d.unit, d.test, *words, d.rules]) + "\n")
