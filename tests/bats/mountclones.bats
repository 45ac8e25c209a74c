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
numbers = {"open_tree": 428, "move_mount": 429}
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
