#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What an era of WSL, or a client, answers otherwise: links, renames, times, what stat shows.

load helpers

setup() {
  needs python3 python3
}

# by PROFILE STEPS: shimmed, by a profile.
by() {
  policy_for "${IN:=$(fresh drive)}" >"$BATS_TEST_TMPDIR/$1.json"
  sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$1\",/" "$BATS_TEST_TMPDIR/$1.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/$1.json" "${SHIM[@]}" bash -uc "$2"
  unset IN
}

@test "stat.directory: two links in 2016, none in 1703, one since 1803" {
  steps='mkdir d d/a; stat -c "%s %b %h %o" d'
  native "$steps"
  refute_output "4096 0 1 4096"
  by wsl1-1607 "$steps"
  assert_output "0 8 2 512"
  by wsl1-1703 "$steps"
  assert_output "512 0 0 4096"
  by wsl1-1709 "$steps"
  assert_output "512 0 0 4096"
  by wsl1-1803 "$steps"
  assert_output "4096 0 1 4096"
}

@test "stat.blocks=allocated: what was not written takes room, too, and so does what fallocate makes behind the end" {
  steps='truncate -s 1M f; stat -c %b f; printf x >g; stat -c %b g; head -c 1000 f >h; fallocate -n -l 16384 h; stat -c %b h'
  native "$steps"
  assert_line --index 0 0
  assert_line --index 2 32
  shimmed stat.blocks=allocated "$steps"
  assert_output "2048
0
32"
}

@test "stat.blocks: bytes instead of blocks up to 1703" {
  steps='head -c 1048576 /dev/zero >f; sync f; stat -c %b f'
  native "$steps"
  blocks=$output
  by wsl1-1703 "$steps"
  assert_output "$((blocks * 512))"
  by wsl1-1709 "$steps"
  assert_output "$blocks"
}

@test "link.unlinked: a descriptor whose file has no name left: EACCES, or Linux' ENOENT" {
  steps="python3 -c '$ANSWER
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
f = os.open(\"f\", os.O_CREAT | os.O_RDWR)
def link(fd, path, flags):
    if libc.linkat(fd, path.encode(), -100, b\"g\", flags) != 0: raise OSError(ctypes.get_errno(), \"\")
os.unlink(\"f\")
if os.geteuid() == 0: answer(\"link\", lambda: link(f, \"\", 0x1000))
else: print(\"link\", os.environ[\"BY_ROOT\"])
for path in \"/dev/fd/%d\", \"/proc/self/fd/%d\": answer(path[:4], lambda: link(-100, path % f, 0x400))
print(\"g\" in os.listdir(\".\"))
os.close(f)
f = os.open(\"h\", os.O_CREAT | os.O_RDWR)
answer(\"named\", lambda: link(-100, \"/proc/self/fd/%d\" % f, 0x400))
'"
  missing=$'link No such file or directory\n/dev No such file or directory\n/pro No such file or directory\nFalse\nnamed None'
  export BY_ROOT="No such file or directory"
  native "$steps"
  assert_output "$missing"
  for value in posix pending; do # over 9p, of a share, too
    shimmed unlink.open_file=$value link.unlinked=native "$steps"
    assert_output "$missing"
  done
  BY_ROOT="Permission denied"
  for value in posix pending; do # of a name that waits to be deleted NT says the same
    shimmed unlink.open_file=$value "$steps"
    assert_output "${missing//No such file or directory/Permission denied}"
  done
}

@test "link.directory_symlink: a hard link to a symlink that leads to a directory, EISDIR on WSL2 of 19041" {
  steps='mkdir d; : >f; ln -s d to-d; ln -s f to-f; ln -P to-f b && echo file; ln -P to-d a && echo directory'
  native "$steps"
  assert_output "file
directory"
  shimmed "$steps"
  assert_output "file
directory"
  shimmed link.directory_symlink=EISDIR "$steps"
  assert_output "file
ln: failed to create hard link 'a' => 'to-d': Is a directory"
}

@test "symlink.over_directory: EINVAL in 1809, so that ln does not make it inside" {
  steps="python3 -c '$ANSWER
os.mkdir(\"d\"); open(\"f\", \"w\").close()
answer(\"directory\", lambda: os.symlink(\"x\", \"d\"))
answer(\"file\", lambda: os.symlink(\"x\", \"f\"))
'"
  native "$steps"
  assert_output "directory File exists
file File exists"
  by wsl1-1809 "$steps"
  assert_output "directory Invalid argument
file File exists"
  by wsl1-1903 "$steps"
  assert_output "directory File exists
file File exists"
}

@test "rename.same_missing: what is not there to its own name is done on WSL1" {
  steps="python3 -c '$ANSWER
answer(\"same\", lambda: os.rename(\"x\", \"x\"))
answer(\"other\", lambda: os.rename(\"x\", \"y\"))
'"
  native "$steps"
  assert_output "same No such file or directory
other No such file or directory"
  expected=$output
  by wsl1-current "$steps"
  assert_output "same None
other No such file or directory"
  by wsl2-9p "$steps"
  assert_output "$expected"
}

@test "rename.file_to_directory: a slash behind a file's new name, which 1709 passed over" {
  steps="python3 -c '$ANSWER
for name in \"f\", \"g\": open(name, \"w\").close()
os.mkdir(\"d\")
answer(\"missing\", lambda: os.rename(\"f\", \"new/\"))
answer(\"directory\", lambda: os.rename(\"g\", \"d/\"))
answer(\"file\", lambda: os.rename(\"d\", \"g/\"))
answer(\"the old name\", lambda: os.rename(\"g/\", \"h\"))
answer(\"no parent\", lambda: os.rename(\"g\", \"no/new/\"))
print(sorted(os.listdir(\".\")))
'"
  native "$steps"
  assert_output "missing Not a directory
directory Not a directory
file Not a directory
the old name Not a directory
no parent No such file or directory
['d', 'f', 'g']"
  expected=$output
  by wsl1-1709 "$steps"
  assert_output "missing None
directory Not a directory
file Not a directory
the old name Not a directory
no parent No such file or directory
['d', 'g', 'new']"
  by wsl1-1803 "$steps"
  assert_output "$expected"
}

@test "rename.slash: a slash behind a directory's name, by which 1607 does not find it" {
  steps="python3 -c '$ANSWER
for name in \"a\", \"b\", \"c\", \"empty\": os.mkdir(name)
open(\"f\", \"w\").close()
answer(\"new\", lambda: os.rename(\"a\", \"new/\"))
answer(\"old\", lambda: os.rename(\"b/\", \"c/b\"))
answer(\"there\", lambda: os.rename(\"c\", \"empty///\"))
answer(\"below itself\", lambda: os.rename(\"empty\", \"empty/d/\"))
answer(\"onto a file\", lambda: os.rename(\"empty\", \"f/\"))
answer(\"a file\", lambda: os.rename(\"f/\", \"g\"))
answer(\"none\", lambda: os.rename(\"empty\", \"last\"))
print(sorted(os.listdir(\".\")))
'"
  native "$steps"
  assert_output "new None
old None
there None
below itself Invalid argument
onto a file Not a directory
a file Not a directory
none None
['f', 'last', 'new']"
  expected=$output
  by wsl1-1607 "$steps"
  assert_output "new No such file or directory
old No such file or directory
there No such file or directory
below itself Invalid argument
onto a file Not a directory
a file Not a directory
none None
['a', 'b', 'c', 'f', 'last']"
  by wsl1-1703 "$steps"
  assert_output "$expected"
}

@test "file.truncate_mapped: nothing is cut off a file that anybody has mapped, on WSL1" {
  steps="python3 -c '$ANSWER
import mmap
f = os.open(\"x\", os.O_RDWR | os.O_CREAT)
os.write(f, b\"x\" * 8192)
m = mmap.mmap(f, 8192)
answer(\"larger\", lambda: os.ftruncate(f, 9000))
def each():
    answer(\"ftruncate\", lambda: os.ftruncate(f, 8000))
    answer(\"truncate\", lambda: os.truncate(\"x\", 7000))
    answer(\"O_TRUNC\", lambda: os.close(os.open(\"x\", os.O_WRONLY | os.O_TRUNC)))
    os.ftruncate(f, 9000)
    sys.stdout.flush()
each()
other = os.fork()
if other == 0:
    m.close() # its parent has it still
    each()
    os._exit(0)
os.waitpid(other, 0)
m.close()
each()
os.ftruncate(f, 0)
g = os.open(\"x\", os.O_RDWR)
os.write(g, b\"x\")
m = mmap.mmap(g, 1)
os.close(g); os.close(f)
answer(\"by a mapping alone\", lambda: os.close(os.open(\"x\", os.O_WRONLY | os.O_TRUNC)))
'"
  cut="ftruncate None
truncate None
O_TRUNC None"
  kept="ftruncate Invalid argument
truncate Invalid argument
O_TRUNC Invalid argument"
  native "$steps"
  assert_output "larger None
$cut
$cut
$cut
by a mapping alone None"
  expected=$output
  by wsl1-current "$steps"
  assert_output "larger None
$kept
$kept
$cut
by a mapping alone Invalid argument"
  by wsl2-9p "$steps"
  assert_output "$expected"
}

@test "rename.watched_descendant: a directory with a watch of inotify below it stays, on WSL1" {
  steps="python3 -c '$ANSWER
import ctypes
libc = ctypes.CDLL(None)
def there_and_back(name, to):
    os.rename(name, to)
    os.rename(to, name)
os.makedirs(\"a/sub/deep\"); os.mkdir(\"other\"); open(\"a/sub/f\", \"w\").close()
i = libc.inotify_init()
watch = libc.inotify_add_watch(i, b\"a/sub/deep\", 0xfff)
answer(\"a directory below\", lambda: there_and_back(\"a\", \"b\"))
answer(\"itself\", lambda: there_and_back(\"a/sub/deep\", \"a/sub/new\"))
answer(\"elsewhere\", lambda: there_and_back(\"other\", \"new\"))
libc.inotify_rm_watch(i, watch)
libc.inotify_add_watch(i, b\"a/sub/f\", 2)
sys.stdout.flush()
other = os.fork()
if other == 0:
    os.close(i) # its parent watches on
    answer(\"a file below, by another\", lambda: there_and_back(\"a\", \"b\"))
    sys.stdout.flush(); os._exit(0)
os.waitpid(other, 0)
os.close(i)
answer(\"nobody\", lambda: there_and_back(\"a\", \"b\"))
'"
  native "$steps"
  assert_output "a directory below None
itself None
elsewhere None
a file below, by another None
nobody None"
  expected=$output
  by wsl1-1809 "$steps"
  assert_output "a directory below Permission denied
itself None
elsewhere None
a file below, by another Permission denied
nobody None"
  by wsl2-9p "$steps"
  assert_output "$expected"
}

@test "watch.holds: what is watched stays until the watch ends, in 1703" {
  steps="python3 -c '$ANSWER
import ctypes
libc = ctypes.CDLL(None)
def make(name, how=\"x\"): open(name, how).close()
def watch(name): return libc.inotify_add_watch(i, name, 0xfff)
i = libc.inotify_init1(0o4000)
make(\"f\"); one = watch(b\"f\"); os.unlink(\"f\")
answer(\"again\", lambda: make(\"f\", \"w\"))
answer(\"stat\", lambda: os.stat(\"f\").st_size)
print(os.listdir(\".\"))
libc.inotify_rm_watch(i, one)
answer(\"unwatched\", lambda: make(\"f\", \"w\"))
print(os.listdir(\".\"))
os.mkdir(\"d\"); watch(b\"d\"); os.rmdir(\"d\")
answer(\"a directory again\", lambda: os.mkdir(\"d\"))
make(\"from\"); watch(b\"f\")
answer(\"over it\", lambda: os.rename(\"from\", \"f\"))
make(\"g\"); watch(b\"g\")
sys.stdout.flush()
other = os.fork()
if other == 0:
    os.unlink(\"g\"); os.close(i) # its parent watches on
    answer(\"by another\", lambda: make(\"g\", \"w\"))
    sys.stdout.flush(); os._exit(0)
os.waitpid(other, 0)
os.close(i)
answer(\"closed\", lambda: make(\"g\", \"w\"))
answer(\"and\", lambda: os.mkdir(\"d\") if not os.path.exists(\"d\") else None)
print(sorted(os.listdir(\".\")))
'"
  native "$steps"
  assert_output "again None
stat 0
['f']
unwatched None
['f']
a directory again None
over it None
by another None
closed None
and None
['d', 'f', 'g']"
  expected=$output
  by wsl1-1703 "$steps"
  assert_output "again No such file or directory
stat No such file or directory
['f']
unwatched None
['f']
a directory again No such file or directory
over it Operation not permitted
by another No such file or directory
closed None
and None
['d', 'f', 'from', 'g']"
  by wsl1-1709 "$steps"
  assert_output "$expected"
}

@test "watch.holds: who is killed watches no more" {
  steps="touch f; python3 -c '
import ctypes, os, signal
libc = ctypes.CDLL(None)
i = libc.inotify_init()
libc.inotify_add_watch(i, b\"f\", 0xfff); os.unlink(\"f\")
os.kill(os.getpid(), signal.SIGKILL)'
    (: >f) && ls"
  by wsl1-1703 "$steps"
  assert_line f
}

@test "rename.illegal_target: a name that 1803 created, and did not rename to" {
  steps="python3 -c '$ANSWER
open(\"a:b\", \"w\").close()
answer(\"away\", lambda: os.rename(\"a:b\", \"f\"))
answer(\"back\", lambda: os.rename(\"f\", \"c:d\"))
print(os.listdir(\".\"))
'"
  native "$steps"
  assert_output "away None
back None
['c:d']"
  expected=$output
  by wsl1-1803 "$steps"
  assert_output "away None
back No such file or directory
['f']"
  by wsl1-1809 "$steps"
  assert_output "$expected"
}

@test "utimes.units: over 9p whole seconds, of what is given and not of now" {
  steps='python3 -c "
import os, time
open(\"f\", \"w\").close()
os.utime(\"f\", ns=(1000000000123456700, 1000000001999999900)); st = os.stat(\"f\"); print(st.st_atime_ns, st.st_mtime_ns)
f = os.open(\"f\", os.O_RDWR); os.utime(f, ns=(1000000000123456700, 1)); st = os.fstat(f); print(st.st_atime_ns, st.st_mtime_ns)
"'
  native "$steps"
  assert_output "1000000000123456700 1000000001999999900
1000000000123456700 1"
  by wsl2-9p "$steps"
  assert_output "1000000000000000000 1000000001000000000
1000000000000000000 0"
  by wsl2-virtiofs "$steps"
  assert_output "1000000000123456700 1000000001999999900
1000000000123456700 100"
}

@test "utimes.clock: who sets times sees none that is ahead of the coarse clock, nor any that changes" {
  # Natively that depends on the kernel: from 6.13 on files are stamped by a finer clock. 5: CLOCK_REALTIME_COARSE.
  steps='python3 -c "
import os, time
ahead = other = 0
seen = {}
def times(f):
    st = os.stat(f)
    return st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns
for i in range(200):
    f = \"f%d\" % (i % 100)
    open(f, \"w\").close(); os.stat(f); os.utime(f); seen[f] = times(f)
    now = time.clock_gettime_ns(5)
    ahead += max(seen[f]) > -(-now // 100) * 100
    other += times(f) != seen[f]
other += sum(times(f) != seen[f] for f in seen)
print(ahead, other)"'
  native "$steps"
  assert_output --regexp "^[0-9]+ 0$"
  expected=$output
  shimmed "$steps"
  assert_output "0 0"
  [[ $expected != "0 0" ]] || return 0
  shimmed utimes.clock=native "$steps"
  refute_output "0 0"
}

@test "readlink of /proc/self/fd: no more of a buffer is written than what is shown" {
  steps='python3 -c "
import ctypes, os
libc = ctypes.CDLL(None); buf = ctypes.create_string_buffer(4096)
f = os.open(\"a:b\", os.O_CREAT)
n = libc.readlink(b\"/proc/self/fd/%d\" % f, buf, 4096); print(n == len(buf.value), buf.value[-4:])"'
  native "$steps"
  assert_output "True b'/a:b'"
  shimmed "$steps"
  assert_output "True b'/a:b'"
}

@test "what the first builds had not: sizes of links, times of who writes, options; what a socket is to stat" {
  steps='python3 -c "
import os, socket, stat
os.symlink(\"anywhere\", \"a\"); print(os.lstat(\"a\").st_size, os.readlink(\"a\"))
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.utime(f, (5, 5)); print(int(os.fstat(f).st_mtime))
os.write(f, b\"text\"); os.utime(f, (6, 7)); print(int(os.fstat(f).st_atime), int(os.fstat(f).st_mtime) == 7)
socket.socket(socket.AF_UNIX).bind(\"s\"); print(stat.S_ISSOCK(os.lstat(\"s\").st_mode), stat.S_ISREG(os.stat(\"s\").st_mode))
print(stat.S_IMODE(os.stat(\"f\").st_mode) == 0o700)
"'
  native "$steps"
  assert_output "8 anywhere
5
6 True
True False
False"
  shimmed special.socket=allow "drive.options=uid=$EUID,umask=77" "$steps"
  assert_output "8 anywhere
5
6 True
True False
True"
  shimmed special.socket=allow stat.symlink_size=zero utimes.written=loses stat.special=regular mount.options=ignore \
    utimes.non_owner=allow "drive.options=uid=$EUID,umask=77" "$steps"
  assert_output "0 anywhere
5
6 False
False True
False"
}

# events STEPS: Python in which `said(TEXT)` prints how many events there are of a watch on `log`.
events() {
  printf 'python3 -c "%s"' "
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
open('log', 'w').close(); watch = libc.inotify_init1(os.O_NONBLOCK)
def watched(mask): print(libc.inotify_add_watch(watch, b'log', mask) > 0 or os.strerror(ctypes.get_errno()))
def said(text):
    try: n = len(os.read(watch, 4096)) // 16
    except BlockingIOError: n = 0
    print(text, n)
$1"
}

@test "watch.events: changes alone, a modification when the file is closed, or nothing" {
  steps=$(events "
watched(0x2 | 0x20)
f = open('log', 'a'); said('opened'); f.write('line'); f.flush(); said('written'); f.close(); said('closed')")
  native "$steps"
  assert_output "True
opened 1
written 1
closed 0"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed watch.events=changes "$steps"
  assert_output "True
opened 0
written 1
closed 0"
  shimmed watch.events=at-close "$steps"
  assert_output "True
opened 1
written 0
closed 1"
  shimmed watch.events=EINVAL "$steps"
  assert_output "Invalid argument
opened 0
written 0
closed 0"
  # A watch that nothing is left of goes on being one.
  steps=$(events "
watched(0x20); open('log').close(); said('opened')
print(libc.inotify_rm_watch(watch, 1), libc.inotify_add_watch(watch, b'log', 0) < 0)")
  native "$steps"
  assert_output "True
opened 1
0 True"
  shimmed watch.events=changes "$steps"
  assert_output "True
opened 0
0 True"
}

@test "open.direct: two bytes by O_DIRECT, which want no place of their own over 9p" {
  steps='python3 -c "
import fcntl, os
f = os.open(\"f\", os.O_CREAT | os.O_RDWR | os.O_DIRECT)
print(bool(fcntl.fcntl(f, fcntl.F_GETFL) & os.O_DIRECT))
f = os.open(\"f\", os.O_RDWR | os.O_DIRECT); os.write(f, b\"x\" if not fcntl.fcntl(f, fcntl.F_GETFL) & os.O_DIRECT else b\"\")
print(os.path.getsize(\"f\"))"'
  native "$steps"
  wants_here True O_DIRECT
  assert_output "True
0"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed open.direct=ignore "$steps"
  assert_output "False
1"
}

@test "stat.special: a socket without a mode of its own is a file to stat, by each client of today; with metadata too, if Windows made it" {
  bound='python3 -c "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"'
  look='for f in *; do stat -c "%n %F" "$f"; done; python3 -c "import os, stat; print(stat.S_ISSOCK(os.fstat(os.open(\"s\", os.O_PATH)).st_mode))"'
  native "$bound s; $look"
  assert_output "s socket
True"
  for profile in wsl1-1903 wsl1-current wsl2-9p wsl2-virtiofs; do
    IN=$(fresh drive) dir=$IN
    (cd "$dir" && bash -c "$bound s")
    by "$profile" "$look"
    assert_output "s regular empty file
False"
    policy_for "$dir" "drive.options=metadata,uid=$EUID" >"$BATS_TEST_TMPDIR/metadata.json"
    sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$profile\",/" "$BATS_TEST_TMPDIR/metadata.json"
    printf 'open h C:%stest%sw disposition=create access=read,write\nreparse-set h 0x2300008000000000\nclose h\n' \\ \\ |
      LXSHIM_POLICY="$BATS_TEST_TMPDIR/metadata.json" "$LXSHIM" win nt >"$BATS_TEST_TMPDIR/nt"
    run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/metadata.json" "${SHIM[@]}" \
      bash -uc "$bound m; $look; stat -c %a w; chmod 640 w; stat -c '%a %F' w; mv w v; rm v; ls"
    assert_output "m socket
s socket
w regular empty file
True
777
640 socket
m
s"
  done
}
