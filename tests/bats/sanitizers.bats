#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that are built with sanitizers of gcc and clang: they start, see the drive, and find what
# they find natively. A runtime that is a shared object has to come before us.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers

# What is compiled is kept beside the tests' other programs: each takes as long as ten runs of it, in each lane.
setup_file() {
  export CHECKED=$PROGRAMS/sanitizers
  { mkdir -p "$CHECKED" && [[ -w $CHECKED ]]; } 2>/dev/null || CHECKED=$BATS_FILE_TMPDIR
}

# built NAME COMPILER FLAG...: builds tests/programs/checked.c so, where that has not been done since either changed, and
# has it on the PATH; else skips.
built() {
  local name=$CHECKED/$1 source=$SOURCE_ROOT/tests/programs/checked.c
  export PATH=$CHECKED:$PATH
  present "$2" || skip "no $2: apt-get install $2"
  [[ $name -nt $source && $name -nt $(type -P "$2") && $name -nt $BATS_TEST_FILENAME ]] ||
    { "$2" -g -O1 "${@:3}" -o "$name.$$" "$source" -lpthread 2>"$name.$$.log" && mv "$name.$$" "$name"; } ||
    skip "$2 has no ${3#-fsanitize=} here"
  rm -f "$name.$$.log"
  # A kernel or container may be in the way of the runtime itself.
  env -C "$(fresh native)" "$name" mode >/dev/null 2>&1 || skip "$1 does not run here, shim or no shim"
}

# clang's runtime as a shared object is in a directory of its own.
clang_shared() {
  needs clang clang
  built "$1" clang "${@:2}" -shared-libsan \
    -Wl,-rpath,"$(dirname "$(clang -print-file-name=libclang_rt.asan-"$(uname -m)".so)")"
}

# It has a file of the drive, and only what is wrong with it is said, as natively.
sees_drive() {
  native "$1 mode"
  assert_output 600
  shimmed "$1 mode"
  assert_output 777
}

# finds NAME WHAT TEXT: says it, and ends as natively; without a failure where TEXT is "".
finds() {
  native "$1 $2 2>&1"
  native_status=$status
  [[ $output != *"LeakSanitizer has encountered a fatal error"* ]] || skip "nobody may trace here, shim or no shim"
  [[ -z $3 ]] || assert_output --partial "$3"
  shimmed "$1 $2 2>&1"
  assert_equal "$status" "$native_status"
  [[ -n $3 ]] || assert_success
  [[ -z $3 ]] || assert_output --partial "$3"
}

@test "gcc's AddressSanitizer: starts, and looks at what our functions are given" {
  built gcc-address gcc -fsanitize=address
  sees_drive gcc-address
  finds gcc-address read heap-buffer-overflow
  finds gcc-address leak "detected memory leaks"
}

@test "gcc's AddressSanitizer with UBSan" {
  built gcc-both gcc -fsanitize=address,undefined
  sees_drive gcc-both
  finds gcc-both read heap-buffer-overflow
}

@test "gcc's AddressSanitizer in a program with options of its own" {
  built gcc-own gcc -fsanitize=address -DOWN_OPTIONS
  sees_drive gcc-own
  finds gcc-own read heap-buffer-overflow
  assert_failure 42
  # Options of the user's are the user's.
  shimmed "ASAN_OPTIONS=exitcode=43 gcc-own read"
  assert_failure 43
}

@test "clang's AddressSanitizer, which is in the program" {
  needs clang clang
  built clang-address clang -fsanitize=address
  sees_drive clang-address
  finds clang-address read heap-buffer-overflow
  finds clang-address leak "detected memory leaks"
}

@test "clang's AddressSanitizer as a shared object, with options of the program's or without" {
  clang_shared clang-shared -fsanitize=address
  sees_drive clang-shared
  finds clang-shared read heap-buffer-overflow
  clang_shared clang-shared-own -fsanitize=address -DOWN_OPTIONS
  sees_drive clang-shared-own
  finds clang-shared-own read heap-buffer-overflow
  assert_failure 42
}

@test "ThreadSanitizer sees what threads do by descriptors: no race where there is none" {
  built gcc-thread gcc -fsanitize=thread
  sees_drive gcc-thread
  finds gcc-thread threads ""
  assert_output 2
}

@test "clang's ThreadSanitizer and MemorySanitizer" {
  needs clang clang
  built clang-memory clang -fsanitize=memory
  sees_drive clang-memory
  built clang-thread clang -fsanitize=thread
  sees_drive clang-thread
  finds clang-thread threads ""
}

@test "LeakSanitizer, which stops its own process to look at it; UBSan" {
  built gcc-leak gcc -fsanitize=leak
  sees_drive gcc-leak
  finds gcc-leak leak "detected memory leaks"
  built gcc-undefined gcc -fsanitize=undefined
  sees_drive gcc-undefined
}

@test "make runs a test that is built so; a program by another name, a script's interpreter" {
  built gcc-address gcc -fsanitize=address
  steps='printf "check:\n\tgcc-address mode\n" >Makefile; make -s check
    bash -c "exec -a other gcc-address name"; ln -s "$(command -v gcc-address)" by-link; ./by-link name
    printf "#!%s name\n" "$(command -v gcc-address)" >script; chmod +x script; ./script | sed "s/ .*//"'
  native "$steps"
  assert_output "600
other gcc-address
./by-link by-link
$CHECKED/gcc-address"
  shimmed "$steps"
  assert_output "777
other gcc-address
./by-link by-link
$CHECKED/gcc-address"
}

@test "of the runtime's place no variable tells, and nothing that the program starts has it" {
  built gcc-address gcc -fsanitize=address
  # By system, and by exec: of the variables, of who starts it, and of what is loaded.
  shimmed 'gcc-address run "printenv | grep -c libasan; grep -c libasan /proc/self/maps;
    grep -c libasan /proc/\$PPID/environ; printenv LD_PRELOAD; true"'
  assert_success
  refute_line --regexp '^[1-9]$'
  assert_equal "$(grep -cx 0 <<<"$output")" 6
  assert_equal "$(sed /^0/d <<<"$output" | sort -u | grep -c '/liblxshim.so$')" \
    "$([[ $LXSHIM_TEST_LANE == supervisor ]] && echo 0 || echo 1)"
}

@test "beside a library that comes before us, and with the loader as a command" {
  built gcc-thread gcc -fsanitize=thread
  built gcc-address gcc -fsanitize=address
  loader=$(readelf -l "$CHECKED/gcc-address" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
  steps=': >locked; export LD_PRELOAD='"$PROGRAMS/neighbour.so"':${LD_PRELOAD-}
    gcc-thread threads; sh -c "cat locked" 2>&1'
  native "$steps"
  assert_output "2
cat: locked: Device or resource busy"
  shimmed "$steps"
  assert_output "2
cat: locked: Device or resource busy"
  # The program is no argument then that it could be started by; it runs all the same.
  steps="$loader $CHECKED/gcc-address mode"
  native "$steps"
  assert_output 600
  shimmed "$steps"
  assert_output 777
}
