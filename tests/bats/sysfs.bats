#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# SysFs: what /sys shows in a session, and what it lacks there (identity.sysfs).
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers
load session

setup() {
  BASE=$(fresh session)
  mkdir -p "$BASE"/{drive,etc,at/c}
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}}}' >"$BASE/policy.json"
  printf '[automount]\nroot = %s\n' "$BASE/at" >"$BASE/etc/wsl.conf"
  session_lanes
}

# wants_no_debug: where the system's own /sys/kernel/debug has it all, it stays.
wants_no_debug() {
  [[ -d /sys/kernel/debug ]] || skip "no /sys/kernel/debug: the kernel is without debugfs"
  [[ ! -e /sys/kernel/debug/wakeup_sources ]] || skip "the system's own has it"
}

@test "/sys is inode 1, with WSL1's directories; the processors are those of /proc/cpuinfo; lo has what it has" {
  steps='stat -c "%i %F" /sys; cd /sys; stat -c %F block bus class dev devices firmware fs kernel module power | sort -u
    n=$(grep -c ^processor /proc/cpuinfo); ((n > 1)) && all=0-$((n - 1)) || all=0
    for f in present possible; do [[ $(<devices/system/cpu/$f) == "$all" ]] && echo $f; done; stat -c %F devices/system/cpu/present
    ls devices/system/cpu/cpu0/topology | grep -cxE "core_id|core_siblings(_list)?|physical_package_id|thread_siblings(_list)?"
    readlink class/net/lo; cd class/net/lo; for f in address ifindex flags mtu; do [[ -n $(<$f) ]] && echo $f; done
    ls | grep -xE "operstate|tx_queue_len|statistics"; cat operstate ../lo/tx_queue_len; ls statistics/ /sys/devices/virtual/net/lo/operstate
    [[ -e /sys/kernel/mm/hugepages ]] && echo hugepages; ls /sys/kernel/mm | grep hugepages'
  native "$steps"
  assert_line operstate
  natives=$output
  session --era wsl2-9p "$steps"
  assert_output "$natives"
  session --era wsl1-1903 --set identity.sysfs=off "$steps"
  assert_output "$natives"
  session --era wsl1-1903 "$steps"
  assert_output "1 directory
directory
present
possible
regular file
6
../../devices/virtual/net/lo
address
ifindex
flags
mtu
cat: operstate: No such file or directory
cat: ../lo/tx_queue_len: No such file or directory
ls: cannot access 'statistics/': No such file or directory
ls: cannot access '/sys/devices/virtual/net/lo/operstate': No such file or directory"
}

@test "/sys/kernel/debug has tracing and wakeup_sources on WSL1: to list, look at, read, and write to" {
  wants_no_debug
  steps='ls /sys/kernel/debug; cd /sys/kernel/debug/tracing 2>&1 || exit; pwd -P; ls -la . | cut -c1-10; echo mark 2>/dev/null >trace_marker; echo $?
    stat -c "%n %F %a %u %s" . .. trace_marker ../wakeup_sources; stat -f -c %T /sys/kernel/debug; cut -c-4 ../wakeup_sources
    mkdir d; rmdir ../tracing; mv trace_marker x; ln ../wakeup_sources y; touch new; cat trace_marker; cat ../wakeup_sources/x
    grep -c debugfs /proc/self/mounts; exec 7<../wakeup_sources; readlink /proc/self/fd/7; readlink /proc/self/cwd'
  if ((EUID == 0)); then written=0 refused='Operation not permitted'; else written=1 refused='Permission denied'; fi
  native "$steps"
  natives=$output
  refute_line tracing
  session --era wsl2-virtiofs "$steps"
  assert_output "$natives"
  session --era wsl1-1903 --set identity.sysfs=off "$steps"
  assert_output "$natives"
  session --era wsl1-current "$steps"
  assert_output "tracing
wakeup_sources
/sys/kernel/debug/tracing
total 0
drwxr-xr-x
drwxr-xr-x
--w--w----
$written
. directory 755 0 0
.. directory 755 0 0
trace_marker regular empty file 220 0 0
../wakeup_sources regular empty file 444 0 0
debugfs
name
mkdir: cannot create directory ‘d’: $refused
rmdir: failed to remove '../tracing': $refused
mv: cannot move 'trace_marker' to 'x': $refused
ln: failed to create hard link 'y' => '../wakeup_sources': $refused
touch: cannot touch 'new': Permission denied
cat: trace_marker: Permission denied
cat: ../wakeup_sources/x: Not a directory
0
/sys/kernel/debug/wakeup_sources
/sys/kernel/debug/tracing"
}

# Each way to it: entries and what they are, by libc, by descriptors and by the instruction.
WAYS='import ctypes, os
libc = ctypes.CDLL(None)
at = os.open("/sys/kernel", os.O_PATH)
debug = os.open("debug", os.O_PATH | os.O_DIRECTORY, dir_fd=at)
seen = sorted((e.name, e.is_dir(), e.inode() == e.stat().st_ino > 0) for e in os.scandir("/sys/kernel/debug"))
print(*seen, os.stat("wakeup_sources", dir_fd=debug).st_ino == os.lstat("/sys/kernel/debug/wakeup_sources").st_ino)
print(os.access("tracing", os.R_OK | os.X_OK, dir_fd=debug), os.access("tracing/no", os.F_OK, dir_fd=debug), os.fstatvfs(debug).f_blocks)
try: os.readlink("tracing", dir_fd=debug)
except OSError as e: print(e.strerror)
fd = libc.syscall({"x86_64": 257, "aarch64": 56}[os.uname().machine], -100, b"/sys/kernel/debug/wakeup_sources", 0)
print(os.read(fd, 4).decode(), os.readlink("/proc/self/fd/%d" % debug))'

@test "/sys/kernel/debug: by descriptors of directories, by the instruction, and to static programs" {
  needs python3 python3
  needs busybox busybox-static
  wants_no_debug
  native "python3 -c '$WAYS'"
  assert_failure
  session --era wsl1-1903 "python3 -c '$WAYS'"
  assert_output "('tracing', True, True) ('wakeup_sources', False, True) True
True False 0
Invalid argument
name /sys/kernel/debug"
  [[ ${#LANES[@]} != 1 ]] || return 0
  LANES=(both supervisor)
  session --era wsl1-1903 'cd /sys; busybox ls kernel/debug; busybox head -c 4 kernel/debug/wakeup_sources; busybox ls class/net/lo | grep operstate'
  assert_output $'tracing\nwakeup_sources\nname'
}

@test "a run's directory of made-up trees goes with it, and that of a killed one with the next" {
  wants_no_debug
  [[ -w /dev/shm ]] || skip "no /dev/shm"
  LANES=(preload)
  tree='ls -d /dev/shm/lxshim-$EUID-tree-*-$PPID-*'
  session --era wsl1-1903 "$tree"
  assert_output --partial /dev/shm
  assert_not_exists "$output"
  # In a /dev/shm of its own: the next run is any on this machine, another test's too.
  local user=()
  ((EUID == 0)) || user=(-r)
  unshare "${user[@]}" -m true 2>/dev/null || skip "no mount namespace can be made here"
  run env -C / BASE="$BASE" LXSHIM="$LXSHIM" unshare "${user[@]}" -m --propagation private bash -c '
    mount -t tmpfs none /dev/shm && exec 2>/dev/null || exit
    left=$("$LXSHIM" wsl --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" -q --era wsl1-1903 -- bash -uc "$0; kill -9 \$PPID")
    echo $?; [[ -d $left ]] && echo left
    "$LXSHIM" run -q --lane preload --policy "$BASE/policy.json" -- true; [[ -e $left ]] || echo gone' "$tree"
  assert_output $'137\nleft\ngone'
}
