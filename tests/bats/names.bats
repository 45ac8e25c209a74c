#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules names.*: what NTFS cannot hold, both spellings, invalid UTF-8, lengths.

load helpers

# The NT spelling of ":" in a backing directory: U+F03A.
COLON=$'\xef\x80\xba'

@test "names.illegal: every character of the escape set is storable and comes back as typed" {
  needs python3 python3
  steps='
    for i in {1..31} 34 42 58 60 62 63 92 124; do
      printf -v c "%b" "\\x$(printf %x "$i")"; name="a${c}b"
      : >"$name" || echo "refused $i"
      [[ -e $name ]] || echo "lost $i"
    done
    python3 -c "import os; print(sorted(ord(n[1]) for n in os.listdir(\".\")))"'
  all='[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 34, 42, 58, 60, 62, 63, 92, 124]'
  native "$steps"
  assert_output "$all"
  run python3 -c 'import os,sys; print(any(n[1] >= "\uf000" for n in os.listdir(sys.argv[1])))' "$NATIVE"
  assert_output False
  shimmed "$steps"
  assert_output "$all"
  # What a Windows program would see: U+F000 + code, nothing else.
  run python3 -c 'import os,sys; print(sorted(ord(n[1]) - 0xf000 for n in os.listdir(sys.argv[1])))' "$DRIVE"
  assert_output "$all"
}

@test "names.illegal: no other character is escaped" {
  steps='touch "a b" a. "a " %x "#x" CON nul.txt $'"'a\x7fb'"' é; ls -b'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  run ls -b "$DRIVE"
  assert_output "$expected"
}

@test "names.illegal: both spellings are one file, in every direction" {
  steps='
    echo x >"a:b"; [[ a:b -ef a'$COLON'b ]] && echo one || echo two
    echo y >"c'$COLON'd"; ls c* | cat -v; cat c:d
    mkdir "e:"; touch e'$COLON'/f; ls e:
    mv a'$COLON'b z:; cat z:
    set -C; : >z'$COLON' && echo created'
  native "$steps"
  assert_output - <<EOF
two
cM-oM-^@M-:d
cat: 'c:d': No such file or directory
touch: cannot touch 'e${COLON}/f': No such file or directory
mv: cannot stat 'a${COLON}b': No such file or directory
cat: 'z:': No such file or directory
created
EOF
  shimmed "$steps"
  assert_output - <<EOF
one
c:d
y
f
x
bash: line 6: z${COLON}: cannot overwrite existing file
EOF
}

@test "names.illegal: only private characters that stand for an escaped one are converted" {
  # U+F025 would be %, U+F02F would be /, and the others are no ASCII at all.
  steps='touch $'"'\uf025 \uf02f \ueffe \uf100 \ufb00 \uf000'"'; ls | cat -v'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  assert_output --partial 'M-oM-^@M-%'
}

@test "names.private: 1803 shows all of U+F001 to U+F0FF unescaped, and what it shows is not there" {
  steps='mkdir $'"'d\uf025'; touch \$'a\uf025b' \$'c:d' \$'\uf0ff' \$'\uf02f'"'; LC_ALL=C ls | cat -v
cat a%b && echo shown; cat $'"'a\uf025b'"' && echo typed; cat c:d && echo escaped
cd $'"'d\uf025'"'; basename "$(/bin/pwd)" | cat -v'
  native "$steps"
  assert_output "aM-oM-^@M-%b
c:d
dM-oM-^@M-%
M-oM-^@M-/
M-oM-^CM-?
cat: a%b: No such file or directory
typed
escaped
dM-oM-^@M-%"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed names.private=loses "$steps"
  assert_output "a%b
c:d
d%
M-CM-?
M-oM-^@M-/
cat: a%b: No such file or directory
typed
escaped
d%"
}

@test "names.illegal: getcwd, realpath, readlink of /proc and glob show the Linux spelling" {
  steps='
    mkdir "d:1"; cd "d'$COLON'1"; /bin/pwd; touch "f?"; echo f*
    exec 3<"f?"; readlink /proc/self/fd/3; readlink /proc/self/cwd; realpath .
    cd ..; for i in d*; do echo "$i"; done'
  native "mkdir 'd:1'; $steps"
  assert_line --partial "$COLON"
  shimmed "$steps"
  assert_output - <<EOF
$DRIVE/d:1
f?
$DRIVE/d:1/f?
$DRIVE/d:1
$DRIVE/d:1
d:1
EOF
}

@test "names.illegal: readlink of /proc writes no more than it says" {
  needs python3 python3
  steps='exec 3>"f:?"; python3 -c "
import ctypes
b = ctypes.create_string_buffer(b\"#\" * 4096, 4096)
n = ctypes.CDLL(None).readlink(b\"/proc/self/fd/3\", b, 4096)
print(b.raw[n - 4 : n], b.raw[n:] == b\"#\" * (4096 - n))"'
  native "$steps"
  answer=$output
  assert_output "b'/f:?' True"
  shimmed "$steps"
  assert_output "$answer"
}

@test "names.illegal: symlink and link names, and targets, are one name in both spellings" {
  steps='
    echo x >t:; ln t: "l:"; ln -s t: "s:"; cat l'$COLON' s'$COLON'; readlink s:
    stat -c %h t:'
  native "$steps"
  assert_output "cat: l${COLON}: No such file or directory
cat: s${COLON}: No such file or directory
t:
2"
  shimmed "$steps"
  assert_output "x
x
t:
2"
}

@test "names.illegal: inotify tells the name as it was typed" {
  needs inotifywait inotify-tools
  steps='
    exec 3< <(exec inotifywait -m -e create,delete --format "%e %f" . 2>&1)
    while read -r -u 3 line && [[ $line != *established* ]]; do :; done
    : >"n:m"; rm "n:m"; : >"end"
    while read -r -u 3 line; do echo "$line"; [[ $line != *end ]] || break; done; kill $!'
  native "$steps"
  assert_line "CREATE n:m"
  shimmed "$steps"
  assert_line "CREATE n:m"
  assert_line "DELETE n:m"
}

@test "names.illegal=reject: EINVAL, as before build 17101, and ENOENT to who makes nothing" {
  steps='touch a:b; mkdir "c?"; : >ok; ls; rm d:; touch -c e:f; touch -chd @1 g:h; stat i: | head -1'
  native "$steps"
  assert_output "a:b
c?
ok
rm: cannot remove 'd:': No such file or directory
stat: cannot statx 'i:': No such file or directory"
  shimmed names.illegal=reject "$steps"
  assert_output "touch: cannot touch 'a:b': Invalid argument
mkdir: cannot create directory ‘c?’: Invalid argument
ok
rm: cannot remove 'd:': No such file or directory
stat: cannot statx 'i:': No such file or directory"
}

@test "names.invalid_utf8: EINVAL" {
  steps='touch $'"'\xff'"' $'"'a\xc0\x80'"' $'"'\xed\xa0\x80'"'; ls | wc -l'
  native "$steps"
  assert_output 3
  shimmed "$steps"
  assert_line --partial 'Invalid argument'
  assert_line 0
  shimmed names.invalid_utf8=allow "$steps"
  assert_output 3
}

@test "names.invalid_utf8=replace: each such byte is U+FFFD, so that two names are one" {
  steps='touch $'"'\xff'"' $'"'a\xc0\x80'"' && ls -1 --quoting-style=literal --show-control-chars && mv $'"'\xfe'"' $'"'b:\xff'"' && ls b*'
  native "$steps"
  assert_line --partial "cannot stat"
  shimmed names.invalid_utf8=replace "$steps"
  assert_output "a��
�
b:�"
}

@test "names.length: 255 UTF-16 units, an escaped character counting once" {
  steps='
    printf -v n "%0255d" 0; touch "${n//0/:}" && echo 255
    ls | tr -d "\n" | wc -c; rm -- *:; touch "${n//0/:}:" 2>&1 | grep -o "File name too long"'
  native "$steps"
  assert_output "255
255
File name too long"
  shimmed "$steps"
  assert_output "255
255
File name too long"
  # The kernel has the same answer for every name that has more units, and no rule is heard of.
  needs jq jq
  for length in utf16 native; do
    rm -f "$BATS_TEST_TMPDIR/trace"
    LXSHIM_TRACE=$BATS_TEST_TMPDIR/trace shimmed names.length=$length "$steps"
    assert_output "255
255
File name too long"
    run jq -sr '[.[] | select(.outcome == "denied") | .rule] | unique | join(" ")' "$BATS_TEST_TMPDIR/trace"
    [[ $length == native ]] || assert_output names.length
    [[ $length != native ]] || assert_output ""
  done
}

# What short names lead to, and what is made by them.
by_short_names='umask 022; mkdir "Program Files" .settings; echo in >"Program Files/x"; echo config >.settings/config
  for i in 1 2 3 4 5 6; do echo "$i" >"long name $i.text"; done
  cat PROGRA~1/x Progra~1/x settin~1/config 2>&1
  cat LONGNA~2.TEX longna~4.tex 2>&1; cat LONGNA~5.TEX PROGRA~2/x 2>&1 | grep -c "No such"; echo >"a long name"; echo one >"the only name"
  (mkdir PROGRA~1 && echo made) 2>&1 | grep -oE "File exists|made"; echo written >THEONL~1; mv PROGRA~1 moved; rm -f ALONGN~1
  ls | wc -l; cat "the only name"; ls -d moved "a long name" 2>/dev/null'

@test "names.short: a file is found by its 8.3 name, and none that is missing is made by it" {
  native "$by_short_names"
  assert_line --partial "cat: PROGRA~1/x: No such file or directory"
  assert_line made
  expected=$output
  shimmed names.short=off case.directories=off "$by_short_names"
  assert_output "$expected"
  shimmed drive.volume='{"filesystem": "exfat"}' case.directories=off "$by_short_names"
  assert_output "$expected"
  shimmed case.directories=off "$by_short_names"
  assert_output "in
in
config
2
4
2
File exists
8
written
moved"
}

@test "names.short: what is removed, renamed or replaced by one is never another's, whose number it has now" {
  # One after the other, and the first again.
  steps='for i in 1 2 3; do echo $i >"long name $i.text"; done; rm -f LONGNA~1.TEX LONGNA~2.TEX LONGNA~1.TEX
    echo other >LONGNA~1.TEX; rm LONGNA~1.TEX; truncate -c -s 0 LONGNA~2.TEX
    mv LONGNA~3.TEX x 2>/dev/null; rmdir LONGNA~2.TEX 2>/dev/null; echo new >n; mv n LONGNA~1.TEX; echo newer >n; mv n LONGNA~1.TEX
    rm LONGNA~1.TEX; head "long name"*
    mkdir only; cd only; echo 1 >"long name.text"; for i in 2 3; do echo $i >n; mv n LONGNA~1.TEX; done; cat LONGNA~1.TEX; rm LONGNA~1.TEX
    exec 3>"a long name"; rm "a long name"; echo kept >"a long other name"; rm -f ALONGN~1; exec 3>&-; cat "a long other name"; ls'
  native "$steps"
  expected=$output
  assert_output "==> long name 1.text <==
1

==> long name 2.text <==
2

==> long name 3.text <==
3
3
kept
a long other name
long name.text"
  shimmed case.directories=off unlink.open_file=pending "$steps"
  assert_output "${expected%$'\n'*}"
}

@test "names.short: numbered as the files were made; from the fifth on with a hash, as lxshim win dir /x has them" {
  needs python3 python3
  IN=$(fresh drive)
  python3 -c 'import os, sys
for i in range(30): open(os.path.join(sys.argv[1], f"a long name {i:02}"), "w").write(str(i))' "$IN"
  policy_for "$IN" drive.source=C: >"$BATS_TEST_TMPDIR/win.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/win.json" "$LXSHIM" win dir /x
  assert_success
  sed -nE 's/.* ([^ ]+~[0-9]+) +(a long name [0-9]+)\r?$/\1 \2/p' <<<"$output" >"$BATS_TEST_TMPDIR/names"
  run wc -l <"$BATS_TEST_TMPDIR/names"
  assert_output 30
  steps='while read -r short long; do cmp "$short" "$long" || echo "$short"; done <"$NAMES" 2>&1 | grep -c .'
  export NAMES=$BATS_TEST_TMPDIR/names
  native "$steps"
  assert_output 60
  shimmed "$steps"
  assert_output 0
}

@test "names.short: of a name with a character that Windows has none of, as lxshim win dir /x has it" {
  IN=$(fresh drive)
  echo x >"$IN/a:long name"
  policy_for "$IN" drive.source=C: >"$BATS_TEST_TMPDIR/win.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/win.json" "$LXSHIM" win dir /x
  assert_line --partial " A_LONG~1 "
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/win.json" "$LXSHIM" win type A_LONG~1
  assert_output x
  steps='cat A_LONG~1'
  native "$steps"
  assert_output "cat: A_LONG~1: No such file or directory"
  shimmed "$steps"
  assert_output x
}

@test "names.short: where case counts a short name is in capitals" {
  needs setfattr attr
  steps='echo x >"a long name"; cat ALONGN~1; cat alongn~1; ln -s ALONGN~1 l; cat l; cd .; test ALONGN~1 -ef "a long name" && echo same'
  native "$steps"
  refute_line x
  shimmed case.directories=sensitive case.volume_root=sensitive "$steps"
  assert_output "x
cat: alongn~1: No such file or directory
x
same"
  # Also by the flag of a directory alone.
  shimmed case.directories=off "mkdir d; setfattr -n system.wsl_case_sensitive -v 1 d; cd d; $steps"
  assert_output "x
cat: alongn~1: No such file or directory
x
same"
}

@test "an existing file with an illegal character in its name needs no conversion" {
  IN=$(fresh drive)
  echo old >"$IN/o:ld"
  mkdir "$IN/d?"
  echo in >"$IN/d?/x"
  shimmed 'cat o:ld o'$COLON'ld "d?/x"; mv o:ld new; ls -b; rm -r "d?"; ls'
  assert_output - <<EOF
old
old
in
d?
new
new
EOF
}

@test "names.illegal: a descriptor that only names, O_PATH, is of the file by any spelling" {
  needs python3 python3
  steps='mkdir "d:e"; : >"d:e/a:b"; : >plain; ln -s plain "l:k"; ln -s "d:e/a:b" to; python3 -c "
import os
for name in (\"d:e/a:b\", \"plain\", \"l:k\", \"to\"):
    for flags in (os.O_PATH, os.O_PATH | os.O_NOFOLLOW):
        fd = os.open(name, flags)
        link = \"/proc/self/fd/%d\" % fd
        print(os.path.basename(os.readlink(link)), \"%o\" % (os.fstat(fd).st_mode >> 12), end=\";\")
        os.close(fd)
    print()
for name in (\"d:e/a:b\", \"plain\"):
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW)
    os.chmod(\"/proc/self/fd/%d\" % fd, 0o555)
    print(\"%o\" % os.stat(name).st_mode)
top = os.open(\".\", os.O_PATH)
print(os.open(\"d:e/a:b\", os.O_PATH, dir_fd=top) > 0)
try:
    os.open(\"d:e/none\", os.O_PATH)
except FileNotFoundError:
    print(\"none\")
"'
  expected='a:b 10;a:b 10;
plain 10;plain 10;
plain 10;l:k 12;
a:b 10;to 12;
100555
100555
True
none'
  native "$steps"
  assert_output "$expected"
  shimmed "$steps"
  assert_output "$expected"
}
