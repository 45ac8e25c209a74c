#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim init: what it writes is taken by those who read it, what was there stays as it was, and it asks on a terminal.
# shellcheck disable=SC2016,SC2154 # steps are single-quoted; run sets variables

load helpers

# Names npm, and does not run it: it is in what is written.

setup() {
  D=$(fresh)
  cd "$D" || return
}

FILES=$'.github/workflows/lxshim.yml\n.gitignore\n.lxshim.json'

# All files of the project.
files() {
  find . -type f ! -name '*.old' | sed 's|^\./||' | sort
}

@test "--yes: a policy that is taken, a workflow that two readers take and whose command runs, a line for git" {
  needs python3 python3
  needs py:yaml python3-yaml
  needs yamllint yamllint
  needs git git
  echo 'check: ; echo "$@ it is" && mkdir sub && ! mkfifo sub/p' >Makefile
  run "$LXSHIM" init --yes --era wsl1-1903 --eras wsl2-9p -- make check "a=: #'"
  assert_success
  assert_output $'wrote: .lxshim.json, the policy\nwrote: .github/workflows/lxshim.yml, a workflow for GitHub, whose variable LXSHIM_REPOSITORY has to name lxshim\'s source\nwrote: .gitignore, what git shall not see'
  run files
  assert_output "$FILES"$'\nMakefile'
  run "$LXSHIM" policy check
  assert_success
  run "$LXSHIM" policy show
  assert_line --index 1 --regexp '^profile +wsl1-1903 +\(\.lxshim\.json:4\)$'
  run yamllint -d '{extends: relaxed, rules: {line-length: disable}}' -s .github/workflows/lxshim.yml
  assert_success
  # The command of its step, as a runner would start it.
  python3 -c '
import yaml
y = yaml.safe_load(open(".github/workflows/lxshim.yml"))
assert y[True] == {"push": None, "pull_request": None} and y["jobs"]["wsl"]["runs-on"]
print([s["run"] for s in y["jobs"]["wsl"]["steps"] if s.get("name") == "every era of WSL"][0])' >../step
  run env PATH="${LXSHIM%/*}:$PATH" bash -e ../step
  assert_success
  assert_line --partial 'lxshim matrix: 1 pass, 0 fail'
  assert_exist lxshim.md
  # Without the variable nothing is fetched and installed: an empty name is this project's own to the checkout.
  python3 -c '
import yaml
y = yaml.safe_load(open(".github/workflows/lxshim.yml"))
steps = y["jobs"]["wsl"]["steps"]
assert [s.get("with", {}).get("repository") for s in steps].index(steps[1]["env"]["NAME"]) == 2
print(steps[1]["run"])' >../step
  run -1 env NAME= bash -e ../step
  assert_output "::error::LXSHIM_REPOSITORY is not set"
  run -0 env NAME=owner/name bash -e ../step
  assert_output ""
  # What lxshim keeps beside files is hidden from git, and the policy is not.
  git init -q .
  mkdir "$(printf '.lxshim\uF000\uF001')"
  touch "$(printf '.lxshim\uF000\uF001')/x"
  run git status --porcelain -uall
  assert_output --partial '?? .lxshim.json'
  assert_equal "$(grep -cF '.lxshim\3' <<<"$output")" 0
}

@test "what is there stays as it is, to the byte, and a second time changes nothing" {
  local before
  mkdir -p .github/workflows
  printf 'not even JSON' >.lxshim.json
  printf 'node_modules\r\n' >.gitignore
  before=$(md5sum .lxshim.json .gitignore)
  run "$LXSHIM" init --yes
  assert_success
  assert_line --index 0 'left:  .lxshim.json, which is there'
  assert_line --index 1 'wrote: .github/workflows/lxshim.yml, a workflow for GitHub, whose variable LXSHIM_REPOSITORY has to name lxshim'\''s source'
  assert_line --index 2 'left:  .gitignore, which is there; /.lxshim[!.]* in it would hide what lxshim keeps'
  assert_equal "$(md5sum .lxshim.json .gitignore)" "$before"
  echo '/.lxshim[!.]*' >>.gitignore
  before=$(find . -printf '%p %i %T@ %s\n' | sort)
  run "$LXSHIM" init --yes --era drvfs -- other
  assert_success
  assert_line --index 2 'left:  .gitignore, which is there, with /.lxshim[!.]*'
  assert_equal "$(find . -printf '%p %i %T@ %s\n' | sort)" "$before"
  # A link is there, wherever it leads.
  rm .lxshim.json .gitignore
  ln -s nowhere .lxshim.json
  mkdir .gitignore
  run "$LXSHIM" init --yes
  assert_success
  assert_line --index 0 'left:  .lxshim.json, which is there'
  assert_not_exist nowhere
  assert_dir_exist .gitignore
}

@test "--dry-run writes nothing, and prints what it would; a place that cannot be written is said" {
  run "$LXSHIM" init --dry-run -- make
  assert_success
  assert_line 'would write: .lxshim.json, the policy'
  assert_line '  "profile": "wsl2-9p"'
  assert_line '        run: "lxshim matrix -j 2 --eras all --report text --report markdown:lxshim.md -- make"'
  run files
  assert_output ""
  echo mine >.github
  run "$LXSHIM" init --yes
  assert_failure 1
  assert_line 'lxshim: cannot write .github/workflows/lxshim.yml: Not a directory'
  assert_equal "$(<.github)" mine
  run files
  assert_output $'.github\n.gitignore\n.lxshim.json'
}

@test "the command that tests a project is guessed by its files" {
  local file command
  while read -r file command; do
    : >"$file"
    run "$LXSHIM" init -n
    assert_line "        run: \"lxshim matrix -j 2 --eras all --report text --report markdown:lxshim.md -- $command\""
    rm "$file"
  done <<'END'
package.json npm test
Cargo.toml cargo test
go.mod go test ./...
CMakeLists.txt sh -c 'cmake -B build && ctest --test-dir build'
none make check
END
  # A makefile may have tests by the other name.
  printf 'all:\ntest : all\n' >Makefile
  run "$LXSHIM" init -n
  assert_line --partial ' -- make test"'
  echo 'check:' >>Makefile
  run "$LXSHIM" init -n
  assert_line --partial ' -- make check"'
}

# asked ANSWERS: on a terminal, with these lines typed.
asked() {
  run python3 "$BATS_TEST_DIRNAME/typed.py" "$1" "$LXSHIM" init
}

@test "on a terminal it asks for what is not said; no terminal, no answer, and no is nothing" {
  needs python3 python3
  run "$LXSHIM" init </dev/null
  assert_failure 2
  assert_output "lxshim: there is no terminal to ask on: --yes asks nothing, --dry-run writes nothing"
  asked $'\n\nno\n'
  assert_failure 1
  assert_line --partial 'Which WSL do you want to work on? (lxshim policy profiles) [wsl2-9p]'
  assert_line --partial 'nothing was written'
  asked $'wsl1-1908\n\n'
  assert_failure 1
  assert_output --partial 'unknown profile "wsl1-1908"; did you mean "wsl1-1903"? See lxshim policy profiles'
  asked $'\x04'
  assert_failure 1
  run files
  assert_output ""
  asked $'wsl1-1903\nmake all && ./run "a b"\n\n'
  assert_success
  run files
  assert_output "$FILES"
  run grep -F -- '-- sh -c '"'"'make all && ./run \"a b\"'"'"'"' .github/workflows/lxshim.yml
  assert_success
  run "$LXSHIM" init --yes --era wsl1-1908
  assert_failure 1
}
