#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Drives of a session: those of automount and of fstab, and where they are mounted.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016,SC1003,SC2030,SC2031

load helpers
load session

setup() {
  session_files
}

@test "every volume with a letter is mounted, below automount.root, and with automount.options" {
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/at/d 9p rw'
  conf automount "root = \"$BASE/at/\" # where" 'options = "umask=077"'
  session --era wsl1-1903 "$DRIVES; "': >$BASE/at/c/f; stat -c %a $BASE/at/c/f; ls $BASE/drive; rm $BASE/at/c/f'
  assert_output 'C:\134 BASE/at/c drvfs rw
D:\134 BASE/at/d drvfs rw
700
f
src'
  # The server of 9p is told each word, that of init's as well. [WSL#5122, WSL#9005]
  conf automount "root = $BASE/at" 'options = "metadata,uid=1000,gid=1000,fmask=0027"'
  session --era wsl2-9p 'grep -o ";uid=.*;symlinkroot" /proc/mounts | sort -u'
  assert_output ";uid=$EUID;gid=${GROUPS[0]};metadata;uid=1000;gid=1000;fmask=0027;symlinkroot"
  # And where drives are, which is where Windows' absolute links lead; a native link leads where it says.
  (cd "$BASE/drive" && "$LXSHIM" win mklink abs 'C:\src' && "$LXSHIM" win mklink far 'E:\x') >"$BASE/made"
  ln -s /mnt/e/x "$BASE/drive/own"
  echo "D: $BASE/d drvfs uid=7" >"$BASE/etc/fstab"
  native "readlink $BASE/drive/own"
  assert_output /mnt/e/x
  links='grep -o ";symlinkroot=[^,]*" /proc/mounts; cd $BASE/at/c; readlink abs far own; [[ abs -ef src ]] && echo same'
  session --era wsl2-9p "$links"
  assert_output $';symlinkroot=BASE/at/\n;symlinkroot=BASE/at/\nBASE/at/c/src\nBASE/at/e/x\n/mnt/e/x\nsame'
  session --era wsl1-1903 "$links"
  assert_output $'BASE/at/c/src\n/mnt/e/x\nsame'
  rm "$BASE"/drive/{abs,far,own} "$BASE/etc/fstab"
  conf automount "root = $BASE/at" 'enabled = false'
  session "$DRIVES"
  assert_output ""
}

@test "mount -t drvfs mounts a drive in sessions of WSL2, with DrvFs' options, and with words of 9p that say nothing to it" {
  mkdir "$BASE/m"
  ((EUID == 0)) || skip "only root mounts by hand"
  session --era wsl2-9p "mount -t drvfs -o ro,metadata,case=force,cache=loose,msize=262144,nodev D: $BASE/m 2>&1; grep -F ' $BASE/m ' /proc/mounts
    umount $BASE/m; mount -t drvfs -o umask=x D: $BASE/m 2>/dev/null; echo \$?"
  assert_output "mount: case=force is case=dir on WSL2
D: BASE/m 9p ro,nodev,relatime,aname=drvfs;path=D:;ro;metadata;case=dir;symlinkroot=/mnt/,cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0
32"
  session --era wsl2-virtiofs "mount -t drvfs -o noatime,uid=7 D: $BASE/m; grep -F ' $BASE/m ' /proc/mounts | cut -d' ' -f2-; stat -c %u $BASE/m"
  assert_output "BASE/m virtiofs rw,noatime 0 0
7"
}

@test "drives of fstab come first, and are mounted where that says alone; mountFsTab=false is without them" {
  mkdir "$BASE/with space"
  printf '%s\n' '# drives' "D:\\134 $BASE/with\\040space drvfs ro,nofail,x-y 0 0" "C: $BASE/no drvfs noauto 0 0" 'UUID=1 / ext4' \
    >"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/with\040space 9p ro'
  conf automount "root = $BASE/at" 'mountFsTab = False'
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/at/d 9p rw'
}

@test "a directory of a drive is mounted by fstab beside the drive itself: each has its options, bound or translated" {
  local steps='ls $BASE/at/c; echo 1 >$BASE/m/f; cat $BASE/at/c/src/f; mv $BASE/at/c/src/f $BASE/at/c/src/g; ls $BASE/m; cd $BASE/m; /bin/pwd; rm g
    stat -c %u $BASE/m $BASE/at/c; ls $BASE/at/c/src; wslpath -w $BASE/m/x; wslpath -w $BASE/at/c/src/x'
  local answer='C:\134 BASE/at/c 9p rw
C:\134src BASE/m 9p rw
D:\134 BASE/at/d 9p rw
src
1
g
BASE/m
7
0
C:\src\x
C:\src\x'
  echo "C:\\src $BASE/m drvfs uid=7" >"$BASE/etc/fstab"
  printf 'options = "uid=0"\n' >>"$BASE/etc/wsl.conf"
  session --bind=never "$DRIVES; $steps"
  assert_output "$answer"
  mkdir -p "$BASE"/m "$BASE"/at/{c,d}
  session "$DRIVES; $steps"
  assert_output "$answer"
  can_bind || return 0
  session 'stat -c %u $BASE/at/c/src; cd $BASE/at/c/src; /bin/pwd; umount $BASE/m; ls $BASE/m; ls $BASE/at/c' # bound, it is a mount of its own
  assert_output '0
BASE/at/c/src
src'
}

@test "fstab below a drive's own place: a drive that comes later covers it, one that fstab has mounted before has it inside" {
  mkdir -p "$BASE"/data/x "$BASE"/drive/sub "$BASE/at/c"
  touch "$BASE/data/x/f"
  echo "D:\\x $BASE/at/c/sub drvfs" >"$BASE/etc/fstab"
  session "$DRIVES; ls \$BASE/at/c"
  assert_output "lxshim: BASE/etc/fstab:1: D:\\x is not to be seen: BASE/at/c is mounted over it, which comes after fstab
C:\\134 BASE/at/c 9p rw
D:\\134 BASE/at/d 9p rw
src
sub"
  can_bind || return 0
  printf '%s\n' "C: $BASE/at/c drvfs" "D:\\x $BASE/at/c/sub drvfs ro,uid=7" >"$BASE/etc/fstab"
  session "$DRIVES; ls \$BASE/at/c/sub; stat -c %u \$BASE/at/c/sub; wslpath -w \$BASE/at/c/sub/f; touch \$BASE/at/c/sub/g 2>&1"
  assert_output "C:\\134 BASE/at/c 9p rw
D:\\134 BASE/at/d 9p rw
D:\\134x BASE/at/c/sub 9p ro
f
7
D:\\x\\f
touch: cannot touch 'BASE/at/c/sub/g': Read-only file system"
}

@test "what is damaged in wsl.conf and fstab is skipped with a warning; the rest holds" {
  conf automount "root = $BASE/at" 'no key' 'enabled = perhaps' 'options = "umask' 'ROOT = /twice' 'some = thing' '[bad' 'enabled = 0'
  printf '%s\n' two words "E: $BASE/e drvfs" "D: $BASE/nowhere/d drvfs" "D: $BASE/d drvfs hair=long" "$(printf '%5000s' '') D: $BASE/d drvfs" >"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output --partial 'source "E:" is of no volume'
  assert_output --partial 'target "BASE/nowhere/d": No such file or directory'
  assert_output --partial 'unknown mount option "hair'
  run sed -n 's/^lxshim: BASE.etc.\([a-z.]*:[0-9]*\): \([^:;]*\).*/\1 \2/p' <<<"$output"
  assert_output "wsl.conf:3 Expected '='
wsl.conf:4 Invalid boolean value 'perhaps' for key 'automount.enabled'
wsl.conf:5 Expected \"
wsl.conf:6 Duplicated config key 'automount.ROOT' (line 2 has it)
wsl.conf:7 Unknown key 'automount.some'
wsl.conf:8 Expected ']'
wsl.conf:9 Unknown key 'enabled'
fstab:1 no three fields
fstab:2 no three fields
fstab:3 E
fstab:4 D
fstab:5 D
fstab:6 it is longer than 4094 bytes"
}

@test "fstab: a NUL, UTF-16, a mark of UTF-8, line ends, no last one: of each line what it says; what cannot be read is said" {
  printf 'C: %s drvfs\0 ro\r\nD: %s drvfs ro,uid=7\r\n\xef\xbb\xbfD: /x drvfs\n\0' "$BASE/m" "$BASE/d" >"$BASE/etc/fstab"
  printf 'C: /x drvfs\n' | iconv -t UTF-16 >>"$BASE/etc/fstab"
  printf 'tmpfs /x nosuch' >>"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output --partial $'C:\\134 BASE/at/c 9p rw\nD:\\134 BASE/d 9p ro'
  run sed -n 's/^lxshim: BASE.etc.\([a-z.]*:[0-9]*\): \([^:;]*\).*/\1 \2/p' <<<"$output"
  assert_output "fstab:1 it has a NUL in it
fstab:3 $(printf '\xef\xbb\xbf')D
fstab:4 it has a NUL in it
fstab:5 it has a NUL in it"
  rm "$BASE/etc/fstab"
  mkdir "$BASE/etc/fstab"
  session true
  assert_output 'lxshim: BASE/etc/fstab: Is a directory; it is not read'
}

# What a session makes of the directory of its drives, WAY.
STEPS='cd $WAY; /bin/pwd; ls; cd c; /bin/pwd; ls; cd ..; /bin/pwd; [[ -e ../c || $(ls ..) == *${WAY##*/}* ]] && echo listed; stat -c "%a %u %F" $WAY; stat -c %a $WAY/c; [[ $(stat -c %d $WAY) == $(stat -c %d $WAY/..) ]] && echo inside
  [[ $(stat -f -c %T $WAY) == $(stat -f -c %T $WAY/..) ]] && echo same; ! mountpoint -q $WAY && mountpoint -q $WAY/c && echo one; rmdir $WAY/c 2>&1; mkdir $WAY/c/new && rmdir c/new 2>/dev/null || rmdir $WAY/c/new; cat $WAY/d/f; readlink -f $WAY/c/../d/f
  findmnt -rno TARGET,FSTYPE --target $WAY/c; findmnt -rno SOURCE $WAY; cut -d" " -f2,3 /proc/self/mounts | grep -F $WAY; realpath --relative-to=$WAY/d $WAY/c/src'

@test "automount.root that nobody has made is there in the session, as WSL's init makes it, and nowhere afterwards" {
  local way
  echo text >"$BASE/data/f"
  for way in win/ with/two/levels/; do
    conf automount "root = $BASE/$way"
    export WAY="$BASE/${way%/}"
    native "mkdir -p $BASE/$way/{c,d}; cd $BASE/$way; /bin/pwd; ls; stat -c '%a %u %F' ."
    assert_output "${WAY}
c
d
755 $EUID directory"
    rm -r "${BASE:?}/${way%%/*}"
    session "$STEPS"
    assert_output "BASE/${way%/}
c
d
BASE/${way%/}/c
src
BASE/${way%/}
listed
755 0 directory
777
inside
same
one
rmdir: failed to remove 'BASE/${way%/}/c': Device or resource busy
text
BASE/${way%/}/d/f
BASE/${way%/}/c 9p
BASE/${way%/}/c 9p
BASE/${way%/}/d 9p
../c/src"
    assert_not_exists "$BASE/${way%%/*}"
  done
}

@test "a session in another one has drives of its own, whose directories nobody but the other one has made" {
  local expected lane lanes=("${LANES[@]}")
  echo text >"$BASE/data/f"
  conf automount "root = $BASE/win"
  export WAY="$BASE/win"
  echo "$STEPS" >"$BASE/steps"
  session "$STEPS"
  expected=$output
  for lane in "${lanes[@]}"; do
    # Around one that has a supervisor there can be none.
    [[ $lane == preload ]] || LANES=(preload)
    session "$LXSHIM wsl -q --lane $lane --policy $BASE/policy.json --etc $BASE/etc -- bash -u $BASE/steps"
    assert_output "$expected"
  done
  assert_not_exists "$BASE/win"
  ((EUID == 0)) || return 0
  # Where directories are there, and the kernel may mount nothing on them.
  mkdir -p "$BASE"/win/{c,d}
  # shellcheck disable=SC2034 # session starts by it
  START=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
  session "$LXSHIM wsl -q --lane preload --policy $BASE/policy.json --etc $BASE/etc -- bash -uc 'cd $WAY/c; /bin/pwd; ls; cat ../d/f'"
  assert_output $'BASE/win/c\nsrc\ntext'
}

@test "automount.root that nobody has made: what is mounted in it is crossed by any way; root makes directories there, nobody else, and nobody files" {
  local own='cd $WAY/one; cat ../d/f; (cd ../c/src; cd ../..; /bin/pwd); cd ..; cat d/f; echo */; mv c e 2>&1; rmdir c 2>&1; ls -d $WAY/../w* ./*; stat -c %n d/..'
  mkdir "$BASE/one"
  echo text >"$BASE/data/f"
  conf automount "root = $BASE/win"
  export WAY="$BASE/win"
  session "cd \$WAY; mkdir one; { echo x >own; echo x >one; } 2>&1; ln -s one own 2>&1; mkfifo own 2>&1; ln d/f own 2>&1; mv d/f own 2>&1; $own; chmod 700 one; stat -c '%a %F' one; rmdir one; ls"
  # It would be gone with the session.
  assert_output "bash: line 1: own: Operation not permitted
bash: line 1: one: Is a directory
ln: failed to create symbolic link 'own': Operation not permitted
mkfifo: cannot create fifo 'own': Operation not permitted
ln: failed to create hard link 'own' => 'd/f': Invalid cross-device link
mv: cannot create regular file 'own': Operation not permitted
text
BASE/win
text
c/ d/ one/
mv: cannot move 'c' to 'e': Device or resource busy
rmdir: failed to remove 'c': Device or resource busy
./c
./d
./one
BASE/win/../win
d/..
700 directory
c
d"
  assert_not_exists "$BASE/win"
  shared
  chmod -R a+rwX "$BASE"
  mv "$BASE" "$SHARED/base"
  conf() { :; }
  sed -i "s|root = .*|root = $SHARED/base/win|" "$SHARED/base/etc/wsl.conf"
  local lane
  for lane in "${LANES[@]}"; do
    run as_user env -C / LC_ALL=C WAY="$SHARED/base/win" "$LXSHIM" wsl -q --lane "$lane" --policy "$SHARED/base/policy.json" --etc "$SHARED/base/etc" -- bash -uc '
      cd $WAY; echo *; mkdir x; mkdir c; : >f; rmdir c; touch .; chmod 777 .; [[ -w . ]] || echo closed; stat -c "%u %a" . c; cat d/f; : >c/new; rm c/new' 2>&1
    assert_output "c d
mkdir: cannot create directory 'x': Permission denied
mkdir: cannot create directory 'c': File exists
bash: line 2: f: Permission denied
rmdir: failed to remove 'c': Device or resource busy
touch: setting times of '.': Operation not permitted
chmod: changing permissions of '.': Operation not permitted
closed
0 755
$(as_user id -u) 777
text"
  done
}

@test "automount.root where there can be none, and options that DrvFs refuses: the line of wsl.conf is named, and --cd adds nothing wrong" {
  LANES=(preload)
  : >"$BASE/file"
  ln -s nowhere "$BASE/dangling"
  local row
  for row in 'file/win|Not a directory' 'dangling/win|No such file or directory' 'file|Not a directory'; do
    conf automount "root = $BASE/${row%|*}"
    run env -C / "$LXSHIM" wsl -q --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" --cd 'C:\' -- true
    assert_failure 125
    assert_output "$(for drive in C D; do
      echo "lxshim: $BASE/etc/wsl.conf:2: $drive: is not mounted: target \"$BASE/${row%|*}/${drive,}\": ${row#*|}, expected a directory, or a name in one"
    done)
lxshim: --cd C:\: C: is not mounted, as said above"
  done
  conf automount "root = $BASE/at" '# options' 'options = "metadata,umask=9"'
  session true
  assert_output "$(for drive in C D; do
    echo "lxshim: BASE/etc/wsl.conf:4: $drive: is not mounted: bad value in the mount option \"umask=9\", expected an octal number"
  done)"
  conf automount "root = $BASE/at" 'options = ",metadata,,umask=22,"' # DrvFs ignores empty ones
  session --era wsl2-9p 'grep -o ";metadata.*;symlinkroot" /proc/mounts | sort -u'
  assert_output ';metadata;umask=22;symlinkroot'
  conf automount "root = $BASE/at" 'enabled = false'
  run env -C / "$LXSHIM" wsl -q --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" --cd 'C:\' -- true
  assert_failure 125
  assert_output "lxshim: $BASE/etc/wsl.conf:3: --cd C:\: automount.enabled is false, and C: not mounted"
  printf 'D: %s/none/d drvfs\n' "$BASE" >"$BASE/etc/fstab" # as mount(8), which makes no directory
  session "$DRIVES"
  assert_output --partial "lxshim: BASE/etc/fstab:1: D: is not mounted: target \"BASE/none/d\": No such file or directory, expected a directory, or a name in one"
}

@test "--root: a root without /mnt has it in the session; automount.root may be /, and without a slash it is from / on" {
  local lane row bind=() ways=(never)
  local steps='cd $1; pwd -P; cd $2/c; pwd -P; ls; cd ..; pwd -P; mkdir x && ls; ls -d $2/d; while read -r _ point type _; do [[ $type != 9p ]] || echo $point; done </proc/self/mounts'
  make_root "$BASE/tree"
  rm -r "$BASE/tree/mnt"
  cp "$(type -P bash)" "$BASE/tree/bin/sh"
  ! unshare -m true 2>/dev/null && ! unshare -Urm true 2>/dev/null || ways+=(auto)
  for row in '|/mnt|/mnt' '/|/|' 'win|/win|/win' '/with/../two//levels/|/two|/two/levels'; do
    IFS='|' read -r root above place <<<"$row"
    printf '[automount]\n%s\n' "${root:+root = $root}" >"$BASE/tree/etc/wsl.conf"
    for lane in "${LANES[@]}"; do
      for bind in "${ways[@]}"; do
        # Where the root is translated, static programs apart, only what libc is asked for is seen by the library alone.
        run env -C "$BASE" LC_ALL=C "$LXSHIM" wsl --lane "$lane" -q --bind="$bind" --policy policy.json --root tree -- /bin/bash -uc "$steps" - "$above" "$place"
        assert_line --index 0 "$above"
        assert_line --index 1 "$place/c"
        assert_line --index 2 src
        assert_line --index 3 "${place:-/}"
        assert_line "$place/d"
        assert_equal "$(tail -2 <<<"$output" | xargs)" "$place/c $place/d"
      done
    done
    rmdir "$BASE/tree/x" 2>/dev/null || :
    run ls "$BASE/tree"
    refute_line mnt
    refute_line win
    refute_line two
  done
}

@test "more drives than can be: each that is not mounted is named" {
  local i expected=""
  LANES=(preload)
  conf automount 'enabled = false'
  for i in {1..103}; do printf 'C: %s/at/m%d drvfs\n' "$BASE" "$i"; done >"$BASE/etc/fstab"
  for i in 101 102 103; do
    expected+="lxshim: BASE/etc/fstab:$i: C: is not mounted: there are 100 already, which is as many as can be"$'\n'
  done
  session 'grep -c " $BASE/at/m" /proc/self/mounts'
  assert_output "${expected}100"
}
