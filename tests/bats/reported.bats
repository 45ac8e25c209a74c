#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What users of WSL have reported, era by era: the same steps natively and on a drive of that profile. docs/reports.md has
# the list, with what cannot be answered as reported.

load helpers

setup() {
  needs python3 python3
  REPORTS=()
}

# Steps are Python. They print what is to be seen; `errno(CALL, ...)` is the result, or the error in words.
PRELUDE='
import ctypes, errno as _errno, fcntl, os, socket, stat, struct, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def errno(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return os.strerror(e.errno)
def c(name, *args):
    r = getattr(libc, name)(*args)
    if r < 0: raise OSError(ctypes.get_errno(), "")
    return r
def write(name, text="text", mode="w"):
    with open(name, mode) as f: f.write(text)
def sh(command):
    print(subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout, end="")
def windows(*words, input=None):
    return subprocess.run([os.environ["LXSHIM"], "win", *words], input=input, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LXSHIM_POLICY=os.environ["WINDOWS"])).stdout
def place(name):
    return "C:\\test\\" + os.path.basename(os.getcwd()) + "\\" + name
def tagged(name, tag, directory=False, text="", data=b""):
    if directory: os.mkdir(name)
    else: write(name, text)
    said = windows("nt", input="open h %s access=read,write options=open-reparse-point\nreparse-set h 0x%s\n" %
        (place(name), (struct.pack("<IHH", tag, len(data), 0) + data).hex()))
    if said.count("STATUS_SUCCESS") != 2: print(said)
def alias(name):
    tagged(name, 0x8000001b, data=struct.pack("<I", 3) + "\0".join(["family", "app", "target", "0", ""]).encode("utf-16le"))
def events(watch):
    try: data = os.read(watch, 4096)
    except BlockingIOError: data = b""
    names = {1: "ACCESS", 2: "MODIFY", 4: "ATTRIB", 8: "CLOSE_WRITE", 16: "CLOSE_NOWRITE", 32: "OPEN", 256: "CREATE", 512: "DELETE",
        1024: "DELETE_SELF"}
    found = []
    while data:
        mask, length = struct.unpack("II", data[4:8] + data[12:16])
        found.append("+".join(names[bit] for bit in names if mask & bit) or hex(mask))
        data = data[16 + length:]
    return " ".join(found)
for number, steps in enumerate(open(os.environ["ROWS"]).read().split("\f")[:-1]):
    os.mkdir("row%d" % number)
    os.chdir("row%d" % number)
    try:
        exec(steps, dict(globals()))
    except Exception as e:
        print("failed:", repr(e))
    os.chdir(os.environ["TOP"])
    print("\f", end="", flush=True)
'

# report ID: a row, read from standard input: steps, "-- native", its answer, "-- drive", its answer.
report() {
  local text
  text=$(cat)
  REPORTS+=("$1" "${text%%$'\n-- native'*}" "${text#*-- native}" "${text#*-- drive}")
}

# put WORD TEXT: in the answers of the last row.
put() {
  local i
  for i in -2 -1; do
    REPORTS[i]=${REPORTS[i]/$1/$2}
  done
}

# rows_of OUTPUT: an answer per row, in ROWS_OF.
rows_of() {
  mapfile -d $'\f' -t ROWS_OF <<<"$1"
}

# policy_of PROFILE DIR [KEY=VALUE]...: DIR.json, as policy_for has it.
policy_of() {
  policy_for "${@:2}" >"$2.json"
  sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$1\",/" "$2.json"
}

# on_drive PROFILE [KEY=VALUE]...: all rows since the last one, natively and by the profile.
on_drive() {
  local profile=$1 i native drive rows=$BATS_TEST_TMPDIR/rows.$1 dir
  local -a natively
  : >"$rows"
  for ((i = 0; i < ${#REPORTS[@]}; i += 4)); do
    printf '%s\f' "${REPORTS[i + 1]}" >>"$rows"
  done
  dir=$(fresh native)
  policy_of "$profile" "$dir" "${@:2}"
  run env -C "$dir" TOP="$dir" ROWS="$rows" WINDOWS="$dir.json" python3 -c "$PRELUDE"
  rows_of "$output"
  natively=("${ROWS_OF[@]}")
  dir=$(fresh drive)
  policy_of "$profile" "$dir" "${@:2}"
  run env -C "$dir" TOP="$dir" ROWS="$rows" WINDOWS="$dir.json" LXSHIM_POLICY="$dir.json" "${SHIM[@]}" python3 -c "$PRELUDE"
  rows_of "$output"
  for ((i = 0; i < ${#REPORTS[@]}; i += 4)); do
    native=${REPORTS[i + 2]%%$'\n-- drive'*} drive=${REPORTS[i + 3]}
    assert_equal "${REPORTS[i]} natively:"$'\n'"${natively[i / 4]-}" "${REPORTS[i]} natively:$native"$'\n'
    assert_equal "${REPORTS[i]} by $profile:"$'\n'"${ROWS_OF[i / 4]-}" "${REPORTS[i]} by $profile:$drive"$'\n'
  done
  REPORTS=()
}

@test "WSL1 of 2016: 1607" {
  report WSL#1939 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR)
os.write(f, b"text"); os.utime(f, (5, 5)); os.close(f); print(int(os.stat("f").st_mtime) == 5)
os.utime("f", (5, 5)); print(int(os.stat("f").st_mtime))
f = os.open("f", os.O_RDWR); os.utime(f, (6, 6)); os.close(f); print(int(os.stat("f").st_mtime))
-- native
True
5
6
-- drive
False
5
6
ROW
  report WSL#866 <<'ROW'
os.mkdir("d"); write("d/f"); st = os.stat("d/f")
print(oct(st.st_mode), st.st_uid == 0, os.path.exists("d/F"))
-- native
0o100644 ROOT False
-- drive
0o100777 True False
ROW
  put ROOT "$( ((EUID)) && echo False || echo True)"
  report WSL#433 <<'ROW'
watch = c("inotify_init1", os.O_NONBLOCK)
print(errno(c, "inotify_add_watch", watch, b".", 0x3c0) == 1)
-- native
True
-- drive
False
ROW
  report WSL#291 <<'ROW'
os.mkdir("d"); print("created" in windows("mklink", "/J", place("j"), place("d")))
print(errno(os.listdir, "j"), errno(os.readlink, "j"))
-- native
True
[] Invalid argument
-- drive
True
Input/output error Input/output error
ROW
  report WSL#1752 <<'ROW'
print(errno(os.mkdir, "a:b"), errno(os.mkdir, "a"))
-- native
None None
-- drive
Invalid argument None
ROW
  report WSL#1399 <<'ROW'
os.mkdir("d"); st = os.stat("d"); print(st.st_size == 0, st.st_nlink)
f = os.open("g", os.O_CREAT | os.O_RDWR); os.unlink("g"); print(isinstance(errno(os.open, "g", os.O_CREAT), int), sorted(os.listdir(".")))
-- native
False 2
True ['d', 'g']
-- drive
True 2
False ['d', 'g']
ROW
  on_drive wsl1-1607 drive.options=uid=54321,gid=54321,umask=77,case=off
}

@test "WSL1 of 2017: 1703 and 1709" {
  report WSL#2439 <<'ROW'
tagged("app.exe", 0x80000013, text="MZ"); write("b")
print(sorted(os.listdir(".")), errno(lambda: open("app.exe").read()))
-- native
['app.exe', 'b'] MZ
-- drive
['b'] Input/output error
ROW
  report WSL#1941 <<'ROW'
tagged("OneDrive", 0x9000601a, directory=True)
print(errno(os.chdir, "OneDrive"), errno(write, "OneDrive/f"))
-- native
None No such file or directory
-- drive
Input/output error Input/output error
ROW
  report WSL#1894 <<'ROW'
write("f", "x" * 1048576); f = os.open("f", 0); os.fsync(f); st = os.fstat(f); print(st.st_blocks >= 1048576, st.st_size)
-- native
False 1048576
-- drive
True 1048576
ROW
  report WSL#1807 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR); os.unlink("f"); print(errno(os.stat, "f"), os.listdir("."))
os.close(f); print(os.listdir("."))
-- native
No such file or directory []
[]
-- drive
No such file or directory ['f']
[]
ROW
  report WSL#1357 <<'ROW'
os.mkdir("d"); f = os.open("d/f", os.O_CREAT); os.unlink("d/f"); print(errno(os.rmdir, "d")); os.close(f); print(errno(os.rmdir, "d"))
-- native
None
No such file or directory
-- drive
Directory not empty
None
ROW
  report WSL#2152 <<'ROW'
os.mkdir("server"); d = os.open("server", os.O_RDONLY); os.rmdir("server")
print(errno(os.mkdir, "server"), os.listdir("."), errno(os.stat, "server") == "No such file or directory")
-- native
None ['server'] False
-- drive
No such file or directory ['server'] True
ROW
  on_drive wsl1-1703
  report WSL#2641 <<'ROW'
os.symlink("anywhere", "a"); print(os.lstat("a").st_size, os.readlink("a"))
-- native
8 anywhere
-- drive
0 anywhere
ROW
  report WSL#2707 <<'ROW'
os.mkdir("d"); write("d/f"); os.utime("d/f", (3600, 3600))
sh("tar cf d.tar d; mkdir to; tar -C to -xf d.tar"); print(int(os.stat("to/d/f").st_mtime) == 3600)
-- native
True
-- drive
False
ROW
  report WSL#2507 <<'ROW'
write("test.txt"); watch = c("inotify_init1", os.O_NONBLOCK)
c("inotify_add_watch", watch, b"test.txt", 0xfff)
write("test.txt", "String", "a"); print(events(watch))
open("test.txt").read(); print("read:", events(watch))
-- native
OPEN MODIFY CLOSE_WRITE
read: OPEN ACCESS CLOSE_NOWRITE
-- drive
MODIFY
read: 
ROW
  report WSL#2965 <<'ROW'
os.mkdir("d"); write("d/f")
windows("mklink", "/J", place("large"), place("d")); windows("mklink", "/J", place("small"), "c" + place("d")[1:])
print(errno(os.listdir, "large"), errno(os.listdir, "small"), os.lstat("small").st_size == 0)
-- native
[] [] False
-- drive
['f'] Input/output error True
ROW
  report WSL#2770 <<'ROW'
write("f"); print(errno(os.chmod, "f", 0o600), stat.S_IMODE(os.stat("f").st_mode) == 0o600)
-- native
None True
-- drive
None False
ROW
  report WSL#645 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR); size = ctypes.c_int64
print(errno(c, "sync_file_range", f, size(0), size(0), 2), errno(os.lseek, f, 0, os.SEEK_DATA))
-- native
0 No such device or address
-- drive
Function not implemented Invalid argument
ROW
  on_drive wsl1-1709
}

@test "WSL1 of 2019: 1809 and 1903" {
  for profile in wsl1-1809 wsl1-1903; do
    report WSL#5168 <<'ROW'
write("log", ""); watch = c("inotify_init1", os.O_NONBLOCK)
c("inotify_add_watch", watch, b"log", 2)
f = open("log", "a"); f.write("line\n"); f.flush(); print("open:", events(watch))
f.close(); print("closed:", events(watch))
-- native
open: MODIFY
closed: 
-- drive
open: 
closed: MODIFY
ROW
    report WSL#5168-both <<'ROW'
write("log", ""); watch = c("inotify_init1", os.O_NONBLOCK)
c("inotify_add_watch", watch, b"log", 2 | 8)
write("log", "line\n", "a"); print(events(watch))
-- native
MODIFY CLOSE_WRITE
-- drive
MODIFY+CLOSE_WRITE
ROW
    report WSL#3943 <<'ROW'
os.mkdir("foo"); print(errno(os.symlink, "x", "foo"))
-- native
File exists
-- drive
OVER
ROW
    put OVER "$([[ $profile == wsl1-1809 ]] && echo Invalid argument || echo File exists)"
    report WSL#5019 <<'ROW'
write("foo"); write("bar"); os.chmod("foo", 0o444); os.chmod("bar", 0o444); print(errno(os.rename, "foo", "bar"))
-- native
None
-- drive
OVER
ROW
    put OVER "$([[ $profile == wsl1-1903 ]] && echo Permission denied || echo None)"
    on_drive $profile
  done
  report WSL#4038 <<'ROW'
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen(); print(oct(os.lstat("s").st_mode))
t = socket.socket(socket.AF_UNIX); print(errno(t.connect, "s"))
print([e.is_file(follow_symlinks=False) for e in os.scandir(".")])
-- native
0o140755
None
[False]
-- drive
0o100777
None
[False]
ROW
  on_drive wsl1-1903
}

@test "WSL1 of Windows 10 2004 to 22H2, and of Windows 11" {
  report WSL#7303 <<'ROW'
alias("python.exe"); print(os.stat("python.exe").st_size)
print(errno(subprocess.call, ["./python.exe"])); print(subprocess.call(["sh", "-c", "exec 2>&-; ./python.exe"]))
-- native
0
Permission denied
126
-- drive
0
Exec format error
0
ROW
  on_drive wsl1-19041
  report WSL#3985 <<'ROW'
write("test.txt"); os.symlink(os.getcwd() + "/test.txt", "fail.txt"); print(open("fail.txt").read())
print(windows("type", place("fail.txt")).strip())
-- native
text
The file cannot be accessed by the system.
-- drive
text
The file cannot be accessed by the system.
ROW
  report uutils/coreutils#2958 <<'ROW'
write("new"); print(os.access("new", os.X_OK)); sh("test ! -x new && echo no")
-- native
False
no
-- drive
True
ROW
  report WSL#4823 <<'ROW'
os.mkdir("hello..."); print(os.listdir("."), windows("dir", place("hello...")).split("\n")[-2].strip())
print(errno(os.rmdir, "hello..."))
-- native
['hello...'] File Not Found
None
-- drive
['hello...'] File Not Found
None
ROW
  report lsd#1004 <<'ROW'
os.mkdir("d"); write("d/a"); windows("mklink", "/H", place("b"), place("d/a")); print(os.stat("b").st_nlink)
-- native
2
-- drive
2
ROW
  report WSL#9261 <<'ROW'
alias("python.exe"); print(os.stat("python.exe").st_size, open("python.exe").read())
tagged("OneDrive", 0x9000601a, directory=True); print(errno(os.listdir, "OneDrive"))
-- native
0 
[]
-- drive
2 MZ
[]
ROW
  on_drive wsl1-current
}

@test "WSL2 over 9p" {
  report WSL#12897 <<'ROW'
os.mkdir("log"); f = os.open("log/meta", os.O_CREAT | os.O_RDWR | os.O_DIRECT)
print(errno(os.pwrite, f, b"1e", 0) in (2, "Invalid argument"), errno(os.rename, "log", "moved"))
-- native
True None
-- drive
True Permission denied
ROW
  report WSL#40262 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR); os.unlink("f"); print(os.write(f, b"text"))
print(errno(os.ftruncate, f, 1), errno(lambda: os.fstat(f).st_nlink))
print(errno(lambda: os.stat("/proc/self/fd/%d" % f).st_nlink))
print(isinstance(errno(os.open, "/proc/self/fd/%d" % f, os.O_RDONLY), int))
-- native
4
None 0
0
True
-- drive
4
No such file or directory No such file or directory
No such file or directory
False
ROW
  report WSL#5074 <<'ROW'
for i in range(40): write("file%02d" % i)
d = os.open(".", os.O_RDONLY); block = ctypes.create_string_buffer(1024)
def entries():
    n = c("getdents64", d, block, 1024); found = at = 0
    while at < n: found += 1; at += struct.unpack("H", block.raw[at + 16:at + 18])[0]
    return found
first = entries(); os.lseek(d, 0, os.SEEK_SET); rest = 0
while (n := entries()): rest += n
print(first > 0, rest + 0 == 42, rest + first == 42)
-- native
True True False
-- drive
True False True
ROW
  report WSL#7581 <<'ROW'
write("f"); os.utime("f", ns=(10**18 + 123456700,) * 2); print(os.stat("f").st_mtime_ns)
-- native
1000000000123456700
-- drive
1000000000000000000
ROW
  report WSL#40649 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR | os.O_APPEND); os.write(f, b"first")
fcntl.fcntl(f, fcntl.F_SETFL, 0); os.lseek(f, 0, os.SEEK_SET); os.write(f, b"X"); print(open("f").read())
-- native
Xirst
-- drive
firstX
ROW
  report WSL#12663 <<'ROW'
os.mkdir("d"); write("d/Aa.txt"); print(errno(lambda: open("d/aA.txt").read()), os.listdir("d"))
-- native
No such file or directory ['Aa.txt']
-- drive
text ['Aa.txt']
ROW
  report WSL#4512 <<'ROW'
os.mkdir("tmp"); write("tmp/test.txt"); os.chdir("tmp"); windows("ren", os.path.dirname(place("x")), "deleted")
windows("nt", input="open h C:\\test\\row%d\\tmp access=delete\nrename h C:\\test\\row%d\\gone\n" % (number, number))
print(os.listdir("."))
-- native
['test.txt']
-- drive
['test.txt']
ROW
  report WSL#7629 <<'ROW'
print(errno(os.mkfifo, "f"), errno(socket.socket(socket.AF_UNIX).bind, "s"))
-- native
None None
-- drive
Operation not supported Operation not supported
ROW
  report WSL#7211 <<'ROW'
os.mkdir("d"); print(errno(os.getxattr, "d", "system.wsl_case_sensitive"))
-- native
Operation not supported
-- drive
Operation not supported
ROW
  report WSL#10056 <<'ROW'
os.mkdir("d"); line = [l.split() for l in open("/proc/mounts") if l.split()[1] == os.environ["TOP"]]
print([(l[2], ",aname=drvfs;path=C:\\test;" in l[3], ";symlinkroot=/mnt/," in l[3]) for l in line])
-- native
[]
-- drive
[('9p', True, True)]
ROW
  report WSL#670 <<'ROW'
write("f"); flags = ctypes.c_long()
print(errno(c, "ioctl", os.open("f", 0), ctypes.c_ulong(0x80086601), ctypes.byref(flags)) in (0, "Operation not supported"))
-- native
True
-- drive
False
ROW
  on_drive wsl2-9p
}

@test "Drives that keep metadata: 1803" {
  report WSL#3267 <<'ROW'
windows("write", place("prog.exe"), "text"); print(oct(os.stat("prog.exe").st_mode), errno(subprocess.call, ["./prog.exe"]))
-- native
0o100755 Exec format error
-- drive
0o100644 Permission denied
ROW
  report vscode#49021 <<'ROW'
write("f"); os.chmod("f", 0o600); print(oct(os.stat("f").st_mode))
windows("write", place("f"), "by Windows"); print(oct(os.stat("f").st_mode))
-- native
0o100600
0o100600
-- drive
0o100600
0o100644
ROW
  on_drive wsl1-1803 "drive.options=metadata,uid=$EUID,umask=22,fmask=111"
}

@test "Volumes: FAT, SMB, NTFS" {
  report borg#5974 <<'ROW'
d = os.open(".", os.O_RDONLY); print(errno(os.fsync, d))
-- native
None
-- drive
Input/output error
ROW
  report SMB <<'ROW'
print(errno(os.symlink, "x", "y"), errno(os.mkfifo, "f"))
os.mkdir("d"); windows("mklink", "/J", place("j"), place("d"))
print(sorted((e.name, e.is_symlink()) for e in os.scandir(".") if e.name in "dj"))
-- native
None None
[('d', False), ('j', False)]
-- drive
Operation not permitted Operation not permitted
[('d', False), ('j', False)]
ROW
  on_drive wsl1-1903 drive.volume='{"filesystem": "smb"}'
  report FAT <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR); print(errno(os.ftruncate, f, 5 << 30))
os.utime("f", (1000000001, 1000000001)); print(int(os.stat("f").st_mtime), errno(os.link, "f", "g"))
-- native
None
1000000001 None
-- drive
File too large
1000000002 Operation not permitted
ROW
  on_drive wsl2-9p drive.volume='{"filesystem": "fat32"}'
  report WSL#7164 <<'ROW'
print("created" in windows("mklink", "/J", place("zzz"), "\\\\?\\Volume{12345678-1234-1234-1234-123456789012}\\"))
print(errno(os.listdir, "zzz"))
-- native
True
[]
-- drive
True
Input/output error
ROW
  report drvfs-semantics-8.1 <<'ROW'
write("f"); os.setxattr("f", "user.A", b"1"); os.setxattr("f", "user.a", b"2"); print(sorted(os.listxattr("f")), os.getxattr("f", "user.A"))
os.utime("f", (-5, -5)); print(os.stat("f").st_mtime)
-- native
['user.A', 'user.a'] b'1'
-5.0
-- drive
['user.a'] b'2'
0.0
ROW
  report dotnet/runtime#112035 <<'ROW'
windows("mkdir", place("System Volume Information")); windows("icacls", place("System Volume Information"), "/inheritance:r")
print(os.listdir("."), errno(lambda: stat.S_ISDIR(os.stat("System Volume Information").st_mode)))
-- native
['System Volume Information'] True
-- drive
['System Volume Information'] Permission denied
ROW
  on_drive wsl2-virtiofs
}
