#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One tour through a drive by programs of every kind: how a program makes its system calls does not
# change the answers.
# shellcheck disable=SC2030,SC2031 # every test is a subshell

load helpers

native_tour="mode 640
fifo ok
rename ok
unlink ok
stat ENOENT
again ok
walk d d/f p x:y
rename ok"

drvfs_tour="mode 777
fifo EPERM
rename EACCES
unlink ok
stat ENOENT
again ENOENT
walk d d/f x:y
rename ok"

MATRIX=$BATS_TEST_DIRNAME/../matrix

setup() {
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# in_lane LANE COMMAND...: in a new directory.
in_lane() {
  local complete=(--require-complete)
  [[ $1 != preload ]] || complete=()
  run env -C "$(fresh drive)" "$LXSHIM" run -q "${complete[@]}" --lane "$1" -- "${@:2}"
}

# tour COMMAND...: the tour natively, and in the lanes that see everything.
tour() {
  local lane
  run env -C "$(fresh native)" "$@"
  assert_success
  assert_output "$native_tour"
  for lane in both supervisor; do
    in_lane "$lane" "$@"
    assert_success
    assert_output "$drvfs_tour"
  done
}

# And in the library's lane, which sees what passes through glibc's names.
tour_preload() {
  run env -C "$(fresh drive)" LD_PRELOAD="$LIB" "$@"
  assert_success
  assert_output "$drvfs_tour"
}

@test "C, with glibc" {
  tour tour
  tour_preload tour
}

@test "C, with glibc, static" {
  tour tour-static
}

@test "C of 32 bits, with glibc" {
  why=$(runs_32_bits) || skip "$why"
  tour tour-i386
  [[ -e $BUILD/liblxshim/i386/liblxshim.so ]] || skip "the rest: no library for 32-bit programs"
  in_lane preload tour-i386
  assert_output "$drvfs_tour"
  # By hand, for both word sizes at once; from a process of either.
  LIB=$BUILD/liblxshim/\$LIB/liblxshim.so
  tour_preload tour-i386
  tour_preload bash -c tour-i386
  run env -C "$(fresh drive)" LD_PRELOAD="$LIB" tour-i386
  assert_output "$drvfs_tour"
  # By the path of the other size ld.so says why, and the program runs without.
  run env -C "$(fresh drive)" LD_PRELOAD="$BUILD/liblxshim.so" tour-i386
  assert_line --index 0 --partial "wrong ELF class: ELFCLASS64"
  assert_line --index 1 "mode 640"
}

@test "C of 32 bits, with glibc, static" {
  why=$(runs_32_bits) || skip "$why"
  tour tour-i386-static
}

@test "C, with musl" {
  needs musl-gcc musl-tools
  tour tour-musl
  tour_preload tour-musl
}

@test "C, with musl, static" {
  needs musl-gcc musl-tools
  tour tour-musl-static
}

@test "Go" {
  needs go golang-go
  tour tour-go
}

@test "Rust, with a statx of its own" {
  needs rustc rustc
  tour tour-rust
}

@test "Python" {
  needs python3 python3
  tour python3 "$MATRIX/tour.py"
  tour_preload python3 "$MATRIX/tour.py"
}

@test "Perl" {
  needs perl:File::Find perl
  tour perl "$MATRIX/tour.pl"
  tour_preload perl "$MATRIX/tour.pl"
}

@test "Node, by threads and by io_uring" {
  needs node npm
  for ring in 0 1; do
    export UV_USE_IO_URING=$ring
    tour node "$MATRIX/tour.js"
    tour_preload node "$MATRIX/tour.js"
  done
}

@test "a program of musl between programs of glibc: each as it should be, none without" {
  needs musl-gcc musl-tools
  needs busybox busybox-static
  # A shell that no library is in starts it, and it is there again in what comes after.
  in_lane both busybox sh -c 'tour-musl; rm -f p; ls; bash -c "mkfifo q; printenv LD_PRELOAD"'
  assert_line --index 0 "mode 777"
  assert_line "mkfifo: cannot create fifo 'q': Operation not permitted"
  assert_line --regexp 'liblxshim.so$'
  # Neither where the environment is put back by the library.
  in_lane both env -i "$PROGRAMS/tour-musl"
  assert_output "$drvfs_tour"
  in_lane preload tour-musl
  assert_output "$drvfs_tour"
  # Where no library was made for it, that lane lets it run, uncovered.
  mkdir "$BATS_TEST_TMPDIR/alone"
  cp "$LXSHIM" "$LIB" "$BATS_TEST_TMPDIR/alone"
  LXSHIM=$BATS_TEST_TMPDIR/alone/lxshim
  in_lane preload tour-musl
  assert_output "$native_tour"
  in_lane both tour-musl
  assert_output "$drvfs_tour"
}

@test "threads that make, rename and remove at once" {
  for lane in both supervisor; do
    in_lane "$lane" crowd 8 50
    assert_success
    assert_output ok
  done
}

@test "an emptied environment, from a vfork child, by the instruction itself" {
  for program in tour tour-static; do
    tour slip emptied "$PROGRAMS/$program"
  done
}

@test "every descriptor closed, standard streams too" {
  for program in tour tour-static; do
    for lane in both supervisor; do
      dir=$(fresh drive)
      run env -C "$dir" "$LXSHIM" run -q --require-complete --lane "$lane" -- \
        slip closed "$BATS_TEST_TMPDIR/out" "$PROGRAMS/$program"
      assert_success
      assert_equal "$(cat "$BATS_TEST_TMPDIR/out")" "$drvfs_tour"
      rm "$BATS_TEST_TMPDIR/out"
    done
  done
}

@test "installed and moved: programs of every kind between each other, and no word of ld.so's" {
  local root=$BATS_TEST_TMPDIR/root
  make -s -C "$SOURCE_ROOT" B="${BUILD#"$SOURCE_ROOT"/}" DESTDIR="$root" -o all install
  mv "$root/usr/local" "$root/moved"
  kinds=(tour tour-static)
  ! command -v tour-musl >/dev/null || kinds+=(tour-musl)
  ! runs_32_bits >/dev/null || kinds+=(tour-i386 tour-i386-static)
  for program in "${kinds[@]}"; do
    run env -C "$(fresh drive)" "$root/moved/bin/lxshim" run -q --require-complete -- bash -c "exec bash -c 'exec $program'"
    assert_output "$drvfs_tour"
  done
}

@test "a 64-bit program that makes system calls of 32-bit x86" {
  run env -C "$(fresh native)" slip int80
  ((status != 3)) || skip "another machine"
  ((status == 0)) || skip "the kernel knows no 32-bit programs"
  assert_output ok
  for lane in both supervisor; do
    dir=$(fresh drive)
    run env -C "$dir" "$LXSHIM" run -q --require-complete --lane "$lane" -- slip int80
    assert_output ok
    assert_file_exist "$dir"/$'x\uf03ay'
  done
}

@test "no way round by the system calls of x32" {
  run env -C "$(fresh native)" slip x32
  ((status != 3)) || skip "another machine"
  for lane in both supervisor; do
    in_lane "$lane" slip x32
    assert_success
    assert_line --index 0 ENOSYS
    assert_line --index 1 --partial "lxshim: programs of the x32 ABI cannot run under the supervisor, "
    assert_line --index 1 --partial ": slip"
    run "$LXSHIM" run --lane "$lane" -- slip x32
    [[ $lane == supervisor ]] || assert_line "  outside the library: slip (x32)"
  done
}
