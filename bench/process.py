# SPDX-License-Identifier: MIT
"""Starts what is measured, each in a process group of its own, so that nothing outlives an
interruption, whatever it has started itself."""

import os
import select
import signal
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """Of one run, in the unit of what is measured. The processor's time has nothing of what else
    runs on the machine, and nothing of what is done by processes that the run does not wait for."""

    elapsed: float
    processor: float


class Failed(Exception):
    pass


def clean_environment():
    """This process's, without what would load a shim into what is measured natively."""
    return {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("LXSHIM_", "LD_", "FAKECHROOT", "MAKE", "MFLAGS"))
    }


def run(argv, environment, timeout=180, cwd=None):
    """(Spent in seconds, output) of a command that has to succeed."""
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_DUP2, writer, 2),
        (os.POSIX_SPAWN_CLOSE, reader),
        (os.POSIX_SPAWN_CLOSE, writer),
    ]
    if cwd is not None:
        argv = ["env", "-C", cwd, *argv]
    began = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, environment, file_actions=actions, setpgroup=0)
    os.close(writer)
    status = None
    try:
        output = b""
        while part := _read(reader, began + timeout):
            output += part
        _, status, used = os.wait4(pid, 0)
        spent = Spent(time.perf_counter() - began, used.ru_utime + used.ru_stime)
    finally:
        os.close(reader)
        if status is None:
            _kill(pid)
    if status != 0:
        raise Failed(f"{' '.join(argv)[:200]}: status {os.waitstatus_to_exitcode(status)}: "
                     + output.decode(errors="replace")[-400:])
    return spent, output.decode(errors="replace")


def _read(fd, deadline):
    if not select.select([fd], [], [], max(0, deadline - time.perf_counter()))[0]:
        raise Failed("took too long")
    return os.read(fd, 65536)


def _kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(group, 0)
