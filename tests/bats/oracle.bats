#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tools/oracle: what Wine answers to the same NT calls, and docs/oracle.md about the rest.

load helpers

setup() {
  needs python3 python3
}

oracle() {
  run --separate-stderr "$SOURCE_ROOT/tools/oracle" "$@"
}

@test "the sequences are those of their seed" {
  local first
  oracle --list --seed 3 --sequences 20
  assert_success
  ((${#lines[@]} > 400))
  first=$output
  oracle --list --seed 3 --sequences 20
  assert_equal "$output" "$first"
  oracle --list --seed 4 --sequences 20
  refute [ "$output" == "$first" ]
  oracle --list --opens
  assert_equal "${#lines[@]} $(sort -u <<<"$output" | grep -c '^open a') $(sort -u <<<"$output" | grep -c '^open b')" "16386 64 64"
}

@test "Wine answers as lxshim does, but for what docs/oracle.md has" {
  needs wine wine
  needs x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
  oracle --sequences 50
  assert_success
  assert_output --regexp '^50 sequences, 1[0-9]{3} answers compared, [0-9]+ differ as docs/oracle.md says, 0 otherwise'
}
