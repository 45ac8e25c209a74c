#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a volume's kind changes: FAT and exFAT, ReFS, SMB, and NTFS' own limits.

load helpers

# on KIND STEPS: shimmed, on a volume of that kind.
on() {
  shimmed drive.volume="{\"filesystem\": \"$1\"}" "$2"
}

# in_era PROFILE KIND STEPS: the same, by a profile.
in_era() {
  local dir=$BATS_TEST_TMPDIR/era.$((++ERAS))
  mkdir "$dir"
  policy_for "$dir" drive.volume="{\"filesystem\": \"$2\"}" >"$dir.json"
  sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$1\",/" "$dir.json"
  run in_directory "$dir" LXSHIM_POLICY="$dir.json" "${SHIM[@]}" bash -uc "$3"
}
ERAS=0

@test "stat.times: of FAT 2 s and a day, of exFAT 10 ms and 2 s; ctime is mtime" {
  needs python3 python3
  steps='python3 -c "
import os
open(\"f\", \"w\").close()
for a, m in (1000000000123456789, 1000000001000000001), (1498440508000000000, 1000000002000000000):
    os.utime(\"f\", ns=(a, m)); st = os.stat(\"f\"); print(st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns == st.st_mtime_ns)
"'
  native "$steps"
  assert_output "1000000000123456789 1000000001000000001 False
1498440508000000000 1000000002000000000 False"
  on fat32 "$steps"
  assert_output "999993600000000000 1000000002000000000 True
1498435200000000000 1000000002000000000 True"
  on exfat "$steps"
  assert_output "1000000002000000000 1000000001010000000 True
1498440508000000000 1000000002000000000 True"
  on ntfs "$steps"
  assert_output "1000000000123456800 1000000001000000100 False
1498440508000000000 1000000002000000000 False"
}

@test "stat.before_1970: a time before is 0" {
  needs python3 python3
  steps='python3 -c "
import os
open(\"f\", \"w\").close()
os.utime(\"f\", (-5, -7)); st = os.stat(\"f\"); print(st.st_atime_ns, st.st_mtime_ns)"'
  native "$steps"
  assert_output "-5000000000 -7000000000"
  shimmed "$steps"
  assert_output "0 0"
  shimmed stat.before_1970=native "$steps"
  assert_output "-5000000000 -7000000000"
}

@test "utimes.range: FAT has no time before 1980 or after 2107, NTFS has" {
  needs python3 python3
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
for t in 315532799, 315532800, 4354819199, 4354819200:
    answer(t, lambda: os.utime(\"f\", (t, t)))
'"
  native "$steps"
  assert_output "315532799 None
315532800 None
4354819199 None
4354819200 None"
  expected=$output
  on ntfs "$steps"
  assert_output "$expected"
  on fat32 "$steps"
  assert_output "315532799 Invalid argument
315532800 None
4354819199 None
4354819200 Invalid argument"
}

@test "utimes.volume_root: FAT and exFAT have no room for the times of their root" {
  steps='touch -d @1000000000 . && echo root; mkdir d && touch -d @1000000000 d && echo below'
  native "$steps"
  assert_output "root
below"
  expected=$output
  for kind in ntfs exfat fat32; do
    shimmed drive.source=E: drive.volume="{\"filesystem\": \"$kind\"}" "$steps"
    [[ $kind == ntfs ]] || expected="touch: setting times of '.': Invalid argument
below"
    assert_output "$expected"
  done
}

@test "stat.blocks: whole clusters on FAT, for a small file, too" {
  steps='mkdir d; echo hello >s; head -c 9000 /dev/zero >l; : >e; sync s l; stat -c "%b %o" s l e; stat -c "%s %b %o %h" d'
  native "$steps"
  refute_output --partial "2 512"
  on fat32 "$steps"
  assert_output "2 512
18 512
0 512
512 0 512 1"
  on ntfs "$steps"
  assert_line --index 0 "0 4096"
  assert_line --index 3 "4096 0 4096 1"
}

@test "stat.links: a file on FAT has one name, and had when it is gone" {
  needs python3 python3
  steps='python3 -c "
import os
f = os.open(\"f\", os.O_CREAT); print(os.fstat(f).st_nlink); os.unlink(\"f\"); print(os.fstat(f).st_nlink)"'
  native "$steps"
  assert_output "1
0"
  shimmed unlink.open_file=posix drive.volume='{"filesystem": "fat"}' "$steps"
  assert_output "1
1"
  # Without POSIX' removal as well.
  shimmed drive.volume='{"filesystem": "fat"}' "$steps"
  assert_output "1
1"
  shimmed unlink.open_file=posix "$steps"
  assert_output "1
0"
}

@test "unlink.open_file, rename.open_target: FAT and SMB remove what is open as NTFS did of old, in every era" {
  needs python3 python3
  steps='exec 3>f; rm f; ls; python3 -c "import os; print(os.fstat(3).st_nlink)"; : >f; exec 3>&-
    : >g; : >f; exec 3<f; mv -f g f; rm -f f g; exec 3<&-; ls'
  native "$steps"
  assert_output "0"
  in_era wsl1-current ntfs "$steps"
  assert_output "0"
  # Of the name that waits to go FAT still counts one link, a server none.
  for volume in fat:1 exfat:1 smb:0; do
    in_era wsl1-current "${volume%:*}" "$steps"
    assert_output "f
${volume#*:}
bash: line 1: f: No such file or directory
mv: cannot move 'g' to 'f': Permission denied"
  done
  # Over 9p the server goes by names, and finds none.
  in_era wsl2-9p fat 'exec 3>f; rm f; stat -L /proc/self/fd/3'
  assert_output "stat: cannot statx '/proc/self/fd/3': No such file or directory"
}

@test "rmdir.open_directory: on FAT and SMB what somebody is in stays until it is left, in every era" {
  steps='mkdir a; cd a; rmdir ../a; readlink /proc/self/cwd | grep -o "a (deleted)"; ls ..; cd ..; mkdir a; ls'
  native "$steps"
  assert_output "a (deleted)
a"
  in_era wsl1-current ntfs "$steps"
  assert_output "a (deleted)
a"
  for volume in fat exfat smb; do
    in_era wsl1-current "$volume" "${steps/mkdir a; ls/ls; mkdir a}"
    assert_output "a (deleted)
a"
  done
}

@test "file.size: FAT has no file of 4 GiB" {
  needs python3 python3
  steps="python3 -c '$ANSWER
f = os.open(\"f\", os.O_CREAT | os.O_RDWR)
for n in (1 << 32) - 1, 1 << 32:
    answer(\"truncate\", lambda: os.truncate(\"f\", n))
    answer(\"ftruncate\", lambda: os.ftruncate(f, n))
os.ftruncate(f, 0)
answer(\"fallocate\", lambda: os.posix_fallocate(f, (1 << 32) - 4096, 4097))
print(os.fstat(f).st_size)
'"
  native "$steps"
  assert_output "truncate None
ftruncate None
truncate None
ftruncate None
fallocate None
4294967297"
  on fat32 "$steps"
  assert_output "truncate None
ftruncate None
truncate File too large
ftruncate File too large
fallocate File too large
0"
  on exfat "$steps"
  assert_line --index 2 "truncate None"
}

@test "file.size: nor by posix_fallocate where libc has to write for it, as on WSL2" {
  needs python3 python3
  steps="python3 -c '$ANSWER
end = (1 << 32) - 1
f = os.open(\"f\", os.O_CREAT | os.O_RDWR)
for at, n in (end - 4096, 4096), (end - 4096, 4097), (end, 1), (end + 5, 1):
    answer((at - end, n), lambda: os.posix_fallocate(f, at, n))
print(os.fstat(f).st_size - end)
'"
  native "$steps"
  expected="(-4096, 4096) None
(-4096, 4097) None
(0, 1) None
(5, 1) None
6"
  assert_output "$expected"
  for profile in wsl2-9p wsl2-virtiofs; do
    in_era $profile exfat "$steps"
    assert_output "$expected"
    in_era $profile fat32 "$steps"
    assert_output "(-4096, 4096) None
(-4096, 4097) File too large
(0, 1) File too large
(5, 1) File too large
0"
  done
}

@test "file.size: what is written to a file on FAT ends at 4 GiB: a part of it, then File too large" {
  needs python3 python3
  steps="python3 -c '$ANSWER
end = (1 << 32) - 1
f = os.open(\"f\", os.O_CREAT | os.O_RDWR); os.ftruncate(f, end - 9)
g = os.open(\"g\", os.O_CREAT | os.O_RDWR); os.write(g, b\"0123456789abcdef\")
answer(\"pwrite\", lambda: os.pwrite(f, b\"123456\", end - 5))
answer(\"beyond\", lambda: os.pwrite(f, b\"1\", end))
answer(\"nothing\", lambda: os.pwrite(f, b\"\", end))
answer(\"pwritev\", lambda: os.pwritev(f, [b\"12\", b\"3456\"], end - 5))
os.lseek(f, end - 4, 0)
answer(\"write\", lambda: (os.write(f, b\"123456\"), os.lseek(f, 0, 1) - end))
answer(\"writev\", lambda: os.writev(f, [b\"1\"]))
os.ftruncate(f, end - 2)
a = os.open(\"f\", os.O_WRONLY | os.O_APPEND)
answer(\"append\", lambda: os.write(a, b\"123456\"))
answer(\"appends\", lambda: os.pwrite(a, b\"123456\", 0))
answer(\"reading\", lambda: os.pwrite(os.open(\"f\", os.O_RDONLY), b\"1\", end))
os.ftruncate(f, end - 9); os.lseek(f, end - 9, 0); os.lseek(g, 0, 0)
answer(\"range\", lambda: os.copy_file_range(g, f, 4))
answer(\"range\", lambda: os.copy_file_range(g, f, 9))
answer(\"sendfile\", lambda: os.sendfile(f, g, 0, 9))
answer(\"size\", lambda: os.fstat(f).st_size - end)
os.ftruncate(f, 0); os.lseek(f, 0, 0)
answer(\"range\", lambda: os.copy_file_range(g, f, 1 << 40, 0))
'"
  native "$steps"
  expected="pwrite 6
beyond 1
nothing 0
pwritev 6
write (6, 2)
writev 1
append 6
appends 6
reading Bad file descriptor
range 4
range 9
sendfile 9
size 13
range 16"
  assert_output "$expected"
  on ntfs "$steps"
  assert_output "$expected"
  on fat32 "$steps"
  assert_output "pwrite 5
beyond File too large
nothing 0
pwritev 5
write (4, 0)
writev File too large
append 2
appends File too large
reading Bad file descriptor
range 4
range Invalid cross-device link
sendfile Invalid argument
size -5
range 16"
}

@test "file.size: programs that copy to FAT fill a file up to 4 GiB, and say File too large" {
  # What a stream of libc's writes, and cp, which would have the kernel copy.
  steps='truncate -s $(((1 << 32) - 5)) f; printf 0123456789 >g; cat g >>f
cp g h && cat h; stat -c %s f; echo X | dd of=f bs=1 seek=$(((1 << 32) - 1)) conv=notrunc 2>&1 | grep -o "too large"'
  native "$steps"
  assert_output "01234567894294967301"
  on fat32 "$steps"
  assert_output "cat: write error: File too large
01234567894294967295
too large"
}

@test "rename.case: the first spelling stays on FAT and SMB" {
  steps='echo x >foo; mv -T foo FOO 2>/dev/null; perl -e "rename q(foo), q(FOO)"; ls'
  needs perl perl
  native "$steps"
  assert_output "FOO"
  on fat32 "$steps"
  assert_output "foo"
  on smb "$steps"
  assert_output "foo"
  shimmed drive.options="uid=$EUID,gid=${GROUPS[0]},case=off" 'echo x >foo; perl -e "rename q(foo), q(FOO)"; ls'
  assert_output "FOO"
}

@test "link.limit: a file on NTFS has at most 1024 names" {
  needs python3 python3
  steps='python3 -c "
import os
open(\"0\", \"w\").close()
try:
    for n in range(1, 1100): os.link(\"0\", str(n))
except OSError as e:
    print(os.strerror(e.errno))
print(os.stat(\"0\").st_nlink)"'
  native "$steps"
  assert_output "1100"
  shimmed "$steps"
  assert_output "1100"
  shimmed link.limit=EINVAL "$steps"
  assert_output "Invalid argument
1024"
  shimmed link.limit=EINVAL drive.volume='{"filesystem": "fat"}' 'echo x >f; ln f g'
  assert_output --partial "Operation not permitted"
}

@test "symlink.create: ReFS of 2016 has none, that of today has" {
  steps='ln -s t l && readlink l'
  native "$steps"
  assert_output "t"
  on refs "$steps"
  assert_output --partial "Operation not permitted"
  in_era wsl1-current refs "$steps"
  assert_output "t"
}

@test "link.create, xattr.user: ReFS had neither hard links nor attributes before Windows 11" {
  needs setfattr attr
  steps='echo x >f; ln f g && stat -c %h f; setfattr -n user.a -v b f && getfattr --only-values -n user.a f'
  native "$steps"
  wants_here b "extended attributes"
  assert_output "2
b"
  expected=$output
  for profile in wsl1-1703 wsl1-19041; do
    in_era $profile refs "$steps"
    assert_line --index 0 --regexp "ln: .*: Operation not permitted"
    assert_line --index 1 --partial "Operation not supported"
  done
  for profile in wsl1-current wsl2-9p wsl2-virtiofs; do
    in_era $profile refs "$steps"
    assert_output "$expected"
  done
}

@test "stat.blocks: a file that Windows has told to be sparse has its holes, fsutil makes and shows them" {
  IN=$(fresh drive)
  sparse() { run "$LXSHIM" win fsutil sparse "$@"; }
  steps='truncate -s 1M new; stat -c "%b %s" new; ln -f sparse link; stat -c "%b %s" sparse link; exec 3<sparse; stat -L -c %b /proc/self/fd/3'
  cd "$IN" || return
  head -c 1048576 /dev/zero >sparse
  sync sparse
  native "$steps"
  assert_output "0 1048576
2048 1048576
2048 1048576
2048"
  sparse queryFlag sparse
  assert_output "This file is NOT set as sparse"
  sparse queryRange sparse
  assert_output --regexp '^Allocated range\[1\]: Offset: 0x0 +Length: 0x100000$'
  sparse setFlag sparse
  assert_success
  sparse setRange sparse 4096 1040384
  assert_success
  sparse queryFlag sparse
  assert_output "This file is set as sparse"
  sparse queryRange sparse
  assert_output --regexp '^Allocated range\[1\]: Offset: 0x0 +Length: 0x1000
Allocated range\[2\]: Offset: 0xff000 +Length: 0x1000$'
  shimmed stat.blocks=allocated "$steps"
  assert_output "2048 1048576
16 1048576
16 1048576
16"
  # It stays so when Windows has opened it since, or has taken a reparse point from it.
  "$LXSHIM" win type sparse >/dev/null
  "$LXSHIM" win nt >/dev/null <<<$'open a C:\\test\\sparse access=all options=open-reparse-point
reparse-set a 0x1300008000000000\nreparse-delete a 0x80000013\nclose a'
  shimmed stat.blocks=allocated 'stat -c "%b %s" sparse'
  assert_output "16 1048576"
  sparse setFlag sparse 0
  shimmed stat.blocks=allocated "$steps"
  assert_line --index 1 "2048 1048576"
  sparse setFlag .
  assert_failure 1
  sparse setRange sparse 1
  assert_output "Error:  The parameter is incorrect."
}
