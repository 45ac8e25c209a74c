# SPDX-License-Identifier: MIT
"""One SVG: dots of ratios on a logarithmic axis, a row each, and small pictures of growth."""

import math
from xml.sax.saxutils import escape

import report

COLORS = {
    "forward": "#9a9a9a", "outside": "#1b7837", "drvfs": "#2166ac", "metadata": "#67a9cf",
    "case=off": "#762a83", "redirected": "#c2a5cf", "run": "#053061", "1 MB policy": "#80cdc1",
    "fakechroot": "#e08214", "bindfs": "#d6604d", "PRoot": "#b2182b", "strace": "#543005",
}
WIDTH, LEFT, RIGHT, ROW = 960, 170, 24, 17
SMALL_WIDTH, SMALL_HEIGHT = 300, 170
LEAST, MOST = 0.7, 200.0


class Canvas:
    def __init__(self):
        self.parts = []

    def text(self, x, y, words, anchor="start", size=11, color="#222"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" '
                          f'text-anchor="{anchor}">{escape(words)}</text>')

    def line(self, x1, y1, x2, y2, color="#ddd", width=1.0):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{color}" stroke-width="{width}"/>')

    def dot(self, x, y, color, title):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}" '
                          f'fill-opacity="0.85"><title>{escape(title)}</title></circle>')

    def written(self, height):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
                'font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def _scale(value, low, high, start, end):
    part = math.log(max(low, min(high, value)) / low) / math.log(high / low)
    return start + part * (end - start)


def _ratios(canvas, y, title, rows, contenders):
    canvas.text(LEFT, y, title, size=13)
    y += 12
    bottom = y + ROW * len(rows)
    for tick in (1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200):
        x = _scale(tick, LEAST, MOST, LEFT, WIDTH - RIGHT)
        canvas.line(x, y, x, bottom, "#888" if tick == 1 else "#ddd")
        canvas.text(x, bottom + 13, f"{tick:g}", "middle", 10)
    for i, row in enumerate(rows):
        middle = y + ROW * (i + 0.5)
        canvas.text(LEFT - 8, middle + 4, row.name, "end")
        for c in contenders[1:]:
            if c.name in row.pairs:
                ratio = row.ratio(c.name)["median"]
                canvas.dot(_scale(ratio, LEAST, MOST, LEFT, WIDTH - RIGHT), middle,
                           COLORS.get(c.name, "#000"), f"{c.name}, {row.name}: {ratio:.2f}")
    return bottom + 34


def _legend(canvas, y, contenders):
    x = LEFT
    for c in contenders[1:]:
        if x + 8 * len(c.what) > WIDTH - RIGHT:
            x, y = LEFT, y + 16
        canvas.dot(x, y - 4, COLORS.get(c.name, "#000"), c.name)
        canvas.text(x + 8, y, c.what)
        x += 26 + 6.2 * len(c.what)
    return y + 26


def _growth(canvas, x, y, title, axis, points):
    """points: [(at, row)]. Time per turn over size, both logarithmic."""
    values = {}
    for i, (_, row) in enumerate(points):
        data = row.as_data()
        values.setdefault("native", []).append((i, data["native"]["median"]))
        for name, c in data["contenders"].items():
            values.setdefault(name, []).append((i, c["value"]["median"]))
    every = [v for line in values.values() for _, v in line]
    low, high = min(every) / 1.3, max(every) * 1.3
    left, right = x + 46, x + SMALL_WIDTH - 14
    top, bottom = y + 18, y + SMALL_HEIGHT - 40
    canvas.text(x + 8, y + 8, title, size=12)
    canvas.line(left, bottom, right, bottom, "#888")
    canvas.line(left, top, left, bottom, "#888")
    for value in (low * 1.3, high / 1.3):
        at = _scale(value, low, high, bottom, top)
        canvas.text(left - 4, at + 4, report.in_units(value, "ns"), "end", 9)
    step = (right - left - 16) / max(1, len(points) - 1)
    for i, (at, _) in enumerate(points):
        canvas.text(left + 8 + i * step, bottom + 12, at, "middle", 9)
    canvas.text((left + right) / 2, bottom + 24, axis, "middle", 10)
    for name, line in values.items():
        color = COLORS.get(name, "#000")
        spots = [(left + 8 + i * step, _scale(v, low, high, bottom, top)) for i, v in line]
        for (x1, y1), (x2, y2) in zip(spots, spots[1:]):
            canvas.line(x1, y1, x2, y2, color, 1.5)
        for (px, py), (_, v) in zip(spots, line):
            canvas.dot(px, py, color, f"{name}: {report.in_units(v, 'ns')}")


def draw(path, machine, suites, growth, contenders):
    """suites: [(title, rows)]; growth: {(title, axis): [(at, row)]}."""
    canvas = Canvas()
    canvas.text(LEFT, 22, "What a shim costs: processor time as a ratio to native, medians", size=15)
    canvas.text(LEFT, 38, f"Linux {machine['kernel']}, {machine['cpu']}, {machine['cpus']} CPUs, "
                f"caches {machine['caches']}", size=10, color="#666")
    y = _legend(canvas, 60, contenders)
    for title, rows in suites:
        if rows:
            y = _ratios(canvas, y, title, rows, contenders)
    if growth:
        canvas.text(LEFT, y, "How it grows: time per turn (native is black)", size=13)
        y += 16
    for i, ((title, axis), points) in enumerate(growth.items()):
        column = i % 3
        _growth(canvas, 20 + column * (SMALL_WIDTH + 8), y, title, axis, points)
        if column == 2 or i == len(growth) - 1:
            y += SMALL_HEIGHT
    with open(path, "w", encoding="utf-8") as f:
        f.write(canvas.written(y + 10))
