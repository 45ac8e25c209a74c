#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# LXSHIM_DEBUG: each floor says what it has decided.

load helpers

# debugged WORDS STEPS: runs them under the shim, in $DRIVE; what is said is in $SAID.
debugged() {
  DRIVE=$(fresh drive)
  SAID=$BATS_TEST_TMPDIR/said
  rm -f "$SAID"
  policy_for "$DRIVE" special.fifo=EPERM >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LXSHIM_DEBUG="$1:$SAID" \
    "${SHIM[@]}" bash -uc "$2"
  said=$(<"$SAID")
}

# says FLOOR TEXT: there is a line of that floor with that text.
says() {
  run grep -E "^lxshim [0-9]+ $1 " <<<"$said"
  assert_output --partial "$2"
}

@test "each floor says where a call leads, who answers, and by which rule" {
  local steps=': >a:b; ln -s a:b l; cat l; mkfifo p || echo no'
  native "$steps"
  assert_output ""
  debugged mounts,locate,walk,fs "$steps"
  assert_output "mkfifo: cannot create fifo 'p': Operation not permitted
no"
  says mounts "\"C:\\\\test\" is drvfs on \"$DRIVE\""
  says walk "\"a:b\": drvfs on \"$DRIVE\", \"$DRIVE/a"
  says walk 'which is missing, respelled'
  says walk ', symlinks 1'
  says locate "open \"a:b\": drvfs on \"$DRIVE\", "
  says fs "open \"a:b\": drvfs on \"$DRIVE\" = "
  says fs ', altered by names.illegal'
  says fs "mknod \"p\": drvfs on \"$DRIVE\" = EPERM, denied by special.fifo"
}

@test "only those that are named say something, and nobody where none is" {
  debugged walk ': >a:b'
  refute grep -vE "^lxshim [0-9]+ walk " "$SAID"
  debugged mounts,fs ': >a:b'
  refute grep -E "^lxshim [0-9]+ (walk|locate|supervisor) " "$SAID"
  run --separate-stderr env -C "$DRIVE" LXSHIM_DEBUG= "${SHIM[@]}" bash -uc ': >c:d'
  assert_success
  # shellcheck disable=SC2154 # run sets it
  assert_equal "$stderr" ""
}

@test "what a supervisor was woken for, and what it said" {
  DRIVE=$(fresh drive)
  run --separate-stderr env -C "$DRIVE" LXSHIM_DEBUG=supervisor,fs "$LXSHIM" run -q --require-complete \
    --lane supervisor -- bare-static
  said=$stderr
  says supervisor 'renameat2 = EACCES'
  says fs "rename \"dir\": drvfs on \"$DRIVE\" = EACCES, denied by rename.open_descendant"
  says supervisor ' = left to the caller'
}

@test "words that there are not are told once, and the others hold" {
  DRIVE=$(fresh drive)
  run env -C "$DRIVE" LXSHIM_DEBUG=$'lokate,fs,\e[31m' "${SHIM[@]}" bash -uc 'cat none; cat none; :'
  assert_equal "$(grep -c lokate <<<"$output")" 1
  assert_line --partial 'LXSHIM_DEBUG has no floor'
  assert_line --partial 'there are mounts, locate, walk, fs, supervisor, all'
  assert_line --regexp '^lxshim [0-9]+ fs open "none": drvfs on .* = ENOENT$'
  refute_line --partial $'\e'
}

@test "words that nobody reads any more end no program" {
  local steps='trap "echo heard" PIPE; : >a:b; mkdir d; echo fine'
  mkfifo "$BATS_TEST_TMPDIR/unread"
  # shellcheck disable=SC2094 # a FIFO
  exec 7<>"$BATS_TEST_TMPDIR/unread" 8>"$BATS_TEST_TMPDIR/unread" 7<&-
  # What a program itself writes there ends it.
  run bash -c 'bash -uc "echo >&8"; kill -l $?' 8>&8
  assert_output PIPE
  native "$steps"
  assert_output fine
  DRIVE=$(fresh drive)
  # shellcheck disable=SC2016 # said to another shell
  local unread='env "$@" 2>&8'
  run env -C "$DRIVE" LXSHIM_DEBUG=all bash -uc "$unread" - "${SHIM[@]}" bash -uc "$steps" 8>&8
  assert_success
  assert_output fine
}
