#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Links that Windows made (lxshim win mklink), as programs see them.

load helpers

# A drive C: with files and links of every kind, in its directory t.
setup() {
  ROOT=$(fresh drive)
  IN=$ROOT/t
  mkdir -p "$IN/d"
  echo text >"$IN/f"
  echo deep >"$IN/d/g"
  policy_for "$ROOT" drive.source=C: >"$BATS_TEST_TMPDIR/windows.json"
  mklink rel f
  mklink abs 'C:\t\f'
  mklink rooted '\t\d\g'
  mklink /d dir d
  mklink /j junc d
  mklink /j filejunc f
  mklink far 'D:\x'
  mklink loop loop
}

mklink() {
  env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/windows.json" "$LXSHIM" win mklink "$@"
}

# Steps in the directory with the links, under the library; rules come first.
wsl() {
  policy_for "$ROOT" drive.source=C: "${@:1:$#-1}" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LD_PRELOAD="$LIB" \
    bash -uc "${!#}"
}

@test "symlink.nt: lstat, readlink and their targets" {
  steps='for l in rel abs rooted dir junc filejunc; do stat -c "%F %s %a" $l; readlink $l; done'
  native "$steps"
  assert_failure
  assert_line --index 0 'regular empty file 0 1755'
  wsl "$steps"
  assert_success
  assert_output "symbolic link 1 777
f
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/f
symbolic link $((${#ROOT} + 6)) 777
$ROOT/t/d/g
symbolic link 1 777
d
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/d
symbolic link $((${#ROOT} + 4)) 777
$ROOT/t/f"
  wsl symlink.nt=off "$steps"
  assert_failure
  assert_line --index 0 'regular empty file 0 777'
}

@test "symlink.nt: followed at the end of a path and in its middle" {
  steps='cat rel abs rooted dir/g junc/g filejunc ./junc/../f && cd junc && cat g && pwd -P'
  native "$steps"
  assert_failure
  wsl "$steps"
  assert_success
  assert_output "$(printf 'text\ntext\ndeep\ndeep\ndeep\ntext\ntext\ndeep\n%s/t/d' "$ROOT")"
  steps='echo new >abs; cat f; echo x >junc/made; cat d/made; chmod a-w rel; stat -c %a f; ls dir'
  wsl "$steps"
  assert_output $'new\nx\n555\ng\nmade'
}

@test "symlink.nt: what cannot be said in Linux is EIO, a circle ELOOP, O_NOFOLLOW refused" {
  steps='cat far; readlink -v far; cat loop; python3 -c "import os; os.open(\"rel\", os.O_NOFOLLOW)" 2>&1 | tail -1'
  native "$steps"
  refute_output --partial 'Input/output error'
  wsl "$steps"
  assert_output "cat: far: Input/output error
readlink: far: Input/output error
cat: loop: Too many levels of symbolic links
OSError: [Errno 40] Too many levels of symbolic links: 'rel'"
}

@test "symlink.nt: rmdir is ENOTDIR, unlink takes the link alone" {
  steps='rmdir dir; unlink dir; rm junc rel; ls'
  native "$steps"
  refute_output --partial 'Not a directory'
  mklink /d dir d || true
  mklink rel f || true
  wsl "$steps"
  assert_output "rmdir: failed to remove 'dir': Not a directory
abs
d
f
far
filejunc
loop
rooted"
  assert_file_exists "$IN/d/g"
}

@test "symlink.nt: names that DrvFs escapes are themselves in a target" {
  wsl 'echo colon >"a:b"'
  mklink esc $'a\uF03Ab'
  wsl 'readlink esc; cat esc'
  assert_output $'a:b\ncolon'
}

@test "symlink.nt: a mount whose backing is elsewhere has targets by its own name" {
  policy_for /mnt/c drive.source=C: drive.backing="$ROOT" >"$BATS_TEST_TMPDIR/policy.json"
  steps='cd /mnt/c/t && readlink abs junc && cat abs junc/g'
  run bash -uc "$steps"
  assert_failure
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LD_PRELOAD="$LIB" bash -uc "$steps"
  assert_success
  assert_output $'/mnt/c/t/f\n/mnt/c/t/d\ntext\ndeep'
}

@test "symlink.nt: a sticky file without a buffer is what it is" {
  touch "$IN/sticky"
  chmod 1644 "$IN/sticky"
  mkdir -m 1777 "$IN/stickydir"
  wsl 'stat -c %F sticky stickydir; : >stickydir/x; ls stickydir'
  assert_output $'regular empty file\ndirectory\nx'
}

@test "symlink.nt: a junction in the middle of a path, where no name ignores case" {
  # Without a volume's root nothing is looked for twice: the junction itself has to be noticed.
  local steps='cat junc/g; echo x >junc/made; cat d/made; stat -c %s junc/nothing'
  policy_for "$IN" 'drive.source=C:\\t' >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LD_PRELOAD="$LIB" bash -uc "$steps"
  assert_output "deep
x
stat: cannot statx 'junc/nothing': No such file or directory"
  native "$steps"
  assert_line --index 0 "cat: junc/g: No such file or directory"
}
