#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is there for builds and CI of others: found where it was installed, and run by its own tools.
# shellcheck disable=SC2016,SC2154 # steps are for other shells; run sets output

load helpers

# An installation, made once.
setup_file() {
  make -s -C "$SOURCE_ROOT" B="${BUILD#"$SOURCE_ROOT"/}" DESTDIR="$BATS_FILE_TMPDIR/root" -o all install
}

setup() {
  ROOT=$BATS_FILE_TMPDIR/root/usr/local
  export PATH="$ROOT/bin:$PATH"
  cp -RL "$SOURCE_ROOT/examples/builds" "$BATS_TEST_TMPDIR/builds"
}

@test "pkg-config finds the program and the library" {
  needs pkg-config pkg-config
  export PKG_CONFIG_PATH=$ROOT/share/pkgconfig
  run pkg-config --variable=library lxshim
  assert_output /usr/local/lib/liblxshim.so
  assert_exists "$BATS_FILE_TMPDIR/root$output"
  run pkg-config --modversion lxshim
  assert_output "$("$LXSHIM" --version | awk '{ print $NF }')"
}

# packaged PATTERN...: reads names, and prints those that no pattern is about.
packaged() {
  local name pattern
  while read -r name; do
    for pattern in "$@"; do
      # shellcheck disable=SC2053 # it is a pattern
      [[ $name != $pattern && $name != $pattern/* ]] || continue 2
    done
    echo "in no package: $name"
  done
}

@test "what make install puts somewhere is in Debian's packages and in the rpm" {
  local patterns names
  # Which directory of libraries it is, says the distribution.
  names=$(cd "$ROOT" && find bin share -type f | sed 's|^share/pkgconfig|lib/KIND/pkgconfig|')
  mapfile -t patterns < <(sed -n 's|^usr/||p' "$SOURCE_ROOT"/packaging/debian/*.install)
  run packaged "${patterns[@]}" <<<"$names"
  assert_output ""
  mapfile -t patterns < <(sed -n 's|^%{_bindir}|bin|p; s|^%{_mandir}|share/man|p; s|^%{_datadir}|share|p; s|^%{_libdir}|lib/*|p' \
    "$SOURCE_ROOT/packaging/rpm/lxshim.spec")
  run packaged "${patterns[@]}" <<<"$names"
  assert_output ""
}

@test "CMake: find_package, and a test on a drive that fails where Linux's passes" {
  needs cmake cmake
  cd "$BATS_TEST_TMPDIR/builds/cmake"
  cmake -S . -B out -DCMAKE_PREFIX_PATH="$ROOT" >log
  cmake --build out >>log
  run env -C out ctest --output-on-failure
  assert_line --regexp 'linux \.+ +Passed'
  assert_line --regexp 'drive \.+\*\*\*Failed'
  assert_line --partial "rename: Permission denied"
  # Where it is not installed the project builds all the same.
  cmake -S . -B without -DCMAKE_DISABLE_FIND_PACKAGE_lxshim=ON >>log
  run env -C without ctest -N
  assert_line "Total Tests: 1"
}

@test "meson: a test on a drive that fails where Linux's passes" {
  needs meson meson
  cd "$BATS_TEST_TMPDIR/builds/meson"
  meson setup out >log
  run meson test -C out --print-errorlogs
  assert_line --regexp 'linux +OK'
  assert_line --regexp 'drive +FAIL'
  assert_line --partial "rename: Permission denied"
}

@test "automake: a test on a drive that fails where Linux's passes" {
  needs automake automake
  cd "$BATS_TEST_TMPDIR/builds/automake"
  autoreconf -i >log 2>&1
  ./configure >>log
  run make check
  assert_line "PASS: renames"
  assert_line "FAIL: renames-on.drive"
  run cat renames-on.log
  assert_line "rename: Permission denied"
}

@test "the step of the GitHub action: status, trace, annotations, and how it ends" {
  cd "$(fresh drive)"
  export GITHUB_OUTPUT=$BATS_TEST_TMPDIR/output TRACE=$BATS_TEST_TMPDIR/trace LXSHIM COMMAND PROFILE FAIL_ON
  unset GITHUB_STEP_SUMMARY
  COMMAND='mkdir tmp; exec 3>tmp/f; mv tmp out' run "$SOURCE_ROOT/packaging/github/run"
  assert_failure 1
  assert_line --regexp '^::(error|warning|notice).*rename'
  run cat "$GITHUB_OUTPUT"
  assert_output "status=1
trace=$TRACE"
  COMMAND='mkfifo p || true' PROFILE=wsl2-9p run "$SOURCE_ROOT/packaging/github/run"
  assert_success
  COMMAND='mkfifo p || true' FAIL_ON=denied run "$SOURCE_ROOT/packaging/github/run"
  assert_failure
}

@test "the hook names what cannot live on a drive, and nothing else" {
  needs git git
  cd "$(fresh)"
  git init -q
  mkdir d
  touch 'a:b' AUX.c con ok d/x. Ok 'd/fine name.c' d/COM10
  ln -s /etc absolute
  ln -s ok relative
  git add -A
  run "$SOURCE_ROOT/packaging/pre-commit/check-names"
  assert_failure 1
  assert_output 'AUX.c: "AUX.c" is a device to Windows
a:b: "a:b" has a character that no name on a Windows drive has
absolute: a link to "/etc": Windows does not find absolute ones
con: "con" is a device to Windows
d/x.: "x." ends with a dot or a blank, which Windows leaves out
ok: "ok" and "Ok" are one name where case does not count'
  # This tree can.
  [[ ! -e $SOURCE_ROOT/.git ]] || env -C "$SOURCE_ROOT" packaging/pre-commit/check-names
}

@test "the files of other tools are such that they read them" {
  needs python3 python3
  cd "$SOURCE_ROOT/packaging"
  python3 -m json.tool github/matcher.json >/dev/null
  python3 -m json.tool devcontainer/src/lxshim/devcontainer-feature.json >/dev/null
  sh -n alpine/APKBUILD
  sh -n devcontainer/src/lxshim/install.sh
  run grep -h -e '^Version:' -e '^pkgver=' -e '^lxshim (' rpm/lxshim.spec alpine/APKBUILD debian/changelog
  assert_equal "$(grep -o '[0-9.]*[0-9]' <<<"$output" | sort -u)" "$("$LXSHIM" --version | awk '{ print $NF }')"
  present rpmspec || skip "the spec: no rpmspec: apt-get install rpm"
  rpmspec -P rpm/lxshim.spec >/dev/null
}
