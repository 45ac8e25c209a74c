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

@test "a build directory by characters that make or a shell reads is refused, and nothing is run by its name" {
  local name
  for name in 'a;touch ran' "it's" 'a&b' 'a$$b' '`ran`' 'a(b' 'a"b' 'a%b' 'a=b' 'a\#b' 'a*b'; do
    makes B="$BATS_TEST_TMPDIR/$name"
    assert_failure 2
    assert_output --regexp "a rule of make or a shell takes|ld.so takes spaces and colons"
  done
  assert_equal "$(ls -A "$BATS_TEST_TMPDIR")" ""
  makes B="$BATS_TEST_TMPDIR/ü_1.2+a,b@c~d-e" -n all
  assert_success
}

@test "a clone in a directory whose name a shell would read is built and shown; the suite names it" {
  local name tree="$BATS_TEST_TMPDIR/a;touch\${IFS}ran\$HOME'x\"y&(z)#%ü\`id\`[q]*{1,2}~<k>!@+,\\w|"
  mkdir -p "$tree/examples" "$tree/tests"
  cp -R "$SOURCE_ROOT"/{Makefile,packaging,policy,shim,tools} "$tree"
  cp "$SOURCE_ROOT/tests/suite" "$tree/tests"
  printf '#!/bin/sh\nprintf "%%s\\n" "$LXSHIM_BUILD"\n' >"$tree/examples/demo"
  printf '#!/bin/sh\n' >"$tree/tools/deps" # it would install
  chmod +x "$tree/examples/demo"
  cd "$tree" || return
  here() { run env -u MAKEFLAGS -u MAKELEVEL -u B make --no-print-directory "$@"; }
  mkdir build
  ln -s /nowhere build/gallery # as of a clone that was moved
  here build/gallery
  assert_success
  assert_equal "$(readlink build/gallery)" "$tree/examples/gallery"
  here MAKE=: demo
  assert_success
  assert_output --partial "$tree/build"
  here suite
  assert_failure 2
  assert_line --index 0 "suite: clone lxshim elsewhere than to $tree: the tests take paths of letters, digits and _ . / + , @ ~ - alone"
  for name in "with blank" 'a;b' "it's" a:b 'a$b' 'a*'; do
    LXSHIM_BUILD=$BUILD TMPDIR=$BATS_TEST_TMPDIR/$name run "$SOURCE_ROOT/tests/suite" -l preload
    assert_failure 1
    assert_output --partial "suite: TMPDIR is $BATS_TEST_TMPDIR/$name: the tests take paths of"
  done
  mkdir "$BATS_TEST_TMPDIR/with blank"
  LXSHIM_BUILD=$BUILD TMPDIR="$BATS_TEST_TMPDIR/with blank" run "$SOURCE_ROOT/examples/demo"
  assert_failure 1
  assert_output "demo: TMPDIR is $BATS_TEST_TMPDIR/with blank: neither ld.so nor the projects that are built there take spaces and colons"
  assert_equal "$(ls)" $'Makefile\nbuild\nexamples\npackaging\npolicy\nshim\ntests\ntools'
}

@test "what root installs is everybody's to read, whatever the umask" {
  local root=$BATS_TEST_TMPDIR/root
  mkdir -m 755 "$root"
  umask 077
  run env -u MAKEFLAGS -u MAKELEVEL make -C "$SOURCE_ROOT" --no-print-directory B="$BUILD" -o all DESTDIR="$root" install
  assert_success
  [[ -e $root/usr/local/share/pkgconfig/lxshim.pc && -d $root/usr/local/share/lxshim/gallery ]]
  run find "$root" -mindepth 1 ! -type l ! \( -perm -444 -a \( ! -type d -o -perm -111 \) \)
  assert_output ""
}

@test "neither CDPATH nor another language, nor a git hook's repository, reaches the tests" {
  mkdir "$BATS_TEST_TMPDIR/tests"
  printf '%s\n' '@test "what is set" {' \
    '  [[ -z ${CDPATH-}${LANGUAGE-}${GIT_DIR-}${GIT_WORK_TREE-}${MAKEFLAGS-}${PYTHONWARNINGS-}${FORCE_COLOR-} ]]' '}' >"$BATS_TEST_TMPDIR/tests/a.bats"
  export CDPATH=/tmp:.:/ LANGUAGE=de GIT_DIR=/nowhere GIT_WORK_TREE=/nowhere MAKEFLAGS=k PYTHONWARNINGS=error FORCE_COLOR=1
  cd "$SOURCE_ROOT"
  run --separate-stderr tests/suite -l preload "$BATS_TEST_TMPDIR/tests/a.bats"
  assert_success
  assert_line "# tests: 1 ok, 0 skipped, 0 failed"
  run tools/deps -n build lint demo
  [[ $output != *"$SOURCE_ROOT"* ]]
}

@test "what no lane changes is a lane of its own: run beside the others, and counted where it was left out" {
  local tree
  tree=$(fresh tree)
  export LOG=$BATS_TEST_TMPDIR/log
  mkdir -p "$tree"/tests/bats "$tree"/tools
  cp "$SOURCE_ROOT/tests/suite" "$tree/tests"
  cp "$SOURCE_ROOT/tools/present.bash" "$tree/tools"
  printf '@test "%s" {\n  echo "%s $LXSHIM_TEST_LANE" >>"$LOG"\n}\n' "by none" none "by the lane" lane >"$tree/tests/bats/a.bats"
  echo 'a.bats | by none | once | it starts nothing' >"$tree/tests/bats/lanes.list"
  cd "$tree" || return
  run tests/suite -l preload tests/bats/a.bats
  assert_line "# tests: 1 ok, 0 skipped, 0 failed"
  assert_line "# tests that no lane changes, and that were not run: 1 (lane once)"
  assert_equal "$(<"$LOG")" "lane preload"
  run tests/suite -l once tests/bats/a.bats
  assert_line "# files: 1; lanes: once; failed: 0"
  refute_output --partial "not run"
  assert_equal "$(<"$LOG")" $'lane preload\nnone preload'
  # By itself it is in all of them, in each of those there are once.
  rm "$LOG"
  run tests/suite tests/bats/a.bats
  assert_success
  assert_line --regexp '^# files: 1; lanes: once (supervisor both )?preload; failed: 0$'
  assert_equal "$(grep -c none "$LOG")" 1
  assert_equal "$(grep -c "lane preload" "$LOG")" 1
  refute_output --partial "not run"
}

@test "a test that does not end is given up, after what its processes wait for" {
  needs ps procps
  export GATE=$BATS_TEST_TMPDIR/gate
  mkfifo "$GATE"
  mkdir "$BATS_TEST_TMPDIR/tests"
  # It leaves the group that is ended, and ends as the gate is opened below.
  printf '%s\n' '@test "ends" {' '  true' '}' '@test "waits" {' '  setsid cat "$GATE"' '}' '@test "comes after" {' '  true' '}' \
    >"$BATS_TEST_TMPDIR/tests/a.bats"
  cd "$SOURCE_ROOT"
  SUITE_LIMIT=2 run tests/suite -l preload "$BATS_TEST_TMPDIR/tests/a.bats"
  : <>"$GATE"
  assert_failure 1
  assert_line --index 2 "ok 1 ends"
  assert_line --partial "# a.bats: no test has ended for 2 s: given up in the one after the last above."
  assert_line --regexp "^# +([0-9]+) +\\1 +[0-9]+ S.* cat $GATE +\\["
  assert_line "# failed: preload $BATS_TEST_TMPDIR/tests/a.bats"
}

@test "a temporary directory: where nothing can be started another is taken; one that was asked for is obeyed or refused" {
  LXSHIM_BUILD=$BUILD TMPDIR=/nowhere run "$SOURCE_ROOT/examples/demo"
  assert_failure 1
  assert_output "demo: TMPDIR is /nowhere, and no program can be written there and started"
  LXSHIM_BUILD=$BUILD TMPDIR=/nowhere run "$SOURCE_ROOT/tests/suite" -l preload
  assert_failure 1
  assert_output "suite: TMPDIR is /nowhere, and no program can be written there and started"

  unshare --mount true || skip "no mount namespace can be made here"
  local steps='set -eu; . "$1/tools/present.bash"; cd "$2"; choose_tmpdir true "$2"; echo "$TMPDIR"'
  mkdir "$BATS_TEST_TMPDIR/below"
  run env TMPDIR=below bash -c "$steps" steps "$SOURCE_ROOT" "$BATS_TEST_TMPDIR"
  assert_output "$BATS_TEST_TMPDIR/below"
  run env -u TMPDIR unshare --mount bash -c "mount -t tmpfs -o noexec none /tmp; $steps" steps "$SOURCE_ROOT" /var/tmp
  assert_output "steps: in /tmp no program can be started, or there are no user xattrs: TMPDIR is /var/tmp
/var/tmp"
}

# machine_with: in $MACHINE one that has tools/deps, for three packages, and apt-get as standard input has it.
machine_with() {
  local name
  export MACHINE=$BATS_TEST_TMPDIR/machine
  mkdir -p "$MACHINE/bin" "$MACHINE/tree/tests/bats"
  cp -r "$SOURCE_ROOT/tools" "$MACHINE/tree"
  sed -i "/^needs='/,/^'/c needs='lint|one|lx-one|1\nlint|two|lx-two|2\nlint|three|lx-three|3'" "$MACHINE/tree/tools/deps"
  for name in bash env dirname cut tr sort grep id rm touch ln mktemp sed; do
    ln -s "$(type -P "$name")" "$MACHINE/bin"
  done
  printf '#!/bin/sh\nshift\n"$@"\n' >"$MACHINE/bin/sudo"
  printf '#!/bin/sh\n[ "$*" != "--configure -a" ] || rm -f "%s/halfway"\n' "$MACHINE" >"$MACHINE/bin/dpkg"
  cat >"$MACHINE/bin/apt-get"
  chmod +x "$MACHINE"/bin/{sudo,dpkg,apt-get}
}

# With pipefail the writer's SIGPIPE is the pipe's status, now and then.
@test "make deps goes on where dpkg was stopped halfway, or one package of many cannot be had" {
  machine_with <<'EOF'
#!/bin/bash
[[ $1 == install ]] || exit 0
[[ ! -e $MACHINE/halfway ]] || exit 100
[[ $* != *' one '* ]] || { touch "$MACHINE/halfway"; exit 100; }
[[ $* != *' two' ]] || { echo "E: two is gone"; exit 100; }
ln -s /bin/true "$MACHINE/bin/lx-${!#}"
EOF
  PATH=$MACHINE/bin run "$MACHINE/tree/tools/deps" lint
  assert_failure 1
  assert_output --regexp $'\nNot all at once; one after the other:\nE: two is gone\nStill missing:\nmissing: two +2$'
}

@test "make deps ends where no archive answers, and installs what is there without" {
  machine_with <<'EOF'
#!/bin/bash
echo "$1" >>"$MACHINE/calls"
if [[ $1 == update ]]; then
  echo "Err:1 http://archive.example bookworm InRelease"
  printf 'W: Failed to fetch http://%s.example/InRelease  Temporary failure resolving\n' a b c d e f
elif [[ $* == *--no-download* && -e $MACHINE/cached ]]; then
  ln -s /bin/true "$MACHINE/bin/lx-one"
  ln -s /bin/true "$MACHINE/bin/lx-two"
  ln -s /bin/true "$MACHINE/bin/lx-three"
else
  echo "E: Failed to fetch http://archive.example/${!#}.deb  Temporary failure resolving"
  exit 100
fi
EOF
  PATH=$MACHINE/bin run "$MACHINE/tree/tools/deps" lint
  assert_failure 1
  assert_equal "${#lines[@]}" 8
  assert_line --partial "http://c.example/InRelease  Temporary failure"
  assert_line --index 6 "No archive of packages answers, and nothing was installed. Where one does:"
  assert_line --index 7 "  apt-get install one three two"
  assert_equal "$(<"$MACHINE/calls")" $'update\ninstall'
  : >"$MACHINE/cached"
  PATH=$MACHINE/bin run "$MACHINE/tree/tools/deps" lint
  assert_success
}

@test "no script that minds the status of a pipe has a reader that leaves early" {
  cd "$SOURCE_ROOT"
  local scripts
  mapfile -t scripts < <(grep -rlE '^set .*pipefail' .ci bench examples packaging tests/suite tools)
  ((${#scripts[@]} > 8))
  # What ends in a quote is steps for another shell.
  run grep -nE "[|] *(head|grep -[[:alpha:]]*q[[:alpha:]]*) .*[^']\$" "${scripts[@]}"
  assert_output ""
}
