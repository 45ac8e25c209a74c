#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules case.*: where look-ups ignore case, what collides, the flag of a directory.

load helpers

ROOT='drive.source=C:'

@test "below a volume's root names differ by case; the built-in mount is no root" {
  steps='echo a >f; echo b >F; cat f F; ls'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed "$ROOT" 'mkdir d; cd d; '"$steps"
  assert_output "$expected"
}

@test "case.volume_root: the root of a volume preserves case and ignores it" {
  steps='
    echo a >testfile; cat TESTFILE TestFile; echo b >TestFile; ls; cat testfile
    mkdir Dir; : >dIR/x; ls DIR; [[ Dir -ef dir ]] && echo same'
  native "$steps"
  assert_line "cat: TESTFILE: No such file or directory"
  shimmed "$ROOT" "$steps"
  assert_output "a
a
testfile
b
x
same"
  shimmed "$ROOT" case.volume_root=sensitive "$steps"
  assert_line "cat: TESTFILE: No such file or directory"
}

@test "case.volume_root: what collides [vendor test DrvFsTestCaseSensitivityRoot]" {
  needs python3 python3
  steps='
    : >testfile; mkdir testdir
    python3 - <<EOF
import os
def answer(label, call):
    try: call(); print(label, "ok")
    except OSError as e: print(label, os.strerror(e.errno))
answer("excl", lambda: os.open("TestFile", os.O_CREAT | os.O_EXCL))
answer("creat", lambda: os.open("TestFile", os.O_CREAT))
print(os.stat("testfile").st_ino == os.stat("TESTFILE").st_ino if os.path.exists("TESTFILE") else "apart")
answer("mkdir", lambda: os.mkdir("TestFile"))
answer("symlink", lambda: os.symlink("x", "TestFile"))
answer("link", lambda: os.link("testfile", "TestFile"))
answer("mknod", lambda: os.mknod("TestFile"))
ino = os.stat("testdir").st_ino
answer("rename", lambda: os.rename("testdir", "TestDir"))
print(sorted(os.listdir(".")), os.stat("TestDir").st_ino == ino)
EOF'
  native "$steps"
  assert_output "excl ok
creat ok
apart
mkdir File exists
symlink File exists
link File exists
mknod File exists
rename ok
['TestDir', 'TestFile', 'testfile'] True"
  shimmed "$ROOT" "$steps"
  assert_output "excl File exists
creat ok
True
mkdir File exists
symlink File exists
link File exists
mknod File exists
rename ok
['TestDir', 'testfile'] True"
}

@test "case.directories: off ignores case everywhere, force nowhere but in the root" {
  steps='mkdir d; echo a >d/f; cat D/F 2>&1; echo b >d/F; ls d'
  native "$steps"
  assert_output "cat: D/F: No such file or directory
F
f"
  shimmed case.directories=off "$steps"
  assert_output "a
f"
  shimmed drive.options=case=off "$steps"
  assert_output "a
f"
  for force in drive.options=case=force case.directories=force; do
    shimmed $force "$steps"
    assert_output "cat: D/F: No such file or directory
F
f"
  done
  # What is made is sensitive, and what was there ignores case.
  for dir in drive.options=case=dir case.directories=dir; do
    IN=$(fresh drive)
    mkdir "$IN/e"
    shimmed $dir "$steps; echo c >e/g; cat e/G"
    assert_output "cat: D/F: No such file or directory
F
f
c"
  done
}

@test "case=dir: directories made here are sensitive, those that were there are not" {
  needs python3 python3
  IN=$(fresh drive)
  mkdir "$IN/old"
  shimmed drive.options=case=dir 'mkdir new; : >new/a; : >new/A; : >old/a; : >old/A; ls new old
    python3 -c "
import os
for d in \"new\", \"old\": print(d, os.getxattr(d, \"system.wsl_case_sensitive\"))"'
  assert_output "new:
A
a

old:
a
new b'1'
old b'0'"
}

@test "case.inherit: a new directory in a sensitive one is sensitive too, on WSL2" {
  needs setfattr attr
  steps='mkdir a; setfattr -n system.wsl_case_sensitive -v 1 a; mkdir a/b; : >a/b/x; : >a/b/X; ls a/b'
  shimmed drive.options=case=off "$steps"
  assert_output x
  shimmed drive.options=case=off case.inherit=on "$steps"
  assert_output "X
x"
}

@test "system.wsl_case_sensitive: get, set, list and what is refused" {
  needs python3 python3
  steps='
    mkdir d; : >f
    python3 - <<EOF
import os
name = "system.wsl_case_sensitive"
def answer(label, call):
    try: print(label, call())
    except OSError as e: print(label, os.strerror(e.errno))
answer("get", lambda: os.getxattr("d", name))
answer("set", lambda: os.setxattr("d", name, b"1"))
answer("get", lambda: os.getxattr("d", name))
answer("list", lambda: os.listxattr("d"))
answer("create", lambda: os.setxattr("d", name, b"1", os.XATTR_CREATE))
answer("replace", lambda: os.setxattr("d", name, b"0", os.XATTR_REPLACE))
answer("bad", lambda: os.setxattr("d", name, b"2"))
answer("long", lambda: os.setxattr("d", name, b"10"))
answer("remove", lambda: os.removexattr("d", name))
answer("file", lambda: os.getxattr("f", name))
answer("file list", lambda: os.listxattr("f"))
open("d/x", "w").close()
answer("full", lambda: os.setxattr("d", name, b"1"))
EOF'
  native "$steps"
  assert_line "get Operation not supported"
  shimmed drive.options=case=off "$steps"
  assert_output "get b'0'
set None
get b'1'
list ['system.wsl_case_sensitive']
create File exists
replace None
bad Invalid argument
long Invalid argument
remove Operation not supported
file Invalid argument
file list []
full Directory not empty"
  # Mounts that do not ask for case= know no such attribute.
  shimmed "$steps"
  assert_line "get Operation not supported"
}

@test "case: only simple one-to-one folding, no locale, no normalisation" {
  steps='touch é ß ǆ ж "a:b"; for n in É SS ẞ Ǆ Ж A:B İ; do [[ -e $n ]] && echo "$n"; done; :'
  native "$steps"
  assert_output ""
  shimmed drive.options=case=off "$steps"
  assert_output "É
Ǆ
Ж
A:B"
}

@test "case: a change made outside is seen by the next look-up, a miss does not read the directory" {
  needs strace strace
  needs python3 python3
  IN=$(fresh drive)
  : >"$IN/first"
  touch -d '1 hour ago' "$IN"
  mkfifo "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer"
  policy_for "$IN" drive.options=case=off >"$BATS_TEST_TMPDIR/p.json"
  env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" "${SHIM[@]}" strace -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=getdents64 \
    python3 -c '
import os, sys
for line in open(sys.argv[1]):
    found = [os.path.exists(line.strip()) for _ in range(50)]
    with open(sys.argv[2], "w") as f: f.write("%s\n" % found[-1])
' "$BATS_TEST_TMPDIR/ask" "$BATS_TEST_TMPDIR/answer" 3>&- &
  asked=$!
  exec 8>"$BATS_TEST_TMPDIR/ask"
  ask() {
    echo "$1" >&8
    run cat "$BATS_TEST_TMPDIR/answer"
  }
  ask FIRST
  assert_output True
  before=$(wc -l <"$BATS_TEST_TMPDIR/trace")
  ask NOPE
  assert_output False
  ask NEITHER
  assert_output False
  after=$(wc -l <"$BATS_TEST_TMPDIR/trace")
  # A hundred misses, and nothing was read for them: the names were known from the first look.
  assert_equal "$after" "$before"
  : >"$IN/nope"
  ask NOPE
  assert_output True
  rm "$IN/nope"
  ask NOPE
  assert_output False
  exec 8>&-
  wait "$asked"
}

@test "case: a name that waits to be deleted is not free, just after the removal and later" {
  needs python3 python3
  # For a tenth of a second: at first the directory is read each time, and then its names are kept.
  steps='
    python3 - <<EOF
import os, time
def made(call):
    try: call(); return "made"
    except OSError as e: return os.strerror(e.errno)
calls = {
    "open": lambda: os.close(os.open("f", os.O_CREAT | os.O_EXCL | os.O_WRONLY)),
    "creat": lambda: os.close(os.open("f", os.O_CREAT | os.O_WRONLY)),
    "mkdir": lambda: os.mkdir("f"),
    "symlink": lambda: os.symlink("x", "f"),
    "mknod": lambda: os.mknod("f"),
    "link": lambda: os.link("g", "f"),
    "rename": lambda: os.rename("g", "f"),
}
open("g", "w").close()
held = open("f", "w")
os.unlink("f")
seen = {name: [] for name in calls}
end = time.monotonic() + 0.1
while time.monotonic() < end:
    for name, call in calls.items():
        answer = made(call)
        if answer not in seen[name]: seen[name].append(answer)
for name in seen: print(name, *seen[name], sep=": ")
held.close()
print(made(calls["open"]), made(calls["mkdir"]))
EOF'
  native "$steps"
  assert_line "open: made: File exists"
  shimmed drive.options=case=off "$steps"
  assert_output "open: No such file or directory
creat: No such file or directory
mkdir: No such file or directory
symlink: No such file or directory
mknod: No such file or directory
link: No such file or directory
rename: No such file or directory
made File exists"
}
