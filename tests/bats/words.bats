#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs of 32-bit x86: other system calls, other structures, the same answers.

load helpers

setup() {
  why=$(runs_32_bits) || skip "$why"
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  LANES=(both supervisor)
}

# With structures of 32 bits, of 64 bits for sizes, and for times.
KINDS=(structures-i386 structures-i386-lfs structures-i386-time64 structures-i386-static)

# of_32 / of_both: what only 32-bit programs say, and what those of both word sizes do.
of_32() { grep '^32:' <<<"$1"; }
of_both() { grep -v '^32:' <<<"$1"; }

# in_drive LANE COMMAND...: in a new drive.
in_drive() {
  run env -C "$(fresh drive)" "$LXSHIM" run -q --require-complete --lane "$1" -- "${@:2}"
}

@test "outside of every mount each way to ask has its native answer" {
  local kind way lane native
  for way in raw libc; do
    for kind in structures "${KINDS[@]}"; do
      run env -C "$(fresh native)" "$kind" "$way"
      assert_success
      native=$output
      for lane in "${LANES[@]}"; do
        in_drive "$lane" env -C "$(fresh outside)" "$kind" "$way"
        assert_output "$native"
      done
    done
  done
}

@test "inside, each way has the answer of a 64-bit program" {
  local kind way lane wide
  for way in raw libc; do
    for lane in "${LANES[@]}"; do
      in_drive "$lane" structures "$way"
      assert_success
      wide=$output
      assert_line "mkfifo: EPERM"
      assert_line --regexp '^stat f:f: 100777 '
      for kind in "${KINDS[@]}"; do
        in_drive "$lane" "$kind" "$way"
        assert_equal "$(of_both "$output")" "$wide"
      done
    done
  done
}

@test "inside, what only 32-bit programs meet is as outside: what is too large, how far a file may grow" {
  local kind way lane native
  for way in raw libc; do
    for kind in "${KINDS[@]}"; do
      run env -C "$(fresh native)" "$kind" "$way"
      native=$output
      for lane in "${LANES[@]}"; do
        in_drive "$lane" "$kind" "$way"
        # But that nobody is given a file.
        assert_equal "$(of_32 "$output" | grep -v owner)" "$(of_32 "$native" | grep -v owner)"
      done
    done
  done
  in_drive both structures-i386 raw
  assert_line "32: open: EOVERFLOW, to write: EOVERFLOW, with O_LARGEFILE: ok"
  assert_line "32: stat: EOVERFLOW, stat64: ok, size 5368709127"
  assert_line "32: fallocate, with the cookie for a length: EFBIG"
}

@test "a directory of many files, read to the end with places kept" {
  local kind lane
  for kind in structures "${KINDS[@]}"; do
    run env -C "$(fresh native)" "$kind" many
    assert_output "500, to the end"
    for lane in "${LANES[@]}"; do
      in_drive "$lane" "$kind" many
      assert_output "500, to the end"
    done
  done
}

@test "the sixth argument: no way round where it is the call's own" {
  # With the number that marks our own calls for the upper half of its length, fallocate is a call of the program's.
  local lane dir
  for lane in "${LANES[@]}"; do
    dir=$(fresh drive)
    policy_for "$dir" file.fallocate=EOPNOTSUPP >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" \
      "$LXSHIM" run -q --require-complete --lane "$lane" -- structures-i386 raw
    assert_line --regexp '^fallocate: EOPNOTSUPP '
    assert_line "32: fallocate, with the cookie for a length: EOPNOTSUPP"
  done
}
