#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# VolFs: mount -t lxfs and -t wslfs of a directory. What is in it answers as natively, with names and all;
# only how names are stored tells the two from each other.
# shellcheck disable=SC2030,SC2031,SC2034 # every test is a subshell, and mounts.bash reads these

load mounts

# What is mounted, in no drive; each lane has it empty.
PREPARE='rm -rf $M/root; mkdir $M/root'

# mounted FORMAT STEPS: in $M/d, on which $M/root is mounted.
mounted() {
  in_lanes "mount -i -t $1 \$M/root \$M/d && cd \$M/d || exit; $2"
}

# as_natively STEPS: in $M/d, natively and on a mount of either format: one answer.
as_natively() {
  local format answer
  natively "cd \$M/d; $1"
  answer=${output//$BASE.native/$BASE}
  [[ $answer == *[a-z]* ]]
  for format in lxfs wslfs; do
    mounted "$format" "$1"
    assert_output "$answer"
  done
}

# raw FORMAT STEPS: what the backing has after steps on a mount of it, as the kernel says it.
raw() {
  mounted "$1" "$2; cd /; umount \$M/d; ls -N \$M/root"
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
  mounted lxfs "touch ${long:1} && ls; touch $long; mkdir $long; mv ${long:1} $long; touch $long$long$long$long$long"
  assert_output "${long:1}
touch: cannot touch '$long': No such file or directory
mkdir: cannot create directory '$long': No such file or directory
mv: cannot move '${long:1}' to '$long': No such file or directory
touch: cannot touch '$long$long$long$long$long': File name too long"
  mounted wslfs "touch $long$long && ls; rm $long$long && ls"
  assert_output "$long$long"
}

@test "modes, owners, times, case and special files are Linux'" {
  as_natively 'umask 027; : >f; mkdir d; stat -c %a f d; chmod 4751 f; chown 12:34 f d; stat -c "%a %u %g %h" f; stat -c "%a %u %g %s" d/.; chmod 0 f
    touch -d "2001-02-03 04:05:06.123456700 UTC" f; TZ=UTC stat -c %y f; : >a; : >A; ls; rm a; ls
    mkfifo p:1; mknod n:1 c 1 3; stat -c "%F %t %T" p:1 n:1; echo x >n:1; (cat p:1 & echo through >p:1; wait)
    chmod 640 f; setpriv --reuid 99 --clear-groups cat f; setpriv --reuid 12 --clear-groups test -w f && echo owner'
}

@test "what differs from Linux by its rules: links of directories, times of wslfs, a directory with something open below, rename.slash" {
  steps='mkdir -p d/e; : >f; touch -d "2001-02-03 04:05:06.123456789 UTC" f; TZ=UTC stat -c %y f
    mkdir a; echo $(stat -c "%h %s" d; mv -T a b/ 2>&1; mv -T [ab]/ c 2>&1; ls -d [abc]); rmdir [abc]
    exec 3>d/e/f; mv d n && mv n d; mv d/e/f d/g; exec 4>d/h; rm d/g d/h; mv -T d m && ls; exec 3>&-'
  natively "cd \$M/d; $steps"
  assert_output "2001-02-03 04:05:06.123456789 +0000
3 4096 c
f
m"
  mounted lxfs "$steps"
  assert_output "2001-02-03 04:05:06.123456789 +0000
1 4096 c
mv: cannot move 'd' to 'n': Permission denied
f
m"
  drive_policy '"rules": {"volfs.directory": "native", "rename.open_descendant": "allow", "rename.slash": "ENOENT"}'
  mounted wslfs "$steps"
  assert_output "2001-02-03 04:05:06.123456800 +0000
3 4096 mv: cannot move 'a' to 'b/': No such file or directory mv: cannot move 'a/' to 'c': No such file or directory a
f
m"
}

# A tree that Windows sees: C:\vol is mounted, and the steps after that are in it. $W is what Windows does, $EA what it
# prints of the attributes, by the layout of other people's decoders.
TREE='mkdir -p $M/drive/vol; W() { "$LXSHIM" win --policy $M/policy.json -- "$@"; }; cd $M
  EA() { local f; for f; do W ea "C:\\vol\\$f"; done >ea 2>&1; python3 -c "
import struct, sys
for name, size, value in (l.split()[:3] for l in open(sys.argv[1])):
    b = bytes.fromhex(value) if len(value) == 2 * int(size) else b\"\"
    if name == \"LXATTRB\" and len(b) == 56:
        f, v, mode, uid, gid, dev, an, mn, cn, at, mt, ct = struct.unpack(\"<HHIIIIIIIQQQ\", b)
        print(name, f, v, oct(mode), uid, gid, (dev >> 20, dev & 0xfffff), *((at, an) if mode >> 12 == 8 else ()), mt, mn)
    elif name == \"LXXATTR\":
        n, at = struct.unpack(\"<HH\", b[:4]), 4
        while True:
            nxt, size, length = struct.unpack(\"<IHB\", b[at:at + 7])
            print(name, n, b[at + 7:at + 7 + length], b[at + 7 + length:at + 7 + length + size])
            if not nxt: break
            at += nxt
    elif name == \"\$LXDEV\": print(name, struct.unpack(\"<II\", b))
    elif len(b) == 4: print(name, oct(struct.unpack(\"<I\", b)[0]))
    else: print(name, b)
" ea || cat ea; rm ea; }
  tree() { mount -i -t "$1" $M/drive/vol $M/d && cd $M/d; }
  again() { cd /; umount $M/d; tree "$1"; }; makes() { W copy nul "C:\vol\made"; W mkdir "C:\vol\dir"; }; '

# in_tree FORMAT STEPS: in one that is mounted so.
in_tree() {
  in_lanes "$TREE tree $1; $2"
}

@test "WSL's attributes of each kind of file, as Windows has them, by both formats" {
  needs python3 python3
  needs setfattr attr
  needs getfattr attr
  made='echo text >f; setfattr -n user.one -v 1 f; setfattr -n user.two -v 22 f; chmod 640 f; chown 12:34 f
    touch -a -d @5.000000600 f; touch -m -d @7.000000800 f; mkdir d; chmod 1777 d; ln -s f l; touch -h -d @9 d l; mkfifo p; touch -d @9 p
    mknod n b 259 70000; touch -d @9 n; EA f d l p n; getfattr -d . f
    W dir "C:\\vol" | grep -o "JUNCTION. *l"; W fsutil reparsepoint query "C:\\vol\\p" | head -1; W type "C:\\vol\\l"; echo'
  in_tree lxfs "$made"
  assert_output "LXATTRB 0 1 0o100640 12 34 (0, 0) 5 600 7 800
LXXATTR (0, 1) b'user.one' b'1'
LXXATTR (0, 1) b'user.two' b'22'
LXATTRB 0 1 0o41777 0 0 (0, 0) 9 0
LXATTRB 0 1 0o120777 0 0 (0, 0) 9 0
LXATTRB 0 1 0o10644 0 0 (0, 0) 9 0
LXATTRB 0 1 0o60644 0 0 (259, 70000) 9 0
# file: f
user.one=\"1\"
user.two=\"22\"

Error:  The file or directory is not a reparse point.
f"
  in_tree wslfs "$made"
  assert_output "\$LXUID 0o14
\$LXGID 0o42
\$LXMOD 0o100640
LX.USER.ONE b'lxea1'
LX.USER.TWO b'lxea22'
\$LXUID 0o0
\$LXGID 0o0
\$LXMOD 0o41777
\$LXUID 0o0
\$LXGID 0o0
\$LXMOD 0o120777
\$LXUID 0o0
\$LXGID 0o0
\$LXMOD 0o10644
\$LXUID 0o0
\$LXGID 0o0
\$LXMOD 0o60644
\$LXDEV (259, 70000)
# file: f
user.one=\"1\"
user.two=\"22\"

JUNCTION>     l
Reparse Tag Value : 0x80000024
The file cannot be accessed by the system."
}

@test "volfs.capability_stream: a file's capabilities are a stream to Windows before 16226, which copy takes along and an editor drops; then an EA" {
  needs python3 python3
  needs setcap libcap2-bin
  needs python3 python3
  caps='cp "$(type -P cat)" p; setcap cap_net_raw=ep p; getcap p; setpriv --reuid 99 --regid 99 --clear-groups ./p /proc/self/status | grep CapEff'
  natively "cd \$M/d; $caps"
  local bare=$output
  assert_output "p cap_net_raw=ep
CapEff:	0000000000002000"
  drive_policy '"profile": "wsl1-1703"'
  in_tree lxfs "$caps; cp p e"'; setcap cap_chown=p e; : >n; shown() { W dir /r "C:\vol\\$1" | grep -o "[0-9]* [a-z]*:.*"; EA "$1" | grep capability; }
    for f in p e n; do shown $f; done; W copy "C:\vol\p" "C:\vol\q" >/dev/null; getcap q; shown q; W copy "C:\vol\e:lxcaps" "C:\out" >/dev/null; stat -c %s $M/drive/out
    W copy "C:\out" "C:\vol\n:LXCAPS" >/dev/null; getcap n; W copy /y "C:\out" "C:\vol\n" >/dev/null; getcap $M/drive/vol/n; W dir /r "C:\vol\n" | grep -c :LXCAPS
    W copy "C:\vol\p" "C:\away" >/dev/null; getcap $M/drive/away; W dir /r "C:\away" | grep -o "[0-9]* away:.*"; W copy "C:\away" "C:\vol\back" >/dev/null; getcap $M/drive/vol/back
    cp e x; printf abc >$M/drive/abc; W copy "C:\abc" "C:\vol\x:LXCAPS" >/dev/null 2>&1 || echo refused; getcap x'
  assert_output "$bare
20 p:LXCAPS:\$DATA
20 e:LXCAPS:\$DATA
q cap_net_raw=ep
20 q:LXCAPS:\$DATA
20
n cap_chown=p
0
20 away:LXCAPS:\$DATA
$BASE/drive/vol/back cap_net_raw=ep
refused"
  drive_policy '"profile": "wsl1-1709"'
  in_tree lxfs "$caps"'; W dir /r "C:\vol\p" | grep -c :LXCAPS; EA p | grep -o "security.capability"'
  assert_output "$bare
0
security.capability"
  in_tree wslfs "$caps"'; W dir /r "C:\vol\p" | grep -c :LXCAPS; EA p | grep -o "LX.SECURITY.CAPABILITY"'
  assert_output "$bare
0
LX.SECURITY.CAPABILITY"
}

@test "volfs.no_attributes: what Windows makes is not there, and in the way; or root's, with no permission" {
  needs python3 python3
  steps='makes; W ea "C:\vol\made"; ls; stat -c "%A %u %g" made; cat made; touch made; mkdir made; mkdir dir; ln -s x made
    mkfifo made; ln linux made; mv -T linux made; mv made other; rm -f made; rm dir; rmdir dir; ls; cd dir'
  drive_policy '"profile": "wsl1-1703"'
  in_tree lxfs "echo text >linux; $steps"
  assert_output "        1 file(s) copied.
linux
stat: cannot statx 'made': No such file or directory
cat: made: Input/output error
touch: cannot touch 'made': Input/output error
mkdir: cannot create directory 'made': Input/output error
mkdir: cannot create directory 'dir': Input/output error
ln: failed to create symbolic link 'made': Input/output error
mkfifo: cannot create fifo 'made': Input/output error
ln: failed to create hard link 'made' => 'linux': Input/output error
mv: cannot move 'linux' to 'made': Input/output error
mv: cannot stat 'made': No such file or directory
rm: cannot remove 'dir': No such file or directory
rmdir: failed to remove 'dir': No such file or directory
linux
bash: line 22: cd: dir: No such file or directory"
  drive_policy '"profile": "wsl1-1709"'
  in_tree lxfs 'makes; look() { stat -c "%A %u %g" "$1"; cat "$1"; }
    ls; look made; look dir; test -x made || echo no program; (cd dir && pwd)
    chown 99 made; look made; chmod 604 made; echo text >made; look made; touch -d @9 made; EA made; rm -r dir made; ls'
  assert_output "        1 file(s) copied.
dir
made
---------- 0 0
d--------- 0 0
cat: dir: Is a directory
no program
$BASE/d/dir
---------- 99 0
-rw----r-- 99 0
text
LXATTRB 0 1 0o100604 99 0 (0, 0) 9 0 9 0"
  LANES=("${LANES[@]:2}") # the library of somebody else has no table of what root mounts later
  in_tree lxfs 'makes; try() { setpriv --reuid 99 --regid 99 --clear-groups "$@"; }
    try cat made; try ls dir; try chmod 666 made; try test -r made || echo unreadable; chown 99 made; try cat made; try chmod 400 made; try cat made && echo read; try sh -c ": >made"'
  assert_output "        1 file(s) copied.
cat: made: Permission denied
ls: cannot open directory 'dir': Permission denied
chmod: changing permissions of 'made': Operation not permitted
unreadable
cat: made: Permission denied
read
sh: 1: cannot create made: Permission denied"
}

@test "volfs.cache: what an editor has taken is remembered until the tree is mounted anew; a file that is written in place keeps it" {
  needs python3 python3
  steps='for f in a b c d; do echo "is $f" >$f; done; chown 99 ?; chmod 640 ?; W ea delete "C:\vol\a" LXATTRB; W write "C:\vol\b" anew; W copy "C:\f" "C:\vol\t"
    W move "C:\vol\t" "C:\vol\c"; echo "echo more>>C:\vol\d" | W cmd >/dev/null 2>&1; for f in *; do stat -c "%n %a %u" $f; tr -d "\r" <$f; done'
  drive_policy '"profile": "wsl1-1703"'
  in_tree lxfs "$steps; again lxfs; ls; cat a; EA a; touch -d @9 d; EA d
    mkdir s; : >s/a; W ea delete 'C:\vol\s\a' LXATTRB; ls s; again lxfs; ls s"
  assert_output "        1 file(s) copied.
        1 file(s) moved.
a 640 99
is a
b 640 99
anew
c 640 99
text
d 640 99
is d
more
d
cat: a: Input/output error
LXATTRB 0 1 0o100640 99 0 (0, 0) 9 0 9 0
a"
  drive_policy '"profile": "wsl1-current"'
  in_tree wslfs "${steps//LXATTRB/\\\$LXMOD}; again wslfs; stat -c '%n %a %u' *; EA a; chmod 600 a; stat -c '%n %a %u' a; EA a"
  assert_output "        1 file(s) copied.
        1 file(s) moved.
a 640 99
is a
b 640 99
anew
c 640 99
text
d 640 99
is d
more
a 0 99
b 0 0
c 0 0
d 640 99
\$LXUID 0o143
\$LXGID 0o0
a 600 99
\$LXUID 0o143
\$LXGID 0o0
\$LXMOD 0o100600"
  drive_policy '"rules": {"volfs.cache": "native"}'
  in_tree lxfs "$steps"
  assert_output "        1 file(s) copied.
        1 file(s) moved.
d 640 99
is d
more"
}

# Ways to open the kernel's file, after each of which is looked at what Windows has taken just before (`strip`). Nothing
# is written there.
DROPS='F=/proc/sys/vm/drop_caches; T=$M/t; rm -rf $T; mkdir $T; ln -s $F $T/link; ln -s /proc/sys/vm $T/vm; cd $M/d; echo x >a; chown 99 a; chmod 640 a
  try() { strip; "${@:2}"; stat -c "%a %u $1" a; chmod 640 a; }; opened() { : >"$1"; }; look() { test -w $F; stat -c %a $F; (: <$F) 2>/dev/null; }
  met() { for i in 1 2 3; do [ -e "$1" ] && opened "$1"; done; }; relative() { (cd /proc/sys; for i in 1 2 3; do read -r _ <vm/../vm/swappiness; done; : >vm/../vm/drop_caches); }
  try looked look; try same-name opened $T/drop_caches; try in-tree opened drop_caches; try anybody setpriv --reuid 99 --regid 99 --clear-groups bash -c ": >$F"
  try own-root setpriv --reuid 99 --regid 99 --clear-groups unshare -Ur bash -c ": >$F"; try opened opened $F; try again opened $F; try link opened $T/link; try link opened $T/link
  try met-before met $T/link; try directory opened $T/vm/drop_caches; try relative relative; try stream awk "BEGIN { printf \"\" >\"$F\"; close(\"$F\") }"
  try reopened python3 -c "import ctypes; c = ctypes.CDLL(None); c.freopen(b\"$F\", b\"w\", ctypes.c_void_p.in_dll(c, \"stdout\"))"'

# after_drops MODE: what DROPS prints where the mode is that one, once the file was opened for writing.
after_drops() {
  local refused="bash: line 1: /proc/sys/vm/drop_caches: Permission denied"
  printf '%s\n' 200 '640 99 looked' '640 99 same-name' '640 99 in-tree' "$refused" '640 99 anybody' "$refused" '640 99 own-root'
  printf "$1 99 %s\n" opened again link link met-before directory relative stream reopened
}

@test "volfs.drop_caches: who opens the kernel's file for writing, and may, sees what Windows has changed; by whatever path" {
  needs python3 python3
  [[ -w /proc/sys/vm/drop_caches ]] || skip "nobody may drop caches here"
  setpriv --reuid 99 --regid 99 --clear-groups unshare -Ur true || skip "no user namespaces"
  natively "strip() { :; }; $DROPS"
  assert_output "$(after_drops 640)"
  in_tree wslfs 'strip() { W ea delete "C:\vol\a" "\$LXMOD"; }; '"$DROPS"
  assert_output "$(after_drops 0)"
}

@test "volfs.drop_caches: every tree that is mounted, as its era shows what lacks attributes; off, nothing" {
  needs python3 python3
  [[ -w /proc/sys/vm/drop_caches ]] || skip "nobody may drop caches here"
  steps='mkdir $M/drive/two $M/e; mount -i -t lxfs $M/drive/two $M/e; echo x >a; echo y >$M/e/b; chmod 640 a $M/e/b; W ea delete "C:\vol\a" LXATTRB; W ea delete "C:\two\b" LXATTRB
    ls . $M/e; : >/proc/sys/vm/drop_caches; ls . $M/e; umount $M/e; rmdir $M/e'
  drive_policy '"profile": "wsl1-1703"'
  natively 'cd $M/d; mkdir $M/e; echo x >a; echo y >$M/e/b; ls . $M/e; : >/proc/sys/vm/drop_caches; ls . $M/e'
  assert_output "$(printf '%s\n' .: a '' "$BASE.native/e:" b .: a '' "$BASE.native/e:" b)"
  in_tree lxfs "$steps"
  assert_output "$(printf '%s\n' .: a '' "$BASE/e:" b .: '' "$BASE/e:")"
  drive_policy '"profile": "wsl1-1703", "rules": {"volfs.drop_caches": "off"}'
  in_tree lxfs "$steps"
  assert_output "$(printf '%s\n' .: a '' "$BASE/e:" b .: a '' "$BASE/e:" b)"
}

# An LXATTRB in hexadecimal digits: uid 5, gid 6, device 1:3, times 9 s, of a mode.
TREE+='lxattrb() { printf 0x00000100; printf "%08x" "$1" | sed -E "s/(..)(..)(..)(..)/\4\3\2\1/"; printf "0500000006000000030010000000000000000000000000000900000000000000%s" "09000000000000000900000000000000"; }; '

@test "what Windows says of a file counts: links and devices that are files for Linux; what is damaged cannot be opened" {
  needs python3 python3
  needs setfattr attr
  needs getfattr attr
  in_tree lxfs 'mkdir d; echo text >f; printf d/t >l; : >n; : >p; echo x >x; W ea set "C:\vol\f" lxattrb $(lxattrb $((0100604)))
    W ea set "C:\vol\l" LXATTRB $(lxattrb $((0120777))); W ea set "C:\vol\n" LXATTRB $(lxattrb $((020620))); W ea set "C:\vol\p" LXATTRB $(lxattrb $((010600)))
    echo there >l; cat d/t; stat -c "%n %A %u %g %t:%T %s %Y" f l n p; readlink l; cat n; [ -p p ] && cat p; ls -F; mv l m; chmod 600 n; chown 7 n; stat -c "%A %u %t:%T" n; rm m n; cat d/t
    W ea set "C:\vol\x" LXATTRB 0x0102; ls; cat x; W ea set "C:\vol\x" LXATTRB $(lxattrb $((0100600))); EA x; cat x; getfattr -d -m - . x; python3 -c "import os; print(sorted((e.name, e.is_symlink(), e.is_file()) for e in os.scandir()))"'
  assert_output "there
f -rw----r-- 5 6 0:0 5 9
l lrwxrwxrwx 5 6 0:0 3 9
n crw--w---- 5 6 1:3 0 9
p prw------- 5 6 0:0 0 9
d/t
cat: n: No such device or address
cat: p: No such device or address
d/
f
l@
n
p|
x
crw------- 7 1:3
there
d
f
p
cat: x: Input/output error
LXATTRB 0 1 0o100600 5 6 (0, 0) 9 0 9 0
x
[('d', False, False), ('f', False, True), ('p', False, False), ('x', False, True)]"
  # Links and devices as Samba would have stored them.
  mkdir "$BASE/drive/vol"
  touch "$BASE"/drive/vol/{l,n}
  setfattr -n user.SmbReparse -v 0x1d0000a00700000002000000642f74 "$BASE/drive/vol/l"
  setfattr -n user.SmbReparse -v 0x2600008000000000 "$BASE/drive/vol/n"
  in_tree wslfs 'mkdir d; echo there >d/t; W ea set "C:\vol\n" "\$LXMOD" 0060640; W ea set "C:\vol\n" "\$LXDEV" 8:1; W ea set "C:\vol\l" "\$LXMOD" 0120777
    W ea set "C:\vol\d" "\$LXMOD" 0100755; W ea set "C:\vol\d\t" "\$LXUID" 0x01; stat -c "%n %A %t:%T %s" l n d; cat l; readlink l; cat n; ls -F; chmod 700 d; stat -c %A d; W ea "C:\vol\d"'
  assert_output "l lrwxrwxrwx 0:0 3
n brw-r----- 8:1 0
d d--------- 0:0 4096
there
d/t
cat: n: No such device or address
d/
l@
n
drwx------
\$LXUID  4  00000000  0
\$LXGID  4  00000000  0
\$LXMOD  4  c0410000  040700"
}

@test "root of his own gives files away and makes devices: what his inodes cannot be is kept as WSL keeps it" {
  needs getfattr attr
  setpriv --reuid 1234 --regid 1234 --clear-groups unshare -Ur true || skip "no user namespaces"
  chown -R 1234:1234 "$BASE"
  steps='echo x >f; chmod 4755 f; chown 5:6 f; stat -c "%A %u %g" f; chmod 2640 f; stat -c "%A %u %g" f; cat f; echo y >f; chgrp 7 .; stat -c "%A %g" .; mkdir d; chown 8 d
    touch d/f; mv f d/g; mknod n c 1 3; stat -c "%A %t:%T" n; cat n; cp -p d/g h; stat -c "%A %u %g" h; chown 0:0 h; stat -c "%A %u %g" h; ls -A . d; getfattr -d -m - d d/g; cd /; umount $M/d'
  for format in lxfs wslfs; do
    for lane in "${LANES[@]}"; do
      rm -rf "$BASE/root"
      run env -C / M="$BASE" LC_ALL=C timeout 300 setpriv --reuid 1234 --regid 1234 --clear-groups unshare -Urm "$LXSHIM" run -q --lane "$lane" \
        --policy "$BASE/policy.json" -- bash -uc "mkdir \$M/root; mount -i -t $format \$M/root \$M/d || exit; cd \$M/d; $steps"
      assert_output "-rwxr-xr-x 5 6
-rw-r-S--- 5 6
x
drwxr-xr-x 7
crw-r--r-- 1:3
cat: n: No such device or address
-rw-r-S--- 5 6
-rw-r-S--- 0 0
.:
d
h
n

d:
f
g"
      run getfattr -d -m LX -e hex "$BASE"/root/{n,d/f,h}
      [[ $output == *d/f* || $output == *'/h'* ]] && return 1
      assert_line --regexp '^user.(LXATTRB=0x00000100a4210000|\$LXMOD=0xa4210000)'
    done
  done
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

@test "what is open can be removed, renamed over and renamed around, and says how it was opened, as on Linux" {
  as_natively getfl
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

# A tree that lies as WSL's own does: on a volume, and called rootfs. kept: the sizes of what is in temp beside it.
WSLS='mkdir -p $M/drive/lxss/rootfs; W() { "$LXSHIM" win --policy $M/policy.json -- "$@"; }
  kept() { (cd $M/drive/lxss/temp && find . -type f -printf "%s\n" | sort); }
  temp() { mount -i -t "$1" $M/drive/lxss/rootfs $M/d && cd $M/d; }; '

# What a program meets of files that are removed, or replaced, while they are open.
REMOVED='echo text >f; echo other >o; echo many >m; ln m n; mkfifo p; exec 3<>f 4<o 5<m 6<>p; echo by >by; rm f p; mv by o; rm m
  python3 - <<"END"
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for fd in 3, 4, 5, 6:
    print(os.fstat(fd).st_nlink, os.stat(f"/proc/self/fd/{fd}").st_nlink, os.readlink(f"/proc/self/fd/{fd}")[-12:])
for args in (3, b"", -100, b"x", 0x1000), (-100, b"/dev/fd/4", -100, b"x", 0x400):
    print(libc.linkat(*args), os.strerror(ctypes.get_errno()))
END
  cat <&3; cat <&4; cat o; ls; stat -c %h n; rm n; : >e; exec 7<e; mv -f o e && cat e; '

@test "volfs.temp: what is removed while it is open Windows sees beside a root of WSL's, until it is closed; programs see Linux" {
  needs python3 python3
  natively "cd \$M/d; $REMOVED"
  assert_line --index 0 "0 0 /f (deleted)"
  assert_line --index 4 "-1 No such file or directory"
  wsl=${output//No such file or directory/Permission denied} # link.unlinked
  see='kept; d=$(ls $M/drive/lxss/temp); f=$(cd $M/drive/lxss/temp && find . -size 6c); W dir "C:\lxss\temp" | grep -c $d; W type "C:\lxss\temp\\$d\\${f##*/}" | tr -d "\r"
    exec 3>&- 4<&- 5<&- 6>&- 7<&-; until [ -z "$(ls $M/drive/lxss/temp)" ]; do :; done'
  for format in lxfs wslfs; do
    in_lanes "$WSLS temp $format || exit; $REMOVED $see"
    assert_output "$wsl
0
5
5
6
1
other"
  done
  # Elsewhere nothing is made beside a tree, nor by its rule.
  in_lanes "$WSLS mkdir -p \$M/drive/lxss/other; mount -i -t lxfs \$M/drive/lxss/other \$M/d && cd \$M/d || exit; $REMOVED ls \$M/drive/lxss"
  assert_output "$wsl
other
rootfs"
  # What is no directory, and another file system, is no place to be kept in.
  in_lanes "$WSLS echo mine >\$M/drive/lxss/temp; temp lxfs || exit; $REMOVED cd ..; T=\$M/drive/lxss/temp; cat \$T; rm \$T; mkdir \$T; mount -t tmpfs none \$T
    cd \$M/d; : >f; exec 8<f; rm f && find \$T -type f | wc -l"
  assert_output "$wsl
mine
0"
  drive_policy '"rules": {"volfs.temp": "off"}'
  in_lanes "$WSLS temp lxfs || exit; $REMOVED ls \$M/drive/lxss"
  assert_output "$wsl
rootfs"
}

@test "volfs.temp: a run that is killed leaves them there, and the next mount removes what is proved to be WSL's, and nothing else" {
  for lane in "${LANES[@]}"; do
    rm -rf "$BASE"/drive/lxss
    # Nobody of the run is left who would finish it: all are killed at once.
    M=$BASE run env -C / timeout 300 unshare -mpf --mount-proc bash -c '"$@"; exit 0' - "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      bash -uc "$WSLS"' temp lxfs || exit; echo text >f; echo open >o; exec 3<>f 4<>o; rm f o; kept; kill -KILL -1; kill -KILL $$'
    assert_line --index 0 5
    assert_line --index 1 5
    own=$(echo "$BASE"/drive/lxss/temp/*)
    # A copy, a user's own, one that somebody has open, and a name of another tree's.
    set -- "$own"/*
    cp "$1" "$own/copy"
    echo mine >"$own/0123456789abcdef"
    mkdir "$own/dir" "$BASE/drive/lxss/temp/0123456789abcdef"
    ln "$1" "$BASE/drive/lxss/temp/0123456789abcdef/${1##*/}"
    M=$BASE HELD=$2 T=$BASE/drive/lxss/temp run env -C / timeout 300 unshare -m bash -c 'mount --bind $T $T; mount -o remount,bind,ro $T; exec "$@"' - \
      "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      bash -uc "$WSLS exec 9<\$HELD; temp lxfs; kept | wc -l; cd /; umount \$M/d; umount -l \$T; temp lxfs; cd \$M/drive/lxss/temp; find . -type f | sed 's,.*/,,' | sort; umount \$M/d; exec 9<&-; temp lxfs; kept; : >f; exec 3<f; rm f; kept"
    assert_output "5
$(printf '%s\n' 0123456789abcdef "${1##*/}" "${2##*/}" copy | sort)
5
5
5
0
5
5
5"
  done
}
