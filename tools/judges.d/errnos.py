#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""errnos.py CALL: makes one system call's wrapper with every kind of path there is, each in a directory of
its own with the same things in it, and prints what it answers: KIND ANSWER, a line each. Of two kinds of
mistakes at once Linux has its own order; that is what this is about.

Nothing outside the current directory and $JUDGES_BESIDE is changed: all paths are below these, or of what
is not there.
"""

import ctypes
import errno
import os
import shutil
import socket
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
CWD = -100
NOFOLLOW, REMOVEDIR, FOLLOW, EMPTY_PATH, NO_FLAG = 0x100, 0x200, 0x400, 0x1000, 0x4000
BUFFER = ctypes.create_string_buffer(8192)
EXPLICIT = (ctypes.c_long * 4)(1, 0, 1, 0)
NOW = (ctypes.c_long * 4)(0, 0x3FFFFFFF, 0, 0x3FFFFFFF)
OMIT = (ctypes.c_long * 4)(0, 0x3FFFFFFE, 0, 0x3FFFFFFE)
NO_TIME = (ctypes.c_long * 4)(0, 2000000000, 0, 0)
TARGET = b"target"
# Nothing is mapped there; and it does not look like an address of the kernel's.
NOWHERE = 0xDEADC0DE

PATHS = {
    "missing": b"new",
    "missing parent": b"none/new",
    "a file as parent": b"f/new",
    "file": b"f",
    "directory": b"d",
    "empty directory": b"e",
    "dangling symlink": b"dangling",
    "loop": b"loop",
    "below a loop": b"loop/x",
    "symlink to directory": b"to-d",
    "symlink to file": b"to-f",
    "through a symlink": b"to-d/new",
    "name too long": b"n" * 256,
    "path too long": b"d/" * 2100 + b"x",
    "empty": b"",
    "missing/": b"new/",
    "file/": b"f/",
    "directory/": b"d/",
    "missing symlink/": b"dangling/",
    ".": b".",
    "..": b"d/..",
    "directory/.": b"d/.",
    "read-only file": b"read-only",
    "fifo": b"pipe",
    "escaped": b"a:b",
    "escaped parent": b"no:ne/x",
    "no UTF-8": b"\xff\xfe",
    "beside, missing": None,
    "beside, a file as parent": None,
    "beside, file": None,
    "bad pointer": NOWHERE,
}
# For the second argument, too.
MORE = {
    "in a directory": b"d/sub/x",
    "a directory's directory": b"d/sub",
    "below itself": b"d/sub/deep",
    "beside, directory": None,
}


def paths(beside, more):
    found = {**PATHS, **(MORE if more else {})}
    below = os.fsencode(beside)
    for kind, rest in (("missing", b"/new"), ("a file as parent", b"/f/x"), ("file", b"/f"), ("directory", b"/d")):
        if "beside, " + kind in found:
            found["beside, " + kind] = below + rest
    return found


def libc(name, *arguments):
    """What a function of libc's answers: "ok", or the name of an errno."""
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        return errno.errorcode.get(ctypes.get_errno(), "errno")
    if name in ("open", "openat", "creat"):
        os.close(result)
    return "ok"


def on_socket(name, family=socket.AF_UNIX):
    def call(path):
        if isinstance(path, int):
            address, size = ctypes.c_void_p(path), 10
        elif len(path) > 108:
            return "does not fit"
        else:
            address, size = struct.pack("H108s", socket.AF_UNIX, path), min(2 + len(path) + 1, 110)
        with socket.socket(family, socket.SOCK_STREAM) as s:
            return libc(name, s.fileno(), address, size)

    return call


def on_watch(mask):
    def call(path):
        fd = LIBC.inotify_init1(os.O_CLOEXEC)
        try:
            return libc("inotify_add_watch", fd, path, mask)
        finally:
            os.close(fd)

    return call


def handle(path):
    room = struct.pack("Ii", 128, 0) + bytes(128)
    return libc("name_to_handle_at", CWD, path, ctypes.create_string_buffer(room), ctypes.byref(ctypes.c_int()), 0)


def simple(name, *after):
    return lambda path: libc(name, path, *after)


def at(name, *after):
    return lambda path: libc(name, CWD, path, *after)


def flags_of_open():
    plain = {"O_RDONLY": 0, "O_WRONLY": 1, "O_RDWR": 2, "3": 3, "O_TRUNC": os.O_TRUNC | 1, "O_PATH": os.O_PATH}
    create = os.O_CREAT | os.O_WRONLY
    plain |= {"O_CREAT": create, "O_CREAT|O_EXCL": create | os.O_EXCL, "O_CREAT|O_TRUNC": create | os.O_TRUNC}
    plain |= {"O_CREAT|O_DIRECTORY": create | os.O_DIRECTORY, "O_DIRECTORY": os.O_DIRECTORY}
    plain |= {"O_NOFOLLOW": os.O_NOFOLLOW, "O_TMPFILE": os.O_TMPFILE | 1, "O_CREAT|O_NOFOLLOW": create | os.O_NOFOLLOW}
    # Of a FIFO it would wait for somebody else.
    return {f"open {word}": simple("open", flags | os.O_NONBLOCK, 0o644) for word, flags in plain.items()}


def created(path):
    """creat, which cannot be told not to wait: of a FIFO there is somebody who reads."""
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK) if os.path.exists("pipe") else None
    try:
        return libc("creat", path, 0o644)
    finally:
        if reader is not None:
            os.close(reader)


ONE = {
    "mkdir": simple("mkdir", 0o755),
    "rmdir": simple("rmdir"),
    "unlink": simple("unlink"),
    "mknod fifo": simple("mknod", 0o010644, 0),
    "mknod device": simple("mknod", 0o020644, 0x103),
    "mknod socket": simple("mknod", 0o140644, 0),
    "mknod file": simple("mknod", 0o100644, 0),
    "mknod directory": simple("mknod", 0o040755, 0),
    "mknod nothing": simple("mknod", 0o070644, 0),
    "symlink": lambda path: libc("symlink", TARGET, path),
    "symlink to nothing": lambda path: libc("symlink", b"", path),
    "symlink too long": lambda path: libc("symlink", b"t" * 5000, path),
    "chmod": simple("chmod", 0o600),
    "chmod, a flag unknown": at("fchmodat", 0o600, NO_FLAG),
    "chown": simple("chown", 12, 13),
    "lchown": simple("lchown", 12, 13),
    "chown of nothing": simple("chown", -1, -1),
    "chown, a flag unknown": at("fchownat", 12, 13, NO_FLAG),
    "truncate": simple("truncate", ctypes.c_long(2)),
    "truncate to -1": simple("truncate", ctypes.c_long(-1)),
    "utimens": at("utimensat", EXPLICIT, 0),
    "utimens now": at("utimensat", NOW, 0),
    "utimens of nothing": at("utimensat", OMIT, 0),
    "utimens, no time": at("utimensat", NO_TIME, 0),
    "utimens of a symlink": at("utimensat", EXPLICIT, NOFOLLOW),
    "utimens, a flag unknown": at("utimensat", EXPLICIT, NO_FLAG),
    "access R_OK": simple("access", 4),
    "access W_OK": simple("access", 2),
    "access X_OK": simple("access", 1),
    "access, a mode unknown": simple("access", 99),
    "access, a flag unknown": at("faccessat", 0, NO_FLAG),
    "stat": at("fstatat", BUFFER, 0),
    "lstat": at("fstatat", BUFFER, NOFOLLOW),
    "stat, a flag unknown": at("fstatat", BUFFER, 0x40),
    "statx, a flag unknown": at("statx", 0x40000000, 0x7FF, BUFFER),
    "statx, a mask unknown": at("statx", 0, 0x80000000, BUFFER),
    "statfs": simple("statfs", BUFFER),
    "readlink": simple("readlink", BUFFER, 100),
    "readlink into nothing": simple("readlink", BUFFER, 0),
    "chdir": simple("chdir"),
    "creat": created,
    "setxattr": simple("setxattr", b"user.a", b"v", 1, 0),
    "lsetxattr": simple("lsetxattr", b"user.a", b"v", 1, 0),
    "setxattr of the system": simple("setxattr", b"system.posix_acl_access", b"v", 1, 0),
    "setxattr, no such class": simple("setxattr", b"none", b"v", 1, 0),
    "setxattr, a flag unknown": simple("setxattr", b"user.a", b"v", 1, 9),
    "setxattr, name too long": simple("setxattr", b"user." + b"a" * 300, b"v", 1, 0),
    "setxattr without a name": simple("setxattr", b"", b"v", 1, 0),
    "setxattr of what is missing": simple("setxattr", b"user.none", b"v", 1, 2),
    "getxattr": simple("getxattr", b"user.none", BUFFER, 100),
    "getxattr of the system": simple("getxattr", b"system.posix_acl_access", BUFFER, 100),
    "getxattr of the trusted": simple("getxattr", b"trusted.none", BUFFER, 100),
    "listxattr": simple("listxattr", BUFFER, 1000),
    "removexattr": simple("removexattr", b"user.none"),
    "bind": on_socket("bind"),
    "bind of an inet socket": on_socket("bind", socket.AF_INET),
    "connect": on_socket("connect"),
    "connect of an inet socket": on_socket("connect", socket.AF_INET),
    "inotify": on_watch(2),
    "inotify for nothing": on_watch(0),
    "name_to_handle_at": handle,
    "pathconf": simple("pathconf", 3),
    "pathconf of what is the same": simple("pathconf", 4),
    "pathconf of nothing": simple("pathconf", -1),
    **flags_of_open(),
}

RELATIVE = {
    "openat": lambda fd, path: libc("openat", fd, path, os.O_NONBLOCK),
    "openat O_CREAT": lambda fd, path: libc("openat", fd, path, os.O_NONBLOCK | os.O_CREAT | 1, 0o644),
    "mkdirat": lambda fd, path: libc("mkdirat", fd, path, 0o755),
    "unlinkat": lambda fd, path: libc("unlinkat", fd, path, 0),
    "unlinkat, a flag unknown": lambda fd, path: libc("unlinkat", fd, path, NO_FLAG),
    "unlinkat AT_REMOVEDIR": lambda fd, path: libc("unlinkat", fd, path, REMOVEDIR),
    "mknodat": lambda fd, path: libc("mknodat", fd, path, 0o010644, 0),
    "symlinkat": lambda fd, path: libc("symlinkat", TARGET, fd, path),
    "fchmodat": lambda fd, path: libc("fchmodat", fd, path, 0o600, 0),
    "fchownat": lambda fd, path: libc("fchownat", fd, path, 12, 13, 0),
    "fchownat AT_EMPTY_PATH": lambda fd, path: libc("fchownat", fd, path, -1, -1, EMPTY_PATH),
    "utimensat": lambda fd, path: libc("utimensat", fd, path, EXPLICIT, 0),
    "faccessat": lambda fd, path: libc("faccessat", fd, path, 0, 0),
    "fstatat": lambda fd, path: libc("fstatat", fd, path, BUFFER, 0),
    "fstatat AT_EMPTY_PATH": lambda fd, path: libc("fstatat", fd, path, BUFFER, EMPTY_PATH),
    "statx": lambda fd, path: libc("statx", fd, path, 0, 0x7FF, BUFFER),
    "readlinkat": lambda fd, path: libc("readlinkat", fd, path, BUFFER, 100),
    "linkat from": lambda fd, path: libc("linkat", fd, path, CWD, b"other", 0),
    "linkat from, AT_EMPTY_PATH": lambda fd, path: libc("linkat", fd, path, CWD, b"other", EMPTY_PATH),
    "linkat to": lambda fd, path: libc("linkat", CWD, b"f", fd, path, 0),
    "renameat from": lambda fd, path: libc("renameat", fd, path, CWD, b"other"),
    "renameat to": lambda fd, path: libc("renameat", CWD, b"f", fd, path),
}

TWO = {
    "rename": lambda a, b: libc("rename", a, b),
    "rename RENAME_NOREPLACE": lambda a, b: libc("renameat2", CWD, a, CWD, b, 1),
    "rename RENAME_EXCHANGE": lambda a, b: libc("renameat2", CWD, a, CWD, b, 2),
    "rename, both flags": lambda a, b: libc("renameat2", CWD, a, CWD, b, 3),
    "rename, a flag unknown": lambda a, b: libc("renameat2", CWD, a, CWD, b, 64),
    "link": lambda a, b: libc("link", a, b),
    "link AT_SYMLINK_FOLLOW": lambda a, b: libc("linkat", CWD, a, CWD, b, FOLLOW),
    "link, a flag unknown": lambda a, b: libc("linkat", CWD, a, CWD, b, NO_FLAG),
}


def furnish():
    """The same things, in the current directory and beside it."""
    os.makedirs("d/sub")
    os.mkdir("e")
    for name in ("f", "d/f", "read-only"):
        with open(name, "w", encoding="ascii") as f:
            f.write("text")
    os.chmod("read-only", 0o444)
    for name, target in (("dangling", "nowhere"), ("loop", "loop"), ("to-d", "d"), ("to-f", "f")):
        os.symlink(target, name)
    try:
        os.mkfifo("pipe")
    except OSError:
        pass  # by a rule of the drive's


def descriptors():
    """(kind, descriptor, whether to close it) of those that a path may be relative to."""
    yield "-1", -1, False
    yield "a number too small", -(2**31), False
    yield "one that is not open", 999, False
    yield "of a file", os.open("f", os.O_RDONLY), True
    yield "of a path", os.open("f", os.O_PATH), True
    yield "of a directory", os.open("d", os.O_RDONLY), True
    os.mkdir("gone")
    gone = os.open("gone", os.O_RDONLY)
    try:
        os.rmdir("gone")
    except OSError:
        pass  # by a rule of the drive's
    yield "of a directory that is gone", gone, True


def guarded(call, *arguments):
    """As call, in a process of its own: a bad pointer may be the end of it."""
    if NOWHERE not in arguments:
        return call(*arguments)
    arguments = [ctypes.c_void_p(a) if a == NOWHERE and call not in SOCKETS else a for a in arguments]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, call(*arguments).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as f:
        said = f.read().decode()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return said if status == 0 else f"signal {-status}"


SOCKETS = [ONE[n] for n in ONE if n.startswith(("bind", "connect"))]


def cases(name, beside):
    """(kind, a function that gives the answer), of one call."""
    if name in ONE:
        for kind, path in paths(beside, False).items():
            # libc's own pathconf looks at a path before the kernel does: what comes of it is nobody's promise.
            if path != NOWHERE or not name.startswith("pathconf"):
                yield kind, lambda path=path: guarded(ONE[name], path)
    elif name in RELATIVE:
        for kind, path in paths(beside, False).items():
            if not kind.startswith("beside"):
                yield kind, lambda path=path: by_descriptor(RELATIVE[name], path)
    else:
        for a, first in paths(beside, True).items():
            for b, second in paths(beside, True).items():
                yield f"{a} | {b}", lambda first=first, second=second: guarded(TWO[name], first, second)


def by_descriptor(call, path):
    answers = []
    for kind, fd, mine in descriptors():
        answers.append(f"{kind}: {guarded(call, fd, path)}")
        if mine:
            os.close(fd)
    return "; ".join(answers)


def main():
    if len(sys.argv) == 1:
        print("\n".join([*ONE, *RELATIVE, *TWO]))
        return
    top, beside = os.getcwd(), os.path.join(os.environ["JUDGES_BESIDE"], str(os.getpid()))
    for i, (kind, answer) in enumerate(cases(sys.argv[1], beside)):
        os.chdir(top)
        os.mkdir(str(i))
        os.makedirs(os.path.join(beside, "d/sub"))
        with open(os.path.join(beside, "f"), "w", encoding="ascii") as f:
            f.write("text")
        os.chdir(str(i))
        furnish()
        print(f"{kind} = {answer()}", flush=True)
        shutil.rmtree(beside)


if __name__ == "__main__":
    main()
