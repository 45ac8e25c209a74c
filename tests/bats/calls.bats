#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What an operation costs in system calls, without a clock: a change that adds one goes red here, on
# a machine of any speed.
#
# Where a directory leads, and that a page of the program's can be read, is remembered for one tick of the kernel's
# coarse clock, so a turn of an operation has two prices: with that at hand, and just after a tick. Here that
# clock stands still, and that of change times from an operation's first turn on; each is the cheapest of some turns.

load helpers
load bounds

# Upper bounds: system calls of one turn, REMEMBERED/FORGOTTEN; native calls to close what was opened
# are among them. Where an operation comes to need less, lower its figure, so that the gain is kept.
# An empty file may be a link that Samba stored, and the library asks; EMPTY: once, where the file
# system tells of what is set later (store/buffers.c).
# What a file with metadata has of its own is asked once as well, of one that is just made each time (store/metadata.c).
# (A time that an ordinary user sets to one that is not now costs two more there: who owns the file is its own to say.)
# shellcheck disable=SC2034 # bounds.bash reads it
BOUNDS='
operation       native  outside  drvfs  case=off  metadata  redirected
stat                 1      1/2    1/2       1/2       1/2         1/2
stat-here            1      1/1    1/1       1/1       1/1         1/1
stat-directory       3      3/4    3/4       3/4       3/4         3/4
stat-absolute        1      1/4    1/5       1/5       1/5         1/5
stat-empty           1      1/2  EMPTY     EMPTY     EMPTY       EMPTY
stat-missing         1      1/2    1/2       2/3       1/2         1/2
lstat                1      1/2    1/2       1/2       1/2         1/2
stat-linked          1      1/7    1/7       1/7       1/7         1/7
access               1      1/2    1/2       1/2       2/3         1/2
open                 2      2/2    4/4       4/4       4/4         4/4
truncate             2      2/2    6/7       7/8       7/8         6/7
openat               2      2/3    4/5       4/5       4/5         4/5
readlink             1      1/2    1/2       1/2       1/2         1/2
create               3      3/3  10/11     12/13     10/11       10/11
create-here          3      3/3  11/11     13/13     11/11       11/11
unpack               8      8/8  19/20     21/22     21/22       19/20
unlink-open          3      3/3  65/66     66/67     65/66       65/66
unlink-missing       1      1/2    2/3       3/4       2/3         2/3
rename               2      2/3    6/7     10/11       6/7         6/7
mkdir                2      2/3    8/9     10/11       8/9         8/9
readdir              5      7/7  11/11     11/11     11/11       11/11
readdir-dup          9      9/9  14/14     14/14     14/14       14/14
readdir-slash        5      7/7  11/12     11/12     11/12       11/12
getcwd               1      3/3    3/3       3/3       3/3         3/3
getcwd-own           1      1/1    1/1       1/1       1/1         1/1
scandir              5      7/7  11/11     11/11     11/11       11/11
glob                 5      7/9  11/13     11/13     11/13       11/13
fts                 17    21/25  30/34     30/34     30/34       30/34
nftw                19    21/23  30/32     30/32     30/32       30/32
'

setup() {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
}

# turns ARGUMENT...: system calls of the cheapest turn of each operation of `steady` with these arguments, in
# $DIR under $STATE, natively where that is empty.
turns() {
  local shim=()
  [[ -z $STATE ]] || shim=(-E LD_PRELOAD="$LIB:$PROGRAMS/still.so" -E LXSHIM_STATE="$STATE")
  rm -rf "$BACKING"
  mkdir "$BACKING"
  # env goes where the mount is, as only the shim may know the way.
  strace -qq -o "$BATS_TEST_TMPDIR/trace" "${shim[@]}" env -C "$DIR" steady "$@"
  awk '
    /^getsid\(/ { if (least != "") print least; least = ""; next }
    /^getppid\(/ { counting = 1; calls = 0; next }
    /^sched_yield\(/ { counting = 0; if (least == "" || calls < least) least = calls; next }
    counting { calls++ }
    END { print least }' "$BATS_TEST_TMPDIR/trace"
}

# keeps_change_times DIRECTORY: whether what was found out of a file is remembered until its change time is another.
keeps_change_times() {
  case $(stat -f -c %T "$1") in ext2/ext3 | xfs | btrfs | tmpfs) ;; *) return 1 ;; esac
}

# within_bounds PLACE [drive.KEY=VALUE...]: every operation of `steady` against its column.
within_bounds() {
  # shellcheck disable=SC2034
  local place=$1 EMPTY=2/3
  shift
  DIR=${DIR-$BATS_TEST_TMPDIR/work} BACKING=${BACKING-$BATS_TEST_TMPDIR/work} STATE=
  if [[ $place != native ]]; then
    mkdir -p "$BACKING"
    policy_for "${MOUNT-$DIR}" "$@" >"$BATS_TEST_TMPDIR/policy.json"
    STATE=$("$LXSHIM" policy state "$BATS_TEST_TMPDIR/policy.json")
    [[ $STATE == 1-* ]]
  fi
  # shellcheck disable=SC2034
  ! keeps_change_times "$BATS_TEST_TMPDIR" || EMPTY=1/2
  hold_bounds "$place" 16
}

@test "there is a bound for every operation" {
  assert_all_bounded
}

@test "natively: the calls that were meant" {
  within_bounds native
}

@test "outside every mount: with a placement at hand, libc's own calls" {
  MOUNT=$BATS_TEST_TMPDIR/mount
  mkdir "$MOUNT"
  within_bounds outside
}

# The files of `steady` have names that such a run shows something by, in other directories.
@test "outside every mount, in a run that shows what WSL does of itself: no call more, whatever a file is called" {
  MOUNT=$BATS_TEST_TMPDIR/mount
  mkdir "$MOUNT"
  within_bounds outside identity.{kernel,cmdline,filesystems,interop,containers,proc,hosts,resolver,devices,sysfs,mounts,cgroups}=on
}

@test "in a drive" {
  within_bounds drvfs
}

@test "in a drive that ignores case" {
  # Where the kernel tells that a directory ends with its last entry, that is not asked (store/foldnames.c).
  mkdir "$BATS_TEST_TMPDIR/ends"
  strace -v -e trace=getdents64 -o "$BATS_TEST_TMPDIR/trace" ls "$BATS_TEST_TMPDIR/ends"
  grep -Eq 'd_off=(2147483647|9223372036854775807),' "$BATS_TEST_TMPDIR/trace" || skip "directories end otherwise here"
  within_bounds case=off drive.options="uid=$(id -u),gid=$(id -g),case=off"
}

@test "in a drive with metadata" {
  keeps_change_times "$BATS_TEST_TMPDIR" || skip "change times are not kept here: each call asks for the file's metadata"
  within_bounds metadata drive.options="uid=$(id -u),gid=$(id -g),metadata"
}

@test "in a drive whose backing is elsewhere" {
  BACKING=$BATS_TEST_TMPDIR/backing
  within_bounds redirected drive.backing="$BACKING"
}

# What each process pays before its program begins. ld.so loads any object by eight calls; the other four are two looks, at
# the start and at the end, whether anything waits to be deleted. A pointer in a table is a relocation, and every 512 of
# them a page that ld.so copies; what a policy says as its profile does is not in the state. They are of two pages: 654, of
# which a file system with operations of its own has up to 25.
@test "the start of a process: system calls, relocations, and what the environment carries" {
  local state native
  policy_for "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/policy.json"
  state=$("$LXSHIM" policy state "$BATS_TEST_TMPDIR/policy.json")
  ((${#state} < 900))
  strace -qq -o "$BATS_TEST_TMPDIR/trace" true
  native=$(wc -l <"$BATS_TEST_TMPDIR/trace")
  strace -qq -o "$BATS_TEST_TMPDIR/trace" -E LD_PRELOAD="$LIB" -E LXSHIM_STATE="$state" true
  ((native > 10 && $(wc -l <"$BATS_TEST_TMPDIR/trace") <= native + 12))
  readelf -rW "$LIB" >"$BATS_TEST_TMPDIR/relocations" 2>/dev/null || skip "no readelf"
  (($(grep -c RELATI "$BATS_TEST_TMPDIR/relocations") < 660))
}

# A thread's stack may be small: whether it has room is asked once, of all the pages that are needed. To look where
# something is outside needs three of them, which libc leaves a thread at its end; what is deeper it gives back to the
# kernel, and then every processor that runs the program is interrupted.
@test "the first call of a thread: its stack is one question, not one for each page; a look asks of three pages" {
  needs python3 python3
  [[ $(printf '%s\n5.14\n' "$(uname -r)" | sort -V | head -n 1) == 5.14 ]] || skip "the kernel cannot be asked (Linux 5.14)"
  local state call
  mkdir "$BATS_TEST_TMPDIR/none"
  policy_for "$BATS_TEST_TMPDIR/none" >"$BATS_TEST_TMPDIR/policy.json"
  state=$("$LXSHIM" policy state "$BATS_TEST_TMPDIR/policy.json")
  for call in stat lstat access open; do
    strace -f -qq -e trace=madvise,rt_sigprocmask -o "$BATS_TEST_TMPDIR/trace" -E LD_PRELOAD="$LIB" -E LXSHIM_STATE="$state" \
      python3 -c '
import os, sys, threading
call = getattr(os, sys.argv[1])
for i in range(4):
    t = threading.Thread(target=call, args=("/usr/bin/env",) + (0,) * (sys.argv[1] in ("access", "open")))
    t.start()
    t.join()' "$call"
    run awk '
      /madvise\(0x[0-9a-f]+, [0-9]+, (MADV_POPULATE_READ|0x16)/ { bytes[$1] = bytes[$1] " " $3 }
      /rt_sigprocmask\((0xffffffff|-1)/ { tried[$1]++ }
      END { for (t in bytes) {
              threads += bytes[t] ~ /(12288|49152)/
              deep += bytes[t] ~ /49152/
              if (tried[t] > most) most = tried[t] }
            print threads, deep ? "deep" : "near", most < 10 ? "few" : most }' "$BATS_TEST_TMPDIR/trace"
    assert_output --regexp "^[1-4] $([[ $call == open ]] && echo deep || echo near) few\$"
  done
}

# What a file of /proc says is written in memory of the library's own, whose pages are there from the first one on.
@test "a made-up file: nothing is mapped to write it in" {
  policy_for "$BATS_TEST_TMPDIR" identity.kernel=on identity.proc=on >"$BATS_TEST_TMPDIR/policy.json"
  strace -qq -e trace=openat,mmap,munmap,memfd_create -o "$BATS_TEST_TMPDIR/trace" -E LD_PRELOAD="$LIB" \
    -E LXSHIM_STATE="$("$LXSHIM" policy state "$BATS_TEST_TMPDIR/policy.json")" cat /proc/version /proc/loadavg /proc/version >/dev/null
  run awk '/memfd_create\(/ { files++ } /^mmap\(NULL, 131072,/ { mapped++ }
    END { print files + 0, mapped + 0 }' "$BATS_TEST_TMPDIR/trace"
  assert_output "3 0"
}

# asked COMMAND...: how many questions for attributes it asks, in a run on a drive with metadata.
asked() {
  "$LXSHIM" run -q --lane preload --policy "$BATS_TEST_TMPDIR/policy.json" -- bash -c '
    cd "$1"; "${@:3}" >/dev/null; "${@:3}" >/dev/null
    strace -qq -e trace=listxattr,llistxattr,flistxattr -o "$2" "${@:3}" >/dev/null' - "$DIR" "$BATS_TEST_TMPDIR/trace" "$@"
  wc -l <"$BATS_TEST_TMPDIR/trace"
}

@test "metadata: what two processes of a run have asked of a file no other asks" {
  local DIR=$BATS_TEST_TMPDIR/drive
  mkdir "$DIR"
  echo x >"$DIR/f"
  keeps_change_times "$DIR" || skip "change times are not kept here"
  policy_for "$DIR" drive.options="uid=$(id -u),gid=$(id -g),metadata" >"$BATS_TEST_TMPDIR/policy.json"
  # At first the file is too young for its change time to tell.
  local try=0 questions=1
  while ((questions > 0 && try++ < 40)); do
    questions=$(asked stat f)
  done
  assert_equal "$questions" 0
}

# By /proc the way to the directory costs more than the question.
@test "metadata: a name in a directory is asked about by that directory's descriptor" {
  "$PROGRAMS/newer" has getxattrat || skip "the kernel has no listxattrat"
  local DIR=$BATS_TEST_TMPDIR/drive
  mkdir -p "$DIR/d"
  echo x | tee "$DIR/d/f" >"$DIR/d/g"
  policy_for "$DIR" drive.options="uid=$(id -u),gid=$(id -g),metadata" >"$BATS_TEST_TMPDIR/policy.json"
  cd "$DIR"
  "$LXSHIM" run -q --lane preload --policy "$BATS_TEST_TMPDIR/policy.json" -- \
    strace -qq -o "$BATS_TEST_TMPDIR/trace" find d -size -9 >"$BATS_TEST_TMPDIR/found"
  assert_equal "$(sort "$BATS_TEST_TMPDIR/found")" $'d\nd/f\nd/g'
  run grep -Ec '^(listxattrat|syscall_0x1d1)\(' "$BATS_TEST_TMPDIR/trace"
  assert_output 2
  run grep 'llistxattr("/proc' "$BATS_TEST_TMPDIR/trace"
  assert_output ""
}

@test "a trace: refusals are written many at once" {
  needs perl perl
  local turn
  cd "$(fresh drive)"
  # Where who writes them has to wait for a processor meanwhile, a line is written by itself: not each time.
  for turn in 1 2 3 4 5 6 7 8; do
    rm -f "$BATS_TEST_TMPDIR/t"
    "$LXSHIM" run -q --lane preload --trace "$BATS_TEST_TMPDIR/t" -- strace -qq -e trace=open,openat -o "$BATS_TEST_TMPDIR/trace" \
      perl -MPOSIX -e 'mkfifo("p", 0600) for 1 .. 640'
    run grep -c '"outcome":"denied"' "$BATS_TEST_TMPDIR/t"
    assert_output 640
    run grep -cF "\"$BATS_TEST_TMPDIR/t\"" "$BATS_TEST_TMPDIR/trace"
    ((output >= 64)) || return 0
  done
  fail "$output writes, the last of $turn times"
}

@test "a name with a tilde and a number that is no 8.3 name costs no more than another" {
  needs perl perl
  local name count=()
  for name in 1.0-22- 1.0~2-; do
    cd "$(fresh drive)"
    "$LXSHIM" run -q --lane preload -- strace -qq -o "$BATS_TEST_TMPDIR/trace" perl -e "mkdir('$name' . \$_) for 1 .. 400"
    run grep -c . "$BATS_TEST_TMPDIR/trace"
    count+=("$output")
  done
  # A walk takes more than one call each time; what a tick of the clock forgets takes some here and there.
  ((count[1] < count[0] + 300)) || fail "${count[*]}"
}
