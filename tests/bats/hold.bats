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

# Each way to use a file that has the names f, unlinked and replaced, and what comes of it.
TRIES='python3 - <<END
import errno, os
def tries(name, *steps):
    try:
        for step in steps:
            step()
        print(name, "ok", end=" ")
    except OSError as e:
        print(name, errno.errorcode[e.errno], end=" ")
def opens(flags):
    return lambda: os.close(os.open("f", flags))
tries("stat", lambda: os.stat("f"))
tries("read", opens(os.O_RDONLY))
tries("write", opens(os.O_WRONLY))
tries("both", opens(os.O_RDWR))
tries("truncate", lambda: os.truncate("f", 9))
tries("empty", opens(os.O_WRONLY | os.O_TRUNC))
tries("rename", lambda: os.rename("f", "g"), lambda: os.rename("g", "f"))
tries("over", lambda: os.rename("other", "replaced"))
tries("unlink", lambda: os.unlink("unlinked"))
print()
END'

@test "sharing.windows: the matrix against programs under the library" {
  needs python3 python3
  local access share expected drive=$BATS_TEST_TMPDIR/drive-for-windows.json
  policy_for "$DIR" >"$drive"
  while read -r access share expected; do
    rm -rf tree
    mkdir tree
    echo text >tree/f
    ln tree/f tree/unlinked
    ln tree/f tree/replaced
    touch tree/other
    LXSHIM_POLICY=$drive holding --access "$access" --share "$share" 'tree\f'
    IN=$DIR shimmed "cd tree; $TRIES"
    let_go
    assert_output "$expected "
    # The mark that the library looks for is gone with the holder.
    run stat -c %a tree/f
    assert_output 644
  done <<'END'
read all stat ok read ok write ok both ok truncate ok empty ok rename ok over EPERM unlink ok
read none stat ok read EACCES write EACCES both EACCES truncate EACCES empty EACCES rename EACCES over EACCES unlink EACCES
read read stat ok read ok write EACCES both EACCES truncate EACCES empty EACCES rename EACCES over EACCES unlink EACCES
read write stat ok read EACCES write ok both EACCES truncate ok empty ok rename EACCES over EACCES unlink EACCES
read read,write stat ok read ok write ok both ok truncate ok empty ok rename EACCES over EACCES unlink EACCES
read delete stat ok read EACCES write EACCES both EACCES truncate EACCES empty EACCES rename ok over EPERM unlink ok
write all stat ok read ok write ok both ok truncate ok empty ok rename ok over EPERM unlink ok
delete all stat ok read ok write ok both ok truncate ok empty ok rename ok over EPERM unlink ok
attributes none stat ok read ok write ok both ok truncate ok empty ok rename ok over EPERM unlink ok
END
}

@test "sharing.windows: on plain Linux nothing is refused, nor by the rule's other value" {
  needs python3 python3
  local all='stat ok read ok write ok both ok truncate ok empty ok rename ok over ok unlink ok '
  echo text >f
  ln -f f unlinked
  ln -f f replaced
  touch other
  holding --share none f
  IN=$DIR native "$TRIES"
  assert_output "$all"
  ln -f f unlinked
  ln -f f replaced
  touch other
  IN=$DIR shimmed sharing.windows=allow unlink.open_file=posix rename.open_target=posix "$TRIES"
  assert_output "$all"
  # In the eras of POSIX deletion Windows' sharing modes still count.
  ln -f f unlinked
  ln -f f replaced
  touch other
  IN=$DIR shimmed unlink.open_file=posix rename.open_target=posix "$TRIES"
  assert_output --partial 'rename EACCES over EACCES unlink EACCES'
  let_go
}

@test "sharing.windows: a program" {
  install /bin/true f
  holding --share write f
  IN=$DIR native ./f
  assert_success
  IN=$DIR shimmed ./f
  assert_failure 126
  let_go
  IN=$DIR shimmed ./f
  assert_success
}

@test "sharing.windows: a directory, and who is to blame" {
  mkdir d/e
  holding --share none d
  IN=$DIR native 'ls d; mv d x && mv x d'
  assert_output e
  IN=$DIR shimmed 'ls d; stat -c %F d; mv d x'
  assert_output "ls: cannot open directory 'd': Permission denied
directory
mv: cannot move 'd' to 'x': Permission denied"
  IN=$DIR LXSHIM_TRACE=$BATS_TEST_TMPDIR/trace shimmed 'ls d'
  run cat "$BATS_TEST_TMPDIR/trace"
  assert_output --regexp '"sharing.windows".*"pid": ?'"$WINDOWS"
  let_go
}

@test "killed, it holds nothing" {
  holding --share none f
  kill -KILL "$WINDOWS"
  wait "$WINDOWS" || true
  exec 8>&- 9<&-
  IN=$DIR shimmed 'cat f; echo new >f; mv f g; mv g f'
  assert_output text
  win del f
  assert_success
}

@test "killed, it leaves a mark, which the next look of Windows takes away" {
  holding --share none f
  kill -KILL "$WINDOWS"
  wait "$WINDOWS" || true
  exec 8>&- 9<&-
  rm "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
  run stat -c %a f
  assert_output 1644
  win type f
  run stat -c %a f
  assert_output 644
  # What somebody holds, and what is a link, keeps it.
  holding --share read f
  win type f
  assert_output text
  run stat -c %a f
  assert_output 1644
  let_go
  win mklink l f
  win ntcreate --options open-reparse-point l
  assert_success
  run stat -c %a l
  assert_output 1755
}

@test "ended by a signal, it leaves no mark on the file" {
  local name ended
  for name in INT TERM HUP; do
    mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
    # The shell has what it starts in the background ignore the first of them.
    env --default-signal=INT "$LXSHIM" win hold --until-stdin-closes --share none f \
      <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
    WINDOWS=$!
    exec 8>"$BATS_TEST_TMPDIR/in" 9<"$BATS_TEST_TMPDIR/out"
    read -r -u 9 _
    run stat -c %a f
    assert_output 1644
    kill -"$name" "$WINDOWS"
    ended=0
    wait "$WINDOWS" || ended=$?
    exec 8>&- 9<&-
    rm "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
    assert_equal "$ended" $((128 + $(kill -l "$name")))
    run stat -c %a f
    assert_output 644
  done
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
  assert_output 'lxshim: win: nope: The system cannot find the file specified.'
  win hold --share everything f
  assert_failure 1
  assert_output 'lxshim: win: not understood: --share everything'
  win hold --for soon f
  assert_failure 1
}
