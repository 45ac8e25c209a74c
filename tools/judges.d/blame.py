# SPDX-License-Identifier: MIT
"""What a unit said, and which rule a difference is owed to.

The trace goes to the same pipe as the unit's output, so that each line of it stands where its call was
made, between what was said before and after.
"""

import errno
import json
import os
import re

TRACED = re.compile(r'\{"time":"\d{4}-.*\}$')

# What nearly every call on a drive has; they explain a difference only where nothing else does.
COMMON = {"stat.times", "stat.directory", "stat.small_file", "mode.fixed", "names.illegal"}


TEXTS = [(name, os.strerror(number).lower()) for number, name in errno.errorcode.items()]


class Output:
    """lines: what was said, without the trace. calls: (number of the line that it came before, rules,
    refused by one, result, paths)."""

    def __init__(self):
        self.lines = []
        self.calls = []
        self._begun = ""  # of a line, when lines of the trace came in between

    def take(self, raw):
        """Takes one line of the pipe."""
        text = raw.decode(errors="replace").replace("\0", "").replace("\t", " ").rstrip("\r")
        traced = TRACED.search(text)
        if not traced:
            self.lines.append(self._begun + text)
            self._begun = ""
            return
        self._begun += text[: traced.start()]
        try:
            call = json.loads(traced[0])
        except ValueError:
            return  # two that a small pipe has mixed
        if "rule" in call:
            refused = call["outcome"] in ("denied", "overridden")
            paths = [p for p in call.get("args", []) if isinstance(p, str) and len(p) > 1]
            rules = {call["rule"], *call.get("altered", [])}
            self.calls.append((len(self.lines), rules, refused, str(call["result"]), paths))

    def end(self):
        if self._begun:
            self.lines.append(self._begun)
            self._begun = ""

    def blame(self, first, last, detail):
        """The rules that a difference told in lines first to last is owed to, the likeliest first; "after"
        before a rule says that it spoke earlier, about a path that the detail names."""
        detail = _with_errnos(detail)
        window = [c for c in self.calls if first <= c[0] <= last]
        named = [c for c in window if _named(c, detail)]
        earlier = [c for c in self.calls if c[0] < first and (c[2] or c[1] - COMMON)]
        refused = [c for c in earlier if c[2]] or earlier
        for calls, after in (
            ([c for c in named if c[2] and c[3] in detail], ""),
            ([c for c in named if c[2]], ""),
            ([c for c in window if c[2]], ""),
            ([c for c in window if c[1] - COMMON], ""),
            ([c for c in earlier if _named(c, detail)][-1:], "after:"),
            (window, ""),
            # A probe of what there is said no, and the tests that want it are skipped.
            ([] if detail.strip() and "skip" not in detail.lower() else refused[-1:], "after:"),
        ):
            if calls:
                return after + " ".join(_rules(calls))
        return ""


class Follows:
    """What the differences of a unit leave behind: a name that a rule kept from being made is missing in
    later steps, and those that use them."""

    def __init__(self):
        self.of_name = {}

    def follow(self, detail, rules):
        """The rules of a difference; of one without, those of an earlier one that names the same."""
        names = [w for w in _words(detail) if len(w) > 7 and re.search(r"[\d_/]", w)]
        if not rules:
            rules = next(("after:" + self.of_name[n] for n in names if n in self.of_name), "")
        if rules:
            for name in names:
                self.of_name[name] = rules.removeprefix("after:")
        return rules


def _words(detail):
    return set(re.split(r"[\s'\",:()]+", detail))


def _with_errnos(detail):
    """The detail, and names of the errors that it spells out."""
    names = [errno.errorcode.get(int(n), "") for n in re.findall(r"\[Errno (\d+)\]", detail)]
    lower = detail.lower()
    names += [name for name, text in TEXTS if text in lower]
    return " ".join([detail, *names])


def _rules(calls):
    """Those that refused; else those that altered, the common ones last."""
    count = {}
    for _, rules, _, _, _ in calls:
        for rule in rules:
            count[rule] = count.get(rule, 0) + 1
    return sorted(count, key=lambda r: (r in COMMON, -count[r], r))[:4]


def _named(call, detail):
    """Whether a word of the detail is a path of the call, or one below it."""
    words = _words(detail)
    for path in call[4]:
        base = path.rsplit("/", 1)[-1]
        if path in words or (len(base) > 3 and any(base in w.split("/") for w in words)):
            return True
    return False
