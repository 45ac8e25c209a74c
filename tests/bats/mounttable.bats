#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The mount tables of /proc, with the drives in them: what WSL shows of each, by whatever path, and to whoever reads.

load mounts

# What a drive's lines are found by, and what of them is the same each time: no numbers.
LOOK='lines() { grep -F " $M/" "$@" | sed "s|$M|M|g; s|^[0-9]* [0-9]* 0:[0-9]*|ID PARENT DEVICE|"; }
'

@test "no drive, no line of one; with a drive its line instead of its backing's, in each table" {
  steps="$LOOK"'cd /; for f in self/mounts self/mountinfo self/mountstats mounts; do lines /proc/$f; done; cat /proc/self/mounts | wc -l'
  natively "$steps"
  refute_output --partial drvfs
  refute_output --partial M/
  natives=$output
  in_lanes "$steps"
  assert_output "C: M/c drvfs rw,noatime 0 0
ID PARENT DEVICE / M/c rw,noatime - drvfs C: rw
device C: mounted on M/c with fstype drvfs
C: M/c drvfs rw,noatime 0 0
$((natives + 1))"
}

@test "a table that is opened once more costs a bounded number of system calls" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  policy_for "$BASE/drive" >"$BASE/policy.json"
  # By the cheapest of some turns, with a clock that stands still: see calls.bats.
  turn() {
    local counted=() tables=(/proc/mounts /proc/mounts) n
    for n in 1 2; do
      strace -qq -o "$BASE/trace" -E LXSHIM_POLICY="$BASE/policy.json" -E LD_PRELOAD="$1" cat "${tables[@]:0:n}" >/dev/null
      counted[n]=$(wc -l <"$BASE/trace")
    done
    echo $((counted[2] - counted[1]))
  }
  natives=$(turn "")
  ours=$(for _ in {1..4}; do turn "$LIB:$PROGRAMS/still.so"; done | sort -n | head -1)
  echo "natively $natives, in a run $ours"
  ((ours > natives && ours <= natives + 13))
}

@test "by every path that leads there: other processes, threads, links, from a directory below /proc" {
  in_lanes "$LOOK"'sleep 1000 & echo $! >$M/pid; cd $M; ln -sfn /proc/self/mounts x; ln -sfn /proc/self s
    mtab=/etc/mtab; [ -h $mtab ] || mtab=$M/x # none in a bare root
    for f in /proc/$(cat $M/pid)/mounts /proc/thread-self/mountinfo $mtab $M/x $M/x $M/s/mounts /proc/$$/task/$$/mounts /proc/../proc/mounts; do
      lines $f; done; cd /proc; lines mounts; cd self; lines mountinfo; cd /proc/$$; lines ./mountstats ../mounts | sort
    kill %1; lines <$mtab; exec 7</proc; cd /proc/self/fd/7 && lines mounts'
  assert_output "C: M/c drvfs rw,noatime 0 0
ID PARENT DEVICE / M/c rw,noatime - drvfs C: rw
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0
ID PARENT DEVICE / M/c rw,noatime - drvfs C: rw
../mounts:C: M/c drvfs rw,noatime 0 0
./mountstats:device C: mounted on M/c with fstype drvfs
C: M/c drvfs rw,noatime 0 0
C: M/c drvfs rw,noatime 0 0"
}

@test "whoever reads them: streams, Python, programs without shared libraries, a traced shell" {
  needs python3 python3
  steps='python3 -c "
import ctypes, os
libc = ctypes.CDLL(None)
libc.setmntent.restype = libc.fopen.restype = ctypes.c_void_p
libc.fgets.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
def tell(lines): print(*[l.split(\" \")[0] for l in lines if \" %s/\" % os.environ[\"M\"] in l])
def stream(s):
    text = ctypes.create_string_buffer(4096)
    while libc.fgets(text, 4096, s): yield text.value.decode()
tell(open(\"/proc/self/mounts\"))
tell(stream(libc.setmntent(b\"/proc/mounts\", b\"r\")))
tell(stream(libc.fopen(b\"/etc/mtab\" if os.path.islink(\"/etc/mtab\") else b\"/proc/self/mounts\", b\"re\")))
tell(stream(libc.freopen(b\"/proc/mounts\", b\"r\", ctypes.c_void_p(libc.fopen(b\"/dev/null\", b\"r\")))))
"; while read -r device point rest; do [[ $point != $M/* ]] || echo $device; done </proc/mounts'
  steps=${steps/libc.fopen.restype/libc.fopen.restype = libc.freopen.restype}
  in_lanes "$steps"
  assert_output "C:
C:
C:
C:
C:"
  by_instruction
  needs busybox busybox-static
  in_lanes 'busybox grep -cF " $M/c drvfs " /proc/mounts; busybox grep -cF " $M/c " /proc/self/mountinfo; busybox mount | busybox grep -cF " $M/c type drvfs"
    busybox df $M/c | busybox grep -c ^C:'
  assert_output "1
1
1
1"
}

@test "util-linux and coreutils: findmnt, mount, mountpoint, df; umount by the source" {
  needs findmnt util-linux
  drive_policy '"profile": "wsl1-current"' noatime,uid=5
  steps='findmnt -no SOURCE,FSTYPE,OPTIONS $M/c; findmnt -nt drvfs -o TARGET; mountpoint -q $M/c && echo is one; mount | grep -F "$M/c "; df --output=source,target $M/c/sub | tail -1
    mount -i -t drvfs C:/sub $M/d; findmnt -no SOURCE --mountpoint $M/d; umount C:/sub && umount "C:\\"; echo $?; findmnt $M/c; findmnt $M/d; mountpoint $M/c'
  in_lanes "$steps"
  assert_output --regexp "^C:. +drvfs +rw,noatime,uid=5,case=off
$BASE/c
is one
C:.* on $BASE/c type drvfs \(rw,noatime,uid=5,case=off\)
C:. +$BASE/c
C:/sub
0
$BASE/c is not a mountpoint$"
}

@test "mount.line: how each client of WSL's shows what a policy mounts, and what somebody mounts" {
  local form
  for form in drvfs drvfs-plain drvfs-root 9p 9p-mmap virtiofs; do
    drive_policy '"rules": {"mount.line": "'$form'", "case.directories": "off"}' "noatime,metadata,uid=5"
    in_lanes "$LOOK"'lines /proc/mounts; mount -i -t drvfs -o ro,case=dir "C:\\sub" $M/d; lines /proc/self/mountinfo | tail -1'
    echo "$form: $output"
  done | sed 's|DEVICE [^ ]* M/d ro,relatime|DEVICE M/d ro|' >"$BASE/said"
  run cat "$BASE/said"
  assert_line --index 0 "drvfs: C: M/c drvfs rw,noatime,uid=5,metadata,case=off 0 0"
  assert_line --index 1 "ID PARENT DEVICE M/d ro - drvfs C:\\134sub ro,case=dir"
  assert_line --index 2 "drvfs-plain: C: M/c drvfs rw,noatime 0 0"
  assert_line --index 3 "ID PARENT DEVICE M/d ro - drvfs C:\\sub ro"
  assert_line --index 4 "drvfs-root: C:\\134 M/c drvfs rw,noatime,uid=5,metadata,case=off 0 0"
  assert_line --index 5 "ID PARENT DEVICE M/d ro - drvfs C:\\134sub ro,case=dir"
  assert_line --index 6 '9p: C:\134 M/c 9p rw,noatime,aname=drvfs;path=C:\;metadata;uid=5;symlinkroot=/mnt/,cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0'
  assert_line --index 7 'ID PARENT DEVICE M/d ro - 9p C:\134sub ro,aname=drvfs;path=C:\sub;case=dir;symlinkroot=/mnt/,cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8'
  assert_line --index 8 '9p-mmap: C:\134 M/c 9p rw,dirsync,noatime,aname=drvfs;path=C:\;metadata;uid=5;symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0'
  assert_line --index 10 "virtiofs: 8b247a5b-7048-f090-d4e8-1140bc08d453 M/c virtiofs rw,noatime 0 0"
  assert_line --index 11 --regexp "^ID PARENT DEVICE M/d ro - virtiofs [-0-9a-f]{36} ro$"
  drive_policy '"rules": {"mount.line": "native"}'
  in_lanes 'mount -i -t drvfs C:/sub $M/d; grep -c " drvfs " /proc/mounts; grep -cF " $M/d " /proc/mounts'
  assert_output "0
1"
}

@test "what is mounted later: options and source as they were spelled, bind mounts with their directory; until it is unmounted" {
  # A second mount of a volume has its own options only by this rule: mountwords.bats.
  drive_policy '"profile": "wsl1-current", "rules": {"mount.again": "native"}'
  in_lanes "$LOOK"'mount -i -t drvfs -o nosuid,uid=5,metadata C: $M/d; lines -h /proc/self/mounts /proc/self/mountstats | grep M/d
    mkdir "$M/d/x?y"; mount --bind "$M/d/x?y" $M/c; lines /proc/self/mountinfo; umount $M/c; rmdir "$M/d/x?y"
    mount -t tmpfs none $M/d; lines /proc/mounts | tail -2; umount $M/d; mount -i --options-source=disable -o remount,ro $M/d; lines /proc/mounts | tail -1
    mkdir $M/n; mount --make-private / 2>/dev/null; mount --move $M/d $M/n; lines /proc/mounts | tail -1; umount $M/n; rmdir $M/n; lines /proc/mounts; umount $M/c; lines /proc/mounts'
  assert_output 'C: M/d drvfs rw,nosuid,relatime,uid=5,metadata,case=off 0 0
device C: mounted on M/d with fstype drvfs
ID PARENT DEVICE / M/c rw,noatime - drvfs C:\134 rw,case=off
ID PARENT DEVICE / M/d rw,nosuid,relatime - drvfs C: rw,uid=5,metadata,case=off
ID PARENT DEVICE /x?y M/c rw,nosuid,relatime - drvfs C: rw,uid=5,metadata,case=off
C: M/d drvfs rw,nosuid,relatime,uid=5,metadata,case=off 0 0
none M/d tmpfs rw,relatime 0 0
C: M/d drvfs ro,relatime,case=off 0 0
C: M/n drvfs ro,relatime,case=off 0 0
C:\134 M/c drvfs rw,noatime,case=off 0 0'
}

@test "mountinfo agrees with itself and with stat: parents, devices, what is mounted in a drive and over it" {
  needs python3 python3
  in_lanes 'mount -i -t drvfs C: $M/d; mount -t tmpfs none $M/d/sub; mount -i -t drvfs C:/sub $M/d/sub; python3 -c "
import os
m = os.environ[\"M\"]
lines = [l.split() for l in open(\"/proc/self/mountinfo\")]
point = {l[0]: l[4] for l in lines}
for l in lines:
    if l[4].startswith(m + \"/\"):
        d = os.stat(l[4]).st_dev
        shown = l[2] == \"%d:%d\" % (os.major(d), os.minor(d))
        print(l[4][len(m):], point.get(l[1], \"/\").replace(m, \"\"), shown, d != os.stat(m).st_dev)
"'
  outer=$(findmnt -no TARGET -T "$BASE")
  assert_output "/c $outer True True
/d $outer True True
/d/sub /d False True
/d/sub /d/sub True True"
}

@test "of an opened one: what fstat, statfs and its name say; access, O_PATH, writing; what it is by its path" {
  needs python3 python3
  steps='python3 -c "
import errno, os, stat
p = \"/proc/%d/mounts\" % os.getpid()
f = os.open(\"/proc/self/mounts\", os.O_RDONLY)
a, b = os.fstat(f), os.stat(p)
print(oct(a.st_mode), a.st_size, a.st_nlink, a.st_blocks, a.st_dev == b.st_dev, a.st_ino == b.st_ino)
print(os.readlink(\"/proc/self/fd/%d\" % f) == p, os.fstatvfs(f).f_bsize == os.statvfs(p).f_bsize, os.get_inheritable(f))
print(os.access(p, os.R_OK), oct(b.st_mode), b.st_size)
q = os.open(p, os.O_PATH); print(os.fstat(q).st_size, os.readlink(\"/proc/self/fd/%d\" % q) == p)
print(len(os.read(f, 10)), os.lseek(f, 0, 0), os.read(f, 100000).count(b\"\\n\") > 1, os.read(f, 10))
print(os.read(os.open(\"/proc/self/fd/%d\" % f, os.O_RDONLY), 100000).count(b\"\\n\") > 1)
for flags in os.O_DIRECTORY, os.O_CREAT | os.O_EXCL:
    try: os.open(p, flags)
    except OSError as e: print(errno.errorcode[e.errno])
try: os.write(f, b\"x\")
except OSError as e: print(errno.errorcode[e.errno])
"'
  natively "$steps"
  natives=$output
  assert_line "0o100444 0 1 0 True True"
  in_lanes "$steps"
  assert_output "$natives"
}

@test "a program's limits are in nobody's way: of what it writes, and of descriptors; then it is the kernel's" {
  needs python3 python3
  steps='(ulimit -f 1; cat /proc/mounts | grep -c " / "); python3 -c "
import os, resource
while os.open(\"/dev/null\", 0) < 40: pass
for n in 42, 44:
    resource.setrlimit(resource.RLIMIT_NOFILE, (n, 100))
    os.close(os.open(\"/proc/self/mounts\", 0))
print(1)"'
  natively "$steps"
  assert_output "1
1"
  in_lanes "$steps"
  assert_output "1
1"
}

@test "one that is opened again in a process has what was mounted in between, by whomever, and is that process's own" {
  needs python3 python3
  # Of each table, twice: whether it is the same, what another process has, called by its own name and at the lowest
  # number; then the lines of ours.
  steps='python3 -c "
import os, subprocess, threading
m, tables = os.environ[\"M\"], (\"mounts\", \"self/mounts\", \"self/mountinfo\", \"self/mountstats\")
def sh(steps): return subprocess.run([\"bash\", \"-c\", steps], stdout=subprocess.PIPE, check=True).stdout
def text(t):
    f = os.open(\"/proc/\" + t, os.O_RDONLY)
    name, read = os.readlink(\"/proc/self/fd/%d\" % f), b\"\".join(iter(lambda: os.read(f, 9999), b\"\"))
    os.close(f)
    return read, name == \"/proc/%d/%s\" % (os.getpid(), t.split(\"/\")[-1]), f
lowest = os.open(\"/\", 0); os.close(lowest)
def look(label):
    all = [text(t) for t in tables + tables]
    same = [sh(\"cat /proc/\" + t) == a[0] for t, a in zip(tables, all)]
    print(label, all[:4] == all[4:], same, {(name, fd == lowest) for _, name, fd in all}, flush=True)
    for line in all[1][0].decode().splitlines():
        if m + \"/\" in line: print(line.replace(m, \"M\"), flush=True)
    if all[0][0] == first: print(\"as at first\", flush=True)
    text(tables[0])
first = b\"\"; first = text(\"mounts\")[0]
look(\"first\"); look(\"again\")
for steps in \"mount -t tmpfs one $M/d\", \"mount -o remount,ro $M/d\", \"umount $M/d\", MORE\"true\":
    sh(steps); look(steps.replace(m, \"M\"))
thread = threading.Thread(target=look, args=(\"thread\",)); thread.start(); thread.join()
child = os.fork()
if child == 0: look(\"child\"); os._exit(0)
os.waitpid(child, 0); look(\"parent\")
"'
  natively "${steps//MORE/}"
  natives=$output
  assert_line "mount -o remount,ro M/d True [True, True, True, True] {(True, True)}"
  in_lanes "${steps//MORE/}"
  assert_equal "$(grep -v "M/c drvfs" <<<"$output")" "$natives"
  # The kernel has no part in the options of a drive, and its text stays as it was.
  in_lanes "${steps//MORE/'\"mount -i -t drvfs -o uid=7 C: \$M/d\", \"mount -i -o remount,uid=8 \$M/d\", \"umount \$M/d\", '}"
  refute_output --partial False
  assert_output --partial "uid=8"
}

@test "another mount namespace has its own" {
  in_lanes "$LOOK"'unshare -m sh -c "mount -t tmpfs none $M/d; cat /proc/self/mounts" | lines; lines /proc/mounts'
  assert_output "C: M/c drvfs rw,noatime 0 0
none M/d tmpfs rw,relatime 0 0
C: M/c drvfs rw,noatime 0 0"
  # By the instruction a drive is busy there.
  by_library
  in_lanes 'unshare -m sh -c "umount $M/c; grep -cF \" $M/c \" /proc/self/mounts; grep -cF \" $M/c drvfs \" /proc/$$/mounts"; grep -cF " $M/c drvfs " /proc/mounts'
  assert_output "0
0
1"
}

@test "observing, nothing is shown; tracing, the rule is named" {
  drive_policy '"mode": "observe"'
  in_lanes 'grep -cF " drvfs " /proc/mounts'
  assert_output 0
  drive_policy "\"trace\": \"$BASE/trace\""
  in_lanes 'cat /proc/mounts >/dev/null; grep -o "mount.line" $M/trace | sort -u; rm $M/trace'
  assert_output "mount.line"
}

@test "statmount says of a mount what mountinfo says: number, device, root, point, options, type, source; listmount those in it" {
  needs python3 python3
  cat >"$BASE/statmount.py" <<'PYTHON'
import ctypes, errno, os, re, struct, sys

libc = ctypes.CDLL(None, use_errno=True)

def call(number, *words):
    r = libc.syscall(number, *[ctypes.c_void_p(w) if isinstance(w, int) else w for w in words])
    return r if r >= 0 else -ctypes.get_errno()

def request(mount, param):
    return ctypes.create_string_buffer(struct.pack("=IIQQ", 24, 0, mount, param), 24)

def statmount(mount, wanted, room=8192):
    out = ctypes.create_string_buffer(room)
    return call(457, request(mount, wanted), out, room, 0), out.raw

ids = (ctypes.c_uint64 * 4096)()
n = call(458, request(0xffffffffffffffff, 0), ids, 4096, 0)
if n < 0:
    sys.exit("no listmount: " + errno.errorcode[-n])
lines = {}
for line in open("/proc/self/mountinfo"):
    w = line.split()
    i = w.index("-")
    lines[int(w[0])] = (int(w[1]), w[2], w[3], w[4], w[5], w[i + 1], w[i + 2], w[i + 3])

def plain(word):
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), word) if isinstance(word, str) else word

def point_of(line):
    return plain(line[3])

for mount in list(ids[:n]):
    r, raw = statmount(mount, 0x6bb)
    if r < 0:
        print(errno.errorcode[-r])
        continue
    size, opts, mask, major, minor, magic, sb, kind, id, up, old, old_up, attr = struct.unpack_from("=IIQIIQIIQQIIQ", raw)
    root, point = struct.unpack_from("=II", raw, 104)
    subtype, source, count, array = struct.unpack_from("=IIII", raw, 120)
    text = lambda at: raw[512 + at:raw.index(0, 512 + at)].decode()
    if size > len(raw) or old not in lines or raw[size:].strip(b"\0"):
        print("size", size, old in lines)
        continue
    line = lines[old]
    options = (["ro" if attr & 1 else "rw"] + [w for b, w in ((2, "nosuid"), (4, "nodev"), (8, "noexec")) if attr & b] +
               [{0: "relatime", 16: "noatime", 32: ""}[attr & 0x70]] + ["nodiratime"] * bool(attr & 128))
    said = (old_up, "%d:%d" % (major, minor), text(root), text(point), ",".join(w for w in options if w), text(kind),
            text(source) if mask & 0x200 else "none", ("ro" if sb & 1 else "rw") + ("," + text(opts) if mask & 0x80 else ""))
    words, at = [], array
    for _ in range(count if mask & 0x400 else 0):
        words.append(text(at))
        at += len(words[-1]) + 1
    if point_of(line).startswith(os.environ["M"] + "/"):
        print(" ".join(said[2:]).replace(os.environ["M"], "M"), words)
        if said != tuple(plain(w) for w in line):
            print("mountinfo", line, said)
        print(statmount(mount, 0x2b9, 540)[0] == -errno.EOVERFLOW, statmount(mount, 0x20, 512)[0] == -errno.EOVERFLOW,
              statmount(mount, 3, 64)[0], statmount(mount + (1 << 40), 0x20)[0] == -errno.ENOENT,
              call(457, 1, 1, 8192, 0) == -errno.EFAULT, call(457, request(mount, 0x22), 1, 8192, 0) == -errno.EFAULT,
              call(457, request(mount, 0x22), ctypes.create_string_buffer(600), 600, 1) == -errno.EINVAL)

def listed(mount, last=0, room=4096, flags=0):
    n = call(458, request(mount, last), ids, room, flags)
    return list(ids[:n]) if n >= 0 else [errno.errorcode[-n]]

def one_by_one(mount, flags):
    seen, one = [], listed(mount, 0, 1, flags)
    while one:
        seen += one
        one = listed(mount, one[0], 1, flags)
    return seen

def point(mount):
    _, raw = statmount(mount, 0x10)
    at = 512 + struct.unpack_from("=I", raw, 108)[0]
    return raw[at:raw.index(0, at)].decode().replace(os.environ["M"], "M")

every = listed(0xffffffffffffffff)
for mount in every:
    if point(mount).startswith("M/"):
        print(" ".join([point(mount), "has"] + [point(m) for m in listed(mount)]))
print(every == sorted(every), one_by_one(0xffffffffffffffff, 0) == every, one_by_one(0xffffffffffffffff, 1) == every[::-1],
      listed(every[-1] + 1), call(458, request(every[-1], 0), ids, 1, 2) == -errno.EINVAL, call(458, request(every[0], 0), ids, 1 << 20, 0) == -errno.EOVERFLOW,
      call(458, request(0xffffffffffffffff, 0), 1, 9, 0) == -errno.EFAULT, call(458, 1, ids, 9, 0) == -errno.EFAULT)
PYTHON
  natively "mount --bind \$M/c \$M/c; mount -t tmpfs -o ro,size=4k,noexec 'no\\e' \$M/d; python3 $BASE/statmount.py"
  [[ $output != "no listmount"* ]] || skip "$output"
  assert_line "True True 0 True True True True"
  assert_line "/ M/d ro,noexec,relatime tmpfs no\\e ro,size=4k ['size=4k']"
  refute_output --partial mountinfo
  last="True True True ['ENOENT'] True True True True"
  assert_line "True True True ['ENOENT'] True True True True"
  in_lanes 'mount -i -t drvfs -o ro,uid=7,noexec,umask=22 "C:\sub" $M/d; mount -t tmpfs -o size=4k none $M/c/sub; python3 $M/statmount.py; umount $M/c/sub
    mount -i -t drvfs C: $M/d; python3 $M/statmount.py'
  right="True True 0 True True True True"
  stacked="/ M/c rw,noatime drvfs C: rw []
$right
/ M/d ro,noexec,relatime drvfs C:\\sub ro,uid=7,umask=22 ['uid=7', 'umask=22']
$right
/ M/d rw,relatime drvfs C: rw []
$right
M/c has
M/d has M/d
M/d has
$last"
  assert_output "/ M/c rw,noatime drvfs C: rw []
$right
/ M/d ro,noexec,relatime drvfs C:\\sub ro,uid=7,umask=22 ['uid=7', 'umask=22']
$right
/ M/c/sub rw,relatime tmpfs none rw,size=4k ['size=4k']
$right
M/c has M/c/sub
M/d has
M/c/sub has
$last
$stacked"
  # The kernel has none of these.
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes 'mount -i -t drvfs -o ro,uid=7,noexec,umask=22 "C:\sub" $M/d; mount -i -t drvfs C: $M/d; python3 $M/statmount.py'
  assert_output "$stacked"
  in_all_by env
  drive_policy '"mode": "observe"'
  in_lanes 'python3 $M/statmount.py | grep -c drvfs'
  assert_output 0
}

# Without the library, what wakes is a file of FUSE: from here on in the lanes that do without, where there is none.
by_fuse() {
  [[ -w /dev/fuse ]] || by_library
}

# A program that waits by an opened table: by what, and whether a mount of ours is among what it is told of.
wakes() {
  cat >"$BASE/wakes.py" <<'PYTHON'
import errno, os, select, subprocess, sys

M = os.environ["M"]

def mount():
    subprocess.run(["mount", "-i", "-t"] + sys.argv[2:] + [M + "/d"], check=True)

def umount():
    subprocess.run(["umount", M + "/d"], check=True)

def table():
    os.lseek(f, 0, 0)
    return sorted(l.split()[4][len(M):] for l in os.read(f, 1 << 20).decode().splitlines() if l.split()[4] == M + "/d")

def again_and_again():
    child = os.fork()
    if child == 0:
        while not os.path.exists(M + "/stop"):
            mount()
            umount()
        os._exit(0)
    return child

def until_it_wakes(name, wait):
    child = again_and_again()
    print(name, wait())
    open(M + "/stop", "w").close()
    os.waitpid(child, 0)
    os.unlink(M + "/stop")

def asked(how, wanted):
    how.register(f, wanted)
    how.register(other, select.POLLIN)
    return how

f = os.open("/proc/self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
table()
other, _ = os.pipe()
if sys.argv[1] == "poll":
    # One descriptor, without a limit: what a supervisor looks at.
    p = select.poll()
    p.register(f, select.POLLPRI)
    for change in mount, umount:
        change()
        print([e for _, e in p.poll()], table(), os.get_inheritable(f))
    until_it_wakes("poll", lambda: [e for _, e in p.poll()])
else:
    p = asked(select.poll(), select.POLLPRI | select.POLLERR)
    print(p.poll(0), select.select([], [], [f], 0)[2])
    mount()
    print(p.poll(60000) == [(f, select.POLLPRI | select.POLLERR)], p.poll(0), table())
    umount()
    print(select.select([f], [], [f], 60) == ([f], [], [f]), select.select([other], [], [f, other], 0), table())
    until_it_wakes("select", lambda: select.select([other], [], [f], 60) == ([], [], [f]))
    epoll = asked(select.epoll(), select.EPOLLIN | select.EPOLLET)
    print(epoll.poll(60) == [(f, select.EPOLLIN)], epoll.poll(0))
    mount()
    print({n for n, e in epoll.poll(60)} == {f}, epoll.poll(0), table())
    umount()
    print({n for n, e in epoll.poll(60)} == {f}, epoll.poll(0), table())
    for call in lambda: epoll.register(f), lambda: epoll.modify(f, select.EPOLLPRI), lambda: epoll.unregister(f), \
                lambda: epoll.unregister(f), lambda: epoll.register(os.open("/etc/passwd", os.O_RDONLY)):
        try:
            print(call())
        except OSError as e:
            print(errno.errorcode[e.errno])
    epoll.register(f, select.EPOLLIN)
    os.close(f)
    print(epoll.poll(0))
PYTHON
}

@test "a poll of an opened table wakes at a mount, and it has the mount then: a program's, and findmnt --poll" {
  needs python3 python3
  wakes
  needs findmnt util-linux
  # It may begin to look between a mount and its end.
  local findmnt=': >$M/said; findmnt --poll -n -o ACTION,TARGET,FSTYPE >$M/said & f=$!; until grep -q "^mount  *$M/d" $M/said; do mount -i -t $0 $M/d; umount $M/d; done
    kill $f; grep "^mount  *$M/d" $M/said | head -1 | sed "s|$M|M|; s/ \+/ /g"'
  natively "python3 $BASE/wakes.py poll tmpfs none; bash -c '$findmnt' 'tmpfs none'"
  assert_output "[10] ['/d'] False
[10] [] False
poll [10]
mount M/d tmpfs"
  natives=$output
  steps="python3 \$M/wakes.py poll drvfs C:; bash -c '$findmnt' 'drvfs C:'"
  in_lanes "$steps"
  assert_output "${natives/tmpfs/drvfs}"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes "$steps"
  assert_output "${natives/tmpfs/drvfs}"
}

@test "poll of several, select and epoll wake as well" {
  needs python3 python3
  wakes
  natively "python3 $BASE/wakes.py all tmpfs none"
  natives=$output
  assert_output "[] []
True [] ['/d']
True ([], [], []) []
select True
True []
True [] ['/d']
True [] []
EEXIST
None
None
ENOENT
EPERM
[]"
  by_fuse
  in_lanes 'python3 $M/wakes.py all drvfs C:'
  assert_output "$natives"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  by_fuse
  in_lanes 'python3 $M/wakes.py all drvfs C:'
  assert_output "$natives"
}

@test "each way to wait wakes: by number, by a copy, asleep or not; without shared libraries, and in Go" {
  natively 'wakes tmpfs none $M/d'
  natives=$output
  assert_line "select: 0, 101, in it, 0"
  assert_line "epoll: 0, 110, in it, 0"
  by_fuse
  in_lanes 'wakes drvfs C: $M/d'
  assert_output "$natives"
  [[ -w /dev/fuse ]] || skip "no /dev/fuse here"
  by_instruction
  in_lanes 'wakes-static drvfs C: $M/d'
  assert_output "$natives"
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  by_instruction
  in_lanes 'wakes-static drvfs C: $M/d'
  assert_output "$natives"
  natively 'wakes tmpfs none $M/d 0 </proc/self/mounts'
  natives=$output
  in_all_by env
  by_supervisor
  in_lanes 'wakes drvfs C: $M/d 0 </proc/self/mounts'
  assert_output "$natives"
  needs go golang-go
  by_instruction
  natively 'wakes-go tmpfs none $M/d'
  natives=$output
  assert_line "1 10 true"
  in_lanes 'wakes-go drvfs C: $M/d'
  assert_output "$natives"
}
