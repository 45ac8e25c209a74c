# SPDX-License-Identifier: MIT
"""What a figure depends on."""

import os
import platform
import re


def file_system(path):
    """Type of the file system that a path is on, by the longest mount point above it."""
    path = os.path.realpath(path)
    best = ("", "unknown")
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as f:
        for line in f:
            _, point, kind, *_ = line.split()
            if path == point or path.startswith(point.rstrip("/") + "/") or point == "/":
                best = max(best, (point, kind), key=lambda b: len(b[0]))
    return best[1]


def describe():
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return {
        "kernel": re.match(r"[\d.]*", platform.release())[0],
        "cpu": cpu,
        "cpus": len(os.sched_getaffinity(0)),
        "libc": " ".join(platform.libc_ver()),
        "load": os.getloadavg()[0],
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
        "caches": "warm",
        "threads": "1, but for rows that say otherwise",
    }
