#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A policy that was only found, .lxshim.json of the current directory, comes with somebody's repository:
# it chooses rules, and drives and a trace below its own directory, and is refused all else.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

CURE="to allow it, name the policy (--policy .lxshim.json or LXSHIM_POLICY) or trust its directory (lxshim policy trust)"
GUEST="; the policy was only found: $CURE"

setup() {
  TOP=$(fresh top)
  IN=$TOP/repo
  HOME=$TOP/home
  export HOME
  unset XDG_CONFIG_HOME
  mkdir "$IN" "$IN/drive" "$HOME"
  cd "$IN" || return
}

# found JSON: the policy that lies in the repository.
found() {
  printf '{"version": 1, %s}\n' "$1" >"$IN/.lxshim.json"
}

# drive_at TARGET [BACKING]
drive_at() {
  printf '"mounts": [{"type": "drvfs", "source": "C:", "target": "%s"%s}]' "$1" "${2:+, \"backing\": \"$2\"}"
}

# named STEPS: as shimmed does, with the same policy by its name.
named() {
  LXSHIM_POLICY=.lxshim.json shimmed "$1"
}

# refused PLACE REASON [STEPS]: nothing is started, and that is the word on it.
refused() {
  shimmed "${3:-echo ran}"
  assert_failure 125
  assert_output "lxshim: $1: $2"
}

@test "a trace outside is refused: JSON that the shell would run" {
  echo 'echo hello' >"$HOME/.profile"
  # The name of a file is in it, and double quotes are a shell's, too.
  steps='mkfifo "\$(echo pwned >&2)" 2>/dev/null; bash -c ". ~/.profile" 2>&1 | grep -x pwned'
  found '"trace": "../home/.profile"'
  refused .lxshim.json:1:25 "trace \"../home/.profile\" is not below $IN, expected one that is$GUEST" "$steps"
  assert_equal "$(<"$HOME/.profile")" 'echo hello'
  # Whoever names it has said yes.
  named "$steps"
  assert_output pwned
}

@test "a volume whose backing is elsewhere is refused, mounted or not; one below is taken" {
  mkdir "$TOP/other" mnt
  steps='echo ran'
  found '"volumes": {"C:": {"backing": "../other"}}, "mounts": []'
  refused .lxshim.json:1:46 "backing \"../other\" is not below $IN, expected one that is$GUEST"
  named "$steps"
  assert_output ran
  found '"volumes": {"C:": {"backing": "drive"}}, "mounts": [{"source": "C:\\\\out", "target": "mnt"}]'
  ln -s "$TOP/other" drive/out
  refused .lxshim.json:1:79 "backing \"$IN/drive/out\" is not below $IN, expected one that is$GUEST"
  rm drive/out && mkdir drive/out && touch drive/out/f
  shimmed 'ls mnt'
  assert_output f
}

@test "a drive over a directory of PATH is refused: the repository's ls would be run" {
  mkdir "$TOP/bin" "$TOP/empty"
  printf '#!/bin/sh\necho ordinary\n' >"$TOP/bin/ls"
  printf '#!/bin/sh\necho pwned\n' >drive/ls
  chmod +x "$TOP/bin/ls" drive/ls
  export PATH=$TOP/bin:$TOP/empty:$TOP/missing:$PATH
  found "$(drive_at ../bin drive)"
  refused .lxshim.json:1:71 "target \"../bin\" is not below $IN, expected one that is, or one in /mnt$GUEST" ls
  named ls
  assert_output pwned
  # One that is empty or missing is looked into as well.
  rm "$TOP/bin/ls"
  for directory in "$TOP/empty" "$TOP/missing" "$HOME/.config"; do
    found "$(drive_at "$directory" drive)"
    refused .lxshim.json:1:71 "target \"$directory\" is not below $IN, expected one that is, or one in /mnt$GUEST"
  done
}

@test "a backing outside is refused: rm would be sent into another project" {
  mkdir "$TOP/victim"
  : >"$TOP/victim/precious"
  ln -s ../victim link
  for backing in ../victim "$TOP/victim" link drive/../../victim; do
    found "$(drive_at build "$backing")"
    refused .lxshim.json:1:91 "backing \"$backing\" is not below $IN, expected one that is$GUEST" 'rm -rf build/*'
    [[ -f $TOP/victim/precious ]]
  done
  [[ $LXSHIM_TEST_LANE == preload ]] || mkdir build
  named 'rm -rf build/*'
  assert_success
  [[ ! -e $TOP/victim/precious ]]
}

@test "a target below that holds something, or is hidden, is refused" {
  mkdir -p build/sub .git
  : >build/f
  found "$(drive_at build drive)"
  refused .lxshim.json:1:71 "target \"build\" is not empty, expected an empty or missing one$GUEST"
  rm -r build/f build/sub
  for hidden in .git .git/hooks .missing build/.git; do
    found "$(drive_at $hidden drive)"
    refused .lxshim.json:1:71 "target \"$hidden\" is hidden, expected a name that begins with no dot$GUEST"
  done
  mkdir "$TOP/place"
  ln -s ../../place build/out
  found "$(drive_at build/out drive)"
  refused .lxshim.json:1:71 "target \"build/out\" is not below $IN, expected one that is, or one in /mnt$GUEST"
}

@test "a drive in place is below the policy's directory, or refused" {
  mkdir -p here "$TOP/empty"
  found "$(drive_at here)"
  steps='cd here; : >a:b; mkfifo p; ls'
  native "$steps"
  assert_output $'a:b\np'
  rm here/*
  shimmed "$steps"
  assert_output $'mkfifo: cannot create fifo \'p\': Operation not permitted\na:b'
  for target in .. "$TOP/empty" /mnt; do
    found "$(drive_at "$target")"
    refused .lxshim.json:1:71 "target \"$target\" is not below $IN, expected one that is$GUEST"
  done
}

@test "what a guest may choose works: rules, overrides, a drive and a trace below" {
  needs jq jq
  mkdir base
  printf '{"version": 1, "profile": "wsl2-9p", "windows": {"elevated": true}, "rules": {"link.create": "EPERM"}}' \
    >base/base.json
  [[ $LXSHIM_TEST_LANE == preload ]] || mkdir c
  found '"extends": "base/../base/base.json", "mode": "enforce", "trace": {"file": "base/t.jsonl", "calls": "all"},
    "mounts": [{"type": "drvfs", "source": "C:", "target": "c", "backing": "drive",
                "options": "uid=7,symlinkroot=/elsewhere/", "volume": {"label": "x"},
                "rules": {"special.fifo": "EPERM"}}],
    "overrides": [{"when": {"op": "unlink", "path": "kept"}, "then": {"errno": "EBUSY"}}]'
  shimmed 'cd c; : >f; : >kept; stat -c %u f; mkfifo p; ln f g; rm kept; ls'
  assert_output "7
mkfifo: cannot create fifo 'p': Operation not permitted
ln: failed to create hard link 'g' => 'f': Operation not permitted
rm: cannot remove 'kept': Device or resource busy
f
kept"
  assert_equal "$(ls drive)" $'f\nkept'
  run jq -r 'select(.call == "unlink") | .outcome' base/t.jsonl
  assert_output overridden
  # Lines come to those of a trace.
  before=$(wc -l <base/t.jsonl)
  shimmed 'stat c >/dev/null'
  (($(wc -l <base/t.jsonl) > before))
}

@test "a drive in /mnt, where it is missing or empty" {
  [[ -d /mnt && ! -e /mnt/lxshim-test ]] || skip "no /mnt"
  found "$(drive_at /mnt/lxshim-test drive)"
  run "$LXSHIM" policy check
  assert_output ".lxshim.json: ok, 1 mount, profile drvfs"
  [[ ! -e /c ]] || skip "there is a /c"
  found "$(drive_at /c drive)"
  run "$LXSHIM" policy check
  assert_success
  if [[ $LXSHIM_TEST_LANE == preload ]]; then
    shimmed ': >/c/f; ls /c'
    assert_output f
  fi
}

@test "options of the command line are the user's: what they replace is not looked at" {
  [[ $LXSHIM_TEST_LANE == preload ]] || mkdir "$TOP/c"
  found "$(drive_at ../c ../home), \"trace\": \"../t\""
  run "$LXSHIM" run -q --mount "drvfs:C::$TOP/c:$HOME" --trace "$TOP/t" -- ls "$TOP/c"
  assert_success
  LXSHIM_TRACE=$TOP/t run "$LXSHIM" policy show --mount "drvfs:C::$TOP/c:$HOME"
  assert_success
}

@test "a trace by a symlink, to a second name, over what is no trace" {
  mkdir logs
  echo mine >"$HOME/file"
  ln -s "$HOME" out
  ln -s ../../home/file logs/link
  ln "$HOME/file" logs/second
  mkfifo logs/fifo
  echo '#!/bin/sh' >logs/script
  for trace in out/file out/new logs/link; do
    found "\"trace\": \"$trace\""
    refused .lxshim.json:1:25 "trace \"$trace\" is reached by a symlink, expected a new file, or a trace$GUEST"
  done
  for trace in second fifo; do
    found "\"trace\": \"logs/$trace\""
    refused .lxshim.json:1:25 "trace \"logs/$trace\" is not a plain file of the user's with one name, expected a new file, or a trace$GUEST"
  done
  # Nor what a repository could not have brought along: git would obey it.
  mkdir .git .git/info logs/.d
  for trace in .git/info/attributes .profile logs/.d/new; do
    found "\"trace\": \"$trace\""
    refused .lxshim.json:1:25 "trace \"$trace\" is hidden, expected a name that begins with no dot$GUEST"
    assert_file_not_exist "$trace"
  done
  found '"trace": "logs/script"'
  refused .lxshim.json:1:25 "trace \"logs/script\" holds something that is no trace, expected a new file, or a trace$GUEST"
  assert_equal "$(cat "$HOME/file" logs/script; ls "$HOME")" $'mine\n#!/bin/sh\nfile'
}

# lines_after STEPS: denies a call in a drive, does them outside it, and denies another.
lines_after() {
  rm -rf logs
  mkdir logs
  found "\"trace\": \"logs/t\", $(drive_at drive)"
  shimmed "mkfifo drive/p 2>/dev/null; [[ -s logs/t ]] && echo first; $1; mkfifo drive/q 2>/dev/null; true"
  assert_success
  assert_line first
}

# untold: lxshim run says how many lines it could not write.
untold() {
  if [[ $LXSHIM_TEST_LANE == preload ]]; then
    assert_output first
  else
    assert_line --regexp "^lxshim: the trace lacks [0-9]+ lines? that could not be written to $IN/logs/t: "
  fi
}

@test "a symlink that comes during the run takes no line: not as a directory, not as the file" {
  echo mine >"$HOME/t"
  lines_after 'mv logs gone; ln -s ~ logs'
  untold
  lines_after 'rm logs/t; ln -s ~/t logs/t'
  untold
  lines_after 'rm logs/t; ln ~/t logs/t'
  untold
  lines_after 'rm logs/t; mkfifo logs/t; exec 3<>logs/t'
  untold
  assert_equal "$(<"$HOME/t")" mine
  # The user who names it may have symlinks.
  export LXSHIM_POLICY=.lxshim.json
  lines_after 'rm logs/t; ln -s ~/t logs/t'
  assert_output first
  (($(wc -l <"$HOME/t") > 1))
}

@test "extends: below the policy's directory, by no symlink out of it" {
  printf '{"version": 1}' >"$TOP/base.json"
  mkdir sub
  ln -s ../../base.json sub/out.json
  ln -s sub/more.json in.json
  printf '{"version": 1, "profile": "wsl1-1607", "extends": "more.json"}' >sub/in.json
  printf '{"version": 1, "rules": {"link.create": "EPERM"}}' >sub/more.json
  for base in ../base.json "$TOP/base.json" sub/out.json; do
    found "\"extends\": \"$base\""
    refused .lxshim.json:1:27 "\"$base\": leads out of $IN, expected a file below it$GUEST"
  done
  for base in sub/in.json "$IN/sub/in.json" in.json; do
    found "\"extends\": \"$base\""
    shimmed ': >f; ln f g || rm f'
    assert_output "ln: failed to create hard link 'g' => 'f': Operation not permitted"
  done
  # A base is a guest as well, and below the directory of the first.
  found '"extends": "sub/in.json"'
  printf '{"version": 1, "trace": "../../t"}' >sub/more.json
  refused sub/more.json:1:25 "trace \"../../t\" is not below $IN, expected one that is$GUEST"
  printf '{"version": 1, "trace": "../t"}' >sub/more.json
  shimmed 'mkfifo p 2>/dev/null; [[ -s t ]] && echo traced'
  assert_output traced
}

@test "a policy that is a symlink: out of its directory, and not" {
  printf '{"version": 1, "rules": {"special.fifo": "allow"}}' >"$TOP/policy.json"
  mkdir ci
  cp "$TOP/policy.json" ci
  ln -s ../policy.json .lxshim.json
  refused .lxshim.json "leads out of $IN, expected a file below it$GUEST"
  named 'mkfifo p && echo made'
  assert_output made
  rm p .lxshim.json
  ln -s ci/policy.json .lxshim.json
  shimmed 'mkfifo p && echo made'
  assert_output made
}

@test "a policy that is no file is refused, and nobody waits for it" {
  mkfifo .lxshim.json
  refused .lxshim.json "not a file, expected a policy in JSON"
  rm .lxshim.json
  mkdir .lxshim.json
  refused .lxshim.json "not a file, expected a policy in JSON"
}

# Each thing that lets somebody else write the policy of $IN: its words, then how it comes about.
others() {
  printf '%s\n' "everybody may write .lxshim.json|chmod 646 .lxshim.json" \
    "group $(stat -c %g .lxshim.json) may write .lxshim.json|chmod 664 .lxshim.json" \
    "everybody may write $IN|chmod 757 ." \
    "group $(stat -c %g .) may write $IN|chmod 775 ." \
    "everybody may write sub|chmod 777 sub" \
    "everybody may write sub/base.json|chmod 666 sub/base.json"
  (($(id -u) != 0)) || printf '%s\n' "user 64998 owns .lxshim.json|chown 64998 .lxshim.json" \
    "user 64998 owns $IN|chown 64998 ." "user 64998 owns sub/base.json|chown 64998 sub/base.json"
}

# with_others FUNCTION: calls it with the words of each, in a repository where that is so.
with_others() {
  local words how n=0
  while IFS='|' read -r words how; do
    as_owner bash -c "cd '$IN' && chmod 755 . sub && chmod 644 .lxshim.json sub/base.json"
    eval "$how"
    "$1" "$words"
    (($(id -u) != 0)) || chown "$OWNER" . sub .lxshim.json sub/base.json
    n=$((n + 1))
  done <<<"$(others)"
  ((n > 5))
}

as_owner() {
  "$@"
}

@test "root obeys no policy that somebody else may have written" {
  (($(id -u) == 0)) || skip "wants root"
  OWNER=0
  mkdir sub
  printf '{"version": 1, "rules": {"special.fifo": "allow"}}' >sub/base.json
  found '"extends": "sub/base.json"'
  # The one of a base is said where it is extended.
  in_vain() {
    local place=.lxshim.json
    [[ $1 != *' sub'* ]] || place='.lxshim.json:1:27: "sub/base.json"'
    refused "$place" "$1, and root obeys no such policy that was only found: $CURE"
    named 'mkfifo p && rm p && echo made'
    assert_output made
  }
  with_others in_vain
  chmod 1777 . # nobody else can replace root's own there
  shimmed 'mkfifo p && echo made'
  assert_output made
}

@test "a user obeys it as far as rules go, and is told" {
  shared
  IN=$SHARED/repo
  OWNER=$(as_user id -u)
  as_user mkdir "$IN" "$IN/sub" "$IN/drive"
  as_owner() { as_user "$@"; }
  cd "$IN" || return
  printf '{"version": 1, "rules": {"special.fifo": "allow"}}' | as_user tee sub/base.json >/dev/null
  as_user touch .lxshim.json
  heard() {
    found '"extends": "sub/base.json"'
    run as_user env -C "$IN" "${SHIM[@]}" bash -uc 'mkfifo drive/p && rm drive/p && echo made'
    assert_output made
    run as_user env -C "$IN" "$LXSHIM" run -- true
    assert_line --index 0 "lxshim: policy: .lxshim.json (found in this directory)"
    assert_line --index 1 "lxshim: $1: the policy chooses rules, and no places"
    run as_user env -C "$IN" "$LXSHIM" policy check
    assert_line --index 0 "lxshim: $1: the policy chooses rules, and no places"
    found "\"extends\": \"sub/base.json\", $(drive_at c drive)"
    run as_user env -C "$IN" "${SHIM[@]}" true
    assert_failure 125
    assert_output "lxshim: .lxshim.json:1:115: $1, expected no backing$GUEST"
    found '"extends": "sub/base.json", "trace": "t"'
    run as_user env -C "$IN" "${SHIM[@]}" true
    assert_failure 125
    assert_output "lxshim: .lxshim.json:1:53: $1, expected no trace$GUEST"
  }
  with_others heard
  # Nobody is told of what is the user's, or root's.
  as_owner bash -c "cd '$IN' && chmod 755 . sub && chmod 644 .lxshim.json sub/base.json"
  found "\"extends\": \"sub/base.json\", $(drive_at c drive), \"trace\": \"t\""
  run as_user env -C "$IN" "$LXSHIM" run -- true
  assert_success
  assert_line --index 0 "lxshim: policy: .lxshim.json (found in this directory)"
  refute_output --partial "no places"
}

@test "the first line: which policy, and from where" {
  first() {
    run "$LXSHIM" run --lane preload "$@" -- true
    assert_success
    line=${lines[0]}
    run "$LXSHIM" run -q --lane preload "$@" -- true
    assert_output ""
  }
  first
  assert_equal "$line" "lxshim: policy: built-in"
  first --mount drvfs:C::drive
  assert_equal "$line" "lxshim: policy: built-in"
  found '"profile": "drvfs"'
  first
  assert_equal "$line" "lxshim: policy: .lxshim.json (found in this directory)"
  first --policy .lxshim.json
  assert_equal "$line" "lxshim: policy: .lxshim.json (--policy)"
  export LXSHIM_POLICY=../repo/.lxshim.json
  first
  assert_equal "$line" "lxshim: policy: ../repo/.lxshim.json (LXSHIM_POLICY)"
  unset LXSHIM_POLICY
  "$LXSHIM" policy trust
  first
  assert_equal "$line" "lxshim: policy: .lxshim.json (found in this directory, which $HOME/.config/lxshim/trusted trusts)"
  # Of a run that is refused the first line is why.
  found '"trace": 1'
  run "$LXSHIM" run -- true
  assert_failure 125
  ((${#lines[@]} == 1))
}

@test "policy check, show and state, doctor and win: one law" {
  found '"trace": "../t"'
  said="lxshim: .lxshim.json:1:25: trace \"../t\" is not below $IN, expected one that is$GUEST"
  run "$LXSHIM" policy check
  assert_failure 1
  assert_output "$said"
  run "$LXSHIM" policy show
  assert_failure 1
  assert_output "$said"
  run "$LXSHIM" policy state
  assert_failure 125
  assert_output "$said"
  run "$LXSHIM" win dir
  assert_failure 125
  assert_output "$said"
  run "$LXSHIM" doctor
  assert_failure 1
  assert_line "$said"
  assert_line --regexp '^BAD +policy +\.lxshim\.json cannot be used$'
  # What has been named is another thing.
  run "$LXSHIM" policy check .lxshim.json
  assert_success
  run "$LXSHIM" win --policy .lxshim.json dir
  assert_success
  LXSHIM_POLICY=.lxshim.json run "$LXSHIM" policy show
  assert_line "trace       $IN/../t, changed calls  (.lxshim.json:1)"
  found '"profile": "wsl1-1607"'
  run "$LXSHIM" policy show
  assert_line --index 0 "policy      .lxshim.json, found in this directory: a guest"
}

@test "a trusted directory's policy is as good as named, in every way to start" {
  found "\"trace\": \"../t\", $(drive_at ../mnt drive)"
  [[ $LXSHIM_TEST_LANE == preload ]] || mkdir "$TOP/mnt"
  shimmed 'true'
  assert_failure 125
  run "$LXSHIM" policy trust
  assert_success
  assert_output "$IN is trusted, says $HOME/.config/lxshim/trusted"
  assert_equal "$(stat -c %a "$HOME/.config" "$HOME/.config/lxshim" "$HOME/.config/lxshim/trusted")" $'700\n700\n600'
  shimmed 'mkfifo ../mnt/p'
  assert_output "mkfifo: cannot create fifo '../mnt/p': Operation not permitted"
  [[ -s $TOP/t ]]
  run "$LXSHIM" policy show
  assert_line --index 0 "policy      .lxshim.json, found in this directory, which $HOME/.config/lxshim/trusted trusts"
  run "$LXSHIM" doctor
  assert_line --regexp '^ok +policy +\.lxshim\.json, found in this directory, which is trusted$'
  # That one, and none below it or beside it.
  mkdir sub "$IN-2"
  cp .lxshim.json sub
  cp .lxshim.json "$IN-2"
  IN=$IN/sub shimmed true
  assert_failure 125
  IN=$IN-2 shimmed true
  assert_failure 125
  run "$LXSHIM" policy trust --remove
  assert_success
  assert_output "$IN is trusted no longer"
  shimmed true
  assert_failure 125
}

@test "the list of trusted directories: XDG_CONFIG_HOME, comments, --list, --remove" {
  export XDG_CONFIG_HOME=$TOP/config
  mkdir "$TOP/other" "$TOP/config"
  found '"trace": "../t"'
  mkdir -m 700 "$TOP/config/lxshim"
  printf '# mine\n\n%s\nrelative\n%s//' "$TOP/other" "$IN" >"$TOP/config/lxshim/trusted"
  shimmed 'echo ran'
  assert_output ran
  run "$LXSHIM" policy trust --list
  assert_output "$TOP/other"$'\n'"$IN"
  run "$LXSHIM" policy trust drive
  assert_success
  run "$LXSHIM" policy trust ./drive # once is enough
  assert_success
  assert_equal "$(<"$TOP/config/lxshim/trusted")" \
    "$(printf '# mine\n\n%s\nrelative\n%s//\n%s/drive' "$TOP/other" "$IN" "$IN")"
  rmdir "$TOP/other"
  run "$LXSHIM" policy trust --remove "$TOP/other"
  assert_success
  run "$LXSHIM" policy trust --remove
  assert_success
  run "$LXSHIM" policy trust --remove
  assert_failure 1
  assert_output "lxshim: $IN is not in $TOP/config/lxshim/trusted"
  assert_equal "$(<"$TOP/config/lxshim/trusted")" "$(printf '# mine\n\nrelative\n%s/drive' "$IN")"
  [[ ! -e $HOME/.config && $(ls "$TOP/config/lxshim") == trusted ]]
}

@test "a list that others may write is ignored, and that is said" {
  found '"trace": "../t"'
  "$LXSHIM" policy trust
  list=$HOME/.config/lxshim/trusted
  shimmed 'echo ran'
  assert_output ran
  ignored() {
    shimmed 'echo ran'
    assert_failure 125
    assert_line --index 0 "lxshim: $list is ignored: $1"
    assert_line --index 1 --partial '.lxshim.json:1:25: trace "../t" is not below'
    run "$LXSHIM" policy trust
    assert_failure 1
    run "$LXSHIM" policy trust --list
    assert_failure 1
    assert_output "lxshim: $list is ignored: $1"
  }
  chmod 620 "$list"
  ignored "group $(stat -c %g "$list") may write $list"
  chmod 602 "$list"
  ignored "everybody may write $list"
  chmod 600 "$list"
  chmod 770 "${list%/*}"
  ignored "group $(stat -c %g "${list%/*}") may write ${list%/*}"
  chmod 700 "${list%/*}"
  if (($(id -u) == 0)); then
    chown 64998 "$list"
    ignored "user 64998 owns $list"
    chown 0 "$list"
    chown 64998 "${list%/*}"
    ignored "user 64998 owns ${list%/*}"
    chown 0 "${list%/*}"
  fi
  mv "$list" "$list.txt"
  mkfifo "$list"
  ignored "it is no file"
  # A run whose policy needs no list hears of it, too.
  found '"profile": "drvfs"'
  run "$LXSHIM" run -- true
  assert_line --index 1 "lxshim: $list is ignored: it is no file"
  run "$LXSHIM" doctor
  assert_line --regexp "^note +policy +\.lxshim\.json, found in this directory; $list is ignored: it is no file$"
}

@test "policy trust refuses what is odd, and leaves nothing" {
  run "$LXSHIM" policy trust nothing
  assert_failure 1
  assert_output "lxshim: nothing: No such file or directory"
  : >file
  run "$LXSHIM" policy trust file
  assert_failure 1
  assert_output "lxshim: file is no directory"
  mkdir $'new\nline' open
  chmod 777 open
  run "$LXSHIM" policy trust $'new\nline'
  assert_failure 1
  assert_output "lxshim: a list of lines cannot name a directory with a newline in its name"
  run "$LXSHIM" policy trust open
  assert_failure 1
  assert_output "lxshim: everybody may write $IN/open: whoever puts a policy there would be trusted"
  XDG_CONFIG_HOME=config run "$LXSHIM" policy trust --list
  assert_line "lxshim: XDG_CONFIG_HOME is no absolute path, and is not looked at"
  run "$LXSHIM" policy trust --list .
  assert_failure 2
  run env -u HOME "$LXSHIM" policy trust
  assert_failure 1
  assert_output "lxshim: there is no place for a list: neither XDG_CONFIG_HOME nor HOME is an absolute path"
  : >"$HOME/.config"
  run "$LXSHIM" policy trust
  assert_failure 1
  assert_output --regexp "^lxshim: cannot make $HOME/.config/lxshim: Not a directory$"
  rm "$HOME/.config"
  [[ -z $(ls -A "$HOME/.config/lxshim" 2>/dev/null) ]]
  "$LXSHIM" policy trust
  mv "$HOME/.config/lxshim/trusted" "$HOME/list"
  ln -s ../../list "$HOME/.config/lxshim/trusted"
  found '"trace": "../t"'
  shimmed 'echo ran' # who keeps his settings elsewhere is heard
  assert_output ran
  run "$LXSHIM" policy trust drive
  assert_failure 1
  assert_output "lxshim: $HOME/.config/lxshim/trusted is a symlink, edit what it leads to"
  assert_equal "$(<"$HOME/list")" "$IN"
}

@test "a run inside a run: it is the file's owner that counts, not whose a drive shows it to be" {
  found '"rules": {"special.fifo": "allow"}, "mounts": [{"type": "drvfs", "source": "C:", "target": "."}]'
  shimmed 'stat -c %a .lxshim.json; "$LXSHIM" run -q --lane=preload -- mkfifo p && echo made'
  assert_output $'777\nmade'
}

@test "a link that leads nowhere is a policy that cannot be read, and none that is not there" {
  ln -s nowhere .lxshim.json
  for command in 'run true' 'policy check' 'policy show' 'win dir'; do
    # shellcheck disable=SC2086 # two words
    run "$LXSHIM" $command
    assert_failure
    assert_output --partial ".lxshim.json: cannot open the policy: No such file or directory"
  done
  shimmed true
  assert_failure 125
  assert_output --partial "cannot open the policy"
}

@test "its words do not move the terminal's cursor, nor turn what is said around" {
  # Of C0, of C1, marks of the direction of writing; what is only of another alphabet stays.
  local bad='\u001b\u0085\u009b31m\u202ex\u2066\u200f\u061c \u00fc\u05d0'
  found "$(drive_at drive), \"overrides\": [
    {\"when\": {\"op\": [\"open\"], \"path\": \"a$bad\"}, \"then\": {\"errno\": \"EIO\"}, \"note\": \"note $bad\"}]"
  run "$LXSHIM" policy show
  assert_success
  assert_line --partial 'when open a???31m?x??? üא, then EIO'
  assert_line '     note ???31m?x??? üא'
  found "\"key$bad\": 1"
  run "$LXSHIM" policy check
  assert_failure
  assert_output --partial 'unknown key "key???31m?x??? üא"'
}
