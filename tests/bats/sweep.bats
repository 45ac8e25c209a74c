#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim matrix: a command in every era and on each kind of volume, what its table and its reports say, and a matrix
# that is divided among machines by those who do such, and put together again.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers

setup() {
  needs jq jq
  D=$(fresh)/project
  mkdir "$D" "$BATS_TEST_TMPDIR/tmp"
  export D TMPDIR=$BATS_TEST_TMPDIR/tmp HOME=$BATS_TEST_TMPDIR
  DAEMONS=()
  cd "$D" || return
  # It passes natively, and where a removed file is gone at once.
  echo 'exec 3>a; rm a; mkdir a' >build.sh
}

teardown() {
  stop_daemons
}

stop_daemons() {
  local pid
  for pid in "${DAEMONS[@]}"; do
    ! kill "$pid" 2>/dev/null || wait "$pid" || true
  done
  DAEMONS=()
}

# No copy is left, and the project is as it was.
leaves_nothing() {
  run find "$TMPDIR" . -mindepth 1 ! -name build.sh
  assert_output ""
}

# swept ARGUMENT...: its results go to $result.
swept() {
  run --separate-stderr "$LXSHIM" matrix --report json "$@"
  echo "$output$stderr"
  result=$output
}

# told QUERY: what the results say.
told() {
  jq -r "$1" <<<"$result"
}

@test "every era is a row, natively as well: how it ended, and which rules refused something" {
  native 'cp -r "$D"/. . && bash build.sh'
  assert_success
  run --separate-stderr "$LXSHIM" matrix -j 2 -- bash build.sh
  assert_failure 1
  assert_line --index 0 --regexp '^era +result +rules$'
  assert_line --index 1 'native         passes'
  assert_line --index 2 'wsl1-1607      fails (exit 1)  unlink.open_file 1'
  assert_line 'wsl1-1709      passes'
  assert_line --regexp '^wsl2-virtiofs +passes$'
  assert_line --index 12 'lxshim matrix: 9 pass, 2 fail'
  assert_equal "${stderr##*$'\n'}" 'lxshim: over which rules, and calls: lxshim bisect --profile wsl1-1607 -- bash build.sh'
  leaves_nothing
  # Under lxshim run it is the same.
  run "$LXSHIM" run -q --profile wsl1-1607 -- bash -c 'mkdir sub; cd sub; . ../build.sh'
  assert_failure
  rm -r sub
  swept --eras wsl1-1607,wsl1-1709,native -- bash build.sh
  assert_failure 1
  assert_equal "$(told '[.results[] | .cell, .answer, .status] | tostring')" \
    '["native","pass",0,"wsl1-1607","fail",1,"wsl1-1709","pass",0]'
  assert_equal "$(told '.results[1].refused[0] | [.rule, .times, .expected] | tostring')" '["unlink.open_file",1,false]'
  assert_equal "$(told '.results[1].refused[0].sentence')" "mkdir a was refused with ENOENT by unlink.open_file"
  assert_equal "$(told '.results[1].said')" "mkdir: cannot create directory ‘a’: No such file or directory"
  swept --eras wsl1-1709,wsl2 -- bash build.sh
  assert_success
  assert_equal "$(told '[.results[].cell] | join(" ")')" "wsl1-1709 wsl2-9p wsl2-virtiofs"
}

@test "kinds of volumes and clients choose the cells" {
  echo 'ln -s x y' >build.sh
  swept --eras native,wsl1-1903,wsl2 --volumes ntfs,fat,smb --clients drvfs,virtiofs -- bash build.sh
  assert_failure 1
  assert_equal "$(told '[.results[] | .cell, .answer] | join(" ")')" \
    "native pass wsl1-1903/ntfs pass wsl1-1903/fat fail wsl1-1903/smb fail wsl2-virtiofs/ntfs pass wsl2-virtiofs/fat fail wsl2-virtiofs/smb fail"
  assert_equal "$(told '.results[2].refused[0].rule')" symlink.create
  [[ $stderr == *'lxshim bisect --profile wsl1-1903 --filesystem fat -- bash build.sh' ]]
  # So does one run, and the policy that is shown; volumes of a policy are of that kind, too.
  run "$LXSHIM" run -q --filesystem fat -- ln -s x y
  assert_failure 1
  run "$LXSHIM" run -q --filesystem ntfs -- ln -s x y
  assert_success
  rm y
  mkdir drive
  echo '{"version": 1, "volumes": {"C:": {"backing": "drive"}}, "mounts": [{"source": "C:", "target": "drive"}]}' >.lxshim.json
  run --separate-stderr "$LXSHIM" policy show --json --filesystem exfat
  assert_equal "$(jq -r '[.volumes[].filesystem] | join(" ")' <<<"$output")" exfat
  swept --eras wsl2-9p --volumes exfat,refs -- ln -s x drive/y
  assert_equal "$(told '[.results[] | .cell, .answer] | join(" ")')" "wsl2-9p/exfat fail wsl2-9p/refs pass"
  run "$LXSHIM" policy show --filesystem fatt
  assert_failure 2
  assert_output --partial 'unknown file system "fatt", expected ntfs, fat, fat32, exfat, refs or smb'
}

@test "cells of volumes that end alike are one row, and eras that say the same; --each has all" {
  echo 'touch a:b && ln a:b c' >build.sh
  swept --eras native,wsl1-1703,wsl1-1709,wsl1-1803,wsl2-9p --volumes ntfs,fat,smb --report text:../each --each \
    --blame -- bash build.sh
  assert_equal "$(wc -l <../each)" 16
  echo "$result" >../all.json
  run "$LXSHIM" matrix merge ../all.json
  # "to" is said of eras with none between them that was not run.
  assert_output "era                     volume          result          rules
native                                  passes
wsl1-1703 to wsl1-1709  ntfs, fat, smb  fails (exit 1)  by names.illegal alone
wsl1-1803, wsl2-9p      ntfs, smb       passes
wsl1-1803, wsl2-9p      fat             fails (exit 1)  by link.create alone

lxshim matrix: 5 pass, 8 fail (cells that end alike are one row; --each has them all)"
  # Of a part the eras between are others', and where all kinds end alike that is said.
  run "$LXSHIM" matrix --eras wsl1-1703,wsl1-1709,wsl2-9p --volumes all --shard 1/1 -- true
  assert_line --regexp "^wsl1-1703 to wsl1-1709, wsl2-9p +all +passes$"
  run "$LXSHIM" matrix --eras wsl1-1703,wsl1-1709,wsl2-9p --volumes ntfs,fat --shard 1/2 -- true
  assert_line --regexp "^wsl1-1709 +ntfs +passes$"
}

@test "a scanner of the options is in each cell, and in the line that goes on" {
  echo 'echo x >f; mv f g' >build.sh
  run --separate-stderr "$LXSHIM" matrix --eras native,wsl2-9p --scanner once -- bash build.sh
  assert_failure 1
  assert_line --regexp '^native +passes$'
  assert_line --regexp '^wsl2-9p +fails \(exit 1\) +sharing.windows 1$'
  assert_equal "${stderr##*$'\n'}" "lxshim: over which rules, and calls: lxshim bisect --profile wsl2-9p --scanner once -- bash build.sh"
}

@test "--blame finds the rules of each cell that fails; what was known before is tried first" {
  echo 'exec 3>a; rm a; mkdir a; a=$?; mkfifo p; p=$?; mkdir d; exec 3>d/f; mv d e; m=$?
    ((a)) && exit 1; ((p && m)) && exit 2; exit 0' >build.sh
  swept --eras native,wsl1-1607,wsl1-1903,wsl2-9p --blame -- bash build.sh
  assert_failure 1
  assert_equal "$(told '[.results[] | .rules] | tostring')" \
    '[null,["unlink.open_file"],["rename.open_descendant","special.fifo"],["rename.open_descendant","special.fifo"]]'
  run --separate-stderr "$LXSHIM" matrix --eras wsl1-1607,wsl1-1903 --blame -- bash build.sh
  assert_line 'wsl1-1607  fails (exit 1)  by unlink.open_file alone'
  assert_line 'wsl1-1903  fails (exit 2)  by rename.open_descendant and special.fifo alone'
  # What no rule is to blame for has none.
  swept --eras wsl1-1903 --blame -- sh -c '[ -z "$LXSHIM_STATE" ] && [ -z "$LD_PRELOAD" ]'
  assert_equal "$(told '.results[0] | [.answer, .rules] | tostring')" '["fail",null]'
  leaves_nothing
}

@test "reports: a table, a page, and tests by somebody else's reader; no file that is not ours is written over" {
  needs python3 python3
  needs py:junitparser python3-junitparser
  run --separate-stderr "$LXSHIM" matrix --eras native,wsl1-1607,wsl2-9p --skip 3 --report junit:../m.xml --report markdown:../m.md \
    --report text:../m.txt -- sh -c 'mkfifo "p<&>" && exit; mkdir d; exec 3>d/f; mv d e || exit 3; exit 1'
  assert_failure 1
  # The table is printed where no report is.
  assert_line --index 3 --regexp '^wsl2-9p +cannot be tested \(exit 3\)'
  run diff ../m.txt - <<<"$output"
  assert_success
  run python3 -c '
from junitparser import JUnitXml
for suite in JUnitXml.fromfile("../m.xml"):
    print(suite.tests, suite.failures, suite.skipped)
    for case in suite:
        print(case.classname, case.name, [type(r).__name__ + " " + r.message for r in case.result])'
  assert_line --index 0 "3 0 2"
  assert_line --index 1 "lxshim.matrix native []"
  assert_line --index 2 "lxshim.matrix wsl1-1607 ['Skipped cannot be tested (exit 3)']"
  run grep -F 'mknod p&lt;&amp;&gt; was refused with' ../m.xml
  assert_success
  run cat ../m.md
  assert_line '| era | volume | result | rules |'
  assert_line --regexp '^\| wsl1-1607 \|  \| cannot be tested \(exit 3\) \| .*rename.open_descendant 1'
  echo mine >../mine
  for how in text json markdown junit; do
    run --separate-stderr "$LXSHIM" matrix --eras native --report "$how:../mine" -- touch ../../ran
    assert_failure 1
    assert_equal "$stderr" "lxshim: ../mine is no $how report of ours: name another file, or remove it"
  done
  assert_equal "$(<../mine)" mine
  assert_not_exist ran
  run "$LXSHIM" matrix --eras native --report text:../m.txt --report junit:../m.xml --report markdown:../m.md -- true
  assert_success
}

@test "shards share the cells, and merge puts them together: what is missing, double, cut or of another matrix is said" {
  local part
  for part in 1 2 3; do
    run --separate-stderr "$LXSHIM" matrix --eras native,wsl1-1607,wsl1-1903,wsl2 --shard "$part/3" --report "json:../$part.json" \
      -- bash build.sh
    assert_equal "$status" "$((part == 2))"
  done
  run jq -r '[.results[].cell] | join(" ")' ../1.json ../2.json ../3.json
  assert_output $'native wsl2-9p\nwsl1-1607 wsl2-virtiofs\nwsl1-1903'
  run --separate-stderr "$LXSHIM" matrix merge ../3.json ../1.json ../2.json
  assert_failure 1
  assert_equal "$stderr" ""
  assert_line --index 2 'wsl1-1607      fails (exit 1)  unlink.open_file 1'
  assert_line 'lxshim matrix: 4 pass, 1 fail'
  # One is missing: all others pass, and that is no success.
  run --separate-stderr "$LXSHIM" matrix merge ../1.json ../3.json
  assert_failure 1
  assert_equal "$stderr" $'lxshim: wsl1-1607 is missing\nlxshim: wsl2-virtiofs is missing'
  assert_line --regexp '^wsl2-virtiofs +missing$'
  assert_line 'lxshim matrix: 3 pass, 0 fail, 2 missing'
  # One is double, with another result.
  jq '.results[1].answer = "fail"' ../1.json >../4.json
  run --separate-stderr "$LXSHIM" matrix merge ../1.json ../2.json ../3.json ../4.json
  assert_failure 1
  assert_equal "${stderr%%$'\n'*}" "lxshim: native came 2 times, with one result"
  assert_equal "${stderr##*$'\n'}" "lxshim: wsl2-9p came 2 times, with results that differ: the worst counts"
  assert_line --regexp '^wsl2-9p +fails '
  # What cannot be read, and what is of another matrix, is left out and said.
  head -c 300 ../2.json >../cut.json
  "$LXSHIM" matrix --eras native --report json:../other.json -- true
  echo '{"tool": "lxshim", "results": []}' >../report.json
  run --separate-stderr "$LXSHIM" matrix merge ../1.json ../cut.json ../other.json ../report.json ../none.json
  assert_failure 1
  assert_equal "$(grep -c ' is missing$' <<<"$stderr")" 3
  run cat <<<"$stderr"
  assert_line --regexp '^lxshim: \.\./cut\.json: line [0-9]+: .*: it is cut, or no JSON$'
  assert_line 'lxshim: ../other.json is of another matrix than ../1.json: another command, or other cells'
  assert_line 'lxshim: ../report.json: it is no result of lxshim matrix --report json'
  assert_line 'lxshim: ../none.json: No such file or directory'
  # A whole one can be merged again.
  "$LXSHIM" matrix merge --report json:../all.json ../1.json ../2.json ../3.json || true
  run "$LXSHIM" matrix merge ../all.json
  assert_line 'lxshim matrix: 4 pass, 1 fail'
}

@test "--emit: GitHub's matrix and GitLab's pipeline, read by somebody else, whose jobs run each cell once" {
  needs python3 python3
  needs py:yaml python3-yaml
  needs yamllint yamllint
  run --separate-stderr "$LXSHIM" matrix --emit github --eras wsl2,native -- true
  assert_success
  assert_output '{"include":[{"shard":"1/3","cells":"native"},{"shard":"2/3","cells":"wsl2-9p"},{"shard":"3/3","cells":"wsl2-virtiofs"}]}'
  run --separate-stderr "$LXSHIM" matrix --emit gitlab:2 --eras wsl2,native --volumes ntfs --set special.fifo=allow -- sh -c 'a=": #"; echo "$a" >&2'
  assert_success
  yaml=$output
  run yamllint -d '{extends: relaxed, rules: {line-length: disable}}' -s - <<<"$yaml"
  assert_success
  run python3 -c '
import sys, yaml
y = yaml.safe_load(sys.stdin)
print(y["lxshim"]["parallel"]["matrix"], y["lxshim"]["script"], sep="\n")' <<<"$yaml"
  assert_line --index 0 "[{'LXSHIM_SHARD': ['1/2', '2/2']}]"
  # Its script is what runs.
  export PATH=${LXSHIM%/*}:$PATH
  yaml=$(python3 -c 'import sys, yaml; print(yaml.safe_load(sys.stdin)["lxshim"]["script"][0])' <<<"$yaml")
  for i in 1 2; do
    run env CI_NODE_INDEX="$i" LXSHIM_SHARD="$i/2" sh -c "$yaml"
    assert_success
  done
  run "$LXSHIM" matrix merge lxshim-*.json
  assert_success
  assert_line --regexp '^lxshim matrix: 3 pass, 0 fail'
  # The limits of those engines.
  run "$LXSHIM" matrix --emit github:257 -- true
  assert_failure 2
  assert_output --partial "lxshim: --emit github:257: GitHub runs at most 256 jobs of a matrix"
  run "$LXSHIM" matrix --emit gitlab:201 -- true
  assert_failure 2
  assert_output --partial "GitLab runs at most 200 jobs of a matrix"
  run --separate-stderr "$LXSHIM" matrix --emit github:9 --eras wsl2 -- true
  assert_equal "${stderr%%$'\n'*}" "lxshim: --emit github:9: there are 2 cells, a job for each"
}

@test "GNU parallel, by --sshlogin: a job for each shard, and its own exit status" {
  needs parallel parallel
  parallel --version 2>&1 | grep -q '^GNU parallel' || skip "another parallel than GNU's"
  run parallel --will-cite --sshlogin : -j 2 "cd $D && $LXSHIM" matrix --eras native,wsl1-1607,wsl1-1903,wsl2-9p --shard {}/3 \
    --report json:../{}.json bash build.sh ::: 1 2 3
  assert_failure 1 # how many jobs failed
  run --separate-stderr "$LXSHIM" matrix merge ../1.json ../2.json ../3.json
  assert_equal "$stderr" ""
  assert_line 'lxshim matrix: 3 pass, 1 fail'
  leaves_nothing
}

# Tries other ports where somebody else has those.
start_slurm() {
  for _ in {1..20}; do
    start_slurm_at $((20000 + RANDOM % 20000))
    until_true eval 'slurm_is_up || slurm_has_no_port || ! kill -0 "${DAEMONS[@]}" 2>/dev/null' || return
    ! slurm_is_up || return 0
    stop_daemons
  done
  return 1
}

slurm_has_no_port() {
  grep -qs 'Address already in use' "$BATS_TEST_TMPDIR"/slurm/*.log
}

# start_slurm_at PORT: a Slurm of one machine, without munge and without root, at that port and the next one.
start_slurm_at() {
  local host port=$1 user
  host=$(hostname -s)
  user=$(id -un)
  mkdir -p "$BATS_TEST_TMPDIR"/slurm/{state,spool}
  export SLURM_CONF=$BATS_TEST_TMPDIR/slurm/slurm.conf
  printf '%s\n' ClusterName=test "SlurmctldHost=$host(127.0.0.1)" AuthType=auth/none CredType=cred/none "SlurmUser=$user" \
    "SlurmdUser=$user" "SlurmctldPort=$port" "SlurmdPort=$((port + 1))" "StateSaveLocation=$BATS_TEST_TMPDIR/slurm/state" \
    "SlurmdSpoolDir=$BATS_TEST_TMPDIR/slurm/spool" "SlurmctldPidFile=$BATS_TEST_TMPDIR/slurm/ctld.pid" \
    "SlurmdPidFile=$BATS_TEST_TMPDIR/slurm/d.pid" ProctrackType=proctrack/linuxproc TaskPlugin=task/none \
    JobAcctGatherType=jobacct_gather/none MpiDefault=none SelectType=select/linear SwitchType=switch/none \
    ReturnToService=2 "NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN" \
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4" >"$SLURM_CONF"
  slurmctld -D >"$BATS_TEST_TMPDIR/slurm/ctld.log" 2>&1 3>&- &
  DAEMONS+=($!)
  slurmd -D >"$BATS_TEST_TMPDIR/slurm/d.log" 2>&1 3>&- &
  DAEMONS+=($!)
}

slurm_is_up() {
  [[ $(sinfo -h -o %t 2>&1) == @(idle|alloc|mix) ]]
}

@test "Slurm: each task of an array knows its shard by Slurm's variables" {
  needs slurmctld slurm-wlm
  start_slurm || { cat "$BATS_TEST_TMPDIR"/slurm/*.log; skip "Slurm does not start here"; }
  run sbatch --array=3-7:2 --wait -o "$BATS_TEST_TMPDIR/task-%a" --wrap \
    "$LXSHIM matrix --eras native,wsl1-1607,wsl1-1903,wsl2-9p --shard auto --report json:../\$SLURM_ARRAY_TASK_ID.json bash build.sh"
  assert_failure 1 # the worst of its tasks
  run --separate-stderr "$LXSHIM" matrix merge ../3.json ../5.json ../7.json
  assert_equal "$stderr" ""
  assert_line 'lxshim matrix: 3 pass, 1 fail'
  leaves_nothing
}

@test "other engines' variables; Bazel's file is touched" {
  local set
  for set in "TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=2 TEST_SHARD_STATUS_FILE=../touched" "CI_NODE_INDEX=2 CI_NODE_TOTAL=2"; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr env $set "$LXSHIM" matrix --eras native,wsl2-9p --shard auto -- true
    assert_success
    assert_line --index 1 --regexp '^wsl2-9p +passes$'
    assert_line --index 2 'lxshim matrix: 1 pass, 0 fail'
  done
  assert_exist ../touched
  run env JOB_COMPLETION_INDEX=0 "$LXSHIM" matrix --eras native,wsl2-9p --shard auto -- true
  assert_failure 2
  assert_output 'lxshim: --shard is "auto": the engine does not say how many shards there are: --shard auto/N does'
  run --separate-stderr env JOB_COMPLETION_INDEX=5 "$LXSHIM" matrix --eras native,wsl2-9p --shard auto/6 -- true
  assert_success
  assert_output --partial 'lxshim matrix: 0 pass, 0 fail'
}

@test "interrupted, and killed: no copy stays, no process, and it ends by the signal" {
  local sig pid
  export PIDS=$BATS_TEST_TMPDIR/pids STOP=$BATS_TEST_TMPDIR/stop
  mkfifo "$STOP"
  echo 'setsid sh -c "echo \$\$ >>$PIDS; exec sleep 1000" & echo $$ >>$PIDS; until [ "$(wc -l <$PIDS)" -ge 2 ]; do :; done
    echo >"$STOP"; exec sleep 1000' >build.sh
  for sig in INT TERM KILL; do
    : >"$PIDS"
    # A shell has its children in the background ignore SIGINT.
    env --default-signal=INT "$LXSHIM" matrix -j 2 --eras native,wsl2 -- sh build.sh >../out 2>../err &
    pid=$!
    read -r _ <"$STOP"
    kill "-$sig" $pid
    wait $pid || status=$?
    assert_equal "$status" "$((128 + $(kill -l $sig)))"
    run cat ../out
    assert_output ""
    [[ $sig == KILL ]] || assert_equal "$(tail -n 1 ../err)" "lxshim: interrupted: nothing of a matrix is kept; --shard I/N runs a part of it"
    while read -r pid; do
      until_true is_over "$pid"
    done <"$PIDS"
    [[ $sig == KILL ]] || leaves_nothing
  done
  # What the killed one has left the next one removes.
  run "$LXSHIM" matrix --eras native -- true
  assert_success
  leaves_nothing
}

# True where a process of that number is none of ours.
is_over() {
  [[ ! -e /proc/$1 || $(tr '\0' ' ' <"/proc/$1/cmdline") != *sleep* ]]
}

@test "what a command leaves and nobody may kill, as by sudo, is not waited for" {
  local left=0
  # Who may become somebody else, and kill nobody else then.
  local -a harmless=(setpriv --bounding-set -kill)
  needs setpriv util-linux
  ((EUID == 0)) || skip "only root becomes another user"
  export BORN=$BATS_TEST_TMPDIR/born LIFE=$BATS_TEST_TMPDIR/life PIDS=$BATS_TEST_TMPDIR/pids
  mkfifo "$BORN" "$LIFE"
  # It lives until it reads the end of a pipe that only this test writes.
  exec 8<>"$LIFE" 9<>"$BORN"
  echo 'setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "echo \$\$; read -r word" >"$BORN" 2>&1 <"$LIFE" &
    read -r pid <"$BORN"; echo "$pid" >>"$PIDS"' >build.sh
  # Natively its shell does not wait for it, and may not kill it.
  run "${harmless[@]}" sh build.sh 8>&- 9>&-
  assert_success
  run "${harmless[@]}" bash -c 'kill -KILL "$(cat "$PIDS")"'
  assert_failure
  assert_output --partial "Operation not permitted"
  # Not by run, which would wait for who waits.
  timeout -k 1 60 "${harmless[@]}" "$LXSHIM" matrix --eras native -- sh build.sh >/dev/null 2>&1 8>&- 9>&- || left=$?
  # Both still live, and end now.
  run xargs -a "$PIDS" kill -0
  printf 'end\nend\n' >&8
  exec 8>&- 9>&-
  assert_success
  assert_equal "$(wc -l <"$PIDS")" 2
  assert_equal "$left" 0
  leaves_nothing
}

@test "time limits, runs that differ, commands that are not there" {
  export COUNT=$BATS_TEST_TMPDIR/count
  never_ends() {
    swept --eras native,wsl2-9p "$@" -- sh -c 'mkfifo p || exec sleep 1000'
    [[ $status == 1 && $(told '.results[0].answer') == pass ]]
  }
  within_limit never_ends
  assert_equal "$(told '[.results[] | .answer, .timed_out] | tostring')" '["pass",false,"fail",true]'
  # Every third run of a FIFO that is refused fails.
  swept --eras wsl2-9p --runs 4 -- sh -c 'mkfifo p && exit; echo >>$COUNT; [ $(($(wc -l <$COUNT) % 3)) != 0 ]'
  assert_equal "$(told '.results[0] | [.answer, .runs, .failed] | tostring')" '["fail",3,1]'
  # In directories that may be searched: in another one it might be.
  PATH=/usr/bin:/bin run --separate-stderr "$LXSHIM" matrix --eras native,wsl2-9p -- no-such-command
  assert_failure 1
  assert_line --index 1 "native   fails (exit 127)"
  assert_equal "${stderr##*$'\n'}" "lxshim: natively, without lxshim, the command fails (exit 127), not found: what fails there is not WSL's (runs are in copies of this directory alone; --fresh none is in itself)"
  run --separate-stderr "$LXSHIM" matrix --eras native --setup 'echo no such step; exit 3' -- true
  assert_failure 125
  assert_equal "${stderr##*$'\n'}" "lxshim: native: --setup ends with 3 in a fresh copy: no such step"
  leaves_nothing
}

@test "how far it is: written over in place on a terminal, and in lines of its own elsewhere" {
  needs python3 python3
  run --separate-stderr "$LXSHIM" matrix --eras native,wsl2-9p -- true
  # After two seconds there would be some, with nothing in them for a terminal.
  run grep -vE '^lxshim: (policy: built-in|no supervisor here: .*|[12] of 2: [a-z0-9-]+ passes)$' <<<"$stderr"
  assert_output ""
  TERM=xterm run python3 "$BATS_TEST_DIRNAME/typed.py" '' "$LXSHIM" matrix --eras native,wsl2-9p -- true
  assert_output --partial $'\r\e[Klxshim: 0 of 2 cells'
  assert_output --partial $'\r\e[Klxshim: 2 of 2: '
}

@test "bytes that are no text, in the command and in what it prints: no cell is lost" {
  needs python3 python3
  # No UTF-8, half of a pair, a character in more bytes than it takes, one behind the last.
  swept --report junit:../r.xml --report markdown:../r.md --eras native,wsl2-9p -- \
    sh -c 'mkfifo p 2>&- && exit; printf "%s \355\240\200 \340\200\200 \364\220\200\200\n" "$0"; exit 1' $'x\377\e'
  assert_failure 1
  assert_equal "$(told '[.results[].answer] | tostring')" '["pass","fail"]'
  assert_equal "$(told '.results[1].said')" "x?? ??? ??? ????"
  assert_equal "$(told '.command | split(" ") | last')" "'x\\377\\033')\""
  run python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("../r.xml"); open("../r.md", encoding="utf-8").read()'
  assert_success
}

@test "bad input: what it is and what was expected" {
  local arguments said
  while IFS='|' read -r arguments said; do
    # shellcheck disable=SC2086 # words
    run "$LXSHIM" matrix $arguments
    assert_failure 2
    assert_line --index 0 "lxshim: $said"
  done <<'END'
--eras wsl1-1906 true|unknown era "wsl1-1906"; did you mean "wsl1-1903"? See lxshim policy profiles
--eras wsl1, true|unknown era ""; see lxshim policy profiles
--volumes ntsf true|unknown kind of volume "ntsf"; did you mean "ntfs"? See lxshim help matrix
--clients 9q true|unknown client "9q"; did you mean "9p"? See lxshim help matrix
--eras wsl1 --clients 9p true|no era of --eras has a client of --clients
--shard 0/3 true|--shard is "0/3": expected I/N, from 1/N to N/N, auto or auto/N
--shard 4/3 true|--shard is "4/3": expected I/N, from 1/N to N/N, auto or auto/N
--shard x true|--shard is "x": expected I/N, from 1/N to N/N, auto or auto/N
--shard auto true|--shard is "auto": no variable of an engine is set: of Bazel, Slurm, Kubernetes, GitLab, CircleCI or Buildkite
--report sarif true|unknown format of reports "sarif", expected one of text, json, markdown, junit; see lxshim help matrix
--emit jenkins true|unknown engine "jenkins"; see lxshim help matrix
-j 0 true|-j is "0", expected a number from 1 to 64
--fresh none -j 2 true|--fresh none with -j: runs at once would share their files
END
  run "$LXSHIM" matrix --emit github:x -- true
  assert_failure 2
  assert_output 'lxshim: --emit is "x", expected a number from 1 to 100000'
  # A command of that name is one where it is said to be.
  printf '#!/bin/sh\nexit 0\n' >merge
  chmod 755 merge
  PATH=.:$PATH run --separate-stderr "$LXSHIM" matrix --eras native -- merge
  assert_success
  run "$LXSHIM" matrix merge
  assert_failure 2
}
