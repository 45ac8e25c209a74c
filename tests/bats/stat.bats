#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules stat.* and statfs.*, d_type, and "no caching".

load helpers

@test "stat.directory: st_size is st_blksize, no blocks, one link" {
  steps='mkdir d d/a d/b; touch d/{1..300}; stat -c "%s %o %b %h" d'
  native "$steps"
  refute_output "4096 4096 0 1"
  shimmed "$steps"
  assert_output "4096 4096 0 1"
  IN=$DRIVE native 'stat -c "%s %o %b %h" d'
  expected=$output
  IN=$DRIVE shimmed stat.directory=off 'stat -c "%s %o %b %h" d'
  assert_output "$expected"
}

@test "stat.small_file: a file in the MFT record has no blocks" {
  steps='echo hello >s; head -c 9000 /dev/zero >l; sync s l; stat -c %b s; [[ $(stat -c %b l) -ge 16 ]] && echo large'
  native "$steps"
  refute_line --index 0 0
  shimmed "$steps"
  assert_output "0
large"
  shimmed stat.small_file=off "$steps"
  refute_line --index 0 0
}

@test "stat.times: multiples of 100 ns, rounded up" {
  needs python3 python3
  steps='python3 -c "
import os
open(\"f\", \"w\").close()
for ns in (1234567890123456701, 1234567890123456700, 1234567890999999999):
    os.utime(\"f\", ns=(ns, ns)); st = os.stat(\"f\"); print(st.st_mtime_ns, st.st_atime_ns)
print(all(t % 100 == 0 for t in (st.st_ctime_ns,)))
"'
  native "$steps"
  assert_line --index 0 "1234567890123456701 1234567890123456701"
  shimmed "$steps"
  assert_output "1234567890123456800 1234567890123456800
1234567890123456700 1234567890123456700
1234567891000000000 1234567891000000000
True"
  shimmed stat.times=native "$steps"
  assert_line --index 0 "1234567890123456701 1234567890123456701"
}

@test "stat, lstat, fstat, fstatat and statx say the same" {
  needs python3 python3
  steps='python3 -c "
import os
for p in \"f\", \"d\", \"l\":
    if p == \"f\": open(p, \"w\").write(\"x\")
    elif p == \"d\": os.mkdir(p)
    else: os.symlink(\"f\", p)
    fd = os.open(p, os.O_RDONLY); here = os.open(\".\", os.O_RDONLY)
    s = [os.stat(p), os.fstat(fd), os.stat(p, dir_fd=here), os.stat(\"/proc/self/fd/%d\" % fd)]
    print(p, len({(x.st_mode, x.st_uid, x.st_gid, x.st_size, x.st_blocks, x.st_nlink, x.st_ino, x.st_mtime_ns) for x in s}))
"; stat -c "%a %s %b" f d >a; stat --printf "" f; find f d -printf "%m %s %b\n" >b; cmp a b && echo same'
  native "$steps"
  assert_output "f 1
d 1
l 1
same"
  shimmed "$steps"
  assert_output "f 1
d 1
l 1
same"
}

@test "stat.attributes: over 9p and virtiofs statx tells of no attribute but those that any file has" {
  needs python3 python3
  steps="python3 -c '$ANSWER
import ctypes, struct
buf = ctypes.create_string_buffer(256)
def attributes():
    ctypes.CDLL(None).statx(-100, b\"f\", 0, 0x7ff, buf)
    every = 0x1000 | 0x2000 | 0x200000
    told, known = struct.unpack_from(\"Q\", buf.raw, 8)[0], struct.unpack_from(\"Q\", buf.raw, 56)[0]
    return bool(known & ~every), bool(told & ~every), bool(known & every)
open(\"f\", \"w\"); answer(\"attributes\", attributes)
'; chattr +d f; python3 -c '$ANSWER
import ctypes, struct
buf = ctypes.create_string_buffer(256); ctypes.CDLL(None).statx(-100, b\"f\", 0, 0x7ff, buf)
print(bool(struct.unpack_from(\"Q\", buf.raw, 8)[0] & 0x40))'"
  native "$steps"
  wants_here "attributes (True, False, True)" "attributes in statx"
  expected=$output
  shimmed ioctl.flags=native "$steps"
  assert_output "$expected"
  shimmed ioctl.flags=native stat.attributes=off "$steps"
  assert_output "attributes (False, False, True)
False"
}

@test "statfs.type: 0x53464846 as WSL1, or 9p, FUSE, or the host's" {
  steps='stat -fc "%t %s %c %d %l" .'
  native "$steps"
  refute_output "53464846 4096 999 1000000 255"
  host=${output%% *}
  shimmed "$steps"
  assert_output "53464846 4096 999 1000000 255"
  shimmed statfs.type=9p "$steps"
  assert_output "1021997 4096 999 1000000 255"
  shimmed statfs.type=fuse "$steps"
  assert_output "65735546 4096 999 1000000 255"
  shimmed statfs.type=native "$steps"
  assert_output --partial "$host"
}

@test "utimensat without a path: the descriptor's file where libc leaves it to the kernel, from glibc 2.41 on" {
  needs python3 python3
  steps='python3 -c "
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
times = (ctypes.c_long * 4)(1000000000, 0, 1000000000, 0)
f = os.open(\"f\", os.O_CREAT)
for fd, flags in (f, 0), (-1, 0), (-100, 0), (f, 0x100):
    print(libc.utimensat(fd, None, times, flags) and os.strerror(ctypes.get_errno()))
print(os.stat(\"f\").st_mtime == 1000000000)"'
  native "$steps"
  assert_success
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "statfs: the space is the host's, in statvfs and df as well" {
  needs python3 python3
  # Free space moves: within a hundredth.
  steps='python3 -c "import os; s = os.statvfs(\".\"); print(s.f_bavail * s.f_frsize)"'
  native "$steps"
  native_free=$output
  shimmed "$steps"
  ((output > native_free * 99 / 100 && output < native_free * 101 / 100))
}

@test "d_type tells files, directories and links apart" {
  needs python3 python3
  steps='touch f; mkdir d; ln -s f l; python3 -c "
import os
for e in sorted(os.scandir(\".\"), key=lambda e: e.name):
    print(e.name, e.is_file(follow_symlinks=False), e.is_dir(follow_symlinks=False), e.is_symlink(), e.inode() == os.lstat(e.name).st_ino)"'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "no caching: what a program outside changes is seen by the next call" {
  needs python3 python3
  # One process under the shim asks; the test changes things in between.
  IN=$(fresh drive)
  mkfifo "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer"
  env -C "$IN" "${SHIM[@]}" python3 -c '
import os, sys
for line in open(sys.argv[1]):
    try:
        st = os.stat(line.rstrip("\n")); a = "%o %d" % (st.st_mode & 0o777, st.st_size)
    except OSError as e:
        a = os.strerror(e.errno)
    with open(sys.argv[2], "w") as f: f.write(a + " " + ",".join(sorted(os.listdir("."))) + "\n")
' "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer" 3>&- &
  asked=$!
  exec 8>"$BATS_TEST_TMPDIR/ask"
  ask() {
    echo "$1" >&8
    run cat "$BATS_TEST_TMPDIR/answer"
  }
  ask f
  assert_output "No such file or directory "
  echo hello >"$IN/f"
  ask f
  assert_output "777 6 f"
  chmod a-w "$IN/f"
  ask f
  assert_output "555 6 f"
  mv "$IN/f" "$IN/g"
  ask f
  assert_output "No such file or directory g"
  ln -s g "$IN/f"
  ask f
  assert_output "555 6 f,g"
  rm "$IN/f"
  mkdir "$IN/d"
  : >"$IN/d/x"
  ask d/x
  assert_output "777 0 d,g"
  mv "$IN/d" "$IN/e"
  ask d/x
  assert_output "No such file or directory e,g"
  exec 8>&-
  wait "$asked"
}
