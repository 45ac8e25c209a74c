# SPDX-License-Identifier: MIT
"""Who is compared: how each is started, and by which name it sees the directory that all share."""

import atexit
import json
import os
import shutil
from dataclasses import dataclass, field

import process

# A policy of 1 MB.
MANY_OVERRIDES = 10000
# Operations whose calls bench/floors.c makes.
FLOORS = ("stat", "lstat", "access", "open", "openat", "create", "rename", "mkdir")


@dataclass
class Contender:
    name: str
    what: str
    directory: str
    environment: dict = field(default_factory=dict)
    prefix: tuple = ()
    lane: str = ""  # the column of the budgets that binds it
    rows: tuple = ()  # only these rows of the micro-benchmark
    micro: tuple = ()  # options of the micro-benchmark
    ours: bool = False
    elapsed: bool = False  # other processes work for it, whose time is not its own

    def command(self, *argv):
        return [*self.prefix, *argv]

    def full_environment(self, **more):
        return {**process.clean_environment(), **self.environment, **more}


class Place:
    """A directory on the file system that is measured, and what is in it."""

    def __init__(self, root):
        self.root = root
        self.drive = os.path.join(root, "drive")
        self.elsewhere = os.path.join(root, "elsewhere")
        self.target = os.path.join(root, "mnt", "c")  # only a shim sees it
        self.fuse = os.path.join(root, "fuse")
        for d in (self.drive, self.elsewhere, os.path.dirname(self.target), self.fuse):
            os.makedirs(d)


class Shim:
    """What `make` built, with a policy for each way to use it."""

    def __init__(self, build, place):
        self.library = os.path.join(build, "liblxshim.so")
        self.program = os.path.join(build, "lxshim")
        self.place = place

    def policy(self, name, target, options="", **more):
        mount = {"type": "drvfs", "source": "C:\\bench", "target": target, **more.pop("mount", {}),
                 "options": f"uid={os.getuid()},gid={os.getgid()}{options}"}
        path = os.path.join(self.place.root, name + ".json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"version": 1, "mounts": [mount], **more}, f, indent=1)
        return path

    def preloaded(self, policy):
        """As a process of a tree has it: the policy was read by the first one."""
        _, state = process.run([self.program, "policy", "state", policy],
                               process.clean_environment())
        state = state.strip()
        if state[2] == "@":  # who asks by hand removes it
            atexit.register(os.unlink, state[3:])
        return {"LD_PRELOAD": self.library, "LXSHIM_STATE": state}

    def many_overrides(self):
        one = {"when": {"op": "rename", "path": ""}, "then": {"errno": "EBUSY"}}
        return [{**one, "when": {"op": "rename", "path": f"{'some/where/' * 2}{i:06}.lock"}}
                for i in range(MANY_OVERRIDES)]

    def contenders(self):
        p = self.place
        ways = [
            # name, what, directory, lane, options, mount, policy, rows
            ("outside", "lxshim, outside every mount", p.elsewhere, p.drive, "outside", "", {}, {}),
            ("drvfs", "lxshim, inside, profile drvfs", p.drive, p.drive, "inside", "", {}, {}),
            ("metadata", "lxshim, inside, option metadata", p.drive, p.drive, "metadata",
             ",metadata", {}, {}),
            ("case=off", "lxshim, inside, option case=off", p.drive, p.drive, "case", ",case=off",
             {}, {}),
            ("redirected", "lxshim, inside, backing elsewhere", p.target, p.target, "", "",
             {"backing": p.drive}, {}),
            ("1 MB policy", f"lxshim, inside, {MANY_OVERRIDES} overrides", p.drive, p.drive, "", "",
             {}, {"overrides": self.many_overrides()}),
        ]
        for name, what, target, directory, lane, options, mount, policy in ways:
            path = self.policy(name.replace(" ", "-"), target, options, mount=mount, **policy)
            yield Contender(name, what, directory, self.preloaded(path), lane=lane, ours=True,
                            rows=("stat", "spawn") if policy else ())
        path = self.policy("run", p.drive)
        yield Contender("run", "lxshim run, inside, all its lanes", p.drive, lane="both", ours=True,
                        elapsed=True, prefix=(self.program, "run", "--quiet", "--policy", path, "--"))

    def profiles(self):
        """A drive in place for each profile there is, as its era mounts one."""
        _, listed = process.run([self.program, "policy", "profiles"], process.clean_environment())
        for name in (line.split()[0] for line in listed.splitlines()):
            path = self.policy(f"profile-{name}", self.place.drive, profile=name)
            yield Contender(name, f"lxshim, inside, profile {name}", self.place.drive,
                            self.preloaded(path), ours=True)


class Peers:
    """Other mechanisms, none of which applies a rule. Those that are not installed are named."""

    def __init__(self, place, stack):
        self.place = place
        self.stack = stack

    def contenders(self, quick):
        drive, target = self.place.drive, self.place.target
        ways = [
            ("fakechroot", "fakechroot, no new root: preload", drive, ("fakechroot",), None),
            ("bindfs", "bindfs: FUSE", self.place.fuse, (), self.mount),
            ("PRoot", "PRoot, a directory bound elsewhere: ptrace", target,
             ("proot", "-b", f"{drive}:{target}"), None),
            ("strace", "strace -f: the upper bound", drive,
             ("strace", "-f", "-qq", "-o", "/dev/null"), None),
        ]
        for name, what, directory, prefix, start in ways[:1] if quick else ways:
            tool = prefix[0] if prefix else name
            if shutil.which(tool) is None:
                print(f"bench: goes without {name}: {tool} is not installed")
                continue
            contender = Contender(name, what, directory, prefix=prefix, elapsed=True)
            try:
                if start is not None:
                    start()
                process.run(contender.command("true"), contender.full_environment())
            except process.Failed as e:
                print(f"bench: goes without {name}: {e}")
                continue
            yield contender

    def mount(self):
        environment = process.clean_environment()
        process.run(["bindfs", self.place.drive, self.place.fuse], environment)
        self.stack.callback(self.unmount, environment)

    def unmount(self, environment):
        for command in (["fusermount3", "-u"], ["fusermount", "-u"], ["umount", "-l"]):
            try:
                process.run([*command, self.place.fuse], environment)
                return
            except (process.Failed, FileNotFoundError):
                pass


def native_of(place):
    return Contender("native", "no shim", place.drive)


def all_of(build, place, stack, quick):
    """Native first."""
    native = native_of(place)
    forward = Contender("forward", "a preload that only forwards: the floor", place.drive,
                        {"LD_PRELOAD": os.path.join(build, "bench", "forward.so")})
    calls = [Contender(f"{c} calls", f"no shim, the calls that it makes in {what}", place.drive,
                       rows=FLOORS, micro=(option,))
             for c, what, option in (("drvfs", "a drive", "-f"), ("case=off", "one of case=off", "-F"))]
    ours = [c for c in Shim(build, place).contenders()
            if not quick or c.name in ("outside", "drvfs", "metadata", "case=off")]
    return [native, forward, *calls, *ours, *Peers(place, stack).contenders(quick)]
