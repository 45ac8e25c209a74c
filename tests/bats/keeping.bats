#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No file is deleted or hidden that lxshim did not put there; and what it did put there goes.
#   KEEP_OPERATIONS  of each process in the test that makes random ones (400; `make stress`: 20000)
#   KEEP_SEED        of what they do (1)
# Steps are single-quoted, run sets output, every test is a subshell, and helpers read IN:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load helpers

# How a name ends whose deletion is pending, and how the hidden directory of a drive begins.
MARK=$'\uF8D0\uF8D1'
export MARK

# Everything in a directory, hidden or not, as plain Linux has it.
all_of() {
  find "$1" -mindepth 1 -printf '%P\n' | LC_ALL=C sort
}

@test "a file, a directory and a hard link whose names look like a pending deletion are ordinary ones" {
  steps='
    echo kept >"f$MARK"; mkdir "d$MARK"; ln "f$MARK" "h$MARK"; : >"d$MARK/in"
    ls | wc -l; cat "f$MARK" "h$MARK"; ls "d$MARK"; stat -c "%h %n" "f$MARK" | wc -w
    : >f; mkdir d; touch "d$MARK/more"; ls | wc -l
    mv "f$MARK" moved; cat moved; mv moved "f$MARK"; rm h*; rm -r d; rmdir "d$MARK"; ls "d$MARK" | wc -l
    (cd "d$MARK"; pwd | grep -c "$MARK"; readlink /proc/self/cwd | grep -c "$MARK")
    exec 3<"f$MARK"; readlink /proc/self/fd/3 | grep -c "$MARK"'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  assert_equal "$(all_of "$DRIVE")" "$(all_of "$NATIVE")"
}

@test "what another program copied, unpacked, linked or renamed while it was pending is kept" {
  for how in 'cp -a d e' 'mkdir e; tar -C d -c . | tar -C e -x' 'cp -al d e' \
    'mkdir e; mv "d/f$MARK" e/; : >"d/f$MARK"' 'mkdir e; mv "d/f$MARK" "e/g$MARK"; : >d/x'; do
    DRIVE=$(fresh drive)
    mkdir "$DRIVE/d"
    echo kept >"$DRIVE/d/f"
    IN=$DRIVE
    start_holding fd "$DRIVE/d/f"
    shimmed 'rm d/f; ls d'
    assert_output f
    (cd "$DRIVE" && bash -uc "$how")
    # Not while the removed one is held, whose note is there, ...
    shimmed 'ls e; cat e/*'
    assert_line --partial "$MARK"
    assert_line kept
    # ... and not after.
    stop_holding
    shimmed 'ls d e | grep -c "$MARK"; for f in e/*; do cat "$f"; done'
    assert_line kept
    unset IN
  done
}

@test "another file in the place of one that was pending is kept" {
  DRIVE=$(fresh drive)
  echo old >"$DRIVE/f"
  IN=$DRIVE
  start_holding fd "$DRIVE/f"
  shimmed 'rm f; ls'
  assert_output f
  echo new >"$DRIVE/other"
  mv "$DRIVE/other" "$DRIVE/f$MARK"
  stop_holding
  shimmed 'ls | wc -l; cat f*'
  assert_output $'1\nnew'
}

@test "who is given a name that waits to be deleted cannot write into what goes away" {
  steps='
    : >f; exec 3<f; rm f
    echo lost >"f$MARK" && cat "f$MARK"; echo x >other; mv other "f$MARK"; ln other "f$MARK"; cat "f$MARK"
    exec 3>&-; ls -A | wc -l'
  native "$steps"
  assert_line lost
  shimmed "$steps"
  refute_line lost
  assert_line --partial "mv: cannot move 'other' to"
  assert_line 1
}

@test "a name that is taken by somebody's own file leaves no room for the mark: refused" {
  steps='echo kept >"f$MARK"; echo x >f; exec 3<f; rm f; ls | wc -l; cat "f$MARK"'
  native "$steps"
  assert_output $'1\nkept'
  shimmed "$steps"
  assert_output "rm: cannot remove 'f': Permission denied
2
kept"
}

@test "what is pending goes with the last handle: close, closedir, chdir, dup2, exec and the end" {
  needs python3 python3
  needs perl perl
  local steps
  for steps in 'exec 3>f; rm f; exec 3>&-' 'exec 3>f; rm f; exec 3</dev/null' \
    'exec 3>f; rm f' 'exec 3>f; rm f; exec true 3>&-' 'mkdir d; cd d; rmdir ../d; cd ..' \
    'mkdir d; cd d; rmdir ../d' ': >f; ln f g; exec 3<f; rm f; exec 3<&-; rm g' \
    ': >f; python3 -c "import os; os.open(\"f\", 0); os.unlink(\"f\"); os.closerange(3, 100)"' \
    ': >f; python3 -c "import os; f = open(\"f\"); os.unlink(\"f\"); f.close()"' \
    'mkdir d; python3 -c "import os
s = os.scandir(\"d\"); next(s, 0); os.rmdir(\"d\"); s.close(); os._exit(0)"' \
    ': >f; python3 -c "import os; os.open(\"f\", 0); os.unlink(\"f\"); os._exit(0)"' \
    ': >f; (exec 3<f; rm f); : >f; rm f' \
    ': >f; perl -e "open(F, q(f)); unlink q(f); fork; wait; close F"'; do
    native "$steps"
    assert_equal "$(all_of "$NATIVE")" ""
    shimmed "$steps"
    assert_equal "$steps: $(all_of "$DRIVE")" "$steps: "
  done
}

# gone_after STEPS: of what they removed nothing is left, while the process that did them, and its run, go on.
gone_after() {
  local done=$BATS_TEST_TMPDIR/done go=$BATS_TEST_TMPDIR/go pid status=0
  DRIVE=$(fresh drive)
  env -C "$DRIVE" "${SHIM[@]}" bash -uc "$1; echo >'$done'; read -r _ <'$go'" 2>/dev/null 3>&- &
  pid=$!
  read -r _ <"$done"
  until_true eval '[[ -z $(all_of "$DRIVE") ]]' || status=1
  echo >"$go"
  wait "$pid"
  ((status == 0)) || fail "$1: $(all_of "$DRIVE")"
}

@test "and not only at the end of the process that closed it, or heard of its holder's" {
  local steps all=('exec 3>f; rm f; exec 3>&-' 'exec 3>f; rm f; exec 3</dev/null' 'mkdir d; cd d; rmdir ../d; cd ..'
    ': >f; coproc H { exec hold fd f; }; read -r -u ${H[0]} _; p=$H_PID; rm f; kill -9 $p; wait $p || true')
  [[ $LXSHIM_TEST_LANE == preload ]] ||
    all+=(': >f; coproc H { exec hold-static fd f; }; read -r -u ${H[0]} _; p=$H_PID; rm f; exec {H[1]}>&-; wait $p')
  mkfifo "$BATS_TEST_TMPDIR"/{done,go}
  for steps in "${all[@]}"; do
    native "$steps"
    assert_equal "$(all_of "$NATIVE")" ""
    gone_after "$steps"
  done
}

# The same steps are no end of a handle for what other processes still hold.
@test "what somebody else still holds is not taken away by a close or an end" {
  shimmed '
    : >f
    coproc H { exec hold fd f; }
    read -r -u ${H[0]} _
    exec 3<f; rm f; exec 3<&-; ls; (exec 4<f) 2>/dev/null; bash -c "exit 0"; ls
    ls; exec {H[1]}>&-; wait; ls | wc -l'
  assert_output $'f\nf\nf\n0'
  native ': >f; exec 3<f; rm f; ls'
  assert_output ""
}

# What two processes have from one open of it, /proc alone tells.
@test "many removed files at the end of a process: one look at the others, who keep what they share" {
  needs python3 python3
  needs strace strace
  mkfifo "$BATS_TEST_TMPDIR"/{go,has}
  export WHERE=$BATS_TEST_TMPDIR
  steps='
    bash -c ": >a; : >b; : >c; exec 3<a 4<b 5<c; rm a b c; hold fd /dev/null 5<&- <$WHERE/go >$WHERE/has &"
    exec 8>$WHERE/go 9<$WHERE/has
    read -r -u 9 _; ls; exec 8>&-; read -r -u 9 _; ls | wc -l'
  native "$steps"
  assert_output 0
  shimmed "$steps"
  assert_output $'a\nb\n0'
  steps="
import os
for n in range(20):
    os.open(f\"f{n}\", os.O_CREAT)
    os.unlink(f\"f{n}\")"
  native "python3 -c '$steps'"
  shimmed "strace -f -qq -e trace=openat -o '$BATS_TEST_TMPDIR/calls' python3 -c '$steps'"
  assert_equal "$(all_of "$DRIVE")" "$(all_of "$NATIVE")"
  # Where the library looks, each look goes through the first process of all, unless /proc hides that (hidepid).
  [[ $LXSHIM_TEST_LANE == supervisor || ! -e /proc/1 ]] || assert_equal "$(grep -c '([0-9]*, "1", ' "$BATS_TEST_TMPDIR/calls")" 1
}

@test "what a killed process held goes when its parent hears of it" {
  steps='
    exec 2>/dev/null
    : >f
    coproc H { exec hold fd f; }
    read -r -u ${H[0]} _; p=$H_PID
    rm f; kill -9 $p; wait $p; echo waited'
  native "$steps"
  assert_output waited
  shimmed "$steps"
  assert_output waited
  until_true eval '[[ -z $(all_of "$DRIVE") ]]'
}

# has_slept PID TIMES: whether a process has given its processor up so often, or has ended.
has_slept() {
  local times
  times=$(sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) || return 0
  ((times > $2)) || [[ ! -e /proc/$1/exe ]]
}

@test "a removal waits for who has the list of what is pending, as long as a busy machine keeps that one" {
  DRIVE=$(fresh drive)
  cd "$DRIVE"
  : >f
  : >g
  exec 7<f 8<g
  LD_PRELOAD=$LIB rm f
  mkfifo "$BATS_TEST_TMPDIR/has" "$BATS_TEST_TMPDIR/go"
  flock .lxshim*/pending bash -c 'echo >"$0/has"; read -r _ <"$0/go"' "$BATS_TEST_TMPDIR" 3>&- 7<&- 8<&- &
  read -r _ <"$BATS_TEST_TMPDIR/has"
  LD_PRELOAD=$LIB rm g 3>&- 7<&- 8<&- &
  until_true has_slept $! 300
  echo >"$BATS_TEST_TMPDIR/go"
  wait $!
  assert_equal "$(all_of . | grep -c '^[fg]')" 2 # as others see them, who have both open
  exec 7<&- 8<&-
  LD_PRELOAD=$LIB ls
  assert_equal "$(all_of .)" ""
}

@test "what waits below a directory that is renamed goes all the same" {
  needs python3 python3
  # Under the supervisor alone nobody sees the close: what was removed waits for a moment.
  steps='python3 - <<END
import os
for i in range(40):
    os.mkdir("dir")
    f = os.open("dir/f", os.O_CREAT | os.O_RDWR)
    os.unlink("dir/f")
    os.close(f)
    os.rename("dir", f"dir{i}")
for i in range(40):
    os.rmdir(f"dir{i}")
END
    ls -A'
  native "$steps"
  assert_output ""
  shimmed "$steps"
  assert_output ""
}

@test "who has no descriptor left makes and empties nothing" {
  steps='echo kept >f; exec 3<f 4<f
    for most in 0 3 5; do (ulimit -Sn $most; : >f); (ulimit -Sn $most; : >new); (ulimit -Sn $most; set -C; : >new); done
    (ulimit -Sn 9; for fd in 5 6 7 8; do eval "exec $fd<f"; done; : >f; : >new)
    cat f; ls; (ulimit -Sn 6; : >made); ls'
  native "$steps"
  assert_line --partial "Too many open files"
  assert_line kept
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "who has no descriptor left hears of that, and not of what an open would have failed at" {
  needs python3 python3
  steps='python3 - <<END
import os, resource
open("f", "w").close()
os.symlink("loop", "loop")
full, most = os.open("f", 0), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
os.makedirs("d/d")
wanted = [(path, flags)
          for flags in (0, os.O_PATH, os.O_DIRECTORY, os.O_EXCL | os.O_CREAT, os.O_WRONLY | os.O_TMPFILE, -1)
          for path in ("f", "d/", "none", "none/f", "f/f", "loop", "n" * 256, "n" * 5000, "")]
for room in (0, 1):
    resource.setrlimit(resource.RLIMIT_NOFILE, (full + 1 + room, most))
    for path, flags in wanted:
        try:
            if flags < 0:
                print(room, path[:9], "pathconf", os.pathconf(path, "PC_NAME_MAX"))
                continue
            # What a rule refuses is another matter where there is room.
            if room == 0 or flags != os.O_WRONLY | os.O_TMPFILE:
                os.close(os.open(path, flags))
                print(room, path[:9], flags, "ok")
        except OSError as e:
            print(room, path[:9], flags, e.strerror)
    for at in 99, full:
        try:
            os.close(os.open("f", 0, dir_fd=at))
        except OSError as e:
            print(room, at == full, e.strerror)
END'
  native "$steps"
  assert_line "0 none 0 Too many open files"
  assert_line "1 none 0 No such file or directory"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "who has no descriptor left renames a directory all the same, where a supervisor answers" {
  needs python3 python3
  steps='python3 - <<END
import os, resource
os.makedirs("d/d")
full, most = os.open("d", 0), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
os.close(full)
resource.setrlimit(resource.RLIMIT_NOFILE, (full, most))
os.rename("d", "e")
END
ls'
  native "$steps"
  assert_output e
  shimmed "$steps"
  assert_output e
}

@test "a run that ended leaves nothing in the drive; of a killed one the next finishes what is left" {
  local lane
  for lane in preload both supervisor; do
    DRIVE=$(fresh drive)
    mkdir "$DRIVE/d"
    : >"$DRIVE/d/f"
    # Held from outside, beyond the run's end.
    start_holding fd "$DRIVE/d/f"
    run env -C "$DRIVE" "$LXSHIM" run -q --lane "$lane" -- bash -c 'rm d/f; ls d'
    assert_output f
    [[ -n $(all_of "$DRIVE/d") ]]
    stop_holding
    run env -C "$DRIVE" "$LXSHIM" run -q --lane "$lane" -- true
    assert_success
    assert_equal "$(all_of "$DRIVE")" d
  done
}

@test "under lxshim run, what a static program or one outside the run lets go of goes" {
  for lane in both supervisor; do
    DRIVE=$(fresh drive)
    run env -C "$DRIVE" "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc '
      : >f
      coproc H { exec hold-static fd f; }
      read -r -u ${H[0]} _; p=$H_PID # bash forgets it, and closes both ends, as soon as that one has ended
      rm f; ls; exec {H[1]}>&-; wait $p
      until [[ -z $(find . -mindepth 1 -name "f*") ]]; do :; done; echo gone'
    assert_output $'f\ngone'
    assert_equal "$(all_of "$DRIVE")" ""
  done
}

@test "the hidden directory of another drive is an ordinary one; only a drive's own is hidden" {
  local inner hidden
  DRIVE=$(fresh drive)
  inner=$DRIVE/inner
  mkdir "$inner"
  : >"$inner/f"
  # A run in the inner drive that is held from outside leaves its hidden directory.
  start_holding fd "$inner/f"
  run env -C "$inner" "${SHIM[@]}" rm f
  assert_success
  hidden=$(basename "$inner"/.lxshim*)
  [[ -d $inner/$hidden ]]
  run env -C "$inner" "${SHIM[@]}" bash -c 'ls -A; ls -d "$1" "$PWD/$1" "$1/.."; mkdir "$1"' _ "$hidden"
  assert_line --index 0 f
  assert_line "ls: cannot access '$hidden': No such file or directory"
  assert_line "mkdir: cannot create directory ‘$hidden’: No such file or directory"
  cp -a "$inner" "$DRIVE/copy"
  run env -C "$DRIVE/copy" "${SHIM[@]}" bash -c 'ls -A | wc -l; ls "$1"; cat "f$MARK" && echo read' _ "$hidden"
  assert_output $'2\npending\nread'
  stop_holding
  run env -C "$DRIVE" "${SHIM[@]}" bash -c 'ls -A inner | wc -l; rm -rf inner copy; ls -A'
  assert_output 2
}

@test "what win writes over is there until the new content is: full disk" {
  needs mkfs.ext4 e2fsprogs
  local image=$BATS_TEST_TMPDIR/image mounted=$BATS_TEST_TMPDIR/full
  mkdir "$mounted"
  truncate -s 16M "$image"
  mkfs.ext4 -q -I 256 "$image"
  mount -o loop "$image" "$mounted" 2>"$BATS_TEST_TMPDIR/why" ||
    skip "cannot mount here: $(head -n1 "$BATS_TEST_TMPDIR/why")"
  MOUNTED=$mounted
  mkdir "$mounted/drive"
  cd "$mounted/drive"
  echo old >f
  echo old >one
  ln one two
  head -c 2M /dev/zero >big
  echo more >small
  policy_for "$PWD" drive.source=C: >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
  head -c 100M /dev/zero >fill 2>/dev/null || true
  for command in 'copy /y big f' 'copy /y big one' 'cmd /c "type big > f"' 'cmd /c "type big >> f"'; do
    eval "run '$LXSHIM' win $command"
    assert_failure
    assert_line "There is not enough space on the disk."
    assert_equal "$(cat f one two)" $'old\nold\nold'
  done
  # Of what was not there nothing is left.
  run "$LXSHIM" win copy big new
  assert_failure
  assert_file_not_exist new
  # Of a stream's name the file is somebody's, too.
  run "$LXSHIM" win copy /y big small:stream
  assert_failure
  assert_equal "$(cat small)" more
  assert_equal "$(find . -name '.lxshim*')" ""
  # What others have open stays the same file.
  exec 7<f
  run "$LXSHIM" win copy /y big f
  assert_failure
  assert_equal "$(cat f)" old
  exec 7<&-
  rm fill
  # A limit on a file's size ends who writes behind it.
  (ulimit -f 1 && ! "$LXSHIM" win copy /y big one) >"$BATS_TEST_TMPDIR/said" 2>&1
  assert_equal "$(cat one two)" $'old\nold'
  for command in 'copy /y big f' 'copy /y big one' 'cmd /c "type big > f"'; do
    eval "run '$LXSHIM' win $command"
    assert_success
  done
  cmp big f
  cmp big two
  run "$LXSHIM" win move /y small f
  assert_success
  assert_equal "$(cat f)" more
  assert_equal "$(find . -name '.lxshim*')" ""
  cd /
}

@test "a file with two links that is closed often still goes when it was removed under a last handle" {
  needs python3 python3
  # What a root that does not change has not got is remembered: there is nothing pending in the drive.
  IN=$(fresh drive)
  mkdir "$IN/d"
  : >"$IN/d/f"
  ln "$IN/d/f" "$IN/d/g"
  steps='
    python3 - <<EOF
import os
def looks():
    for _ in range(2000): os.close(os.open("d/f", os.O_RDONLY))
for turn in range(5):
    looks()
    held = os.open("d/f", os.O_RDONLY)
    os.unlink("d/f")
    pending = os.listdir("d")
    os.close(held)
    print(sorted(pending), os.stat("d/g").st_nlink, os.listdir("d")) # a listing looks, too
    os.link("d/g", "d/f")
EOF'
  native "$steps"
  assert_line --index 0 "['g'] 1 ['g']"
  shimmed "$steps"
  assert_output "$(for _ in {1..5}; do echo "['f', 'g'] 1 ['g']"; done)"
  assert_equal "$(find "$IN" | sort | tr '\n' ' ')" "$IN $IN/d $IN/d/f $IN/d/g "
}

@test "what win writes over keeps its mode, and loses EAs as on Windows" {
  needs setfattr attr
  cd "$(fresh drive)"
  policy_for "$PWD" drive.source=C: >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
  echo old >f
  chmod 640 f
  "$LXSHIM" win attrib +a f
  setfattr -n user.mine -v yes f 2>/dev/null || skip "no user xattrs on $(stat -f -c %T .)"
  run "$LXSHIM" win cmd /c "echo new > f"
  assert_success
  # cmd.exe opens it by CREATE_ALWAYS, which takes the extended attributes of the request: none. [MS-FSA 2.1.5.1.2.1]
  assert_equal "$(stat -c %a f) $(getfattr --only-values -n user.mine f 2>&1)" "640 f: user.mine: No such attribute"
  assert_equal "$(cat f)" $'new \r'
}

# Compares what is in the directory, as plain Linux has it, with what `keep` has said.
compare() {
  COLON=${2-$'\uF03A'} python3 - "$1" <<'PY'
import collections, os, sys
sure, perhaps = {}, collections.defaultdict(set)
for line in open(sys.argv[1]):
    sign, rest = line.rstrip("\n").split(" ", 1)
    name, words = rest.split("\t")
    name = bytes.fromhex(name).replace(b":", os.environb[b"COLON"])
    if sign == "+":
        sure[name] = words
    else:
        perhaps[name].add(words)
for name, words in sure.items():
    try:
        found = open(name).read().strip()
    except OSError as e:
        found = e.strerror
    if found != words:
        print("lost:", name, "has", found, "and not", words)
for name in os.listdir(b"."):
    if name in sure or name.startswith(b"scratch."):
        continue
    if name not in perhaps:
        print("left:", name)
    elif os.path.isfile(name) and open(name).read().strip() not in perhaps[name]:
        print("mixed:", name)
PY
}

# kept_in LANE LOG: what was pending when its holder was killed goes when the next run begins.
kept_in() {
  "$LXSHIM" run -q --lane "$1" -- true && compare "$2" >"$BATS_TEST_TMPDIR/difference" &&
    [[ ! -s $BATS_TEST_TMPDIR/difference ]]
}

@test "hostile names, random operations, random kills: what no call has removed is there, and whole" {
  needs python3 python3
  local lane program how seed=${KEEP_SEED-1} log=$BATS_TEST_TMPDIR/log
  echo "KEEP_SEED=$seed"
  # Calls by the instruction are the supervisor's in any lane, and all that a static program has.
  for lane in both supervisor preload; do
    program=keep how=raw
    [[ $lane != supervisor ]] || program=keep-static
    [[ $lane != preload ]] || how=libc # it does not see calls by the instruction
    DRIVE=$(fresh "$lane")
    run env -C "$DRIVE" "$LXSHIM" run -q --lane "$lane" -- \
      "$program" "${KEEP_OPERATIONS-400}" "$seed" "$how"
    assert_success
    printf '%s\n' "${lines[@]}" >"$log"
    cd "$DRIVE"
    until_true kept_in "$lane" "$log" || true
    run compare "$log"
    assert_output ""
  done
  DRIVE=$(fresh native)
  run env -C "$DRIVE" keep 400 "$seed" raw
  printf '%s\n' "${lines[@]}" >"$log"
  cd "$DRIVE"
  run compare "$log" :
  assert_output ""
}

teardown() {
  # A test that failed may be in it, and have a file of it open.
  cd / && exec 7<&-
  [[ -z ${MOUNTED-} ]] || unmounted "$MOUNTED"
}

@test "what somebody writes beside a file is not swept away; what a killed writer left there is" {
  local beside
  IN=$(fresh drive)
  echo x >"$IN/f"
  start_holding fd "$IN/f"
  shimmed 'rm f'
  beside=$(echo "$IN"/.lxshim*)/scratch
  mkdir "$beside"
  : >"$beside/left"
  exec {writer}>"$beside/written"
  shimmed ':'
  assert_equal "$(ls "$beside")" written
  exec {writer}>&-
  shimmed ':'
  assert_not_exists "$beside"
  stop_holding
}

@test "what a command has mounted in the copy that it is tried in is kept when the copy goes" {
  ((EUID == 0)) || skip "only root mounts"
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  mkdir "$BATS_TEST_TMPDIR"/{kept,project,tmp}
  touch "$BATS_TEST_TMPDIR/kept/file" "$BATS_TEST_TMPDIR/project/file"
  cd "$BATS_TEST_TMPDIR/project"
  TMPDIR=$BATS_TEST_TMPDIR/tmp run unshare -m "$LXSHIM" bisect -- \
    sh -c "mkdir m && mount --bind '$BATS_TEST_TMPDIR/kept' m && ls m >&2 && mkfifo pipe"
  assert_output --partial special.fifo
  assert_file_exists "$BATS_TEST_TMPDIR/kept/file"
}
