#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Policies: what is taken, what is refused and where, and that everything published agrees.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

CASES=$SOURCE_ROOT/tests/policy

setup() {
  cd "$BATS_TEST_TMPDIR" || return
}

# A copy of one case, or of a directory of them, so that nothing is written into the source tree and paths
# are known.
copy_case() {
  mkdir -p "$BATS_TEST_TMPDIR/cases"
  cp -R "$CASES/$1" "$BATS_TEST_TMPDIR/cases"
  cd "$BATS_TEST_TMPDIR/cases/${1##*/}" || return
}

@test "every policy in tests/policy/invalid is refused with its message" {
  local name status stderr count=0 failed=0
  copy_case invalid
  # Not by run, which takes thrice what the program takes.
  for name in "$PWD"/*/; do
    name=${name%/}
    cd "$name"
    status=0
    "$LXSHIM" policy check policy.json >../out 2>../err || status=$?
    stderr=$(<../err)
    stderr=${stderr//"$PWD"/@DIR@}
    if ((status != 1)) || [[ -s ../out || $stderr != "lxshim: $(<error)" ]]; then
      echo "${name##*/}: status $status, stdout '$(<../out)'"
      echo "  expected: lxshim: $(cat error)"
      echo "  got:      $stderr"
      failed=$((failed + 1))
    fi
    count=$((count + 1))
  done
  assert_equal "$failed" 0
  ((count >= 100))
}

@test "every policy in tests/policy/valid is taken, and comes to what is expected" {
  local name count=0 failed=0 windir
  copy_case valid
  for name in "$PWD"/*/; do
    name=${name%/}
    cd "$name"
    windir="C:${PWD//\//\\}"
    run --separate-stderr "$LXSHIM" policy show policy.json
    output=$(grep -v ' default$' <<<"$output")
    output=${output//"$windir"/@WINDIR@}
    output=${output//"$PWD"/@DIR@}
    if grep -q '@OWNER@' show; then
      output=${output//"uid=$(id -u),gid=$(id -g)"/@OWNER@}
    fi
    if ((status != 0)) || [[ -n $stderr ]] || ! diff show - <<<"$output"; then
      echo "${name##*/}: status $status $stderr"
      failed=$((failed + 1))
    fi
    count=$((count + 1))
  done
  assert_equal "$failed" 0
  ((count >= 15))
}

@test "the policies in examples are taken where they lie, and beside what they are for" {
  cp "$SOURCE_ROOT"/examples/policies/*.json .
  mkdir drive stick
  for name in "$SOURCE_ROOT"/examples/policies/*.json *.json; do
    [[ $name == "$SOURCE_ROOT"/*/volumes.json ]] && continue # has its directories made first
    run "$LXSHIM" policy check "$name"
    assert_success
  done
}

@test "schema, loader, rules and profiles agree" {
  needs python3 python3
  needs py:jsonschema python3-jsonschema
  run python3 "$CASES/agree.py" "$LXSHIM" "$SOURCE_ROOT"
  assert_success
  assert_line --regexp '^[0-9]+ values of [0-9]+ rules, [0-9]+ policies$'
}

@test "check says what it is about" {
  printf '{"version": 1, "profile": "wsl2-9p"}' >p.json
  run "$LXSHIM" policy check p.json
  assert_success
  assert_output "p.json: ok, 1 mount, profile wsl2-9p"
}

@test "check says that a handler is not found, and where the policy names it" {
  local text='{"version": 1, "interop":\n {"handler": "%s"}}'
  # shellcheck disable=SC2059 # the text is a format
  check() {
    printf "$text" "$1" >p.json
    run "$LXSHIM" policy check p.json
    assert_success
    assert_line "p.json: ok, 1 mount, profile drvfs"
  }
  check no-such-program
  assert_line 'lxshim: p.json:2: handler "no-such-program" is not in PATH here, so that no program of Windows'"'"' starts: install it, or name another'
  check /none/wine
  assert_line --partial 'p.json:2: handler "/none/wine" does not exist here'
  check p.json/../../none
  assert_line --partial 'p.json:2: handler "'"$PWD"'/p.json/../../none" does not exist here'
  check ./p.json
  assert_line --partial '/p.json" is no program here'
  check env
  assert_output "p.json: ok, 1 mount, profile drvfs"
}

@test "check says that a volume which is called by a letter is no drive" {
  printf '{"version": 1, "volumes": {"D:": {"backing": "."},\n "C": {"backing": "%s"}}}' "$(fresh)" >p.json
  run "$LXSHIM" policy check p.json
  assert_success
  assert_output 'lxshim: p.json:2: volume "C" has a name and is no drive: its letter would be "C:"
p.json: ok, 0 mounts, profile drvfs'
}

@test "check without a file: LXSHIM_POLICY, then .lxshim.json, then the built-in policy" {
  run "$LXSHIM" policy check
  assert_output "built-in policy: ok, 1 mount, profile drvfs"
  printf '{"version": 1, "profile": "wsl1-1903"}' >.lxshim.json
  run "$LXSHIM" policy check
  assert_output ".lxshim.json: ok, 1 mount, profile wsl1-1903"
  printf '{"version": 1, "profile": "wsl1-1607"}' >other.json
  LXSHIM_POLICY=other.json run "$LXSHIM" policy check
  assert_output "other.json: ok, 1 mount, profile wsl1-1607"
}

@test "a policy that cannot be opened, is a directory, is too large" {
  run "$LXSHIM" policy check nothing.json
  assert_failure 1
  assert_output "lxshim: nothing.json: cannot open the policy: No such file or directory"
  run "$LXSHIM" policy check .
  assert_failure 1
  assert_output "lxshim: .: not a file, expected a policy in JSON"
  truncate -s 16777217 large.json
  run "$LXSHIM" policy check large.json
  assert_failure 1
  assert_output "lxshim: large.json: larger than 16 MiB, expected a policy in JSON"
  run bash -c 'head -c 16777217 /dev/zero | "$1" policy check /dev/stdin' - "$LXSHIM"
  assert_failure 1
  assert_output "lxshim: /dev/stdin: larger than 16 MiB, expected a policy in JSON"
  run "$LXSHIM" policy show --overrides nothing.json
  assert_failure 1
  assert_output "lxshim: nothing.json: cannot open the list of overrides: No such file or directory"
  run "$LXSHIM" policy show --overrides .
  assert_failure 1
  assert_output "lxshim: .: not a file, expected a list of overrides in JSON"
}

@test "a policy may come from a pipe" {
  run bash -c '"$1" policy check <(echo "{\"version\": 1}")' - "$LXSHIM"
  assert_success
}

@test "a base that is a FIFO is refused, not waited for" {
  mkfifo fifo
  printf '{"version": 1, "extends": "fifo"}' >p.json
  run timeout 300 "$LXSHIM" policy check p.json
  assert_failure 1
  assert_output 'lxshim: p.json:1:27: "fifo": not a file, expected a policy in JSON'
}

@test "a chain of 32 policies is taken, one of 33 is not" {
  local i
  printf '{"version": 1}' >1.json
  for i in {2..33}; do
    printf '{"version": 1, "extends": "%d.json"}' $((i - 1)) >"$i.json"
  done
  run "$LXSHIM" policy check 32.json
  assert_success
  run "$LXSHIM" policy check 33.json
  assert_failure 1
  assert_output "lxshim: 2.json:1:27: a chain of more than 32 policies"
}

@test "16384 overrides are taken, with their lines; 16385 are not" {
  many() {
    echo '{"version": 1, "overrides": ['
    yes '{"when": {"op": "open", "path": "none"}, "then": {"errno": "EIO"}},' | head -n $(($1 - 1))
    echo '{"when": {"op": "stat"}, "then": {"errno": "EIO"}}]}'
  }
  many 16384 >many.json
  "$LXSHIM" policy show many.json >shown
  # bats would keep all those lines.
  run tail -n 1 shown
  assert_output "  16384  when stat, then EIO  (many.json:16385)"
  many 16385 >many.json
  run "$LXSHIM" policy check many.json
  assert_failure 1
  assert_output "lxshim: many.json:1:29: 16385 overrides, expected at most 16384"
}

@test "two files may not add up to more overrides than one may have" {
  printf '{"version": 1, "extends": "base.json", "overrides": [%s]}' \
    '{"when": {"op": "stat"}, "then": {"errno": "EIO"}}' >p.json
  {
    printf '{"version": 1, "overrides": ['
    yes '{"when": {"op": "stat"}, "then": {"errno": "EIO"}},' | head -n 16383
    printf '{"when": {"op": "stat"}, "then": {"errno": "EIO"}}]}'
  } >base.json
  run "$LXSHIM" policy check p.json
  assert_failure 1
  assert_output "lxshim: p.json: 16385 overrides with those it extends, expected at most 16384"
}

@test "a symlink in a target is resolved, and a dangling one refused" {
  mkdir drive
  ln -s drive link
  ln -s nowhere dangling
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "%s"}]}' link >p.json
  run "$LXSHIM" policy show p.json
  assert_line "mount 1     C: on $PWD/drive  (p.json:1)"
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "%s",
    "backing": "drive"}]}' dangling >p.json
  run "$LXSHIM" policy check p.json
  assert_failure 1
  assert_output 'lxshim: p.json:1:71: target "dangling": No such file or directory, expected a directory, or a name in one'
}

@test "symlinks do not hide an overlap" {
  mkdir -p drive/sub
  ln -s drive/sub link
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "drive"},
    {"type": "drvfs", "source": "D:", "target": "link"}]}' >p.json
  run "$LXSHIM" policy check p.json
  assert_failure 1
  assert_output --partial "mount 2 (D: on $PWD/drive/sub,"
}

@test "a directory of a drive is mounted beside the drive, in any order; what covers one of them is refused" {
  mkdir -p drive/src at/c at/data
  local c='{"type": "drvfs", "source": "C:", "target": "at/c"}' inner='{"type": "drvfs", "source": "C:\\src", "target": "at/data", "options": "uid=7"}'
  local volumes='"volumes": {"C:": {"backing": "drive"}, "D:": {"backing": "drive/src"}}' mounts
  for mounts in "$c, $inner" "$inner, $c"; do
    printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}}, "mounts": [%s]}' "$mounts" >p.json
    for bind in auto never; do
      run "$LXSHIM" run -q --bind=$bind --lane preload --policy p.json -- sh -c 'echo 1 >at/c/src/f; cat at/data/f; stat -c %u at/data/f; cd at/data && /bin/pwd; rm f; ls ../c'
      assert_output "1
7
$PWD/at/data
src"
    done
    run env LD_PRELOAD="$LIB" LXSHIM_POLICY=p.json stat -c %u at/data
    assert_output 7
  done
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "drive"}, {"type": "drvfs", "source": "C:\\\\src", "target": "at/data", "backing": "drive/src"}]}' >p.json
  run "$LXSHIM" run -q --lane preload --policy p.json -- sh -c 'echo 1 >drive/src/f; cat at/data/f; rm drive/src/f; ls at/data'
  assert_output 1
  printf '{"version": 1, %s, "mounts": [%s, {"type": "drvfs", "source": "D:", "target": "at/data"}]}' "$volumes" "$c" >p.json
  run "$LXSHIM" policy check p.json
  assert_failure 1
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}}, "mounts": [%s, %s]}' "$c" "${inner/at\/data/at/c/in}" >p.json
  mkdir at/c/in
  run "$LXSHIM" policy check p.json
  assert_failure 1
  assert_output --partial "mount 2 (C:\\src on $PWD/at/c/in, backing $PWD/drive/src) overlaps mount 1 (C: on"
}

@test "--mount, --set and --profile win over the file, and are named" {
  mkdir drive
  printf '{"version": 1, "profile": "wsl1-1903", "rules": {"rename.flags": "native"},
    "mounts": [{"type": "drvfs", "source": "C:", "target": "missing"}]}' >p.json
  run "$LXSHIM" policy show --profile wsl1-1607 --set rename.flags=EINVAL --set mode.fixed=off \
    --mount 'drvfs:D:\x:./drive,metadata,uid=7' --observe --trace all:t.jsonl p.json
  assert_success
  assert_line "profile     wsl1-1607  (--profile)"
  assert_line "mode        observe  (--observe)"
  assert_line "trace       $PWD/t.jsonl, all calls  (--trace)"
  assert_line "mount 1     D:\\x on $PWD/drive  (--mount)"
  assert_line "  owner     uid=7,gid=0"
  assert_line --regexp '^rename.flags +EINVAL +--set$'
  assert_line --regexp '^mode.fixed +off +--set$'
  assert_line --regexp '^names.illegal +reject +profile wsl1-1607$'
}

@test "--mount with a drive alone and a backing" {
  mkdir drive
  run "$LXSHIM" policy show --mount drvfs:C::/missing-c:./drive,noatime
  assert_success
  assert_line "mount 1     C: on /missing-c  (--mount)"
  assert_line "  backing   $PWD/drive"
  assert_line "  options   rw,noatime"
}

@test "flags are refused with what was expected" {
  mkdir drive
  refused() {
    run "$LXSHIM" policy show "$1" "$2"
    assert_failure 2
    assert_output "lxshim: $3"
  }
  refused --set rename.flags '--set rename.flags: no '\''='\'', expected RULE=VALUE'
  refused --set rename.flag=native "--set rename.flag=native: unknown rule \"rename.flag\", expected an id that \"lxshim policy rules\" lists; did you mean \"rename.flags\"?"
  refused --set rename.flags=nativ "--set rename.flags=nativ: \"nativ\" is no value of rename.flags, expected native or EINVAL; did you mean \"native\"?"
  refused --set identity.systemd=of '--set identity.systemd=of: "of" is no value of identity.systemd, expected on or off; did you mean "off"?'
  refused --profile wsl1-1904 '--profile: unknown profile "wsl1-1904", expected one that "lxshim policy profiles" lists; did you mean "wsl1-1903"?'
  refused --mount drvfs "--mount drvfs: no ':' after the type, expected TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]"
  refused --mount volfs:C:/:drive '--mount volfs:C:/:drive: mount type "volfs" is reserved and not yet implemented in this version, expected drvfs'
  refused --mount lxfs:C:/:drive '--mount lxfs:C:/:drive: mount type "lxfs" is mounted while a run goes on, by mount(2) alone, expected drvfs'
  refused --mount drvfs:C:drive '--mount drvfs:C:drive: no '\'':'\'' after the source, expected TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]'
  refused --mount drvfs:/c:drive '--mount drvfs:/c:drive: source "/c" is no name of Windows'\'', expected a drive such as C:, a directory such as C:\dir, a share such as \\host\share, or a volume'\''s name'
  refused --mount drvfs::drive '--mount drvfs::drive: an empty source, expected a drive such as C:, a directory such as C:\dir, a share such as \\host\share, or a volume'\''s name'
  refused --mount drvfs:fat:drive '--mount drvfs:fat:drive: source "fat" is of no volume, expected a drive such as C:, a "backing", or "volumes" that have it'
  refused --mount drvfs:C::,ro '--mount drvfs:C::,ro: an empty target, expected TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]'
  refused --mount drvfs:C::drive:,ro '--mount drvfs:C::drive:,ro: an empty backing directory, expected TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]'
  refused --mount drvfs:C::drive,rx '--mount drvfs:C::drive,rx: unknown mount option "rx", expected an option of DrvFs or a flag of mount; did you mean "ro"?'
  refused --mount drvfs:C::drive, '--mount drvfs:C::drive,: an empty mount option, expected an option of DrvFs or a flag of mount'
  refused --trace "" "--trace: the trace file has no name, expected a file"
  refused --trace missing/t "--trace: trace file \"missing/t\": no directory $PWD/missing, expected one that is there"
}

@test "LXSHIM_TRACE wins over the policy's trace and loses to --trace" {
  printf '{"version": 1, "trace": "of-policy"}' >p.json
  LXSHIM_TRACE=all:of-variable run "$LXSHIM" policy show p.json
  assert_line "trace       $PWD/of-variable, all calls  (LXSHIM_TRACE)"
  LXSHIM_TRACE=all:of-variable run "$LXSHIM" policy show --trace of-flag p.json
  assert_line "trace       $PWD/of-flag, changed calls  (--trace)"
}

@test "show --json says the same as show" {
  needs jq jq
  copy_case valid/precedence
  run bash -c '"$1" policy show --json policy.json | jq -r "
    .profile.value, .profile.from.line, .mode.value, .mounts[0].rules[\"rename.flags\"].value,
    .mounts[0].rules[\"rename.flags\"].from.line, .mounts[0].rules[\"xattr.user\"].from.kind,
    .mounts[0].rules[\"xattr.user\"].from.axis,
    .mounts[0].rules[\"names.illegal\"].from.name, (.mounts[0].rules | length)"' - "$LXSHIM"
  assert_success
  assert_output "wsl1-1903
4
observe
native
7
axis
fat
wsl1-1803
$("$LXSHIM" policy rules --json | jq length)"
}

@test "volumes, shares and the mounts of them: as they are written, and in show --json" {
  needs jq jq
  mkdir drive stick
  cat >p.json <<'END'
{"version": 1, "profile": "wsl1-current",
 "volumes": {"C:": {"backing": "drive", "filesystem": "ntfs", "label": "Windows", "serial": "5A00-1234"},
             "fat": {"backing": "stick", "filesystem": "fat32", "folders": ["C:\\lxss_fat"]}},
 "shares":  {"\\\\localhost\\C$": "C:"},
 "mounts":  [{"source": "C:", "target": "/mnt/c", "options": "metadata,uid=1000"}]}
END
  run "$LXSHIM" policy check p.json
  assert_output "p.json: ok, 1 mount, profile wsl1-current"
  run bash -c '"$1" policy show --json p.json | jq -c "
    .volumes[\"C:\"].serial, .volumes.fat.filesystem, .volumes.fat.folders, .shares[\"\\\\\\\\localhost\\\\C$\"].value,
    .mounts[0].backing, .mounts[0].volume.label, .mounts[0].rules[\"special.fifo\"], .rules[\"special.fifo\"].value"' - "$LXSHIM"
  assert_output "\"5A00-1234\"
\"fat32\"
[\"C:\\\\lxss_fat\"]
\"C:\"
\"$PWD/drive\"
\"Windows\"
{\"value\":\"allow\",\"from\":{\"kind\":\"axis\",\"name\":\"wsl1-1803\",\"axis\":\"metadata\"}}
\"EPERM\""
  # A flag's mounts are of them as well.
  run "$LXSHIM" policy show --mount 'drvfs://LOCALHOST/c$:/missing-c' p.json
  assert_line "  backing   $PWD/drive"
  assert_line "  volume    smb, label Windows, serial 5A00-1234"
}

@test "the state of a policy: one line, short policies in it, large ones in a file" {
  run --separate-stderr "$LXSHIM" policy state
  assert_success
  assert_output --regexp '^1-:[A-Za-z0-9_-]+$'
  {
    printf '{"version": 1, "overrides": ['
    for i in {1..400}; do printf '{"when": {"path": "f%d"}, "then": {"errno": "EIO"}},' "$i"; done
    printf '{"when": {"path": "g"}, "then": {"errno": "EIO"}}]}'
  } >p.json
  run "$LXSHIM" policy state p.json
  assert_success
  assert_output --regexp '^1-@/.*/lxshim-[0-9]+-state-0-0-0-[A-Za-z0-9]{6}$'
  file=${output#1-@}
  assert_equal "$(stat -c '%a %u' "$file")" "444 $(id -u)"
  rm "$file"
}

@test "a large policy works under plain LD_PRELOAD" {
  {
    printf '{"version": 1, "overrides": ['
    for i in {1..400}; do printf '{"when": {"path": "f%d"}, "then": {"errno": "EIO"}},' "$i"; done
    printf '{"when": {"path": "g"}, "then": {"errno": "EDQUOT"}}]}'
  } >p.json
  run env LXSHIM_POLICY=p.json LD_PRELOAD="$LIB" bash -c 'echo x >g; echo "${LXSHIM_STATE%%@*}"'
  assert_output --partial "Disk quota exceeded"
  assert_output --partial "1-"
}

# The file of counters that a state names.
stats_of() {
  tr _- /+ <<<"${1#1-:}" | base64 -d 2>/dev/null | tr '\0' '\n' | grep -a '/lxshim-[0-9]*-stats-'
}

@test "counters of overrides get a file of their own, and no other policy does" {
  printf '{"version": 1, "overrides": [
    {"when": {"op": "mkdir"}, "then": {"errno": "EIO"}, "times": 2}]}' >p.json
  run env LXSHIM_POLICY=p.json LD_PRELOAD="$LIB" bash -c \
    'for i in 1 2 3 4; do mkdir "d$i" 2>/dev/null && echo "made d$i"; done; echo "$LXSHIM_STATE"
     stat -c "%a %u" /dev/shm/lxshim-*-stats-*-$$-*'
  assert_line --index 0 "made d3"
  assert_line --index 1 "made d4"
  made=$(stats_of "${lines[2]}")
  assert_line --index 3 "600 $(id -u)"
  # Another tree counts for itself.
  state=$("$LXSHIM" policy state p.json)
  assert_not_equal "$(stats_of "$state")" "$made"
  rm -f "$made" "$(stats_of "$state")" # the first one's may have been tidied away
  printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "EIO"}}]}' >p.json
  run stats_of "$("$LXSHIM" policy state p.json)"
  assert_failure
}

@test "a preloaded program whose policy is wrong prints that line and exits 125" {
  printf '{"version": 1, "profil": 1}' >.lxshim.json
  run env LD_PRELOAD="$LIB" true
  assert_failure 125
  assert_output 'lxshim: .lxshim.json:1:16: unknown key "profil" in a policy, expected $schema, version, profile, extends, volumes, shares, mounts, rules, overrides, scanner, mode, trace, windows, interop or latency; did you mean "profile"?'
}

@test "/ is no drive, unless the policy has mounts" {
  local why="/ cannot be a Windows drive: start in the directory that shall be one, or name mounts in a policy" command
  cd /
  for command in "policy state" "policy check" "policy show" "win dir"; do
    # shellcheck disable=SC2086 # words
    run "$LXSHIM" $command
    assert_failure
    assert_output "lxshim: $why"
  done
  run "$LXSHIM" doctor
  assert_failure 1
  assert_line --regexp "^[^ ]+ +policy +$why\$"
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "."}]}' \
    >"$BATS_TEST_TMPDIR/p.json"
  run "$LXSHIM" policy state "$BATS_TEST_TMPDIR/p.json"
  assert_success
}

@test "a directory that is gone" {
  mkdir gone
  cd gone
  rmdir ../gone
  run "$LXSHIM" policy check
  assert_failure 1
  assert_output --partial "lxshim: the current directory is gone"
}

@test "profiles, rules, explain" {
  run "$LXSHIM" policy profiles
  assert_success
  assert_line --regexp '^drvfs '
  assert_line --regexp '^wsl2-virtiofs '
  run "$LXSHIM" policy rules
  assert_success
  assert_line "unlink.open_file"
  assert_line "    values: pending (default) deny posix"
  run "$LXSHIM" explain unlink.open
  assert_success
  assert_line "unlink.open_file"
  assert_line "  deny: refused with EACCES, Permission denied"
  assert_line --regexp '^  posix: wsl1-1709 to wsl2-virtiofs '
  assert_line --partial "WSL#1357"
  run "$LXSHIM" explain overrides
  assert_success
}

@test "explain: an unknown rule, and the beginning of several, which are listed" {
  run "$LXSHIM" explain ulink.open_file
  assert_failure 1
  assert_output 'lxshim: unknown rule "ulink.open_file"; did you mean "unlink.open_file"? See lxshim policy rules'
  run -1 "$LXSHIM" explain EACESS
  assert_output 'lxshim: unknown rule "EACESS"; did you mean "EACCES"? See lxshim policy rules'
  run "$LXSHIM" explain unlink
  assert_success
  assert_line "  unlink.open_file"
  assert_line "  unlink.readonly_file"
}

@test "explain finds rules by a word, whatever its case" {
  run "$LXSHIM" explain Tmpfile
  assert_success
  assert_line 'rules about "Tmpfile"'
  assert_line "  open.tmpfile"
  refute_line "  special.fifo"
  run "$LXSHIM" explain "hard link"
  assert_success
  assert_line "  link.create"
  # An errno that is a value, by name and in words; and what usually helps.
  run "$LXSHIM" explain eacces
  assert_line "  rename.open_descendant"
  refute_line "  special.fifo"
  assert_line "    EACCES: all"
  assert_line "    deny: in no era by itself, but by --set rmdir.open_directory=deny"
  run "$LXSHIM" explain "Operation not permitted"
  assert_line "  special.fifo"
  assert_line "    EPERM: all, on fat; all, on exfat; drvfs to wsl1-19041, on refs"
  run "$LXSHIM" explain EISDIR
  assert_line "    EISDIR: in no era by itself, but by --set link.directory_symlink=EISDIR"
  run "$LXSHIM" explain keys
  assert_line "  mode.fixed"
  # The beginning of an id is that.
  run "$LXSHIM" explain special.f
  assert_line --index 0 special.fifo
  # A thread of the tracker, whose number is not the beginning of another's.
  run "$LXSHIM" explain wsl#1529
  assert_success
  assert_line --regexp '^  [a-z_.]+$'
  run -1 "$LXSHIM" explain wsl#15
  run "$LXSHIM" explain no-such-word
  assert_failure 1
  assert_output 'lxshim: unknown rule "no-such-word"; see lxshim policy rules'
}

@test "schema prints the published file" {
  run bash -c '"$1" policy schema | cmp - "$2"' - "$LXSHIM" \
    "$SOURCE_ROOT/policy/schema/lxshim-policy-1.schema.json"
  assert_success
}

@test "unknown words of the command line: usage, and the nearest" {
  unknown() {
    run "$LXSHIM" "${@:2}"
    assert_failure 2
    assert_output "lxshim: $1"
  }
  unknown 'no command; see lxshim --help'
  unknown 'unknown command "polcy"; did you mean "policy"? See lxshim --help' polcy
  unknown 'unknown command "chekc"; did you mean "check"? See lxshim policy --help' policy chekc
  unknown 'unknown command "xyzzy"; see lxshim --help' xyzzy
  unknown 'lxshim policy needs a command; see lxshim policy --help' policy
  unknown 'unknown option "--jsn"; did you mean "--json"? See lxshim policy rules --help' policy rules --jsn
  unknown '--json takes no argument; see lxshim policy rules --help' policy rules --json=1
  unknown '--set needs an argument; see lxshim policy show --help' policy show --set
  unknown 'usage: lxshim policy check [FILE]' policy check a b
  unknown 'usage: lxshim policy schema' policy schema a
  unknown 'usage: lxshim explain [OPTION]... RULE|WORD' explain
  unknown 'unknown topic "mount"; did you mean "mounts"? See lxshim help' help mount
  # A rule, a family of them, and commands below a command have their help elsewhere.
  unknown '"rename.flags" is no topic; see lxshim explain rename.flags' help rename.flags
  unknown '"rename.fl" is no topic; see lxshim explain rename.fl' help rename.fl
  unknown 'unknown topic "rename"; see lxshim help, or for rules lxshim explain rename' help rename
  unknown '"trust" is no topic; see lxshim policy trust --help' help trust
  unknown '"mklink" is no topic; see lxshim win mklink --help' help mklink
}

@test "help: of the program, of every command, of every topic" {
  run "$LXSHIM" --help
  assert_success
  assert_line --partial "doctor"
  refute_line --partial "state"
  run "$LXSHIM" --version
  assert_success
  assert_output --regexp '^lxshim [0-9]+\.[0-9]+\.[0-9]+$'
  for command in run policy "policy check" "policy show" "policy profiles" "policy rules" \
    "policy schema" "policy state" explain doctor help; do
    # shellcheck disable=SC2086
    run --separate-stderr "$LXSHIM" $command --help
    assert_success
    assert_line --index 0 --partial "usage: lxshim $command"
    assert_equal "$stderr" ""
  done
  for topic in run policy rules mounts overrides trace coverage environment; do
    run "$LXSHIM" help
    assert_line --regexp "^  $topic "
    run "$LXSHIM" help "$topic"
    assert_success
    ((${#lines[@]} >= 3))
  done
}

@test "an answer that cannot be written is no answer" {
  run bash -c '"$1" policy rules >/dev/full' - "$LXSHIM"
  assert_failure 1
  assert_output "lxshim: cannot write to standard output: No space left on device"
  run bash -c '"$1" policy rules >&-' - "$LXSHIM"
  assert_failure 1
  assert_output "lxshim: cannot write to standard output: Bad file descriptor"
  run bash -c 'trap "" PIPE; "$1" policy schema | true; exit "${PIPESTATUS[0]}"' - "$LXSHIM"
  # The pipe may have taken it all before its reader went.
  if ((status != 0)); then
    assert_failure 1
    assert_output "lxshim: cannot write to standard output: Broken pipe"
  fi
}

@test "the man pages have no mistakes, and know every word" {
  needs jq jq
  needs groff groff-base
  for page in "$SOURCE_ROOT"/man/*; do
    run bash -c 'groff -man -Tutf8 -ww "$1" >/dev/null' - "$page"
    assert_success
    assert_output ""
  done
  page=$SOURCE_ROOT/man/lxshim-policy.5
  for word in $("$LXSHIM" policy rules --json | jq -r '.[].id'); do
    grep -qF "$word" "$page" || fail "lxshim-policy(5) lacks the rule $word"
  done
  for word in $("$LXSHIM" policy profiles --json | jq -r '.[].name'); do
    grep -qF "${word//-/\\-}" "$page" || fail "lxshim-policy(5) lacks the profile $word"
  done
  for word in $("$LXSHIM" policy schema | jq -r '[.. | .properties? // empty | keys[]] | unique[]' | grep -v '^//$\|\.'); do
    grep -qF "$word" "$page" || fail "lxshim-policy(5) lacks the key $word"
  done
  # Each option has an entry of its own, behind the list of those that a command takes.
  sed '1,/End of what "make generate"/d' "$SOURCE_ROOT/man/lxshim.1" >entries
  for option in $(grep -oP "'options [^']*'\) echo \K[^;]*" "$SOURCE_ROOT/completions/lxshim.bash" | tr ' ' '\n' | sort -u); do
    grep -qE -- "^\.(B|BI|BR) .*${option//-/\\\\-}( |\\\\|\$)" entries || fail "lxshim(1) lacks $option"
  done
}

@test "where a policy was looked for is said, and one further up is named and not used" {
  mkdir -p up/down
  cd up/down || return
  run "$LXSHIM" policy show
  assert_line --index 0 "policy      built-in: LXSHIM_POLICY is not set, and here is no .lxshim.json"
  echo '{"version": 1, "profile": "wsl1-1903"}' >../.lxshim.json
  run "$LXSHIM" policy show
  assert_line --index 0 "policy      built-in: LXSHIM_POLICY is not set, and here is no .lxshim.json; ${PWD%/*}/.lxshim.json is not looked for, name it with --policy"
  assert_line --index 1 "profile     drvfs  (default)"
  run "$LXSHIM" doctor
  assert_line --partial "${PWD%/*}/.lxshim.json is not looked for"
  cd ..
  run "$LXSHIM" policy show
  assert_line --index 0 "policy      .lxshim.json, found in this directory: a guest"
  assert_line --index 1 "profile     wsl1-1903  (.lxshim.json:1)"
}

@test "an option's value that makes no sense is a mistake of the command line, 2; a policy's is 1" {
  for option in "--set=x" "--set=x=y" "--profile=foo" "--mount=foo"; do
    run "$LXSHIM" policy show "$option"
    assert_equal "$option $status" "$option 2"
    run -125 "$LXSHIM" run "$option" -- true
  done
  echo '{"version": 2}' >p.json
  run "$LXSHIM" policy show p.json
  assert_failure 1
}

@test "help of a command is its --help" {
  for command in explain doctor init; do
    run "$LXSHIM" "$command" --help
    expected=$output
    run "$LXSHIM" help "$command"
    assert_success
    assert_output "$expected"
  done
}
