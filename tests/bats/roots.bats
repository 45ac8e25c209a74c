#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs in a chroot or another mount namespace, under the supervisor: a drive is one there, too,
# by whatever name.

load helpers

setup() {
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
  needs_mounts
  needs busybox busybox-static
}

# A root with a static shell and a drive in it, at $1.
make_root() {
  mkdir -p "$1/root/drive" "$1/root/bin" "$1/other"
  mkdir "$1/root/dev"
  : >"$1/root/dev/null" # a shell's jobs begin with it
  cp "$(command -v busybox)" "$1/root/bin"
  for name in sh ls mkdir rm touch mkfifo stat cat ln chmod; do ln -s busybox "$1/root/bin/$name"; done
  policy_for "$1/root/drive" drive.source=C: "${@:2}" >"$1/policy.json"
}

# in_root LANE BEFORE STEPS [RULE...]: the steps by the shell in there, after chroot; BEFORE is a
# command that starts it.
in_root() {
  local top lane=$1
  local -a before
  read -ra before <<<"$2"
  top=$(fresh top)
  make_root "$top" "${@:4}"
  printf '%s\n' "$3" >"$top/root/steps"
  if [[ $lane == native ]]; then
    run env -C "$top" "${before[@]}" chroot "$top/root" /bin/sh /steps
  else
    run env -C "$top" LXSHIM_POLICY="$top/policy.json" timeout 300 "$LXSHIM" run -q --require-complete \
      --lane "$lane" -- "${before[@]}" chroot "$top/root" /bin/sh /steps
  fi
}

@test "chroot, in our mount namespace and in another" {
  steps='cd /drive; pwd; echo t >a:b; cat a:b; ls; mkdir x:y; cd x:y; pwd; cd ../..; pwd; ls /
    cd drive/../../../drive; pwd; ln -s /drive/a:b /drive/l; cat l; printf "#!/bin/sh\necho script \$0 \$PWD\n" >s:h
    chmod 755 s:h; ./s:h; cd /; /drive/s:h; cd /drive; rm -r /drive/x:y; exec 3<a:b; rm a:b; cat a:b 2>&1
    stat -c %a s:h; touch a:b 2>&1; exec 3<&-; rm -f a:b; ls; mkfifo p 2>&1 && echo p; cat ../nosuch 2>&1; ls /proc 2>&1'
  answer='/drive
t
a:b
/drive/x:y
/
bin
dev
drive
steps
/drive
t
script ./s:h /drive
script /drive/s:h /
cat: can'"'"'t open '"'a:b'"': No such file or directory
755
l
s:h
p
cat: can'"'"'t open '"'../nosuch'"': No such file or directory
ls: /proc: No such file or directory'
  for before in env "unshare -m"; do
    in_root native "$before" "$steps"
    assert_output "$answer"
    for lane in both supervisor; do
      in_root "$lane" "$before" "$steps"
      assert_output "$(sed -E "s/^755/777\ntouch: a:b: No such file or directory/; s/^p$/mkfifo: p: Operation not permitted/" <<<"$answer")"
    done
  done
}

@test "what is a chroot's own / is no entry of a drive's, and who is outside of it is nowhere" {
  needs python3 python3
  ((EUID == 0)) || skip "only root may chroot"
  cat >"$BATS_TEST_TMPDIR/own.py" <<'PYTHON'
import ctypes, errno, os, platform, sys

def say(call, *words):
    try:
        call(*words)
        print(call.__name__, *words, "ok")
    except OSError as e:
        print(call.__name__, *words, errno.errorcode[e.errno])

libc = ctypes.CDLL(None, use_errno=True)
outside, inside = sys.argv[1:]
os.makedirs(inside)
os.chdir(inside)
fd = os.open(outside, os.O_PATH)
os.chroot(".")
for word in "/", "//", "/.", "/..":
    say(os.rmdir, word), say(os.unlink, word), say(os.mkdir, word), say(os.symlink, "x", word)
say(os.mkdir, "d")
for word in "/", "//", "/.", "/..":
    say(os.rename, "d", word), say(os.rename, word, "d")
say(os.rmdir, "d")
print(os.getcwd(), os.listdir("/"))
os.fchdir(fd)
say(os.getcwd)
buffer = ctypes.create_string_buffer(4096)
n = libc.syscall({"x86_64": 79, "aarch64": 17}[platform.machine()], buffer, 4096)
print(buffer.raw[: n - 1].decode())
PYTHON
  for lane in native both supervisor; do
    top=$(fresh top)
    policy_for "$top" drive.source=C: drive.options=case=dir >"$BATS_TEST_TMPDIR/policy.json"
    start=("$LXSHIM" run -q --require-complete --lane "$lane" --policy "$BATS_TEST_TMPDIR/policy.json" --)
    [[ $lane != native ]] || start=(env)
    run env -C / timeout 300 "${start[@]}" python3 "$BATS_TEST_TMPDIR/own.py" "$top" "$top/t"
    output=${output//$top/}
    [[ $lane != native ]] || expected=$output
    assert_output "$expected"
  done
  assert_output --partial $'rmdir / EBUSY\n'
  assert_output --partial $'getcwd ENOENT\n(unreachable)'
}

@test "a drive in a chroot of a user's own" {
  as_user unshare -Urm true 2>/dev/null || skip "no user namespaces here"
  shared
  make_root "$SHARED"
  chmod -R a+rwX "$SHARED"
  for lane in both supervisor; do
    run env LXSHIM_POLICY="$SHARED/policy.json" setpriv --reuid=65534 --regid=65534 --clear-groups \
      env -C "$SHARED" timeout 300 "$LXSHIM" run -q --require-complete --lane "$lane" -- \
      unshare -Urm chroot "$SHARED/root" /bin/sh -c 'cd /drive; : >a:b; ls; mkfifo p 2>&1; rm a:b; ls'
    assert_output $'a:b\nmkfifo: p: Operation not permitted'
  done
}

@test "a drive that is bind-mounted elsewhere is the same drive there" {
  # The table of mounts has a blank as four characters.
  steps='mkdir -p d:d "$TOP/o t"; mount --bind . "$TOP/o t"; cd "$TOP/o t"; : >a:b; ls; mkfifo p 2>&1; cd ..
    umount "o t" && ls "o t"; mount --bind root/drive/d:d "o t"; cd "o t"; : >c:c; mkfifo p 2>&1; ls; pwd; cd ..
    ls root/drive root/drive/d:d; umount "o t"; rm -r root/drive/d:d'
  for before in "unshare -m" env; do
    read -ra start_shell <<<"$before"
    for lane in native both supervisor; do
      TOP=$(fresh top)
      make_root "$TOP"
      export TOP
      start=("$LXSHIM" run -q --require-complete --lane "$lane" --)
      [[ $lane != native ]] || start=(env)
      # In a namespace of our own at least, so that nothing is left behind.
      run env -C "$TOP/root/drive" LXSHIM_POLICY="$TOP/policy.json" timeout 300 unshare -m "${start[@]}" \
        "${start_shell[@]}" busybox sh -c "$steps"
      output=${output//$TOP/}
      if [[ $lane == native ]]; then
        assert_output $'a:b\nd:d\nc:c\np\n/o t\nroot/drive:\na:b\nd:d\np\n\nroot/drive/d:d:\nc:c\np'
      else
        assert_output $'a:b\nd:d\nmkfifo: p: Operation not permitted\nmkfifo: p: Operation not permitted\nc:c\n/o t\nroot/drive:\na:b\nd:d\n\nroot/drive/d:d:\nc:c'
      fi
    done
  done
}

@test "a call that waits there is interrupted, and others are answered meanwhile" {
  for lane in both supervisor; do
    in_root "$lane" "unshare -m" 'cd /drive; mkfifo p; (cat p; echo read) & for i in 1 2 3; do : >x:$i; done
      ls; echo text >p; wait; mkfifo q; cat q & kill $!; wait $!; echo $?' special.fifo=allow
    assert_output $'p\nx:1\nx:2\nx:3\ntext\nread\nTerminated\n143'
  done
}

@test "a mount namespace in which nothing is mounted changes no name: getcwd, too" {
  steps='mkdir a:b && cd a:b && unshare -m --propagation unchanged busybox sh -c "/bin/pwd -P; cd ..; /bin/pwd -P; cd a:b; : >c:d; ls; pwd"'
  for lane in native both supervisor; do
    place=$(fresh top)
    make_root "$place"
    start=(timeout 300 "$LXSHIM" run -q --lane "$lane" --)
    [[ $lane != native ]] || start=(env)
    run env -C "$place/root/drive" LXSHIM_POLICY="$place/policy.json" "${start[@]}" bash -c "$steps"
    assert_output "$place/root/drive/a:b
$place/root/drive
c:d
$place/root/drive/a:b"
  done
}

@test "nsenter back to where everybody is" {
  for lane in both supervisor; do
    place=$(fresh top)
    make_root "$place"
    run env -C "$place/root/drive" LXSHIM_POLICY="$place/policy.json" timeout 300 "$LXSHIM" run -q --require-complete \
      --lane "$lane" -- unshare -m nsenter -m/proc/$$/ns/mnt -r/proc/$$/root busybox sh -c "cd $place/root/drive || exit; : >a:b; ls; rm a:b; mkfifo p"
    assert_output $'a:b\nmkfifo: p: Operation not permitted'
  done
}

# in_bare_root COMMAND...: in a chroot with all that programs need, /drive to be drive C: on /c, and a policy for it.
in_bare_root() {
  export BARE
  mkdir -p "$BARE/drive" "$BARE/c"
  printf '{"version": 1, "mounts": [{"source": "C:", "target": "/c", "backing": "/drive"}]}' >"$BARE/policy.json"
  unshare -m bash -ec 'mount --bind "$BARE" "$BARE"; cd "$BARE"
    for d in /bin /lib* /usr /etc /dev /proc "$BUILD"; do
      if [[ -h $d ]]; then ln -sfn "$(readlink "$d")" ".$d"; else mkdir -p ".$d"; mount --rbind "$d" ".$d"; fi
    done; exec chroot . "$@"' sh "$@"
}

@test "all of it in a chroot: a mount namespace that is made there has its drives, and their lines" {
  ((EUID == 0)) || skip "only root may chroot"
  # By the library, where that is in the lane, and by the filter alone.
  steps='cd /c; : >a:b; ls; rm a:b; mkfifo p 2>&1; pwd; mkdir d:d; cd d:d; busybox sh -c "/bin/pwd -P; cd ..; /bin/pwd -P"; cd ..; rmdir d:d
    while read -r source point type _; do [[ $type != drvfs ]] || echo "$source $point"; done </proc/self/mounts
    busybox sh -c ": >c:d; busybox ls; busybox rm c:d; busybox mkfifo p 2>&1; busybox grep -c drvfs /proc/self/mounts /proc/$$/mounts" | sed -E "s|/[0-9]+/|/N/|"'
  for before in env "unshare -m" "unshare -m --propagation unchanged"; do
    for lane in both supervisor; do
      BARE=$(fresh bare)
      # shellcheck disable=SC2086 # words
      run in_bare_root timeout 300 "$LXSHIM" run -q --require-complete --lane "$lane" --policy /policy.json -- $before bash -c "$steps"
      assert_output "a:b
mkfifo: cannot create fifo 'p': Operation not permitted
/c
/c/d:d
/c
C: /c
c:d
mkfifo: p: Operation not permitted
/proc/self/mounts:1
/proc/N/mounts:1"
    done
  done
}

@test "all of it in a chroot: who makes a mount namespace, and executes and mounts nothing there, is in the drive" {
  ((EUID == 0)) || skip "only root may chroot"
  needs python3 python3
  local lane start answer
  for lane in native preload both supervisor; do
    BARE=$(fresh bare)
    mkdir -p "$BARE/drive"
    cat >"$BARE/space.py" <<'PYTHON'
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)
NEWNS, CHILD, X86 = 0x20000, 17, os.uname().machine == "x86_64"

def space(how):
    """A child of this process, in a mount namespace of its own that no call but the one that makes it tells of."""
    if how == "clone":
        return libc.syscall(56 if X86 else 220, NEWNS | CHILD, 0, 0, 0, 0)
    if how == "clone3":
        words = (ctypes.c_uint64 * 8)(NEWNS, 0, 0, 0, CHILD)
        return libc.syscall(435, words, ctypes.sizeof(words))
    pid = os.fork()
    if pid == 0 and (libc.unshare(NEWNS) if how == "unshare" else libc.syscall(272 if X86 else 97, NEWNS)) < 0:
        os._exit(2)
    return pid

def say(call, *words, **more):
    try:
        return str(call(*words, **more))
    except OSError as e:
        return errno.errorcode[e.errno]

def tour(how):
    before = os.getcwd()
    os.mkdir("d")
    open("d/a:b", "w").close()
    top = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    os.chdir("d")
    print(how, before, os.getcwd(), os.listdir("."), os.listdir("/c/d"), say(os.mkfifo, "p"), say(os.mkfifo, "/c/p"),
          say(os.mkfifo, "c/p", dir_fd=top), say(os.mkfifo, "p", dir_fd=here), say(os.stat, "A:B")[:6])

os.chdir("/c")
for how in sys.argv[1:]:
    pid = space(how)
    if pid == 0:
        tour(how)
        sys.stdout.flush()
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        print(how, "failed")
    for name in "p", "d/p", "d/a:b":
        if os.path.exists(name):
            os.unlink(name)
    os.rmdir("d")
PYTHON
    start=("$LXSHIM" run -q --lane "$lane" --policy /policy.json --)
    [[ $lane != native ]] || start=()
    run in_bare_root timeout 300 "${start[@]}" python3 -u /space.py unshare instruction clone clone3
    answer="/c /c/d ['a:b'] ['a:b'] EPERM EPERM EPERM EPERM ENOENT"
    [[ $lane != native ]] || answer="/c /c/d ['a:b'] ['a:b'] None None EEXIST EEXIST ENOENT"
    assert_output "unshare $answer
instruction $answer
clone $answer
clone3 $answer"
    [[ $lane == native ]] || assert_equal "$(ls "$BARE/drive")" ""
  done
}

@test "all of it in a chroot: setns back to the first mount namespace leads out of it, as natively" {
  ((EUID == 0)) || skip "only root may chroot"
  needs python3 python3
  steps='import ctypes, os, sys
libc = ctypes.CDLL(None)
outer = sys.argv[1] # in the first mount namespace
def told(call, *args):
    try: return call(*args)
    except OSError as e: return e.strerror
def look(when):
    print(when, [told(os.path.exists, name) for name in ("/policy.json", outer + "/policy.json")], told(os.getcwd),
          told(os.mkdir, "/c/made:here"), told(os.mkdir, outer + "/made:there"), told(os.rmdir, outer + "/made:there"),
          told(lambda: "policy.json" in os.listdir("/")))
    told(os.rmdir, "/c/made:here")
first = os.open("/proc/self/ns/mnt", os.O_RDONLY)
top = os.open("/", os.O_RDONLY)
look("before")
libc.unshare(0x20000)
look("apart")
libc.setns(first, 0x20000)
look("back")
os.chdir(outer)
print(os.path.exists("policy.json"), os.getcwd() == outer)
os.fchdir(top)
os.chroot(".")
look("in it")'
  for lane in native both supervisor; do
    BARE=$(fresh bare)
    before=()
    [[ $lane == native ]] || before=("$LXSHIM" run -q --require-complete --lane "$lane" --policy /policy.json --)
    # Where the tests are in a chroot, setns leads out of that one, too.
    run env -C "$BARE" python3 -c 'import ctypes, os
here = os.open(".", os.O_RDONLY)
assert not ctypes.CDLL(None).setns(os.open("/proc/self/ns/mnt", os.O_RDONLY), 0x20000)
os.fchdir(here)
print(os.getcwd())'
    assert_success
    run in_bare_root timeout 300 "${before[@]}" python3 -c "$steps" "$output"
    within="[True, False] / None No such file or directory No such file or directory True"
    assert_output "before $within
apart $within
back [False, True] / No such file or directory None None False
True True
in it $within"
  done
}

@test "all of it in a chroot: who holds a file is seen from a mount namespace that is made there" {
  ((EUID == 0)) || skip "only root may chroot"
  # So many files that /proc is read, by names. The holder is not in the run's namespace, in which /c is mounted.
  steps='mkdir /drive/d; for i in {1..300}; do : >/drive/d/$i; done; exec 9</drive/d/7; sleep 1000 & exec 9<&-
    "$@" mv /c/d /c/g; kill $!; wait $!; "$@" mv /c/d /c/g && ls /drive'
  for lane in both supervisor; do
    BARE=$(fresh bare)
    run in_bare_root timeout 300 bash -c "$steps" sh "$LXSHIM" run -q --require-complete --lane "$lane" --policy /policy.json --
    assert_output "mv: cannot move '/c/d' to '/c/g': Permission denied
g"
  done
}

@test "all of it in a chroot: after pivot_root a descriptor from before leads where it led, by symlinks of /proc's, too" {
  ((EUID == 0)) || skip "only root may chroot"
  needs python3 python3
  local lane start
  for lane in native preload both supervisor; do
    BARE=$(fresh bare)
    mkdir -p "$BARE"/{new,w/d/sub}
    ln -s sub "$BARE/w/d/link"
    echo before >"$BARE/w/d/sub/f"
    cat >"$BARE/leave.py" <<'PYTHON'
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)
BIND, REC, PRIVATE, PIVOT_ROOT = 4096, 1 << 14, 1 << 18, {"x86_64": 155}.get(os.uname().machine, 41)

def mount(source, target, kind, flags):
    words = [None if w is None else os.fsencode(w) for w in (source, target, kind)]
    return libc.mount(*words, flags, None) and errno.errorcode[ctypes.get_errno()]

def text(name, fd):
    try:
        with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=fd)) as f:
            return f.read()
    except OSError as e:
        return errno.errorcode[e.errno]

proc, w = os.open("/proc", os.O_PATH), os.open("/w/d", os.O_PATH)
libc.unshare(0x20000)
print(mount("none", "/", None, REC | PRIVATE), mount("none", "/new", "tmpfs", 0))
# The name from above the chroot is something else from the next root.
there = "/new" + sys.argv[1] + "/w/d"
for name in "/new/old", "/new/proc", "/new/a", there:
    os.makedirs(name)
os.symlink("none", there + "/link")
os.chdir("/new")
print(libc.syscall(PIVOT_ROOT, b".", b"old"))
os.chdir("/")
# No /proc is there yet.
print(mount("/old/", "/a/", None, BIND), os.listdir("/a") == os.listdir("/old"), libc.umount2(b"/a", 0))
print(mount("old/proc", "proc", None, BIND | REC))
print(text("link/f", w).rstrip(), os.readlink("link", dir_fd=w))
print(os.readlink("self", dir_fd=proc) == str(os.getpid()), text("self/mountinfo", proc) == text("/proc/self/mountinfo", None))
r, _ = os.pipe()
print(os.stat("self/fd/%d" % r, dir_fd=proc) == os.fstat(r))
a, old = os.open("/a", os.O_PATH), os.open("/old", os.O_PATH)
print(mount("/proc/self/fd/%d" % old, "/proc/self/fd/%d" % a, None, BIND), os.listdir("/a") == os.listdir("/old"))
PYTHON
    start=("$LXSHIM" run -q --lane "$lane" --policy /policy.json --)
    [[ $lane != native ]] || start=()
    # A /proc of its own, where that may be mounted: it is another device.
    # shellcheck disable=SC2016 # expanded there
    run in_bare_root bash -c 'mount -t proc proc /proc 2>/dev/null; exec "$@"' sh timeout 300 "${start[@]}" \
      python3 -u /leave.py "$BARE"
    assert_output "0 0
0
0 True 0
0
before sub
True True
True
0 True"
  done
}

@test "what cannot be entered is told in the summary" {
  place=$(fresh top)
  make_root "$place"
  for lane in both supervisor; do
    run env -C "$place/root/drive" LXSHIM_POLICY="$place/policy.json" timeout 300 "$LXSHIM" run --lane "$lane" -- \
      bash -c ': >c:d; exec unshare -mpf --mount-proc busybox sh -c ": >a:b; rm a:b; ls"'
    assert_line --regexp '^lxshim: [1-9][0-9]* calls from other mount namespaces went by no rule'
  done
}
