#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A thread that changes what another one's call says, between the look of the supervisor and the kernel's:
# no name gets into a drive by that, which a rule has not seen.
#   FLIP_CALLS  of each kind (600)
# shellcheck disable=SC2016,SC2154 # steps are single-quoted; run sets output

load helpers

calls=(open creat mkdir mknod mkfifo symlink link rename bind)

setup() {
  cd "$(fresh work)" || return
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  mkdir out drv
  policy_for "$PWD/drv" >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
}

# flip_in LANE: `flip` there, all ways, by all calls. Then what nobody may have made in the drive: a name
# with a colon in it, a FIFO, a socket.
flip_in() {
  local call way
  for call in "${calls[@]}"; do
    for way in string inside fault long; do
      "$LXSHIM" run -q --require-complete --lane "$1" -- flip-static "$call" "$way" "${FLIP_CALLS-600}" || echo "$call $way $?"
      find drv -mindepth 1 \( -name '*:*' -o -type p -o -type s \) -printf "$call $way: %P %y\n"
      rm -rf drv/* out/*
    done
  done
}

@test "a path that another thread changes makes no illegal name, no FIFO and no socket in a drive" {
  for lane in both supervisor; do
    run flip_in "$lane"
    assert_output ""
  done
}

@test "outside, a call of a program with threads has the answers that it has natively" {
  needs strace strace
  long=$(printf 'x/%.0s' {1..2100})
  steps='umask 027
    for call in open creat mkdir mknod mkfifo symlink link rename bind; do
      for path in out/a:b out/a:b "$PWD/out/c" /proc/self/cwd/out/d /proc/thread-self/cwd/out/e out/none/f out/source/g \
          "" . out/ "$LONG" /dev/null; do
        [[ $path != /dev/null || $call == open ]] || continue
        echo "$call ${path:0:30} $(flip-static $call nothing 1 "$path")"
      done
      find out -mindepth 1 -printf "%P %y %m %U %l\n" | sort; rm -rf out/*
    done
    flip-static open nothing 1 /dev/stdout'
  run env LONG="$long" bash -uc "$steps"
  assert_line "mkdir out/a:b EEXIST"
  assert_line "open /proc/self/cwd/out/d ok"
  expected=$output
  for lane in both supervisor; do
    run env LONG="$long" "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc "$steps"
    assert_output "$expected"
  done
  # Somebody else traces it: then it goes on by itself.
  strace -qq -o /dev/null true 2>/dev/null || return 0
  run "$LXSHIM" run -q --require-complete --lane supervisor -- \
    strace -f -qq -o "$BATS_TEST_TMPDIR/trace" flip-static mkdir nothing 1 out/traced
  assert_output ok
}
