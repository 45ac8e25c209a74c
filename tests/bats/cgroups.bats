#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# CgroupFs: /sys/fs/cgroup, /proc/cgroups and /proc/PID/cgroup in a session (identity.cgroups).
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load session

setup() {
  [[ -d /sys/fs/cgroup ]] || skip "no /sys/fs/cgroup: the kernel is without cgroups"
  BASE=$(fresh session)
  mkdir -p "$BASE"/{drive,etc,at/c,m,n}
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}}}' >"$BASE/policy.json"
  printf '[automount]\nroot = %s\n' "$BASE/at" >"$BASE/etc/wsl.conf"
  session_lanes
}

# What there is, by its modes, and what is mounted.
LOOK='cd /sys/fs/cgroup; grep " [^ ]*/cgroup" /proc/self/mounts; stat -c "%n %A %u %s" . *; stat -f -c %T .
  cat /proc/self/cgroup; head -1 /proc/cgroups; sed 1d /proc/cgroups | cut -f2 | sort -u'

@test "WSL1 has version 1 with the controller devices, WSL2 of today version 2; off, and natively, the system's own" {
  native "$LOOK"
  natives=$(grep -v '^0::\|^[0-9]*:' <<<"$output")
  session --era wsl1-1903 --set identity.cgroups=off --set identity.containers=off "$LOOK"
  assert_equal "$(grep -v '^0::\|^[0-9]*:' <<<"$output")" "$natives"
  session --era wsl1-1903 "$LOOK"'; cd devices; stat -c "%n %A %u %s" *; stat -f -c %T .; ls -m .. ../devices/.. $PWD/..; cat cgroup.sane_behavior devices.list; (($(wc -l <cgroup.procs) > 1)) && echo some; cut -f 1,3- /proc/cgroups'
  assert_output 'tmpfs /sys/fs/cgroup tmpfs rw,nosuid,nodev,noexec,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/devices cgroup rw,nosuid,nodev,noexec,relatime,devices 0 0
. drwxr-xr-x 0 0
devices drwxr-xr-x 0 0
tmpfs
1:devices:/
#subsys_name	hierarchy	num_cgroups	enabled
1
cgroup.procs -rw-r--r-- 0 0
cgroup.sane_behavior -r--r--r-- 0 0
devices.allow --w------- 0 0
devices.deny --w------- 0 0
devices.list -r--r--r-- 0 0
cgroupfs
..:
devices

../devices/..:
devices

/sys/fs/cgroup/devices/..:
devices
0
a *:* rwm
some
#subsys_name	num_cgroups	enabled
devices	1	1'
  session --era wsl2-virtiofs "$LOOK"'; cut -f1 /proc/cgroups | tail -n +2 | xargs'
  assert_output 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0
. drwxr-xr-x 0 0
cgroup.controllers -r--r--r-- 0 0
cgroup.max.depth -rw-r--r-- 0 0
cgroup.max.descendants -rw-r--r-- 0 0
cgroup.procs -rw-r--r-- 0 0
cgroup.subtree_control -rw-r--r-- 0 0
cgroup.threads -rw-r--r-- 0 0
cgroup2fs
0::/
#subsys_name	hierarchy	num_cgroups	enabled
0
cpuset cpu cpuacct blkio memory devices freezer net_cls perf_event net_prio hugetlb pids rdma'
  session --era wsl1-1607 'cat /sys/fs/cgroup/devices/devices.list /proc/self/cgroup /proc/cgroups; ls /proc /proc/self /sys/fs | grep cgroup; [[ ! -e /sys/fs/cgroup ]] && echo none'
  assert_line --partial "/proc/self/cgroup: No such file or directory"
  assert_line --partial "/proc/cgroups: No such file or directory"
  assert_line none
  refute_line cgroup
}

@test "each mount of a session is in one that is there, so that findmnt has one tree, as natively" {
  needs findmnt util-linux
  findmnt / >/dev/null || skip "/ is no mount"
  local one='diff <(findmnt -rno TARGET | sort) <(findmnt -rno TARGET --submounts / | sort) && echo one tree'
  native "$one"
  assert_output 'one tree'
  for era in wsl1-1607 wsl1-1903 wsl2-9p wsl2-virtiofs; do
    session --era $era "$one"
    assert_output 'one tree'
  done
}

# Which are mounted, with their options, and what /proc says of them.
MOUNTED='sed -nE "s,^[^ ]* /sys/fs/cgroup/?([^ ]*) ([^ ]*) [^ ]*relatime.([^ ]*) 0 0,\1:\2:\3,p" /proc/self/mounts | xargs
  cut -d: -f1-2 /proc/self/cgroup | xargs; tail -n +2 /proc/cgroups | cut -f1,2 --output-delimiter== | xargs'

@test "WSL2 before 2.5.1 has version 1 with a directory for each controller, and version 2 beside them" {
  session --era wsl2-9p "$MOUNTED"'; cd /sys/fs/cgroup; stat -f -c "%n %T" . memory unified; cat cpu/cpu.{cfs_quota_us,shares} memory/memory.limit_in_bytes; [[ $(<cpuset/cpuset.cpus) == "$(</sys/devices/system/cpu/online)" ]] && echo all; ls pids misc'
  assert_output ':tmpfs:mode=755 unified:cgroup2:nsdelegate cpuset:cgroup:cpuset cpu:cgroup:cpu cpuacct:cgroup:cpuacct blkio:cgroup:blkio memory:cgroup:memory devices:cgroup:devices freezer:cgroup:freezer net_cls:cgroup:net_cls perf_event:cgroup:perf_event net_prio:cgroup:net_prio hugetlb:cgroup:hugetlb pids:cgroup:pids rdma:cgroup:rdma misc:cgroup:misc
14:misc 13:rdma 12:pids 11:hugetlb 10:net_prio 9:perf_event 8:net_cls 7:freezer 6:devices 5:memory 4:blkio 3:cpuacct 2:cpu 1:cpuset 0:
cpuset=1 cpu=2 cpuacct=3 blkio=4 memory=5 devices=6 freezer=7 net_cls=8 perf_event=9 net_prio=10 hugetlb=11 pids=12 rdma=13 misc=14
. tmpfs
memory cgroupfs
unified cgroup2fs
-1
1024
9223372036854771712
all
misc:
cgroup.clone_children
cgroup.procs
cgroup.sane_behavior
notify_on_release
release_agent
tasks

pids:
cgroup.clone_children
cgroup.procs
cgroup.sane_behavior
notify_on_release
release_agent
tasks'
}

@test "automount.cgroups says which version where that is known; cgroup_no_v1 of .wslconfig what version 1 is without" {
  # shellcheck disable=SC2030,SC2034 # session reads it, of this test alone
  LANES=(preload)
  local first='cpuset:cgroup:cpuset'
  printf 'cgroups = v1\n' >>"$BASE/etc/wsl.conf"
  session --era wsl2-virtiofs "$MOUNTED"
  assert_line --index 0 --regexp "^:tmpfs:mode=755 unified:cgroup2:nsdelegate $first .* rdma:cgroup:rdma$"
  mkdir -p "$BASE/drive/Users/me"
  printf '[wsl2]\r\nkernelCommandLine = quiet cgroup_no_v1=cpuset,memory,rdma splash\r\n' >"$BASE/drive/Users/me/.wslconfig"
  session --era wsl2-virtiofs "$MOUNTED"
  assert_line --index 0 --regexp '^:tmpfs:mode=755 unified:cgroup2:nsdelegate cpu:cgroup:cpu .* pids:cgroup:pids$'
  assert_line --index 1 '10:pids 9:hugetlb 8:net_prio 7:perf_event 6:net_cls 5:freezer 4:devices 3:blkio 2:cpuacct 1:cpu 0:'
  assert_line --index 2 --regexp '^cpuset=0 cpu=1 .* memory=0 .* rdma=0$'
  printf '[wsl2]\nkernelCommandLine = cgroup_no_v1=all\n' >"$BASE/drive/Users/me/.wslconfig"
  session --era wsl2-virtiofs "$MOUNTED"
  assert_line --index 0 ':cgroup2:nsdelegate'
  session --era wsl2-9p "$MOUNTED"
  assert_line --index 0 ':tmpfs:mode=755 unified:cgroup2:nsdelegate'
  session --era wsl1-1903 "$MOUNTED"
  assert_output ':tmpfs:mode=755 devices:cgroup:devices
1:devices
devices=1'
  # Whose session it is nobody says.
  mkdir "$BASE/drive/Users/you"
  cp "$BASE/drive/Users/"{me,you}/.wslconfig
  sed -i "s/= v1/= v2/" "$BASE/etc/wsl.conf"
  session --era wsl2-9p "$MOUNTED"
  assert_line --index 0 --partial " $first "
  session --era wsl2-virtiofs "$MOUNTED"
  assert_line --index 0 ':cgroup2:nsdelegate'
  sed -i "s/= v2/= v3/" "$BASE/etc/wsl.conf"
  run "$LXSHIM" wsl --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" -q -- true
  assert_output --partial "wsl.conf:3: Invalid value 'v3' for config key 'automount.cgroups' (Valid values: v1, v2); the line is skipped"
}

@test "a process is in a group of each hierarchy, and what is written to a limit is what it says" {
  ((EUID == 0)) || skip "only root makes groups"
  session --era wsl2-9p 'cd /sys/fs/cgroup; mkdir memory/a cpu/a cpu/a/b unified/a; echo $$ >memory/a/cgroup.procs; echo 0 >cpu/a/b/tasks; echo $$ >unified/a/cgroup.procs
    grep -E ":(cpu|memory|pids|):" /proc/self/cgroup; grep -cx $$ memory/a/tasks; grep -cx $$ cpu/a/tasks; tail -n +2 /proc/cgroups | cut -f1,3 --output-delimiter== | xargs
    rmdir memory/a; echo 0 >memory/tasks; rmdir memory/a && grep -E ":(cpu|memory):" /proc/self/cgroup; ls cpu/a/b
    echo 1048576 >memory/memory.limit_in_bytes; cat memory/memory.limit_in_bytes; echo 7 | dd of=cpu/cpu.shares conv=notrunc status=none; cat cpu/cpu.shares
    echo 3 >unified/a/cgroup.max.depth; echo +memory >unified/cgroup.subtree_control; cat unified/a/cgroup.max.depth unified/cgroup.subtree_control; echo 0 >cpu/tasks; rmdir cpu/a/b cpu/a' 2>&1
  assert_output "12:pids:/
5:memory:/a
2:cpu:/a/b
0::/a
1
0
cpuset=1 cpu=3 cpuacct=1 blkio=1 memory=2 devices=1 freezer=1 net_cls=1 perf_event=1 net_prio=1 hugetlb=1 pids=1 rdma=1 misc=1
rmdir: failed to remove 'memory/a': Device or resource busy
5:memory:/
2:cpu:/a/b
cgroup.clone_children
cgroup.procs
cpu.cfs_period_us
cpu.cfs_quota_us
cpu.shares
notify_on_release
tasks
1048576
7
3"
}

# Groups: to make, to move into, to inherit, and what is busy. Ids are told by their places.
GROUPS_='cd "$1" && mkdir a a/b; stat -c %F a a/b; ls a; rmdir a; echo $?; rmdir a/b; echo $?; cat a/cgroup.procs; mkdir a; echo $?
  echo $$ >a/cgroup.procs; [[ " $(echo $(<a/cgroup.procs)) " == *" $$ "* ]] && echo moved; grep -cx $$ cgroup.procs; cut -d: -f2- /proc/self/cgroup
  bash -c "cut -d: -f3 /proc/self/cgroup; bash -c \"cut -d: -f3 /proc/\\\$\\\$/cgroup\""; rmdir a; echo $?
  sort -nuc a/cgroup.procs && echo sorted; echo 0 >cgroup.procs; grep -cx $$ cgroup.procs; cut -d: -f3 /proc/$$/cgroup; grep -cx $$ a/cgroup.procs
  mkfifo c; ln -s a l; mv a z; rm cgroup.procs; echo x >new; echo $$ >devices.list; cat devices.allow; rmdir a; echo $?; [[ -e a ]] || echo gone; cd /; rmdir "$1"'

@test "groups are made and removed, processes are moved and begin where their parents are: version 1" {
  ((EUID == 0)) || skip "only root makes groups"
  native "mkdir d; set -- \$PWD/d; $GROUPS_"
  natives=$output
  session --era wsl1-1903 "set -- /sys/fs/cgroup/devices; $GROUPS_"
  refute [ "$output" = "$natives" ]
  assert_output "directory
directory
b
cgroup.procs
devices.allow
devices.deny
devices.list
rmdir: failed to remove 'a': Device or resource busy
1
0
mkdir: cannot create directory ‘a’: File exists
1
moved
0
devices:/a
/a
/a
rmdir: failed to remove 'a': Device or resource busy
1
sorted
1
/
0
mkfifo: cannot create fifo 'c': Operation not permitted
ln: failed to create symbolic link 'l': Operation not permitted
mv: cannot move 'a' to 'z': Operation not permitted
rm: cannot remove 'cgroup.procs': Operation not permitted
bash: line 5: new: Permission denied
bash: line 5: devices.list: Permission denied
cat: devices.allow: Permission denied
0
gone
rmdir: failed to remove '/sys/fs/cgroup/devices': Device or resource busy"
}

# What is made gets at once the inode of what was removed, where the run's files are on such a file system.
@test "several make and remove groups at once; by its own dot none is removed; what was ever written counts" {
  ((EUID == 0)) || skip "only root makes groups"
  needs perl perl
  needs_mounts
  mkdir "$BASE/shm"
  # shellcheck disable=SC2034 # session reads it
  START=(unshare -m sh -c 'mount --bind "$0" /dev/shm && exec "$@"' "$BASE/shm")
  session --era wsl1-1903 'cd /sys/fs/cgroup/devices; mkdir a a/b; for n in a/b/. a/. a/b/.. a/b/../; do rmdir $n; done 2>&1 | sed "s/.*: //"; ls a a/b; rmdir a/b/ a
    perl -e "for (qw(a b c)) { next if fork; for \$i (1 .. 150) { mkdir \$_ or print qq(mkdir: \$!\n); rmdir \$_ or print qq(rmdir: \$!\n); } exit } 1 until wait < 0"; ls
    mkdir a; { seq 3000001 3009000; echo $$; } >a/cgroup.procs; grep -cx $$ a/cgroup.procs; cut -d: -f3 /proc/self/cgroup'
  assert_output "Invalid argument
Invalid argument
Directory not empty
Directory not empty
a:
b
cgroup.procs
devices.allow
devices.deny
devices.list

a/b:
cgroup.procs
devices.allow
devices.deny
devices.list
cgroup.procs
cgroup.sane_behavior
devices.allow
devices.deny
devices.list
1
/a"
}

@test "who is not root looks, and makes and moves nothing" {
  ((EUID != 0)) || skip "root does"
  session --era wsl1-1903 'cd /sys/fs/cgroup/devices; mkdir a; echo $$ >cgroup.procs; grep -cx $$ cgroup.procs; [[ -w cgroup.procs ]] || echo no'
  assert_output "mkdir: cannot create directory ‘a’: Permission denied
bash: line 1: cgroup.procs: Permission denied
1
no"
}

@test "version 1 is mounted again: its options, once at a point, and its groups are there each time" {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  steps='cd $BASE; mount -i -t cgroup -o devices mine m; grep -o "^mine.*" /proc/self/mounts; for o in "devices mine m" "defaults mine m" "cpu mine n"; do mount -i -t cgroup -o $o; echo $?; done 2>/dev/null
    mkdir m/g; [[ -d /sys/fs/cgroup/devices/g ]] && echo there; cut -f3 /proc/cgroups; umount m; ls m; mount -i -t cgroup mine n; ls -d n/g; echo $$ >n/g/cgroup.procs
    cut -d: -f3 /proc/self/cgroup; rmdir m/g n/g; echo $$ >n/cgroup.procs; rmdir n/g; umount n; ls n /sys/fs/cgroup/devices | grep g$'
  # What the run has not made is the kernel's to mount.
  kernels='unshare -m mount -i -t cgroup2 mine $BASE/m; echo $?'
  BASE=$BASE native "$kernels"
  natives=${output//"$BASE"/BASE}
  session --era wsl1-1903 "$kernels"
  assert_output "$natives"
  session --era wsl1-current "$steps"
  assert_output "mine BASE/m cgroup rw,relatime,devices 0 0
32
32
32
there
num_cgroups
2
n/g
/g
rmdir: failed to remove 'm/g': No such file or directory
rmdir: failed to remove 'n/g': Device or resource busy"
}

@test "version 2, and static programs: by descriptors and by the instruction" {
  needs busybox busybox-static
  ((EUID == 0)) || skip "only root makes groups"
  # shellcheck disable=SC2031 # setup's
  [[ ${#LANES[@]} != 1 ]] || skip "no supervisor"
  LANES=(both supervisor)
  session --era wsl2-virtiofs 'cd /sys/fs/cgroup; busybox mkdir -p w/x; busybox ls w/x; busybox sh -c "echo \$\$ >w/x/cgroup.procs; busybox cat /proc/self/cgroup; busybox rmdir w/x"
    busybox rmdir w/x w; busybox head -1 /proc/self/cgroup; busybox ls . | busybox grep w'
  assert_output "cgroup.controllers
cgroup.max.depth
cgroup.max.descendants
cgroup.procs
cgroup.subtree_control
cgroup.threads
cgroup.type
0::/w/x
rmdir: 'w/x': Device or resource busy
0::/"
}

@test "0 is the process of whoever writes it, whichever of its threads that is" {
  needs python3 python3
  ((EUID == 0)) || skip "only root makes groups"
  # Natively, but for the group, which is the machine's: what each thread is told is its process's.
  steps='python3 -c "
import os, sys, threading
def group(who): return open(\"/proc/%s/cgroup\" % who).read().splitlines()[0].split(\":\")[-1]
def second():
    if sys.argv[1:]: open(\"g/cgroup.procs\", \"w\").write(\"0\")
    print(len({group(who) for who in (\"self\", \"thread-self\", os.getpid())}))
thread = threading.Thread(target=second); thread.start(); thread.join()
if sys.argv[1:]: print(group(\"self\"), open(\"g/cgroup.procs\").read() == \"%d\n\" % os.getpid())"'
  native "$steps"
  assert_output 1
  session --era wsl1-1903 "cd /sys/fs/cgroup/devices; mkdir g; $steps move; rmdir g"
  assert_output "1
/g True"
}

# The kernel tells starts in hundredths of a second: a move is later where the clock went on by some.
WHEN='use Fcntl; use strict;
sub put { open my $f, ">", $_[0] or return; print $f $_[1]; close $f }
sub first { open my $f, "<", $_[0] or return ""; my $line = <$f>; chomp $line; $line }
sub group { (split /:/, first("/proc/$_[0]/cgroup"))[2] }
sub up { (split / /, first("/proc/uptime"))[0] }
sub later { my $t = up(); 1 while up() < $t + .05 }
my @held; pipe my $wait, my $go;
sub begin { my $pid = fork; if (!$pid) { close $go; sysread $wait, my $x, 1; exit } push @held, $pid; $pid }
my $before = begin(); later(); put("a/cgroup.procs", "0\n");
printf "%s %s %s\n", group($before), group($$), group(begin());
put("cgroup.procs", "0\n"); put("a/cgroup.procs", join "\n", $held[-1] + 1 .. $held[-1] + 2000); later();
printf "%s\n", group(begin());
my $dead = fork; if (!$dead) { put("a/b/cgroup.procs", "0\n"); print group($$), "\n"; exit }
1 until first("/proc/$dead/stat") =~ /\) Z/;
rmdir "a/b" or print "busy\n"; print mkdir("c\nd") ? "made" : $!, "\n";
sysopen my $only, "a/cgroup.procs", 010000000; print defined(sysread $only, my $x, 9) ? "read" : $!, "\n";
close $go; waitpid $_, 0 for @held;'

@test "who began before a move stays, whose id was written before it was there is where its parent is; the dead count for nobody" {
  ((EUID == 0)) || skip "only root makes groups"
  needs_mounts
  needs perl perl
  session --era wsl1-1903 "cd /sys/fs/cgroup/devices; mkdir a a/b; perl -we '$WHEN'; mount --bind a \$BASE/m; mkdir \$BASE/m/h
    for d in \$BASE/m/h \$BASE/m .; do echo \$\$ >\$d/cgroup.procs; cut -d: -f3 /proc/self/cgroup; done; rmdir a/h; umount \$BASE/m"
  assert_output "/ /a /a
/
/a/b
Invalid argument
Bad file descriptor
/a/h
/a
/"
}

@test "what somebody has mounted on a group is kept, and all that is in it, when the session ends" {
  ((EUID == 0)) || skip "only root mounts by hand"
  # shellcheck disable=SC2034 # session reads both
  LANES=(preload) START=(unshare -m)
  local beside
  beside=$(mktemp -d /dev/shm/kept.XXXXXX) # in the file system that the groups are kept in
  mkdir "$BASE/kept"
  touch "$BASE/kept/file" "$beside/file"
  for how in auto never; do
    session --era wsl1-1903 --bind="$how" "cd /sys/fs/cgroup/devices; mkdir a b; mount --bind $BASE/kept a; mount --bind $beside b; ls a b"
    assert_output $'a:\nfile\n\nb:\nfile'
    assert_file_exists "$BASE/kept/file"
    assert_file_exists "$beside/file"
  done
  rm -r "$beside"
}

@test "a full /dev/shm: what cannot be made is said, with where and why, the session goes on, and nothing is left" {
  ((EUID == 0)) || skip "only root mounts by hand"
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  local lane full='mount -t tmpfs -o size=4k,mode=1777 none /dev/shm && head -c 4096 /dev/zero >/dev/shm/full'
  run env LC_ALL=C unshare -m bash -c "$full"'; echo more >/dev/shm/more'
  assert_output --partial 'No space left on device'
  for lane in "${LANES[@]}"; do
    run env -C / LC_ALL=C unshare -m bash -c "$full"'; "$@"; echo $?; ls -A /dev/shm' - \
      "$LXSHIM" wsl -q --lane "$lane" --policy "$BASE/policy.json" --etc "$BASE/etc" -- echo ran
    assert_output --regexp '^lxshim: cannot make all that /sys shows besides, in /dev/shm/[^ ]*: No space left on device; the session goes on
ran
0
full$'
  done
}
