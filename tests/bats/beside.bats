#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Beside others who put themselves between a program and the kernel: in whatever order, both are
# heard.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

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
