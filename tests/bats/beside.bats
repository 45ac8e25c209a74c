#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Beside others who put themselves between a program and the kernel: in whatever order, both are
# heard.
# shellcheck disable=SC2016,SC2030,SC2031 # steps are single-quoted; every test is a subshell

load helpers

# A library as test suites preload one, to see how a program takes a failure.
NEIGHBOUR=$PROGRAMS/neighbour.so

setup() {
  export NEIGHBOUR NEIGHBOUR_LOG=$BATS_TEST_TMPDIR/log
}

# What the neighbour has answered, each once, and no more.
answered() {
  run sort -u "$NEIGHBOUR_LOG"
  rm -f "$NEIGHBOUR_LOG"
}

@test "a library that a program preloads for its children is asked first, and has us behind it" {
  # However it comes into the list: alone, behind what is there, before it; by a path that is relative.
  steps='echo xyz >src; : >there; : >locked; cp "$NEIGHBOUR" k.so
    for list in ./k.so "${LD_PRELOAD-}:./k.so" "./k.so ${LD_PRELOAD-}"; do
      LD_PRELOAD=$list cp -T src vanished && cat vanished && rm vanished
      LD_PRELOAD=$list cat locked || echo failed
      LD_PRELOAD=$list cp src "a:b" && stat -c %a a:b
    done 2>&1'
  native "$steps"
  native_output=$output
  answered
  assert_output "locked
vanished"
  shimmed "$steps"
  assert_equal "$output" "${native_output//644/777}"
  assert_exists "$DRIVE/a"$'\uf03a'"b"
  answered
  assert_output "locked
vanished"
}

@test "by setenv before system, popen and exec, too" {
  needs python3 python3
  steps=': >locked; cp "$NEIGHBOUR" k.so; python3 -c "
import os, ctypes
os.environ[\"LD_PRELOAD\"] = os.environ.get(\"LD_PRELOAD\", \"\") + \":./k.so\"
libc = ctypes.CDLL(None)
libc.system(b\"cat locked\")
print(os.popen(\"cat locked 2>&1\").read().strip(), flush=True)
os.execlp(\"cat\", \"cat\", \"locked\")
" 2>&1'
  native "$steps"
  assert_output "cat: locked: Device or resource busy
cat: locked: Device or resource busy
cat: locked: Device or resource busy"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "its constructor may call us before ours has run" {
  steps=': >early; chmod 600 early; LD_PRELOAD=$NEIGHBOUR /bin/true'
  native "$steps"
  answered
  assert_output "early 600"
  shimmed "$steps"
  answered
  assert_output "early 777"
}

@test "a program may call us before libc has been set up" {
  steps='chmod 700 .; early'
  native "$steps"
  assert_output "700
700
700
0"
  # In a drive the mode is the drive's, and what it starts still has the state.
  shimmed "$steps"
  assert_output "777
777
777
1"
  # The state is its parent's, wherever it is started.
  shimmed 'drive=$PWD; cd /; early'
  assert_line --index 0 "$(stat -c %a /)"
}

@test "LD_PRELOAD of a child: ours at its end; what was there stays; the list one was started with, too" {
  cd "$(fresh drive)"
  other=$BATS_TEST_TMPDIR/other.so
  cp "$NEIGHBOUR" "$other"
  shown() {
    LD_PRELOAD=$LIB run bash -c "LD_PRELOAD=$1 exec printenv LD_PRELOAD"
  }
  shown "$other"
  assert_output "$other:$LIB"
  shown "$LIB:$other"
  assert_output "$other:$LIB"
  shown "'$other $LIB'"
  assert_output "$other $LIB"
  shown "':  $other: '"
  assert_output "$other:$LIB"
  shown "''"
  assert_output "$LIB"
  # Another build of it is as good, and not loaded beside it; a relative path means nothing later.
  cp "$LIB" "$BATS_TEST_TMPDIR/liblxshim.so"
  shown "$BATS_TEST_TMPDIR/liblxshim.so"
  assert_output "$BATS_TEST_TMPDIR/liblxshim.so"
  shown "$BATS_TEST_TMPDIR/liblxshim.so:$other"
  assert_output "$other:$BATS_TEST_TMPDIR/liblxshim.so"
  shown "liblxshim.so:../liblxshim.so:$other"
  assert_output "$other:$LIB"
  # Whoever starts the first process says in which order; what that starts has the same.
  for order in "$LIB:$other" "$other:$LIB" "$LIB $other"; do
    LD_PRELOAD=$order run bash -c 'bash -c "printenv LD_PRELOAD"'
    assert_output "$order"
  done
  cp "$LIB" .
  LD_PRELOAD=./liblxshim.so:$other run bash -c 'bash -c "cd /; printenv LD_PRELOAD"'
  assert_output "$PWD/liblxshim.so:$other"
}

@test "LD_PRELOAD of a child: longer than a path may be, among more variables than one has" {
  needs python3 python3
  cd "$(fresh drive)"
  # ld.so says of each that it is not there.
  long=$(printf "/nowhere/%01000d.so:" {1..12})
  LD_PRELOAD=$LIB LONG=$long run bash -c 'for ((i = 0; i < 400; i++)); do export V$i=$i; done
    LD_PRELOAD=$LONG python3 -c "
import os
print(os.environ[\"LD_PRELOAD\"] == os.environ[\"LONG\"] + \"'"$LIB"'\", os.environ[\"V399\"])
open(\"a:b\", \"w\")" 2>/dev/null; ls'
  assert_output "True 399
a:b"
  assert_exists "a"$'\uf03a'"b"
}

# The word behind f_namemax, and those behind that.
SHOW_STATVFS='python3 -c "
import ctypes, struct, sys
buf = ctypes.create_string_buffer(b\"\\xff\" * 112, 112)
ctypes.CDLL(None).statvfs(sys.argv[1].encode(), buf)
print(hex(struct.unpack_from(\"I\", buf, 88)[0]), any(struct.unpack_from(\"5i\", buf, 92)))"'

@test "statvfs has the type of a file system where libc says it there: glibc since 2.39" {
  needs python3 python3
  local version expected
  native "$SHOW_STATVFS /"
  outside=$output
  shimmed "$SHOW_STATVFS /"
  assert_output "$outside"
  # What the library says with another glibc; the supervisor tells what statfs tells.
  [[ $LXSHIM_TEST_LANE != supervisor ]] || skip "nothing of ours makes a struct statvfs here"
  while read -r version expected; do
    shimmed "NEIGHBOUR_GLIBC=$version LD_PRELOAD=\$NEIGHBOUR:\$LD_PRELOAD $SHOW_STATVFS ."
    assert_output "$expected False"
  done <<<"2.36 0x0
2.38 0x0
2.39 0x53464846
2.41 0x53464846
3.0 0x53464846"
}

# tour_in COMMAND: the tour by it says what it says without, natively and under the shim.
tour_in() {
  local plain
  native tour
  plain=$output
  native "$1 tour"
  assert_success
  assert_output --partial "$plain"
  shimmed tour
  assert_line "mode 777"
  plain=$output
  shimmed "$1 tour"
  assert_success
  assert_output --partial "$plain"
}

# tour_around COMMAND...: and by it around the shim.
tour_around() {
  local plain
  shimmed tour
  plain=$output
  run env -C "$(fresh drive)" "$@" env "${SHIM[@]}" tour
  assert_success
  assert_output --partial "$plain"
}

@test "fakeroot, under the shim: root's files, and the drive's rules" {
  needs fakeroot fakeroot
  steps=': >before; fakeroot bash -uc "
    : >f; chmod 640 f; chown 12:34 f; mkdir d; mknod dev c 1 3; : >a:b; ln -s f l
    stat -c \"%n %a %u:%g %F\" f d dev a:b; stat -c %u:%g before /etc/hostname l; id -u
    tar cf - f | tar --numeric-owner -tvf - | cut -c1-16; stat -c %a before; mkfifo p" 2>&1'
  shared
  cd "$SHARED"
  run as_user bash -c "mkdir native drive; cd native; $steps"
  assert_output "f 640 12:34 regular empty file
d 755 0:0 directory
dev 644 0:0 character special file
a:b 644 0:0 regular empty file
0:0
0:0
0:0
0
-rw-r----- 12/34
644"
  native_output=$output
  run as_user env -C drive "${SHIM[@]}" bash -c "$steps"
  # What it does not know of, it takes as we say; a drive has no FIFOs.
  native_output=${native_output/a:b 644/a:b 777}
  assert_output "${native_output%644}777
mkfifo: cannot create fifo 'p': Operation not permitted"
  assert_exists $'drive/a\uf03ab'
}

@test "fakeroot around the shim" {
  needs fakeroot fakeroot
  steps=': >f; chown 12:34 f; stat -c "%n %u:%g" f; stat -c %u:%g /etc/hostname; id -u; : >a:b'
  shared
  cd "$SHARED"
  run as_user bash -c "mkdir native drive; cd native; fakeroot bash -c '$steps'"
  assert_output "f 12:34
0:0
0"
  if [[ $LXSHIM_TEST_LANE == preload ]]; then
    run as_user env -C drive LIB="$LIB" fakeroot bash -c "LD_PRELOAD=\$LD_PRELOAD:\$LIB bash -c '$steps'"
  else
    run as_user env -C drive fakeroot "${SHIM[@]}" bash -c "$steps"
  fi
  assert_output "f 12:34
0:0
0"
  assert_exists $'drive/a\uf03ab'
}

# It wants a semaphore, and where /dev/shm is missing, or others may not write there, there is none.
faketime_runs() {
  local said
  said=$(faketime "2020-01-01 00:00:00" true 2>&1) || skip "faketime does not run here: ${said%%$'\n'*}"
}

@test "libfaketime: its times, and our rules" {
  needs faketime faketime
  faketime_runs
  steps='faketime "2020-01-01 00:00:00" bash -c ": >a:b; date +%Y; chmod 600 a:b; stat -c %a a:b"'
  native "$steps"
  assert_output "2020
600"
  shimmed "$steps"
  assert_output "2020
777"
}

@test "libfaketime with a clock that stands still: what we remember for a tick is forgotten all the same" {
  needs python3 python3
  needs faketime faketime
  faketime_runs
  # Somebody else replaces a symlink by one that leads out of the drive.
  outside=$(fresh outside)
  : >"$outside/f"
  chmod 600 "$outside/f"
  steps="mkdir in; : >in/f; ln -s in link; faketime -f '2020-01-01 00:00:00' python3 -c '
import os, subprocess
inside = os.stat(\"link/f\").st_mode
other = subprocess.Popen([\"bash\", \"-c\", \"read; ln -sfn $outside link; echo; read\"], stdin=-1, stdout=-1)
os.stat(\"link/f\")
other.stdin.write(b\"\\n\"); other.stdin.flush(); other.stdout.readline()
for turn in range(1000000):
    if os.stat(\"link/f\").st_mode != inside: break
print(oct(inside), oct(os.stat(\"link/f\").st_mode), flush=True)
other.communicate(b\"\\n\")'"
  native "$steps"
  assert_output "0o100644 0o100600"
  shimmed "$steps"
  assert_output "0o100777 0o100600"
}

@test "eatmydata: nothing is synchronised, and the drive's rules" {
  needs python3 python3
  needs eatmydata eatmydata
  tour_in "eatmydata --"
  tour_around eatmydata --
  # It does not ask what the descriptor is of: of a pipe the kernel says EINVAL.
  steps='eatmydata -- python3 -c "import os; os.fsync(os.pipe()[1])" && echo eaten'
  native "$steps"
  assert_output eaten
  shimmed "$steps"
  assert_output eaten
}

# What valgrind says, without where.
complaints() {
  sed -n 's/^[-=0-9]* *\(WARNING\|Syscall\|Invalid\|Conditional\|Use\)/\1/p' | sort -u
}

@test "valgrind: the same answers" {
  needs valgrind valgrind
  tour_in "valgrind -q --error-exitcode=9"
}

@test "valgrind: the same faults of a program, and none of ours" {
  needs valgrind valgrind
  steps='valgrind -q --error-exitcode=9 checked read 2>&1'
  native "$steps"
  assert_failure 9
  assert_output --partial "Syscall param read(buf) points to unaddressable byte(s)"
  shimmed "$steps"
  assert_failure 9
  assert_output --partial "Syscall param read(buf) points to unaddressable byte(s)"
  steps='valgrind -q --error-exitcode=9 checked exact 2>&1'
  native "$steps"
  assert_success
  assert_output exact
  shimmed "cd $(fresh outside); $steps"
  assert_success
  assert_output exact
  shimmed "$steps"
  assert_success
  assert_output exact
  # By names of each kind, and in a directory below another: no complaint that there is not natively.
  steps='mkdir -p d/d; : >d/d/f; valgrind -q --log-file=log cat d/d/f
    valgrind -q --log-file=log2 probe "$PWD" lchmod stat fopen rename nftw fts_read posix_spawn realpath \
      mkstemp scandir getxattr inotify_add_watch; cat log log2'
  native "$steps"
  complaints <<<"$output" >"$BATS_TEST_TMPDIR/native"
  shimmed "$steps"
  run comm -13 "$BATS_TEST_TMPDIR/native" <(complaints <<<"$output")
  assert_output ""
  run cat "$DRIVE/log"
  assert_output ""
}

@test "valgrind: what a call gives to a program has been written, inside a drive and outside" {
  needs valgrind valgrind
  local outside
  steps='valgrind -q --log-file=log given "$@"; cat log'
  native "$steps"
  assert_success
  assert_line getcwd
  assert_line poll
  refute_output --partial ==
  native_output=$output
  outside=$(fresh outside)
  shimmed "cd $outside; $steps"
  assert_output "$native_output"
  # Answers that nobody but us has: a directory's case, and a link that Windows made.
  IN=$(fresh inside)
  (cd "$IN" && "$LXSHIM" win mklink windows f)
  IN=$IN shimmed drive.options=case=dir "set -- windows; $steps"
  assert_success
  assert_line getcwd
  assert_line poll
  assert_line "readlink of another's"
  assert_line "getxattr of a directory's case"
  refute_output --partial ==
}

@test "valgrind: its tools for threads find a program's race, and none of ours" {
  needs valgrind valgrind
  local tool
  for tool in helgrind drd; do
    steps="valgrind -q --tool=$tool --error-exitcode=9 checked apart 2>&1"
    native "$steps"
    assert_success
    assert_output both
    shimmed "$steps"
    assert_success
    assert_output both
    shimmed "cd $(fresh outside); $steps"
    assert_success
    assert_output both
    # What all processes of a run write, too.
    shimmed "drive.options=metadata,uid=$UID,gid=$UID" "$steps"
    assert_success
    assert_output both
    steps="valgrind -q --tool=$tool --error-exitcode=9 checked race 2>&1"
    native "$steps"
    assert_failure 9
    shimmed "$steps"
    assert_failure 9
  done
}

@test "gdb: a program that it runs, and lxshim itself" {
  needs gdb gdb
  tour_in "gdb -q -batch -ex run"
  [[ $LXSHIM_TEST_LANE == preload ]] || tour_around gdb -q -batch -ex run -ex "info inferiors" --args
}

@test "strace: a program that it traces, and lxshim itself" {
  needs strace strace
  tour_in "strace -f -o $BATS_TEST_TMPDIR/trace"
  tour_around strace -f -o "$BATS_TEST_TMPDIR/trace"
}

@test "what is traced runs a name that is spelled otherwise on the disk by the library alone" {
  needs strace strace
  steps='cp "$(command -v tour)" my:tour; strace -f -o /dev/null ./my:tour 2>&1 | head -1'
  native "$steps"
  assert_output "mode 640"
  shimmed "$steps"
  # The supervisor would have to trace it itself: docs/limits.md.
  if [[ $LXSHIM_TEST_LANE == supervisor ]]; then
    assert_output "strace: exec: Operation not supported"
  else
    assert_output "mode 777"
  fi
}

# A library without the one for programs of musl beside it.
alone() {
  mkdir "$BATS_TEST_TMPDIR/alone"
  cp "$LIB" "$LXSHIM" "$BATS_TEST_TMPDIR/alone"
  LIB=$BATS_TEST_TMPDIR/alone/liblxshim.so
}

# said TEXT...: on standard error, a line each; what the program says is as natively.
said() {
  local line
  for line in "$@"; do
    echo "lxshim: $line: a program of musl. The preloaded library sees neither its calls nor those of others of its kind that it starts; \"lxshim run\" does"
  done >"$BATS_TEST_TMPDIR/said"
  # shellcheck disable=SC2154 # run sets it
  assert_equal "$stderr" "$(cat "$BATS_TEST_TMPDIR/said")"
}

@test "a program of musl under LD_PRELOAD: it starts, runs as natively, and says that it is not seen" {
  needs musl-gcc musl-tools
  alone
  cd "$(fresh drive)"
  mkdir d
  touch f d/f
  ln -s f l
  ln -s f d/l
  run libcs-musl
  assert_success
  native_output=$output
  run --separate-stderr env LD_PRELOAD="$LIB" libcs-musl
  assert_success
  assert_output "$native_output"
  said libcs-musl
  # By the loader as a command, and as a script's interpreter.
  loader=$(readelf -l "$PROGRAMS/libcs-musl" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
  run --separate-stderr env LD_PRELOAD="$LIB" "$loader" "$PROGRAMS/libcs-musl"
  assert_output "$native_output"
  name=${loader##*/}
  said "${name:0:15}"
  cd "$(fresh)" # where a tour leaves something
  printf '#!%s\n' "$PROGRAMS/tour-musl" >"$BATS_TEST_TMPDIR/script"
  chmod +x "$BATS_TEST_TMPDIR/script"
  run --separate-stderr env LD_PRELOAD="$LIB" "$BATS_TEST_TMPDIR/script"
  assert_line --index 0 "mode 640"
  said script
  # Where no drive can be either.
  cd /
  run --separate-stderr env LD_PRELOAD="$LIB" libcs-musl
  assert_success
  said libcs-musl
}

@test "a program of musl under LD_PRELOAD: once in a tree, and the glibc programs in it are seen" {
  needs musl-gcc musl-tools
  alone
  cd "$(fresh drive)"
  : >f
  mkdir sub
  run env LD_PRELOAD="$LIB" libcs-musl libcs-musl 'cd sub; for i in 1 2 3; do libcs-musl; done; : >a:b' \
    'env -i "$PROGRAMS/libcs-musl"; env -i sh -c ": >c:d"; bash -c "libcs-musl; mkfifo p"' ls
  assert_equal "$(grep -c '^lxshim:' <<<"$output")" 1
  assert_line "mkfifo: cannot create fifo 'p': Operation not permitted"
  assert_exists $'sub/a\uf03ab'
  assert_exists $'c\uf03ad'
}

@test "a program of musl under LD_PRELOAD: by a relative path, beside others, by a policy" {
  needs musl-gcc musl-tools
  cd "$(fresh drive)"
  : >f
  mkdir "$BATS_TEST_TMPDIR/lib"
  cp "$LIB" "$LXSHIM" "$BATS_TEST_TMPDIR/lib"
  # ld.so of both kinds passes over what is not there; that of glibc says so.
  list=/nowhere/one.so:../lib/liblxshim.so:/nowhere/two.so
  run --separate-stderr env LD_PRELOAD="$list" libcs-musl 'cd /; printenv LD_PRELOAD 2>/dev/null'
  assert_line --index 0 --regexp "^/nowhere/one.so:(/usr)?/\\\$LIB[/.]*$PWD/../lib/liblxshim.so:/nowhere/two.so\$"
  policy_for "$PWD" special.fifo=EOPNOTSUPP >"$BATS_TEST_TMPDIR/policy.json"
  run env LD_PRELOAD="$BATS_TEST_TMPDIR/lib/liblxshim.so" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" \
    libcs-musl 'mkfifo p || true'
  assert_line "mkfifo: cannot create fifo 'p': Operation not supported"
}
