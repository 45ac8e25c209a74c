#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win nt: scripts of NT calls, and what they hold.

load helpers

setup() {
  DIR=$(fresh drive)
  policy_for "$DIR" drive.source=C: >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
}

# Runs the script on standard input.
script() {
  run "$LXSHIM" win nt
}

# The same, and then its answers are the lines of $1 without what is the same in each: the number, the call.
answers() {
  local expected=$1
  script
  assert_success
  assert_equal "$(cut -d' ' -f5- <<<"$output")" "$expected"
}

# Starts a script that goes on; ask sends it a line and reads the answer; finish ends it.
begin() {
  mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
  "$LXSHIM" win nt <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
  WINDOWS=$!
  exec 8>"$BATS_TEST_TMPDIR/in" 9<"$BATS_TEST_TMPDIR/out"
}

ask() {
  local answer
  echo "$1" >&8
  read -r -u 9 answer
  [[ $answer == *" STATUS_$2 "* ]] || fail "$1: $answer"
}

finish() {
  exec 8>&- 9<&-
  wait "$WINDOWS"
}

@test "an answer says line, call, handle, NTSTATUS, Win32 error and IoStatus" {
  script <<<$'# a comment\n\nopen h C:\\f access=write disposition=create\nopen i "C:\\none\\with blanks"\nclose h'
  assert_success
  assert_output '3 open h 0x00000000 STATUS_SUCCESS win32=0 information=CREATED
4 open i 0xC000003A STATUS_OBJECT_PATH_NOT_FOUND win32=3
5 close h 0x00000000 STATUS_SUCCESS win32=0'
  assert_file_exists "$DIR/f"
}

@test "what is not understood is refused with its line and what helps, and of a file nothing is run" {
  local line
  while IFS='|' read -r line expected; do
    script <<<"$line"
    assert_failure 1
    assert_output "lxshim: win: standard input:1: $expected"
  done <<'END'
opne h C:\f|there is no call "opne": did you mean "open"?
fly|there is no call "fly": "lxshim win nt --help" lists them
open h|open: something is missing: open HANDLE NAME [access=A] [share=S] [disposition=D] [options=O] [attributes=T]
open h f|open: "f": a name is written in full: C:\DIR\FILE
open h/ C:\f|open: "h/" names no handle: up to 31 letters and digits do
open h C:\f sahre=read|open: "sahre=read" does not belong there: open HANDLE NAME [access=A] [share=S] [disposition=D] [options=O] [attributes=T]
open h C:\f share=raed|open: "raed" is not understood: it takes a number in hexadecimal, or none, read, write, delete, all
open h C:\f disposition=9|open: there is no disposition 9: 0 to 5 are
disposition h maybe|disposition: "maybe" is not understood: it takes a number in hexadecimal, or keep, delete
eof h ten|eof: "ten" is no number: 10, 0x10
write h 0 0xabc|write: a value is text, or 0x and two digits for each byte, 1024 at most
open h "C:\f|a quote is opened and not closed: a name with blanks is "C:\like this"
END
  printf 'open h C:\\f disposition=create\nclose\n' >"$BATS_TEST_TMPDIR/script"
  run "$LXSHIM" win nt "$BATS_TEST_TMPDIR/script"
  assert_failure 1
  assert_output "lxshim: win: $BATS_TEST_TMPDIR/script:2: close: something is missing: close HANDLE"
  assert_file_not_exists "$DIR/f"
}

@test "a deletion waits for the last handle, whatever the case of the name, and can be taken back" {
  answers 'STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 attributes=0x20 size=0 links=0 pending=1 directory=0
STATUS_DELETE_PENDING win32=5
STATUS_DELETE_PENDING win32=5
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_INVALID_HANDLE win32=6
STATUS_DELETE_PENDING win32=5
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2' <<'END'
open a C:\f access=read,delete disposition=create
open b C:\f access=read,delete
disposition a delete
query b
open c C:\f
open c C:\F disposition=open-if
rename a C:\g
disposition b keep
open c C:\f
close c
disposition a delete
close a
query a
open c C:\f
close b
open c C:\f
END
}

@test "who may delete: DELETE is asked for, read-only and what is in a directory stay" {
  mkdir "$DIR/d" "$DIR/e"
  touch "$DIR/d/f" "$DIR/r"
  chmod a-w "$DIR/r"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0 information=OPENED
STATUS_DIRECTORY_NOT_EMPTY win32=145
STATUS_SUCCESS win32=0 information=OPENED
STATUS_CANNOT_DELETE win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_DELETE_PENDING win32=5
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2' <<'END'
open f C:\d\f access=read
disposition f delete
open d C:\d access=delete
disposition d delete
open r C:\r access=delete
disposition r delete
disposition-ex r delete,posix,ignore-readonly
close r
open r C:\r
open e C:\e access=delete options=directory-file
disposition e delete
open g C:\e\g disposition=create
close e
open e C:\e
END
}

@test "POSIX semantics free the name when the handle is closed, with others still open" {
  answers 'STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_DELETE_PENDING win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0 attributes=0x20 size=0 links=0 pending=1 directory=0' <<'END'
open a C:\f access=read,delete disposition=create
open b C:\f access=read
disposition-ex a delete,posix
open c C:\f disposition=open-if
close a
open c C:\f disposition=create
query b
END
}

@test "delete-on-close removes the file by the name that it has by then, and wants DELETE" {
  answers 'STATUS_INVALID_PARAMETER win32=87
STATUS_CANNOT_DELETE win32=5
STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 attributes=0x20 size=0 links=1 pending=0 directory=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2' <<'END'
open a C:\f disposition=create options=delete-on-close
open a C:\f access=delete disposition=create options=delete-on-close attributes=readonly
open a C:\f access=read,delete disposition=create options=delete-on-close
rename a C:\g
query a
disposition a keep
close a
open a C:\g
END
}

@test "rename: a directory takes the place of a file, and of no directory" {
  mkdir "$DIR/d" "$DIR/e"
  touch "$DIR/f" "$DIR/d/h"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_OBJECT_NAME_COLLISION win32=183
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED' <<'END'
open d C:\d access=delete options=directory-file
rename d C:\f
rename d C:\e flags=replace
rename d C:\f flags=replace
open h C:\f\h
END
  assert_dir_exists "$DIR/f"
  assert_not_exists "$DIR/d"
}

@test "rename: DELETE, what is there, who has it open, and below itself" {
  mkdir "$DIR/d"
  touch "$DIR/f" "$DIR/g" "$DIR/d/h"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_OBJECT_NAME_COLLISION win32=183
STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SHARING_VIOLATION win32=32
STATUS_SUCCESS win32=0' <<'END'
open f C:\f access=read
rename f C:\x
close f
open f C:\f access=delete
rename f C:\g
open g C:\g access=attributes
rename f C:\g flags=replace
close g
rename f C:\G flags=replace
open d C:\d access=delete options=directory-file
rename d C:\d\e
rename d C:\e
END
  assert_file_exists "$DIR/G"
  assert_file_exists "$DIR/e/h"
}

@test "what is overwritten takes the attributes of the request, whoever may write; a directory is not" {
  mkdir "$DIR/d"
  echo text >"$DIR/f"
  answers 'STATUS_OBJECT_NAME_COLLISION win32=183
STATUS_INVALID_PARAMETER win32=87
STATUS_SUCCESS win32=0 information=OVERWRITTEN
STATUS_SUCCESS win32=0 attributes=0x22 size=0 links=1 pending=0 directory=0
STATUS_SUCCESS win32=0
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0 information=SUPERSEDED
STATUS_SUCCESS win32=0 attributes=0x23 size=0 links=1 pending=0 directory=0
STATUS_ACCESS_DENIED win32=5' <<'END'
open d C:\d disposition=overwrite
open d C:\d disposition=overwrite-if options=directory-file
open f C:\f access=attributes disposition=overwrite attributes=hidden
query f
close f
open f C:\f disposition=overwrite
open f C:\f disposition=supersede attributes=hidden,readonly
query f
open g C:\f access=write
END
}

@test "links: another name, in place of what nobody has open, of no directory" {
  mkdir "$DIR/d"
  echo text >"$DIR/f"
  touch "$DIR/g"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 attributes=0x20 size=5 links=2 pending=0 directory=0
STATUS_OBJECT_NAME_COLLISION win32=183
STATUS_OBJECT_NAME_COLLISION win32=183
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_OBJECT_PATH_NOT_FOUND win32=3
STATUS_SUCCESS win32=0 information=OPENED
STATUS_FILE_IS_A_DIRECTORY win32=5' <<'END'
open f C:\f
link f C:\h
query f
link f C:\g
link f C:\f
link f C:\f flags=replace
open g C:\g access=attributes
link f C:\g flags=replace
close g
link f C:\g flags=replace
link f C:\none\g
open d C:\d options=directory-file
link d C:\e
END
  run cat "$DIR/g" "$DIR/h"
  assert_output $'text\ntext'
}

@test "attributes, times and the size need their rights, and are what was set" {
  answers 'STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 attributes=0x3 size=10 links=1 pending=0 directory=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 attributes=0x80 size=10 links=1 pending=0 directory=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_ACCESS_DENIED win32=5' <<'END'
open f C:\f access=read,write disposition=create
eof f 10
basic f attributes=readonly,hidden
query f
basic f attributes=normal
query f
basic f write-time=125911584000000000 creation-time=125911584000000000
open g C:\f access=read
eof g 0
basic g attributes=hidden
END
  # The first second of the year 2000.
  run stat -c %Y "$DIR/f"
  assert_output 946684800
  run env -C "$DIR" TZ=UTC "$LXSHIM" win dir /tc f
  assert_line --partial '01/01/2000  12:00 AM'
}

@test "what is in a directory, and what a pattern has of it" {
  mkdir "$DIR/d"
  touch "$DIR/d/b" "$DIR/d/A" "$DIR/d/with blank"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0 names=".","..","A","b","with blank"
STATUS_SUCCESS win32=0 names="A"
STATUS_NO_MORE_FILES win32=18
STATUS_NO_MORE_FILES win32=18
STATUS_SUCCESS win32=0 names="b"
STATUS_SUCCESS win32=0 names="b"
STATUS_SUCCESS win32=0 information=OPENED
STATUS_NO_SUCH_FILE win32=2
STATUS_NO_MORE_FILES win32=18
STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_SUCCESS win32=0 information=OPENED
STATUS_INVALID_PARAMETER win32=87' <<'END'
open d C:\d
list d
list d a*
list d x
list d
list d b
list d
open g C:\d
list g x
list g y
open e C:\d access=attributes
list e
open f C:\d\b
list f
END
}

@test "locks are mandatory: what is read and written, and by whom" {
  answers 'STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_FILE_LOCK_CONFLICT win32=33
STATUS_FILE_LOCK_CONFLICT win32=33
STATUS_SUCCESS win32=0 data=6f6d
STATUS_SUCCESS win32=0 data=736f6d
STATUS_SUCCESS win32=0
STATUS_FILE_LOCK_CONFLICT win32=33
STATUS_SUCCESS win32=0
STATUS_LOCK_NOT_GRANTED win32=33
STATUS_RANGE_NOT_LOCKED win32=158
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_LOCK_NOT_GRANTED win32=33
STATUS_SUCCESS win32=0
STATUS_FILE_LOCK_CONFLICT win32=33
STATUS_SUCCESS win32=0 data=65
STATUS_INVALID_LOCK_RANGE win32=307
STATUS_END_OF_FILE win32=38' <<'END'
open a C:\f access=read,write disposition=create
write a 0 some
open b C:\f access=read,write
lock a 0 4 flags=exclusive
write a 0 some
read b 2 1
write b 3 x
read a 1 2
read a 0 3
lock a 1 2
write a 1 x
unlock a 1 2
lock b 3 1
unlock a 0 3
unlock a 0 4
lock b 3 1
lock a 0 4 flags=exclusive
lock a 3 1
write b 3 x
read a 3 1
lock a 2 18446744073709551615
read a 4 1
END
}

@test "extended attributes and reparse points by handles" {
  mkdir "$DIR/d"
  touch "$DIR/f"
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_NO_EAS_ON_FILE win32=1392
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 eas="$LXMOD":a4810000,"NAME":74657874
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 eas="$LXMOD":a4810000
STATUS_SUCCESS win32=0 information=OPENED
STATUS_ACCESS_DENIED win32=5
STATUS_NOT_A_REPARSE_POINT win32=4390
STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_SUCCESS win32=0 data=1d0000a0050000000200000066
STATUS_IO_REPARSE_TAG_NOT_HANDLED win32=1920
STATUS_IO_REPARSE_TAG_MISMATCH win32=4394
STATUS_SUCCESS win32=0
STATUS_NOT_A_REPARSE_POINT win32=4390' <<'END'
open f C:\f access=read,write
ea-query f
ea-set f $LXMOD 0xa4810000
ea-set f NAME text
ea-query f
ea-set f NAME
ea-query f
open g C:\f access=read
ea-set g NAME text
reparse-get g
open h C:\l access=read,write disposition=create options=open-reparse-point
reparse-set h 0x1d0000a0050000000200000066
reparse-get h
open i C:\l
reparse-delete h 0xa000000c
reparse-delete h 0xa000001d
reparse-get h
END
}

@test "what is overwritten loses EAs and streams, and keeps its names and the time of its creation" {
  local how
  for how in overwrite overwrite-if supersede; do
    script <<END
open f C:\\$how access=read,write disposition=create
ea-set f NAME text
ea-set f \$LXUID 0xe8030000
basic f creation-time=125911584000000000
link f C:\\$how-other
open s C:\\$how:stream access=write disposition=create
open t C:\\$how:stream disposition=create
open t C:\\$how:stream
close t
close s
close f
open f C:\\$how access=read,attributes disposition=$how
ea-query f
query f
open s C:\\$how:stream
END
    assert_success
    assert_line '6 open s 0x00000000 STATUS_SUCCESS win32=0 information=CREATED'
    assert_line '7 open t 0xC0000035 STATUS_OBJECT_NAME_COLLISION win32=183'
    assert_line '8 open t 0x00000000 STATUS_SUCCESS win32=0 information=OPENED'
    assert_line --partial '13 ea-query f 0xC0000052 STATUS_NO_EAS_ON_FILE'
    assert_line --partial 'size=0 links=2 '
    assert_line --partial '15 open s 0xC0000034 STATUS_OBJECT_NAME_NOT_FOUND'
    run env -C "$DIR" TZ=UTC "$LXSHIM" win dir /tc "$how"
    assert_line --partial '01/01/2000  12:00 AM'
  done
}

@test "who deletes a stream takes it alone, and gives none of its file's names" {
  answers 'STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_INVALID_PARAMETER win32=87
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2
STATUS_SUCCESS win32=0 information=CREATED
STATUS_SUCCESS win32=0
STATUS_OBJECT_NAME_NOT_FOUND win32=2
STATUS_SUCCESS win32=0 information=OPENED
STATUS_OBJECT_NAME_INVALID win32=123
STATUS_OBJECT_NAME_INVALID win32=123' <<'END'
open f C:\file disposition=create
open s C:\file:one access=delete disposition=create
disposition s delete
rename s C:\other
close s
open s C:\file:one
open t C:\file:two access=delete disposition=create options=delete-on-close
close t
open t C:\file:two
open g C:\file access=delete
rename g C:\other:one
link g C:\other:one
END
  assert_file_exist "$DIR/file"
}

@test "copy puts streams and EAs in place of the old ones, ren and move take them along" {
  script <<'END'
open f C:\from access=read,write disposition=create
ea-set f FROM text
open s C:\from:stream access=write disposition=create
open g C:\to access=read,write disposition=create
ea-set g TO text
open t C:\to:old access=write disposition=create
END
  assert_success
  run env -C "$DIR" "$LXSHIM" win copy /y from to
  assert_success
  run env -C "$DIR" "$LXSHIM" win ren to name
  assert_success
  answers 'STATUS_SUCCESS win32=0 information=OPENED
STATUS_SUCCESS win32=0 eas="FROM":74657874
STATUS_SUCCESS win32=0 information=OPENED
STATUS_OBJECT_NAME_NOT_FOUND win32=2' <<'END'
open f C:\name
ea-query f
open s C:\name:stream
open t C:\name:old
END
}

@test "a handle holds its file against programs, and what waits to be deleted is denied to them" {
  touch "$DIR/f"
  begin
  ask 'open h C:\f access=read,delete share=read,delete' SUCCESS
  # Plain Linux lets it happen.
  IN=$DIR native 'echo text >f && cat f && : >f'
  assert_output text
  IN=$DIR shimmed 'echo text >f'
  assert_failure
  assert_output --partial 'f: Permission denied'
  ask 'disposition h delete' SUCCESS
  IN=$DIR shimmed 'ls; cat f'
  assert_failure
  assert_output 'f
cat: f: No such file or directory'
  ask 'disposition h keep' SUCCESS
  IN=$DIR shimmed 'cat f'
  assert_success
  ask 'close h' SUCCESS
  IN=$DIR shimmed 'echo text >f; cat f'
  assert_output text
  finish
}
