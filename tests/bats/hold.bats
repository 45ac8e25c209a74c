#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win hold: a process of Windows that has a file or directory open.

load helpers

IN_USE='The process cannot access the file because it is being used by another process.'

setup() {
  DIR=$(fresh drive)
  cd "$DIR" || return
  echo text >f
  mkdir d
  unset WINDOWS
}

win() {
  run "$LXSHIM" win "$@"
}

# Starts a holder and waits for its ready line. let_go ends it.
holding() {
  mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
  "$LXSHIM" win hold --until-stdin-closes "$@" \
    <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
  WINDOWS=$!
  exec 8>"$BATS_TEST_TMPDIR/in" 9<"$BATS_TEST_TMPDIR/out"
  read -r -u 9 READY
  assert_equal "$READY" ready
}

let_go() {
  exec 8>&- 9<&-
  wait "$WINDOWS"
  rm "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

@test "the sharing matrix: what is open, against what is asked for" {
  local access share with asks expected
  # held access, held share, asked access, asked share, answer
  while read -r access share with asks expected; do
    holding --access "$access" --share "$share" f
    win ntcreate --access "$with" --share "$asks" f
    [[ ${lines[0]} == "Status: STATUS_$expected "* ]] ||
      fail "$access/$share against $with/$asks: ${lines[0]}"
    let_go
  done <<'END'
read all read all SUCCESS
read all write all SUCCESS
read all delete all SUCCESS
read write,delete read all SHARING_VIOLATION
read read,delete write all SHARING_VIOLATION
read read,write delete all SHARING_VIOLATION
read none attributes none SUCCESS
attributes none all none SUCCESS
read all read write,delete SHARING_VIOLATION
write all read read,delete SHARING_VIOLATION
write all read read,write SUCCESS
delete all read read,write SHARING_VIOLATION
delete all read delete,read SUCCESS
execute all read none SHARING_VIOLATION
END
}

@test "commands say that the file is in use, each in its way" {
  touch g
  holding f
  win type f
  assert_success
  win del f
  assert_failure 1
  assert_line --index 1 "$IN_USE"
  win ren f x
  assert_failure 1
  assert_output "$IN_USE"
  win move f x
  assert_output "$IN_USE"
  win move g f
  assert_failure 1
  assert_output 'Access is denied.'
  let_go
  win del f
  assert_success
  assert_file_not_exists f
  echo text >f
  holding --share none f
  win type f
  assert_output "$IN_USE"
  win copy f x
  assert_line --index 0 "$IN_USE"
  win write f new
  assert_output "$IN_USE"
  let_go
  run cat f
  assert_output text
}

@test "a directory: it cannot go, and its parents keep their names" {
  mkdir d/e
  holding d/e
  win rd 'd\e'
  assert_failure 1
  assert_output "$IN_USE"
  win ren d x
  assert_output 'Access is denied.'
  let_go
  win ren d x
  assert_success
  win rd 'x\e'
  assert_success
}

@test "who shares deleting lets the name go at once, and keeps the file" {
  holding --share all f
  win del f
  assert_success
  assert_file_not_exists f
  let_go
}

@test "a program of Linux counts as one that shares reading and writing" {
  start_holding fd f
  win type f
  assert_success
  win ntcreate --share none f
  assert_line 'Status: STATUS_SHARING_VIOLATION (0xC0000043)'
  win del f
  assert_line --index 1 "$IN_USE"
  stop_holding
  win del f
  assert_success
}

@test "programs under the library meet it as a holder" {
  mkdir tree
  touch tree/file
  holding 'tree\file'
  # Plain Linux lets both happen.
  IN=$DIR native 'mv tree moved && mv moved tree'
  assert_success
  IN=$DIR shimmed unlink.open_file=deny 'rm -f tree/file; mv tree moved'
  assert_failure
  assert_output "rm: cannot remove 'tree/file': Permission denied
mv: cannot move 'tree' to 'moved': Permission denied"
  let_go
  IN=$DIR shimmed unlink.open_file=deny 'rm tree/file && mv tree moved'
  assert_success
  holding d
  IN=$DIR native 'rmdir d && mkdir d'
  assert_success
  let_go
  holding d
  IN=$DIR shimmed rmdir.open_directory=deny 'rmdir d'
  assert_failure
  let_go
  IN=$DIR shimmed rmdir.open_directory=deny 'rmdir d'
  assert_success
}

@test "killed, it holds nothing" {
  holding --share none f
  kill -KILL "$WINDOWS"
  wait "$WINDOWS" || true
  exec 8>&- 9<&-
  win del f
  assert_success
}

@test "for as long as a command runs, whose status it has" {
  win hold --share none f -- "$LXSHIM" win type f
  assert_failure 1
  assert_output "$IN_USE"
  win hold f -- sh -c 'exit 7'
  assert_failure 7
  win type f
  assert_output text
  win hold --for 1ms f
  assert_success
  assert_output ready
}

@test "what is not there or not understood" {
  win hold nope
  assert_failure 1
  assert_output 'The system cannot find the file specified.'
  win hold --share everything f
  assert_failure 1
  assert_output 'lxshim: win: not understood: --share everything'
  win hold --for soon f
  assert_failure 1
}
