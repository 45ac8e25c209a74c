#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# LXSHIM_STATE and the files that it names come from the environment: what is damaged or foreign is
# refused in one sentence before main, or not looked at, and is never a signal.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  cd "$(fresh drive)" || return
  [[ -d /dev/shm && -w /dev/shm ]] || skip "/dev/shm, where a run has its files, is missing here, or somebody else's"
  FILES=$(mktemp -d /dev/shm/lxshim-test.XXXXXX)
  mkdir "$FILES/back" "$FILES/other"
}

teardown() {
  rm -rf "$FILES" "${counters-}" "${table-}" ${SHARED:+"$SHARED" "$SHARED.bin"}
}

# policy [TIMES]: mounts of both kinds, options that have strings, and overrides; in FILES/p.json.
policy() {
  printf '{"version": 1, "mounts": [
    {"type": "drvfs", "source": "C:", "target": "%s", "backing": "%s",
     "options": "metadata,uid=1,umask=22,case=dir,symlinkroot=/mnt/", "volume": {"label": "x"}},
    {"type": "drvfs", "source": "D:\\\\x", "target": "%s"}],
    "overrides": [{"when": {"op": "unlink", "path": "x*"}, "then": {"errno": "EACCES"}%s, "note": "n"},
                  {"when": {"op": "open", "errno": "ENOENT"}, "then": {"errno": "EIO"}}]}' \
    "$PWD" "$FILES/back" "$FILES/other" "${1:+, \"times\": $1}" >"$FILES/p.json"
}

# large: with so many overrides that the image is in a file; its state in $LXSHIM_STATE, and $image.
large() {
  needs jq jq
  policy
  jq '.overrides += [range(200) | {when: {path: "f\(.)"}, then: {errno: "EIO"}}]' \
    "$FILES/p.json" >"$FILES/large.json"
  local state
  state=$("$LXSHIM" policy state "$FILES/large.json")
  mv "${state#1-@}" "$FILES/image"
  image=$FILES/image
  export LXSHIM_STATE=1-@$image
}

# small: in the environment, with counters in a file of its own, which is $counters.
small() {
  policy 2
  LXSHIM_STATE=$("$LXSHIM" policy state "$FILES/p.json")
  export LXSHIM_STATE
  counters=$(words | grep -a '^/.*/lxshim-[0-9]*-stats-')
}

# The strings of an image that is in the environment.
words() {
  tr _- /+ <<<"${LXSHIM_STATE#1-:}" | base64 -d 2>/dev/null | tr '\0' '\n'
}

# refused WORDS: a program does not start, and says why in one sentence that begins so.
refused() {
  run env LD_PRELOAD="$LIB" sh -c 'echo ran'
  assert_failure 125
  assert_equal "${#lines[@]}" 1
  assert_output --partial "lxshim: LXSHIM_STATE$1"
  assert_output --partial "unset it to start anew: "
}

runs() {
  run env LD_PRELOAD="$LIB" sh -c 'echo ran'
  assert_success
  assert_output ran
}

# At every byte, and in one process: tests/unit/test_state.c. Here some, and whole programs.
@test "a state in the environment, cut or changed: a refusal, or a program that runs" {
  policy
  LXSHIM_STATE=$("$LXSHIM" policy state "$FILES/p.json")
  export LXSHIM_STATE
  cd "$FILES/back" || return # where the first mount is
  run damage LXSHIM_STATE 12 7 "$LIB" tour
  assert_success
  assert_output --regexp '^[1-9][0-9]* refused, [1-9][0-9]* ran, 0 wrong$'
}

@test "an image in a file, cut or changed: a refusal, or a program that runs" {
  large
  cd "$FILES/back" || return
  run damage "$image" 12 127 "$LIB" tour
  assert_success
  assert_output --regexp '^[1-9][0-9]* refused, [1-9][0-9]* ran, 0 wrong$'
}

@test "counters in a file, cut or changed: nothing is counted, and the program runs" {
  small
  cd "$FILES/back" || return
  run damage "$counters" 8 2999 "$LIB" tour
  assert_success
  assert_output --regexp '^0 refused, [1-9][0-9]* ran, 0 wrong$'
}

@test "the file of an image: gone, short, no file, by a symlink, by a relative path" {
  large
  runs
  export LXSHIM_STATE=1-@$FILES/none
  refused "'s image is gone"
  : >"$FILES/empty"
  export LXSHIM_STATE=1-@$FILES/empty
  refused " is damaged"
  for state in "1-@/dev/null" "1-@$FILES" "1-@$FILES/fifo" "1-@$FILES/link" "1-@/proc/self/fd/9" \
    1-@image 1-:image 2-@"$image" 1x@"$image" 1-; do
    rm -f "$FILES/fifo" "$FILES/link"
    mkfifo "$FILES/fifo"
    ln -s image "$FILES/link"
    export LXSHIM_STATE=$state
    refused " is damaged" 9<"$image"
  done
  cp "$image" image
  export LXSHIM_STATE=1-@image
  refused " is damaged"
}

@test "the file of an image that another user owns, or others may write, is not taken" {
  large
  chmod 666 "$image"
  refused "'s image is another user's, or others may write it"
  chmod 464 "$image"
  refused "'s image is another user's, or others may write it"
  chmod 644 "$image"
  runs
  (($(id -u) == 0)) || skip "wants to give files away"
  chown 64998 "$image"
  refused "'s image is another user's, or others may write it"
}

@test "root's image goes with a program that becomes somebody else" {
  (($(id -u) == 0)) || skip "wants root"
  shared
  large
  chmod 755 "$FILES"
  cd "$SHARED" || return
  run as_user env LD_PRELOAD="$LIB" sh -c 'echo ran'
  assert_success
  assert_output ran
}

@test "what a refusal shows of a state is short, and cannot paint the terminal" {
  LXSHIM_STATE=1-:$'\e[31m\n'$(head -c 9000 /dev/zero | tr '\0' A)
  export LXSHIM_STATE
  refused " is damaged"
  [[ $output == *'1-:?[31m?AAA'*'A...' && ${#output} -lt 250 ]]
}

# counted: two refusals are due in the tree; a process that could not map the counters counts for itself.
counted() {
  run env LD_PRELOAD="$LIB" env -C "$PWD" bash -c 'for i in 1 2 3; do : >x$i; (rm x$i 2>/dev/null && echo "$i gone"); done'
}

@test "counters are used where they are ours" {
  small
  counted
  assert_output "3 gone"
}

# writes FILE: the opens of a file for writing in a run.
writes() {
  strace -f -qq -o "$FILES/trace" -e trace=open,openat,openat2 -E LD_PRELOAD="$LIB" sh -c 'echo ran' >/dev/null
  grep -F "\"$1\"" "$FILES/trace" | grep -E 'O_RDWR|O_WRONLY|O_APPEND' || true
}

@test "what is named for counters and has not their mark is not opened for writing" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  small
  run writes "$counters"
  assert_output --partial O_RDWR
  yes 'alias ls=true' | head -c 60000 >"$FILES/rc"
  for kind in file link fifo directory null; do
    rm -rf "$counters"
    case $kind in
      file) cp "$FILES/rc" "$counters" ;;
      link) ln -s "$FILES/rc" "$counters" ;;
      fifo) mkfifo "$counters" ;;
      directory) mkdir "$counters" ;;
      null) ln -s /dev/null "$counters" ;;
    esac
    run writes "$counters"
    assert_output ""
    runs
    counted
    assert_output ""
  done
}

@test "a table of mounts that is gone, short, no file, or others' to write is none: what is run mounts nothing" {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  mkdir "$FILES/at"
  printf '{"version": 1, "volumes": {"C:": {"backing": "back"}}}' >"$FILES/p.json"
  LXSHIM_STATE=$("$LXSHIM" policy state "$FILES/p.json")
  export LXSHIM_STATE
  table=$(words | grep -am1 -e -mounts-)
  mounts() {
    run env LC_ALL=C LD_PRELOAD="$LIB" unshare -m mount -i -t drvfs C: "$FILES/at"
  }
  mounts
  assert_output ""
  cp "$table" "$FILES/good"
  for kind in gone short mark writable other fifo directory null link good; do
    rm -rf "$table"
    case $kind in
      short) head -c 9999 "$FILES/good" >"$table" ;;
      mark) cp "$FILES/good" "$table" && printf M | dd of="$table" conv=notrunc status=none ;; # it has a gigabyte of holes
      writable) cp "$FILES/good" "$table" && chmod 666 "$table" ;;
      other) cp "$FILES/good" "$table" && chown 64998 "$table" ;;
      fifo) mkfifo "$table" ;;
      directory) mkdir "$table" ;;
      null) ln -s /dev/null "$table" ;;
      link) ln -s "$FILES/good" "$table" ;;
      good) cp "$FILES/good" "$table" ;;
    esac
    mounts
    if [[ $kind == good ]]; then
      assert_output ""
    else
      assert_output --partial "$FILES/at: unknown filesystem type 'drvfs'."
    fi
  done
}

@test "a descriptor of another process that is not the memory of a run is not opened for writing" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  local memory
  cp "$(type -P true)" "$FILES/file"
  exec 8<>"$FILES/file"
  LXSHIM_STATE=$("$LXSHIM" run -q --lane=preload -- sh -c 'echo $LXSHIM_STATE')
  LXSHIM_STATE=1-:${LXSHIM_STATE#*:} # without the run's giver, which would be asked for them
  memory=$(words | grep -am1 '^/proc/[0-9]*/fd/')
  # As long a name, of our own descriptor.
  local own=/proc/$BASHPID/fd/8
  while ((${#own} < ${#memory})); do own=${own/#\/proc//proc/}; done
  ((${#own} == ${#memory})) || skip "a process id that is longer than that of the run"
  LXSHIM_STATE=1-:$(tr _- /+ <<<"${LXSHIM_STATE#1-:}" | base64 -d 2>/dev/null | LC_ALL=C sed "s|$memory|$own|" |
    base64 -w0 | tr /+ _- | tr -d =)
  export LXSHIM_STATE
  words | grep -axF "$own"
  runs
  run writes "$own"
  assert_output ""
}

@test "the memory of a run cannot be cut short or made longer" {
  run "$LXSHIM" run -q --lane=preload -- sh -c 'truncate -s 0 /proc/$PPID/fd/731; truncate -s +9999 /proc/$PPID/fd/731; stat -L -c %s /proc/$PPID/fd/731'
  assert_line --index 0 --partial "Operation not permitted"
  assert_line --index 1 --partial "Operation not permitted"
  (("${lines[2]}" > 4096))
}

@test "nor can the table of its mounts, but by root where it is root's: 125 and a sentence, in each lane" {
  local lane
  policy
  for lane in preload supervisor both; do
    [[ $lane == preload ]] || "$LXSHIM" run -q --lane="$lane" -- true 2>/dev/null || continue
    run "$LXSHIM" run -q --lane="$lane" --policy "$FILES/p.json" -- sh -c 'truncate -s 0 /proc/$PPID/fd/732; ls; exit 3'
    if ((EUID == 0)); then
      assert_failure 125
      assert_line "lxshim: a file of this run was cut short: the command is stopped"
    else
      assert_failure 3
      assert_line --index 0 --partial "Operation not permitted"
    fi
  done
  ((EUID == 0)) || return 0
  shared
  run as_user "$LXSHIM" run -q --lane=preload -- sh -c 'truncate -s 0 /proc/$PPID/fd/732; ls /; exit 3'
  assert_failure 3
  assert_line --index 0 --partial "Operation not permitted"
}

@test "neither the program nor the library works for a setuid program's caller" {
  (($(id -u) == 0)) || skip "wants root"
  needs_mounts
  shared
  cp "$(type -P true)" "$SHARED/suid-true"
  cp "$LXSHIM" "$SHARED/suid-lxshim"
  chown 64998 "$SHARED"/suid-*
  chmod 4755 "$SHARED"/suid-*
  as_user "$SHARED/suid-true"
  run as_user "$SHARED/suid-lxshim" policy check
  assert_failure 125
  assert_output "lxshim: does not run setuid or setgid: it would read, write and run what its caller names with another's rights"
  # Where an administrator has it preloaded into everything.
  cp -a /etc "$FILES/etc"
  echo "$LIB" >"$FILES/etc/ld.so.preload"
  cd "$SHARED" || return
  run unshare -m --propagation private bash -c 'mount --bind "$1" /etc
    exec setpriv --reuid=65534 --regid=65534 --clear-groups ./suid-true' - "$FILES/etc"
  assert_failure 125
  assert_output "lxshim: not for setuid programs: what LXSHIM_STATE says is their caller's word"
}

@test "a refusal that nobody reads any more has its status all the same" {
  mkfifo "$BATS_TEST_TMPDIR/unread"
  # shellcheck disable=SC2094 # a FIFO
  exec 7<>"$BATS_TEST_TMPDIR/unread" 8>"$BATS_TEST_TMPDIR/unread" 7<&-
  run bash -uc 'LXSHIM_STATE=none LD_PRELOAD=$0 env true 2>&8' "$LIB" 8>&8
  assert_failure 125
}
