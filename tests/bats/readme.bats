#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The sessions that README.md shows: each command is run, and says what is written below it.
# shellcheck disable=SC2016,SC2154 # backticks are Markdown's; run sets output

load helpers

# take_apart: each session of README.md goes to a file of its own, in order.
take_apart() {
  awk -v to="$BATS_TEST_TMPDIR/session" '
    /^```console$/ { n++; on = 1; next }
    /^```/ { on = 0 }
    on { print >to "." n }' "$SOURCE_ROOT/README.md"
}

# pattern: a regular expression for what is written below a command. A line of dots stands for any lines, dots at
# the end of one for its rest; numbers, a holder's directory and the width of a table are another's, and of two who
# have a file open the one with the smaller number comes first.
pattern() {
  sed -E 's/[][\\.*^$+?(){}|]/\\&/g
    s/^\\\.\\\.\\\.$/.*/; s/\\\.\\\.\\\.$/[^\n]*/
    /^  \w+\\\.\w+ /{ s/[0-9]+/[0-9]+/g; s/ +/ +/g; s|/home/me/drive|[^ ]+|; }
    s/(pid|library|answered,) [0-9]+/\1 [0-9]+/g
    s/(open in: )(.*\)), (.*)/\1(\2, \3|\3, \2)/'
}

# step COMMAND ANSWER: runs it, and says where it answers otherwise. What cat shows, and nothing has made, is made.
step() {
  local expected
  if [[ $1 == 'cat '* && ! -e ${1#cat } ]]; then
    printf '%s\n' "$2" >"${1#cat }"
    return
  fi
  run bash -c "$1"
  expected=$(pattern <<<"$2")
  [[ $output =~ ^${expected//$'\n.*'/.*}$ ]] || printf '$ %s\n%s\nbut README.md has\n%s\n' "$1" "$output" "$2"
}

# play FILE: each command of a session, in a fresh directory.
play() {
  local line command="" answer=""
  cd "$(fresh)" || return
  while IFS= read -r line; do
    if [[ $line == '$ '* ]]; then
      [[ -z $command ]] || step "$command" "$answer"
      command=${line#'$ '} answer=""
    else
      answer+=${answer:+$'\n'}$line
    fi
  done <"$1"
  step "$command" "$answer"
}

@test "the sessions of README.md are what happens" {
  needs make make
  needs jq jq
  take_apart
  for session in "$BATS_TEST_TMPDIR"/session.*; do
    PATH=${LXSHIM%/*}:$PATH play "$session"
  done >"$BATS_TEST_TMPDIR/found"
  ((${#session[@]} > 0))
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

@test "the policy of README.md is one" {
  cd "$(fresh)" || return
  mkdir drive
  sed -n '/^```json$/,/^```$/{ /^```/d; p }' "$SOURCE_ROOT/README.md" >.lxshim.json
  run "$LXSHIM" policy check
  assert_output '.lxshim.json: ok, 1 mount, profile wsl2-9p'
}
