#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Bugs that users of WSL have reported: those of examples/gallery by lxshim gallery, single lines of gallery.list,
# and docs/gallery.md, which says of each where it is.
# shellcheck disable=SC2030,SC2031,SC2154 # run sets status, output and lines

load helpers

GALLERY=$SOURCE_ROOT/examples/gallery
LIST=$SOURCE_ROOT/tests/bats/gallery.list
TABLE=$SOURCE_ROOT/docs/gallery.md

# head_of FILE KEY: what a script says of itself behind "# KEY: ".
head_of() {
  sed -n "/^[^#]/q; s/^# $2: //p" "$1"
}

# title_of FILE: the first of its comments that is text.
title_of() {
  sed -nE '/^[^#]/q; /^# SPDX|^# [a-z]+: /d; s/^# //p' "$1" | paste -sd' '
}

# those_for USER: the bugs that only such a user can run.
those_for() {
  grep -lx "# user: $1" "$GALLERY"/*/bug.sh | sed -E 's|/bug.sh$||; s|.*/||'
}

# those_of_git: the bugs that run git, which asks whose a repository is, and so who runs it.
those_of_git() {
  grep -lE '^# needs: .*git' "$GALLERY"/*/bug.sh | xargs grep -LE '^# user: ' | sed -E 's|/bug.sh$||; s|.*/||'
}

# not_excused: of what lxshim gallery has printed, what is neither ok nor left out for who runs it or what is missing,
# nor that there is no supervisor, as in a container.
not_excused() {
  grep -vE '^ok |^lxshim: no supervisor here: |^not run +[a-z0-9-]+: (only root can do this$|root may do this|no [a-z0-9-]+ here$)|^[0-9]+ as recorded' || true
}

@test "every bug of the gallery answers as recorded: on plain Linux, on its drive, and with its fix" {
  run "$LXSHIM" gallery
  echo "$output" >"$BATS_TEST_TMPDIR/said"
  assert_success
  (($(grep -c '^ok ' "$BATS_TEST_TMPDIR/said") >= 20))
  run not_excused <"$BATS_TEST_TMPDIR/said"
  assert_output ""
}

@test "those that root does not meet, and those of git, by another user" {
  local bugs
  ((EUID == 0)) || skip "an ordinary user runs them with the others"
  needs git git
  mapfile -t bugs < <(those_for ordinary; those_of_git)
  ((${#bugs[@]} >= 10))
  shared
  cp -R "$GALLERY" "$SHARED.bin/gallery"
  TMPDIR=$SHARED run as_user env -C "$SHARED" "$LXSHIM" gallery "${bugs[@]}"
  assert_success
  local missing
  missing=$(grep -cE '^  not run: no [a-z0-9-]+ here$' <<<"$output") || true
  assert_line "$((${#bugs[@]} - missing)) as recorded, 0 otherwise, $missing not run"
  ((missing < ${#bugs[@]} / 2))
}

@test "a bug that there is no room for is not run, and what helps is said" {
  needs_mounts
  run unshare -m bash -c 'mount -t tmpfs -o size=16k none "$1" && { cat /dev/zero >"$1/filler"; true; } 2>/dev/null
    TMPDIR=$1 "$2" gallery --from "$3" rename-npm' - "$(fresh)" "$LXSHIM" "$GALLERY"
  assert_failure 1
  assert_line --regexp '^  not run: cannot copy it to .*: is there room\? TMPDIR chooses another place$'
}

# rows: runs each of gallery.list, and prints those that answer otherwise.
rows() {
  local id profile rest steps linux wsl line
  while read -r line; do
    case $line in
      '= '*)
        read -r _ id profile rest <<<"$line"
        steps="" linux="" wsl=""
        ;;
      '$ '*) steps+=${line#'$ '}$'\n' ;;
      'linux '*) linux+=${line#linux }$'\n' ;;
      'wsl '*) wsl+=${line#wsl }$'\n' ;;
      '') [[ -z ${steps-} ]] || row "$id" "$profile" "$rest" "$steps" "$linux" "$wsl" ;;
    esac
  done < <(grep -v '^#' "$LIST"; echo)
}

row() {
  [[ $4 != *sqlite3* ]] || present sqlite3 || return 0
  native "$4"
  [[ $output == "${5%$'\n'}" ]] || echo "$1, plain Linux: $output"
  printf '{"version": 1, "profile": "%s"%s}\n' "$2" "${3:+, $3}" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$(fresh drive)" "$LXSHIM" run -q "${LANE[@]}" --policy "$BATS_TEST_TMPDIR/policy.json" -- bash -uc "$4"
  [[ $output == "${6%$'\n'}" ]] || echo "$1, the drive: $output"
  [[ $5 != "$6" ]] || echo "$1: the same on both, where nothing that is broken shows"
}

@test "bugs that are a line or two answer as they were reported" {
  # Where there is no supervisor each run would say so.
  LANE=()
  "$LXSHIM" run -q --require-complete -- true 2>/dev/null || LANE=(--lane preload)
  needs python3 python3
  needs setfattr attr
  export ANSWER
  (($(grep -c '^= ' "$LIST") >= 15))
  rows >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

# expected_table: the table of examples/gallery/README.md, from the bugs themselves.
expected_table() {
  local bug
  for bug in "$GALLERY"/*/bug.sh; do
    bug=${bug%/bug.sh}
    printf '| [%s](%s) | %s | %s | %s |\n' "${bug##*/}" "${bug##*/}" \
      "$(sed -nE 's/.*"profile": "([^"]*)".*/\1/p' "$bug/policy.json")" "$(title_of "$bug/bug.sh")" \
      "$(head_of "$bug/bug.sh" reported)"
  done
}

@test "the table of the gallery's README says what its bugs say" {
  run expected_table
  ((${#lines[@]} >= 40))
  diff - <(grep '^| \[' "$GALLERY/README.md") <<<"$output"
}

# unfound: where docs/gallery.md and what it names do not go together. There are hundreds of names: no program for each.
unfound() {
  local line row by name list
  local -A reported=() tabled=()
  while IFS=: read -r name line; do
    name=${name%/bug.sh}
    reported[${name##*/}]+=$line$'\n'
  done < <(grep -HE '^# reported:' "$GALLERY"/*/bug.sh)
  list=$'\n'$(<"$LIST")
  while read -r line; do
    IFS='|' read -r _ row _ _ by _ <<<"$line"
    row=${row// /}
    [[ $line != *'`'* ]] || tabled[$row]=yes
    [[ $by == *'`'* || $by == *' not '* || $by == *' no '* ]] || echo "$row: neither a bug, a test nor a reason"
    while [[ $by =~ \`([^\`]+)\`(.*) ]]; do
      name=${BASH_REMATCH[1]} by=${BASH_REMATCH[2]}
      case $name in
        gallery.list) [[ $list == *$'\n'"= $row "* ]] || echo "$row: not in gallery.list" ;;
        *.bats) [[ -f $SOURCE_ROOT/tests/bats/$name ]] || echo "$row: no file $name" ;;
        *) [[ ${reported[$name]-} =~ [\(\ ]${row}[,\)] ]] || echo "$row: $name does not say that it is about it" ;;
      esac
    done
  done < <(grep -E '^\| [A-Z][0-9]+ \|' "$TABLE")
  # And the other way round.
  while read -r row; do
    [[ ${tabled[$row]-} ]] || echo "$row: not in the table"
  done < <(
    printf '%s' "${reported[@]}" | grep -oE '\b[A-N][0-9]+\b'
    sed -nE 's/^= ([A-Z0-9]+) .*/\1/p' "$LIST"
  )
}

@test "docs/gallery.md has all reported bugs, and where each is reproduced or why not" {
  run grep -cE '^\| [A-Z][0-9]+ \|' "$TABLE"
  assert_output 134
  run unfound
  assert_output ""
}

# a_bug DIRECTORY: a gallery of one bug.
a_bug() {
  mkdir -p "$1/one"
  printf '# A title.\n# reported: nowhere\n\necho "$(stat -c %%a .)"\nexit 3\n' >"$1/one/bug.sh"
  echo '{"version": 1}' >"$1/one/policy.json"
  printf '755\n[exit status 3]\n' >"$1/one/linux.txt"
  printf '777\n[exit status 3]\n' >"$1/one/wsl.txt"
}

@test "lxshim gallery shows one bug, and says what is otherwise than recorded" {
  local own
  own=$(fresh)
  a_bug "$own"
  run "$LXSHIM" gallery --lane preload --from "$own" one
  assert_success
  assert_output 'one
  A title.
  reported: nowhere
  policy:   {"version": 1}

  $ echo "$(stat -c %a .)"
  $ exit 3

  plain Linux  | 755
  plain Linux  | [exit status 3]
  the drive    | 777
  the drive    | [exit status 3]

  ok

1 as recorded, 0 otherwise, 0 not run'
  echo 755 >"$own/one/wsl.txt"
  printf '# Another way.\n\necho 755; exit 3\n' >"$own/one/fix.sh"
  rm "$own/one/linux.txt"
  run "$LXSHIM" gallery --lane preload --from "$own"
  assert_failure 1
  assert_output 'OTHERWISE one
  plain Linux answers otherwise than linux.txt has:
  linux.txt    | there is no such file
  answered     | 755
  answered     | [exit status 3]
  the drive answers otherwise than wsl.txt has:
  wsl.txt      | 755
  answered     | 777
  answered     | [exit status 3]
  plain Linux answers otherwise than linux.txt has:
  linux.txt    | there is no such file
  answered     | 755
  answered     | [exit status 3]
  the drive answers otherwise than linux.txt has:
  linux.txt    | there is no such file
  answered     | 755
  answered     | [exit status 3]
0 as recorded, 1 otherwise, 0 not run'
}

@test "lxshim gallery: what cannot be run, unknown bugs, nothing there, a drive" {
  local own
  own=$(fresh)
  a_bug "$own"
  sed -i '2a # needs: bash, no-such-program' "$own/one/bug.sh"
  run "$LXSHIM" gallery --from "$own"
  assert_failure 1
  assert_line "not run   one: no no-such-program here"
  run "$LXSHIM" gallery --from "$own" on
  assert_failure 2
  assert_output 'lxshim: unknown bug "on"; did you mean "one"? See lxshim gallery --list'
  run "$LXSHIM" gallery --from "$own" --lane none
  assert_failure 2
  assert_output 'lxshim: unknown lane "none": both, preload or supervisor'
  run "$LXSHIM" gallery --from "$own" --list
  assert_success
  assert_output "one                        drvfs          A title."
  run "$LXSHIM" gallery --from "$(fresh)"
  assert_failure 1
  assert_output --regexp '^lxshim: .* has no bugs$'
  run env -C "$own" "$LXSHIM" run -q -- "$LXSHIM" gallery
  assert_failure 125
  assert_output --partial "on a drive already"
}

is_over() {
  ! kill -0 "$1" 2>/dev/null
}

@test "lxshim gallery leaves nothing behind, interrupted neither" {
  local own tmp pid script
  own=$(fresh) tmp=$(fresh)
  a_bug "$own"
  TMPDIR=$tmp run "$LXSHIM" gallery --from "$own"
  assert_success
  mkfifo "$own/here" "$own/wait"
  printf '# A title.\n# reported: nowhere\n\necho >%q; read -r _ <%q\n' "$own/here" "$own/wait" >"$own/one/bug.sh"
  TMPDIR=$tmp "$LXSHIM" gallery --from "$own" 3>&- &
  pid=$!
  read -r _ <"$own/here"
  kill -TERM "$pid"
  echo >"$own/wait"
  status=0
  wait "$pid" || status=$?
  assert_equal "$status" 143
  run ls -A "$tmp"
  assert_output ""
  # What a killed one has left the next one removes; what it has started is stopped.
  printf '# A title.\n# reported: nowhere\n\necho $$ >%q; read -r _ <%q\n' "$own/here" "$own/wait" >"$own/one/bug.sh"
  TMPDIR=$tmp "$LXSHIM" gallery --from "$own" 3>&- &
  pid=$!
  read -r script <"$own/here"
  kill -KILL "$pid"
  wait "$pid" || true
  until_true is_over "$script"
  assert_equal "$(find "$tmp" -mindepth 1 -maxdepth 1 | wc -l)" 1
  a_bug "$own"
  TMPDIR=$tmp run "$LXSHIM" gallery --from "$own"
  assert_success
  run ls -A "$tmp"
  assert_output ""
}

@test "make install installs the gallery where lxshim finds it" {
  local root=$BATS_TEST_TMPDIR/root
  make -s -C "$SOURCE_ROOT" B="$BUILD" DESTDIR="$root" -o all install
  run "$root/usr/local/bin/lxshim" gallery --list
  assert_success
  assert_equal "${#lines[@]}" "$(find "$GALLERY" -name bug.sh | wc -l)"
  make -s -C "$SOURCE_ROOT" B="$BUILD" DESTDIR="$root" uninstall
  run find "$root" -type f
  assert_output ""
}

# Of each run it would be among the command's own words, and no answer as recorded.
@test "where there is no supervisor, as in Docker's containers: gallery, bisect and matrix say so once, and none of their runs" {
  local why="lxshim: no supervisor here: pidfd_getfd is forbidden here"
  refuse EPERM@pidfd_getfd true || skip "no filter can be installed here"
  cd "$(fresh)"
  run refuse EPERM@pidfd_getfd "$LXSHIM" gallery rename-npm
  assert_success
  assert_equal "$(grep -c "$why" <<<"$output")" 1
  assert_line --index 0 --partial "$why"
  assert_line "1 as recorded, 0 otherwise, 0 not run"
  run --separate-stderr refuse EPERM@pidfd_getfd "$LXSHIM" bisect -- mkfifo p
  assert_success
  refute_output --partial "$why"
  # shellcheck disable=SC2154 # run sets it
  assert_equal "$(grep -c "$why" <<<"$stderr")" 1
  run --separate-stderr refuse EPERM@pidfd_getfd "$LXSHIM" matrix --eras native,wsl1-1607 --report json -- mkfifo p
  refute_output --partial "$why"
  assert_output --regexp '"said": ?"mkfifo: cannot create'
  assert_equal "$(grep -c "$why" <<<"$stderr")" 1
  # What a supervisor is asked for is not left out.
  run refuse EPERM@pidfd_getfd "$LXSHIM" bisect --require-complete -- mkfifo p
  assert_failure
}
