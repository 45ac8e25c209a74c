#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What users of WSL2, of metadata and of other volumes than NTFS have reported, as reported.bats has those of WSL1.

load reported

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
  report nodejs/node#44261 <<'ROW'
f = os.open("copy", os.O_WRONLY | os.O_CREAT, 0o444)
print(errno(os.ftruncate, f, 0), errno(os.fchmod, f, 0o444), errno(os.write, f, b"text"))
-- native
None None 4
-- drive
Permission denied None 4
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
  report oshi#1367 <<'ROW'
st = os.statvfs("."); print(st.f_files == 999, st.f_ffree == 1000000)
-- native
False False
-- drive
True True
ROW
  report WSL#9975 <<'ROW'
windows("mklink", "/D", place("nas"), "\\\\server\\user\\Documents"); print(errno(os.readlink, "nas"), stat.S_ISLNK(os.lstat("nas").st_mode), os.listdir("."))
-- native
Invalid argument False ['nas']
-- drive
Input/output error True ['nas']
ROW
  report ruby-build#1458 <<'ROW'
os.environ["TMPDIR"] = os.getcwd(); text = "x" * 100000
sh("bash -c 'cat <<<\"$0\" | wc -c' " + text)
-- native
100001
-- drive
cat: -: No such file or directory
0
ROW
  report WSL#10902 <<'ROW'
sh("truncate --size 10M rpi.ext4; stat -c %b rpi.ext4")
-- native
0
-- drive
20480
ROW
  report WSL#10876 <<'ROW'
write("h"); windows("attrib", "+h", "+s", place("h")); print(os.listdir("."))
-- native
['h']
-- drive
['h']
ROW
  report WSL#2750 <<'ROW'
print(errno(os.setxattr, ".", "system.posix_acl_access", struct.pack("<I", 2)) == "Operation not supported")
-- native
False
-- drive
True
ROW
  report WSL#4261 <<'ROW'
os.mkdir("test"); print(errno(os.setxattr, "test", "system.wsl_case_sensitive", b"1"), errno(os.setxattr, "test", "system.wsl_case_sensitive", b"0"))
-- native
Operation not supported Operation not supported
-- drive
Operation not supported Operation not supported
ROW
  report WSL#3065 <<'ROW'
write("Foo"); os.mkdir("Bar"); sh("LC_ALL=C; export LC_ALL; mv Foo foo 2>&1 | grep -c \"are the same file\"; mv Bar bar 2>&1 | grep -c \"subdirectory of itself\""); print(sorted(os.listdir(".")))
-- native
0
0
['bar', 'foo']
-- drive
1
1
['Bar', 'Foo']
ROW
  report WSL#8163 <<'ROW'
os.mkdir("a"); sh("ln -s a A"); print(sorted(os.listdir(".")), os.listdir("a"))
-- native
['A', 'a'] []
-- drive
['a'] ['a']
ROW
  report agent-almanac#51 <<'ROW'
os.mkdir("skill"); write("skill/f"); d = os.open("skill", os.O_RDONLY); os.rename("skill", "moved")
sh("ls -l | tail -n +2 | cut -c1-10; rm -rf moved; ls"); os.close(d); sh("ls")
-- native
drwxr-xr-x
-- drive
ls: cannot access 'moved': No such file or directory
d?????????
rm: cannot remove 'moved': Is a directory
moved
moved
ROW
  report nextNEOpi#65 <<'ROW'
print(errno(os.mkfifo, "unmapped_bam"), os.listdir("."))
-- native
None ['unmapped_bam']
-- drive
Operation not supported []
ROW
  report WSL#5516 <<'ROW'
write('tutu"'); print(os.listdir("."), windows("dir", "/b", place("")).strip() == 'tutu\uf022')
-- native
['tutu"'] True
-- drive
['tutu"'] True
ROW
  report WSL#12394 <<'ROW'
os.mkdir("test"); write("test/f"); print(errno(os.chmod, "test", 0o664), oct(os.stat("test").st_mode), errno(os.chdir, "test"))
-- native
None 0o40664 DIRECTORY
-- drive
None 0o40777 None
ROW
  put DIRECTORY "$( ((EUID)) && echo Permission denied || echo None)"
  report WSL#5632 <<'ROW'
os.makedirs("testDir/..."); os.chdir("testDir"); print("used by another process" in windows("rd", "..."), os.listdir(".")); os.chdir("..")
print("not empty" in windows("rd", place("testDir\\...")), errno(os.rmdir, "testDir/..."))
-- native
True ['...']
True None
-- drive
True ['...']
True None
ROW
  report MariaDB/server#3591 <<'ROW'
f = os.open("t", os.O_CREAT | os.O_RDWR); os.write(f, b"data"); os.rename("t", "u"); print(os.pread(f, 4, 0), errno(os.fsync, f), errno(os.ftruncate, f, 2))
-- native
b'data' None None
-- drive
b'data' None No such file or directory
ROW
  report WSL#2395 <<'ROW'
f = os.open("index", os.O_CREAT | os.O_RDWR); g = os.open("index", os.O_RDWR); fcntl.flock(f, fcntl.LOCK_EX)
print(errno(fcntl.flock, g, fcntl.LOCK_EX | fcntl.LOCK_NB))
-- native
Resource temporarily unavailable
-- drive
Resource temporarily unavailable
ROW
  report beads_rust#491 <<'ROW'
f = os.open("gate", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600); print(oct(os.fstat(f).st_mode))
print(errno(os.fchmod, f, 0o600), errno(os.chmod, "gate", 0o600), oct(os.stat("gate").st_mode))
-- native
0o100600
None None 0o100600
-- drive
0o100777
None None 0o100777
ROW
  report gomi#38 <<'ROW'
write("some-file"); print(errno(os.rename, "some-file", os.path.join(os.path.dirname(os.environ["TOP"]), "removed")))
-- native
None
-- drive
Invalid cross-device link
ROW
  report nuxt#13891 <<'ROW'
s = socket.socket(socket.AF_UNIX); print(errno(s.bind, "relay.sock"), os.listdir("."))
-- native
None ['relay.sock']
-- drive
Operation not supported []
ROW
  report aria2-onion-downloader#1 <<'ROW'
f = os.open("f", os.O_CREAT | os.O_RDWR); print(errno(c, "fallocate", f, 0, 0, 4096), os.fstat(f).st_size)
-- native
0 4096
-- drive
Operation not supported 0
ROW
  report beads_rust#419 <<'ROW'
def rename2(flags): return errno(c, "renameat2", -100, b"base.tmp", -100, b"base", flags)
write("base.tmp"); print(rename2(1), sorted(os.listdir("."))); write("base.tmp", "next"); write("base", "old"); print(rename2(2), rename2(0), open("base").read())
-- native
0 ['base']
0 0 old
-- drive
Invalid argument ['base.tmp']
Invalid argument 0 next
ROW
  report conda#10333 <<'ROW'
link = "N/NCR260VT300WPP"; file = "n/ncr260vt300wpp"
os.mkdir("n"); write(file); print(isinstance(errno(os.mkdir, "N"), str)); errno(os.unlink, link); os.symlink("../" + file, link); print(errno(os.path.getsize, link), errno(os.path.getsize, file))
-- native
False
4 4
-- drive
True
Too many levels of symbolic links Too many levels of symbolic links
ROW
  report easydiffusion#1678 <<'ROW'
link = "N/NCR260VT300WPP"; file = "n/ncr260vt300wpp"
os.mkdir("N"); os.symlink("../" + file, link); errno(os.mkdir, "n"); errno(os.unlink, file); write(file); print(errno(os.readlink, link), len(os.listdir("N")))
os.mkdir("e"); write("e/eterm", "first"); errno(os.mkdir, "E"); write("E/Eterm", "another"); print(os.path.getsize("e/eterm"))
-- native
../n/ncr260vt300wpp 1
5
-- drive
Invalid argument 1
7
ROW
  report WSL#8319 <<'ROW'
write("ipt_ECN.h", "struct ipt_ECN_info"); write("ipt_ecn.h", "struct ipt_ecn_info"); print(sorted(os.listdir(".")), open("ipt_ECN.h").read())
-- native
['ipt_ECN.h', 'ipt_ecn.h'] struct ipt_ECN_info
-- drive
['ipt_ECN.h'] struct ipt_ecn_info
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
  report WSL#3165 <<'ROW'
write("hi.txt"); os.chmod("hi.txt", 0o640); write("w.tmp")
windows("copy", "/y", place("w.tmp"), place("hi.txt")); print(oct(os.stat("hi.txt").st_mode))
-- native
0o100640
-- drive
0o100644
ROW
  report WSL#3153 <<'ROW'
os.umask(0); os.mkdir("foo"); write("bar"); print(oct(os.stat("foo").st_mode), oct(os.stat("bar").st_mode)); os.umask(0o22)
-- native
0o40777 0o100666
-- drive
0o40777 0o100666
ROW
  report WSL#3356 <<'ROW'
os.mkdir("Proj"); print("enabled" in windows("fsutil", "file", "queryCaseSensitiveInfo", place("Proj"))); write("Proj/a")
print("The directory is not empty" in windows("fsutil", "file", "setCaseSensitiveInfo", place("Proj"), "disable"))
-- native
False
False
-- drive
True
True
ROW
  report WSL#3359 <<'ROW'
windows("mkdir", place("T")); windows("fsutil", "file", "setCaseSensitiveInfo", place("T"), "enable"); windows("mkdir", place("T\\P"))
write("T/P/test.cpp")
for path in "T\\p\\test.cpp", "T\\P\\test.cpp": print("cannot find the path" in windows("type", place(path)))
-- native
True
False
-- drive
True
False
ROW
  on_drive wsl1-1803 "drive.options=metadata,uid=$EUID,umask=22,fmask=111"
  report MicrosoftDocs/WSL#1628 <<'ROW'
windows("nt", input="open h %s disposition=create\n" % place("f")); windows("mkdir", place("d"))
print(*(oct(os.stat(name).st_mode) for name in ("f", "d") if os.path.exists(name)))
-- native
0o100755 0o40755
-- drive
0o100454 0o40654
ROW
  on_drive wsl2-9p "drive.options=metadata,uid=$EUID,umask=123,fmask=321,dmask=000"
  # The first descriptor of its drive binds at once.
  report WSL#8458 <<'ROW'
write("clip.exe"); windows("icacls", place("clip.exe"), "/inheritance:r"); windows("icacls", place("clip.exe"), "/grant", "Everyone:(RX)")
print(errno(os.utime, "clip.exe", (5, 5)), errno(os.link, "clip.exe", "link"), errno(os.setxattr, "clip.exe", "user.x", b"text"))
print(errno(os.chmod, "clip.exe", 0o755), errno(os.chown, "clip.exe", os.geteuid(), -1))
-- native
None None None
None None
-- drive
Permission denied Permission denied Permission denied
Permission denied Permission denied
ROW
  on_drive wsl2-9p "drive.options=metadata,uid=$EUID,fmask=111"
  report MicrosoftDocs/WSL#1998 <<'ROW'
windows("nt", input="open h %s disposition=create\n" % place("f")); print(oct(os.stat("f").st_mode & 0o777))
-- native
0o755
-- drive
0o700
ROW
  on_drive wsl2-9p "drive.options=metadata,uid=$EUID,umask=77"
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
  report WSL#5524 <<'ROW'
write("dummyfile"); print(errno(os.symlink, "dummyfile", "dummylink"))
-- native
None
-- drive
Operation not permitted
ROW
  report WSL#7333 <<'ROW'
write("f"); print(errno(os.chown, "f", 1234, 1235), os.stat("f").st_uid == os.stat(".").st_uid)
-- native
None False
-- drive
None True
ROW
  if ((EUID)); then put 'None False' 'Operation not permitted True'; fi
  report WSL#5097 <<'ROW'
write("test"); print(errno(os.symlink, "test", "test2"), sorted(os.listdir(".")))
-- native
None ['test', 'test2']
-- drive
Operation not permitted ['test']
ROW
  on_drive wsl1-1903 drive.volume='{"filesystem": "smb"}'
  report WSL#4200 <<'ROW'
lines = [l.split() for l in open("/proc/mounts")]
print([w for l in lines if l[1] == os.environ["TOP"] for w in l[3].split(",") if "id=" not in w])
write("f"); print(errno(os.chmod, "f", 0o600), oct(os.stat("f").st_mode & 0o111))
-- native
[]
None 0o0
-- drive
['rw', 'noatime', 'umask=22', 'fmask=11', 'case=off']
None 0o100
ROW
  on_drive wsl1-1903 drive.volume='{"filesystem": "smb"}' "drive.options=metadata,noatime,uid=$EUID,umask=22,fmask=11"
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
  report WSL#4553 <<'ROW'
print(errno(lambda: os.close(os.open("sedvb7177", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0))), oct(os.stat("sedvb7177").st_mode))
os.umask(0o700); print(errno(lambda: os.close(os.open("sedumask", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))), oct(os.stat("sedumask").st_mode))
-- native
None 0o100000
None 0o100000
-- drive
Permission denied 0o100555
Permission denied 0o100555
ROW
  on_drive wsl1-1903 drive.volume='{"filesystem": "fat32"}'
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
  report colorls#297 <<'ROW'
write("hiberfil.sys"); windows("icacls", place("hiberfil.sys"), "/inheritance:r")
print(os.listdir("."), errno(lambda: os.stat("hiberfil.sys").st_size))
-- native
['hiberfil.sys'] 4
-- drive
['hiberfil.sys'] Permission denied
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
