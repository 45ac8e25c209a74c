#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A scanner of Windows' that opens files which were just written: docs/design/scanner.md.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  needs jq jq
  cd "$BATS_TEST_TMPDIR" || return
}

# scanned SCANNER [RULE=VALUE]... STEPS: as shimmed, with what a policy says of its scanner, JSON.
scanned() {
  DRIVE=${IN:-$(fresh drive)}
  POLICY=$BATS_TEST_TMPDIR/scanner.json
  policy_for "$DRIVE" "${@:2:$#-2}" | jq --argjson scanner "$1" '.scanner = $scanner' >"$POLICY"
  run env -C "$DRIVE" LXSHIM_POLICY="$POLICY" "${SHIM[@]}" bash -uc "${!#}"
}

# Ways to use $f, and what comes of them.
TRIES='try() { "$@" 2>/dev/null && echo "$1 ok" || echo "$1 refused"; }
moves() { mv -T "$@"; }
reads() { : <$f; }
writes() { : >>$f; }
empties() { : >$f; }
cuts() { truncate -s 1 $f; }
removes() { rm $f; }
runs() { ./$f; }
f=f'

@test "what was just written cannot be renamed at once; who tries again succeeds" {
  local careless='echo 1 >config.tmp; mv config.tmp config; cat config'
  local patient='echo 1 >config.tmp; until mv config.tmp config 2>/dev/null; do echo again; done; cat config'
  native "$careless"
  assert_output 1
  native "$patient"
  assert_output 1
  scanned '"once"' "$careless"
  assert_failure
  assert_output "mv: cannot move 'config.tmp' to 'config': Permission denied
cat: config: No such file or directory"
  scanned '"once"' "$patient"
  assert_success
  assert_output $'again\n1'
  # So many calls, whatever they are.
  scanned '{"calls": 4}' "$patient"
  assert_output $'again\nagain\nagain\nagain\n1'
  scanned '"off"' "$careless"
  assert_output 1
}

@test "what it shares is let through, what it does not is refused" {
  local steps="$TRIES"'
echo 1 >f; try reads; try writes
echo 2 >f; try moves f g; try moves g f
echo 3 >f; try removes; try removes
echo 4 >f; echo 5 >g; try moves g f; try moves g f; try moves g f; cat f'
  native "$steps"
  assert_output "reads ok
writes ok
moves ok
moves ok
removes ok
removes refused
moves ok
moves refused
moves refused
5"
  # At last the file that is moved is held, and then the one in its way.
  scanned '"once"' "$steps"
  assert_output "reads ok
writes ok
moves refused
moves refused
removes refused
removes ok
moves refused
moves refused
moves ok
5"
}

@test "sharing nothing, it refuses each way to use a file once" {
  local steps="$TRIES"'
for way in reads writes empties cuts removes; do
  f=$way; echo 1 >$f; try $way; try $way
done
f=runs; cp /bin/true $f; try runs; try runs'
  native "$steps"
  assert_output "reads ok
reads ok
writes ok
writes ok
empties ok
empties ok
cuts ok
cuts ok
removes ok
removes refused
runs ok
runs ok"
  scanned '{"share": []}' "$steps"
  assert_output "reads refused
reads ok
writes refused
writes ok
empties refused
empties ok
cuts refused
cuts ok
removes refused
removes ok
runs refused
runs ok"
}

@test "it comes after the last one who writes has closed, not before" {
  local steps='exec 3>f 4>>f; echo 1 >&3; mv f g; exec 3>&-; mv g f; exec 4>&-; mv f g; mv f g; ls'
  native "$steps"
  assert_output "mv: cannot stat 'f': No such file or directory
g"
  scanned '"once"' "$steps"
  assert_output "mv: cannot move 'f' to 'g': Permission denied
g"
  # By a process that is killed, too.
  scanned '"once"' 'sh -c "exec 3>f; kill -KILL \$\$"; mv f g; mv f g; ls'
  assert_line "mv: cannot move 'f' to 'g': Permission denied"
  assert_line --index -1 g
}

@test "what it comes after: create, rename, open and running" {
  local steps='exec 3>f; mv f g; mv f g; exec 3>&-; mv g h'
  scanned '{"on": ["create"]}' "$steps"
  assert_output "mv: cannot move 'f' to 'g': Permission denied"
  steps='echo 1 >f; mv f g; mv g h; mv g h'
  scanned '{"on": ["rename"]}' "$steps"
  assert_output "mv: cannot move 'g' to 'h': Permission denied"
  # An indexer; for the first time only.
  steps='echo 1 >f; mv f g; cat g; mv g h; mv g h; cat h; mv h i'
  scanned '{"on": ["open"]}' "$steps"
  assert_output "1
mv: cannot move 'g' to 'h': Permission denied
1"
  steps='cp /bin/true f; mv f g; ./g; rm g; rm -f g; ls'
  native "${steps/rm g; }"
  assert_output ""
  scanned '{"on": ["open"]}' "$steps"
  assert_output "rm: cannot remove 'g': Permission denied"
  # It comes with the start, and is not in its way.
  scanned '{"on": ["open"], "share": []}' 'cp /bin/true f; mv f g; ./g && echo ran'
  assert_output ran
}

@test "a directory cannot be renamed while files below it are held, all of them at once" {
  local steps='mkdir -p a/b; for i in 1 2 3; do echo $i >a/b/$i; done; mv a c; mv a c; ls a c 2>&1'
  native "${steps/mv a c; }"
  assert_line c:
  scanned '"once"' "$steps"
  assert_output "mv: cannot move 'a' to 'c': Permission denied
ls: cannot access 'a': No such file or directory
c:
b"
  scanned '"once"' rename.open_descendant=allow "${steps/mv a c; }"
  assert_line c:
}

@test "one that shares deleting is a file that somebody has open" {
  local steps='echo 1 >f; echo 2 >g; mv f h; mv h g; mv h g; rm g; rm -f g; ls'
  scanned '{"share": ["read", "write", "delete"], "on": ["write", "create"]}' unlink.open_file=deny "$steps"
  assert_output "mv: cannot move 'h' to 'g': Operation not permitted
rm: cannot remove 'g': Permission denied"
  scanned '{"share": ["read", "write", "delete"]}' unlink.open_file=posix rename.open_target=posix 'echo 1 >f; echo 2 >g; mv f g; rm g; ls'
  assert_output ""
}

@test "by time: for an hour nobody's patience lasts, for a millisecond a loop's does" {
  local patient='echo 1 >f; for i in 1 2 3 4 5 6 7 8; do mv f g 2>/dev/null && echo ok && break; done; :'
  native "$patient"
  assert_output ok
  scanned '{"ms": 3600000}' "$patient"
  assert_output ""
  scanned '{"preset": "worst", "ms": [1, 2]}' 'echo 1 >f; until mv f g 2>/dev/null; do :; done; cat g'
  assert_output 1
  # From the last write on, which is to come.
  scanned '{"preset": "worst", "ms": 1}' 'echo 1 >f; touch -d tomorrow f; mv f g'
  assert_failure
  # What was written long ago is let alone, though it was opened again.
  scanned '{"preset": "bit9", "ms": 3600000}' 'echo 1 >f; touch -d yesterday f; mv f g'
  assert_failure
}

@test "by waiting: nothing is refused, and the trace says who was waited for" {
  TRACE=$BATS_TEST_TMPDIR/trace
  # The file has been written twice, and each time the next call on it waits, whenever it comes.
  LXSHIM_TRACE=$TRACE scanned '{"preset": "defender", "ms": 1}' 'exec 3<>f; mv f g; exec 3>&-; echo 1 >g; mv g h; cat h'
  assert_output 1
  run jq -c 'select(.holders) | [.call, .outcome, .rule, .holders[0].comm, .holders[0].event]' "$TRACE"
  # Nothing is called f any more.
  assert_line --index 0 --regexp '^\["open","altered","sharing.windows","scanner","[0-9a-f]{16}"\]$'
  assert_line --index 1 '["rename","altered","sharing.windows","scanner","g#1"]'
  assert_equal "${#lines[@]}" 2
  # Of a directory that is renamed all files below at once.
  rm "$TRACE"
  LXSHIM_TRACE=$TRACE scanned '{"preset": "defender", "ms": 1}' 'mkdir a; echo 1 >a/b; echo 2 >a/c; mv a d; cat d/*'
  assert_output $'1\n2'
  run jq -c 'select(.holders) | .call' "$TRACE"
  assert_output '"rename"'
}

# Which of 16 files cannot be renamed.
SIXTEEN='for i in a b c d e f g h i j k l m n o p; do echo $i >$i; mv $i $i$i 2>/dev/null || echo -n "$i "; done'

@test "chance: the seed says which files, in every run and lane" {
  native "$SIXTEEN"
  assert_output ""
  scanned '{"chance": 0.4, "seed": 7}' "$SIXTEEN"
  assert_output "a m p "
  scanned '{"chance": 0.4, "seed": 8}' "$SIXTEEN"
  assert_output "c f g i j k l m o "
  # And where it leaves the first open alone, it does the next ones.
  scanned '{"on": ["open"], "chance": 0.4, "seed": 7}' "${SIXTEEN/; mv/; cat \$i \$i \$i >/dev/null; mv}"
  assert_output "a m p "
  scanned '{"chance": 0}' "$SIXTEEN"
  assert_output ""
  scanned '{"paths": ["[c-e]", "p*"]}' "$SIXTEEN"
  assert_output "c d e p "
}

@test "each time that it was in the way has a name, by which it comes again" {
  local trace=$BATS_TEST_TMPDIR/trace
  local steps='mkdir -p out; for i in 1 2 3; do echo $i >out/a.tmp; mv out/a.tmp out/b 2>/dev/null || echo -n "$i "; done
echo 1 >"quo\"te#,x"; mv "quo\"te#,x" y 2>/dev/null || echo q; true'
  LXSHIM_TRACE=$trace scanned '"once"' "$steps"
  assert_output "1 2 3 q"
  run jq -r 'select(.outcome == "denied" and .holders) | .holders[0].event' "$trace"
  # Of the last it was another file that was in the way, which has a name of its own.
  assert_output 'out/a.tmp#1
out/a.tmp#2
out/a.tmp#3
quo"te#,x#1'
  scanned '{"only": ["out/a.tmp#2"]}' "$steps"
  assert_output "2 "
  # The number that stands for one whose path the call does not know, such as of a file that was renamed.
  rm "$trace"
  LXSHIM_TRACE=$trace scanned '{"paths": ["x"]}' 'exec 3>x; mv x y; exec 3>&-; mv y z'
  assert_failure
  run jq -r '.holders[0].event // empty' "$trace"
  assert_output --regexp '^[0-9a-f]{16}$'
  scanned "{\"only\": [\"$output\"]}" 'for i in 1 2; do exec 3>x; mv x y; exec 3>&-; mv y z && echo ok; rm -f x y z; done'
  assert_line --index -1 ok
  assert_equal "${#lines[@]}" 2
}

@test "an inode that is used again is another file, and one that is replaced another version" {
  local steps='echo 1 >held; ln held kept; for i in 1 2 3 4 5 6; do rm -f held; echo 2 >free; mv free gone || echo refused; rm gone; done'
  native "$steps"
  assert_output ""
  scanned '{"paths": ["held"]}' 'for i in 1 2 3 4 5 6; do echo 1 >held; rm -f held 2>/dev/null; rm -f held; echo 2 >free; mv free gone || echo no; rm gone; done'
  assert_output ""
  scanned '{"paths": ["held"]}' 'echo 1 >held; ln held free; echo 2 >>free; mv free gone'
  assert_output ""
  scanned '"once"' 'echo 1 >f; mv f g; mv f g; echo 2 >>g; mv g f; mv g f; cat f'
  assert_output "mv: cannot move 'f' to 'g': Permission denied
mv: cannot move 'g' to 'f': Permission denied
1
2"
}

@test "observed, allowed by an override, or where Windows' sharing is no rule: nothing is refused" {
  local steps='mkdir d; echo 1 >d/f; mv d e; echo 1 >f; mv f g; cat g' trace=$BATS_TEST_TMPDIR/trace
  scanned '"once"' sharing.windows=allow "$steps"
  assert_output 1
  scanned '{"share": ["read", "write", "delete"]}' sharing.windows=allow unlink.open_file=deny 'echo 1 >f; rm f'
  assert_success
  # What the kernel refuses is no time that it was in the way.
  scanned '{"share": []}' 'echo 1 >f; dd of=f conv=excl </dev/null 2>&1 | grep -o "File exists"; cat f; cat f'
  assert_output $'File exists\ncat: f: Permission denied\n1'
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq '.scanner = "once" | .mode = "observe"' >p.json
  LXSHIM_POLICY=$PWD/p.json LXSHIM_TRACE=$trace run env -C "$DRIVE" "${SHIM[@]}" bash -uc "$steps"
  assert_output 1
  run jq -r 'select(.observed // [] | index("sharing.windows")) | .holders[0].comm' "$trace"
  assert_line scanner
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq '.scanner = "worst" | .overrides = [{when: {op: "rename"}, then: {allow: true}}]' >p.json
  LXSHIM_POLICY=$PWD/p.json run env -C "$DRIVE" "${SHIM[@]}" bash -uc "$steps"
  assert_output 1
}

@test "outside of drives, and natively, there is none" {
  local outside
  outside=$(fresh outside)
  scanned '{"calls": 9, "share": []}' "cd '$outside'; echo 1 >f; mv f g; rm g; echo done"
  assert_output "done"
}

@test "lxshim run --scanner: over the policy, key by key; the summary and reports name who it was" {
  local report=$BATS_TEST_TMPDIR/report
  cd "$(fresh drive)" || return
  run "$LXSHIM" run --scanner once --report "json:$report" -- sh -c 'echo 1 >f; mv f g'
  assert_failure 1
  assert_line --regexp '^  sharing.windows +1 +0 +rename f g: EACCES \(mv, pid [0-9]+\)$'
  run jq -c '.kinds[] | select(.rule == "sharing.windows") | [.call, .paths, .result, .holders[0].comm, .holders[0].by]' "$report"
  assert_output '["rename",["f","g"],"EACCES","scanner","scanner"]'
  echo '{"version": 1, "scanner": {"preset": "worst", "paths": ["*.tmp"]}}' >p.json
  run "$LXSHIM" policy show --policy p.json --scanner calls=2,seed=9,on=write+rename,share=none,ms=3-50
  assert_failure 2
  run "$LXSHIM" policy show --policy p.json --scanner seed=9,on=write+rename,share=none,ms=3-50,chance=0.5
  assert_line --regexp '^scanner +worst +\(--scanner\)$'
  assert_line --regexp '^  after +write, rename$'
  assert_line --regexp '^  shares +nothing$'
  assert_line --regexp '^  holds +3 to 50 ms$'
  assert_line --regexp '^  chance +0.5, seed 9$'
  assert_line --regexp '^  paths +\*.tmp$'
  run bash -c '"$1" policy show --policy p.json --scanner once --json | jq -c ".scanner | .chance *= 1"' - "$LXSHIM"
  assert_output '{"preset":"once","on":["write"],"share":["read","write"],"calls":1,"wait":false,"chance":1,"seed":0,"paths":[],"from":{"kind":"flag","name":"--scanner"}}'
  run "$LXSHIM" policy show --policy p.json --scanner off
  refute_output --partial scanner
  # An object as in a policy; paths that are left alone, one number, and a list without its default.
  run bash -c '"$1" policy show --scanner "{\"on\": [\"open\"], \"seed\": 4}" --json | jq -c ".scanner | [.on, .seed, .calls]"' - "$LXSHIM"
  assert_output '[["open"],4,1]'
  run bash -c '"$1" policy show --scanner once,share=none --json | jq -c ".scanner | [.share, .calls]"' - "$LXSHIM"
  assert_output '[[],1]'
  rm -f ./*
  run "$LXSHIM" run -q --scanner once,except=a#1,except=b#1 -- bash -c 'for i in a b c; do echo 1 >$i; mv $i n 2>/dev/null || echo $i; done'
  assert_output c
  run "$LXSHIM" run -q --scanner panda,ms=3600000 -- bash -c 'echo 1 >d; mv d n'
  assert_failure
}

@test "lxshim run --scanner replay:TRACE: what was in the way there, and nothing else" {
  cd "$(fresh drive)" || return
  local steps='for i in a b c d e f g h i j k l m n o p; do echo 1 >$i; mv $i $i$i 2>/dev/null || echo $i; rm -f $i*; done'
  run "$LXSHIM" run -q --scanner mcafee,calls=1,chance=0.3,seed=3 --trace t -- bash -c "$steps"
  local first=$output
  ((${#lines[@]} > 1 && ${#lines[@]} < 12))
  run "$LXSHIM" run -q --scanner once,replay:t -- bash -c "$steps"
  assert_output "$first"
  run "$LXSHIM" run -q --scanner "only=${lines[0]}#1" -- bash -c "$steps"
  assert_output "${lines[0]}"
  # Names are as JSON has them.
  steps='for i in "q\"\\t" b; do echo 1 >"$i"; mv "$i" n 2>/dev/null || echo "$i"; rm -f "$i" n; done'
  run "$LXSHIM" run -q --scanner 'once,paths=q*' --trace t2 -- bash -c "$steps"
  assert_output 'q"\t'
  run "$LXSHIM" run -q --scanner once,replay:t2 -- bash -c "$steps"
  assert_output 'q"\t'
  run "$LXSHIM" run -q --scanner replay:missing -- true
  assert_failure 125
  assert_output 'lxshim: --scanner: cannot read the trace missing: No such file or directory'
  echo '{}' >other
  run "$LXSHIM" run -q --scanner replay:other -- true
  assert_output 'lxshim: --scanner: other has no call that a scanner was in the way of, expected a trace of a run with --scanner'
}

@test "what --scanner does not understand is said by its name, with the nearest" {
  local flag expected
  while IFS='|' read -r flag expected; do
    run "$LXSHIM" run --scanner "$flag" -- true
    assert_failure 125
    assert_output "lxshim: --scanner: $expected"
  done <<'END'
onec|unknown scanner "onec", expected one that "lxshim help scanner" lists, or "off"; did you mean "once"?
calls=0|"calls" is 0, expected a whole number from 1 to 1000000
calls=x|"calls" is a string, expected a whole number from 1 to 1000000
ms=5-x|item 2 is a string, expected a whole number from 1 to 3600000
once,clals=5|unknown key "clals" in a scanner, expected preset, on, share, calls, ms, chance, seed, wait, paths, only or except; did you mean "calls"?
paths=[|bad glob "[": a '[' without its ']'
on=write+opne|unknown trigger "opne", expected one such as write; did you mean "open"?
once,wait=true|a scanner with "wait" that counts calls, expected "ms"
only=a|"a" is no event, expected a path with its number, "a/b.tmp#1", as a trace has it
END
}

@test "a policy that was only found may have one: it refuses calls on its own drives alone" {
  cd "$(fresh drive)" || return
  echo '{"version": 1, "scanner": "once"}' >.lxshim.json
  run env -u LXSHIM_POLICY "${SHIM[@]}" bash -c 'echo 1 >f; mv f g; mv f g; cat g'
  assert_output "mv: cannot move 'f' to 'g': Permission denied
1"
}

@test "programs of 32 bits and static ones meet it as well" {
  local kind wide scanner='{"on": ["write", "create"], "share": [], "calls": 2}'
  why=$(runs_32_bits) || skip "$why"
  scanned '"off"' tour
  assert_line "unlink ok"
  assert_line "rename ok"
  scanned "$scanner" tour
  assert_line "unlink EACCES"
  assert_line "rename EACCES"
  wide=$output
  for kind in tour-static tour-i386 tour-i386-static; do
    scanned "$scanner" "$kind"
    assert_output "$wide"
  done
}
