#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The examples of rules (policy/examples.def): each works natively and fails on a drive by its rule alone.
# shellcheck disable=SC2154 # run sets it

load helpers

# example_of RULE: its command, as lxshim explain has it, goes to a file, and what is in it for a drive to another; the
# value with which they fail goes to $value.
example_of() {
  "$LXSHIM" explain "$1" | sed -n '/^an example$/,/^$/{ s/^  //p }' | sed 1d >"$BATS_TEST_TMPDIR/command"
  value=$(sed -n "1s/^lxshim run -q --set $1=\([^ ]*\) --enforce $1 -- sh -euc '\$/\1/p" "$BATS_TEST_TMPDIR/command")
  sed "1s/.* -- sh /sh /" "$BATS_TEST_TMPDIR/command" >"$BATS_TEST_TMPDIR/lines"
}

# Rules that have one.
with_examples() {
  sed -nE 's/^EXAMPLE\(([A-Z0-9_]+),.*/\1/p' "$SOURCE_ROOT/policy/examples.def" | while read -r symbol; do
    sed -nE "s/^RULE\([A-Z]+, $symbol, \"([a-z0-9_.]+)\".*/\1/p" "$SOURCE_ROOT/policy/rules.def"
  done
}

setup() {
  needs perl perl
  needs setfattr attr
  needs jq jq
}

@test "each example works on Linux and fails on a drive, by its rule alone" {
  local rule value
  (($(with_examples | wc -l) >= 15))
  while read -r rule; do
    example_of "$rule"
    native 'sh "$BATS_TEST_TMPDIR/lines"'
    if ((status != 0)); then
      echo "$rule: natively: $status $output"
      continue
    fi
    # With all other rules silent, in the lane.
    policy_for "$(fresh)" "$rule=$value" | jq --arg rule "$rule" 'del(.mounts) + {mode: {enforce: [$rule]}}' \
      >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$(fresh)" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" \
      sh "$BATS_TEST_TMPDIR/lines"
    ((status != 0 && status != 125)) || echo "$rule: on a drive: $status $output"
  done < <(with_examples) >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

@test "what bisect prints is quoted for a shell, whatever the paths" {
  local name
  name=$'a b\'c$(d)\ne'
  cd "$(fresh)" || return
  printf 'mkdir sub; mkfifo "%s"\n' 'sub/$(printf "$1")' >build.sh
  run --separate-stderr "$LXSHIM" bisect --json -- sh build.sh "$name"
  assert_success
  jq -r '.causes[0].example' <<<"$output" >../example
  run env -C "$(fresh)" sh -eu "$PWD/../example"
  assert_success
}
