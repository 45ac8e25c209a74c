#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim run: what it hands to a command, and how it stands in for it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  DRIVE=$(fresh drive)
  cd "$DRIVE" || return
}

# Runs a job on a terminal of its own; see terminal.py.
on_terminal() {
  needs python3 python3
  run python3 "$BATS_TEST_DIRNAME/terminal.py" "$@"
}

# The lanes that can be had here.
lanes() {
  echo preload
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || return 0
  printf '%s\n' both supervisor
}

# on_terminal_in_lanes ACTIONS EXPECTED COMMAND...: the command under lxshim run, in each lane.
on_terminal_in_lanes() {
  local lane
  for lane in $(lanes); do
    echo "lane: $lane"
    on_terminal "$1" "$LXSHIM" run -q --lane "$lane" -- "${@:3}"
    assert_output "$2"
  done
}

# lxrun [-STATUS] [OPTION]... -- COMMAND...: runs it and expects that status, 0 if not given.
lxrun() {
  local expected=-0
  if [[ $1 =~ ^-[0-9]+$ ]]; then
    expected=$1
    shift
  fi
  run "$expected" --separate-stderr "$LXSHIM" run --quiet "$@"
}

# Of a user who has no other processes, where the tests run as root.
as_user_of() {
  (($(id -u) == 0)) || skip "not root"
  setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"
}

@test "the current directory is a drive, and its children's too" {
  native 'mkfifo pipe && echo made'
  assert_output made
  lxrun -1 -- bash -c 'bash -c "mkfifo pipe"'
  [[ $stderr == *"Operation not permitted"* ]]
}

@test "the exit status is the command's" {
  for wanted in 0 1 3 125 126 255; do
    run "$LXSHIM" run --quiet -- sh -c "exit $wanted"
    assert_equal "$status" "$wanted"
  done
  run "$LXSHIM" run -- sh -c 'exit 42'
  assert_failure 42
  run "$LXSHIM" run sh -c 'exit 43'
  assert_failure 43
}

@test "not found is 127, not executable is 126, as in a shell" {
  lxrun -127 -- no-such-command-here
  assert_equal "$stderr" "lxshim: no-such-command-here: command not found"
  lxrun -127 -- ./nothing
  assert_equal "$stderr" "lxshim: ./nothing: No such file or directory"
  mkdir directory
  lxrun -126 -- ./directory
  assert_equal "$stderr" "lxshim: ./directory: Permission denied"
  printf '#!/no/such/interpreter\n' >script
  chmod +x script
  lxrun -126 -- ./script
  assert_equal "$stderr" 'lxshim: ./script: its interpreter is missing; "lxshim doctor ./script" tells which'
}

@test "lxshim's own failures are 125" {
  lxrun -125 --set no.rule=on -- true
  lxrun -125 --policy nothing.json -- true
  assert_equal "$stderr" "lxshim: nothing.json: cannot open the policy: No such file or directory"
  lxrun -125 --profile nothing -- true
  run env -C / "$LXSHIM" run -- true
  assert_failure 125
  assert_output "lxshim: / cannot be a Windows drive: start in the directory that shall be one, or name mounts in a policy"
}

@test "--quiet leaves out which policy it is, and --verbose says how mounts are made all the same" {
  lxrun --verbose -- true
  assert_equal "$stderr" "lxshim: C:${PWD//\//\\} is $PWD"
  run --separate-stderr "$LXSHIM" run --verbose -- true
  # shellcheck disable=SC2154 # run sets it
  assert_equal "${stderr_lines[0]}" "lxshim: policy: built-in"
}

@test "where there is no room for a supervisor, one line says why" {
  # Each number of descriptors: it works, or lxshim says what it lacks.
  for n in {5..12}; do
    run timeout 300 bash -c "exec 3>&- 4>&- 5>&- 6>&- 7>&-; ulimit -n $n; exec \"\$0\" run -q -- /bin/echo ran" "$LXSHIM"
    if ((status == 0)); then
      assert_output ran
    else
      assert_equal "$n $status" "$n 125"
      assert_output --regexp '^lxshim: [^
]*: Too many open files$'
    fi
  done
  assert_output ran
}

@test "processes that cannot be had, and no /proc: one line, 125" {
  shared
  cd "$SHARED" || return
  for n in 1 2 3; do
    run as_user_of 64999 bash -c "ulimit -u $n; exec \"\$0\" run -q -- /bin/echo ran" "$LXSHIM"
    if ((status != 0)); then
      assert_equal "$n $status" "$n 125"
      assert_output --regexp '^lxshim: [^
]*: Resource temporarily unavailable$'
    fi
  done
  needs_mounts
  # Nor is one found that is installed.
  run unshare -m bash -c \
    'mount -t tmpfs none /usr/local/lib; while umount -l /proc 2>/dev/null; do :; done
     for lane in both supervisor; do "$0" run --lane "$lane" -- echo ran; echo "$?"; done' "$LXSHIM"
  assert_line --index 0 --regexp '^lxshim: no liblxshim.so in .*, and /proc does not say where lxshim is$'
  assert_line --index 1 125
  assert_line --index 2 "lxshim: /proc is not mounted here, and the supervisor looks into programs by it"
  assert_line --index 3 125
}

@test "without /proc an installed lxshim does not wait for itself to be told what it counts by" {
  needs_mounts
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  run -0 unshare -m bash -c \
    'mount --bind "$1" /usr/local/lib; while umount -l /proc 2>/dev/null; do :; done
     exec strace -f -qq -e trace=ppoll -o "$2" "$0" run -q --lane preload -- /bin/echo ran' "$LXSHIM" "$BUILD" "$BATS_TEST_TMPDIR/trace"
  assert_output ran
  grep -q ppoll "$BATS_TEST_TMPDIR/trace"
  run -1 grep Timeout "$BATS_TEST_TMPDIR/trace"
}

@test "a stack that a shell gets on with is enough, in all lanes" {
  local lane
  for lane in $(lanes); do
    run env -C "$(fresh drive)" bash -c 'ulimit -Ss 64; "$@"' bash "$LXSHIM" run -q --lane "$lane" -- sh -c 'echo text >a:b; cat a:b; rm a:b'
    assert_output text
  done
}

@test "a limit of sizes is the command's own, and what is ours ends nothing by it" {
  local lane limited steps='{ bash -c "echo >f"; kill -l "$?"; } 2>/dev/null; cat /proc/version | grep -c Linux; mkfifo p 2>/dev/null || echo no'
  native "ulimit -Sf 0; ulimit -f; $steps"
  assert_output "0
XFSZ
1"
  for lane in $(lanes); do
    DRIVE=$(fresh drive)
    # A trace that is larger than the command may make a file.
    printf '%0600d\n' 0 >"$BATS_TEST_TMPDIR/trace"
    # shellcheck disable=SC2016 # said to another shell
    limited='ulimit -Sf 0; "$@" | cat; exit ${PIPESTATUS[0]}'
    run --separate-stderr env -C "$DRIVE" LXSHIM_TRACE="$BATS_TEST_TMPDIR/trace" bash -c "$limited" - \
      "$LXSHIM" run -q --lane "$lane" -- bash -uc "ulimit -f; $steps"
    assert_success
    assert_output "0
XFSZ
1
no"
    run bash -c "$limited" - "$LXSHIM" wsl -q --etc "$BATS_TEST_TMPDIR" --lane "$lane" -- bash -uc 'cat /proc/version | grep -c Linux'
    assert_output 1
    # Beyond what may be lifted, a run says so.
    run bash -c 'ulimit -f 0; "$@" 2>&1 | cat; exit ${PIPESTATUS[0]}' - "$LXSHIM" run -q --lane "$lane" -- touch ran
    assert_failure 125
    assert_output --regexp '^lxshim: cannot count what the rules do: File too large; .*ulimit -H -f'
    run bash -c 'ulimit -f 2000; "$@" 2>&1 | cat; exit ${PIPESTATUS[0]}' - "$LXSHIM" run -q --lane "$lane" -- touch ran
    assert_failure 125
    assert_output --regexp '^lxshim: cannot keep what is mounted: File too large; .*ulimit -H -f'
  done
}

@test "a command line that is not understood is 125, which no command's own status is taken for" {
  lxrun -125
  assert_equal "$stderr" "lxshim: usage: lxshim run [OPTION]... [--] COMMAND [ARGUMENT]..."
  run "$LXSHIM" run --policy
  assert_failure 125
  assert_output "lxshim: --policy needs an argument; see lxshim run --help"
  run "$LXSHIM" run --quite -- true
  assert_failure 125
  assert_output 'lxshim: unknown option "--quite"; did you mean "--quiet"? See lxshim run --help'
  run "$LXSHIM" run -xq true
  assert_output 'lxshim: unknown option "-x"; see lxshim run --help'
}

@test "the command's own options are left alone" {
  lxrun -- printf '%s|' --quiet -- --set x
  assert_output -- '--quiet|--|--set|x|'
  lxrun printf '%s|' --policy x
  assert_output -- '--policy|x|'
}

@test "dies of the signal its command died of, without a core" {
  needs python3 python3
  for signal in TERM KILL SEGV USR1 INT; do
    run python3 -c 'import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
print(subprocess.run(sys.argv[1:]).returncode)' \
      "$LXSHIM" run -q -- bash -c "ulimit -c 0; kill -$signal \$\$"
    assert_output "-$(kill -l $signal)"
  done
  run find . -name 'core*'
  assert_output ""
}

@test "signals are passed on, and a value with them" {
  needs python3 python3
  run timeout 300 python3 - "$LXSHIM" <<'EOF'
import os, signal, subprocess, sys
child = """
import signal
wanted = {signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT,
          signal.SIGQUIT, signal.SIGALRM, signal.SIGPIPE, signal.SIGRTMIN, signal.SIGWINCH,
          signal.SIGABRT}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print("ready", flush=True)
for _ in wanted:
    print(signal.Signals(signal.sigwaitinfo(wanted).si_signo).name, flush=True)
"""
names = "TERM HUP USR1 USR2 INT QUIT ALRM PIPE RTMIN WINCH ABRT".split()
def heed():  # whatever a job in the background of a script starts with
    for name in names:
        signal.signal(signal.Signals["SIG" + name], signal.SIG_DFL)
p = subprocess.Popen([sys.argv[1], "run", "-q", "--", sys.executable, "-c", child],
                     stdout=subprocess.PIPE, text=True, preexec_fn=heed)
assert p.stdout.readline() == "ready\n"
for name in names:
    p.send_signal(signal.Signals["SIG" + name])
    print(name, p.stdout.readline().strip())
print(p.wait())
EOF
  assert_success
  assert_output "TERM SIGTERM
HUP SIGHUP
USR1 SIGUSR1
USR2 SIGUSR2
INT SIGINT
QUIT SIGQUIT
ALRM SIGALRM
PIPE SIGPIPE
RTMIN SIGRTMIN
WINCH SIGWINCH
ABRT SIGABRT
0"
}

@test "an alarm set before is the command's" {
  needs python3 python3
  run python3 -c 'import signal, subprocess, sys
def alarm():
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whoever runs the tests may ignore it
    signal.alarm(1)
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, preexec_fn=alarm)
print(signal.Signals(-p.wait(1000)).name)' "$LXSHIM" run -q -- cat
  assert_success
  assert_output SIGALRM
}

@test "ignored signals stay ignored" {
  needs perl perl
  # Those of libc's own as well, which it handles where there are threads: perl's call is the kernel's.
  # shellcheck disable=SC2016 # perl's
  local start='require "syscall.ph"; for my $signal (32 .. 34) { my $ignored = pack("q8", 1); syscall(&SYS_rt_sigaction, $signal, $ignored, 0, 8) == 0 or die } exec @ARGV'
  run perl -e "$start" bash -c 'trap "" HUP USR1 CHLD; bash -c "grep SigIgn /proc/self/status"'
  assert_output --regexp '^SigIgn:.00000003800[12]0201$'
  with=$output
  run perl -e "$start" bash -c 'trap "" HUP USR1 CHLD; "$1" run -q -- bash -c "grep SigIgn /proc/self/status"' - "$LXSHIM"
  assert_output "$with"
}

@test "blocked signals stay blocked" {
  needs python3 python3
  run python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGCHLD})
os.execv(sys.argv[1], sys.argv[1:])' "$LXSHIM" run -q -- grep SigBlk /proc/self/status
  assert_success
  assert_output --regexp '^SigBlk:.0000000000010200$'
}

@test "a command has the descriptors it would have without lxshim, and no others" {
  native 'exec 7</dev/null; ls /proc/self/fd | wc -l'
  without=$output
  run bash -c 'exec 7</dev/null; "$1" run -q -- bash -c "ls /proc/self/fd | wc -l"' - "$LXSHIM"
  assert_output "$without"
  run bash -c '"$1" run -q -- bash -c "ls /proc/self/fd | wc -l" <&- 2>&-' - "$LXSHIM"
  closed=$output
  run bash -c 'bash -c "ls /proc/self/fd | wc -l" <&- 2>&-'
  assert_output "$closed"
}

@test "no zombies, and lxshim does not wait for grandchildren" {
  mkfifo "$BATS_TEST_TMPDIR/go"
  run "$LXSHIM" run -q -- bash -c "(read -r <'$BATS_TEST_TMPDIR/go') >/dev/null 2>&1 & echo done"
  assert_success
  assert_output "done"
  echo >"$BATS_TEST_TMPDIR/go"
}

@test "terminal: ^C reaches the command once, and not lxshim" {
  needs python3 python3
  # No shell: one that is told just before it waits for input hears of it when that comes.
  waits='
import os, signal, sys
both = {signal.SIGINT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, both)
if sys.argv[1:]:
    if os.fork() == 0:
        signal.sigwait(both)
        print("terminal", flush=True)
        os._exit(0)
    os.setpgid(0, 0)
print("ready", flush=True)
name = ""
while name != "USR1":
    name = signal.Signals(signal.sigwait(both)).name[3:]
    print(name, flush=True)
sys.exit(7)'
  on_terminal_in_lanes ready,intr,line,kill-USR1,line "INT
USR1
exit status 7" python3 -c "$waits"
  # Where the terminal reaches another only, what lxshim made of ^C would come before USR1.
  on_terminal_in_lanes ready,intr,line,kill-USR1,line "terminal
USR1
exit status 7" python3 -c "$waits" apart
}

@test "terminal: ^C kills both, by the same signal, and so does a signal to lxshim" {
  on_terminal_in_lanes ready,intr "killed by SIGINT" bash -c 'echo ready; exec cat'
  on_terminal_in_lanes ready,kill-TERM "killed by SIGTERM" bash -c 'echo ready; exec cat'
  # A static program has no library that could hear of it.
  ! present busybox ||
    on_terminal_in_lanes ready,intr "killed by SIGINT" bash -c 'echo ready; exec busybox cat'
}

@test "terminal: ^C, a hangup and a signal to lxshim end all of it, before whichever call of its start they come" {
  local lane who
  run -0 presses INT all env sleep 1000
  for lane in $(lanes); do
    for who in main vfork fork; do
      [[ $lane/$who == preload/fork ]] || run -0 presses INT "$who" "$LXSHIM" run -q --lane "$lane" -- sleep 1000
      assert_output --regexp '^[0-9]{2,} calls$'
    done
    run -0 presses TERM main "$LXSHIM" run -q --lane "$lane" -- sleep 1000
    assert_output --regexp '^[0-9]{2,} calls$'
  done
  run -0 presses HUP main "$LXSHIM" run -q -- sleep 1000
  run -0 presses QUIT main "$LXSHIM" wsl -q -- sleep 1000
  # What those leave that were killed goes with the next that ends; a container's /dev/shm is too small for all of it.
  output=$(grep -v '^lxshim: cannot make all that /sys shows .*: No space left on device; the session goes on$' <<<"$output")
  assert_output --regexp '^[0-9]{2,} calls$'
}

@test "terminal: ^Z stops both, and the shell sees it; fg goes on" {
  on_terminal_in_lanes ready,susp,wait-stop,states,cont,intr "stopped by SIGTSTP
stopped stopped
killed by SIGINT" bash -c 'echo ready; exec cat'
}

@test "terminal: a command that stops itself stops lxshim" {
  for go_on in cont cont-first; do
    on_terminal_in_lanes "wait-stop,states,$go_on,line" "stopped by SIGSTOP
stopped stopped
went on
exit status 4" bash -c 'kill -STOP $$; echo went on; exit 4'
  done
}

@test "terminal: a stop sent to lxshim alone stops the command" {
  on_terminal_in_lanes ready,kill-TSTP,wait-stop,states,cont,kill-TERM "stopped by SIGTSTP
stopped stopped
killed by SIGTERM" bash -c 'echo ready; exec cat'
}

# as_natively ACTIONS COMMAND...: what happens to the job is what happens to it without lxshim.
as_natively() {
  on_terminal "$@"
  local natively=$output
  on_terminal_in_lanes "$1" "${natively/stopped$'\n'/stopped stopped$'\n'}" "${@:2}"
}

@test "terminal: a background job that reads stops, as without lxshim" {
  as_natively ready,susp,wait-stop,bg,wait-stop,states,cont,intr bash -c 'echo ready; exec cat'
  assert_line "stopped by SIGTTIN"
}

@test "terminal: a stop just before the command is executed stops the command" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  mkdir nothing
  # As it is looked for in the first directory of PATH, where it is not. Once executed it is not traced.
  # What it does then lasts, for lxshim may be behind: a stop that comes after its end stops nobody.
  PATH=$PWD/nothing:$PATH on_terminal wait-stop,cont,enter \
    strace -DD -f -qq -b execve -o /dev/null -P "$PWD/nothing/bash" -e inject=newfstatat:signal=SIGTSTP:when=1 \
    "$LXSHIM" run -q --lane preload -- bash -c 'read -r; exit 3'
  assert_output "stopped by SIGTSTP
exit status 3"
}

@test "terminal: a background job that writes stops where the terminal says so" {
  as_natively ready,wait-stop,bg,wait-stop,states,cont,line \
    bash -c 'stty tostop; echo ready; kill -STOP $$; echo went on; exit 4'
  assert_line "stopped by SIGTTOU"
  assert_line "exit status 4"
}

@test "terminal: a hangup reaches the command of a session's leader" {
  # What waits is interrupted by the trap; a read of what is ready at once would not be.
  on_terminal_in_lanes ready,hangup "exit status 9" \
    bash -c 'trap "kill \$!; exit 9" HUP; sleep 1000 & echo ready; wait'
}

@test "the summary: denied first, with the first example; nothing without cause; --quiet" {
  run --separate-stderr "$LXSHIM" run -- bash -c 'mkfifo a; mkfifo b; stat . >/dev/null; true'
  assert_success
  [[ $stderr =~ $'\n\nlxshim: calls: library '[1-9] ]]
  summary=lxshim:\ what${stderr#*lxshim: what}
  assert_equal "$(sed -n 1p <<<"$summary")" "lxshim: what the rules denied and altered"
  [[ $(sed -n 3p <<<"$summary") =~ ^\ \ special\.fifo\ +2\ +0\ \ mknod\ a:\ EPERM\ \(mkfifo,\ pid\ [0-9]+\)$ ]]
  [[ $(sed -n 4p <<<"$summary") =~ ^\ \ [a-z._]+\ +0\ +[1-9][0-9]*\  ]]
  assert_equal "$(tail -n 1 <<<"$summary")" '"lxshim explain RULE" tells more of each.'
  run "$LXSHIM" run --quiet -- stat .
  refute_output --partial lxshim
  run --separate-stderr "$LXSHIM" run --mount drvfs:C::/missing-c:. -- env -C / stat /usr
  assert_success
  # In a container it also says what it goes without.
  assert_equal "$(grep -v "^lxshim: no supervisor here: " <<<"$stderr")" "lxshim: policy: built-in"
}

@test "the summary: what programs only try comes after what they fail by" {
  : >a
  run "$LXSHIM" run -- bash -c 'mv a b; mv b c; mv c a; mkfifo p'
  run grep -oE '^  (rename.flags|special.fifo|stat.[a-z]+) ' <<<"$output"
  assert_line --index 0 "  special.fifo "
  assert_line --index 1 "  rename.flags "
}

@test "the summary in observe mode" {
  run "$LXSHIM" run --observe -- mkfifo pipe
  assert_success
  [[ -p pipe ]]
  assert_line "lxshim: what the rules would have done (observe mode)"
  assert_line --regexp '^  special.fifo +0 +0 +1  mknod pipe: EPERM \('
  # What --enforce leaves out only counts, too.
  rm pipe
  run "$LXSHIM" run --enforce names.illegal -- sh -c 'mkfifo pipe && : >a:b'
  assert_success
  assert_line --regexp '^  rule +denied +altered +observed  first example$'
  assert_line --regexp '^  special.fifo +0 +0 +1  mknod pipe: EPERM \('
  assert_line --regexp '^  names.illegal +0 +1 +0  open a:b '
}

@test "the summary in observe mode: first what would have been refused, however seldom" {
  run "$LXSHIM" run --observe -- bash -c 'for i in 1 2 3 4; do : >"a:$i"; done; mkfifo pipe'
  assert_success
  assert_line --regexp '^  names.illegal +0 +0 +[4-9]'
  assert_equal "$(grep -Eo '^  (special.fifo|names.illegal) ' <<<"$output")" $'  special.fifo \n  names.illegal '
}

@test "an option whose argument was forgotten does not take what comes next for it" {
  run "$LXSHIM" run --trace -- ls
  assert_failure 125
  assert_output 'lxshim: --trace needs an argument ([all:]FILE) before --; one that is meant so is written --trace=--'
  run "$LXSHIM" run --profile --observe -- ls
  assert_failure 125
  assert_output --partial 'before --observe'
  run "$LXSHIM" run -q --trace=-- -- true
  assert_success
  assert_file_exists ./--
}

@test "the summary shows what overrides did, and a name cannot paint the terminal" {
  printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "EIO"}}]}' >p.json
  run "$LXSHIM" run --policy p.json -- mkdir $'a\eb'
  assert_failure
  assert_line --regexp '^  overrides +[01] +[01]  mkdir a\?b: EIO '
}

@test "counters of overrides are shared by the whole tree" {
  printf '{"version": 1, "overrides": [
    {"when": {"op": "mkdir"}, "then": {"errno": "EIO"}, "after": 1, "times": 2}]}' >p.json
  run "$LXSHIM" run -q --policy p.json -- bash -c \
    'for i in 1 2 3 4 5; do (mkdir d$i) 2>/dev/null || echo $i; done'
  assert_output "2
3"
}

@test "policies: --policy, then LXSHIM_POLICY, then .lxshim.json" {
  for name in of-flag of-variable; do
    printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "%s"}}]}' \
      "$([[ $name == of-flag ]] && echo EIO || echo ENOSPC)" >"$name"
  done
  printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "EDQUOT"}}]}' \
    >.lxshim.json
  run "$LXSHIM" run -q -- mkdir d
  assert_output --partial "Disk quota exceeded"
  LXSHIM_POLICY=of-variable run "$LXSHIM" run -q -- mkdir d
  assert_output --partial "No space left on device"
  LXSHIM_POLICY=of-variable run "$LXSHIM" run -q --policy of-flag -- mkdir d
  assert_output --partial "Input/output error"
}

@test "--set, --profile, --trace" {
  needs jq jq
  run "$LXSHIM" run -q --set special.fifo=allow -- mkfifo pipe
  assert_success
  run "$LXSHIM" run -q --profile wsl2-9p -- mkfifo pipe2
  assert_failure
  assert_output --partial "Operation not supported"
  run "$LXSHIM" run -q --trace t.jsonl -- mkfifo pipe3
  assert_failure
  run jq -r 'select(.outcome == "denied") | .call + " " + .rule' t.jsonl
  assert_output "mknod special.fifo"
}

@test "a mount whose backing is elsewhere, and a command that is only there" {
  mkdir -p drive/bin
  printf '#!/bin/sh\necho "in $PWD"\n' >drive/bin/tool
  chmod +x drive/bin/tool
  target=$BATS_TEST_TMPDIR/c
  run "$LXSHIM" run -q --mount "drvfs:C::$target:drive" -- "$target/bin/tool"
  assert_success
  assert_output "in $DRIVE"
  PATH="$target/bin:$PATH" run "$LXSHIM" run -q --mount "drvfs:C::$target:drive" -- tool
  assert_success
}

@test "in a drive every file can be executed, the first command too" {
  printf '#!/bin/sh\necho ran\n' >script
  chmod 644 script
  native '[ -x /proc/self/exe ]'
  run "$LXSHIM" run -q -- ./script
  assert_success
  assert_output ran
}

@test "LD_PRELOAD: ours last, once, what else is there stays; no words of the policy's file left" {
  other=$BATS_TEST_TMPDIR/other.so
  cp "$LIB" "$BATS_TEST_TMPDIR/liblxshim.so"
  : >"$other" # ld.so grumbles about it and goes on
  LD_PRELOAD="$BATS_TEST_TMPDIR/liblxshim.so:$other" run --separate-stderr "$LXSHIM" run -q -- \
    printenv LD_PRELOAD
  # By way of $LIB where there is one: see matrix.bats.
  [[ $output =~ ^"$other:"(/usr/\$LIB[/.]*|/\$LIB[/.]*)?"$(dirname "$LXSHIM")"/(liblxshim/\$LIB/)?liblxshim.so$ ]]
}

@test "a run inside a run has its own policy, in all lanes; what there can be only one of, it says" {
  local outer inner wanted
  [[ $(lanes) == *both* ]] || skip "seccomp's listener cannot be had here"
  while read -r outer inner wanted; do
    echo "$inner in $outer: $wanted"
    nested=("$LXSHIM" run -q --lane "$outer" -- "$LXSHIM" run -q --lane "$inner" --set special.fifo=EOPNOTSUPP --)
    run --separate-stderr "${nested[@]}" bash -c 'mkfifo pipe 2>&1; exit 42'
    if [[ $wanted == refused ]]; then
      assert_failure 125
    else
      assert_failure 42
      assert_output --partial "Operation not supported"
    fi
    if [[ $wanted == alone ]]; then
      assert_equal "$stderr" ""
    else
      [[ $stderr == "lxshim: no supervisor here: there is a seccomp listener already, "* ]]
    fi
    [[ $wanted == refused ]] || run -143 "${nested[@]}" bash -c 'kill $$'
  done <<'END'
preload preload alone
preload both alone
preload supervisor alone
both preload alone
both both listener
both supervisor refused
supervisor preload alone
supervisor both listener
supervisor supervisor refused
END
}

@test "a signal's end, and 128 and its number where a shell tells it, in all lanes" {
  for lane in $(lanes); do
    for signal in HUP INT KILL USR2; do
      run bash -c '"$0" run -q --lane "$1" -- bash -c "kill -$2 \$\$"; echo "$?"' "$LXSHIM" "$lane" "$signal"
      assert_line "$((128 + $(kill -l "$signal")))"
    done
  done
}

@test "a library whose path ld.so cannot take is refused with the cure" {
  mkdir "$BATS_TEST_TMPDIR/with space"
  cp "$LXSHIM" "$LIB" "$BATS_TEST_TMPDIR/with space"
  for command in "run true" "bisect true" "matrix true" "gallery --from $SOURCE_ROOT/examples/gallery"; do
    # shellcheck disable=SC2086 # words
    run "$BATS_TEST_TMPDIR/with space/lxshim" $command
    assert_failure 125
    assert_output "lxshim: $BATS_TEST_TMPDIR/with space/liblxshim.so cannot be preloaded: ld.so takes spaces and colons for separators; move it, or install it with make install"
  done
  LXSHIM_BUILD="$BATS_TEST_TMPDIR/with space" run "$SOURCE_ROOT/examples/demo"
  assert_failure 1
  assert_output --partial "ld.so takes spaces and colons for separators; clone lxshim elsewhere"
  LXSHIM_BUILD="$BATS_TEST_TMPDIR/with space" run "$SOURCE_ROOT/tests/suite"
  assert_failure 1
  assert_output "suite: LXSHIM_BUILD is $BATS_TEST_TMPDIR/with space: the tests take paths of letters, digits and _ . / + , @ ~ - alone"
}

@test "the suite fails where a test leaves something in the tree, and says what" {
  local tree
  tree=$(fresh tree)
  mkdir -p "$tree"/{tests/bats,tools,build}
  cp "$SOURCE_ROOT/tests/suite" "$tree/tests"
  cp "$SOURCE_ROOT/tools/present.bash" "$tree/tools"
  printf '%s\n' '@test "one" {' '  touch "$BATS_TEST_DIRNAME"/../../build/made' '  mkdir $LEAVES' '}' >"$tree/tests/bats/a.bats"
  : >"$tree/tests/bats/lanes.list"
  cd "$tree" || return
  LEAVES="$BATS_TEST_TMPDIR/else" run tests/suite -l preload tests/bats/a.bats
  assert_success
  LEAVES="tests/empty other" run tests/suite -l preload tests/bats/a.bats
  assert_failure 1
  assert_line "# left in the tree by a test (or made there meanwhile): other, tests/empty"
  assert_line "# tests: 1 ok, 0 skipped, 0 failed"
}

@test "a library that is missing or does not load is no reason to run without" {
  mkdir "$BATS_TEST_TMPDIR/alone"
  cp "$LXSHIM" "$BATS_TEST_TMPDIR/alone"
  if [[ ! -e /usr/local/lib/liblxshim.so ]]; then
    run "$BATS_TEST_TMPDIR/alone/lxshim" run -- touch ran
    assert_failure 125
    assert_output --partial "no liblxshim.so in $BATS_TEST_TMPDIR/alone, ../lib from there, nor in "
  fi
  echo "no library" >"$BATS_TEST_TMPDIR/alone/liblxshim.so"
  run "$BATS_TEST_TMPDIR/alone/lxshim" run -- touch ran
  assert_failure 125
  assert_line --regexp "^lxshim: the library was not loaded: .*$BATS_TEST_TMPDIR/alone/liblxshim.so: .+"
  assert_file_not_exist ran
}
