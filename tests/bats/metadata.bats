#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rule metadata.keep: the mount option metadata. What Windows made has none, and shows what the mount says; what a
# program of Linux makes or changes has mode and owner of its own.

load helpers
load windows

# With the masks that WSL's own documents show: 0755 for directories, 0644 for files.
MASKS=uid=$(id -u),gid=$(id -g),umask=22,fmask=111

# What Windows made; what Linux is to say of it comes from the directory's own files. metadata [RULE=VALUE...] STEPS
# runs them in that directory, which is C:\testing as well.
metadata() {
  policy_for "$ROOT" drive.source=C: "drive.options=metadata,$MASKS" "${@:1:$#-1}" >"$LXSHIM_POLICY"
  run env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" bash -uc "${!#}"
}

# The drive and its policy where other users reach them, too; all of it is C:\testing for windows.
for_anybody() {
  shared
  ROOT=$SHARED/drive
  DIR=$ROOT
  LXSHIM_POLICY=$SHARED/p.json
  mkdir -m 777 "$ROOT"
}

# as_another [VARIABLE=VALUE]... : runs $show there, as somebody else.
as_another() {
  run as_user env -C "$DIR" "$@" bash -uc "$show"
}

# The same directory without the shim.
natively() {
  IN=$DIR native "$1"
}

@test "what Windows made has no metadata: the masks count, for exec too; the first chmod adds it" {
  echo 'echo run' >"$DIR/prog"
  mkdir "$DIR/d"
  chmod 755 "$DIR/prog" "$DIR/d"
  steps='stat -c "%a %n" prog d; ./prog; chmod 750 prog; stat -c %a prog; ./prog'
  natively 'stat -c "%a %n" prog d; ./prog'
  assert_output "755 prog
755 d
run"
  metadata "$steps"
  assert_output "644 prog
755 d
bash: line 1: ./prog: Permission denied
750
run"
  metadata 'stat -c %a prog; ./prog'
  assert_output "750
run"
}

@test "what is made has the mode that was asked for less the umask, and its maker's owner" {
  steps='umask 027; : >f; mkdir d; mkdir -m 1777 t; mkdir -m 2770 g; : >g/f; mkdir g/d; mkfifo p
    cp /bin/true x; install -m 4711 x y
    stat -c "%A %u %n" f d t g g/f g/d p x y'
  native "$steps"
  expected=$output
  assert_line --partial 'drwxr-s---'
  metadata "$steps"
  assert_output "$expected"
}

@test "the sticky bit of a file that is made with it, and a file that has no name at first" {
  needs python3 python3
  # With a directory's descriptor os.link follows symlinks in each Python, and without from 3.14.
  steps='python3 -c "
import os
os.umask(0o22)
os.close(os.open(\"f\", os.O_CREAT | os.O_WRONLY, 0o1664))
os.mknod(\"n\", 0o101640)
try:
    fd = os.open(\".\", os.O_TMPFILE | os.O_RDWR, 0o1604)
    os.link(f\"/proc/self/fd/{fd}\", \"t\", src_dir_fd=fd)
except OSError:
    os.mknod(\"t\", 0o101604)
    print(\"no O_TMPFILE\")
"; stat -c "%a %n" f n t; chmod 600 f n t; stat -c "%a %n" f n t
    python3 -c "import os; os.umask(0); os.mkdir(\"d\", 0o1777)"; stat -c %a d; chmod 770 d; stat -c %a d; chmod 1770 d; stat -c %a d'
  native "$steps"
  expected=$output
  assert_line '1604 t'
  metadata open.tmpfile=allow link.unlinked=native "$steps"
  assert_output "$expected"
  natively 'chmod 770 d; stat -c %a d'
  assert_output 770
  metadata 'chmod 1777 d; chmod 775 d'
  natively 'stat -c %a d'
  assert_output 775
}

@test "chmod: every bit stays, and Windows sees the read-only attribute" {
  steps='umask 022; : >f; mkdir d
    for m in 7777 4755 2711 1644 640 444 200 0 600; do chmod $m f d; stat -c %a f d | paste -s -; done'
  native "$steps"
  expected=$output
  metadata "$steps"
  assert_output "$expected"
  metadata 'chmod 400 f'
  windows attrib f
  assert_output 'A    R               C:\testing\f'
  windows ea f
  assert_line --regexp '^\$LXMOD  4  [0-9a-f]{8}  0100400$'
}

@test "create.no_write_bit=ignore: what is made without a write bit is not read-only to Windows, a directory never" {
  steps='umask 222; : >f; mkdir d; mknod n p; stat -c "%a %n" f d n; umask 22; : >g; chmod 444 g; stat -c "%a %n" g'
  native "$steps"
  expected=$output
  assert_line --index 0 '444 f'
  # To build 18252 on, and before it.
  metadata "$steps"
  assert_output "$expected"
  windows attrib f
  assert_output 'A    R               C:\testing\f'
  windows attrib d
  assert_output '                     C:\testing\d'
  natively 'rm -rf f d n g'
  metadata create.no_write_bit=ignore "$steps; chmod 555 d; echo 2>/dev/null >>f && echo written"
  if ((EUID == 0)); then expected+=$'\nwritten'; fi
  assert_output "$expected"
  for name in f d; do
    windows attrib "$name"
    refute_output --partial ' R '
  done
  windows attrib g
  assert_output 'A    R               C:\testing\g'
  # What Windows makes read-only stays writable for Linux, and is told of.
  natively 'stat -c %a d'
  before=$output
  windows attrib +r d
  windows attrib d
  assert_output '     R               C:\testing\d'
  natively 'stat -c %a d'
  assert_output "$before"
  windows attrib -r d
  windows attrib d
  assert_output '                     C:\testing\d'
}

@test "chown: the ids that change are of the file's own, the others the mount's" {
  ((EUID == 0)) || skip "chown is root's"
  MASKS=uid=1234,gid=567
  windows write f text
  steps='stat -c %u:%g f; chown 7 f; stat -c %u:%g f; chgrp 8 f; stat -c %u:%g f; chmod 6755 f; chown 9 f; stat -c %a:%u f'
  IN=$DIR native 'stat -c %u:%g f'
  assert_output 0:0
  metadata "$steps"
  assert_output "1234:567
7:567
7:8
755:9"
  windows ea f
  assert_output '$LXUID  4  09000000  9
$LXGID  4  08000000  8
$LXMOD  4  ed810000  0100755'
}

# Of what has all of its own in its inode that is asked by one question; of all others as by a path.
@test "fchown: of each kind of file what chown says" {
  needs python3 python3
  ((EUID == 0)) || skip "chown is root's"
  MASKS=uid=1234,gid=567
  windows write windows text
  bad ids 0xb80b0000 0xb90b0000 0xa4810000
  steps='umask 022; : >linux; : >sticky; chmod 1640 sticky
    python3 -c "
import os
for name in \"linux\", \"sticky\", \"windows\", \"ids\":
    fd = os.open(name, os.O_RDONLY)
    os.fchown(fd, 7, -1); os.fchmod(fd, os.fstat(fd).st_mode & 0o7770); st = os.stat(name)
    print(name, st.st_uid, st.st_gid, oct(st.st_mode))
"'
  natively 'umask 022; : >n; python3 -c "import os; os.fchown(os.open(\"n\", 0), 7, -1)"; stat -c %u:%g n; rm n'
  assert_output 7:0
  metadata "$steps"
  assert_output 'linux 7 0 0o100640
sticky 7 0 0o101640
windows 7 567 0o100770
ids 7 3001 0o100640'
  windows ea ids
  assert_output '$LXUID  4  07000000  7
$LXGID  4  b90b0000  3001
$LXMOD  4  a0810000  0100640'
}

@test "chmod, chown and explicit times are the shown owner's and root's" {
  ((EUID == 0)) || skip "needs two users: run as root"
  for_anybody
  MASKS=uid=1000,gid=1000
  touch "$DIR/windows"
  chmod 666 "$DIR/windows"
  # Of the file that has metadata Linux says it, of the other the rule.
  steps='for f in windows linux; do chmod 600 $f; chown 65534 $f; touch -hd 2020-01-01 $f; done 2>&1 | grep -o "Operation.*"'
  chown 65534 "$DIR/windows"
  metadata ': >linux'
  assert_success
  run as_user env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" bash -uc "$steps"
  assert_output "$(printf 'Operation not permitted\n%.0s' {1..6})"
  # What a file of one's own denies oneself, the kernel denies.
  steps='umask 077; echo x >mine; cat mine; chmod 0 mine; cat mine; chmod 600 mine; cat mine'
  run as_user env -C "$DIR" bash -uc "$steps"
  rm "$DIR/mine"
  assert_output $'x\ncat: mine: Permission denied\nx'
  run as_user env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" bash -uc "$steps"
  assert_output $'x\ncat: mine: Permission denied\nx'
}

@test "mode and owner show to who may not read the file, with the sticky bit and in Windows' form as well" {
  ((EUID == 0)) || skip "needs two users: run as root"
  for_anybody
  MASKS=uid=0,gid=0
  steps='umask 022; mkdir -m 1730 spool; : >f; chmod 600 f; chown 5:6 f; : >own; chown 65534:65534 own; chmod 1200 own'
  show='stat -c "%a %u:%g %n" spool f own; chmod 1600 own && stat -c %a own'
  natively "$steps"
  as_another
  expected=$output
  assert_line "1730 0:0 spool"
  rm -r "${DIR:?}"/*
  metadata "$steps"
  assert_success
  as_another LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}"
  assert_output "$expected"
  windows ea set f '$LXUID' 5
  windows ea set f '$LXMOD' 0100600
  as_another LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}"
  assert_line "600 5:6 f"
  # From a directory that he was started in and does not get to by its path.
  chmod 700 "$SHARED"
  run env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" setpriv --reuid=65534 --regid=65534 --clear-groups \
    bash -uc "$show"
  chmod 777 "$SHARED"
  assert_line "1730 0:0 spool"
  assert_line "1600 65534:65534 own"
}

@test "attributes that say nothing good: each is judged by itself, and repaired by itself" {
  ((EUID == 0)) || skip "chown is root's"
  MASKS=umask=0
  bad baduid 0xffffffff 0xb90b0000 0xa4810000
  bad badgid 0xb80b0000 0xffffffff 0xa4810000
  bad badmode 0xb80b0000 0xb90b0000 0xa4810100
  bad badtype1 0xb80b0000 0xb90b0000 0xa4410000
  bad badtype2 0xb80b0000 0xb90b0000 0xa4a10000
  bad nondevice 0xb80b0000 0xb90b0000 0xa4810000
  windows ea set nondevice '$LXDEV' 0x0100000002000000
  bad badsize 0xb80b 0xb90b000000 0xa481
  windows md baddir
  windows ea set baddir '$LXMOD' 0xed810000
  steps='stat -c "%u:%g %a %F %n" *'
  natively 'stat -c "%F %n" badmode'
  assert_output 'regular empty file badmode'
  metadata "$steps"
  assert_output '0:0 111 directory baddir
3000:0 644 regular empty file badgid
3000:3001 0 regular empty file badmode
0:0 0 regular empty file badsize
3000:3001 0 regular empty file badtype1
3000:3001 0 regular empty file badtype2
0:3001 644 regular empty file baduid
3000:3001 644 regular empty file nondevice'
  metadata 'chown 1000 baduid badgid badmode; chmod 600 badmode; stat -c "%u:%g %a" baduid badgid badmode'
  assert_output '1000:3001 644
1000:0 644
1000:3001 600'
}

# bad NAME UID GID MODE: a file whose attributes are these bytes.
bad() {
  windows write "$1" text
  : >"$DIR/$1"
  windows ea set "$1" '$LXUID' "$2"
  windows ea set "$1" '$LXGID' "$3"
  windows ea set "$1" '$LXMOD' "$4"
}

@test "a bad mode is no permission for who is not root, whatever the inode says" {
  ((EUID == 0)) || skip "needs two users: run as root"
  for_anybody
  policy_for "$ROOT" drive.source=C: drive.options=metadata >"$LXSHIM_POLICY"
  echo text >"$DIR/f"
  windows ea set f '$LXMOD' 0xa4810100
  steps='cat f; echo x >>f; [ -r f ] || echo unreadable'
  run as_user env -C "$DIR" bash -uc "cat f"
  assert_output text
  run as_user env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" bash -uc "$steps"
  assert_output "cat: f: Permission denied
bash: line 1: f: Permission denied
unreadable"
}

@test "what Windows writes over, supersedes or puts in its place has no metadata any more" {
  files='write over super copied moved kept'
  metadata "for f in $files; do echo old >\$f; chmod 600 \$f; done; stat -c %a $files | sort -u"
  assert_output 600
  windows write write new
  windows ntcreate over --access write --disposition overwrite
  windows ntcreate super --access write --disposition supersede
  windows write other new
  windows copy other copied
  windows move /y other moved
  run bash -c "env -C '$DIR' '$LXSHIM' win cmd <<<'echo more>> kept'"
  assert_success
  metadata "stat -c '%a %n' $files"
  assert_output '644 write
644 over
644 super
644 copied
644 moved
600 kept'
}

@test "CopyFile takes the attributes along, ren and move keep them" {
  metadata 'echo x >f; chmod 640 f'
  windows copy f copy
  windows ren f renamed
  windows md d
  windows move renamed d
  metadata 'stat -c %a copy d/renamed'
  assert_output $'640\n640'
}

@test "an editor outside the run that saves by rename loses them, one that writes in place keeps them" {
  metadata 'for f in a b c d; do echo old >$f; chmod 1600 $f; done'
  sed -i s/old/new/ "$DIR/a"
  echo new >"$DIR/b"
  cp -p "$DIR/c" "$DIR/tmp"
  mv "$DIR/tmp" "$DIR/c"
  needs python3 python3
  python3 -c 'import os, shutil, sys
os.chdir(sys.argv[1]); open("tmp", "w").write("new"); shutil.copymode("d", "tmp"); os.replace("tmp", "d")' "$DIR"
  natively 'stat -c %a a b c d | sort -u'
  assert_output 1600
  metadata 'stat -c "%a %n" a b c d'
  assert_output '644 a
1600 b
644 c
644 d'
}

@test "attrib +r of Windows leaves the mode, and holds who writes" {
  metadata 'echo x >f; chmod 640 f'
  windows attrib +r f
  natively 'stat -c %a f'
  assert_output 440
  metadata 'stat -c %a f; echo y >f; cat f'
  assert_output '640
bash: line 1: f: Permission denied
x'
  windows attrib -r f
  metadata 'stat -c %a f; echo y >f; cat f'
  assert_output '640
y'
}

@test "FIFOs and sockets are there for both sides, devices with their numbers for root" {
  needs python3 python3
  steps='mkfifo -m 640 p; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"s\")"
    ((EUID != 0)) || { mknod c c 1 2; mknod b b 3 4; stat -c "%F %t:%T" c b; }
    stat -c "%F %a" p; stat -c %F s; (echo through >p &) ; cat p'
  native "$steps"
  expected=$output
  metadata "$steps"
  assert_output "$expected"
  windows fsutil reparsepoint query p
  assert_line 'Reparse Tag Value : 0x80000024'
  windows fsutil reparsepoint query s
  assert_line 'Reparse Tag Value : 0x80000023'
  windows ea p
  assert_line --regexp '^\$LXMOD  4  .*  010640$'
  # What Windows makes is one for programs, too.
  run env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "$LXSHIM" win nt <<'SCRIPT'
open f C:\testing\wp access=read,write disposition=create options=open-reparse-point
reparse-set f 0x2400008000000000
open s C:\testing\ws access=read,write disposition=create options=open-reparse-point
reparse-set s 0x2300008000000000
reparse-get s
SCRIPT
  assert_success
  assert_line --index 4 --partial data=2300008000000000
  metadata 'stat -c %F wp ws; find -name "w?" -printf "%y %f\n" | sort; (echo through >wp &); cat wp'
  assert_output "fifo
socket
p wp
s ws
through"
  ((EUID == 0)) || return 0
  windows ea c
  assert_line '$LXDEV  8  0100000002000000  1:2'
  # Numbers above those of one byte; and none at all, which are not kept. [openvmm lxutil fs.rs]
  metadata 'mknod big b 4095 1048575; mknod none c 0 0; stat -c %t:%T big none'
  assert_output $'fff:fffff\n0:0'
  windows ea big
  assert_line '$LXDEV  8  ff0f0000ffff0f00  4095:1048575'
  windows ea none
  refute_line --partial '$LXDEV'
}

@test "a reparse point with attributes is what they say, in whichever order Windows sets them" {
  ((EUID == 0)) || skip "makes devices: run as root"
  native 'mkfifo -m 640 p; mknod -m 604 c c 1 3; chown 5:6 c; stat -c "%F %a %u:%g %t:%T" p c'
  expected=$output
  metadata 'mkfifo p2; mknod c2 c 1 2'
  run env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "$LXSHIM" win nt <<'SCRIPT'
open p C:\testing\p access=all disposition=create options=open-reparse-point
ea-set p $LXMOD 0xa0110000
reparse-set p 0x2400008000000000
open c C:\testing\c access=all disposition=create options=open-reparse-point
reparse-set c 0x2500008000000000
ea-set c $LXUID 0x05000000
ea-set c $LXGID 0x06000000
ea-set c $LXMOD 0x84210000
ea-set c $LXDEV 0x0100000003000000
SCRIPT
  refute_line --regexp 'STATUS_[^S]'
  windows ea set p '$LXUID' 0
  windows ea set p '$LXGID' 0
  metadata 'stat -c "%F %a %u:%g %t:%T" p c'
  assert_output "$expected"
  # And one that is there already is given others.
  windows ea set p2 '$LXMOD' 010640
  windows ea set c2 '$LXDEV' 1:3
  windows ea set c2 '$LXUID' 5
  metadata 'stat -c "%a %u" p2; stat -c "%u %t:%T" c2'
  assert_output "640 0
5 1:3"
  for value in '$LXMOD 0100640' '$LXUID 0xffffffff' '$LXDEV 1:2'; do
    # shellcheck disable=SC2086 # words
    win ea set p2 $value
    assert_failure
  done
}

@test "special.*: what a policy says counts on a drive with metadata, too" {
  metadata special.fifo=EPERM 'mkfifo p'
  assert_output "mkfifo: cannot create fifo 'p': Operation not permitted"
  metadata 'mkfifo p'
  assert_success
}

@test "metadata.keep=off, a mount without the option, and builds before 17063: as if there were none" {
  steps='umask 077; : >f; chmod 604 f; stat -c %a f'
  native "$steps"
  assert_output 604
  metadata "$steps"
  assert_output 604
  metadata metadata.keep=off 'stat -c %a f'
  assert_output 644
  # What is changed there is the read-only attribute alone.
  IN=$DIR shimmed mode.fixed=on 'stat -c %a f; chmod 444 f; stat -c %a f'
  assert_output "777
555"
  metadata 'stat -c %a f'
  assert_output 604
  IN=$DIR shimmed mode.fixed=on 'chmod 666 f'
  metadata 'stat -c %a f'
  assert_output 604
  local profile
  for profile in wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-current wsl2-9p; do
    printf '{"version": 1, "profile": "%s", "mounts": [{"type": "drvfs", "source": "C:", "target": "%s",
      "options": "metadata"}]}' "$profile" "$DIR" >"$BATS_TEST_TMPDIR/era.json"
    run env -C "$DIR" LXSHIM_POLICY="$BATS_TEST_TMPDIR/era.json" "${SHIM[@]}" bash -uc 'stat -c %a f; mkfifo p && rm p'
    case $profile in
      wsl1-1607 | wsl1-170?) assert_line --index 0 777 && assert_line --index 1 --partial 'not permitted' ;;
      *) assert_output 604 ;;
    esac
  done
}

@test "no program sees the attributes in which metadata is kept" {
  needs getfattr attr
  metadata 'echo x >f; chmod 600 f'
  windows ea set f '$LXUID' 5
  natively 'getfattr -d -m - f'
  assert_output --partial 'user.$LXUID'
  steps='getfattr -d -m - f; for n in '\''user.$LXUID'\'' user.lxshim.metadata; do getfattr -n $n f; setfattr -n $n -v x f; done 2>&1 | grep -c -E "No such attribute|not permitted"'
  metadata "$steps"
  assert_output 4
}

@test "cp -a, tar, rsync and git keep modes" {
  needs rsync rsync
  needs git git
  steps='umask 022; mkdir src; for m in 644 755 600 750 444 1755; do echo $m >src/$m; chmod $m src/$m; done
    mkdir -m 2751 src/d; ln -s 644 src/l
    cp -a src cp; mkdir tar; tar cf - src | tar xpf - -C tar; rsync -a src/ rs
    for d in src cp tar/src rs; do (cd $d; stat -c "%A %n" * | md5sum); done | sort -u | wc -l
    stat -c "%A %n" rs/*
    git init -q g; cd g; git config core.fileMode; cp ../src/644 ../src/755 .; git add .
    git -c user.name=a -c user.email=a@b commit -qm x; git ls-files -s | cut -c1-6; chmod +x 644; git diff --summary
    git checkout -q .; git status --short'
  native "$steps"
  expected=$output
  assert_line --index 0 1
  metadata "$steps"
  assert_output "$expected"
}

@test "capabilities, setuid and the sticky bit do what they do on Linux" {
  ((EUID == 0)) || skip "capabilities are root's"
  needs setcap libcap2-bin
  needs setpriv util-linux
  for_anybody
  steps='umask 022; cp /bin/true t; setcap cap_net_raw+ep t; getcap t; chown 1 t; getcap t
    echo x >s; chmod 6777 s; setpriv --reuid 65534 --clear-groups bash -c "echo y >>s"; stat -c %a s
    mkdir -m 1777 d; : >d/f; setpriv --reuid 65534 --clear-groups rm -f d/f 2>&1 | grep -o "Operation.*"'
  mkdir "$SHARED/native"
  IN=$SHARED/native native "$steps"
  expected=$output
  assert_line 777
  assert_line 'Operation not permitted'
  metadata "$steps"
  assert_output "$expected"
}

@test "a file of one's own without a write bit gets and keeps its metadata" {
  steps='umask 022; (set -C; echo x >f); chmod 444 f; mkdir d; chmod 555 d; stat -c %a f d; chmod 644 f; echo y >f
    python3 -c "import os; os.write(os.open(\"g\", os.O_CREAT | os.O_WRONLY, 0o444), b\"z\")"; stat -c %a f g'
  needs python3 python3
  native "$steps"
  expected=$output
  metadata "$steps"
  assert_output "$expected"
}

@test "ea: lists, sets and deletes, as text, numbers, bytes and chains" {
  windows write f text
  windows ea f
  assert_output ''
  windows ea set f '$LXMOD' 0100640
  windows ea set f '$lxuid' "$(id -u)"
  windows ea set f NOTE 'some text'
  windows ea list f
  assert_line --index 0 --regexp '^\$LXUID  4  [0-9a-f]{8}  [0-9]+$'
  assert_line --index 1 '$LXMOD  4  a0810000  0100640'
  assert_line --index 2 'NOTE  9  736f6d652074657874'
  natively 'stat -c %a f'
  assert_output 640
  windows ea read f
  chain=$output
  windows write g text
  windows ea write g "$chain"
  windows ea read g
  assert_output "$chain"
  windows ea delete g note
  windows ea delete g '$LXUID'
  windows ea g
  assert_output '$LXMOD  4  a0810000  0100640'
  windows ea delete g '$LXMOD'
  windows ea g
  assert_output ''
}

@test "ea: what is no attribute is refused, and nothing of a damaged chain is set" {
  windows write f text
  win ea set f '$LXMOD' many
  assert_failure
  assert_output 'The parameter is incorrect.'
  win ea set f DOSATTRIB x
  assert_failure
  assert_output 'The specified extended attribute name was invalid.'
  win ea write f 1500000000060400244c58554944000000000000
  assert_failure
  assert_output 'The extended attributes are inconsistent.'
  win ea write f 1800000000060400244c585549440001000000ff
  assert_failure
  win ea write f zz
  assert_failure
  win ea set missing A b
  assert_failure
  assert_output 'The system cannot find the file specified.'
  windows ea f
  assert_output ''
}

@test "a name in a directory has its metadata where the kernel, or a filter, has no listxattrat" {
  needs python3 python3
  refuse ENOSYS@listxattrat true || skip "no filter can be installed here"
  local error options
  options="uid=$(id -u),gid=$(id -g),metadata"
  steps='mkdir d; echo text >d/f; chmod 640 d/f; python3 -c "
import os
d = os.open(\"d\", os.O_RDONLY)
print(*(oct(os.stat(\"f\", dir_fd=d).st_mode) for i in range(3)))"'
  native "$steps"
  assert_output "0o100640 0o100640 0o100640"
  for error in ENOSYS EPERM; do
    make_fresh DRIVE drive
    policy_for "$DRIVE" drive.options="$options" >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" refuse "$error@listxattrat" env "${SHIM[@]}" bash -c "$steps"
    assert_output "0o100640 0o100640 0o100640"
  done
}

@test "chown.unchanged: a chown that names nobody is EINVAL with metadata in 1803 and 1809" {
  needs python3 python3
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close(); os.symlink(\"f\", \"l\"); os.mkdir(\"d\"); f = os.open(\"f\", os.O_RDWR); me = os.geteuid()
for name, call in (\"chown\", lambda: os.chown(\"f\", -1, -1)), (\"through a link\", lambda: os.chown(\"l\", -1, -1)), \\
        (\"lchown\", lambda: os.lchown(\"l\", -1, -1)), (\"fchown\", lambda: os.fchown(f, -1, -1)), \\
        (\"directory\", lambda: os.chown(\"d\", -1, -1)), (\"missing\", lambda: os.chown(\"m\", -1, -1)), \\
        (\"one\", lambda: os.chown(\"f\", me, -1)), (\"the other\", lambda: os.chown(\"f\", -1, os.getegid())):
    answer(name, call)
'"
  done="chown None
through a link None
lchown None
fchown None
directory None
missing No such file or directory
one None
the other None"
  native "$steps"
  assert_output "$done"
  refused=$(sed '/^missing\|^one\|^the/!s/None/Invalid argument/' <<<"$done")
  IN=$(fresh drive)
  for profile in wsl1-1803 wsl1-1809 wsl1-1903 wsl2-9p; do
    policy_for "$IN" "drive.options=uid=$(id -u),gid=$(id -g),metadata" >"$BATS_TEST_TMPDIR/policy.json"
    sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$profile\",/" "$BATS_TEST_TMPDIR/policy.json"
    rm -rf "${IN:?}"/*
    run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
    case $profile in wsl1-18*) assert_output "$refused" ;; *) assert_output "$done" ;; esac
  done
  # Without the option nobody has reported it.
  sed 's/,metadata//; s/wsl2-9p/wsl1-1803/' "$BATS_TEST_TMPDIR/policy.json" >"$BATS_TEST_TMPDIR/plain.json"
  rm -rf "${IN:?}"/*
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/plain.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "$done"
}
