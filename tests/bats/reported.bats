#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What users of WSL1 have reported, era by era: the same steps natively and on a drive of that profile. docs/reports.md has
# the list, with what cannot be answered as reported.

load reported

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
  report WSL#654 <<'ROW'
os.mkdir("foodir"); write("foo"); os.symlink("foo", "lx")
windows("mklink", "/J", place("temp1"), place("foodir")); windows("mklink", "/D", place("temp2"), "foodir"); windows("mklink", place("temp3"), "foo")
print(sorted(os.listdir(".")), errno(os.stat, "temp2") == "Input/output error")
-- native
['foo', 'foodir', 'lx', 'temp1', 'temp2', 'temp3'] False
-- drive
['foo', 'foodir', 'lx'] True
ROW
  report WSL#1804 <<'ROW'
write("CON"); print(os.listdir("."), errno(os.utime, "C:", (5, 5)), errno(os.mkdir, "C:"))
-- native
['CON'] No such file or directory None
-- drive
['CON'] No such file or directory Invalid argument
ROW
  report vagrant#8742 <<'ROW'
write("private_key"); os.chmod("private_key", 0o600); st = os.stat("private_key")
print(st.st_uid == os.geteuid(), oct(st.st_mode))
-- native
True 0o100600
-- drive
OWN 0o100777
ROW
  put OWN "$( ((EUID)) && echo False || echo True)"
  report WSL#1801 <<'ROW'
os.umask(0o22); os.mkdir("foo"); write("bar"); print(oct(os.stat("foo").st_mode), oct(os.stat("bar").st_mode))
-- native
0o40755 0o100644
-- drive
0o40777 0o100777
ROW
  report WSL#1008 <<'ROW'
os.mkdir("dir1"); print(errno(os.rename, "dir1", "dir2/"), errno(os.rename, "dir1", "dir2"))
-- native
None No such file or directory
-- drive
No such file or directory None
ROW
  report bundler#4630 <<'ROW'
os.mkdir("cache"); os.chmod("cache", 0o1777); print(oct(os.stat("cache").st_mode))
-- native
0o41777
-- drive
0o40777
ROW
  report WSL#360 <<'ROW'
write("NTUSER.DAT"); holder = holds("NTUSER.DAT")
print(errno(lambda: open("NTUSER.DAT").read()), os.listdir("."), errno(lambda: os.stat("NTUSER.DAT").st_size)); holder.communicate()
-- native
text ['NTUSER.DAT'] 4
-- drive
Permission denied ['NTUSER.DAT'] 4
ROW
  report WSL#459 <<'ROW'
write("desktop.ini"); windows("attrib", "+h", "+s", place("desktop.ini")); print(os.listdir("."), open("desktop.ini").read())
-- native
['desktop.ini'] text
-- drive
['desktop.ini'] text
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
  report WSL#2211 <<'ROW'
write("file", "x" * 8784); st = os.stat("file"); print(st.st_blocks >= st.st_size)
-- native
False
-- drive
True
ROW
  report WSL#2300 <<'ROW'
write("watched.json"); watch = c("inotify_init1", os.O_NONBLOCK); c("inotify_add_watch", watch, b"watched.json", 0xfff)
os.unlink("watched.json"); print(os.listdir("."), errno(lambda: os.close(os.open("watched.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC))))
os.close(watch); print(errno(write, "watched.json"))
-- native
[] None
None
-- drive
['watched.json'] No such file or directory
None
ROW
  report WSL#1662 <<'ROW'
watch = c("inotify_init1", os.O_NONBLOCK); os.mkdir("foo"); c("inotify_add_watch", watch, b"foo", 0xfff)
os.rmdir("foo"); print(os.listdir("."), errno(os.stat, "foo") == "No such file or directory", errno(os.mkdir, "foo"))
-- native
[] True None
-- drive
['foo'] True No such file or directory
ROW
  report WSL#2182 <<'ROW'
write("sample.txt"); os.chmod("sample.txt", 0o755); print(oct(os.stat("sample.txt").st_mode))
os.chmod("sample.txt", 0o400); print(oct(os.stat("sample.txt").st_mode))
-- native
0o100755
0o100400
-- drive
0o100777
0o100555
ROW
  report WSL#2441 <<'ROW'
print(errno(lambda: os.close(os.open("1554799009.M827.thehost,S=26555,W=26983:2,.gao4TF", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))))
-- native
None
-- drive
Invalid argument
ROW
  report WSL#2689 <<'ROW'
write("con.out", "foobar"); print(open("con.out").read(), windows("dir", "/b", place("")).strip(), "foobar" in windows("type", place("con.out")))
-- native
foobar con.out False
-- drive
foobar con.out False
ROW
  report WSL#1820 <<'ROW'
name = "\u0623\u0646\u0627 \u0642\u0627\u062f\u0631."; write(name)
print(os.listdir(".") == [name], "Could Not Find" in windows("del", place(name)), os.path.exists(name))
-- native
True True True
-- drive
True True True
ROW
  report WSL#2097 <<'ROW'
os.makedirs(".staging/acorn-1"); os.makedirs("node_modules"); f = os.open(".staging/acorn-1/f", os.O_CREAT | os.O_RDWR)
print(errno(os.rename, ".staging/acorn-1", "node_modules/acorn")); os.close(f); print(errno(os.rename, ".staging/acorn-1", "node_modules/acorn"))
-- native
None
No such file or directory
-- drive
Permission denied
None
ROW
  report WSL#2081 <<'ROW'
os.mkdir("d"); write("d/A", "1"); write("d/a", "2"); print(sorted(os.listdir("d")), open("d/A").read(), errno(os.stat, "D"))
-- native
['A', 'a'] 1 No such file or directory
-- drive
['A', 'a'] 1 No such file or directory
ROW
  report WSL#2117 <<'ROW'
print(subprocess.run(["stat", "-f", "-c", "%t", "."], stdout=subprocess.PIPE, text=True).stdout.strip() == "53464846")
-- native
False
-- drive
True
ROW
  report conda#4819 <<'ROW'
print(errno(write, "Encode::Config.3"), os.listdir("."))
-- native
None ['Encode::Config.3']
-- drive
Invalid argument []
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
  report WSL#2788 <<'ROW'
windows("mklink", "/D", place("NetworkCodeDrive"), "\\\\server\\share")
print(oct(os.lstat("NetworkCodeDrive").st_mode), errno(os.chdir, "NetworkCodeDrive"))
-- native
NATIVE None
-- drive
0o120777 Input/output error
ROW
  put NATIVE 0o41755
  report WSL#2898 <<'ROW'
os.mkdir("someotherdir"); os.symlink("someotherdir", "lnk"); print([l.split()[-3:] for l in windows("dir", place("lnk")).split("\n") if "lnk" in l])
-- native
[['<JUNCTION>', 'lnk', '[...]']]
-- drive
[['<JUNCTION>', 'lnk', '[...]']]
ROW
  report WSL#2677 <<'ROW'
write("f"); print(errno(os.setxattr, "f", "security.selinux", b"x") == "Operation not supported")
-- native
False
-- drive
True
ROW
  report WSL#3564 <<'ROW'
write(b"\x80.txt"); write(b"\xff.txt", "other"); print(sorted(os.listdir(b".")), errno(lambda: open(b"\x90.txt").read()))
-- native
[b'\x80.txt', b'\xff.txt'] No such file or directory
-- drive
[b'\xef\xbf\xbd.txt'] other
ROW
  report WSL#2602 <<'ROW'
write("test", "aaa"); os.symlink("test", "test2"); print(open("test2").read(), "cannot be accessed by the system" in windows("type", place("test2")))
-- native
aaa True
-- drive
aaa True
ROW
  on_drive wsl1-1709
  report WSL#2803 <<'ROW'
print(errno(os.symlink, "interpreter3.6", "interpreter3"))
-- native
None
-- drive
Operation not permitted
ROW
  report WSL#2969 <<'ROW'
write("a.sh", "#!/bin/sh\necho hello\n"); os.chmod("a.sh", 0o755)
for words in ["./a.sh"], ["sh", "./a.sh"]: print(errno(lambda: subprocess.run(words, stdout=subprocess.PIPE, text=True).stdout.strip()))
-- native
hello
hello
-- drive
Input/output error
hello
ROW
  on_drive wsl1-1709 drive.volume='{"filesystem": "smb"}'
}

@test "WSL1 of 2018 and 2019: 1803, 1809 and 1903" {
  report WSL#3530 <<'ROW'
write("id_rsa"); print(errno(os.chmod, "id_rsa", 0o400), oct(os.stat("id_rsa").st_mode)); os.chmod("id_rsa", 0o600); print(oct(os.stat("id_rsa").st_mode))
-- native
None 0o100400
0o100600
-- drive
None 0o100555
0o100777
ROW
  on_drive wsl1-1803
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
    report WSL#4767 <<'ROW'
write("test.txt"); sh("LC_ALL=C mv test.txt test.TXT 2>&1 | grep -c 'are the same file'"); print(os.listdir("."))
-- native
0
['test.TXT']
-- drive
1
['test.txt']
ROW
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
  report WSL#3759 <<'ROW'
windows("mklink", "/J", place("work"), "\\\\?\\Volume{12345678-1234-1234-1234-123456789012}\\"); st = os.lstat("work")
print(stat.S_ISLNK(st.st_mode), st.st_size == 0, errno(os.readlink, "work"))
-- native
False EMPTY Invalid argument
-- drive
True True Input/output error
ROW
  put EMPTY "$([[ $(fresh empty | xargs stat -c %s) == 0 ]] && echo True || echo False)"
  report WSL#5087 <<'ROW'
write("a", "foo"); write("b", "bar"); os.chmod("a", 0o555); os.chmod("b", 0o555)
write(".b.Ikmoer", "foo"); print(errno(os.rename, ".b.Ikmoer", "b"), open("b").read())
-- native
None foo
-- drive
Permission denied bar
ROW
  report WSL#5750 <<'ROW'
os.mkdir(".ssh"); print(errno(os.chmod, ".ssh", 0o700), oct(os.stat(".ssh").st_mode))
-- native
None 0o40700
-- drive
None 0o40777
ROW
  report romkatv/powerlevel10k#610 <<'ROW'
for i in 1, 2:
    write("dump.tmp", str(i)); os.chmod("dump.tmp", 0o444); print(errno(os.rename, "dump.tmp", "dump.zwc"))
-- native
None
None
-- drive
None
Permission denied
ROW
  report vscode-remote-release#3356 <<'ROW'
os.makedirs("project/src"); watch = c("inotify_init1", os.O_NONBLOCK); c("inotify_add_watch", watch, b"project/src", 0xfff)
print(errno(os.rename, "project", "project2"))
-- native
None
-- drive
Permission denied
ROW
  report WSL#4544 <<'ROW'
write("aux.tsx"); print(errno(os.unlink, "aux.tsx"), errno(os.stat, "aux.tsx"))
-- native
None No such file or directory
-- drive
None No such file or directory
ROW
  report WSL#5565 <<'ROW'
print(errno(os.mkfifo, "pe12"), os.listdir("."))
-- native
None ['pe12']
-- drive
Operation not permitted []
ROW
  report algo#1637 <<'ROW'
os.mkdir("playbook"); os.chmod("playbook", 0o755); write("playbook/key"); os.chmod("playbook/key", 0o600); print(oct(os.stat("playbook").st_mode), oct(os.stat("playbook/key").st_mode))
-- native
0o40755 0o100600
-- drive
0o40777 0o100777
ROW
  report WSL#4562 <<'ROW'
write("hidden"); windows("attrib", "+h", "+s", place("hidden")); print(os.listdir("."), windows("dir", "/b", place("*")).strip())
-- native
['hidden'] File Not Found
-- drive
['hidden'] File Not Found
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
  report owncloud/ocis#876 <<'ROW'
write("f"); print(errno(os.setxattr, "f", "user.ocis.grant.u:f7fb", b"a"), errno(os.setxattr, "f", "user.ocis.grant.u.f7fb", b"a"))
print("".join(x for x in ".#()~$!@{}%&^:;[]=|+?\\/<>\"," if errno(os.setxattr, "f", "user." + x, b"a")))
-- native
None None

-- drive
Invalid argument None
:;[]=|+?\/<>",
ROW
  report WSL#6027 <<'ROW'
write("Test\u009b91mRed"); print(ascii(os.listdir(".")), ascii(windows("dir", "/b", place("")).strip()))
-- native
['Test\x9b91mRed'] 'Test\x9b91mRed'
-- drive
['Test\x9b91mRed'] 'Test\x9b91mRed'
ROW
  report WSL#8122 <<'ROW'
os.mkdir("folder"); name = place("folder"); os.chdir("folder"); print("used by another process" in windows("rd", name)); os.chdir("..")
print(windows("rd", name), os.path.exists("folder"))
-- native
True
 False
-- drive
True
 False
ROW
  report WSL#3767 <<'ROW'
os.mkdir("tst1"); sh("cp /bin/sleep tst1/main"); p = subprocess.Popen(["tst1/main", "100"])
print(errno(os.rename, "tst1", "tst2")); p.kill(); p.wait(); print(os.listdir("."))
-- native
None
['tst2']
-- drive
Permission denied
['tst1']
ROW
  report WSL#5130 <<'ROW'
os.mkdir("aux"); write("aux/nul"); write("aux/con.exe"); print(sorted(os.listdir("aux")), open("aux/nul").read())
-- native
['con.exe', 'nul'] text
-- drive
['con.exe', 'nul'] text
ROW
  report WSL#5754 <<'ROW'
write("foo.txt"); os.chmod("foo.txt", 0o755); print(oct(os.stat("foo.txt").st_mode)); os.chmod("foo.txt", 0o555); print(oct(os.stat("foo.txt").st_mode))
-- native
0o100755
0o100555
-- drive
0o100777
0o100555
ROW
  report TileDB#1698 <<'ROW'
os.makedirs("src/ex/zstd"); write("src/ex/zstd/f"); print(errno(os.rename, "src/ex/zstd", "src/zstd")); f = open("src/zstd/f" if os.path.exists("src/zstd/f") else "src/ex/zstd/f"); os.chdir("src"); print(errno(os.rename, "zstd", "moved"))
-- native
None
None
-- drive
None
Permission denied
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
  report WSL#11987 <<'ROW'
write("f"); print(errno(os.chown, "f", 1234, -1) if os.geteuid() == 0 else None, os.stat("f").st_uid == 1234)
-- native
None ROOT
-- drive
None False
ROW
  put ROOT "$( ((EUID)) && echo False || echo True)"
  report kovshenin/sail#41 <<'ROW'
write("ssh.key"); print(errno(os.chmod, "ssh.key", 0o600), oct(os.stat("ssh.key").st_mode))
-- native
None 0o100600
-- drive
None 0o100777
ROW
  report WSL#8366 <<'ROW'
write("hi.wsl.", "hi"); print("hi.wsl." in windows("dir", "/b", place("hi.*")), windows("del", place("hi.wsl.")).startswith("Could Not Find"), os.listdir("."))
-- native
True True ['hi.wsl.']
-- drive
True True ['hi.wsl.']
ROW
  report WSL#3967 <<'ROW'
os.mkdir("test"); flag = "system.wsl_case_sensitive"; print(flag in os.listxattr("test"), errno(os.getxattr, "test", flag))
windows("icacls", place("test"), "/inheritance:r", "/grant:r", "Everyone:(OI)(CI)(M)")
print(errno(os.setxattr, "test", flag, b"0"))
-- native
False Operation not supported
Operation not supported
-- drive
True b'0'
Permission denied
ROW
  on_drive wsl1-current
}
