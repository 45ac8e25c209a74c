#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules special.*, mknod.*, open.tmpfile, file.fallocate, symlink.*, link.*, xattr.*.

load helpers

# What a call answers: "ok" or the error's text.
ANSWER='
import os, socket, stat, sys
def answer(label, call):
    try:
        call(); print(label, "ok")
    except OSError as e:
        print(label, os.strerror(e.errno))
'

@test "special.*: FIFOs, sockets and devices are EPERM without metadata, for root too" {
  needs python3 python3
  steps="python3 -c '$ANSWER
answer(\"fifo\", lambda: os.mkfifo(\"p\"))
answer(\"mknod fifo\", lambda: os.mknod(\"q\", stat.S_IFIFO | 0o600))
answer(\"mknod socket\", lambda: os.mknod(\"r\", stat.S_IFSOCK | 0o600))
answer(\"bind\", lambda: socket.socket(socket.AF_UNIX).bind(\"s\"))
answer(\"device\", lambda: os.mknod(\"d\", stat.S_IFCHR | 0o600, os.makedev(1, 3)))
print(sorted(os.listdir(\".\")))
'"
  native "$steps"
  assert_line "fifo ok"
  assert_line "bind ok"
  # Who may make none natively has the kernel's answer by any rule.
  local device='Operation not supported'
  [[ ${lines[4]} == "device ok" ]] || device='Operation not permitted'
  assert_line --regexp "^device (ok|Operation not permitted)\$"
  shimmed "$steps"
  assert_output "fifo Operation not permitted
mknod fifo Operation not permitted
mknod socket Operation not permitted
bind Operation not permitted
device Operation not permitted
[]"
  shimmed special.fifo=EOPNOTSUPP special.socket=EOPNOTSUPP special.device=EOPNOTSUPP "$steps"
  assert_output "fifo Operation not supported
mknod fifo Operation not supported
mknod socket Operation not supported
bind Operation not supported
device $device
[]"
  shimmed special.fifo=allow special.socket=allow "$steps"
  assert_line "fifo ok"
  assert_line "bind ok"
}

@test "special.device: who may make no device gets Linux's EPERM, whatever a drive says of devices" {
  needs python3 python3
  shared
  place=$SHARED/drive steps="$ANSWER
answer('character', lambda: os.mknod('c', stat.S_IFCHR | 0o600, os.makedev(1, 3)))
answer('block', lambda: os.mknod('b', stat.S_IFBLK | 0o600, os.makedev(1, 3)))
answer('whiteout', lambda: os.mknod('w', stat.S_IFCHR | 0o600, os.makedev(0, 0)))
answer('there', lambda: os.mknod('there', stat.S_IFCHR | 0o600, os.makedev(1, 3)))
answer('fifo', lambda: os.mkfifo('p'))"
  mkdir -m 777 "$SHARED/native" "$place"
  touch "$SHARED/native/there" "$place/there"
  run as_user env -C "$SHARED/native" python3 -c "$steps"
  assert_output "character Operation not permitted
block Operation not permitted
whiteout ok
there File exists
fifo ok"
  policy_for "$place" special.device=EOPNOTSUPP special.fifo=EOPNOTSUPP >"$SHARED/policy.json"
  run as_user env -C "$place" LXSHIM_POLICY="$SHARED/policy.json" "${SHIM[@]}" python3 -c "$steps"
  assert_output "character Operation not permitted
block Operation not permitted
whiteout Operation not supported
there File exists
fifo Operation not supported"
  # Root of a user namespace has no more of it.
  if unshare -Ur true 2>/dev/null; then
    run env -C "$place" LXSHIM_POLICY="$SHARED/policy.json" "${SHIM[@]}" unshare -Ur python3 -c "$steps"
    assert_line "character Operation not permitted"
    assert_line "whiteout Operation not supported"
  fi
}

@test "special.socket=allow: a socket in the drive talks, and its name is the program's" {
  needs python3 python3
  steps='python3 -c "
import os, socket
a = socket.socket(socket.AF_UNIX); a.bind(\"s:1\"); a.listen()
b = socket.socket(socket.AF_UNIX); b.connect(\"s:1\"); c, _ = a.accept()
b.send(b\"x\"); print(c.recv(1), a.getsockname(), b.getpeername(), os.listdir(\".\"))
"'
  native "$steps"
  assert_output "b'x' s:1 s:1 ['s:1']"
  shimmed special.socket=allow "$steps"
  assert_output "b'x' s:1 s:1 ['s:1']"
}

# What bind, connect and sendto say to an address of AF_UNIX, of sockets that are not: WHAT ERRNO each.
SHOW_SOCKETS='python3 -c "
import ctypes, errno, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
said = lambda r: \"ok\" if r >= 0 else errno.errorcode[ctypes.get_errno()]
things = [(\"tcp\", socket.socket(socket.AF_INET)), (\"udp\", socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
          (\"tcp6\", socket.socket(socket.AF_INET6)), (\"file\", open(\"/dev/null\")), (\"closed\", 999)]
for what, thing in things:
    fd = thing if thing == 999 else thing.fileno()
    for path in b\"new\", b\"missing/new\", b\"a:b\":
        for size in 2 + len(path), 110:
            address = struct.pack(\"H108s\", socket.AF_UNIX, path)
            print(what, path.decode(), size, said(libc.bind(fd, address, size)), said(libc.connect(fd, address, size)),
                  said(libc.sendto(fd, b\"x\", 1, 0, address, size)))
"'

@test "a socket of another family, no socket, a closed one: the kernel refuses, before any rule" {
  needs python3 python3
  native "$SHOW_SOCKETS"
  assert_line "tcp new 110 EAFNOSUPPORT EAFNOSUPPORT EPIPE"
  assert_line "file new 110 ENOTSOCK ENOTSOCK ENOTSOCK"
  assert_line "closed a:b 110 EBADF EBADF EBADF"
  native_output=$output
  shimmed "$SHOW_SOCKETS"
  assert_output "$native_output"
  outside=$(fresh outside)
  shimmed "cd '$outside'; $SHOW_SOCKETS"
  assert_output "$native_output"
}

@test "outside, a socket's address is the program's to the last byte" {
  needs python3 python3
  outside=$(fresh outside)
  # As long as one can be, without a NUL behind it; and with a length that cuts the rest off.
  steps="cd '$outside'; python3 -c '
import ctypes, socket, struct
libc = ctypes.CDLL(None)
for path, size in ((b\"x\" * 108, 110), (b\"cut here\", 5), (b\"ends\", 110)):
    s = socket.socket(socket.AF_UNIX)
    libc.bind(s.fileno(), struct.pack(\"H108s\", socket.AF_UNIX, path), size)
    print(s.getsockname())
'; ls"
  native "$steps"
  native_output=$output
  assert_line cut
  rm "$outside"/*
  shimmed "$steps"
  assert_output "$native_output"
}

@test "special.socket: abstract and unnamed sockets are none of a drive's business" {
  needs python3 python3
  steps='python3 -c "
import socket
a = socket.socket(socket.AF_UNIX); a.bind(\"\\0lxshim-test\"); a.listen(); print(a.getsockname())
b, c = socket.socketpair(); b.send(b\"x\"); print(c.recv(1))
"'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "mknod.regular: a regular file, or EPERM as before 18252" {
  needs python3 python3
  steps="python3 -c '$ANSWER
answer(\"mknod\", lambda: os.mknod(\"f\", stat.S_IFREG | 0o600))
answer(\"again\", lambda: os.mknod(\"f\", 0o600))
'; stat -c %a f"
  native "$steps"
  assert_output "mknod ok
again File exists
600"
  shimmed "$steps"
  assert_output "mknod ok
again File exists
777"
  shimmed mknod.regular=EPERM "$steps"
  assert_line "mknod Operation not permitted"
}

@test "open.tmpfile: O_TMPFILE is EOPNOTSUPP, and python falls back" {
  needs python3 python3
  steps="python3 -c '$ANSWER
answer(\"tmpfile\", lambda: os.close(os.open(\".\", os.O_TMPFILE | os.O_RDWR, 0o600)))
import tempfile
f = tempfile.TemporaryFile(dir=\".\"); f.write(b\"x\"); print(f.tell())
'"
  native "$steps"
  wants_here "tmpfile ok" O_TMPFILE
  assert_line 1
  shimmed "$steps"
  assert_output "tmpfile Operation not supported
1"
  shimmed open.tmpfile=allow "$steps"
  assert_line "tmpfile ok"
}

@test "file.fallocate: works, or EOPNOTSUPP as on WSL2" {
  steps=': >f; fallocate -l 8192 f && stat -c %s f'
  native "$steps"
  wants_here 8192 fallocate
  shimmed "$steps"
  assert_output 8192
  shimmed file.fallocate=EOPNOTSUPP "$steps"
  assert_output "fallocate: fallocate failed: Operation not supported"
}

@test "symlink.create: an LX symlink is a plain one, its target opaque bytes" {
  steps='
    for t in f none /etc/passwd "a:b" "C:\\x" $'"'\xff'"' ../.. ; do
      ln -sT "$t" l && readlink l | cat -v; rm l; done'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed symlink.create=EPERM 'ln -s x l; ls'
  assert_output "ln: failed to create symbolic link 'l': Operation not permitted"
}

@test "symlinks: size, mode, loops and dangling ones as on Linux, but 0777" {
  steps='ln -s 0123456789 l; ln -s b a; ln -s a b; stat -c "%s %A" l; cat a; cat l; echo x >l; ls'
  native "$steps"
  expected=$output
  assert_line "10 lrwxrwxrwx"
  shimmed "$steps"
  assert_output "$expected"
}

@test "symlinks: a target with an illegal character leads to the escaped file" {
  steps='echo x >a:b; mkdir d:; echo y >d:/f; ln -s a:b l; ln -s d: m; cat l m/f; echo z >m/g:; ls d:'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "link.create: hard links share the inode and count, or EPERM as on FAT" {
  steps=': >a; ln a b; [[ a -ef b ]] && stat -c %h a'
  native "$steps"
  wants_here 2 "count of hard links"
  shimmed "$steps"
  assert_output 2
  shimmed link.create=EPERM "$steps"
  assert_output "ln: failed to create hard link 'b' => 'a': Operation not permitted"
}

@test "xattr.user: attributes work, ours are hidden, or EOPNOTSUPP as on FAT" {
  needs python3 python3
  needs setfattr attr
  steps='python3 -c "
import os
open(\"f\", \"w\")
os.setxattr(\"f\", \"user.a\", b\"1\"); print(os.listxattr(\"f\"), os.getxattr(\"f\", \"user.a\"))
os.removexattr(\"f\", \"user.a\"); print(os.listxattr(\"f\"))
" 2>&1 | tail -2'
  native "$steps"
  assert_output "['user.a'] b'1'
[]"
  shimmed "$steps"
  assert_output "['user.a'] b'1'
[]"
  shimmed xattr.user=EOPNOTSUPP "$steps"
  assert_line --partial "Operation not supported"
  # The kernel, which is asked first who may, changes nothing by that, of what name ever.
  IN=$(fresh drive)
  : >"$IN/f"
  setfattr -n user.lxshim.none -v kept "$IN/f"
  shimmed xattr.user=EOPNOTSUPP 'setfattr -n user.a -v x f; setfattr -x user.a f'
  assert_equal "$(getfattr -d "$IN/f" | grep '=')" 'user.lxshim.none="kept"'
  # Where Windows' facts are kept: invisible, and not to be forged.
  IN=$(fresh drive)
  : >"$IN/f"
  setfattr -n user.lxshim.case_sensitive -v 1 "$IN/f"
  shimmed 'getfattr f; setfattr -n user.DOSATTRIB -v x f; getfattr -n user.lxshim.case_sensitive f'
  refute_output --partial 'user.lxshim.case_sensitive="1"'
  assert_line --partial "Operation not permitted"
  assert_line --partial "No such attribute"
}

@test "xattr.system: no POSIX ACLs, which would set the mode behind the rules" {
  needs python3 python3
  # A minimal ACL of mode 0600: user::rw-, group::---, other::---.
  steps='python3 -c "
import os, struct
acl = struct.pack(\"<I\", 2) + b\"\".join(struct.pack(\"<HHI\", *e) for e in
    ((1, 6, 0xffffffff), (4, 0, 0xffffffff), (0x20, 0, 0xffffffff)))
open(\"f\", \"w\")
for call in (lambda: os.setxattr(\"f\", \"system.posix_acl_access\", acl),
             lambda: os.getxattr(\"f\", \"system.posix_acl_access\"),
             lambda: os.removexattr(\"f\", \"system.posix_acl_access\")):
    try: call(); print(\"ok\")
    except OSError as e: print(e.strerror)
"; stat -c %a f'
  native "$steps"
  # Equal to a mode, it is kept as one.
  wants_here 600 "POSIX ACLs that are modes"
  assert_output "ok
No data available
ok
600"
  shimmed "$steps"
  assert_output "Operation not supported
Operation not supported
Operation not supported
777"
  assert_equal "$(stat -c %A "$DRIVE/f" | cut -c3)" w
  shimmed xattr.system=allow "$steps"
  assert_line --index 0 ok
  # Its mode, not only what is shown.
  assert_equal "$(stat -c %a "$DRIVE/f")" 600
}

@test "volume: a FAT drive has no links, no attributes and no case; SMB no symlinks" {
  needs setfattr attr
  steps='
    : >f; ln f g; ln -s f l; setfattr -n user.a -v 1 f; [[ -e F ]] && echo folds; ls'
  native "$steps"
  assert_output "f
g
l"
  shimmed 'drive.volume={"filesystem": "fat"}' "$steps"
  assert_output "ln: failed to create hard link 'g' => 'f': Operation not permitted
ln: failed to create symbolic link 'l': Operation not permitted
setfattr: f: Operation not supported
folds
f"
  shimmed 'drive.volume={"filesystem": "smb"}' "$steps"
  assert_output "ln: failed to create symbolic link 'l': Operation not permitted
folds
f
g"
}

@test "a limit of a file's size: what ends there is EFBIG, by whichever call" {
  needs python3 python3
  steps="ulimit -f 1; trap '' XFSZ; : >f; truncate -s 512 f && truncate -s 1M f; fallocate -l 1M f
    python3 -c '$ANSWER
answer(\"by its name:\", lambda: os.truncate(\"f\", 1 << 20))
answer(\"no file:\", lambda: os.truncate(\"a:b\", 9))'; stat -c %s f"
  native "$steps"
  assert_output "truncate: failed to truncate 'f' at 1048576 bytes: File too large
fallocate: fallocate failed: File too large
by its name: File too large
no file: No such file or directory
512"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "inotify: a watch by an absolute path" {
  steps='perl -e '"'"'require "syscall.ph" if 0; my $fd = syscall(294, 0);
    printf "%d\n", syscall(254, $fd, "$ENV{PWD}/f", 2) > 0; printf "%d\n", syscall(254, 99, "$ENV{PWD}/f", 2);
    $! == 9 and print "EBADF\n"'"'"
  [[ $(uname -m) == x86_64 ]] || skip "numbers of x86-64"
  native ": >f; $steps"
  assert_output "1
-1
EBADF"
  shimmed ": >f; $steps"
  assert_output "1
-1
EBADF"
}
