#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What lxshim says of itself: it fits in 80 columns, and is plain where nobody looks or NO_COLOR says so.

load helpers

# below COMMAND...: the commands that its help lists.
below() {
  "$LXSHIM" "$@" --help | awk '/^commands:/ { found = 1; next } found && /^  [a-z]/ { print $1 }'
}

# What is longer than a line of 80 columns has.
too_long() {
  awk -v what="$*" 'length($0) > 80 { print what ": " $0 }' < <("$LXSHIM" "$@")
}

@test "no line of any help is longer than 80 columns" {
  local command topic
  {
    too_long --help
    too_long help
    for topic in $("$LXSHIM" help | awk '/^  [a-z]/ { print $1 }'); do
      too_long help "$topic"
    done
    for command in $(below); do
      too_long "$command" --help
    done
    for command in $(below policy); do
      too_long policy "$command" --help
    done
    too_long matrix merge --help
    for command in $("$LXSHIM" win | awk '/^  [a-z]/ { print $1 }'); do
      too_long win "$command" --help
    done
  } >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
  # There was something to look at.
  (($(below | wc -l) > 10))
}

@test "each command has its part in the manual" {
  local command
  for command in $(below) $(below policy | sed 's/^/policy+/') $(below matrix | sed 's/^/matrix+/'); do
    grep -qE "^\.SS lxshim ${command/+/ }( |\$)" "$SOURCE_ROOT/man/lxshim.1" || [[ $command == policy ]] || echo "$command"
  done >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

# words_of: the text of standard input, a word a line.
words_of() {
  tr -s '[:space:],' '\n' | sed '/^$/d'
}

@test "each command has a page of the manual, which says what its help and its topic say" {
  local command topic
  needs groff groff-base
  for command in $(below); do
    topic=$command
    [[ $command != report ]] || topic=reports
    groff -man -Tascii -P-cbou -rHY=0 -rLL=400n -W break "$SOURCE_ROOT/man/lxshim-$command.1" | words_of >"$BATS_TEST_TMPDIR/page"
    # But for headings, and commands below it, which have no summary there.
    { "$LXSHIM" "$command" --help; "$LXSHIM" help "$topic"; } |
      sed -E 's/^(usage|options|commands)://; /^  [a-z]+ +[a-z]/d' | words_of |
      grep -vxFf "$BATS_TEST_TMPDIR/page" | sed "s/^/$command: /" || true
  done >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

# on_terminal COMMAND...: what it writes on a terminal of its own.
on_terminal() {
  needs python3 python3
  run python3 "$BATS_TEST_DIRNAME/typed.py" '' "$@"
}

@test "headings are bold on a terminal, and nowhere else" {
  local bold=$'\e[1m' plain
  unset NO_COLOR
  export TERM=xterm
  on_terminal "$LXSHIM" explain names.illegal
  assert_line --partial "${bold}names.illegal"
  assert_line --partial "${bold}evidence"
  on_terminal "$LXSHIM" run --help
  assert_line --partial "${bold}usage:"
  for plain in NO_COLOR=1 TERM=dumb -uTERM; do
    on_terminal env "$plain" "$LXSHIM" run --help
    assert_line --partial usage:
    refute_output --partial $'\e'
  done
  # An empty one is none.
  on_terminal env NO_COLOR= "$LXSHIM" --help
  assert_line --partial "${bold}commands:"
  run "$LXSHIM" run --help
  assert_line --partial usage:
  refute_output --partial $'\e'
}

# is_plain COMMAND...: no escape codes where no terminal understands them.
is_plain() {
  on_terminal env TERM=dumb "$@"
  refute_output --partial $'\e'
  TERM=xterm run "$@"
  refute_output --partial $'\e'
}

@test "what takes long says on a terminal how far it is, and nowhere else; a dumb one gets no escape codes" {
  local clear=$'\r\e[K' line='{"time":"2026-11-29T13:14:15.000000Z","pid":1,"outcome":"passed"}'
  cd "$(fresh)"
  yes "$line" | head -n 140000 >trace
  mkdir gallery
  cp -R "$SOURCE_ROOT"/examples/gallery/{case-fat,chmod-install} gallery
  local report=("$LXSHIM" report json:/dev/null trace) gallery=("$LXSHIM" gallery --from gallery)
  local matrix=("$LXSHIM" matrix --eras wsl2-9p -- true)
  on_terminal env TERM=xterm "${report[@]}"
  assert_success
  assert_output "${clear}lxshim: 65536 lines of the trace are read${clear}lxshim: 131072 lines of the trace are read$clear"
  on_terminal env TERM=xterm "${gallery[@]}"
  assert_line --partial "${clear}lxshim: 2 of 2: chmod-install$clear"
  on_terminal env TERM=xterm "${matrix[@]}"
  assert_output --partial "${clear}lxshim: "
  is_plain "${report[@]}"
  is_plain "${gallery[@]}"
  is_plain "${matrix[@]}"
  is_plain "$LXSHIM" bisect -- false
}

@test "explain with an era and a volume: the value that policy show has there, its grade and why" {
  needs python3 python3
  local cell era volume
  for cell in wsl2-9p/fat32 wsl1-1709/refs; do
    era=${cell%/*} volume=${cell#*/}
    "$LXSHIM" policy show --json --profile "$era" --filesystem "$volume" >"$BATS_TEST_TMPDIR/shown.json"
    run python3 -c '
import json, subprocess, sys
shown = json.load(open(sys.argv[2]))["mounts"][0]["rules"]
for rule, is_there in shown.items():
    said = subprocess.run([sys.argv[1], "explain", rule, "--era", sys.argv[3], "--volume", sys.argv[4]],
        stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    at = [n for n, line in enumerate(said) if line.startswith("  %s/%s: " % (sys.argv[3], sys.argv[4]))]
    if len(at) != 1 or said[at[0]].split()[1] != is_there["value"] or ": " not in said[at[0] + 1]: print(rule, said)
print(len(shown) > 90)' "$LXSHIM" "$BATS_TEST_TMPDIR/shown.json" "$era" "$volume"
    assert_output True
  done
  run "$LXSHIM" explain special.fifo --era wsl1-1803 --volume ntfs,smb --metadata
  assert_line "  wsl1-1803/ntfs, with metadata: allow"
  assert_line "  wsl1-1803/smb: EPERM (refused with EPERM, Operation not permitted)"
  run "$LXSHIM" explain stat.inode --client 9p
  assert_line --regexp '^  wsl2-9p: EOVERFLOW '
  refute_line --partial wsl1
  run "$LXSHIM" explain stat.inode --era wsl2-9q
  assert_failure 2
  assert_output 'lxshim: unknown era "wsl2-9q"; did you mean "wsl2-9p"? See lxshim policy profiles'
  run "$LXSHIM" explain stat.inode --era wsl1-1703 --client virtiofs
  assert_failure 2
  run "$LXSHIM" explain no.rule --volume ntfs
  assert_failure 1
}
