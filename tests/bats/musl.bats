#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs of musl, with the library that is made for them.
# shellcheck disable=SC2016 # steps are single-quoted

load helpers

setup() {
  needs musl-gcc musl-tools
  export TMPDIR=$BATS_TEST_TMPDIR
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# by LANE DIR COMMAND...: in a drive that is DIR; "alone" is LD_PRELOAD by hand, by the path of glibc's library.
by() {
  case $1 in
    alone) run env -C "$2" LD_PRELOAD="$LIB" "${@:3}" ;;
    preload) run env -C "$2" "$LXSHIM" run -q --lane preload -- "${@:3}" ;;
    *) run env -C "$2" "$LXSHIM" run -q --require-complete --lane "$1" -- "${@:3}" ;;
  esac
}

# Names that libc has: those of others are answered, too, where a program has them from elsewhere.
of_libc() {
  grep -v ' absent: ' | sort
}

# By the library alone glob(3) reads directories inside musl, where no name of ours is called.
GLOB='^glob(64)? '

@test "every name of musl's answers on a drive as glibc's does" {
  local lane
  run env -C "$(fresh native)" bash -c 'probe-musl "$PWD"'
  grep -a ' ok$' <<<"$output" | sort >"$BATS_TEST_TMPDIR/native"
  (($(wc -l <"$BATS_TEST_TMPDIR/native") > 340))
  for lane in alone both; do
    by "$lane" "$(fresh drive)" bash -c 'exec probe "$PWD"'
    sort <<<"$output" >"$BATS_TEST_TMPDIR/glibc"
    by "$lane" "$(fresh drive)" bash -c 'exec probe-musl "$PWD"'
    sort <<<"$output" >"$BATS_TEST_TMPDIR/musl"
    # It is ok there, or refused as to programs of glibc.
    run env LC_ALL=C awk '
      { name = $1; answer = substr($0, length(name) + 2) }
      FILENAME ~ /glibc$/ { glibc[name] = answer; next }
      FILENAME ~ /native$/ { ok[name]; next }
      name in ok && answer != "ok" && answer != glibc[name]' "$BATS_TEST_TMPDIR"/{glibc,native,musl}
    [[ $lane != alone ]] || output=$(grep -vE "$GLOB" <<<"$output" || true)
    assert_output ""
    # And the one thing that every name has to do with is there.
    run grep -c EPERM "$BATS_TEST_TMPDIR/musl"
    ((output > 5))
  done
}

@test "outside of every mount each name of musl's answers as natively" {
  run env -C "$(fresh native)" bash -c 'probe-musl "$PWD"'
  of_libc <<<"$output" >"$BATS_TEST_TMPDIR/native"
  by alone "$(fresh drive)" env -C "$(fresh outside)" bash -c 'exec probe-musl "$PWD"'
  sort <<<"$output" >"$BATS_TEST_TMPDIR/outside"
  run comm -23 "$BATS_TEST_TMPDIR/native" "$BATS_TEST_TMPDIR/outside"
  assert_output ""
}

@test "where the two libcs differ, a program of musl has musl's answers" {
  local lane dir native
  for dir in native alone both; do
    mkdir -p "$BATS_TEST_TMPDIR/$dir/d"
    touch "$BATS_TEST_TMPDIR/$dir"/{f,d/f}
    ln -s f "$BATS_TEST_TMPDIR/$dir/l"
    ln -s f "$BATS_TEST_TMPDIR/$dir/d/l"
    # One directory by two links, which to musl are two.
    mkdir "$BATS_TEST_TMPDIR/$dir/e"
    ln -s ../e "$BATS_TEST_TMPDIR/$dir/d/x"
    ln -s ../e "$BATS_TEST_TMPDIR/$dir/d/y"
  done
  run env -C "$BATS_TEST_TMPDIR/native" libcs-musl
  assert_line "getcwd 1 "
  native=$output
  for lane in alone both; do
    by "$lane" "$BATS_TEST_TMPDIR/$lane" env -C "$BATS_TEST_TMPDIR/native" libcs-musl
    assert_output "$native"
    # But that a name on a drive is counted otherwise.
    by "$lane" "$BATS_TEST_TMPDIR/$lane" libcs-musl
    assert_output "$native"
  done
}

@test "one path in LD_PRELOAD leads each kind to its own library, from one process to the next" {
  local lane
  for lane in alone preload both; do
    dir=$(fresh drive)
    by "$lane" "$dir" libcs-musl 'mkfifo p' 'tour-musl >tour; libcs-musl "mkfifo q" >/dev/null' \
      'env -i "$PROGRAMS/libcs-musl" "mkfifo r" >/dev/null'
    assert_failure 1
    assert_output "mkfifo: cannot create fifo 'p': Operation not permitted"
    by "$lane" "$dir" libcs-musl 'tour-musl >tour || true' ': >a:b' 'env -i "$PROGRAMS/libcs-musl" ": >c:d" >/dev/null'
    refute_output --partial lxshim:
    assert_exists "$dir/a"$'\uf03a'"b"
    assert_exists "$dir/c"$'\uf03a'"d"
    run head -2 "$dir/tour"
    assert_output $'mode 777\nfifo EPERM'
  done
}

@test "lxshim run, its summary and its doctor know that such programs are seen" {
  cd "$(fresh drive)" || return
  run "$LXSHIM" run --lane preload -- tour-musl
  refute_output --partial "outside the library"
  run "$LXSHIM" doctor tour-musl
  assert_line --regexp "^ok +dynamic +musl's .* will preload the library for its programs$"
}

@test "musl has every name that its library needs, and a loader for every kind of relocation" {
  local library musl
  library=$BUILD/liblxshim/'$LIB'/liblxshim.so
  musl=$(readelf -l "$PROGRAMS/tour-musl" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
  nm -D --defined-only "$musl" | awk '{ print $3 }' | sort -u >"$BATS_TEST_TMPDIR/musl"
  nm -D --undefined-only "$library" | awk '$1 == "U" { print $2 }' | sort -u >"$BATS_TEST_TMPDIR/needed"
  (($(wc -l <"$BATS_TEST_TMPDIR/needed") > 30))
  run comm -23 "$BATS_TEST_TMPDIR/needed" "$BATS_TEST_TMPDIR/musl"
  assert_output ""
  run awk '$3 ~ /^R_/ && $3 !~ /_(RELATIVE|GLOB_DAT|JUMP_SLOT?|TPOFF64|TLS_TPREL|64)$/' <(readelf -rW "$library")
  assert_output ""
  # It exports what glibc's does, but for what musl has not.
  run comm -13 <(nm -D --defined-only "$LIB" | awk '{ print $NF }' | sort) \
    <(nm -D --defined-only "$library" | awk '{ print $NF }' | sort)
  assert_output getdents
}
