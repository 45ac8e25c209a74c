#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes shim/nt/upcase_table.inc: Unicode's simple upper-case mapping as runs.

NTFS folds each UTF-16 unit on its own through a table fixed when the volume is made, so only
mappings inside the Basic Multilingual Plane count, one unit to one unit. Dotless i, long s and the
micro sign are left alone, as recalled of Windows' own table; nothing here was read off a volume.
"""
import sys

LEFT_ALONE = {0x00B5, 0x0131, 0x0149, 0x017F}


def upper(code):
    if code in LEFT_ALONE or 0xD800 <= code < 0xE000:
        return code
    for mapped in (chr(code).upper(), chr(code).title()):
        if len(mapped) == 1 and ord(mapped) < 0x10000:
            return ord(mapped)
    return code


def runs():
    run = None
    for code in range(0x80, 0x10000):
        delta = upper(code) - code
        if delta == 0:
            continue
        if run and run[3] == delta and code - run[1] in (1, 2) and run[2] in (0, code - run[1]):
            run[2] = code - run[1]
            run[1] = code
            continue
        if run:
            yield run
        run = [code, code, 0, delta]
    yield run


print("/* SPDX-License-Identifier: MIT */")
print("/* Made by tools/upcase.py: {first, last, step, what to add}. */")
for first, last, step, delta in runs():
    print(f"{{0x{first:04X}, 0x{last:04X}, {step or 1}, {delta}}},")
print(f"written from Unicode {__import__('unicodedata').unidata_version}", file=sys.stderr)
