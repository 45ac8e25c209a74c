#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What comes with the calls that mount, flag by flag and word by word, beside a file system of the kernel's; and by whose
# words mount.drvfs mounts.
# shellcheck disable=SC2016 # $M is expanded in the runs
# shellcheck disable=SC2034 # mounts.bash reads what is set here

load mounts

# words_py: the calls by number, as ok, a number that matters, or an errno.
words_py() {
  cat >"$BASE/words.py" <<'PYTHON'
import ctypes, errno, os, struct, sys

libc = ctypes.CDLL(None, use_errno=True)
numbers = {"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "setattr": 442, "tree_attr": 467}
kind, source, at = sys.argv[1], sys.argv[2], sys.argv[3] + "/d"
other = sys.argv[3] + "/e"
HERE, ALL, CLONE = -100, 0x70, 1

def call(name, *words):
    words = [os.fsencode(w) if isinstance(w, str) else ctypes.c_long(w) if isinstance(w, int) else w for w in words]
    r = libc.syscall(numbers[name], *words)
    return r if r >= 0 else errno.errorcode[ctypes.get_errno()]

def said(name, *words):
    r = call(name, *words)
    if isinstance(r, int) and r > 2:
        os.close(r)
    return "ok" if isinstance(r, int) else r

def context():
    fd = call("fsopen", kind, 1)
    call("fsconfig", fd, 1, "source", source, 0)
    return fd

def made(attributes=0):
    fd = context()
    call("fsconfig", fd, 6, None, None, 0)
    return call("fsmount", fd, 1, attributes)

def mounted(attributes=0):
    fd = made(attributes)
    if isinstance(fd, int):
        call("move_mount", fd, "", HERE, at, 4)
        os.close(fd)

def line(point=at):
    with open("/proc/self/mountinfo") as table:
        for words in map(str.split, table):
            if words[4] == point:
                yield words[5], *(w.split(":")[0] for w in words[6:words.index("-")])

def off():
    for point in at, other:
        while libc.umount2(os.fsencode(point), 2) == 0:
            pass

def attributes(set=0, clear=0, propagation=0, size=32, more=b"", flags=0, path=at):
    return said("setattr", HERE, path, flags, struct.pack("QQQQ", set, clear, propagation, 0) + more, size)

os.makedirs(other, exist_ok=True)
PYTHON
  cat - >>"$BASE/words.py"
}

# policy_of PROFILE: the policy of the runs has that profile.
policy_of() {
  sed -i -E "s/(\"version\": 1,)( \"profile\": \"[^\"]*\",)?/\1 \"profile\": \"$1\",/" "$BASE/policy.json"
}

# alike: the script says the same natively, of a tmpfs, and in every lane, of a drive.
alike() {
  cp "$BASE/words.py" "$BASE.words"
  natively "mount --make-rprivate /; python3 -u '$BASE.words' tmpfs none \$M"
  native=$output
  in_lanes "mount --make-rprivate /; python3 -u '$BASE.words' drvfs C: \$M"
  assert_output "$native"
  rm "$BASE.words"
}

@test "fsconfig looks at what comes with a command before all else; fsmount, fspick and open_tree at their flags" {
  needs python3 python3
  with_volumes
  words_py <<'PYTHON'
for command in 0, 1, 6, 7, 11:
    print("fsconfig", command, [said("fsconfig", context(), command, key, value, aux) for key in (None, "ro", "none")
                                for value in (None, "v") for aux in (0, 5, -1)])
fd = context()
print("before", said("fsmount", fd, 1, 0), said("fsconfig", fd, 7, None, None, 0))
print("flags", said("fsopen", kind, 2), said("fsmount", fd, 2, 0))
for bit in range(22):
    fd = made(1 << bit)
    print("fsmount", hex(1 << bit), fd if isinstance(fd, str) else call("move_mount", fd, "", HERE, at, 4), *line())
    off()
print("choices", [said("fsmount", fd, 1, a) for a in (0x30, 0x50, 0x70)])
mounted()
print("fspick", [said("fspick", HERE, at, 1 << bit) for bit in range(32)])
fd = call("fspick", HERE, at, 0)
print("picked", said("fsmount", fd, 1, 0), said("fsconfig", fd, 6, None, None, 0))
print("open_tree", [said("open_tree", HERE, at, CLONE | 1 << bit) for bit in range(2, 32)], said("open_tree", HERE, at, 0x8000))
PYTHON
  alike
  assert_line "fsmount 0x2 0 ('rw,nosuid,relatime',)"
  assert_line 'fsmount 0x40 EINVAL'
  assert_line 'before EINVAL EBUSY'
  assert_line 'picked EBUSY EBUSY'
}

@test "move_mount: flags that it does not know, a file as target, and what goes into a group or beneath something" {
  needs python3 python3
  with_volumes
  words_py <<'PYTHON'
open(sys.argv[3] + "/file", "w").close()
for bit in [2, 3, *range(7, 32)]:
    print(hex(1 << bit), said("move_mount", made(), "", HERE, at, 4 | 1 << bit), *map(str, line()))
    off()
print(said("move_mount", made(), "", HERE, sys.argv[3] + "/file", 4), said("move_mount", made(), "", HERE, at, 0x304))
mounted()
print(said("move_mount", HERE, at, HERE, sys.argv[3] + "/file", 0), said("move_mount", HERE, at, HERE, other, 0x200), *line())
libc.mount(None, os.fsencode(at), None, 1 << 20, None)
print(said("move_mount", call("open_tree", HERE, at, CLONE), "", HERE, other, 4))
libc.mount(None, os.fsencode(other), None, 1 << 18, None)
print(*line(other), said("move_mount", HERE, at, HERE, other, 0x100), *line(other))
off()
PYTHON
  alike
  assert_line "0x4 ok ('rw,relatime',)"
  assert_line --partial 'EINVAL EINVAL'
  assert_line "('rw,relatime',) ok ('rw,relatime', 'shared')"
}

@test "mount_setattr: each attribute and each choice shows, with what is mounted inside; a wrong one changes nothing" {
  needs python3 python3
  with_volumes
  words_py <<'PYTHON'
for bit in range(24):
    for clear in 0, 1:
        mounted(0x8f if clear else 0)
        print("clear" if clear else "set", hex(1 << bit),
              "idmap" if bit == 20 else attributes(*((0, 1 << bit) if clear else (1 << bit, 0))), *line())
        off()
for words in ((0x10, ALL), (0x20, ALL), (0x30, ALL), (0, ALL), (0x10, 0x10), (1, 1), (0, 0, 1 << 20), (1, 0, 1 << 20), (0x11, ALL, 1 << 17),
              (2, 0, 1 << 19), (1, 0, 3 << 18), (1 << 40, 0), (0, 1 << 40)):
    mounted()
    print(*map(hex, words), attributes(*words), *line())
    off()
mounted()
for set in 1, 4:
    print("sizes", [attributes(set, size=n, more=bytes(5000)) for n in (0, 31, 33, 64, 4096, 4097)],
          attributes(set, size=40, more=b"\0\1" + bytes(100)), *line())
    print("flags", [attributes(set, flags=1 << bit) for bit in range(32) if bit not in (12, 15)], *line())
    attributes(0, set)
os.mkdir(at + "/in")
libc.mount(b"none", os.fsencode(at + "/in"), b"tmpfs", 0, None)
for words in (1, 0), (0, 1), (2, 0, 1 << 20), (0x10, ALL, 1 << 18):
    print("within", attributes(*words, flags=0x8000), *line(), *line(at + "/in"))
PYTHON
  alike
  assert_line "set 0x2 ok ('rw,nosuid,relatime',)"
  assert_line "clear 0x2 ok ('ro,nodev,noexec,nodiratime,relatime',)"
  assert_line 'set 0x10 EINVAL ('\''rw,relatime'\'',)'
  assert_line "within ok ('ro,relatime',) ('ro,relatime',)"
  assert_line "within ok ('rw,nosuid,relatime', 'shared') ('rw,nosuid,relatime', 'shared')"
}

# has_open_tree_attr: Linux 6.15 and later.
has_open_tree_attr() {
  python3 -c 'import ctypes; libc = ctypes.CDLL(None, use_errno=True); libc.syscall(467, -1, 0, 0, 0, 1); exit(ctypes.get_errno() == 38)' ||
    skip "no open_tree_attr in this kernel"
}

@test "open_tree_attr: a clone has the attributes, a mount that is named gets them, and what is wrong gives no descriptor" {
  needs python3 python3
  has_open_tree_attr
  with_volumes
  words_py <<'PYTHON'
def given(set=0, clear=0, propagation=0):
    return struct.pack("QQQQ", set, clear, propagation, 0)

def tree(flags, words, size=32, path=at, dirfd=HERE):
    return call("tree_attr", dirfd, path, flags, words, size)

def closed(fd):
    if isinstance(fd, str):
        return fd
    os.close(fd)
    return "ok"

def moved(fd):
    r = fd if isinstance(fd, str) else call("move_mount", fd, "", HERE, other, 4)
    print(r, *line(other), *line())
    if isinstance(fd, int):
        os.close(fd)
    while libc.umount2(os.fsencode(other), 2) == 0:
        pass

mounted(2)
os.makedirs(at + "/in", exist_ok=True)
for words in (0, 0), (1, 0), (4, 2), (0x10, ALL), (0x28, ALL | 2), (0x30, ALL), (0x10, 0), (0x100, 0), (1 << 40, 0), (0, 1 << 40), (1, 0, 3 << 18):
    moved(tree(CLONE, given(*words)))
moved(tree(CLONE, given(4), path=at + "/in"))
moved(tree(CLONE | 0x8000, given(4)))
moved(tree(CLONE | 0x1000, given(8), path="", dirfd=os.open(at, os.O_PATH)))
moved(tree(CLONE | 0x1000, given(8), path="", dirfd=tree(CLONE, given(4, 2))))
clone = tree(CLONE, given(1))
print(closed(tree(0x1000, given(8, 1), path="", dirfd=clone)))
moved(clone)
before = os.listdir("/proc/self/fd")
big = bytes(5000)
for flags in CLONE, 0:
    for path in at, at + "/none":
        print("sizes", [closed(tree(flags, given(4) + big, n, path)) for n in (0, 31, 33, 64, 4096, 4097)], closed(tree(flags, given(4) + b"\0\1" + big, 40, path)),
              closed(tree(flags, ctypes.c_long(8), 32, path)), closed(tree(flags, ctypes.c_long(8), 31, path)), closed(tree(flags, None, 0, path)),
              closed(tree(flags, None, 32, path)), closed(tree(flags, given(1 << 40), 32, path)), closed(tree(flags | 2, given(4), 31, path)), *line())
print(before == os.listdir("/proc/self/fd"), closed(tree(0x8000, given(4))), closed(tree(0, given(4), path=at + "/in")))
for words in (0, 0), (1, 4), (8, 1), (0x10, ALL | 2):
    fd = tree(os.O_CLOEXEC, given(*words))
    print(isinstance(fd, int) and (os.get_inheritable(fd), os.path.samestat(os.fstat(fd), os.stat(at))), *line())
print(closed(tree(0x1000, given(2), path="", dirfd=os.open(at, os.O_PATH))), *line())
if os.fork() == 0:
    os.setresuid(65534, 65534, 65534)
    print([closed(tree(flags, words, size)) for flags in (CLONE, 0) for words, size in ((given(4), 32), (given(), 32), (given(4), 31), (ctypes.c_long(8), 32))],
          closed(tree(0, None, 0)))
    os._exit(0)
os.wait()
off()
PYTHON
  alike
  assert_line "0 ('rw,nodev,relatime',) ('rw,nosuid,relatime',)"
  assert_line "0 ('ro,nosuid,relatime',) ('rw,nosuid,relatime',)"
  assert_line "sizes ['EINVAL', 'EINVAL', 'ok', 'ok', 'ok', 'E2BIG'] E2BIG EFAULT EINVAL ok EINVAL EINVAL EINVAL ('rw,nosuid,relatime',)"
}

@test "options that are longer than a page are refused, and change nothing" {
  needs python3 python3
  with_volumes
  words_py <<'PYTHON'
def mount(kind, flags, options):
    r = libc.mount(os.fsencode(source), os.fsencode(at), kind and os.fsencode(kind), flags, options)
    return "ok" if r == 0 else errno.errorcode[ctypes.get_errno()]

print(mount(kind, 0, b"uid=" + b"1" * 5000), *line())
print(mount(kind, 0, b"uid=7"), mount(None, 32, b"uid=" + b"1" * 5000), os.stat(at).st_uid)
off()
PYTHON
  alike
  assert_output "EINVAL
ok EINVAL 7"
}

@test "mount -t drvfs has the words of the run's client, also before any drive is mounted" {
  with_volumes
  LXSHIM=$BUILD/lxshim # beside which our programs are
  steps='shown() { echo "$?"; grep -F " $M/d " /proc/mounts | cut -d" " -f3-4; umount $M/d 2>/dev/null; }
    env -i mount -t drvfs -o case=force,uid=7 C: $M/d 2>&1; shown; mount -t drvfs -o cache=none C: $M/d 2>/dev/null; shown
    mount -t drvfs -o symlinkroot=/m/ C: $M/d 2>/dev/null; shown'
  local nine='relatime,aname=drvfs;path=C:' rest='cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8'
  policy_of wsl1-1903
  in_lanes "$steps"
  assert_output "0
drvfs rw,relatime,uid=7,case=force
32
32"
  # What the vendor's suite mounts drive C: by, and looks for.
  in_lanes 'mount -i -t drvfs -o noatime,fallback=1,case=dir C: $M/d; grep -F " $M/d " /proc/mounts | cut -d" " -f3-4; umount $M/d'
  assert_output "drvfs rw,noatime,case=dir,fallback=1"
  policy_of wsl2-9p
  in_lanes "$steps"
  assert_output "mount: case=force is case=dir on WSL2
0
9p rw,$nine;case=dir;uid=7;symlinkroot=/mnt/,$rest
0
9p rw,$nine;symlinkroot=/mnt/,$rest
0
9p rw,$nine;symlinkroot=/m/;symlinkroot=/mnt/,$rest"
  policy_of wsl2-virtiofs
  in_lanes "$steps"
  assert_output "mount: case=force is case=dir on WSL2
0
virtiofs rw,relatime
32
0
virtiofs rw,relatime"
}

@test "mount.drvfs on WSL2 with virtiofs says where absolute links of Windows' lead, too" {
  with_volumes
  LXSHIM=$BUILD/lxshim
  policy_of wsl2-virtiofs
  mkdir -p "$BASE/drive/there"
  "$LXSHIM" win --policy "$BASE/policy.json" mklink /d 'C:\link' 'C:\there' >/dev/null
  in_lanes 'mount -t drvfs C: $M/d; readlink $M/d/link; umount $M/d; mount -t drvfs -o symlinkroot=/x/ C: $M/d; readlink $M/d/link'
  assert_output '/mnt/c/there
/mnt/c/there'
}

@test "more mount namespaces than anybody has: each has its own mounts" {
  needs python3 python3
  with_volumes
  cat >"$BASE/spaces.py" <<'PYTHON'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
at = os.environ["M"] + "/d"
for i in range(80):
    if os.fork() == 0:
        libc.unshare(0x20000)
        before = os.listdir(at)
        r = libc.mount(b"C:", os.fsencode(at), b"drvfs", 0, None)
        os._exit(0 if r == 0 and before == [] and "sub" in os.listdir(at) else 1)
    if os.wait()[1] != 0:
        sys.exit("namespace %d" % i)
print(os.listdir(at))
PYTHON
  in_lanes 'python3 $M/spaces.py'
  assert_output '[]'
}

@test "mount.again: a volume that is mounted has the options of its first mount, on WSL1; while a run goes on, and from its start" {
  steps='mount -i -t $T -o $O,$1 $S $M/d; mkdir -p $M/e; mount -i -t $T -o $O,$2 $S $M/e; stat -c %a $M/d $M/e; umount $M/d; stat -c %a $M/e
    umount $M/e; mount -i -t $T -o $O,$2 $S $M/e; stat -c %a $M/e; umount $M/e; rmdir $M/e'
  natively "T=tmpfs O=size=64k S=none; set -- mode=711 mode=700; $steps"
  assert_output "711
700
700
700"
  expected=$output
  drives='"volumes": {"C:": {"backing": "%s/drive"}, "D:": {"backing": "%s/stick"}}, "shares": {"\\\\\\\\localhost\\\\C$": "C:"}'
  mkdir "$BASE/stick"
  for profile in wsl2-9p wsl2-virtiofs; do
    printf '{"version": 1, "profile": "%s", '"$drives"'}' "$profile" "$BASE" "$BASE" >"$BASE/policy.json"
    in_lanes "T=drvfs O=uid=7 S='C:\\'; set -- umask=66 umask=77; $steps"
    assert_output "$expected"
  done
  for profile in wsl1-1903 wsl1-current; do
    printf '{"version": 1, "profile": "%s", '"$drives"'}' "$profile" "$BASE" "$BASE" >"$BASE/policy.json"
    in_lanes "T=drvfs O=uid=7 S='C:\\'; set -- umask=66 umask=77; $steps"
    assert_output "711
711
711
700"
  done
  # In a directory of the volume, too; ro is each mount's own, and another volume, or the share, has options of its own.
  in_lanes 'mount -i -t drvfs -o metadata,fmask=111 "C:\\" $M/d; cd $M; mkdir e g h; mount -i -t drvfs -o ro,uid=9,fmask=222 C:/sub e
    mount -i -t drvfs -o fmask=222 D: g; mount -i -t drvfs -o uid=9 "\\\\localhost\\C$" h
    grep -o " $M/[degh] drvfs.*" /proc/mounts | sed "s,$M/,,"; umount d e g h; rmdir e g h'
  assert_output " d drvfs rw,relatime,fmask=111,metadata,case=off 0 0
 e drvfs ro,relatime,fmask=111,metadata,case=off 0 0
 g drvfs rw,relatime,fmask=222,case=off 0 0
 h drvfs rw,relatime,uid=9,case=off 0 0"
  # From the start: of a volume that the policy has; what has a volume of its own is another one.
  at='{"type": "drvfs", "source": "%s", "target": "%s/%s", "options": "%s"}'
  # shellcheck disable=SC2059 # a format in parts
  printf '{"version": 1, "profile": "wsl1-1903", '"$drives"', "mounts": ['"$at, $at, $at"']}' "$BASE" "$BASE" \
    C: "$BASE" c fmask=111 'C:\\sub' "$BASE" d fmask=222,noatime D: "$BASE" stick fmask=222 >"$BASE/policy.json"
  in_lanes 'grep -o " $M/[^ ]* drvfs.*" /proc/mounts | sed "s,$M/,,"'
  assert_output " c drvfs rw,relatime,fmask=111,case=off 0 0
 d drvfs rw,noatime,fmask=111,case=off 0 0
 stick drvfs rw,relatime,fmask=222,case=off 0 0"
}
