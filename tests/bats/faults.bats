#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Bad addresses: what the kernel refuses with EFAULT is refused so, and nobody dies of it.

load helpers

# told MODE: what `faults` says natively, but for what libc itself dies of: there anything is as good. The same to every
# test, and to every way to make a system call.
told() {
  local told=$BATS_FILE_TMPDIR/$1
  if [[ ! -e $told ]]; then
    native "faults $1"
    assert_success
    grep -v ' died$' <<<"$output" >"$told"
  fi
  expected=$(<"$told")
  (($(grep -c EFAULT <<<"$expected") > 400))
}

# number: how system calls are made that the lane sees: the library sees those that are made by syscall().
number() {
  if [[ $LXSHIM_TEST_LANE == preload ]]; then echo syscall; else echo raw; fi
}

# compared: the lines of the calls that natively do not die, under the shim, against natively. (Where an address can be
# read, an ordinary user may not give a file away; in a drive that is ok, by rule.)
compared() {
  awk 'NR == FNR { want[$1, $2, $3] = $0; next } ($1, $2, $3) in want && want[$1, $2, $3] != $0 {
      if (want[$1, $2, $3] !~ / EPERM$/ || $4 != "ok") print want[$1, $2, $3] " -> " $4 }' \
    <(cat <<<"$expected") <(cat <<<"$output")
}

@test "every exported name is in the table, or has no pointer that the kernel sees" {
  faults names | sort -u >"$BATS_TEST_TMPDIR/names"
  nm -D --defined-only "$LIB" | awk '{ print $NF }' | sort >"$BATS_TEST_TMPDIR/exports"
  (($(wc -l <"$BATS_TEST_TMPDIR/exports") > 150))
  run comm -23 "$BATS_TEST_TMPDIR/exports" "$BATS_TEST_TMPDIR/names"
  assert_output ""
}

@test "every pointer of every system call, in a drive" {
  told raw
  shimmed "faults $(number)"
  assert_success
  run compared
  assert_output ""
}

@test "every pointer of libc's names, in a drive" {
  told libc
  shimmed 'faults libc'
  assert_success
  run compared
  assert_output ""
}

@test "outside every mount, of system calls and of libc's names" {
  local mode
  mkdir "$BATS_TEST_TMPDIR/mount"
  policy_for "$BATS_TEST_TMPDIR/mount" >"$BATS_TEST_TMPDIR/policy.json"
  for mode in "$(number)" libc; do
    told "${mode/syscall/raw}"
    run env -C "$(fresh outside)" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" faults "$mode"
    assert_success
    run compared
    assert_output ""
  done
}

@test "a supervisor goes on after calls with bad addresses: static program, null buffers" {
  steps='faults-static raw | grep -c EFAULT; echo still here'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}
