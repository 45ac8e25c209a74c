#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls on a descriptor that a client of Windows' drives has not, or makes otherwise.

load helpers

setup() {
  needs python3 python3
}

ANSWER="$ANSWER"'
import ctypes, fcntl
libc = ctypes.CDLL(None, use_errno=True)
def made(result):
    if result < 0: raise OSError(ctypes.get_errno(), "")
    return result
'

@test "file.seek_data: holes are not told of on WSL1" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR)
os.write(f, b\"hello\")
answer(\"data\", lambda: os.lseek(f, 0, os.SEEK_DATA))
answer(\"hole\", lambda: os.lseek(f, 0, os.SEEK_HOLE))
answer(\"end\", lambda: os.lseek(f, 0, os.SEEK_END))
answer(\"start\", lambda: os.lseek(f, 0, os.SEEK_SET))
answer(\"beyond\", lambda: os.lseek(f, -1, os.SEEK_SET))
answer(\"closed\", lambda: os.lseek(999, 0, os.SEEK_DATA))
'"
  native "$steps"
  assert_output "data 0
hole 5
end 5
start 0
beyond Invalid argument
closed Bad file descriptor"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed file.seek_data=EINVAL "$steps"
  assert_output "data Invalid argument
hole Invalid argument
end 5
start 0
beyond Invalid argument
closed Bad file descriptor"
}

@test "file.seek_data: outside every mount as natively" {
  steps="python3 -c '$ANSWER
f = os.open(\"$(fresh)/f\", os.O_CREAT | os.O_RDWR)
os.write(f, b\"hello\")
answer(\"hole\", lambda: os.lseek(f, 0, os.SEEK_HOLE))
answer(\"pipe\", lambda: os.lseek(os.pipe()[0], 0, os.SEEK_HOLE))
'"
  native "$steps"
  assert_output "hole 5
pipe Illegal seek"
  expected=$output
  shimmed file.seek_data=EINVAL "$steps"
  assert_output "$expected"
}

@test "file.sync_range: sync_file_range is not there on WSL1" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR)
size = ctypes.c_int64
answer(\"range\", lambda: made(libc.sync_file_range(f, size(0), size(0), 2)))
answer(\"all\", lambda: os.fsync(f))
answer(\"closed\", lambda: made(libc.sync_file_range(999, size(0), size(0), 2)))
'"
  native "$steps"
  assert_output "range 0
all None
closed Bad file descriptor"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed file.sync_range=ENOSYS "$steps"
  assert_output "range Function not implemented
all None
closed Bad file descriptor"
}

@test "file.copy_range: copy_file_range is not there on WSL1, of a drive's files; programs copy all the same" {
  away=$(fresh)
  echo away >"$away/g"
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"hello\")
g = os.open(\"g\", os.O_CREAT | os.O_RDWR)
away = [os.open(\"$away/\" + name, os.O_CREAT | os.O_RDWR) for name in (\"g\", \"h\")]
answer(\"inside\", lambda: os.copy_file_range(f, g, 5, 0))
answer(\"into\", lambda: os.copy_file_range(away[0], g, 5, 0))
answer(\"out of\", lambda: os.copy_file_range(f, away[1], 5, 0))
answer(\"elsewhere\", lambda: os.copy_file_range(away[0], away[1], 5, 0))
answer(\"closed\", lambda: os.copy_file_range(999, away[0], 5, 0))
answer(\"number\", lambda: made(libc.syscall(326 if os.uname().machine == \"x86_64\" else 285, f, 0, g, 0, 5, 0)))
'; cp f c && cat c"
  native "$steps"
  wants_here "inside 5" "copy_file_range"
  assert_output "inside 5
into 5
out of 5
elsewhere 5
closed Bad file descriptor
number 0
hello"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed file.copy_range=ENOSYS "$steps"
  assert_output "inside Function not implemented
into Function not implemented
out of Function not implemented
elsewhere 5
closed Bad file descriptor
number Function not implemented
hello"
}

@test "directory.sync: EIO on SMB, of directories alone" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); d = os.open(\".\", os.O_DIRECTORY)
answer(\"file\", lambda: os.fsync(f))
answer(\"directory\", lambda: os.fsync(d))
answer(\"data\", lambda: os.fdatasync(d))
'"
  native "$steps"
  assert_output "file None
directory None
data None"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed drive.volume='{"filesystem": "smb"}' "$steps"
  assert_output "file None
directory Input/output error
data Input/output error"
}

@test "ioctl.flags: what lsattr and chattr ask is ENOTTY, other requests are as natively" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"hello\"); os.lseek(f, 0, 0)
flags = ctypes.c_long()
answer(\"flags\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x80086601), ctypes.byref(flags))))
answer(\"nowhere\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x40086602), ctypes.c_void_p(1))))
answer(\"version\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x80087601), ctypes.byref(flags))))
answer(\"no version\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x40087602), ctypes.c_void_p(1))))
label = ctypes.create_string_buffer(256)
answer(\"label\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x81009431), label)))
left = ctypes.c_int()
answer(\"left\", lambda: made(libc.ioctl(f, ctypes.c_ulong(0x541b), ctypes.byref(left))))
print(left.value)
answer(\"closed\", lambda: made(libc.ioctl(999, ctypes.c_ulong(0x80086601), ctypes.byref(flags))))
'"
  native "$steps"
  wants_here "flags 0" "FS_IOC_GETFLAGS"
  assert_line --index 1 "nowhere Bad address"
  # What else a file system answers, it may have or not.
  assert_line --index 3 --regexp "no version (Bad address|Inappropriate ioctl for device|Operation not supported)"
  assert_line --index 5 "left 0"
  expected=$output
  shimmed "$steps"
  assert_output "flags Inappropriate ioctl for device
nowhere Bad address
version Inappropriate ioctl for device
no version Inappropriate ioctl for device
label Inappropriate ioctl for device
left 0
5
closed Bad file descriptor"
  shimmed ioctl.flags=native "$steps"
  assert_output "$expected"
}

@test "handle.append: over 9p what appends goes on appending" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR | os.O_APPEND); os.write(f, b\"first\")
print(fcntl.fcntl(f, fcntl.F_SETFL, os.O_NONBLOCK))
os.lseek(f, 0, os.SEEK_SET); os.write(f, b\"X\")
print(open(\"f\").read(), bool(fcntl.fcntl(f, fcntl.F_GETFL) & os.O_NONBLOCK))
g = os.open(\"g\", os.O_CREAT | os.O_RDWR); os.write(g, b\"first\")
fcntl.fcntl(g, fcntl.F_SETFL, 0)
os.lseek(g, 0, os.SEEK_SET); os.write(g, b\"X\")
print(open(\"g\").read())
'"
  native "$steps"
  assert_output "0
Xirst True
Xirst"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed handle.append=kept "$steps"
  assert_output "0
firstX True
Xirst"
}

@test "directory.rewind: what was read before it was rewound is missing over 9p" {
  # A directory of whose entries a small buffer has read some, and then as many as there are.
  steps="mkdir d; touch d/{1..40}; python3 -c '$ANSWER
import struct
d = os.open(\"d\", os.O_DIRECTORY)
def listed(size, turns):
    names, buf = set(), ctypes.create_string_buffer(size)
    while turns != 0:
        n, at = libc.getdents64(d, buf, ctypes.c_size_t(size)), 0
        if n <= 0: break
        while at < n:
            length = struct.unpack_from(\"H\", buf.raw, at + 16)[0]
            names.add(buf.raw[at + 19:at + length].split(b\"\\\\0\")[0])
            at += length
        turns -= 1
    return names
first = listed(256, 1)
print(os.lseek(d, 0, os.SEEK_SET))
again = listed(4096, -1)
print(len(first) > 2, len(first | again), bool(first & again))
print(os.lseek(d, 0, os.SEEK_SET), len(listed(4096, -1)))
os.lseek(d, 0, os.SEEK_SET); first = listed(256, 1); at = os.lseek(d, 0, os.SEEK_CUR)
print(os.lseek(d, at, os.SEEK_SET) == at, len(first | listed(4096, -1)))
'"
  native "$steps"
  assert_output "0
True 42 True
0 42
True 42"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed directory.rewind=loses "$steps"
  assert_output "0
True 42 False
0 42
True 42"
}

@test "handle.unlinked: over 9p and virtiofs a file that has no name any more is not found by its descriptor" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"hello\")
answer(\"named\", lambda: os.fstat(f).st_nlink)
os.unlink(\"f\")
answer(\"stat\", lambda: os.fstat(f).st_nlink)
answer(\"again\", lambda: os.close(os.open(f\"/proc/self/fd/{f}\", os.O_RDONLY)))
answer(\"truncate\", lambda: os.ftruncate(f, 2))
answer(\"write\", lambda: os.write(f, b\"!\"))
answer(\"read\", lambda: os.pread(f, 10, 0))
'"
  native "$steps"
  assert_output "named 1
stat 0
again None
truncate None
write 1
read b'he\\x00\\x00\\x00!'"
  expected=$output
  shimmed unlink.open_file=posix "$steps"
  assert_output "$expected"
  shimmed unlink.open_file=posix handle.unlinked=ENOENT "$steps"
  assert_output "named 1
stat No such file or directory
again No such file or directory
truncate No such file or directory
write 1
read b'hello!'"
  # virtiofs has the handle by which a file is cut.
  for value in posix pending; do
    shimmed unlink.open_file=$value handle.unlinked=fstat "$steps"
    assert_output "named 1
stat No such file or directory
again No such file or directory
truncate None
write 1
read b'he\\x00\\x00\\x00!'"
  done
}

@test "handle.reopened: a file that has no name any more cannot be opened again, before build 16237" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"hello\")
answer(\"named\", lambda: os.close(os.open(f\"/proc/self/fd/{f}\", os.O_RDONLY)))
os.unlink(\"f\")
answer(\"stat\", lambda: os.fstat(f).st_nlink)
answer(\"again\", lambda: os.close(os.open(f\"/proc/self/fd/{f}\", os.O_RDONLY)))
answer(\"by /dev/fd\", lambda: os.close(os.open(f\"/dev/fd/{f}\", os.O_RDWR)))
answer(\"truncate\", lambda: os.ftruncate(f, 2))
answer(\"read\", lambda: os.pread(f, 10, 0))
'"
  native "$steps"
  assert_output "named None
stat 0
again None
by /dev/fd None
truncate None
read b'he'"
  expected=$output
  for value in posix pending; do
    shimmed unlink.open_file=$value "$steps"
    assert_output "$expected"
    shimmed unlink.open_file=$value handle.reopened=ENOENT "$steps"
    assert_output "named None
stat 0
again No such file or directory
by /dev/fd No such file or directory
truncate None
read b'he'"
  done
}

@test "handle.renamed: over 9p a file that was renamed is not found by who has it open, and read and written" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"text\"); copy = os.dup(f)
os.rename(\"f\", \"g\")
answer(\"fstat\", lambda: os.fstat(f).st_size)
answer(\"copy\", lambda: os.fstat(copy).st_size)
answer(\"truncate\", lambda: os.ftruncate(f, 2))
answer(\"read\", lambda: len(os.pread(f, 9, 0)) > 0)
answer(\"write\", lambda: os.pwrite(f, b\"T\", 0))
answer(\"name\", lambda: os.stat(\"g\").st_size > 0)
answer(\"again\", lambda: os.fstat(os.open(\"g\", os.O_RDONLY)).st_size > 0)
if os.fork() == 0:
    answer(\"child\", lambda: os.fstat(f).st_size > 0)
    os._exit(0)
os.wait()
h = os.open(\"h\", os.O_CREAT); os.rename(\"h\", \"i\")
answer(\"over\", lambda: os.fstat(h).st_size)
# Who has chosen the signal by which such a file is known keeps it, and is not told.
import fcntl
k = os.open(\"k\", os.O_CREAT); fcntl.fcntl(k, 10, 12); os.rename(\"k\", \"l\")
answer(\"chosen\", lambda: (fcntl.fcntl(k, 11), os.fstat(k).st_size))
'"
  native "$steps"
  assert_output "fstat 4
copy 4
truncate None
read True
write 1
name True
again True
child True
over 0
chosen (12, 0)"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed handle.renamed=ENOENT "$steps"
  assert_output "fstat No such file or directory
copy No such file or directory
truncate No such file or directory
read True
write 1
name True
again True
child No such file or directory
over No such file or directory
chosen (12, 0)"
}

# The first pipe says who goes on, the second that the other may.
@test "directory.renamed: over 9p a directory that somebody is in is nowhere once it is renamed, until they leave" {
  steps="python3 -c '$ANSWER
import sys
go, going = os.pipe(); here, back = os.pipe()
os.makedirs(\"d/e\"); open(\"d/f\", \"w\").close()
if os.fork() == 0:
    os.chdir(\"d\"); os.write(back, b\"x\"); os.read(go, 1)
    answer(\"holder\", lambda: os.stat(\"f\").st_size)
    answer(\"itself\", lambda: os.path.samestat(os.stat(\".\"), os.stat(\".\")))
    answer(\"list\", lambda: sorted(os.listdir(\".\")))
    answer(\"make\", lambda: os.mkdir(\"g\"))
    answer(\"name\", lambda: os.getcwd()[-2:])
    answer(\"parent\", lambda: os.listdir(\"..\"))
    sys.stdout.flush(); os.write(back, b\"x\"); os.read(go, 1); os._exit(0)
os.read(here, 1)
answer(\"rename\", lambda: os.rename(\"d\", \"n\"))
answer(\"listed\", lambda: os.listdir(\".\"))
answer(\"stat\", lambda: os.stat(\"n\").st_size >= 0)
answer(\"below\", lambda: os.stat(\"n/f\").st_size)
answer(\"enter\", lambda: os.chdir(\"n/e\") or os.chdir(\"../..\"))
answer(\"again\", lambda: os.mkdir(\"n\"))
answer(\"unlink\", lambda: os.unlink(\"n\"))
answer(\"elsewhere\", lambda: os.stat(\"/\").st_size >= 0)
sys.stdout.flush(); os.write(going, b\"x\"); os.read(here, 1)
answer(\"on\", lambda: os.rename(\"n\", \"m\"))
answer(\"still\", lambda: os.stat(\"m\").st_size >= 0)
os.write(going, b\"x\"); os.wait()
answer(\"left\", lambda: os.stat(\"m/f\").st_size)
fd = os.open(\"m\", os.O_DIRECTORY); os.rename(\"m\", \"o\")
answer(\"fstat\", lambda: os.fstat(fd).st_size >= 0)
answer(\"at\", lambda: os.stat(\"f\", dir_fd=fd).st_size)
answer(\"open\", lambda: os.listdir(\"o\") == os.listdir(\"o\"))
os.rename(\"o\", \"m\")
answer(\"back\", lambda: os.stat(\"f\", dir_fd=fd).st_size)
'"
  rename="rename None
listed ['n']"
  made="again File exists
unlink Is a directory
elsewhere True"
  found="$rename
stat True
below 0
enter None
$made
holder 0
itself True
list ['e', 'f']
make None
name /n
parent ['n']
on None
still True
left 0
fstat True
at 0
open True
back 0"
  native "$steps"
  assert_output "$found"
  shimmed "$steps"
  assert_output "$found"
  shimmed directory.renamed=ENOENT "$steps"
  missing="No such file or directory"
  assert_output "$rename
stat $missing
below $missing
enter $missing
$made
holder $missing
itself $missing
list $missing
make $missing
name /n
parent ['n']
on None
still $missing
left 0
fstat $missing
at $missing
open $missing
back 0"
}

@test "directory.renamed: over virtiofs who is in a renamed directory finds it again once anybody has looked for it" {
  steps="python3 -c '$ANSWER
os.mkdir(\"d\"); open(\"d/f\", \"w\").close(); os.chdir(\"d\"); os.rename(\"../d\", \"../n\")
answer(\"below\", lambda: os.stat(\"f\").st_size)
answer(\"list\", lambda: os.listdir(\".\"))
answer(\"old\", lambda: os.stat(\"../d\"))
answer(\"new\", lambda: os.stat(\"../n/f\").st_size)
answer(\"again\", lambda: os.stat(\"f\").st_size)
'"
  native "$steps"
  assert_output "below 0
list ['f']
old No such file or directory
new 0
again 0"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed directory.renamed=until-found "$steps"
  assert_output "below No such file or directory
list No such file or directory
old No such file or directory
new 0
again 0"
}

@test "handle.readonly: over 9p who makes a file without a write bit cannot cut it, and writes it" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_WRONLY, 0o444)
answer(\"made\", lambda: os.ftruncate(f, 0))
answer(\"write\", lambda: os.write(f, b\"text\"))
answer(\"written\", lambda: os.ftruncate(f, 2))
answer(\"below zero\", lambda: os.ftruncate(f, -1))
os.chmod(\"f\", 0o644); answer(\"writable\", lambda: os.ftruncate(f, 3))
os.chmod(\"f\", 0o444); answer(\"no more\", lambda: os.ftruncate(f, 1))
r = os.open(\"f\", os.O_RDONLY); answer(\"for reading\", lambda: os.ftruncate(r, 1))
p = os.open(\"f\", os.O_PATH); answer(\"path\", lambda: os.ftruncate(p, 1))
answer(\"size\", lambda: os.fstat(f).st_size)
'"
  native "$steps"
  assert_output "made None
write 4
written None
below zero Invalid argument
writable None
no more None
for reading Invalid argument
path Bad file descriptor
size 1"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed handle.readonly=EACCES "$steps"
  assert_output "made Permission denied
write 4
written Permission denied
below zero Invalid argument
writable None
no more Permission denied
for reading Invalid argument
path Bad file descriptor
size 3"
}

@test "handle.unlinked: what the kernel refuses of a file without a name is refused as ever" {
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); r = os.open(\"f\", os.O_RDONLY); os.unlink(\"f\")
answer(\"for reading\", lambda: os.ftruncate(r, 0))
answer(\"below zero\", lambda: os.ftruncate(f, -1))
'"
  native "$steps"
  assert_output "for reading Invalid argument
below zero Invalid argument"
  expected=$output
  shimmed unlink.open_file=posix handle.unlinked=ENOENT "$steps"
  assert_output "$expected"
}

# /proc of another PID namespace says whom it has by numbers that are other processes' here: the one
# that has the number of who has the file open has another file by the number of its descriptor.
@test "handle.renamed: a descriptor that has become another file's is not taken for the renamed one's" {
  rights=(unshare -p -f)
  [ "$(id -u)" = 0 ] || rights=(unshare -U -r -p -f)
  "${rights[@]}" true 2>/dev/null || skip "no PID namespaces here"
  steps="${rights[*]} python3 -c '$ANSWER
import sys
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); g = os.open(\"g\", os.O_CREAT | os.O_RDWR)
outer = [line.split()[1] for line in open(\"/proc/self/status\") if line.startswith(\"NSpid\")][0]
with open(\"/proc/sys/kernel/ns_last_pid\", \"w\") as last: last.write(str(int(outer) - 1))
go, going = os.pipe(); here, back = os.pipe()
if os.fork() == 0:
    print(os.getpid() == int(outer)); os.dup2(g, f)
    os.write(back, b\"x\"); os.read(go, 1)
    answer(\"other\", lambda: os.fstat(f).st_size)
    sys.stdout.flush(); os._exit(0)
os.read(here, 1); os.rename(\"f\", \"h\")
os.write(going, b\"x\"); os.wait()
'"
  native "$steps"
  assert_output "True
other 0"
  shimmed handle.renamed=ENOENT "$steps"
  assert_output "True
other 0"
}

@test "directory.removed: over 9p who is in a removed directory finds its parent, and it no more" {
  steps="python3 -c '$ANSWER
os.mkdir(\"d\"); held = os.open(\"d\", os.O_DIRECTORY); os.chdir(\"d\")
answer(\"before\", lambda: os.path.isdir(\".\"))
os.rmdir(\"../d\")
for again in 1, 2:
    answer(\"stat\", lambda: os.path.samestat(os.stat(\".\"), os.stat(\".\")))
    answer(\"fstat\", lambda: os.fstat(held).st_size >= 0)
    answer(\"open\", lambda: os.close(os.open(\".\", os.O_DIRECTORY)))
    answer(\"list\", lambda: os.listdir(\".\"))
    answer(\"getcwd\", lambda: os.getcwd())
    answer(\"link\", lambda: os.readlink(\"/proc/self/cwd\")[-12:])
    answer(\"make\", lambda: os.mkdir(\"e\"))
    answer(\"open at\", lambda: os.open(\"e\", os.O_CREAT, dir_fd=held))
    answer(\"parent\", lambda: os.listdir(\"..\"))
    if again == 1: os.mkdir(\"../d\")
answer(\"leave\", lambda: os.chdir(\"..\"))
answer(\"new\", lambda: os.stat(\"d\").st_size >= 0)
'"
  within='getcwd No such file or directory
link /d (deleted)
make No such file or directory
open at No such file or directory
parent'
  found="stat True
fstat True
open None
list []
$within"
  missing="$(printf '%s No such file or directory\n' stat fstat open list)
$within"
  after="leave None
new True"
  native "$steps"
  assert_output "before True
$found []
$found ['d']
$after"
  expected=$output
  shimmed rmdir.open_directory=posix "$steps"
  assert_output "$expected"
  shimmed rmdir.open_directory=posix directory.removed=ENOENT "$steps"
  assert_output "before True
$missing []
$missing ['d']
$after"
}

@test "a path through /proc/self/fd leads to what the descriptor is at that moment" {
  needs python3 python3
  outside=$(fresh outside)
  echo x >"$outside/f"
  chmod 640 "$outside/f"
  steps="mkdir d; : >d/f; chmod 604 d/f; python3 -c '
import os
def look(name, path):
    fd = os.open(name, os.O_RDONLY)
    mode = os.stat(path.format(fd, os.getpid())).st_mode
    os.close(fd)
    return oct(mode & 0o777)
for path in \"/proc/self/fd/{}/f\", \"/proc/{1}/fd/{0}/f\", \"/dev/fd/{}/f\":
    print(*[look(name, path) for turn in range(3) for name in (\"$outside\", \"d\")])
print(*[look(name, \"/proc/self/fd/{}\") for turn in range(3) for name in (\"$outside/f\", \"d/f\")])
'"
  line='0o640 0o604 0o640 0o604 0o640 0o604'
  native "$steps"
  assert_output "$(printf '%s\n' "$line" "$line" "$line" "$line")"
  line=${line//0o604/0o777}
  shimmed "$steps"
  assert_output "$(printf '%s\n' "$line" "$line" "$line" "$line")"
}

# the_same PROGRAM: what F_GETFL says to it natively, outside and in drives.
the_same() {
  local here=$BATS_TEST_TMPDIR/$1.native options
  (cd -P "$(fresh native)" && "$1" >"$here")
  # An O_NOFOLLOW of the program's own is told, and only that.
  grep -qx "open file: 0 twice, again yes" "$here"
  grep -qx "executed link/file: 2 twice, again yes" "$here"
  grep -qx "dup nofollow: 400000 twice, again ELOOP" "$here"
  for options in "" ,metadata ,case=off; do
    shimmed open.tmpfile=allow "drive.options=uid=$EUID,gid=${GROUPS[0]}$options" "$1 | diff '$here' -"
    assert_success
  done
  shimmed "cd '$(fresh outside)' && $1 | diff '$here' -"
  assert_success
}

@test "F_GETFL says what the program has given to open, in each way, and a file is opened anew with that" {
  the_same getfl
  the_same getfl-static
}

@test "F_GETFL says the same to programs of 32 bits and of musl" {
  # shellcheck disable=SC2034 # shimmed reads it
  SHIM=("$LXSHIM" run -q --lane "$LXSHIM_TEST_LANE" --) # which preloads what is made for each
  if runs_32_bits >/dev/null; then
    the_same getfl-i386
    the_same getfl-i386-static
  fi
  needs musl-gcc musl-tools
  the_same getfl-musl
}
