#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What Windows knows of a file, where the file's extended attributes cannot hold it: on a file
# system without them, or with more than it has room for. Needs root for the former, to mount one.

load helpers
load windows

# The hidden directory of the drive, whose name has the root's identity.
hidden() {
  printf '%s\n' "$ROOT"/$'.lxshim\uF8D0\uF8D1'*
}

# A drive C: on a file system of its own: `drive_on TYPE [BYTES]`. ramfs has no user xattrs, and nor has an overlay
# that writes there; ext4 has no room for large ones, in inodes of 128 bytes none without a block, and gives an inode's
# number away again at once.
drive_on() {
  needs setfattr attr
  [[ $1 != ext4 ]] || needs mkfs.ext4 e2fsprogs
  local image=$BATS_TEST_TMPDIR/image
  MOUNTED=$BATS_TEST_TMPDIR/mounted
  mkdir "$MOUNTED"
  case $1 in
    ramfs)
      mount -t ramfs none "$MOUNTED" 2>"$BATS_TEST_TMPDIR/why" || missing
      ! setfattr -n user.probe -v 1 "$MOUNTED" 2>/dev/null || skip "ramfs has user xattrs here"
      ;;
    overlay) # which needs what it writes to, and not where that is mounted
      local status=0
      mkdir "$BATS_TEST_TMPDIR"/{lower,merged}
      mount -t ramfs none "$MOUNTED" 2>"$BATS_TEST_TMPDIR/why" || missing
      mkdir "$MOUNTED"/{upper,work}
      env -C "$BATS_TEST_TMPDIR" mount -t overlay -o lowerdir=lower,upperdir=mounted/upper,workdir=mounted/work none \
        merged 2>"$BATS_TEST_TMPDIR/why" || status=$?
      unmounted "$MOUNTED"
      ((status == 0)) || missing
      MOUNTED=$BATS_TEST_TMPDIR/merged
      ;;
    ext4)
      truncate -s 8M "$image"
      mkfs.ext4 -q -I "${2:-256}" "$image" 2>/dev/null
      mount -o loop "$image" "$MOUNTED" 2>"$BATS_TEST_TMPDIR/why" || missing
      ;;
  esac
  ROOT=$MOUNTED/drive
  DIR=$ROOT/testing
  mkdir -p "$DIR"
  policy_for "$ROOT" drive.source=C: >"$LXSHIM_POLICY"
  export IN=$DIR # of native
}

missing() {
  unset MOUNTED
  skip "cannot mount here: $(head -n1 "$BATS_TEST_TMPDIR/why")"
}

teardown() {
  [[ -z ${MOUNTED-} ]] || unmounted "$MOUNTED"
}

# Steps under the library, in C:\testing.
wsl() {
  run env -C "$DIR" LXSHIM_POLICY="$LXSHIM_POLICY" "${SHIM[@]}" bash -uc "$1"
}

# How many objects have facts beside them.
beside() {
  find "$(hidden)" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l
}

links() {
  echo text >"$DIR/f"
  mkdir "$DIR/d"
  windows mklink rel f
  windows mklink /d dir d
  windows mklink /j junc d
}

# On a drive that is mounted: a security descriptor without user xattrs.
goes_along() {
  steps='stat -c %a f; : >>f; : >>d/f; mv f g; stat -c %a g; rm -f g; LC_ALL=C mkdir d/new; chmod 600 other; stat -c %a other'
  mkdir "$DIR/d"
  echo text | tee "$DIR/f" "$DIR/d/f" "$DIR/other" >/dev/null
  native "$steps"
  assert_output '644
644
600'
  rmdir "$DIR/d/new"
  echo text >"$DIR/f"
  windows icacls f /inheritance:r /grant 'Everyone:(R,DE)'
  windows icacls d /inheritance:r /grant 'Everyone:(OI)(RX)'
  assert_equal "$(beside)" 3
  wsl "$steps"
  assert_output "444
bash: line 1: f: Permission denied
bash: line 1: d/f: Permission denied
444
mkdir: cannot create directory 'd/new': Permission denied
777"
  assert_equal "$(beside)" 2
}

@test "without user xattrs: a security descriptor is beside its file, goes along, and goes with it" {
  drive_on ramfs
  goes_along
}

@test "the same on an overlay of two file systems, whose files have another device than its directories" {
  needs setfattr attr
  drive_on overlay
  : >"$DIR/probe"
  native 'stat -c %d . probe | uniq | wc -l; setfattr -n user.probe -v 1 probe; rm probe'
  assert_output --regexp $'^2\n.*not supported$'
  goes_along
}

@test "without user xattrs: links of Windows' are links, and listed as such" {
  drive_on ramfs
  links
  steps='stat -c "%F %s" rel dir; readlink rel dir; cat rel; echo x >junc/made; cat d/made
    find . -type l | sort; find .. -name ".lxshim*"; ls -A ..'
  native "$steps"
  assert_line --index 0 'regular empty file 0'
  assert_line --partial lxshim
  wsl "$steps"
  assert_success
  assert_output 'symbolic link 1
symbolic link 1
f
d
text
x
./dir
./junc
./rel
testing'
  windows dir /a
  assert_line --regexp '<SYMLINK> +rel \[f\]$'
  assert_line --regexp '<JUNCTION> +junc \[C:\\testing\\d\]$'
  windows dir /b /a "C:\\"
  assert_output testing
  windows fsutil reparsepoint query rel
  assert_line 'Tag value: Symbolic Link'
}

@test "without user xattrs: attributes, streams and the case flag" {
  needs getfattr attr
  drive_on ramfs
  touch "$DIR/file"
  mkdir "$DIR/c"
  windows write file:one first
  windows write file:two second
  windows attrib +h +s file
  windows attrib file
  assert_output 'A  SH                C:\testing\file'
  windows dir /r /a file
  assert_line --regexp ' 7 file:one:\$DATA$'
  assert_line --partial 'file:two:$DATA'
  windows fsutil file setCaseSensitiveInfo c enable
  windows write c/X upper
  windows write c/x lower
  windows fsutil file queryCaseSensitiveInfo c
  assert_output "Case sensitive attribute on directory c is enabled."
  run cat "$DIR/c/X" "$DIR/c/x"
  assert_output $'upper\r\nlower\r'
  policy_for "$ROOT" drive.source=C: drive.options=case=off >"$LXSHIM_POLICY"
  wsl 'cat c/X c/x; getfattr --only-values -n system.wsl_case_sensitive c; cat FILE; ls c/y'
  assert_output $'upper\r\nlower\r\n1ls: cannot access \'c/y\': No such file or directory'
}

@test "a case flag that the shim sets, and mkdir in such a directory" {
  needs setfattr attr
  drive_on ramfs
  policy_for "$ROOT" drive.source=C: drive.options=case=dir >"$LXSHIM_POLICY"
  steps='mkdir a; echo 1 >a/x; echo 2 >a/X; cat a/x a/X; setfattr -n system.wsl_case_sensitive -v 1 a'
  native "$steps"
  assert_failure
  rm -r "$DIR/a"
  wsl "$steps"
  assert_success
  assert_output $'1\n2'
}

@test "links that the shim makes" {
  drive_on ramfs
  policy_for "$ROOT" drive.source=C: symlink.create=nt-if-possible |
    sed 's/"version": 1,/"version": 1, "windows": {"developer_mode": true},/' >"$LXSHIM_POLICY"
  echo text >"$DIR/f"
  steps='ln -s f l; readlink l; cat l; rm l; ls'
  native 'ln -s f l; stat -c %F l; rm l'
  assert_output 'symbolic link'
  wsl 'ln -s f l'
  assert_success
  run stat -c %F "$DIR/l"
  assert_output 'regular empty file'
  windows type l
  assert_output text
  rm -r "$DIR/l" "$(hidden)"
  wsl "$steps"
  assert_output $'f\ntext\nf'
}

@test "a rename keeps what is beside the file, whoever renames" {
  drive_on ramfs
  links
  mkdir "$DIR/new"
  mv "$DIR/rel" "$DIR/new/a"
  echo other >"$DIR/new/f"
  wsl 'cat new/a; mv new/a b; cat b; ln b c; readlink b c; rm b; cat c'
  assert_output $'other\ntext\nf\nf\ntext'
  windows ren c d1
  windows type d1
  assert_output text
}

@test "a removal takes it along: by the shim, by Windows, by a rename over it" {
  drive_on ramfs
  links
  touch "$DIR/file"
  windows attrib +h file
  [[ $(beside) == 4 ]]
  wsl 'ln file other; rm file; stat -c %h other'
  assert_output 1
  [[ $(beside) == 4 ]] # the other name keeps it
  wsl 'rm rel; unlink dir; rm other'
  assert_success
  [[ $(beside) == 1 ]]
  windows rd junc
  [[ $(beside) == 0 ]]
  windows mklink rel f
  windows mklink l2 f
  windows attrib +s d
  [[ $(beside) == 3 ]]
  wsl 'touch n; mv n rel; rm -r d'
  assert_success
  windows move /y f l2
  [[ $(beside) == 0 ]]
  rm "$DIR/rel"
  windows mklink rel l2
  windows fsutil reparsepoint delete rel
  run stat -c '%F %a' "$DIR/rel"
  assert_output 'regular empty file 755'
}

@test "what waits to be deleted has nothing beside it any more" {
  drive_on ramfs
  touch "$DIR/f"
  windows attrib +h f
  [[ $(beside) == 1 ]]
  wsl 'exec 3<f; rm f; exec 3<&-; ls -A'
  [[ $(beside) == 0 ]]
}

@test "an inode number that is used again finds nothing" {
  needs setfattr attr
  drive_on ext4
  mkdir "$DIR/d"
  long_link rel
  # Removed by a program that knows nothing of it; the next file gets the number, and the mark.
  local inode reused=0
  for _ in {1..10}; do
    inode=$(stat -c %i "$DIR/rel")
    rm "$DIR/rel"
    touch "$DIR/rel"
    chmod +t "$DIR/rel"
    setfattr -n user.DOSATTRIB -v 0x0000050005000000110000002004000080b2a4d46a4eda01 "$DIR/rel"
    [[ $(stat -c %i "$DIR/rel") != "$inode" ]] || reused=1
    wsl 'stat -c %F rel'
    assert_output 'regular empty file'
    win fsutil reparsepoint query rel
    assert_output 'Error:  The file or directory is not a reparse point.'
    rm "$DIR/rel"
    long_link rel
    wsl 'stat -c %F rel'
    assert_output 'symbolic link'
  done
  ((reused == 1)) # or this has shown nothing
}

@test "after the file system was mounted again, all is there" {
  drive_on ext4
  mkdir "$DIR/d"
  echo text >"$DIR/f"
  long_link rel
  [[ $(beside) == 1 ]]
  unmounted "$MOUNTED"
  mount -o loop "$BATS_TEST_TMPDIR/image" "$MOUNTED"
  wsl 'cat rel'
  assert_output text
}

# A relative link to C:\testing\f by so many words that no ext4 has room for its buffer.
long_link() {
  windows mklink "$1" "$(printf 'd\\..\\%.0s' {1..800})f"
}

@test "no room in the file: a reparse buffer of 16 KiB" {
  drive_on ext4
  mkdir "$DIR/d"
  echo text >"$DIR/f"
  long_link long
  [[ $(beside) == 1 ]]
  steps='stat -c "%F %s" long; readlink long | tail -c 6; cat long; find . -type l'
  native "$steps"
  assert_output 'regular empty file 0'
  wsl "$steps"
  assert_output $'symbolic link 4001\n/../f\ntext\n./long'
  windows fsutil reparsepoint query long
  assert_line 'Reparse Data Length: 0x3e90'
  windows type long
  assert_output text
}

@test "no room in the file: a stream of 100 KiB" {
  drive_on ext4
  touch "$DIR/file"
  head -c 100000 /dev/zero | tr '\0' x >"$DIR/large"
  windows copy large 'file:stream'
  windows dir /r file
  assert_line --regexp ' 100,000 file:stream:\$DATA$'
  windows copy file copy
  windows copy copy:stream back
  cmp "$DIR/large" "$DIR/back"
  [[ $(beside) == 2 ]]
  # A short one has room again, and is the one that is found.
  windows write file:stream short
  windows copy file:stream back
  run cat "$DIR/back"
  assert_output $'short\r'
}

@test "nowhere to keep it: said aloud, and no half of a link stays" {
  drive_on ramfs
  echo text >"$DIR/f"
  windows attrib +h f
  windows attrib -h f
  local name
  name=$(hidden)
  rm -r "$name"
  touch "$name" # no directory
  win mklink rel f
  assert_failure
  win attrib +h f
  assert_failure
  [[ -n $output ]]
  run ls "$DIR"
  assert_output f
}

@test "without user xattrs: metadata of a file's own, and none of what takes its place" {
  drive_on ramfs
  policy_for "$ROOT" drive.source=C: drive.options=metadata >"$LXSHIM_POLICY"
  echo old >"$DIR/windows"
  steps='umask 022; : >f; mkdir d; chmod 640 windows; stat -c "%a %n" d f windows'
  native "$steps"
  expected=$output
  rmdir "$DIR/d"
  rm "$DIR/f"
  chmod 755 "$DIR/windows"
  wsl "$steps; stat -c %a ."
  assert_output "$expected
777"
  [[ $(beside) == 3 ]]
  windows ea windows
  assert_output '$LXMOD  4  a0810000  0100640'
  # As an editor saves it, all bits with it.
  cp -p "$DIR/windows" "$DIR/tmp"
  mv "$DIR/tmp" "$DIR/windows"
  windows write f text
  wsl 'stat -c "%a %n" d f windows'
  assert_output '755 d
777 f
777 windows'
}

@test "no room at all: what is made is not there, and what is changed is as it was" {
  needs setfattr attr
  drive_on ext4 128
  policy_for "$ROOT" drive.source=C: drive.options=metadata >"$LXSHIM_POLICY"
  chmod 777 "$DIR"
  echo old >"$DIR/windows"
  chmod 755 "$DIR/windows"
  dd if=/dev/zero of="$DIR/full" bs=64k 2>/dev/null || :
  # Of what ext4 keeps back for itself attributes that no two files share take the rest.
  local n=0
  while : >"$DIR/full$n" && setfattr -n user.full -v $n "$DIR/full$n"; do n=$((n + 1)); done 2>/dev/null
  steps='{ : >f; chmod 640 windows; } 2>&1 | grep -o "No space.*"; ls f; stat -c "%a %n" windows'
  native "$steps"
  assert_output $'f\n640 windows'
  chmod 755 "$DIR/windows"
  rm "$DIR/f"
  wsl "$steps"
  assert_output "No space left on device
No space left on device
ls: cannot access 'f': No such file or directory
777 windows"
  run stat -c %a "$DIR/windows"
  assert_output 755
}
