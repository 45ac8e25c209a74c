#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win cmd: lines as typed at a prompt of Windows.

load helpers
load windows

@test "the session of the post: what Windows makes of a link of WSL's, and of its own" {
  echo 'this is a symlink test' >"$DIR/test_symlink.txt"
  ln -s test_symlink.txt "$DIR/targetfile.txt"
  session <<'END'
type targetfile.txt
dir
echo "this is a test for windows symlink" > test_win_symlink.txt
mklink win_targetfile.txt test_win_symlink.txt
dir
type win_targetfile.txt
echo "this is a test for windows junctions" > test_win_junction.txt
mklink /J junction_targetfile.txt test_win_junction.txt
dir
type test_win_junction.txt
END
  assert_success
  # Blanks that the post lost are as cmd.exe prints them; echo's blank before ">" is in the files.
  assert_output "$(sed 's/·$/ /' <<'END'
C:\testing>type targetfile.txt
The file cannot be accessed by the system.

C:\testing>dir
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

MM/DD/YYYY  HH:MM AM    <DIR>          .
MM/DD/YYYY  HH:MM AM    <JUNCTION>     targetfile.txt [...]
MM/DD/YYYY  HH:MM AM                23 test_symlink.txt
               2 File(s)             23 bytes
               1 Dir(s) FREE bytes free

C:\testing>echo "this is a test for windows symlink" > test_win_symlink.txt

C:\testing>mklink win_targetfile.txt test_win_symlink.txt
symbolic link created for win_targetfile.txt <<===>> test_win_symlink.txt

C:\testing>dir
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

MM/DD/YYYY  HH:MM AM    <DIR>          .
MM/DD/YYYY  HH:MM AM    <JUNCTION>     targetfile.txt [...]
MM/DD/YYYY  HH:MM AM                23 test_symlink.txt
MM/DD/YYYY  HH:MM AM                39 test_win_symlink.txt
MM/DD/YYYY  HH:MM AM    <SYMLINK>      win_targetfile.txt [test_win_symlink.txt]
               4 File(s)             62 bytes
               1 Dir(s) FREE bytes free

C:\testing>type win_targetfile.txt
"this is a test for windows symlink"·

C:\testing>echo "this is a test for windows junctions" > test_win_junction.txt

C:\testing>mklink /J junction_targetfile.txt test_win_junction.txt
Junction created for junction_targetfile.txt <<===>> test_win_junction.txt

C:\testing>dir
 Volume in drive C is OS
 Volume Serial Number is E033-CB3E

 Directory of C:\testing

MM/DD/YYYY  HH:MM AM    <DIR>          .
MM/DD/YYYY  HH:MM AM    <JUNCTION>     junction_targetfile.txt [C:\testing\test_win_junction.txt]
MM/DD/YYYY  HH:MM AM    <JUNCTION>     targetfile.txt [...]
MM/DD/YYYY  HH:MM AM                23 test_symlink.txt
MM/DD/YYYY  HH:MM AM                41 test_win_junction.txt
MM/DD/YYYY  HH:MM AM                39 test_win_symlink.txt
MM/DD/YYYY  HH:MM AM    <SYMLINK>      win_targetfile.txt [test_win_symlink.txt]
               5 File(s)            103 bytes
               2 Dir(s) FREE bytes free

C:\testing>type test_win_junction.txt
"this is a test for windows junctions"·

C:\testing>
END
)"
}

@test "cmd: prompt, cd, redirection, what it does not know" {
  session <<'END'
md sub
cd SUB
cd
echo one> f.txt
echo two>> F.TXT
type f.txt
cd ..
cd nowhere
frob x
rem nothing
exit 3
END
  assert_output - <<'END'
C:\testing>md sub

C:\testing>cd SUB

C:\testing\SUB>cd
C:\testing\SUB

C:\testing\SUB>echo one> f.txt

C:\testing\SUB>echo two>> F.TXT

C:\testing\SUB>type f.txt
one
two

C:\testing\SUB>cd ..

C:\testing>cd nowhere
The system cannot find the path specified.

C:\testing>frob x
'frob' is not recognized as an internal or external command,
operable program or batch file.

C:\testing>rem nothing

C:\testing>exit 3
END
  win cmd /c 'type nope'
  assert_failure 1
  windows cmd /c 'echo hello'
  assert_output hello
}

@test "cmd: what joins commands, by how much it binds" {
  echo text >"$DIR/f"
  local line expected
  while IFS='@' read -r line expected; do
    win cmd /c "$line"
    output=${output//$'\r'/}
    assert_equal "$line: ${output//$'\n'/,}" "$line: $expected"
  done <<'END'
echo a& echo b@a,b
echo a&& echo b@a,b
echo a|| echo b@a
type nope&& echo b@The system cannot find the file specified.
type nope|| echo b@The system cannot find the file specified.,b
type nope& echo b@The system cannot find the file specified.,b
type nope&& echo b|| echo c@The system cannot find the file specified.,c
echo a|| echo b&& echo c@a
echo a|| echo b& echo c@a,c
echo a&& type nope|| echo c@a,The system cannot find the file specified.,c
echo a>x&& type x@a
echo "a & b"@"a & b"
echo a ^& b@a & b
echo a^|b@a|b
echo a&@a
type "f"&&echo b@text,b
cmd /c echo inner&& echo outer@inner,outer
END
  win cmd /c 'type nope && echo b'
  assert_failure 1
  windows cmd /c 'type nope || echo b'
}

@test "cmd: what cmd.exe has and this does not, help, an empty file, and messages after their line" {
  windows cmd /c 'type nul> empty'
  assert_file_empty "$DIR/empty"
  windows cmd /c help
  assert_line --regexp '^  mklink +make a link$'
  windows help
  assert_line --regexp '^  mklink +make a link$'
  win cmd /c 'set x=1'
  assert_failure 1
  assert_output 'lxshim: win: set is not done here; "help" lists what is'
  win cd x
  assert_failure 2
  assert_output 'lxshim: cd is about a prompt, and "lxshim win cmd" has one'
  session <<<'echo x> nope\y'
  assert_line --index 0 'C:\testing>echo x> nope\y'
  assert_line --index 1 'The system cannot find the path specified.'
}

@test "cmd: what is misplaced or not done here stops the line before any of it" {
  local line expected
  while IFS='@' read -r line expected; do
    win cmd /c "echo a>made & $line"
    assert_failure 1
    assert_output "$expected"
    assert_not_exists "$DIR/made"
  done <<'END'
&& dir@&& was unexpected at this time.
dir && || dir@|| was unexpected at this time.
dir >@> was unexpected at this time.
dir < & dir@< was unexpected at this time.
dir | more@lxshim: win: a pipe (|) is not done here; say it without
dir nope 2>nul@lxshim: win: redirection of standard error is not done here; say it without
dir 2>&1@lxshim: win: redirection of standard error is not done here; say it without
(dir)@lxshim: win: a group in parentheses is not done here; say it without
END
  # Elsewhere these are characters as any other.
  windows cmd /c 'echo 12>made'
  run cat "$DIR/made"
  assert_output $'12\r'
  windows cmd /c 'echo a 1>made'
  run cat "$DIR/made"
  assert_output $'a \r'
}
