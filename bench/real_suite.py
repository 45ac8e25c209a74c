# SPDX-License-Identifier: MIT
"""Real workloads. Each is a shell script that is timed, in a fresh directory per run. What it needs
is made before, and what it leaves is taken away after, natively."""

import os
import random
import shutil
import sys
from dataclasses import dataclass

import measure
import process

GIT = {
    "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_AUTHOR_DATE": "1000000000 +0000", "GIT_COMMITTER_DATE": "1000000000 +0000",
}
# Seconds: what takes less has hardly more to do than to find its files and its code in the
# processor's caches. So it runs twice each time, and the lower counts.
SHORT = 0.05
NPM_PACKAGE = "express@4"
PYTHON_PACKAGES = ("asyncio", "email", "json", "unittest")


@dataclass
class Workload:
    name: str
    run: str
    once: str = ""  # by each contender itself, before its first run
    before: str = ""  # natively, before each run
    needs: str = ""  # what has to be in the shared directory
    quick: bool = True


# $ROOT: what all share. $HERE: the contender's own directory. The current directory: this run's.
# $NATIVE: what all share, for what is done natively.
WORKLOADS = (
    Workload("make", "make -s -C zlib -j2 libz.a", needs="zlib", quick=False,
             before='cp -a "$NATIVE/zlib" zlib'),
    Workload("git clone", 'git clone -q --local "$ROOT/repo" clone', needs="repo"),
    Workload("git status", 'git -C "$HERE/status" status --porcelain >output; test ! -s output',
             needs="repo",
             # Files as young as the index would be read again, or not, as the clock has it.
             once='git clone -q --local "$ROOT/repo" status; cd status; '
             "git ls-files -z | xargs -0 touch -d '1 hour ago'; git status --porcelain"),
    Workload("git checkout", 'git -C "$HERE/checkout" checkout -q one; '
             'git -C "$HERE/checkout" checkout -q two', needs="repo", quick=False,
             once='git clone -q --local "$ROOT/repo" checkout; git -C checkout checkout -q two'),
    Workload("npm install", "npm install --offline --no-audit --no-fund --silent", needs="npm",
             before='cp "$NATIVE"/npm/package*.json .', quick=False),
    Workload("tar x", 'tar xf "$ROOT/tree.tar"', needs="tree.tar"),
    Workload("cp -a", 'cp -a "$ROOT/tree" copy', needs="tree"),
    Workload("rm -rf", "rm -rf tree", needs="tree", before='cp -a "$NATIVE/tree" .'),
    Workload("find", 'find "$ROOT/tree" >output', needs="tree"),
    Workload("compileall", '"$PYTHON" -m compileall -q -f py', needs="py",
             before='cp -a "$NATIVE/py" .', quick=False),
)


class Real:
    def __init__(self, contenders, place, settings, source_root):
        self.contenders = [c for c in contenders if not c.rows]
        self.settings = settings
        self.source_root = source_root
        self.shared = os.path.join(place.drive, "real")
        self.home = os.path.join(place.root, "home")
        self.place = place
        self.missing = {}

    def _environment(self, contender, whose):
        root = os.path.join(contender.directory, "real")
        return contender.full_environment(
            **GIT, ROOT=root, HERE=os.path.join(root, whose.name.replace(" ", "-")),
            NATIVE=self.shared, HOME=self.home, PYTHON=sys.executable,
            npm_config_cache=os.path.join(self.home, "npm"), npm_config_update_notifier="false",
            GIT_CONFIG_GLOBAL=os.path.join(self.home, "gitconfig"), PYTHONDONTWRITEBYTECODE="")

    def _shell(self, contender, directory, script, whose=None):
        """Under the contender; only a shim may know the way to the directory, so the shell goes.
        `whose`: the contender whose own directory is worked in, where that is another."""
        environment = self._environment(contender, whose or contender)
        environment["WORK"] = os.path.join(environment["ROOT"], directory)
        command = ["/bin/sh", "-euc", f'cd "$WORK"; {script}']
        return process.run(contender.command(*command), environment)[0]

    def prepare(self):
        os.makedirs(self.shared)
        os.makedirs(self.home)
        with open(os.path.join(self.home, "gitconfig"), "w", encoding="utf-8") as f:
            f.write("[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n")
        self._make_tree()
        self._native("""
            git init -q -b one repo; cp -a tree/. repo; cd repo; git add .; git commit -qm first
            git checkout -qb two; find d0* -type f -exec sed -i '$p' {} +; git commit -qam second
            cd ..; tar cf tree.tar tree""")
        self._try("py", self._copy_python)
        if not self.settings.quick:
            self._try("zlib", self._fetch_zlib)
            self._try("npm", self._fill_npm)
        for c in self.contenders:
            own = os.path.join(self.shared, c.name.replace(" ", "-"))
            os.mkdir(own)

    def _native(self, script):
        self._shell(self.contenders[0], ".", script)

    def _try(self, what, make):
        try:
            make()
        except (process.Failed, OSError) as e:
            self.missing[what] = str(e)
            print(f"bench: goes without what needs {what}: {e}")

    def _make_tree(self):
        words = random.Random(1)
        tree = os.path.join(self.shared, "tree")
        for d in range(50):
            directory = os.path.join(tree, f"d{d:02}", "sub" if d % 2 else ".")
            os.makedirs(directory)
            for i in range(self.settings.files // 50):
                with open(os.path.join(directory, f"file-{i:03}.txt"), "w", encoding="ascii") as f:
                    for _ in range(words.randrange(1, 60)):
                        f.write(f"{words.getrandbits(200):x}\n")

    def _copy_python(self):
        library = os.path.dirname(os.__file__)
        for package in PYTHON_PACKAGES:
            shutil.copytree(os.path.join(library, package),
                            os.path.join(self.shared, "py", package),
                            ignore=shutil.ignore_patterns("__pycache__", "test*"))

    def _fetch_zlib(self):
        fetch = os.path.join(self.source_root, "tools", "fetch-source")
        self._native(f'mkdir src; "{fetch}" src zlib >&2; mv src/zlib-*/ zlib; rm -r src; cd zlib; '
                     "./configure >configure.out; make -s libz.a; make -s clean")

    def _fill_npm(self):
        self._native(f"""
            mkdir npm; cd npm; echo '{{"name": "bench", "version": "1.0.0"}}' >package.json
            npm install --no-audit --no-fund --silent {NPM_PACKAGE}
            rm -r node_modules; npm install --offline --no-audit --no-fund --silent""")

    def _once(self, workload, contender, whose, number):
        own = os.path.join(self.shared, whose.name.replace(" ", "-"))
        name = f"{workload.name.replace(' ', '-')}.{number}"
        scratch = os.path.join(own, name)
        seen = os.path.join(whose.name.replace(" ", "-"), name)
        os.mkdir(scratch)
        try:
            if workload.before:
                self._shell(self.contenders[0], seen, workload.before, whose)
            return self._shell(contender, seen, workload.run, whose)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _best(self, once):
        spent = once()
        if spent.elapsed >= SHORT:
            return spent
        again = once()
        return process.Spent(min(spent.elapsed, again.elapsed),
                             min(spent.processor, again.processor))

    def rows(self):
        number = 0
        for workload in WORKLOADS:
            if self.settings.quick and not workload.quick or workload.needs in self.missing:
                continue
            row = measure.Row("real", workload.name, "s")
            for c in self.contenders if workload.once else ():
                try:
                    self._shell(c, c.name.replace(" ", "-"), workload.once)
                except process.Failed as e:
                    row.failures[c.name] = str(e)

            def once(contender, whose, workload=workload):
                nonlocal number
                number += 1
                return self._once(workload, contender, whose, number)

            def best(contender, whose, once=once):
                return self._best(lambda: once(contender, whose))

            if workload.once:
                yield measure.each_beside(row, self.contenders, best, self.settings.rounds)
            else:
                yield measure.alternate(row, self.contenders, lambda c, _, best=best: best(c, c),
                                        self.settings.rounds)
