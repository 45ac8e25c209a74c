#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What open_tree(2) has cloned of a drive, before and after move_mount(2).
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
copy = os.dup(fd)
os.close(fd)
child = os.fork()
if child == 0:
    print(call("move_mount", copy, "", -100, top + "d", 4))
    os._exit(0)
os.waitpid(child, 0)
print(os.listdir(top + "d"), libc.umount2(os.fsencode(top + "d"), 0))
os.close(copy)
fd = os.open(top + "c/sub", os.O_RDONLY)
print(call("move_mount", fd, "", -100, top + "d", 4))
PYTHON
  in_lanes 'mount --make-private / 2>/dev/null; : >$M/c/sub/a:b; python3 -u $M/clones.py'
  assert_output "False
0 [] 0 0
0
['a:b'] 0
EINVAL"
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
print(call("open_tree", tree, "none", 1 | CLOEXEC), call("open_tree", tree, "f", 1 | CLOEXEC))
print(call("move_mount", call("open_tree", tree, "sub", 1 | CLOEXEC), "", -100, top + "d", 4))
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
ENOENT ENOTDIR
${moved#*$'\n'}"
}
