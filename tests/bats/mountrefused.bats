#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mounts that cannot be, or are gone: the errno, what a trace says of it, and that nothing is half done.
# shellcheck disable=SC2030,SC2031,SC2034 # every test is a subshell, and mounts.bash reads these

load mounts

# Later versions of mount ask by fsconfig(2), for which a trace has other words.
export LIBMOUNT_FORCE_MOUNT2=always

@test "what is refused leaves nothing half done, and a trace says why" {
  needs jq jq
  with_volumes
  steps='exec 2>/dev/null; before=$(cat /proc/self/mountinfo)
    mount -i -t drvfs C: $M/c; for o in metadta umask=x; do mount -i -t drvfs -o $o C: $M/d; done; mount -i -o remount,casse=off $M/c
    for s in Q: C:/none //localhost/D$; do mount -i -t drvfs "$s" $M/d; done; mount -i -t lxfs /nowhere $M/d
    mount -i -t drvfs C: $M/none; mount -i -t drvfs C: $M/drive/f; (cd $M/c && umount $M/c); mv $M/stick $M/gone; mount -i -t drvfs fat $M/d; mv $M/gone $M/stick
    umount $M/c; [ "$before" = "$(cat /proc/self/mountinfo)" ] && ls $M/c $M/d && echo as before'
  for lane in "${LANES[@]}"; do
    rm -f "$BASE/trace"
    run env -C / M="$BASE" LC_ALL=C timeout 300 "$LXSHIM" run -q --lane "$lane" --trace "$BASE/trace" --policy "$BASE/policy.json" -- \
      bash -uc "$steps"
    assert_output "$BASE/c:

$BASE/d:
as before"
    run jq -r 'select(.outcome == "refused") | .call + " " + .result + ": " + .reason' "$BASE/trace"
    assert_output "mount EINVAL: unknown mount option \"metadta\": expected an option of DrvFs or a flag of mount; did you mean \"metadata\"?
mount EINVAL: bad value in the mount option \"umask=x\": expected an octal number
mount EINVAL: unknown mount option \"casse=off\": expected an option of DrvFs or a flag of mount; did you mean \"case=\"?
mount ENOENT: no volume or share of the policy: \"Q:\"; did you mean \"C:\"?
mount ENOENT: no such directory in the volume: \"C:/none\"
mount ENOENT: no such directory, and no share or volume of the policy: \"//localhost/D\$\"; did you mean \"\\\\localhost\\C\$\"?
mount ENOENT: no such directory, and no share or volume of the policy: \"/nowhere\"
mount ENOENT: the target is not there: \"$BASE/none\"
mount ENOTDIR: the target is no directory: \"$BASE/drive/f\"
umount EBUSY: something of it is in use, or mounted in it
mount ENOENT: the volume's backing \"$BASE/stick\" is gone"
  done
}

@test "a target that vanishes under a mount whose paths are translated: it goes on, and is unmounted" {
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  # Who removes it is outside of the run, where nothing is mounted.
  mkfifo "$BASE/go" "$BASE/gone"
  for lane in "${LANES[@]}"; do
    LANES=("$lane")
    mkdir "$BASE/v"
    { read -r _ <"$BASE/go" && rmdir "$BASE/v" && echo >"$BASE/gone"; } 3>&- &
    in_lanes 'mount -i -t drvfs C:/sub $M/v; echo >$M/go; read -r _ <$M/gone; : >"$M/v/a:b"; ls $M/v; umount $M/v; ls -d $M/v
      mount -i -t drvfs C: $M/v 2>&1 | grep -o "mount point.*"; mkdir $M/v; mount -i -t drvfs C: $M/v; ls $M/v/sub; umount $M/v; rmdir $M/v'
    assert_output "a:b
ls: cannot access '$BASE/v': No such file or directory
mount point does not exist.
a:b"
  done
}

@test "a target that is removed in another mount namespace takes its mount along: what has its name later is a directory" {
  in_lanes 'mount --make-private / 2>/dev/null; cd $M; remove() { mount -i -t drvfs C: d; unshare -m sh -c "umount d; rmdir d"; mkdir d; }
    remove; umount d 2>&1; mkfifo d/p && ls d; rm d/p; remove; mount -i -t drvfs C: d; ls d; umount d; mkfifo d/p && ls d; rm d/p
    grep -c " $M/d " /proc/self/mountinfo; rmdir d && mkdir d && echo gone'
  assert_output "umount: d: not mounted.
p
Mixed Case
f
sub
p
0
gone"
}

@test "what is mounted over / is there in a table, hides nothing from whoever runs, and is unmounted" {
  steps='mount --make-rprivate / 2>/dev/null; over() { echo "$@"; mount -i "$@" / && ls $M/drive && mount -t tmpfs none $M/d && umount $M/d && umount / && echo done; }
    over -t tmpfs none; over --bind $M/drive; mkdir $M/n && mv $M/n $M/o && rmdir $M/o'
  natively "mkdir \$M/drive/f \$M/drive/Mixed; $steps"
  assert_line --index 0 "-t tmpfs none"
  assert_line "done"
  # ld.so finds the library by a name with "..", which leads to what is over "/".
  by_instruction
  LANES=("${LANES[@]:1}")
  in_lanes "$steps; over -t drvfs C:/sub 2>&1; mount -i -t drvfs C: \$M/d && ls \$M/d && umount \$M/d"
  assert_output "-t tmpfs none
Mixed Case
f
sub
done
--bind $BASE/drive
Mixed Case
f
sub
done
-t drvfs C:/sub
Mixed Case
f
sub
done
Mixed Case
f
sub"
}

@test "whoever is in a call while others unmount what it leads into goes on" {
  needs python3 python3
  cat >"$BASE/race.py" <<'PYTHON'
import ctypes, os, signal

libc = ctypes.CDLL(None)
d = os.fsencode(os.environ["M"]) + b"/d"

def look():
    while True:
        libc.access(d + b"/sub/a", 0)
        libc.access(d + b"/./sub/../a:b", 0)

children = []
for i in range(2):
    children.append(os.fork())
    if children[i] == 0:
        look()
for i in range(700):
    libc.mount(b"C:", d, b"drvfs", 0, b"")
    libc.umount2(d, 2)
for pid in children:
    os.kill(pid, signal.SIGTERM)
print(*[signal.Signals(os.waitpid(pid, 0)[1] & 127).name for pid in children])
PYTHON
  in_all_by setpriv --bounding-set -sys_admin --inh-caps -sys_admin
  in_lanes 'python3 $M/race.py'
  assert_output "SIGTERM SIGTERM"
}

@test "a full table: ENOSPC, nothing half done, and a trace says why; what goes makes room" {
  needs python3 python3
  needs jq jq
  cat >"$BASE/fill.py" <<'PYTHON'
import ctypes, errno, os

libc = ctypes.CDLL(None, use_errno=True)
point = os.environ["M"] + "/d"
d = os.fsencode(point)

def mount():
    return "ok" if libc.mount(b"C:/sub", d, b"drvfs", 0, None) == 0 else errno.errorcode[ctypes.get_errno()]

def lines():
    return sum(line.split()[4] == point for line in open("/proc/self/mountinfo"))

many = 0
while (last := mount()) == "ok":
    many += 1
print(many > 100, last, lines() == many)
print(libc.umount2(d, 0), mount(), mount(), lines() == many)
while libc.umount2(d, 0) == 0:
    many -= 1
print(many, lines(), os.listdir(d), mount(), libc.umount2(d, 0))
PYTHON
  for lane in "${LANES[@]}"; do
    rm -f "$BASE/trace"
    run env -C / M="$BASE" timeout 300 unshare -m "$LXSHIM" run -q --lane "$lane" --trace "$BASE/trace" --policy "$BASE/policy.json" -- \
      python3 "$BASE/fill.py"
    assert_output "True ENOSPC True
0 ok ENOSPC True
0 0 [] ok 0"
    run jq -r 'select(.outcome == "refused") | .call + " " + .result + ": " + .reason' "$BASE/trace"
    assert_line "mount ENOSPC: the run's table of mounts is full: 255 at a time, in 1,024 mount namespaces"
  done
}

@test "a run mounts as often as it likes: who runs since the start, and who starts late, see the last one" {
  needs python3 python3
  cat >"$BASE/often.py" <<'PYTHON'
import ctypes, os, resource, subprocess

libc = ctypes.CDLL(None, use_errno=True)
point = os.environ["M"] + "/d"
d = os.fsencode(point)

def mount(options):
    return libc.mount(b"C:/sub", d, b"drvfs", 0, options) and os.strerror(ctypes.get_errno())

resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
early = subprocess.Popen(["sh", "-c", 'read _; exec stat -c %u "$0"', point], stdin=subprocess.PIPE)
stays = subprocess.Popen(["sh", "-c", 'read _; test ! -O "$0"; echo $?', point], stdin=subprocess.PIPE)
bad = 0
for i in range(2200):
    r = mount(b"uid=%d" % (i + 5))
    if r != 0 or os.stat(point).st_uid != i + 5:
        bad = (i, r)
        break
    if i < 2199 and libc.umount2(d, 0) != 0:
        bad = (i, "umount")
        break
print(bad, flush=True)
for process in early, stays:
    process.communicate(b"\n")
print(sum(line.split()[4] == point for line in open("/proc/self/mountinfo")), libc.umount2(d, 0), os.stat(point).st_uid)
PYTHON
  for lane in "${LANES[@]}"; do
    run env -C / M="$BASE" timeout 300 unshare -m "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      python3 "$BASE/often.py"
    assert_output "0
2204
0
1 0 0"
  done
}

@test "a table of another version is none: the kernel's answer, and a trace says why" {
  needs jq jq
  with_volumes
  run env -C / M="$BASE" LC_ALL=C LXSHIM_POLICY="$BASE/policy.json" LXSHIM_TRACE="$BASE/trace" LD_PRELOAD="$LIB" timeout 300 unshare -m bash -uc '
    file=$(tr "\0" "\n" </proc/$$/environ | sed -n "s/^LXSHIM_STATE=1-[^:]*://p" | tr _- /+ | base64 -d 2>/dev/null | tr "\0" "\n" | grep -am1 -e -mounts-)
    printf "\377" | dd of="$file" bs=1 seek=4 conv=notrunc 2>/dev/null
    mount -i -t drvfs C: $M/d 2>&1 | grep -o "unknown.*"; mount -t tmpfs none $M/d && echo else; rm "$file"'
  assert_output "unknown filesystem type 'drvfs'.
else"
  run jq -r 'select(.outcome == "refused") | .call + " " + .result + ": " + .reason' "$BASE/trace"
  assert_output --partial "mount ENODEV: the run's table of mounts cannot be had: it is another version's"
}

@test "a look of lxshim's own does not make a mount busy, however long it takes" {
  needs strace strace
  strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  natively 'mount -t tmpfs none $M/d; exec 3>$M/d/f; rm $M/d/f; exec 3>&-; umount $M/d; echo $?'
  assert_output 0
  # Where it looks for what was removed it is stopped, with the directory open, until umount has tried for some time.
  run env -C / M="$BASE" timeout 300 unshare -m strace -f -b execve -qq -o /dev/null -P "$BASE/d" -e trace=openat \
    -e inject=openat:signal=SIGSTOP:when=1 "$LXSHIM" run -q --lane preload --policy "$BASE/policy.json" -- bash -uc '
      mount -i -t drvfs C:/sub $M/d; exec 3>$M/d/f; rm $M/d/f
      until grep -q "^State:[[:space:]]*[Tt]" /proc/$PPID/status; do :; done
      exec 3>&-; umount $M/d & until [[ ! -e /proc/$!/exe || $(</proc/$!/status) =~ [^n]voluntary_ctxt_switches:[[:space:]]+[0-9]{3} ]]; do :; done 2>/dev/null
      kill -CONT $PPID; wait $!; echo $?'
  assert_output 0
}
