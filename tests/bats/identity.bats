#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a run shows of itself where its policy says so: identity.*, by libc, by instruction, to real programs.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers

# as PROFILE STEPS [RULE=VALUE]...: under the shim, as a session of that profile's; without, all is on that is an identity.
as() {
  local profile=$1 steps=$2
  shift 2
  policy_for "$(fresh drive)" "$@" | sed "s/{/{\"profile\": \"$profile\", /" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C / LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
}

AMOUNTS='33984 37856 38400; 0 0; 142548992 278528; 1; swap yes; sane' # of WSL1's sysinfo, as kernel -m says them
KERNEL='kernel /proc/version /proc/sys/kernel/osrelease /proc/sys/kernel/version /proc/version_signature'

@test "identity.kernel: uname and files of /proc say what the era's kernel does; off, what this one does" {
  native "$KERNEL"
  natives=$output
  refute_output --partial icrosoft
  as wsl1-1809 "$KERNEL"
  assert_output "$natives"
  as wsl1-1809 "$KERNEL" identity.kernel=off
  assert_output "$natives"
  as wsl1-1809 "$KERNEL" identity.kernel=on
  assert_output 'Linux 4.4.0-17763-Microsoft #379-Microsoft Wed Mar 06 19:16:00 PST 2019
/proc/version: Linux version 4.4.0-17763-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0 (GCC) ) #379-Microsoft Wed Mar 06 19:16:00 PST 2019
/proc/sys/kernel/osrelease: 4.4.0-17763-Microsoft
/proc/sys/kernel/version: #379-Microsoft Wed Mar 06 19:16:00 PST 2019
/proc/version_signature: Microsoft 4.4.0-17763.379-Microsoft 4.4.35'
  as wsl2-9p "$KERNEL" identity.kernel=on
  assert_output 'Linux 5.15.90.1-microsoft-standard-WSL2 #1 SMP Fri Jan 27 02:56:13 UTC 2023
/proc/version: Linux version 5.15.90.1-microsoft-standard-WSL2 (oe-user@oe-host) (x86_64-msft-linux-gcc (GCC) 9.3.0, GNU ld (GNU Binutils) 2.34.0.20200220) #1 SMP Fri Jan 27 02:56:13 UTC 2023
/proc/sys/kernel/osrelease: 5.15.90.1-microsoft-standard-WSL2
/proc/sys/kernel/version: #1 SMP Fri Jan 27 02:56:13 UTC 2023
/proc/version_signature: No such file or directory; -1 -1 -1'
}

@test "identity.kernel: a personality that is of no name changes none; who asks for a release of 2.6 gets one" {
  setarch "$(uname -m)" --uname-2.6 -L true 2>/dev/null || skip "personalities are refused here"
  as wsl1-1809 'for o in -R -L -RL; do setarch "$(uname -m)" $o uname -r; done; setarch "$(uname -m)" --uname-2.6 uname -r' identity.kernel=on
  assert_output "4.4.0-17763-Microsoft
4.4.0-17763-Microsoft
4.4.0-17763-Microsoft
$(setarch "$(uname -m)" --uname-2.6 uname -r)"
}

@test "identity.kernel: a release for each profile, that of wsl1-current where it is none of WSL's" {
  for profile in wsl1-{1607,1703,1709,1803,1809,1903,19041,current} wsl2-{9p,virtiofs} drvfs; do
    as "$profile" 'uname -r; cat /proc/sys/kernel/osrelease' identity.kernel=on
    echo "$profile ${output//$'\n'/ }"
  done >"$BATS_TEST_TMPDIR/said"
  run cat "$BATS_TEST_TMPDIR/said"
  assert_output 'wsl1-1607 3.4.0+ 3.4.0+
wsl1-1703 4.4.0-43-Microsoft 4.4.0-43-Microsoft
wsl1-1709 4.4.0-43-Microsoft 4.4.0-43-Microsoft
wsl1-1803 4.4.0-17134-Microsoft 4.4.0-17134-Microsoft
wsl1-1809 4.4.0-17763-Microsoft 4.4.0-17763-Microsoft
wsl1-1903 4.4.0-18362-Microsoft 4.4.0-18362-Microsoft
wsl1-19041 4.4.0-19041-Microsoft 4.4.0-19041-Microsoft
wsl1-current 4.4.0-26100-Microsoft 4.4.0-26100-Microsoft
wsl2-9p 5.15.90.1-microsoft-standard-WSL2 5.15.90.1-microsoft-standard-WSL2
wsl2-virtiofs 6.6.87.2-microsoft-standard-WSL2 6.6.87.2-microsoft-standard-WSL2
drvfs 4.4.0-26100-Microsoft 4.4.0-26100-Microsoft'
}

@test "identity.kernel, identity.proc: a program without shared libraries gets the same answers" {
  as wsl1-1809 "$KERNEL" identity.kernel=on
  answers=$output
  for program in kernel-static kernel-i386 kernel-i386-static; do
    [[ $program != *i386* ]] || runs_32_bits >/dev/null || continue
    as wsl1-1809 "$program${KERNEL#kernel}" identity.kernel=on
    assert_output "$answers"
  done
  as wsl1-1809 'kernel-static -m' identity.proc=on
  assert_output --partial "number: $AMOUNTS"
  runs_32_bits >/dev/null || return 0
  # Natively they count in pages where the machine has more bytes than a number of theirs.
  native 'kernel-i386 -m'
  answers=${AMOUNTS/; 1; /; $(cut -d';' -f4 <<<"${lines[0]}" | tr -d ' '); }
  for program in kernel-i386 kernel-i386-static; do
    as wsl1-1809 "$program -m" identity.proc=on
    assert_output "libc: $answers
number: $answers
nowhere: -1, Bad address"
  done
}

@test "identity.kernel: by whatever path, by a descriptor, and by its link; other files stay the kernel's" {
  ln -s /proc/version "$BATS_TEST_TMPDIR/link"
  export link=$BATS_TEST_TMPDIR/link
  steps='cd /proc; for f in version ./version ../proc/version /proc/self/../version $link; do cmp $f /proc/version; done
    cut -c-19 $link; exec 7</proc/version; readlink /proc/self/fd/7; cut -c-19 /proc/self/fd/7; cut -c-19 <&7
    cmp /proc/sys/kernel/ostype <(echo Linux); wc -c </proc/self/cmdline; : >version || echo no'
  as wsl1-1809 "$steps" identity.kernel=on
  assert_line --index 0 'Linux version 4.4.0'
  assert_line --index 1 /proc/version
  assert_line --index 2 'Linux version 4.4.0'
  assert_line --index 3 'Linux version 4.4.0'
}

@test "identity.kernel: the call by its number, Python, streams" {
  needs python3 python3
  steps='import ctypes, os, platform
name = ctypes.create_string_buffer(390)
libc = ctypes.CDLL(None)
print(libc.syscall({"x86_64": 63, "aarch64": 160}[platform.machine()], name), name[130:151].decode())
print(libc.uname(None))
print(os.uname().release, platform.release(), open("/proc/version").read()[:35])
libc.fopen.restype = libc.freopen.restype = ctypes.c_void_p
for stream in libc.fopen(b"/proc/version", b"r"), libc.freopen(b"/proc/version", b"r", ctypes.c_void_p(libc.fopen(b"/dev/null", b"r"))):
    text = ctypes.create_string_buffer(36)
    libc.fgets(text, 36, ctypes.c_void_p(stream))
    print(text.value.decode())'
  as wsl1-1809 "python3 -c '$steps'" identity.kernel=on
  assert_output '0 4.4.0-17763-Microsoft
-1
4.4.0-17763-Microsoft 4.4.0-17763-Microsoft Linux version 4.4.0-17763-Microsoft
Linux version 4.4.0-17763-Microsoft
Linux version 4.4.0-17763-Microsoft'
}

@test "identity.*: not for a policy that was only found, nor in observe mode" {
  cd "$(fresh found)"
  printf '{"version": 1, "profile": "wsl1-1809", "rules": {"identity.kernel": "on"}}' >.lxshim.json
  run env "${SHIM[@]}" kernel
  refute_output --partial Microsoft
  printf '{"version": 1, "profile": "wsl1-1809", "mode": "observe", "rules": {"identity.kernel": "on"}}' >policy.json
  LXSHIM_POLICY=$PWD/policy.json run env "${SHIM[@]}" bash -c "$KERNEL"
  refute_output --partial Microsoft
}

@test "identity.cmdline, identity.filesystems: what the era's kernel was started with, and mounts drives by" {
  steps='cat /proc/cmdline; comm -13 <(sort "$BATS_TEST_TMPDIR/filesystems") <(sort /proc/filesystems)'
  grep -v -e virtiofs -e 9p /proc/filesystems >"$BATS_TEST_TMPDIR/filesystems"
  as wsl1-1903 "$steps"
  refute_line 'BOOT_IMAGE=/kernel init=/init'
  as wsl1-1903 "$steps" identity.cmdline=on identity.filesystems=off
  assert_line --index 0 'BOOT_IMAGE=/kernel init=/init'
  as wsl2-9p "$steps" identity.cmdline=on identity.filesystems=on
  assert_output $'initrd=\\initrd.img WSL_ROOT_INIT=1 panic=-1\nnodev\t9p\nnodev\tvirtiofs'
  as wsl2-9p 'cat /proc/cmdline' identity.cmdline=off
  assert_output "$(</proc/cmdline)"
}

INTEROP=/proc/sys/fs/binfmt_misc/WSLInterop

@test "identity.interop: WSLInterop is there to look at and to read, from 1703 on, and nothing writes it" {
  [[ ! -e $INTEROP ]] || skip "there is one"
  steps="cat $INTEROP; [[ -f $INTEROP && -r $INTEROP ]] && stat -c %F $INTEROP; : 2>/dev/null >$INTEROP || echo no"
  as wsl2-9p "$steps" identity.interop=off
  assert_output "cat: $INTEROP: No such file or directory
no"
  as wsl1-1607 "$steps" identity.interop=on
  assert_output "cat: $INTEROP: No such file or directory
no"
  as wsl1-1903 "$steps" identity.interop=on
  assert_output 'enabled
interpreter /init
flags: P
offset 0
magic 4d5a
regular empty file
no'
  as wsl1-1903 "{ : >$INTEROP; : >>/proc/sys/fs/binfmt_misc/status; : >/proc/version_signature; : >/proc/sys/fs/binfmt_misc/other; } 2>&1 | sed 's/.*: //'" identity.interop=on identity.kernel=on
  assert_output 'Permission denied
Permission denied
Permission denied
No such file or directory'
  as wsl2-9p "head -3 $INTEROP; cd /proc/sys/fs; head -1 binfmt_misc/WSLInterop" identity.interop=on
  assert_output 'enabled
interpreter /init
flags: PF
enabled'
}

@test "what is there besides can be watched by inotify, as a file of /proc can; what is missing cannot" {
  needs python3 python3
  [[ ! -e $INTEROP && ! -e /proc/version_signature ]] || skip "there is one"
  steps="python3 -c 'import ctypes; c = ctypes.CDLL(None); fd = c.inotify_init()
for name in \"/proc/version\", \"/proc/version_signature\", \"$INTEROP\", \"/run/WSL\", \"/proc/vmstat\": print(c.inotify_add_watch(fd, name.encode(), 32) > 0)'"
  as wsl1-1903 "$steps" identity.interop=on identity.kernel=on identity.proc=on
  assert_output 'True
True
True
True
False'
  as wsl1-1903 "$steps"
  assert_output 'True
False
False
False
True'
}

@test "identity.containers: marks are not there, a cgroup is the root's, what Docker mounts is from elsewhere" {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  mkdir -p "$BATS_TEST_TMPDIR"/{docker/containers/x,run/systemd}
  echo name >"$BATS_TEST_TMPDIR/docker/containers/x/hostname"
  printf '%s\n' 15:pids:/kubepods/burstable/pod1/2b 14:cpuset:/system.slice/containerd.service/1a 13:memory:/machine.slice/libpod-1a.scope \
    12:rdma:/lxc/box 11:freezer:/buildkit/1a 10:net_cls:/garden/1a 9:devices:/docker/1a2b 8:cpu:/ 7:misc:/podman/1a 1:name=systemd:/user.slice \
    0::/docker/1a2b >"$BATS_TEST_TMPDIR/cgroup"
  : >"$BATS_TEST_TMPDIR/run/.containerenv"
  echo docker >"$BATS_TEST_TMPDIR/run/systemd/container" # by which systemd knows what it is in
  : >"$BATS_TEST_TMPDIR/on"
  # Of the process that is to be asked about another file is over its cgroup.
  for value in off on; do
    policy_for "$(fresh drive)" identity.containers=$value >"$BATS_TEST_TMPDIR/policy.json"
    run env -C / LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" unshare -m bash -c '
      mount --bind "$1/docker/containers/x/hostname" "$1/on"; mount --bind "$1/run" /run
      mount --bind "$1/cgroup" /proc/$$/cgroup
      export ASKED=$$; exec env "${@:2}"' - "$BATS_TEST_TMPDIR" "${SHIM[@]}" bash -c '
        cat /proc/$ASKED/cgroup; [[ ! -e /run/.containerenv ]] || echo there; cat /run/.containerenv /run/systemd/container; ls /run/systemd; [[ ! -e /run/systemd/../systemd/container ]] || echo dots
        grep -o "/[a-z]*/containers/x/hostname" /proc/self/mountinfo; cat "$BATS_TEST_TMPDIR/on"'
    # shellcheck disable=SC2154 # run sets it
    echo "$value: $output"
  done >"$BATS_TEST_TMPDIR/said"
  run cat "$BATS_TEST_TMPDIR/said"
  assert_output "off: $(<"$BATS_TEST_TMPDIR/cgroup")
there
docker
container
dots
/docker/containers/x/hostname
name
on: $(printf '%s:/\n' 15:pids 14:cpuset 13:memory 12:rdma 11:freezer 10:net_cls 9:devices 8:cpu 7:misc)
1:name=systemd:/user.slice
0::/
cat: /run/.containerenv: No such file or directory
cat: /run/systemd/container: No such file or directory
/rootfs/containers/x/hostname
name"
}

# Names of a directory, by libc and by the call itself.
LISTED='import ctypes, os, sys
libc = ctypes.CDLL(None)
def raw(path):
    names, block, fd = [], ctypes.create_string_buffer(8192), os.open(path, os.O_RDONLY)
    while (n := libc.syscall({"x86_64": 217, "aarch64": 61}[os.uname().machine], fd, block, 8192)) > 0:
        at = 0
        while at < n:
            end = at + int.from_bytes(block.raw[at + 16:at + 18], "little")
            names.append(block.raw[at + 19:end].split(b"\0")[0].decode())
            at = end
    return names
for path in sys.argv[1].split():
    some = sys.argv[2].split()
    print(path, *[n for n in some if n in os.listdir(path)], "|", *[n for n in some if n in raw(path)],
        "|", *[n for n in some if os.path.lexists(path + "/" + n)], ".")'

@test "identity.proc: what WSL1 lacks is in no listing and not found, by the build that brought it; on WSL2 all is there" {
  needs python3 python3
  names='meminfo vmstat version_signature mem map_files environ mountinfo file-max WSL'
  steps="python3 -c '$LISTED' '/proc /proc/self /proc/sys/fs /run' '$names'"
  native "$steps"
  assert_line --index 1 '/proc/self mem map_files environ mountinfo | mem map_files environ mountinfo | mem map_files environ mountinfo .'
  as wsl1-1809 "$steps"
  assert_output "$(eval "$steps")"
  as wsl1-1709 "$steps" identity.proc=on
  assert_output '/proc meminfo | meminfo | meminfo .
/proc/self environ mountinfo | environ mountinfo | environ mountinfo .
/proc/sys/fs | | .
/run | | .'
  as wsl1-1607 "$steps" identity.proc=on
  assert_line --index 1 '/proc/self mountinfo | mountinfo | mountinfo .'
  as wsl2-9p "$steps" identity.proc=on
  assert_output "$(eval "$steps")"
  as wsl1-1903 "cd /proc/self; cat vmstat mem /proc/\$\$/task/\$\$/mem /proc/net/snmp ./net/snmp ../sys/net/ipv4/ip_forward; ls -d /proc/thread-self/mem" identity.proc=on
  assert_equal "$(grep -c 'No such file' <<<"$output")" 7
}

@test "what is in a directory that WSL1 lacks is not there, either: by its path, from a directory around it, by going there" {
  [[ -e /sys/class/net/lo/statistics/rx_bytes ]] || skip "no /sys/class/net here"
  steps='cat /sys/class/net/lo/statistics/rx_bytes; cd /sys/class/net/lo; cat statistics/rx_bytes; stat -c %F statistics/.; ls statistics/rx_bytes; [ -e ./statistics/tx_bytes ] || echo none; cd statistics; cd /proc/self/map_files'
  native "$steps"
  refute_output --partial 'No such file'
  as wsl1-1903 "$steps" identity.sysfs=on identity.proc=on
  assert_equal "$(grep -c 'No such file' <<<"$output")" 6
  assert_line none
  as wsl2-9p "$steps" identity.sysfs=on identity.proc=on
  refute_output --partial 'No such file'
}

# Every call that changes something, in a directory of the kernel's: mkdir's errno and so on.
CHANGES='import errno, os, socket, sys
def said(call):
    try:
        call()
        return "ok"
    except OSError as e:
        return errno.errorcode[e.errno]
open("near", "w").close()
for d in sys.argv[1:]:
    x = d + "/x"
    print(*sorted({said(f) for f in (
        lambda: os.mkdir(x), lambda: os.mknod(x), lambda: os.mkfifo(x), lambda: os.symlink("a", x), lambda: os.unlink(x), lambda: os.rmdir(x),
        lambda: os.open(x, os.O_CREAT | os.O_WRONLY), lambda: os.truncate(x, 0), lambda: os.chmod(x, 0), lambda: os.chown(x, 0, 0),
        lambda: os.lchown(x, 0, 0), lambda: os.utime(x), lambda: os.setxattr(x, "user.a", b""), lambda: os.removexattr(x, "user.a"),
        lambda: os.rename(x, "far"), lambda: os.rename("near", x), lambda: os.link("near", x), lambda: os.link(x, "far"), lambda: os.chroot(x),
        lambda: os.execv(x, ["x"]), lambda: socket.socket(socket.AF_UNIX).bind(x), lambda: socket.socket(socket.AF_UNIX).connect(x),
        lambda: os.unlink(os.path.basename(d) + "/x", dir_fd=os.open(os.path.dirname(d), os.O_PATH)))}))
    print(*(said(f) for f in (lambda: os.unlink(d), lambda: os.rmdir(d), lambda: os.utime(d, follow_symlinks=False), lambda: os.rename(d, "far"))))'

@test "identity.proc, identity.sysfs: nothing is changed in a directory that WSL1 lacks, nor is that itself: ENOENT, of every call" {
  needs python3 python3
  [[ -e /sys/class/net/lo/statistics && -d /sys/kernel/mm/hugepages ]] || skip "another /sys"
  steps="cd \"\$(mktemp -d -p '$BATS_TEST_TMPDIR')\"; python3 -c '$CHANGES' /sys/class/net/lo/statistics /proc/self/map_files"
  native "$steps"
  assert_output --partial EXDEV
  as wsl1-1903 "$steps" identity.sysfs=on identity.proc=on
  assert_output "ENOENT
ENOENT ENOENT ENOENT ENOENT
ENOENT
ENOENT ENOENT ENOENT ENOENT"
}

@test "identity.proc: loadavg, meminfo and cpuinfo of WSL1's; programs that read them go on" {
  needs uptime procps
  steps='cut -d" " -f1-3 /proc/loadavg; sed "s/[0-9][0-9]* kB/N kB/" /proc/meminfo | grep -c "^[A-Z].*N kB"; grep -c . /proc/meminfo
    awk "/MemTotal|Buffers|Hugepagesize|MemAvailable/ { print \$1 (\$1 == \"MemTotal:\" ? \"\" : \$2) }" /proc/meminfo; uptime | grep -o "load average.*"'
  as wsl1-1903 "$steps" identity.proc=on
  assert_output '0.52 0.58 0.59
38
42
MemTotal:
Buffers:34032
Hugepagesize:2048
load average: 0.52, 0.58, 0.59'
  [[ $(uname -m) == x86_64 ]] || return 0
  steps='sort -u /proc/cpuinfo | grep -E "^(cpuid level|(initial )?apicid|microcode)"; grep -c ^processor /proc/cpuinfo'
  as wsl1-1903 "$steps" identity.proc=on
  assert_output "$(printf 'apicid\t\t: 0\ncpuid level\t: 6\ninitial apicid\t: 0\nmicrocode\t: 0xffffffff\n%s' "$(grep -c ^processor /proc/cpuinfo)")"
}

@test "identity.proc: sysinfo(2) says WSL1's constants, and a page file; on WSL2 and off, what this kernel does" {
  native 'kernel -m'
  refute_output --partial 142548992
  as wsl1-1903 'kernel -m; awk "/^Swap(Total|Free)/ { print (\$2 > 0) }" /proc/meminfo' identity.proc=on
  assert_output "libc: $AMOUNTS
number: $AMOUNTS
nowhere: -1, Bad address
1
1"
  for profile in wsl2-9p wsl1-1903; do
    as "$profile" 'kernel -m' "identity.proc=$([[ $profile == wsl2-9p ]] && echo on || echo off)"
    refute_output --partial 142548992
    assert_line --index 2 'nowhere: -1, Bad address'
  done
}

@test "listings agree with what can be opened: version_signature, /run/WSL, and no sign of a container" {
  needs python3 python3
  steps="python3 -c '$LISTED' '/ /run /proc' 'version_signature WSL .dockerenv .containerenv'"
  as wsl1-1809 "$steps" identity.kernel=on identity.interop=on identity.containers=on
  assert_output '/ | | .
/run WSL | WSL | WSL .
/proc version_signature | version_signature | version_signature .'
  as wsl2-9p "$steps" identity.kernel=on identity.interop=off
  assert_line --index 2 '/proc | | .'
}

@test "a program without shared libraries gets the same listings" {
  needs busybox busybox-static
  as wsl1-1903 'busybox ls /proc 2>/dev/null | grep -e version_signature -e vmstat; busybox ls -la /run/WSL | grep "^d"; busybox ls -a / | grep dockerenv' \
    identity.{kernel,interop,containers,proc}=on
  run sed 's/ .* / /' <<<"$output"
  assert_output $'version_signature\ndr-xr-xr-x .\ndrwxr-xr-x ..'
}

@test "identity.interop: the directory and the socket of interop, to look at" {
  steps='ls /run/WSL; stat -c "%F %a" /run/WSL/ /run/WSL/12_interop; [[ -S /run/WSL/12_interop && -w /run/WSL/12_interop ]] && echo yes
    cat /run/WSL/12_interop; cat /run/WSL/x_interop; mkdir /run/WSL/a; ls -d /run/WSL/..'
  as wsl2-9p "$steps" identity.interop=off
  refute_output --partial yes
  as wsl2-9p "$steps" identity.interop=on
  assert_output "directory 555
socket 777
yes
cat: /run/WSL/12_interop: No such device or address
cat: /run/WSL/x_interop: No such file or directory
mkdir: cannot create directory ‘/run/WSL/a’: No such file or directory
/run/WSL/.."
}

@test "identity.interop: a descriptor of /run/WSL leads to what is in it, and is called by its name" {
  needs python3 python3
  as wsl2-9p 'python3 -c '\''import errno, os, socket
def said(call):
    try:
        return call()
    except OSError as e:
        return errno.errorcode[e.errno]
for flags in (os.O_PATH, os.O_RDONLY | os.O_DIRECTORY):
    d = os.open("/run/WSL", flags)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    print(os.readlink("/proc/self/fd/%d" % d), oct(os.fstat(d).st_mode), os.fstat(d).st_ino == os.stat("/run/WSL").st_ino)
    print(oct(os.stat("12_interop", dir_fd=d).st_mode), oct(os.stat("/proc/self/fd/%d/./12_interop" % d).st_mode), os.access("12_interop", os.W_OK, dir_fd=d),
          os.path.samefile("/proc/self/fd/%d/.." % d, "/proc/tty") or os.path.samefile("/proc/self/fd/%d/.." % d, "/run"))
    print(said(lambda: os.open("12_interop", os.O_RDONLY, dir_fd=d)), said(lambda: os.stat("other", dir_fd=d)), said(lambda: s.connect("/run/WSL/12_interop")),
          said(lambda: s.connect("/proc/self/fd/%d/12_interop" % d)), said(lambda: s.connect("/proc/self/fd/%d/other" % d)))
'\''' identity.interop=on
  assert_output "/run/WSL 0o40555 True
0o140777 0o140777 True True
ENXIO ENOENT ECONNREFUSED ECONNREFUSED ENOENT
/run/WSL 0o40555 True
0o140777 0o140777 True True
ENXIO ENOENT ECONNREFUSED ECONNREFUSED ENOENT"
}

@test "identity.calls: listmount, which Linux has since 6.8, is ENOSYS where statmount is" {
  needs python3 python3
  steps="python3 -c 'import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
asked = (ctypes.c_uint64 * 3)(24, 2 ** 64 - 1, 0)
said = (ctypes.c_uint64 * 64)()
for nr, n in (458, 64), (457, 512): print(\"there\" if libc.syscall(nr, asked, said, ctypes.c_size_t(n), 0) >= 0 or ctypes.get_errno() == 2 else os.strerror(ctypes.get_errno()))'"
  native "$steps"
  [[ $output == $'there\nthere' ]] || skip "not in this kernel"
  as wsl2-9p "$steps" identity.calls=on
  assert_output $'Function not implemented\nFunction not implemented'
}

@test "identity.calls: what the era's kernel is older than is ENOSYS, in a drive and outside; libc goes on" {
  needs python3 python3
  steps="cd \"\$1\"; python3 -c '$ANSWER
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    if libc.syscall(*args) < 0: raise OSError(ctypes.get_errno(), \"\")
    return 0
buf = ctypes.create_string_buffer(256)
numbers = (332, 439) if os.uname().machine == \"x86_64\" else (291, 439)
for place in \".\", os.sys.argv[1]:
    f = os.open(place + \"/f\", os.O_CREAT | os.O_RDWR); os.write(f, b\"hello\")
    g = os.open(place + \"/g\", os.O_CREAT | os.O_RDWR)
    answer(\"range\", lambda: os.copy_file_range(f, g, 5, 0))
    answer(\"statx\", lambda: call(numbers[0], -100, b\"f\", 0, 0x7ff, buf))
    answer(\"null\", lambda: call(numbers[0], 0, None, 0, 0x7ff, None))
    answer(\"libc\", lambda: libc.statx(-100, (place + \"/f\").encode(), 0, 0x7ff, buf) == 0 and buf.raw[40])
    answer(\"faccessat2\", lambda: call(numbers[1], -100, b\"f\", 0, 0x200))
    answer(\"access\", lambda: os.access(\"f\", os.R_OK, effective_ids=True))
' \"\$2\"; stat -c %s f"
  drive=$(fresh drive) away=$(fresh)
  native "set -- '$drive' '$away'; $steps"
  wants_here "range 5" "copy_file_range"
  assert_output 'range 5
statx 0
null Bad address
libc 5
faccessat2 0
access True
range 5
statx 0
null Bad address
libc 5
faccessat2 0
access True
5'
  natives=$output
  calls() {
    policy_for "$drive" identity.calls="$2" | sed "s/{/{\"profile\": \"$1\", /" >"$BATS_TEST_TMPDIR/policy.json"
    run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps" - "$drive" "$away"
  }
  calls drvfs off
  assert_output "$natives"
  calls wsl2-9p on
  assert_output "$natives"
  calls wsl1-current on
  assert_output 'range Function not implemented
statx Function not implemented
null Function not implemented
libc 5
faccessat2 Function not implemented
access True
range Function not implemented
statx Function not implemented
null Function not implemented
libc 5
faccessat2 Function not implemented
access True
5'
}

@test "identity.hosts, identity.resolver: as WSL generates them, with what the system's own have" {
  steps='head -3 /etc/hosts | tail -1; grep -v -e "^#" -e "^127\." -e "^[:f].*ip6-" -e "^$" /etc/hosts; grep -c "ip6-" /etc/hosts; sed -n 1p /etc/resolv.conf; grep -c ^nameserver /etc/resolv.conf; stat -c %F /etc/hosts; grep ^127.0.1.1 /etc/hosts'
  others=$(grep -v -e '^#' -e '^127\.' -e '^::1' -e '^f[ef]0' -e '^$' /etc/hosts || true)
  as wsl2-9p "$steps" identity.hosts=on identity.resolver=on
  assert_output "# generateHosts = false${others:+$'\n'$others}
5
# This file was automatically generated by WSL.
$(grep -c ^nameserver /etc/resolv.conf)
regular file
$(printf '127.0.1.1\t%s.localdomain\t%s' "$(uname -n)" "$(uname -n)")"
}

# What stat says of nodes, and opening them: by libc, and without it.
NODES='cd /dev; stat -c "%n %F %a %u %g %t:%T" lxss ttyS191 ./ttyS150 2>&1; for f in lxss tty0 ttyS150 full fuse loop0 net/tun ttyS192 ttyS07; do
    (: <$f) 2>&1 | sed "s/.*: //"; done; [[ -c lxss && -r lxss && -w lxss && ! -x lxss ]] && echo yes; cat lxss; ls -d ttyS19? full net 2>&1'

# The size of a file, whoever says it, against what is read of it.
SIZES='cd /; for f in /etc/hosts /etc/resolv.conf; do n=$(cat $f | wc -c); for s in "$(stat -Lc %s $f)" "$(stat -Lc %s .$f)" "$(stat -Lc %s - <$f)" "$(wc -c <$f)" \
    "$(tar chf - .$f | tar xOf - | wc -c)"; do ((n == s)) || echo "$f: $n $s"; done; done; stat -c %s /proc/version'

@test "identity.hosts, identity.resolver: a file has the size of what is read of it, so that an archive takes all of it" {
  native "$SIZES"
  assert_output 0
  for profile in wsl1-1903 wsl2-9p; do
    as $profile "$SIZES" identity.hosts=on identity.resolver=on identity.kernel=on
    assert_output 0
  done
}

@test "identity.*: a descriptor of O_PATH says what stat of the path does, whoever asks, and is read by its link" {
  files='/etc/hosts /etc/resolv.conf /etc/passwd /proc/version /dev/fuse /dev/null /dev/tty'
  native "kernel -d $files"
  bare=${output//"/dev/fuse: $(printf %o "0x$(stat -c %f /dev/fuse 2>/dev/null || echo 0)")"/"/dev/fuse: 20666"}
  for profile in wsl1-1803 wsl2-9p; do
    for program in kernel kernel-static kernel-i386 kernel-i386-static; do
      type "$program" >/dev/null 2>&1 || continue
      [[ $program == kernel || $LXSHIM_TEST_LANE != preload ]] || continue
      as $profile "$program -d $files" identity.{hosts,resolver,kernel,devices}=on
      if [[ $profile == wsl2* ]]; then
        assert_output "$bare"
      else
        refute_output --regexp ', (fstat|fstatat|number|statx): '
        assert_line --regexp '^/etc/hosts: 100[0-7]+, some$'
      fi
    done
  done
}

# What it is to open a console or a line that nothing is at; these are 0660 and 0620, of root and a group.
NOTHING_THERE='Input/output error'
((EUID == 0)) || NOTHING_THERE='Permission denied'

@test "identity.devices: nodes of WSL1 are there to look at, what its init does not make is missing" {
  [[ ! -e /dev/lxss && -e /dev/full ]] || skip "another /dev"
  native "$NODES"
  assert_line --partial "'lxss': No such file"
  assert_line full
  natives=$output
  as wsl1-1903 "$NODES"
  assert_output "$natives"
  as wsl1-1903 "$NODES" identity.devices=on
  missing='No such file or directory'
  assert_output "lxss character special file 666 0 0 a:32
ttyS191 character special file 660 0 20 4:ff
./ttyS150 character special file 660 0 20 4:d6
No such device or address
$NOTHING_THERE
$NOTHING_THERE
$missing
$missing
$missing
$missing
$missing
$missing
yes
cat: lxss: No such device or address
ls: cannot access 'full': $missing
ls: cannot access 'net': $missing
ttyS190
ttyS191"
  # What is no directory, as Linux' own.
  steps='for f in /dev/null /dev/lxss /dev/ttyS150 /proc/version_signature; do for end in / /.; do stat $f$end; (: <$f$end); [[ -e $f$end ]] && echo yes; done; done 2>&1 | sed "s/.*: //" | sort | uniq -c'
  as wsl1-1903 "$steps" identity.devices=on identity.kernel=on
  assert_output --regexp '^ *16 Not a directory$'
  as wsl2-9p "cd /dev; ls -d full lxss; stat -c '%a %t:%T' fuse net/tun" identity.devices=on
  assert_line full
  assert_line "ls: cannot access 'lxss': $missing"
  # Only WSL1 has what the kernel has not.
  local device
  for device in 'fuse a:e5' 'net/tun a:c8'; do
    if [[ -c /dev/${device% *} ]]; then
      assert_line "666 ${device#* }"
    else
      assert_line --partial "'${device% *}': $missing"
    fi
  done
}

@test "identity.devices: listings agree with stat, by the call as well; descriptors, statfs, rights" {
  needs python3 python3
  [[ ! -e /dev/lxss && -e /dev/full ]] || skip "another /dev"
  steps="python3 -c '$LISTED' '/dev /dev/' 'full lxss tty0 ttyS0 ttyS191 loop0'"
  as wsl1-1903 "$steps" identity.devices=on
  assert_output '/dev lxss tty0 ttyS0 ttyS191 | lxss tty0 ttyS0 ttyS191 | lxss tty0 ttyS0 ttyS191 .
/dev/ lxss tty0 ttyS0 ttyS191 | lxss tty0 ttyS0 ttyS191 | lxss tty0 ttyS0 ttyS191 .'
  as wsl1-1903 'python3 -c "
import os
entries = {e.name: e for e in os.scandir(\"/dev\")}
nodes = [(entries[n], os.lstat(\"/dev/\" + n)) for n in (\"lxss\", \"ttyS7\", \"ttyS191\", \"null\")]
print(all(e.inode() == st.st_ino and not e.is_dir() for e, st in nodes), len({st.st_ino for _, st in nodes}), *[st.st_gid for _, st in nodes[:3]])
print(os.lstat(\"/dev/lxss\").st_dev == os.lstat(\"/dev/null\").st_dev, os.statvfs(\"/dev/lxss\") == os.statvfs(\"/dev/null\"))
'"$ANSWER"'
answer(\"path\", lambda: os.open(\"/dev/lxss\", os.O_PATH))
answer(\"directory\", lambda: os.open(\"/dev/lxss\", os.O_DIRECTORY))
answer(\"write\", lambda: os.open(\"/dev/lxss\", os.O_RDWR))
answer(\"create\", lambda: os.open(\"/dev/lxss\", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
answer(\"below\", lambda: os.stat(\"/dev/lxss/x\"))
answer(\"link\", lambda: os.readlink(\"/dev/lxss\"))
"; cd /dev; stat -c %i lxss ttyS7 ttyS191 null | sort -u | wc -l' identity.devices=on
  assert_output "True 4 0 20 20
True True
path No such device or address
directory Not a directory
write No such device or address
create File exists
below No such file or directory
link Invalid argument
4"
}

@test "identity.devices: a program without shared libraries sees the same nodes" {
  needs busybox busybox-static
  [[ ! -e /dev/lxss && -e /dev/full ]] || skip "another /dev"
  as wsl1-1903 'busybox ls /dev | grep -c -e "^ttyS" -e "^lxss$" -e "^full$"; busybox stat -c "%a %T" /dev/ttyS191; timeout 300 busybox cat /dev/tty0' \
    identity.devices=on
  assert_output "193
660 ff
cat: can't open '/dev/tty0': $NOTHING_THERE"
}

@test "identity.mounts: what WSL's init mounts has its source, type and options, in each table; nothing else has" {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  mkdir "$BATS_TEST_TMPDIR"/{own,own-other}
  steps='cut -d" " -f5- /proc/self/mountinfo | grep -e " - [a-z0-9]* [^ ]*root" -e "^/run" -e "^/ " -e /own
    grep -e " /run" -e /own /proc/mounts; grep " /run" /proc/self/mountstats; df -T /run/lock | tail -1 | cut -d" " -f1'
  # Of what the kernel says itself, how large an inode number is depends on it; WSL's are older than the word.
  plain='s/,inode64//'
  for kind in wsl1-1903:off wsl1-1709:on wsl1-1903:on wsl1-19041:on wsl2-9p:on wsl2-virtiofs:on; do
    policy_for "$(fresh drive)" identity.kernel=on identity.mounts="${kind#*:}" | sed "s/{/{\"profile\": \"${kind%:*}\", /" >"$BATS_TEST_TMPDIR/policy.json"
    echo "$kind"
    LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" unshare -m bash -c '
      mount --make-rprivate /; mount -t tmpfs -o size=64k other /run; mkdir /run/lock
      mount -t tmpfs -o ro,noexec,size=8k l /run/lock; mount -t ramfs mine "$1/own-other"
      mount -t tmpfs -o size=8k,inode64 mine "$1/own" 2>/dev/null || mount -t tmpfs -o size=8k mine "$1/own"
      cd /; exec env "${@:2}"' - "$BATS_TEST_TMPDIR" "${SHIM[@]}" bash -c "$steps" | sed "$plain; s|$BATS_TEST_TMPDIR||"
    plain=
  done >"$BATS_TEST_TMPDIR/said"
  run grep -v -e '^/ .* - ext4 /dev/[^s]' -e '^/ .* - overlay' "$BATS_TEST_TMPDIR/said"
  # shellcheck disable=SC2317 # called
  said() {
    printf '%s\n' "$1" ${2:+"$2"} "/run $3" "/run/lock $4" "$other" "/own $5" "none /run tmpfs ${3/ - tmpfs none rw/} 0 0" \
      "none /run/lock tmpfs ${4% - *} 0 0" "$another" "mine /own tmpfs rw,relatime${5##*mine rw} 0 0"
    printf 'device none mounted on /run%s with fstype tmpfs\n' '' /lock
    echo none
  }
  other='/own-other rw,relatime - ramfs mine rw' another='mine /own-other ramfs rw,relatime 0 0'
  own='rw,relatime - tmpfs mine rw,size=8k' lock='ro,nosuid,nodev,noexec,noatime - tmpfs none ro' late='rw,nosuid,nodev - tmpfs none rw,mode=755'
  wsl1='/ rw,noatime - wslfs rootfs rw' wsl2='/ rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro,data=ordered'
  kernels="/run rw,relatime - tmpfs other rw,size=64k
/run/lock ro,noexec,relatime - tmpfs l ro,size=8k
$other
/own $own
other /run tmpfs rw,relatime,size=64k 0 0
l /run/lock tmpfs ro,noexec,relatime,size=8k 0 0
$another
mine /own tmpfs rw,relatime,size=8k 0 0
device other mounted on /run with fstype tmpfs
device l mounted on /run/lock with fstype tmpfs
l"
  assert_output "wsl1-1903:off
$kernels
wsl1-1709:on
/ rw,noatime - lxfs rootfs rw
$kernels
$(said wsl1-1903:on "$wsl1" 'rw,nosuid,noexec,noatime - tmpfs none rw,mode=755' "$lock" "$own")
$(said wsl1-19041:on "$wsl1" "$late" "$lock" "$own")
$(said wsl2-9p:on "$wsl2" "$late" "$lock" "$own")
$(said wsl2-virtiofs:on "$wsl2" "$late" "$lock" "$own,huge=advise")"
}
