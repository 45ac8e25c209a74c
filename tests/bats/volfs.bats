#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# VolFs: mount -t lxfs and -t wslfs of a directory. What is in it answers as natively, with names and all;
# only how names are stored tells the two from each other.
# shellcheck disable=SC2030,SC2031,SC2034 # every test is a subshell, and mounts.bash reads these

load mounts

# What is mounted, in no drive; each lane has it empty.
PREPARE='rm -rf $M/root; mkdir $M/root'

# as_natively STEPS: in $M/d, natively and on a mount of either format: one answer.
as_natively() {
  local format answer
  natively "cd \$M/d; $1"
  answer=${output//$BASE.native/$BASE}
  [[ $answer == *[a-z]* ]]
  for format in lxfs wslfs; do
      in_lanes "mount -i -t $format \$M/root \$M/d || exit; cd \$M/d; $1"
    assert_output "$answer"
  done
}

# raw FORMAT STEPS: what the backing has after steps on a mount of it, as the kernel says it.
raw() {
  in_lanes "mount -i -t $1 \$M/root \$M/d || exit; cd \$M/d; $2; cd /; umount \$M/d; ls -N \$M/root"
}

@test "names: every one that Linux has, in each call; they are listed as they were typed" {
  as_natively 'for n in a:b "#" "#003A" "##" "#zzzz" "#0041" "x<>|?*\"y\\" $'"'\\1\\37 z'"' a#b plain "end. " CON; do
      echo "$n" >"$n" && cat "$n" && [ -w "$n" ] && stat -c %s "$n" || echo "no $n"; done
    LC_ALL=C ls -b; mkdir d:d d:d/e#e; : >"d:d/e#e/q?"; LC_ALL=C ls -b d:d d:d/e#e; find . | LC_ALL=C sort | od -c
    mv a:b d:d/a#b; ln "d:d/a#b" "l|"; ln -s d:d/a#b s; cat s "l|"; readlink s; (cd d:d/e#e; pwd; ls -A ..); rm "#003A"; ls -N; rm -r d:d'
}

@test "names as the backing has them, by both formats; each shows what the other has stored" {
  raw lxfs ': >a:b; : >"#"; : >"#003A"; mkdir "q?"; : >plain'
  assert_output "#0023
#0023003A
a#003Ab
plain
q#003F"
  raw wslfs ': >a:b; : >"#003A"; : >plain'
  assert_output "#003A
$(printf 'a\xEF\x80\xBAb')
plain"
  in_lanes 'mount -i -t lxfs $M/root $M/d; : >$M/d/a:b; mkdir $M/e; mount -i -t wslfs $M/root $M/e; : >$M/e/c:d; ls -N $M/d $M/e
    : >"$M/e/x#003Cy"; ls -N $M/d; umount $M/e; umount $M/d; rmdir $M/e'
  stored=$(printf 'c\xEF\x80\xBAd')
  assert_output "$BASE/d:
a:b
$stored

$BASE/e:
a#003Ab
c:d
a:b
$stored
x<y"
}

@test "names that no program of WSL has stored are shown as they are, and lead to their files" {
  in_lanes 'for n in "#0041" "#zzzz" "a#" "x:y" "#003a"; do echo "is $n" >"$M/root/$n"; done
    mount -i -t lxfs $M/root $M/d; cd $M/d; ls -N; cat "#0041" "#zzzz" a# x:y "#003a"; mv a# "b#"; rm "#zzzz"; ls -N'
  assert_output "#003a
#0041
#zzzz
a#
x:y
is #0041
is #zzzz
is a#
is x:y
is #003a
#003a
#0041
b#
x:y"
}

@test "a name that is too long once it is stored is none, as on WSL1; a longer one is too long" {
  long=$(printf ':%.0s' {1..52})
  natively "touch \$M/d/$long && echo made; touch \$M/d/$long$long$long$long$long"
  assert_line --index 0 made
  assert_line --partial "File name too long"
  in_lanes "mount -i -t lxfs \$M/root \$M/d; cd \$M/d; touch ${long:1} && ls; touch $long; mkdir $long; mv ${long:1} $long; touch $long$long$long$long$long"
  assert_output "${long:1}
touch: cannot touch '$long': No such file or directory
mkdir: cannot create directory '$long': No such file or directory
mv: cannot move '${long:1}' to '$long': No such file or directory
touch: cannot touch '$long$long$long$long$long': File name too long"
  in_lanes "mount -i -t wslfs \$M/root \$M/d; cd \$M/d; touch $long$long && ls; rm $long$long && ls"
  assert_output "$long$long"
}

@test "modes, owners, times, case and special files are Linux'" {
  as_natively 'umask 027; : >f; mkdir d; stat -c %a f d; chmod 4751 f; chown 12:34 f d; stat -c "%a %u %g %h %s" f d/.; chmod 0 f
    touch -d "2001-02-03 04:05:06.123456789 UTC" f; TZ=UTC stat -c %y f; : >a; : >A; ls; rm a; ls
    mkfifo p:1; mknod n:1 c 1 3; stat -c "%F %t %T" p:1 n:1; echo x >n:1; (cat p:1 & echo through >p:1; wait)
    chmod 640 f; setpriv --reuid 99 --clear-groups cat f; setpriv --reuid 12 --clear-groups test -w f && echo owner'
}

@test "a socket by any name; its own name is the program's" {
  needs python3 python3
  as_natively 'python3 -c "
import os, socket
a = socket.socket(socket.AF_UNIX); a.bind(\"s:1\"); a.listen()
b = socket.socket(socket.AF_UNIX); b.connect(\"s:1\"); c, _ = a.accept()
b.send(b\"x\"); print(c.recv(1), os.listdir(\".\"))
"'
  # What is told and takes no path is the library's affair alone.
  LANES=("${LANES[@]:0:2}")
  as_natively 'python3 -c "
import socket
a = socket.socket(socket.AF_UNIX); a.bind(\"s:1\"); a.listen(); b = socket.socket(socket.AF_UNIX); b.connect(\"s:1\")
print(a.getsockname(), b.getpeername())
"'
}

@test "what is open can be removed, renamed over and renamed around, as on Linux" {
  as_natively 'mkdir d; echo old >d/f:1; exec 3<>d/f:1; rm d/f:1; ls d; echo new >d/f:1; cat d/f:1; cat <&3; mv d e; rmdir e; rm -r e; ls
    echo one >a; echo two >b; exec 4<a; mv b a; cat a; cat <&4; mkdir w; cd w; rmdir ../w; ls ..; readlink /proc/self/fd/3 | sed "s|.*/root/|$M/d/|"'
}

@test "programs and scripts run by any name" {
  as_natively 'printf "#!/bin/sh\necho \$0 \$1\n" >s:1; chmod +x s:1; ./s:1 x; cp /bin/echo e#e; ./e#e hello; printf "#!%s/e#e of\n" "$PWD" >t; chmod +x t; ./t'
}

@test "a file system of its own: device, f_type, and no rename or link across" {
  natively ': >$M/d/f; ln $M/d/f $M/c/g && echo linked'
  assert_output linked
  in_lanes ': >$M/c/g; for t in lxfs wslfs; do mount -i -t $t $M/root $M/d; : >$M/d/f; stat -f -c %t $M/d $M/d/f
    [ $(stat -c %d $M/d) != $(stat -c %d $M/c) ] && [ $(stat -c %d $M/d) = $(stat -c %d $M/d/f) ] && [ $(stat -c %d $M/d) != $(stat -c %d $M) ] && echo apart
    ln $M/d/f $M/c/new; ln $M/c/g $M/d/new; ln $M/d/f $M/new; umount $M/d; done'
  once="53464846
53464846
apart
ln: failed to create hard link '$BASE/c/new' => '$BASE/d/f': Invalid cross-device link
ln: failed to create hard link '$BASE/d/new' => '$BASE/c/g': Invalid cross-device link
ln: failed to create hard link '$BASE/new' => '$BASE/d/f': Invalid cross-device link"
  assert_output "$once
$once"
  needs python3 python3
  in_lanes ': >$M/c/g; mount -i -t lxfs $M/root $M/d; : >$M/d/f:1; mkdir $M/d/m; cd $M; python3 -c "
import os
for a, b in ((\"d/f:1\", \"c/n\"), (\"c/g\", \"d/n:1\"), (\"d/f:1\", \"n\"), (\"d/m\", \"c/m\"), (\"d/f:1\", \"d/g:1\"), (\"d/none\", \"c/n\")):
    try: os.rename(a, b); print(a, b)
    except OSError as e: print(a, b, os.strerror(e.errno))
"'
  assert_output "d/f:1 c/n Invalid cross-device link
c/g d/n:1 Invalid cross-device link
d/f:1 n Invalid cross-device link
d/m c/m Invalid cross-device link
d/f:1 d/g:1
d/none c/n No such file or directory"
}

@test "sources, options and flags; what is refused, by mount(8) and by both kinds of calls" {
  in_lanes 'mount -i -t lxfs C:/sub $M/d && : >$M/d/a:b && umount $M/d && ls -N $M/drive/sub && rm $M/drive/sub/*
    ln -s root $M/link; mount -i -t lxfs $M/link $M/d && : >$M/d/f && ls $M/root; umount $M/d; rm $M/link
    mount -i -t wslfs -o ro,noatime $M/root $M/d; touch $M/d/f $M/d/n:1; rm $M/d/f; [ -w $M/d/f ] || echo not; cat $M/d/f
    mount -i --options-source=disable -o remount,rw $M/d; touch $M/d/n:1 && ls $M/d; rm $M/d/*; umount $M/d
    for o in metadata uid=1 case=off nonsense; do mount -i -t lxfs -o $o $M/root $M/d 2>&1 | grep -o "wrong fs type"; done
    for s in none $M/none Q: C:/none; do mount -i -t lxfs $s $M/d 2>&1 | grep -o "special device.*"; done
    mount -i -t lxfs $M/drive/f $M/d 2>&1 | grep -o "Not a.*"; mount -i -t drvfs $M/root $M/d 2>&1 | grep -o "No such.*"'
  assert_output "a#003Ab
f
touch: cannot touch '$BASE/d/f': Read-only file system
touch: cannot touch '$BASE/d/n:1': Read-only file system
rm: cannot remove '$BASE/d/f': Read-only file system
not
f
n:1
wrong fs type
wrong fs type
wrong fs type
wrong fs type
special device none does not exist.
special device $BASE/none does not exist.
special device Q: does not exist.
special device C:/none does not exist.
Not a directory.
No such file or directory."
  LANES=("${LANES[@]:1}") # by the instruction
  in_lanes 'export TYPE=lxfs; for P in mounting mounting-static; do
    $P lxfs $M/root $M/d; : >$M/d/x?y; ls $M/d; rm $M/d/*; umount $M/d; $P wslfs $M/none $M/d; $P lxfs $M/drive/f $M/d; $P lxfs "" $M/d; $P lxfs $M/root $M/d uid=7
    $P fsopen $M/root $M/d; : >$M/d/x?y; ls $M/d; rm $M/d/*; umount $M/d; $P fsopen $M/none $M/d; $P fsopen $M/root $M/d uid 7; umount $M/d; done'
  once="mount ok
x?y
mount ENOENT
mount ENOTDIR
mount EINVAL
mount EINVAL
fsopen ok
source ok
create ok
fsmount ok
move_mount ok
x?y
fsopen ok
source ok
create ENOENT
fsmount EINVAL
fsopen ok
source ok
option EINVAL
create ok
fsmount ok
move_mount ok"
  assert_output "$once
$once"
}

@test "who may not mount: EPERM; root that the kernel does not let mount has its paths translated" {
  PREFIX=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
  in_lanes 'mount -i -t lxfs $M/root $M/d; echo $?; : >$M/d/x:y; mkdir $M/d/e#e; ls $M/d $M/drive/sub; cd $M/d/e#e; pwd; ls ..; cd /; umount $M/d; echo $?; ls -N $M/d $M/root; rm -r $M/root/*'
  assert_output "0
$BASE/d:
e#e
x:y

$BASE/drive/sub:
$BASE/d/e#e
e#e
x:y
0
$BASE/d:

$BASE/root:
e#0023e
x#003Ay"
  LANES=("${LANES[@]:1}")
  PREFIX=()
  in_lanes 'setpriv --reuid 1234 --clear-groups mounting lxfs $M/root $M/d'
  assert_output "mount EPERM"
}
