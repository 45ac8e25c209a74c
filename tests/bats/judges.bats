#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tools/judges: what it makes of a suite's answers, by a suite of our own that stands where it keeps git's.
# Names git, and does not run it.

load helpers

setup() {
  needs python3 python3
  cd "$(fresh judges)" || return
  # Somebody has fetched and built it.
  mkdir -p cache/git/source/t
  echo fake_1.0 >cache/git/version
}

# Makes a unit of the lines on standard input, which are run where a test works.
unit() {
  { printf '#!/bin/sh\ncd "${1#--root=}" || exit\n' && cat; } >"cache/git/source/t/$1"
  chmod +x "cache/git/source/t/$1"
}

judges() {
  run --separate-stderr "$SOURCE_ROOT/tools/judges" --cache cache "$@" git
}

@test "what differs from natively is told, inside with the rule; natively unsteady tests are out" {
  # shellcheck disable=SC2016
  unit t0001-all.sh <<END
echo "ok 1 - steady"
mkfifo pipe && echo "ok 2 - fifo" || echo "not ok 2 - fifo pipe"
test -p pipe && echo "ok 3 - it is there" || echo "not ok 3 - no pipe"
echo 'not ok 4 - fails everywhere'
if mkdir "$PWD/met"; then echo "ok 5 - once"; else echo "not ok 5 - once"; fi
END
  judges
  assert_success
  assert_line 'git fake_1.0: 1 units, 5 tests natively'
  for lane in preload both supervisor; do
    assert_line --regexp "^git +outside $lane +4 tests, +4 agree, +0 differ, 1 not steady$"
    assert_line --regexp "^git +inside $lane +4 tests, +2 agree, +2 differ, 1 not steady$"
  done
  assert_line --regexp '^ +1 by special\.fifo: as t0001-all\.sh: 2: ok, here not ok: fifo pipe \[special\.fifo\]$'
  assert_line --regexp '^ +1 by what follows special\.fifo: as t0001-all\.sh: 3: ok, here not ok: no pipe \['
}

@test "outside all that differs is told, and what a unit did not come to say" {
  unit t0001-outside.sh <<'END'
case $LXSHIM_STATE in '') echo "ok 1 - a" && echo "ok 2 - b" ;; *) echo "not ok 1 - a" && exit 3 ;; esac
END
  unit t0002-end.sh <<'END'
echo "ok 1 - a"
exit ${LXSHIM_STATE:+3}
END
  judges --where outside --lanes preload
  assert_line '  t0001-outside.sh: 1: ok, here not ok: a'
  assert_line '  t0001-outside.sh: 2: ok, here did not say: b'
  refute_line --partial 't0001-outside.sh: exit'
  assert_line '  t0002-end.sh: exit: status 0, here status 3: ok 1 - a'
  assert_line --regexp '^git +outside preload +3 tests, +1 agree, +2 differ, 1 units end otherwise$'
}

@test "what is not steady in a lane alone is told with its counts, and is the status; natively too is none" {
  unit t0001-rare.sh <<END
if test "\$LXSHIM_STATE" && mkdir "$PWD/met"; then echo "not ok 1 - rare"; else echo "ok 1 - rare"; fi
END
  unit t0002-everywhere.sh <<END
test "\$LXSHIM_STATE" && count="$PWD/here" || count="$PWD/native"
echo >>"\$count"
case \$count,\$(wc -l <"\$count") in */here,1 | */native,4) echo "not ok 1 - rare" ;; *) echo "ok 1 - rare" ;; esac
END
  judges --where outside --lanes preload --only everywhere
  assert_success
  assert_line --regexp '^git +outside preload +0 tests, +0 agree, +0 differ, 1 not steady$'
  judges --where outside --lanes preload --verbose
  assert_failure 4
  assert_line '  not steady here alone: t0001-rare.sh: 1: otherwise in 1 of 7 turns, natively in 0 of 7'
  assert_line '  not steady: t0002-everywhere.sh: 1: otherwise in 1 of 7 turns, natively in 1 of 7'
  assert_line --regexp '^git +outside preload +0 tests, +0 agree, +0 differ, 2 not steady \(1 here alone\)$'
}

@test "what has been run is not run again, until that is asked for; a report runs nothing" {
  unit t0001-one.sh <<<"echo ok 1 - one"
  judges --where outside --lanes preload
  assert_line --regexp 'outside preload +1 tests, +1 agree'
  unit t0001-one.sh <<<"echo not ok 1 - one"
  unit t0002-two.sh <<<"echo ok 1 - two"
  judges --where outside --lanes preload --report
  assert_line 'git fake_1.0: 1 units, 1 tests natively, 1 units have not been run'
  judges --where outside --lanes preload
  assert_line --regexp 'outside preload +2 tests, +2 agree'
  judges --where outside --lanes preload --rerun
  assert_line --regexp 'outside preload +2 tests, +1 agree, +1 differ'
  judges --where native,outside --lanes preload --rerun --only one
  assert_line --regexp 'outside preload +1 tests, +1 agree'
}

@test "the drive inside has the mount options and rules that are asked for" {
  unit t0001-drive.sh <<'END'
mkfifo pipe && echo "ok 1 - fifo" || echo "not ok 1 - fifo pipe"
: >file && chmod 640 file && test "$(stat -c %a file)" = 640 && echo "ok 2 - mode" || echo "not ok 2 - mode of file"
END
  judges --where inside --lanes preload --set special.fifo=allow --options metadata
  assert_line --regexp '^git +inside preload \(metadata, special\.fifo=allow\) +2 tests, +2 agree, +0 differ$'
  judges --where inside --lanes preload
  assert_line --regexp '^git +inside preload +2 tests, +0 agree, +2 differ$'
}

@test "an interruption ends it and what it has started, and keeps what was done" {
  unit t0001-one.sh <<<"echo ok 1 - one"
  mkfifo "$BATS_TEST_TMPDIR/here" "$BATS_TEST_TMPDIR/never"
  unit t0002-two.sh <<END
echo \$\$ >"$BATS_TEST_TMPDIR/here"
read -r x <"$BATS_TEST_TMPDIR/never"
END
  "$SOURCE_ROOT/tools/judges" --cache cache --where native git >out 2>&1 3>&- &
  read -r pid <"$BATS_TEST_TMPDIR/here"
  kill -INT $!
  wait $! && status=0 || status=$?
  ((status == 130))
  run kill -0 "$pid"
  assert_failure
  judges --where native --report
  assert_line 'git fake_1.0: 1 units, 1 tests natively, 1 units have not been run'
}

@test "mistakes are named" {
  judges --lanes sideways
  assert_failure 2
  # shellcheck disable=SC2154 # run sets it
  [[ $stderr == *"sideways: one of preload, both, supervisor"* ]]
  run "$SOURCE_ROOT/tools/judges" fit
  assert_failure 1
  assert_output --partial "fit: no suite; there are errnos, pjdfstest, ltp, "
  run "$SOURCE_ROOT/tools/judges" --list
  assert_success
  assert_line --regexp '^cpython +CPython'
}
