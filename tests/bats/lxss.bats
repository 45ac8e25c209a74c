#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rule lxss.directories: a WSL1 distribution's own directories, as a drive has them.

load helpers

MAKE='mkdir -p lxss/rootfs/etc lxss/temp/one/two lxss/home other/lxss/sub; echo text | tee lxss/f lxss/rootfs/etc/f other/lxss/sub/f >lxss/temp/one/f'

# prepared STEPS [RULE=VALUE | drive.KEY=VALUE]... STEPS: as shimmed, where the first were natively.
prepared() {
  local IN
  IN=$(fresh drive)
  (cd "$IN" && eval "$1")
  shimmed "${@:2}"
}

# What a program may do there, by path, from descriptors, through links and in any spelling.
LOOK='for p in lxss/rootfs lxss/temp/one lxss/home lxss/rootfs/etc lxss/temp/one/f; do stat -c "%A %n" $p; ls $p >/dev/null; done
  ls lxss lxss/temp other/lxss/sub; cat lxss/f other/lxss/sub/f'

@test "lxss.directories: they can be looked at, and nothing in them" {
  native "$MAKE; $LOOK"
  assert_output "drwxr-xr-x lxss/rootfs
drwxr-xr-x lxss/temp/one
drwxr-xr-x lxss/home
drwxr-xr-x lxss/rootfs/etc
-rw-r--r-- lxss/temp/one/f
lxss:
f
home
rootfs
temp

lxss/temp:
one

other/lxss/sub:
f
text
text"
  for rule in native EACCES; do
    prepared "$MAKE" lxss.directories=$rule "$LOOK"
    [[ $rule == EACCES ]] || assert_output "drwxrwxrwx lxss/rootfs
drwxrwxrwx lxss/temp/one
drwxrwxrwx lxss/home
drwxrwxrwx lxss/rootfs/etc
-rwxrwxrwx lxss/temp/one/f
lxss:
f
home
rootfs
temp

lxss/temp:
one

other/lxss/sub:
f
text
text"
  done
  assert_output "d--------- lxss/rootfs
ls: cannot open directory 'lxss/rootfs': Permission denied
d--------- lxss/temp/one
ls: cannot open directory 'lxss/temp/one': Permission denied
d--------- lxss/home
ls: cannot open directory 'lxss/home': Permission denied
stat: cannot statx 'lxss/rootfs/etc': Permission denied
ls: cannot access 'lxss/rootfs/etc': Permission denied
stat: cannot statx 'lxss/temp/one/f': Permission denied
ls: cannot access 'lxss/temp/one/f': Permission denied
lxss:
f
home
rootfs
temp

lxss/temp:
one

other/lxss/sub:
f
text
text"
}

@test "lxss.directories: by no call, from no descriptor, through no link and in no other case" {
  needs python3 python3
  cat >"$BATS_TEST_TMPDIR/calls.py" <<'END'
import os
def answer(what, call):
    try:
        print(what, call() and 'done')
    except OSError as error:
        print(what, error.strerror)
def path(name, flags=os.O_PATH, dir=None):
    return os.open(name, flags, dir_fd=dir)
lxss = os.open('lxss', os.O_RDONLY)
inside = path('lxss/rootfs')
calls = {
    'openat': lambda: path('rootfs', os.O_RDONLY, lxss),
    'openat below': lambda: path('rootfs/etc', os.O_PATH, lxss),
    'from it': lambda: path('etc', os.O_PATH, inside),
    'from it, by dots': lambda: path('../rootfs/etc', os.O_PATH, inside),
    'out of it': lambda: path('../f', os.O_RDONLY, inside),
    'link': lambda: path('link/f', os.O_RDONLY),
    'to it': lambda: path('to', os.O_RDONLY),
    'case': lambda: path('LXSS/RootFS/etc'),
    'make': lambda: path('lxss/rootfs/n', os.O_WRONLY | os.O_CREAT),
    'make beside': lambda: path('lxss/n', os.O_WRONLY | os.O_CREAT),
    'mkdir': lambda: os.mkdir('lxss/rootfs/d'),
    'mkdir there': lambda: os.mkdir('lxss/rootfs'),
    'rmdir': lambda: os.rmdir('lxss/home'),
    'rename': lambda: os.rename('lxss/home', 'gone'),
    'rename into': lambda: os.rename('lxss/f', 'lxss/home/f'),
    'link into': lambda: os.link('lxss/f', 'lxss/temp/one/g'),
    'access': lambda: os.access('lxss/rootfs', os.F_OK) or None,
    'access to read': lambda: os.access('lxss/rootfs', os.R_OK),
    'chmod': lambda: os.chmod('lxss/rootfs', 0o700),
    'exec': lambda: os.execv('lxss/rootfs/etc/f', ['f']),
    'xattr': lambda: os.listxattr('lxss/rootfs') or None,
    'fstat': lambda: os.fstat(inside).st_mode & 0o500 or None,
    'chdir': lambda: os.chdir('lxss/rootfs'),
}
for what, call in calls.items():
    answer(what, call)
END
  prepare="$MAKE; chmod +x lxss/rootfs/etc/f"
  calls="ln -s lxss/rootfs/etc link; ln -s lxss/home to; python3 $BATS_TEST_TMPDIR/calls.py"
  native "$prepare; $calls"
  assert_output "openat done
openat below done
from it done
from it, by dots done
out of it done
link done
to it done
case No such file or directory
make done
make beside done
mkdir None
mkdir there File exists
rmdir None
rename No such file or directory
rename into No such file or directory
link into None
access done
access to read done
chmod None
exec Exec format error
xattr None
fstat done
chdir None"
  prepared "$prepare" lxss.directories=EACCES "drive.options=case=off,uid=$(id -u),gid=$(id -g)" "$calls"
  assert_output "openat Permission denied
openat below Permission denied
from it Permission denied
from it, by dots Permission denied
out of it done
link Permission denied
to it Permission denied
case Permission denied
make Permission denied
make beside done
mkdir Permission denied
mkdir there File exists
rmdir Permission denied
rename Permission denied
rename into Permission denied
link into Permission denied
access done
access to read False
chmod Permission denied
exec Permission denied
xattr Permission denied
fstat None
chdir Permission denied"
}

@test "lxss.directories: a directory lxss without a rootfs is one as any other; by any case it is one with a rootfs" {
  steps='mkdir -p lxss/sub/temp lxss/temp/sub; echo text >lxss/sub/f; stat -c %A lxss/sub; ls lxss/sub; cat lxss/sub/f; rm -r lxss'
  native "$steps"
  assert_output "drwxr-xr-x
f
temp
text"
  shimmed lxss.directories=EACCES "$steps"
  assert_output "drwxrwxrwx
f
temp
text"
  # And in it one of another case, with a rootfs, is one.
  prepared 'mkdir -p lxss/LxSS/rootfs' lxss.directories=EACCES 'ls lxss/LxSS/rootfs'
  assert_output "ls: cannot open directory 'lxss/LxSS/rootfs': Permission denied"
}

@test "lxss.directories: a program that may not be run is no file that a scanner has seen opened" {
  needs jq jq
  local rule POLICY=$BATS_TEST_TMPDIR/scanner.json
  # Its other name is in no such directory, where it is held once the scanner has come.
  for rule in native EACCES; do
    DRIVE=$(fresh drive)
    (cd "$DRIVE" && mkdir -p lxss/rootfs && cp /bin/true lxss/rootfs/run && ln lxss/rootfs/run other)
    policy_for "$DRIVE" lxss.directories=$rule | jq '.scanner = {on: ["open"], calls: 9}' >"$POLICY"
    run env -C "$DRIVE" LXSHIM_POLICY="$POLICY" "${SHIM[@]}" bash -uc 'lxss/rootfs/run 2>&1 | grep -o "Permission denied"; mv other moved'
    [[ $rule == EACCES ]] || assert_output "mv: cannot move 'other' to 'moved': Permission denied"
  done
  assert_output "Permission denied"
}
