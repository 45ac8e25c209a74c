#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim win: what Windows makes of a directory, in cmd.exe's own words.

load helpers
load windows

@test "NtCreateFile on a link of WSL's: refused, and looked at" {
  ln -s test_symlink.txt "$DIR/targetfile.txt"
  # The values of the post's dialogue.
  win ntcreate --access 80100000 --share 7 --disposition 3 --options 20 \
    '\\?\C:\testing\targetfile.txt'
  assert_failure 1
  assert_output 'Status: STATUS_IO_REPARSE_TAG_NOT_HANDLED (0xC0000279)
File handle: NULL
IoStatus.Info:'
  windows ntcreate --options open-reparse-point '\\?\C:\testing\targetfile.txt'
  assert_line 'Status: STATUS_SUCCESS (0x00000000)'
  assert_line 'File attributes: 00000420 (ARCHIVE|REPARSE_POINT)'
  assert_line 'Tag: A000001D (IO_REPARSE_TAG_LX_SYMLINK)'
  assert_line 'ReparseDataLength: 0x14'
  assert_line '  DataBuffer: 02 00 00 00 74 65 73 74 5f 73 79 6d 6c 69 6e 6b 2e 74 78 74'
}

@test "NtCreateFile: dispositions and what they report" {
  windows ntcreate --disposition create new
  assert_line 'IoStatus.Info: 0000000000000002 (FILE_CREATED)'
  assert_file_exists "$DIR/new"
  win ntcreate --disposition create NEW
  assert_failure 1
  assert_line 'Status: STATUS_OBJECT_NAME_COLLISION (0xC0000035)'
  echo x >"$DIR/new"
  windows ntcreate --access write --disposition overwrite-if new
  assert_line 'IoStatus.Info: 0000000000000003 (FILE_OVERWRITTEN)'
  assert_file_empty "$DIR/new"
  win ntcreate none
  assert_line 'Status: STATUS_OBJECT_NAME_NOT_FOUND (0xC0000034)'
  win ntcreate 'none\x'
  assert_line 'Status: STATUS_OBJECT_PATH_NOT_FOUND (0xC000003A)'
  win ntcreate --options directory-file new
  assert_line 'Status: STATUS_NOT_A_DIRECTORY (0xC0000103)'
  win ntcreate --options non-directory-file .
  assert_line 'Status: STATUS_FILE_IS_A_DIRECTORY (0xC00000BA)'
  chmod a-w "$DIR/new"
  win ntcreate --access write new
  assert_line 'Status: STATUS_ACCESS_DENIED (0xC0000022)'
}

@test "fsutil reparsepoint: a link of WSL's, mklink's own, a junction, nothing" {
  ln -s test_symlink.txt "$DIR/lx"
  touch "$DIR/file"
  windows fsutil reparsepoint query lx
  assert_output 'Reparse Tag Value : 0xa000001d
Tag value: Microsoft
Tag value: Name Surrogate

Reparse Data Length: 0x14
Reparse Data:
0000:  02 00 00 00 74 65 73 74  5f 73 79 6d 6c 69 6e 6b  ....test_symlink
0010:  2e 74 78 74                                       .txt'
  windows mklink /D dot .
  windows fsutil reparsepoint query dot
  assert_output 'Reparse Tag Value : 0xa000000c
Tag value: Microsoft
Tag value: Name Surrogate
Tag value: Symbolic Link

Reparse Data Length: 0x10
Reparse Data:
0000:  02 00 02 00 00 00 02 00  01 00 00 00 2e 00 2e 00  ................'
  windows mklink /J j 'C:\Users'
  windows fsutil reparsepoint query j
  assert_output --partial 'Tag value: Mount Point
Substitue Name offset: 0
Substitue Name length: 24
Print Name offset:     26
Print Name Length:     16
Substitute Name:       \??\C:\Users
Print Name:            C:\Users'
  win fsutil reparsepoint query file
  assert_failure 1
  assert_output 'Error:  The file or directory is not a reparse point.'
  windows fsutil reparsepoint delete lx
  assert_output ''
  assert_file_empty "$DIR/lx"
  assert [ ! -L "$DIR/lx" ]
  windows fsutil reparsepoint delete j
  windows rd j
}

@test "links are stored as the raw buffer, byte for byte, where Samba looks for it" {
  needs getfattr attr
  windows mklink link 'C:\t\a.txt'
  run xattr_hex user.SmbReparse "$DIR/link"
  assert_output "0c0000a03c00000014001c000000140000000000$(printf 'C:\\t\\a.txt\\??\\C:\\t\\a.txt' |
    iconv -t UTF-16LE | hex)"
  windows mklink /J j 'C:\Users'
  run xattr_hex user.SmbReparse "$DIR/j"
  assert_output "030000a034000000000018001a001000$(printf '\\??\\C:\\Users\0C:\\Users\0' |
    iconv -t UTF-16LE | hex)"
}

@test "links are followed as Windows does it: relative, absolute, in the middle, in a circle" {
  mkdir "$DIR/dir"
  echo text >"$DIR/dir/file"
  windows mklink rel 'dir\file'
  windows type rel
  assert_output text
  windows mklink abs 'C:\testing\dir\file'
  windows type abs
  assert_output text
  windows mklink rooted '\testing\dir\file'
  windows type rooted
  assert_output text
  windows mklink /d d dir
  windows type 'd\file'
  assert_output text
  windows mklink /j j dir
  windows type 'j\file'
  assert_output text
  windows mklink 'd\up' '..\dir\file'
  windows type 'd\up'
  assert_output text
  win mklink rel other
  assert_failure 1
  assert_output 'Cannot create a file when that file already exists.'
  windows mklink a b
  windows mklink b a
  win type a
  assert_failure 1
  assert_output 'The name of the file cannot be resolved by the system.'
  windows mklink lost nothing
  win type lost
  assert_output 'The system cannot find the file specified.'
  # A link of WSL's in the middle of a name is as bad as at its end.
  ln -s dir "$DIR/lx"
  win type 'lx\file'
  assert_output 'The file cannot be accessed by the system.'
  # A link to a file that leads to a directory, and the other way round.
  windows mklink asfile dir
  win type asfile
  assert_output 'Access is denied.'
  windows mklink /d asdir 'dir\file'
  win type asdir
  assert_output 'The directory name is invalid.'
}

@test "streams: written, read, listed, copied along; not for type" {
  needs getfattr attr
  windows write f.txt main
  windows write f.txt:info in the stream
  windows more f.txt:info
  assert_output $'in the stream\r'
  win type f.txt:info
  assert_failure 1
  assert_output 'The filename, directory name, or volume label syntax is incorrect.'
  run cat "$DIR/f.txt"
  assert_output $'main\r'
  windows copy f.txt g.txt
  assert_output '        1 file(s) copied.'
  windows dir /r g.txt
  assert_line --regexp '^ {36}15 g\.txt:info:\$DATA$'
  # Samba's form: one more byte at the end.
  run xattr_hex 'user.DosStream.info:$DATA' "$DIR/f.txt"
  assert_output "$(printf 'in the stream\r\n\0' | hex)"
  win more f.txt:none
  assert_failure 1
  assert_output 'The system cannot find the file specified.'
}

@test "attributes that Wine wrote" {
  needs setfattr attr
  echo text >"$DIR/f"
  setfattr -n user.DOSATTRIB -v '"0x6"' "$DIR/f"
  windows attrib f
  assert_output 'A  SH                C:\testing\f'
  windows attrib -s -h f
  windows attrib f
  assert_output 'A                    C:\testing\f'
}

@test "attrib: read-only and back lets nobody write on Linux who could not" {
  : >"$DIR/f"
  for mode in 600 644 755 770; do
    chmod "$mode" "$DIR/f"
    windows attrib +r f
    run stat -c %A "$DIR/f"
    refute_output --partial w
    windows attrib -r f
    run stat -c %A "$DIR/f"
    assert_output --regexp '^-rw.[r-]-.[r-]-.$'
  done
}

@test "copy: from nul comes nothing, to nul goes everything" {
  echo text >"$DIR/f"
  windows copy nul empty
  assert_output '        1 file(s) copied.'
  run stat -c %s "$DIR/empty"
  assert_output 0
  windows copy NUL f
  run stat -c %s "$DIR/f"
  assert_output 0
  windows copy empty nul
  assert_output '        1 file(s) copied.'
  win copy missing nul
  assert_failure 1
  win copy nul 'no\where'
  assert_failure 1
  assert_output 'The system cannot find the path specified.
        0 file(s) copied.'
}

@test "attrib: letters in their columns, changes, what is not there" {
  touch "$DIR/f"
  windows attrib f
  assert_output 'A                    C:\testing\f'
  windows attrib +h +s f
  assert_output ''
  windows attrib f
  assert_output 'A  SH                C:\testing\f'
  windows attrib +r f
  assert_output 'Not resetting hidden file - C:\testing\f'
  windows attrib -h -s -a +r +i f
  windows attrib f
  assert_output '     R  I            C:\testing\f'
  # Read-only is Linux's own: no write bits.
  run stat -c %A "$DIR/f"
  refute_output --partial w
  win attrib nope
  assert_failure 1
  assert_output 'File not found - C:\testing\nope'
  win attrib 'nope\x'
  assert_output 'Path not found - C:\testing\nope\x'
}

@test "attributes are kept as Samba and Wine read them" {
  needs setfattr attr
  touch "$DIR/f"
  windows attrib +h f
  run xattr_hex user.DOSATTRIB "$DIR/f"
  assert_output --regexp '^3078303030303032320003000300000011000000220000000{40}[0-9a-f]{16}0{16}$'
  # And read as Samba writes them: version 5, hidden and archive.
  setfattr -n user.DOSATTRIB -v 0x0000050005000000110000002200000080b2a4d46a4eda01 "$DIR/f"
  windows attrib f
  assert_output 'A   H                C:\testing\f'
  TZ=UTC0 windows dir /a /tc f
  assert_line --regexp '^01/24/2024  '
}

@test "del, rd: messages, prompts, what they do not touch" {
  mkdir -p "$DIR/d/e"
  touch "$DIR/f" "$DIR/ro" "$DIR/d/x" "$DIR/d/e/y" "$DIR/hidden"
  chmod a-w "$DIR/ro"
  windows attrib +h hidden
  win del nope.txt
  assert_failure 1
  assert_output 'Could Not Find C:\testing\nope.txt'
  win del ro
  assert_failure 1
  assert_output $'C:\\testing\\ro\nAccess is denied.'
  windows del /f RO
  assert_file_not_exists "$DIR/ro"
  run bash -c 'echo n | env -C "$0" "$1" win del "*"' "$DIR" "$LXSHIM"
  assert_output 'C:\testing\*, Are you sure (Y/N)? '
  assert_file_exists "$DIR/f"
  windows del /q '*'
  assert_file_not_exists "$DIR/f"
  assert_file_exists "$DIR/hidden"
  assert_dir_exists "$DIR/d"
  win rd d
  assert_failure 1
  assert_output 'The directory is not empty.'
  win rd nope
  assert_output 'The system cannot find the file specified.'
  win rd hidden
  assert_output 'The directory name is invalid.'
  # A junction goes, what it leads to stays.
  windows mklink /j j d
  windows rd j
  assert_file_exists "$DIR/d/x"
  windows mklink /j 'd\e\back' d
  windows rd /s /q d
  assert_dir_not_exists "$DIR/d"
}

@test "del: a deletion goes no further than was asked" {
  touch "$DIR/plain" "$DIR/hidden" "$DIR/ro"
  chmod a-w "$DIR/ro"
  windows attrib +h hidden
  # Asked for each file.
  run bash -c 'printf "n\ny\n" | env -C "$0" "$1" win del /p plain "hidden" "/a"' "$DIR" "$LXSHIM"
  assert_output 'C:\testing\plain, Delete (Y/N)? C:\testing\hidden, Delete (Y/N)? '
  assert_file_exists "$DIR/plain"
  assert_file_not_exists "$DIR/hidden"
  touch "$DIR/hidden"
  windows attrib +h hidden
  # Only what has the attributes.
  win del /q /a:r-h '*'
  assert_line 'C:\testing\ro'
  windows del /q /a:h '*'
  run ls "$DIR"
  assert_output $'plain\nro'
  win del /a:q plain
  assert_failure 1
  assert_output 'Parameter format not correct - "aq".'
  # What is not done here is said, and nothing else is done in its place.
  for words in 'dir /w' 'dir /p' 'dir /l' 'copy /d plain x' 'copy /-y plain x' 'move /-y plain x'; do
    # shellcheck disable=SC2086
    win $words
    assert_failure 1
    assert_output --partial 'is not done here'
  done
  win copy 'plain+ro' x
  assert_failure 1
  assert_output --partial 'not copied here'
  win copy plain PLAIN
  assert_failure 1
  assert_output $'The file cannot be copied onto itself.\n        0 file(s) copied.'
}

@test "del /s that is interrupted leaves whole entries behind" {
  needs setfattr attr
  mkdir -p "$DIR/a/b" "$DIR/c"
  local f
  for f in a/1 a/2 a/b/3 c/4; do
    echo "text of $f" >"$DIR/$f"
    setfattr -n 'user.DosStream.s:$DATA' -v "x" "$DIR/$f"
  done
  mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
  # The shell has what it starts in the background ignore the signal.
  env --default-signal=INT -C "$DIR" "$LXSHIM" win del /s /p '?' <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
  local pid=$! asked ended=0
  exec 8>"$BATS_TEST_TMPDIR/in" 9<"$BATS_TEST_TMPDIR/out"
  # It asks of each file, and here it has asked of the second one.
  read -r -u 9 -d '?' asked
  assert_equal "$asked" 'C:\testing\a\1, Delete (Y/N)'
  echo y >&8
  read -r -u 9 -d '?' asked
  assert_equal "${asked##*$'\n'}" 'C:\testing\a\2, Delete (Y/N)'
  kill -INT "$pid"
  wait "$pid" || ended=$?
  exec 8>&- 9<&-
  assert_equal "$ended" 130
  run find "$DIR" -mindepth 1 -printf '%P '
  assert_output --regexp '^(a|a/2|a/b|a/b/3|c|c/4| )+$'
  run cat "$DIR"/a/2 "$DIR"/a/b/3 "$DIR"/c/4
  assert_output $'text of a/2\ntext of a/b/3\ntext of c/4'
  # Nothing waits to be deleted, and it can be finished.
  windows del /s /q '?'
  run find "$DIR" -type f
  assert_output ''
}

@test "read-only, pending, missing, a directory: each command's own message" {
  local state command expected
  while IFS='@' read -r state command expected; do
    rm -rf "$DIR"
    mkdir -p "$DIR/dir"
    echo x >"$DIR/g"
    case $state in
      readonly) echo x >"$DIR/f" && chmod a-w "$DIR/f" ;;
      pending)
        echo x >"$DIR/f"
        start_holding fd "$DIR/f"
        env -C "$DIR" "${SHIM[@]}" rm f
        ;;
      directory) mkdir "$DIR/f" && touch "$DIR/f/x" ;;
    esac
    # shellcheck disable=SC2086
    win $command
    [[ $state != pending ]] || stop_holding
    assert_equal "$state: $command: $status ${output//$'\n'/|}" "$state: $command: $expected"
  done <<'END'
missing@type f@1 The system cannot find the file specified.
missing@copy f x@1 The system cannot find the file specified.|        0 file(s) copied.
missing@move f x@1 The system cannot find the file specified.
missing@ren f x@1 The system cannot find the file specified.
missing@del f@1 Could Not Find C:\testing\f
missing@rd f@1 The system cannot find the file specified.
missing@attrib f@1 File not found - C:\testing\f
missing@dir /b f@1 File Not Found
missing@fsutil reparsepoint query f@1 Error:  The system cannot find the file specified.
missing@mklink /h x f@1 The system cannot find the file specified.
readonly@type f@0 x
readonly@write f y@1 Access is denied.
readonly@copy g f@1 Access is denied.|        0 file(s) copied.
readonly@move g f@1 Access is denied.
readonly@ren f x@0 
readonly@del f@1 C:\testing\f|Access is denied.
readonly@rd f@1 The directory name is invalid.
pending@type f@1 Access is denied.
pending@write f y@1 Access is denied.
pending@copy f x@1 Access is denied.|        0 file(s) copied.
pending@copy g f@1 Access is denied.|        0 file(s) copied.
pending@ren f x@1 Access is denied.
pending@ren g f@1 Access is denied.
pending@del f@1 C:\testing\f|Access is denied.
pending@md f@1 Access is denied.
directory@type f@1 Access is denied.
directory@ren g f@1 A duplicate file name exists, or the file|cannot be found.
directory@rd f@1 The directory is not empty.
directory@md f@1 A subdirectory or file f already exists.
directory@write f y@1 Access is denied.
END
}

@test "where nothing can keep what Windows knows, it says so and leaves nothing" {
  needs_mounts
  run unshare -m bash -c 'mount -t ramfs none "$1" && cd "$1" && touch ff && mkdir d || exit 9
    for command in "mklink link ff" "mklink /j link d" "attrib +h ff" "write ff:stream text"; do
      "$2" win $command && echo "done: $command"
    done
    ls -A; cat ff' - "$DIR" "$LXSHIM"
  assert_success
  assert_output --regexp '^(The mounted file system does not support extended attributes\.
){2}Unable to change attribute - C:.testing.ff
The mounted file system does not support extended attributes\.
d
ff$'
}

@test "trees deeper than a stack: dir, attrib, del, rd, fsutil" {
  local deep
  deep=$DIR/deep$(printf '/d%.0s' {1..170})
  mkdir -p "$deep"
  echo text >"$deep/f.txt"
  local ulimited='ulimit -s 128; exec env -C "$0" "$@"'
  run bash -c "$ulimited" "$DIR" "$LXSHIM" win dir /s /b '*.txt'
  assert_success
  assert_output 'C:\testing\deep'"$(printf '\\d%.0s' {1..170})"'\f.txt'
  run bash -c "$ulimited" "$DIR" "$LXSHIM" win attrib '*.txt' /s
  assert_success
  assert_output --regexp '^A .*f\.txt$'
  run bash -c "$ulimited" "$DIR" "$LXSHIM" win fsutil hardlink list "${deep#"$DIR/"}/f.txt"
  assert_success
  assert_output --regexp 'f\.txt$'
  run bash -c "$ulimited" "$DIR" "$LXSHIM" win del /s '*.txt'
  assert_success
  assert_file_not_exists "$deep/f.txt"
  touch "$deep/f.txt"
  run bash -c "$ulimited" "$DIR" "$LXSHIM" win rd /s /q deep
  assert_success
  assert_output ''
  assert_not_exists "$DIR/deep"
}

@test "rd /s: what cannot go is named, and the rest goes" {
  mkdir -p "$DIR/d/e/g"
  touch "$DIR/d/a" "$DIR/d/e/b"
  start_holding fd "$DIR/d/e/b"
  win rd /s /q d
  assert_failure 1
  assert_output 'C:\testing\d\e\b - The process cannot access the file because it is being used by another process.'
  run find "$DIR" -mindepth 1 -printf '%P '
  assert_output 'd d/e d/e/b '
  stop_holding
  windows rd /s /q d
  assert_not_exists "$DIR/d"
}

@test "md, ren, move, copy: messages" {
  windows md 'a\b\c'
  assert_dir_exists "$DIR/a/b/c"
  win md a
  assert_failure 1
  assert_output 'A subdirectory or file a already exists.'
  echo 1 >"$DIR/one"
  echo 2 >"$DIR/two.txt"
  win ren one two.txt
  assert_failure 1
  assert_output $'A duplicate file name exists, or the file\ncannot be found.'
  win ren nope x
  assert_output 'The system cannot find the file specified.'
  windows ren one ONE
  run ls "$DIR"
  assert_line ONE
  windows ren '*.txt' '*.bak'
  assert_file_exists "$DIR/two.bak"
  windows move one a
  assert_output '        1 file(s) moved.'
  assert_file_exists "$DIR/a/ONE"
  # Over what is there by another spelling: one file, with the name as it was typed.
  echo new >"$DIR/new"
  windows move new 'a\oNE'
  run ls "$DIR/a"
  assert_output $'b\noNE'
  assert_equal "$(cat "$DIR/a/oNE")" new
  windows move 'a\oNE' 'a\ONE'
  windows copy two.bak 'a\three'
  assert_output '        1 file(s) copied.'
  ln -s two.bak "$DIR/lx"
  win copy lx x
  assert_failure 1
  assert_output $'The file cannot be accessed by the system.\n        0 file(s) copied.'
  assert_file_not_exists "$DIR/x"
  win ren 'one\x' y
  assert_output 'The system cannot find the path specified.'
}

@test "names: case, slashes, dots, reserved, illegal, raw, escaped" {
  mkdir "$DIR/Dir"
  echo text >"$DIR/Dir/File.txt"
  windows type 'dir/FILE.TXT'
  assert_output text
  windows type 'C:\testing\.\dir\..\DIR\file.txt. .'
  assert_output text
  windows type '\testing\dir\file.txt'
  assert_output text
  windows type 'c:dir\file.txt'
  assert_output text
  local name
  for name in con NUL.txt 'dir\aux' lpt9; do
    win write "$name" x
    assert_failure 1
  done
  win write 'a?b' x
  assert_output 'The filename, directory name, or volume label syntax is incorrect.'
  # What only WSL can make, Windows reaches by a raw name alone.
  echo dotted >"$DIR/dot."
  echo device >"$DIR/con"
  win type dot.
  assert_output 'The system cannot find the file specified.'
  windows type '\\?\C:\testing\dot.'
  assert_output dotted
  windows type '\\?\C:\testing\con'
  assert_output device
  # A raw name has no way out of its drive.
  for name in '\\?\C:\testing\..\..\x' '\\?\C:\testing\../../x' '\\?\C:\testing\.\dot.'; do
    win type "$name"
    assert_failure 1
    assert_output 'The filename, directory name, or volume label syntax is incorrect.'
  done
  # Escaped by the shim, and the same made without it: Windows sees the private character.
  echo colon >"$DIR/a"$'\uF03A'b
  echo star >"$DIR/c*d"
  windows dir /b
  assert_line $'a\uF03Ab'
  assert_line $'c\uF02Ad'
  windows type $'A\uF03AB'
  assert_output colon
  windows type $'c\uF02Ad'
  assert_output star
}

@test "fsutil: case of a directory, ids, hard links" {
  mkdir "$DIR/d"
  windows fsutil file queryCaseSensitiveInfo d
  assert_output 'Case sensitive attribute on directory d is disabled.'
  windows fsutil file setCaseSensitiveInfo d enable
  assert_output 'Case sensitive attribute on directory d is enabled.'
  echo lower >"$DIR/d/a"
  echo upper >"$DIR/d/A"
  windows type 'd\A'
  assert_output upper
  rm "$DIR/d/A"
  win type 'd\A'
  assert_failure
  win fsutil file setCaseSensitiveInfo d disable
  assert_failure 1
  assert_output 'Error:  The directory is not empty.'
  win fsutil file setCaseSensitiveInfo 'd\a' enable
  assert_output 'Error:  The directory name is invalid.'
  windows mklink /h link 'd\a'
  assert_output 'Hardlink created for link <<===>> d\a'
  windows fsutil hardlink list link
  assert_output $'\\testing\\link\n\\testing\\d\\a'
  windows fsutil file queryFileID link
  id=${output##* }
  windows fsutil file queryFileNameById "C:\\" "$id"
  assert_output --partial '\\?\C:\testing\link'
  win mklink /h dirlink d
  assert_failure 1
  assert_output 'Access is denied.'
}

@test "the view is the same under the library, which does not see it" {
  steps="ln -s x l; '$LXSHIM' win dir /b; '$LXSHIM' win write 'a.txt' text; cat a.txt"
  unset LXSHIM_POLICY
  native "$steps"
  assert_output $'l\ntext\r'
  shimmed "$steps"
  assert_output $'l\ntext\r'
}

@test "a removed file that is still open is listed, denied, and gone with its holder" {
  echo x >"$DIR/f"
  mkdir "$DIR/d"
  start_holding fd "$DIR/f"
  run env -C "$DIR" "${SHIM[@]}" rm f
  assert_success
  windows dir /b
  assert_line f
  win type f
  assert_failure 1
  assert_output 'Access is denied.'
  stop_holding
  windows dir /b
  refute_line f
}

@test "every command says how it is used, at a prompt of Windows as well" {
  local name
  run "$LXSHIM" win
  assert_success
  while read -r name; do
    windows "$name" --help
    assert_line --index 0 --regexp "^usage: lxshim win $name [^ ]"
    assert_line --index 1 --regexp '^To .*\.$'
    windows cmd /c "$name /?"
    assert_line --index 0 --partial "lxshim win $name "
  done < <(sed -n 's/^  \([a-z]*\) .*/\1/p' <<<"$output")
  windows erase '/?'
  assert_line 'Another name: erase.'
}

@test "what it does not understand" {
  win frobnicate
  assert_failure 2
  assert_output --partial 'unknown command "frobnicate"'
  win
  assert_success
  assert_output --partial 'mklink'
  touch "$DIR/f"
  win type "$DIR/f"
  assert_failure 1
  assert_output "lxshim: win: $DIR/f: names are written C:\\DIR\\FILE, or from here"
  win mklink only
  assert_failure 1
  assert_line --index 0 'The syntax of the command is incorrect.'
  win dir /é
  assert_failure 1
}

@test "the example tells the same" {
  unset LXSHIM_POLICY
  run env LXSHIM_BUILD="$BUILD" "$SOURCE_ROOT/examples/two-worlds"
  assert_success
  assert_line 'The file cannot be accessed by the system.'
  assert_line 'Status: STATUS_IO_REPARSE_TAG_NOT_HANDLED (0xC0000279)'
  assert_line --regexp '<JUNCTION>     targetfile\.txt \[\.\.\.\]$'
  assert_line --regexp '<SYMLINK>      win_targetfile\.txt \[test_win_symlink\.txt\]$'
  assert_line --regexp '^lrwxrwxrwx .* 16 .* targetfile\.txt -> test_symlink\.txt$'
  assert_line --regexp '^lrwxrwxrwx .* 20 .* win_targetfile\.txt -> test_win_symlink\.txt$'
  assert_line --regexp '<SYMLINK>      relative\.txt \[test_symlink\.txt\]$'
  assert_line --regexp '<JUNCTION>     absolute\.txt \[\.\.\.\]$'
  assert_output --regexp 'type absolute.txt.The file cannot be accessed by the system..*type relative.txt.this is a'
  assert_line --regexp '^lrwxrwxrwx .* junction_targetfile\.txt -> /.*/testing/test_win_junction\.txt$'
}

@test "outside every drive it says where it is instead, but where a drive is named" {
  : >"$ROOT/file"
  cd "$(fresh outside)"
  run "$LXSHIM" win dir /b
  assert_output "lxshim: this directory is on no drive; what is named without one is from C:\\
file
testing"
  run "$LXSHIM" win dir /b C:\\
  assert_output "file
testing"
  windows dir /b ..
  assert_output "file
testing"
}

@test "volumes are drives, mounted or not: by letter, and in the folders where they are" {
  mkdir "$DIR/stick"
  echo on the stick >"$DIR/stick/f"
  echo on C: >"$DIR/f"
  printf '{"version": 1, "volumes": {"C:": {"backing": "%s"}, "fat": {"backing": "%s/stick", "folders": ["C:\\\\in\\\\it"]}}}' \
    "$ROOT" "$DIR" >"$BATS_TEST_TMPDIR/policy.json"
  windows type 'C:\testing\f'
  assert_output "on C:"
  windows type 'c:\IN\it\f'
  assert_output "on the stick"
  run bash -c 'cd "$0/stick" && echo cd | "$1" win cmd | tr -d "\r"' "$DIR" "$LXSHIM"
  assert_output --partial 'C:\in\it'
  printf '{"version": 1, "volumes": {"fat": {"backing": "%s/stick"}}}' "$DIR" >"$BATS_TEST_TMPDIR/policy.json"
  win type f
  assert_failure 125
  assert_output "lxshim: the policy has no drive with a letter"
}
