#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mount(2) and umount(2) of drives while a run goes on: by the distribution's own programs, by a
# static one's instruction, and seen by whoever runs already.
# shellcheck disable=SC2030,SC2031,SC2034 # every test is a subshell, and mounts.bash reads these

load mounts

@test "umount and mount -t drvfs: by the system's own programs, and as a mount of its own" {
  steps='umount $M/c; echo $?; ls $M/c; mount -i -t drvfs -o noatime C: $M/c; echo $?; cat $M/c/f; : >"$M/c/a:b"; ls $M/c
    [ $(stat -c %d $M/c) != $(stat -c %d $M) ] && echo apart; [ $(stat -c %d $M/c/f) = $(stat -c %d $M/c) ] && echo as one
    find $M -xdev -name f; cd $M; umount c; echo $?; ls c'
  natively "$steps"
  assert_line "mount: $BASE.native/c: unknown filesystem type 'drvfs'."
  in_lanes "$steps"
  assert_output "0
0
text
Mixed Case
a:b
f
sub
apart
as one
0"
}

@test "a directory of a volume, either slash; one volume at two places; stacked on one" {
  in_lanes 'for s in C:/sub "C:\\sub" "c:/sub/"; do mount -i -t drvfs "$s" $M/d; : >"$M/d/x?y"; ls $M/c/sub; rm $M/d/*; umount $M/d; done
    mount -i -t drvfs C: $M/d; echo 1 >$M/d/n; cat $M/c/n; mount -i -t drvfs C:/sub $M/d; ls $M/d; umount $M/d; ls $M/d | grep -c .; umount $M/d; ls $M/d
    umount $M/d'
  assert_output "x?y
x?y
x?y
1
4
umount: $BASE/d: not mounted."
}

@test "options: what they change, in the mount that they are said of; which are refused" {
  # Since util-linux 2.42 mount(8) has no word of its own for it.
  local no_directory
  no_directory=$(unshare -m mount -i -t tmpfs none "$BASE/drive/f" 2>&1 | grep -oE "mount point is not a directory|wrong fs type")
  in_lanes 'mount -i -t drvfs -o uid=12,gid=34,umask=22,fmask=111 C: $M/d; stat -c "%u %g %a" $M/d $M/d/f $M/c/f; umount $M/d
    mount -i -t drvfs -o ro C: $M/d; touch $M/d/f $M/c/f; mount -i --options-source=disable -o remount,rw $M/d; touch $M/d/f && echo written; umount $M/d
    mount -i -t drvfs -o case=off C: $M/d; ls "$M/d/MIXED CASE" "$M/d/F"; umount $M/d
    mount -i -t drvfs -o metadata C: $M/d; touch $M/d/m; chmod 640 $M/d/m; stat -c %a $M/d/m $M/c/m; umount $M/d
    for o in nonsense umask=x case=maybe; do mount -i -t drvfs -o $o C: $M/d 2>&1 | grep -o "wrong fs type"; done
    for s in Q: C:/none //no/share; do mount -i -t drvfs "$s" $M/d 2>&1 | grep -o "special device.*"; done
    mount -i -t drvfs C: $M/none 2>&1 | grep -o "mount point does not.*"; mount -i -t drvfs C: $M/drive/f 2>&1 | grep -oE "mount point is not a directory|wrong fs type"'
  assert_output "12 34 755
12 34 644
0 0 777
touch: cannot touch '$BASE/d/f': Read-only file system
written
$BASE/d/F

$BASE/d/MIXED CASE:
640
777
wrong fs type
wrong fs type
wrong fs type
special device Q: does not exist.
special device C:/none does not exist.
special device //no/share does not exist.
mount point does not exist.
$no_directory"
}

@test "mount.options=EINVAL: a build that knows no option of a drive" {
  steps='mount -i -t drvfs -o noatime C: $M/d && cat $M/d/f; umount $M/d; mount -i -t drvfs -o umask=22 C: $M/d'
  in_lanes "$steps"
  assert_output text
  drive_policy '"profile": "wsl1-1709"'
  in_lanes "$steps"
  assert_output --regexp $'^text\n.*wrong fs type'
}

@test "who may not mount: EPERM; root that the kernel does not let mount has its paths translated" {
  by_instruction
  in_lanes 'setpriv --reuid 1234 --clear-groups mounting drvfs C: $M/d; setpriv --reuid 1234 --clear-groups mounting umount $M/c; ls $M/d'
  assert_output "mount EPERM
umount EPERM"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes 'mount -i -t drvfs C:/sub $M/d; echo $?; : >"$M/d/x?y"; ls $M/d $M/drive/sub; cd $M/d; pwd; ls ..; umount $M/d; cd /; umount $M/d; echo $?; ls $M/d'
  assert_output "0
$BASE/d:
x?y

$BASE/drive/sub:
x?y
$BASE/d
c
d
drive
policy.json
umount: $BASE/d: target is busy.
0"
}

@test "what another user's program sees is what is mounted then, and it writes nothing there" {
  cat >"$BASE/other" <<'OTHER'
: >"$M/d/x?y"; ls $M/d; rm "$M/d/x?y"; grep -o " $M/d drvfs" /proc/self/mounts; mkfifo $M/d/p
for f in /dev/shm/lxshim-0-mounts-*-"$OWNER"-*; do [[ ! -w $f ]] || echo "anybody writes $f"; done
OTHER
  chmod 777 "$BASE/drive/sub"
  # The run's own table: another test may have one that is as it should not be.
  steps='export OWNER=$PPID; as="setpriv --reuid 1234 --regid 1234 --clear-groups"
    mount -i -t drvfs C:/sub $M/d; $as bash $M/other
    umount $M/d; $as bash -c "ls $M/d; mkfifo $M/d/p"; chmod 777 $M/d; $as mkfifo $M/d/p && rm $M/d/p; chmod 755 $M/d
    mount -t tmpfs none /dev/shm; mount -i -t drvfs C:/sub $M/d; bash $M/other; umount $M/d; umount /dev/shm'
  said="x?y
 $BASE/d drvfs
mkfifo: cannot create fifo '$BASE/d/p': Operation not permitted"
  in_lanes "$steps"
  assert_output "$said
mkfifo: cannot create fifo '$BASE/d/p': Permission denied
$said"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes 'export OWNER=$PPID; mount -i -t drvfs C:/sub $M/d; setpriv --reuid 1234 --regid 1234 --clear-groups bash $M/other; umount $M/d'
  assert_output "$said"
}

@test "the table's name goes with the run that it was made for" {
  for lane in "${LANES[@]}"; do
    run "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- bash -c 'compgen -G "/dev/shm/lxshim-0-mounts-*-$PPID-*"'
    assert_output --partial -mounts-
    [[ ! -e $output ]]
  done
}

@test "what cannot be read is EFAULT, and what is too long or not there EINVAL, by name and by number" {
  needs python3 python3
  cat >"$BASE/faults.py" <<'PYTHON'
import ctypes, errno, os, platform, sys

libc = ctypes.CDLL(None, use_errno=True)

def text(word):
    texts.append(ctypes.create_string_buffer(os.fsencode(word)))
    return ctypes.addressof(texts[-1])

texts = []
numbers = {"mount": 165, "umount2": 166, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fspick": 433}
if platform.machine() == "aarch64":
    numbers.update(mount=40, umount2=39)
source, target, tmpfs, kind = map(text, ("C:", os.environ["M"] + "/d", "tmpfs", sys.argv[1]))
null, unread = ctypes.c_void_p(0), 1
key, empty, key256, path4096 = map(text, ("key", "", "k" * 256, "p" * 4096))
fs = libc.syscall(numbers["fsopen"], ctypes.c_void_p(kind), 0)
calls = {
    errno.EFAULT: [
        ("mount", source, target, unread, 0, null), ("mount", unread, target, kind, 0, null), ("mount", source, unread, tmpfs, 0, null),
        ("mount", source, target, kind, 0, unread), ("umount2", unread, 0), ("umount2", unread, 8), ("move_mount", -100, unread, -100, target, 0),
        ("move_mount", -100, target, -100, unread, 0), ("open_tree", -100, unread, 0), ("fspick", -100, unread, 0), ("fsopen", unread, 0),
        ("fsconfig", fs, 1, unread, source, 0), ("fsconfig", fs, 1, key, unread, 0), ("fsconfig", fs, 0, unread, null, 0)],
    errno.EINVAL: [
        ("mount", path4096, target, kind, 0, null), ("mount", path4096, target, null, 4096, null), ("mount", source, target, path4096, 0, null),
        ("fsconfig", fs, 1, null, source, 0), ("fsconfig", fs, 1, key, null, 0), ("fsconfig", fs, 0, null, null, 0),
        ("fsconfig", fs, 0, empty, null, 0), ("fsconfig", fs, 1, key256, source, 0), ("fsconfig", fs, 1, key, key256, 0)]}
for number, (name, *words) in [(number, call) for number in calls for call in calls[number]]:
    words = [ctypes.c_void_p(w) if isinstance(w, int) and (w > 0xffff or w == 1) else w for w in words]
    said = libc.syscall(numbers[name], *words)
    if said != -1 or ctypes.get_errno() != number:
        print(name, words, "by number", said, ctypes.get_errno())
    if not hasattr(libc, name):  # glibc has the last from 2.36 on
        continue
    said = getattr(libc, name)(*words)
    if said != -1 or ctypes.get_errno() != number:
        print(name, words, said, ctypes.get_errno())
print("to the end")
PYTHON
  natively "python3 $BASE/faults.py tmpfs"
  assert_output "to the end"
  in_lanes "python3 $BASE/faults.py drvfs"
  assert_output "to the end"
}

@test "outside every drive libc's names say what the kernel does: a mount that expires, one in a chroot" {
  needs python3 python3
  LANES=("${LANES[@]:1}") # by LD_PRELOAD alone a look into a mount uses it, and nobody knows a chroot's /
  cat >"$BASE/outside.py" <<'PYTHON'
import ctypes, errno, os

libc = ctypes.CDLL(None, use_errno=True)

def say(name, *words):
    r = getattr(libc, name)(*words)
    print(name, "ok" if r == 0 else errno.errorcode[ctypes.get_errno()])

os.chdir(os.environ["M"])
os.mkdir("e")
say("mount", b"none", b"e", b"tmpfs", 0, None)
say("umount2", b"e", 4)
say("umount2", b"e", 4)
os.rmdir("e")
os.makedirs("other/sub", exist_ok=True)
os.chroot("other")
say("mount", b"/sub", b"/sub", None, 4096, None)
say("umount2", b"/sub", 2)
PYTHON
  natively "python3 $BASE/outside.py"
  assert_output "mount ok
umount2 EAGAIN
umount2 ok
mount ok
umount2 ok"
  answer=$output
  in_lanes "python3 $BASE/outside.py"
  assert_output "$answer"
}

@test "in a chroot on a drive: what is bound there, and what else is mounted" {
  needs python3 python3
  LANES=("${LANES[@]:1}") # by LD_PRELOAD alone nobody knows a chroot's /
  cat >"$BASE/jail.py" <<'PYTHON'
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)

def say(name, *words):
    r = getattr(libc, name)(*words)
    print(name, "ok" if r == 0 else errno.errorcode[ctypes.get_errno()], os.listdir("b"))

root = os.environ["M"] + "/" + sys.argv[1]
os.makedirs(root + "/a/f"), os.makedirs(root + "/b")
os.chroot(root)
os.chdir("/")
say("mount", b"/a", b"/b", None, 4096, None)
say("umount2", b"/b", 0)
say("mount", b"a", b"b", None, 4096, None)
say("umount2", b"b", 2)
say("mount", b"none", b"b", b"tmpfs", 0, None)
say("umount2", b"b", 0)
PYTHON
  for where in drive c; do
    natively "python3 $BASE/jail.py $where"
    answer=$output
    assert_output "mount ok ['f']
umount2 ok []
mount ok ['f']
umount2 ok []
mount ok []
umount2 ok []"
    in_lanes "python3 $BASE/jail.py $where"
    assert_output "$answer"
  done
}

@test "in a chroot on a drive the links of /proc lead where the kernel says: out of it, by another process" {
  needs python3 python3
  LANES=("${LANES[@]:1}") # by LD_PRELOAD alone nobody knows a chroot's /
  cat >"$BASE/links.py" <<'PYTHON'
import os, sys

top = os.environ["M"]
root = top + "/c/jail"
os.makedirs(root + "/proc"), os.makedirs(root + "/in")
outside = os.open(top, os.O_RDONLY)
os.system("mount --bind /proc " + root + "/proc")
if os.fork() == 0:
    os.chroot(root)
    for path in ("self/root/d", "self/root/in", "%d/root%s/d" % (os.getppid(), top), "%d/cwd/d" % os.getppid(), "self/fd/%d/d" % outside,
                 "%d/root/../../in" % os.getppid()):
        print(path.replace(top, "").replace(str(os.getppid()), "PARENT"), os.access("/proc/" + path, os.F_OK), os.path.isdir("/proc/" + path), flush=True)
    os._exit(0)
os.wait()
os.system("umount " + root + "/proc")
PYTHON
  natively "cd \$M; python3 $BASE/links.py"
  answer=$output
  assert_line "PARENT/root/d True True"
  in_lanes 'cd $M; python3 $M/links.py'
  assert_output "$answer"
}

@test "move_mount of what is mounted, by its path and by a descriptor; what another file system brings into a drive" {
  needs python3 python3
  cat >"$BASE/moves.py" <<'PYTHON'
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)
numbers = {"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432}
top = os.environ["M"] + "/"

def call(name, *words):
    words = [os.fsencode(w) if isinstance(w, str) else w for w in words]
    r = libc.syscall(numbers[name], *words)
    if r < 0:
        print(name, errno.errorcode[ctypes.get_errno()])
    return r

def look(*directories):
    for d in directories:
        try:
            os.mkfifo(top + d + "/fifo")
            os.unlink(top + d + "/fifo")
            print(d, os.listdir(top + d), "none of ours")
        except OSError as e:
            print(d, sorted(os.listdir(top + d)), e.strerror)

os.rmdir(top + "drive/Mixed Case")
call("move_mount", -100, top + "c", -100, top + "d", 0)
look("c", "d")
fd = call("open_tree", -100, top + "d", 0)
call("move_mount", fd, "", -100, top + "c", 4)
os.close(fd)
look("c", "d")
fs = call("fsopen", "tmpfs", 0)
call("fsconfig", fs, 6, None, None, 0)
fd = call("fsmount", fs, 0, 0)
call("move_mount", fd, "", -100, top + "c/sub", 4)
look("c", "c/sub")
call("move_mount", -100, top + "c", -100, top + "d", 0)
look("c", "d", "d/sub")
libc.umount2(os.fsencode(top + "d"), 2)
look("d")
os.system("mount -i -t drvfs C: $M/d")
look("d", "d/sub")
PYTHON
  in_lanes 'mount --make-private / 2>/dev/null; python3 $M/moves.py'
  assert_output "c [] none of ours
d ['f', 'sub'] Operation not permitted
c ['f', 'sub'] Operation not permitted
d [] none of ours
c ['f', 'sub'] Operation not permitted
c/sub [] none of ours
c [] none of ours
d ['f', 'sub'] Operation not permitted
d/sub [] none of ours
d [] none of ours
d ['f', 'sub'] Operation not permitted
d/sub [] Operation not permitted"
}

@test "bind, move and remount of what is in a drive; another file system in one" {
  steps='mkdir $M/c/sub/e; : >$M/c/sub/e/f; mount --bind $M/c/sub $M/d; ls $M/d; rm $M/d/e/f; ls $M/c/sub/e
    mkdir $M/new; mount --make-private / 2>/dev/null; mount --move $M/d $M/new; ls $M/new $M/d; umount $M/new; rmdir $M/new
    mount -t tmpfs none $M/c/sub; mkfifo $M/c/sub/p; ls $M/c/sub; stat -c %a $M/c/sub/p; umount $M/c/sub; ls $M/c/sub; rm -r $M/c/sub/e'
  natively "$steps"
  answer=$output
  in_lanes "$steps"
  assert_output "${answer//$BASE.native/$BASE}"
  in_lanes 'mount --bind $M/c/sub $M/d; : >"$M/d/a:b"; ls $M/d $M/c/sub; umount $M/d'
  assert_output "$BASE/c/sub:
a:b

$BASE/d:
a:b"
}

@test "a target, and what is bound there, may end in a slash, and later mounts are there all the same" {
  steps='mkdir $M/c/t $M/c/u; ln -s t $M/c/l; mount -i -t tmpfs none $M/c/t/; mounting bind $M/c/t/ $M/c/u/; : >$M/c/u/n; ls $M/c/t
    mounting bind $M/c/l/. $M/d//; ls $M/d; umount $M/c/u/; umount -i $M/d/; mounting umount $M/c/l/; ls $M/c/t $M/d'
  steps+='; : >$M/c/f; mounting bind $M/c/f/ $M/d/; mounting umount $M/d/none/'
  natively "$steps"
  assert_output "bind ok
n
bind ok
n
umount ok
$BASE.native/c/t:

$BASE.native/d:
bind ENOTDIR
umount ENOENT"
  in_lanes "$steps; mount -i -t drvfs C: \$M/d/; cat \$M/d/f; umount \$M/d/; umount \$M/c; echo \$?"
  assert_output "bind ok
n
bind ok
n
umount ok
$BASE/c/t:

$BASE/d:
bind ENOTDIR
umount ENOENT
0"
}

@test "what is bound on a name that is stored otherwise is there by that name" {
  steps='mkdir "$M/c/a:b"; : >"$M/c/sub/x?y"; mount --bind $M/c/sub "$M/c/a:b"; ls "$M/c/a:b"; umount "$M/c/a:b"; ls "$M/c/a:b"
    rmdir "$M/c/a:b"; rm $M/c/sub/*'
  natively "$steps"
  assert_output "x?y"
  in_lanes "$steps"
  assert_output "x?y"
}

@test "more mounts come and go than there are places; a drive of a late place by another name" {
  by_instruction
  in_lanes 'for ((i = 0; i < 250; i++)); do mounting-static drvfs C: $M/d; mounting-static umount $M/d; done | sort | uniq -c
    for ((i = 0; i < 12; i++)); do mkdir $M/d/$i; mounting-static drvfs C:/sub $M/d/$i; done | sort | uniq -c
    mkdir $M/d/e; mounting-static bind $M/d/2 $M/d/e; : >"$M/d/2/a:b"; ls $M/c/sub $M/d/11 $M/d/e; mkfifo $M/d/e/p; umount $M/d/*; rm -r $M/d/*'
  assert_output "    250 mount ok
    250 umount ok
     12 mount ok
bind ok
$BASE/c/sub:
a:b

$BASE/d/11:
a:b

$BASE/d/e:
a:b
mkfifo: cannot create fifo '$BASE/d/e/p': Operation not permitted"
}

@test "what was mounted in a drive, or over one, and is unmounted again: the drive is what it was" {
  in_lanes 'mount -i -t drvfs C: $M/d; for d in $M/d/sub $M/d; do mount -t tmpfs none $d; : >"$d/x:y"; umount $d; : >"$d/a:b"; done
    mount -t tmpfs none $M/d; cd $M/d/..; umount ./d/../d; cd /; umount $M/d $M/c; ls -b $M/drive/{,sub/}a*'
  assert_output "$BASE/drive/a\\357\\200\\272b
$BASE/drive/sub/a\\357\\200\\272b"
}

@test "busy as long as anybody is in it; lazily it goes at once" {
  steps='hold fd $M/c/f <>$M/fifo >$M/said & read -r _ <$M/said; umount $M/c; umount -l $M/c && echo gone; ls $M/c; kill %1'
  mkfifo "$BASE/fifo" "$BASE/said"
  in_lanes "$steps"
  assert_output "umount: $BASE/c: target is busy.
gone"
}

@test "what is not mounted any more cannot be unmounted, nor in a namespace of its own" {
  in_lanes 'umount $M/c; umount $M/c; mount -i -t drvfs C: $M/c; unshare -m bash -c "umount $M/c; umount $M/c; mount -i -t drvfs C: $M/c; umount $M/c; umount $M/c"
    umount $M/c && echo ok'
  assert_output "umount: $BASE/c: not mounted.
umount: $BASE/c: not mounted.
umount: $BASE/c: not mounted.
ok"
}

@test "whoever runs already sees it: the library, and a static program" {
  in_lanes 'coproc S { exec bash; }; printf "umount %s/c\n" $M >&${S[1]}; until ! ls $M/c/f >/dev/null 2>&1; do :; done; echo gone
    mount -i -t drvfs C:/sub $M/d; : >"$M/d/q?"; ls $M/d; umount $M/d; ls $M/d'
  assert_output "gone
q?"
  by_instruction
  in_lanes 'mounting-static drvfs C:/sub $M/d; : >"$M/d/q?"; ls $M/d; mounting-static umount $M/d; ls $M/d
    for o in nonsense uid=x; do mounting-static drvfs C: $M/d $o; done; for s in Q: ""; do mounting-static drvfs "$s" $M/d; done
    mounting-static drvfs C: $M/none; mounting-static drvfs C: $M/drive/f'
  assert_output "mount ok
q?
umount ok
mount EINVAL
mount EINVAL
mount ENOENT
mount EINVAL
mount ENOENT
mount ENOTDIR"
}

@test "the new calls: fsopen to move_mount, open_tree, mount_setattr; by the instruction" {
  by_instruction
  in_lanes 'for P in mounting mounting-static; do
    $P fsopen C:/sub $M/d uid 7; stat -c %u $M/d; : >"$M/d/x?y"; ls $M/d; $P readonly $M/d; touch $M/d/n; umount $M/d
    $P fsopen Q: $M/d; $P fsopen C: $M/d nonsense; umount $M/d; $P fsopen C: $M/none
    $P tree $M/c/sub $M/d; : >"$M/d/a:b"; ls $M/d; rm $M/d/*; umount $M/d; ls $M/d $M/c/sub
    $P tree $M/c/sub $M/d readonly; touch $M/d/n; : >$M/c/sub/n; rm $M/d/n; umount $M/d; rm $M/c/sub/n; done'
  once="fsopen ok
source ok
option ok
create ok
fsmount ok
move_mount ok
7
x?y
setattr ok
touch: cannot touch '$BASE/d/n': Read-only file system
fsopen ok
source ok
create ENOENT
fsmount EINVAL
fsopen ok
source ok
option EINVAL
create ok
fsmount ok
move_mount ok
fsopen ok
source ok
create ok
fsmount ok
move_mount ENOENT
open_tree ok
move_mount ok
a:b
x?y
$BASE/c/sub:

$BASE/d:
open_tree ok
setattr ok
move_mount ok
touch: cannot touch '$BASE/d/n': Read-only file system
rm: cannot remove '$BASE/d/n': Read-only file system"
  assert_output "$once
$once"
}

@test "a mount namespace has mounts of its own: what is mounted in one, another does not see" {
  # So that the kernel keeps them apart, too.
  steps='mkfifo $M/go $M/said; M=$M unshare -m --propagation private bash -c '\''umount $M/c && mount -i -t drvfs C:/sub $M/d
    : >"$M/d/x?y"; ls $M/c $M/d; echo >$M/said; read -r _ <$M/go; umount $M/d; ls $M/d'\'' & read -r _ <$M/said; ls $M/c $M/d; echo >$M/go; wait
    rm $M/go $M/said; ls $M/c/sub'
  in_lanes "$steps"
  assert_output "$BASE/c:

$BASE/d:
x?y
$BASE/c:
Mixed Case
f
sub

$BASE/d:
x?y"
  in_lanes 'for p in private slave; do unshare -m --propagation $p bash -c "cat $M/c/f; : >$M/c/a:b; rm $M/c/a:b; umount $M/c && ls $M/c"; done'
  assert_output "text
text"
}

@test "a mount namespace in one in which something was mounted: it has that, until it unmounts it" {
  cat >"$BASE/inner" <<'INNER'
mkfifo $M/d/p; mkfifo $M/d/sub/p && ls $M/d/sub; : >"$M/d/x?y"; ls $M/d; rm $M/d/x*; grep -c "C:.* $M/d drvfs" /proc/self/mounts
umount $M/d/sub; umount $M/d && ls $M/d; umount $M/d; umount $M/c; mount -i -t drvfs C:/sub $M/c; ls $M/c
INNER
  in_lanes 'unshare -m bash -c "umount $M/c; mount -i -t drvfs C: $M/d; mount -t tmpfs none $M/d/sub; unshare -m bash $M/inner; mkfifo $M/d/p; ls $M/c $M/d"
    ls $M/c'
  assert_output "mkfifo: cannot create fifo '$BASE/d/p': Operation not permitted
p
Mixed Case
f
sub
x?y
1
umount: $BASE/d: not mounted.
umount: $BASE/c: not mounted.
mkfifo: cannot create fifo '$BASE/d/p': Operation not permitted
$BASE/c:

$BASE/d:
Mixed Case
f
sub
Mixed Case
f
sub"
}

@test "a mount namespace has nothing of one that is gone, whose inode it has" {
  # Somebody else's may have it by then.
  steps='for i in {1..20}; do
      unshare -m bash -c "mount -i -t drvfs C: $M/d; readlink /proc/self/ns/mnt >$M/inode"
      unshare -m bash -c "[ \"\$(readlink /proc/self/ns/mnt)\" = \"\$(cat $M/inode)\" ] || exit; echo again; ls $M/d; mkfifo $M/d/p && echo none of ours
        rm -f $M/d/p; ls $M/c; exit 3"; [ $? != 3 ] || break; done'
  for lane in "${LANES[@]}"; do
    run env -C / M="$BASE" timeout 300 unshare -m "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- bash -uc "$steps"
    [[ ${lines[0]} == again ]] || skip "the kernel has given another inode"
    assert_output "again
none of ours
Mixed Case
f
sub"
  done
}

@test "mounters that are killed at any moment leave no half mount" {
  in_lanes 'exec 2>/dev/null; for ((i = 0; i < 12; i++)); do
      setsid bash -c "while :; do mount -i -t drvfs C:/sub $M/d && umount $M/d; done" >/dev/null 2>&1 & p=$!
      for ((k = 0; k < i; k++)); do ls $M/d >/dev/null; done; kill -9 -- -$p || { kill -9 $p; kill -9 -- -$p; }; wait $p
      # It may have begun a session in between; and what is killed in the kernel ends what it is at.
      while kill -0 -- -$p; do :; done
      # The next one finishes what was begun, so that both of what we say and what the kernel says is true.
      mount -i -t drvfs C: $M/new 2>/dev/null || { mkdir -p $M/new; mount -i -t drvfs C: $M/new; }
      : >"$M/d/a:b"; [ -e "$M/d/a:b" ] || echo lost
      if mountpoint -q $M/d || [ "$(stat -c %d $M/d)" != "$(stat -c %d $M)" ]; then
        [ -e "$M/new/sub/a:b" ] || echo "half $i"; rm "$M/d/a:b"
        # Where ls was in the way of an umount, the next one was mounted on it.
        while umount $M/d; do :; done
      else
        [ ! -e "$M/new/sub/a:b" ] || echo "half too $i"; rm "$M/d/a:b"
      fi
      umount $M/new
    done; rmdir $M/new; mount | grep -c "$M/d "; ls $M/d'
  assert_output "0"
}

# What each source leads to, and what its kind of volume cannot do.
SOURCES='for s in C: "c:\\sub" fat FAT/ "C:\\stick" c:/STICK/ "C:\\sub\\..\\stick" "\\\\localhost\\C$" "//LOCALHOST/c$/sub/" "\\\\localhost\\C$\\stick"; do
    mount -i -t drvfs -o noatime "$s" $M/d; echo "$s:" $(ls $M/d)
    ln -s x $M/d/l 2>/dev/null && echo symlink; ln $M/d/[fg] $M/d/h 2>/dev/null && echo link; mkfifo $M/d/p 2>/dev/null && echo fifo
    rm -f $M/d/[hlp]; umount $M/d; done
  for s in D: stack //localhost/D$ "C:\\none"; do mount -i -t drvfs "$s" $M/d 2>&1 | grep -o "special device.*"; done'
FOUND='C:: Mixed Case f sub
symlink
link
c:\sub: g
symlink
link
fat: f
FAT/: f
C:\stick: f
c:/STICK/: f
C:\sub\..\stick: f
\\localhost\C$: Mixed Case f sub
link
//LOCALHOST/c$/sub/: g
link
\\localhost\C$\stick: f
special device D: does not exist.
special device stack does not exist.
special device //localhost/D$ does not exist.
special device C:\none does not exist.'

@test "volumes: by letter, name, folder and share; what a kind of volume cannot do" {
  with_volumes
  in_lanes "$SOURCES"
  assert_output "$FOUND"
}

@test "volumes under LD_PRELOAD alone: a file has what is mounted, for all that comes of the first process" {
  with_volumes
  run env -C / M="$BASE" LC_ALL=C LXSHIM_POLICY="$BASE/policy.json" LD_PRELOAD="$LIB" timeout 300 unshare -m bash -uc \
    'grep -om1 "/dev/shm/lxshim-0-mounts-.*" /proc/self/maps >"$M/own"'"; $SOURCES"
  assert_output "$FOUND"
  # Nobody is left whom the file was for: it goes with the next that is made.
  file=$(LXSHIM_POLICY=$BASE/policy.json "$LXSHIM" policy state | sed 's/^1-://' | tr _- /+ | base64 -d 2>/dev/null |
    tr '\0' '\n' | grep -am1 -e -mounts-)
  assert_equal "$(stat -c '%a %u %s' "$file")" "644 0 $((1 << 30))"
  rm "$file"
  [[ -s $BASE/own ]]
  assert_not_exists "$(<"$BASE/own")"
}

@test "an absolute link of Windows' leads to where its volume is mounted, whatever is bound there" {
  with_volumes
  LXSHIM_POLICY=$BASE/policy.json "$LXSHIM" win mklink 'C:\link' 'C:\sub\g'
  in_lanes 'mount -i -t drvfs C: $M/d; readlink $M/d/link; umount $M/d'
  assert_output "$BASE/d/sub/g"
}

@test "a folder in which Windows mounts a volume leads to where that is mounted here, and nowhere until then" {
  LXSHIM_POLICY=$BASE/policy.json "$LXSHIM" win mklink /j 'C:\stick' "\\\\?\\Volume{6c787373-0000-4000-8000-000000000001}\\"
  with_volumes
  in_lanes 'mount -i -t drvfs C: $M/d; cd $M/d; readlink -v stick; mount -i -t drvfs C:/stick $M/c; readlink stick $M/d/stick; cat stick/f
    mkdir $M/new; mount -i -t drvfs fat $M/new; readlink stick; stat -c %N stick; umount $M/new $M/c; rmdir $M/new; cat stick/f; cd /; umount $M/d'
  assert_output "readlink: stick: Input/output error
$BASE/c/
$BASE/c/
fat
$BASE/new/
'stick' -> '$BASE/new/'
cat: stick/f: Input/output error"
}

@test "what options change of a volume is what they change at the start" {
  with_volumes
  in_lanes 'for o in ro metadata metadata,case=dir; do for s in C: fat; do mount -i -t drvfs -o $o $s $M/d
      touch $M/d/n && chmod 640 $M/d/n && stat -c %a $M/d/n; mkfifo $M/d/p && stat -c %F $M/d/p; rm -f $M/d/[np]; umount $M/d; done; done 2>&1'
  assert_output "touch: cannot touch '$BASE/d/n': Read-only file system
mkfifo: cannot create fifo '$BASE/d/p': Read-only file system
touch: cannot touch '$BASE/d/n': Read-only file system
mkfifo: cannot create fifo '$BASE/d/p': Read-only file system
640
fifo
777
mkfifo: cannot create fifo '$BASE/d/p': Operation not permitted
640
fifo
777
mkfifo: cannot create fifo '$BASE/d/p': Operation not permitted"
}

@test "a run with volumes mounts in a namespace of its own, even where nothing is mounted at the start" {
  with_volumes
  for lane in "${LANES[@]}"; do
    run env -C / M="$BASE" timeout 300 "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      bash -c 'mount -i -t drvfs C: $M/d && ls $M/d/f; readlink /proc/self/ns/mnt'
    assert_line "$BASE/d/f"
    refute_line "$(readlink /proc/self/ns/mnt)"
    assert_equal "$(ls "$BASE/d")" ""
    ! grep -F " $BASE/d " /proc/self/mountinfo
  done
  run env -C / M="$BASE" "$LXSHIM" run -v --bind=never --policy "$BASE/policy.json" -- readlink /proc/self/ns/mnt
  assert_line "$(readlink /proc/self/ns/mnt)"
}
