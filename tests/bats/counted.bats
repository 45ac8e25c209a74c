#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A process of a run is counted, whoever it has become: what is refused to it is in the summary, in reports and
# traces, and fails what --fail-on fails. Where its calls cannot be counted lxshim says so, and does not end with 0.

load helpers

OTHER=(setpriv --reuid 65534 --regid 65534 --clear-groups)
REFUSED='Operation not permitted'

setup() {
  needs setpriv util-linux
  needs jq jq
  needs python3 python3
  # Where everybody may go, which is not so of the tests' own directory.
  DIR=$(mktemp -d "${TMPDIR:-/tmp}/lxshim-counted.XXXXXX")
  mkdir "$DIR/c" "$DIR/files" "$DIR/native" "$DIR/out"
  chmod 755 "$DIR"
  chmod 777 "$DIR"/*
  policy_for "$DIR/c" "drive.backing=$DIR/files" "drive.options=umask=000" >"$DIR/policy.json"
  BEFORE=() MORE=()
  reachable
  SHIM=("$LXSHIM" run --lane "$LXSHIM_TEST_LANE" --policy "$DIR/policy.json")
}

# reachable: where others may not go to the build, such as one below /root, they have a copy.
reachable() {
  ((EUID == 0)) || return 0
  ! "${OTHER[@]}" test -r "$LIB" -a -x "$LXSHIM" -a -x "$PROGRAMS/becomes" || return 0
  mkdir "$DIR/build"
  cp -R "$BUILD"/{lxshim,liblxshim.so,liblxshim} "$PROGRAMS"/becomes* "$DIR/build"
  chmod -R a+rX "$DIR/build"
  LIB=$DIR/build/liblxshim.so LXSHIM=$DIR/build/lxshim PATH=$DIR/build:$PATH
}

teardown() {
  [[ -z ${DIR-} ]] || rm -rf --one-file-system "$DIR"
}

# For what only root can do.
as_root() {
  ((EUID == 0)) || skip "only root becomes another user"
}

# How a program makes a FIFO where the drive is, and natively beside it: "$PLACE/x". It says what it has answered.
MAKE='mkfifo "$0/x" 2>&1 | grep -o "Operation not permitted"; exit 0'

# natively COMMAND...: the twin: the FIFO is made.
natively() {
  rm -f "$DIR/native/x"
  run "$@" sh -c "$MAKE" "$DIR/native"
  assert_success
  assert_output ""
  [[ -p $DIR/native/x ]]
}

# reported TIMES: what the last run's report has.
reported() {
  run jq -r '.kinds[] | "\(.rule) \(.times)"' "$DIR/out/report"
  assert_output "special.fifo $1"
  rm "$DIR/out/report"
}

# counted COMMAND...: under $BEFORE and with $MORE: by lxshim run, which fails a command that succeeded, and has the call
# in its report.
counted() {
  natively "$@"
  run "${BEFORE[@]}" "${SHIM[@]}" -q "${MORE[@]}" --fail-on denied --report "json:$DIR/out/report" -- "$@" sh -c "$MAKE" "$DIR/c"
  assert_output "$REFUSED
lxshim: the command succeeded; --fail-on=denied fails it"
  ((status == 1))
  reported 1
}

# all_counted: each of the ways in WAYS, words apart.
all_counted() {
  local way words
  for way in "${WAYS[@]}"; do
    echo "# $way"
    read -ra words <<<"$way"
    counted "${words[@]}"
  done
}

# becoming TIMES PROGRAM: the C program, natively and in the lane: as many refusals in the report, and lines in a trace
# that has a name, which the user may not write.
becoming() {
  rm -f "$DIR/native/x" "$DIR/files/x" "$DIR/trace"
  run "$2" 1 "$DIR/native/x"
  assert_output ok
  run "${SHIM[@]}" -q --fail-on denied --report "json:$DIR/out/report" -- "$2" "$1" "$DIR/c/x"
  assert_line --index 0 "$REFUSED"
  ((status == 1))
  reported "$1"
  run "${SHIM[@]}" -q --trace "$DIR/trace" -- "$2" "$1" "$DIR/c/x"
  assert_output "$REFUSED"
  run jq -r .rule "$DIR/trace"
  ((${#lines[@]} == $1))
}

@test "a command that has become another user, or has given up something" {
  as_root
  WAYS=("${OTHER[*]}" 'setpriv --reuid 65534' 'setpriv --regid 65534 --clear-groups' 'setpriv --groups 1234'
    'setpriv --bounding-set=-all --inh-caps=-all' "chroot --userspec=65534:65534 /")
  all_counted
}

@test "a command that has a network of its own" {
  as_root
  local said
  said=$(unshare -n true 2>&1) || skip "no network namespace can be made here: ${said#unshare: }"
  WAYS=('unshare -n')
  all_counted
}

@test "a command that has users of its own" {
  as_root
  local said
  said=$(unshare -U true 2>&1) || skip "no user namespace can be made here, as in a chroot: ${said#unshare: }"
  WAYS=('unshare -U' 'unshare -Ur' "unshare -U ${OTHER[0]} --no-new-privs")
  all_counted
}

@test "--bind=always, as an ordinary user, who has users of his own there" {
  as_root
  run "${OTHER[@]}" unshare -Urm true
  ((status == 0)) || skip "an ordinary user makes no namespaces here"
  run "${OTHER[@]}" test -r "$DIR/policy.json" -a -x "$LXSHIM"
  ((status == 0)) || skip "the build, or the tests' directory, is not everybody's to read"
  BEFORE=("${OTHER[@]}") MORE=(--bind=always)
  counted env
  # What is mounted during the run is seen as well: the table comes the same way.
  if [[ $LXSHIM_TEST_LANE != supervisor ]]; then
    run "${OTHER[@]}" "${SHIM[@]}" -q --bind=always -- python3 -c 'import os; print(os.environ["LXSHIM_STATE"][2])'
    assert_output "~"
  fi
}

@test "another process id's /proc, or none" {
  as_root
  needs_mounts
  # There the supervisor cannot go.
  [[ $LXSHIM_TEST_LANE != supervisor ]] || skip "the next test has it"
  WAYS=('unshare -pf --mount-proc' 'unshare -pfm --propagation=private')
  all_counted
  mkdir "$DIR/top"
  # shellcheck disable=SC2016
  steps='mount --rbind / "$0"; umount -l "$0/proc"; exec chroot "$0" "$@"'
  counted unshare -m --propagation=private bash -c "$steps" "$DIR/top"
}

@test "what cannot be seen where it is: no report says that all is well" {
  as_root
  needs_mounts
  needs busybox busybox-static
  [[ $LXSHIM_TEST_LANE != preload ]] || skip "the library does not see static programs anywhere"
  rm -f "$DIR/files/x"
  run "${SHIM[@]}" -q --fail-on denied --report "json:$DIR/out/report" -- \
    unshare -pf --mount-proc busybox sh -c "busybox mkfifo $DIR/c/x"
  assert_output --regexp '^lxshim: the report lacks what [1-9][0-9]* calls from other mount namespaces did: '
  ((status == 125))
}

@test "who has another user and another network is said not to be counted" {
  as_root
  [[ $LXSHIM_TEST_LANE != supervisor ]] || skip "the supervisor counts it"
  run unshare -n true
  ((status == 0)) || skip "no network namespace can be made here"
  said='lxshim: 1 program, and what it started, was not counted: where it ran, it could not reach lxshim; see "lxshim help coverage"'
  run "${SHIM[@]}" -q --fail-on denied --report "json:$DIR/out/report" -- unshare -n "${OTHER[@]}" sh -c "$MAKE" "$DIR/c"
  assert_output "$REFUSED
$said"
  ((status == 125))
  run "${SHIM[@]}" -- unshare -n "${OTHER[@]}" sh -c "$MAKE" "$DIR/c"
  assert_success
  assert_line "$said"
  # Nobody asked.
  run "${SHIM[@]}" -q -- unshare -n "${OTHER[@]}" sh -c "$MAKE" "$DIR/c"
  assert_success
  assert_output "$REFUSED"
  # Nor where lxshim has no socket to give anything by.
  run refuse EPERM@socket "${SHIM[@]}" -q --fail-on denied -- "${OTHER[@]}" sh -c "$MAKE" "$DIR/c"
  assert_output "$REFUSED
$said"
  ((status == 125))
  # A program that does not begin is none.
  run "${SHIM[@]}" -q --fail-on denied -- unshare -n "${OTHER[@]}" \
    python3 -c 'import os; os.environ["PATH"] = "/bin"
for name in "/nowhere/at/all", "nowhere-at-all":
    try: os.execvp(name, ["x"])
    except OSError as e: print(e.strerror)'
  assert_output --regexp '^No such file or directory
No such file or directory
lxshim: 1 program, '
}

@test "without an exec: each line arrives, many as well" {
  as_root
  becoming 1 becomes
  becoming 1000 becomes
  [[ $LXSHIM_TEST_LANE == preload ]] || becoming 100 becomes-static
}

@test "programs of 32 bits" {
  as_root
  why=$(runs_32_bits) || skip "$why"
  [[ $LXSHIM_TEST_LANE == supervisor || -e $BUILD/liblxshim/i386/liblxshim.so ]] || skip "no library for 32-bit programs"
  becoming 100 becomes-i386
  [[ $LXSHIM_TEST_LANE == preload ]] || becoming 100 becomes-i386-static
  # After an exec the counters are asked for by a 32-bit program's library.
  run "${SHIM[@]}" -q --fail-on denied --report "json:$DIR/out/report" -- "${OTHER[@]}" becomes-i386 3 "$DIR/c/x"
  ((status == 1))
  reported 3
}

@test "a trace that only root may open, and is no file: what is missing is told" {
  as_root
  mkfifo "$DIR/pipe"
  exec 5<>"$DIR/pipe" # somebody has it open for reading
  run "${SHIM[@]}" -q --trace "$DIR/pipe" -- "${OTHER[@]}" sh -c "$MAKE" "$DIR/c"
  assert_line --regexp '^lxshim: the trace lacks [1-9][0-9]* lines? that could not be written to .*: Permission denied$'
  exec 5<&-
}

@test "bisect has one mind about a command that becomes another user" {
  as_root
  [[ $LXSHIM_TEST_LANE == both ]] || skip "it starts runs of its own"
  mkdir "$DIR/tree"
  chmod 777 "$DIR/tree"
  run env -C "$DIR/tree" "$LXSHIM" bisect -- "${OTHER[@]}" sh -c 'mkfifo x'
  assert_output --partial special.fifo
  refute_output --partial "changes its mind"
}

# Whoever reads what a run has counted says what it does not know: here each run has a program that cannot be counted.
@test "bisect and matrix: a verdict that rests on runs of which not all is known says so" {
  as_root
  needs_mounts
  [[ $LXSHIM_TEST_LANE == both ]] || skip "they start runs of their own"
  mkdir "$DIR/tree" "$DIR/state"
  chmod 777 "$DIR/tree"
  hidden=(unshare -n "${OTHER[@]}")
  said='[0-9]+ programs? w[a-z]+ not counted'
  # Natively it succeeds; on a drive it fails by what it is refused before.
  cd "$DIR/tree"
  export XDG_STATE_HOME=$DIR/state
  run "$LXSHIM" bisect --lane preload -- "${hidden[@]}" sh -c 'exit 3'
  assert_line --partial "the failure is not lxshim's"
  refute_output --partial "not sure"
  ((status == 1))
  run "$LXSHIM" bisect --lane preload -- "${hidden[@]}" true
  assert_line --regexp "^nothing to find: the command passes natively and under the profile "
  assert_line --regexp "^this is not sure: 2 of 3 tests could not be seen whole: $said; see \"lxshim help coverage\"$"
  ((status == 125))
  run --separate-stderr "$LXSHIM" bisect --lane preload --json -- sh -c 'mkfifo y && "$@"' sh "${hidden[@]}" true
  assert_equal "$(jq -r .verdict <<<"$output")" found
  run "$LXSHIM" bisect --lane preload -- sh -c '"$@"; mkfifo y' sh "${hidden[@]}" true
  assert_line special.fifo
  assert_line --regexp "^this is not sure: .* could not be seen whole: $said; "
  ((status == 125))
  run --separate-stderr "$LXSHIM" bisect --lane preload --json -- sh -c '"$@"; mkfifo y' sh "${hidden[@]}" true
  ((status == 125))
  run jq -r '.verdict, .causes[0].rules[0].id, (.gaps | .tests > 0 and .programs >= .tests, .calls, .lines, .failed)' <<<"$output"
  assert_output "found
special.fifo
true
0
0
0"
  # Of a program that is counted nothing is said.
  run --separate-stderr "$LXSHIM" bisect --lane preload --json -- "${OTHER[@]}" sh -c 'mkfifo y'
  ((status == 0))
  assert_equal "$(jq .gaps <<<"$output")" null
}

@test "matrix: a cell of which not all is known does not pass, and says what is not" {
  as_root
  needs_mounts
  [[ $LXSHIM_TEST_LANE == both ]] || skip "it starts runs of its own"
  mkdir "$DIR/tree"
  chmod 777 "$DIR/tree"
  cd "$DIR/tree"
  hidden=(unshare -n "${OTHER[@]}")
  run "$LXSHIM" matrix --lane preload --eras native,wsl1-1903 --report text --report "json:$DIR/out/json" --report "junit:$DIR/out/junit" -- \
    "${hidden[@]}" true
  assert_line --regexp "^native +passes$"
  assert_line --regexp "^wsl1-1903 +cannot be tested \(exit 0\), and not all is known: 1 program was not counted$"
  assert_line "lxshim matrix: 1 pass, 0 fail, 1 cannot be tested"
  ((status == 1))
  run jq -c '.results[] | [.cell, .answer, .status, .gaps]' "$DIR/out/json"
  assert_output '["native","pass",0,null]
["wsl1-1903","skip",0,{"programs":1,"calls":0,"lines":0,"failed":0}]'
  grep -q '<skipped message="cannot be tested (exit 0), and not all is known: 1 program was not counted">' "$DIR/out/junit"
  # It comes through a merge.
  run "$LXSHIM" matrix merge "$DIR/out/json"
  assert_line --regexp "^wsl1-1903 +cannot be tested \(exit 0\), and not all is known"
  ((status == 1))
  run "$LXSHIM" matrix --lane preload --eras native,wsl1-1903 --blame -- sh -c '"$@"; mkfifo y' sh "${hidden[@]}" true
  assert_line --regexp "^wsl1-1903 +fails \(exit 1\), and not all is known: [0-9]+ programs were not counted +by special.fifo alone$"
  ((status == 1))
  run "$LXSHIM" matrix --lane preload --eras native,wsl1-1903 -- "${OTHER[@]}" true
  assert_line "lxshim matrix: 2 pass, 0 fail"
  ((status == 0))
}

# What others may do to the socket by which a run gives its counters: names of such are everybody's to read.
HOSTILE='
import os, re, signal, socket, sys
os.setgid(65534); os.setuid(65534)
mine = os.environ["LXSHIM_STATE"][3:51]
names = set(re.findall("@(lxshim-[0-9a-f]{16})", open("/proc/net/unix").read()))
assert "lxshim-" + mine[:16] in names and len(mine) == 48, names
def come(words, keep):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect("\0lxshim-" + mine[:16])
    if words: client.send(words)
    if keep: kept.append(client)
    return client
kept = []
for i in range(300): come(b"", True)
for i in range(300): come(b"0" * 31, True)
for i in range(300): come(b"x" * 4096, False)
for i in range(2000): come(b"", False).close()
for i in range(100): come(mine[16:].encode(), True) # who knows it, and never reads
wrong = ("f" if mine[16] != "f" else "0") + mine[17:]
client = come(wrong.encode(), False)
message, fds, *_ = socket.recv_fds(client, 16, 8)
print("wrong secret:", len(message), len(fds))
client = come(mine[16:].encode(), False)
message, fds, *_ = socket.recv_fds(client, 16, 8)
print("right secret:", len(message), len(fds))
for fd in fds:
    try: os.ftruncate(fd, 0)
    except OSError as e: print("cut short:", e.strerror)
try: os.open("/proc/self/fd/%d" % fds[1], os.O_RDWR)
except OSError as e: print("written:", e.strerror)
sys.stdout.flush()
os.write(3, b".")
signal.pause()
'

@test "thousands at the socket, who say nothing, or something wrong, or never read" {
  as_root
  [[ $LXSHIM_TEST_LANE != supervisor ]] || skip "nobody gives anything there"
  # shellcheck disable=SC2016
  steps='python3 -c "$1" 3>"$0/ready" & read -rN1 <"$0/ready"; for i in 1 2 3; do
    setpriv --reuid 65534 --regid 65534 --clear-groups mkfifo "$0/c/x"; done; kill -9 $!; wait 2>/dev/null; true'
  mkfifo "$DIR/ready"
  run --separate-stderr "${SHIM[@]}" -q --fail-on denied --report "json:$DIR/out/report" -- bash -c "$steps" "$DIR" "$HOSTILE"
  assert_output "wrong secret: 0 0
right secret: 1 2
cut short: Operation not permitted
cut short: Invalid argument
written: Permission denied"
  ((status == 1))
  reported 3
}

@test "lxshim is killed meanwhile: who cannot reach it goes on" {
  as_root
  [[ $LXSHIM_TEST_LANE == preload ]] || skip "there the command is stopped: deaths.bats"
  mkfifo "$DIR/go" "$DIR/gone"
  # shellcheck disable=SC2016
  "${SHIM[@]}" -q --fail-on denied -- "${OTHER[@]}" bash -c 'echo $PPID; read -r <"$0/go"
    for i in {1..200}; do mkfifo "$0/c/x"; done 2>&1 | sort | uniq -c | sed "s/^ *//"; echo end' "$DIR" >"$DIR/gone" 3>&- &
  exec 4<"$DIR/gone"
  read -r -u 4 pid
  kill -9 "$pid"
  wait $! || true
  echo >"$DIR/go"
  run cat <&4
  assert_line --regexp "^200 mkfifo: .*: $REFUSED"
  assert_line end
}
