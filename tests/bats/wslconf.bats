#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wsl.conf and .wslconfig: how they are read, and what a session says of them.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016,SC1003,SC2030,SC2031,SC2034,SC2154

load helpers
load session

setup() {
  session_files
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
  for value in 0778 08 4294967296 rwx ''; do
    conf automount "root = $BASE/at" '[filesystem]' "umask = $value"
    session 'umask'
    assert_output "lxshim: BASE/etc/wsl.conf:4: Invalid integer value '$value' for key 'filesystem.umask'; the line is skipped
$(umask)"
  done
  # Any other number is one, of which the kernel takes nine bits.
  for value in '-1 0777' '01002 0002' '0x12 0022' '7 0007' '022 0022'; do
    conf automount "root = $BASE/at" '[filesystem]' "umask = ${value% *}"
    session umask
    assert_output "${value#* }"
  done
  conf automount "root = $BASE/at" '[filesystem]' 'umask = 27'
  session 'umask'
  assert_output "lxshim: BASE/etc/wsl.conf:4: filesystem.umask is decimal to WSL without a leading 0, and so is 0033
0033"
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

@test "a key that is none, within two letters of one: which was meant; keys of .wslconfig are none of wsl.conf, nor those of it" {
  LANES=(preload)
  conf automount "root = $BASE/at" 'enable = false' 'option = "umask=077"' 'mountsFsTab = 1' 'roots = /x' '[boot]' 'sytsemd = true' '[gpu]' 'enabeld = 0' \
    '[networking]' 'hostname = x' '[wsl2]' 'memory = 1GB' 'virtiofs = true' '[experimental]' 'sparseVhd = true' '[user]' 'name = x'
  session 'echo there'
  run sed -n "s/^lxshim: BASE.etc.wsl.conf:\(.*\); the line is skipped/\1/p" <<<"$output"
  assert_output "3: Unknown key 'automount.enable', perhaps 'automount.enabled'
4: Unknown key 'automount.option', perhaps 'automount.options'
5: Unknown key 'automount.mountsFsTab', perhaps 'automount.mountFsTab'
6: Unknown key 'automount.roots', perhaps 'automount.root'
8: Unknown key 'boot.sytsemd', perhaps 'boot.systemd'
10: Unknown key 'gpu.enabeld', perhaps 'gpu.enabled'
12: Unknown key 'networking.hostname'
14: Unknown key 'wsl2.memory', which is one of .wslconfig
15: Unknown key 'wsl2.virtiofs', which is one of .wslconfig
17: Unknown key 'experimental.sparseVhd', which is one of .wslconfig
19: Unknown key 'user.name'"
  mkdir -p "$BASE/drive/Users/me"
  printf '[automount]\nenabled=false\n[wsl2]\nmemory=1GB\n[experimental]\nsparseVhd=true\n[general]\ninstanceIdleTimeout=1\n' >"$BASE/drive/Users/me/.wslconfig"
  conf automount "root = $BASE/at"
  session 'echo there'
  assert_output "lxshim: BASE/drive/Users/me/.wslconfig:2: Unknown key 'automount.enabled'; the line is skipped
there"
}

@test "boot.systemd where it has no effect, or less than it seems: on WSL1, without /sbin/init, on a machine that does not run it" {
  LANES=(preload)
  make_root "$BASE/tree"
  cp "$(type -P bash)" "$BASE/tree/bin/sh"
  printf '[boot]\nsystemd = true\n' | tee "$BASE/etc/wsl.conf" >"$BASE/tree/etc/wsl.conf"
  # told OPTION...: what of it a session says.
  told() {
    run env -C "$BASE" "$LXSHIM" wsl --lane preload --policy policy.json "$@" -- /bin/ls /
    run grep -F boot.systemd <<<"$output"
  }
  told --era wsl1-1903 --etc etc
  assert_output "lxshim: etc/wsl.conf:2: boot.systemd is without effect: WSL1 has no systemd"
  told --bind=never --root tree
  assert_output --regexp '^lxshim: .*/etc/wsl.conf:2: boot.systemd is without effect: .*/sbin/init: No such file or directory$'
  told -q --era wsl1-1903 --etc etc
  assert_output ''
  if [[ -x /sbin/init && ! -e /run/systemd/system ]]; then
    told --etc etc
    assert_output "lxshim: etc/wsl.conf:2: boot.systemd: this machine does not run systemd, and a session starts none"
  fi
}

@test "boot.command that fails: WSL tells nobody, and nor does a session; with -v it says so" {
  LANES=(preload)
  conf boot "command = exit 3; true '"
  session 'echo there'
  assert_output there
  conf boot 'command = "exit 3"'
  run env -C / "$LXSHIM" wsl -v --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" -- sh -c 'echo there'
  assert_line "lxshim: $BASE/etc/wsl.conf:2: boot.command has ended with status 3"
  assert_line there
  ((EUID == 0)) || return 0
  printf '[user]\ndefault = nobody\n' >>"$BASE/etc/wsl.conf"
  shared
  chmod -R a+rwX "$BASE"
  mv "$BASE" "$SHARED/base"
  run env -C / "$LXSHIM" wsl -v --lane preload --policy "$SHARED/base/policy.json" --etc "$SHARED/base/etc" -- sh -c 'echo there'
  assert_line "lxshim: $SHARED/base/etc/wsl.conf:2: boot.command has ended with status 3"
}

@test "wsl.conf, fstab and .wslconfig that are no files: nobody waits, one line says so, the session goes on" {
  local file kind why LANES=(preload)
  mkdir -p "$BASE/drive/Users/me"
  for file in "$BASE"/etc/{wsl.conf,fstab} "$BASE/drive/Users/me/.wslconfig"; do
    for kind in fifo directory loop device huge; do
      rm -rf "$file"
      why="not a file"
      case $kind in
        fifo) mkfifo "$file" ;;
        directory) mkdir "$file" && why="Is a directory" ;;
        loop) ln -s "${file##*/}" "$file" && why="Too many levels of symbolic links" ;;
        device) ln -s /dev/zero "$file" ;;
        huge) truncate -s 17M "$file" && why="File too large" ;;
      esac
      session 'echo ran'
      assert_output "lxshim: ${file/"$BASE"/BASE}: $why; it is not read
ran"
    done
    rm -rf "$file"
    ln -s /dev/null "$file"
    session 'echo ran'
    assert_output ran
    rm "$file"
  done
}

@test "what WSL takes otherwise than it was meant, and says nothing of: a host's name, a root with a comment's words" {
  printf '%s\n' '[automount]' 'root = /win/ ; words' '[network]' 'hostname = a_b' >"$BASE/etc/wsl.conf"
  run -0 --separate-stderr env -C / "$LXSHIM" wsl --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" -- true
  [[ $stderr == *"wsl.conf:4: network.hostname becomes ab: "*"wsl.conf:2: automount.root is all of \"/win/ ; words/\": "* ]]
  printf '%s\n' '[automount]' 'root = "/win; words/" # ; words' '[network]' 'hostname = ab' >"$BASE/etc/wsl.conf"
  run -0 --separate-stderr env -C / "$LXSHIM" wsl --lane preload --policy "$BASE/policy.json" --etc "$BASE/etc" -- true
  [[ $stderr != *becomes* && $stderr != *"is all of"* ]]
}
