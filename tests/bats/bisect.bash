# SPDX-License-Identifier: MIT
# What the tests of lxshim bisect have in common; a file loads it after helpers.
# shellcheck shell=bash disable=SC2016,SC2154 # steps are single-quoted; run sets output

# project: goes to a project of its own, from where copies and what is kept can be looked at.
project() {
  D=$(fresh)/project
  mkdir "$D" "$BATS_TEST_TMPDIR/tmp"
  export D TMPDIR=$BATS_TEST_TMPDIR/tmp XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  cd "$D" || return
}

# Nothing is left: no copy, and nothing to go on with.
leaves_nothing() {
  run find "$TMPDIR" -mindepth 1
  assert_output ""
  run find "$XDG_STATE_HOME" -type f
  assert_output ""
}

# bisected ARGUMENT...: its result goes to $result.
bisected() {
  run --separate-stderr "$LXSHIM" bisect --json "$@"
  echo "$output$stderr"
  result=$output
}

# told QUERY: what the result says.
told() {
  jq -r "$1" <<<"$result"
}

# It has taken as few runs as are promised for a single cause.
few_runs() {
  assert_equal "$(told '.causes | length')" 1
  assert_equal "$(told '.runs <= 4 * ([.calls, 1] | max | log2) + 3 * (.fired | length)')" true
}

# The build of this directory passes natively.
passes_natively() {
  native 'cp -r "$D"/. . && bash build.sh'
  assert_success
}

# among_many FIRST SECOND [CALLS]: a build with a thousand calls, or so many, on which rules speak, and what the
# words, which are perl, say among them: each file is one that is made, and one whose mode is changed. All of it is
# one program: what a run takes is mostly the starts of programs, and a bisect makes many runs.
among_many() {
  local files=$((${3:-1000} / 2))
  cat >build.sh <<STEPS
exec perl - <<'END'
sub make { for (@_) { open F, ">f\$_"; close F; chmod 0600, "f\$_" } }
make(1 .. $((files / 2)));
$1;
make($((files / 2 + 1)) .. $files);
exit($2);
END
STEPS
}

# Which of the processes that have noted their numbers are there still.
stay() {
  local pid
  while read -r pid; do
    [[ ! -e /proc/$pid || $(tr '\0' ' ' <"/proc/$pid/cmdline") != *sleep* ]] || echo "$pid stays"
  done <"$PIDS"
}
