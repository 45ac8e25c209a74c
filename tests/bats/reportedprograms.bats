#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What was reported to the makers of programs that run on WSL's drives, and what else names a program: docs/reports.md has
# the list.

load reported

@test "WSL1 of 2016: 1607" {
  needs perl perl
  report WSL#910 <<'ROW'
for name in "a/b", "a/c": os.makedirs(name)
write("a/b/f1"); write("a/c/f2")
find = "use File::Find; $File::Find::dont_use_nlink = 0; find(sub { print qq($File::Find::name\\n) }, shift)"
def found(top): return sorted(subprocess.run(["perl", "-e", find, top], stdout=subprocess.PIPE, text=True).stdout.split())
print(os.stat("a").st_nlink, found("."))
-- native
4 ['.', './a', './a/b', './a/b/f1', './a/c', './a/c/f2']
-- drive
2 ['.', './a']
ROW
  report WSL#1051 <<'ROW'
os.mkdir("d"); write("d/Makefile", "main"); write("d/makefile", "all")
print(sorted(os.listdir("d")), windows("dir", "/b", place("d")).split().count("makefile"))
-- native
['Makefile', 'makefile'] 1
-- drive
['Makefile', 'makefile'] 1
ROW
  on_drive wsl1-1607
}

@test "WSL1 of 1709: the kernel's recordmcount replaces an object that it has mapped" {
  report WSL#2644 <<'ROW'
import mmap
write("kbye.o", "x" * 8192); write("kbye.o.rc")
with open("kbye.o", "rb") as f: m = mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
print(errno(os.rename, "kbye.o.rc", "kbye.o"))
-- native
None
-- drive
Input/output error
ROW
  on_drive wsl1-1709
}

@test "WSL1 of 1703: wget removes a page that it has mapped" {
  report WSL#2012 <<'ROW'
import mmap
write("index.html", "x" * 8192)
with open("index.html", "rb") as f: m = mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
print(errno(os.unlink, "index.html"), os.listdir("."))
-- native
None []
-- drive
Input/output error ['index.html']
ROW
  on_drive wsl1-1703
}

@test "WSL1 of 1803 with metadata: Erlang's file:write_file_info" {
  report hexpm/hex#624 <<'ROW'
write("test.txt"); os.chmod("test.txt", 0o644)
print(errno(os.chown, "test.txt", -1, -1), errno(os.utime, "test.txt", (5, 5)))
-- native
None None
-- drive
Invalid argument None
ROW
  on_drive wsl1-1803 "drive.options=metadata,uid=$EUID"
}

@test "WSL2 over 9p: sockets of Windows', links of others" {
  report dlech/KeeAgent#357 <<'ROW'
tagged("agent", 0x80000023); st = os.lstat("agent"); s = socket.socket(socket.AF_UNIX)
print(stat.S_ISREG(st.st_mode), oct(st.st_mode & 0o777) == "0o777", errno(s.connect, "agent"))
-- native
False False Connection refused
-- drive
True True Connection refused
ROW
  report WSL#8385 <<'ROW'
print("created" in windows("mklink", "/d", place("src"), "\\\\wsl$\\Ubuntu\\home\\src"))
print(stat.S_ISLNK(os.lstat("src").st_mode), errno(os.readlink, "src"), errno(os.listdir, "src"))
-- native
True
False Invalid argument []
-- drive
True
True Input/output error Input/output error
ROW
  report WSL#12250 <<'ROW'
write("privkey1.pem"); os.symlink("/etc/letsencrypt/privkey1.pem", "privkey.pem")
print(windows("type", place("privkey.pem")).strip())
-- native
The file cannot be accessed by the system.
-- drive
The file cannot be accessed by the system.
ROW
  report yuk7/ArchWSL#66 <<'ROW'
os.makedirs("w1"); write("w1/con.h"); print("con.h" in windows("dir", "/b", place("w1")))
windows("del", place("w1\\con.h")); print(os.path.exists("w1/con.h")); os.unlink("w1/con.h")
-- native
True
True
-- drive
True
True
ROW
  on_drive wsl2-9p
}

@test "exFAT: uv's symlink to an interpreter" {
  report astral-sh/uv#13345 <<'ROW'
os.makedirs(".venv/bin"); print(errno(os.symlink, "/usr/bin/python3", ".venv/bin/python"))
-- native
None
-- drive
Operation not permitted
ROW
  on_drive wsl2-9p 'drive.volume={"filesystem": "exfat"}'
}
