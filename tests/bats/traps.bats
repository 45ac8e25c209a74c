#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The situations in which interposers break: threads, signals, fork, descriptors, environments.

load helpers

# Runs one of tests/programs/traps.c natively and under the shim; both must be well.
# trap_holds TRAP [RULE=VALUE]...
trap_holds() {
  native "traps $1"
  assert_output ok
  shimmed "${@:2}" "traps $1"
  assert_output ok
}

@test "a thread blocked in open of a FIFO holds up nobody" {
  trap_holds blocked
}

@test "open of a FIFO stays a cancellation point" {
  trap_holds cancel
}

@test "a child forked while threads are inside the library can use it" {
  # The child has a copy of what another thread has open: a removed name would not be free at once.
  trap_holds fork_threads unlink.open_file=posix
}

@test "signal handlers may open, stat and close at any moment, on a small stack" {
  trap_holds signals
}

@test "a thread, and a handler, with the smallest of stacks" {
  trap_holds stacks
}

# Where a directory is a thread may find out before anything else, by less of its stack than other calls need.
@test "a thread's first look at what is outside, or leads into a drive, answers as the first thread's" {
  needs python3 python3
  local at=$BATS_TEST_TMPDIR/looks
  mkdir -p "$at/drive/in" "$at/sub"
  echo x >"$at/drive/in/f"
  echo yy >"$at/sub/f"
  ln -s ../drive/in "$at/sub/into"
  ln -s sub "$at/link"
  chmod 0644 "$at/drive/in/f"
  policy_for "$at/drive" drive.options="uid=$(id -u),gid=$(id -g),fmask=0022" >"$BATS_TEST_TMPDIR/policy.json"
  cd "$at"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" python3 -c '
import os, sys, threading
at = os.getcwd()
paths = ["sub/f", "sub", "link/f", "link", "link/", "sub/into", "sub/into/f", "sub/into/none", "sub/into/../in/f", "sub/f/",
         "none/f", ".", "..", "/", "sub/../sub/f", at + "/drive", at + "/drive/in/f", at + "/sub/into/f", "drive/in/f",
         "/proc/self/cwd/sub/f", "/proc/self/status", at + "/link/../sub/f"]
calls = [os.stat, os.lstat, lambda p: os.access(p, os.X_OK), lambda p: os.access(p, os.R_OK, effective_ids=True)]
def answer(call, path, into):
    try:
        r = call(path)
        into.append((oct(r.st_mode), r.st_ino) if isinstance(r, os.stat_result) else r)
    except OSError as e:
        into.append(e.errno)
def smallest():
    for size in range(32768, 1 << 20, 4096):
        try:
            threading.stack_size(size)
            return size
        except ValueError: # a later Python wants more for itself
            pass
for size in smallest(), 0:
    threading.stack_size(size)
    for path in paths:
        for n, call in enumerate(calls):
            first, other = [], []
            t = threading.Thread(target=answer, args=(call, path, other))
            t.start()
            t.join()
            answer(call, path, first)
            if first != other:
                print(size, path, n, first, other)
for path in "sub/f", "sub/into/f", "drive/in/f":
    print(path, oct(os.stat(path).st_mode & 0o777))'
  assert_output $'sub/f 0o644\nsub/into/f 0o755\ndrive/in/f 0o755'
}

@test "errno survives every successful call" {
  trap_holds errno
}

@test "a vfork child's descriptors and directory are its own" {
  trap_holds vfork
}

@test "close_range, closefrom, fclose and dup2 behind our back: numbers are not identities" {
  trap_holds close
}

@test "a program's own seccomp filter is not violated by anything we add" {
  trap_holds seccomp
}

@test "seccomp's strict mode: what is allowed goes on, what is not ends the program" {
  local allowed="still writing
exit 0
still writing
killed by"
  for program in strict strict-static; do
    native "$program"
    assert_output "$allowed 9
$allowed 9
not made"
    shimmed "$program"
    assert_output "$allowed 9
$allowed 9
not made"
    # Who has a filter is not let in, with us or without.
    steps="refuse EPERM@unshare $program"
    native "$steps"
    assert_line "refused: Invalid argument"
    native_output=$output
    shimmed "$steps"
    assert_output "$native_output"
  done
}

@test "bad pointers are the kernel's to refuse, with EFAULT" {
  trap_holds pointers
}

@test "paths and directories deeper than a path can say" {
  trap_holds long
}

@test "file(1), which confines itself by seccomp, names a file in the drive" {
  needs file file
  steps='printf "#!/bin/sh\n" >s; file -b s; echo $?'
  native "$steps"
  assert_line --partial 'shell script'
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "a program with a JSON library of its own keeps it" {
  steps='json_user own:json; cat own:json'
  native "$steps"
  assert_output mine
  shimmed "$steps"
  assert_output mine
}

@test "jemalloc as a neighbour in LD_PRELOAD, before and after us" {
  needs lib:libjemalloc.so.2 libjemalloc2
  jemalloc=$(ldconfig -p | awk '/libjemalloc.so.2/ {print $NF; exit}')
  cd "$(fresh drive)"
  for order in "$jemalloc:$LIB" "$LIB:$jemalloc" "$jemalloc $LIB"; do
    LD_PRELOAD=$order run bash -c ': >a:b; ls; bash -c "echo \$LD_PRELOAD; rm a:b; ls"'
    assert_output "a:b
$order"
  done
}

@test "an emptied environment: env -i, execve without one, unsetenv before system and popen" {
  needs python3 python3
  steps='
    env -i sh -c "touch a:b"; env -i /usr/bin/env -i ls
    python3 -c "
import os, ctypes
os.spawnve(os.P_WAIT, \"/bin/ls\", [\"ls\"], {})
os.posix_spawn(\"/bin/ls\", [\"ls\"], {}) and os.wait()
libc = ctypes.CDLL(None)
libc.clearenv()
libc.system(b\"ls\")
"'
  native "$steps"
  assert_output "a:b
a:b
a:b
a:b"
  shimmed "$steps"
  assert_output "a:b
a:b
a:b
a:b"
}

@test "an emptied environment: what a child sees of it is what it was given" {
  needs python3 python3
  # What comes of it has lost its environment, too, and is on the drive.
  steps='env -i A=1 env; env -i python3 -u -c "
import os, subprocess
print(*(k for k in os.environ if k != \"LC_CTYPE\"))
os.system(\"exec env -u PWD -u SHLVL -u _ -u LC_CTYPE -u OLDPWD env\")
print(subprocess.run([\"/usr/bin/env\"], env={}, capture_output=True).stdout)
print(subprocess.run([\"/usr/bin/env\", \"-i\", \"LD_PRELOAD=\", \"/usr/bin/env\"], env={\"B\": \"2\"}, capture_output=True).stdout[:10])
os.system(\"mkfifo p; : >a:b; ls\")
"'
  native "$steps"
  assert_output "A=1

b''
b'LD_PRELOAD'
a:b
p"
  shimmed "$steps"
  assert_output "A=1

b''
b'LD_PRELOAD'
mkfifo: cannot create fifo 'p': Operation not permitted
a:b"
}

@test "children keep the first process's mount, whatever they chdir to" {
  IN=$(fresh drive)
  mkdir "$IN/sub"
  shimmed 'drive=$PWD; export drive; cd sub
    sh -c "touch a:b; cd /; sh -c '"'cd \"\$drive\"; ls sub; touch ../x:y; stat -c %a sub'"'"
    cd /tmp; sh -c "stat -c %a $drive"'
  assert_output "a:b
777
777"
  # Outside, names stay what they are.
  run ls "$IN/.."
  assert_line x:y
}

@test "a relative LD_PRELOAD works on after a chdir" {
  cp "$LIB" "$BATS_TEST_TMPDIR/liblxshim.so"
  cd "$BATS_TEST_TMPDIR"
  mkdir drive
  LD_PRELOAD=./liblxshim.so run bash -c 'cd drive; ls 2>&1; sh -c "cd /; echo \$LD_PRELOAD"'
  assert_output "$BATS_TEST_TMPDIR/liblxshim.so"
}

@test "a library opened by dlopen from a name with illegal characters" {
  needs python3 python3
  needs lib:libz.so.1 zlib1g
  steps='
    cp "$(ldconfig -p | awk "/libz.so.1 / {print \$NF; exit}")" "lib:z?.so"
    python3 -c "import ctypes; print(ctypes.CDLL(\"./lib:z?.so\").zlibVersion is not None)"'
  native "$steps"
  assert_output True
  shimmed "$steps"
  assert_output True
}

@test "the root directory cannot become a drive by accident" {
  cd /
  LD_PRELOAD=$LIB run /bin/true
  assert_failure 125
  assert_output --partial "/ cannot be a Windows drive"
}
