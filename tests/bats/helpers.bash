# SPDX-License-Identifier: MIT
# What every bats file loads. `load helpers` first.
#
# A rule's test runs the same steps twice, each time in a fresh directory:
#
#   steps='exec 3>f; rm f; cat f'
#   native "$steps"    # plain Linux's answer
#   assert_success
#   shimmed "$steps"   # DrvFs's answer
#   assert_failure
#
# Steps are bash, run with -u. Rules come before them as RULE=VALUE, what is said of the mount as
# drive.KEY=VALUE.

bats_require_minimum_version 1.5.0

# Before each command bats looks at the whole stack, to tell the line that failed. That takes a tenth of a
# millisecond, hundreds of times what the command takes: of a test itself it may, of the functions that it calls not,
# in which a loop or an assertion would be nothing else. What fails in one is told by the test's line that called it;
# bats --trace shows each. A function that is defined again keeps the attribute that it had.
if [[ ${BATS_TEST_NAME-} =~ ^[[:alnum:]_-]+$ && ${BATS_TRACE_LEVEL:-0} == 0 ]]; then
  eval "$BATS_TEST_NAME() { :; }"
  # Its own, which take that trap away; in the others of bats' own it would be called for each command, for nothing.
  declare -ft "$BATS_TEST_NAME" bats_error_trap bats_check_status_from_trap || true
  set +T
fi

# load_quickly LIBRARY: not by its own loader, where that is possible: that starts a process for each of its files, and
# all this is read anew for every test.
load_quickly() {
  local source
  if compgen -G "$BATS_LIB_PATH/$1/src/*.bash" >/dev/null; then
    for source in "$BATS_LIB_PATH/$1"/src/*.bash; do
      # shellcheck source=/dev/null
      source "$source"
    done
  else
    bats_load_library "$1"
  fi
}
load_quickly bats-support
load_quickly bats-assert
# The largest by far is read by those tests that call something of it.
for assertion in {,not_,{file,dir}_{,not_}}exist{,s} file_{empty,contains}; do
  eval "assert_$assertion() { load_quickly bats-file && assert_$assertion \"\$@\"; }"
done
unset assertion

export LC_ALL=C.UTF-8
unset CDPATH LANGUAGE LXSHIM_POLICY LXSHIM_STATE LXSHIM_TRACE LD_PRELOAD
umask 022 # a policy that others may write is another matter: guest.bats

SOURCE_ROOT=${BATS_TEST_DIRNAME%/*/*}
# shellcheck source=tools/present.bash
source "$SOURCE_ROOT/tools/present.bash"
BUILD=${LXSHIM_BUILD:-$SOURCE_ROOT/build}
LIB=$BUILD/liblxshim.so
LXSHIM=$BUILD/lxshim
# Small C programs of the tests (tests/programs/*.c), on every PATH.
PROGRAMS=$BUILD/tests/programs
[[ -x $PROGRAMS/hold ]] || {
  echo "the tests' own programs are not built: make bats BATS=tests/bats/FILE.bats builds them" >&2
  exit 1
}
export BUILD LIB LXSHIM PROGRAMS PATH="$PROGRAMS:$PATH:/usr/sbin:/sbin"

# With it no child writes again what its parent had printed, and a test passes that fails for everybody else.
unset PYTHONUNBUFFERED

# Python in which answer(LABEL, CALL) prints what a call answers, or its error in words, at once.
# shellcheck disable=SC2034 # tests read it
ANSWER='
import os, sys
def answer(label, call):
    try:
        print(label, call(), flush=True)
    except OSError as e:
        print(label, os.strerror(e.errno), flush=True)
'

# A directory nobody has used yet in this test.
fresh() {
  mktemp -d "$BATS_TEST_TMPDIR/${1:-dir}.XXXXXX"
}

# make_fresh VARIABLE NAME: the same by a process less, since this is done for each of thousands of steps.
make_fresh() {
  local -n made=$1
  made=$BATS_TEST_TMPDIR/$2.$BASHPID.$((++MADE))
  mkdir -m 700 "$made"
}
MADE=0

# in_directory DIRECTORY [VARIABLE=VALUE]... PROGRAM [ARGUMENT]...: as env -C; ends the shell, as `run` makes one.
in_directory() {
  cd -P "$1" || return
  shift
  while [[ $1 == [A-Z]*=* ]]; do
    export "${1?}"
    shift
  done
  exec "$@"
}

# Runs steps on plain Linux, in $IN where that is set, else in a fresh directory left in $NATIVE.
native() {
  NATIVE=${IN-}
  [[ -n $NATIVE ]] || make_fresh NATIVE native
  run in_directory "$NATIVE" bash -uc "$1"
}

# $SHIM, after env's own arguments, starts a program under the shim: by LD_PRELOAD alone, or in the
# lane of lxshim run that LXSHIM_TEST_LANE names. The answers are the same in each of them; what is
# not for all of them is in lanes.list.
#
#   run env -C "$DRIVE" "${SHIM[@]}" ls
use_lane() {
  case ${LXSHIM_TEST_LANE:=preload} in
    preload) SHIM=(LD_PRELOAD="$LIB") ;;
    *) SHIM=("$LXSHIM" run -q --require-complete --lane "$LXSHIM_TEST_LANE" --) ;;
  esac
}
use_lane

# Prints the target for a mount whose backing is elsewhere. The library wants none; lxshim run has the
# kernel mount the backing there, where that is allowed.
elsewhere() {
  local target
  target=$(fresh mnt)/c
  [[ $LXSHIM_TEST_LANE == preload ]] || mkdir "$target"
  echo "$target"
}

# Runs steps under the shim, in $IN where that is set, else in a fresh directory left in $DRIVE.
# Arguments before the last are the policy's: see policy_for.
shimmed() {
  DRIVE=${IN-}
  [[ -n $DRIVE ]] || make_fresh DRIVE drive
  if (($# > 1)); then
    policy_for "$DRIVE" "${@:1:$#-1}" >"$BATS_TEST_TMPDIR/policy.json"
    run in_directory "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" \
      bash -uc "${!#}"
  else
    run in_directory "$DRIVE" "${SHIM[@]}" bash -uc "$1"
  fi
}

# Whether the tests' programs of 32-bit x86 are there and run; prints why not:
#
#   why=$(runs_32_bits) || skip "$why"
runs_32_bits() {
  command -v tour-i386-static >/dev/null || { echo "no gcc -m32: apt-get install gcc-multilib" && return 1; }
  env -C "$(fresh native)" tour-i386-static >/dev/null || { echo "the kernel runs no 32-bit programs" && return 1; }
}

# needs HOW PACKAGE: skips the test where a neighbour is missing. HOW is a command or what else tools/present.bash
# knows; tools/deps has a line with both words. What all tests of a file need, setup says: a skip in setup_file is a
# failure for Debian 12's bats.
needs() {
  present "$1" || skip "no ${1#*:}: apt-get install $2"
}

# needs_name: skips where the user has no name, for whom some programs do nothing.
needs_name() {
  id -un >/dev/null 2>&1 || skip "the user has no name: no line for $(id -u) in /etc/passwd"
}

# goes_on FUNCTION: false where the function would skip. For setup_file:
#
#   goes_on setup || return 0
goes_on() {
  (
    # shellcheck disable=SC2317 # it is called by what is
    skip() { exit 1; }
    "$@"
  )
}

# needs_mounts: skips where no mount namespace can be made. In a chroot that is no mount point nothing can be kept
# from other namespaces, and unshare refuses; an ordinary user may not.
needs_mounts() {
  local said
  said=$(unshare -m true 2>&1) || skip "no mount namespace can be made here: ${said#unshare: }"
}

# wants_here TEXT WHAT: after native, whose output says TEXT where the file system has WHAT; else skips.
wants_here() {
  # shellcheck disable=SC2154 # run sets it
  [[ $output == *"$1"* ]] || skip "no $2 on $(stat -f -c %T "$BATS_TEST_TMPDIR")"
}

# Whether a file that is mapped, and open nowhere, counts as open for a lease: not on overlayfs, a
# container's own root, where the mapping is one of the file below.
mappings_are_seen() {
  [[ $(stat -f -c %T "$BATS_TEST_TMPDIR") != overlayfs ]]
}

# Starts `hold KIND PATH` outside the shim, as a Windows process would be, and waits until it holds.
# stop_holding ends it.
start_holding() {
  mkfifo "$BATS_TEST_TMPDIR/hold.in" "$BATS_TEST_TMPDIR/hold.out"
  hold "$@" <"$BATS_TEST_TMPDIR/hold.in" >"$BATS_TEST_TMPDIR/hold.out" 3>&- &
  HOLDER=$!
  exec 8>"$BATS_TEST_TMPDIR/hold.in" 9<"$BATS_TEST_TMPDIR/hold.out"
  read -r -u 9 _
}

stop_holding() {
  exec 8>&- 9<&-
  wait "$HOLDER"
  rm "$BATS_TEST_TMPDIR/hold.in" "$BATS_TEST_TMPDIR/hold.out"
}

# policy_for DIR [RULE=VALUE | drive.KEY=VALUE]...: a policy with DIR as its one mount. A value that
# is a JSON object is taken as it is.
policy_for() {
  local dir=$1 rules="" mount="" pair
  shift
  for pair in "$@"; do
    case $pair in
      drive.*=\{*)
        pair=${pair#drive.}
        mount+=", \"${pair%%=*}\": ${pair#*=}"
        ;;
      drive.*)
        pair=${pair#drive.}
        mount+=", \"${pair%%=*}\": \"${pair#*=}\""
        ;;
      *) rules+="${rules:+, }\"${pair%%=*}\": \"${pair#*=}\"" ;;
    esac
  done
  [[ $mount == *'"source"'* ]] || mount+=', "source": "C:\\test"'
  [[ $mount == *'"options"'* ]] || mount+=", \"options\": \"uid=$EUID,gid=${GROUPS[0]}\""
  printf '{"version": 1, "mounts": [{"type": "drvfs", "target": "%s"%s}], "rules": {%s}}\n' \
    "$dir" "$mount" "$rules"
}

# processor_seconds: $spent, what this shell and its commands have had of the processor.
processor_seconds() {
  local stat
  read -r stat <"/proc/$BASHPID/stat"
  read -ra stat <<<"${stat##*) }" # behind the name: field 3 is the first
  spent=$(((stat[11] + stat[12] + stat[13] + stat[14]) / 100))
}

# Waits until a command succeeds. The bound is for a broken test: 100 s of the processor, which others have had as much
# of by then; and 1000 of the clock, where the command itself waits.
until_true() {
  local spent from end=$((SECONDS + 1000))
  processor_seconds
  from=$spent
  until "$@"; do
    processor_seconds
    ((spent - from < 100 && SECONDS < end)) || return 1
  done
}

# within_limit COMMAND ARGUMENT...: a command that takes --time-limit, with longer and longer ones until it succeeds:
# what ends at all has the time to on a machine of any load, and what never does is stopped soon on one that is idle.
within_limit() {
  local seconds
  for seconds in 2 8 32 128; do
    "$1" --time-limit "$seconds" "${@:2}" && return 0
  done
  return 1
}

# unmounted PLACE: unmounts it, as soon as nobody looks into it any more, such as a program that looks through
# everybody's open files.
unmounted() {
  until_true umount "$1" 2>/dev/null
}

# A directory that another user can reach, too: bats' own cannot be entered, and nor perhaps can the
# build tree. Removed in teardown.
shared() {
  SHARED=$(mktemp -d /tmp/lxshim-test.XXXXXX)
  mkdir "$SHARED.bin"
  cp "$LIB" "$LXSHIM" "$SHARED.bin"
  chmod 755 "$SHARED.bin" "$SHARED.bin"/*
  LIB=$SHARED.bin/liblxshim.so LXSHIM=$SHARED.bin/lxshim
  use_lane
  chmod 777 "$SHARED"
}

teardown() {
  [[ -z ${SHARED-} ]] || rm -rf "$SHARED" "$SHARED.bin"
}

# Runs a command as an unprivileged user where the tests run as root.
as_user() {
  if ((EUID == 0)); then
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    "$@"
  fi
}
