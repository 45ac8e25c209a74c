#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win dir: listings, their order, and 8.3 names.

load helpers
load windows

@test "dir: links, sizes, switches" {
  mkdir "$DIR/sub" "$DIR/Program Files"
  head -c 1234567 /dev/zero >"$DIR/big.bin"
  touch "$DIR/a.txt" "$DIR/sub/deep.txt"
  windows mklink /d ntdir sub
  session <<'END'
dir
dir /b
dir /b /s *.txt
dir /x program*
dir /a:d /b
dir /o-s /b *.*
dir nothing
dir sub
END
  assert_output - <<'END'
C:\testing>dir
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

MM/DD/YYYY  HH:MM AM    <DIR>          .
MM/DD/YYYY  HH:MM AM                 0 a.txt
MM/DD/YYYY  HH:MM AM         1,234,567 big.bin
MM/DD/YYYY  HH:MM AM    <SYMLINKD>     ntdir [sub]
MM/DD/YYYY  HH:MM AM    <DIR>          Program Files
MM/DD/YYYY  HH:MM AM    <DIR>          sub
               2 File(s)      1,234,567 bytes
               4 Dir(s) FREE bytes free

C:\testing>dir /b
a.txt
big.bin
ntdir
Program Files
sub

C:\testing>dir /b /s *.txt
C:\testing\a.txt
C:\testing\sub\deep.txt

C:\testing>dir /x program*
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

MM/DD/YYYY  HH:MM AM    <DIR>          PROGRA~1     Program Files
               0 File(s)              0 bytes
               1 Dir(s) FREE bytes free

C:\testing>dir /a:d /b
ntdir
Program Files
sub

C:\testing>dir /o-s /b *.*
big.bin
a.txt
ntdir
Program Files
sub

C:\testing>dir nothing
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

File Not Found

C:\testing>dir sub
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing\sub

MM/DD/YYYY  HH:MM AM    <DIR>          .
MM/DD/YYYY  HH:MM AM    <DIR>          ..
MM/DD/YYYY  HH:MM AM                 0 deep.txt
               1 File(s)              0 bytes
               2 Dir(s) FREE bytes free

C:\testing>
END
}

@test "8.3 names: numbered as the files were made, and names as any other" {
  needs setfattr attr
  local name
  for name in 'Long name two.txt' 'Long name one.txt' short.txt; do
    echo "$name" >"$DIR/$name"
  done
  # Made in this order, whatever the clock's grain.
  setfattr -n user.DOSATTRIB -v 0x0000050005000000110000002000000080b2a4d46a4eda01 "$DIR/Long name two.txt"
  windows dir /x
  assert_line --regexp ' LONGNA~1\.TXT Long name two\.txt$'
  assert_line --regexp ' LONGNA~2\.TXT Long name one\.txt$'
  assert_line --regexp ' {13}short\.txt$'
  # The same whatever else is shown.
  windows dir /x '*one*'
  assert_line --regexp ' LONGNA~2\.TXT Long name one\.txt$'
  windows type 'longna~2.txt'
  assert_output 'Long name one.txt'
  windows md 'Program Files'
  windows write 'PROGRA~1\x' text
  assert_file_exists "$DIR/Program Files/x"
  win type 'LONGNA~3.TXT'
  assert_failure 1
}

@test "names are sorted as NTFS sorts them" {
  touch "$DIR/b" "$DIR/A" "$DIR/_" "$DIR/é" "$DIR/É1" "$DIR/z" "$DIR/ä"
  windows dir /b
  assert_output $'A\nb\nz\n_\nä\né\nÉ1'
}

@test "streams: a command that takes the whole file is refused one's name, and the file stays" {
  local command
  mkdir "$DIR/dir"
  touch "$DIR/dir/inside"
  windows write f.txt main
  windows write f.txt:info stream
  for command in 'del f.txt:info' 'del /s /q dir:info' 'rd dir:info' 'rd /s /q dir:info' 'ren f.txt:info g.txt' \
    'move /y f.txt:info g.txt' 'move /y f.txt g.txt:info' 'attrib +r f.txt:info' 'icacls f.txt:info'; do
    # shellcheck disable=SC2086 # words
    win $command
    assert_failure
    assert_line --partial "The filename, directory name, or volume label syntax is incorrect."
  done
  run find "$DIR" -mindepth 1 -perm -200 -printf '%P\n'
  assert_equal "$(sort <<<"$output")" $'dir\ndir/inside\nf.txt'
  windows more f.txt:info
  assert_output $'stream\r'
}
