#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program can only do to itself, by system calls that the library does not see: chdir,
# fchdir, execve, execveat. The supervisor decides, and the program does it.

load helpers

setup() {
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  unset PREPARE
  KINDS=(itself itself-static)
  ! runs_32_bits >/dev/null || KINDS+=(itself-i386 itself-i386-static itself-vdso)
}

# steps_in DIR COMMAND...: in its new directory "here", with $PREPARE done; descriptors are told
# without their numbers, which are whatever was free.
steps_in() {
  mkdir -p "$1/here"
  env -C "$1/here" bash -c "${PREPARE-}"
  run env -C "$1/here" "${@:2}"
  output=$(sed -E 's#/dev/fd/[0-9]+#/dev/fd/N#' <<<"$output")
}

# in_lanes [RULE...] STEPS: in lanes both and supervisor, by a dynamic and a static program ($P):
# one answer.
in_lanes() {
  local lane dir first=
  for lane in both supervisor; do
    for P in "${KINDS[@]}"; do
      dir=$(fresh drive)
      policy_for "$dir/here" "${@:1:$#-1}" >"$BATS_TEST_TMPDIR/policy.json"
      LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" steps_in "$dir" \
        timeout 300 "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc "${!#}"
      [[ -n $first ]] || first=$output
      assert_output "$first"
    done
  done
}

# natively STEPS: by both programs the same, on plain Linux.
natively() {
  local first=
  for P in "${KINDS[@]}"; do
    steps_in "$(fresh native)" bash -uc "$1"
    [[ -n $first ]] || first=$output
    assert_output "$first"
  done
}

# as_native STEPS: natively and in the lanes the same.
as_native() {
  natively "$1"
  local answer=$output
  in_lanes "$1"
  assert_output "$answer"
}
export P

tour='
  mkdir -p d/e x:y/z; ln -s x:y l; : >f
  $P cd d/e .. nosuch ../f /; $P cd x:y z; $P cd l/z ..; $P fcd x:y; $P cd "" .; cd x:y; $P cd ../d'

@test "chdir and fchdir, where a name is spelled otherwise on the disk too" {
  as_native "$tour"
  assert_output 'd/e ok
in e
.. ok
in d
nosuch ENOENT
in d
../f ENOTDIR
in d
/ ok
in /
x:y ok
in x:y
z ok
in z
l/z ok
in z
.. ok
in x:y
fchdir ok
in x:y
 ENOENT
in here
. ok
in here
../d ok
in d'
}

@test "execve of programs and scripts" {
  as_native '
    mkdir x:y; printf "#!/bin/sh\necho \"script \$0 \$*\"\n" >x:y/s:h; cp x:y/s:h plain
    chmod +x x:y/s:h plain; cp "$(command -v itself-static)" p:g; mkdir d
    $P exec ./plain 1 2; $P exec x:y/s:h 1 2; $P exec ./p:g cd d; $P at x:y s:h 1; $P at . plain 1
    $P fd p:g cd d; $P fd plain 1; $P exec ./nosuch; $P exec ./no:such; $P exec ./d; $P exec x:y
    printf "#!./x:y/s:h an argument\n" >other; chmod +x other; $P exec ./other 3
    cp other o:ther; $P exec ./o:ther 4; printf "#!./circle\n" >circle; chmod +x circle
    $P exec ./circle; printf "#!./no:such\n" >o:ther; $P exec ./o:ther; : >empty; chmod +x empty
    $P exec ./empty; cp empty emp:ty; $P exec ./emp:ty; printf "#!/%0300d\n" 1 >lo:ng; chmod +x lo:ng; $P exec ./lo:ng
    ln -s plain link; ln -s nosuch dangling; ln -s p:g program; for f in link dangling program; do $P nofollow . $f; done
    $P nofollow . plain 5; $P nofollow x:y s:h 6; $P nofollow . p:g cd d'
  assert_output 'script ./plain 1 2
script x:y/s:h 1 2
d ok
in d
script /dev/fd/N/s:h 1
script /dev/fd/N/plain 1
d ok
in d
script /dev/fd/N 1
exec ENOENT
exec ENOENT
exec EACCES
exec EACCES
script ./x:y/s:h an argument ./other 3
script ./x:y/s:h an argument ./o:ther 4
exec ELOOP
exec ENOENT
exec ENOEXEC
exec ENOEXEC
exec ENOEXEC
exec ELOOP
exec ELOOP
exec ELOOP
script /dev/fd/N/plain 5
script /dev/fd/N/s:h 6
d ok
in d'
}

@test "from a vfork child, from a thread, with very many arguments, and many at once" {
  as_native '
    mkdir x:y; printf "#!/bin/sh\necho \"script \$0 \$#\"\n" >s:h; chmod +x s:h
    cp "$(command -v itself-static)" p:g
    $P vfork ./s:h 1; $P vfork ./p:g cd x:y; $P vfork ./no:such; $P thread ./s:h 1; $P thread ./p:g cd x:y
    $P exec ./s:h {1..5000}; $P loop 8 ./x:y'
  assert_output 'script ./s:h 1
ended with 0
x:y ok
in x:y
ended with 0
ended with 99
script ./s:h 1
x:y ok
in x:y
script ./s:h 5000
loop ok
in here'
}

@test "a signal that comes meanwhile, and a mask that was there before, are as they were" {
  needs python3 python3
  as_native '
    mkdir x:y; printf "#!/bin/cat\n" >s:h; chmod +x s:h
    $P exec ./s:h /proc/self/status | grep SigBlk
    python3 -c "
import signal, os
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.execvp(os.environ[\"P\"], [\"itself\", \"exec\", \"./s:h\", \"/proc/self/status\"])" | grep SigBlk'
  assert_line --index 1 --regexp 'SigBlk:.*200$'
}

@test "exec.any_file: a file without an x bit on the disk; fmask and metadata take it away" {
  needs python3 python3
  steps='
    printf "#!/bin/sh\necho \"script \$0\"\n" >s; cp s s:h; cp "$(command -v itself-static)" p; cp p p:g
    cp p q; chmod -x s s:h p p:g q; mkdir d
    for f in s s:h; do $P exec ./$f; $P at . $f; done; $P exec ./p cd d; $P exec ./p:g cd d
    $P fd q cd d'
  natively "$steps"
  assert_line --index 0 "exec EACCES"
  in_lanes "$steps"
  assert_output 'script ./s
script /dev/fd/N/s
script ./s:h
script /dev/fd/N/s:h
d ok
in d
d ok
in d
d ok
in d'
  for options in fmask=111 metadata; do
    in_lanes drive.options="uid=$EUID,gid=${GROUPS[0]},$options" "$steps"
    assert_output "$(printf 'exec EACCES\n%.0s' {1..7})"
  done
  shimmed "${steps//\$P fd/itself fd}; python3 -c 'import os; os.execve(os.open(\"q\", 0), [\"q\", \"cd\", \"d\"], {})'"
  assert_line "in d"
}

@test "names of another case, where a drive ignores that" {
  steps='mkdir -p Dir/Sub; printf "#!/bin/sh\necho \"script \$0\"\n" >S; chmod +x S
    $P cd DIR/sub .; $P exec ./s; $P fd s'
  natively "$steps"
  assert_line --index 0 "DIR/sub ENOENT"
  in_lanes drive.options="uid=$EUID,gid=${GROUPS[0]},case=off" "$steps"
  assert_output 'DIR/sub ok
in Sub
. ok
in Sub
script ./s
script /dev/fd/N'
}

@test "what is waiting to be deleted is not there" {
  steps='mkdir d; cp "$(command -v itself-static)" p; exec 3<d 4<p; rmdir d; rm p; $P cd d; $P exec ./p'
  natively "$steps"
  assert_line --index 0 "d ENOENT"
  in_lanes "$steps"
  assert_line --index 0 "d ENOENT"
  assert_line "exec ENOENT"
}

@test "links that Windows made: followed, a circle, one that cannot be read" {
  PREPARE='mkdir -p dir/sub; printf "#!/bin/sh\necho \"script \$0\"\n" >s; chmod +x s
    export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json; win() { "$LXSHIM" win mklink "$@" >/dev/null; }
    win /j junc dir; win /d dirlink dir; win slink s; win far "Q:\\x"; win loop loop'
  steps='$P cd junc/sub ..; $P cd dirlink; $P exec ./slink; $P cd far; $P cd loop; $P exec ./loop; $P fcd junc'
  export BATS_TEST_TMPDIR
  in_lanes drive.source=C: "$steps"
  assert_output 'junc/sub ok
in sub
.. ok
in dir
dirlink ok
in dir
script ./slink
far EIO
in here
loop ELOOP
in here
exec ELOOP
fchdir ok
in dir'
}

@test "a mount whose backing is elsewhere: its directories, programs, scripts and interpreters" {
  local root lane
  steps='cd mnt/c; $P cd d x:y; $P exec ./s 1; $P exec "$C/s" 2; $P exec "$C/p" cd "$C/d"; $P at d s2; $P nofollow d l
    cd /; $P cd "$C/x:y" ../.. ; $P exec "$C/interpreted" 3; $P exec "$OUT/script" 4; $P exec "$OUT/no" 5'
  for lane in native both supervisor; do
    for P in "${KINDS[@]}"; do
      root=$(fresh root)
      mkdir -p "$root/mnt" "$root/out" "$root/back"
      export C=$root/mnt/c OUT=$root/out
      [[ $lane != native ]] || rmdir "$root/back"
      [[ $lane != native ]] || mkdir "$root/mnt/c"
      [[ $lane != native ]] || ln -s mnt/c "$root/back"
      mkdir "$root/back/d" "$root/back/x:y"
      printf '#!/bin/sh\necho "script ${0##*/} $*"\n' >"$root/back/s"
      cp "$root/back/s" "$root/back/d/s2"
      ln -s s2 "$root/back/d/l"
      printf '#!%s/i\n' "$C" >"$root/back/interpreted"
      cp "$root/back/interpreted" "$OUT/script"
      printf '#!%s/none\n' "$C" >"$OUT/no"
      cp "$(command -v itself-static)" "$root/back/p"
      cp /bin/echo "$root/back/i"
      chmod +x "$root/back"/* "$root/back/d/s2" "$OUT"/*
      # As Windows spells it.
      [[ $lane == native ]] || mv "$root/back/x:y" "$root/back/x"$'\uf03a'y
      printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\x", "target": "%s", "backing": "back", "options": "uid=%d,gid=%d"}]}\n' \
        "$C" "$EUID" "${GROUPS[0]}" >"$root/policy.json"
      if [[ $lane == native ]]; then
        run env -C "$root" bash -uc "$steps"
      else
        run env -C "$root" LXSHIM_POLICY="$root/policy.json" \
          "$LXSHIM" run -q --require-complete --lane "$lane" -- bash -uc "$steps"
      fi
      output=$(sed -E "s#/dev/fd/[0-9]+#/dev/fd/N#; s#$root##g" <<<"$output")
      assert_output 'd ok
in d
x:y ENOENT
in d
script s 1
script s 2
/mnt/c/d ok
in d
script s2 
exec ELOOP
/mnt/c/x:y ok
in x:y
../.. ok
in mnt
/mnt/c/interpreted 3
/out/script 4
exec ENOENT'
    done
  done
}

@test "what somebody else traces cannot be made to do it: EOPNOTSUPP; what it can do itself goes on" {
  steps='mkdir x:y d; cp "$(command -v itself-static)" p:g; $P traced cd d; $P traced cd x:y
    $P traced exec ./p:g cd d; $P traced fcd x:y'
  natively "$steps"
  assert_line --index 2 "x:y ok"
  in_lanes "$steps"
  assert_output 'd ok
in d
x:y EOPNOTSUPP
in here
exec EOPNOTSUPP
fchdir ok
in x:y'
}

@test "the trace and overrides hear of them" {
  needs jq jq
  local dir=$BATS_TEST_TMPDIR/it lane
  for lane in both supervisor; do
    rm -rf "$dir"
    mkdir "$dir"
    printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\x", "target": "%s"}], "overrides": [
      {"when": {"op": ["chdir", "exec"], "path": "d*"}, "then": {"errno": "EIO"}}]}\n' "$dir" >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$dir" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" run -q --trace ../t.jsonl \
      --lane "$lane" -- bash -c 'mkdir d e x:y; cp "$(command -v itself-static)" dp
        for p in itself itself-static; do $p cd e; $p cd d; $p fcd d; $p exec ./dp cd e; $p cd x:y; done'
    assert_output "$(printf 'e ok\nin e\nd EIO\nin it\nfchdir EIO\nin it\nexec EIO\nx:y ok\nin x:y\n%.0s' 1 2)"
    run jq -r 'select(.call == "chdir" and .pid != 0) | [.call, (.args[0] // "" | split("/") | last), .result] | join(" ")' "$BATS_TEST_TMPDIR/t.jsonl"
    assert_line "chdir x:y 0"
    rm "$BATS_TEST_TMPDIR/t.jsonl"
  done
}

@test "busybox, static: its shell goes about a drive and runs what is there" {
  needs busybox busybox-static
  steps='mkdir -p x:y/z; printf "#!/bin/sh\necho \"\$0 in \${PWD##*/}\"\n" >x:y/s:h; chmod +x x:y/s:h
    cp "$(command -v busybox)" x:y/true; busybox sh -c "
      cd x:y && pwd | sed s,.*/,, && ./s:h && cd z && ../s:h && cd - >/dev/null && ls && ./true && echo ran
      (cd .. && x:y/s:h); env -i ./s:h; find . -name z -execdir ../x:y/s:h \;; echo s:h | xargs -I% ./%" 2>&1'
  as_native "$steps"
  assert_line "../s:h in z"
}
