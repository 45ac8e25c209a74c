#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules that speak while others are silent, on some calls and not on others: "mode", overrides that let the rules
# speak, and the options of lxshim run that say both.
# shellcheck disable=SC2016,SC2154 # steps are single-quoted; run sets its variables

load helpers

# Two refusals, and a mode that is not the one asked for.
STEPS='mkfifo p 2>/dev/null; echo $?; mkdir d; exec 3>d/f; mv d e 2>/dev/null; echo $?
  touch m; chmod 640 m; stat -c %a m'

# in_policy JSON STEPS: in a drive by that policy's keys, beside its version.
in_policy() {
  printf '{"version": 1, %s}\n' "$1" >"$BATS_TEST_TMPDIR/policy.json"
  DRIVE=$(fresh drive)
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$2"
}

@test "only the rules that are named speak" {
  native "$STEPS"
  assert_output $'0\n0\n640'
  shimmed "$STEPS"
  assert_output $'1\n1\n777'
  in_policy '"mode": {"enforce": ["special.fifo"]}' "$STEPS"
  assert_output $'1\n0\n640'
  in_policy '"mode": {"enforce": ["rename.open_descendant", "mode.fixed"]}' "$STEPS"
  assert_output $'0\n1\n777'
  in_policy '"mode": {"enforce": []}' "$STEPS"
  assert_output $'0\n0\n640'
}

@test "a name that a silent rule would have escaped is the file's own" {
  in_policy '"mode": {"enforce": ["special.fifo"]}' 'echo x >"a:b"; ls; cat "a:b"'
  assert_output $'a:b\nx'
  assert_file_exists "$DRIVE/a:b"
  in_policy '"mode": {"enforce": ["names.illegal"]}' 'echo x >"a:b"; ls'
  assert_output 'a:b'
  assert_not_exist "$DRIVE/a:b"
}

@test "what a silent rule would have done is in the trace, and refuses nothing" {
  needs jq jq
  in_policy '"mode": {"enforce": ["mode.fixed"]}, "trace": "'"$BATS_TEST_TMPDIR"'/trace"' 'mkfifo p'
  assert_success
  run jq -r 'select(.call == "mknod") | .outcome, (.observed | join(" "))' "$BATS_TEST_TMPDIR/trace"
  assert_output $'observed\nspecial.fifo'
}

@test "an override that lets the rules speak keeps a call from those behind it" {
  local all='{"when": {"op": "*"}, "then": {"allow": true}}'
  native 'mkfifo a b; echo $?'
  assert_output 0
  in_policy '"overrides": [{"when": {"path": "a"}, "then": {"allow": false}}, '"$all"']' \
    'mkfifo a 2>/dev/null; echo $?; mkfifo b; echo $?'
  assert_output $'1\n0'
  in_policy '"overrides": [{"when": {"op": "mknod"}, "then": {"allow": false}, "after": 1, "times": 1}, '"$all"']' \
    'for i in 1 2 3; do mkfifo $i 2>/dev/null; echo $?; done'
  assert_output $'0\n1\n0'
}

@test "a trace has the paths by which overrides know a call, where there is one about it" {
  needs jq jq
  local steps='mkdir -p a/b; cd a/b; : >f; ln ../b/f ../g; [ -e /etc/passwd ]'
  in_policy '"trace": {"file": "'"$BATS_TEST_TMPDIR"'/trace", "calls": "all"},
    "overrides": [{"when": {"op": ["link", "open"]}, "then": {"allow": false}}]' "$steps"
  assert_success
  run jq -r 'select(.inside) | select(.call == "link" or (.inside[0] | endswith("f"))) | .call + " " + (.inside | join(" "))' \
    "$BATS_TEST_TMPDIR/trace"
  assert_output $'open a/b/f\nlink a/b/f a/g'
  # What did nothing has overridden nothing.
  run jq -r 'select(.override) | .call' "$BATS_TEST_TMPDIR/trace"
  assert_output ""
}

@test "--enforce and --overrides: for one run, over what the policy says" {
  local dir
  printf '[{"when": {"op": "mkdir"}, "then": {"errno": "ENOSPC"}}]' >"$BATS_TEST_TMPDIR/overrides.json"
  printf '{"version": 1, "mode": "observe", "overrides": [{"when": {"op": "mknod"}, "then": {"errno": "EIO"}}]}' \
    >"$BATS_TEST_TMPDIR/policy.json"
  dir=$(fresh)
  run env -C "$dir" "$LXSHIM" run -q --policy ../policy.json --enforce special.fifo \
    --overrides ../overrides.json -- bash -c 'mkfifo p; mkdir d'
  assert_line --regexp '^mkfifo: .*: Operation not permitted$'
  assert_line --regexp '^mkdir: .*: No space left on device$'
  run env -C "$dir" "$LXSHIM" policy show --policy ../policy.json --enforce special.fifo
  assert_line "mode        enforce only special.fifo  (--enforce)"
  run env -C "$dir" "$LXSHIM" run -q --enforce special.fifi -- true
  assert_failure 125
  assert_output 'lxshim: --enforce: unknown rule "special.fifi", expected an id that "lxshim policy rules" lists; did you mean "special.fifo"?'
  run env -C "$dir" "$LXSHIM" run -q --overrides ../policy.json -- true
  assert_failure 125
  assert_output --partial "an array"
}
