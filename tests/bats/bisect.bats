#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim bisect: programs that fail over one to five rules and calls among a thousand, and what it says and leaves
# where there is nothing to find, where answers differ, and where it is interrupted.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers
load bisect

setup() {
  needs jq jq
  needs perl perl
  project
}

@test "one rule, one call among a thousand: found by few runs, and tested both ways" {
  among_many 'mkdir "tmp"; open X, ">tmp/f"; $moved = rename "tmp", "out"; close X' '!$moved'
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told .verdict)" found
  assert_equal "$(told '.causes | length')" 1
  assert_equal "$(told '.causes[0].rules[].id')" rename.open_descendant
  assert_equal "$(told '.causes[0].calls[] | .op + " " + .path')" "rename tmp"
  assert_equal "$(told '.causes[0].passes_without')" true
  assert_equal "$(told '.causes[0].sentences[0]')" "rename tmp to out was refused with EACCES by rename.open_descendant"
  (($(told .calls) > 1000))
  (($(told .runs) <= 4 * 10 + 3 * $(told '.fired | length')))
  leaves_nothing
  run ls
  assert_output "build.sh"
  # In the policy that is printed it fails, and so does the example on a drive.
  told '.causes[0].policy' >../minimal.json
  run "$LXSHIM" run -q --policy ../minimal.json -- bash build.sh
  assert_failure
  told '.causes[0].example' >../example
  run env -C "$(fresh)" sh -eu "$D/../example"
  assert_success
  run env -C "$(fresh)" "$LXSHIM" run -q -- sh -eu "$D/../example"
  assert_failure
}

@test "the example makes a directory that two paths have in common once" {
  bisected -- sh -c 'mkdir d; mkfifo d/p'
  assert_success
  told '.causes[0].example' >../example
  assert_equal "$(head -n 2 ../example)" $'mkdir -p d\nset -- d/p d/p.new'
}

@test "names that the command makes absolute are told as the project's, wherever the copy was" {
  echo 'mkdir "$PWD/d"; exec 3>"$PWD/d/f"; mv "$PWD/d" "$PWD/e"' >build.sh
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].sentences[0]')" "rename d to e was refused with EACCES by rename.open_descendant"
}

@test "a call that a rule only alters: the mode of one file among a thousand" {
  among_many '' '((stat "f77")[2] & 0777) != 0600'
  passes_natively
  bisected -- bash build.sh
  assert_success
  # What stat shows suffices, and so does the chmod that came to nothing.
  assert_equal "$(told '[.causes[].rules[].id] | sort | join(" ")')" "chmod.readonly_bit mode.fixed"
  assert_equal "$(told '[.causes[].calls[].path] | unique | join(" ")')" f77
  assert_equal "$(told '.causes[1].passes_without')" true
}

@test "two to five rules that are needed together, five of them among a thousand calls" {
  local n
  for n in 2 3 5; do
    # It fails where all of the first n go wrong. Each of them takes many runs, so that the largest alone is among a
    # thousand.
    among_many '
      push @went, system("mkfifo p") == 0;
      mkdir "d"; open X, ">d/f"; push @went, rename("d", "e"); close X;
      open X, ">g"; close X; open X, ">h"; push @went, rename("g", "h"); close X;
      open X, ">o"; unlink "o"; push @went, open(Y, ">o"); close X; close Y;
      mkdir "r"; opendir X, "r"; rmdir "r"; push @went, mkdir("r"); closedir X' "!grep \$_, @went[0 .. $((n - 1))]" $((n == 5 ? 1000 : 100))
    passes_natively
    bisected -j 2 -- bash build.sh
    assert_success
    assert_equal "$(told '[.causes[0].rules[].id] | length')" "$n"
    # The fourth and the fifth take two calls each: one that removes, and one that makes anew.
    assert_equal "$(told '.causes[0].calls | length')" "$((n == 5 ? 7 : n))"
    assert_equal "$(told '.causes[0].passes_without')" true
    # Of two runs at once one may be of no use.
    (($(told .runs) <= 2 * (n * 4 * (n == 5 ? 10 : 7) + 3 * $(told '.fired | length'))))
  done
  assert_equal "$(told '[.causes[0].rules[].id] | sort | join(" ")')" \
    "rename.open_descendant rename.open_target rmdir.open_directory special.fifo unlink.open_file"
}

@test "of one call many times, the time that matters" {
  echo 'for i in {1..9}; do mkfifo p || { ((i != 6)) || bad=1; }; rm -f p; done; [[ -z ${bad-} ]]' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].calls[] | [.op, .path, (.occurrences | tostring), .of] | join(" ")')" "mknod p [6] 9"
  assert_equal "$(told '.causes[0].passes_without')" true
  told '.causes[0].policy' >../minimal.json
  run "$LXSHIM" run -q --policy ../minimal.json -- bash build.sh
  assert_failure
  run "$LXSHIM" bisect -- bash build.sh
  assert_line "  mknod p, number 6 of 9"
  # And what the command makes of it.
  assert_line "with all rules it ends with 1"
  assert_line "  | mkfifo: cannot create fifo 'p': Operation not permitted"
}

@test "causes that each suffice are all found" {
  echo 'mkfifo p || bad=1; mkdir d; exec 3>d/f; mv d e || bad=1; [[ -z ${bad-} ]]' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '[.causes[].rules[].id] | sort | join(" ")')" "rename.open_descendant special.fifo"
  assert_equal "$(told '[.causes[].passes_without] | tostring')" "[false,true]"
  run "$LXSHIM" bisect -- bash build.sh
  assert_line "cause 2 of 2, which suffices alone"
}

@test "-j gives the same answer" {
  among_many '$a = system("mkfifo p") == 0; mkdir "d"; open X, ">d/f"; $b = rename "d", "e"' '!$a && !$b'
  bisected -- bash build.sh
  assert_success
  alone=$(told '.causes | map(del(.sentences)) | tostring')
  assert_equal "$(told '[.causes[].rules[].id] | sort | join(" ")')" "rename.open_descendant special.fifo"
  bisected -j 3 -- bash build.sh
  assert_success
  assert_equal "$(told '.causes | map(del(.sentences)) | tostring')" "$alone"
  leaves_nothing
}

@test "names that differ from run to run are told by what they have in common" {
  # By a number that counts up, so that two neighbours have digits in common, and others have none.
  export COUNT=$BATS_TEST_TMPDIR/count
  echo 2998 >"$COUNT"
  echo 'n=$(($(<$COUNT) + 1)); echo $n >$COUNT; mkdir tmp.$n.x other; exec 3>tmp.$n.x/f; mv tmp.$n.x out' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].passes_without')" true
  assert_equal "$(told '.causes[0].calls | length')" 1
  run told '.causes[0].calls[0] | .op + " " + .glob, .varies'
  assert_line --index 0 'rename tmp.*.x'
  assert_line --index 1 true
}

@test "names with characters that globs, shells, terminals and JSON know" {
  # Not those that NTFS has not: rules look at such names themselves.
  printf '%s' $'a [b]{c}\'d$f\xc3\xa9 \xe2\x80\xae;&' >name
  mkdir sub
  echo 'n=sub/$(<name); mkdir "$n" "$n.x"; mkdir sub/b; exec 3>"$n/f"; mv "$n" "$n.moved"' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].calls[0].path')" "sub/$(<name)"
  assert_equal "$(told '.causes[0].passes_without')" true
  told '.causes[0].example' >../example
  run env -C "$(fresh)" sh -eu "$D/../example"
  assert_success
  run "$LXSHIM" bisect -- bash build.sh
  assert_line "  rename sub/a [b]{c}'d\$f"$'\xc3\xa9'" ?;&"
}

@test "rules that speak before it is known where a call leads: found, and said" {
  printf '%s' ': >"$(printf "x\377")"' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" names.invalid_utf8
  assert_equal "$(told '.causes[0].calls | length')" 0
  assert_equal "$(told '.causes[0].passes_without')" true
  assert_equal "$(told '.causes[0].no_calls')" "these rules speak before it is known where a call leads"
}

@test "it fails natively: not lxshim's, with the status" {
  run --separate-stderr "$LXSHIM" bisect -- sh -c 'exit 7'
  assert_failure 1
  assert_line --index 0 "the failure is not lxshim's: natively the command fails, too (exit 7)"
  bisected -- sh -c 'exit 7'
  assert_failure 1
  assert_equal "$(told '[.verdict, .native.status] | tostring')" '["native",7]'
  run --separate-stderr "$LXSHIM" bisect -- no-such-command
  assert_failure 1
  assert_line --index 0 "the failure is not lxshim's: natively the command fails, too (exit 127: command not found)"
  run --separate-stderr "$LXSHIM" bisect -- sh -c 'echo no compiler; exit 125'
  assert_failure 1
  assert_line --index 0 "natively, without lxshim, the command can neither pass nor fail: exit 125"
  # What it has printed last is shown, of whichever stream, and fit for a terminal.
  assert_line --index 1 "at its end it has printed"
  assert_line --index 2 "  | no compiler"
  run --separate-stderr "$LXSHIM" bisect -- sh -c 'seq 2000; printf "no \033[2Jlibrary\n\n" >&2; exit 7'
  assert_failure 1
  assert_line --index 2 "  | 1992"
  assert_line --index 11 "  | no ?[2Jlibrary"
  leaves_nothing
}

@test "it passes everywhere: said, with the rules that spoke all the same" {
  run --separate-stderr "$LXSHIM" bisect -- sh -c 'mkfifo p; true'
  assert_failure 1
  assert_line --index 0 "nothing to find: the command passes natively and under the profile drvfs"
  assert_line --regexp '^rules that spoke: .*special\.fifo.* \(on [0-9]+ calls\)$'
  assert_line "it may fail elsewhere"
  assert_line "  lxshim matrix --volumes all -- sh -c 'mkfifo p; true'"
  # As on a volume of another kind, which the policy's line has with it.
  bisected --filesystem exfat -- ln -s nowhere link
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" symlink.create
  run --separate-stderr "$LXSHIM" bisect --filesystem exfat -- ln -s nowhere link
  assert_line "policy, for lxshim run --filesystem exfat --policy FILE -- ln -s nowhere link"
  leaves_nothing
}

@test "what runs print is shown where it passes, and with --verbose of each run" {
  echo 'echo building; mkfifo p || echo no pipe >&2' >build.sh
  run --separate-stderr "$LXSHIM" bisect -- sh build.sh
  assert_failure 1
  assert_line --index 0 "nothing to find: the command passes natively and under the profile drvfs"
  assert_line --index 2 "  | building"
  assert_line --index 4 "  | no pipe"
  refute [ "$(grep -c building <<<"$stderr")" -gt 0 ]
  run --separate-stderr "$LXSHIM" bisect --verbose -- sh build.sh
  assert_equal "$(grep -c '^  | building$' <<<"$stderr")" 3 # natively, with all rules, and the same without a trace
}

@test "skip codes, good codes, bad codes" {
  # What one of both rules does cannot be tested.
  echo 'mkfifo p; a=$?; mkdir d; exec 3>d/f; mv d e; b=$?
    [ $a$b = 00 ] && exit 3; [ $a$b = 11 ] && exit 5; exit 125' >build.sh
  bisected --good 0,3 -- sh build.sh
  assert_success
  assert_equal "$(told '[.causes[0].rules[].id] | sort | join(" ")')" "rename.open_descendant special.fifo"
  # Only 5 is the failure: 125 would be another one.
  bisected --good 2-3 --bad 5 --skip 9 -- sh build.sh
  assert_success
  assert_equal "$(told '[.causes[0].rules[].id] | length')" 2
  run --separate-stderr "$LXSHIM" bisect --skip 5,125 --good 3 -- sh build.sh
  assert_failure 1
  assert_line --index 0 "under the profile drvfs the command can neither pass nor fail: exit 5"
  assert_line "  | mkfifo: cannot create fifo 'p': Operation not permitted"
  leaves_nothing
}

@test "bad input: what it is and what was expected" {
  local arguments said
  while IFS='|' read -r arguments said; do
    # shellcheck disable=SC2086 # words
    run "$LXSHIM" bisect $arguments
    assert_failure 2
    assert_line --index 0 "lxshim: $said"
  done <<'END'
--runs 0 true|--runs is "0", expected a number from 1 to 1000
--runs x true|--runs is "x", expected a number from 1 to 1000
-j 65 true|-j is "65", expected a number from 1 to 64
--time-limit -1 true|--time-limit is "-1", expected a number from 1 to 1000000
--good 1, true|--good is "1,", expected exit statuses such as 0 or 1,3-5
--skip 256 true|--skip is "256", expected exit statuses such as 0 or 1,3-5
--bad 5-3 true|--bad is "5-3", expected exit statuses such as 0 or 1,3-5
--fresh new true|unknown --fresh "new": copy, worktree or none
--fresh none -j 2 true|--fresh none with -j: runs at once would share their files
END
  run "$LXSHIM" bisect --policy missing.json true
  assert_failure 125
  assert_output --regexp '^lxshim: missing\.json: '
  run "$LXSHIM" run -q -- "$LXSHIM" bisect true
  assert_failure 125
  assert_output "lxshim: this is on a drive already (LXSHIM_STATE is set): nothing here would run natively"
  run --separate-stderr "$LXSHIM" bisect --setup 'echo no such step; exit 3' -- true
  assert_failure 125
  assert_equal "${stderr##*$'\n'}" "lxshim: --setup ends with 3 in a fresh copy: no such step"
}

@test "a command that is flaky: each set is tested several times, with the confidence said" {
  # Where a FIFO is refused every second run fails, by a count outside of the copies.
  export COUNT=$BATS_TEST_TMPDIR/count
  echo 'mkfifo p && exit; echo >>$COUNT; [ $(($(wc -l <$COUNT) % 2)) = 0 ]' >build.sh
  bisected --runs 4 -- sh build.sh
  assert_success
  assert_equal "$(told '[.full.failed, .full.runs, .confidence] | tostring')" "[2,4,0.9375]"
  assert_equal "$(told '.causes[0].rules[].id')" special.fifo
  assert_equal "$(told '.causes[0].passes_without')" true
  run --separate-stderr "$LXSHIM" bisect --runs 4 -- sh build.sh
  assert_line --regexp '^2 of 4 runs failed with all rules: .* in 4 runs with a confidence of 93\.75 %$'
}

@test "a command that changes its mind: said" {
  # Each rule's refusal is one for the first two runs that meet it.
  export COUNT=$BATS_TEST_TMPDIR/count
  echo 'mkfifo p && exit; echo >>$COUNT; [ $(wc -l <$COUNT) -gt 2 ]' >build.sh
  run --separate-stderr "$LXSHIM" bisect -- sh build.sh
  assert_failure 1
  assert_line --index 0 "the command changes its mind: with the same rules it has failed and passed; --runs N tests each set N times"
  leaves_nothing
}

@test "a run over the time limit has failed, and none of its processes stays" {
  export PIDS=$BATS_TEST_TMPDIR/pids
  # One of them is in a session of its own.
  echo 'mkfifo p && exit; echo $$ >>$PIDS; setsid sh -c "echo \$\$ >>$PIDS; exec sleep 1000" & sleep 1000' >build.sh
  : >"$PIDS"
  hangs() {
    bisected "$@" -- sh build.sh
    [[ $status == 0 ]]
  }
  within_limit hangs
  assert_equal "$(told '.full.timed_out')" true
  assert_equal "$(told '.causes[0].rules[].id')" special.fifo
  run stay
  assert_output ""
  leaves_nothing
}

@test "what a command leaves running ends with its run" {
  export PIDS=$BATS_TEST_TMPDIR/pids
  echo 'setsid sh -c "echo \$\$ >>$PIDS; exec sleep 1000" & until [ -s $PIDS ]; do :; done; mkfifo p' >build.sh
  run --separate-stderr timeout 500 "$LXSHIM" bisect -- sh build.sh
  assert_success
  run stay
  assert_output ""
}

@test "where TMPDIR leads nowhere copies are made beside the project, and go again" {
  local before
  before=$(ls -A ..)
  export WAS=$BATS_TEST_TMPDIR/was
  run --separate-stderr env TMPDIR="$D/nowhere" "$LXSHIM" bisect -- sh -c 'pwd >>"$WAS"; mkfifo p'
  assert_success
  assert_line special.fifo
  run grep -v "^$(cd .. && pwd -P)/" "$WAS"
  assert_output ""
  [[ -s $WAS ]]
  assert_equal "$(ls -A ..)" "$before"
}

@test "interrupted at each test it leaves no copy, ends by the signal, and goes on where it was" {
  local total i pid
  export COUNT=$BATS_TEST_TMPDIR/count STOP=$BATS_TEST_TMPDIR/stop AT=0
  # Its second run tells whoever waits for it, and does not end.
  cat >build.sh <<'END'
echo >>"$COUNT"; [ "$(wc -l <"$COUNT")" != "$AT" ] || { echo >"$STOP"; exec sleep 1000; }
mkfifo p; a=$?; mkdir d; exec 3>d/f; mv d e; b=$?; [ $a = 0 ] || [ $b = 0 ]
END
  bisected -- sh build.sh
  total=$(told .runs)
  alone=$(told '.causes | map(del(.sentences)) | tostring')
  ((total > 8))
  mkfifo "$STOP"
  for ((i = 1; i < total; i++)); do
    : >"$COUNT"
    AT=2 "$LXSHIM" bisect -- sh build.sh >../out 2>../err &
    pid=$!
    # Who was killed before may have it open a moment longer, and has nothing more to say.
    until read -r _ <"$STOP"; do :; done
    if ((i % 2 == 0)); then
      kill -TERM $pid
      wait $pid || assert_equal $? 143
      run find "$TMPDIR" -mindepth 1
      assert_output ""
      run tail -1 ../err
      assert_output --regexp '^lxshim: interrupted after [0-9]+ runs?: .*; the same command goes on from here$'
    else
      kill -KILL $pid
      wait $pid || assert_equal $? 137
    fi
    ((i == 1)) || grep -qE "goes on from an earlier bisect of this command, of which $((i - 1)) tests? (is|are) known" ../err
  done
  bisected -- sh build.sh
  assert_success
  assert_equal "$(told '.causes | map(del(.sentences)) | tostring')" "$alone"
  assert_equal "$(told .runs)" 1
  leaves_nothing
}

@test "interrupted it says in one line what is known by then, ends by the signal, and writes no policy" {
  local at pid
  export COUNT=$BATS_TEST_TMPDIR/count STOP=$BATS_TEST_TMPDIR/stop AT
  cat >build.sh <<'END'
echo >>"$COUNT"; [ "$(wc -l <"$COUNT")" != "$AT" ] || { echo >"$STOP"; exec sleep 1000; }
mkfifo p; a=$?; mkdir d; exec 3>d/f; mv d e; b=$?; [ $a = 0 ] || [ $b = 0 ]
END
  mkfifo "$STOP"
  for at in '1|0 runs: nothing is known' '2|1 run: natively it passes, of the rules nothing is known; the same command goes on from here' \
    '3|2 runs: with all rules it fails, and natively not; suspected .*rename.open_descendant, .*special.fifo, .*; the same command goes on from here'; do
    AT=${at%%|*}
    : >"$COUNT"
    "$LXSHIM" bisect --restart --output ../policy.json -- sh build.sh >../out 2>../err &
    pid=$!
    until read -r _ <"$STOP"; do :; done
    kill -TERM $pid
    wait $pid || assert_equal $? 143
    run tail -1 ../err
    assert_output --regexp "^lxshim: interrupted after ${at#*|}\$"
    run cat ../out
    assert_output ""
    assert_not_exists ../policy.json
  done
}

@test "what was interrupted can be forgotten; who has it is not disturbed" {
  local pid
  export STOP=$BATS_TEST_TMPDIR/stop
  mkfifo "$STOP"
  echo 'mkfifo p && exit; [ ! -p "$STOP" ] || { echo >"$STOP"; exec sleep 1000; }; exit 1' >build.sh
  "$LXSHIM" bisect -- sh build.sh >../out 2>../err &
  pid=$!
  until read -r _ <"$STOP"; do :; done
  run --separate-stderr "$LXSHIM" bisect -- sh build.sh
  assert_failure 125
  assert_equal "${stderr##*$'\n'}" "lxshim: the same bisect is under way already"
  kill -TERM $pid
  wait $pid || assert_equal $? 143
  # Of another state of the project nothing is known.
  : >new
  "$LXSHIM" bisect -- sh build.sh >../out 2>../err &
  pid=$!
  until read -r _ <"$STOP"; do :; done
  kill -TERM $pid
  wait $pid || assert_equal $? 143
  run grep -c "^lxshim: the directory has changed since this bisect was interrupted: it begins anew$" ../err
  assert_output 1
  rm "$STOP"
  bisected --restart -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0].passes_without')" true
  run grep -cE "goes on|anew" <<<"$stderr"
  assert_output 0
  leaves_nothing
}

@test "a policy that was named, inside and outside of the project, and one that was found" {
  local how
  mkdir drive
  echo 'cd drive; mkfifo p; ln a b' >build.sh
  : >drive/a
  printf '{"version": 1, "rules": {"link.create": "EPERM"}, "mounts": [{"source": "C:\\\\x", "target": "drive"}]}' >.lxshim.json
  passes_natively
  for how in "" "--policy .lxshim.json" "--policy $D/.lxshim.json"; do
    # shellcheck disable=SC2086 # words
    bisected $how -- sh build.sh
    assert_success
    assert_equal "$(told '.causes[0].rules[].id')" link.create
    assert_equal "$(told '.causes[0].policy.extends')" .lxshim.json
    assert_equal "$(told '.causes[0].calls[0].path')" a
  done
  # One elsewhere is where it was; a drive of this directory would not be one of a copy.
  jq 'del(.mounts)' .lxshim.json >../p.json
  rm .lxshim.json
  bisected --policy ../p.json -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" link.create
  assert_equal "$(told '.causes[0].policy.extends')" "$(realpath ../p.json)"
  jq --arg d "$D/drive" '.mounts = [{source: "C:", target: $d}]' ../p.json >../q.json
  run --separate-stderr "$LXSHIM" bisect --policy ../q.json -- sh build.sh
  assert_failure 125
  assert_equal "$stderr" "lxshim: a mount of the policy is of $D/drive, where copies are not: name it relative to the policy in this directory, or use --fresh none"
  run "$LXSHIM" bisect --policy ../q.json --fresh none -- sh -c 'rm -f drive/p drive/b; sh build.sh'
  assert_success
  assert_line "link.create"
}

@test "a policy that was only found gets no more than under lxshim run" {
  mkdir -p "$BATS_TEST_TMPDIR/elsewhere"
  jq -n --arg d "$BATS_TEST_TMPDIR/elsewhere" '{version: 1, mounts: [{source: "C:", target: "x", backing: $d}]}' >.lxshim.json
  run "$LXSHIM" run -q -- true
  assert_failure 125
  said=$output
  run "$LXSHIM" bisect -- touch ran
  assert_failure 125
  assert_output "$said"
  assert_not_exist ran
}

@test "overrides of the policy are suspects as well" {
  printf '{"version": 1, "overrides": [{"when": {"op": "chmod"}, "then": {"delay": 1}},
    {"when": {"op": "rename", "path": "*.lock"}, "then": {"errno": "EBUSY"}, "after": 1, "times": 1}]}' >p.json
  echo 'for i in 1 2 3; do : >$i.lock; chmod 600 $i.lock; mv $i.lock $i || exit; done' >build.sh
  passes_natively
  bisected --policy p.json -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0] | [.rules, .overrides, .passes_without] | tostring')" "[[],[1],true]"
  told '.causes[0].policy' >minimal.json
  run "$LXSHIM" run -q --policy minimal.json -- sh build.sh
  assert_failure
}

@test "--output: a policy that works, and no file that is not ours is written over" {
  echo 'mkfifo p' >build.sh
  run --separate-stderr "$LXSHIM" bisect --output ../out.json -- sh build.sh
  assert_success
  assert_line "policy, for lxshim run --policy ../out.json -- sh build.sh"
  run "$LXSHIM" policy check ../out.json
  assert_success
  run "$LXSHIM" run -q --policy ../out.json -- sh build.sh
  assert_failure
  run --separate-stderr "$LXSHIM" bisect --output ../out.json -- sh build.sh
  assert_success
  echo mine >../mine.json
  run "$LXSHIM" bisect --output ../mine.json -- sh -c 'touch ../../ran'
  assert_failure 1
  assert_output "lxshim: ../mine.json is no policy that lxshim bisect has made: name another file, or remove it"
  assert_equal "$(cat ../mine.json)" mine
  run "$LXSHIM" bisect --output missing/x.json -- true
  assert_failure 1
  assert_output "lxshim: cannot write the policy to missing/x.json: No such file or directory"
}

@test "a project that may not be written, with files of all kinds, is copied as it is" {
  mkdir -p sub/deep
  ln sub/../sub/deep/../x sub/y 2>/dev/null || { : >sub/x && ln sub/x sub/y; }
  ln -s nowhere sub/link
  mkfifo sub/fifo
  touch -d @1000000000 sub/x
    echo '[ $(stat -c %h.%Y.%a sub/y) = 2.1000000000.444 ] && [ -p sub/fifo ] && [ $(readlink sub/link) = nowhere ] || exit 125
    chmod u+w . sub; mkfifo p' >build.sh
  chmod -R a-w sub .
  # What the files are before the first rule speaks, a native run alone tells: their mode is one of a drive's later.
  run --separate-stderr "$LXSHIM" bisect --set mode.fixed=off -- sh build.sh
  chmod u+w . sub sub/deep
  assert_success
  assert_line special.fifo
  leaves_nothing
}

@test "a project that cannot be copied: said, with the ways without" {
  shared
  mkdir -p "$SHARED/project/sub"
  chmod 755 "$SHARED/project"
  chmod 000 "$SHARED/project/sub"
  run as_user env -C "$SHARED/project" TMPDIR="$SHARED" "$LXSHIM" bisect -- true
  assert_failure 125
  assert_line --regexp "^lxshim: cannot copy .*/project: .*: Permission denied \(--fresh worktree .*, --fresh none the directory itself\)\$"
}

@test "--setup runs in each copy, natively" {
  echo 'cat made && mkfifo p' >build.sh
  bisected --setup 'mkfifo fifo && echo yes >made' -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" special.fifo
  run ls
  assert_output build.sh
}

@test "--fresh worktree: what is committed, and no more; git's list is as it was" {
  needs git git
  git init -q .
  mkdir sub
  echo 'ls; [ ! -e new ] && mkfifo p' >sub/build.sh
  git add . && git -c user.name=x -c user.email=x@example.org commit -qm x
  : >sub/new
  cd sub || return
  bisected --fresh worktree -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" special.fifo
  run git worktree list
  assert_equal "${#lines[@]}" 1
  leaves_nothing
}

@test "what a drive is beside the rules of a trace is said" {
  mkdir c
  echo ': >c/a; : >c/A; [ $(ls c | wc -l) = 2 ]' >build.sh
  passes_natively
  run --separate-stderr "$LXSHIM" bisect --mount drvfs:C::c -- sh build.sh
  assert_failure 1
  assert_line --index 0 --partial "the command fails though no rule speaks"
}
