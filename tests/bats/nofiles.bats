#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What an option or a variable names, and is no file: nobody waits for it, nor reads it without an end.

load helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkfifo fifo
  printf '{"version": 1}' >p.json
}

# ends STATUS COMMAND...: it ends by itself, with that status.
ends() {
  local wanted=$1
  shift
  run timeout -k 1 100 "$@"
  assert_equal "$status" "$wanted"
}

# Natively: cat of these ends only if a writer does, or by timeout.
@test "what is read: a FIFO, a device and a directory are refused, by name" {
  local file why
  for file in fifo /dev/zero .; do
    why="not a file"
    [[ ! -d $file ]] || why="Is a directory"
    ends 1 "$LXSHIM" policy check "$file"
    assert_output "lxshim: $file: not a file, expected a policy in JSON"
    ends 125 "$LXSHIM" run --policy "$file" -- true
    assert_output "lxshim: $file: not a file, expected a policy in JSON"
    ends 125 env LXSHIM_POLICY="$file" "$LXSHIM" run -- true
    assert_output "lxshim: $file: not a file, expected a policy in JSON"
    ends 125 "$LXSHIM" wsl --policy "$file" -- true
    assert_output "lxshim: $file: not a file, expected a policy in JSON"
    ends 1 "$LXSHIM" policy show --overrides "$file"
    assert_output "lxshim: $file: not a file, expected a list of overrides in JSON"
    ends 125 "$LXSHIM" run --scanner "replay:$file" -- true
    assert_output "lxshim: --scanner: cannot read the trace $file: $why"
    ends 1 "$LXSHIM" report json "$file"
    assert_output "lxshim: cannot read $file: $why"
    ends 1 "$LXSHIM" matrix merge "$file"
    assert_output "lxshim: $file: $why"
    [[ ! -d $file ]] || why="Access is denied."
    ends 1 "$LXSHIM" win --policy p.json nt "$file"
    assert_output "lxshim: win: $file: $why"
  done
}

@test "what is read: a pipe that a shell hands on is one, and ends with its writer" {
  needs jq jq
  local trace='{"time":"2026-01-01T00:00:00.000000Z","pid":1,"call":"mknod","args":["p"],"native":["p"],"result":"EPERM","outcome":"denied","rule":"special.fifo"}'
  run bash -c 'for how in run wsl; do "$1" $how -q --policy <(cat p.json) -- echo ran; done' - "$LXSHIM"
  assert_success
  assert_output 'ran
ran'
  run -0 bash -c 'set -o pipefail; "$1" report json <(echo "$2") | jq .refused' - "$LXSHIM" "$trace"
  assert_output 1
  run -0 bash -c 'echo "$2" >fifo & set -o pipefail; "$1" report json - <fifo | jq .refused' - "$LXSHIM" "$trace"
  assert_output 1
  run bash -c '"$1" matrix merge <(echo "{}")' - "$LXSHIM"
  assert_failure 1
  assert_output --regexp '^lxshim: /dev/fd/[0-9]+: it is no result of lxshim matrix --report json$'
}

@test "what is written: a FIFO that nobody reads is told of at the end, one with a reader has all" {
  needs jq jq
  ends 125 "$LXSHIM" run -q --report json:fifo -- true
  assert_output "lxshim: cannot write the report to fifo: nobody reads this FIFO"
  GITHUB_STEP_SUMMARY=fifo ends 0 "$LXSHIM" run -q --report github -- true
  assert_line "::warning title=lxshim::the summary of the step could not be written: nobody reads this FIFO"
  # shellcheck disable=SC2094 # a FIFO
  exec 5<>fifo 6<fifo 5>&-
  ends 0 "$LXSHIM" run -q --report json:fifo -- true
  run jq -r .tool <&6
  exec 6<&-
  assert_output lxshim
}

@test "init passes over a makefile and a .gitignore that are no files" {
  mkfifo Makefile .gitignore
  printf y >src
  ends 0 "$LXSHIM" init --yes
  [[ -s .lxshim.json ]]
}
