#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim wsl: a session's drives, environment and identity, and what programs make of them that ask whether this is WSL.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016,SC1003,SC2030,SC2031,SC2034

load helpers
load session

setup() {
  BASE=$(fresh session)
  mkdir -p "$BASE"/{drive/src,data,etc,root,at}
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}, "D:": {"backing": "data"}, "stick": {"backing": "root"}}}' \
    >"$BASE/policy.json"
  conf automount "root = $BASE/at"
  session_lanes
}

# conf SECTION LINE...: what wsl.conf says.
conf() {
  printf '[%s]\n' "$1" >"$BASE/etc/wsl.conf"
  printf '%s\n' "${@:2}" >>"$BASE/etc/wsl.conf"
}

# Whether a session's drives are mounts of the kernel's by themselves: root's, where a container does not forbid it.
can_bind() {
  ((EUID == 0)) && unshare -m true 2>/dev/null
}

# What of the mount table is of drives.
DRIVES='grep -o "^[A-Z]:[^ ]* $BASE[^ ]* [^ ]* [^ ,]*" /proc/self/mounts | sort'

@test "every volume with a letter is mounted, below automount.root, and with automount.options" {
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/at/d 9p rw'
  conf automount "root = \"$BASE/at/\" # where" 'options = "umask=077"'
  session --era wsl1-1903 "$DRIVES; "': >$BASE/at/c/f; stat -c %a $BASE/at/c/f; ls $BASE/drive; rm $BASE/at/c/f'
  assert_output 'C:\134 BASE/at/c drvfs rw
D:\134 BASE/at/d drvfs rw
700
f
src'
  # The server of 9p is told each word, that of init's as well. [WSL#5122, WSL#9005]
  conf automount "root = $BASE/at" 'options = "metadata,uid=1000,gid=1000,fmask=0027"'
  session --era wsl2-9p 'grep -o ";uid=.*;symlinkroot" /proc/mounts | sort -u'
  assert_output ";uid=$EUID;gid=${GROUPS[0]};metadata;uid=1000;gid=1000;fmask=0027;symlinkroot"
  # And where drives are, which is where Windows' absolute links lead; a native link leads where it says.
  (cd "$BASE/drive" && "$LXSHIM" win mklink abs 'C:\src' && "$LXSHIM" win mklink far 'E:\x') >"$BASE/made"
  ln -s /mnt/e/x "$BASE/drive/own"
  echo "D: $BASE/d drvfs uid=7" >"$BASE/etc/fstab"
  native "readlink $BASE/drive/own"
  assert_output /mnt/e/x
  links='grep -o ";symlinkroot=[^,]*" /proc/mounts; cd $BASE/at/c; readlink abs far own; [[ abs -ef src ]] && echo same'
  session --era wsl2-9p "$links"
  assert_output $';symlinkroot=BASE/at/\n;symlinkroot=BASE/at/\nBASE/at/c/src\nBASE/at/e/x\n/mnt/e/x\nsame'
  session --era wsl1-1903 "$links"
  assert_output $'BASE/at/c/src\n/mnt/e/x\nsame'
  rm "$BASE"/drive/{abs,far,own} "$BASE/etc/fstab"
  conf automount "root = $BASE/at" 'enabled = false'
  session "$DRIVES"
  assert_output ""
}

@test "mount -t drvfs mounts a drive in sessions of WSL2, with DrvFs' options, and with words of 9p that say nothing to it" {
  mkdir "$BASE/m"
  ((EUID == 0)) || skip "only root mounts by hand"
  session --era wsl2-9p "mount -t drvfs -o ro,metadata,case=force,cache=loose,msize=262144,nodev D: $BASE/m 2>&1; grep -F ' $BASE/m ' /proc/mounts
    umount $BASE/m; mount -t drvfs -o umask=x D: $BASE/m 2>/dev/null; echo \$?"
  assert_output "mount: case=force is case=dir on WSL2
D: BASE/m 9p ro,nodev,relatime,aname=drvfs;path=D:;ro;metadata;case=dir;symlinkroot=/mnt/,cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0
32"
  session --era wsl2-virtiofs "mount -t drvfs -o noatime,uid=7 D: $BASE/m; grep -F ' $BASE/m ' /proc/mounts | cut -d' ' -f2-; stat -c %u $BASE/m"
  assert_output "BASE/m virtiofs rw,noatime 0 0
7"
}

@test "drives of fstab come first, and are mounted where that says alone; mountFsTab=false is without them" {
  mkdir "$BASE/with space"
  printf '%s\n' '# drives' "D:\\134 $BASE/with\\040space drvfs ro,nofail,x-y 0 0" "C: $BASE/no drvfs noauto 0 0" 'UUID=1 / ext4' \
    >"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/with\040space 9p ro'
  conf automount "root = $BASE/at" 'mountFsTab = False'
  session "$DRIVES"
  assert_output 'C:\134 BASE/at/c 9p rw
D:\134 BASE/at/d 9p rw'
}

@test "a directory of a drive is mounted by fstab beside the drive itself: each has its options, bound or translated" {
  local steps='ls $BASE/at/c; echo 1 >$BASE/m/f; cat $BASE/at/c/src/f; mv $BASE/at/c/src/f $BASE/at/c/src/g; ls $BASE/m; cd $BASE/m; /bin/pwd; rm g
    stat -c %u $BASE/m $BASE/at/c; ls $BASE/at/c/src; wslpath -w $BASE/m/x; wslpath -w $BASE/at/c/src/x'
  local answer='C:\134 BASE/at/c 9p rw
C:\134src BASE/m 9p rw
D:\134 BASE/at/d 9p rw
src
1
g
BASE/m
7
0
C:\src\x
C:\src\x'
  echo "C:\\src $BASE/m drvfs uid=7" >"$BASE/etc/fstab"
  printf 'options = "uid=0"\n' >>"$BASE/etc/wsl.conf"
  session --bind=never "$DRIVES; $steps"
  assert_output "$answer"
  mkdir -p "$BASE"/m "$BASE"/at/{c,d}
  session "$DRIVES; $steps"
  assert_output "$answer"
  can_bind || return 0
  session 'stat -c %u $BASE/at/c/src; cd $BASE/at/c/src; /bin/pwd; umount $BASE/m; ls $BASE/m; ls $BASE/at/c' # bound, it is a mount of its own
  assert_output '0
BASE/at/c/src
src'
}

@test "fstab below a drive's own place: a drive that comes later covers it, one that fstab has mounted before has it inside" {
  mkdir -p "$BASE"/data/x "$BASE"/drive/sub "$BASE/at/c"
  touch "$BASE/data/x/f"
  echo "D:\\x $BASE/at/c/sub drvfs" >"$BASE/etc/fstab"
  session "$DRIVES; ls \$BASE/at/c"
  assert_output "lxshim: BASE/etc/fstab:1: D:\\x is not to be seen: BASE/at/c is mounted over it, which comes after fstab
C:\\134 BASE/at/c 9p rw
D:\\134 BASE/at/d 9p rw
src
sub"
  can_bind || return 0
  printf '%s\n' "C: $BASE/at/c drvfs" "D:\\x $BASE/at/c/sub drvfs ro,uid=7" >"$BASE/etc/fstab"
  session "$DRIVES; ls \$BASE/at/c/sub; stat -c %u \$BASE/at/c/sub; wslpath -w \$BASE/at/c/sub/f; touch \$BASE/at/c/sub/g 2>&1"
  assert_output "C:\\134 BASE/at/c 9p rw
D:\\134 BASE/at/d 9p rw
D:\\134x BASE/at/c/sub 9p ro
f
7
D:\\x\\f
touch: cannot touch 'BASE/at/c/sub/g': Read-only file system"
}

@test "what is damaged in wsl.conf and fstab is skipped with a warning; the rest holds" {
  conf automount "root = $BASE/at" 'no key' 'enabled = perhaps' 'options = "umask' 'ROOT = /twice' 'some = thing' '[bad' 'enabled = 0'
  printf '%s\n' two words "E: $BASE/e drvfs" "D: $BASE/nowhere/d drvfs" "D: $BASE/d drvfs hair=long" "$(printf '%5000s' '') D: $BASE/d drvfs" >"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output --partial 'source "E:" is of no volume'
  assert_output --partial 'target "BASE/nowhere/d": No such file or directory'
  assert_output --partial 'unknown mount option "hair'
  run sed -n 's/^lxshim: BASE.etc.\([a-z.]*:[0-9]*\): \([^:;]*\).*/\1 \2/p' <<<"$output"
  assert_output "wsl.conf:3 Expected '='
wsl.conf:4 Invalid boolean value 'perhaps' for key 'automount.enabled'
wsl.conf:5 Expected \"
wsl.conf:6 Duplicated config key 'automount.ROOT' (line 2 has it)
wsl.conf:7 Unknown key 'automount.some'
wsl.conf:8 Expected ']'
wsl.conf:9 Unknown key 'enabled'
fstab:1 no three fields
fstab:2 no three fields
fstab:3 E
fstab:4 D
fstab:5 D
fstab:6 it is longer than 4094 bytes"
}

@test "fstab: a NUL, UTF-16, a mark of UTF-8, line ends, no last one: of each line what it says; what cannot be read is said" {
  printf 'C: %s drvfs\0 ro\r\nD: %s drvfs ro,uid=7\r\n\xef\xbb\xbfD: /x drvfs\n\0' "$BASE/m" "$BASE/d" >"$BASE/etc/fstab"
  printf 'C: /x drvfs\n' | iconv -t UTF-16 >>"$BASE/etc/fstab"
  printf 'tmpfs /x nosuch' >>"$BASE/etc/fstab"
  session "$DRIVES"
  assert_output --partial $'C:\\134 BASE/at/c 9p rw\nD:\\134 BASE/d 9p ro'
  run sed -n 's/^lxshim: BASE.etc.\([a-z.]*:[0-9]*\): \([^:;]*\).*/\1 \2/p' <<<"$output"
  assert_output "fstab:1 it has a NUL in it
fstab:3 $(printf '\xef\xbb\xbf')D
fstab:4 it has a NUL in it
fstab:5 it has a NUL in it"
  rm "$BASE/etc/fstab"
  mkdir "$BASE/etc/fstab"
  session true
  assert_output 'lxshim: BASE/etc/fstab: Is a directory'
}

@test "wsl.conf as Windows' editors leave it: line ends, a last line without one, lines that go on; filesystem.umask; keys of others" {
  printf '[automount] # \\\r\nroot = %s/at\r\noptions = "umask=\\\n077" # \\\n[FileSystem]\r\nUmask = 0x3f\r\n[gpu]\r\nenabled=false\r\n[network]\r\n# no = key \\\r\ngenerateHosts=\\\r\n[boot]\r\nsystemd=true' \
    "$BASE" >"$BASE/etc/wsl.conf"
  session --era wsl1-1903 "$DRIVES; "'umask; : >$BASE/f; stat -c %a $BASE/f $BASE/at/c; rm $BASE/f'
  assert_output "lxshim: BASE/etc/wsl.conf:11: Invalid boolean value '' for key 'network.generateHosts'; the line is skipped"'
C:\134 BASE/at/c drvfs rw
D:\134 BASE/at/d drvfs rw
0077
600
700'
  LANES=(preload)
  for value in 0778 -1 rwx 01000 ''; do
    conf automount "root = $BASE/at" '[filesystem]' "umask = $value"
    session 'umask'
    assert_output "lxshim: BASE/etc/wsl.conf:4: Invalid integer value '$value' for key 'filesystem.umask'; the line is skipped
$(umask)"
  done
  conf automount "root = $BASE/at" '[filesystem]' 'umask = 27'
  session 'umask'
  assert_output 0033
}

@test "wsl.conf: what is no line by WSL's grammar, a mark of UTF-8, NULs; UTF-16 is not read" {
  LANES=(preload)
  { printf '[automount]x\nenabled=0\n[auto mount]\n[auto\\mount]\n[]\n[automount] \t\n\xe9nabled=0\n=0\noptions="umask=077" x\nen-abled=0\nroot=%s/at\n[boot]\ncommand = echo C:\\Users\\me\ncommand = \\' "$BASE"; } \
    >"$BASE/etc/wsl.conf"
  session "$DRIVES"
  run sed -n 's/^lxshim: BASE.etc.wsl.conf:\(.*\); the line is skipped/\1/p' <<<"$output"
  assert_output "1: Expected ' ' or '\\n'
2: Unknown key 'enabled'
3: Expected ']'
4: Expected ']'
5: Invalid section name
7: Invalid key name
8: Invalid key name
10: Expected '='
13: Invalid escaped character: 'U'
14: Invalid escaped character: ''"
  printf '[%0200d]\n%0200d=\n[a%0200d]\nb%0200d=\n' 0 0 0 0 >"$BASE/etc/wsl.conf"
  session 'echo there'
  assert_line --index 1 --partial ':2: Invalid key name'
  assert_line --index 2 --partial ":4: Unknown key 'a000"
  assert_line --index 3 there
  printf '\xef\xbb\xbf[automount]\nenabled = false\n[automount]\nenabled\0 = 0\nroot = %s/at\0/x\n' "$BASE" >"$BASE/etc/wsl.conf"
  session "$DRIVES"
  assert_output "lxshim: BASE/etc/wsl.conf:1: Invalid key name; the line is skipped
lxshim: BASE/etc/wsl.conf:2: Unknown key 'enabled'; the line is skipped
lxshim: BASE/etc/wsl.conf:4: Expected '='; the line is skipped
C:\\134 BASE/at/c 9p rw
D:\\134 BASE/at/d 9p rw"
  for mark in '\xff\xfe' '\xfe\xff'; do
    printf '%b[\0u\0s\0e\0r\0]\0\n\0' "$mark" >"$BASE/etc/wsl.conf"
    session 'echo there'
    assert_output "lxshim: BASE/etc/wsl.conf: UTF-16, which WSL does not read there; it is not read
there"
  done
}

@test "network.hostname: without what no host's name has, as WSL's init makes it; /etc/hosts and NAME say the same" {
  ((EUID == 0)) || skip "only root gives a host a name"
  local row long=a
  until ((${#long} > 70)); do long+=b; done
  for row in 'my host|myhost' 'a/b\\\\\\\\c|abc' '-.a--b.-c.d-|a-b.cd' "$long|${long:0:64}" '"  "|localhost' '|localhost' '_|localhost' 'h\xc3\xb6st # x|hst'; do
    printf '[network]\nhostname = %b\n' "${row%|*}" >"$BASE/etc/wsl.conf"
    session 'uname -n; echo "$NAME"; read -r name </proc/sys/kernel/hostname; echo "$name"; while read -r address whole short; do [[ $address != 127.0.1.1 ]] || echo "$whole $short"; done </etc/hosts'
    assert_output "${row##*|}
${row##*|}
${row##*|}
${row##*|}.localdomain ${row##*|}"
  done
}

@test ".wslconfig of the one user on C: who has it: wsl2.virtiofs, where nothing says another era" {
  mkdir -p "$BASE"/drive/Users/{me,Public}
  printf '[wsl2]\r\nmemory=4GB\r\nvirtiofs=true\r\n' >"$BASE/drive/Users/me/.wslconfig"
  LANES=(preload)
  types='while read -r _ point type _; do [[ $point != $BASE/at/c ]] || echo "$type"; done </proc/self/mounts'
  session "$types"
  assert_output virtiofs
  session --era wsl1-1903 "$types"
  assert_output drvfs
  for form in 'UTF-8' 'UTF-16LE'; do # as Windows' editors write them, with their mark
    printf '\ufeff[wsl2]\r\nkernelCommandLine=a \\\r\n b\r\nvirtiofs=true' | iconv -f UTF-8 -t "$form" >"$BASE/drive/Users/me/.wslconfig"
    session "$types"
    assert_output virtiofs
  done
  printf '\xff\xfe[' >"$BASE/drive/Users/me/.wslconfig"
  session "$types"
  assert_output "lxshim: BASE/drive/Users/me/.wslconfig: no text of Windows'; it is not read
9p"
  printf '[wsl2]\nvirtiofs=true' >"$BASE/drive/Users/me/.wslconfig"
  cp "$BASE/drive/Users/me/.wslconfig" "$BASE/drive/Users/Public"
  session "$types"
  assert_output 9p
}

@test "the environment: names, WSLENV's flags, Windows' part of PATH" {
  export WSLENV=ONE/p:LIST/l:GONE/w:KEPT/u:ODD/x:LINUX/p:NEVER ONE='c:\a b' LIST='C:\x;relative;D:/y;Q:\z' GONE=1 KEPT='C:\' ODD='C:\' LINUX=/x
  steps='echo "$WSL_DISTRO_NAME|${WSL_INTEROP-none}|$NAME|$HOSTTYPE" | sed "s/[0-9]*_/PID_/"; echo "$WSLENV"
    echo "$ONE|$LIST|${GONE-none}|$KEPT|$ODD|$LINUX|${NEVER-none}"; echo "$PATH" | tr : "\n" | grep -e "^$BASE" -e /wsl/'
  session --distribution Debian "$steps"
  assert_output "Debian|/run/WSL/PID_interop|$(uname -n)|$(uname -m)
$WSLENV
BASE/at/c/a b|BASE/at/c/x:BASE/at/d/y|none|C:\\|C:\\|/x|
/usr/lib/wsl/lib
BASE/at/c/Windows/system32
BASE/at/c/Windows
BASE/at/c/Windows/System32/Wbem
BASE/at/c/Windows/System32/WindowsPowerShell/v1.0"
}

@test "who starts a session without HOME has one, by passwd; a name that is given stays" {
  who='echo "$HOME|$USER|$LOGNAME|$SHELL"'
  local passwd
  passwd=$(getent passwd "$EUID")
  START=(env -u HOME -u USER -u LOGNAME SHELL=/bin/own)
  native "env -u HOME -u USER -u LOGNAME SHELL=/bin/own bash -c '$who'"
  assert_output '|||/bin/own'
  session "$who"
  assert_output "$(cut -d: -f6 <<<"$passwd")|${passwd%%:*}|${passwd%%:*}|/bin/own"
}

@test "WSLENV: names that are none, blanks at the end; /p takes a list as /l does, and what leads nowhere is not there" {
  export WSLENV='=/p:A=B/l:/::/p:P/p:N/p:L/pl:E/p:M/up:T/p ' P='C:\x;D:\y' N='Q:\z' L='rel;C:\' E='' T='D:\t'
  steps='echo "$P|${N-none}|$L|${E-none}|${M-none}|$T"; echo "[$WSLENV]"'
  native "$steps"
  assert_output 'C:\x;D:\y|Q:\z|rel;C:\||none|D:\t
[=/p:A=B/l:/::/p:P/p:N/p:L/pl:E/p:M/up:T/p ]'
  session "$steps"
  assert_output 'BASE/at/c/x:BASE/at/d/y|none|BASE/at/c|||BASE/at/d/t
[=/p:A=B/l:/::/p:P/p:N/p:L/pl:E/p:M/up:T/p ]'
}

@test "the environment of an era: no interop socket on WSL1, no name before 1903, no path where wsl.conf says so" {
  steps='echo "${WSL_DISTRO_NAME-none} ${WSL_INTEROP-none}"; echo "$PATH" | tr : "\n" | grep -e "^$BASE" -e /wsl/ || echo no path'
  session --era wsl1-1809 "$steps"
  assert_output 'none none
BASE/at/c/Windows/system32
BASE/at/c/Windows
BASE/at/c/Windows/System32/Wbem
BASE/at/c/Windows/System32/WindowsPowerShell/v1.0'
  conf interop 'enabled = false'
  session "$steps; [[ -e /proc/sys/fs/binfmt_misc/WSLInterop ]] || echo no interop"
  assert_output 'lxshim none
/usr/lib/wsl/lib
no interop'
  conf interop 'appendWindowsPath = false'
  session --era wsl1-1903 "$steps"
  assert_output 'lxshim none
no path'
}

@test "--cd: a path of Windows' or Linux'; --user: for root alone; a policy by a pipe" {
  session --cd 'C:\src' 'pwd; pwd -P'
  assert_output 'BASE/at/c/src
BASE/at/c/src'
  session --cd "$BASE/etc" pwd
  assert_output BASE/etc
  run "$LXSHIM" wsl -q --etc "$BASE/etc" --policy "$BASE/policy.json" --cd 'Q:\src' -- true
  assert_failure 125
  assert_output 'lxshim: --cd Q:\src: no drive Q: is mounted; "volumes" of a policy has drives, see lxshim help wsl'
  session --cd /no/such 'pwd'
  assert_failure 125
  assert_output 'lxshim: --cd /no/such: there is no such directory, or it is closed'
  run "$LXSHIM" wsl -q --etc "$BASE/no-such" -- true
  assert_failure 125
  assert_output "lxshim: --etc $BASE/no-such: No such file or directory"
  run "$LXSHIM" wsl -q --era wsl1-1904 -- true
  assert_failure 125
  assert_output 'lxshim: --era: unknown profile "wsl1-1904", expected one that "lxshim policy profiles" lists; did you mean "wsl1-1903"?'
  run as_user "$LXSHIM" wsl -q --etc / --user root -- true
  assert_failure 125
  assert_output --partial 'that needs root'
  run "$LXSHIM" wsl -q --etc "$BASE/etc" --user no-such-user -- true
  assert_failure 125
  run env -C / BASE="$BASE" "$LXSHIM" wsl -q --lane preload --etc "$BASE/etc" --policy <(sed "s|\"drive\"|\"$BASE/drive\"|; s|, \"D.*|}}|" "$BASE/policy.json") -- bash -uc "$DRIVES"
  assert_output "C:\\134 $BASE/at/c 9p rw"
}

@test "wsl.conf: generateHosts, generateResolvConf, boot.command, a user and a host's name that only root gives" {
  conf network 'generateHosts = false' 'generateResolvConf = false'
  session 'head -1 /etc/hosts /etc/resolv.conf'
  refute_output --partial generated
  conf network 'generateHosts = true' '[boot]' 'command = "read -r word <$BASE/go; echo booted $word >$BASE/booted"'
  mkfifo "$BASE/go" "$BASE/booted"
  session 'echo on >$BASE/go; cat $BASE/booted; head -1 /etc/hosts'
  assert_output $'booted on\n# This file was automatically generated by WSL.'
  conf user 'default = no-such-user'
  session 'id -un'
  assert_output "lxshim: user.default no-such-user: there is no such user
$(id -un)"
  # Nobody else may enter the directory of the build, perhaps.
  shared
  conf network 'hostname = lxshim-test' '[user]' 'default = nobody'
  run env -C / "$LXSHIM" wsl --lane preload -q --policy <(echo '{"version": 1, "volumes": {}}') --etc "$BASE/etc" -- sh -c 'uname -n; echo $NAME; id -un; cat /proc/sys/kernel/hostname'
  if ((EUID == 0)) && unshare -u true 2>/dev/null; then
    assert_output $'lxshim-test\nlxshim-test\nnobody\nlxshim-test'
  else
    assert_line --partial 'and the name stays as it is'
  fi
}

@test "a session of WSL1's in another session has its supervisor, by the kernel that there is" {
  [[ " ${LANES[*]} " == *" supervisor "* ]] || skip "no supervisor here"
  local inner=("$LXSHIM" wsl -q --etc "$BASE/etc" --policy "$BASE/policy.json")
  run env -C / "${inner[@]}" --lane preload -- "${inner[@]}" --lane supervisor --era wsl1-1903 -- uname -r
  assert_output 4.4.0-18362-Microsoft
}

@test "--user: the command is another user's from its first call on, where the supervisor alone sees it" {
  ((EUID == 0)) || skip "only root becomes another user"
  [[ " ${LANES[*]} " == *" supervisor "* ]] || skip "no supervisor here"
  run env -C / "$LXSHIM" wsl --lane supervisor -q --policy <(echo '{"version": 1, "volumes": {}}') --etc "$BASE/etc" --user nobody -- id -un
  assert_line nobody
}

# run_boot [PREFIX...]: a session whose boot.command says who runs it, and what is on a drive; then who the session is of.
run_boot() {
  run "$@" env -C / BASE="$SHARED/base" "$LXSHIM" wsl -q --lane preload --policy "$SHARED/base/policy.json" --etc "$SHARED/base/etc" -- \
    bash -uc 'echo on >$BASE/go; cat $BASE/booted; id -u'
}

@test "boot.command is root's: the machine's, uid 0 of a user namespace, or the session's user's where there is neither" {
  shared
  conf automount "root = $SHARED/base/at" '[boot]' 'command = "read -r word <$BASE/go; echo $(id -u) $(ls $BASE/at/c) >$BASE/booted"'
  mkfifo "$BASE/go" "$BASE/booted"
  chmod -R a+rwX "$BASE"
  mv "$BASE" "$SHARED/base"
  if ((EUID == 0)); then
    run_boot
    assert_output $'0 src\n0'
    printf '[user]\ndefault = nobody\n' >>"$SHARED/base/etc/wsl.conf"
    run_boot
    assert_output "0 src
$(id -u nobody)"
    sed -i '/user/,$d' "$SHARED/base/etc/wsl.conf"
  fi
  if as_user unshare -Ur true 2>/dev/null; then
    run_boot as_user
    assert_output "0 src
$(as_user id -u)"
    # A namespace's own limit: in this one nobody makes another.
    run_boot as_user unshare -U --map-user=7 --keep-caps sh -c \
      'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps -all --inh-caps -all "$@"' sh
    assert_line --index 0 'lxshim: boot.command: a user namespace: No space left on device; it is run by who the session is of, see lxshim help wsl'
    assert_output --partial $'\n7 src\n7'
  else
    run_boot as_user
    assert_line --index 0 --partial 'lxshim: boot.command: a user namespace: '
  fi
}

@test "interop: a handler of the policy's runs programs of Windows', unless wsl.conf has it disabled" {
  printf 'MZ\220\0' >"$BASE/drive/src/tool.exe"
  chmod +x "$BASE/drive/src/tool.exe"
  sed -i '$s/}$/, "interop": {"handler": "echo", "stubs": true}}/' "$BASE/policy.json"
  steps='cd $BASE/at/c/src; ./tool.exe ran 2>&1; echo $?; type -P explorer.exe'
  session "$steps"
  assert_output './tool.exe ran
0
BASE/at/c/Windows/explorer.exe'
  conf automount "root = $BASE/at" '[interop]' 'enabled = false'
  session "$steps"
  assert_line --index 1 126
  refute_output --partial explorer
}

@test "what a policy says of identity.* holds in a session, and --set over it; lxshim run has none" {
  sed -i '$s/}$/, "rules": {"identity.kernel": "off"}}/' "$BASE/policy.json"
  session 'uname -r'
  assert_output "$(uname -r)"
  session --set identity.kernel=on 'uname -r'
  assert_output 5.15.90.1-microsoft-standard-WSL2
  run env -C "$BASE" "$LXSHIM" run -q --lane preload -- uname -r
  assert_output "$(uname -r)"
}

@test "--root: a directory is /, with its own wsl.conf, drives of the policy's, and nothing of the host's" {
  local lane
  unshare -m true 2>/dev/null || unshare -Urm true 2>/dev/null || skip "no mount namespace can be made here"
  make_root "$BASE/tree"
  echo text >"$BASE/drive/f"
  sed -i '$s/}$/, "interop": {"stubs": true, "record": "record"}}/' "$BASE/policy.json"
  for lane in "${LANES[@]}"; do
    rm -f "$BASE/record"
    run env -C "$BASE" LC_ALL=C "$LXSHIM" wsl --lane "$lane" -q --policy policy.json --root tree -- /bin/bash -c '
      pwd; echo /*; cd /mnt/c; cat f; : >a:b; ls; uname -r; /mnt/c/Windows/explorer.exe .
      while read -r source point type rest; do [[ $point != / && $point != /run* && $point != /mnt/c ]] || echo "$point $type"; done </proc/self/mounts'
    assert_output --regexp '^/
/bin /dev /etc /lib.* /mnt /proc /run /sys /tmp( /usr)?
text
a:b
f
src
5.15.90.1-microsoft-standard-WSL2
/ [a-z0-9]+
/run tmpfs
/run/lock tmpfs
/run/shm tmpfs
/run/user tmpfs
/run/lxshim/lib [a-z0-9]+
/run/lxshim/policy [a-z0-9]+
/mnt/c 9p$'
    assert_file_exists "$BASE/record"
    rm "$BASE"/drive/a*
  done
  [[ -z $(ls "$BASE/tree/run") ]]
  rmdir "$BASE/tree/sys"
  run "$LXSHIM" wsl --root "$BASE/tree" -- /bin/bash -c :
  assert_success
  assert_output --regexp "^lxshim: --root $BASE/tree: no sys in it: the session goes without
lxshim: policy: none is named, and so there is no drive"
  run "$LXSHIM" wsl -q --policy "$BASE/none.json" --root "$BASE/tree" -- true
  assert_failure 125
  assert_output "lxshim: --root $BASE/tree: $BASE/none.json: No such file or directory"
  run "$LXSHIM" wsl -q --policy "$BASE/policy.json" --root "$BASE/policy.json" -- true
  assert_failure 125
  assert_output "lxshim: --root $BASE/policy.json: the root: Not a directory"
  rmdir "$BASE/tree/run"
  run "$LXSHIM" wsl -q --policy "$BASE/policy.json" --root "$BASE/tree" -- true
  assert_failure 125
  assert_output "lxshim: --root $BASE/tree: no directory run in it, where a session has things of its own"
  run "$LXSHIM" wsl -q --policy "$BASE/policy.json" --root "$BASE/missing" -- true
  assert_failure 125
  assert_output "lxshim: --root $BASE/missing: the root: No such file or directory"
  run "$LXSHIM" wsl -q --policy "$BASE/policy.json" --root /tmp/.. -- true
  assert_failure 125
  assert_output "lxshim: --root /tmp/..: that is the root already, without --root"
}

# What a root is of, by its files and by its mount table.
VOLFS='cd /tmp; : >a:b; : >c; mkdir d; echo *; stat -c %h d; stat -f -c %T / /proc; exec 3>d/f; mv d e && echo moved; exec 3>&-
  mv c /root && ls /root; [[ -e /.dockerenv ]] || ls -A / | grep docker; stat -c %n /bin/wslpath; cd ../mnt/c/..; echo *
  read -r line </etc/hosts; echo "${line%% WSL*}"; while read -r line; do [[ $line != *\ @(lxfs|wslfs)\ * ]] || echo "$line"; done </proc/self/mounts'

# tree_session ERA LANE [OPTION...]: those steps in it, and what is stored then.
tree_session() {
  rm -rf "$BASE"/tree/{tmp,root}/*
  run env -C "$BASE" LC_ALL=C "$LXSHIM" wsl -q --policy policy.json --root tree --era "$1" --lane "$2" "${@:3}" -- /bin/bash -O extglob -c "$VOLFS"
  output+=$'\n'$(find "$BASE"/tree/{tmp,root} -type f -printf '%f\n' | LC_ALL=C sort)
}

@test "--root on WSL1: / is of VolFs, in the first years /root and others are as well; what the kernel mounts is its own" {
  local lane host said
  unshare -m true 2>/dev/null || unshare -Urm true 2>/dev/null || skip "no mount namespace can be made here"
  make_root "$BASE/tree"
  mkdir "$BASE"/tree/{root,mnt/d}
  : >"$BASE/tree/.dockerenv"
  echo 127.0.0.1 localhost >"$BASE/tree/etc/hosts"
  said="a:b c d
1
wslfs
proc
mv: cannot move 'd' to 'e': Permission denied
c
/bin/wslpath
c d
# This file was automatically generated by
"
  for lane in "${LANES[@]}"; do
    tree_session wsl1-1703 "$lane"
    assert_output "${said}rootfs / lxfs rw,noatime 0 0
mnt /mnt lxfs rw,noatime 0 0
root /root lxfs rw,noatime 0 0
a#003Ab
c
f"
    tree_session wsl1-1903 "$lane"
    assert_output "${said}rootfs / wslfs rw,noatime 0 0
$(printf 'a\xEF\x80\xBAb')
c
f"
  done
  for host in wsl2-9p 'wsl1-1903 preload --set identity.mounts=off'; do
    # shellcheck disable=SC2086 # words of a session
    tree_session ${host/9p/9p preload}
    assert_output --regexp $'\nproc\nmoved\nc\n/bin/wslpath\nc d\n.*\na:b\nc\nf$'
  done
}

# How programs that show the system end, and what they complain of.
LOOK='for words in findmnt "df -hT" lsblk free "top -bn1" "ps aux" mount hostnamectl uptime lscpu; do
  ! command -v ${words%% *} >/dev/null || echo "$words: $($words 2>&1 >/dev/null </dev/null) $?"
done'

@test "names of /etc/hosts as WSL has it are found by libc's own look into it, where there is a supervisor" {
  local lane
  steps='getent hosts "$(uname -n).localdomain" ip6-allrouters; getent ahosts ff02::2 | wc -l; ! command -v perl >/dev/null || perl -MSocket -e "print inet_ntoa(inet_aton(q($(uname -n).localdomain))), qq(\n)"'
  for lane in "${LANES[@]}"; do
    [[ $lane != preload ]] || continue
    run env -C / "$LXSHIM" wsl --lane "$lane" -q --policy "$BASE/policy.json" --etc "$BASE/etc" -- bash -c "$steps"
    assert_line --regexp "^127\.0\.1\.1 +$(uname -n)\.localdomain $(uname -n)$"
    assert_line --regexp '^ff02::2 +ip6-allrouters$'
    assert_line --index 3 127.0.1.1
  done
}

@test "/run/WSL is a directory to whatever looks at it, also beside what is translated" {
  session --era wsl1-1903 'ls -la /run/WSL | wc -l; cd /run; stat -c %n WSL/.. /run/WSL/. /run/WSL/../WSL; stat -c %n /run/WSL/../no WSL/no/.. /run/no/.. 2>&1
    [[ /run/WSL/.. -ef /run ]] && echo same'
  assert_output "3
WSL/..
/run/WSL/.
/run/WSL/../WSL
stat: cannot statx '/run/WSL/../no': No such file or directory
stat: cannot statx 'WSL/no/..': No such file or directory
stat: cannot statx '/run/no/..': No such file or directory
same"
}

@test "programs that show the system go on in a session as they do natively; vmstat fails on WSL1, as it does there" {
  needs uptime procps
  local said
  run bash -uc "$LOOK"
  said=$output
  session --era wsl1-1903 "$LOOK; [[ -e /proc/vmstat ]] || echo no vmstat"
  assert_output "$said
no vmstat"
  session --era wsl2-9p "$LOOK; findmnt -no FSTYPE $BASE/at/c; df --output=target $BASE/at/c | tail -1"
  assert_output "$said
9p
BASE/at/c"
}

@test "a project that branches on WSL runs that branch: its scripts, its tests" {
  needs node npm
  needs jq jq
  mkdir "$BASE/drive/project"
  : >"$BASE/drive/project/report.html"
  cat >"$BASE/drive/project/open.js" <<'END'
const os = require("os"), fs = require("fs"), { execFileSync } = require("child_process");
const wsl = /microsoft/i.test(os.release()) && !fs.existsSync("/.dockerenv") && !fs.readdirSync("/").includes(".dockerenv");
const windows = (path) => execFileSync("wslpath", ["-w", path]).toString().trim();
if (wsl) execFileSync("explorer.exe", [windows("report.html")]);
console.log(wsl ? "opened by Windows" : "opened here");
END
  sed -i '$s/}$/, "interop": {"stubs": true, "record": "record"}}/' "$BASE/policy.json"
  run env -C "$BASE/drive/project" node open.js
  assert_output 'opened here'
  : >"$BASE/record"
  session 'cd $BASE/at/c/project && node open.js && cd ../Windows && $BASE/at/c/Windows/explorer.exe'
  assert_output 'opened by Windows'
  run jq -rs '.[] | "\(.argv | join(" ")) in \(.directory)"' "$BASE/record"
  assert_line 'explorer.exe C:\project\report.html in C:\project'
  assert_equal "$(grep -cFx 'explorer.exe in C:\Windows' <<<"$output")" "${#LANES[@]}"
}

# What each program of detectors.list says that is here, of those in HERE, if it names any; of those with a star if OWN_CALLS is one.
ASK='while read -r name need _ _ steps; do
  own=${need#"${need%\*}"}
  [[ -n $name && $name != "#" && $own == "$OWN_CALLS" ]] && [[ -z $HERE || " $HERE " == *" $name "* ]] && command -v "${need%\*}" >/dev/null || continue
  said=$(bash -c "$steps" </dev/null 2>/dev/null)
  [[ $said == absent ]] || printf "%s %s\n" "$name" "${said:--}"
done <"$ASKED"'

# expect_of COLUMN NAMES: what these say by the list.
expect_of() {
  awk -v column="$1" 'NR == FNR { here[$1]; next } $1 in here { print $1, column == 0 ? "-" : $column }' - "$ASKED" <<<"$2"
}

# verdicts [PROGRAM...]: natively, and in sessions, each of which PROGRAM starts. The names of those that are here are left
# in $names.
verdicts() {
  export ASKED=$BATS_TEST_DIRNAME/detectors.list OWN_CALLS HERE
  local all=("${LANES[@]}")
  names=
  for OWN_CALLS in '' '*'; do
    HERE=
    run env -u WSL_DISTRO_NAME -u WSL_INTEROP "$@" bash -uc "$ASK"
    local here=$output
    names+=${here:+$here$'\n'}
    HERE=$(cut -d' ' -f1 <<<"$here" | xargs)
    assert_output "$(expect_of 0 "$here")"
    [[ -z $OWN_CALLS ]] || LANES=("${all[@]:1}")
    [[ -n $here && ${#LANES[@]} -gt 0 ]] || continue
    START=("$@")
    session --era wsl1-1903 "$ASK"
    assert_output "$(expect_of 3 "$here")"
    session --era wsl2-9p "$ASK"
    assert_output "$(expect_of 4 "$here")"
  done
  LANES=("${all[@]}")
}

@test "programs that ask for WSL: none natively, WSL1 in a session of WSL1's, WSL2 in one of WSL2's" {
  local names
  verdicts
  (($(grep -c . <<<"$names") > 8))
  echo "# detectors that are here: $(grep -c . <<<"$names") of $(grep -vc '^#' "$ASKED"); not: $(
    awk 'NR == FNR { here[$1]; next } !/^#/ && !($1 in here) { print $1 }' - "$ASKED" <<<"$names" | xargs)" >&3
}

@test "programs that ask for WSL, in a container: the same; where its signs are not hidden, what asks for those says no" {
  can_bind || skip "only root mounts, where a container does not forbid it"
  local names
  mkdir -p "$BASE"/{docker/containers/x,run}
  echo name >"$BASE/docker/containers/x/hostname"
  touch "$BASE/on" "$BASE/run/.containerenv"
  local container=(unshare -m bash -c 'cd "$0" && mount --bind docker/containers/x/hostname on && mount --bind run /run && cd / && exec "$@"' "$BASE")
  verdicts "${container[@]}"
  OWN_CALLS='' HERE=''
  session --era wsl2-9p --set identity.containers=off "$ASK"
  [[ $'\n'$output == *$'\nis-wsl -\n'* && $output == *'osrelease WSL'* ]]
  refute_line 'npm-is-wsl WSL'
  refute_line 'npm-wsl-utils WSL'
  refute_line 'npm-open WSL'
}

@test "a session that begins in / without a policy is one without drives; a policy's are there" {
  LANES=(preload)
  run env -C / -u LXSHIM_POLICY "$LXSHIM" wsl --lane preload --etc "$BASE/etc" -- sh -c 'pwd; uname -r; grep -c "aname=drvfs" /proc/mounts'
  assert_output --partial "lxshim: policy: built-in (without drives, as / cannot be one)
/
5.15.90.1-microsoft-standard-WSL2
0"
  session 'pwd; grep -c "aname=drvfs" /proc/mounts'
  assert_output "/
2"
}
