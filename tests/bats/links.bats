#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Links that Windows made (lxshim win mklink), as programs see them.

load helpers

# A drive C: with files and links of every kind, in its directory t.
setup() {
  ROOT=$(fresh drive)
  IN=$ROOT/t
  mkdir -p "$IN/d"
  echo text >"$IN/f"
  echo deep >"$IN/d/g"
  policy_for "$ROOT" drive.source=C: >"$BATS_TEST_TMPDIR/windows.json"
  mklink rel f
  mklink abs 'C:\t\f'
  mklink rooted '\t\d\g'
  mklink /d dir d
  mklink /j junc d
  mklink /j filejunc f
  mklink far 'D:\x'
  mklink loop loop
}

mklink() {
  env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/windows.json" "$LXSHIM" win mklink "$@"
}

# A file or directory with a reparse buffer in hexadecimal, as Samba stores one: no more than that.
reparse() {
  needs setfattr attr
  setfattr -n user.SmbReparse -v "0x$2" "$1"
  setfattr -n user.DOSATTRIB -v 0x0000050005000000110000002004000080b2a4d46a4eda01 "$1"
}

# Steps in the directory with the links, under the library; rules come first.
wsl() {
  policy_for "$ROOT" drive.source=C: "${@:1:$#-1}" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" \
    bash -uc "${!#}"
}

@test "symlink.nt: lstat, readlink and their targets" {
  steps='for l in rel abs rooted dir junc filejunc; do stat -c "%F %s %a" $l; readlink $l; done'
  native "$steps"
  assert_failure
  assert_line --index 0 'regular empty file 0 1755'
  wsl "$steps"
  assert_success
  assert_output "symbolic link 1 777
f
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/f
symbolic link $((${#ROOT} + 6)) 777
$ROOT/t/d/g
symbolic link 1 777
d
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/d
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/f"
  wsl symlink.nt=off "$steps"
  assert_failure
  assert_line --index 0 'regular empty file 0 777'
}

@test "symlink.nt: followed at the end of a path and in its middle" {
  steps='cat rel abs rooted dir/g junc/g filejunc ./junc/../f && cd junc && cat g && pwd -P'
  native "$steps"
  assert_failure
  wsl "$steps"
  assert_success
  assert_output "$(printf 'text\ntext\ndeep\ndeep\ndeep\ntext\ntext\ndeep\n%s/t/d' "$ROOT")"
  steps='echo new >abs; cat f; echo x >junc/made; cat d/made; chmod a-w rel; stat -c %a f; ls dir'
  wsl "$steps"
  assert_output $'new\nx\n555\ng\nmade'
}

@test "symlink.nt: with symlinkroot= absolute targets are below it, whatever is mounted" {
  mkdir -p "$BATS_TEST_TMPDIR/mnt/d"
  echo far >"$BATS_TEST_TMPDIR/mnt/d/x"
  printf '\\??\\UNC\\s\\x' | iconv -t UTF-16LE | od -An -v -tx1 | tr -d ' \n' >"$BATS_TEST_TMPDIR/unc"
  touch "$IN/unc"
  reparse "$IN/unc" "0c0000a024000000000018001800000000000000$(cat "$BATS_TEST_TMPDIR/unc")"
  steps='readlink rel abs junc far; cat far; readlink -v unc; stat -c %s unc'
  local root
  for root in "$BATS_TEST_TMPDIR/mnt/" "$BATS_TEST_TMPDIR/mnt"; do
    wsl "drive.options=symlinkroot=$root" "$steps"
    assert_output "f
$BATS_TEST_TMPDIR/mnt/c/t/f
$BATS_TEST_TMPDIR/mnt/c/t/d
$BATS_TEST_TMPDIR/mnt/d/x
far
readlink: unc: Input/output error
0"
  done
  wsl "readlink abs; readlink -v far"
  assert_output "$ROOT/t/f
readlink: far: Input/output error"
  native "$steps"
  refute_output --partial mnt
}

@test "symlink.nt: what cannot be said in Linux is EIO, a circle ELOOP, O_NOFOLLOW refused" {
  needs python3 python3
  steps='cat far; readlink -v far; cat loop; python3 -c "import os; os.open(\"rel\", os.O_NOFOLLOW)" 2>&1 | tail -1'
  native "$steps"
  refute_output --partial 'Input/output error'
  wsl "$steps"
  assert_output "cat: far: Input/output error
readlink: far: Input/output error
cat: loop: Too many levels of symbolic links
OSError: [Errno 40] Too many levels of symbolic links: 'rel'"
}

@test "symlink.nt: a folder in which a volume is mounted is there, and leads nowhere" {
  steps='stat -c %F stick; readlink -v stick; ls stick/'
  # shellcheck disable=SC1003 # a backslash
  mklink /j stick '\\?\Volume{6c787373-0000-4000-8000-000000000001}\'
  wsl "$steps"
  assert_output "symbolic link
readlink: stick: Input/output error
ls: cannot access 'stick/': Input/output error"
  native "$steps"
  refute_output --partial 'symbolic link'
}

@test "symlink.nt: before links of Windows' were followed" {
  steps='stat -c "%F %s" rel junc; cat rel; ls junc; readlink -v rel; ln -s f lx && cat lx'
  wsl symlink.nt=EIO "$steps"
  assert_output "symbolic link 0
symbolic link 0
cat: rel: Input/output error
ls: cannot access 'junc': Input/output error
readlink: rel: Input/output error
text"
  rm "$IN/lx"
  native "$steps"
  refute_output --partial 'Input/output error'
}

@test "symlink.nt: a target without words in Linux has no length, and access of the link itself works" {
  needs python3 python3
  steps='stat -c "%F %s" far
    python3 -c "import os; os.access(\"far\", os.F_OK, follow_symlinks=False) and print(\"there\")"
    stat -L -c %F far'
  native "$steps"
  assert_line --index 0 'regular empty file 0'
  wsl "$steps"
  assert_output "symbolic link 0
there
stat: cannot statx 'far': Input/output error"
}

@test "symlink.nt: listings say which entries are links, and only those" {
  needs python3 python3
  touch "$IN/bare" "$IN/plain"
  mkdir "$IN/sub"
  mklink 'sub\up' '..\f'
  reparse "$IN/bare" 0c0000a0100000000200020000000200010000002e002e00
  steps='python3 -c "
import os
for d in (\".\", \"sub\"):
    for e in sorted(os.scandir(d), key=lambda e: e.name):
        print(e.name, e.is_symlink(), e.is_dir(follow_symlinks=False))
"; find . -type l | sort | tr "\n" " "'
  native "$steps"
  refute_output --partial True\ False
  wsl "$steps"
  assert_output "abs True False
bare True False
d False True
dir True False
f False False
far True False
filejunc True False
junc True False
loop True False
plain False False
rel True False
rooted True False
sub False True
up True False
./abs ./bare ./dir ./far ./filejunc ./junc ./loop ./rel ./rooted ./sub/up "
  # Moved to a directory that never had one.
  mkdir "$IN/new"
  wsl 'mv rel new; find new -type l'
  assert_output new/rel
  wsl symlink.nt=off 'find . -type l'
  assert_output ''
}

@test "symlink.nt: once a link was met that another program put there, listings say so" {
  local meeting name
  mkdir "$IN/there"
  mklink 'there\made' f
  for meeting in 'stat -c %F' 'cat' 'readlink' 'ls -d'; do
    name=new${meeting%% *}
    mkdir "$IN/$name"
    cp -a "$IN/there/made" "$IN/$name/l"
    wsl "find $name -type l"
    assert_output ''
    wsl "$meeting $name/l >/dev/null 2>&1; find $name -type l"
    assert_output "$name/l"
    native "$meeting $name/l >/dev/null 2>&1; find $name -type l"
    assert_output ''
  done
}

@test "symlink.nt: a buffer that Samba stored is a link, too" {
  touch "$IN/bare"
  reparse "$IN/bare" 0c0000a0140000000400040000000400010000006600660066006600
  : >"$IN/ff"
  echo found >"$IN/ff"
  steps='stat -c "%F %s" bare; readlink bare; cat bare; cd .; cat ./bare; touch -d 2020-01-01 bare
    stat -L -c %y bare | head -c 4'
  native "$steps"
  assert_line --index 0 'regular empty file 0'
  wsl "$steps"
  assert_output $'symbolic link 2\nff\nfound\nfound\n2020'
}

@test "symlink.nt: LX links of version 1 have their target in the file" {
  printf f >"$IN/v1"
  reparse "$IN/v1" 1d0000a00400000001000000
  chmod +t "$IN/v1"
  steps='stat -c "%F %s" v1; readlink v1; cat v1'
  native "$steps"
  assert_output $'regular file 1\nf'
  wsl "$steps"
  assert_output $'symbolic link 1\nf\ntext'
}

@test "symlink.nt: an AppExecLink is a program of two bytes" {
  needs python3 python3
  touch "$IN/app.exe" "$IN/other.exe"
  reparse "$IN/app.exe" 1b00008000000000
  reparse "$IN/other.exe" 1b00008000000000
  steps='stat -c "%F %s" app.exe; stat -L -c "%F %s" app.exe; cat app.exe; echo; tail -c1 app.exe; echo
    cp app.exe copy; cat copy; echo
    python3 -c "import mmap, os; print(mmap.mmap(os.open(\"other.exe\", 0), 2, prot=1)[:])"'
  native "$steps"
  assert_line --index 0 'regular empty file 0'
  wsl "$steps"
  assert_output "regular file 2
regular file 2
MZ
Z
MZ
b'MZ'"
  # For Windows it is as empty as ever.
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/windows.json" "$LXSHIM" win dir app.exe
  assert_line --regexp ' 0 app\.exe$'
}

@test "symlink.nt: renaming a link, over one, and one over something" {
  touch "$IN/new"
  steps='mv -T new junc && stat -c %F junc; mv -T dir f && stat -c %F f; mkdir e
    mv -T e rel; mv -T rel e; mv -T abs rooted && readlink rooted | tail -c 4; ls'
  # The words are mv's own.
  IN='' native 'mkdir e; touch rel; mv -T e rel; mv -T rel e'
  assert_output --partial "mv: cannot overwrite directory 'e' with non-directory"
  local words=$output
  wsl "$steps"
  assert_output "regular empty file
symbolic link
$words
t/f
d
e
f
far
filejunc
junc
loop
rel
rooted"
  assert_file_exists "$IN/d/g"
}

@test "symlink.nt: O_PATH and O_NOFOLLOW open the link itself" {
  needs python3 python3
  steps='python3 -c "
import os, stat
for name in (\"rel\", \"junc\"):
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW)
    print(stat.S_ISLNK(os.fstat(fd).st_mode), os.readlink(\"\", dir_fd=fd))
    try:
        os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError as e:
        print(e.strerror)
"'
  native "$steps"
  assert_failure
  IN="" native "mkdir d; ln -s f rel; ln -s d junc; $steps"
  assert_output $'True f\nNot a directory\nTrue d\nNot a directory'
  wsl "$steps"
  assert_output $'True f\nNot a directory\nTrue '"$ROOT"$'/t/d\nNot a directory'
}

@test "symlink.nt: rmdir is ENOTDIR, unlink takes the link alone" {
  steps='rmdir dir; unlink dir; rm junc rel; ls'
  native "$steps"
  refute_output --partial 'Not a directory'
  mklink /d dir d || true
  mklink rel f || true
  wsl "$steps"
  assert_output "rmdir: failed to remove 'dir': Not a directory
abs
d
f
far
filejunc
loop
rooted"
  assert_file_exists "$IN/d/g"
}

@test "symlink.nt: names that DrvFs escapes are themselves in a target" {
  wsl 'echo colon >"a:b"'
  mklink esc $'a\uF03Ab'
  wsl 'readlink esc; cat esc'
  assert_output $'a:b\ncolon'
}

@test "symlink.nt: a mount whose backing is elsewhere has targets by its own name" {
  local target
  target=$(elsewhere)
  policy_for "$target" drive.source=C: drive.backing="$ROOT" >"$BATS_TEST_TMPDIR/policy.json"
  steps="cd '$target/t' && readlink abs junc && cat abs junc/g"
  run bash -uc "$steps"
  assert_failure
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
  assert_success
  assert_output "$target/t/f
$target/t/d
text
deep"
}

@test "symlink.nt: a sticky file without a buffer is what it is" {
  touch "$IN/sticky"
  chmod 1644 "$IN/sticky"
  mkdir -m 1777 "$IN/stickydir"
  wsl 'stat -c %F sticky stickydir; : >stickydir/x; ls stickydir'
  assert_output $'regular empty file\ndirectory\nx'
}

@test "symlink.nt: a junction in the middle of a path, where no name ignores case" {
  # Without a volume's root nothing is looked for twice: the junction itself has to be noticed.
  local steps='cat junc/g; echo x >junc/made; cat d/made; stat -c %s junc/nothing'
  policy_for "$IN" 'drive.source=C:\\t' >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "deep
x
stat: cannot statx 'junc/nothing': No such file or directory"
  native "$steps"
  assert_line --index 0 "cat: junc/g: No such file or directory"
}

@test "symlink.nt: an empty file, looked at often, is a link as soon as another process makes it one" {
  needs setfattr attr
  needs python3 python3
  local buffer=0c0000a0140000000400040000000400010000006600660066006600 asked i
  mkfifo "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer"
  : >"$IN/rests"
  policy_for "$ROOT" drive.source=C: >"$BATS_TEST_TMPDIR/policy.json"
  # What it says of a file is the answer of the last of many looks, by each call that tells.
  env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" python3 -c '
import os, stat, sys
def kinds(name):
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW)
    try: opened = "opens" if os.close(os.open(name, os.O_RDONLY | os.O_NOFOLLOW)) is None else ""
    except OSError: opened = "refuses"
    os.close(fd)
    return stat.S_ISLNK(os.lstat(name).st_mode), os.path.islink("./" + name), opened
for line in open(sys.argv[1]):
    name = line.strip()
    answer = [kinds(name) for _ in range(100)][-1]
    with open(sys.argv[2], "w") as f: print(*answer, file=f)
' "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer" 3>&- &
  asked=$!
  exec 8>"$BATS_TEST_TMPDIR/ask"
  ask() {
    echo "$1" >&8
    run cat "$BATS_TEST_TMPDIR/answer"
  }
  # By now it is older than a tick of the clock, or soon will be.
  for i in {1..20}; do
    ask rests
    assert_output "False False opens"
  done
  reparse "$IN/rests" "$buffer"
  ask rests
  assert_output "True True refuses"
  setfattr -x user.SmbReparse "$IN/rests"
  ask rests
  assert_output "False False opens"
  # And within one.
  for i in {1..20}; do
    : >"$IN/young$i"
    ask "young$i"
    assert_output "False False opens"
    setfattr -n user.SmbReparse -v "0x$buffer" "$IN/young$i"
    ask "young$i"
    assert_output "True True refuses"
  done
  # Another file at the name is another file.
  : >"$IN/one"
  : >"$IN/two"
  reparse "$IN/two" "$buffer"
  for i in {1..20}; do
    ask one
    assert_output "False False opens"
    mv "$IN/one" "$IN/three"
    mv "$IN/two" "$IN/one"
    ask one
    assert_output "True True refuses"
    mv "$IN/one" "$IN/two"
    mv "$IN/three" "$IN/one"
  done
  exec 8>&-
  wait "$asked"
}

@test "symlink.nt: a folder where Windows has mounted a volume is a link that leads nowhere" {
  id="\\\\?\\Volume{0a4fbd4b-7a3c-4cd5-a9a3-0d2c7e1f9b10}\\"
  mklink /j volume "$id"
  steps='stat -c %F volume; python3 -c "
import os
for call in os.readlink, os.listdir, os.chdir, os.stat:
    try: print(call(\"volume\"))
    except OSError as e: print(os.strerror(e.errno))
" 2>&1 | grep -v "^os.stat_result"'
  needs python3 python3
  IN=$IN native "$steps"
  assert_output "directory
Invalid argument
[]
None
No such file or directory"
  wsl "$steps"
  assert_output "symbolic link
Input/output error
Input/output error
Input/output error
Input/output error"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/windows.json" "$LXSHIM" win fsutil reparsepoint query volume
  assert_output --partial '\??\Volume{0a4fbd4b'
}

@test "reparse.unknown, reparse.alias, rmdir.reparse_point, listing.links, symlink.small_letter: what a tag means that is no link, and what listings know" {
  needs python3 python3
  steps="python3 -c '$ANSWER
answer(\"list\", lambda: sorted((e.name, e.is_symlink()) for e in os.scandir(\".\")))
answer(\"dedup\", lambda: open(\"dedup\").read())
answer(\"alias\", lambda: os.stat(\"alias\").st_size)
'"
  IN=$(fresh tags)
  printf text >"$IN/dedup"
  mkdir "$IN/dir"
  policy_for "$IN" >"$BATS_TEST_TMPDIR/tags.json"
  LXSHIM_POLICY=$BATS_TEST_TMPDIR/tags.json run "$LXSHIM" win nt <<'SCRIPT'
open a C:\test\dedup access=read,write disposition=open options=open-reparse-point
reparse-set a 0x1300008000000000
open b C:\test\alias access=read,write disposition=create options=open-reparse-point
reparse-set b 0x1b000080140000000300000061000000620000006300000030000000
open c C:\test\cloud access=read,write disposition=create options=directory-file
reparse-set c 0x1a60009000000000
reparse-get a
SCRIPT
  assert_success
  refute_line --partial "STATUS_IO"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/tags.json" "$LXSHIM" win mklink /J junction dir
  native "$steps"
  assert_output "list [('alias', False), ('cloud', False), ('dedup', False), ('dir', False), ('junction', False)]
dedup text
alias 0"
  shimmed "$steps"
  assert_output "list [('alias', False), ('cloud', False), ('dedup', False), ('dir', False), ('junction', True)]
dedup text
alias 2"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/tags.json" "$LXSHIM" win mklink /J small 'c:\test\dir'
  shimmed symlink.small_letter=EIO 'ls -d small/.; ls -d junction/.'
  assert_output "ls: cannot access 'small/.': Input/output error
junction/."
  rmdir "$IN/small"
  shimmed reparse.alias=off listing.links=off "$steps"
  assert_output "list [('alias', False), ('cloud', False), ('dedup', False), ('dir', False), ('junction', False)]
dedup text
alias 0"
  shimmed reparse.unknown=EIO "$steps"
  assert_output "list [('dir', False), ('junction', True)]
dedup Input/output error
alias Input/output error"
  shimmed rmdir.reparse_point=ENOTDIR 'mkdir plain; rmdir plain && echo gone; rmdir cloud'
  assert_output "gone
rmdir: failed to remove 'cloud': Not a directory"
  shimmed 'rmdir cloud && echo gone'
  assert_output gone
  mkdir "$IN/cloud"
  native 'rmdir cloud && echo gone'
  assert_output gone
}

@test "reparse.alias: one without data, as the vendor's suite makes it, is one too; with others than its own it is refused" {
  IN=$(fresh alias)
  policy_for "$IN" >"$BATS_TEST_TMPDIR/alias.json"
  LXSHIM_POLICY=$BATS_TEST_TMPDIR/alias.json run "$LXSHIM" win nt <<'SCRIPT'
open a C:\test\bare access=write disposition=create
reparse-set a 0x1b00008000000000
reparse-get a
open b C:\test\broken access=write disposition=create
reparse-set b 0x1b0000800400000005000000
SCRIPT
  assert_line "2 reparse-set a 0x00000000 STATUS_SUCCESS win32=0"
  assert_line --partial "3 reparse-get a 0x00000000 STATUS_SUCCESS"
  assert_line "5 reparse-set b 0xC0000278 STATUS_IO_REPARSE_DATA_INVALID win32=4392"
  steps='for name in bare broken; do stat -c %s "$name"; done; cat bare'
  native "$steps"
  assert_output "0
0"
  shimmed "$steps"
  assert_output "2
0
MZ"
}

@test "reparse.unknown: every tag of the catalogue that needs no words can be made; EIO, and in no list, where it was so" {
  needs python3 python3
  IN=$(fresh all)
  policy_for "$IN" >"$BATS_TEST_TMPDIR/all.json"
  tags=$(sed -n 's/^TAG(\([A-Z_0-9]*\), 0x\(..\)\(..\)\(..\)\(..\))/\1 \5\4\3\2/p' "$SOURCE_ROOT/shim/nt/reparse_tags.def" |
    grep -Ev '^(LX_|AF_|SYMLINK|MOUNT_POINT|NFS|APPEXECLINK)')
  LXSHIM_POLICY=$BATS_TEST_TMPDIR/all.json run "$LXSHIM" win nt < <(while read -r name tag; do
    printf 'open h C:%stest%s%s access=read,write disposition=create options=open-reparse-point\n' \\ \\ "$name"
    printf 'reparse-set h 0x%s00000000\nclose h\n' "$tag"
  done <<<"$tags")
  assert_success
  refute_line --partial "STATUS_IO"
  steps="python3 -c '$ANSWER
names = sorted(os.environ[\"TAGS\"].split()[::2])
print(len(names) > 40, sorted(os.listdir(\".\")) == names, os.listdir(\".\") == [])
for words in {answer_of(name) for name in names}: print(words)
'"
  steps=${steps/names =/$'def answer_of(name):\n    try: return open(name).read() == ""\n    except OSError as e: return os.strerror(e.errno)\nnames ='}
  export TAGS=$tags
  native "$steps"
  assert_output "True True False
True"
  shimmed "$steps"
  assert_output "True True False
True"
  shimmed reparse.unknown=EIO "$steps"
  assert_output "True False True
Input/output error"
}
