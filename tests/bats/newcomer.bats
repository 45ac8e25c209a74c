# SPDX-License-Identifier: MIT
# The first minutes of somebody new: what make, tools/deps and the suite say on a machine that lacks something,
# and what they do not take over from a shell that has much set.

load helpers

# makes VARIABLE=VALUE...: make's first words in the source tree, where all that is built goes elsewhere.
makes() {
  run env -u MAKEFLAGS -u MAKELEVEL make -C "$SOURCE_ROOT" --no-print-directory B="$BATS_TEST_TMPDIR/built" "$@"
}

@test "make says what is missing before it compiles anything" {
  makes CC=no-such-compiler
  assert_failure 2
  assert_line --index 0 "make: there is no no-such-compiler here"
  refute_output --partial "not found"
  refute_output --partial "CC"$'\t'

  makes CC="gcc -nostdinc"
  assert_failure 2
  assert_line --index 0 "make: gcc does not find stdio.h jansson.h seccomp.h"
  refute_output --partial "CC"$'\t'
}

@test "make says at once that it cannot write, or that nothing could be preloaded from there" {
  makes B=/proc/built
  assert_failure 2
  assert_output --partial "nothing can be written to /proc/built: make B=/another/directory, for each target"
  refute_output --partial mkdir

  for name in "with space" with:colon; do
    makes B="$BATS_TEST_TMPDIR/$name"
    assert_failure 2
    assert_output --partial "ld.so takes spaces and colons for separators"
  done
}

@test "neither CDPATH nor another language, nor a git hook's repository, reaches the tests" {
  mkdir "$BATS_TEST_TMPDIR/tests"
  printf '%s\n' '@test "what is set" {' \
    '  [[ -z ${CDPATH-}${LANGUAGE-}${GIT_DIR-}${GIT_WORK_TREE-}${MAKEFLAGS-} ]]' '}' >"$BATS_TEST_TMPDIR/tests/a.bats"
  export CDPATH=/tmp:.:/ LANGUAGE=de GIT_DIR=/nowhere GIT_WORK_TREE=/nowhere MAKEFLAGS=k
  cd "$SOURCE_ROOT"
  run --separate-stderr tests/suite -l preload "$BATS_TEST_TMPDIR/tests/a.bats"
  assert_success
  assert_line "# tests: 1 ok, 0 skipped, 0 failed"
  run tools/deps -n build lint demo
  [[ $output != *"$SOURCE_ROOT"* ]]
}
