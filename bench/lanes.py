#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What one system call costs in each lane of lxshim run: the median of some rounds, beside native.

    bench/lanes.py [BUILD [ROUNDS]]        make bench-lanes

The program is bench/micro: in the lanes both and preload its calls pass through the library; alone,
the supervisor answers each. Outside every mount it only lets them go on. "spawn" is a process more.
"""

import os
import statistics
import subprocess
import sys
import tempfile

OPERATIONS = ("stat", "open", "rename", "spawn")
WORDS = {"open": "open+close"}


def measure(command, operation, directory):
    done = subprocess.run(
        [*command, "-C", directory, "-t", "60", operation],
        cwd=directory, stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout.split()[0])


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    micro = f"{build}/bench/micro"
    shim = [f"{build}/lxshim", "run", "-q"]
    lanes = {"native": [micro], "preload": [*shim, "--lane", "preload", "--", micro]}
    for lane in ("both", "supervisor"):
        lanes[lane] = [*shim, "--require-complete", "--lane", lane, "--", micro]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as top:
        inside, outside = f"{top}/drive", f"{top}/outside"
        policy = f"{top}/policy.json"
        for place in (inside, outside):
            os.mkdir(place)
            subprocess.run([micro, "-C", place, "make-tree", "2", "10"], check=True)
        with open(policy, "w", encoding="utf-8") as f:
            f.write('{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\bench", '
                    f'"target": "{inside}"' "}]}")
        os.environ["LXSHIM_POLICY"] = policy
        times = {}
        for _ in range(rounds):
            for operation in OPERATIONS:
                for lane, command in lanes.items():
                    places = (inside,) if operation == "spawn" or lane == "native" else (inside, outside)
                    for place in places:
                        key = (operation, lane, place == inside)
                        times.setdefault(key, []).append(measure(command, operation, place))
    print(f"{'':12}{'':12}{'in a drive':>24}{'outside':>24}")
    for operation in OPERATIONS:
        native = statistics.median(times[operation, "native", True])
        for lane in lanes:
            cells = ""
            for inside in (True, False):
                values = times.get((operation, lane, inside))
                if values:
                    median = statistics.median(values)
                    cells += f"{median:13.0f} ns {median / native:6.1f}x"
            print(f"{WORDS.get(operation, operation):12}{lane:12}{cells}")


main()
