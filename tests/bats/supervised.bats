#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What an operation costs in system calls of the supervisor, without a clock: as in calls.bats.

load helpers
load bounds

# Upper bounds: a worker's system calls for one turn of `steady`, REMEMBERED/FORGOTTEN, receiving and
# answering each call included; to close what was opened takes none. Where an operation comes to need
# less, lower its figure, to what a busy machine reaches in every run and not to the luckiest turn's.
# Without root it is one less for each call in a drive: root asks who calls.
# shellcheck disable=SC2034 # bounds.bash reads it
BOUNDS='
operation       outside  drvfs
stat                5/6  10/11
stat-here           5/6  10/10
stat-directory    17/18  33/33
stat-absolute       4/5    7/9
stat-empty          5/6  11/12
stat-missing        5/6   9/10
lstat               5/6  10/11
stat-linked        5/10  11/16
access              5/6   9/10
open                5/6   9/10
truncate            6/7  19/20
openat              5/6    9/9
readlink            4/6  10/11
create            12/12  31/31
create-here       12/12  31/31
unpack            19/21  64/65
unlink-open       10/12  105/107
unlink-missing      4/6  11/12
rename            16/16  24/24
mkdir             10/11  27/27
readdir           16/16  49/49
readdir-dup       16/16  49/49
readdir-slash     16/17  49/50
getcwd              3/3    9/9
getcwd-own          3/3    9/9
scandir           16/16  49/49
glob              16/16  49/49
fts               75/76  171/171
nftw              75/76  171/171
'

setup() {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# In a chroot a worker asks of each call where its caller's root is, which is no part of what the call takes.
in_chroot() {
  ((EUID == 0)) && [[ $(nsenter -m/proc/$$/ns/mnt stat -c %d:%i / 2>/dev/null) != "$(stat -c %d:%i /)" ]]
}

# turns ARGUMENT...: a worker's system calls for the cheapest turn of each operation of `steady` with these
# arguments.
# A worker's calls belong to the turn in which it received what they are about, up to its answer: what
# it does then to look whether somebody else waits depends on what the others do.
turns() {
  rm -rf "$DIR"
  mkdir "$DIR"
  local chroot=
  ! in_chroot || chroot=yes
  strace -f -qq -s 16 -o "$BATS_TEST_TMPDIR/trace" -E LD_PRELOAD="$PROGRAMS/still.so" "$LXSHIM" run -q --require-complete --lane supervisor -- \
    env -C "$DIR" steady "$@"
  awk -v chroot="$chroot" '
    NR == FNR { if ($2 ~ /^sched_yield\(/) caller = $1; next }
    $1 == caller && $2 ~ /^getsid\(/ { operation++; next }
    $1 == caller && $2 ~ /^getppid\(/ { of[++turn] = operation; counting = 1; next }
    $1 == caller && $2 ~ /^sched_yield\(/ { counting = 0; next }
    chroot && /readlink\("\/proc\/[0-9]+\/root"/ { next }
    /NOTIF_RECV/ { turn_of[$1] = 0 }
    /data=\{nr=/ && counting { turn_of[$1] = turn; calls[turn]++; next }
    $2 != "<..." && turn_of[$1] { calls[turn_of[$1]]++ }
    /NOTIF_SEND/ { turn_of[$1] = 0 }
    END {
      for (i in calls) if (!(of[i] in least) || calls[i] < least[of[i]]) least[of[i]] = calls[i]
      for (i = 1; i <= operation; i++) print least[i]
    }' "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/trace"
}

# woken ARGUMENT...: the calls that reach the supervisor beside the library while `steady` makes many
# turns in $DIR.
woken() {
  rm -rf "$DIR"
  mkdir "$DIR"
  "$LXSHIM" run --policy "$BATS_TEST_TMPDIR/policy.json" --require-complete --lane both -- env -C "$DIR" steady "$@" 2>&1 >/dev/null |
    awk '/^lxshim: calls:/ { gsub(/,/, ""); for (i = 2; i < NF; i++) if ($i == "supervisor") print $(i + 1) + $(i + 3) }'
}

# within_bounds PLACE: every operation of `steady` against its column.
within_bounds() {
  DIR=$BATS_TEST_TMPDIR/work
  policy_for "${MOUNT-$DIR}" >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
  mkdir -p "$DIR" "${MOUNT-$DIR}"
  hold_bounds "$1" 6
}

@test "there is a bound for every operation" {
  assert_all_bounded
}

@test "outside every mount a call is looked at in a few calls, and goes on" {
  MOUNT=$BATS_TEST_TMPDIR/mount within_bounds outside
}

@test "in a drive" {
  within_bounds drvfs
}

@test "beside the library no operation wakes the supervisor, nor do libc's own directory streams" {
  local least operation found
  DIR=$BATS_TEST_TMPDIR/work
  policy_for "$DIR" >"$BATS_TEST_TMPDIR/policy.json"
  mkdir "$DIR"
  # What it takes to start, and a little for what happens once.
  least=$(woken list)
  ((least > 0))
  while read -r operation; do
    found=$(woken "$operation")
    ((found <= least + 8)) || fail "$operation: $found calls in 48 turns, $least without any"
  done < <(steady list)
}

@test "what leads outside by a symlink is remembered, but not what is a drive beside it" {
  local steps
  mkdir -p "$BATS_TEST_TMPDIR/real/drive" "$BATS_TEST_TMPDIR/real/other"
  chmod 750 "$BATS_TEST_TMPDIR/real"/*
  ln -s real "$BATS_TEST_TMPDIR/way"
  policy_for "$BATS_TEST_TMPDIR/real/drive" >"$BATS_TEST_TMPDIR/policy.json"
  cd "$BATS_TEST_TMPDIR"
  steps=(stat -c '%n %a' "$PWD/way/other" "$PWD/way/drive" "$PWD/way/other" "$PWD/way/../way/drive")
  run "${steps[@]}"
  assert_output "$PWD/way/other 750
$PWD/way/drive 750
$PWD/way/other 750
$PWD/way/../way/drive 750"
  run "$LXSHIM" run -q --policy policy.json --require-complete --lane supervisor -- "${steps[@]}"
  assert_output "$PWD/way/other 750
$PWD/way/drive 777
$PWD/way/other 750
$PWD/way/../way/drive 777"
}

@test "to start a command takes a master, a worker, and no program but lxshim and the command" {
  strace -f -qq -e trace=execve,execveat,clone,clone3,fork,vfork -o "$BATS_TEST_TMPDIR/trace" \
    "$LXSHIM" run -q --require-complete --lane both -- true
  run grep -cE 'exec(ve|veat)(\(| resumed).* = 0$' "$BATS_TEST_TMPDIR/trace"
  assert_output 2
  # By what they begin with, since another's line may come between; a broker's thread is none. The master starts
  # more workers where calls have to wait for the first, as on a busy machine.
  run awk '
    NR == 1 { lxshim = $1 }
    /(clone3?\(.*SIGCHLD|v?fork\()/ { if ($1 == lxshim) own++; else others[$1] }
    END { for (o in others) n++; print own, n }' "$BATS_TEST_TMPDIR/trace"
  assert_output "2 1"
}

@test "of a program with many threads the memory is looked at once, not once for each of them" {
  cd "$(fresh drive)"
  run strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=openat "$LXSHIM" run -q --lane supervisor -- crowd 64 1
  assert_success
  assert_output ok
  run grep -c '"/proc/[0-9]*/maps"' "$BATS_TEST_TMPDIR/trace"
  # Each worker does, of which there are a few.
  ((output > 0 && output < 32))
}
