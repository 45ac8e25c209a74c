#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What open_tree(2) has cloned of a drive, and what fsmount(2) makes, before and after move_mount(2).
# shellcheck disable=SC2034 # mounts.bash reads what is set here

load mounts

# clones_py: calls about mounts by number, and what a directory's descriptor says by all that leads on from it.
clones_py() {
  cat >"$BASE/clones.py" <<'PYTHON'
import ctypes, errno, os

libc = ctypes.CDLL(None, use_errno=True)
numbers = {"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432}
top = os.environ["M"] + "/"

def call(name, *words):
    r = libc.syscall(numbers[name], *[os.fsencode(w) if isinstance(w, str) else w for w in words])
    return r if r >= 0 else errno.errorcode[ctypes.get_errno()]

def pipe(fd):
    try:
        os.mknod("p", 0o010600, dir_fd=fd)
        os.unlink("p", dir_fd=fd)
    except OSError as e:
        return errno.errorcode[e.errno]

def look(fd):
    st, fs = os.fstat(fd), os.fstatvfs(fd)
    here = os.open(".", os.O_RDONLY)
    os.fchdir(fd)
    there = sorted(os.listdir("."))
    os.mkdir("x:y")
    os.rmdir("x:y")
    os.fchdir(here)
    again = os.open(".", os.O_RDONLY, dir_fd=fd)
    return ([oct(st.st_mode), there, sorted(os.listdir(again)), pipe(fd),
             os.stat("sub/a:b", dir_fd=fd) == os.stat(top + "c/sub/a:b"),
             os.fstat(os.open("sub", os.O_PATH, dir_fd=fd)) == os.stat(top + "c/sub")],
            [st.st_uid, st.st_dev, st.st_ino, fs.f_bsize, fs.f_blocks])
PYTHON
  cat - >>"$BASE/clones.py"
}

@test "a clone of a drive is the drive to whoever looks into it, before it is moved and after" {
  needs python3 python3
  clones_py <<'PYTHON'
fd = call("open_tree", -100, top + "c", 1)
before = look(fd)
print(*before[0], os.fstat(fd) == os.stat(top + "c"))
print(call("move_mount", os.dup(fd), "", -100, top + "d", 4), look(os.open(top + "d", os.O_PATH)) == before)
# A directory of it, as X-mount.subdir= has it.
fd = call("open_tree", fd, "sub", 1)
print(os.listdir(os.open(".", os.O_RDONLY, dir_fd=fd)), call("move_mount", fd, "", -100, top + "d", 4), os.listdir(top + "d"),
      os.stat(top + "d") == os.stat(top + "c/sub"))
PYTHON
  steps='mount --make-private / 2>/dev/null; : >$M/c/sub/a:b; python3 -u $M/clones.py'
  answer="0o40755 ['Mixed Case', 'f', 'sub'] ['Mixed Case', 'f', 'sub'] EPERM True True True
0 True
['a:b'] 0 ['a:b'] True"
  natively "${steps//\$M\/clones/$BASE\/clones}"
  assert_output "${answer/"['Mixed Case', 'f', 'sub'] ['Mixed Case', 'f', 'sub'] EPERM"/"['sub'] ['sub'] None"}"
  in_lanes "$steps"
  assert_output "${answer/0o40755/0o40777}"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes "$steps"
  assert_output "${answer/0o40755/0o40777}"
}

@test "a clone goes to whom its descriptor goes, keeps nothing busy, and is gone with its last copy" {
  needs python3 python3
  clones_py <<'PYTHON'
fd = call("open_tree", -100, top + "c/sub", 1 | os.O_CLOEXEC)
print(os.get_inheritable(fd))
print(libc.umount2(os.fsencode(top + "c"), 0), os.listdir(top + "c"), call("move_mount", fd, "", -100, top + "d", 4), libc.umount2(os.fsencode(top + "d"), 0))
os.system("mount -i -t drvfs C: $M/c")
print(call("move_mount", fd, "", -100, top + "d", 4))
os.close(fd)
fd = call("open_tree", -100, top + "c/sub", 1 | os.O_CLOEXEC)
copy = os.dup(fd)
os.close(fd)
child = os.fork()
if child == 0:
    print(call("move_mount", copy, "", -100, top + "d", 4))
    os._exit(0)
os.waitpid(child, 0)
os.mkdir(top + "e")
print(os.listdir(top + "d"), call("move_mount", copy, "", -100, top + "e", 4), os.listdir(top + "d"), os.listdir(top + "c/sub"))
print(os.listdir(top + "e"), libc.umount2(os.fsencode(top + "e"), 0))
os.rmdir(top + "e")
os.close(copy)
fd = os.open(top + "c/sub", os.O_RDONLY)
print(call("move_mount", fd, "", -100, top + "d", 4))
PYTHON
  in_lanes 'mount --make-private / 2>/dev/null; : >$M/c/sub/a:b; python3 -u $M/clones.py'
  assert_output "False
0 [] 0 0
EINVAL
0
['a:b'] 0 [] ['a:b']
['a:b'] 0
EINVAL"
}

@test "what fsmount gives is the directory, before it is moved and after; it moves again, and no table has a line of it" {
  needs python3 python3
  clones_py <<'PYTHON'
import struct, sys

kind, source = sys.argv[1:]

def make(uid):
    fs = call("fsopen", kind, 1)
    call("fsconfig", fs, 1, "source", source, 0), call("fsconfig", fs, 1, "uid", uid, 0), call("fsconfig", fs, 6, None, None, 0)
    return call("fsmount", fs, 1, 0), fs

def listed(fd):
    return sorted(os.listdir(os.open(".", os.O_RDONLY, dir_fd=fd)))

def attempt(what, *words, **more):
    try:
        return what(*words, **more)
    except OSError as e:
        return errno.errorcode[e.errno]

tables = open("/proc/self/mountinfo").read()
d, e = top + "d", top + "e"
os.mkdir(e)
fd, fs = make("7")
st = os.fstat(fd)
os.close(os.open("n:x", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=fd))
os.mkdir("s", dir_fd=fd)
print(os.get_inheritable(fd), call("fsmount", fs, 1, 0), st.st_uid, listed(fd), pipe(fd), os.stat("s", dir_fd=fd).st_dev == st.st_dev)
here = os.open(".", os.O_RDONLY)
os.fchdir(fd)
print(sorted(os.listdir(".")), open("/proc/self/mountinfo").read() == tables)
os.fchdir(here)
def setattr(*flags):
    return libc.syscall(442, fd, b"", 0x1000, ctypes.create_string_buffer(struct.pack("QQQQ", *flags, 0, 0)), 32)
print(setattr(1, 0), attempt(os.mkdir, "t", dir_fd=fd), setattr(0, 1), attempt(os.mkdir, "t", dir_fd=fd))
print(call("move_mount", fd, "", -100, top + "none", 4), call("move_mount", fd, "", -100, d, 4), os.stat(d) == os.fstat(fd), sorted(os.listdir(d)))
print(call("move_mount", fd, "", -100, e, 4), os.listdir(d), sorted(os.listdir(e)), setattr(1, 0), attempt(os.mkdir, e + "/u"))
print(call("move_mount", call("open_tree", fd, "s", 1), "", -100, d, 4), os.listdir(d), os.stat(d).st_dev == st.st_dev)
print(libc.umount2(os.fsencode(d), 2), libc.umount2(os.fsencode(e), 2), call("move_mount", fd, "", -100, d, 4), open("/proc/self/mountinfo").read() == tables)
os.rmdir(e)
PYTHON
  with_volumes
  answer="False EBUSY 7 ['n:x', 's'] EPERM True
['n:x', 's'] True
0 EROFS 0 None
ENOENT 0 True ['n:x', 's', 't']
0 [] ['n:x', 's', 't'] 0 EROFS
0 [] True
0 0 EINVAL True"
  steps='mount --make-private / 2>/dev/null; rm -r $M/drive/* 2>/dev/null; python3 -u $M/clones.py'
  natively "${steps//\$M\/clones/$BASE\/clones} tmpfs none"
  assert_output "${answer/EPERM/None}"
  in_lanes "$steps drvfs C:"
  assert_output "$answer"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes "$steps drvfs C:"
  assert_output "$answer"
}

@test "what fsmount gives beside another mount of the same: its own options, and nobody else's; gone with its last copy" {
  needs python3 python3
  clones_py <<'PYTHON'
def make(uid):
    fs = call("fsopen", "drvfs", 1)
    call("fsconfig", fs, 1, "source", "C:", 0), call("fsconfig", fs, 1, "uid", uid, 0), call("fsconfig", fs, 6, None, None, 0)
    return call("fsmount", fs, 1, 0)

def until(what, uid):
    # What is remembered of a directory is for a tick of the clock at the longest.
    while what().st_uid != uid:
        pass
    return uid

def of_drive():
    return os.stat(top + "drive/f")

def of_mount():
    return os.stat(top + "c/f")

fd = make("7")
print(os.stat("f", dir_fd=fd).st_uid, of_mount().st_uid, of_drive().st_uid)
copy = os.dup(fd)
os.close(fd)
child = os.fork()
if child == 0:
    print(os.stat("f", dir_fd=copy).st_uid)
    os.close(copy)
    os.execvp("true", ["true"])
os.waitpid(child, 0)
print(os.stat("f", dir_fd=copy).st_uid)
os.close(copy)
print(until(of_drive, 5), of_mount().st_uid)
libc.umount2(os.fsencode(top + "c"), 0)
print(of_drive().st_uid)
child = os.fork()
if child == 0:
    fd = make("8")
    print(of_drive().st_uid)
    os.kill(os.getpid(), 9)
os.waitpid(child, 0)
print(until(of_drive, 0))
# More than there are places for.
for i in range(300):
    os.close(make("9"))
print(call("move_mount", make("9"), "", -100, top + "d", 4), os.stat(top + "d/f").st_uid)
PYTHON
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}},
    "mounts": [{"source": "C:", "target": "%s/c", "options": "uid=5"}]}' "$BASE" >"$BASE/policy.json"
  in_lanes 'mount --make-private / 2>/dev/null; python3 -u $M/clones.py'
  assert_output "7 5 7
7
7
5 5
0
8
0
0 9"
}

@test "X-mount.subdir= of util-linux: a directory of what is mounted elsewhere for as long, or is mounted nowhere" {
  needs python3 python3
  [[ $(nsenter -m/proc/$$/ns/mnt stat -c %d:%i / 2>/dev/null) == "$(stat -c %d:%i /)" ]] || skip "setns leads out of this chroot"
  clones_py <<'PYTHON'
CLONE_NEWNS, CLOEXEC, tmp = 0x20000, os.O_CLOEXEC, top + "tmp"

def rules(directory):
    fd = os.open(directory, os.O_PATH)
    try:
        return pipe(fd)
    finally:
        os.close(fd)

def tell():
    print(sorted(os.listdir(top + "d")), rules(top + "d"), os.stat(top + "d").st_uid, open("/proc/self/mounts").read().count(" drvfs "))
    print(libc.umount2(os.fsencode(top + "d"), 0), os.listdir(top + "d"), rules(top + "drive/sub"))

def configured():
    fs = call("fsopen", "drvfs", 1)
    call("fsconfig", fs, 1, "source", "C:", 0), call("fsconfig", fs, 1, "uid", "7", 0), call("fsconfig", fs, 6, None, None, 0)
    return call("fsmount", fs, 1, 0)

def by_path():
    libc.mount(b"C:", os.fsencode(tmp), b"drvfs", 0, b"uid=7")
    return call("open_tree", -100, tmp, CLOEXEC)

def by_context():
    fd = configured()
    print("move_mount", call("move_mount", fd, "", -100, tmp, 4))
    return fd

os.makedirs(tmp, exist_ok=True)
for mounted in by_path, by_context:
    old = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    libc.unshare(CLONE_NEWNS)
    libc.mount(b"none", b"/", None, 1 << 18 | 1 << 14, None)
    new = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    tree = mounted()
    fd = call("open_tree", tree, "sub", 1 | CLOEXEC)
    libc.setns(old, CLONE_NEWNS)
    print(call("move_mount", fd, "", -100, top + "d", 4))
    libc.setns(new, CLONE_NEWNS)
    os.close(tree)
    print(libc.umount2(os.fsencode(tmp), 0))
    libc.setns(old, CLONE_NEWNS)
    os.close(fd)
    tell()
# From Linux 6.15 on.
tree = configured()
print(call("open_tree", tree, "none", 1 | CLOEXEC), os.path.isfile("/proc/self/fd/%d" % call("open_tree", tree, "f", 1 | CLOEXEC)))
print(call("move_mount", call("open_tree", tree, "sub", 1 | CLOEXEC), "", -100, top + "d", 4))
os.close(tree)
tell()
PYTHON
  with_volumes
  in_lanes 'mount --make-private / 2>/dev/null; python3 -u $M/clones.py'
  moved="0
0
['g'] EPERM 7 1
0 [] None"
  assert_output "$moved
move_mount 0
$moved
ENOENT True
${moved#*$'\n'}"
}

@test "what open_tree_attr has cloned of a drive is the drive, with the attributes, where it is mounted" {
  needs python3 python3
  clones_py <<'PYTHON'
import struct

fd = libc.syscall(467, -100, os.fsencode(top + "c"), 1, struct.pack("QQQQ", 2, 0, 0, 0), ctypes.c_long(32))
if fd < 0 and ctypes.get_errno() == errno.ENOSYS:
    print("absent")
    exit()
print(*look(fd)[0], call("move_mount", fd, "", -100, top + "d", 4), pipe(fd), pipe(os.open(top + "d", os.O_PATH)))
os.mkdir(top + "d/a:b")
os.rmdir(top + "d/a:b")
for line in open("/proc/self/mountinfo"):
    words = line.split()
    if words[4] in (top + "c", top + "d"):
        print(words[4][-1], words[5], words[words.index("-") + 1])
PYTHON
  steps='mount --make-private / 2>/dev/null; : >$M/c/sub/a:b; python3 -u $M/clones.py'
  answer="0o40777 ['Mixed Case', 'f', 'sub'] ['Mixed Case', 'f', 'sub'] EPERM True True 0 EPERM EPERM
c rw,noatime drvfs
d rw,nosuid,noatime drvfs"
  in_lanes "$steps"
  [[ $output != absent ]] || skip "no open_tree_attr in this kernel"
  assert_output "$answer"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes "$steps"
  assert_output "$answer"
}
