#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls that take as long as on a client of Windows' drives: what is counted, and that somebody waits.
# shellcheck disable=SC2016 # steps are single-quoted

load helpers

# slowed CLIENT STEPS: runs steps in the test's lane; what is said at the end is in $output.
slowed() {
  DRIVE=${IN:-$(fresh drive)}
  run env -C "$DRIVE" "$LXSHIM" run --lane "$LXSHIM_TEST_LANE" --latency "$1" -- bash -uc "$2"
}

TREE='for i in 1 2 3; do mkdir -p d$i/e; for k in {1..10}; do : >d$i/e/f$k; done; done'
LOOK='stat -c %n d?/e/f* >/dev/null'

@test "what calls cost is counted by their depth, and said with their directories" {
  IN=$(fresh drive)
  native "$TREE"
  slowed count:9p-2023 "$LOOK"
  assert_success
  # Thirty stats of three components, 18 ms in all but for luck, and the shell's own.
  assert_line --regexp 'what calls would cost on 9p-2023: 0\.0[0-9]+ s'
  assert_line --regexp '^ +0\.0[12][0-9] +[3-6][0-9]  stat, in [0-9]+ directories$'
  local first=$output
  slowed count:9p-2023 "$LOOK"
  assert_equal "$(grep ' stat, ' <<<"$output")" "$(grep ' stat, ' <<<"$first")"
  slowed count:9p-2023:7 "$LOOK"
  [[ $(grep ' stat, ' <<<"$output") != "$(grep ' stat, ' <<<"$first")" ]]
}

@test "each operation is counted as what it is; outside of drives nothing is" {
  slowed count:9p-2020 'mkdir m; : >f; mv f g; chmod 600 g; cat g; ls m; rm g; rmdir m; [[ -e none ]] || cat /etc/hostname >/dev/null'
  local word
  for word in mkdir create rename change open list unlink stat "stat of a missing name"; do
    assert_line --regexp "^ +[0-9.]+ +[0-9]+  $word, in [0-9]+ director"
  done
  local inside
  slowed count:9p-2020 ":"
  inside=$(grep -A9 "what calls would cost" <<<"$output")
  slowed count:9p-2020 "for i in {1..20}; do [[ -e /etc/none || -e /etc/hostname ]]; done"
  assert_equal "$(grep -A9 "what calls would cost" <<<"$output")" "$inside"
}

@test "a call that takes longer answers the same" {
  needs jq jq
  local steps='mkdir m; echo text >m/f; mv m n; cat n/f; cat m/f; rm n/f; rmdir n; ls'
  native "$steps"
  local expected=$output
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq '. + {latency: "virtiofs-2026"}' >"$BATS_TEST_TMPDIR/p.json"
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "$expected"
}

@test "somebody waits for as long as is said, or nobody" {
  needs strace strace
  IN=$(fresh drive)
  native "$TREE"
  # waits CLIENT: how many waits there are of ten stats, a millisecond each. One that was too long is more than one.
  waits() {
    run env -C "$IN" "$LXSHIM" run -q --lane preload --latency "$1" -- \
      strace -f -qq -e trace=clock_nanosleep -o "$BATS_TEST_TMPDIR/t" bash -uc 'for f in d1/e/*; do [[ -e $f ]]; done'
    assert_success
    grep -c 'clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=0, tv_nsec=[0-9]' "$BATS_TEST_TMPDIR/t" || true
  }
  (($(waits 9p-2020) > 0))
  assert_equal "$(waits count:9p-2020)" 0
}

@test "reports say what calls cost, and which of them could be saved; of a trace, too" {
  needs jq jq
  IN=$(fresh drive)
  native "$TREE"
  local out=$BATS_TEST_TMPDIR/out
  run env -C "$IN" "$LXSHIM" run --latency count:9p-2019 --trace "$out.t" --report "markdown:$out.md" \
    --report "json:$out.json" --report "html:$out.html" -- bash -uc "$LOOK"
  assert_success
  assert_line --regexp '^ +to list each of these directories once would take about 0\.[01][0-9] s$'
  run jq -r '.cost | .client, .waited, (.operations[0] | .operation, .calls > 29, .directories < 10, .saving)' "$out.json"
  assert_line --index 0 9p-2019
  assert_line --index 1 false
  assert_line --index 2 stat
  assert_line --index 3 true
  assert_line --index 4 true
  assert_line --index 5 --regexp '^to list each '
  run cat "$out.md"
  assert_line --regexp '^#### what calls would cost on 9p-2019: 0\.[0-9]+ s$'
  assert_line --regexp '^\| 0\.[0-9]+ \| [0-9]+ \| stat, in [4-9] directories \| to list each .* \|$'
  run grep -c '<table id="cost">' "$out.html"
  assert_output 1
  # The trace has it, and a run without a latency has none.
  assert_equal "$("$LXSHIM" report json "$out.t" | jq -c .cost)" "$(jq -c .cost "$out.json")"
  run env -C "$IN" "$LXSHIM" run -q --trace "$out.t" --report "json:$out.json" -- bash -uc "$LOOK"
  assert_equal "$(jq -c .cost "$out.json")" null
}

@test "a policy says which client, and an option another" {
  needs jq jq
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq '. + {latency: {client: "virtiofs-2026", wait: false}}' >"$BATS_TEST_TMPDIR/p.json"
  run env -C "$DRIVE" "$LXSHIM" run --policy "$BATS_TEST_TMPDIR/p.json" --lane "$LXSHIM_TEST_LANE" -- mkdir a
  assert_line --regexp 'would cost on virtiofs-2026'
  run env -C "$DRIVE" "$LXSHIM" run --policy "$BATS_TEST_TMPDIR/p.json" --latency count:9p-2019 -- mkdir b
  assert_line --regexp 'would cost on 9p-2019'
  run env -C "$DRIVE" "$LXSHIM" run --latency 9p-2021 -- mkdir c
  assert_failure 125
  assert_output --partial 'unknown client "9p-2021", expected wsl1-1809, 9p-2019, 9p-2020, 9p-2023, virtiofs-2026 or off'
  run env -C "$DRIVE" "$LXSHIM" run --latency 9p-2023:x -- mkdir c
  assert_failure 125
  assert_output --partial 'the seed is "x", expected a whole number'
  assert_not_exists "$DRIVE/c"
}
