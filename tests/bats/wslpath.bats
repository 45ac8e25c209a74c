#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wslpath and mount.drvfs: what they answer, and that a run finds them where WSL has them.

load helpers

setup() {
  export WSL_DISTRO_NAME=Debian
  unset POSIXLY_CORRECT
}

# with_table LINES COMMAND...: runs a command that gets these lines for its mount table, in a namespace of its own.
# There /bin/mount only tells what it was asked, and /run has nothing but a tag of virtiofs'.
with_table() {
  local mount=$BATS_TEST_TMPDIR/mount
  printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/table"
  printf '#!/bin/sh\necho "$@"\n%s\n' "${MOUNT_ENDS:-exit 5}" >"$mount"
  chmod +x "$mount"
  # shellcheck disable=SC2016 # that shell's own
  run unshare -m bash -c '
    mount -t tmpfs none /run; mkdir -p /run/wsl/virtiofs; ln -s "C:\\" /run/wsl/virtiofs/11d5fbb3
    mount --bind "$1" /proc/$$/mountinfo
    mount --bind "$2" "$(readlink -f /bin/mount)"
    exec "${@:3}"' - "$BATS_TEST_TMPDIR/table" "$mount" "${@:2}"
}

WSL1='40 23 0:40 / /mnt/c rw,noatime - drvfs C:\134 rw,case=off'
PLAN9='40 23 0:40 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs;path=C:\;uid=0;symlinkroot=/mnt/,trans=fd,rfd=8,wfd=8'
VIRTIOFS='40 23 0:40 / /mnt/c rw,noatime - virtiofs 11d5fbb3 rw'

@test "a run has wslpath and mount.drvfs where WSL has them; a plain system has not" {
  steps='
    for f in {/usr,}/bin/wslpath {/usr,}/sbin/mount.drvfs; do
      [ ! -x $f ] || stat -c "%n: %F" $f
    done
    PATH=/usr/bin:/bin; command -v wslpath
    wslpath -w /etc; env wslpath -w /; /bin/wslpath -u foo\\; /sbin/mount.drvfs; echo $?'
  native "$steps"
  assert_line 127
  refute_output --partial regular
  refute_output --partial 'wsl.localhost'
  shimmed "$steps"
  assert_output '/usr/bin/wslpath: regular file
/bin/wslpath: regular file
/usr/sbin/mount.drvfs: regular file
/sbin/mount.drvfs: regular file
/usr/bin/wslpath
\\wsl.localhost\Debian\etc
\\wsl.localhost\Debian\
foo/
mount: Invalid argument
1'
}

@test "they are found by what Python asks, and run by each of its ways" {
  needs python3 python3
  steps='PATH=/usr/bin:/bin "$(python3 -c "import sys; print(sys.executable)")" -u -c "
import os, shutil, subprocess
print(shutil.which(\"wslpath\"), os.path.getsize(\"/bin/wslpath\") > 0, os.access(\"/bin/wslpath\", os.X_OK))
try:
    os.waitpid(os.posix_spawnp(\"wslpath\", [\"wslpath\", \"-m\", \"/\"], os.environ), 0)
    print(subprocess.check_output([\"wslpath\", \"-w\", \"/x\"]).decode(), end=\"\", flush=True)
    os.execvp(\"wslpath\", [\"wslpath\", \"-u\", \".\"])
except OSError as e:
    print(e.strerror)" 2>&1 | sed "s/FileNotFoundError.*: /&/; s/^Trace.*//; /^ /d; /^$/d"'
  native "$steps"
  assert_output --partial 'No such file or directory'
  shimmed "$steps"
  assert_output "/usr/bin/wslpath True True
//wsl.localhost/Debian/
\\\\wsl.localhost\\Debian\\x
."
}

@test "they are found by programs without shared libraries" {
  needs busybox busybox-static
  steps='busybox sh -c "PATH=/usr/bin:/bin; command -v wslpath; wslpath -w /x; test -x /sbin/mount.drvfs && echo yes
    busybox head -c 4 /bin/wslpath | busybox od -An -c | busybox tr -d \" \""'
  native "$steps"
  refute_output --partial wslpath$'\n'
  shimmed "$steps"
  assert_output '/usr/bin/wslpath
\\wsl.localhost\Debian\x
yes
177ELF'
}

@test "by other names, and in listings, there is nothing; nothing is written to them" {
  steps='
    for f in /bin/wslpatH /bin/wslpath2 /bin//wslpath /bin/wslpath/ /lib/wslpath; do [ -e $f ] && echo $f; done
    ls /usr/bin | grep -x wslpath
    [ -w /bin/wslpath ] && echo writable
    { true >>/usr/bin/nowhere/wslpath; } 2>/dev/null || echo no
    dd if=/dev/null of=/bin/wslpath conv=nocreat 2>&1 | grep -o "No such.*"
    rm /bin/wslpath 2>&1 | grep -o "No such.*"; mv /bin/wslpath /bin/w 2>&1 | grep -o "No such.*"'
  native "$steps"
  local expected=$output
  assert_line no
  shimmed "$steps"
  assert_output "$expected"
}

@test "a file that is there by such a name is the one that is found; it can be made, and removed again" {
  needs_mounts
  steps='
    type -t mount.drvfs; f=/usr/sbin/mount.drvfs
    printf "#!/bin/sh\necho mine\n" >$f; chmod 755 $f; $f; stat -c %s $f
    rm $f; [ -x $f ] && echo provided || echo none'
  # shellcheck disable=SC2016 # that shell's own
  on_tmpfs=(unshare -m bash -c 'mount -t tmpfs none /usr/sbin; exec "$@"' -)
  run "${on_tmpfs[@]}" env -C "$(fresh native)" PATH=/usr/sbin:/usr/bin:/bin bash -uc "$steps"
  assert_output 'mine
20
none'
  run "${on_tmpfs[@]}" env -C "$(fresh drive)" PATH=/usr/sbin:/usr/bin:/bin "${SHIM[@]}" bash -uc "$steps"
  assert_output 'file
mine
20
provided'
}

@test "wslpath: its options, and what it says of others" {
  cd "$(fresh dir)"
  steps='
    try() { wslpath "$@"; echo "$?"; }
    try -aw none; try -wa none; try -w none/; try -m -a -- none; try -- -x
    try -u -w x 2>&1 | sed "s/.*usage.*/usage/; /^ /d; /^$/d"
    try -x y; try -wz y; try a b; try -w --all; try -; try ""
    try --help | sed "s/.*usage.*/usage/; /^ /d; /^$/d"; try -w 2>/dev/null | head -1 | cut -c1-5
    try "C:\\x"; try "C:x"; try -w /etc/hostname/x; unset WSL_DISTRO_NAME; try -w /; try x'
  IN=$PWD shimmed "$steps"
  assert_output "C:${PWD//\//\\}\\none
0
C:${PWD//\//\\}\\none
0
none\\
0
C:$PWD/none
0
-x
0
usage
1
Invalid command line argument: -x
1
Invalid command line argument: -wz
1
Invalid command line argument: b
1
Invalid command line argument: --all
1
-
0
wslpath: : Invalid argument
1
wslpath: Invalid argument
usage
1
usage
wslpath: C:\\x: Invalid argument
1
wslpath: C:x: Invalid argument
1
wslpath: /etc/hostname/x: Not a directory
1
wslpath: /: Invalid argument
1
x
0"
}

@test "wslpath follows symlinks of what is there, and goes by the text of what is not" {
  steps='
    mkdir real; ln -s real link; ln -s none dead; cd real
    wslpath -w ../link; wslpath -w ../link/none; wslpath -w ../dead; wslpath -w ../link/'
  native "${steps//wslpath/"$BUILD/wslpath"}"
  assert_output "\\\\wsl.localhost\\Debian${NATIVE//\//\\}\\real
\\\\wsl.localhost\\Debian${NATIVE//\//\\}\\link\\none
\\\\wsl.localhost\\Debian${NATIVE//\//\\}\\dead
\\\\wsl.localhost\\Debian${NATIVE//\//\\}\\real\\"
}

@test "wslpath: drives by the mount tables of each era" {
  needs_mounts
  local table
  for table in "$WSL1" "$PLAN9" "$VIRTIOFS"; do
    with_table "$table" "$BUILD/wslpath" 'c:\Users\a b'
    assert_success
    assert_output "/mnt/c/Users/a b"
    with_table "$table" "$BUILD/wslpath" -w /mnt/c/none:x/
    assert_output "C:\\none"$'\xEF\x80\xBA'"x\\"
  done
}

@test "mount.drvfs: mount(8)'s words on WSL1, its exit status, and 32 where it was killed" {
  needs_mounts
  with_table "" "$BUILD/mount.drvfs" C: /mnt -o metadata,uid=5
  assert_failure 5
  assert_output '-i -t drvfs C: /mnt -o metadata,uid=5'
  with_table "$WSL1" "$BUILD/mount.drvfs" "C:\\" /mnt
  assert_output '-i -t drvfs C:\ /mnt'
  MOUNT_ENDS='exit 0' with_table "$WSL1" "$BUILD/mount.drvfs" C: /mnt -v -o ro
  assert_success
  assert_output '-i -t drvfs C: /mnt'
  MOUNT_ENDS='kill -9 $$' with_table "$WSL1" "$BUILD/mount.drvfs" C: /mnt
  assert_failure 32
  run "$BUILD/mount.drvfs" C:
  assert_failure 1
  assert_output 'mount: Invalid argument'
}

@test "mount.drvfs: 9p's words on WSL2" {
  needs_mounts
  with_table "$PLAN9" "$BUILD/mount.drvfs" "C:\\" /mnt -o noatime,uid=1000,case=force,fallback=1,ro
  assert_failure 5
  assert_line --index 0 --partial fallback=
  assert_line --index 1 --partial case=dir
  assert_line --index 2 --regexp \
    '^-i -t 9p C:\\ /mnt -o msize=65536,trans=fd,rfdno=([0-9]+),wfdno=[0-9]+,cache=mmap,noatime,ro,aname=drvfs;path=C:\\;uid=1000;case=dir;ro;symlinkroot=/mnt/$'
  with_table "$PLAN9" "$BUILD/mount.drvfs" //server/share /mnt
  assert_output --partial ',aname=drvfs;path=UNC\server/share;symlinkroot=/mnt/'
}

@test "mount.drvfs: a target that is missing, on WSL2 with virtiofs" {
  needs_mounts
  with_table "$VIRTIOFS" "$BUILD/mount.drvfs" C: "$BATS_TEST_TMPDIR/none" -o rw
  assert_failure 32
  assert_output 'mount: No such file or directory'
}

@test "wslpath in a run goes by the run's own mount table, which shows the drive as its era does" {
  local form stored=$'C:\\a\xEF\x80\xBAb'
  steps='touch f a:b; grep -cF " $PWD " /proc/self/mountinfo; wslpath -w f; wslpath -wa .; wslpath -w "$PWD/a:b"; wslpath -m f; wslpath "C:\\f"; wslpath "c:\\none\\x"; wslpath -w /'
  native "${steps//wslpath /"$BUILD/wslpath" }"
  assert_line 0
  assert_line 'wslpath: C:\f: Invalid argument'
  for form in drvfs drvfs-root 9p virtiofs; do
    shimmed drive.source=C: mount.line=$form "$steps"
    assert_output "1
C:\\f
C:\\
$stored
C:/f
$DRIVE/f
$DRIVE/none/x
\\\\wsl.localhost\\Debian\\"
  done
}
