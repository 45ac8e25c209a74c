#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules rename.* and mount.boundary.

load helpers

@test "rename.open_descendant: EACCES while a file below is open, by anyone [WSL#1529]" {
  steps='mkdir a; exec 3>a/f; mv a b; echo $?; exec 3>&-; mv a b && ls'
  native "$steps"
  assert_output "0
mv: cannot stat 'a': No such file or directory"
  shimmed "$steps"
  assert_output "mv: cannot move 'a' to 'b': Permission denied
1
b"
  shimmed rename.open_descendant=allow "$steps"
  assert_line 0
}

@test "rename.open_descendant: another process, deep below, a directory, a cwd" {
  for kind in fd cwd; do
    steps="
      mkdir -p a/b/c
      coproc H { exec hold $kind a/b/c; }
      read -r -u \${H[0]} _
      mv a x 2>&1; exec {H[1]}>&-; wait; mv a x && ls"
    native "$steps"
    assert_line --partial "cannot stat 'a'"
    shimmed "$steps"
    assert_output "mv: cannot move 'a' to 'x': Permission denied
x"
  done
}

@test "rename.open_descendant: a process outside the shim" {
  IN=$(fresh drive)
  mkdir -p "$IN/a/b"
  : >"$IN/a/b/f"
  start_holding fd "$IN/a/b/f"
  shimmed 'mv a x'
  assert_output "mv: cannot move 'a' to 'x': Permission denied"
  stop_holding
  shimmed 'mv a x && ls'
  assert_output x
}

@test "rename.open_descendant: in a large tree, where /proc is read instead" {
  steps='mkdir a; touch a/{1..400}; exec 3<a/399; mv a b 2>&1; exec 3<&-; mv a b && ls'
  native "$steps"
  assert_line --partial "cannot stat 'a'"
  shimmed "$steps"
  assert_output "mv: cannot move 'a' to 'b': Permission denied
b"
}

@test "rename: a directory that is itself open or somebody's cwd moves" {
  steps='mkdir a b; exec 3<a; mv a x && echo ok; cd b; mv ../b ../y && echo ok; /bin/pwd'
  native "$steps"
  assert_output "ok
ok
$NATIVE/y"
  shimmed "$steps"
  assert_output "ok
ok
$DRIVE/y"
}

@test "rename: an open file moves, and its descriptor follows" {
  steps='exec 3>f; mv f g && echo ok; echo x >&3; cat g; readlink /proc/self/fd/3'
  native "$steps"
  assert_output "ok
x
$NATIVE/g"
  shimmed "$steps"
  assert_output "ok
x
$DRIVE/g"
}

@test "rename.open_target: EPERM over an open file [WSL#1398]" {
  needs python3 python3
  steps=': >a; exec 3>b; python3 -c "import os; os.rename(\"a\", \"b\")" 2>&1 | tail -1; ls'
  native "$steps"
  assert_output b
  shimmed "$steps"
  assert_output "PermissionError: [Errno 1] Operation not permitted: 'a' -> 'b'
a
b"
  shimmed rename.open_target=EACCES "$steps"
  assert_line --partial "[Errno 13] Permission denied"
  shimmed rename.open_target=posix "$steps"
  assert_output b
}

@test "rename.open_target: a file nobody has open is replaced" {
  steps='echo a >a; echo b >b; mv a b; cat b; ls'
  native "$steps"
  assert_output "a
b"
  shimmed "$steps"
  assert_output "a
b"
}

@test "rename.readonly_target: allowed, or EACCES as from 18362 to 19045 [WSL#5019]" {
  steps='echo a >a; : >b; chmod a-w b; mv -f a b; cat b'
  native "$steps"
  assert_output a
  shimmed "$steps"
  assert_output a
  shimmed rename.readonly_target=EACCES "$steps"
  assert_output "mv: cannot move 'a' to 'b': Permission denied"
}

@test "rename.flags: EINVAL for any flag, after what the kernel itself refuses" {
  needs python3 python3
  steps='
    : >a; : >b
    python3 - <<EOF
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for flag in (1, 2, 4):
    r = libc.renameat2(-100, b"a", -100, b"b", flag)
    print(flag, r if r == 0 else os.strerror(ctypes.get_errno()))
EOF'
  native "$steps"
  assert_line "1 File exists"
  wants_here "2 0" RENAME_EXCHANGE
  shimmed "$steps"
  assert_output "1 File exists
2 Invalid argument
4 Invalid argument"
  shimmed rename.flags=native "$steps"
  assert_line "2 0"
}

@test "rename: the errnos of Linux stay" {
  needs python3 python3
  steps='
    mkdir -p d/e x/y z; : >f; ln -s d l
    python3 -c "
import os, sys
for names in sys.stdin:
    try: os.rename(*names.split()); print(\"ok\")
    except OSError as e: print(e.strerror)" <<EOF
d x
d/e d
d d/e/g
f d
d f
f z/
l/ m
. n
d ..
none m
f f
z q
q/ r/
EOF'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "rename: over a directory that is not empty, ENOTEMPTY, where xfs says EEXIST" {
  needs mkfs.xfs xfsprogs
  needs python3 python3
  needs_mounts
  cd "$(fresh)"
  truncate -s 400M image
  mkfs.xfs -q image
  mkdir xfs
  # shellcheck disable=SC2153 # of helpers.bash
  for shim in "" "${SHIM[*]}"; do
    # shellcheck disable=SC2016,SC2086 # of $shim the words
    run unshare -m bash -c 'mount -o loop image xfs || exit 9; mkdir xfs/b xfs/b/c xfs/a 2>/dev/null; cd xfs
      exec env "$@" python3 -c "import os; os.rename(\"a\", \"b\")"' - $shim
    [[ $status != 9 ]] || skip "cannot mount here: $output"
    assert_line --partial "${shim:+Errno 39}"
    [[ -n $shim ]] || assert_line --partial "Errno 17"
  done
}

@test "mount.boundary: rename and link across a mount's border are EXDEV, and mv copies" {
  needs python3 python3
  outside=$(fresh outside)
  steps='
    echo x >f
    python3 -c "
import os,sys
for call in os.rename, os.link:
    try: call(\"f\", sys.argv[1] + \"/g\"); print(\"ok\")
    except OSError as e: print(e.strerror)" '"$outside"'
    mv f '"$outside"'/h && cat '"$outside"'/h'
  native "mkdir o; ${steps//"$outside"/o}"
  assert_line --index 0 ok
  shimmed "$steps"
  assert_output "Invalid cross-device link
Invalid cross-device link
x"
  shimmed mount.boundary=native "$steps"
  assert_line --index 0 ok
}

@test "mount.boundary: of two mounts, that counts to which it goes" {
  needs python3 python3
  local here
  here=$(fresh drive)
  mkdir "$here"/{a,b}
  steps="python3 -c '$ANSWER
for f in \"a/f\", \"b/f\": open(f, \"w\").close()
answer(\"to b\", lambda: os.rename(\"a/f\", \"b/g\"))
answer(\"to a\", lambda: os.link(\"b/f\", \"a/g\"))'"
  native "mkdir a b; $steps"
  assert_output $'to b None\nto a None'
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\a", "target": "%s/a", "rules": {"mount.boundary": "native"}},
    {"type": "drvfs", "source": "C:\\\\b", "target": "%s/b"}]}' "$here" "$here" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$here" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output $'to b Invalid cross-device link\nto a None'
}

@test "a mount's root can neither be moved nor removed from outside" {
  IN=$(fresh parent)
  mkdir "$IN/drive"
  steps="mv '$IN/drive' '$IN/other'; rmdir '$IN/drive'; stat -c %a '$IN/drive'"
  run env -C "$IN/drive" "${SHIM[@]}" bash -uc "$steps"
  assert_output "mv: cannot move '$IN/drive' to '$IN/other': Device or resource busy
rmdir: failed to remove '$IN/drive': Device or resource busy
777"
  run bash -uc "$steps"
  assert_output "rmdir: failed to remove '$IN/drive': No such file or directory
stat: cannot statx '$IN/drive': No such file or directory"
}
