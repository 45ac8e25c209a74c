#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mount(2) and umount(2) of drives while a run goes on: by the distribution's own programs, by a
# static one's instruction, and seen by whoever runs already.
# shellcheck disable=SC2030,SC2031 # every test is a subshell

load helpers

setup() {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  shared
  BASE=$SHARED
  mkdir -p "$BASE"/{drive/{sub,'Mixed Case'},c,d}
  echo text >"$BASE/drive/f"
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "%s/c", "backing": "%s/drive",
    "options": "noatime"}]}' "$BASE" "$BASE" >"$BASE/policy.json"
  LANES=(preload)
  ! "$LXSHIM" run -q --require-complete --lane supervisor -- true 2>/dev/null || LANES+=(both supervisor)
}

# natively STEPS: without us, in a mount namespace of its own; $M is the directory of all.
natively() {
  rm -rf "$BASE.native" && mkdir -p "$BASE.native"/{c/sub,d,drive/sub}
  run env -C / M="$BASE.native" LC_ALL=C timeout 100 unshare -m bash -uc "$1"
}

# in_lanes STEPS: in every lane there is, one answer. PREFIX, if set, is put before the shell.
in_lanes() {
  local lane first=none
  for lane in "${LANES[@]}"; do
    cp -a "$BASE/drive" "$BASE.kept"
    run env -C / M="$BASE" LC_ALL=C timeout 300 unshare -m "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      "${PREFIX[@]}" bash -uc "$1"
    rm -rf "$BASE/drive" "$BASE.native" && mv "$BASE.kept" "$BASE/drive"
    [[ $first != none ]] || first=$output
    assert_output "$first"
  done
}
PREFIX=()

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
  in_lanes 'mount -i -t drvfs -o uid=12,gid=34,umask=22,fmask=111 C: $M/d; stat -c "%u %g %a" $M/d $M/d/f $M/c/f; umount $M/d
    mount -i -t drvfs -o ro C: $M/d; touch $M/d/f $M/c/f; mount -i --options-source=disable -o remount,rw $M/d; touch $M/d/f && echo written; umount $M/d
    mount -i -t drvfs -o case=off C: $M/d; ls "$M/d/MIXED CASE" "$M/d/F"; umount $M/d
    mount -i -t drvfs -o metadata C: $M/d; touch $M/d/m; chmod 640 $M/d/m; stat -c %a $M/d/m $M/c/m; umount $M/d
    for o in nonsense uid=x case=maybe; do mount -i -t drvfs -o $o C: $M/d 2>&1 | grep -o "wrong fs type"; done
    for s in Q: C:/none //no/share; do mount -i -t drvfs "$s" $M/d 2>&1 | grep -o "special device.*"; done
    mount -i -t drvfs C: $M/none 2>&1 | grep -o "mount point does not.*"; mount -i -t drvfs C: $M/drive/f 2>&1 | grep -o "mount point is.*"'
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
mount point is not a directory."
}

@test "who may not mount: EPERM; root that the kernel does not let mount has its paths translated" {
  LANES=("${LANES[@]:1}") # by the instruction
  in_lanes 'setpriv --reuid 1234 --clear-groups mounting drvfs C: $M/d; setpriv --reuid 1234 --clear-groups mounting umount $M/c; ls $M/d'
  assert_output "mount EPERM
umount EPERM"
  LANES=(preload "${LANES[@]}")
  PREFIX=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
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

@test "busy as long as anybody is in it; lazily it goes at once" {
  steps='hold fd $M/c/f <>$M/fifo >$M/said & read -r _ <$M/said; umount $M/c; umount -l $M/c && echo gone; ls $M/c; kill %1'
  mkfifo "$BASE/fifo" "$BASE/said"
  in_lanes "$steps"
  assert_output "umount: $BASE/c: target is busy.
gone"
}

@test "whoever runs already sees it: the library, and a static program" {
  in_lanes 'coproc S { exec bash; }; printf "umount %s/c\n" $M >&${S[1]}; until ! ls $M/c/f >/dev/null 2>&1; do :; done; echo gone
    mount -i -t drvfs C:/sub $M/d; : >"$M/d/q?"; ls $M/d; umount $M/d; ls $M/d'
  assert_output "gone
q?"
  LANES=("${LANES[@]:1}") # by the instruction
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
  LANES=("${LANES[@]:1}")
  in_lanes 'for P in mounting mounting-static; do
    $P fsopen C:/sub $M/d uid 7; stat -c %u $M/d; : >"$M/d/x?y"; ls $M/d; $P readonly $M/d; touch $M/d/n; umount $M/d
    $P fsopen Q: $M/d; $P fsopen C: $M/d nonsense; umount $M/d; $P fsopen C: $M/none
    $P tree $M/c/sub $M/d; : >"$M/d/a:b"; ls $M/d; rm $M/d/*; umount $M/d; ls $M/d $M/c/sub; done'
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

$BASE/d:"
  assert_output "$once
$once"
}

# with_volumes: a policy that says volumes, and mounts none of them.
with_volumes() {
  mkdir -p "$BASE/stick" && echo fat >"$BASE/stick/f" && touch "$BASE/drive/sub/g"
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"},
    "fat": {"backing": "stick", "filesystem": "fat32", "folders": ["C:\\\\stick"]}},
    "shares": {"\\\\\\\\localhost\\\\C$": "C:"}, "mounts": []}' >"$BASE/policy.json"
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
  run env -C / M="$BASE" LC_ALL=C LXSHIM_POLICY="$BASE/policy.json" LD_PRELOAD="$LIB" timeout 300 unshare -m bash -uc "$SOURCES"
  assert_output "$FOUND"
  # Nobody is left whom the file was for: it goes with the next that is made.
  before=$(compgen -G '/dev/shm/lxshim-0-mounts-*' | grep -v -e -mounts-0-0-0-)
  file=$(LXSHIM_POLICY=$BASE/policy.json "$LXSHIM" policy state | sed 's/^1-://' | tr _- /+ | base64 -d 2>/dev/null |
    tr '\0' '\n' | grep -am1 -e -mounts-)
  assert_equal "$(stat -c '%a %u %s' "$file")" "644 0 4194304"
  rm "$file"
  for file in $before; do [[ ! -e $file ]]; done
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
