#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs of 32-bit x86: other system calls, other structures, the same answers.

load helpers

setup() {
  why=$(runs_32_bits) || skip "$why"
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# With structures of 32 bits, of 64 bits for sizes, and for times.
KINDS=(structures-i386 structures-i386-lfs structures-i386-time64 structures-i386-static)

# lanes_of KIND WAY: those that see calls by the instruction, and by the library where it is in a program.
lanes_of() {
  echo both supervisor
  [[ $2 == raw || $1 == *-static || ! -e $BUILD/liblxshim/i386/liblxshim.so ]] || echo preload
}

# of_32 / of_both: what only 32-bit programs say, and what those of both word sizes do.
of_32() { grep '^32:' <<<"$1"; }
of_both() { grep -v '^32:' <<<"$1"; }

# in_drive LANE COMMAND...: in a new drive.
in_drive() {
  local complete=(--require-complete)
  [[ $1 != preload ]] || complete=()
  run env -C "$(fresh drive)" "$LXSHIM" run -q "${complete[@]}" --lane "$1" -- "${@:2}"
}

@test "outside of every mount each way to ask has its native answer" {
  local kind way lane native
  for way in raw libc; do
    for kind in structures "${KINDS[@]}"; do
      run env -C "$(fresh native)" "$kind" "$way"
      assert_success
      native=$output
      for lane in $(lanes_of "$kind" "$way"); do
        in_drive "$lane" env -C "$(fresh outside)" "$kind" "$way"
        assert_output "$native"
      done
    done
  done
}

@test "inside, each way has the answer of a 64-bit program" {
  local kind way lane wide
  for way in raw libc; do
    in_drive both structures "$way"
    assert_success
    wide=$output
    assert_line "mkfifo: EPERM"
    assert_line --regexp '^stat f:f: 100777 '
    for kind in structures "${KINDS[@]}"; do
      for lane in $(lanes_of "$kind" "$way"); do
        in_drive "$lane" "$kind" "$way"
        assert_equal "$(of_both "$output")" "$wide"
      done
    done
  done
}

@test "inside, what only 32-bit programs meet is as outside: what is too large, how far a file may grow" {
  local kind way lane native
  for way in raw libc; do
    for kind in "${KINDS[@]}"; do
      run env -C "$(fresh native)" "$kind" "$way"
      native=$output
      for lane in $(lanes_of "$kind" "$way"); do
        in_drive "$lane" "$kind" "$way"
        # But that nobody is given a file.
        assert_equal "$(of_32 "$output" | grep -v owner)" "$(of_32 "$native" | grep -v owner)"
      done
    done
  done
  in_drive both structures-i386 raw
  assert_line "32: open: EOVERFLOW, to write: EOVERFLOW, with O_LARGEFILE: ok"
  assert_line "32: stat: EOVERFLOW, stat64: ok, size 5368709127"
  # Too large for a file of ext4's, or for the memory that a tmpfs has.
  assert_line --regexp '^32: fallocate, with the cookie for a length: (EFBIG|ENOSPC)$'
}

# answers LANE PROGRAM [NAME...]: what probe says in a drive, of these checks or of all, in order.
answers() {
  local lane=(--lane "$1")
  [[ $1 == preload ]] || lane+=(--require-complete)
  # shellcheck disable=SC2016
  env -C "$(fresh drive)" "$LXSHIM" run -q "${lane[@]}" -- bash -c 'exec "$1" "$PWD" "${@:2}"' - "${@:2}" | sort
}

@test "every name of libc's, in each width that 32-bit programs have" {
  local width lane checks other
  export TMPDIR=$BATS_TEST_TMPDIR
  for lane in $(lanes_of probe libc); do
    for width in i386 i386-lfs i386-time64; do
      # Where there are both, the library answers as by itself, and each width is seen alike.
      [[ $lane != both || $width == i386-time64 ]] || continue
      answers "$lane" "probe-$width" >"$BATS_TEST_TMPDIR/narrow"
      (($(grep -ac ' ok$' "$BATS_TEST_TMPDIR/narrow") > 300))
      # Each is ok in a drive, or refused as 64-bit programs are, who are asked for those alone (__recvmsg64 is
      # recvmsg); or not ok natively either, which is a name that this width has not. (Those of another see other
      # structures.)
      mapfile -t checks < <(grep -av ' ok$' "$BATS_TEST_TMPDIR/narrow" | cut -d' ' -f1)
      ((${#checks[@]} > 0)) || continue
      mapfile -t other < <(comm -12 <(printf '%s\n' "${checks[@]}" | sed -nE 'p; s/^__(.*)64$/\1/p; s/^__//p; s/64$//p' | sort -u) <(probe --list | sort))
      answers "$lane" probe "${other[@]}" >"$BATS_TEST_TMPDIR/wide"
      env -C "$(fresh native)" bash -c 'exec "$1" "$PWD" "${@:2}"' - "probe-$width" "${checks[@]}" >"$BATS_TEST_TMPDIR/native"
      run env LC_ALL=C awk '
        { name = $1; answer = substr($0, length(name) + 2) }
        FILENAME ~ /wide$/ { wide[name] = answer; next }
        FILENAME ~ /native$/ { if (answer == "ok") ok[name]; next }
        !(name in wide) && /^__/ { gsub(/^__|64$/, "", name) }
        $1 in ok && answer != "ok" && answer != wide[name]' \
        "$BATS_TEST_TMPDIR"/{wide,native,narrow}
      assert_output ""
    done
  done
}

@test "a directory of many files, read to the end with places kept" {
  local kind lane
  for kind in structures "${KINDS[@]}"; do
    run env -C "$(fresh native)" "$kind" many
    assert_output "500, to the end"
    for lane in $(lanes_of "$kind" libc); do
      in_drive "$lane" "$kind" many
      assert_output "500, to the end"
    done
  done
}

@test "the sixth argument: no way round where it is the call's own" {
  # With the number that marks our own calls for the upper half of its length, fallocate is a call of the program's.
  local lane dir
  for lane in both supervisor; do
    dir=$(fresh drive)
    policy_for "$dir" file.fallocate=EOPNOTSUPP >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" \
      "$LXSHIM" run -q --require-complete --lane "$lane" -- structures-i386 raw
    assert_line --regexp '^fallocate: EOPNOTSUPP '
    assert_line "32: fallocate, with the cookie for a length: EOPNOTSUPP"
  done
}

# names FILE OPTION: of a library's symbol table, without versions.
names() {
  nm -D "$2" "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}

@test "the library for 32-bit programs has the names of the other, and those that only such programs have" {
  local narrow=$BUILD/liblxshim/i386/liblxshim.so
  [[ -e $narrow ]] || skip "it is not built here"
  names "$LIB" --defined-only >"$BATS_TEST_TMPDIR/wide"
  names "$narrow" --defined-only >"$BATS_TEST_TMPDIR/narrow"
  run comm -23 "$BATS_TEST_TMPDIR/wide" "$BATS_TEST_TMPDIR/narrow"
  assert_output ""
  # stat: __stat64_time64; utime: __utime64; fcntl: __fcntl_time64; fts_open: __fts64_open_time64.
  names "$(gcc -m32 -print-file-name=libc.so.6)" --defined-only >"$BATS_TEST_TMPDIR/libc"
  awk '
    FILENAME ~ /libc$/ { if ($1 in exported || !/^__.*64$/) next
      name = $1; gsub(/^__|(_time)?64$/, "", name); sub(/64$/, "", name); sub(/64_/, "_", name)
      if (name in exported) print $1 }
    { exported[$1] }' "$BATS_TEST_TMPDIR"/{narrow,libc} | sort >"$BATS_TEST_TMPDIR/missing"
  run comm -23 "$BATS_TEST_TMPDIR/missing" <(cut -f1 "$SOURCE_ROOT/tests/symbols/known-gaps" | sort)
  assert_output ""
  run comm -13 "$BATS_TEST_TMPDIR/wide" "$BATS_TEST_TMPDIR/narrow"
  ((${#lines[@]} > 20))
  assert_line __fts64_open_time64
  # And needs nothing that the other does not, but a clock.
  run comm -13 <(names "$LIB" --undefined-only) <(names "$narrow" --undefined-only | grep -v '^__clock_gettime64$')
  assert_output ""
}

@test "stat.inode: numbers of 64 bits are EOVERFLOW to who has room for 32, in stat and in a listing" {
  local kind lane dir
  for lane in both supervisor preload; do
    dir=$(fresh drive)
    : >"$dir/f"
    policy_for "$dir" stat.inode=EOVERFLOW >"$BATS_TEST_TMPDIR/policy.json"
    for kind in i386 i386-lfs i386-static; do
      [[ $lane != preload || ($kind != *-static && -e $BUILD/liblxshim/i386/liblxshim.so) ]] || continue
      run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --lane "$lane" -- "numbers-$kind"
      if [[ $kind != i386-lfs ]]; then
        assert_output "stat: EOVERFLOW
listing: EOVERFLOW"
      else
        assert_output "stat: more than 32 bits
listing: 3 of 3 as stat"
      fi
    done
    run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --lane "$lane" -- numbers
    assert_output "stat: 32 bits
listing: 3 of 3 as stat"
  done
  run env -C "$dir" numbers-i386
  assert_output "stat: 32 bits
listing: 3 of 3 as stat"
}
