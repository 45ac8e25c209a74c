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
