#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A real NTFS volume on the other side, by ntfs-3g: it reads links from the bytes that lxshim win
# writes, and lxshim reads those that it writes. Needs root and FUSE.

load helpers
load windows

setup() {
  needs mkntfs ntfs-3g
  needs getfattr attr
  needs python3 python3
  [[ -c /dev/fuse ]] || skip "no FUSE here"
  drive_c
}

teardown() {
  [[ -z ${MOUNTED-} ]] || unmounted "$MOUNTED"
}

# A volume with the directory testing, as C:\testing in the drive.
volume() {
  truncate -s 8M "$BATS_TEST_TMPDIR/image"
  mkntfs -q -F "$BATS_TEST_TMPDIR/image" >/dev/null 2>&1
  VOLUME=$BATS_TEST_TMPDIR/volume
  mkdir "$VOLUME"
  mounted
  mkdir -p "$VOLUME/testing/d"
  echo text >"$VOLUME/testing/f"
  echo text >"$DIR/f"
  mkdir "$DIR/d"
}

mount_volume() {
  ntfs-3g -o special_files=wsl "$BATS_TEST_TMPDIR/image" "$VOLUME" 2>"$BATS_TEST_TMPDIR/why" 3>&-
}

mounted() {
  mount_volume || skip "cannot mount here: $(head -n1 "$BATS_TEST_TMPDIR/why")"
  MOUNTED=$VOLUME
}

# What the kernel remembers of a file does not change when its reparse point does. (The program of the mount
# before ends a little after it.)
mounted_anew() {
  unmounted "$VOLUME"
  unset MOUNTED
  until_true mount_volume
  MOUNTED=$VOLUME
}

# The reparse buffer of a file on the volume, not followed.
volume_buffer() {
  getfattr -h --absolute-names --only-values -n system.ntfs_reparse_data "$VOLUME/testing/$1" | hex
}

@test "links that lxshim win makes are links for ntfs-3g, by the same bytes" {
  volume
  windows mklink rel f
  windows mklink deep '..\testing\f'
  windows mklink abs 'C:\testing\f'
  windows mklink /d dir d
  windows mklink /j junction d
  local link
  for link in rel deep abs dir junction; do
    if [[ -d $DIR/$link ]]; then mkdir "$VOLUME/testing/$link"; else : >"$VOLUME/testing/$link"; fi
    setfattr -n system.ntfs_reparse_data -v "0x$(xattr_hex user.SmbReparse "$DIR/$link")" \
      "$VOLUME/testing/$link"
  done
  mounted_anew
  for link in rel deep abs dir junction; do
    assert_equal "$(volume_buffer "$link")" "$(xattr_hex user.SmbReparse "$DIR/$link")"
  done
  run env -C "$VOLUME/testing" bash -c 'stat -c %F rel deep abs dir junction; readlink rel deep abs dir junction
    cat rel deep abs; cd junction && pwd -P'
  assert_output "symbolic link
symbolic link
symbolic link
symbolic link
symbolic link
f
../testing/f
$VOLUME/testing/f
d
$VOLUME/testing/d
text
text
text
$VOLUME/testing/d"
  # As the library shows its own.
  run env -C "$DIR" "${SHIM[@]}" readlink rel deep abs dir junction
  assert_output "f
../testing/f
$DIR/f
d
$DIR/d"
}

@test "what ntfs-3g makes of ln, mkfifo and mknod is what Windows sees of ours" {
  volume
  local place kind kinds=(lx fifo sock)
  ((EUID != 0)) || kinds+=(null block) # devices are for root
  for place in "$VOLUME/testing" "$DIR"; do
    ln -s "a target, Ω" "$place/lx"
    mkfifo "$place/fifo"
    if ((EUID == 0)); then
      mknod "$place/null" c 1 3
      mknod "$place/block" b 7 0
    fi
    python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind("sock")' "$place"
  done
  for kind in "${kinds[@]}"; do
    windows ntcreate --options open-reparse-point "$kind"
    run env -C "$DIR" bash -c '"$0" win fsutil reparsepoint query "$1"' "$LXSHIM" "$kind"
    assert_line "Reparse Tag Value : 0x$(volume_buffer "$kind" | sed -E 's/^(..)(..)(..)(..).*/\4\3\2\1/')"
    assert_line "Reparse Data Length: 0x$(printf %x $((16#$(volume_buffer "$kind" | cut -c9-10))))"
    # The dump, without its offsets and text, is what follows the header.
    assert_equal "$(sed -n 's/^[0-9a-f]\{4\}:  \(.\{47,48\}\).*/\1/p' <<<"$output" | tr -d ' \n')" \
      "$(volume_buffer "$kind" | cut -c17-)"
  done
  # Its LX link, put into the drive as it is, is a link for programs.
  : >"$DIR/theirs"
  setfattr -n user.SmbReparse -v "0x$(volume_buffer lx)" "$DIR/theirs"
  run env -C "$DIR" "${SHIM[@]}" readlink theirs
  assert_output "a target, Ω"
}

@test "attributes and the creation time are the same numbers" {
  volume
  windows attrib +h +s +r f
  windows attrib f
  assert_output 'A  SHR               C:\testing\f'
  # At 20 of the 60 bytes are the attributes, at 44 the creation time.
  local ours
  ours=$(xattr_hex user.DOSATTRIB "$DIR/f")
  setfattr -n system.ntfs_attrib -v "0x${ours:40:8}" "$VOLUME/testing/f"
  setfattr -n system.ntfs_crtime -v "0x${ours:104:16}" "$VOLUME/testing/f"
  mounted_anew
  assert_equal "$(xattr_hex system.ntfs_attrib "$VOLUME/testing/f")" 27000000
  assert_equal "$(xattr_hex system.ntfs_crtime "$VOLUME/testing/f")" "${ours:104:16}"
  # And back, for a file with a time of ntfs-3g's own.
  echo x >"$VOLUME/testing/g"
  echo x >"$DIR/g"
  local seconds theirs
  theirs=$(xattr_hex system.ntfs_crtime "$VOLUME/testing/g")
  setfattr -n user.DOSATTRIB \
    -v "0x00000500050000001100000020000000$theirs" "$DIR/g"
  seconds=$(stat -c %Y "$VOLUME/testing/g")
  windows dir /tc g
  assert_line --partial "$(date -d "@$seconds" '+%m/%d/%Y  %I:%M %p')"
}

# on_disk CHAIN: a chain of one entry of 19 bytes, as NTFS stores it.
on_disk() {
  echo "14${1:2}00"
}

@test "metadata: ntfs-3g keeps the bytes that lxshim win reads, and lxshim takes its own" {
  volume
  windows ea set f '$LXMOD' 0100640
  windows ea read f
  chain=$output
  setfattr -n system.ntfs_ea -v "0x$(on_disk "$chain")" "$VOLUME/testing/f"
  mounted_anew
  assert_equal "$(xattr_hex system.ntfs_ea "$VOLUME/testing/f")" "$(on_disk "$chain")"
  windows write g text
  windows ea write g "$(xattr_hex system.ntfs_ea "$VOLUME/testing/f")"
  windows ea read g
  assert_output "$chain"
  # A device has its numbers by the same bytes, and its mode, which ntfs-3g writes as well.
  ((EUID == 0)) || return 0
  mknod -m 644 "$VOLUME/testing/null" c 1 3
  mknod -m 644 "$DIR/null" c 1 3
  windows write theirs text
  windows ea write theirs "$(xattr_hex system.ntfs_ea "$VOLUME/testing/null")"
  windows ea theirs
  theirs=$output
  windows ea null
  assert_equal "$(grep -v ID <<<"$output")" "$theirs"
  assert_line '$LXDEV  8  0100000003000000  1:3'
}
