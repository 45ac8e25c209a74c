#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The explanation: LXSHIM_TRACE, observe mode.
# shellcheck disable=SC2030,SC2031 # every test is a subshell

load helpers

# traced STEPS: runs them under the shim with a trace; its lines are in $TRACE.
traced() {
  DRIVE=$(fresh drive)
  TRACE=$BATS_TEST_TMPDIR/trace.json
  rm -f "$TRACE"
  run env -C "$DRIVE" LXSHIM_TRACE="${ALL-}$TRACE" "${SHIM[@]}" bash -uc "$1"
}

@test "LXSHIM_TRACE: one JSON line per denied call, with everything that explains it" {
  needs jq jq
  native 'mkdir a; exec 3>a/f; mv a b && echo moved'
  assert_output moved
  # Not mv's, too: whose process number is the lower one is listed first.
  traced 'mkdir a; exec 3>a/f; mv a b 3>&-; false'
  assert_failure
  run jq -sr '.[] | select(.outcome == "denied" and .call == "rename" and .result == "EACCES") |
    [.comm, .args[0], .args[1], .rule, (.evidence | contains("WSL#1529")), (.native | length),
     (.pid | type), (.time | test("^20[0-9-]+T[0-9:.]+Z$")), .holders[0].comm, .holders[0].by, .holders[0].fd] | @tsv' "$TRACE"
  assert_output "$(printf 'mv\ta\tb\trename.open_descendant\ttrue\t2\tnumber\ttrue\tbash\tdescriptor\t3')"
}

@test "LXSHIM_TRACE: altered calls name every rule that changed something" {
  needs jq jq
  traced 'umask 022; : >f; stat f >/dev/null'
  assert_success
  run jq -sr '.[] | select(.call == "statx" or .call == "stat") | select(.args[0] == "f") | .outcome, (.altered | index("mode.fixed") != null)' "$TRACE"
  assert_line altered
  assert_line true
  # A call nothing happened to is not there.
  run jq -sr '[.[] | select(.outcome == "passed")] | length' "$TRACE"
  assert_output 0
}

@test "whose child a process is: told once of each, and where nothing is denied of none" {
  needs jq jq
  needs perl perl
  ALL=all: traced 'perl -MPOSIX -e "system(q(mkfifo p; mkfifo q)); mkfifo(q(n), 0600) for 1, 2"
    perl -MPOSIX -e "fork; wait; mkfifo(q(n), 0600) for 1, 2"; touch fine'
  # Further up is whoever started the test, where that is not lxshim.
  run jq -r 'select(.parents) | [.comm, .outcome, (.parents[:if .comm == "mkfifo" then 3 else 1 end] | join("<"))] | @tsv' "$TRACE"
  assert_output "mkfifo	denied	sh<perl<bash
mkfifo	denied	sh<perl<bash
perl	denied	bash
perl	denied	perl
perl	denied	bash"
  run jq -s '[.[] | select(.outcome == "denied")] | length' "$TRACE"
  assert_output 8
}

@test "pid is the process's, whichever of its threads calls; comm is the thread's name" {
  needs jq jq
  needs python3 python3
  steps='import os, threading
def make(name):
    open("/proc/thread-self/comm", "w").write(name)
    try: os.mkfifo(name)
    except OSError as e: print(e.strerror, os.getpid(), threading.get_native_id() != os.getpid())
for name in "one", "two":
    t = threading.Thread(target=make, args=[name])
    t.start()
    t.join()'
  native "python3 -c '$steps'"
  assert_output ""
  traced "python3 -c '$steps'"
  ((${#lines[@]} == 2))
  [[ ${lines[0]} =~ ^"Operation not permitted "([0-9]+)" True"$ ]]
  pid=${BASH_REMATCH[1]}
  run jq -r 'select(.call == "mknod") | [.args[0], .comm, .pid, has("parents")] | @tsv' "$TRACE"
  assert_output "one	one	$pid	true
two	two	$pid	false"
}

@test "LXSHIM_TRACE=all:FILE: every call on a mount" {
  needs jq jq
  native 'echo x >f; cat f none'
  assert_output "x
cat: none: No such file or directory"
  ALL=all: traced 'echo x >f; cat f none'
  run jq -sr '.[] | select(.comm == "cat" and .call == "open") | [.args[0], .outcome, .result] | @tsv' "$TRACE"
  assert_line --regexp $'^f\tpassed\t[0-9]+$'
  assert_line $'none\tpassed\tENOENT'
}

@test "LXSHIM_TRACE=all:FILE: of two paths the first leads nowhere, and the second was not looked for" {
  needs jq jq
  steps='mkdir d; mv none/x d/y; mv d/x none/y; ln d/x "d/a:b"; echo on'
  native "$steps"
  assert_line on
  expected=$output
  ALL=all: traced "$steps"
  assert_output "$expected"
  run jq -sr '.[] | select(.result == "ENOENT" and (.call == "rename" or .call == "link")) | .args | @tsv' "$TRACE"
  assert_line $'none/x\td/y'
  assert_line $'d/x\td/a:b'
}

@test "trace lines of many processes never interleave, and odd bytes are legal JSON" {
  needs jq jq
  traced 'for i in {1..40}; do (touch "x:$i."{1..20}; mkfifo "$i\"\\	é"{1..20}) 2>/dev/null & done; touch $'"'\xff'"'; wait'
  run jq -s 'length > 1600' "$TRACE"
  assert_output true
  run jq -sr '[.[] | select(.rule == "special.fifo")] | length' "$TRACE"
  assert_output 800
  run jq -sr '.[] | select(.result == "EINVAL" and .rule == "names.invalid_utf8") | .args[0]' "$TRACE"
  assert_line '\xff'
}

@test "what a limit of sizes leaves no room for is no half line in the trace, which goes on without a limit" {
  needs jq jq
  local steps='for i in {1..100}; do mkfifo p; done 2>/dev/null; echo ran' limited='ulimit -Sf 1; exec env "$@"'
  native 'ulimit -Sf 1; trap "" XFSZ; (printf %01000d 0 >f; printf %0100d 0 >>f) 2>/dev/null; stat -c %s f'
  assert_output 1024
  DRIVE=$(fresh drive)
  TRACE=$BATS_TEST_TMPDIR/trace.json
  printf '{"before":"%0900d"}\n' 0 >"$TRACE"
  run env -C "$DRIVE" LXSHIM_TRACE="$TRACE" bash -c "$limited" - "${SHIM[@]}" bash -uc "$steps"
  assert_output ran
  run env -C "$DRIVE" LXSHIM_TRACE="$TRACE" "${SHIM[@]}" bash -uc 'mkfifo last 2>/dev/null; echo ran'
  assert_output ran
  run jq -r 'if .before then "before" else select(.rule == "special.fifo").args[0] end' "$TRACE"
  assert_success
  assert_equal "${lines[0]} ${lines[-1]}" "before last"
  # lxshim run, whose limit is lifted, writes what a program may not.
  [[ $LXSHIM_TEST_LANE == preload ]] || ((${#lines[@]} == 102))
}

@test "a trace file that cannot be written is refused before main; one that goes later changes nothing" {
  DRIVE=$(fresh drive)
  run env -C "$DRIVE" LXSHIM_TRACE=/proc/none LD_PRELOAD="$LIB" bash -uc 'echo main'
  assert_failure 125
  assert_output "lxshim: cannot write the trace to /proc/none: ENOENT"
  run env -C "$DRIVE" "$LXSHIM" run --trace /proc/none -- bash -uc 'echo main'
  assert_failure 125
  assert_output "lxshim: cannot write the trace to /proc/none: No such file or directory"
  policy_for "$DRIVE" >"$BATS_TEST_TMPDIR/p.json"
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" LXSHIM_TRACE=/proc/none LD_PRELOAD="$LIB" \
    bash -uc 'echo main'
  assert_failure 125
  assert_output "lxshim: cannot write the trace to /proc/none: No such file or directory"
  local gone=$BATS_TEST_TMPDIR/gone
  mkdir "$gone"
  run env -C "$DRIVE" LXSHIM_TRACE="$gone/t" "${SHIM[@]}" bash -uc '
    rm -r "$1"; : >f; stat -c %a f; mkfifo p' - "$gone"
  assert_line --index 0 777
  assert_line --index 1 "mkfifo: cannot create fifo 'p': Operation not permitted"
  if [[ $LXSHIM_TEST_LANE == preload ]]; then
    [[ -z ${lines[2]-} ]]
  else
    assert_line --index 2 --regexp \
      "^lxshim: the trace lacks [0-9]+ lines that could not be written to $gone/t: No such file or directory$"
  fi
}

@test "lines that there is no room for are counted, and nobody else hears of it" {
  [[ $LXSHIM_TEST_LANE != preload ]] || SHIM=("$LXSHIM" run -q --lane preload --)
  DRIVE=$(fresh drive)
  run --separate-stderr env -C "$DRIVE" LXSHIM_TRACE=/dev/full "${SHIM[@]}" bash -uc 'mkfifo p 2>&1; mkfifo q 2>&1'
  assert_failure 1
  assert_output "mkfifo: cannot create fifo 'p': Operation not permitted
mkfifo: cannot create fifo 'q': Operation not permitted"
  [[ $stderr =~ ^'lxshim: the trace lacks '[0-9]+' lines that could not be written to /dev/full: No space left on device'$ ]]
  run --separate-stderr env -C "$DRIVE" LXSHIM_TRACE="$BATS_TEST_TMPDIR/t" "${SHIM[@]}" bash -uc 'mkfifo p 2>&1'
  [[ -z $stderr ]]
}

@test "what a program was refused is there once it has ended" {
  [[ $LXSHIM_TEST_LANE != preload ]] || SHIM=("$LXSHIM" run -q --lane preload --)
  traced 'for i in {1..40}; do
      mkfifo "$i" 2>&-
      grep -q "\"args\":\[\"$i\"" "$LXSHIM_TRACE" || echo "$i"
    done'
  assert_output ""
}

@test "a line is there while the command goes on, and what a killed program was refused" {
  needs jq jq
  traced 'mkfifo p; while ! grep -q mknod "$LXSHIM_TRACE"; do :; done; echo seen
    perl -MPOSIX -e "mkfifo(q(q), 0600) for 1 .. 300; kill 9, \$\$"; echo "$?"'
  assert_line seen
  assert_line 137
  # Each line is whole, in whatever order.
  run jq -r 'select(.outcome == "denied" and .call == "mknod") | .args[0]' "$TRACE"
  assert_output "p
$(printf 'q\n%.0s' {1..300})"
}

@test "a trace into a FIFO that nobody reads any more holds nobody up" {
  [[ $LXSHIM_TEST_LANE != preload ]] || SHIM=("$LXSHIM" run -q --lane preload --)
  DRIVE=$(fresh drive)
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  : <"$BATS_TEST_TMPDIR/fifo" & # lets lxshim run open it, and goes; or comes too late, and meets nobody
  run --separate-stderr env -C "$DRIVE" LXSHIM_TRACE="$BATS_TEST_TMPDIR/fifo" timeout 300 "${SHIM[@]}" \
    bash -uc 'mkfifo p 2>&1'
  kill $! 2>/dev/null || true
  assert_output "mkfifo: cannot create fifo 'p': Operation not permitted"
  # How many, goes by when the reader went.
  [[ $stderr == *'the trace lacks '*' line'*' that could not be written to '*': No such device or address' ]]
}

@test "a trace is for whom the umask lets it be, also where it is made anew" {
  DRIVE=$(fresh drive)
  run env -C "$DRIVE" LXSHIM_TRACE="$BATS_TEST_TMPDIR/trace" "${SHIM[@]}" bash -uc 'umask 077; rm -f "$LXSHIM_TRACE"; mkfifo p'
  run stat -c %a "$BATS_TEST_TMPDIR/trace"
  assert_output 600
}

@test "a FIFO as the trace: its reader gets every line" {
  [[ $LXSHIM_TEST_LANE != preload ]] || SHIM=("$LXSHIM" run -q --lane preload --)
  DRIVE=$(fresh drive)
  mkfifo "$BATS_TEST_TMPDIR/fifo"
  cat "$BATS_TEST_TMPDIR/fifo" >"$BATS_TEST_TMPDIR/got" &
  # Whoever is before the reader has nobody to write to, which is no reason to wait.
  until_true eval '{ exec 7>"$BATS_TEST_TMPDIR/fifo"; } 2>/dev/null'
  run env -C "$DRIVE" LXSHIM_TRACE="$BATS_TEST_TMPDIR/fifo" "${SHIM[@]}" bash -uc 'mkfifo p; mkfifo q' 7>&-
  exec 7>&-
  wait $!
  run grep -c special.fifo "$BATS_TEST_TMPDIR/got"
  assert_output 2
}

@test "a name that waits to be deleted is denied by the rule of what it was" {
  needs jq jq
  traced 'mkdir d; exec 3<d 4>f; rmdir d; rm f; mkdir d; mkdir f; rmdir d; rm f'
  run jq -r 'select(.result == "ENOENT" and .outcome == "denied") | [.call, .args[0], .rule] | join(" ")' \
    "$TRACE"
  assert_line "mkdir d rmdir.open_directory"
  assert_line "mkdir f unlink.open_file"
  assert_line "rmdir d rmdir.open_directory"
  assert_line "unlink f unlink.open_file"
}

@test "mode observe: calls go through, and the trace says what would have happened" {
  needs jq jq
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq '. + {mode: "observe", trace: "trace.json"}' >"$BATS_TEST_TMPDIR/p.json"
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" "${SHIM[@]}" bash -uc '
    umask 022; : >a:b; stat -c %a a:b; mkfifo p; chmod 600 a:b; stat -c %a a:b
    mkdir d; exec 3>d/f; mv d e; rm e/f; ls e; exec 3>&-; ls'
  assert_output "644
600
a:b
e
p"
  run jq -sr '[.[] | select(.outcome == "observed") | .observed[]] | unique | .[]' "$BATS_TEST_TMPDIR/trace.json"
  for rule in chmod.readonly_bit mode.fixed names.illegal rename.open_descendant special.fifo unlink.open_file; do
    assert_line "$rule"
  done
  run jq -sr '[.[] | select(.outcome != "observed")] | length' "$BATS_TEST_TMPDIR/trace.json"
  assert_output 0
}

@test "who has a file open is looked for as far as somebody wants to read it: without a trace, ourselves first" {
  needs jq jq
  needs strace strace
  [[ $LXSHIM_TEST_LANE == preload ]] && strace -qq -o /dev/null true 2>/dev/null || skip "counts the library's own calls"
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" >"$BATS_TEST_TMPDIR/p.json"
  # looks [TRACE]: how many processes are looked for in /proc when one removes what it has open itself.
  looks() {
    rm -f "$DRIVE"/*
    env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" ${1:+LXSHIM_TRACE="$1"} strace -qq -o "$BATS_TEST_TMPDIR/calls" \
      -e trace=openat -E LD_PRELOAD="$LIB" perl -e 'open F, ">", "f" or die; unlink "f" or die; print "$$\n"' >"$BATS_TEST_TMPDIR/pid"
    grep -cE '^openat\([0-9]+, "[0-9]+", .*O_DIRECTORY' "$BATS_TEST_TMPDIR/calls"
  }
  run looks
  assert_output 0
  run looks "$BATS_TEST_TMPDIR/trace.jsonl"
  ((output > 1))
  run jq -r 'select(.rule == "unlink.open_file") | .holders[0].pid' "$BATS_TEST_TMPDIR/trace.jsonl"
  assert_output "$(<"$BATS_TEST_TMPDIR/pid")"
}
