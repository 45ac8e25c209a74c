#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win: a name that is odd means the file that Windows would find by it, and no other one goes.

load helpers
load windows

# contents: every file with what is in it, a line each.
contents() {
  env -C "$DIR" find . -mindepth 1 -type f -printf '%P ' -exec head -n1 {} \; | sort
}

# fill NAME...: files with their own names in them.
fill() {
  local name
  for name; do
    mkdir -p "$(dirname "$DIR/$name")"
    echo "$name" >"$DIR/$name"
  done
}

# refused MESSAGE COMMAND...: it fails so, and every file is as before.
refused() {
  local before message=$1
  before=$(contents)
  shift
  win "$@"
  assert_failure
  assert_output --partial "$message"
  assert_equal "$(contents)" "$before"
}

@test "move, copy: several files do not become one" {
  fill a.txt b.txt c.txt
  mkdir "$DIR/dir"
  refused 'Cannot move multiple files to a single file.' move '*.txt' new
  refused 'Cannot move multiple files to a single file.' move /y '*' c.txt
  refused 'several files into one are not copied here' copy '*.txt' new
  refused 'several files into one are not copied here' copy /y '*.txt' b.txt
  # One is no several, to a directory they may all go, and nowhere as well.
  windows move 'a*' one
  windows copy '*.txt' nul
  windows move '*.txt' dir
  assert_equal "$(contents)" $'dir/b.txt b.txt\ndir/c.txt c.txt\none a.txt'
}

@test "del: what has an extension is not meant by a pattern that ends in a dot" {
  fill plain other.txt plan.b
  run env -C "$DIR" "$LXSHIM" win del '*.' </dev/null
  assert_output --partial 'Are you sure'
  windows dir /b '*.'
  assert_output plain
  windows del 'p*.'
  assert_equal "$(contents)" $'other.txt other.txt\nplan.b plan.b'
  refused 'Could Not Find' del /q '*.'
}

@test "a raw name keeps its dots and blanks, in what is below it as well" {
  fill a.txt b.txt. 'c ' c d/in d./in
  refused 'Could Not Find' del '\\?\C:\testing\a.txt.'
  refused 'Could Not Find' del '\\?\C:\testing\a.txt '
  windows del '\\?\C:\testing\b.txt.'
  windows del '\\?\C:\testing\c '
  windows rd /s /q '\\?\C:\testing\d.'
  assert_equal "$(contents)" $'a.txt a.txt\nc c\nd/in d/in'
  fill d./in
  windows copy '\\?\C:\testing\d.\*' .
  windows attrib +h '\\?\C:\testing\d.\*' /s
  windows move '\\?\C:\testing\d.\in' a.txt
  assert_equal "$(contents)" $'a.txt d./in\nc c\nd/in d/in\nin d./in'
  windows md '\\?\C:\testing\e.\f.'
  assert_dir_exists "$DIR/e./f."
}

@test "a name with a separator at its end is no file's" {
  fill a b
  refused 'The filename, directory name, or volume label syntax is incorrect.' del "a\\"
  refused 'The filename, directory name, or volume label syntax is incorrect.' move /y a "b\\"
  refused 'The filename, directory name, or volume label syntax is incorrect.' move a "none\\"
  refused 'The filename, directory name, or volume label syntax is incorrect.' copy a "none\\"
  mkdir "$DIR/dir"
  windows move dir "other\\"
  assert_dir_exists "$DIR/other"
}

@test "streams: a file is not copied over by one of its own, and a directory has no content" {
  fill f.txt dir/in
  windows write f.txt:info stream
  refused 'The file cannot be copied onto itself.' copy /y f.txt:info .
  refused 'The file cannot be copied onto itself.' copy /y f.txt:info f.txt
  refused 'Access is denied.' rd /s /q 'dir::$DATA'
  refused 'Access is denied.' del /q 'dir::$DATA'
  refused 'The directory name is invalid.' md new:info
  refused 'The directory name is invalid.' md :info
  windows more f.txt:info
  assert_output $'stream\r'
  assert_file_not_exists "$DIR/new"
}

@test "cmd: a line, a word or a name that does not fit is not run in parts" {
  local long
  fill a b
  long=$(head -c 8200 /dev/zero | tr '\0' x)
  run bash -c 'printf "rem %s\ndel a\n" "$3" | head -c 8195 | { cat; echo del b; } | env -C "$0" "$1" win cmd' \
    "$DIR" "$LXSHIM" '' "$long"
  assert_output --partial 'The command line is too long.'
  assert_file_exists "$DIR/b"
  refused 'The command line is too long.' cmd /c "del a & rem $long"
  refused 'too long' cmd /c "del $(printf 'x\\..\\%.0s' {1..820})a"
  # "^" is taken away once.
  fill 'x^y' xy 'p&q' p q
  windows cmd /c 'del x^^y'
  windows cmd /c 'del p^&q'
  assert_equal "$(contents)" $'a a\nb b\np p\nq q\nxy xy'
  windows cmd /c 'del p q xy'
  refused 'too long' cmd /c "echo new > $(printf 'x\\..\\%.0s' {1..820})a"
  refused 'The command line is too long.' cmd /c "del$(printf ' n%.0s' {1..80}) a"
  refused 'The command line is too long.' del a "$(printf '/q%.0s' {1..80})"
}

@test "ren: who comes to have the name meanwhile keeps it" {
  local log=$BATS_TEST_TMPDIR/trace
  needs strace strace
  fill a
  # The name is taken by another process at the moment of the rename itself.
  run env -C "$DIR" strace -qq -o "$log" -e trace=renameat2 -e inject=renameat2:error=EEXIST:when=1 "$LXSHIM" win ren a b
  assert_failure
  assert_output --partial 'A duplicate file name exists'
  assert_equal "$(contents)" 'a a'
  assert_file_contains "$log" RENAME_NOREPLACE
}

# mounted_below COMMAND...: as typed in C:\testing, below which dir/m is what somebody keeps elsewhere, mounted there.
mounted_below() {
  run unshare -m bash -c 'mount --bind "$1" dir/m && mount --bind "$1/one" dir/single && shift && exec "$@"' \
    mounted "$BATS_TEST_TMPDIR/kept" "$LXSHIM" win "$@"
}

@test "rd /s, del /s, icacls /t: what somebody has mounted below is another volume, and is not entered" {
  needs getfattr attr
  ((EUID == 0)) || skip "only root mounts"
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  mkdir -p "$BATS_TEST_TMPDIR/kept/deep" "$DIR/dir/m" "$DIR/dir/sub"
  touch "$BATS_TEST_TMPDIR/kept/"{one,deep/file} "$DIR/dir/"{single,file,sub/file}
  cd "$DIR"
  kept() { assert_equal "$(find "$BATS_TEST_TMPDIR/kept" -type f -printf '%P %m\n' | sort)" $'deep/file 644\none 644'; }
  mounted_below icacls dir /grant Users:R /t
  assert_success
  refute_output --partial 'dir\m'
  mounted_below attrib +r 'dir\f*' /s
  assert_success
  kept
  assert_equal "$(getfattr -Rdm - "$BATS_TEST_TMPDIR/kept")" ""
  mounted_below attrib -r 'dir\f*' /s
  # Natively rm -r empties it.
  cp -a "$BATS_TEST_TMPDIR/kept" "$BATS_TEST_TMPDIR/lost"
  run unshare -m bash -c 'mkdir native native/m && mount --bind "$0" native/m && rm -r native' "$BATS_TEST_TMPDIR/lost"
  assert_output "rm: cannot remove 'native/m': Device or resource busy"
  assert_equal "$(find "$BATS_TEST_TMPDIR/lost" -type f)" ""
  mounted_below del /s /q 'dir\f*'
  assert_success
  assert_equal "$(find dir | sort)" $'dir\ndir/m\ndir/single\ndir/sub'
  touch dir/{file,sub/file}
  mounted_below rd /s /q dir
  assert_failure
  assert_output 'C:\testing\dir\m - The process cannot access the file because it is being used by another process.
C:\testing\dir\single - The process cannot access the file because it is being used by another process.'
  kept
  assert_equal "$(find dir | sort)" $'dir\ndir/m\ndir/single'
  mounted_below rd /s /q 'dir\m'
  assert_failure
  assert_output 'The process cannot access the file because it is being used by another process.'
  kept
  # What is named is meant, and a drive's own root is no mount below it.
  mounted_below rd /s /q 'dir\m\deep'
  assert_success
  assert_not_exists "$BATS_TEST_TMPDIR/kept/deep"
  cd "$BATS_TEST_TMPDIR" # who is in a directory holds it
  run unshare -m bash -c 'mount --bind "$0" "$0" && cd "$0" && mkdir a && "$1" win rd /s /q a && "$1" win rd /s /q testing' "$ROOT" "$LXSHIM"
  assert_success
  assert_equal "$(ls "$ROOT")" ""
}
