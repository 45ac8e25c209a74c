#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each process of lxshim's is killed, at moments that are chosen and at others: a worker that dies is a
# call that fails, and every other is the end of the command and of all that it has started.
#   DEATHS       of workers at random moments (40)
#   DEATHS_SEED  of those moments (1)
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  cd "$(fresh drive)" || return
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  # What a run has started is known by this, in the environment that it was started with.
  export DEATHS_MARK=$BASHPID.$RANDOM.$RANDOM
  policy_for "$PWD" special.fifo=allow >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
  FIFOS=$(fresh fifos)
  export FIFOS
  mkfifo "$FIFOS"/{ready,go,never}
}

# Nobody is left, whatever a test has come to; but this process has the mark as well.
teardown() {
  local process
  for process in $(marked 2>/dev/null); do
    [[ $process == "$BASHPID" ]] || kill -KILL "$process" 2>/dev/null
  done
}

# lives PROCESS: it is there, and not only to be waited for.
lives() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null && [[ ${stat##*) } != [ZX]* ]]
}

# children PROCESS: those that live. Asked thousands of times while the machine is busy: by no program, where the
# kernel has a list (CONFIG_PROC_CHILDREN).
children() {
  local file process list=()
  if [[ -e /proc/self/task/$BASHPID/children ]]; then
    for file in /proc/"$1"/task/*/children; do
      { read -ra list <"$file" || true; } 2>/dev/null
      for process in "${list[@]}"; do ! lives "$process" || echo "$process"; done
    done
    return
  fi
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent="$1" '
    { process = $1; sub(/.*[)] /, "") }
    $2 == parent && $1 != "Z" { print process }'
}

# The supervisor's master, a child of `lxshim run` that is in "/".
master_of() {
  local process
  for process in $(children "$1"); do
    [[ $(readlink "/proc/$process/cwd") != / ]] || echo "$process"
  done
}

# marked: processes that a run has started and that live: with the mark, and under a filter.
marked() {
  local file
  while read -r file; do
    file=${file%/environ}
    ! grep -qs '^Seccomp:[[:space:]]*2' "$file/status" || echo "${file#/proc/}"
  done < <(grep -lsz "^DEATHS_MARK=$DEATHS_MARK\$" /proc/[0-9]*/environ)
}

nobody_is_left() {
  [[ -z $(marked) ]]
}

none_of() {
  local process
  for process in "$@"; do
    ! lives "$process" || return 1
  done
}

# begin LANE STEPS: starts them; `lxshim run` in $front, its output in $BATS_TEST_TMPDIR/out. They say
# something into $FIFOS/ready, when the master is in $master.
begin() {
  "$LXSHIM" run --require-complete --lane "$1" -- bash -uc "$2" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  front=$!
  read -r said <"$FIFOS/ready"
  master=$(master_of "$front")
  [[ -n $master ]]
}

# ends STATUS: the run ends with that, and nobody of it is left, ours among them.
ends() {
  local ended=0
  wait "$front" || ended=$?
  assert_equal "$ended" "$1"
  until_true nobody_is_left
  # shellcheck disable=SC2086 # numbers, or none
  until_true none_of $master $workers
}

# has_workers N: the master has as many, in $workers.
has_workers() {
  mapfile -t list < <(children "$master")
  workers=${list[*]}
  ((${#list[@]} >= $1))
}

# kills_workers: each one that there is, at once.
kills_workers() {
  has_workers 1 || return
  # shellcheck disable=SC2086 # numbers
  kill -KILL $workers 2>/dev/null || true
  # shellcheck disable=SC2086 # numbers
  until_true none_of $workers
}

# Until the call that somebody waits for is one that had a worker.
until_answered() {
  kills_workers
  [[ -s answer ]]
}

# Nothing that a worker would have to answer is done between the two.
idle='exec 5<>"$FIFOS/go"; echo >"$FIFOS/ready"; read -r -u 5'

@test "a worker that is killed at a call: the call fails, the run goes on, and says so at its end" {
  for lane in both supervisor; do
    # Static: it is the supervisor's in both lanes.
    begin "$lane" 'exec 5<>"$FIFOS/go"; mkfifo p; outlive-static open "$FIFOS/ready" p >answer & wait; read -r -u 5
      cat answer; : >"a:b"; mkdir d; cd d; bare-static | grep -c ok'
    until_true until_answered
    echo >"$FIFOS/go"
    ends 0
    run cat "$BATS_TEST_TMPDIR/out"
    assert_line EIO
    assert_line --regexp "^lxshim: [0-9]+ of the supervisor's processes died: 1 call was answered EIO, done or not$"
    assert_file_exist $'a\uf03ab'
    rm -rf -- *
  done
}

@test "it is said with --quiet, too, and not where nobody died" {
  run "$LXSHIM" run --lane supervisor -- bash -c 'mkdir a:b'
  refute_output --partial died
  for quiet in '' -q; do
    "$LXSHIM" run $quiet --lane supervisor -- bash -uc "$idle" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    front=$!
    read -r _ <"$FIFOS/ready"
    master=$(master_of "$front")
    until_true kills_workers
    echo >"$FIFOS/go"
    ends 0
    run cat "$BATS_TEST_TMPDIR/out"
    assert_line --regexp "^lxshim: [0-9]+ of the supervisor's processes died: 0 calls were answered EIO, done or not$"
  done
  assert_equal "${#lines[@]}" 1
}

# serves_tables: the one of the master's children that serves mount tables, in $server.
serves_tables() {
  local process
  for process in $(children "$master"); do
    ! find "/proc/$process/fd" -lname /dev/fuse 2>/dev/null | grep -q . || server=$process
  done
  [[ -n ${server-} ]]
}

@test "who serves mount tables is stopped: a reader can be killed, and nobody is left, after the front neither" {
  [[ -w /dev/fuse ]] || skip "no /dev/fuse here"
  begin supervisor 'exec 4<>"$FIFOS/go" 5</proc/self/mounts; echo $BASHPID >"$FIFOS/ready"; read -r -u 4; read -r -u 5'
  serves_tables
  has_workers 2
  kill -STOP "$server"
  echo >"$FIFOS/go"
  kill -KILL "$said"
  ends 137
  server=
  begin supervisor 'exec 4<>"$FIFOS/go" 5</proc/self/mounts; sleep 1000 4<&- & echo $! >"$FIFOS/ready"; read -r -u 4'
  serves_tables
  has_workers 2
  echo >"$FIFOS/go"
  wait "$front"
  kill -STOP "$server"
  kill -KILL "$said"
  # shellcheck disable=SC2086 # numbers
  until_true none_of $master $workers
}

@test "workers that nobody calls are killed again and again: there is another for the next call" {
  begin supervisor "$idle"'; for i in {1..50}; do (: >"x:$i"); done; ls | wc -l'
  for _ in {1..20}; do
    until_true kills_workers
  done
  echo >"$FIFOS/go"
  ends 0
  run cat "$BATS_TEST_TMPDIR/out"
  assert_line 50
}

# kill_at_random: as many of the master's children, one after the other, at moments that follow from the
# seed, some hundred calls apart; stopped first as often as not, so that it dies where it was. Then the run is told
# to end.
kill_at_random() {
  local process n deaths=0
  RANDOM=${DEATHS_SEED-1}
  echo "DEATHS_SEED=${DEATHS_SEED-1}"
  until ((deaths >= ${DEATHS-40})) || none_of "$front"; do
    for process in $(children "$master"); do
      ((RANDOM % 2)) || kill -STOP "$process" 2>/dev/null || true
      for ((n = RANDOM % 4000; n > 0; n--)); do :; done # up to some milliseconds: hundreds of calls
      ! kill -KILL "$process" 2>/dev/null || deaths=$((deaths + 1))
    done
  done
  kill -TERM "$front" 2>/dev/null || true
}

@test "workers killed at random moments: each call fails with EIO or is answered as ever" {
  mkdir d1 d2 d3
  for lane in both supervisor; do
    begin "$lane" 'exec outlive-static files "$FIFOS/ready" d1 d2 d3'
    kill_at_random
    ends 0
    run cat "$BATS_TEST_TMPDIR/out"
    assert_equal "$(grep -c '^failed [0-9]* wrong 0$' <<<"$output")" 3
    assert_line --regexp "^lxshim: [0-9]+ of the supervisor's processes died: [0-9]+ calls? w[a-z]+ answered EIO, done or not$"
    run find . -type f
    assert_output ""
  done
}

@test "a worker killed while it has its caller make a call: the caller goes on as it was, or is killed" {
  mkdir "c"$'\uF03A'"d"
  for lane in both supervisor; do
    # Each run until its program is killed, in the middle of what it is made to do, or told to end.
    for _ in 1 2 3; do
      begin "$lane" 'exec outlive-static change "$FIFOS/ready" c:d'
      kill_at_random
      ended=0
      wait "$front" || ended=$?
      run cat "$BATS_TEST_TMPDIR/out"
      refute_line --partial "it is in"
      [[ $ended == 137 ]] || assert_line --regexp '^failed [0-9]+ wrong 0$'
      [[ $ended == 137 || $ended == 0 ]] || fail "it ended with $ended"
      assert_line --partial " of the supervisor's processes died: "
      until_true nobody_is_left
    done
  done
}

# What a run is at when it is killed: waits for nothing of ours; in calls that wait; makes calls, one after
# the other; has orphans.
moments=(
  'echo >"$FIFOS/ready"; read -r <"$FIFOS/never"'
  'mkfifo p q; outlive-static open /dev/null p & outlive-static open /dev/null q & echo >"$FIFOS/ready"; bash -c "read -r <p"'
  'exec 4>"$FIFOS/ready"; mkdir d e; outlive-static files /dev/null d e & echo >&4; while bash -c "cd e && bare-static >/dev/null"; do :; done'
  '(bash -c "read -r <\"\$FIFOS/never\"" &) ; (exec outlive-static open /dev/null "$FIFOS/never" &); echo >"$FIFOS/ready"; read -r <"$FIFOS/never"'
)

@test "the master is killed: the command is stopped, with all that it has started, and the run ends with 125" {
  for lane in both supervisor; do
    for moment in "${moments[@]}"; do
      begin "$lane" "$moment"
      until_true has_workers 1
      kill -KILL "$master"
      ends 125
      run cat "$BATS_TEST_TMPDIR/out"
      assert_line "lxshim: the supervisor has failed: the command is stopped"
      # No call was answered otherwise than ever before its caller was stopped.
      refute_output --regexp 'ENOSYS|not implemented|wrong [1-9]'
      rm -rf -- *
    done
  done
}

@test "lxshim run is killed: the shell sees it, and the command is stopped, with all that it has started" {
  for lane in both supervisor; do
    for moment in "${moments[@]}"; do
      begin "$lane" "$moment"
      until_true has_workers 1
      kill -KILL "$front"
      ends 137
      run cat "$BATS_TEST_TMPDIR/out"
      refute_output --regexp 'ENOSYS|not implemented|wrong [1-9]'
      rm -rf -- *
    done
  done
}

# waits_at: the command sleeps in a call, whose number is in $at.
waits_at() {
  read -r at _ <"/proc/$said/syscall"
  [[ $at == [0-9]* ]] && grep -q "^State:[[:space:]]*S" "/proc/$said/status"
}

# The command is at another call than $at, or has ended.
at_a_call() {
  local number=
  { read -r number _ <"/proc/$said/syscall"; } 2>/dev/null
  [[ $number == [0-9]* && $number != "$at" ]] || none_of "$said"
}

@test "the master is killed as the command begins, before lxshim run has seen that: no call is answered otherwise than ever" {
  mkfifo "$FIFOS"/{held,loose}
  OUTLIVE=$(command -v outlive-static)
  export OUTLIVE
  for lane in both supervisor; do
    vforked "$FIFOS/held" "$FIFOS/loose" "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc 'exec 5<>"$FIFOS/go"; echo $$ >"$FIFOS/ready"
      read -r -u 5; exec "$OUTLIVE" open /dev/null "$FIFOS/go"' >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    front=$!
    read -r held <"$FIFOS/held"
    read -r said <"$FIFOS/ready"
    master=$(master_of "$held")
    until_true has_workers 1
    until_true waits_at
    kill -KILL "$master"
    # shellcheck disable=SC2086 # numbers
    until_true none_of "$master" $workers
    echo 1<>"$FIFOS/go" # it may be gone
    until_true at_a_call
    echo >"$FIFOS/loose"
    ends 125
    run cat "$BATS_TEST_TMPDIR/out"
    assert_output "lxshim: the supervisor has failed: the command is stopped"
  done
}

# leased PROGRAM: one that nobody can open before there is a line in $FIFOS/go; whoever tries is told of in $FIFOS/never.
leased() {
  cp "$(type -P true)" "$1"
  python3 -c 'import fcntl, os, signal, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
signal.signal(signal.SIGIO, lambda *_: None)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
open(sys.argv[2], "w").write("leased\n")
signal.pause()
open(sys.argv[3], "w").write("asked\n")
open(sys.argv[4]).read()' "$PWD/$1" "$FIFOS"/{ready,never,go} 3>&- &
  read -r said <"$FIFOS/ready"
}

@test "the master is killed while the command's exec waits for it: nobody waits for ever, and it is no failed exec" {
  needs python3 python3
  for lane in both supervisor; do
    rm -f program
    leased program
    "$LXSHIM" run -q --require-complete --lane "$lane" -- ./program >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    front=$!
    read -r said <"$FIFOS/never"
    assert_equal "$said" asked
    master=$(master_of "$front")
    until_true has_workers 1
    kill -KILL "$master"
    # shellcheck disable=SC2086 # numbers
    until_true none_of "$master" $workers
    echo >"$FIFOS/go"
    ends 125
    run cat "$BATS_TEST_TMPDIR/out"
    assert_output "lxshim: the supervisor has failed: the command is stopped"
  done
}

# The master has been started; it is in $master.
is_there() {
  master=$(master_of "$front")
  [[ -n $master ]]
}

@test "both killed as they start, at random moments: 125 and 137, and nobody is left" {
  RANDOM=${DEATHS_SEED-1}
  mkdir d
  for whom in front master; do
    for lane in both supervisor; do
      for _ in {1..5}; do
        "$LXSHIM" run -q --require-complete --lane "$lane" -- outlive-static files /dev/null d >/dev/null 2>&1 3>&- &
        front=$! master='' workers=''
        for ((n = RANDOM % 12; n > 0; n--)); do master=$(master_of "$front"); done
        [[ $whom == front ]] || until_true is_there
        kill -KILL "${!whom}"
        [[ $whom == front ]] && ends 137 || ends 125
      done
    done
  done
}

# Lives on after its command, and its parent.
orphan='(exec 3>&-; exec bash -c "echo \$\$ >\"\$FIFOS/ready\"; read -r <\"\$FIFOS/never\"" >/dev/null 2>&1) &'

@test "the master is killed when lxshim run has ended: who lives on is stopped" {
  for lane in both supervisor; do
    "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc 'echo $PPID >"$FIFOS/go"; exec 4<>"$FIFOS/ready"; '"$orphan"' read -r _ <"$FIFOS/go"' \
      >/dev/null 2>&1 3>&- &
    front=$!
    read -r _ <"$FIFOS/go"
    master=$(master_of "$front")
    echo >"$FIFOS/go"
    wait "$front"
    [[ -n $(marked) ]]
    until_true has_workers 2 # the guard among them
    kill -KILL "$master"
    until_true nobody_is_left
    # shellcheck disable=SC2086 # numbers
    until_true none_of "$master" $workers
  done
}

@test "who cannot be found is stopped at the next call that would have to be answered" {
  needs busybox busybox-static
  command -v busybox >/dev/null || skip "no busybox"
  for whom in master front; do
    # An orphan with nothing in its environment, asleep in a call that is not trapped.
    begin supervisor '
      (env -i FIFOS="$FIFOS" "$(command -v busybox)" sh -c "echo \$\$ >\$FIFOS/orphan; read x; echo >a:b; read y" <>"$FIFOS/go" &)
      until [[ -s $FIFOS/orphan ]]; do :; done; cat "$FIFOS/orphan" >"$FIFOS/ready"; read -r <"$FIFOS/never"'
    kill -KILL "${!whom}"
    ended=0
    wait "$front" || ended=$?
    [[ $ended == 125 || $ended == 137 ]]
    until_true nobody_is_left
    none_of "$said" && fail "it was found"
    echo >"$FIFOS/go"
    until_true none_of "$said"
    until_true none_of "$master"
    run ls
    assert_output ""
    rm "$FIFOS/orphan"
  done
}

# As until_answered, for those that a worker has started.
until_answered_elsewhere() {
  local worker
  for worker in $(children "$master"); do
    # shellcheck disable=SC2046 # numbers
    kill -KILL $(children "$worker") 2>/dev/null || true
  done
  [[ -s answer ]]
}

@test "a process that answers in another mount namespace is killed: its call fails" {
  (($(id -u) == 0)) && unshare -m true 2>/dev/null || skip "no mount namespace can be had here"
  begin supervisor 'exec 5<>"$FIFOS/go"; mkfifo p
    unshare -m bash -c "mount -t tmpfs none /mnt && exec outlive-static open \"\$FIFOS/ready\" p" >answer & wait
    read -r -u 5; cat answer'
  until_true until_answered_elsewhere
  echo >"$FIFOS/go"
  ends 0
  run cat "$BATS_TEST_TMPDIR/out"
  assert_line EIO
  assert_line --regexp "^lxshim: [0-9]+ of the supervisor's processes died: 1 call was answered EIO, done or not$"
}

@test "Yama: whoever looks into programs for the supervisor is killed with lxshim run: all is stopped" {
  for whom in front master; do
    YAMA_SCOPE=1 LD_PRELOAD=$BUILD/tests/programs/yama.so begin supervisor \
      'unset LD_PRELOAD; exec 4>"$FIFOS/ready"; mkdir d; outlive-static files /dev/null d & echo >&4; wait'
    kill -KILL "${!whom}"
    [[ $whom == front ]] && ends 137 || ends 125
  done
}

@test "a command that is killed is nothing of ours: the run ends as it does" {
  for lane in both supervisor; do
    begin "$lane" 'echo $$ >"$FIFOS/ready"; read -r <"$FIFOS/never"'
    kill -KILL "$said"
    ends 137
    run cat "$BATS_TEST_TMPDIR/out"
    refute_output --regexp 'the supervisor (has|cannot)|died'
  done
}
