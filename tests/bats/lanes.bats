#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The supervisor: calls that never pass through libc's names get the same answers.

load helpers

setup() {
  cd "$(fresh drive)" || return
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# in_lanes STEPS: the steps in lanes both and supervisor, each in a new directory: one answer.
in_lanes() {
  local first
  run env -C "$(fresh both)" "$LXSHIM" run -q --require-complete -- bash -uc "$1"
  first=$output
  run env -C "$(fresh alone)" "$LXSHIM" run -q --lane supervisor -- bash -uc "$1"
  assert_output "$first"
}

# The supervisor's master, of the `lxshim run` with that process id.
master_of() {
  local status
  for status in /proc/[0-9]*/status; do
    grep -qs "^PPid:[[:space:]]*$1\$" "$status" || continue
    [[ $(readlink "${status%/status}/cwd") != / ]] || basename "${status%/status}"
  done
}

# workers: of how many processes the supervisor with that master consists: its process group.
workers() {
  cat /proc/[0-9]*/stat 2>/dev/null | grep -c ") . [0-9]* $1 "
}

# What the rules make of `bare` on plain Linux ($output).
expected() {
  sed -E '
    s/^stat (a:b|link) ok .*/stat \1 ok 777/
    s/^mkfifo ok/mkfifo EPERM/
    s/^rename dir ok/rename dir EACCES/
    s/^rmdir ENOENT/rmdir ok/' <<<"$output"
}

@test "system calls by the instruction itself, dynamic and static" {
  for program in bare bare-static bare-i386 bare-i386-static; do
    [[ $program != *-i386* ]] || runs_32_bits >/dev/null || continue
    native "$program"
    assert_line "rename dir ok"
    answers=$(expected)
    in_lanes "$program"
    assert_output "$answers"
    # The library alone does not see them.
    run env LD_PRELOAD="$LIB" "$program"
    assert_line "rename dir ok"
    rm -rf ./*
  done
}

@test "an emptied environment, in a program that no library can be preloaded into" {
  native 'env -i "$PROGRAMS/bare-static"'
  answers=$(expected)
  in_lanes 'env -i "$PROGRAMS/bare-static"'
  assert_output "$answers"
}

@test "busybox, static, as a shell with its own commands" {
  needs busybox busybox-static
  steps='busybox sh -c "
    mkdir d; cd d; pwd | grep -c /d; : >\"x:y\"; ls; chmod 600 \"x:y\"; stat -c %a \"x:y\"
    exec 3<\"x:y\"; rm \"x:y\"; ls; touch \"x:y\"; exec 3<&-; ls; cd ..; mv d e; ls; mkfifo p" 2>&1'
  native "$steps"
  assert_output "1
x:y
600
x:y
e"
  in_lanes "$steps"
  assert_output "1
x:y
777
ls: ./x:y: No such file or directory
touch: x:y: No such file or directory
e
mkfifo: p: Operation not permitted"
}

@test "a call that waits stops nobody else" {
  # The reader of a FIFO in the drive waits inside the supervisor until a writer comes.
  in_lanes 'true'
  policy_for "$PWD" special.fifo=allow >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --lane supervisor -- bash -uc '
    mkfifo a b c; for f in a b c; do cat $f & done
    for i in {1..20}; do : >"x:$i"; done; ls | wc -l; for f in a b c; do echo $f >$f; wait -n; done'
  assert_output "23
a
b
c"
}

@test "whoever lives on is served on, and holds up no pipe" {
  mkfifo "$BATS_TEST_TMPDIR/go" "$BATS_TEST_TMPDIR/done"
  run "$LXSHIM" run -q -- bash -c '
    (exec </dev/null >/dev/null 2>&1; read -r <"$0/go"; bare-static >"$0/out"; echo end >"$0/done") &
    echo started' "$BATS_TEST_TMPDIR"
  assert_output started
  echo >"$BATS_TEST_TMPDIR/go"
  read -r <"$BATS_TEST_TMPDIR/done"
  run cat "$BATS_TEST_TMPDIR/out"
  assert_line "rename dir EACCES"
}

@test "exit statuses and signals as in the other lane" {
  for lane in both supervisor; do
    run "$LXSHIM" run -q --lane "$lane" -- bash -c 'exit 42'
    assert_failure 42
    run -127 "$LXSHIM" run -q --lane "$lane" -- no-such-command
    run -143 bash -c '"$0" run -q --lane "$1" -- bash -c "kill \$\$"' "$LXSHIM" "$lane"
  done
  run "$LXSHIM" run --lane bith -- true
  assert_failure 125
  assert_output 'lxshim: unknown lane "bith": both, preload or supervisor'
}

@test "a signal interrupts a call that waits in the supervisor" {
  policy_for "$PWD" special.fifo=allow >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" timeout 300 "$LXSHIM" run -q --lane supervisor -- \
    bash -c 'mkfifo p; cat p & kill -KILL $!; wait $!; echo "$?"'
  assert_line 137
}

@test "one inside the other: the inner one says what it goes without" {
  local lane
  for lane in "" "-q --lane both"; do
    # shellcheck disable=SC2086 # words
    run "$LXSHIM" run -q -- "$LXSHIM" run $lane -- bash -c ': >"a:b"; ls'
    assert_success
    assert_line --partial "lxshim: no supervisor here: there is a seccomp listener already"
    assert_line "a:b"
  done
  run "$LXSHIM" run -q -- "$LXSHIM" run -q -- bash -c ': >"a:b"; ls'
  assert_success
  assert_output "a:b"
  run "$LXSHIM" run -q -- "$LXSHIM" run -q --require-complete -- true
  assert_failure 125
}

@test "without its supervisor a command is stopped" {
  mkfifo "$BATS_TEST_TMPDIR/ready"
  "$LXSHIM" run -q -- bash -c '(echo $BASHPID $PPID >"$0/ready"; read -r <"$0/never"; : >survived); :' \
    "$BATS_TEST_TMPDIR" \
    >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  local outer=$! relay master grandchild
  mkfifo "$BATS_TEST_TMPDIR/never"
  read -r grandchild relay <"$BATS_TEST_TMPDIR/ready"
  assert_equal "$relay" "$outer"
  master=$(master_of "$relay")
  kill -KILL "$master"
  local ended=0
  wait "$outer" || ended=$?
  assert_equal "$ended" 125
  run cat "$BATS_TEST_TMPDIR/out"
  assert_line "lxshim: the supervisor has failed: the command is stopped"
  # What it had started, and the workers, are gone as well.
  until_true assert_not_exists "/proc/$grandchild"
  until_true eval '(($(workers "$master") == 0))'
}

@test "without its supervisor a command is not started" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  # The master is killed before it receives the listener: nobody else has a process group of its own.
  run strace -f -qq -o /dev/null -e trace=setpgid -e inject=setpgid:signal=SIGKILL \
    "$LXSHIM" run -q --lane both -- touch "$BATS_TEST_TMPDIR/ran"
  assert_failure 125
  assert_line "lxshim: the supervisor cannot start: it has ended"
  assert_not_exists "$BATS_TEST_TMPDIR/ran"
}

# calls LANE STEPS N: the three numbers of the summary of steps with %d as N: library, answered,
# passed on; "-" for none.
calls() {
  local lane=$1 line pattern steps=${2//%d/$3}
  line=$("$LXSHIM" run --lane "$lane" -- bash -c "$steps" 2>&1 | grep '^lxshim: calls:') || true
  for pattern in 'library ([0-9]+)' 'supervisor ([0-9]+) answered' ' ([0-9]+) passed on'; do
    if [[ $line =~ $pattern ]]; then echo "${BASH_REMATCH[1]}"; else echo -; fi
  done
}

@test "the summary counts calls that lead into a mount by their lane, and what was passed on" {
  local -A steps=(
    [bash]='for ((i = 0; i < %d; i++)); do [[ -e f ]]; [[ -e /usr ]]; done'
    [busybox]='exec busybox sh -c "i=0; while [ \$i -lt %d ]; do
               [ -e f ]; [ -e /usr ]; [ -e /bin ]; i=\$((i + 1)); done"')
  local lane by want none some
  : >f
  while read -r lane by want; do
    [[ $by != busybox ]] || present busybox || continue
    # Twice the same, but for so many calls more.
    mapfile -t none < <(calls "$lane" "${steps[$by]}" 0)
    mapfile -t some < <(calls "$lane" "${steps[$by]}" 500)
    for i in 0 1 2; do
      [[ ${some[i]} == - ]] || some[i]=$((some[i] - none[i]))
    done
    assert_equal "$lane $by ${some[*]}" "$lane $by $want"
  done <<'END'
preload bash 500 - -
both bash 500 0 0
supervisor bash - 500 500
both busybox 0 500 1000
supervisor busybox - 500 1000
END
}

@test "the summary names programs that the library is not in, and why" {
  needs jq jq
  run "$LXSHIM" run -- bash -c 'bare-static >/dev/null; ls >/dev/null'
  assert_line "  outside the library: bare-static (static)"
  # Where there is none for them.
  mkdir alone
  cp "$LXSHIM" "$LIB" alone
  if present musl-gcc && present busybox; then
    : >f
    run alone/lxshim run -- bash -c 'tour-musl >/dev/null 2>&1; busybox sh -c "[ -e f ]; env -i $(command -v ls)" >/dev/null'
    assert_line --regexp '^  outside the library: tour-musl \(musl\), busybox \(static\), ls \(environment emptied\)$'
  fi
  # By the page of code that 32-bit programs call from, one is told from the next.
  if runs_32_bits >/dev/null; then
    run "$LXSHIM" run -- bash -c 'tour-i386 >/dev/null; exec tour-i386-static >/dev/null'
    if [[ -e $BUILD/liblxshim/i386/liblxshim.so ]]; then
      assert_line "  outside the library: tour-i386-stati (static)"
    else
      assert_line "  outside the library: tour-i386 (32-bit), tour-i386-stati (static)"
    fi
  fi
  # Without a supervisor the one that runs it says so: nothing of it is covered.
  run "$LXSHIM" run --lane preload -- bash -c 'for i in 1 2; do bare-static >/dev/null; done; ls >/dev/null'
  assert_line "  outside the library: bare-static (static)"
  run "$LXSHIM" run --lane preload -- bare-static
  assert_line "  outside the library: bare-static (static)"
  run "$LXSHIM" run --lane preload -- bash -c 'ls >/dev/null'
  refute_output --partial "outside the library"
  if present musl-gcc; then
    run alone/lxshim run --lane preload -- tour-musl
    assert_line "  outside the library: tour-musl (musl)"
  fi
  # In its own lane there is no library to be outside of.
  run "$LXSHIM" run --lane supervisor -- bare-static
  refute_output --partial "outside the library"
  rm pipe # which it has made where no rule held
  run "$LXSHIM" run --trace t.jsonl -q -- bare-static
  run jq -r 'select(.rule == "special.fifo") | [.comm, .call, .args[0], .result] | join(" ")' t.jsonl
  assert_output "bare-static mknod pipe EPERM"
}

@test "the summary names setuid programs" {
  (($(id -u) == 0)) || skip "needs root"
  shared
  cp "$(command -v ls)" "$SHARED/suid-ls"
  chown 1:1 "$SHARED/suid-ls"
  chmod 4755 "$SHARED/suid-ls"
  for lane in both preload; do
    run env -C "$SHARED" "$LXSHIM" run --lane "$lane" -- bash -c './suid-ls >/dev/null'
    assert_line "  outside the library: suid-ls (setuid)"
  done
}

@test "hundreds of processes, one after the other and at once" {
  run timeout 1000 "$LXSHIM" run -q --lane supervisor -- bash -c '
    for i in {1..300}; do /bin/true || echo failed; done
    for i in {1..200}; do (: >"f:$i"; [[ -e f:$i ]] || echo missing) & done; wait; ls | wc -l'
  assert_output 200
}

@test "a signal interrupts an open of a FIFO, or it is made again, as natively" {
  for kind in once restart; do
    native "mkfifo p; timeout 300 interrupt $kind p"
    assert_success
    answer=$output
    for lane in preload both supervisor; do
      dir=$(fresh drive)
      policy_for "$dir" special.fifo=allow >"$BATS_TEST_TMPDIR/policy.json"
      programs=(interrupt interrupt-static)
      ! runs_32_bits >/dev/null || programs+=(interrupt-i386-static)
      for program in "${programs[@]}"; do
        run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --lane "$lane" -- \
          bash -uc "rm -f x:p; mkfifo x:p; timeout 300 $program $kind x:p"
        [[ $lane == preload && $program == *-static ]] || assert_output "$answer"
      done
    done
  done
}

@test "a worker comes back when the caller that it waits for is killed" {
  policy_for "$PWD" special.fifo=allow >"$BATS_TEST_TMPDIR/policy.json"
  mkfifo p ready go killed end
  LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --lane supervisor -- \
    bash -c 'for i in {1..20}; do cat p & done; echo $PPID >ready; read -r <go
             kill -KILL $(jobs -p); wait; echo >killed; read -r <end' 3>&- &
  local outer=$! relay master
  read -r relay <ready
  master=$(master_of "$relay")
  until_true eval '(($(workers "$master") > 20))'
  echo >go
  read -r <killed
  until_true eval '(($(workers "$master") < 10))'
  echo >end
  wait "$outer"
}

@test "Yama: only an ancestor may look into a program, and that is asked" {
  local yama=$LXSHIM_BUILD/tests/programs/yama.so steps
  export FIFOS=$BATS_TEST_TMPDIR
  mkfifo "$FIFOS"/{go,back}
  # By a child, and by an orphan, which is nobody's descendant that its parent was.
  steps='mkdir d; (cd d && tour-static .); ls
    (busybox sh -c "read x <$FIFOS/go; : >orphan:ed; echo made >$FIFOS/back" &); echo >$FIFOS/go; cat $FIFOS/back'
  needs busybox busybox-static
  run "$LXSHIM" run -q --require-complete --lane supervisor -- bash -c "$steps"
  assert_success
  local expected=$output
  rm -rf ./*
  # A stand-in for the kernel's: the same, by way of the parent.
  run env YAMA_SCOPE=1 LD_PRELOAD="$yama" "$LXSHIM" run -q --require-complete --lane supervisor -- \
    env -u LD_PRELOAD bash -c "$steps"
  assert_success
  assert_output "$expected"
  assert_file_exist $'orphan\uf03aed'
  for scope in 2 3; do
    run env YAMA_SCOPE=$scope LD_PRELOAD="$yama" "$LXSHIM" run -q --lane supervisor -- touch ran
    assert_failure 125
    assert_output --partial "no supervisor here: no program may look into another (kernel.yama.ptrace_scope is 2 or 3); "
    assert_file_not_exist ran
  done
}

@test "Yama: who outlives the command and its parent gets EPERM, and is not past the rules" {
  needs perl perl
  mkfifo begun go said
  cat said >out 3>&- &
  # shellcheck disable=SC2016
  YAMA_SCOPE=1 LD_PRELOAD=$LXSHIM_BUILD/tests/programs/yama.so "$LXSHIM" run -q --require-complete --lane supervisor -- \
    env -u LD_PRELOAD bash -c 'exec 4<>go
      (perl -MPOSIX -e "open F, q(>), q(begun); close F; sysread STDIN, my \$x, 1; print getcwd() // \$!, qq(\n); open F, q(>), q(a:b) or print qq(\$!\n)" <&4 &)
      read -r <begun || exit 0' >said
  # For all that it asks, since nobody may look into it any more.
  exec 4<>go
  echo >&4
  wait $! # all that has it has ended
  run cat out
  assert_output $'Operation not permitted\nOperation not permitted'
  run ls
  assert_output $'begun\ngo\nout\nsaid'
}

@test "--require-complete with a lane that has no supervisor is refused" {
  run "$LXSHIM" run --require-complete --lane preload -- touch ran
  assert_failure 125
  assert_output "lxshim: --require-complete asks for the supervisor, which --lane=preload goes without"
  assert_file_not_exist ran
}

@test "where there is no listener: one line with the reason, none with -q alone; on with the library, or not" {
  local reason lane why
  refuse EPERM true || skip "no filter can be installed here"
  while read -r error reason; do
    for lane in "-q --lane both" "-q" ""; do
      # shellcheck disable=SC2086 # words
      run --separate-stderr refuse "$error" "$LXSHIM" run $lane -- bash -c ': >"a:b"; mkfifo p 2>&1; ls; rm a:b'
      assert_success
      assert_line "a:b"
      assert_line --partial "Operation not permitted"
      # What was asked for and is not there is said; what nobody asked for, where somebody wants to hear.
      why="lxshim: no supervisor here: $reason; static programs, Go programs and others that make system calls without libc are not covered"
      # shellcheck disable=SC2154 # run sets it
      case $lane in
        "-q") assert_equal "$stderr" "" ;;
        "") assert_equal "$(grep -cFx "$why" <<<"$stderr")" 1 ;;
        *) assert_equal "$stderr" "$why" ;;
      esac
    done
    run --separate-stderr refuse "$error" "$LXSHIM" run -q --require-complete -- touch ran
    assert_failure 125
    [[ $stderr == "lxshim: no supervisor here: $reason; "* ]]
    run refuse "$error" "$LXSHIM" run -q --lane supervisor -- touch ran
    assert_failure 125
    assert_file_not_exist ran
    run refuse "$error" "$LXSHIM" doctor bare-static
    assert_failure 1
    assert_line --partial " $reason; static programs"
    assert_line --regexp '^BAD +static '
  done <<'END'
EPERM seccomp is forbidden here (Operation not permitted)
ENOSYS the kernel has no seccomp (ENOSYS)
EINVAL the kernel gives no listener (EINVAL), as gVisor
EBUSY there is a seccomp listener already, as inside another lxshim run; its policy holds for what the library does not see
EPERM@pidfd_getfd pidfd_getfd is forbidden here, as in Docker's containers without SYS_PTRACE
END
}

@test "a kernel without WAIT_KILLABLE_RECV, before 5.19; and root without CAP_SYS_ADMIN on it, as in a container" {
  run refuse EINVAL@killable "$LXSHIM" run -q --require-complete --lane supervisor -- bash -c ': >"a:b"; ls'
  assert_output "a:b"
  (($(id -u) == 0)) || skip "the rest needs root"
  for with in "" "refuse EINVAL@killable"; do
    # shellcheck disable=SC2086 # words
    run $with setpriv --bounding-set=-sys_admin \
      "$LXSHIM" run -q --require-complete --lane supervisor -- bash -c ': >"a:b"; ls; grep NoNewPrivs /proc/self/status'
    assert_output "$(printf 'a:b\nNoNewPrivs:\t1')"
  done
}

@test "a kernel that is too old, by its own word" {
  command -v setarch >/dev/null || skip "no setarch"
  run setarch --uname-2.6 "$LXSHIM" run -q --lane both -- true
  assert_success
  assert_output --partial "lxshim: no supervisor here: the kernel is older than Linux 5.14; "
  run setarch --uname-2.6 "$LXSHIM" run -q --require-complete -- true
  assert_failure 125
}

@test "doctor tells which programs only the supervisor sees" {
  run "$LXSHIM" doctor bare-static
  assert_success
  assert_line --regexp '^ok +supervisor +can be had: '
  assert_line --regexp '^note +static .*: seen by lxshim run'
}

@test "no process is left for init, but while a background job needs the supervisor" {
  needs python3 python3
  # A parent of orphans that collects none.
  run python3 -c '
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
run = [sys.argv[1], "run", "-q", "--require-complete", "--"]
def parent(process):
    try:
        return int(open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
def orphans():
    return sum(parent(p) == os.getpid() for p in os.listdir("/proc") if p.isdigit())
subprocess.run(run + ["true"])
print(orphans())
read, write = os.pipe()
done = subprocess.run(run + ["bash", "-c", f"read -r <&{read} & exit 3"], pass_fds=[read])
print(done.returncode, orphans() > 0)
os.close(write)
' "$LXSHIM"
  assert_output $'0\n3 True'
}
