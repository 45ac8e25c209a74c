#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is made from the registries: the tree has it as it would be made, and shells complete by it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # other shells expand their scripts; every test is a subshell

load helpers

@test "make generate would change nothing" {
  local files
  cd "$SOURCE_ROOT" || return
  mapfile -t files < <("$BUILD/generate" | sort -u)
  ((${#files[@]} >= 100))
  cp --parents -t "$BATS_TEST_TMPDIR" "${files[@]}"
  "$BUILD/generate" "$BATS_TEST_TMPDIR"
  run diff <(sha256sum "${files[@]}") <(cd "$BATS_TEST_TMPDIR" && sha256sum "${files[@]}")
  assert_output "" # or the names of those that it writes otherwise
}

# Texts without what only Markdown has, and without line ends, a line for each that begins with "%% ".
plain() {
  sed -E '/^(```|<!--)/d; s/^(#+|-) //; s/[`\\]//g' | tr -s ' \n' ' ' | sed 's/ *%% /\n/g; s/ *$/\n/'
}

@test "each rule has a page, which is what lxshim explain prints, and the index has them all" {
  local rule rules pages
  cd "$SOURCE_ROOT" || return
  mapfile -t rules < <("$LXSHIM" policy rules --json | grep -oP '"id": "\K[^"]+')
  ((${#rules[@]} >= 100))
  # All at once, as one process of a rule is enough for each of a hundred.
  for rule in "${rules[@]}"; do
    echo "%% $rule"
    "$LXSHIM" explain "$rule"
  done | plain >"$BATS_TEST_TMPDIR/said"
  for rule in "${rules[@]}"; do
    printf '%%%% %s\n%s\n' "$rule" "$(<"docs/rules/$rule.md")"
  done | plain >"$BATS_TEST_TMPDIR/pages"
  pages=("${rules[@]/%/.md}")
  {
    diff "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/pages" || echo "another text"
    printf '%s\n' "${rules[@]}" | grep -vxFf <(sed -nE 's/.*\[`(.*)`\]\(\1\.md\).*/\1/p' docs/rules/README.md) |
      sed 's/^/not in the index: /'
    grep -Lx "## what usually helps" "${pages[@]/#/docs/rules/}" | sed 's/^/nothing helps: /'
  } >"$BATS_TEST_TMPDIR/found" || true
  # None is of a rule that is no more.
  printf '%s\n' docs/rules/*.md | grep -vxFf <("$BUILD/generate") >>"$BATS_TEST_TMPDIR/found" || true
  run cat "$BATS_TEST_TMPDIR/found"
  assert_output ""
  # What a page that is not ours would be is left alone.
  run "$BUILD/generate" "$BATS_TEST_TMPDIR/none"
  assert_failure
}

@test "every value of every rule has evidence, if only an inference, and its rule a test" {
  local rules
  rules=$("$LXSHIM" policy rules --json | grep -c '"evidence"')
  run awk -F ' [|] ' '/^[|] `/ { print $1 }' "$SOURCE_ROOT/docs/fidelity.md"
  assert_equal "$(sort -u <<<"$output" | wc -l)" "$rules"
  run grep -e '| no grade |' -e '| none |$' "$SOURCE_ROOT/docs/fidelity.md"
  assert_output ""
}

@test "every value has a grade, and evidence that bears it out" {
  needs jq jq
  local -A words=(["vendor test"]='vendor test|its tests' ["vendor source"]="openvmm|vendor's"
    ["documentation"]='seed:|MicrosoftDocs|MS-FSA|MS-FSCC' ["trace in a report"]='[s]trace' ["release note"]='RN:'
    ["report"]='#' ["recalled"]='recalled' ["inference"]='inference|no source|leaves|what the rules')
  local grade
  # What profiles say is a grade and a text each, on all kinds of volumes and on one.
  run jq -r 'input_filename as $f | [."//", (.on // {} | .[] | ."//")] | .[] | select(type != "string" and . != null)
    | if type == "array" then [.] else [.[]] end | .[]
    | if type == "array" and length == 2 then "\(.[0])\t\(.[1])" else "\($f): \(.)" end' \
    "$SOURCE_ROOT"/policy/profiles/*.json
  assert_success
  echo "$output" >"$BATS_TEST_TMPDIR/said"
  "$LXSHIM" policy rules --json | jq -r '.[] | "\(.grade)\t\(.evidence)"' >>"$BATS_TEST_TMPDIR/said"
  for grade in "${!words[@]}"; do
    grep -P "^$grade\t" "$BATS_TEST_TMPDIR/said" >"$BATS_TEST_TMPDIR/of" || echo "none: $grade"
    cut -f 2- "$BATS_TEST_TMPDIR/of" | grep -vE "${words[$grade]}" || true
    # Better than an inference is nothing that begins as one.
    [[ $grade == inference ]] || grep -P '\t(inference|no source)' "$BATS_TEST_TMPDIR/of" || true
    grep -vP "^$grade\t" "$BATS_TEST_TMPDIR/said" >"$BATS_TEST_TMPDIR/rest" || true
    mv "$BATS_TEST_TMPDIR/rest" "$BATS_TEST_TMPDIR/said"
  done >"$BATS_TEST_TMPDIR/found"
  run cat "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/found"
  assert_output ""
}

@test "a file without the lines between which to write is left alone, and named" {
  local file
  cd "$BATS_TEST_TMPDIR" || return
  for file in $("$BUILD/generate"); do
    mkdir -p "${file%/*}"
    echo "mine" >"$file"
  done
  run "$BUILD/generate" .
  assert_failure
  assert_line "generate: ./completions/_lxshim: it does not say where to begin"
  assert_line "generate: ./docs/rules/README.md: it cannot be written, or was not made here"
  run cat completions/_lxshim policy/profiles/drvfs.json docs/rules/names.illegal.md
  assert_output $'mine\nmine\nmine'
}

# What a shell offers for a line that ends at the cursor: tested in each with these.
LINES_OF='lxshim ex|explain
lxshim policy sh|show
lxshim policy rules --j|--json
lxshim run --profile wsl1-1903|wsl1-1903
lxshim run --lane su|supervisor
lxshim matrix --emit gitl|gitlab
lxshim matrix merge --rep|--report
lxshim run --set names.ill|names.illegal=
lxshim explain rename.fl|rename.flags
lxshim help cov|coverage
lxshim gallery rename-np|rename-npm
lxshim win mkl|mklink'

# offers COMMAND...: with a line as its last argument it prints what is offered.
offers() {
  local line expected PATH=$BUILD:$PATH
  while IFS='|' read -r line expected; do
    run --separate-stderr "$@" "$line"
    assert_equal "$line: $output" "$line: $expected"
  done <<<"$LINES_OF"
}

@test "completion in bash" {
  cat >"$BATS_TEST_TMPDIR/offer" <<'EOF'
. "$1"
compopt() { :; }
COMP_LINE=$2 COMP_POINT=${#2}
_lxshim
printf '%s\n' "${COMPREPLY[@]}"
EOF
  offers bash "$BATS_TEST_TMPDIR/offer" "$SOURCE_ROOT/completions/lxshim.bash"
  # bash takes what stands before a '=' for a word of its own.
  run bash "$BATS_TEST_TMPDIR/offer" "$SOURCE_ROOT/completions/lxshim.bash" \
    'lxshim run --set=unlink.open_file=p'
  assert_output $'pending\nposix'
}

@test "completion in zsh" {
  needs zsh zsh
  cat >"$BATS_TEST_TMPDIR/offer" <<'EOF'
compset() { [[ ${words[CURRENT]} == *=* ]] && IPREFIX=${words[CURRENT]%=*}= words[CURRENT]=${words[CURRENT]##*=} }
compadd() {
  local suffix=
  [[ $1 != -S ]] || { suffix=$2; shift 2 }
  shift
  for word in $@; do [[ $word != ${words[CURRENT]}* ]] || print -r -- $word$suffix; done
}
words=(${=2})
CURRENT=$#words
. $1
EOF
  offers zsh -f "$BATS_TEST_TMPDIR/offer" "$SOURCE_ROOT/completions/_lxshim"
  run zsh -f "$BATS_TEST_TMPDIR/offer" "$SOURCE_ROOT/completions/_lxshim" \
    'lxshim run --set unlink.open_file=p'
  assert_output $'pending\nposix'
}

@test "completion in fish" {
  needs fish fish
  export HOME=$BATS_TEST_TMPDIR
  offers fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' \
    "$SOURCE_ROOT/completions/lxshim.fish"
  run fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' \
    "$SOURCE_ROOT/completions/lxshim.fish" 'lxshim run --set=unlink.open_file=p'
  assert_output $'--set=unlink.open_file=pending\n--set=unlink.open_file=posix'
}

@test "make install puts them where the shells look" {
  make -s -C "$SOURCE_ROOT" B="$BUILD" DESTDIR="$BATS_TEST_TMPDIR/root" -o all install
  cd "$BATS_TEST_TMPDIR/root/usr/local/share" || return
  cmp bash-completion/completions/lxshim "$SOURCE_ROOT/completions/lxshim.bash"
  cmp zsh/site-functions/_lxshim "$SOURCE_ROOT/completions/_lxshim"
  cmp fish/vendor_completions.d/lxshim.fish "$SOURCE_ROOT/completions/lxshim.fish"
  make -s -C "$SOURCE_ROOT" B="$BUILD" DESTDIR="$BATS_TEST_TMPDIR/root" uninstall
  run find "$BATS_TEST_TMPDIR/root" -type f
  assert_output ""
}
