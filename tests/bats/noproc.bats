#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where no /proc is, in a chroot or after pivot_root, nothing names a descriptor: a path from one is the
# kernel's to resolve.

load helpers

setup() {
  policy_for "$(fresh elsewhere)" >"$BATS_TEST_TMPDIR/elsewhere.json"
}

# outside STEPS: in the lane, with a drive somewhere else.
outside() {
  run env -C "$(fresh outside)" LXSHIM_POLICY="$BATS_TEST_TMPDIR/elsewhere.json" "${SHIM[@]}" bash -uc "$1"
}

@test "every call by a directory's descriptor: outside and in a drive as natively" {
  steps='mkdir -p base/d; cd base; echo f >f; echo g >d/g; ln -s f link; ln -s d dirlink; ln -s loop loop
    ln -s nowhere dangling; ln -s .. up; ln -s / absolute; cd ..; unnamed'
  native "$steps"
  ((status != 3)) || skip "no other root for this user"
  assert_success
  assert_line "openat dirlink/g: ok"
  assert_line "closed f: EBADF"
  expected=$output
  outside "$steps"
  assert_output "$expected"
  shimmed "$steps"
  run diff <(cat <<<"$expected") <(cat <<<"$output")
  assert_output ""
}

@test "bwrap: a program that moves its root away starts others" {
  needs bwrap bubblewrap
  steps='bwrap --ro-bind / / --tmpfs /tmp --dev /dev sh -c "echo started; ls -A /tmp; test -c /dev/null && echo null"'
  native "$steps"
  ((status == 0)) || skip "bwrap does not run here"
  expected=$output
  # What it starts has its own /proc, or none: not all of it can be seen.
  [[ $LXSHIM_TEST_LANE == preload ]] || SHIM=("$LXSHIM" run -q --lane "$LXSHIM_TEST_LANE" --)
  outside "$steps"
  assert_output "$expected"
}
