#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim bisect: why real programs fail on a drive, and what only a scanner or a latency causes.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # steps are single-quoted; every test is a subshell

load helpers
load bisect

setup() {
  needs jq jq
  needs perl perl
  project
}

@test "--scanner: the single time that it was in the way, and a policy in which it comes for that alone" {
  cat >build.sh <<'END'
mkdir -p out
mkfifo p
for i in 1 2 3 4 5; do echo $i >out/a,b.tmp; mv out/a,b.tmp out/r$i || [ $i != 3 ] || bad=1; rm -f out/a,b.tmp; done
for n in x y; do echo 1 >$n; mv $n $n.2; done
[ -z "$bad" ]
END
  passes_natively
  echo '{"version": 1, "scanner": "once"}' >../policy.json
  bisected --policy ../policy.json -- sh build.sh
  assert_success
  assert_equal "$(told '.causes | length')" 1
  assert_equal "$(told '.causes[0].rules[].id')" sharing.windows
  assert_equal "$(told '.causes[0] | [.scanner, .latency, .passes_without] | tostring')" \
    '[{"preset":"once","only":["out/a,b.tmp#3"]},null,true]'
  assert_equal "$(told '.causes[0].calls[] | .op + " " + .path')" "rename out/a,b.tmp"
  told '.causes[0].policy' >../minimal.json
  run "$LXSHIM" run -q --policy ../minimal.json -- sh build.sh
  assert_failure
  run "$LXSHIM" run -q --scanner "$(told '.causes[0].scanner | {preset, except: .only} | tostring')" -- sh build.sh
  assert_success
  rm -r out x.2 y.2 p
  # One that a policy has is no suspect where it was not in the way, and off in what is printed of another cause.
  echo '{"version": 1, "scanner": {"preset": "once", "seed": 5}, "latency": {"client": "virtiofs-2026", "seed": 3}}' >p.json
  echo 'echo 1 >a; mkfifo p' >build.sh
  bisected --policy p.json -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0] | [[.rules[].id], .policy.scanner, .policy.latency] | tostring')" \
    '[["special.fifo"],"off","off"]'
  told '.causes[0].policy' >minimal.json
  run "$LXSHIM" policy show --policy minimal.json
  assert_success
  refute_line --regexp '^(scanner|latency) '
}

@test "git, and a build of Windows that no profile is: from a bisect that finds nothing to the reason" {
  local line
  needs git git
  git init -q from
  git -C from -c user.name=x -c user.email=x commit -q --allow-empty -m x
  local build=(git -c transfer.unpackLimit=1 -c fetch.unpackLimit=1 clone -q --no-local from to)
  run --separate-stderr "$LXSHIM" bisect -- "${build[@]}"
  assert_failure 1
  assert_line "or over what no era does, but single builds of Windows, or other programs there"
  line=$(grep -B1 -F 'git writes a pack that is not writable' <<<"$output" | head -n 1)
  assert_equal "${line##*/}" "policy.json -- ${build[*]}"
  PATH=${LXSHIM%/*}:$PATH run --separate-stderr bash -c "$line"
  assert_success
  # Of how often it acts the policy says nothing.
  assert_line --regexp '^  .*"op": \["fsync"\].*"errno": "EACCES"}, "note": "insider builds 18234 to 18267"}$'
  assert_line "tested: with only these it fails, without just these it passes"
  refute_output --partial 'no era does'
  # And from the call alone.
  run "$LXSHIM" explain fsync
  assert_success
  assert_line '  fsync-git'
}

@test "a value of a rule that no profile has, from a bisect that finds nothing to the rule" {
  local line
  echo 'mkdir d; ln -s d link; ln -P link other' >build.sh
  run --separate-stderr "$LXSHIM" bisect -- sh build.sh
  assert_failure 1
  line=$(grep -B1 -F 'cp -al' <<<"$output" | head -n 1)
  assert_equal "${line##*/}" "policy.json -- sh build.sh"
  PATH=${LXSHIM%/*}:$PATH run --separate-stderr bash -c "$line"
  assert_success
  assert_line "link.directory_symlink"
  assert_line "  here: EISDIR"
  assert_line "calls (of 1 on which these rules spoke)"
}

@test "git: a file of its own that a scanner has open when it is renamed" {
  needs git git
  run --separate-stderr "$LXSHIM" bisect --scanner once --output ../out.json -- git config --file f a.b c
  assert_success
  assert_line "scanner once"
  assert_line "  it came after f.lock#1"
  assert_line "  open in: scanner (f.lock#1)"
  assert_line "tested: with only these it fails, without just these it passes"
  run "$LXSHIM" run -q --policy ../out.json -- git config --file f a.b c
  assert_failure
}

@test "--latency: what fails because calls take long, and by no rule" {
  needs strace strace
  # It has waited, for however long.
  echo ': >f; strace -qq -e trace=clock_nanosleep -o t stat f; ! grep -q "^clock_nanosleep(CLOCK_MONOTONIC, 0, {" t' >build.sh
  passes_natively
  bisected --lane preload --latency 9p-2020:7 -- sh build.sh
  assert_success
  assert_equal "$(told '.causes[0] | [.rules, .latency, .scanner, .passes_without] | tostring')" '[[],"9p-2020:7",null,true]'
  assert_equal "$(told '.causes[0].policy.latency | tostring')" '{"client":"9p-2020","seed":7}'
  told '.causes[0].policy' >../minimal.json
  run "$LXSHIM" run -q --lane preload --policy ../minimal.json -- sh build.sh
  assert_failure
  run --separate-stderr "$LXSHIM" bisect --lane preload --latency 9p-2020 -- sh build.sh
  assert_line "latency 9p-2020"
  # Nobody waits for what is only counted.
  run --separate-stderr "$LXSHIM" bisect --lane preload --latency count:9p-2020 -- sh build.sh
  assert_line --index 0 "nothing to find: the command passes natively and under the profile drvfs"
}

@test "git: a clone made outside of the drive, whose files look changed (core.fileMode)" {
  needs git git
  git init -q . && echo x >file && git add . && git -c user.name=x -c user.email=x@example.org commit -qm x
  run git diff --quiet
  assert_success
  bisected -- git diff --quiet
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" mode.fixed
  assert_equal "$(told '.causes[0].passes_without')" true
  run told '.causes[0].calls[].path'
  assert_output file
}

@test "tar: a file that is open is replaced (WSL#1730)" {
  echo new >b && tar cf a.tar b
  echo 'exec 3<b; tar xf a.tar && [ "$(cat b)" = new ]' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" unlink.open_file
  assert_equal "$(told '.causes[0].passes_without')" true
  few_runs
}

@test "python: a directory with an open log is renamed (RMG-Py#1786)" {
  needs python3 python3
  echo 'import os; os.mkdir("seed"); f = open("seed/log", "w"); os.rename("seed", "seed_tmp")' >build.py
  bisected -- python3 build.py
  assert_success
  assert_equal "$(told '.causes[0].calls[] | .op + " " + .path')" "rename seed"
  assert_equal "$(told '.causes[0].rules[].id')" rename.open_descendant
  few_runs
}

@test "sqlite3: two processes on a database in WAL mode, whose files are removed while they are open" {
  needs sqlite3 sqlite3
  needs python3 python3
  cat >build.py <<'END'
import os, sqlite3
a = sqlite3.connect("db")
a.execute("create table t (x)")
os.remove("db")
b = sqlite3.connect("db")
b.execute("create table t (x)")
END
  run env -C "$(fresh)" python3 "$D/build.py"
  assert_success
  bisected -- python3 build.py
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" unlink.open_file
  assert_equal "$(told '.causes[0].passes_without')" true
  few_runs
}

@test "ssh-keygen: a key whose mode is asked for and not kept (UNPROTECTED PRIVATE KEY FILE)" {
  needs ssh-keygen openssh-client
  needs_name
  echo 'ssh-keygen -q -t ed25519 -N "" -f key && chmod 600 key && ssh-keygen -y -f key' >build.sh
  passes_natively
  bisected -- bash build.sh
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" mode.fixed
  assert_equal "$(told '[.causes[].calls[].path] | unique | join(" ")')" key
  assert_equal "$(told '.causes[-1].passes_without')" true
}

@test "node: a directory is moved into place while a worker has a file in it open (pnpm#6155)" {
  needs node npm
  echo 'const fs = require("fs"); fs.mkdirSync("m_tmp_1"); fs.openSync("m_tmp_1/f", "w"); fs.renameSync("m_tmp_1", "m")' >build.js
  bisected -- node build.js
  assert_success
  assert_equal "$(told '.causes[0].rules[].id')" rename.open_descendant
  few_runs
}
