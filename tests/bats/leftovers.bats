#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files of state, for a policy too large for the environment and for counters: they are there as long as
# anybody may need them, and no longer.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  cd "$(fresh drive)" || return
  POLICY=$BATS_TEST_TMPDIR/p.json
  {
    printf '{"version": 1, "overrides": ['
    for i in {1..400}; do printf '{"when": {"path": "f%d"}, "then": {"errno": "EIO"}},' "$i"; done
    printf '{"when": {"path": "g"}, "then": {"errno": "EDQUOT"}, "times": 1}]}'
  } >"$POLICY"
  export POLICY
  mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

# begin COMMAND...: starts it with descriptor 8 for its input and 9 for its output; its process in $begun.
begin() {
  # shellcheck disable=SC2094 # fifos
  "$@" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
  begun=$!
  exec 8>"$BATS_TEST_TMPDIR/in" 9<"$BATS_TEST_TMPDIR/out"
}

# Somebody has to come by to remove what a killed one has left.
come_by() {
  "$LXSHIM" run -q --lane=preload -- true
}

gone() {
  [[ ! -e $1 ]]
}

# gone_after_call FILE: once somebody comes by; others may be doing so at the same time.
gone_after_call() {
  come_by
  gone "$1"
}

@test "lxshim run takes its file away at its end, in all lanes" {
  for lane in preload both supervisor; do
    mkdir "$lane"
    run env -C "$lane" "$LXSHIM" run -q --lane "$lane" --policy "$POLICY" -- bash -c \
      'f=${LXSHIM_STATE#*@}; [[ -f $f ]] && echo "$f"; (: >g); (: >g) && ls'
    assert_success
    assert_line --index 0 --regexp '^/.*/lxshim-[0-9]+-state-'
    assert_output --partial 'Disk quota exceeded'
    assert_line g
    gone "${lines[0]}"
  done
}

@test "a run that is killed: its file stays for whom it has started, and goes after them" {
  begin "$LXSHIM" run -q --lane=preload --policy "$POLICY" -- bash -c \
    'echo "${LXSHIM_STATE#*@}"; read -r _; bash -c "echo \${LXSHIM_STATE#*@}; read -r _"; exit'
  run=$begun
  read -r -u 9 file
  [[ -f $file ]]
  disown
  kill -KILL "$run"
  until_true eval '! kill -0 '"$run"' 2>/dev/null'
  come_by
  [[ -f $file ]]
  echo >&8
  read -r -u 9 again # a program started since
  assert_equal "$again" "$file"
  come_by
  [[ -f $file ]]
  exec 8>&-
  read -r -u 9 _ || true # its end
  until_true gone_after_call "$file"
}

@test "what lives on under the supervisor keeps the file; the last one takes it away" {
  command -v setsid >/dev/null
  for lane in both supervisor; do
    begin "$LXSHIM" run -q --lane "$lane" --policy "$POLICY" -- bash -c \
      'echo "${LXSHIM_STATE#*@}"; setsid bash -c "read -r _; bash -c \"echo here\"" <&0 &'
    run=$begun
    read -r -u 9 file
    wait "$run"
    come_by
    [[ -f $file ]]
    echo >&8
    read -r -u 9 here
    assert_equal "$here" here
    exec 8>&- 9<&-
    until_true gone "$file"
  done
}

# The file of counters beside a file of state: made for the same process.
counters_of() {
  local of=${1##*/lxshim-*-state-}
  printf '%s\n' "${1%/*}"/lxshim-*-stats-"${of%-*}"-*
}

@test "by LD_PRELOAD alone: the next one takes image and counters away" {
  run env LXSHIM_POLICY="$POLICY" LD_PRELOAD="$LIB" bash -c \
    'echo "${LXSHIM_STATE#*@}"; stat -c %a /dev/fd/0 "${LXSHIM_STATE#*@}" >/dev/null; (: >g); (: >g) && echo made'
  assert_line made
  file=${lines[0]}
  counters=$(counters_of "$file")
  until_true gone_after_call "$file"
  until_true gone_after_call "$counters"
}

@test "by LD_PRELOAD alone: a static program that has the name in its environment keeps both files" {
  : >held
  begin env LXSHIM_POLICY="$POLICY" LD_PRELOAD="$LIB" bash -c \
    'echo "${LXSHIM_STATE#*@}"; exec hold-static fd held'
  holder=$begun
  read -r -u 9 file
  read -r -u 9 _
  # Whom it was made for has this number: a child of its is what is asked about.
  come_by
  [[ -f $file && -f $(counters_of "$file") ]]
  exec 8>&- 9<&-
  wait "$holder"
  until_true gone_after_call "$file"
}

# orphan [ASSIGNMENT [KIND]]: a process under a small policy with counters ends, and a static program, started by the
# assignment, has the name of their file, $counters, in its environment until descriptor 8 is closed.
orphan() {
  local before
  printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "EIO"}, "times": 2}]}' \
    >"$BATS_TEST_TMPDIR/small.json"
  : >held
  before=$(echo /dev/shm/lxshim-*-stats-*)
  begin env LXSHIM_POLICY="$BATS_TEST_TMPDIR/small.json" LD_PRELOAD="$LIB" bash -c \
    "echo \$\$; ${1-} hold-static ${2-fd} held <&0 & exec >&-"
  first=$begun
  read -r -u 9 pid
  read -r -u 9 _
  wait "$first"
  counters=$(echo /dev/shm/lxshim-*-stats-*-"$pid"-*)
  [[ -f $counters ]] || fail "$counters (before: $before)"
}

@test "a small policy with counters: its file is kept by an orphan that never heard of the library" {
  orphan
  come_by
  [[ -f $counters ]]
  exec 8>&- 9<&-
  until_true gone_after_call "$counters"
}

@test "a program whose first thread has ended is asked by another one: it keeps its own file, and no other's" {
  orphan "" apart
  run "$LXSHIM" run -q --lane preload --policy "$POLICY" -- bash -c 'echo "${LXSHIM_STATE#*@}"'
  assert_output --regexp '^/.*/lxshim-[0-9]+-state-'
  gone "$output"
  [[ -f $counters ]]
  exec 8>&- 9<&-
  until_true gone_after_call "$counters"
}

@test "who has an image of another version of lxshim keeps the file that it names, and no other's" {
  # The version is in the fifth byte, behind "LXIM".
  orphan 'LXSHIM_STATE=${LXSHIM_STATE/#1-:TFhJTQ?/1-:TFhJTQ8}'
  run "$LXSHIM" run -q --lane preload --policy "$POLICY" -- bash -c 'echo "${LXSHIM_STATE#*@}"'
  assert_output --regexp '^/.*/lxshim-[0-9]+-state-'
  gone "$output"
  [[ -f $counters ]]
  exec 8>&- 9<&-
  until_true gone_after_call "$counters"
}

@test "nobody's file goes while its name is handed from process to process" {
  # Each is born of one that ends, and between two programs nobody has the file mapped.
  cat >hop <<'END'
#!/bin/sh
[ "$1" -gt 0 ] || { echo "arrived ${LXSHIM_STATE#*@}" >&3; exit; }
sh ./hop $(($1 - 1)) &
END
  env LXSHIM_POLICY="$POLICY" LD_PRELOAD="$LIB" sh ./hop 150 3>"$BATS_TEST_TMPDIR/arrived" 2>&1
  until_true eval 'come_by; [[ -s $BATS_TEST_TMPDIR/arrived ]]'
  read -r word file <"$BATS_TEST_TMPDIR/arrived"
  assert_equal "$word" arrived
  until_true gone_after_call "$file"
}

# begin_elsewhere LANE STEPS: a run in a namespace of process ids of its own, which ends with the process $begun; in $file
# the file of its state, in $init and $run what its first process and the run's are called here.
begin_elsewhere() {
  begin unshare -pf --kill-child --mount-proc bash -c '"$@" <&0 & wait; exec sleep 100000' sh "$LXSHIM" run -q --lane "$1" --policy "$POLICY" -- bash -c "$2"
  read -r -u 9 file
  read -r init </proc/"$begun"/task/"$begun"/children || true # there is no end of the line
  read -r run _ </proc/"$init"/task/"$init"/children || true
  [[ -f $file && -n $run ]]
}

@test "what was killed with its namespace of process ids: its files go; of who lives in one, none does" {
  ((EUID == 0)) || skip "only root's files are root's in there, too"
  [[ $(stat -L -c %i /proc/self/ns/pid) == 4026531836 ]] || skip "we are in a namespace of process ids ourselves"
  local lane tables
  for lane in preload both; do
    begin_elsewhere "$lane" 'echo "${LXSHIM_STATE#*@}"; read -r _; bash -c "echo here; read -r _"; exit'
    tables=/dev/shm/lxshim-0-mounts-${file##*/lxshim-0-state-}
    tables=${tables%-*}-
    come_by
    [[ -f $file && -n $(compgen -G "$tables*") ]]
    # The run ends alone: what it has started needs the file, and what that starts.
    [[ $lane == both ]] || kill -KILL "$run"
    come_by
    [[ -f $file ]]
    echo >&8
    read -r -u 9 here
    assert_equal "$here" here
    come_by
    [[ -f $file ]]
    # And all of it.
    disown
    kill -KILL "$init"
    until_true eval '! [[ -e /proc/'"$begun"'/ns/pid ]]'
    exec 8>&- 9<&-
    until_true gone_after_call "$file"
    assert_equal "$(compgen -G "$tables*")" ""
  done
}

@test "what lxshim policy state is asked for by hand is its user's, and so is a name that only looks alike" {
  sed -i 's/, "times": 1//' "$POLICY"
  state=$("$LXSHIM" policy state "$POLICY")
  file=${state#1-@}
  # The last ones are of another boot: of processes of our namespace's, and of another's. Another suite has others.
  own=$(mktemp -u XXXXXX)
  others=("lxshim-$(id -u)-state-1-1-1-$own" "lxshim-$(id -u)-state-x$own" "lxshim-$(($(id -u) + 1))-state-1-1-1-$own"
    lxshim-"$(id -u)-state-$(printf %x "$(stat -L -c %i /proc/self/ns/pid)")00000001-4194304-1-$own"
    "lxshim-$(id -u)-state-fffffffe00000001-1-1-$own")
  for other in "${others[@]}"; do
    : >"/dev/shm/$other"
  done
  come_by
  for other in "${others[@]}"; do
    [[ -f /dev/shm/$other ]]
    rm "/dev/shm/$other"
  done
  [[ -f $file ]]
  rm "$file"
}

# In a mount namespace, as root of a user namespace if need be: place COMMANDS [COMMAND...]
inside() {
  local user=()
  (($(id -u) == 0)) || user=(-r)
  unshare "${user[@]}" -m true 2>/dev/null || skip "no mount namespace can be made here"
  run unshare "${user[@]}" -m --propagation private bash -c "$1"
}

@test "a run that leaves nothing, and finds nothing, looks into one directory once" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  export LXSHIM BATS_TEST_TMPDIR
  # Where nobody else's are: of those that are there it looks whose they are.
  inside 'mount -t tmpfs none /dev/shm
    strace -o "$BATS_TEST_TMPDIR/trace" -e trace=file "$LXSHIM" run -q -- true'
  assert_success
  # Root's own table of mounts has a name there, which was taken away before.
  run grep -cE '"/dev/shm", .*O_DIRECTORY|/environ"|/loadavg"' "$BATS_TEST_TMPDIR/trace"
  assert_output 1
}

@test "what runs of lxshim matrix and lxshim bisect leave that are killed goes with it: a signal, a limit of time" {
  local where=(unshare -m -p -f --mount-proc)
  export LXSHIM HERE=$BATS_TEST_TMPDIR/here
  mkfifo "$HERE"
  # Root of a user namespace may not look at others, who might need the files: so there are none.
  (($(id -u) == 0)) || where+=(-r)
  "${where[@]}" true 2>/dev/null || skip "no namespace of processes can be made here"
  run "${where[@]}" bash -c 'mount -t tmpfs none /dev/shm
    exec 7<>"$HERE" 2>/dev/null
    for way in "matrix -j 3 --eras wsl1-1607,wsl1-1903,wsl2-9p" "bisect -j 3"; do
      "$LXSHIM" $way --policy "$POLICY" -- sh -c "[ -z \"\$LXSHIM_STATE\" ] || { ls -A /dev/shm >>\"$HERE.seen\"; echo >\"$HERE\"; exec sleep 1000; }" &
      for run in 1 2 3; do
        read -r _ <&7
        [[ $way != bisect* ]] || break
      done
      kill -TERM $!
      wait $!
      echo $? $(ls -A /dev/shm)
    done
    "$LXSHIM" matrix --eras wsl1-1903 --time-limit 1 --policy "$POLICY" -- sleep 1000 >/dev/null 2>&1
    echo $? $(ls -A /dev/shm)'
  assert_output "143
143
1"
  run grep -c "lxshim-.*-state-" "$HERE.seen"
  assert_output --regexp '^([4-9]|[1-9][0-9])$'
}

@test "terminal: ^C before whichever call of the command's own process leaves no file of the run's" {
  local where=(unshare -m -p -f --mount-proc) lane
  export LXSHIM
  (($(id -u) == 0)) || where+=(-r)
  "${where[@]}" true 2>/dev/null || skip "no namespace of processes can be made here"
  for lane in preload both supervisor; do
    "$LXSHIM" run -q --lane "$lane" -- true || continue # there may be no supervisor
    run "${where[@]}" bash -c 'mount -t tmpfs none /dev/shm
      presses INT vfork "$LXSHIM" run -q --lane "$1" --policy "$POLICY" -- sleep 1000
      echo $? $(ls -A /dev/shm)' - "$lane"
    assert_line --index 0 --regexp '^[0-9]{2,} calls$'
    assert_line --index 1 0
  done
}

@test "a full /dev/shm: the next directory is taken; where all are full, one line and 125" {
  export LXSHIM LIB
  inside 'mount -t tmpfs -o size=8k none /dev/shm
    "$LXSHIM" run -q --policy "$POLICY" -- bash -c "echo \${LXSHIM_STATE#*@}"; ls -A /dev/shm'
  assert_success
  assert_output --regexp '^/(tmp|run)/[^[:space:]]+$'
  cp "$POLICY" .lxshim.json
  inside 'unset XDG_RUNTIME_DIR; here=$PWD
    mount --rbind / /mnt && cd /mnt"$here" || exit
    mount -t tmpfs -o size=8k none /dev/shm; mount -t tmpfs -o size=8k none /tmp
    "$LXSHIM" run -q -- echo ran; echo $?
    LD_PRELOAD=$LIB env true; echo $?
    ls -A /dev/shm /tmp'
  assert_output "lxshim: cannot hand the policy on by a file in /dev/shm, \$XDG_RUNTIME_DIR or /tmp: No space left on device
125
lxshim: cannot hand the policy on by a file in /dev/shm, \$XDG_RUNTIME_DIR or /tmp: No space left on device
125
/dev/shm:

/tmp:"
}

@test "counters have their memory before anybody maps them" {
  # Full but for a few pages: a hole would be SIGBUS in a program.
  export LXSHIM LIB
  printf '{"version": 1, "overrides": [
    {"when": {"op": "mkdir"}, "then": {"errno": "EIO"}, "times": 1}]}' >.lxshim.json
  inside 'unset XDG_RUNTIME_DIR; here=$PWD; mount --rbind / /mnt && cd /mnt"$here" || exit
    mount -t tmpfs -o size=8k none /dev/shm; mount -t tmpfs -o size=8k none /tmp
    LD_PRELOAD=$LIB bash -c "mkdir d; mkdir d"; echo $?'
  assert_output --regexp '^lxshim: cannot hand the policy on .*: No space left on device
125$'
}
