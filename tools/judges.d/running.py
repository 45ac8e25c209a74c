# SPDX-License-Identifier: MIT
"""Runs units: each in an empty directory and a session of its own, of which nothing is left."""

import concurrent.futures
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import blame
import places
import suites


class Stopped(Exception):
    """Somebody interrupted us, or the suite's time is over."""


class Runner:
    def __init__(self, work, jobs):
        self.mine = work is None
        self.work = Path(tempfile.mkdtemp(prefix="lxshim-judges.") if self.mine else work).resolve()
        self.jobs = jobs
        self.interrupted = False
        self.stopped = False
        self.suite = None
        self.deadline = None

    def __enter__(self):
        for part in ("run", "out"):
            (self.work / part).mkdir(parents=True, exist_ok=True)
        # Other users, as whom tests run some of their steps, come through.
        for directory in (self.work, self.work / "run", self.work / "out"):
            directory.chmod(0o755)
        places.write_elsewhere(self.work)
        return self

    def __exit__(self, *_):
        for part in ("run", "out"):
            remove(self.work / part)
        if self.mine:
            remove(self.work)

    def interrupt(self, _signal, _frame):
        self.interrupted = self.stopped = True

    def begin(self, suite, limit):
        self.suite = suite
        self.stopped = self.interrupted
        self.deadline = time.monotonic() + limit if limit else None

    def over(self):
        if self.deadline and time.monotonic() > self.deadline:
            self.stopped = True
        return self.stopped

    def run(self, units, place, kept, native, jobs=None):
        """Runs what of the units the record kept does not have yet, and adds it."""
        left = [u for u in units if u not in kept.units]
        lock = threading.Lock()

        def one(unit):
            if self.over():
                return
            try:
                verdicts, said = self.run_unit(unit, place, native)
            except Stopped:
                return
            with lock:
                kept.add(unit, verdicts, said)
                print(f"\r\033[K{self.suite.name} {kept.name}: {len(kept.units)}, {unit}", end="",
                      file=sys.stderr, flush=True)

        with concurrent.futures.ThreadPoolExecutor(jobs or self.jobs) as pool:
            for done in [pool.submit(one, u) for u in left]:
                done.result()
        if left:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def run_unit(self, unit, place, native):
        """[(test, word, detail, rules)] of one unit, and the lines it said."""
        name = re.sub(r"[^\w.-]", "_", unit)
        directory, pipe = self.work / "run" / name, self.work / "out" / name
        remove(directory)
        directory.mkdir()
        directory.chmod(0o777 if self.suite.others_write else 0o755)
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        # The trace is written by whatever user a test becomes.
        pipe.chmod(0o666)
        try:
            output, status = self._run(unit, place, directory, pipe)
            return self._verdicts(output, status, native.get(unit, {})), output.lines
        finally:
            remove(directory)
            pipe.unlink(missing_ok=True)

    def _run(self, unit, place, directory, pipe):
        argv, own = self.suite.command(unit, directory)
        argv, shim = place.command(argv, directory, self.work, pipe)
        if self.suite.own_mounts and os.geteuid() == 0:
            # What makes the namespace is none of the suite's business.
            preloaded = [f"LD_PRELOAD={shim.pop('LD_PRELOAD')}"] if "LD_PRELOAD" in shim else []
            argv = ["unshare", "--mount", "--propagation", "private", "env", *preloaded, *argv]
        mark = f"{os.getpid()}-{threading.get_ident()}"
        environment = {**places.clean_environment(), "HOME": str(directory), "TMPDIR": str(directory),
                       **own, **shim, "JUDGES_UNIT": mark}
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with open(pipe, "wb", buffering=0) as writer:
                process = subprocess.Popen(argv, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                                           stdout=writer, stderr=writer, start_new_session=True)
            try:
                return self._watch(process, reader, time.monotonic() + self.suite.seconds)
            finally:
                process.kill()
                process.wait()
                sweep(process.pid, mark)
        finally:
            os.close(reader)

    def _watch(self, process, reader, deadline):
        """(what it said, how it ended)."""
        output, text = blame.Output(), b""
        while True:
            if self.over():
                raise Stopped
            # What it has left in the background may keep the pipe open: its own end counts.
            ended = process.poll() is not None
            ready = select.select([reader], [], [], 0 if ended else 0.5)[0]
            part = os.read(reader, 1 << 16) if ready else b""
            if not part and ended:
                break
            if not part and ready:
                time.sleep(0.01)  # it has closed its output and goes on
            *whole, text = (text + part).split(b"\n")
            for line in whole:
                output.take(line)
            if time.monotonic() > deadline:
                output.end()
                return output, "too long"
        if text:
            output.take(text)
        output.end()
        return output, describe(process.returncode)

    def _verdicts(self, output, status, native):
        found, first, chain = [], 0, blame.Follows()
        for v in self.suite.read(output.lines, status):
            differs = self.suite.differs(native.get(v.test, ("", "")), (v.word, v.detail))
            rules = output.blame(first, v.line, v.detail) if differs else ""
            if differs:
                rules = chain.follow(v.detail, rules)
            found.append((v.test, v.word, v.detail, rules))
            first = v.line + 1
        last = output.lines[-1][:200] if output.lines else ""
        rules = ""
        if native.get(suites.EXIT, ("",))[0] != status:
            rules = output.blame(0, len(output.lines), last)
        return [*found, (suites.EXIT, status, last, rules)]


def describe(status):
    return f"status {status}" if status >= 0 else f"signal {-status}"


def remove(path):
    """Removes a tree, whatever modes and attributes a test has left on it."""
    detach(path)
    shutil.rmtree(path, ignore_errors=True)
    if not os.path.lexists(path):
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["chattr", "-R", "-f", "-i", "-a", str(path)], **quiet)
    subprocess.run(["chmod", "-R", "u+rwx", str(path)], **quiet)
    subprocess.run(["rm", "-rf", str(path)], **quiet)


def detach(path):
    """Frees the loop devices of files below a tree: a test that took too long has not come to that."""
    for file in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            backing = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if backing.startswith(f"{path}/"):
            device = f"/dev/{file.parent.parent.name}"
            subprocess.run(["losetup", "-d", device], stderr=subprocess.DEVNULL, check=False)


def sweep(session, mark):
    """Kills what a unit has left: processes of its session, and those with its mark in their environment."""
    wanted = f"JUDGES_UNIT={mark}".encode()
    for _ in range(20):
        left = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_of(pid, session, wanted)]
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        time.sleep(0.05)


def _is_of(pid, session, wanted):
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
        if fields[0] == b"Z":
            return False
        if int(fields[3]) == session:
            return True
        with open(f"/proc/{pid}/environ", "rb") as f:
            return wanted in f.read().split(b"\0")
    except OSError:
        return False
