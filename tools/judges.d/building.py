# SPDX-License-Identifier: MIT
"""Gets suites and builds them, once and natively."""

import os
import shutil
import subprocess
from pathlib import Path

import places

# Upstream's own repositories, of suites that the distribution does not package.
UPSTREAM = {
    "pjdfstest": "https://github.com/pjd/pjdfstest.git",
    "ltp": "https://github.com/linux-test-project/ltp.git",
}


class Failed(Exception):
    pass


def run(argv, cwd, log, env=None):
    """Runs a step of a build; what it says is added to the file log."""
    with open(log, "ab") as out:
        out.write(f"+ {' '.join(map(str, argv))}\n".encode())
        out.flush()
        status = subprocess.run(
            argv,
            cwd=cwd,
            env={**places.clean_environment(), "HOME": os.environ.get("HOME", "/"), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if status != 0:
        tail = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        raise Failed(f"{' '.join(map(str, argv))[:120]}: status {status}; see {log}\n" + "\n".join(tail))


def make(source, log, *words):
    run(["make", f"-j{os.cpu_count()}", *words], source, log)


def _git(directory, *words):
    return subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(directory), *words],
        capture_output=True,
        text=True,
        check=False,
    )


def _version(directory, fallback):
    """What a source is of: its commit, if it is the top of a repository."""
    top = _git(directory, "rev-parse", "--show-toplevel").stdout.strip()
    bare = _git(directory, "rev-parse", "--is-bare-repository").stdout.strip() == "true"
    if bare or (top and Path(top).resolve() == Path(directory).resolve()):
        return _git(directory, "log", "-1", "--format=%h of %cs").stdout.strip() or fallback
    return fallback


def get(name, package, wanted, into, log):
    """Brings the source of a suite to the directory into, and returns what version it is of. wanted: a
    directory, package=version, or nothing, for the distribution's or upstream's."""
    parts = into.with_name("fetched")
    shutil.rmtree(parts, ignore_errors=True)
    shutil.rmtree(into, ignore_errors=True)
    parts.mkdir(parents=True)
    if wanted and os.path.isdir(wanted):
        version = _version(wanted, Path(wanted).resolve().name)
        if _git(wanted, "rev-parse", "--is-bare-repository").stdout.strip() == "true":
            run(["git", "clone", "--quiet", os.path.abspath(wanted), parts / name], parts, log)
        else:
            # With its times: a build must not take generated files for older than their sources.
            run(["cp", "-a", os.path.abspath(wanted), parts / name], parts, log)
    elif wanted and "=" not in wanted:
        raise Failed(f"{wanted}: no directory, and no package=version")
    elif package or wanted:
        run([places.ROOT / "tools/fetch-source", parts, wanted or package], parts, log)
        version = next(parts.glob("*.dsc")).stem
    else:
        run(["git", "clone", "--quiet", "--depth", "1", UPSTREAM[name], parts / name], parts, log)
        version = _version(parts / name, name)
    unpacked = [d for d in parts.iterdir() if d.is_dir()]
    if len(unpacked) != 1:
        raise Failed(f"no source of {name} in {parts}")
    unpacked[0].rename(into)
    shutil.rmtree(parts)
    return version
