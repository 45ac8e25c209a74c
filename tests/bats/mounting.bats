#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mounts, handles and marks under the supervisor: calls that name files without opening them, or
# give them other names.

load helpers

setup() {
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  needs_mounts
  KINDS=(mounting mounting-static)
  ! runs_32_bits >/dev/null || KINDS+=(mounting-i386 mounting-i386-static)
}

# Every run is in a mount namespace of its own. natively STEPS: by both programs ($P) the same.
natively() {
  local first=
  for P in "${KINDS[@]}"; do
    mkdir -p "$(fresh native)/here"
    run env -C "$(fresh native)" unshare -m bash -uc "$1"
    [[ -n $first ]] || first=$output
    assert_output "$first"
  done
}

# in_lanes STEPS: in lanes both and supervisor, by both programs: one answer.
in_lanes() {
  local lane first=
  for lane in both supervisor; do
    for P in "${KINDS[@]}"; do
      run env -C "$(fresh drive)" timeout 300 unshare -m "$LXSHIM" run -q --require-complete --lane "$lane" -- \
        bash -uc "$1"
      [[ -n $first ]] || first=$output
      assert_output "$first"
    done
  done
}
export P

@test "handles: of any name, and what is opened by one is opened by the rules" {
  steps='echo a >a:b; echo b >plain; chmod a-w plain; ln -s a:b link; mkdir d
    for f in a:b plain link no:such d/; do $P handle $f; done'
  natively "$steps"
  [[ $output != *EOPNOTSUPP* && $output != *EPERM* ]] || skip "no handles in this file system"
  answer='handle ok
open ok
write ok
handle ok
open ok
write ok
handle ok
open ELOOP
write ELOOP
handle ENOENT
handle ok
open ok
write EISDIR'
  assert_output "$answer"
  in_lanes "$steps"
  # What is read-only is that for root, too.
  assert_output "$(sed '6s/ok/EACCES/' <<<"$answer")"
}

@test "a handle of what waits to be deleted leads nowhere" {
  steps='echo a >a:b; echo b >b; $P stale a:b; $P stale b'
  natively "$steps"
  [[ $output != *EOPNOTSUPP* && $output != *EPERM* ]] || skip "no handles in this file system"
  assert_line --index 2 "open ok"
  in_lanes "$steps"
  assert_output "$(printf 'handle ok\nunlink ok\nopen ESTALE\nwrite ESTALE\n%.0s' 1 2)"
}

@test "fanotify: marks of any name" {
  steps='mkdir x:y; : >x:y/f; $P mark x:y/f; $P mark x:y; $P mark no:such'
  natively "$steps"
  [[ $output != fanotify* ]] || skip "no fanotify here"
  answer=$output
  assert_output "$(printf 'mark ok\nmark ok\nmark ENOENT')"
  in_lanes "$steps"
  assert_output "$answer"
}

@test "mounts in a drive, by any name; what is mounted is seen" {
  steps='mkdir a:b a:b/sub c d; echo text >a:b/f; $P bind a:b c; cat c/f; $P umount c; ls c
    $P bind c a:b; ls a:b; $P umount a:b; $P bind no:such c; $P bind a:b no:such; $P umount a:b
    $P tree a:b d; cat d/f; $P readonly d; touch d/new 2>&1 | grep -o "Read-only.*"; $P umount d; $P umount no:such
    $P tree a:b d readonly; touch d/new 2>&1 | grep -o "Read-only.*"; $P umount d
    $P pick a:b'
  natively "$steps"
  answer=$output
  assert_output 'bind ok
text
umount ok
bind ok
umount ok
bind ENOENT
bind ENOENT
umount EINVAL
open_tree ok
move_mount ok
text
setattr ok
Read-only file system
umount ok
umount ENOENT
open_tree ok
setattr ok
move_mount ok
Read-only file system
umount ok
fspick EINVAL'
  in_lanes "$steps"
  assert_output "$answer"
}

@test "a mount outside that nobody uses expires: a look of ours is no use of it" {
  OUT=$(fresh out)
  export OUT
  steps='mount -t tmpfs none "$OUT"; $P expire "$OUT"; $P expire "$OUT"; $P expire "$OUT"
    mount -t tmpfs none "$OUT"; cd "$OUT/.."; $P expire "${OUT##*/}"; $P expire "${OUT##*/}"'
  natively "$steps"
  answer=$output
  assert_output "expire EAGAIN
expire ok
expire EINVAL
expire EAGAIN
expire ok"
  in_lanes "$steps"
  assert_output "$answer"
}

@test "a drive with somebody in it is busy; what is bound over it can be taken away again" {
  steps='mkdir -p here; $P bind here here; $P umount here'
  natively "$steps"
  assert_output "$(printf 'bind ok\numount ok')"
  in_lanes 'mkdir here; $P bind "$PWD" "$PWD"; $P umount "$PWD"; $P umount .'
  assert_output "$(printf 'bind ok\numount ok\numount EBUSY')"
}

@test "calls newer than any libc, where they name files" {
  steps='mkdir a:b; $P new a:b; $P new .; $P new no:such'
  natively "$steps"
  answer=$output
  in_lanes "$steps"
  assert_output "$answer"
}
